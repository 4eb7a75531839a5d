"""Exports: what turns rows of a batch into the files that offices open.

An exporter is a function of rows, a path and options; the suffix of the path names it. Rows come
one by one and are read once, so that a large batch does not have to fit into memory. What needs a
library imports it at the top of its module, which is loaded here, when it is asked for.
"""

import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from schemas.rows import Row
from summarizer.errors import SummarizerError
from summarizer.replacing import replacing

Table = Literal["figures", "directives"]


@dataclass(frozen=True, slots=True)
class Options:
    """What a reader may choose.

    ``table`` is what ``.csv`` and ``.parquet`` hold; ``sources`` are files and folders with the
    texts that ``.html`` shows beside the items.
    """

    table: Table = "figures"
    sources: tuple[Path, ...] = ()


Exporter = Callable[[Iterable[Row], Path, Options], None]
"""Writes a new file; raises ``SummarizerError`` or ``OSError``, never another exception."""

_EXPORTERS: Mapping[str, str] = {
    ".xlsx": "summarizer.exports.workbook:write",
    ".csv": "summarizer.exports.commas:write",
    ".parquet": "summarizer.exports.parquet:write",
    ".ics": "summarizer.exports.calendar:write",
    ".md": "summarizer.exports.brief:write",
    ".html": "summarizer.exports.page:write",
}
SUFFIXES = tuple(_EXPORTERS)
"""What the name of an export may end in."""

_DEFAULTS = Options()


def export(rows: Iterable[Row], path: Path, options: Options = _DEFAULTS) -> None:
    """Write rows to ``path`` in the form that its suffix names.

    The file appears whole or not at all; an older one stays until then. Raises
    ``SummarizerError`` for an unknown suffix, a missing library or what a form cannot hold,
    ``DocumentError`` of the rows, and ``OSError`` with the name of the file.
    """
    write = exporter(path.suffix)
    if path.exists() and not path.is_file():
        raise SummarizerError(f"{path} is no file; name one that may be written")
    with replacing(path) as draft:
        write(rows, draft, options)


def exporter(suffix: str) -> Exporter:
    """The exporter for files that end in ``suffix``, such as ``.xlsx``.

    Raises ``SummarizerError`` if there is none, or if its library is not installed.
    """
    try:
        return cast("Exporter", pkgutil.resolve_name(_EXPORTERS[suffix.lower()]))
    except KeyError:
        known = ", ".join(SUFFIXES)
        raise SummarizerError(
            f"no export ends in {suffix or 'nothing'!r}; name a file that ends in one of {known}"
        ) from None
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("summarizer"):
            raise
        extra = suffix.lower().removeprefix(".")
        raise SummarizerError(
            f'{suffix} needs another library; pip install "structured-summarizer[{extra}]"'
        ) from None
