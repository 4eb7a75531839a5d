"""Summaries as data frames, where pandas is installed."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from decimal import Decimal

import pandas as pd

from schemas.summary import Summary
from summarizer.exports.records import (
    DirectiveRecord,
    FigureRecord,
    Record,
    directives_of,
    figures_of,
)

_TYPES = {  # what a column of nothing would not show
    "value": "float64",
    "upper": "float64",
    "total": "float64",
    "deadline": "datetime64[s]",
}


def figures_frame(summary: Summary) -> pd.DataFrame:
    """A row for each figure, with the columns of the tidy table; numbers are float64."""
    return _frame(FigureRecord, figures_of(summary, summary.source.name or "", 1))


def directives_frame(summary: Summary) -> pd.DataFrame:
    """A row for each directive, with the columns of the tidy table."""
    return _frame(DirectiveRecord, directives_of(summary, summary.source.name or "", 1))


def _frame(record: type[Record], records: Iterable[Record]) -> pd.DataFrame:
    names = [field.name for field in fields(record)]
    frame = pd.DataFrame(list(_values(records)), columns=names)
    types = {name: _TYPES[name] for name in names if name in _TYPES}
    return frame.astype(types)


def _values(records: Iterable[Record]) -> Iterator[dict[str, object]]:
    for record in records:
        yield {k: float(v) if isinstance(v, Decimal) else v for k, v in asdict(record).items()}
