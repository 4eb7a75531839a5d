"""The numbered clauses of a document: what an engine may point at.

A clause is the smallest stretch that can be an item or part of one. Sentences are cut at semicolons
and colons, leads are cut off ("đồng chí X yêu cầu | các xã …"), fragments return to the clause
they complete, and clauses that count several things are cut into pieces (``pieces``). The clauses
of a document cover its text exactly once (annotation guide, rules 16-18, 21, 22, 24).
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from summarizer.documents import Document
from summarizer.figures import FigureMention
from summarizer.layout import Layout
from summarizer.lexicon import phrases
from summarizer.pieces import Piece, PieceCutter
from summarizer.sentences import Segment, Sentence
from summarizer.verbs import ACT, STATE

_SUBJECT = 3  # tokens in which a verb follows its subject
_HEAD = 6  # tokens in which an imperative begins


@dataclass(frozen=True, slots=True)
class Clause:
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


class _Part(NamedTuple):
    """A clause before it has its number."""

    piece: Piece
    kind: str
    sentence: int = -1
    chain: int = -1
    opener: str = "."


def cut_clauses(
    document: Document,
    sentences: Sequence[Sentence],
    cuts: Iterable[int],
    pieces: PieceCutter,
) -> tuple[Clause, ...]:
    """Clauses in order; ``cuts`` are token positions behind leads and at turns."""
    parts = list(_parts(document.layout, sentences, _Joiner(pieces, sorted(cuts))))
    starts = document.tokens.starts
    edges = [0, *(starts[part.piece.first] for part in parts[1:]), len(document.folded.text)]
    return tuple(
        Clause(
            number=i + 1,
            kind=part.kind,
            start=edges[i],
            end=edges[i + 1],
            first=part.piece.first,
            last=part.piece.last,
            sentence=part.sentence,
            chain=part.chain,
            opener=part.opener,
            anchor=part.piece.anchor,
            figures=tuple(pieces.figures_in(part.piece.first, part.piece.last)),
        )
        for i, part in enumerate(parts)
    )


def _parts(layout: Layout, sentences: Sequence[Sentence], joiner: "_Joiner") -> Iterator[_Part]:
    chain = at = 0
    for position, line in enumerate(layout.lines):
        if at == len(sentences) or sentences[at].line != position:
            if line.first < line.last:
                yield _Part(Piece(line.first, line.last, line.first), line.kind)
            continue
        while at < len(sentences) and sentences[at].line == position:
            for segment in joiner.segments(sentences[at]):
                chain += 1
                for piece in joiner.pieces.cut(segment.first, segment.last):
                    yield _Part(piece, line.kind, at, chain, segment.opener)
            at += 1


class _Joiner:
    """Cuts leads off and joins fragments; what remains are the members of a sentence."""

    def __init__(self, pieces: PieceCutter, cuts: list[int]) -> None:
        self.pieces = pieces
        self.words = pieces.words
        self.verbs = pieces.verbs
        self.openings = pieces.openings
        self.cuts = cuts

    def segments(self, sentence: Sentence) -> list[Segment]:
        return self._joined([part for s in sentence.segments for part in self._led(s)])

    def _led(self, segment: Segment) -> Iterator[Segment]:
        """A segment cut behind its leads."""
        first, opener = segment.first, segment.opener
        for i in range(bisect_left(self.cuts, first + 1), len(self.cuts)):
            if self.cuts[i] >= segment.last:
                break
            if self.cuts[i] > first:
                yield Segment(first, self.cuts[i], opener)
                first, opener = self.cuts[i], "|"
        yield Segment(first, segment.last, opener)

    def _joined(self, segments: list[Segment]) -> list[Segment]:
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
        return any(verb & ACT for verb in self.verbs[segment.first : segment.first + _HEAD])

    def _is_fragment(self, segment: Segment) -> bool:
        if self.pieces.figures_in(segment.first, segment.last):
            return False
        first = self.openings.end(segment.first, segment.last - 1)
        causative = self._causative(first, segment.last)
        if causative is not None:
            # "Chỉ đạo các cơ quan, đơn vị;" waits for what they are to do
            return not any(self.verbs[causative : segment.last])
        if phrases("clauses", "adverbial_heads").at(self.words, first) is not None:
            return not self._acts_behind_comma(segment)
        nominal = phrases("clauses", "nominal_heads").at(self.words, first) is not None
        wanted = STATE if nominal else ACT | STATE
        return not any(verb & wanted for verb in self.verbs[first : segment.last])

    def _causative(self, first: int, last: int) -> int | None:
        """The token behind a verb that makes others act, at the head or behind its subject."""
        causatives = phrases("clauses", "causatives")
        for at in range(first, min(first + _SUBJECT, last)):
            hit = causatives.at(self.words, at, last)
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
                return any(verb & ACT for verb in self.verbs[i : segment.last])
        return False


def _join(one: Segment, other: Segment) -> Segment:
    return Segment(one.first, other.last, one.opener)
