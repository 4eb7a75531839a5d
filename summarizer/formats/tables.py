"""Tables as lines: what reads a grid of cells into clauses that keep header and row together.

The grid is what every format can give: rows of cells as text. A cell merged across stands once,
in its first column, and is empty in the others; a cell merged downwards stands in each of its
rows. Line breaks inside a cell part the lines of a layout table and are blanks in a data table.

A table of figures is told in the words these reports use themselves, so that rules and models
read its rows like prose. The row "Sản lượng lúa | tấn | 100 | 105 | 105" under "Chỉ tiêu | Đơn
vị tính | Kế hoạch năm 2024 | Thực hiện năm 2024 | Tỷ lệ (%)" becomes ::

    Năm 2024, Sản lượng lúa thực hiện là 105 tấn (kế hoạch năm 2024 là 100 tấn), đạt 105% kế hoạch

Words of the header are kept and the result stands first; "là", "của", "đạt", "bằng", "so với",
"tăng", "giảm" and, before a plan that is still to come, "phấn đấu" are all that is added. Plans
to come follow the results of the whole table. Numbers stay as they stand in their cells; what a
cell or header abbreviates is written out (tr.đ, KH, ≥).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from summarizer.folding import fold
from summarizer.lexicon import tokenize
from summarizer.units import is_unit

_Grid = list[list[str]]
_Kind = Literal[
    "ordinal",
    "name",
    "unit",
    "done",
    "past",
    "plan",
    "next",
    "of_plan",
    "of_previous",
    "change",
    "office",
    "other",
]


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: its header without its unit, the unit of its numbers, and what it tells."""

    header: str
    unit: str
    kind: _Kind


def rows(table: Sequence[Sequence[str]], *, heads: int = 0, unit: str = "") -> list[str]:
    """The lines of a table, in reading order; none of them is empty.

    ``table`` holds rows of cells, of any lengths. ``heads`` is the number of leading rows that
    the format marks as header, 0 where it marks none. ``unit`` is the unit that a line above the
    table tells for all its numbers (``told_unit``).

    Layout (the letterhead, the signatures, one cell as a frame) becomes the lines of its cells,
    row by row; a data table becomes a line a row. A row that only names the rows below it is a
    line in brackets: it is no heading of the report.
    """
    grid = _rectangle(table)
    titles, body = _titles(grid)
    count = max(_header_rows(body), min(heads - len(titles), len(body) - 1))
    if not _is_data(body, count):
        return [
            told
            for row in grid
            for cell in row
            for line in cell.split("\n")
            if (told := line.strip())
        ]
    body = [[_told(cell) for cell in row] for row in body]
    header = [row for row in body[:count] if not _numbers_columns(row)]
    rest = [row for row in body[count + _numbers_columns(body[count]) :] if any(row)]
    if not header:
        return [*titles, *("; ".join(filter(None, row)) for row in rest)]
    return [*titles, *_sentences(_columns(header, rest, unit), rest)]


_UNIT_LINE = re.compile(
    r"\(?\s*(?:đvt|đv tính|đơn vị tính|đơn vị)\s*:\s*([^\s:;()][^:;()]{0,40}?)[\s.]*\)?\s*"
)


def told_unit(line: str) -> str:
    """The unit that a line such as "(Đơn vị tính: triệu đồng)" tells; empty if it tells none."""
    folded = fold(line)
    told = _UNIT_LINE.fullmatch(folded.key)
    return _unit(folded.text[told.start(1) : told.end(1)]) if told else ""


# --- The grid ------------------------------------------------------------------------------------

_EMPTY = frozenset({"-", "–", "—", "…", "...", "x", "X"})
_NUMBER = re.compile(r"[<>≤≥~±+-]?\s?\d[\d.,]*(?:\s?[-–]\s?\d[\d.,]*)?\s?%?|\(\d[\d.,]*\)")
_YEAR = re.compile(r"(?:19|20)\d\d")
_COLUMN_NUMBER = re.compile(r"\(?(\d{1,2})\)?(?:\s?=.{1,40})?")
_LETTERED = frozenset({"a", "b", "c", "(a)", "(b)", "(c)"})


def _rectangle(table: Sequence[Sequence[str]]) -> _Grid:
    """The table without blank rows and columns."""
    filled = [[cell.strip() for cell in row] for row in table]
    filled = [row for row in filled if any(row)]
    width = max(map(len, filled), default=0)
    filled = [row + [""] * (width - len(row)) for row in filled]
    used = [any(column) for column in zip(*filled, strict=True)]
    return [[cell for cell, kept in zip(row, used, strict=True) if kept] for row in filled]


def _told(cell: str) -> str:
    """A cell on one line; empty if a sign says that there is nothing to tell."""
    text = " ".join(cell.split())
    return "" if text in _EMPTY else text


@lru_cache(4_096)
def _key(text: str) -> str:
    return fold(text).key.strip()


def _alone(row: list[str]) -> str:
    """The text of a row that says only one thing."""
    texts = set(row) - {""}
    return texts.pop() if len(texts) == 1 else ""


def _titles(grid: _Grid) -> tuple[list[str], _Grid]:
    """Leading rows that span the table, and the rest."""
    count = 0
    while count < len(grid) and len(grid[count]) > 1 and _alone(grid[count]):
        count += 1
    return [" ".join(_alone(row).split()) for row in grid[:count]], grid[count:]


def _numbers_columns(row: list[str]) -> bool:
    """Judge whether a row only numbers the columns: A, B, 1, 2, 3=2/1."""
    cells = [cell for cell in row if cell and cell.lower() not in _LETTERED]
    found = [_COLUMN_NUMBER.fullmatch(cell) for cell in cells]
    numbers = [int(number[1]) for number in found if number]
    few = 1
    return few < len(numbers) == len(cells) and numbers == list(
        range(numbers[0], numbers[0] + len(numbers))
    )


def _is_number(cell: str) -> bool:
    return _NUMBER.fullmatch(cell) is not None


def _header_rows(body: _Grid) -> int:
    """Count the rows that name columns."""
    if not body or len(body[0]) == 1 or not _names_columns(body[0]):
        return 0
    count = 1
    while count < min(len(body), _MOST_HEADS) and _divides(body[count - 1], body[count]):
        count += 1
    return count


_MOST_HEADS = 5


def _names_columns(row: list[str]) -> bool:
    return not any(_is_number(cell) and not _YEAR.fullmatch(cell) for cell in row)


def _divides(above: list[str], row: list[str]) -> bool:
    """Judge whether a row names parts of the columns that the row above it names."""
    if not _names_columns(row) or _alone(row):
        return False
    merged_down = any(a == b != "" for a, b in zip(above, row, strict=True))
    divided = any(not a and b for a, b in zip(above, row, strict=True))
    return (divided or merged_down) and (merged_down or not row[0])


# --- Layout or data ------------------------------------------------------------------------------

_HEAD = re.compile(
    r"(?:s?tt|số tt|số thứ tự|(?:các |tên )?chỉ tiêu|nội dung|nhiệm vụ|(?:các )?lĩnh vực|"
    r"đvt|đơn vị(?: tính)?|kế hoạch|kh|dự toán|thực hiện|ước|kết quả|tỷ lệ|so sánh|so với|ghi chú|"
    r"th|năm|thời gian|thời hạn|cơ quan|tên|số|xã|huyện|địa phương|thôn|tổng|diện tích|sản lượng|"
    r"họ và tên|công việc|tiêu chí|hạng mục|loại|danh mục|khoản mục|chủ trì)\b(?!:)"
)
_LONGEST_HEAD = 80
_LONGEST_TOLD = 300  # characters of a header or name that is told with each figure
_FEWEST_COLUMNS = 3  # of a table whose header says nothing


def _is_data(body: _Grid, heads: int) -> bool:
    if len(body) <= max(heads, 1) or len(body[0]) == 1:
        return False
    if any(len(cell) > _LONGEST_TOLD for row in body[:heads] for cell in row):
        return False
    known = sum(_is_head(cell) for row in body[:heads] for cell in row)
    measured = sum(any(map(_is_number, row[1:])) for row in body[heads:])
    mostly = 2 * measured > len(body) - heads
    if not heads:
        return mostly and len(body[0]) >= _FEWEST_COLUMNS
    return known > 1 or (mostly and (known > 0 or len(body[0]) >= _FEWEST_COLUMNS))


def _is_head(cell: str) -> bool:
    return len(cell) <= _LONGEST_HEAD and _HEAD.match(_key(cell)) is not None


# --- What columns tell ---------------------------------------------------------------------------

_BRACKETED = re.compile(r"\s*\(([^()]*)\)")
_ABBREVIATIONS = {
    "ưth": "ước thực hiện",
    "uth": "ước thực hiện",
    "th": "thực hiện",
    "kh": "kế hoạch",
    "dt": "dự toán",
    "nq": "nghị quyết",
    "ck": "cùng kỳ",
    "ss": "so sánh",
}
_ABBREVIATED = re.compile(rf"\b(?:{'|'.join(_ABBREVIATIONS)})(?![\w.-])", re.IGNORECASE)
_BARE_YEAR = re.compile(r"(?<=(?:hiện|oạch|toán|g kỳ) )(?=20\d\d\b)")
_MONTHS = re.compile(r"\b(\d{1,2}) ?[tT]/(20\d\d)\b")
_TIME = re.compile(
    r"(?:cả |các )?(?:năm|tháng|quý|\d{1,2} tháng|nhiệm kỳ|giai đoạn|cùng kỳ)\b|20\d\d\b"
)
_ORDINAL = re.compile(r"s?tt|số tt|số thứ tự|thứ tự")
_UNIT = re.compile(r"đvt|đv tính|đơn vị(?: tính)?|dvt")
_OFFICE = re.compile(
    r"(?:cơ quan|đơn vị|người|bộ phận|phòng|cấp)\b.*\b"
    r"(?:chủ trì|thực hiện|phụ trách|tham mưu|chịu trách nhiệm|đầu mối)\b.*|chủ trì"
)
_BASE = re.compile(r"\b(?:kế hoạch|dự toán|chỉ tiêu|mục tiêu|nghị quyết)\b")
_GIVEN = re.compile(r"\b\w+ giao\b(?! thông| dịch| đất| nộp)")
_PLAN = re.compile(f"{_BASE.pattern}|{_GIVEN.pattern}")
_DONE = re.compile(r"\b(?:thực hiện|ước|kết quả|đạt được|quyết toán|lũy kế)\b")
_PAST = re.compile(r"\b(?:cùng kỳ|năm trước|năm ngoái|tháng trước)\b")
_CHANGE = re.compile(r"\b(?:tăng|giảm)\b")
_RATIO = re.compile(r"\b(?:tỷ lệ|so sánh|so với|đạt|hoàn thành|so|tăng|giảm)\b|/")
_WORD = re.compile(r"[^\W\d_]+")
# A header of these words alone compares columns; "tỷ lệ hộ nghèo" has words of its own.
_COMPARING = frozenset(
    _WORD.findall(
        "tỷ lệ so sánh với đạt hoàn thành thực hiện kế hoạch dự toán nghị quyết chỉ tiêu mục giao "
        "năm tháng quý cả đầu cuối cùng kỳ trước ước tỉnh huyện xã hđnd ubnd tăng giảm và mức được "
        "đề ra kết quả i ii iii iv nay"
    )
)
_COMPARISONS = frozenset({"of_plan", "of_previous", "change"})


def _columns(header: _Grid, rest: _Grid, unit: str) -> list[_Column]:
    paths = [_path(cells) for cells in zip(*_spread(header), strict=True)]
    keys = [_key(text) for text, _ in paths]
    measured = [
        not _ORDINAL.fullmatch(key) and any(_is_number(row[i]) for row in rest)
        for i, key in enumerate(keys)
    ]
    kinds = _leading_kinds(keys, measured)
    told = _Columns.of(
        [(key, own) for key, (_, own), kind in zip(keys, paths, kinds, strict=True) if not kind]
    )
    columns = []
    for (text, own), key, leading in zip(paths, keys, kinds, strict=True):
        kind = leading or told.kind(key, own)
        columns.append(_Column(text, own or ("" if kind in _COMPARISONS else unit), kind))
    return columns


def _spread(header: _Grid) -> _Grid:
    """Upper header rows with their text in every column they stand over."""
    spread = [list(row) for row in header]
    for row, below in pairwise(spread):
        for i in range(1, len(row)):
            if not row[i] and below[i]:
                row[i] = row[i - 1]
    return spread


def _path(cells: Sequence[str]) -> tuple[str, str]:
    """A header read down its column, times last, and the unit it tells."""
    parts = list(dict.fromkeys(cell for cell in cells if cell))
    units = [_unit(told) for part in parts for told in _BRACKETED.findall(part) if _is_unit(told)]
    percent = ["%"] if any("%" in part for part in parts) else []
    named = [_BRACKETED.sub("", part).replace("%", "").strip(" ,:;-") for part in parts]
    named.sort(key=lambda part: _TIME.match(_key(part)) is not None)
    text = " ".join(_expanded(part) for part in named if part)
    return " ".join(text.split()), next(iter(units + percent), "")


def _expanded(part: str) -> str:
    """The words of a header as they stand in a sentence."""
    text = part.lower() if part.isupper() and " " in part else part
    text = _ABBREVIATED.sub(lambda found: _ABBREVIATIONS[found[0].lower()], text)
    text = _MONTHS.sub(r"\1 tháng năm \2", text.replace(":", " "))
    if text[1:2].islower():
        text = text[:1].lower() + text[1:]
    return f"năm {text}" if _YEAR.fullmatch(text) else _BARE_YEAR.sub("năm ", text)


def _leading_kinds(keys: list[str], measured: list[bool]) -> list[_Kind | None]:
    """What needs no look at other columns; None for columns of values."""
    kinds: list[_Kind | None] = []
    for key, numbers in zip(keys, measured, strict=True):
        kind: _Kind | None = None
        if _ORDINAL.fullmatch(key):
            kind = "ordinal"
        elif "name" not in kinds:
            kind = "name"
        elif not any(measured):
            kind = "office" if _OFFICE.fullmatch(key) and "office" not in kinds else "other"
        elif _UNIT.fullmatch(key) and not numbers:
            kind = "unit"
        kinds.append(kind)
    return kinds


@dataclass(frozen=True, slots=True)
class _Columns:
    """What the value columns tell together: the year of the results, whether there is a plan."""

    now: int
    done: bool
    planned: bool

    @classmethod
    def of(cls, headers: list[tuple[str, str]]) -> "_Columns":
        plain = [key for key, _ in headers if not _compares(key)]
        planned = [key for key in plain if _PLAN.search(key)]
        results = [key for key in plain if not (_PLAN.search(key) or _PAST.search(key))]
        done = [key for key in results if _DONE.search(key) or _is_year(key)]
        return cls(max(map(_year, done), default=0), bool(done), bool(planned))

    def kind(self, key: str, unit: str) -> _Kind:
        if _compares(key) or (unit == "%" and not key):
            return self._comparison(key)
        if _PLAN.search(key):
            return "plan" if self.done and not 0 < self.now < _year(key) else "next"
        if not self.done:
            return "other"
        if _PAST.search(key) or 0 < _year(key) < self.now:
            return "past"
        return "done" if _DONE.search(key) or _is_year(key) else "other"

    def _comparison(self, key: str) -> _Kind:
        if not self.done:
            return "other"
        if _CHANGE.search(key):
            return "change"
        if _PLAN.search(key):
            return "other" if 0 < self.now < _year(key) else "of_plan"
        if _PAST.search(key) or len(set(_YEAR.findall(key))) > 1 or 0 < _year(key) < self.now:
            return "of_previous"
        return "of_plan" if self.planned else "other"


def _compares(key: str) -> bool:
    return _RATIO.search(key) is not None and _COMPARING.issuperset(_WORD.findall(key))


def _is_year(key: str) -> bool:
    return _YEAR.fullmatch(key.removeprefix("năm ")) is not None


def _year(key: str) -> int:
    return max(map(int, _YEAR.findall(key)), default=0)


# --- Units and amounts ---------------------------------------------------------------------------

# What tables abbreviate and prose writes out.
_WRITTEN_OUT = {
    "tr.đ": "triệu đồng",
    "trđ": "triệu đồng",
    "tr đ": "triệu đồng",
    "tr.đồng": "triệu đồng",
    "tr đồng": "triệu đồng",
    "triệu đ": "triệu đồng",
    "triệu": "triệu đồng",
    "tỷ": "tỷ đồng",
    "tỷ đ": "tỷ đồng",
    "tỷ.đ": "tỷ đồng",
    "1000đ": "nghìn đồng",
    "1000 đ": "nghìn đồng",
    "1000 đồng": "nghìn đồng",
    "1.000đ": "nghìn đồng",
    "1.000 đ": "nghìn đồng",
    "1.000 đồng": "nghìn đồng",
    "ngđ": "nghìn đồng",
    "ng.đồng": "nghìn đồng",
    "hs": "học sinh",
}
_LONGEST_UNIT = 8  # tokens
_AMOUNT = re.compile(rf"(?:(?:dưới|trên|không quá|từ) )?(?:{_NUMBER.pattern})(?:\s|$)")


def _unit(text: str) -> str:
    """A unit as prose writes it."""
    first, slash, per = " ".join(text.split()).partition("/")
    first = _WRITTEN_OUT.get(_key(first), first)
    first = first[:1].lower() + first[1:] if first[1:2].islower() or len(first) == 1 else first
    return f"{first}{slash}{per}"


def _is_unit(text: str) -> bool:
    key = _key(text)
    words = tokenize(key).words
    known = len(words) <= _LONGEST_UNIT and is_unit(words, 0)
    return known or key.partition("/")[0] in _WRITTEN_OUT


_BOUND = re.compile(r"([<>≤≥])\s?(.*)", re.DOTALL)
_BOUNDED = {"<": "dưới {}", ">": "trên {}", "≤": "không quá {}", "≥": "từ {} trở lên"}


def _amount(cell: str, unit: str) -> str:
    """A number with its unit, signs of comparison in words; other text stays as it is."""
    if not _is_number(cell):
        return cell
    bound = _BOUND.fullmatch(cell)
    number = bound[2] if bound else cell
    if unit and not number.endswith("%"):
        number = f"{number}%" if unit == "%" else f"{number} {unit}"
    return _BOUNDED[bound[1]].format(number) if bound else number


def _is_amount(text: str) -> bool:
    return _AMOUNT.match(text) is not None


# --- Rows as sentences ---------------------------------------------------------------------------

_MARKER = re.compile(r"([-–+*•]|(?:\d{1,2}(?:\.\d{1,2}){0,3}|[a-zđ]|[IVX]{1,5})[.)](?!\d))\s*")
_DEEPER = {"-": 1, "–": 1, "*": 1, "•": 1, "+": 2}
_PERIOD = re.compile(
    r"(?:(?:\d{1,2} tháng(?: đầu| cuối)?|tháng \d{1,2}|quý \w{1,3})(?: năm)?|(?:cả )?năm) 20\d\d",
    re.IGNORECASE,
)
_THINGS = re.compile(r"\b(?:chỉ tiêu|nội dung|tiêu chí|chỉ số|hạng mục|khoản)\b")
_COUNTED = frozenset({"số lượng", "giá trị", "số liệu", "mức"})
_DUE = re.compile(r"\b(?:thời gian|thời hạn|hoàn thành|tiến độ)\b")


@dataclass(frozen=True, slots=True)
class _Row:
    """A row: its name and its values, numbers with their units."""

    name: str
    values: tuple[tuple[_Column, str], ...]

    def of(self, *kinds: _Kind) -> list[tuple[_Column, str]]:
        return [(column, told) for column, told in self.values if column.kind in kinds]


def _sentences(columns: list[_Column], rest: _Grid) -> list[str]:
    tell = _teller(columns)
    lines: list[str] = []
    coming: list[str] = []
    above: list[tuple[int, str]] = []
    for cells in rest:
        head = {column.kind: cell for column, cell in zip(columns, cells, strict=True)}
        name, unit = _named(head.get("name", ""), head.get("unit", ""), above)
        if len(name) > _LONGEST_TOLD:
            lines.append("; ".join(filter(None, cells)))
        elif values := tuple(_values(columns, cells, unit)):
            row = _Row(name, values)
            lines += map(_sentence, tell(row))
            coming += [_sentence(_to_come(row, *value)) for value in row.of("next")]
        elif told := " ".join(filter(None, (_dotted(head.get("ordinal", "")), head.get("name")))):
            lines.append(f"({told})")
    return lines + coming


def _sentence(told: str) -> str:
    told = told.strip(" .;,")
    return f"{told[:1].upper()}{told[1:]}."


def _named(cell: str, unit: str, above: list[tuple[int, str]]) -> tuple[str, str]:
    """The name of a row with what it is a part of, and its unit.

    A name that begins with a dash belongs to the last one without, as "- Diện tích" to "Lúa".
    ``above`` holds depth and name of the rows at hand, outermost first, and is kept up to date.
    """
    marker = _MARKER.match(cell)
    depth = _DEEPER.get(marker[1], 0) if marker else 0
    own = cell[marker.end() :] if marker else cell
    told = [found for found in _BRACKETED.finditer(own) if not unit and _is_unit(found[1])]
    if told:
        unit = told[-1][1]
        own = own[: told[-1].start()] + own[told[-1].end() :]
    if own:
        while above and above[-1][0] >= depth:
            above.pop()
        above.append((depth, own.strip(" :;,.")))
    outer = [name for _, name in above[-2:-1] if not name.isupper()]  # no heading of a group
    return " - ".join([*outer, *(name for _, name in above[-1:])]), _unit(unit)


def _dotted(ordinal: str) -> str:
    """The mark of a group, I or A; a number before its name would look like an amount."""
    bare = ordinal.strip(" .)")
    return f"{bare}." if bare.isalpha() else ""


def _values(columns: list[_Column], cells: list[str], unit: str) -> Iterator[tuple[_Column, str]]:
    for column, cell in zip(columns, cells, strict=True):
        if cell and column.kind not in {"ordinal", "name", "unit"}:
            own = column.unit or ("" if column.kind in _COMPARISONS else unit)
            yield column, _amount(cell, own)


def _teller(columns: list[_Column]) -> Callable[[_Row], list[str]]:
    kinds = {column.kind: column.header for column in columns}
    if "done" in kinds or "next" in kinds:
        return _results
    if "office" in kinds:
        return _task
    things = "unit" in kinds or _THINGS.search(_key(kinds.get("name", "")))
    return _measures if things else _properties


def _results(row: _Row) -> list[str]:
    """The result with plan and earlier amounts in brackets, and its ratios behind.

    The period stands first, so that no section before the table makes a target of a result.
    """
    done = row.of("done")
    beside = row.of("plan", "past")
    period, told = _dated(done) if done else ("", beside)
    line = f"{row.name} {', '.join(_is(*value) for value in told)}".rstrip()
    line = f"{period}{line}{_bracketed([_is(*value) for value in beside] if done else [])}"
    ratios = [_ratio(row, *value) for value in row.of("of_plan", "of_previous", "change")]
    line = f"{line}{', ' if told and ratios else ' '}{', '.join(ratios)}".rstrip()
    others = [f"{row.name} {_is(*value)}" for value in row.of("other") if _is_amount(value[1])]
    notes = [_headed(*value) for value in row.of("other") if not _is_amount(value[1])]
    clauses = [*([line] if told or ratios else []), *others]
    if not clauses and notes:
        clauses = [row.name]
    return [f"{'; '.join(clauses)}{_bracketed(notes)}"] if clauses else []


def _to_come(row: _Row, column: _Column, amount: str) -> str:
    return f"Phấn đấu {row.name} đạt {amount} ({column.header})"


def _dated(done: list[tuple[_Column, str]]) -> tuple[str, list[tuple[_Column, str]]]:
    """The period that the first result's header tells, and the results without it."""
    (column, amount), *more = done
    found = _PERIOD.search(column.header)
    if not found:
        return "", done
    words = " ".join(column.header.replace(found[0], "").split())
    period = f"{found[0][:1].upper()}{found[0][1:]}, "
    return period, [(replace(column, header=words), amount), *more]


def _is(column: _Column, amount: str) -> str:
    return f"{column.header} {'là ' if _is_amount(amount) else ''}{amount}".strip()


def _headed(column: _Column, text: str) -> str:
    return f"{column.header}: {text}" if column.header else text


def _bracketed(parts: list[str]) -> str:
    return f" ({', '.join(parts)})" if parts else ""


def _ratio(row: _Row, column: _Column, amount: str) -> str:
    if column.kind == "of_plan":
        return f"đạt {amount} {_base(row, column.header)}"
    earlier = _reference(_EARLIER, column.header) or "cùng kỳ"
    if column.kind == "of_previous":
        return f"bằng {amount} so với {earlier}"
    only_falls = not re.search(r"\btăng\b", _key(column.header))
    verb = "giảm" if amount.startswith(("-", "(")) or only_falls else "tăng"
    return f"{verb} {amount.lstrip('+-( ').replace(')', '')} so với {earlier}"


def _base(row: _Row, header: str) -> str:
    """The plan that a ratio refers to, as its header tells it, else as the plan's own does."""
    if told := _reference(_BASE, header):
        return told
    plans = " ".join(_key(column.header) for column, _ in row.of("plan"))
    base = found[0] if (found := _BASE.search(plans)) else "kế hoạch"
    return f"{base} {_reference(_GIVEN, header)}".strip()


_EARLIER = re.compile(
    r"\b(?:cùng kỳ|năm trước|năm ngoái|tháng trước|(?:thực hiện )?năm 20\d\d\b(?!.*20\d\d))"
)


@lru_cache(4_096)
def _reference(word: re.Pattern[str], header: str) -> str:
    """The header from a word on; empty without it."""
    folded = fold(header)
    found = word.search(folded.key)
    return folded.text[found.start() :].strip() if found else ""


def _task(row: _Row) -> list[str]:
    """Who is to act, what is to be done, who helps, and when it is due."""
    offices = [text for _, text in row.of("office")]
    others = row.of("other")
    due = [value for value in others if _DUE.search(_key(value[0].header))]
    beside = _bracketed([_headed(*value) for value in others if value not in due])
    return [
        ", ".join([": ".join([*offices, row.name]) + beside, *(_headed(*value) for value in due)])
    ]


def _measures(row: _Row) -> list[str]:
    """One thing measured at several places or times."""
    return [_clauses(row, lambda column, amount: f"{row.name} {_is(column, amount)}")]


def _properties(row: _Row) -> list[str]:
    """Several things of one place."""
    return [_clauses(row, lambda column, amount: f"{column.header} của {row.name} là {amount}")]


def _clauses(row: _Row, tell: Callable[[_Column, str], str]) -> str:
    """A clause for each figure, texts with their headers in brackets."""
    figures = [
        f"{row.name} là {told}" if _key(column.header) in _COUNTED else tell(column, told)
        for column, told in row.values
        if _is_amount(told)
    ]
    notes = [_headed(*value) for value in row.values if not _is_amount(value[1])]
    if not figures:
        return "; ".join([row.name, *notes])
    return f"{'; '.join(figures)}{_bracketed(notes)}"
