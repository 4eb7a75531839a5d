"""The numbered clauses of a document: what an engine may point at.

A clause is the smallest stretch that can be an item or part of one. Sentences are cut at semicolons
and colons, leads are cut off ("đồng chí X yêu cầu | các xã …"), fragments return to the clause
they complete, and clauses that count several things are cut into pieces (``pieces``). The clauses
of a document cover its text exactly once (annotation guide, rules 16-18, 21, 22, 24).
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from summarizer.documents import Document
from summarizer.figures import FigureMention
from summarizer.layout import Layout
from summarizer.lexicon import phrases
from summarizer.pieces import Piece, PieceCutter
from summarizer.sentences import Segment, Sentence
from summarizer.verbs import ACT, STATE, any_verb

_SUBJECT = 3  # tokens in which a verb follows its subject
_HEAD = 6  # tokens in which an imperative begins


class Clause(NamedTuple):  # made by the hundred: a tuple costs a third of a dataclass
    """A numbered stretch of the text.

    ``start``/``end`` (folded offsets) cover the text without gaps from clause to clause;
    ``first``/``last`` are the tokens of its own words, without separators around them.
    ``sentence`` is -1 outside the text proper. ``chain`` numbers the semicolon members, so that
    pieces of one can be joined again; ``opener`` is the sign before the member (``"|"`` a lead).
    ``anchor`` is where a quote begins to hold the noun that the piece leans on ("19 lớp dạy nghề |
    với 817 học viên"), else ``first``.
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


_Part = tuple[Piece, str, int, int, str]
"""A clause before it has its number: its piece, kind, sentence, chain and opener."""


def cut_clauses(
    document: Document,
    sentences: Sequence[Sentence],
    cuts: Iterable[int],
    pieces: PieceCutter,
) -> tuple[Clause, ...]:
    """Clauses in order; ``cuts`` are token positions behind leads and at turns."""
    parts = list(_parts(document.layout, sentences, _Joiner(pieces, sorted(cuts))))
    starts = document.tokens.starts
    edges = [0, *[starts[piece[0]] for piece, *_ in parts[1:]], len(document.folded.text)]
    clauses: list[Clause] = []
    for number, (piece, kind, sentence, chain, opener) in enumerate(parts, 1):
        start, end = edges[number - 1], edges[number]
        first, last, anchor = piece
        figures = pieces.figures_in(first, last)
        clauses.append(
            Clause(
                number, kind, start, end, first, last, sentence, chain, opener, anchor, figures
            )  # keywords cost double
        )
    return tuple(clauses)


def _parts(layout: Layout, sentences: Sequence[Sentence], joiner: "_Joiner") -> Iterator[_Part]:
    chain = at = 0
    for position, line in enumerate(layout.lines):
        if at == len(sentences) or sentences[at].line != position:
            if line.first < line.last:
                yield Piece(line.first, line.last, line.first), line.kind, -1, -1, "."
            continue
        while at < len(sentences) and sentences[at].line == position:
            for segment in joiner.segments(sentences[at]):
                chain += 1
                for piece in joiner.pieces.cut(segment.first, segment.last):
                    yield piece, line.kind, at, chain, segment.opener
            at += 1


class _Joiner:
    """Cuts leads off and joins fragments; what remains are the members of a sentence."""

    def __init__(self, pieces: PieceCutter, cuts: list[int]) -> None:
        self.pieces = pieces
        self.words = pieces.words
        self.verbs = pieces.verbs
        self.openings = pieces.openings
        self.cuts = cuts
        self.causatives = phrases("clauses", "causatives")
        self.adverbial_heads = phrases("clauses", "adverbial_heads")
        self.nominal_heads = phrases("clauses", "nominal_heads")

    def segments(self, sentence: Sentence) -> list[Segment]:
        low = bisect_left(self.cuts, sentence.first + 1)
        if bisect_left(self.cuts, sentence.last, low) == low:
            return self._joined(sentence.segments)
        return self._joined([part for s in sentence.segments for part in self._led(s)])

    def _led(self, segment: Segment) -> Iterator[Segment]:
        """A segment cut behind its leads."""
        first, last, opener = segment
        for i in range(bisect_left(self.cuts, first + 1), len(self.cuts)):
            if self.cuts[i] >= last:
                break
            if self.cuts[i] > first:
                yield Segment(first, self.cuts[i], opener)
                first, opener = self.cuts[i], "|"
        yield Segment(first, last, opener)

    def _joined(self, segments: Sequence[Segment]) -> list[Segment]:
        """Fragments without a predicate return to the clause they complete (rule 21)."""
        joined: list[Segment] = []
        waiting: Segment | None = None
        for i, segment in enumerate(segments):
            whole = segment
            if waiting is not None:
                whole, waiting = _join(waiting, segment), None
            elif segment.opener == ":" and joined and self._only_names(segments[i:]):
                joined[-1] = _join(joined[-1], segments[-1])
                return joined
            leads_on = i + 1 < len(segments) and segments[i + 1].opener == "|"
            if leads_on or not self._is_fragment(whole):
                joined.append(whole)
            elif joined and segment.opener == ";" and self._imperative(joined[-1]):
                joined[-1] = _join(joined[-1], whole)
            elif i + 1 < len(segments) and segments[i + 1].opener == ";":
                waiting = whole
            else:
                joined.append(whole)
        return joined

    def _only_names(self, segments: Sequence[Segment]) -> bool:
        """Whether a list behind a colon only names things, so that it belongs to its lead."""
        return all(not any(self.verbs[s.first : s.last]) and self._is_fragment(s) for s in segments)

    def _imperative(self, segment: Segment) -> bool:
        return any_verb(self.verbs, ACT, segment.first, segment.first + _HEAD)

    def _is_fragment(self, segment: Segment) -> bool:
        begun, last, _ = segment
        if self.pieces.figures_in(begun, last):
            return False
        first = self.openings.end(begun, last - 1)
        causative = self._causative(first, last)
        if causative is not None:
            # "Chỉ đạo các cơ quan, đơn vị;" waits for what they are to do
            return not any(self.verbs[causative:last])
        if self.adverbial_heads.at(self.words, first) is not None:
            return not self._acts_behind_comma(segment)
        nominal = self.nominal_heads.at(self.words, first) is not None
        return not any_verb(self.verbs, STATE if nominal else ACT | STATE, first, last)

    def _causative(self, first: int, last: int) -> int | None:
        """The token behind a verb that makes others act, at the head or behind its subject."""
        reach = min(first + _SUBJECT, last)
        if self.causatives.is_absent(self.words, first, reach):
            return None
        for at in range(first, reach):
            hit = self.causatives.at(self.words, at, last)
            if hit is not None:
                return hit.last
            if self.verbs[at]:
                return None
        return None

    def _acts_behind_comma(self, segment: Segment) -> bool:
        """Whether a ground has its action: "Căn cứ chỉ tiêu được giao, các xã trình …"."""
        if self.words[segment.first + 1] == "ra":
            return True  # "ngoài ra" never waits
        for i in range(segment.first, segment.last):
            if self.words[i] == ",":
                return any_verb(self.verbs, ACT, i, segment.last)
        return False


def _join(one: Segment, other: Segment) -> Segment:
    return Segment(one.first, other.last, one.opener)
