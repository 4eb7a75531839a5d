"""What holds for every text, however it is written."""

import json
import re
import unicodedata
from itertools import pairwise
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas import Directive, Figure, SetAside, Summary, Unclaimed
from summarizer import Document, Summarizer, explain
from summarizer.figures import reparse
from summarizer.reading import read

FRAGMENTS = [
    "Năm 2023",
    "năm 2024",
    "Đến nay",
    "Tuy nhiên",
    "Mặc dù dịch bệnh",
    "nhưng",
    "Phấn đấu",
    "phấn đấu",
    "Mục tiêu:",
    "Chỉ tiêu",
    "sản lượng lúa ước đạt 5.807 tấn",
    "tăng 2,2% so với cùng kỳ",
    "(năm 2022 là 5.680 tấn)",
    "thu ngân sách đạt 926 tỷ 147 triệu đồng",
    "đạt 105,6% kế hoạch năm",
    "16/18 chỉ tiêu",
    "hộ nghèo giảm còn 0,85%",
    "không còn hộ nghèo",
    "tỷ lệ đô thị hóa từ 15 đến 16%",
    "quốc phòng - an ninh được giữ vững",
    "tai nạn giao thông có chiều hướng tăng",
    "giải ngân còn chậm",
    "xã Minh Cầm đạt chuẩn nông thôn mới",
    "thành lập mới 03 HTX, nâng tổng số lên 17 HTX",
    "19 lớp dạy nghề với 817 học viên",
    "Đồng chí Lê Văn Nam – Bí thư Huyện ủy",
    "ông Trần Văn Minh, Chủ tịch UBND huyện An Phú",
    "đồng chí Bí thư Huyện ủy",
    "yêu cầu",
    "nhấn mạnh",
    "đánh giá cao",
    "giao",
    "các cơ quan, đơn vị",
    "các xã, thị trấn",
    "Phòng Tài chính - Kế hoạch",
    "tập trung rà soát hộ nghèo",
    "đẩy mạnh chuyển đổi số",
    "cần tăng cường kiểm tra",
    "trước ngày 30/6/2024",
    "Chỉ thị số 05/CT-UBND",
    "UBND huyện An Phú tổ chức hội nghị",
    "Các đại biểu thảo luận",
    "tặng giấy khen cho 12 tập thể",
    "II. NHIỆM VỤ",
    "1.",
    "a)",
    "-",
    "•",
    "Ảnh: Hải Yến",
]
SIGNS = [", ", "; ", ". ", ": ", " ", "\n", "\n\n", "(", ")", " (", ") ", "[", '"', "“", "”"]
ODD = ["\u00a0", "\u200b", "\u2028", "\ufeff", "\t", "\r\n", "…", "./.", "½", "²", "٣", "₫", "0"]
NUMBERS = st.one_of(
    st.integers(0, 10**9).map(str),
    st.integers(1000, 10**8).map(lambda n: f"{n:,}".replace(",", ".") + " tấn"),
    st.decimals(0, 1000, places=2).map(lambda d: f"{d}%".replace(".", ",")),
    st.tuples(st.integers(0, 99), st.integers(0, 99)).map(lambda p: f"{p[0]}/{p[1]} xã"),
)
PIECES = st.one_of(
    st.sampled_from(FRAGMENTS),
    st.sampled_from(FRAGMENTS),
    st.sampled_from(SIGNS),
    st.sampled_from(SIGNS),
    st.sampled_from(ODD),
    NUMBERS,
)


def _spelled(pieces: list[str], blank: str, form: Any) -> str:
    return unicodedata.normalize(form, blank.join(pieces))


TEXTS = st.builds(
    _spelled,
    st.lists(PIECES, max_size=30),
    st.sampled_from([" ", " ", "", "  ", "\u00a0"]),
    st.sampled_from(["NFC", "NFC", "NFD"]),
)
SENTENCES = st.lists(
    st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=5).map(", ".join), max_size=8
).map(lambda lines: "\n".join(f"{line}." for line in lines))


def summarize(text: str) -> Summary:
    return Summarizer()(text)


def items(summary: Summary) -> list[Any]:
    return [
        *summary.achievements,
        *summary.shortcomings,
        *summary.targets,
        *summary.directives,
    ]


def figures(summary: Summary) -> list[Figure]:
    return [f for i in items(summary) if not isinstance(i, Directive) for f in i.figures]


def left_over(summary: Summary) -> list[SetAside | Unclaimed]:
    return [*summary.coverage.set_aside, *summary.coverage.unclaimed]


def digits(text: str) -> set[str]:
    """Runs of digits; signs without width do not part them."""
    return set(re.findall(r"[0-9]+", re.sub("[\u200b\ufeff]", "", text)))


@given(TEXTS)
@settings(max_examples=150)
@example("thu ngân sách đạt 5 tỷ đồng")
def test_quotes_and_numbers_stand_in_the_text_where_they_say(text: str) -> None:
    summary = summarize(text)
    for item in items(summary):
        assert item.evidence
        for evidence in item.evidence:
            assert text[evidence.start : evidence.end] == evidence.quote != ""
    for figure in figures(summary):
        assert text[figure.start : figure.end] == figure.raw != ""
    for numeral in left_over(summary):
        assert text[numeral.start : numeral.end] == numeral.raw != ""


@given(TEXTS)
@settings(max_examples=100)
def test_every_value_is_what_its_words_say(text: str) -> None:
    for figure in figures(summarize(text)):
        if figure.upper is None and figure.total is None:
            assert abs(figure.value) == reparse(unicodedata.normalize("NFC", figure.raw))
        assert figure.value >= 0 or figure.role == "change"


@given(TEXTS)
@settings(max_examples=100)
def test_every_figure_stands_inside_the_evidence_of_its_item(text: str) -> None:
    summary = summarize(text)
    for item in items(summary):
        for figure in [] if isinstance(item, Directive) else item.figures:
            assert any(e.start <= figure.start and figure.end <= e.end for e in item.evidence)


@given(TEXTS)
@settings(max_examples=100)
def test_statements_hold_no_number_that_their_evidence_does_not_hold(text: str) -> None:
    summary = summarize(text)
    for item in items(summary):
        assert digits(item.statement) <= digits(" ".join(e.quote for e in item.evidence))
    assert digits(summary.overview) <= digits(text)


@given(TEXTS)
@settings(max_examples=150)
def test_clauses_cover_the_text_once_and_in_order(text: str) -> None:
    document = Document(text)
    clauses = read(document).clauses
    assert [c.number for c in clauses] == list(range(1, len(clauses) + 1))
    if clauses:
        assert clauses[0].start == 0
        assert clauses[-1].end == len(document.folded.text)
    for before, after in pairwise(clauses):
        assert before.end == after.start
        assert before.last <= after.first
    for clause in clauses:
        assert clause.first < clause.last
        assert clause.anchor <= clause.first


@given(TEXTS)
@settings(max_examples=100)
def test_each_figure_belongs_to_one_clause(text: str) -> None:
    found = read(Document(text))
    held = [f for c in found.clauses for f in c.figures]
    assert len(held) == len({(f.start, f.end, f.role) for f in held})
    assert {(f.start, f.end) for f in held} <= {(f.start, f.end) for f in found.figures}


@given(TEXTS)
@settings(max_examples=100)
def test_the_account_of_numerals_adds_up(text: str) -> None:
    summary = summarize(text)
    starts = [n.start for n in left_over(summary)]
    assert summary.coverage.numerals == summary.coverage.used + len(starts)
    assert len(set(starts)) == len(starts)


@given(TEXTS)
@settings(max_examples=60)
def test_a_summary_goes_through_json_unchanged(text: str) -> None:
    summary = summarize(text)
    assert Summary.model_validate_json(summary.model_dump_json()) == summary


@given(TEXTS)
@settings(max_examples=60)
def test_ids_number_each_list_from_one(text: str) -> None:
    summary = summarize(text)
    for letter, found in (
        ("A", summary.achievements),
        ("S", summary.shortcomings),
        ("T", summary.targets),
        ("D", summary.directives),
    ):
        assert [i.id for i in found] == [f"{letter}{n + 1}" for n in range(len(found))]


@given(TEXTS)
@settings(max_examples=60)
def test_reading_twice_gives_the_same(text: str) -> None:
    assert _timeless(summarize(text)) == _timeless(summarize(text))


@given(TEXTS)
@settings(max_examples=60)
def test_what_the_engine_names_always_stands_in_the_source(text: str) -> None:
    assert not summarize(text).run.issues or _only_about_the_document(summarize(text))


@given(TEXTS)
@settings(max_examples=60)
def test_every_decision_points_at_its_words(text: str) -> None:
    for decision in explain(text):
        assert text[decision.start : decision.end].strip()
        assert decision.label in {"achievement", "shortcoming", "target", "directive", "none"}


@given(SENTENCES)
@settings(max_examples=60)
def test_encoding_habits_change_nothing_but_offsets_and_quotes(text: str) -> None:
    plain = _without_places(summarize(text))
    for variant in (
        unicodedata.normalize("NFD", text),
        text.replace(" ", "\u00a0"),
        text.replace(" ", "  "),
        text.replace(" ", " \u200b"),
        text.replace("\n", "\r\n"),
    ):
        assert _without_places(summarize(variant)) == plain


@given(st.text(max_size=200))
@settings(max_examples=150)
@example("")
@example("\x00")
@example("\ud800")
@example("(" * 300)
@example(";" * 300)
@example("1" * 300)
@example("1.1." * 100)
@example('"' * 101)
@example("\n" * 50)
@example("a) " * 50)
def test_no_text_breaks_the_engine(text: str) -> None:
    summary = summarize(text)
    assert summary.source.characters == len(text)
    explain(text)


_SIGNS = st.sampled_from(list("0123456789.,;:/%()[]\"'“”-–+ \n\u00a0\u200bđồngtỷ"))


@given(st.text(_SIGNS, max_size=120))
@settings(max_examples=150)
def test_no_heap_of_signs_breaks_the_engine(text: str) -> None:
    coverage = summarize(text).coverage
    assert coverage.numerals == coverage.used + len(coverage.set_aside) + len(coverage.unclaimed)


def _timeless(summary: Summary) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(summary.model_dump_json())
    del told["run"]["seconds"]
    return told


def _only_about_the_document(summary: Summary) -> bool:
    from_drafts = {"not_in_source", "clause_unknown", "issuer_unknown", "item_without_clause"}
    return not from_drafts & {issue.code for issue in summary.run.issues}


_PLACES = {"start", "end", "quote", "raw", "sha256", "characters", "seconds"}


def _without_places(summary: Summary) -> Any:
    def bare(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: bare(v) for k, v in value.items() if k not in _PLACES}
        return [bare(v) for v in value] if isinstance(value, list) else value

    return bare(json.loads(summary.model_dump_json()))
