"""What is counted: whole numbers per document, so that sums and means stay exact.

Ratios are made at the very end: micro from sums over documents, macro as mean over documents.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tally:
    """How many things gold has, how many were told, and how many are both."""

    gold: int = 0
    told: int = 0
    both: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.gold + other.gold, self.told + other.told, self.both + other.both)

    @property
    def precision(self) -> float | None:
        """Share of what was told that gold has; None if nothing was told."""
        return self.both / self.told if self.told else None

    @property
    def recall(self) -> float | None:
        """Share of gold that was told; None if there is none."""
        return self.both / self.gold if self.gold else None

    @property
    def value(self) -> float | None:
        """F1: the harmonic mean of precision and recall; None where nothing is and was told."""
        return 2 * self.both / (self.gold + self.told) if self.gold + self.told else None


@dataclass(frozen=True, slots=True)
class Share:
    """How many of so many."""

    hits: int = 0
    of: int = 0

    def __add__(self, other: "Share") -> "Share":
        return Share(self.hits + other.hits, self.of + other.of)

    @property
    def value(self) -> float | None:
        """The share; None of nothing."""
        return self.hits / self.of if self.of else None


Count = Tally | Share
"""Either has a ``value`` and adds up."""


def micro(counts: Iterable[Count | None]) -> Count | None:
    """The sum over documents; None if there is none."""
    total: Count | None = None
    for count in counts:
        if count is not None:
            total = count if total is None else total + count  # type: ignore[operator]
    return total


def macro(counts: Iterable[Count | None]) -> float | None:
    """The mean over the documents in which there is something to count."""
    values = [count.value for count in counts if count is not None and count.value is not None]
    return sum(values) / len(values) if values else None
