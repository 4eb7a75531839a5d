"""Figures: which told figure is which gold figure, and what is wrong with it.

Figures are paired by their anchor over the whole document, then, within paired items, by what they
mean. Slots are judged exactly; an empty slot is an answer too.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment

from evals.scoring.forms import Figure, Item, Pair
from evals.scoring.values import in_base_unit, is_same_unit, ratio, unit_key

SLOTS = ("value", "upper", "total", "unit", "comparator", "role", "reference")
"""What is judged of a figure that was found."""

ERRORS = (
    "sign",
    "scale (×1000)",
    "decimal mark",
    "another figure of the source",
    "one digit",
    "invented",
    "upper",
    "total",
    "unit",
    "role",
    "comparator",
    "reference",
)
"""Kinds of wrong figures; the first six are kinds of wrong values."""

_ROLE, _UNIT, _SIZE, _LEAST = 1.0, 0.5, 0.4, 1.0  # of figures of paired items that may be the same
_DIGITS = 3  # of a number from which one that is off is a slip
_FAR = Decimal(1260)  # times; above, two values are not confused
_THOUSANDS = frozenset(Decimal(1000) ** power for power in (-3, -2, -1, 1, 2, 3))
_MARKS = frozenset(Decimal(10) ** power for power in (-2, -1, 1, 2))


class Place(NamedTuple):
    """A figure of a document: that at position ``figure`` of item ``item``."""

    item: int
    figure: int


def places_of(items: Sequence[Item]) -> tuple[Place, ...]:
    """All figures of items, in order."""
    return tuple(place for i in range(len(items)) for place in _places_in(items, i))


def _places_in(items: Sequence[Item], number: int) -> tuple[Place, ...]:
    return tuple(Place(number, k) for k in range(len(items[number].figures)))


def figure_at(items: Sequence[Item], place: Place) -> Figure:
    """The figure at a place."""
    return items[place.item].figures[place.figure]


def pair_figures(
    gold: Sequence[Item], told: Sequence[Item], pairs: Iterable[Pair]
) -> dict[Place, Place]:
    """Told figures by the gold figures that they are, for paired items."""
    partner = {pair.gold: pair.told for pair in pairs}
    found = _by_anchor(gold, told, partner)
    taken = set(found.values())
    for one, other in partner.items():
        open_gold = [p for p in _places_in(gold, one) if p not in found]
        open_told = [p for p in _places_in(told, other) if p not in taken]
        found |= _by_meaning(gold, told, open_gold, open_told)
    return found


def wrong_slots(gold: Figure, told: Figure) -> tuple[str, ...]:
    """The slots in which a found figure is wrong, in the order of ``SLOTS``."""
    right = {
        "value": _is_same_value(gold, told),
        "upper": _is_same(gold.upper, told.upper, gold, told),
        "total": _is_same(gold.total, told.total, gold, told),
        "unit": _is_same_unit(gold, told),
        "comparator": gold.comparator == told.comparator,
        "role": gold.role == told.role,
        "reference": unit_key(gold.reference) == unit_key(told.reference),
    }
    return tuple(slot for slot in SLOTS if not right[slot])


def kind_of_error(gold: Figure, told: Figure, source: Collection[Decimal]) -> str:
    """How a wrong value came about; ``source`` holds all values of the source."""
    if gold.value == -told.value:
        return "sign"
    one, other = in_base_unit(*_amount(gold))[0], in_base_unit(*_amount(told))[0]
    times = ratio(one, other)
    if times in _THOUSANDS:
        return "scale (×1000)"
    if times in _MARKS:
        return "decimal mark"
    if _is_one_digit_off(gold.value, told.value):
        return "one digit"
    return "another figure of the source" if abs(told.value) in source else "invented"


def kind_of_extra(told: Figure, source: Collection[Decimal]) -> str:
    """Whether a figure that gold does not have stands in the source at least."""
    return "another figure of the source" if abs(told.value) in source else "invented"


def _by_anchor(
    gold: Sequence[Item], told: Sequence[Item], partner: dict[int, int]
) -> dict[Place, Place]:
    at: dict[int, list[Place]] = defaultdict(list)
    for place in places_of(told):
        anchor = figure_at(told, place).anchor
        if anchor is not None:
            at[anchor].append(place)
    places = sorted(places_of(gold), key=lambda place: gold[place.item].optional)
    found: dict[Place, Place] = {}
    for only_partners in (True, False):  # a figure of two items is that of the one that was told
        for place in places:
            anchor = figure_at(gold, place).anchor
            if anchor is None or place in found:
                continue
            same = [
                other
                for other in at.get(anchor, ())
                if not only_partners or partner.get(place.item) == other.item
            ]
            if same:
                found[place] = _closest(gold, told, place, same)
                at[anchor].remove(found[place])
    return found


def _closest(
    gold: Sequence[Item], told: Sequence[Item], one: Place, others: Sequence[Place]
) -> Place:
    """The figure of the same list, then the one with fewest faults."""
    if len(others) == 1:
        return others[0]

    def closeness(other: Place) -> tuple[bool, int]:
        wrong = wrong_slots(figure_at(gold, one), figure_at(told, other))
        return gold[one.item].kind == told[other.item].kind, -len(wrong)

    return max(others, key=closeness)


def _by_meaning(
    gold: Sequence[Item], told: Sequence[Item], ones: list[Place], others: list[Place]
) -> dict[Place, Place]:
    if not ones or not others:
        return {}
    alike = np.array(
        [
            [_meaning(figure_at(gold, one), figure_at(told, other)) for other in others]
            for one in ones
        ]
    )
    alike[alike < _LEAST] = 0.0
    rows, columns = linear_sum_assignment(alike, maximize=True)
    chosen = zip(rows.tolist(), columns.tolist(), strict=True)
    return {ones[row]: others[column] for row, column in chosen if alike[row, column]}


def _meaning(gold: Figure, told: Figure) -> float:
    times = ratio(gold.value, told.value)
    near = times is not None and 1 / _FAR < times < _FAR
    return (
        _ROLE * (gold.role == told.role)
        + _UNIT * is_same_unit(gold.unit, told.unit)
        + _SIZE * (near or gold.value == told.value)
    )


def _amount(figure: Figure) -> tuple[Decimal, str | None]:
    return figure.value, figure.unit


def _is_same_value(gold: Figure, told: Figure) -> bool:
    """Equal as written, or in the same unit at another scale: 2 tỷ is 2.000 triệu."""
    return gold.value == told.value or in_base_unit(*_amount(gold)) == in_base_unit(*_amount(told))


def _is_same(one: Decimal | None, other: Decimal | None, gold: Figure, told: Figure) -> bool:
    if one is None or other is None:
        return one is other
    return one == other or in_base_unit(one, gold.unit) == in_base_unit(other, told.unit)


def _is_same_unit(gold: Figure, told: Figure) -> bool:
    """The same words, or another scale that the value makes up for."""
    if unit_key(gold.unit) == unit_key(told.unit):
        return True
    return in_base_unit(*_amount(gold)) == in_base_unit(*_amount(told))


def _is_one_digit_off(one: Decimal, other: Decimal) -> bool:
    """Whether a digit of several is another one; of few digits that is but another number."""
    a, b = (f"{abs(value):f}" for value in (one, other))
    if len(a) != len(b) or sum(map(str.isdigit, a)) < _DIGITS:
        return False
    return sum(x != y for x, y in zip(a, b, strict=True)) == 1
