"""Paragraphs: lines of a printed page put together again, and tables told row by row.

Where a paragraph ends is judged by ``summarizer.formats.breaks``.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from summarizer.formats import tables
from summarizer.formats.breaks import OTHER_SIZE, Opening, Placed, goes_on, opening
from summarizer.formats.columns import Aligned, Flow
from summarizer.formats.grids import Grid
from summarizer.formats.measures import SAME_EDGE, Edges, Measures, Page, measure
from summarizer.formats.runs import Run

_APART = 1.6  # of the usual distance of lines: another part
_HEAD = 8  # first rows of a table, which hold its header and show what it is
_COLUMN = 9  # lines of a column of running text; a letterhead has fewer
_NOTE = re.compile(r"[¹²³⁴⁵⁶⁷⁸⁹*\[(]|\d{1,2}[\s.)]?\D")


@dataclass(frozen=True, slots=True)
class Typeset:
    """Pages put together: the text, and where in it each page's words begin."""

    text: str
    pages: tuple[int, ...]


def typeset(pages: Sequence[Page]) -> Typeset:
    """Put pages together; each is its width in points and its parts in reading order."""
    usual = measure(pages)
    writer = _Writer(usual)
    for page, (width, parts) in enumerate(pages):
        writer.page = page
        for part in parts:
            if isinstance(part, Flow):
                writer.flow(part, part.edges or usual.edges[round(width)])
            else:
                writer.table(part)
    return writer.typeset(len(pages))


@dataclass(slots=True)
class _Paragraph:
    """A line of the text to be: where in it pages begin, and whether a blank line precedes."""

    pieces: list[str]
    begins: list[tuple[int, int]]  # page, offset
    apart: bool = False
    length: int = 0  # of the pieces

    def __post_init__(self) -> None:
        self.length = sum(map(len, self.pieces))

    def add(self, line: str, page: int | None = None) -> None:
        """Go on with a line; ``page`` is given where it is the first of its page."""
        kept, between = _seam(self.pieces[-1], line)
        self.length += kept - len(self.pieces[-1]) + len(between)
        self.pieces[-1] = self.pieces[-1][:kept]
        if page is not None:
            self.begins.append((page, self.length))
        self.pieces.append(between + line)
        self.length += len(line)


@dataclass(slots=True)
class _Writer:
    usual: Measures
    page: int = 0
    done: list[_Paragraph] = field(default_factory=list)
    notes: list[_Paragraph] = field(default_factory=list)
    last: Placed | None = None  # line that may go on
    last_page: int = 0  # on which a line stands
    begun: Opening = field(default_factory=Opening)
    # Page, uprights and first rows of a table that may go on.
    open_table: tuple[int, tuple[float, ...], list[list[str]]] | None = None

    def flow(self, flow: Flow, edges: Edges) -> None:
        """Write lines of one column."""
        self.open_table = None
        own = flow.edges is not None
        if own or self.last_page != self.page - 1:
            self._part()
        count = len(flow.lines) if own else _above_notes(flow.lines, self.usual.height)
        for run in flow.lines[:count]:
            self._line(Placed(run, edges, self.page), is_head=own and count < _COLUMN)
        for run in flow.lines[count:]:
            self._note(run)
        if own:
            self._part()

    def table(self, table: Grid | Aligned) -> None:
        """Write a table row by row; one that a page break cuts goes on under its header."""
        self._part()
        cells = [list(row) for row in table.cells]
        head = self._head_of(table)
        if head:
            repeated = _repeated(head, cells)
            told = tables.rows([*head, *cells[repeated:]])[len(tables.rows(head)) :]
        else:
            head, told = cells[:_HEAD], tables.rows(cells)
        for place, line in enumerate(told):
            is_first = not place and self.open_table is None
            self.done.append(_Paragraph([line], [(self.page, 0)], apart=is_first))
        self.open_table = (self.page, table.edges, head) if isinstance(table, Grid) else None

    def _head_of(self, table: Grid | Aligned) -> list[list[str]]:
        """The first rows of the table that this one goes on with; none if it is its own."""
        if isinstance(table, Grid) and self.open_table is not None:
            page, edges, head = self.open_table
            if page == self.page - 1 and _same(edges, table.edges):
                return head
        self.open_table = None
        return []

    def typeset(self, pages: int) -> Typeset:
        self._flush_notes()
        pieces: list[str] = []
        begins: dict[int, int] = {}
        at = 0
        for paragraph in self.done:
            if pieces:
                pieces.append("\n\n" if paragraph.apart else "\n")
                at += len(pieces[-1])
            for page, offset in paragraph.begins:
                begins.setdefault(page, at + offset)
            pieces.append("".join(paragraph.pieces).rstrip(" "))
            at += len(pieces[-1])
        text = "".join(pieces)
        offsets = []
        for page in range(pages - 1, -1, -1):  # a page without words begins where the next does
            at = begins.get(page, at)
            offsets.append(at)
        return Typeset(text, tuple(reversed(offsets)))

    def _part(self) -> None:
        """End what was written: the next line is another part."""
        self.last = None
        self._flush_notes()

    def _flush_notes(self) -> None:
        self.done += self.notes
        self.notes = []

    def _note(self, run: Run) -> None:
        text = run.text.strip()
        if self.notes and not _NOTE.match(text):
            self.notes[-1].add(text)
        else:
            self.notes.append(_Paragraph([text], [(self.page, 0)]))

    def _line(self, line: Placed, *, is_head: bool) -> None:
        text = line.run.text
        apart = self._stands_apart(line)
        if self.last is None or not goes_on(self.last, line, self.begun, self.usual):
            self._flush_notes()
            self.done.append(_Paragraph([text], [(self.page, 0)], apart))
            self.begun = opening(line.run, is_head=is_head)
        elif self.last.page == self.page:
            self.done[-1].add(text)
        else:
            self.done[-1].add(text, self.page)
            # Notes of the page above come first, so that pages stay in order.
            self.done[-1:] = [*self.notes, self.done[-1]]
            self.notes = []
        self.last, self.last_page = line, self.page

    def _stands_apart(self, line: Placed) -> bool:
        if self.last is None:
            return bool(self.done)
        above = self.last
        far = _APART * self.usual.distance * above.run.height
        return above.page == line.page and line.run.y - above.run.y > far


def _above_notes(lines: Sequence[Run], height: float) -> int:
    """Count the lines of a page above its notes, which are small and stand last."""
    count = len(lines)
    while count and lines[count - 1].height < OTHER_SIZE * height:
        count -= 1
    small = lines[count:]
    return count if count and small and _NOTE.match(small[0].text) else len(lines)


def _same(above: Sequence[float], below: Sequence[float]) -> bool:
    """Judge whether two tables have the same columns."""
    return len(above) == len(below) and all(
        abs(a - b) <= SAME_EDGE for a, b in zip(above, below, strict=True)
    )


def _repeated(head: list[list[str]], cells: list[list[str]]) -> int:
    """Count the rows of a header that stands on every page."""
    return next((place for place, (a, b) in enumerate(zip(head, cells, strict=False)) if a != b), 0)


# --- Breaks of lines -----------------------------------------------------------------------------

_JOINTS = ("-", "‐", "‑", "–", "/")
# Letters that end no Vietnamese syllable: a word that is cut behind one was cut by a program.
_FOREIGN = frozenset("bdfjklqrsvwxz")


def mended(above: str, below: str) -> str:
    """Two lines as one: a hyphen that only the end of the line made is taken away.

    A dash of the text ("13-" / "NQ/HU", "kinh tế -" / "xã hội") stays, with the blanks it has.
    """
    kept, between = _seam(above, below)
    return above[:kept] + between + below


def _seam(above: str, below: str) -> tuple[int, str]:
    """How much of a line is kept before the next one, and what stands between them."""
    if above.endswith(" "):
        return len(above.rstrip(" ")), " "
    if above.endswith(_JOINTS) and len(above) > 1 and above[-2] != " ":
        soft = above[-1] in "-‐" and above[-2] in _FOREIGN and below[:1].islower()
        return len(above) - soft, ""
    return len(above), " "
