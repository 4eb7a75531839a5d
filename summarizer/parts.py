"""Parts: the clauses of a reading cut finer, so that a model can point at every item by number.

An engine of rules wants clauses whole; a model needs a number for whatever may be an item of its
own: statements between commas ("đạt giải ba toàn đoàn, | tỷ lệ tham gia bảo hiểm đạt 90%"), counted
things behind a run-up ("phong trào Hội quán có | 06 Hội quán"), what only follows a figure ("45 căn
| trước ngày 31/8"). Lists of names stay whole, since every number costs tokens of the prompt.
The words that decide stand in ``language/parts.toml``. Positions are tokens, half open.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import pairwise

from summarizer.clauses import Clause
from summarizer.figures import FigureMention
from summarizer.lexicon import Lexicon, language, phrases
from summarizer.quotes import CONTINUES, named_behind
from summarizer.reading import Reading
from summarizer.sentences import Shelter
from summarizer.turns import NEEDS
from summarizer.verbs import ACT, FULL_STATE, STATE, any_verb

_SHORTEST = 2  # tokens of a part without a figure
_NAME = 3  # tokens that may be named between two signs without being said to do anything
_NEAR = 4  # tokens between an action and the amount that it concerns
_FAR = 60  # tokens looked back from a sign
_BRACKET = 30  # tokens of a bracket
_SEPARATING = frozenset(",;:")
_STOPS = frozenset(",;:()")
_TRIMMED = frozenset(",;.:(-–")
_DETAILS = frozenset(("baseline", "planned"))


def refine(reading: Reading) -> Reading:
    """The same reading with finer clauses, numbered anew from 1.

    They cover the text exactly once, as the coarse ones do, and each figure belongs to the part in
    which it begins. Parts of one clause but its first have ``CONTINUES`` as opener; a run of them
    is quoted as the whole clause would be.
    """
    cutter = _Cutter(reading)
    parts: list[Clause] = []
    for clause in reading.clauses:
        parts.extend(_parts(reading, clause, cutter.cuts(clause), len(parts) + 1))
    return replace(reading, clauses=tuple(parts))


def _parts(reading: Reading, clause: Clause, cuts: Sequence[int], number: int) -> Iterator[Clause]:
    if not cuts:
        yield clause._replace(number=number)
        return
    starts = reading.document.tokens.starts
    edges = [clause.start, *[starts[cut] for cut in cuts], clause.end]
    for k, (first, last) in enumerate(pairwise([clause.first, *cuts, clause.last])):
        yield Clause(
            number + k,
            clause.kind,
            edges[k],
            edges[k + 1],
            first,
            _trimmed(reading.words, first, last) if last < clause.last else last,
            clause.sentence,
            clause.chain,
            CONTINUES if k else clause.opener,
            first if k else clause.anchor,
            tuple(f for f in clause.figures if first <= f.first < last),
        )


def _trimmed(words: list[str], first: int, last: int) -> int:
    """The end of a part without the signs behind it."""
    while last - first > 1 and words[last - 1] in _TRIMMED:
        last -= 1
    return last


@dataclass(frozen=True)
class _Stretch:
    """The clause at hand; ``inside`` marks what stands in brackets or quotation marks."""

    first: int
    last: int
    anchor: int
    figures: tuple[FigureMention, ...]
    inside: bytearray

    @cached_property
    def starts(self) -> list[int]:
        """First tokens of the figures."""
        return [f.first for f in self.figures]

    @cached_property
    def ends(self) -> frozenset[int]:
        """Tokens behind the figures."""
        return frozenset(f.last for f in self.figures)

    def sheltered(self, i: int) -> bool:
        return bool(self.inside[i - self.first])

    def figure(self, first: int, last: int) -> FigureMention | None:
        """The first figure that begins in tokens ``[first, last)``."""
        at = bisect_left(self.starts, first)
        if at < len(self.starts) and self.starts[at] < last:
            return self.figures[at]
        return None

    def before(self, i: int) -> FigureMention | None:
        """The last figure that begins before token ``i``."""
        at = bisect_left(self.starts, i)
        return self.figures[at - 1] if at else None

    def counts(self, first: int, last: int) -> bool:
        """Whether a figure begins in tokens ``[first, last)``."""
        return self.figure(first, last) is not None

    def holds(self, cut: int) -> bool:
        """Whether a cut would go through a figure."""
        figure = self.before(cut)
        return figure is not None and cut < figure.last

    def gaps(self) -> Iterator[tuple[int, int]]:
        """Tokens behind each figure, up to the next or to the end."""
        for figure, following in zip(self.figures, [*self.starts[1:], self.last], strict=False):
            yield figure.last, following


class _Cutter:
    """Cuts clauses of one reading."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.words = reading.words
        self.verbs = reading.verbs
        self.shelter = Shelter(reading.document.tokens)
        self.bounds = [t.first for t in reading.times if t.bound in ("by", "in")]

    def cuts(self, clause: Clause) -> list[int]:
        """Where parts of a clause begin but the first, in order."""
        if clause.sentence < 0 or clause.last - clause.first <= _SHORTEST:
            return []
        first, last = clause.first, clause.last
        inside = self.shelter.inside(first, last)
        stretch = _Stretch(first, last, clause.anchor, clause.figures, inside)
        wanted = {
            *self._statements(stretch),
            *self._brackets(stretch),
            *self._run_ups(stretch),
            *self._tails(stretch),
            *self._bounds(stretch),
            *self._turns(stretch),
        }
        return self._kept(stretch, sorted(wanted))

    def _kept(self, stretch: _Stretch, wanted: Sequence[int]) -> list[int]:
        """Without cuts inside figures and cuts that leave scraps."""
        kept = [stretch.first]
        for cut in wanted:
            if stretch.holds(cut):
                continue
            leans = stretch.anchor < stretch.first == cut - 1
            if leans or (
                self._stands(stretch, kept[-1], cut) and self._stands(stretch, cut, stretch.last)
            ):
                kept.append(cut)
        return kept[1:]

    def _stands(self, stretch: _Stretch, first: int, last: int) -> bool:
        return last > first and (last - first >= _SHORTEST or stretch.counts(first, last))

    # ---- between signs ----------------------------------------------------------------------

    def _statements(self, stretch: _Stretch) -> Iterator[int]:
        """Behind signs between two statements."""
        signs = [
            i
            for i in range(stretch.first + 1, stretch.last - 1)
            if self.words[i] in _SEPARATING and not stretch.sheltered(i)
        ]
        start = stretch.first
        for sign, end in pairwise([*signs, stretch.last]):
            if self._separates(stretch, max(start, sign - _FAR), sign, end):
                yield sign + 1
                start = sign + 1

    def _separates(self, stretch: _Stretch, start: int, sign: int, end: int) -> bool:
        """Whether a sign stands between two statements, begun at ``start`` and ended at ``end``."""
        behind = sign + 1
        if self.words[sign] == ";":
            return end - behind >= _NAME and not self._calls(start, sign, stretch.last)
        if not stretch.counts(start, end):
            return self._says(stretch, behind, end) and self._differs(start, sign, end)
        return self._counts_anew(stretch, behind, end) or (
            not self._goes_on(stretch, behind, end)
            and (self._follows_figure(stretch, sign, end) or self._tells(stretch, start, sign, end))
        )

    def _counts_anew(self, stretch: _Stretch, first: int, last: int) -> bool:
        """Whether a stretch begins with the number of what it counts: ", | 1 xã nông thôn mới"."""
        figure = stretch.figure(first, last)
        return figure is not None and figure.first == first and named_behind(self.words, figure)

    def _follows_figure(self, stretch: _Stretch, sign: int, end: int) -> bool:
        return sign in stretch.ends and end - sign > _NAME + 1

    def _tells(self, stretch: _Stretch, start: int, sign: int, end: int) -> bool:
        named = sign - start >= _NAME or self._says(stretch, start, sign)
        return named and self._says(stretch, sign + 1, end)

    def _differs(self, start: int, sign: int, end: int) -> bool:
        """Whether two statements without figures may stand in different lists, or one in none."""
        behind = sign + 1
        if end - behind <= _NAME:
            return False
        needed = not NEEDS.isdisjoint(self.words[behind : behind + _NEAR])
        return (
            any_verb(self.verbs, FULL_STATE, start, end)
            or (needed and any_verb(self.verbs, STATE, start, sign))
            or phrases("leads", "goals").at(self.words, behind, end) is not None
            or next(phrases("labels", "milestones").scan(self.words, start, end), None) is not None
            or self._concedes(start, sign)
        )

    def _concedes(self, first: int, last: int) -> bool:
        """Whether a stretch only tells in spite of what (rule 3)."""
        return any(
            phrases("leads", name).at(self.words, head, last) is not None
            for head in {first, self.reading.opening(first, last - 1)}
            for name in ("concessions", "conditions")
        )

    def _calls(self, first: int, sign: int, last: int) -> bool:
        """Whether a sign stands in a list of those who are told to act (rule 21)."""
        head = self.reading.opening(first, last)
        causative = phrases("clauses", "causatives").at(self.words, head, last)
        told = self.reading.addressees(head if causative is None else causative.last, last)
        return told is not None and told.action > sign

    def _goes_on(self, stretch: _Stretch, first: int, last: int) -> bool:
        """Whether what stands behind a sign tells more of the figure before it."""
        before, told = stretch.before(first), stretch.figure(first, last)
        if before is None or told is None or self.words[first] not in _set("going_on"):
            return False
        return _alike(before, told) or (told.attached and told.role != "change")

    def _says(self, stretch: _Stretch, first: int, last: int) -> bool:
        if last - first < _SHORTEST:
            return False
        return stretch.counts(first, last) or any_verb(self.verbs, STATE | ACT, first, last)

    # ---- around figures ---------------------------------------------------------------------

    def _brackets(self, stretch: _Stretch) -> Iterator[int]:
        """Behind brackets that open before an indicator of their own: "(hợp vệ sinh | 100%)"."""
        for i in range(stretch.first + 1, stretch.last - 1):
            if self.words[i] == "(" and self._names(stretch, i + 1):
                yield i + 1

    def _names(self, stretch: _Stretch, first: int) -> bool:
        end = min(first + _BRACKET, stretch.last)
        closed = next((i for i in range(first, end) if self.words[i] == ")"), end)
        figure = stretch.figure(first, closed)
        if figure is not None:
            named = figure.first > first and self.words[first] not in _set("going_on")
            return named and figure.role not in _DETAILS
        return closed == stretch.last >= first + _SHORTEST  # another clause holds the rest

    def _run_ups(self, stretch: _Stretch) -> Iterator[int]:
        """Before the action or the name that belongs to a figure, behind what only leads to it."""
        if stretch.anchor < stretch.first:
            yield stretch.first + 1
        low = stretch.first
        for figure in stretch.figures:
            cut = self._run_up(low, figure)
            if cut is not None:
                yield cut
            low = figure.last

    def _run_up(self, low: int, figure: FigureMention) -> int | None:
        counted = named_behind(self.words, figure)
        for i in range(figure.first - 1, low, -1):
            if self.words[i] in _STOPS:
                return None
            if counted and self.words[i] in _set("having"):
                return i + 1
            if (counted or self._governs(i, figure.first)) and self._acts(i):
                return i
            if not counted and i > low + _NAME and phrases("parts", "names").at(self.words, i):
                return i
        return None

    def _governs(self, i: int, amount: int) -> bool:
        """Whether a verb at ``i`` has an amount as its object: "nạo vét 26 km"."""
        return amount - i <= _NEAR and not any_verb(self.verbs, STATE, i + 1, amount)

    def _acts(self, i: int) -> bool:
        return (
            bool(self.verbs[i] & ACT)
            and self.words[i - 1] not in _set("verb_nouns")
            and self.words[i] not in _set("moves")
        )

    def _tails(self, stretch: _Stretch) -> Iterator[int]:
        """Before what follows a figure without telling how much."""
        tails = phrases("parts", "tails")
        for low, high in stretch.gaps():
            for i in range(low, high):
                if self.words[i] in _STOPS:
                    break
                if tails.at(self.words, i, stretch.last) and self.words[i - 1] not in _set("tied"):
                    yield i
                    break

    def _bounds(self, stretch: _Stretch) -> Iterator[int]:
        """Before a time that bounds what stands before it."""
        low = bisect_left(self.bounds, stretch.first + _SHORTEST)
        yield from self.bounds[low : bisect_left(self.bounds, stretch.last, low)]
        for hit in phrases("parts", "bounds").scan(self.words, stretch.first, stretch.last):
            yield hit.first

    def _turns(self, stretch: _Stretch) -> Iterator[int]:
        """Where a statement begins without a sign."""
        for hit in _turns().scan(self.words, stretch.first + 1, stretch.last):
            cut = hit.last if hit.entry else hit.first
            tied = self.words[hit.first - 1] in _set("tied") or stretch.sheltered(hit.first)
            if not tied and self._says(stretch, cut, min(cut + _FAR, stretch.last)):
                yield cut


def _alike(one: FigureMention, other: FigureMention) -> bool:
    """Whether two figures may count the same thing: "3.250 lượt hộ, tăng 200 hộ"."""
    if one.unit is None or other.unit in (None, "%"):
        return True
    return one.unit in other.unit or other.unit in one.unit


@cache
def _turns() -> Lexicon[bool]:
    """Phrases at turns; true for those that belong to what stands before."""
    data = language("parts")
    return Lexicon([*((p, True) for p in data["turns"]), *((p, False) for p in data["requests"])])


@cache
def _set(name: str) -> frozenset[str]:
    return frozenset(language("parts")[name])
