"""The perfect summary: gold as an engine would tell it that misses nothing and errs in nothing.

It is what corruptions spoil, and a check of gold itself: where scoring does not find a perfect
summary perfect, a quote or a figure of gold cannot be told.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar

from evals.errors import GoldError
from evals.gold import LISTS, Gold, GoldFile
from evals.locked import Pins
from evals.scoring import forms
from evals.scoring.forms import Span
from evals.scoring.places import Places, gold_items
from schemas import (
    Achievement,
    Context,
    Coverage,
    Directive,
    Evidence,
    Figure,
    Run,
    Shortcoming,
    Source,
    Summary,
    Target,
)
from summarizer.documents import Document
from summarizer.figures import reparse

Some = TypeVar("Some")

Told = Achievement | Shortcoming | Target | Directive
"""An item of a summary."""

KINDS: dict[str, type[Told]] = dict(
    zip(LISTS, (Achievement, Shortcoming, Target, Directive), strict=True)
)
"""The class of the items of each list."""

_THIRD = 3
_TRAPS = 2
_AROUND = 20  # code points of a trap on either side of its number
_PIECE = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+|[^\w\s]")
_WORDS = re.compile(r"\D+")


def perfect(
    document: Document, gold: Gold, *, optional: bool = False, pins: Pins | None = None
) -> Summary:
    """The summary that tells what gold holds, and what may be left out only if ``optional``.

    Statements are the quotes; coverage accounts for the numbers of the figures alone. Raises
    ``GoldError`` where a quote does not stand in the source.
    """
    found = gold_items(gold, Places(document), pins)
    items = [item for item in found if optional or not item.optional]
    lists: dict[str, Any] = {
        name: tuple(
            _told(document, item, f"{name[0].upper()}{number}")
            for number, item in enumerate((i for i in items if i.kind == name), 1)
        )
        for name in LISTS
    }
    numerals = sum(len(item.figures) for item in items)
    return Summary(
        source=Source(name=document.name, sha256=document.digest, characters=len(document.text)),
        context=Context(),
        overview="",
        coverage=Coverage(numerals=numerals, used=numerals),
        run=Run(engine="gold", task="perfect"),
        **lists,
    )


@dataclass(frozen=True)
class Sample:
    """A document with its perfect summary, to be spoilt and scored.

    ``traps`` are quotes of numbers that are no figures, ``pins`` where quotes were locked.
    """

    document: Document
    gold: Gold
    summary: Summary
    traps: tuple[str, ...] = ()
    pins: Pins | None = None

    @classmethod
    def of(cls, file: GoldFile) -> "Sample":
        """The sample of a gold file; where it names no traps, numbers that gold does not quote are.

        Raises ``GoldError`` where a quote does not stand in the source.
        """
        document, gold, pins = file.document, file.gold, file.pins
        quoted = perfect(document, gold, optional=True, pins=pins)
        traps = file.sidecar.traps or _traps(Places(document), quoted)
        return cls(document, gold, perfect(document, gold, pins=pins), traps, pins)

    @cached_property
    def places(self) -> Places:
        """Finds quotes and numbers in the document."""
        return Places(self.document)

    @cached_property
    def items(self) -> tuple[Told, ...]:
        """The items of all lists."""
        return tuple(item for name in LISTS for item in getattr(self.summary, name))

    @cached_property
    def unheard(self) -> int:
        """A number that the source does not hold."""
        return next(number for number in range(717_171, 10**9) if number not in self.places.values)

    def some(self, fitting: Sequence[Some]) -> tuple[Some, ...]:
        """A third of things, one at least; which, depends on the document alone."""
        first = int(self.document.digest[:8], 16) % min(_THIRD, len(fitting) or 1)
        return tuple(fitting[first::_THIRD])

    def telling(self, items: Sequence[Told]) -> Summary:
        """The summary with other items, each in the list of its kind."""
        lists = {name: tuple(i for i in items if type(i) is KINDS[name]) for name in LISTS}
        return self.summary.model_copy(update=lists)


def _told(document: Document, item: forms.Item, name: str) -> Told:
    if not item.spans:
        where = document.name or "the source"
        raise GoldError(f"not in {where}: {item.words[:60]!r}; copy the quote from there")
    kind, (span,) = KINDS[item.kind], item.spans
    quote = document.text[span.start : span.end]
    fields: dict[str, Any] = {
        "id": name,
        "statement": quote,
        "sector": item.sector,
        "indicator": item.indicator,
        "figures": tuple(_figure(document, figure, span) for figure in item.figures),
        "deadline": item.deadline,
        "issuer": item.issuer,
        "addressees": item.addressees,
        "evidence": (Evidence(quote=quote, start=span.start, end=span.end),),
    }
    return kind(**{key: value for key, value in fields.items() if key in kind.model_fields})


def _figure(document: Document, figure: forms.Figure, within: Span) -> Figure:
    start, end = _written(document.text, figure, within)
    return Figure.model_validate(
        {
            "role": figure.role,
            "raw": document.text[start:end],
            "value": figure.value,
            "upper": figure.upper,
            "total": figure.total,
            "unit": figure.unit,
            "comparator": figure.comparator,
            "reference": figure.reference,
            "start": start,
            "end": end,
        }
    )


def _written(text: str, figure: forms.Figure, within: Span) -> Span:
    """The words that give a figure's value: "5.807", "926 tỷ 147 triệu" or "không còn"."""
    if figure.anchor is None:
        spans = (match.span() for match in _WORDS.finditer(text, *within))
        return Span(*max(spans, key=lambda span: span[1] - span[0]))
    ends = tuple(_ends(text, figure.anchor, within.end))
    size: Decimal = abs(figure.value)
    fitting = (end for end in ends if reparse(text[figure.anchor : end]) == size)
    return Span(figure.anchor, next(fitting, ends[0]))


def _ends(text: str, start: int, stop: int) -> Iterator[int]:
    """Where the words from a number on end."""
    for piece in _PIECE.finditer(text, start, stop):
        yield piece.end()


def _traps(places: Places, told: Summary) -> tuple[str, ...]:
    """Passages that stand once in the source and touch no quote, around a number each."""
    text = places.document.text
    quoted = [evidence for name in LISTS for i in getattr(told, name) for evidence in i.evidence]
    found: list[str] = []
    free = 0  # where the next passage may begin
    for at, _ in places.numbers(Span(0, len(text))):
        start, end = max(0, at - _AROUND), at + _AROUND
        touches = any(evidence.start < end and start < evidence.end for evidence in quoted)
        if start >= free and not touches and len(places.find(text[start:end]).spans) == 1:
            found.append(text[start:end])
            free = end
    return tuple(found[:_TRAPS])
