"""The readable view: Vietnamese words and numbers, and nothing a terminal would obey."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

import summarizer.frames
from schemas import (
    Achievement,
    Chair,
    Context,
    Coverage,
    Deadline,
    Directive,
    Evidence,
    Figure,
    Flag,
    Issuer,
    Run,
    Sector,
    SetAside,
    Source,
    Summary,
    Target,
    Unclaimed,
    Usage,
)
from summarizer.view import (
    FLAGS,
    FRAMES,
    LABELS,
    SECTORS,
    DecisionsView,
    SummaryView,
    amount,
    clean,
    coverage_line,
    number,
    plain,
    reading,
    usage_line,
)

CHAIR = Issuer(name="Vũ Đình Khải", posts=("Chủ tịch UBND huyện",), kind="person")


def figure(role: str, value: str, **fields: object) -> Figure:
    return Figure.model_validate(
        {"role": role, "raw": "?", "value": Decimal(value), "start": 0, "end": 1} | fields
    )


def evidence(quote: str) -> tuple[Evidence, ...]:
    return (Evidence(quote=quote, start=0, end=len(quote)),)


def directive(number: int, statement: str, *addressees: str) -> Directive:
    return Directive(
        id=f"D{number}",
        statement=statement,
        sector="general",
        issuer=CHAIR,
        addressees=addressees,
        evidence=evidence(statement),
    )


SUMMARY = Summary(
    source=Source(name="co-to.txt", sha256="0", characters=10, title="Huyện đảo nhìn lại"),
    context=Context(
        locality="huyện Cô Tô",
        held_on=dt.date(2020, 11, 23),
        chair=Chair(name="Vũ Đình Khải", posts=("Bí thư Huyện ủy",)),
        period="2020",
        plan_period="2021",
    ),
    overview="Giá trị tăng thêm ước tăng 14,2%.",
    achievements=(
        Achievement(
            id="A1",
            statement="sản lượng ước 5.807 tấn, bằng 105,6% kế hoạch năm",
            sector="agriculture",
            indicator="sản lượng thủy sản",
            figures=(
                figure("level", "5807", unit="tấn", estimated=True),
                figure("of_plan", "105.6", unit="%", reference="kế hoạch năm"),
            ),
            evidence=evidence("sản lượng ước 5.807 tấn"),
        ),
    ),
    targets=(
        Target(
            id="T1",
            statement="trên 80% lao động qua đào tạo",
            sector="social_labour",
            indicator="tỷ lệ lao động qua đào tạo",
            figures=(figure("level", "80", unit="%", comparator="gt"),),
            deadline=Deadline(text="năm 2021", date=dt.date(2021, 12, 31)),
            evidence=evidence("trên 80% lao động"),
            flags=(Flag(code="unit_missing", message="no unit is written"),),
        ),
    ),
    directives=(
        directive(1, "xử lý đơn thư tồn lâu", "các xã, thị trấn", "các phòng ban"),
        directive(2, "giữ môi trường sạch", "các xã, thị trấn", "các phòng ban"),
        directive(3, "lên chương trình công tác", "Các phòng ban"),
    ),
    coverage=Coverage(
        numerals=6,
        used=3,
        set_aside=(SetAside(raw="1/500", start=1, end=6, reason="scale"),) * 2,
        unclaimed=(Unclaimed(raw="335", start=7, end=10),),
    ),
    run=Run(engine="embedded", task="report@1a2b3c4d", seconds=0.01),
)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("5807", "5.807"),
        ("926.147", "926,147"),
        ("1000000", "1.000.000"),
        ("0.85", "0,85"),
        ("16.10", "16,1"),
        ("-38", "-38"),
        ("0", "0"),
    ],
)
def test_numbers_are_written_as_vietnamese_write_them(value: str, shown: str) -> None:
    assert number(Decimal(value)) == shown


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (figure("level", "80", unit="%", comparator="gt"), "trên 80%"),
        (figure("level", "6", unit="tiêu chí", comparator="ge"), "6 tiêu chí trở lên"),
        (figure("level", "15", upper=Decimal(16), comparator="between"), "15–16"),
        (figure("level", "45", total=Decimal(47), unit="chỉ tiêu"), "45/47 chỉ tiêu"),
        (figure("level", "0.5", unit="%/năm", comparator="le"), "không quá 0,5%/năm"),
    ],
)
def test_an_amount_says_its_bounds_its_whole_and_its_unit(told: Figure, shown: str) -> None:
    assert amount(told) == shown


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (figure("level", "5807", unit="tấn", estimated=True), "5.807 tấn (ước)"),
        (figure("change", "2.2", unit="%", reference="cùng kỳ"), "tăng 2,2% so với cùng kỳ"),
        (figure("change", "-38", unit="vụ"), "giảm 38 vụ"),
        (
            figure("change", "-0.7", upper=Decimal("-0.9"), unit="%", comparator="between"),
            "giảm 0,7–0,9%",
        ),
        (figure("baseline", "5680", unit="tấn", reference="năm 2019"), "năm 2019: 5.680 tấn"),
        (figure("planned", "3.5", unit="%"), "kế hoạch: 3,5%"),
        (
            figure("of_plan", "105.6", unit="%", reference="kế hoạch năm"),
            "đạt 105,6% kế hoạch năm",
        ),
        (figure("over_plan", "11", unit="%"), "vượt 11% kế hoạch"),
        (figure("of_previous", "73", unit="%", reference="cùng kỳ"), "bằng 73% cùng kỳ"),
        (figure("factor", "2.6", unit="lần"), "gấp 2,6 lần"),
        (figure("rank", "9", reference="cả nước"), "thứ 9 cả nước"),
    ],
)
def test_a_figure_is_read_with_its_role(told: Figure, shown: str) -> None:
    assert reading(told) == shown


def test_every_sector_has_a_vietnamese_name_that_fits_its_column() -> None:
    assert set(SECTORS) == set(Sector.__args__)  # type: ignore[attr-defined]
    assert max(map(cell_len, SECTORS.values())) <= 22


@pytest.mark.parametrize("width", [40, 80, 120, 200])
def test_the_view_fits_its_width(width: int) -> None:
    page = plain(SummaryView(SUMMARY, quotes=True), width)

    assert max(cell_len(line) for line in page.splitlines()) <= min(width, 120)


def test_the_header_tells_where_when_and_who() -> None:
    page = plain(SummaryView(SUMMARY))

    for told in ("Huyện đảo nhìn lại", "huyện Cô Tô", "23/11/2020", "Bí thư Huyện ủy", "2021"):
        assert told in page


def test_an_item_shows_its_name_its_figures_and_its_sector() -> None:
    page = plain(SummaryView(SUMMARY))

    line = next(line for line in page.splitlines() if line.startswith("A1"))

    assert "Sản lượng thủy sản: 5.807 tấn (ước) · đạt 105,6% kế hoạch năm" in line
    assert line.endswith("Nông nghiệp")


def test_a_deadline_is_told_once_for_the_targets_that_share_it() -> None:
    assert plain(SummaryView(SUMMARY)).count("hạn: năm 2021 (31/12/2021)") == 1


def test_directives_stand_under_their_issuer_and_addressees() -> None:
    lines = plain(SummaryView(SUMMARY)).splitlines()

    issuer = lines.index("Vũ Đình Khải (Chủ tịch UBND huyện)")

    assert lines[issuer + 1] == "→ các xã, thị trấn; các phòng ban"
    assert [line[:2] for line in lines[issuer + 2 : issuer + 4]] == ["D1", "D2"]
    assert lines[issuer + 4] == "→ Các phòng ban"
    assert lines[issuer + 5].startswith("D3")


def test_flags_are_marked() -> None:
    assert "! sau con số không có đơn vị" in plain(SummaryView(SUMMARY))


def test_the_account_of_numerals_closes_the_page() -> None:
    assert coverage_line(SUMMARY.coverage) == "6 con số: 3 dùng, 2 để ngoài, 1 chưa dùng"
    assert "Chưa dùng: 335" in plain(SummaryView(SUMMARY))


def test_quotes_are_shown_on_demand_with_their_offsets() -> None:
    quoted = "“trên 80% lao động” [0:17]"

    assert quoted not in plain(SummaryView(SUMMARY))
    assert quoted in plain(SummaryView(SUMMARY, quotes=True))


def test_a_page_without_items_says_so() -> None:
    empty = SUMMARY.model_copy(update={"achievements": (), "targets": (), "directives": ()})

    assert "Văn bản không nêu kết quả" in plain(SummaryView(empty))


def test_markup_in_a_document_is_just_text() -> None:
    item = directive(1, "[bold red]xử lý[/] :smile:")

    page = plain(SummaryView(SUMMARY.model_copy(update={"directives": (item,)})))

    assert "[bold red]xử lý[/] :smile:" in page


@given(st.text())
def test_nothing_a_terminal_would_obey_gets_through(text: str) -> None:
    assert all(c.isprintable() for c in clean(text))


@dataclass(frozen=True)
class Reason:
    cue: str
    label: str
    weight: float


@dataclass(frozen=True)
class Decision:
    number: int
    text: str
    frame: str
    label: str
    reasons: Sequence[Reason]


def test_a_decision_shows_the_clause_the_list_and_what_spoke_for_it() -> None:
    reasons = (
        Reason("nobody speaks", "orders", -6.0),
        Reason("kế hoạch", "tasks", 1.0),
        Reason("phấn đấu", "goals", 1.5),
        Reason("phấn đấu", "goals", 1.0),
    )
    decision = Decision(7, "phấn đấu đạt 5%", "goals", "target", reasons)

    page = plain(DecisionsView([decision]))

    assert "7  mục tiêu  phấn đấu đạt 5%" in page
    assert "[mục tiêu] · phấn đấu +2,5 mục tiêu · kế hoạch +1,0 nhiệm vụ" in page
    assert page.index("+1,0 nhiệm vụ") < page.index("nobody speaks -6,0 chỉ đạo")


def test_a_decision_tells_only_its_strongest_reasons() -> None:
    reasons = [Reason(f"dấu hiệu {i}", "goals", i / 10) for i in range(20)]

    page = plain(DecisionsView([Decision(1, "phấn đấu", "goals", "target", reasons)]))

    assert "dấu hiệu 19" in page
    assert "dấu hiệu 1 " not in page
    assert "và 14 dấu hiệu khác" in page


def test_every_label_and_every_frame_has_a_vietnamese_name() -> None:
    assert set(LABELS) == {"achievement", "shortcoming", "target", "directive", "none"}
    assert set(FRAMES) == set(summarizer.frames.FRAMES)


def test_what_a_model_was_asked_and_paid_is_told_in_one_line() -> None:
    usage = Usage(requests=2, input_tokens=3324, output_tokens=211, cost_usd=Decimal("0.0012"))

    assert usage_line(usage) == "2 lượt hỏi, 3.324 token vào, 211 token ra, 0,0012 USD"
    assert "USD" not in usage_line(usage.model_copy(update={"cost_usd": None}))


def test_every_flag_has_vietnamese_words() -> None:
    sources = Path(summarizer.frames.__file__).parent.rglob("*.py")
    told = re.compile(r'(?:Flag\(\s*code=|self\._drop\()"(\w+)"')
    codes = {code for path in sources for code in told.findall(path.read_text("utf-8"))}
    assert {"pages_unread", "truncated", "told_twice", "magnitude_suspect"} <= codes
    assert codes | {"unit_missing", "separator_ambiguous"} <= FLAGS.keys()
