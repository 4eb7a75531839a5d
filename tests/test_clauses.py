"""Clauses: one per semicolon member, one per indicator, each with what it depends on."""

import pytest

from summarizer.documents import Document
from summarizer.lexicon import language
from summarizer.reading import read
from tests.telling import DATELINE, reported


def clauses(text: str) -> list[str]:
    """The clauses behind the dateline, as words."""
    found = read(Document(DATELINE + text))
    return [found.words_of(c.first, c.last).rstrip(",") for c in found.clauses if c.sentence > 0]


# Each falls without the list of clauses.toml it stands for.
EXAMPLES: dict[str, tuple[str, list[str]]] = {
    "abbreviations": (
        "Theo báo cáo, toàn TX. Mỹ Phú có 12 xã. Đời sống nhân dân được nâng lên.",
        ["A toàn TX. Mỹ Phú có 12 xã", "A Đời sống nhân dân được nâng lên"],
    ),
    "causatives": (
        "Năm 2024, chỉ đạo các cơ quan, đơn vị; tập trung rà soát hộ nghèo.",
        ["D chỉ đạo các cơ quan, đơn vị; tập trung rà soát hộ nghèo → các cơ quan, đơn vị"],
    ),
    "nominal_heads": (
        "Theo báo cáo, công tác tổ chức, kiểm tra; công tác dân vận được quan tâm.",
        ["A công tác tổ chức, kiểm tra; công tác dân vận được quan tâm"],
    ),
    "indicator_heads": (
        "Theo báo cáo, thu ngân sách đạt 45 tỷ đồng, tăng so với cùng kỳ, kim ngạch xuất khẩu "
        "đạt 12 triệu USD.",
        [
            "A thu ngân sách đạt 45 tỷ đồng, tăng so với cùng kỳ",
            "A kim ngạch xuất khẩu đạt 12 triệu USD",
        ],
    ),
    "hedges": (
        "Tỷ lệ che phủ rừng: trên 42%; tỷ lệ hộ nghèo: 2%.",
        ["A Tỷ lệ che phủ rừng: trên 42%", "A tỷ lệ hộ nghèo: 2%"],
    ),
    "dependents": (
        "Theo báo cáo, 19 lớp dạy nghề với 817 học viên.",
        ["A 19 lớp dạy nghề", "A lớp dạy nghề với 817 học viên"],
    ),
    "continuations": (
        "Theo báo cáo, thu ngân sách đạt 45 tỷ đồng, do nguồn thu từ đất được mở rộng.",
        ["A thu ngân sách đạt 45 tỷ đồng, do nguồn thu từ đất được mở rộng"],
    ),
    "named": (
        "Tuy nhiên, mới có 6/14 xã nộp báo cáo, việc báo cáo của một số đơn vị chưa nghiêm.",
        [
            "S mới có 6/14 xã nộp báo cáo",
            "S việc báo cáo của một số đơn vị chưa nghiêm",
        ],
    ),
    "adverbial_heads": (
        "Năm 2024, huyện phát triển du lịch. Căn cứ nghị quyết; huyện rà soát hộ nghèo.",
        ["D huyện phát triển du lịch", "D Căn cứ nghị quyết; huyện rà soát hộ nghèo"],
    ),
    "ends": (
        "Năm 2024, rà soát nguồn thu, bảo đảm thu 47 tỷ đồng.",
        ["T bảo đảm thu 47 tỷ đồng", "D rà soát nguồn thu, bảo đảm thu 47 tỷ đồng"],
    ),
    "totals": (
        "Theo báo cáo, kết nạp 12 đảng viên, đến nay có 120 đảng viên.",
        ["A kết nạp 12 đảng viên, đến nay có 120 đảng viên"],
    ),
    "sure_totals": (
        "Theo báo cáo, vận động 12 suất quà, nâng tổng số lên 30 triệu đồng.",
        ["A vận động 12 suất quà, nâng tổng số lên 30 triệu đồng"],
    ),
}


@pytest.mark.parametrize(("body", "items"), EXAMPLES.values(), ids=EXAMPLES)
def test_each_list_of_clauses_cuts_its_example(body: str, items: list[str]) -> None:
    assert reported(body) == items


def test_every_list_of_clauses_has_an_example() -> None:
    assert set(language("clauses")) == set(EXAMPLES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Hộ nghèo còn 0,85%, hộ cận nghèo còn 1,92%.",
            ["Hộ nghèo còn 0,85%", "hộ cận nghèo còn 1,92%"],
        ),
        (
            "Sản lượng đạt 5.807 tấn, tăng 2,2% so với cùng kỳ, đạt 105,6% kế hoạch năm.",
            ["Sản lượng đạt 5.807 tấn, tăng 2,2% so với cùng kỳ, đạt 105,6% kế hoạch năm"],
        ),
        (
            "Giảm nghèo được quan tâm, tỷ lệ hộ nghèo còn 0,85%.",
            ["Giảm nghèo được quan tâm", "tỷ lệ hộ nghèo còn 0,85%"],
        ),
        (
            "Tỷ lệ hộ nghèo còn 0,85%, đời sống nhân dân được nâng lên.",
            ["Tỷ lệ hộ nghèo còn 0,85%", "đời sống nhân dân được nâng lên"],
        ),
        (
            "An ninh được giữ vững, tội phạm có chiều hướng tăng.",
            ["An ninh được giữ vững", "tội phạm có chiều hướng tăng"],
        ),
        (
            "Đồng chí Lê Văn Nam – Bí thư Huyện ủy yêu cầu các xã rà soát hộ nghèo; kiểm tra.",
            [
                "Đồng chí Lê Văn Nam – Bí thư Huyện ủy yêu cầu",
                "các xã rà soát hộ nghèo",
                "kiểm tra",
            ],
        ),
        (
            "Kinh tế, văn hóa, xã hội được quan tâm, chú trọng.",
            ["Kinh tế, văn hóa, xã hội được quan tâm, chú trọng"],
        ),
    ],
)
def test_clauses_end_where_what_is_said_ends(text: str, expected: list[str]) -> None:
    assert clauses(text) == expected


def test_pieces_of_one_member_share_a_chain() -> None:
    found = read(Document("Hộ nghèo còn 0,85%, hộ cận nghèo còn 1,92%; thu thuế đạt 5 tỷ đồng."))
    a, b, c = (clause.chain for clause in found.clauses)
    assert a == b != c


def test_every_figure_stands_in_its_clause() -> None:
    found = read(Document("Hộ nghèo còn 0,85%, hộ cận nghèo còn 1,92%."))
    assert [[str(f.value) for f in c.figures] for c in found.clauses] == [["0.85"], ["1.92"]]


def test_a_dependent_piece_is_anchored_at_the_noun_before_it() -> None:
    found = read(Document("Huyện mở 19 lớp dạy nghề với 817 học viên."))
    second = found.clauses[-1]
    assert found.words_of(second.anchor, second.last) == "lớp dạy nghề với 817 học viên"


@pytest.mark.parametrize("tail", [", ", ";", " (", ",,,", ". ,"])
def test_a_text_may_end_in_the_middle_of_a_sentence(tail: str) -> None:
    assert reported("Theo báo cáo, thu ngân sách đạt 45 tỷ đồng" + tail) == [
        "A thu ngân sách đạt 45 tỷ đồng"
    ]
