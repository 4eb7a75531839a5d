"""``summarizer export``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from summarizer.cli.options import Debug
from summarizer.cli.telling import tell, told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from schemas.rows import Row


def export(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="IN…",
            help="Rows of summarizer batch, or a summary of summarizer run; - for standard input.",
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="OUT",
            help="Its suffix says what it is: .xlsx, .csv, .parquet, .ics, .md or .html.",
        ),
    ],
    table: Annotated[
        Literal["figures", "directives"] | None,
        typer.Option(help="What .csv and .parquet hold; left out: figures."),
    ] = None,
    sources: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="PATH",
            exists=True,
            help="Texts that .html shows beside the items: a file or a folder; may be repeated.",
        ),
    ] = None,
    debug: Debug = False,
) -> None:
    """Turn summaries into a workbook, a table, a calendar, a brief or a page."""
    _must_fit(output, "--table", table, ".csv", ".parquet")
    _must_fit(output, "--sources", sources, ".html")
    with told(debug=debug):
        from summarizer.exports import Options, exporter
        from summarizer.exports import export as write
        from summarizer.exports.rows import read_rows

        exporter(output.suffix)  # refuses before anything is read
        counted = _Counted(read_rows(inputs))
        write(counted, output, Options(table=table or "figures", sources=tuple(sources or ())))
        if counted.failed:
            tell(f"{counted.failed} of {counted.seen} documents have no summary")


def _must_fit(output: Path, name: str, value: object, *suffixes: str) -> None:
    """Refuse an option that the output would not obey."""
    if value and output.suffix.lower() not in suffixes:
        raise typer.BadParameter(f"{name} is for {' and '.join(suffixes)} only")


class _Counted:
    """Rows that count themselves as they pass."""

    def __init__(self, rows: "Iterable[Row]") -> None:
        self._rows = rows
        self.seen = 0
        self.failed = 0

    def __iter__(self) -> "Iterator[Row]":
        for row in self._rows:
            self.seen += 1
            self.failed += row.summary is None
            yield row
