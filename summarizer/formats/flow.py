"""Flow: the lines of a page as a reader sees them, each with where it stands.

A paragraph is a line, a line break ends one, a list point carries its marker, a table gives a
line a row (``summarizer.formats.tables``). Runs of white space are one blank; the lines of
preformatted text stay.
"""

import re
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING

from summarizer.formats.tables import rows, told_unit

if TYPE_CHECKING:
    from lxml.html import HtmlElement


@dataclass(frozen=True, slots=True)
class FlowLine:
    """A line of a page: its words, the element that holds them, characters in links."""

    text: str
    element: "HtmlElement"
    linked: int
    listed: bool  # a list point, marked or typed, or a table row
    apart: bool  # a blank line stands above it


_APART = frozenset(
    ["p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "dl", "blockquote", "article",
     "section", "figure", "pre", "hr", "main", "body"]
)  # fmt: skip
_BLOCKS = _APART | frozenset(
    ["div", "li", "tr", "td", "th", "dt", "dd", "br", "center", "form", "fieldset", "legend",
     "address", "figcaption", "caption", "header", "footer", "nav", "aside", "thead", "tbody",
     "tfoot", "details", "summary", "html", "menu"]
)  # fmt: skip
_BLANKS = re.compile(r"[ \t\n\r\f\v\u00a0]+")
_PREFORMATTED = re.compile(r"white-space\s*:\s*(?:pre|break-spaces)", re.IGNORECASE)


@dataclass(slots=True)
class _Writing:
    """Lines written so far, the one that is being written, and the elements it stands in."""

    lines: list[FlowLine] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    element: "HtmlElement | None" = None
    linked: int = 0
    marker: str = ""
    apart: bool = False
    blocks: list["HtmlElement"] = field(default_factory=list)
    links: int = 0
    preformatted: int = 0
    points: int = 0

    def open(self, element: "HtmlElement") -> None:
        if element.tag in _BLOCKS:
            self.end(apart=element.tag in _APART and not self.points)
            self.blocks.append(element)
        if element.tag == "li":
            self.points += 1
            self.marker = _marker(element)
        self.links += element.tag == "a"
        self.preformatted += _is_preformatted(element)

    def close(self, element: "HtmlElement") -> None:
        self.links -= element.tag == "a"
        self.preformatted -= _is_preformatted(element)
        if element.tag in _BLOCKS:
            self.end(apart=element.tag in _APART and not self.points)
            self.blocks.pop()
        if element.tag == "li":
            self.points -= 1
            self.marker = ""

    def say(self, text: str | None) -> None:
        if not text:
            return
        first, *rest = text.split("\n") if self.preformatted else [text]
        self._word(first)
        for line in rest:
            self.end(apart=not line.strip())
            self._word(line)

    def _word(self, text: str) -> None:
        blank = not text.strip()
        if self.element is None and not blank:
            self.element = self.blocks[-1]
        self.parts.append(text)
        self.linked += len(text.strip()) if self.links else 0

    def end(self, *, apart: bool) -> None:
        text = _BLANKS.sub(" ", "".join(self.parts)).strip()
        if text and self.element is not None:
            self.add(_marked(self.marker, text), self.element, self.linked)
            self.marker = ""
        self.parts, self.element, self.linked = [], None, 0
        self.apart = self.apart or apart

    def add(self, text: str, element: "HtmlElement", linked: int = 0) -> None:
        listed = (
            self.points > 0 or element.tag == "table" or _ITS_OWN_MARKER.match(text) is not None
        )
        self.lines.append(FlowLine(text, element, linked, listed, self.apart and bool(self.lines)))
        self.apart = False


def flow(root: "HtmlElement") -> list[FlowLine]:
    """The lines of a tree in order; every word stands once, but header words in their rows."""
    from lxml import etree  # noqa: PLC0415 - of the extra html

    writing = _Writing(blocks=[root])
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if event == "end":
            writing.close(element)
            if element is not root:
                writing.say(element.tail)
            continue
        writing.open(element)
        grid = _grid(element) if element.tag == "table" else None
        if grid is None:
            writing.say(element.text)
        else:
            _write_table(writing, element, grid)
            walk.skip_subtree()
    writing.end(apart=False)
    return writing.lines


def _is_preformatted(element: "HtmlElement") -> bool:
    return element.tag == "pre" or _PREFORMATTED.search(element.get("style") or "") is not None


# --- Lists ---------------------------------------------------------------------------------------

_ITS_OWN_MARKER = re.compile(
    r"(?:\d{1,3}(?:\.\d{1,3}){0,3}[.)]|[a-zđA-ZĐ][.)]|[IVX]{1,5}[.)]|\(\w{1,2}\)|[-–—•+*·▪►✓])"
    r"(?=\s|[^\W\d_])"
)
_LIST_STYLE = re.compile(r"list-style(?:-type)?\s*:\s*([a-z-]+)", re.IGNORECASE)
_STYLES = {
    "lower-alpha": "a",
    "lower-latin": "a",
    "upper-alpha": "A",
    "upper-latin": "A",
    "lower-roman": "i",
    "upper-roman": "I",
    "decimal": "1",
}


def _marked(marker: str, text: str) -> str:
    return f"{marker} {text}" if marker and not _ITS_OWN_MARKER.match(text) else text


def _marker(element: "HtmlElement") -> str:
    """The sign that a browser shows before a list point."""
    parent = element.getparent()
    style = _LIST_STYLE.search(parent.get("style") or "") if parent is not None else None
    if style is not None and style[1].lower() == "none":
        return ""
    if parent is None or parent.tag != "ol":
        return "-"
    kind = _STYLES.get(style[1].lower(), "1") if style else parent.get("type") or "1"
    return f"{_numbered(_number(element, parent), kind)}."


def _number(element: "HtmlElement", parent: "HtmlElement") -> int:
    before = element.getprevious()
    while before is not None and before.tag != "li":
        before = before.getprevious()
    # One step back, not the whole way: a list of many points would cost squared.
    told = _whole(before.get(_COUNTED)) if before is not None else None
    following = told + 1 if told is not None else _whole(parent.get("start"))
    number = _first_told(_whole(element.get("value")), following, 1)
    element.set(_COUNTED, str(number))
    return number


def _first_told(*numbers: int | None) -> int:
    return next(number for number in numbers if number is not None)


_COUNTED = "data-counted"


def _whole(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"-?[0-9]{1,6}", text.strip()) else None


_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
_LETTERS = 26
_LARGEST_ROMAN = 50


def _numbered(number: int, kind: str) -> str:
    if kind in {"a", "A"} and 1 <= number <= _LETTERS:
        return chr(ord(kind) + number - 1)
    if kind in {"i", "I"} and 1 <= number <= _LARGEST_ROMAN:
        roman = ""
        for value, sign in _ROMAN:
            roman += sign * (number // value)
            number %= value
        return roman.lower() if kind == "i" else roman
    return str(number)


# --- Tables --------------------------------------------------------------------------------------

_LONGEST_CELL = 1_000  # characters; a longer one is a column of the page
_WIDEST = 60  # columns
_PAGE_PARTS = frozenset(["table", "h1", "h2", "ul", "ol", "article", "section", "form"])
_FRAME = frozenset(["table", "thead", "tbody", "tfoot", "tr", "colgroup"])
_FRAMED = _FRAME | {"td", "th", "caption", "col"}


def _grid(table: "HtmlElement") -> tuple[list[list[str]], int] | None:
    """The cells of a table that may hold data, and its header rows; None where it is layout."""
    if table.get("role") == "presentation" or _holds_more_than_cells(table) or _is_menu(table):
        return None
    lines = list(table.iter("tr"))
    if len(lines) < 2:  # noqa: PLR2004 - a header and a row
        return None
    grid: list[list[str]] = []
    waiting: dict[int, tuple[int, str]] = {}
    for line in lines:
        row = _row(line, waiting)
        if len(row) > _WIDEST or any(len(cell) > _LONGEST_CELL for cell in row):
            return None
        grid.append(row)
    if max(map(len, grid), default=0) < 2:  # noqa: PLR2004 - one column is a frame
        return None
    return grid, len(list(takewhile(_is_head, lines)))


def _holds_more_than_cells(table: "HtmlElement") -> bool:
    """Judge whether parts of a page stand in the cells, or words outside of them."""
    if any(element.tag in _PAGE_PARTS for element in table.iterdescendants()):
        return True
    return any(
        (element.text or "").strip()
        or any(child.tag not in _FRAMED or (child.tail or "").strip() for child in element)
        for element in table.iter(*_FRAME)
    )


def _is_menu(table: "HtmlElement") -> bool:
    linked = sum(len(text) for link in table.iter("a") for text in link.itertext())
    return 2 * linked > sum(len(text.strip()) for text in table.itertext())


def _row(line: "HtmlElement", waiting: dict[int, tuple[int, str]]) -> list[str]:
    """The cells of a row; ``waiting`` holds cells that reach down from above, by their column."""
    row: list[str] = []
    for cell in line.iter("td", "th"):
        _take(waiting, row)
        text = "\n".join(told.text for told in flow(cell))
        down = min(_whole(cell.get("rowspan")) or 1, 1_000)
        across = max(1, min(_whole(cell.get("colspan")) or 1, _WIDEST))
        for i in range(across):
            told = text if i == 0 else ""
            if down > 1:
                waiting[len(row)] = (down - 1, told)
            row.append(told)
        if len(row) > _WIDEST:
            break
    _take(waiting, row)
    return row


def _take(waiting: dict[int, tuple[int, str]], row: list[str]) -> None:
    while len(row) in waiting:
        left, text = waiting.pop(len(row))
        if left > 1:
            waiting[len(row)] = (left - 1, text)
        row.append(text)


def _is_head(line: "HtmlElement") -> bool:
    parent = line.getparent()
    cells = list(line.iter("td", "th"))
    told = parent is not None and parent.tag == "thead"
    return told or (len(cells) > 1 and all(cell.tag == "th" for cell in cells))


def _write_table(
    writing: _Writing, table: "HtmlElement", grid: tuple[list[list[str]], int]
) -> None:
    cells, heads = grid
    for caption in table.iter("caption"):
        for line in flow(caption):
            writing.add(line.text, table)
    unit = told_unit(writing.lines[-1].text) if writing.lines else ""
    for text in rows(cells, heads=heads, unit=unit):
        writing.add(text, table)
