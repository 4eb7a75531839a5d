"""Leads: who says or sets what follows, and that a quote begins behind them."""

import pytest

from summarizer import Summarizer
from summarizer.documents import Document
from summarizer.lexicon import language
from summarizer.reading import read
from tests.telling import DATELINE, reported

SECRETARY = "Đồng chí Lê Văn Nam – Bí thư Huyện ủy"
ORDER = "D các xã rà soát hộ nghèo → các xã"

# Each falls without the list of leads.toml it stands for.
EXAMPLES: dict[str, list[tuple[str, list[str]]]] = {
    "orders": [
        (f"{SECRETARY} mong các xã rà soát hộ nghèo.", [ORDER]),
        (f"{SECRETARY} chỉ đạo: rà soát hộ nghèo.", ["D rà soát hộ nghèo"]),
    ],
    "says": [
        (
            f"{SECRETARY} nhấn mạnh các xã cần đẩy mạnh chuyển đổi số.",
            ["D các xã cần đẩy mạnh chuyển đổi số → các xã"],
        ),
    ],
    "tells": [
        (
            f"Theo báo cáo, an ninh được giữ vững. {SECRETARY} cho biết, huyện trồng 12 ha rừng.",
            ["A an ninh được giữ vững", "A huyện trồng 12 ha rừng"],
        ),
    ],
    "praises": [
        (
            f"{SECRETARY} đánh giá cao kết quả của các xã; tập trung rà soát hộ nghèo.",
            ["D tập trung rà soát hộ nghèo"],
        ),
    ],
    "goals": [("Huyện phấn đấu trồng 12 ha rừng.", ["T trồng 12 ha rừng"])],
    "tasks": [
        (
            "Hội nghị xác định nhiệm vụ trọng tâm đẩy mạnh chuyển đổi số.",
            ["D đẩy mạnh chuyển đổi số"],
        ),
    ],
    "fillers": [
        (
            f"{SECRETARY} nhấn mạnh rằng các xã cần rà soát hộ nghèo.",
            ["D các xã cần rà soát hộ nghèo → các xã"],
        ),
    ],
    "adverbs": [
        ("UBND huyện An Phú cũng yêu cầu các xã rà soát hộ nghèo.", [ORDER]),
        ("UBND huyện An Phú có công văn yêu cầu các xã rà soát hộ nghèo.", [ORDER]),
    ],
    "connectives": [
        (
            "Nổi bật là thu ngân sách đạt 45 tỷ đồng. Đồng thời, an ninh được giữ vững.",
            ["A thu ngân sách đạt 45 tỷ đồng", "A an ninh được giữ vững"],
        ),
    ],
    "addressee_nouns": [(f"{SECRETARY} yêu cầu các xã rà soát hộ nghèo.", [ORDER])],
    "plain_orders": [
        (
            "Năm 2024, huyện chỉ đạo quyết liệt công tác giải ngân; rà soát hộ nghèo.",
            ["D huyện chỉ đạo quyết liệt công tác giải ngân", "D rà soát hộ nghèo"],
        ),
    ],
    "deciders": [
        (
            "Đại hội thống nhất mục tiêu đưa tỷ lệ hộ nghèo còn 1,5%.",
            ["T đưa tỷ lệ hộ nghèo còn 1,5%"],
        ),
    ],
    "concessions": [
        ("Mặc dù còn khó khăn, nhưng huyện đã xây dựng 5 cầu.", ["A xây dựng 5 cầu"]),
    ],
    "conditions": [
        (
            "Theo báo cáo, thu ngân sách đạt 45 tỷ đồng. Trong bối cảnh gặp nhiều khó khăn, huyện "
            "đã xây dựng 5 cầu.",
            ["A thu ngân sách đạt 45 tỷ đồng", "A xây dựng 5 cầu"],
        ),
    ],
    "turns": [
        (
            "Theo báo cáo, mặc dù thời tiết phức tạp, song sản lượng lúa đạt 5.807 tấn.",
            ["A sản lượng lúa đạt 5.807 tấn"],
        ),
    ],
    "set_things": [
        (
            "Theo báo cáo, 4/19 chỉ tiêu Đại hội đề ra không đạt.",
            ["S 4/19 chỉ tiêu Đại hội đề ra không đạt"],
        ),
    ],
    "reported": [
        (f"Báo cáo chính trị do {SECRETARY} trình bày khẳng định kinh tế phát triển.", []),
    ],
}


@pytest.mark.parametrize(
    ("body", "items"),
    [(body, items) for examples in EXAMPLES.values() for body, items in examples],
)
def test_each_list_of_leads_reads_its_examples(body: str, items: list[str]) -> None:
    assert reported(body) == items


def test_every_list_of_leads_has_an_example() -> None:
    lists = {name for name, value in language("leads").items() if isinstance(value, list)}
    assert lists == set(EXAMPLES)


@pytest.mark.parametrize(
    ("sentence", "kind", "subject"),
    [
        (f"{SECRETARY} yêu cầu các xã rà soát hộ nghèo.", "order", "Lê Văn Nam"),
        (f"{SECRETARY} khẳng định kinh tế phát triển.", "say", "Lê Văn Nam"),
        (f"{SECRETARY} biểu dương các xã.", "praise", "Lê Văn Nam"),
        ("UBND huyện An Phú phấn đấu trồng 12 ha rừng.", "goal", "UBND huyện An Phú"),
        ("Hội nghị xác định nhiệm vụ trọng tâm đẩy mạnh chuyển đổi số.", "task", None),
        ("UBND huyện An Phú yêu cầu các xã rà soát hộ nghèo.", "order", "UBND huyện An Phú"),
    ],
)
def test_each_kind_of_lead_is_found_with_its_subject(
    sentence: str, kind: str, subject: str | None
) -> None:
    (lead,) = read(Document(sentence)).leads
    who = getattr(lead.subject, "person", lead.subject)
    assert (lead.kind, getattr(who, "name", None)) == (kind, subject)


@pytest.mark.parametrize(
    "sentence",
    [
        f"{SECRETARY} giao lưu với bà con.",
        "Công an xã yêu cầu.",
        "Thu ngân sách đạt 45 tỷ đồng.",
    ],
)
def test_a_verb_of_order_without_anybody_to_obey_is_no_order(sentence: str) -> None:
    assert not [d for d in Summarizer()(DATELINE + sentence).directives if d.addressees]


def test_a_headline_has_no_lead() -> None:
    text = f"{SECRETARY} yêu cầu các xã rà soát hộ nghèo\n\n{DATELINE}Kinh tế phát triển ổn định."
    assert Summarizer()(text).directives == ()


def test_an_order_of_somebody_else_told_in_a_speech_is_no_order_of_its_own() -> None:
    summary = Summarizer()(
        f"{DATELINE}{SECRETARY} yêu cầu các xã rà soát hộ nghèo; "
        "Ban Quản lý dự án yêu cầu nhà thầu tăng ca."
    )
    assert {d.issuer.name for d in summary.directives if d.issuer} == {"Lê Văn Nam"}
