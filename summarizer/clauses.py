"""The numbered clauses of a document: what an engine may point at.

A clause is the smallest stretch that can be an item or part of one. Sentences are cut at semicolons
and colons, leads are cut off ("đồng chí X yêu cầu | các xã …"), fragments return to the clause
they complete, and a clause that counts several things is cut into one piece per indicator
(annotation guide, rules 16-18, 21, 22, 24). The clauses of a document cover its text exactly once.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from summarizer.documents import Document
from summarizer.figures import FigureMention
from summarizer.layout import Layout
from summarizer.lexicon import Lexicon, Tokens, language
from summarizer.openings import opening
from summarizer.sentences import Segment, Sentence, shelter
from summarizer.times import TimeMention

ACT, STATE = 1, 2


@dataclass(frozen=True, slots=True)
class Clause:
    """A numbered stretch of the text.

    ``start``/``end`` (folded offsets) cover the text without gaps from clause to clause;
    ``first``/``last`` are the tokens of its own words, without separators around them.
    ``chain`` numbers the clauses of one semicolon member, so that pieces of the same
    member can be joined again; ``anchor`` is where a quote must begin to hold the noun that the
    piece depends on ("19 lớp dạy nghề | với 817 học viên"), else ``first``.
    """

    number: int
    kind: str
    start: int
    end: int
    first: int
    last: int
    sentence: int
    chain: int
    opener: str
    anchor: int
    figures: tuple[FigureMention, ...] = ()


@dataclass(frozen=True, slots=True)
class _Piece:
    first: int
    last: int
    sentence: int
    chain: int
    opener: str
    anchor: int
    kind: str


def cut_clauses(
    document: Document,
    layout: Layout,
    sentences: Sequence[Sentence],
    cuts: Iterable[int],
    figures: Sequence[FigureMention],
    verbs: bytes,
    times: Sequence[TimeMention],
) -> tuple[Clause, ...]:
    """Clauses in order; ``cuts`` are token positions behind leads, ``verbs`` from ``mark_verbs``."""
    cutter = _Cutter(document, sorted(cuts), figures, verbs, {t.first: t for t in times})
    pieces: list[_Piece] = []
    by_line: dict[int, list[tuple[int, Sentence]]] = {}
    for index, sentence in enumerate(sentences):
        by_line.setdefault(sentence.line, []).append((index, sentence))
    for position, line in enumerate(layout.lines):
        own = by_line.get(position)
        if own is None:
            if line.first < line.last:
                pieces.append(
                    _Piece(line.first, line.last, -1, -1, ".", line.first, line.kind)
                )
            continue
        for index, sentence in own:
            pieces.extend(cutter.sentence(index, sentence, line.kind))
    return tuple(_numbered(document, pieces, figures))


def _numbered(
    document: Document, pieces: Sequence[_Piece], figures: Sequence[FigureMention]
) -> Iterable[Clause]:
    starts = document.tokens.starts
    length = len(document.folded.text)
    at = 0
    for number, piece in enumerate(pieces, 1):
        start = 0 if number == 1 else starts[piece.first]
        end = length if number == len(pieces) else starts[pieces[number].first]
        while at < len(figures) and figures[at].first < piece.first:
            at += 1
        own_from = at
        while at < len(figures) and figures[at].first < piece.last:
            at += 1
        yield Clause(
            number,
            piece.kind,
            start,
            end,
            piece.first,
            piece.last,
            piece.sentence,
            piece.chain,
            piece.opener,
            piece.anchor,
            tuple(figures[own_from:at]),
        )


class _Cutter:
    """Cuts one sentence after another; holds what all cuts look at."""

    def __init__(
        self,
        document: Document,
        cuts: list[int],
        figures: Sequence[FigureMention],
        verbs: bytes,
        times: Mapping[int, TimeMention],
    ) -> None:
        self.times = times
        self.words = document.tokens.words
        self.cuts = cuts
        self.figures = figures
        self.figure_starts = [f.first for f in figures]
        self.verbs = verbs
        self.chain = 0
        self.imperative = False  # the clause at hand begins with its action

    def sentence(self, index: int, sentence: Sentence, kind: str) -> Iterable[_Piece]:
        for segment in self._joined(self._led(sentence.segments)):
            self.chain += 1
            for first, last, anchor in self._by_figure(segment):
                yield _Piece(first, last, index, self.chain, segment.opener, anchor, kind)

    def _led(self, segments: Sequence[Segment]) -> list[Segment]:
        """Segments cut behind their leads."""
        led: list[Segment] = []
        for segment in segments:
            at = bisect_left(self.cuts, segment.first + 1)
            first, opener = segment.first, segment.opener
            while at < len(self.cuts) and self.cuts[at] < segment.last:
                led.append(Segment(first, self.cuts[at], opener))
                first, opener = self.cuts[at], "|"
                at += 1
            led.append(Segment(first, segment.last, opener))
        return led

    def _joined(self, segments: list[Segment]) -> list[Segment]:
        """Fragments without a predicate return to the clause they complete (rule 21)."""
        joined: list[Segment] = []
        waiting: Segment | None = None
        for i, segment in enumerate(segments):
            whole = segment
            if waiting is not None:
                whole = Segment(waiting.first, segment.last, waiting.opener)
                waiting = None
            elif segment.opener == ":" and joined and self._only_names(segments[i:]):
                joined[-1] = Segment(joined[-1].first, segments[-1].last, joined[-1].opener)
                return joined
            if not self._is_fragment(whole):
                joined.append(whole)
                continue
            follows = i + 1 < len(segments) and segments[i + 1].opener == ";"
            if joined and segment.opener == ";" and self._imperative(joined[-1]):
                joined[-1] = Segment(joined[-1].first, whole.last, joined[-1].opener)
            elif follows:
                waiting = whole
            else:
                joined.append(whole)
        return joined

    def _only_names(self, segments: Sequence[Segment]) -> bool:
        """Whether a list behind a colon only names things, so that it belongs to its lead."""
        return all(
            self._is_fragment(s) and not any(self.verbs[s.first : s.last]) for s in segments
        )

    def _imperative(self, segment: Segment) -> bool:
        return any(v & ACT for v in self.verbs[segment.first : segment.first + _HEAD])

    def _is_fragment(self, segment: Segment) -> bool:
        if self._figures_in(segment.first, segment.last):
            return False
        first = opening(self.words, self.times, segment.first, segment.last - 1)
        if (causative := _causatives().at(self.words, first)) is not None:
            # "Chỉ đạo các cơ quan, đơn vị;" waits for what they are to do
            return not any(self.verbs[i] for i in range(causative.last, segment.last))
        if _adverbial_heads().at(self.words, first) is not None:
            return not self._acts_behind_comma(segment)
        nominal = _nominal_heads().at(self.words, first) is not None
        wanted = STATE if nominal else ACT | STATE
        return not any(self.verbs[i] & wanted for i in range(first, segment.last))

    def _acts_behind_comma(self, segment: Segment) -> bool:
        """"Căn cứ chỉ tiêu được giao, các xã trình …" is whole; "ngoài ra" never waits."""
        if self.words[segment.first + 1] == "ra":
            return True
        for i in range(segment.first, segment.last):
            if self.words[i] == ",":
                return any(v & ACT for v in self.verbs[i : segment.last])
        return False

    def _figures_in(self, first: int, last: int) -> Sequence[FigureMention]:
        a = bisect_left(self.figure_starts, first)
        b = bisect_left(self.figure_starts, last)
        return self.figures[a:b]

    # ---- one indicator per piece ------------------------------------------------------------

    def _by_figure(self, segment: Segment) -> Iterable[tuple[int, int, int]]:
        first, last = segment.first, segment.last
        figures = self._figures_in(first, last)
        if not figures:
            return [(first, last, first)]
        inside = shelter(self.words, first, last)
        head = opening(self.words, self.times, first, last - 1)
        self.imperative = bool(self.verbs[head] & ACT)
        marks = self._boundaries(first, last, figures, inside)
        pieces: list[tuple[int, int, int]] = []
        start, anchor = first, first
        for mark, mark_anchor in [*marks, (last, last)]:
            end = self._trim(start, mark)
            if end > start:
                pieces.append((start, end, anchor))
            start = self._skip(mark, last)
            anchor = start if mark_anchor < 0 else mark_anchor
        return pieces or [(first, last, first)]

    def _trim(self, start: int, end: int) -> int:
        while end > start and self.words[end - 1] in ",(;.":
            end -= 1
        return end

    def _skip(self, start: int, last: int) -> int:
        while start < last and self.words[start] in _SKIPPED:
            start += 1
        return start

    def _boundaries(
        self, first: int, last: int, figures: Sequence[FigureMention], inside: bytearray
    ) -> list[tuple[int, int]]:
        """Token positions where a new piece begins, with its anchor (-1: the position itself)."""
        marks: list[tuple[int, int]] = []
        openers = [f for f in figures if not f.attached] or [figures[0]]
        lead = self._statement_before(first, openers[0].first, first, inside)
        if lead is not None:
            marks.append((lead, -1))
        done = openers[0].last
        following = iter(openers[1:])
        upcoming = next(following, None)
        opened = openers[0]
        for figure in figures:
            if figure is upcoming and self._sums_up(opened, done, figure):
                upcoming = next(following, None)
            elif figure is upcoming:
                marks.append(self._between(opened, done, figure, first, inside))
                opened = figure
                upcoming = next(following, None)
            done = max(done, figure.last)
        tail = self._statement_after(done, last, first, inside)
        if tail is not None:
            marks.append((tail, -1))
        return marks

    def _sums_up(self, opened: FigureMention, low: int, figure: FigureMention) -> bool:
        """Increment and total of the same thing stay together (rule 18)."""
        same = opened.unit is not None and opened.unit == figure.unit
        for i in range(low, figure.first):
            total = _totals().at(self.words, i, figure.first)
            if total is not None and (same or total.entry):
                return True
        return False

    def _between(
        self,
        opened: FigureMention,
        low: int,
        figure: FigureMention,
        base: int,
        inside: bytearray,
    ) -> tuple[int, int]:
        """Where the piece of ``figure`` begins, looking back no further than ``low``."""
        high = figure.first
        words = self.words
        depth = inside[high - base]
        for i in range(high - 1, low - 1, -1):
            if (inside[i - base] != depth and words[i] in "()") or words[i] in ";.…":
                return i + 1, -1
        commas = [i for i in range(low, high) if words[i] == "," and inside[i - base] == depth]
        if commas:
            last = commas[-1] + 1
            headed = last == high or self.verbs[last] or words[last] in _indicator_heads()
            return (last if headed else commas[0] + 1), -1
        for i in range(low, high):
            if words[i] == "và" or words[i] == "cùng":
                return i + 1, -1
        for i in range(high - 1, low - 1, -1):
            if words[i] in _dependents():
                return i, opened.first + 1
        return (low if high - low > 1 and low > opened.last else high), -1

    def _statement_before(
        self, first: int, high: int, base: int, inside: bytearray
    ) -> int | None:
        """End of a complete statement before the first figure ("X được quan tâm, tỷ lệ …")."""
        outer = inside[high - base]
        if outer:  # the figure stands in brackets behind a statement of its own
            for i in range(high - _NAMED, first + 3, -1):
                if not inside[i - 1 - base] and inside[i - base] == outer:
                    return i
            return None
        for i in range(high - 1, first, -1):
            if inside[i - base]:
                continue
            if self.words[i] == "," and self._states(first, i):
                return i
            if self.words[i] in _JOINTS and self._reaches_milestone(first, i):
                return i
            if self.words[i] == "(" and high - i > _NAMED and i - first > _SHORTEST_STATEMENT:
                return i  # a bracket that is never closed
            if self.words[i] == "," and _ends().at(self.words, i + 1, high + 1) is not None:
                return i
        return None

    def _reaches_milestone(self, first: int, last: int) -> bool:
        return any(True for _ in _milestones().scan(self.words, first, last))

    def _statement_after(self, low: int, last: int, base: int, inside: bytearray) -> int | None:
        for i in range(low, last):
            if self.words[i] == "," and not inside[i - base]:
                begins = i + 1
                if self.words[begins] not in _continuations() and self._stands_alone(begins, last):
                    return i
        return None

    def _stands_alone(self, first: int, last: int) -> bool:
        """Whether a stretch behind the figures says something of its own."""
        if last - first < _SHORTEST_STATEMENT - 1:
            return False
        acts = bool(self.verbs[first] & ACT and self.imperative)
        return acts or self._states(first, last) or self._reaches_milestone(first, last)

    def _states(self, first: int, last: int) -> bool:
        """Whether tokens say how something stands: subject, then a full state predicate."""
        if last - first < 4:
            return False
        return any(self.verbs[i] & FULL_STATE for i in range(first + 1, last))


FULL_STATE = 4
_HEAD = 6  # tokens in which an imperative begins
_NAMED = 3  # tokens before a figure in brackets that name an indicator of its own
_SHORTEST_STATEMENT = 6  # tokens
_SKIPPED = frozenset([",", ")", ";", ".", "(", "và"])
_JOINTS = frozenset([",", "và"])


def mark_verbs(tokens: Tokens) -> bytes:
    """Mark each token where a verb begins: ACT, STATE, FULL_STATE (needs no object)."""
    marks = bytearray(len(tokens))
    for hit in _verbs().find(tokens):
        marks[hit.first] = hit.entry
    return bytes(marks)


@cache
def _verbs() -> Lexicon[int]:
    data = language("verbs")
    kinds: dict[str, int] = {}
    for name, sign in (("act", ACT), ("state", STATE), ("full_state", STATE | FULL_STATE), ("names", 0)):
        for phrase in data[name]:
            kinds[phrase] = kinds.get(phrase, 0) | sign
    return Lexicon(kinds.items())


@cache
def _set(name: str) -> frozenset[str]:
    return frozenset(language("clauses")[name])


@cache
def _phrases(name: str) -> Lexicon[bool]:
    return Lexicon((phrase, True) for phrase in language("clauses")[name])


def _causatives() -> Lexicon[bool]:
    return _phrases("causatives")


def _nominal_heads() -> Lexicon[bool]:
    return _phrases("nominal_heads")


def _adverbial_heads() -> Lexicon[bool]:
    return _phrases("adverbial_heads")


@cache
def _milestones() -> Lexicon[bool]:
    return Lexicon((phrase, True) for phrase in language("labels")["milestones"])


def _ends() -> Lexicon[bool]:
    return _phrases("ends")


@cache
def _totals() -> Lexicon[bool]:
    """Phrases before a total; true for those that need no look at the unit."""
    data = language("clauses")
    plain = [(phrase, False) for phrase in data["totals"]]
    return Lexicon([*plain, *((phrase, True) for phrase in data["sure_totals"])])


def _indicator_heads() -> frozenset[str]:
    return _set("indicator_heads")


def _dependents() -> frozenset[str]:
    return _set("dependents")


def _continuations() -> frozenset[str]:
    return _set("continuations")
