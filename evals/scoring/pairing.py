"""Which told item is which gold item: one optimal assignment a document, across all four lists.

Items are paired by where they stand and which figures they hold, whatever list they were put into;
so finding an item, cutting its quote and filing it are told apart. The weights are frozen with
``score.VERSION``.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
from rapidfuzz import fuzz
from scipy.optimize import linear_sum_assignment

from evals.scoring.forms import Item, Pair, overlap, size
from evals.scoring.values import in_base_unit

LEAST = 0.35
"""Likeness from which two items are the same."""

_PLACE, _WORDS, _SAME_LIST = 0.85, 0.15, 0.02
_SPANS, _VALUES, _ANCHORS = 0.4, 0.3, 0.3
_SPARE, _MISFILED = 0.99, 0.5  # of a gold item that may be left out: others go first
_QUOTED = 0.6  # more for what is quoted alike: a fact told in parts is the part that quotes it
_SAID = 0.9  # of the words of a fact retold elsewhere: equal numbers alone do not make it so
_RETOLD = 0.9  # of the same words at another place; the place itself goes first


@dataclass(frozen=True, slots=True)
class Likeness:
    """Why a gold item and a told one are paired, or are not.

    ``spans`` is how far their passages agree, ``values`` and ``anchors`` their figures, ``words``
    gold's quote with the statement; each between 0 and 1. ``quoted`` tells that the passages are
    the same (``is_same_passage``).
    """

    spans: float
    values: float
    anchors: float
    words: float
    measured: bool
    same_list: bool
    quoted: bool = False

    @property
    def total(self) -> float:
        """The likeness that is maximized."""
        place = self.spans
        if self.measured:
            place = _SPANS * self.spans + _VALUES * self.values + _ANCHORS * self.anchors
        place = _PLACE * place + _QUOTED * self.quoted
        return place + _WORDS * self.words + _SAME_LIST * self.same_list


def pair(gold: Sequence[Item], told: Sequence[Item]) -> tuple[Pair, ...]:
    """The pairs that together are most alike, in the order of gold."""
    if not gold or not told:
        return ()
    ones, others = [_Traits.of(item) for item in gold], [_Traits.of(item) for item in told]
    alike = np.zeros((len(ones), len(others)))
    for row, column in _near(ones, others):
        alike[row, column] = _likeness(ones[row], others[column]).total
    alike[alike < LEAST] = 0.0
    for row, item in enumerate(gold):
        if item.optional:
            alike[row] *= [_SPARE if item.kind == one.kind else _MISFILED for one in told]
    rows, columns = linear_sum_assignment(alike, maximize=True)
    found = zip(rows.tolist(), columns.tolist(), strict=True)
    return tuple(Pair(row, column) for row, column in found if alike[row, column])


def is_same_passage(gold: Item, told: Item) -> bool:
    """Whether the passages have at least half of what either holds in common, or the same words."""
    shared = overlap(gold.spans, told.spans)
    if shared:
        return _is_half(shared, size(gold.spans), size(told.spans))
    return not _said(gold).isdisjoint(_said(told))


def _is_half(shared: int, one: int, other: int) -> bool:
    """Whether what two passages share is at least half of what either holds."""
    return 2 * shared >= one + other - shared


def likeness(gold: Item, told: Item) -> Likeness:
    """The terms of the likeness of two items."""
    return _likeness(_Traits.of(gold), _Traits.of(told))


_Trait = TypeVar("_Trait")
_NONE: Counter[Any] = Counter()


@dataclass(frozen=True, slots=True)
class _Traits:
    """What is compared of an item, made once for all comparisons."""

    item: Item
    said: frozenset[str]
    values: Counter[tuple[Decimal, str]]
    anchors: Counter[int]
    size: int
    low: int
    high: int

    @classmethod
    def of(cls, item: Item) -> "_Traits":
        return cls(
            item,
            _said(item),
            _counted(in_base_unit(figure.value, figure.unit) for figure in item.figures),
            _counted(one.anchor for one in item.figures if one.anchor is not None),
            size(item.spans),
            min((span.start for span in item.spans), default=-1),
            max((span.end for span in item.spans), default=-1),
        )


def _counted(traits: Iterable[_Trait]) -> Counter[_Trait]:
    """How often each is there; most items have no figures, and counting nothing takes as long."""
    found = list(traits)
    return Counter(found) if found else _NONE


def _near(ones: Sequence[_Traits], others: Sequence[_Traits]) -> list[tuple[int, int]]:
    """Pairs that share a place, words or a value; of the others, neither is the other."""
    low, high = np.array([(one.low, one.high) for one in ones]).T
    lows, highs = np.array([(other.low, other.high) for other in others]).T
    close = (low[:, None] < highs) & (lows < high[:, None])
    shared: dict[object, list[int]] = {}
    for column, other in enumerate(others):
        for trait in (*other.said, *other.values):
            shared.setdefault(trait, []).append(column)
    for row, one in enumerate(ones):
        for trait in (*one.said, *one.values):
            close[row, shared.get(trait, [])] = True
    return [(int(row), int(column)) for row, column in np.argwhere(close)]


def _said(item: Item) -> frozenset[str]:
    return frozenset(map(_plain, item.quotes))


@lru_cache(maxsize=4096)
def _plain(quote: str) -> str:
    """A quote as it is compared: blanks, case and Unicode form do not count."""
    return " ".join(unicodedata.normalize("NFC", quote).lower().split()).strip(" ;.,")


def _likeness(gold: _Traits, told: _Traits) -> Likeness:
    shared = overlap(gold.item.spans, told.item.spans)
    spans, anchors = _spans(gold, told, shared), _dice(gold.anchors, told.anchors)
    values = _dice(gold.values, told.values)
    if not (spans or anchors or (values and _is_retold(gold.item, told.item))):
        return Likeness(0.0, 0.0, 0.0, 0.0, measured=False, same_list=False)
    return Likeness(
        spans=spans,
        values=values,
        anchors=anchors,
        words=fuzz.token_set_ratio(gold.item.words, told.item.words) / 100,
        measured=bool(gold.values or told.values),
        same_list=gold.item.kind == told.item.kind,
        quoted=_is_half(shared, gold.size, told.size) if shared else bool(spans),
    )


def _is_retold(gold: Item, told: Item) -> bool:
    return fuzz.token_sort_ratio(_plain(gold.words), _plain(told.words)) >= 100 * _SAID


def _spans(gold: _Traits, told: _Traits, shared: int) -> float:
    if shared:
        both, least = gold.size + told.size - shared, min(gold.size, told.size)
        return (shared / both + shared / least) / 2
    return 0.0 if gold.said.isdisjoint(told.said) else _RETOLD


def _dice(one: Counter[Any], other: Counter[Any]) -> float:
    if not one or not other or one.keys().isdisjoint(other):
        return 0.0
    return 2 * (one & other).total() / (one.total() + other.total())
