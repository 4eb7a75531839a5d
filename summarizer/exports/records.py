"""Records: figures and directives of many summaries as flat rows of a table.

The fields of a record are the columns of a tidy table, in this order; docs/exports.md says what
they hold. They are only ever added to, at the end.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from schemas.rows import Row
from schemas.summary import (
    Achievement,
    Deadline,
    Directive,
    Evidence,
    Figure,
    Flag,
    Shortcoming,
    Summary,
    Target,
)
from summarizer.view import FLAGS

Kind = Literal["achievement", "shortcoming", "target"]
Measured = Achievement | Shortcoming | Target


@dataclass(frozen=True, slots=True)
class FigureRecord:
    """One figure with all that is said about it."""

    document: int
    file: str
    locality: str | None
    body: str | None
    period: str | None
    kind: str
    item: str
    sector: str
    indicator: str | None
    statement: str
    role: str
    value: Decimal
    upper: Decimal | None
    total: Decimal | None
    unit: str | None
    comparator: str
    reference: str | None
    estimated: bool
    raw: str
    deadline_text: str | None
    deadline: dt.date | None
    quote: str | None
    start: int
    end: int
    page: int | None
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DirectiveRecord:
    """One order or task: who asks whom for what, and until when."""

    document: int
    file: str
    locality: str | None
    body: str | None
    item: str
    sector: str
    statement: str
    issuer: str | None
    posts: tuple[str, ...]
    issuer_kind: str | None
    issued_in: str | None
    addressees: tuple[str, ...]
    deadline_text: str | None
    deadline: dt.date | None
    quote: str | None
    start: int | None
    end: int | None
    page: int | None
    flags: tuple[str, ...]


Record = FigureRecord | DirectiveRecord


def figure_records(rows: Iterable[Row]) -> Iterator[FigureRecord]:
    """A record for each figure, in the order of documents, lists, items and figures."""
    for number, row in enumerate(rows, 1):
        if row.summary is not None:
            yield from figures_of(row.summary, row.name, number)


def directive_records(rows: Iterable[Row]) -> Iterator[DirectiveRecord]:
    """A record for each directive, in the order of documents and items."""
    for number, row in enumerate(rows, 1):
        if row.summary is not None:
            yield from directives_of(row.summary, row.name, number)


def figures_of(summary: Summary, name: str, number: int) -> Iterator[FigureRecord]:
    """The figures of one summary; ``name`` and ``number`` tell its document."""
    for kind, items in measured(summary):
        for item in items:
            for figure in item.figures:
                yield figure_record(summary, name, number, kind, item, figure)


def directives_of(summary: Summary, name: str, number: int) -> Iterator[DirectiveRecord]:
    """The directives of one summary; ``name`` and ``number`` tell its document."""
    for item in summary.directives:
        yield _directive(summary, name, number, item)


def measured(summary: Summary) -> tuple[tuple[Kind, Sequence[Measured]], ...]:
    """The three lists whose items carry figures."""
    return (
        ("achievement", summary.achievements),
        ("shortcoming", summary.shortcomings),
        ("target", summary.targets),
    )


def period_of(summary: Summary, kind: Kind) -> str | None:
    """The period that items of a list speak of: targets look forward."""
    context = summary.context
    return context.plan_period if kind == "target" else context.period


def urgency(deadline: Deadline | None) -> tuple[dt.date, bool]:
    """Sorts dated items first, by date; then those with words for a date; then the others."""
    return (deadline and deadline.date) or dt.date.max, deadline is None


def explained(flag: Flag) -> str:
    """What a flag means, in Vietnamese where that is known."""
    return FLAGS.get(flag.code, flag.message)


def figure_record(  # noqa: PLR0913, PLR0917 - a record gathers what lies on several levels
    summary: Summary, name: str, number: int, kind: Kind, item: Measured, figure: Figure
) -> FigureRecord:
    """One figure of an item."""
    deadline = item.deadline if isinstance(item, Target) else None
    evidence = _around(item.evidence, figure)
    return FigureRecord(
        document=number,
        file=name,
        locality=summary.context.locality,
        body=summary.context.body,
        period=period_of(summary, kind),
        kind=kind,
        item=item.id,
        sector=item.sector,
        indicator=item.indicator,
        statement=item.statement,
        role=figure.role,
        value=figure.value,
        upper=figure.upper,
        total=figure.total,
        unit=figure.unit,
        comparator=figure.comparator,
        reference=figure.reference,
        estimated=figure.estimated,
        raw=figure.raw,
        deadline_text=deadline.text if deadline else None,
        deadline=deadline.date if deadline else None,
        quote=evidence.quote if evidence else None,
        start=figure.start,
        end=figure.end,
        page=figure.page,
        flags=_codes(item.flags),
    )


def _directive(summary: Summary, name: str, number: int, item: Directive) -> DirectiveRecord:
    issuer, deadline = item.issuer, item.deadline
    evidence = item.evidence[0] if item.evidence else None
    return DirectiveRecord(
        document=number,
        file=name,
        locality=summary.context.locality,
        body=summary.context.body,
        item=item.id,
        sector=item.sector,
        statement=item.statement,
        issuer=issuer.name if issuer else None,
        posts=issuer.posts if issuer else (),
        issuer_kind=issuer.kind if issuer else None,
        issued_in=issuer.document if issuer else None,
        addressees=item.addressees,
        deadline_text=deadline.text if deadline else None,
        deadline=deadline.date if deadline else None,
        quote=evidence.quote if evidence else None,
        start=evidence.start if evidence else None,
        end=evidence.end if evidence else None,
        page=evidence.page if evidence else None,
        flags=_codes(item.flags),
    )


def _around(evidence: Sequence[Evidence], figure: Figure) -> Evidence | None:
    """The quote that holds the figure; an item may have several."""
    holding = (e for e in evidence if e.start <= figure.start and figure.end <= e.end)
    return next(holding, evidence[0] if evidence else None)


def _codes(flags: Iterable[Flag]) -> tuple[str, ...]:
    return tuple(flag.code for flag in flags)


@dataclass(frozen=True, slots=True)
class TidyTable:
    """A kind of record and how rows give them."""

    record: type[Record]
    records: Callable[[Iterable[Row]], Iterator[Record]]


TABLES: Mapping[str, TidyTable] = {
    "figures": TidyTable(FigureRecord, figure_records),
    "directives": TidyTable(DirectiveRecord, directive_records),
}
"""Tidy tables by the name that ``Options.table`` gives them."""
