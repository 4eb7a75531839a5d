"""Openings: what stands at the head of a clause without being part of what it says."""

from collections.abc import Sequence

from summarizer.lexicon import phrases
from summarizer.times import TimeMention

_PASSED = frozenset(',:;.()-"')


class Openings:
    """Finds where clauses of one text really begin."""

    def __init__(self, words: list[str], times: Sequence[TimeMention]) -> None:
        self._words = words
        self._time_ends = {t.first: t.last for t in times}
        self._connectives = phrases("leads", "connectives")
        self._found: dict[int, int] = {}  # one head is asked for by several readers

    def end(self, first: int, last: int) -> int:
        """The token behind times, connectives and commas at the head of ``[first, last)``."""
        end = self._found.get(first)
        if end is None:
            end = self._found[first] = self._end(first)
        return min(end, last)

    def _end(self, i: int) -> int:
        words = self._words
        while i < len(words):
            if i in self._time_ends:
                i = self._time_ends[i]
            elif words[i] in _PASSED:
                i += 1
            elif (hit := self._connectives.at(words, i)) is not None:
                i = hit.last
            else:
                break
        return i
