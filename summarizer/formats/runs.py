"""Runs: glyphs that stand side by side, and the rows a page makes of them.

A run ends where the next sign stands on another line or far away; the distance between two
columns is far. So a line of running text is one run, and a letterhead's line is two.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import mode
from typing import NamedTuple
from unicodedata import combining

from summarizer.formats.glyphs import Glyph

_SAME_LINE = 0.2  # of a line's height, between baselines
_FAR = 1.8  # of a line's height, between columns or cells; justified lines stay far below
_TAB = 5.0  # of a line's height, between the marker of a point and its text
_LOWER = 0.5  # of a line's height, between lines of neighbouring columns
_NEAR = 0.6  # of a line's height, between parts of a line that are drawn one by one
_WORD_GAP = 0.17  # of a line's height, where no blank is drawn
_RAISED = 0.7  # of a line's height, how high an exponent stands at most
_SMALL = 0.85  # of a line's height, what an exponent's height is below
_LONGEST = 300  # signs of a line, in which the letter of a mark is looked for
_MARKER = re.compile(
    r"\s*(?:[-–—•+*▪◦●■►✓o]|\(?(?:\d{1,3}|[^\W\d_]|[ivxIVX]{1,4})[.)]|(?:\d{1,2}\.){1,4}\d{0,2})\s*"
)
_EXPONENTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Run(NamedTuple):
    """Text on one line: ``first`` is where its first word ends, ``second`` where the next begins.

    A blank at its end is one that the file has there.
    """

    text: str
    left: float
    right: float
    y: float
    height: float
    first: float
    second: float


def _raised(sign: str) -> str:
    return sign.translate(_EXPONENTS)


Row = tuple[Run, ...]
"""Runs side by side, from left to right."""


def read_runs(glyphs: Iterable[Glyph]) -> list[Run]:
    """The runs of glyphs, in the order of the file; none of them is blank."""
    line: _Line | None = None
    runs = []
    for glyph in glyphs:
        if line is None or not line.takes(glyph):
            if line is not None and line.signs:
                runs.append(line.run())
            line = _Line(glyph.y, glyph.height, glyph.left)
        line.add(glyph)
    if line is not None and line.signs:
        runs.append(line.run())
    return runs


def read_rows(runs: Iterable[Run]) -> list[Row]:
    """Runs as the rows of a page, from top to bottom; parts of a line are put together.

    Lines of two columns make a row, too, where one stands a little lower than the other.
    """
    rows: list[list[Run]] = []
    for run in sorted(runs, key=lambda run: (run.y, run.left)):
        row = next((row for row in reversed(rows[-_BACK:]) if _is_of(run, row)), None)
        if row is None:
            rows.append([run])
        else:
            row.append(run)
    return [_joined(sorted(row, key=lambda run: run.left)) for row in rows]


def _is_of(run: Run, row: Sequence[Run]) -> bool:
    """Judge whether a run stands on a row."""
    lower = run.y - row[0].y
    height = min(run.height, row[0].height)
    if lower <= _SAME_LINE * height:
        return True
    return (
        lower <= _LOWER * height
        and len(row) <= _MOST_COLUMNS
        and all(run.left - other.right > height or other.left - run.right > height for other in row)
    )


_MOST_COLUMNS = 20
_BACK = 4  # rows that are looked at for the line a run belongs to


def _joined(row: Sequence[Run]) -> Row:
    """A row whose neighbours that are near each other are one run."""
    runs = [row[0]]
    for run in row[1:]:
        last = runs[-1]
        gap = run.left - last.right
        if gap > (_TAB if _MARKER.fullmatch(last.text) else _NEAR) * run.height:
            runs.append(run)
            continue
        parted = last.text.endswith(" ") or gap > _WORD_GAP * run.height
        text = f"{last.text.rstrip(' ')} {run.text}" if parted else last.text + run.text
        first, second = last.first, last.second
        if second > last.right:  # the last one was a single word
            first, second = (first, run.left) if parted else (run.first, run.second)
        runs[-1] = Run(
            text, last.left, max(last.right, run.right), last.y, last.height, first, second
        )
    return tuple(runs)


def together(row: Row) -> Run:
    """A row as it is read across."""
    if len(row) == 1:
        return row[0]
    text = " ".join(run.text.strip(" ") for run in row)
    return row[0]._replace(text=text, right=row[-1].right)


@dataclass(slots=True)
class _Line:
    """A run being made."""

    y: float
    height: float
    left: float
    right: float = 0.0
    signs: list[Glyph] = field(default_factory=list)  # blanks among them, none in front
    early: str = ""  # marks that come before their letter

    def takes(self, glyph: Glyph) -> bool:
        """Judge whether a glyph goes on with this line."""
        if not self.signs:
            return bool(self.early) and abs(glyph.y - self.y) <= _SAME_LINE * self.height
        if combining(glyph.sign[0]):
            return abs(glyph.y - self.y) <= _RAISED * self.height
        raised = self.y - glyph.y
        level = abs(raised) <= _SAME_LINE * self.height
        small = glyph.height < _SMALL * self.height and abs(raised) <= _RAISED * self.height
        gap = glyph.left - self.right
        near = -_NEAR * self.height <= gap <= _FAR * self.height
        return (level or small or self._is_mark_of(glyph)) and near

    def _is_mark_of(self, glyph: Glyph) -> bool:
        """Judge whether all signs so far are the raised mark in front of a note."""
        lower = _SAME_LINE * glyph.height < glyph.y - self.y <= _RAISED * glyph.height
        return lower and self.height < _SMALL * glyph.height

    def add(self, glyph: Glyph) -> None:
        if combining(glyph.sign[0]):
            self._mark(glyph)
            return
        if glyph.sign == " ":
            if self.signs and self.signs[-1].sign != " ":
                self.signs.append(glyph)
            return
        if not self.signs:
            self.y, self.height, self.left = glyph.y, glyph.height, glyph.left
        elif self._is_mark_of(glyph):
            self.signs = [raised._replace(sign=_raised(raised.sign)) for raised in self.signs]
            self.y, self.height = glyph.y, glyph.height
        if glyph.height < _SMALL * self.height and self.y - glyph.y > _SAME_LINE * self.height:
            glyph = glyph._replace(sign=_raised(glyph.sign))
        wide = bool(self.signs) and glyph.left - self.right > _WORD_GAP * self.height
        if (glyph.blank or wide) and self.signs and self.signs[-1].sign != " ":
            self.signs.append(glyph._replace(sign=" "))
        if self.early:
            glyph = glyph._replace(sign=glyph.sign + self.early)
            self.early = ""
        self.signs.append(glyph)
        self.right = max(self.right, glyph.right)

    def _mark(self, glyph: Glyph) -> None:
        """Put a mark behind the letter it stands on, wherever in the file it comes."""
        middle = (glyph.left + glyph.right) / 2
        for place in range(len(self.signs) - 1, max(len(self.signs) - _LONGEST, 0) - 1, -1):
            base = self.signs[place]
            if base.sign != " " and base.left <= middle <= base.right + _WORD_GAP * base.height:
                self.signs[place] = base._replace(sign=base.sign + glyph.sign)
                return
        self.early += glyph.sign

    def run(self) -> Run:
        text = "".join(glyph.sign for glyph in self.signs)
        if not text.isascii():  # two halves of a sign beyond U+FFFF
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        blanks = [place for place, glyph in enumerate(self.signs) if glyph.sign == " "]
        inner = [place for place in blanks if place + 1 < len(self.signs)]
        first = self.signs[inner[0] - 1].right if inner else self.right
        second = self.signs[inner[0] + 1].left if inner else self.right + 1
        # A font's box grows with letters that carry two marks; most letters show its line.
        height = mode(round(glyph.height, 1) for glyph in self.signs if glyph.y == self.y)
        return Run(text, self.left, self.right, self.y, height, first, second)
