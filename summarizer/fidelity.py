"""Fidelity: whether words that a model wrote itself are true to the source.

A rewording may drop and reorder. It may not bring a number, a name or a word of its own, nor turn
round what it keeps: every figure must stand in the evidence with its unit, bound and direction,
beside the words it stands beside there, and every negation before the word it negates. The words
that decide stand in ``language/fidelity.toml``. Positions are tokens, half open.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple, Self

from summarizer.documents import Document
from summarizer.figures import FigureMention, read_figures
from summarizer.folding import Folded, fold, match_key
from summarizer.lexicon import Lexicon, Tokens, language, tokenize
from summarizer.numerals import Numeral, read_numerals
from summarizer.shapes import is_year
from summarizer.units import read_unit

_DATA = language("fidelity")
_TURNS = Lexicon(
    (phrase, group)
    for group in ("negation", "direction", "bound", "plain")
    for phrase in _DATA["turns"][group]
)
_SIGNS = frozenset(",.;:()-\"'/%&+\n…")
_PARTED = frozenset(",;.:()\n!?…")
_FULL_STOPS = frozenset(";.\n!?…")
_SAME = 6  # fields of a figure that a rewording keeps to the letter
_SHOWN = 40  # characters of a word that a reason names


_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=[^\W\d_a-zà-ỹ])|\s*\n\s*(?=[-•*+])")


def _words_of(phrases: Iterable[str]) -> frozenset[str]:
    return frozenset(word for phrase in phrases for word in tokenize(match_key(phrase)).words)


_PLAIN = _words_of(_DATA["plain"]["words"])
_UNTELLING = _PLAIN | {
    phrase for group in ("negation", "direction", "bound") for phrase in _DATA["turns"][group]
}
NAMING = _words_of(_DATA["plain"]["named"])
"""Words that a name of what is counted may add: number of, share of, area of."""
TELLING = _words_of(_DATA["plain"]["told"])
"""Words that an overview may add: reports, results, tasks."""
_SHORT_FORMS = tuple(
    (" ".join(tokenize(match_key(full)).words), match_key(short))
    for full, short in (language("grounding")["short_forms"] | _DATA["short_forms"]).items()
)


def departures(words: str, evidence: str) -> tuple[str, ...]:
    """Reasons why a rewording is not true to its evidence; empty if it is."""
    return Telling.of(evidence).departures(words)


def foreign_words(words: str, known: Collection[str]) -> tuple[str, ...]:
    """Words, numbers and signs that neither ``known`` nor the plain connectives hold.

    ``known`` is a ``vocabulary``, with ``NAMING`` or ``TELLING`` added where those may be used.
    """
    told = dict.fromkeys(tokenize(fold(words).key).words)
    return tuple(w for w in told if w not in known and w not in _PLAIN and w not in _SIGNS)


def sentences_of(words: str) -> list[str]:
    """The sentences of a text of a few lines."""
    return [s for s in _SENTENCE_END.split(words.strip()) if s]


def plain_words(words: str) -> str:
    """Words on one line, with composed letters and without signs that nobody sees."""
    return fold(" ".join(words.split())).text


def vocabulary(tokens: Tokens) -> frozenset[str]:
    """The words of a text, and the other spelling of each body that it writes in full or short."""
    known = set(tokens.places)
    for full, short in _SHORT_FORMS:
        parts = full.split()
        if short in known:
            known.update(parts)
        elif known.issuperset(parts):
            known.add(short)
    return frozenset(known)


class Telling:
    """A text as evidence: what it says, cut into parts and groups of figures once asked for."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._folded: Folded = document.folded
        self._tokens: Tokens = document.tokens

    @classmethod
    def of(cls, text: str) -> Self:
        """What a few words tell, on one line."""
        return cls(Document(" ".join(text.split())))

    @property
    def text(self) -> str:
        """The text with its encoding habits folded away."""
        return self._folded.text

    def departures(self, words: str, added: Set[str] = frozenset()) -> tuple[str, ...]:
        """Reasons why a rewording is not true to this text; it may add the words ``added``."""
        told = Telling.of(words)
        reasons = list(self.strange(words, added))
        reasons += [f"{raw!r} is not said so there" for raw in self._changed_figures(told, added)]
        reasons += [f"{raw!r} is not dated so there" for raw in self._moved_numerals(told)]
        reasons += [f"{word!r} is turned round" for word in self._turned(told)]
        return tuple(reasons)

    @cached_property
    def _numerals(self) -> tuple[Numeral, ...]:
        return read_numerals(self._document)

    @cached_property
    def _figures(self) -> tuple[FigureMention, ...]:
        return read_figures(self._document, self._numerals)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Words of the text, bodies in both spellings."""
        return vocabulary(self._tokens)

    def strange(self, words: str, added: Set[str] = frozenset()) -> Iterator[str]:
        """Reasons why words or names are not of this text."""
        for word in foreign_words(words, self.vocabulary | added):
            yield f"{word[:_SHOWN]!r} does not stand there"
        for name in self._strangers(Telling.of(words)):
            yield f"{name[:_SHOWN]!r} is not named there"

    @cached_property
    def values(self) -> frozenset[Decimal]:
        """Values of the figures, without signs."""
        return frozenset(abs(figure.value) for figure in self._figures)

    @cached_property
    def years(self) -> frozenset[str]:
        """Years that are named."""
        return frozenset(filter(is_year, self._tokens.places))

    # ---- names ------------------------------------------------------------------------------

    def _strangers(self, told: "Telling") -> list[str]:
        return [n for n in told.names() if not self._names(n)]

    def _names(self, name: str) -> bool:
        return any(
            f" {spelled} " in line for spelled in (name, _shortened(name)) for line in self._lines
        )

    @cached_property
    def _lines(self) -> tuple[str, str, str]:
        """The words of the text as written, with bodies in short and with bodies in full."""
        line = f" {' '.join(self._tokens.words)} "
        return line, _shortened(line), _lengthened(line)

    def names(self) -> Iterator[str]:
        """Runs of words with capitals; the capital at the head of a sentence says nothing."""
        words, starts, text = self._tokens.words, self._tokens.starts, self._folded.text
        run: list[str] = []
        for i, word in enumerate([*words, "\n"]):
            if word[0].isalpha() and text[starts[i]].isupper():
                if run or (i and words[i - 1] not in _PARTED):
                    run.append(word)
                continue
            if len(run) > 1:
                yield " ".join(run)
            run = []

    # ---- figures ----------------------------------------------------------------------------

    def _changed_figures(self, told: "Telling", added: Set[str]) -> Iterator[str]:
        for group in (*told.groups, *told.single_figures):
            known = self.groups if len(group.figures) > 1 else self.single_figures
            homes = [home for home in known if home.holds(group)]
            rivals = [home for home in known if home.rivals(group)]
            if not homes or _is_moved(group.words - added, homes, rivals):
                yield told.text[group.start : group.end]

    @cached_property
    def single_figures(self) -> "tuple[_Group, ...]":
        """Each figure with the words beside it."""
        alone = [[figure] for figure in self._figures]
        return tuple(self._group(alone, i) for i in range(len(alone)))

    @cached_property
    def groups(self) -> "tuple[_Group, ...]":
        """Figures that go together, each group with the words beside it."""
        members: list[list[FigureMention]] = []
        for figure in self._figures:
            if members and figure.attached and not self._ends_between(members[-1][-1], figure):
                members[-1].append(figure)
            else:
                members.append([figure])
        return tuple(self._group(members, i) for i in range(len(members)))

    def _ends_between(self, one: FigureMention, other: FigureMention) -> bool:
        return not _FULL_STOPS.isdisjoint(self._tokens.words[one.last : other.first])

    def _group(self, members: Sequence[Sequence[FigureMention]], i: int) -> "_Group":
        words, figures = self._tokens.words, members[i]
        before = members[i - 1][-1] if i else None
        low = self._closed(before.last, figures[0].first) if before else 0
        high = members[i + 1][0].first if i + 1 < len(members) else len(words)
        first, last = figures[0].first, figures[-1].last
        first = max([low, *[j + 1 for j in range(low, first) if words[j] in _FULL_STOPS]])
        ends = [j for j in range(last, high) if words[j] in _PARTED]
        last = ends[0] if ends else (high if high == len(words) else last)
        return _Group(
            tuple(self._said(f) for f in figures),
            self._content(first, last),
            self._unit_words(before) if before and low == before.last else frozenset(),
            figures[0].start,
            figures[-1].end,
            bisect_left(self._tokens.places.get("\n", []), first),
        )

    def _closed(self, last: int, first: int) -> int:
        """Where the words that belong to the figure before end: at the first comma, if any."""
        words = self._tokens.words
        return next((i for i in range(last, first) if words[i] in _PARTED), last)

    def _unit_words(self, figure: FigureMention) -> frozenset[str]:
        return self._content(figure.first, figure.last)

    def _said(self, figure: FigureMention) -> "_Said":
        unit = tuple(tokenize(match_key(figure.unit)).words) if figure.unit else ()
        behind = figure.numerals[-1].last if figure.numerals else figure.first
        counted = read_unit(self._tokens, self._folded.text, behind)
        kind = counted.kind if counted is not None else ""
        bare = any(flag.code == "unit_missing" for flag in figure.flags)
        value, upper, total = figure.value, figure.upper, figure.total
        return _Said(figure.role, value, upper, total, figure.comparator, bare, unit, kind)

    def _content(self, first: int, last: int) -> frozenset[str]:
        """Words that tell one part from another."""
        words = self._tokens.words[first:last]
        return frozenset(w for w in words if w[0].isalpha() and w not in _UNTELLING)

    # ---- other numbers ----------------------------------------------------------------------

    def _moved_numerals(self, told: "Telling") -> Iterator[str]:
        for run, words in told.dated:
            homes = [part for known, part in self.dated if _is_part(run, known)]
            rivals = [part for known, part in self.dated if not _is_part(run, known)]
            if not homes or _most_shared(words, rivals) > _most_shared(words, homes):
                yield " ".join(run)

    @cached_property
    def dated(self) -> list[tuple[tuple[str, ...], frozenset[str]]]:
        """Years, dates, numbers of papers: their tokens, and the words of their part."""
        words = self._tokens.words
        parts = [(first, last, self._content(first, last)) for first, last in self._parts]
        return [
            (_trimmed(words[n.first : n.last]), content | self._numbers(first, last, n))
            for n in self._numerals
            if n.reason is not None
            for first, last, content in parts
            if first <= n.first < last
        ]

    def _numbers(self, first: int, last: int, but: Numeral) -> frozenset[str]:
        words = self._tokens.words
        around = (*range(first, but.first), *range(but.last, last))
        return frozenset(words[i] for i in around if words[i][0].isdecimal())

    @cached_property
    def _parts(self) -> list[tuple[int, int]]:
        """Stretches between commas and greater signs."""
        words = self._tokens.words
        edges = [-1, *[i for i, w in enumerate(words) if w in _PARTED], len(words)]
        pairs = pairwise(edges)
        return [(low + 1, high) for low, high in pairs if low + 1 < high]

    # ---- words that turn a meaning round ----------------------------------------------------

    def _turned(self, told: "Telling") -> Iterator[str]:
        said: Counter[tuple[str, tuple[str, ...]]] = Counter()
        for word, turns, part in told.turns:
            known = [(t, p) for w, t, p in self.turns if w == word]
            nearest = max([len(part & p) for _, p in known], default=0)
            homes = [t for t, p in known if len(part & p) == nearest] or [()]
            said[word, turns] += 1
            # vùng cao chưa cao: what is said both ways is said each way as often as there
            often = sum(t == turns for t, _ in known)
            both = any(t != turns for t, _ in known)
            if turns not in homes or (both and said[word, turns] > often):
                yield word.lstrip("$")

    @cached_property
    def turns(self) -> "list[tuple[str, tuple[str, ...], frozenset[str]]]":
        """Each word that may be turned round, what turns it, and the words of its part."""
        found: list[tuple[str, tuple[str, ...], frozenset[str]]] = []
        for first, last in self._parts:
            numbers = [w for w in self._tokens.words[first:last] if w[0].isdecimal()]
            part = self._content(first, last).union(numbers)
            turns: list[tuple[str, str]] = []
            word = ""
            for spoken, kind in self._spoken(first, last):
                if kind:
                    turns.append((spoken, kind))
                elif spoken[0].isdecimal() or (spoken[0].isalpha() and spoken not in _PLAIN):
                    found.append((spoken, _binding(turns, spoken), part))
                    turns, word = [], spoken
            found.append((f"${word}", _binding(turns, ""), part))
        return found

    def _spoken(self, first: int, last: int) -> Iterator[tuple[str, str]]:
        """Words of a part, or phrases of the data file with their group."""
        words = self._tokens.words
        at = first
        while at < last:
            hit = _TURNS.at(words, at, last)
            if hit is not None and hit.entry != "plain":
                yield " ".join(words[at : hit.last]), hit.entry
                at = hit.last
                continue
            end = hit.last if hit is not None else at + 1
            yield from ((word, "") for word in words[at:end])
            at = end


class _Said(NamedTuple):
    """What a figure says, without its place."""

    role: str
    value: Decimal
    upper: Decimal | None
    total: Decimal | None
    comparator: str
    bare: bool  # no unit stands there, though one may be understood
    unit: tuple[str, ...]
    kind: str

    def says(self, other: "_Said") -> bool:
        """Whether this figure of a source says what a figure of a rewording says."""
        return self[:_SAME] == other[:_SAME] and self._counts(other)

    def _counts(self, other: "_Said") -> bool:
        """The same unit, or its first words if it is the name of a thing counted."""
        if self.unit == other.unit:
            return True
        named = self.kind in ("count", "noun", "people") and "/" not in self.unit
        return named and bool(other.unit) and self.unit[: len(other.unit)] == other.unit


@dataclass(frozen=True, slots=True)
class _Group:
    figures: tuple[_Said, ...]
    words: frozenset[str]
    counted: frozenset[str]  # unit of the figure right before: 12 đợt tuyên truyền cho 1.800 người
    start: int
    end: int
    line: int

    def holds(self, other: "_Group") -> bool:
        """Whether this group of a source says all that a group of a rewording says."""
        return all(any(mine.says(theirs) for mine in self.figures) for theirs in other.figures)

    def rivals(self, other: "_Group") -> bool:
        """Whether a figure of this group could be mistaken for one of the other: same role."""
        roles = {figure.role for figure in other.figures}
        return not self.holds(other) and any(figure.role in roles for figure in self.figures)


def _is_moved(words: frozenset[str], homes: Sequence[_Group], rivals: Sequence[_Group]) -> bool:
    """Whether words beside a figure stand beside another one of its line, or are more like that."""
    nearest = _most_shared(words, [home.words for home in homes])
    if _most_shared(words, [rival.words for rival in rivals]) > nearest:
        return True
    for home in homes:
        if len(words & home.words) == nearest:
            around = [rival.words for rival in rivals if rival.line == home.line]
            if not any((words - home.words - home.counted) & theirs for theirs in around):
                return False
    return True


def _most_shared(words: frozenset[str], parts: Iterable[frozenset[str]]) -> int:
    return max([len(words & part) for part in parts], default=0)


def _is_part(run: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    """Whether tokens stand together in others: 30/6 in 30/6/2024."""
    length = len(run)
    return any(whole[i : i + length] == run for i in range(len(whole) - length + 1))


def _trimmed(words: Iterable[str]) -> tuple[str, ...]:
    """Tokens without leading zeros: ngày 05/6 is ngày 5/6."""
    return tuple(w.lstrip("0") or "0" if w.isdecimal() else w for w in words)


def _binding(turns: Sequence[tuple[str, str]], word: str) -> tuple[str, ...]:
    """The turns before a word; a bound turns numbers only."""
    counted = word[:1].isdecimal()
    return tuple(turn for turn, kind in turns if kind != "bound" or counted)


def _shortened(text: str) -> str:
    """Words of a key with bodies in their short form."""
    for full, short in _SHORT_FORMS:
        text = text.replace(full, short)
    return text


def _lengthened(line: str) -> str:
    """A line of words with bodies in full."""
    for full, short in _SHORT_FORMS:
        line = line.replace(f" {short} ", f" {full} ")
    return line
