"""Exports as tables: nothing is lost or computed, and numbers and dates stay what they are."""

import csv
import datetime as dt
import io
import json
import re
import sys
import weakref
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import icalendar
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from schemas import (
    Achievement,
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
    Source,
    Summary,
    Target,
    Unclaimed,
    Usage,
)
from summarizer import Document, Summarizer
from summarizer.cli.export import export as command
from summarizer.errors import DocumentError, SummarizerError
from summarizer.exports import SUFFIXES, Options, export, workbook
from summarizer.exports.cells import LONGEST, cell, guarded
from summarizer.exports.frames import directives_frame, figures_frame
from summarizer.exports.rows import read_rows

FIXTURES = Path(__file__).resolve().parent.parent / "evals" / "fixtures"
SHEETS = ["Kết quả", "Tồn tại", "Chỉ tiêu", "Chỉ đạo", "Số liệu", "Cần kiểm tra", "Chạy"]
TABULAR = [suffix for suffix in SUFFIXES if suffix not in {".html", ".md"}]
FAILED = Row(
    name="quét.pdf",
    status="failed",
    error=Failure(type="DocumentError", message="quét.pdf has no text; run OCR first"),
)


def evidence(quote: str, start: int = 0, page: int | None = None) -> tuple[Evidence, ...]:
    return (Evidence(quote=quote, start=start, end=start + len(quote), page=page),)


def figure(role: str, value: str, **fields: object) -> Figure:
    told = {"role": role, "raw": value, "value": Decimal(value), "start": 0, "end": len(value)}
    return Figure.model_validate(told | fields)


def directive(
    number: int, statement: str, deadline: Deadline | None = None, **fields: object
) -> Directive:
    return Directive.model_validate(
        {
            "id": f"D{number}",
            "statement": statement,
            "sector": "general",
            "deadline": deadline,
            "evidence": evidence(statement, start=100 * number),
        }
        | fields
    )


def summary(**fields: object) -> Summary:
    return Summary.model_validate(
        {
            "source": Source(name="a.txt", sha256="ab", characters=900),
            "context": Context(locality="xã An Lạc", period="2024", plan_period="2025"),
            "overview": "",
            "coverage": Coverage(numerals=0, used=0),
            "run": Run(engine="embedded", task="report@1"),
        }
        | fields
    )


def row(name: str = "a.txt", **fields: object) -> Row:
    return Row(name=name, status="ok", summary=summary(**fields))


RICH = row(
    achievements=(
        Achievement(
            id="A1",
            statement="sản lượng đạt 5.807 tấn",
            sector="agriculture",
            indicator="sản lượng",
            figures=(
                figure("level", "5807", unit="tấn", estimated=True, start=10, end=14),
                figure("of_plan", "105.65", unit="%", reference="kế hoạch năm"),
                figure("change", "-38", unit="vụ", reference="cùng kỳ"),
            ),
            evidence=evidence("sản lượng đạt 5.807 tấn", page=3),
            flags=(Flag(code="unit_missing", message="no unit"),),
        ),
        Achievement(
            id="A2",
            statement="an ninh được giữ vững",
            sector="defence_security",
            evidence=evidence("an ninh được giữ vững"),
        ),
    ),
    targets=(
        Target(
            id="T1",
            statement="trên 80% lao động qua đào tạo",
            sector="social_labour",
            indicator="tỷ lệ lao động qua đào tạo",
            figures=(figure("level", "80", unit="%", comparator="gt", page=4),),
            deadline=Deadline(text="năm 2025", date=dt.date(2025, 12, 31)),
            evidence=evidence("trên 80% lao động qua đào tạo"),
        ),
    ),
    directives=(
        directive(1, "giữ môi trường sạch"),
        directive(2, "báo cáo ngay", Deadline(text="trong tháng")),
        directive(
            3,
            "rà soát hộ nghèo",
            Deadline(text="trước ngày 15/3", date=dt.date(2025, 3, 15)),
            issuer=Issuer(
                name="Lê Thu Hà", posts=("Bí thư", "Chủ tịch"), kind="person", document="CV 7"
            ),
            addressees=("các xã", "các phòng"),
        ),
        directive(4, "gửi số liệu", Deadline(text="10/1", date=dt.date(2025, 1, 10))),
    ),
    coverage=Coverage(numerals=5, used=4, unclaimed=(Unclaimed(raw="335", start=70, end=73),)),
    run=Run(
        engine="model",
        model="m-1",
        task="report@1",
        seconds=1.5,
        usage=Usage(requests=2, input_tokens=100, output_tokens=20, cost_usd=Decimal("0.0125")),
        issues=(Flag(code="truncated", message="no end"),),
    ),
)


@pytest.fixture(scope="module")
def reports() -> list[Row]:
    """Real summaries, and a document that failed."""
    summarize = Summarizer()
    names = ("co-to.txt", "ba-che.txt", "dev/d27.txt", "dev/d26.txt")
    done = [(name, summarize(Document.read(FIXTURES / name))) for name in names]
    return [*(Row(name=name, status="ok", summary=told) for name, told in done), FAILED]


def written(rows: list[Row], path: Path, **options: Any) -> Path:
    export(iter(rows), path, Options(**options))
    return path


def book(rows: list[Row], folder: Path) -> Any:
    return openpyxl.load_workbook(written(rows, folder / "out.xlsx"))


def records(sheet: Any) -> list[dict[str, Any]]:
    names, *rest = sheet.iter_rows(values_only=True)
    return [dict(zip(names, values, strict=True)) for values in rest]


def calendar(rows: list[Row], folder: Path) -> list[Any]:
    data = written(rows, folder / "out.ics").read_bytes()
    return list(icalendar.Calendar.from_ical(data).walk("VEVENT"))


def table(rows: list[Row], folder: Path, **options: Any) -> list[dict[str, str]]:
    text = written(rows, folder / "out.csv", **options).read_text("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def lists(told: Summary) -> dict[str, int]:
    return {
        "Kết quả": len(told.achievements),
        "Tồn tại": len(told.shortcomings),
        "Chỉ tiêu": len(told.targets),
        "Chỉ đạo": len(told.directives),
    }


def figures(rows: list[Row]) -> list[Figure]:
    told = [each.summary for each in rows if each.summary is not None]
    return [
        one
        for each in told
        for items in (each.achievements, each.shortcomings, each.targets)
        for item in items
        for one in item.figures
    ]


# --- the workbook --------------------------------------------------------------------------------


def test_a_workbook_holds_as_many_items_and_figures_as_the_json(
    reports: list[Row], tmp_path: Path
) -> None:
    made = book(reports, tmp_path)
    told = [lists(each.summary) for each in reports if each.summary is not None]

    assert made.sheetnames == SHEETS
    for name in SHEETS[:4]:
        assert made[name].max_row - 1 == sum(each[name] for each in told) > 0
    assert made["Số liệu"].max_row - 1 == len(figures(reports))
    assert made["Chạy"].max_row - 1 == len(reports)


def test_pandas_reads_the_figures_as_the_json_tells_them(
    reports: list[Row], tmp_path: Path
) -> None:
    frame = pd.read_excel(written(reports, tmp_path / "out.xlsx"), sheet_name="Số liệu")

    assert frame["Giá trị"].dtype == "float64"
    assert list(frame["Giá trị"]) == [float(each.value) for each in figures(reports)]
    assert list(frame["Nguyên văn"]) == [" ".join(each.raw.split()) for each in figures(reports)]


def test_every_sheet_has_filters_and_a_header_that_stays(tmp_path: Path) -> None:
    for sheet in book([RICH], tmp_path):
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert all(column.width > 5 for column in sheet.column_dimensions.values())


def test_a_figure_is_told_with_everything_that_bears_on_it(tmp_path: Path) -> None:
    first, _, change, target = records(book([RICH], tmp_path)["Số liệu"])

    assert first == {
        "Văn bản số": 1,
        "Mã": "A1",
        "Địa phương": "xã An Lạc",
        "Kỳ": "2024",
        "Lĩnh vực": "Nông nghiệp",
        "Danh sách": "Kết quả",
        "Chỉ tiêu": "sản lượng",
        "Vai trò": "mức đạt",
        "Giá trị": 5807,
        "Đến (giá trị)": None,
        "Trên tổng số": None,
        "Đơn vị": "tấn",
        "So sánh": "bằng",
        "So với": None,
        "Ước tính": "có",
        "Nguyên văn": "5807",
        "Hạn (nguyên văn)": None,
        "Hạn (ngày)": None,
        "Cần lưu ý": "sau con số không có đơn vị",
        "Trích dẫn": "sản lượng đạt 5.807 tấn",
        "Tệp": "a.txt",
        "Vị trí": "10–14",
        "Trang": None,
    }
    assert (change["Giá trị"], change["Đơn vị"], change["So với"]) == (-38, "vụ", "cùng kỳ")
    assert (target["Kỳ"], target["So sánh"], target["Trang"]) == ("2025", "trên", 4)
    assert target["Hạn (ngày)"] == dt.datetime(2025, 12, 31)


def test_items_show_their_amounts_as_the_forms_of_offices_do(tmp_path: Path) -> None:
    item = Achievement(
        id="A1",
        statement="sản lượng",
        sector="agriculture",
        indicator="sản lượng",
        figures=(
            figure("level", "5807", unit="tấn"),
            figure("level", "9", unit="tấn"),
            figure("baseline", "5680", unit="tấn"),
            figure("planned", "5", unit="nghìn tấn"),
            figure("of_plan", "105.6", unit="%"),
            figure("of_previous", "101", unit="%", upper=Decimal(102)),
            figure("change", "-2.2", unit="%"),
        ),
        evidence=evidence("sản lượng"),
    )

    made = book(
        [row(achievements=(item,), targets=RICH.summary and RICH.summary.targets)], tmp_path
    )
    (result,), (target,) = records(made["Kết quả"]), records(made["Chỉ tiêu"])

    assert [result[name] for name in ("Đơn vị", "Kỳ trước", "Kế hoạch", "Thực hiện")] == [
        "tấn",
        5680,
        None,
        5807,
    ]
    assert [result[name] for name in ("% kế hoạch", "% kỳ trước", "% tăng, giảm")] == [
        105.6,
        None,
        -2.2,
    ]
    assert (target["Đơn vị"], target["Mức đề ra"]) == ("%", 80)
    assert target["Hạn (ngày)"] == dt.datetime(2025, 12, 31)


def test_numbers_show_as_many_decimals_as_the_source(tmp_path: Path) -> None:
    column = list(book([RICH], tmp_path)["Số liệu"].columns)[8][1:]

    assert [each.number_format for each in column] == ["#,##0", "#,##0.00", "#,##0", "#,##0"]
    assert {each.data_type for each in column} == {"n"}


def test_directives_are_sorted_by_deadline_and_those_without_come_last(tmp_path: Path) -> None:
    first, second, third, last = records(book([RICH], tmp_path)["Chỉ đạo"])

    assert [each["Mã"] for each in (first, second, third, last)] == ["D4", "D3", "D2", "D1"]
    assert [each["Số"] for each in (first, second, third, last)] == [1, 2, 3, 4]
    assert first["Hạn (ngày)"] == dt.datetime(2025, 1, 10)
    assert second == {
        "Số": 2,
        "Nội dung": "rà soát hộ nghèo",
        "Người, cơ quan chỉ đạo": "Lê Thu Hà",
        "Chức vụ": "Bí thư; Chủ tịch",
        "Văn bản": "CV 7",
        "Nơi nhận": "các xã; các phòng",
        "Hạn (nguyên văn)": "trước ngày 15/3",
        "Hạn (ngày)": dt.datetime(2025, 3, 15),
        "Lĩnh vực": "Tổng hợp",
        "Cần lưu ý": None,
        "Trích dẫn": "rà soát hộ nghèo",
        "Tệp": "a.txt",
        "Vị trí": "300–316",
        "Trang": None,
        "Địa phương": "xã An Lạc",
        "Văn bản số": 1,
        "Mã": "D3",
    }
    assert (third["Hạn (nguyên văn)"], third["Hạn (ngày)"]) == ("trong tháng", None)


def test_items_link_to_their_figures_and_back(tmp_path: Path) -> None:
    made = book([FAILED, RICH, RICH], tmp_path)

    for name in ("Kết quả", "Chỉ tiêu"):
        for each in made[name]["B"][1:]:
            if each.hyperlink is not None:
                sheet, place = each.hyperlink.location.split("!")
                there = made[sheet.strip("'")][place]
                back = there.parent.cell(there.row, 2).hyperlink.location
                assert there.parent.cell(there.row, 2).value == each.value
                assert back == f"'{name}'!A{each.row}"
    assert [each.hyperlink is None for each in made["Kết quả"]["B"][1:]] == [False, True] * 2


def test_whatever_is_doubtful_stands_on_the_sheet_to_check(tmp_path: Path) -> None:
    found = records(book([RICH, FAILED], tmp_path)["Cần kiểm tra"])

    assert [(each["Văn bản số"], each["Mã"], each["Vấn đề"]) for each in found] == [
        (1, "A1", "unit_missing"),
        (1, None, "truncated"),
        (1, None, "unclaimed"),
        (2, None, "DocumentError"),
    ]
    assert (found[0]["Trích dẫn"], found[0]["Trang"]) == ("sản lượng đạt 5.807 tấn", 3)
    assert (found[2]["Trích dẫn"], found[2]["Vị trí"]) == ("335", "70–73")
    assert found[3]["Giải thích"] == "quét.pdf has no text; run OCR first"


def test_the_run_tells_models_tokens_cost_and_failures(tmp_path: Path) -> None:
    done, failed = records(book([RICH, FAILED], tmp_path)["Chạy"])

    assert (done["Trạng thái"], done["Mô hình"], done["Token vào"]) == ("xong", "m-1", 100)
    assert (done["Chi phí (USD)"], done["Số liệu"], done["Con số chưa dùng"]) == (0.0125, 4, 1)
    assert (failed["Trạng thái"], failed["Loại lỗi"]) == ("lỗi", "DocumentError")
    assert failed["Lỗi"] == "quét.pdf has no text; run OCR first"
    assert failed["Bộ máy"] is None


@pytest.mark.parametrize(
    "attack",
    ["=1+1", "+1", "-38 vụ", "@SUM(A1)", "\t=1+1", "\r=1+1", "=cmd|'/c calc'!A0"],
)
def test_no_text_of_a_report_becomes_a_formula(attack: str, tmp_path: Path) -> None:
    hostile = row(
        name=attack,
        context=Context(locality=attack, period=attack),
        achievements=(
            Achievement(
                id="A1",
                statement=attack,
                sector="general",
                indicator=attack,
                figures=(figure("change", "-38", unit=attack, reference=attack, raw=attack),),
                evidence=evidence(attack),
                flags=(Flag(code=attack, message=attack),),
            ),
        ),
        directives=(directive(1, attack, Deadline(text=attack), addressees=(attack,)),),
    )

    cells = [
        each for sheet in book([hostile], tmp_path) for line in sheet.iter_rows() for each in line
    ]

    assert {each.data_type for each in cells} <= {"s", "n", "inlineStr"}
    assert [each.value for each in cells].count(attack.strip()) > 10
    assert all(
        each.quotePrefix
        for each in cells
        if isinstance(each.value, str) and each.value.startswith(("=", "+", "-", "@"))
    )
    assert [
        each["Giá trị"]
        for each in records(openpyxl.load_workbook(tmp_path / "out.xlsx")["Số liệu"])
    ] == [-38]


def test_control_signs_are_dropped_and_long_texts_cut_with_a_note(tmp_path: Path) -> None:
    long = "dài " * 20_000
    rows = [row(directives=(directive(1, "a\x00b\x1bc\nd\ue000"), directive(2, long)))]

    first, second = records(book(rows, tmp_path)["Chỉ đạo"])

    assert first["Nội dung"] == "a b c d"
    assert len(second["Nội dung"]) <= 32_767
    assert second["Nội dung"].endswith("(cắt bớt: ô quá dài)")


@given(
    st.text(alphabet=st.sampled_from("aế𝄞 \n"), min_size=1, max_size=9), st.integers(5_000, 40_000)
)
def test_a_cell_never_holds_more_than_excel_opens(text: str, times: int) -> None:
    shown = cell(text * times)

    assert len(shown.encode("utf-16-le")) // 2 <= LONGEST
    assert shown.isprintable()


def test_what_excel_cannot_number_or_date_is_written_as_text(tmp_path: Path) -> None:
    rows = [
        row(
            achievements=(
                Achievement(
                    id="A1",
                    statement="lớn",
                    sector="general",
                    figures=(figure("level", "1" + "0" * 400),),
                    evidence=(),
                ),
            ),
            directives=(directive(1, "xưa", Deadline(text="1885", date=dt.date(1885, 12, 31))),),
        )
    ]

    made = book(rows, tmp_path)

    assert records(made["Số liệu"])[0]["Giá trị"] == "1E+400"
    assert records(made["Chỉ đạo"])[0]["Hạn (ngày)"] == "1885-12-31"


@pytest.mark.parametrize("fields", [{}, {"achievements": ()}])
def test_more_rows_than_excel_opens_are_an_error_and_leave_no_file(
    fields: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 4)
    rows = [RICH.model_copy(update={"summary": RICH.summary.model_copy(update=fields)})]  # type: ignore[union-attr]

    with pytest.raises(SummarizerError, match=r"more than 4 rows.*fewer documents"):
        export(rows, tmp_path / "out.xlsx")

    assert list(tmp_path.iterdir()) == []


# --- tidy tables ---------------------------------------------------------------------------------


def test_a_csv_holds_a_line_for_each_figure_of_the_json(reports: list[Row], tmp_path: Path) -> None:
    found = table(reports, tmp_path)

    assert [Decimal(each["value"]) for each in found] == [each.value for each in figures(reports)]
    assert [(each["start"], each["end"]) for each in found] == [
        (str(each.start), str(each.end)) for each in figures(reports)
    ]


def test_excel_knows_the_csv_by_its_mark_and_pandas_reads_its_types(
    reports: list[Row], tmp_path: Path
) -> None:
    path = written(reports, tmp_path / "out.csv")
    frame = pd.read_csv(path, parse_dates=["deadline"])

    assert path.read_bytes().startswith(b"\xef\xbb\xbfdocument,file,locality")
    assert frame["value"].dtype == "float64"
    assert frame["estimated"].dtype == "bool"
    assert len(frame) == len(figures(reports))


def test_directives_are_a_table_of_their_own(tmp_path: Path) -> None:
    first, _, third, _ = table([RICH], tmp_path, table="directives")

    assert (first["item"], first["issuer"], first["deadline"]) == ("D1", "", "")
    assert third == {
        "document": "1",
        "file": "a.txt",
        "locality": "xã An Lạc",
        "body": "",
        "item": "D3",
        "sector": "general",
        "statement": "rà soát hộ nghèo",
        "issuer": "Lê Thu Hà",
        "posts": "Bí thư; Chủ tịch",
        "issuer_kind": "person",
        "issued_in": "CV 7",
        "addressees": "các xã; các phòng",
        "deadline_text": "trước ngày 15/3",
        "deadline": "2025-03-15",
        "quote": "rà soát hộ nghèo",
        "start": "300",
        "end": "316",
        "page": "",
        "flags": "",
    }


def test_in_a_csv_texts_are_guarded_and_numbers_are_not(tmp_path: Path) -> None:
    hostile = Achievement(
        id="A1",
        statement="=1+1",
        sector="general",
        figures=(figure("change", "-38", unit="-38 vụ"),),
        evidence=evidence("giảm;\n=1+1"),
    )

    (found,) = table([row(achievements=(hostile,))], tmp_path)

    assert (found["value"], found["unit"]) == ("-38", "'-38 vụ")
    assert (found["statement"], found["quote"]) == ("'=1+1", "giảm;' =1+1")


@given(st.text(alphabet=st.sampled_from("=+-@＝＋; \t\r\n\"',aế1\x00")))
def test_nothing_guarded_can_be_computed_wherever_excel_ends_a_cell(text: str) -> None:
    shown = guarded(text)

    assert shown.isprintable()
    assert not any(re.match("[=+@＝＋－-]", part.strip()) for part in shown.split(";"))
    assert re.sub("['\\s]", "", shown) == re.sub("['\\s\\x00]", "", text)


def test_a_parquet_table_is_typed(reports: list[Row], tmp_path: Path) -> None:
    made = pq.read_table(written(reports, tmp_path / "out.parquet"))
    types = {field.name: str(field.type) for field in made.schema}

    assert made.num_rows == len(figures(reports))
    assert made["value"].to_pylist() == [float(each.value) for each in figures(reports)]
    assert made["raw"].to_pylist() == [each.raw for each in figures(reports)]
    assert (types["document"], types["value"], types["deadline"]) == (
        "int64",
        "double",
        "date32[day]",
    )
    assert (types["estimated"], types["unit"]) == ("bool", "string")
    assert types["flags"].startswith("list<")


def test_a_parquet_table_of_directives_has_dates_and_lists(tmp_path: Path) -> None:
    made = pq.read_table(written([RICH], tmp_path / "out.parquet", table="directives"))
    third = made.to_pylist()[2]

    assert third["deadline"] == dt.date(2025, 3, 15)
    assert third["addressees"] == ["các xã", "các phòng"]


def test_columns_of_the_tables_are_those_that_the_documentation_tells(tmp_path: Path) -> None:
    docs = (FIXTURES.parent.parent / "docs" / "exports.md").read_text("utf-8")
    parts = docs.split("\n### ")

    for name in ("figures", "directives"):
        (part,) = [each for each in parts if each.startswith(f"Columns of `{name}`")]
        told = re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE)
        made = pq.read_table(written([RICH], tmp_path / "out.parquet", table=name))
        assert told == made.column_names == list(table([RICH], tmp_path, table=name)[0])


def test_a_summary_is_a_frame_with_types_even_where_nothing_is_told() -> None:
    told = RICH.summary or summary()

    full, empty = figures_frame(told), figures_frame(summary())

    assert list(full["value"]) == [5807.0, 105.65, -38.0, 80.0]
    assert full["upper"].dtype == empty["value"].dtype == "float64"
    assert full["deadline"].max() == pd.Timestamp(2025, 12, 31)
    assert list(directives_frame(told)["deadline"].dropna()) == [
        pd.Timestamp(2025, 3, 15),
        pd.Timestamp(2025, 1, 10),
    ]
    assert list(empty.columns) == list(full.columns)


# --- the calendar --------------------------------------------------------------------------------


def test_each_directive_with_a_date_is_an_event_of_that_day(tmp_path: Path) -> None:
    third, fourth = calendar([RICH, FAILED], tmp_path)

    assert (third["DTSTART"].dt, third["DTEND"].dt) == (dt.date(2025, 3, 15), dt.date(2025, 3, 16))
    assert fourth["SUMMARY"] == "gửi số liệu"
    assert third["DESCRIPTION"].split("\n") == [
        "rà soát hộ nghèo",
        "Chỉ đạo: Lê Thu Hà, Bí thư, Chủ tịch",
        "Văn bản: CV 7",
        "Nơi nhận: các xã; các phòng",
        "Hạn: trước ngày 15/3 (15/03/2025)",
        "Nguồn: a.txt, mục D3",
    ]


def test_as_many_events_as_dated_directives(reports: list[Row], tmp_path: Path) -> None:
    texts = [FIXTURES / "dev" / f"{name}.txt" for name in ("d14", "d24")]
    rows = [
        *reports,
        *(
            Row(name=each.name, status="ok", summary=Summarizer()(Document.read(each)))
            for each in texts
        ),
    ]
    dated = [
        one
        for each in rows
        for one in (each.summary.directives if each.summary else ())
        if one.deadline and one.deadline.date
    ]

    events = calendar(rows, tmp_path)

    assert len(events) == len(dated) > 2
    assert len({str(each["UID"]) for each in events}) == len(dated)


def test_a_task_told_by_two_rows_is_one_event_with_the_same_uid_again(tmp_path: Path) -> None:
    once = [str(each["UID"]) for each in calendar([RICH], tmp_path)]
    twice = [str(each["UID"]) for each in calendar([FAILED, RICH, RICH], tmp_path)]

    assert once == twice


@given(st.text(min_size=1, max_size=300), st.dates())
def test_a_calendar_keeps_any_words_in_lines_of_75_octets(
    tmp_path_factory: pytest.TempPathFactory, text: str, date: dt.date
) -> None:
    folder = tmp_path_factory.mktemp("lịch")
    rows = [row(directives=(directive(1, text, Deadline(text=text, date=date)),))]

    (event,) = calendar(rows, folder)

    lines = (folder / "out.ics").read_bytes().split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert "".join(line.decode() for line in lines)  # no line breaks within a character
    assert event["DTSTART"].dt == date
    assert event["DESCRIPTION"].split("\n")[0] == " ".join(
        "".join(sign if sign.isprintable() else " " for sign in text).split()
    )


# --- all of them ---------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", TABULAR)
def test_the_same_rows_make_the_same_file(suffix: str, tmp_path: Path) -> None:
    first = written([RICH, FAILED], tmp_path / f"a{suffix}").read_bytes()

    assert written([RICH, FAILED], tmp_path / f"b{suffix}").read_bytes() == first


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".parquet", ".ics", ".md"])
def test_no_rows_make_a_file_without_any(suffix: str, tmp_path: Path) -> None:
    path = written([], tmp_path / f"out{suffix}")
    rows = {
        ".xlsx": lambda: sum(sheet.max_row - 1 for sheet in openpyxl.load_workbook(path)),
        ".csv": lambda: len(pd.read_csv(path)),
        ".parquet": lambda: pq.read_table(path).num_rows,
        ".ics": lambda: len(icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT")),
        ".md": lambda: len(path.read_text("utf-8")),
    }

    assert rows[suffix]() == 0


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".ics", ".md"])
def test_rows_are_read_one_by_one_and_not_kept(suffix: str, tmp_path: Path) -> None:
    kept: list[weakref.ref[Summary]] = []

    def rows() -> Iterator[Row]:
        for _ in range(5):
            told = RICH.model_copy(deep=True)
            assert told.summary is not None
            kept.append(weakref.ref(told.summary))
            yield told
            del told
            assert sum(each() is not None for each in kept) <= 1

    export(rows(), tmp_path / f"out{suffix}")

    assert len(kept) == 5


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_export_that_fails_leaves_the_older_file_and_nothing_else(
    suffix: str, tmp_path: Path
) -> None:
    def rows() -> Iterator[Row]:
        yield RICH
        raise DocumentError("rows.jsonl, line 2 is broken")

    path = tmp_path / f"out{suffix}"
    path.write_text("older")

    with pytest.raises(DocumentError, match="line 2"):
        export(rows(), path)

    assert [each.read_text() for each in tmp_path.iterdir()] == ["older"]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "out.csv"

    with pytest.raises(FileNotFoundError) as told:
        export([], path)

    assert told.value.filename == str(path)


@pytest.mark.parametrize("name", ["out.docx", "out", "out.jsonl"])
def test_an_unknown_suffix_is_refused_with_the_known_ones(name: str, tmp_path: Path) -> None:
    with pytest.raises(SummarizerError, match=re.escape(", ".join(SUFFIXES))):
        export([], tmp_path / name)


@pytest.mark.parametrize(("suffix", "library"), [(".xlsx", "xlsxwriter"), (".parquet", "pyarrow")])
def test_a_missing_library_is_named_by_its_extra(
    suffix: str, library: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = {".xlsx": "workbook", ".parquet": "parquet"}[suffix]
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.delitem(sys.modules, f"summarizer.exports.{module}", raising=False)

    with pytest.raises(
        SummarizerError, match=rf'pip install "structured-summarizer\[{suffix[1:]}\]"'
    ):
        export([], tmp_path / f"out{suffix}")


# --- rows ----------------------------------------------------------------------------------------


def test_rows_are_read_as_they_were_written(reports: list[Row], tmp_path: Path) -> None:
    first, second = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    first.write_bytes(b"".join(each.line() for each in reports[:2]))
    second.write_bytes(b"\n".join(each.line() for each in reports[2:]))

    assert list(read_rows([str(first), str(second)])) == reports


@pytest.mark.parametrize("indent", [None, 2])
def test_a_single_summary_is_a_row_under_its_own_name(indent: int | None, tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    told = RICH.summary or summary()
    path.write_text(told.model_dump_json(indent=indent) + "\n", "utf-8")

    assert list(read_rows([str(path)])) == [Row(name="a.txt", status="ok", summary=told)]


def test_a_summary_without_a_name_takes_that_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_text(summary(source=Source(sha256="0", characters=1)).model_dump_json())

    assert [each.name for each in read_rows([str(path)])] == [str(path)]


@pytest.mark.parametrize(
    "line",
    [
        "{",
        '{"name": "b.txt", "status": "ok", "summ',
        '{"name": "b.txt", "status": "ok"}',
        '{"text": "a report"}',
        '{"schema_version": "1"}',
        "[1]",
        "[" * 100_000,
        "\x00\x01",
    ],
)
def test_a_broken_line_is_named_after_the_rows_before_it_were_read(
    line: str, tmp_path: Path
) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(FAILED.line() + b"\n" + line.encode() + b"\n")
    rows = read_rows([str(path)])

    assert next(rows) == FAILED
    with pytest.raises(DocumentError, match=r"rows\.jsonl, line 3 .*run the batch again"):
        next(rows)


@pytest.mark.parametrize(
    ("name", "told"), [("none.jsonl", "does not exist"), (".", "cannot be read"), ("0", "is empty")]
)
def test_an_input_without_rows_is_named(name: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "0").touch()

    with pytest.raises(DocumentError, match=told):
        next(read_rows([str(tmp_path / name)]))


# --- the command ---------------------------------------------------------------------------------


@pytest.fixture
def app() -> typer.Typer:
    made = typer.Typer()
    made.command()(command)
    return made


def test_the_command_reads_standard_input_and_tells_what_failed(
    app: typer.Typer, tmp_path: Path
) -> None:
    out = tmp_path / "out.csv"

    result = CliRunner().invoke(app, ["-", "-o", str(out)], input=RICH.line() + FAILED.line())

    assert result.exit_code == 0
    assert result.stdout == ""
    assert result.stderr == "summarizer: 1 of 2 documents have no summary\n"
    assert len(pd.read_csv(out)) == 4


def test_the_command_takes_a_table_and_many_inputs(app: typer.Typer, tmp_path: Path) -> None:
    rows, out = tmp_path / "rows.jsonl", tmp_path / "out.csv"
    rows.write_bytes(RICH.line())

    result = CliRunner().invoke(
        app, [str(rows), str(rows), "-o", str(out), "--table", "directives"]
    )

    assert (result.exit_code, result.stderr) == (0, "")
    assert list(pd.read_csv(out)["document"]) == [1] * 4 + [2] * 4


@pytest.mark.parametrize("arguments", [["--table", "figures"], ["--sources", "."]])
def test_an_option_that_the_output_would_not_obey_is_refused(
    app: typer.Typer, arguments: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "out.xlsx"

    result = CliRunner().invoke(app, ["-", "-o", str(out), *arguments], input=RICH.line())

    assert result.exit_code == 2
    assert f"{arguments[0]} is for" in result.stderr
    assert not out.exists()


@pytest.mark.parametrize(
    ("arguments", "code"), [(["none.jsonl", "-o", "a.csv"], 2), (["-", "-o", "a.docx"], 1)]
)
def test_what_goes_wrong_is_told_on_one_line(
    app: typer.Typer, arguments: list[str], code: int
) -> None:
    result = CliRunner().invoke(app, arguments, input=b"")

    assert result.exit_code == code
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1


def test_what_json_says_is_what_the_figures_table_says(reports: list[Row], tmp_path: Path) -> None:
    told = [json.loads(each.line()).get("summary") for each in reports]
    values = [
        figure["value"]
        for each in told
        if each
        for name in ("achievements", "shortcomings", "targets")
        for item in each[name]
        for figure in item["figures"]
    ]

    made = records(book(reports, tmp_path)["Số liệu"])

    assert [each["Giá trị"] for each in made] == values
