"""The brief: a page in the form that Vietnamese offices know, and what matters comes first."""

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from schemas import (
    Achievement,
    Chair,
    Context,
    Coverage,
    Deadline,
    Directive,
    Evidence,
    Failure,
    Figure,
    Flag,
    Issuer,
    Row,
    Run,
    Sector,
    Source,
    Summary,
    Target,
    Unclaimed,
)
from summarizer import Document, Summarizer
from summarizer.exports import export
from summarizer.exports.brief import CHECKS, FAULTS, GOALS, RESULTS, TASKS, brief
from summarizer.view import clean, number

FIXTURES = Path(__file__).resolve().parent.parent / "evals" / "fixtures"
HA = Issuer(name="Lê Thu Hà", posts=("Chủ tịch UBND xã",), kind="person")


def evidence(quote: str) -> tuple[Evidence, ...]:
    return (Evidence(quote=quote, start=0, end=len(quote)),)


def result(place: int, sector: Sector = "general", value: str | None = None) -> Achievement:
    figures = () if value is None else (level(value),)
    return Achievement(
        id=f"A{place}",
        statement=f"việc {place} tốt",
        sector=sector,
        indicator=f"chỉ số {place}" if figures else None,
        figures=figures,
        evidence=evidence("tốt"),
    )


def level(value: str, unit: str = "tấn") -> Figure:
    return Figure(role="level", raw=value, value=Decimal(value), unit=unit, start=0, end=1)


def task(place: int, until: str | None = None, issuer: Issuer | None = HA) -> Directive:
    deadline = Deadline(text="sớm", date=dt.date.fromisoformat(until)) if until else None
    return Directive(
        id=f"D{place}",
        statement=f"làm việc {place}",
        sector="general",
        issuer=issuer,
        addressees=("các xã",),
        deadline=deadline,
        evidence=evidence("làm"),
    )


def summary(**fields: object) -> Summary:
    return Summary.model_validate(
        {
            "source": Source(name="a.txt", sha256="0", characters=9, title="Xã nhìn lại năm 2024"),
            "context": Context(body="UBND xã An Lạc", period="2024", plan_period="2025"),
            "overview": "",
            "coverage": Coverage(numerals=0, used=0),
            "run": Run(engine="embedded", task="report@1"),
        }
        | fields
    )


def parts(page: str) -> list[str]:
    """Each part of a brief without its heading."""
    return [part.split("\n", 1)[1] for part in page.split("\n## ")[1:]]


def items(part: str) -> list[str]:
    return re.findall(r"^\d+\. (.*)$", part, re.MULTILINE)


def test_a_brief_has_its_head_and_five_parts() -> None:
    page = brief(
        summary(
            context=Context(
                body="UBND xã An Lạc",
                period="2024",
                plan_period="2025",
                held_on=dt.date(2024, 12, 3),
                chair=Chair(name="Lê Thu Hà", posts=("Chủ tịch UBND xã",)),
            )
        )
    )

    assert page.startswith(
        "**UBND XÃ AN LẠC**\n\n# TÓM TẮT BÁO CÁO\n\n**Xã nhìn lại năm 2024**\n\n"
        "Kỳ báo cáo: 2024; Ngày họp: 03/12/2024; Chủ trì: Lê Thu Hà, Chủ tịch UBND xã; "
        "Nguồn: a.txt\n"
    )
    assert re.findall("^## (.*)$", page, re.MULTILINE) == [
        "I. KẾT QUẢ NỔI BẬT",
        "II. TỒN TẠI, HẠN CHẾ",
        "III. CHỈ TIÊU 2025",
        "IV. NHIỆM VỤ, CHỈ ĐẠO",
        "V. ĐIỂM CẦN KIỂM TRA",
    ]
    assert page.count("Văn bản không nêu.") == 4
    assert page.endswith("Không có.\n")


def test_figures_are_told_in_vietnamese_notation() -> None:
    yield_ = result(1, value="5807.25")

    assert "1. Chỉ số 1: 5.807,25 tấn\n" in brief(summary(achievements=(yield_,)))


def test_items_with_figures_come_first_and_each_sector_has_its_turn() -> None:
    told = (
        result(1, "education", "1"),
        result(2, "education", "2"),
        result(3, "agriculture"),
        result(4, "agriculture", "4"),
        result(5, "general", "5"),
    )

    shown = items(parts(brief(summary(achievements=told)))[0])

    assert [re.findall(r"\d", each)[0] for each in shown] == ["5", "4", "1", "2", "3"]


@pytest.mark.parametrize("more", [0, 1, 12])
def test_what_does_not_fit_is_counted(more: int) -> None:
    told = tuple(result(place) for place in range(RESULTS + more))

    first = parts(brief(summary(achievements=told)))[0]

    assert len(items(first)) == RESULTS
    assert re.findall(r"^\*và (\d+) kết quả khác\*$", first, re.MULTILINE) == [str(more)] * bool(
        more
    )


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("a " * 100, "A " + "a " * 99),
        ("từ " * 50 + "xong; " + "dài " * 50, "Từ " + "từ " * 49 + "xong …"),
        ("x" * 500, "X" + "x" * 199 + " …"),
    ],
)
def test_a_long_item_is_cut_after_a_clause(told: str, shown: str) -> None:
    page = brief(summary(achievements=(result(1).model_copy(update={"statement": told}),)))

    assert items(parts(page)[0]) == [shown.strip()]


def test_tasks_stand_under_who_gives_them_the_dated_ones_first() -> None:
    body = Issuer(name="UBND huyện", kind="body")
    told = (task(1), task(2, issuer=body), task(3, "2025-05-01"), task(4, "2025-03-15", body))

    orders = parts(brief(summary(directives=told)))[3]

    assert orders.strip() == (
        "**UBND huyện** → các xã:\n\n"
        "1. Làm việc 4 *(hạn: sớm (15/03/2025))*\n"
        "2. Làm việc 2\n\n"
        "**Lê Thu Hà, Chủ tịch UBND xã** → các xã:\n\n"
        "3. Làm việc 3 *(hạn: sớm (01/05/2025))*\n"
        "4. Làm việc 1"
    )


def test_a_dated_task_is_shown_however_late_it_is_told() -> None:
    told = (*(task(place) for place in range(30)), task(99, "2025-03-15"))

    orders = parts(brief(summary(directives=told)))[3]

    assert items(orders)[0] == "Làm việc 99 *(hạn: sớm (15/03/2025))*"
    assert f"*và {31 - TASKS} nhiệm vụ khác*" in orders


def test_a_deadline_that_the_plan_period_says_is_not_repeated() -> None:
    targets = tuple(
        Target(
            id=f"T{year}",
            statement=f"đạt {year}",
            sector="general",
            deadline=Deadline(text=f"năm {year}", date=dt.date(year, 12, 31)),
            evidence=evidence("đạt"),
        )
        for year in (2025, 2030)
    )

    assert items(parts(brief(summary(targets=targets)))[2]) == ["Đạt 2025", "Đạt 2030 *(năm 2030)*"]


def test_what_is_doubtful_is_told_in_vietnamese() -> None:
    flagged = result(1, value="7").model_copy(
        update={"flags": (Flag(code="unit_missing", message="no unit"),)}
    )
    page = brief(
        summary(
            achievements=(flagged,),
            coverage=Coverage(
                numerals=2, used=1, unclaimed=(Unclaimed(raw="335", start=3, end=6),)
            ),
            run=Run(
                engine="embedded", task="t", issues=(Flag(code="truncated", message="no end"),)
            ),
        )
    )

    assert items(parts(page)[4]) == [
        "Văn bản có lẽ bị cắt ở cuối",
        "Con số chưa dùng: 335 (2 con số: 1 dùng, 0 để ngoài, 1 chưa dùng)",
        "Sau con số không có đơn vị: việc 1 tốt",
    ]


@pytest.mark.parametrize("name", ["co-to", "ba-che", "lap-vo", "dev/d27"])
def test_the_brief_of_a_report_fits_about_a_page_and_invents_no_number(name: str) -> None:
    document = Document.read(FIXTURES / f"{name}.txt")
    told = Summarizer()(document)
    page = brief(told)
    lines = [line for line in page.splitlines() if line.strip()]

    assert sum(1 + len(line) // 95 for line in lines) <= 62
    assert len(lines) <= RESULTS + FAULTS + GOALS + 2 * TASKS + CHECKS + 5 * 2 + 6
    shown = [line for part in parts(page)[:3] for line in items(part)]
    known = document.text + " ".join(_notations(told))
    for line in shown:
        for numeral in re.findall(r"\d[\d.,]*\d|\d", line):
            assert numeral in known


def _notations(told: Summary) -> list[str]:
    lists: Sequence[Sequence[Achievement | Target]] = (told.achievements, told.targets)
    figures = [one for each in lists for item in each for one in item.figures]
    values = [(one.value, one.upper, one.total) for one in figures]
    return [number(abs(value)) for each in values for value in each if value is not None]


@given(st.text(alphabet=st.sampled_from("*_`<>[]()#+-=!|~\\&;1. :/\na\x1b\u202e"), max_size=80))
def test_markdown_shows_any_words_as_they_are(text: str) -> None:
    told = f"{text} xong"
    page = brief(summary(achievements=(result(1).model_copy(update={"statement": told}),)))

    tokens = MarkdownIt().parse(page)
    places = [place for place, token in enumerate(tokens) if token.type == "list_item_open"]

    assert len(places) == 1
    shown = tokens[places[0] + 2].children or []
    assert {each.type for each in shown} == {"text"}
    assert "".join(each.content for each in shown).lower() == clean(told).lower()
    assert [token.tag for token in tokens if token.type == "heading_open"] == ["h1"] + ["h2"] * 5


def test_documents_are_told_apart_by_a_rule_and_failures_are_named(tmp_path: Path) -> None:
    rows = [
        Row(name="a.txt", status="ok", summary=summary()),
        Row(
            name="quét.pdf",
            status="failed",
            error=Failure(type="DocumentError", message="no text; run *OCR* first"),
        ),
        Row(name="b.txt", status="ok", summary=summary()),
    ]

    export(rows, tmp_path / "out.md")

    first, second, third = (tmp_path / "out.md").read_text("utf-8").split("\n---\n\n")
    assert first == brief(summary()) == third
    assert second == "# quét.pdf\n\nKhông tóm tắt được: no text; run \\*OCR\\* first\n"
