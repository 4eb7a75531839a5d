"""A workbook for Excel: a sheet for each list, one for figures, one to check, one on the run.

Rows are written as they come and not kept; only directives are, since they are sorted by deadline.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.exceptions import XlsxWriterException

from schemas.rows import Row
from schemas.summary import Deadline, Directive, Evidence, Flag, Summary, Target
from summarizer.errors import SummarizerError
from summarizer.exports import Options
from summarizer.exports.cells import cell, may_compute
from summarizer.exports.records import (
    Kind,
    Measured,
    explained,
    figure_record,
    measured,
    period_of,
    urgency,
)
from summarizer.view import SECTORS, reading

MOST_ROWS = 1_048_576
"""Rows of a sheet of Excel, the header among them."""

ROLES = {
    "level": "mức đạt",
    "change": "tăng, giảm",
    "baseline": "kỳ trước",
    "planned": "kế hoạch",
    "of_plan": "so với kế hoạch",
    "over_plan": "vượt kế hoạch",
    "of_previous": "so với kỳ trước",
    "factor": "gấp (lần)",
    "rank": "thứ hạng",
}
COMPARATORS = {
    "eq": "bằng",
    "gt": "trên",
    "ge": "từ … trở lên",
    "lt": "dưới",
    "le": "không quá",
    "approx": "khoảng",
    "between": "trong khoảng",
}
_MOST_LINKS = 65_530  # of a sheet; Excel opens no more
_EPOCH = dt.date(1900, 1, 1)  # Excel knows no earlier day
_MADE = dt.datetime(2000, 1, 1)  # the same rows make the same file
_MOST_PLACES = 6  # behind the decimal point, shown
_LARGEST = 10.0**300  # Excel ends at 10^308


def write(rows: Iterable[Row], path: Path, options: Options) -> None:  # noqa: ARG001 - an exporter
    """Write all rows as a workbook.

    Raises ``SummarizerError`` if a sheet would have more rows than Excel opens.
    """
    try:
        with (
            TemporaryDirectory() as folder,
            Workbook(str(path), {"constant_memory": True, "tmpdir": folder}) as book,
        ):
            book.set_properties({"title": "Tổng hợp báo cáo", "created": _MADE})
            pages = _Pages(book)
            for number, row in enumerate(rows, 1):
                pages.add(row, number)
            pages.finish()
    except XlsxWriterException as error:
        told = " ".join(str(error).split())
        raise SummarizerError(f"the workbook cannot be written ({told}); check the disk") from error


# --- Columns -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    width: int  # characters


_DOCUMENT = (_Column("Văn bản số", 8), _Column("Mã", 7))
_PLACE = (_Column("Địa phương", 20), _Column("Kỳ", 14))
_SECTOR = _Column("Lĩnh vực", 20)
_DEADLINE = (_Column("Hạn (nguyên văn)", 20), _Column("Hạn (ngày)", 12))
_SOURCE = (
    _Column("Cần lưu ý", 30),
    _Column("Trích dẫn", 60),
    _Column("Tệp", 24),
    _Column("Vị trí", 14),
    _Column("Trang", 7),
)
_ITEM = (
    *_DOCUMENT,
    *_PLACE,
    _SECTOR,
    _Column("Chỉ tiêu", 32),
    _Column("Nội dung", 60),
    _Column("Số liệu", 40),
    _Column("Đơn vị", 14),
)
# The columns of the forms that offices fill in for their periodic reports, in that order.
_ANNEX = (
    _Column("Kỳ trước", 12),
    _Column("Kế hoạch", 12),
    _Column("Thực hiện", 12),
    _Column("% kế hoạch", 11),
    _Column("% kỳ trước", 11),
    _Column("% tăng, giảm", 11),
)
_AIM = (_Column("Mức đề ra", 12),)
_FIGURES = (
    *_DOCUMENT,
    _Column("Địa phương", 20),
    _Column("Kỳ", 14),
    _SECTOR,
    _Column("Danh sách", 12),
    _Column("Chỉ tiêu", 36),
    _Column("Vai trò", 16),
    _Column("Giá trị", 14),
    _Column("Đến (giá trị)", 14),
    _Column("Trên tổng số", 14),
    _Column("Đơn vị", 16),
    _Column("So sánh", 13),
    _Column("So với", 22),
    _Column("Ước tính", 9),
    _Column("Nguyên văn", 20),
    *_DEADLINE,
    *_SOURCE,
)
_DIRECTIVES = (
    _Column("Số", 6),
    _Column("Nội dung", 60),
    _Column("Người, cơ quan chỉ đạo", 24),
    _Column("Chức vụ", 28),
    _Column("Văn bản", 24),
    _Column("Nơi nhận", 36),
    *_DEADLINE,
    _SECTOR,
    *_SOURCE,
    _Column("Địa phương", 20),
    *_DOCUMENT,
)
_CHECKS = (
    _Column("Văn bản số", 8),
    _Column("Tệp", 24),
    _Column("Danh sách", 12),
    _Column("Mã", 7),
    _Column("Vấn đề", 22),
    _Column("Giải thích", 60),
    _Column("Trích dẫn", 60),
    _Column("Vị trí", 14),
    _Column("Trang", 7),
)
_RUNS = (
    _Column("Văn bản số", 8),
    _Column("Tệp", 24),
    _Column("Trạng thái", 12),
    _Column("Địa phương", 20),
    _Column("Kỳ", 14),
    _Column("Kết quả", 9),
    _Column("Tồn tại", 9),
    _Column("Chỉ tiêu", 9),
    _Column("Chỉ đạo", 9),
    _Column("Số liệu", 9),
    _Column("Con số chưa dùng", 10),
    _Column("Bộ máy", 11),
    _Column("Mô hình", 18),
    _Column("Tác vụ", 18),
    _Column("Thời gian (giây)", 11),
    _Column("Lượt hỏi", 9),
    _Column("Token vào", 12),
    _Column("Token đã nhớ", 12),
    _Column("Token ra", 12),
    _Column("Chi phí (USD)", 12),
    _Column("Loại lỗi", 16),
    _Column("Lỗi", 60),
)
_RUN = len(_RUNS) - 5  # columns that a failed document leaves empty
_AMOUNTS = ("baseline", "planned", "level")
_SHARES = ("of_plan", "of_previous", "change")
_LISTS: dict[Kind, str] = {
    "achievement": "Kết quả",
    "shortcoming": "Tồn tại",
    "target": "Chỉ tiêu",
}


# --- Sheets --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Link:
    """A text that leads to a row of another sheet; ``row`` counts from zero."""

    text: str
    sheet: str
    row: int


_Value = str | int | float | Decimal | dt.date | bool | _Link | None


class _Formats:
    """How cells look; each format is made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._numbers: dict[int, Any] = {}
        top = {"valign": "top", "text_wrap": True}
        self.text = book.add_format(top)
        self.quoted = book.add_format({**top, "quote_prefix": True})
        self.link = book.add_format({**top, "font_color": "#0563C1", "underline": 1})
        self.day = book.add_format({"valign": "top", "num_format": "dd/mm/yyyy"})
        self.header = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": "#DDEBF7"}
        )

    def number(self, value: Decimal) -> Any:
        """A format that shows as many decimals as the source tells."""
        places = min(max(0, -int(value.normalize().as_tuple().exponent)), _MOST_PLACES)
        if places not in self._numbers:
            shown = "#,##0" + ("." + "0" * places if places else "")
            self._numbers[places] = self._book.add_format({"valign": "top", "num_format": shown})
        return self._numbers[places]


@dataclass(slots=True)
class _Sheet:
    """A sheet that is written row by row below its header."""

    sheet: Any
    name: str
    columns: Sequence[_Column]
    formats: _Formats
    rows: int = 1
    links: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.sheet.freeze_panes(1, 0)
        for place, column in enumerate(self.columns):
            self.sheet.set_column(place, place, column.width)
            self.sheet.write_string(0, place, column.name, self.formats.header)

    def add(self, *values: _Value) -> None:
        """Write the next row."""
        if self.rows >= MOST_ROWS:
            raise _too_many(self.name)
        for place, value in enumerate(values):
            self._put(place, value)
        self.rows += 1

    def finish(self) -> None:
        """Give every column a filter."""
        self.sheet.autofilter(0, 0, self.rows - 1, len(self.columns) - 1)

    def _put(self, place: int, value: _Value) -> None:
        formats, at = self.formats, (self.rows, place)
        match value:
            case None | "":
                pass
            case _Link():
                self._put_link(place, value)
            case str():
                shown = cell(value)
                look = formats.quoted if may_compute(shown) else formats.text
                self.sheet.write_string(*at, shown, look)
            case bool():
                self._put(place, "có" if value else None)
            case dt.date():
                self._put_day(place, value)
            case _:
                self._put_number(place, Decimal(str(value)))

    def _put_link(self, place: int, link: _Link) -> None:
        self.links += 1
        if self.links > _MOST_LINKS:
            self._put(place, link.text)
            return
        target = f"internal:'{link.sheet}'!A{link.row + 1}"
        self.sheet.write_url(self.rows, place, target, self.formats.link, cell(link.text))

    def _put_day(self, place: int, day: dt.date) -> None:
        if day < _EPOCH:
            self._put(place, day.isoformat())
        else:
            self.sheet.write_datetime(self.rows, place, day, self.formats.day)

    def _put_number(self, place: int, value: Decimal) -> None:
        if value.is_finite() and abs(value) < _LARGEST:
            self.sheet.write_number(self.rows, place, float(value), self.formats.number(value))
        else:
            self._put(place, f"{value.normalize():E}")


class _Pages:
    """All sheets, filled document by document."""

    def __init__(self, book: Any) -> None:
        formats = _Formats(book)

        def sheet(name: str, *columns: _Column) -> _Sheet:
            return _Sheet(book.add_worksheet(name), name, columns, formats)

        self._items: dict[Kind, _Sheet] = {
            "achievement": sheet("Kết quả", *_ITEM, *_ANNEX, *_SOURCE),
            "shortcoming": sheet("Tồn tại", *_ITEM, *_ANNEX, *_SOURCE),
            "target": sheet("Chỉ tiêu", *_ITEM, *_AIM, *_DEADLINE, *_SOURCE),
        }
        self._directives = sheet("Chỉ đạo", *_DIRECTIVES)
        self._figures = sheet("Số liệu", *_FIGURES)
        self._checks = sheet("Cần kiểm tra", *_CHECKS)
        self._runs = sheet("Chạy", *_RUNS)
        self._orders: list[_Order] = []

    def add(self, row: Row, number: int) -> None:
        """Write what a row tells; ``number`` is that of its document."""
        if row.summary is None:
            self._add_failure(row, number)
            return
        for kind, items in measured(row.summary):
            for item in items:
                self._add_item(row.summary, row.name, number, kind, item)
        for order in row.summary.directives:
            self._orders.append(_Order(number, row.name, row.summary.context.locality, order))
            self._add_flags(number, row.name, "Chỉ đạo", order, order.id)
        if len(self._orders) >= MOST_ROWS:
            raise _too_many(self._directives.name)
        self._add_doubts(row.summary, row.name, number)
        self._runs.add(number, row.name, "xong", *_run(row.summary))

    def finish(self) -> None:
        """Write what waited for the last row."""
        self._write_orders()
        for sheet in (*self._items.values(), self._directives, self._figures, self._checks):
            sheet.finish()
        self._runs.finish()

    def _add_item(
        self, summary: Summary, name: str, number: int, kind: Kind, item: Measured
    ) -> None:
        sheet = self._items[kind]
        first = _Link(item.id, "Số liệu", self._figures.rows)
        row = sheet.rows
        sheet.add(
            number,
            first if item.figures else item.id,
            summary.context.locality,
            period_of(summary, kind),
            SECTORS[item.sector],
            item.indicator,
            item.statement,
            "; ".join(reading(figure) for figure in item.figures),
            *_amounts(item),
            *_source(item, name),
        )
        for figure in item.figures:
            record = figure_record(summary, name, number, kind, item, figure)
            self._figures.add(
                number,
                _Link(item.id, _LISTS[kind], row),
                record.locality,
                record.period,
                SECTORS[record.sector],
                _LISTS[kind],
                record.indicator,
                ROLES[record.role],
                record.value,
                record.upper,
                record.total,
                record.unit,
                COMPARATORS[record.comparator],
                record.reference,
                record.estimated,
                record.raw,
                record.deadline_text,
                record.deadline,
                _told(item.flags),
                record.quote,
                name,
                f"{record.start}–{record.end}",
                record.page,
            )
        self._add_flags(number, name, _LISTS[kind], item, _Link(item.id, _LISTS[kind], row))

    def _write_orders(self) -> None:
        self._orders.sort(key=lambda order: urgency(order.item.deadline))
        for place, order in enumerate(self._orders, 1):
            item, issuer = order.item, order.item.issuer
            self._directives.add(
                place,
                item.statement,
                issuer.name if issuer else None,
                "; ".join(issuer.posts) if issuer else None,
                issuer.document if issuer else None,
                "; ".join(item.addressees),
                *_deadline(item.deadline),
                SECTORS[item.sector],
                *_source(item, order.file),
                order.locality,
                order.document,
                item.id,
            )

    def _add_flags(
        self, number: int, name: str, kind: str, item: Measured | Directive, shown: _Link | str
    ) -> None:
        *_, quote, _, place, page = _source(item, name)
        for flag in item.flags:
            told = explained(flag)
            self._checks.add(number, name, kind, shown, flag.code, told, quote, place, page)

    def _add_doubts(self, summary: Summary, name: str, number: int) -> None:
        for flag in summary.run.issues:
            self._checks.add(number, name, "văn bản", None, flag.code, explained(flag))
        for left in summary.coverage.unclaimed:
            self._checks.add(
                number,
                name,
                "văn bản",
                None,
                "unclaimed",
                "con số trong văn bản chưa được mục nào dùng",
                left.raw,
                f"{left.start}–{left.end}",
            )

    def _add_failure(self, row: Row, number: int) -> None:
        error = row.error
        kind, message = (error.type, error.message) if error else (None, None)
        self._checks.add(number, row.name, "văn bản", None, kind, message)
        nothing = (None,) * _RUN
        self._runs.add(number, row.name, "lỗi", *nothing, kind, message)


@dataclass(frozen=True, slots=True)
class _Order:
    """A directive and where it comes from."""

    document: int
    file: str
    locality: str | None
    item: Directive


def _too_many(sheet: str) -> SummarizerError:
    return SummarizerError(
        f"sheet {sheet} would have more than {MOST_ROWS:,} rows, which Excel cannot open; "
        "export fewer documents at a time, or to .parquet"
    )


# --- Values --------------------------------------------------------------------------------------


def _source(
    item: Measured | Directive, name: str
) -> tuple[str | None, str | None, str, str | None, int | None]:
    """Flags, quote, file, place and page of an item."""
    quote = " … ".join(evidence.quote for evidence in item.evidence)
    first: Evidence | None = item.evidence[0] if item.evidence else None
    place = f"{first.start}–{first.end}" if first else None
    return _told(item.flags), quote, name, place, first.page if first else None


def _amounts(item: Measured) -> tuple[_Value, ...]:
    """Unit and plain amounts; ranges and other units are told in words and on their own sheet."""
    plain = [figure for figure in item.figures if figure.upper is None]
    units = (figure.unit for role in reversed(_AMOUNTS) for figure in plain if figure.role == role)
    unit = next(units, None)
    found: dict[str, Decimal] = {}
    for figure in plain:
        if figure.unit == (unit if figure.role in _AMOUNTS else "%"):
            found.setdefault(figure.role, figure.value)
    if isinstance(item, Target):
        return unit, found.get("level"), *_deadline(item.deadline)
    return unit, *(found.get(role) for role in (*_AMOUNTS, *_SHARES))


def _told(flags: Iterable[Flag]) -> str:
    return "; ".join(map(explained, flags))


def _deadline(deadline: Deadline | None) -> tuple[str | None, dt.date | None]:
    return (deadline.text, deadline.date) if deadline else (None, None)


def _run(summary: Summary) -> tuple[_Value, ...]:
    run, usage = summary.run, summary.run.usage
    figures = sum(len(item.figures) for _, items in measured(summary) for item in items)
    return (
        summary.context.locality,
        summary.context.period,
        len(summary.achievements),
        len(summary.shortcomings),
        len(summary.targets),
        len(summary.directives),
        figures,
        len(summary.coverage.unclaimed),
        run.engine,
        run.model,
        run.task,
        run.seconds,
        usage.requests,
        usage.input_tokens,
        usage.cached_tokens,
        usage.output_tokens,
        usage.cost_usd,
    )
