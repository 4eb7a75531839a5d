"""Ways to spoil a perfect summary: what corruptions are made of.

Each way is a function from a sample to a summary. It changes the same places each time, and gives
the same summary back where there is nothing to spoil.
"""

import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from evals.perfect import KINDS, Sample, Told
from evals.scoring.places import numbers_of
from schemas import Deadline, Directive, Evidence, Figure, Summary, Target, Unclaimed
from summarizer.figures import reparse

Apply = Callable[[Sample], Summary]
"""Makes a spoilt summary of a sample."""

Fits = Callable[[Any], bool]
"""Tells which items or figures are spoilt."""

_WIDE, _SHIFT = 60, 7  # code points
_FEW = 2  # words of a name of which the first says too much
_PLACED = ("raw", "value", "start", "end")  # where a figure is read, and what
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"[^\W\d_]{2,}")
_NEXT_DIGIT = str.maketrans("123456789", "234567891")

# --- What is spoilt -------------------------------------------------------------------------------


def of_items(change: Callable[[Sample, Any], Sequence[Told]], fits: Fits) -> Apply:
    """Changes a third of the items that fit."""

    def apply(sample: Sample) -> Summary:
        fitting = [i for i, item in enumerate(sample.items) if fits(item)]
        chosen = set(sample.some(fitting))
        return sample.telling(
            [
                new
                for i, item in enumerate(sample.items)
                for new in (change(sample, item) if i in chosen else (item,))
            ]
        )

    return apply


def of_figures(change: Callable[[Sample, Figure], Sequence[Figure]], fits: Fits) -> Apply:
    """Changes a third of the figures that fit; one without digits has no place to be found by."""

    def apply(sample: Sample) -> Summary:
        fitting = [
            (i, k)
            for i, item in enumerate(sample.items)
            for k, figure in enumerate(_figures(item))
            if _is_written(figure) and fits(figure)
        ]
        chosen = set(sample.some(fitting))
        touched = {i for i, _ in chosen}

        def changed(i: int, item: Told) -> Told:
            figures = (
                new
                for k, figure in enumerate(_figures(item))
                for new in (change(sample, figure) if (i, k) in chosen else (figure,))
            )
            return item.model_copy(update={"figures": tuple(figures)})

        return sample.telling(
            [changed(i, item) if i in touched else item for i, item in enumerate(sample.items)]
        )

    return apply


def given(fits: Fits, **values: Any) -> Apply:
    """Gives fields of items other values."""
    return of_items(lambda _, item: (item.model_copy(update=values),), fits)


def given_figure(fits: Fits, **values: Any) -> Apply:
    """Gives fields of figures other values."""
    return of_figures(lambda _, figure: (figure.model_copy(update=values),), fits)


def revalued(change: Callable[[Sample, Decimal], Decimal], fits: Fits) -> Apply:
    """Gives figures another value."""
    return of_figures(
        lambda sample, figure: (figure.model_copy(update={"value": change(sample, figure.value)}),),
        lambda figure: figure.value != 0 and fits(figure),
    )


def requoted(change: Callable[[Sample, Evidence], Evidence], fits: Fits) -> Apply:
    """Gives items other evidence."""

    def changed(sample: Sample, item: Told) -> Sequence[Told]:
        evidence = tuple(change(sample, one) for one in item.evidence)
        return (item.model_copy(update={"evidence": evidence}),)

    return of_items(changed, fits)


def _figures(item: Told) -> tuple[Figure, ...]:
    figures: tuple[Figure, ...] = getattr(item, "figures", ())
    return figures


def _is_written(figure: Figure) -> bool:
    """Whether it has digits; "không còn hộ nghèo" is a figure without."""
    return _DIGITS.search(figure.raw) is not None


def anything(_: object) -> bool:
    """All of them."""
    return True


def is_a(*kinds: type[Told]) -> Fits:
    """Items of these kinds."""
    return lambda item: isinstance(item, kinds)


def has(field: str) -> Fits:
    """Items or figures in which a field is filled."""
    return lambda thing: bool(getattr(thing, field, None))


def lacks(field: str) -> Fits:
    """Items or figures in which a field is empty or missing."""
    return lambda thing: not getattr(thing, field, None)


def has_long_name(item: Told) -> bool:
    """Items whose indicator says more than its first word."""
    return len((getattr(item, "indicator", None) or "").split()) > _FEW


def has_several(item: Told) -> bool:
    """Items of several figures, all of which have digits."""
    return len(_figures(item)) > 1 and all(map(_is_written, _figures(item)))


# --- Items ----------------------------------------------------------------------------------------


def invented(sample: Sample, item: Told) -> Sequence[Told]:
    """The item, and another of its kind that nobody wrote."""
    before, start = "bắc thêm ", item.evidence[0].start
    words = f"{before}{sample.unheard} cây cầu vồng"
    evidence = Evidence(quote=words, start=start, end=start + len(words))
    update: dict[str, Any] = {"statement": words, "evidence": (evidence,)}
    if _figures(item):
        update["figures"] = (_unheard(sample, start + len(before)),)
    return item, item.model_copy(update=update)


def _unheard(sample: Sample, start: int) -> Figure:
    """A figure whose number does not stand in the source."""
    raw = str(sample.unheard)
    end = start + len(raw)
    return Figure(role="level", raw=raw, value=Decimal(raw), unit="cầu", start=start, end=end)


def filed_as(kind: type[Told]) -> Callable[[Sample, Told], Sequence[Told]]:
    """The same item in another list, unless gold has the same words there."""
    (name,) = (name for name, one in KINDS.items() if one is kind)

    def changed(sample: Sample, item: Told) -> Sequence[Told]:
        if any(one.quote == item.evidence[0].quote for one in sample.gold.items(name)):
            return (item,)
        fields = {name: value for name, value in item if name in kind.model_fields}
        return (kind(**fields),)

    return changed


def told_as_well(kind: type[Told]) -> Callable[[Sample, Told], Sequence[Told]]:
    """The item, and the same in another list."""
    other = filed_as(kind)
    return lambda sample, item: (item, *(one for one in other(sample, item) if one is not item))


def merged(sample: Sample) -> Summary:
    """All neighbours in one item, two by two, that agree in what an item has one of."""
    items, chosen = sample.items, set[int]()
    for i, (one, other) in enumerate(pairwise(items)):
        if i - 1 not in chosen and _agree(one, other):
            chosen.add(i)
    return sample.telling(
        [
            _together(item, items[i + 1]) if i in chosen else item
            for i, item in enumerate(items)
            if i - 1 not in chosen
        ]
    )


def _agree(one: Told, other: Told) -> bool:
    def traits(item: Told) -> tuple[object, ...]:
        single = [getattr(item, name, None) for name in ("deadline", "issuer", "addressees")]
        return type(item), item.sector, getattr(item, "indicator", None) is None, single

    written = all(map(_is_written, (*_figures(one), *_figures(other))))
    return written and traits(one) == traits(other)


def _together(one: Told, other: Told) -> Told:
    update: dict[str, Any] = {
        "statement": f"{one.statement}; {other.statement}",
        "evidence": (*one.evidence, *other.evidence),
    }
    if not isinstance(one, Directive) and not isinstance(other, Directive):
        update["figures"] = (*one.figures, *other.figures)
        update["indicator"] = one.indicator and f"{one.indicator} và {other.indicator}"
    return one.model_copy(update=update)


def split(_: Sample, item: Told) -> Sequence[Told]:
    """An item for each figure, all of the same quote."""
    return [item.model_copy(update={"figures": (figure,)}) for figure in _figures(item)]


def later(_: Sample, item: Target | Directive) -> Sequence[Told]:
    """The item a year later, or with a deadline that it does not have."""
    deadline = item.deadline or Deadline(text="trước mùa mưa")
    date = deadline.date and deadline.date + timedelta(days=365)
    text = deadline.text if date else f"{deadline.text} sau nữa"
    return (item.model_copy(update={"deadline": Deadline(text=text, date=date)}),)


def of_another_sector(_: Sample, item: Told) -> Sequence[Told]:
    """The item in a sector that is not its own."""
    sector = "agriculture" if item.sector == "general" else "general"
    return (item.model_copy(update={"sector": sector}),)


def cut_short(_: Sample, item: Directive) -> Sequence[Told]:
    """The most of an order, told as the whole."""
    (evidence,) = item.evidence
    words = evidence.quote.split(" ")
    quote = " ".join(words[: max(1, len(words) * 3 // 4)])
    end = evidence.start + len(quote)
    most = evidence.model_copy(update={"quote": quote, "end": end})
    return (item.model_copy(update={"statement": quote, "evidence": (most,)}),)


def named_shortly(_: Sample, item: Told) -> Sequence[Told]:
    """The item with the first word of its indicator."""
    first = str(getattr(item, "indicator", "")).split(maxsplit=1)[0]
    return (item.model_copy(update={"indicator": first}),)


def named_as_next(sample: Sample) -> Summary:
    """Each item of a third has the indicator of the next one that has another."""
    named = [item for item in sample.items if getattr(item, "indicator", None)]
    names = {
        id(one): other.indicator  # type: ignore[union-attr]
        for one, other in pairwise(named)
        if one.indicator != other.indicator  # type: ignore[union-attr]
    }

    def changed(_: Sample, item: Told) -> Sequence[Told]:
        return (item.model_copy(update={"indicator": names[id(item)]}),)

    return of_items(changed, lambda item: id(item) in names)(sample)


def denied(_: Sample, item: Told) -> Sequence[Told]:
    """The item with a statement that says no."""
    return (item.model_copy(update={"statement": f"Không {item.statement}"}),)


def _adding(item: Told, number: object) -> Told:
    return item.model_copy(update={"statement": f"{item.statement}; cùng {number} việc khác"})


def with_number_of_elsewhere(sample: Sample, item: Told) -> Sequence[Told]:
    """The item with a number in its statement that stands outside its quote."""
    own = numbers_of(item.evidence[0].quote)
    fitting = (n for n in sorted(sample.places.values) if n == int(n) and n not in own)
    return [_adding(item, int(number)) for number in [*fitting][:1]] or (item,)


def with_unheard_number(sample: Sample, item: Told) -> Sequence[Told]:
    """The item with a number in its statement that stands nowhere."""
    return (_adding(item, sample.unheard),)


# --- Figures --------------------------------------------------------------------------------------


def with_next_digit(_: Sample, value: Decimal) -> Decimal:
    """5.807 becomes 6.807: the first digit that is not 0 is another one."""
    written = f"{value:f}"
    at = next(i for i, sign in enumerate(written) if sign in "123456789")
    return Decimal(written[:at] + written[at].translate(_NEXT_DIGIT) + written[at + 1 :])


def with_another_role(_: Sample, figure: Figure) -> Sequence[Figure]:
    """The figure as a change, or as a level if it is one."""
    role = "level" if figure.role == "change" else "change"
    return (figure.model_copy(update={"role": role}),)


def with_another_comparator(_: Sample, figure: Figure) -> Sequence[Figure]:
    """The figure as more than its value, or as the value itself."""
    comparator = "gt" if figure.comparator == "eq" else "eq"
    return (figure.model_copy(update={"comparator": comparator}),)


def of_the_source(sample: Sample, value: Decimal) -> Decimal:
    """A value of the source that is not the same one with its mark elsewhere."""
    for other in sorted(sample.places.values):
        if other and (other / abs(value)).normalize().as_tuple().digits != (1,):
            return other
    return value


def from_elsewhere(sample: Sample) -> Summary:
    """The first figure of an item is read where the next item has its first."""
    measured = [item for item in sample.items if _figures(item)]
    next_one = {id(one): _figures(other)[0] for one, other in pairwise(measured)}

    def fits(item: Told) -> bool:
        other = next_one.get(id(item))
        if other is None or item.evidence[0].start <= other.start < item.evidence[0].end:
            return False
        return abs(other.value) != abs(_figures(item)[0].value)

    def changed(_: Sample, item: Told) -> Sequence[Told]:
        first, *rest = _figures(item)
        place = {name: getattr(next_one[id(item)], name) for name in _PLACED}
        return (item.model_copy(update={"figures": (first.model_copy(update=place), *rest)}),)

    return of_items(changed, fits)(sample)


def given_away(sample: Sample) -> Summary:
    """The last of an item's figures is told of the next item instead."""
    items = list(sample.items)
    fitting = [
        i
        for i, (one, other) in enumerate(pairwise(items))
        if type(one) is type(other) and has_several(one) and _figures(other)
    ]
    for i in sample.some(fitting):
        *kept, last = _figures(items[i])
        taken = (*_figures(items[i + 1]), last)
        items[i] = items[i].model_copy(update={"figures": tuple(kept)})
        items[i + 1] = items[i + 1].model_copy(update={"figures": taken})
    return sample.telling(items)


def swapped(sample: Sample) -> Summary:
    """Neighbours of a list exchange their figures, each of which has digits."""
    items = list(sample.items)
    fitting = [
        i
        for i, (one, other) in enumerate(pairwise(items))
        if type(one) is type(other) and all(map(_is_measured, (one, other)))
    ]
    done = set[int]()
    for i in sample.some(fitting):
        if done.isdisjoint((i, i + 1)):
            done |= {i, i + 1}
            mine, others = _figures(items[i]), _figures(items[i + 1])
            items[i] = items[i].model_copy(update={"figures": others})
            items[i + 1] = items[i + 1].model_copy(update={"figures": mine})
    return sample.telling(items)


def _is_measured(item: Told) -> bool:
    return bool(_figures(item)) and all(map(_is_written, _figures(item)))


def with_invented_figure(sample: Sample, item: Told) -> Sequence[Told]:
    """The item with a figure more, whose number stands nowhere."""
    figure = _unheard(sample, item.evidence[0].start)
    return (item.model_copy(update={"figures": (*_figures(item), figure)}),)


def trapped(sample: Sample) -> Summary:
    """The number of each trap is told as a figure of some item."""
    items = list(sample.items)
    measured = [i for i, item in enumerate(items) if _figures(item)]
    pits = [span for trap in sample.traps for span in sample.places.find(trap).spans]
    numbers = [at for span in pits for at, _ in sample.places.numbers(span)[:1]]
    for i, at in zip(measured, numbers, strict=False):
        figures = (*_figures(items[i]), _figure_at(sample.document.text, at))
        items[i] = items[i].model_copy(update={"figures": figures})
    return sample.telling(items)


def _figure_at(text: str, at: int) -> Figure:
    number = _DIGITS.match(text, at)
    raw = number.group() if number is not None else text[at]
    return Figure(role="level", raw=raw, value=reparse(raw), start=at, end=at + len(raw))


# --- Evidence -------------------------------------------------------------------------------------


def reworded(_: Sample, evidence: Evidence) -> Evidence:
    """The same with another first word."""
    quote = _WORD.sub("cầu vồng nào đó", evidence.quote, count=1)
    if quote == evidence.quote:
        quote = f"cầu vồng nào đó {quote}"
    return evidence.model_copy(update={"quote": quote})


def falsified(_: Sample, evidence: Evidence) -> Evidence:
    """The same with other digits."""
    return evidence.model_copy(update={"quote": evidence.quote.translate(_NEXT_DIGIT)})


def with_odd_blanks(_: Sample, evidence: Evidence) -> Evidence:
    """The same with no-break spaces."""
    return evidence.model_copy(update={"quote": evidence.quote.replace(" ", "\u00a0")})


def widened(sample: Sample, evidence: Evidence) -> Evidence:
    """The quote with what stands around it."""
    text = sample.document.text
    start, end = max(0, evidence.start - _WIDE), min(len(text), evidence.end + _WIDE)
    return Evidence(quote=text[start:end], start=start, end=end)


def shifted(_: Sample, evidence: Evidence) -> Evidence:
    """The same words at other offsets."""
    start, end = evidence.start + _SHIFT, evidence.end + _SHIFT
    return evidence.model_copy(update={"start": start, "end": end})


def unaccounted(sample: Sample) -> Summary:
    """A third of the numbers of figures are said to be used by no item."""
    figures = [figure for item in sample.items for figure in _figures(item)]
    open_ones = tuple(
        Unclaimed(raw=figure.raw, start=figure.start, end=figure.end)
        for figure in sample.some(figures)
    )
    coverage = sample.summary.coverage
    left = coverage.used - len(open_ones)
    update = {"coverage": coverage.model_copy(update={"used": left, "unclaimed": open_ones})}
    return sample.summary.model_copy(update=update)
