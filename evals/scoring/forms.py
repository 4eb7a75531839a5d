"""The form in which gold and summaries are compared: items with their places in the source.

Offsets are Unicode code points of the source text, half open. An *anchor* is the offset of the
number that a figure is read from: unlike "100%", it is unique in its document, so that figures are
told apart however items were cut.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from schemas import Deadline, Issuer


class Span(NamedTuple):
    """A stretch of the source."""

    start: int
    end: int

    @property
    def length(self) -> int:
        """Code points in it."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with its meaning; ``anchor`` is None where no number of the source is meant."""

    role: str
    value: Decimal
    unit: str | None = None
    upper: Decimal | None = None
    total: Decimal | None = None
    comparator: str = "eq"
    reference: str | None = None
    raw: str = ""
    anchor: int | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the list ``kind``; ``spans`` are those of its ``quotes`` that were found."""

    kind: str
    words: str
    quotes: tuple[str, ...]
    spans: tuple[Span, ...]
    sector: str
    indicator: str | None = None
    figures: tuple[Figure, ...] = ()
    issuer: Issuer | None = None
    addressees: tuple[str, ...] = ()
    deadline: Deadline | None = None
    optional: bool = False

    @property
    def start(self) -> int:
        """Where it begins; -1 if it was not found."""
        return min((span.start for span in self.spans), default=-1)


class Pair(NamedTuple):
    """A gold item or figure and what was told of it, as positions in their lists."""

    gold: int
    told: int


def overlap(one: tuple[Span, ...], other: tuple[Span, ...]) -> int:
    """Code points that two sets of spans share; spans of one set do not overlap."""
    return sum(
        min(a.end, b.end) - max(a.start, b.start)
        for a in one
        for b in other
        if a.start < b.end and b.start < a.end
    )


def merged(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """The same stretches, none overlapping another."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return tuple(found)


def size(spans: tuple[Span, ...]) -> int:
    """Code points of spans that do not overlap."""
    return sum(end - start for start, end in spans)
