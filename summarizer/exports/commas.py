"""A tidy table as CSV: UTF-8 with a mark that Excel knows it by, a record a line."""

import csv
import datetime as dt
from collections.abc import Iterable
from dataclasses import fields
from decimal import Decimal
from pathlib import Path

from schemas.rows import Row
from summarizer.exports import Options
from summarizer.exports.cells import guarded
from summarizer.exports.records import TABLES


def write(rows: Iterable[Row], path: Path, options: Options) -> None:
    """Write the figures or the directives of all rows.

    Numbers have a decimal point, dates are ISO, lists are joined by ``"; "``, what is not there is
    empty. Texts stand on one line, and behind an apostrophe where they could be computed.
    """
    table = TABLES[options.table]
    names = [field.name for field in fields(table.record)]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(names)
        for record in table.records(rows):
            out.writerow([_told(getattr(record, name)) for name in names])


def _told(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case Decimal():
            return f"{value:f}"
        case dt.date():
            return value.isoformat()
        case tuple():
            return guarded("; ".join(str(each) for each in value))
        case _:
            return guarded(str(value))
