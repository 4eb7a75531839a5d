"""A tidy table as Parquet, typed, for pandas, polars and DuckDB."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import fields
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, get_type_hints

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.rows import Row
from summarizer.errors import SummarizerError
from summarizer.exports import Options
from summarizer.exports.records import TABLES, Record

_ROWS = 10_000  # of a row group, in memory at once

# Rows come from JSON, whose numbers are doubles, so that float64 loses nothing; a decimal type has
# one scale for a whole column, and figures count people as well as hundredths of a percent.
_TYPES: dict[object, pa.DataType] = {
    int: pa.int64(),
    str: pa.string(),
    bool: pa.bool_(),
    Decimal: pa.float64(),
    dt.date: pa.date32(),
    tuple[str, ...]: pa.list_(pa.string()),
}


def write(rows: Iterable[Row], path: Path, options: Options) -> None:
    """Write the figures or the directives of all rows; texts are exact, line breaks included."""
    table = TABLES[options.table]
    layout = schema(table.record)
    try:
        with pq.ParquetWriter(path, layout, compression="zstd") as out:
            for block in _blocks(table.records(rows)):
                out.write_table(_table(block, layout))
    except (pa.ArrowException, UnicodeEncodeError) as error:
        told = " ".join(str(error).split())
        raise SummarizerError(f"the table cannot be Parquet ({told}); try .csv") from error


def schema(record: type[Record]) -> pa.Schema:
    """Names and types of the columns of a table."""
    hints = get_type_hints(record)
    return pa.schema([(field.name, _type(hints[field.name])) for field in fields(record)])


def _type(hint: Any) -> pa.DataType:
    """The type of a column; every column may hold nothing."""
    return _TYPES[hint] if hint in _TYPES else _TYPES[hint.__args__[0]]


def _blocks(records: Iterator[Record]) -> Iterator[list[Record]]:
    while block := list(islice(records, _ROWS)):
        yield block


def _table(block: list[Record], layout: pa.Schema) -> pa.Table:
    columns = [
        pa.array([_plain(getattr(record, field.name)) for record in block], field.type)
        for field in layout
    ]
    return pa.Table.from_arrays(columns, schema=layout)


def _plain(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else value
