"""What counts of a few documents allow to say: intervals, differences and their chances.

The document is what is drawn at random, never the item: items of one report are alike. So every
number here comes from leaving out, drawing or swapping whole documents. Documents in which there
is nothing to count say nothing and are left out; None counts as nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import isnan, sqrt
from typing import Any, TypeAlias

import numpy as np
from scipy.special import stdtrit  # scipy.stats takes a second to import

from evals.scoring.counts import Count, Tally

CONFIDENCE = 0.95
"""Of every interval, unless another is asked for."""

EXACT = 13
"""Documents up to which all swaps of two systems are tried; above, ``RESAMPLES`` of them."""

RESAMPLES = 9_999
"""Draws of swaps where there are too many to try all."""

_POWER = 0.8  # of seeing the smallest drop that is called visible
_SEED = 20_201
_TINY = 1e-12  # differences that are the same but for rounding

_Rows: TypeAlias = Any  # an array of numpy, which is optional: its types are not always there


@dataclass(frozen=True, slots=True)
class Interval:
    """From ``low`` to ``high``, both included."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """How much the micro value of one system differs from that of another on the same documents.

    ``delta`` is what was gained, ``low`` and ``high`` its interval of 95 %. ``most`` is the upper
    end of the interval of 95 % that is open below: under 0, the system is worse. ``p`` is the
    chance of a delta as large, either way, if the systems were the same. ``smallest`` is the
    smallest drop that this many ``documents``, as unlike as these, show four times of five;
    nothing if the difference is the same on all of them. Ends and ``smallest`` are None where a
    single document decides whether there is a value.
    """

    delta: float
    low: float | None
    high: float | None
    most: float | None
    p: float
    documents: int
    smallest: float | None


def interval(counts: Iterable[Count | None], confidence: float = CONFIDENCE) -> Interval | None:
    """The interval of the micro value, within 0 and 1; None of fewer than two documents.

    Jackknife over documents with Student's t (Tukey 1958), around the micro value itself. Where
    all documents have the same value, it has no width.
    """
    rows = _rows(map(_fraction, counts))
    error = _error(rows, _ratio)
    if error is None:
        return None
    value = float(_ratio(rows.sum(axis=0)))
    reach = _quantile((1 + confidence) / 2, rows) * error
    return Interval(max(value - reach, 0.0), min(value + reach, 1.0))


def paired(base: Sequence[Count | None], other: Sequence[Count | None]) -> Difference | None:
    """What ``other`` gained over ``base``, counts of the same documents in the same order.

    Both have to count a document with the same weight, that is, over as many repeats. None where
    either has nothing to count in all documents. Interval: jackknife of the difference with
    Student's t. Chance: each document's counts of both systems are swapped or not, in all ways up
    to ``EXACT`` documents (Fisher 1935), else in ``RESAMPLES`` drawn ones and the one that was seen
    (Phipson & Smyth 2010).
    """
    rows = _rows((*_fraction(one), *_fraction(two)) for one, two in zip(base, other, strict=True))
    delta = float(_gain(rows.sum(axis=0))) if len(rows) else float("nan")
    if isnan(delta):
        return None
    p, error = _chance(rows, delta), _error(rows, _gain)
    if error is None:
        return Difference(delta, None, None, None, p, len(rows), None)
    reach = _quantile((1 + CONFIDENCE) / 2, rows) * error
    one_sided = _quantile(CONFIDENCE, rows) * error
    return Difference(
        delta=delta,
        low=max(delta - reach, -1.0),
        high=min(delta + reach, 1.0),
        most=min(delta + one_sided, 1.0),
        p=p,
        documents=len(rows),
        smallest=one_sided + _quantile(_POWER, rows) * error,
    )


def holm(chances: Sequence[float]) -> tuple[float, ...]:
    """Chances of several questions asked at once, adjusted so that none is found by asking much.

    In the order given (Holm 1979).
    """
    adjusted, least = [0.0] * len(chances), 0.0
    for rank, at in enumerate(sorted(range(len(chances)), key=chances.__getitem__)):
        least = max(least, min((len(chances) - rank) * chances[at], 1.0))
        adjusted[at] = least
    return tuple(adjusted)


def _fraction(count: Count | None) -> tuple[int, int]:
    """Numerator and denominator of the value: both add up over documents."""
    if count is None:
        return 0, 0
    if isinstance(count, Tally):
        return 2 * count.both, count.gold + count.told
    return count.hits, count.of


def _rows(fractions: Iterable[tuple[int, ...]]) -> _Rows:
    """A row a document that says something, sorted: seeded draws are the same in any order."""
    return np.array(sorted(row for row in fractions if any(row[1::2])), dtype=np.int64)


def _ratio(sums: _Rows) -> _Rows:
    """Micro values of sums (…, 2); not a number where there is nothing to count."""
    with np.errstate(invalid="ignore"):
        return sums[..., 0] / sums[..., 1]


def _gain(sums: _Rows) -> _Rows:
    """Micro values of the second system less those of the first, of sums (…, 4)."""
    return _ratio(sums[..., 2:]) - _ratio(sums[..., :2])


def _error(rows: _Rows, value: Callable[[_Rows], _Rows]) -> float | None:
    """The standard error of a value of sums, from leaving out each document in turn."""
    documents = len(rows)
    if documents < 2:  # noqa: PLR2004 - one document does not vary
        return None
    without = value(rows.sum(axis=0) - rows)
    error = sqrt((documents - 1) * float(without.var()))
    return None if isnan(error) else error


def _quantile(share: float, rows: _Rows) -> float:
    return float(stdtrit(len(rows) - 1, share))


def _chance(rows: _Rows, delta: float) -> float:
    documents = len(rows)
    is_exact = documents <= EXACT
    if is_exact:
        swaps = np.arange(2**documents)[:, None] >> np.arange(documents) & 1
    else:
        swaps = np.random.default_rng(_SEED).integers(0, 2, (RESAMPLES, documents))
    moved = swaps @ (rows[:, 2:] - rows[:, :2])
    sums = rows.sum(axis=0) + np.concatenate([moved, -moved], axis=1)
    is_as_far = ~(np.abs(_gain(sums)) < abs(delta) - _TINY)  # what has no value counts against
    return float(is_as_far.mean() if is_exact else (is_as_far.sum() + 1) / (RESAMPLES + 1))
