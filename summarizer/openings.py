"""Openings: what stands at the head of a clause without being part of what it says."""

from collections.abc import Mapping

from summarizer.lexicon import phrases
from summarizer.times import TimeMention


def opening(words: list[str], times: Mapping[int, TimeMention], first: int, last: int) -> int:
    """Where a clause really begins: the token behind times, connectives and commas at its head."""
    i = first
    while i < last:
        if (time := times.get(i)) is not None and time.last <= last:
            i = time.last
        elif words[i] in ",:;.()-":
            i += 1
        elif (hit := phrases("leads", "connectives").at(words, i, last)) is not None:
            i = hit.last
        else:
            break
    return min(i, last)
