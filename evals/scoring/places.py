"""Where quotes and figures stand in a source, found from the strictest way to the loosest."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Literal

from rapidfuzz import fuzz

from evals.gold import LISTS, Gold, GoldFigure, GoldItem
from evals.locked import Pins
from evals.scoring import forms
from evals.scoring.forms import Span
from evals.scoring.values import unit_key
from schemas import Achievement, Directive, Figure, Shortcoming, Summary, Target
from summarizer.documents import Document
from summarizer.folding import fold, match_key
from summarizer.numerals import Numeral, read_numerals

Tier = Literal["exact", "normalized", "spelling", "near", "missing"]
TIERS: tuple[Tier, ...] = ("exact", "normalized", "spelling", "near", "missing")
"""How a quote was found: as it stands; but for blanks and Unicode form; but for case, dashes,
quotation marks and tone placing; with other words but the same numbers; not at all."""

_ALIKE = 90.0  # of 100, from which a passage is the one that a quote distorts
_DIGIT = re.compile(r"\d")
_CLOSE = 40  # code points in which a unit stands behind its number
_EDGES = " \n;.,"


@dataclass(frozen=True, slots=True)
class Found:
    """The places of a quote, all of the same tier; ``near`` ones are an alignment, no quote."""

    tier: Tier
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Places:
    """Finds quotes and numbers in a document."""

    document: Document

    def find(self, quote: str) -> Found:
        """Every place of a quote; its closing ``;`` or ``.`` does not count."""
        words = quote.strip(_EDGES)
        if not words:
            return Found("missing")
        exact = _occurrences(self.document.text, words)
        if exact:
            return Found("exact", tuple(Span(at, at + len(words)) for at in exact))
        folded = _on_one_line(fold(words).text)
        for tier, text, sought in (
            ("normalized", self._text, folded),
            ("spelling", self._key, match_key(folded)),
        ):
            starts = _occurrences(text, sought)
            if starts:
                spans = tuple(self._source(at, at + len(sought)) for at in starts)
                return Found(tier, spans)  # type: ignore[arg-type]
        return self._near(match_key(folded))

    def numbers(self, span: Span) -> tuple[tuple[int, Decimal], ...]:
        """Source offset and value of each number within a span."""
        first = bisect_left(self._starts, span.start)
        return self._numbers[first : bisect_left(self._starts, span.end, first)]

    @cached_property
    def values(self) -> frozenset[Decimal]:
        """Every value of the source."""
        return frozenset(value for _, value in self._numbers)

    @cached_property
    def _numbers(self) -> tuple[tuple[int, Decimal], ...]:
        folded = self.document.folded
        return tuple((folded.source_span(n.start, n.end)[0], n.value) for n in self._numerals)

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        return tuple(start for start, _ in self._numbers)

    @cached_property
    def _numerals(self) -> tuple[Numeral, ...]:
        return read_numerals(self.document)

    @cached_property
    def _text(self) -> str:
        return _on_one_line(self.document.folded.text)

    @cached_property
    def _key(self) -> str:
        return _on_one_line(self.document.folded.key)

    def _source(self, start: int, end: int) -> Span:
        return Span(*self.document.folded.source_span(start, end))

    def _near(self, key: str) -> Found:
        """A passage that says nearly the same, with exactly the same numbers."""
        best = fuzz.partial_ratio_alignment(key, self._key, score_cutoff=_ALIKE)
        if best is None or best.dest_start >= best.dest_end:
            return Found("missing")
        passage = self._key[best.dest_start : best.dest_end]
        if numbers_of(passage) != numbers_of(key):
            return Found("missing")
        return Found("near", (self._source(best.dest_start, best.dest_end),))


def numerals_of(words: str) -> tuple[tuple[str, Decimal], ...]:
    """The numbers that stand in words, as written and as values."""
    if _DIGIT.search(words) is None:
        return ()
    document = Document(words)
    text = document.folded.text
    return tuple((text[n.start : n.end], n.value) for n in read_numerals(document))


def numbers_of(words: str) -> Counter[Decimal]:
    """The values that stand in words, each as often as it stands there."""
    return Counter(value for _, value in numerals_of(words))


def gold_items(gold: Gold, places: Places, locked: Pins | None = None) -> tuple[forms.Item, ...]:
    """The items of gold with their places; what is not found has no spans.

    A quote that stands at several places is where it is ``locked``, else at the one that fits
    (``settle``), else at the first that no item of its list has taken.
    """
    items: list[forms.Item] = []
    for name in LISTS:
        found = [places.find(item.quote) for item in gold.items(name)]
        taken: set[Span] = set()
        for number, item in enumerate(gold.items(name)):
            pin = settle([one.spans for one in found], number, (locked or {}).get((name, number)))
            span = _chosen(found[number], taken, pin)
            if span is not None:
                taken.add(span)
            items.append(_gold_item(name, item, span, places))
    return tuple(items)


def settle(found: Sequence[tuple[Span, ...]], number: int, locked: int | None) -> int | None:
    """Where the quote ``number`` of a list begins; ``found`` are the places of all its quotes.

    As it was locked; or at its only place; or at the one place between the items before and behind
    it; or, if the list has an item for each place, at its own in order. None if it stays open.
    """
    spans = found[number]
    if len(spans) <= 1:
        return spans[0].start if spans else None
    if locked in {span.start for span in spans}:
        return locked
    same = [other for other, places in enumerate(found) if places == spans]
    if len(same) == len(spans):
        return spans[same.index(number)].start
    before = found[number - 1] if number else ()
    behind = found[number + 1] if number + 1 < len(found) else ()
    low = before[0].start if len(before) == 1 else 0
    high = behind[0].start if len(behind) == 1 else spans[-1].start
    between = [span.start for span in spans if low <= span.start <= high]
    return between[0] if len(between) == 1 else None


def told_items(summary: Summary, places: Places) -> tuple[forms.Item, ...]:
    """The items of a summary with the places that it gives them."""
    return tuple(
        _told_item(name, item, places) for name in LISTS for item in getattr(summary, name)
    )


def _told_item(
    name: str, item: Achievement | Shortcoming | Target | Directive, places: Places
) -> forms.Item:
    text, fields = places.document.text, vars(item)  # a list has no field of another
    return forms.Item(
        kind=name,
        words=item.statement,
        quotes=tuple([evidence.quote for evidence in item.evidence]),
        spans=forms.merged(
            tuple(
                Span(evidence.start, evidence.end)
                for evidence in item.evidence
                if text[evidence.start : evidence.end] == evidence.quote
            )
        ),
        sector=item.sector,
        indicator=fields.get("indicator"),
        figures=tuple([_told(figure, places) for figure in fields.get("figures", ())]),
        issuer=fields.get("issuer"),
        addressees=fields.get("addressees", ()),
        deadline=fields.get("deadline"),
    )


def _occurrences(text: str, words: str) -> list[int]:
    """Where words stand; as whole words if they do so anywhere."""
    starts = []
    at = text.find(words)
    while at >= 0:
        starts.append(at)
        at = text.find(words, at + 1)
    whole = [at for at in starts if not _is_inside(text, at, at + len(words))]
    return whole or starts


def _is_inside(text: str, start: int, end: int) -> bool:
    before, behind = text[max(0, start - 1) : start], text[end : end + 1]
    return (before.isalnum() and text[start].isalnum()) or (
        behind.isalnum() and text[end - 1].isalnum()
    )


def _on_one_line(text: str) -> str:
    return text.replace("\n", " ")


def _chosen(found: Found, taken: set[Span], pin: int | None) -> Span | None:
    if not found.spans:
        return None
    pinned = [span for span in found.spans if span.start == pin]
    free = [span for span in found.spans if span not in taken]
    return (pinned or free or found.spans)[0]


def _gold_item(name: str, item: GoldItem, span: Span | None, places: Places) -> forms.Item:
    return forms.Item(
        kind=name,
        words=item.quote,
        quotes=(item.quote,),
        spans=() if span is None else (span,),
        sector=item.sector,
        indicator=item.indicator,
        figures=_gold_figures(item.figures, span, places),
        issuer=item.issuer,
        addressees=item.addressees,
        deadline=item.deadline,
        optional=item.optional,
    )


def _gold_figures(
    figures: Sequence[GoldFigure], span: Span | None, places: Places
) -> tuple[forms.Figure, ...]:
    """Figures with their anchors: the number of the quote that has their value and their unit.

    The first number of several will do: "926 tỷ 147 triệu đồng" is typed 926.147.
    """
    numbers = list(places.numbers(span)) if span is not None else []
    text = places.document.text
    located = []
    for figure in figures:
        size = abs(figure.value)
        fitting = [found for found in numbers if found[1] == size]
        fitting = fitting or [found for found in numbers if found[1] == int(size) > 0]
        if len(fitting) > 1:
            fitting.sort(key=lambda found: _words_to_unit(text, found[0], figure.unit))
        if fitting:
            numbers.remove(fitting[0])
        located.append(_gold_figure(figure, fitting[0][0] if fitting else None))
    return tuple(located)


def _words_to_unit(text: str, at: int, unit: str | None) -> int:
    """How many words stand between a number and its unit; more than any if it is not close."""
    window = unit_key(text[at : at + _CLOSE + len(unit or "")])
    where = window.find(unit_key(unit)) if unit else -1
    return window.count(" ", 0, where) if where >= 0 else len(window)


def _gold_figure(figure: GoldFigure, anchor: int | None) -> forms.Figure:
    return forms.Figure(**dict(figure), anchor=anchor)


def _told(figure: Figure, places: Places) -> forms.Figure:
    span = Span(figure.start, figure.end)
    numbers = places.numbers(span)
    stands = places.document.text[span.start : span.end] == figure.raw
    anchor = numbers[0][0] if numbers else span.start
    return forms.Figure(
        role=figure.role,
        value=figure.value,
        unit=figure.unit,
        upper=figure.upper,
        total=figure.total,
        comparator=figure.comparator,
        reference=figure.reference,
        raw=figure.raw,
        anchor=anchor if stands else None,
    )
