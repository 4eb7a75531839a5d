"""Turns: where one clause changes sides, so that it is cut there.

Behind a concession ("Mặc dù dịch bệnh …, nhưng | huyện đã hoàn thành …", annotation guide, rule 3),
behind a purpose ("Để đạt các chỉ tiêu trên, | huyện tập trung …"), from good to bad standing ("an
ninh được giữ vững, | tội phạm có chiều hướng tăng") and from a fault to the need it makes ("X còn
tiềm ẩn nguy cơ, | cần Y", rule 5). Positions are tokens.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from summarizer.framing import Cue
from summarizer.lexicon import Hit, Tokens, phrases
from summarizer.openings import Openings
from summarizer.sentences import Segment, Sentence
from summarizer.verbs import FULL_STATE

PURPOSES = frozenset(["để", "nhằm", "muốn"])

NEEDS = frozenset(["cần", "phải"])
_COMMAS = frozenset([",", "-"])
_NEAR = 8  # tokens from a comma to the need or the "vẫn" that it brings
_SHORTEST = 2  # tokens on either side of a turn


def find_turns(
    tokens: Tokens,
    verbs: bytes,
    openings: Openings,
    sentences: Sequence[Sentence],
    said: Iterable[Hit[tuple[Cue, ...]]],
) -> list[int]:
    """Token positions at which clauses are cut, in order; ``said`` are the cues of the text."""
    finder = _Finder(tokens, verbs, openings, said)
    found: list[int] = []
    for sentence in sentences:
        for segment in sentence.segments:
            found += finder.turns(segment)
    return found


class _Finder:
    def __init__(
        self,
        tokens: Tokens,
        verbs: bytes,
        openings: Openings,
        said: Iterable[Hit[tuple[Cue, ...]]],
    ) -> None:
        self.words = tokens.words
        self.verbs = verbs
        self.openings = openings
        self.commas = tokens.where(_COMMAS)
        self.faults = [
            first for first, _, entry in said for cue in entry if "fault_word" in cue.marks
        ]
        self.conditions = phrases("leads", "conditions")
        self.concessions = phrases("leads", "concessions")
        self.turning = {first: last for first, last, _ in phrases("leads", "turns").spans(tokens)}

    @cached_property
    def standings(self) -> list[int]:
        """Where something is said to stand; few documents ask."""
        return [i for i, verb in enumerate(self.verbs) if verb & FULL_STATE]

    def turns(self, segment: Segment) -> list[int]:
        first, last, _ = segment
        turn = self._of_concession(segment, self.openings.end(first, last - 1))
        if not _any_between(self.faults, first, last):
            return [] if turn is None else [turn]
        if turn is None:
            turn = next((i for i in self._commas(segment) if self._worsens(segment, i)), None)
        need = next((i for i in self._commas(segment) if self._needs(segment, i)), None)
        return [at for at in dict.fromkeys((turn, need)) if at is not None]

    def _commas(self, segment: Segment) -> Iterator[int]:
        """Positions behind commas with something on either side."""
        low = bisect_left(self.commas, segment.first + _SHORTEST - 1)
        for i in range(low, len(self.commas)):
            if self.commas[i] >= segment.last - _SHORTEST - 1:
                break
            yield self.commas[i] + 1

    def _of_concession(self, segment: Segment, head: int) -> int | None:
        if self.words[head] in PURPOSES or self.conditions.at(self.words, head) is not None:
            return next((i for i in self._commas(segment) if self.words[i - 1] == ","), None)
        if self.concessions.at(self.words, head) is None:
            return None
        for i in range(head + 1, segment.last - _SHORTEST):
            if i in self.turning:
                return self.turning[i]
            if self.words[i - 1] == "," and "vẫn" in self.words[i : i + _NEAR]:
                return i
        return None

    def _worsens(self, segment: Segment, comma: int) -> bool:
        if self.words[comma - 1] != "," or self.verbs[comma]:
            return False
        stood = _any_between(self.standings, segment.first, comma)
        return (
            stood
            and not _any_between(self.faults, segment.first, comma)
            and _any_between(self.faults, comma, segment.last)
        )

    def _needs(self, segment: Segment, comma: int) -> bool:
        near = self.words[comma : min(comma + _NEAR, segment.last)]
        needed = not NEEDS.isdisjoint(near)
        return needed and _any_between(self.faults, segment.first, comma)


def _any_between(positions: Sequence[int], first: int, last: int) -> bool:
    at = bisect_left(positions, first)
    return at < len(positions) and positions[at] < last
