"""Pieces: a clause that counts several things is cut into one piece per indicator.

"Tỷ lệ hộ nghèo còn 0,85%, | tỷ lệ hộ cận nghèo còn 1,92%": every figure that opens an indicator of
its own begins a piece; figures that go on with the one before it stay (annotation guide, rules 16,
18 and 24). Statements beside the figures are pieces too. Positions are tokens, half open.
"""

from bisect import bisect_left
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from summarizer.figures import FigureMention
from summarizer.lexicon import Lexicon, language, phrases
from summarizer.openings import Openings
from summarizer.sentences import Shelter
from summarizer.verbs import ACT, FULL_STATE, any_verb

_NAMED = 3  # tokens before a figure in brackets that name an indicator of its own
_STATEMENT = 5  # tokens of the shortest statement beside a figure
_SIGNS = frozenset([",", "(", ";", "."])
_SKIPPED = frozenset([",", ")", ";", ".", "(", "và"])
_JOINTS = frozenset([",", "và"])
_ENDS = _JOINTS | {"("}


class Piece(NamedTuple):
    """Tokens ``[first, last)``; a quote begins at ``anchor`` to hold the noun it leans on."""

    first: int
    last: int
    anchor: int


class _Mark(NamedTuple):
    """Where a piece begins, and where its quote does; ``None`` is right there."""

    at: int
    anchor: int | None = None


class _Stretch(NamedTuple):
    """The clause at hand: its tokens, its figures, what is sheltered, whether it is an order."""

    first: int
    last: int
    figures: Sequence[FigureMention]
    inside: bytearray
    imperative: bool

    def sheltered(self, i: int) -> int:
        """Whether a token stands in brackets or quotation marks (see ``sentences.Shelter``)."""
        return self.inside[i - self.first]


class PieceCutter:
    """Cuts clauses of one document."""

    def __init__(
        self,
        words: list[str],
        verbs: bytes,
        figures: tuple[FigureMention, ...],
        openings: Openings,
        shelter: Shelter,
    ) -> None:
        self.words = words
        self.verbs = verbs
        self.figures = figures
        self.openings = openings
        self.shelter = shelter
        self._starts = [f.first for f in figures]

    def figures_in(self, first: int, last: int) -> tuple[FigureMention, ...]:
        """Figures that begin in a stretch."""
        low = bisect_left(self._starts, first)
        return self.figures[low : bisect_left(self._starts, last, low)]

    def cut(self, first: int, last: int) -> list[Piece]:
        """The pieces of a clause; together they hold all of it but separators."""
        figures = self.figures_in(first, last)
        if not figures:
            return [Piece(first, last, first)]
        head = self.openings.end(first, last - 1)
        inside = self.shelter.inside(first, last)
        stretch = _Stretch(first, last, figures, inside, bool(self.verbs[head] & ACT))
        return self._between_marks(stretch, self._marks(stretch)) or [Piece(first, last, first)]

    def _between_marks(self, stretch: _Stretch, marks: list[_Mark]) -> list[Piece]:
        pieces: list[Piece] = []
        start = anchor = stretch.first
        for mark in [*marks, _Mark(stretch.last)]:
            end = mark.at
            while end > start and self.words[end - 1] in _SIGNS:
                end -= 1
            if end > start:
                pieces.append(Piece(start, end, anchor))
            start = mark.at
            while start < stretch.last and self.words[start] in _SKIPPED:
                start += 1
            anchor = start if mark.anchor is None else mark.anchor
        return pieces

    def _marks(self, stretch: _Stretch) -> list[_Mark]:
        marks: list[_Mark] = []
        opened = next((f for f in stretch.figures if not f.attached), stretch.figures[0])
        statement = self._statement_before(stretch, opened.first)
        if statement is not None:
            marks.append(_Mark(statement))
        done = opened.last
        for figure in stretch.figures:
            opens = figure.first > opened.first and not figure.attached
            if opens and not self._sums_up(opened, done, figure):
                marks.append(self._between(stretch, opened, done, figure))
                opened = figure
            done = max(done, figure.last)
        statement = self._statement_after(stretch, done)
        if statement is not None:
            marks.append(_Mark(statement))
        return marks

    # ---- between two figures ----------------------------------------------------------------

    def _sums_up(self, opened: FigureMention, low: int, figure: FigureMention) -> bool:
        """Whether a figure totals the increment before it (rule 18)."""
        totals = _totals()
        if totals.is_absent(self.words, low, figure.first):
            return False
        same = opened.unit is not None and opened.unit == figure.unit
        for i in range(low, figure.first):
            total = totals.at(self.words, i, figure.first)
            if total is not None and (same or total.entry):
                return True
        return False

    def _between(
        self, stretch: _Stretch, opened: FigureMention, low: int, figure: FigureMention
    ) -> _Mark:
        """Where the piece of a figure begins, looking back no further than ``low``."""
        words, high = self.words, figure.first
        depth = stretch.sheltered(high)
        for i in range(high - 1, low - 1, -1):
            if (stretch.sheltered(i) != depth and words[i] in "()") or words[i] in ";.…":
                return _Mark(i + 1)
        commas = [i for i in range(low, high) if words[i] == "," and stretch.sheltered(i) == depth]
        if commas:
            return _Mark(self._comma(commas, high) + 1)
        for i in range(low, high):
            if words[i] in ("và", "cùng"):
                return _Mark(i + 1)
        for i in range(high - 1, low - 1, -1):
            if words[i] in _heads("dependents"):
                return _Mark(i, opened.first + 1)
        return _Mark(low if high - low > 1 and low > opened.last else high)

    def _comma(self, commas: list[int], high: int) -> int:
        """The last comma if a name or verb follows it, else the first: names hold commas too."""
        last = commas[-1] + 1
        headed = last == high or self.verbs[last] or self.words[last] in _heads("indicator_heads")
        return commas[-1] if headed else commas[0]

    # ---- statements beside figures ----------------------------------------------------------

    def _statement_before(self, stretch: _Stretch, high: int) -> int | None:
        """End of a complete statement before the first figure ("X được quan tâm, tỷ lệ …")."""
        if stretch.sheltered(high) and (bracket := self._bracket(stretch, high)) is not None:
            return bracket
        for i in range(high - 1, stretch.first, -1):
            if self.words[i] not in _ENDS or stretch.sheltered(i):
                continue
            if self._ends_statement(stretch.first, i, high):
                return i
        return None

    def _bracket(self, stretch: _Stretch, high: int) -> int | None:
        """Where brackets open behind a statement, if they hold an indicator of their own."""
        depth = stretch.sheltered(high)
        for i in range(high - _NAMED, stretch.first + _NAMED, -1):
            if not stretch.sheltered(i - 1) and stretch.sheltered(i) == depth:
                return i
        return None

    def _ends_statement(self, first: int, i: int, high: int) -> bool:
        word = self.words[i]
        if word == "," and self.words[i + 1] in _going_on():
            return False
        if word == "," and (
            self._states(first, i) or phrases("clauses", "ends").at(self.words, i + 1, high + 1)
        ):
            return True
        if word in _JOINTS and self._reaches_milestone(first, i):
            return True
        # a bracket that is never closed
        return word == "(" and high - i > _NAMED and i - first > _STATEMENT

    def _statement_after(self, stretch: _Stretch, low: int) -> int | None:
        for i in range(low, stretch.last - _STATEMENT):
            if self.words[i] != "," or stretch.sheltered(i):
                continue
            if self.words[i + 1] in _heads("continuations"):
                continue
            acts = stretch.imperative and self.verbs[i + 1] & ACT
            if acts or self._states(i + 1, stretch.last) or self._lacks(i + 1, stretch.last):
                return i
            if self._reaches_milestone(i + 1, stretch.last):
                return i
        return None

    def _states(self, first: int, last: int) -> bool:
        """Whether tokens say how something stands: a subject, then a full predicate."""
        if last - first < _STATEMENT - 1:
            return False
        return any_verb(self.verbs, FULL_STATE, first + 1, last)

    def _lacks(self, first: int, last: int) -> bool:
        """Whether tokens say of what is named first that it is not so: "việc … chưa nghiêm"."""
        return self.words[first] in _heads("named") and "chưa" in self.words[first + 2 : last]

    def _reaches_milestone(self, first: int, last: int) -> bool:
        scanned = phrases("labels", "milestones").scan(self.words, first, last)
        return next(scanned, None) is not None


@cache
def _totals() -> Lexicon[bool]:
    """Phrases before a total; true for those that need no look at the unit."""
    data = language("clauses")
    plain = [(phrase, False) for phrase in data["totals"]]
    return Lexicon([*plain, *((phrase, True) for phrase in data["sure_totals"])])


@cache
def _going_on() -> frozenset[str]:
    return frozenset(language("quotes")["going_on"])


@cache
def _heads(name: str) -> frozenset[str]:
    return frozenset(language("clauses")[name])
