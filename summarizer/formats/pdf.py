"""PDF: the text layer of its pages, put together as paragraphs and rows of tables.

pdfium reads the file; ``glyphs``, ``runs``, ``grids``, ``running``, ``columns``, ``measures``,
``breaks`` and ``paragraphs`` make lines, columns, tables and paragraphs of its signs. What form
fields, comments and pictures hold is not read.

Work is bounded by pages and by signs. What pdfium spends on a single stream is not: one that
unpacks to gigabytes keeps it busy up to its own limit of 1 GB.
"""

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from summarizer.errors import DocumentError
from summarizer.formats import Converted
from summarizer.formats.columns import read_columns
from summarizer.formats.glyphs import Sheet, read_sheet
from summarizer.formats.grids import Grid, read_grids
from summarizer.formats.measures import Part
from summarizer.formats.paragraphs import Typeset, typeset
from summarizer.formats.running import without_running
from summarizer.formats.runs import Row, read_rows, read_runs

MOST_PAGES = 3_000
"""Pages of the longest file that is read."""
MOST_SIGNS = 5_000_000
"""Signs of the longest text that is read; as many as 2,000 full pages hold."""

_pdfium = threading.Lock()  # it knows one thread at a time


def convert(data: bytes, label: str) -> Converted:
    """Read a PDF's text layer.

    Raises ``DocumentError``: a scan, also of half of the pages, a password, fonts without letters,
    a damaged file, too many pages. Raises ``ImportError`` where ``pypdfium2`` is missing.
    """
    import pypdfium2  # noqa: PLC0415 - belongs to the extra

    with _pdfium:
        try:
            document = pypdfium2.PdfDocument(data)
            try:
                title = _title(document)
                leaves = _leaves(document, label)
            finally:
                document.close()
        except pypdfium2.PdfiumError as error:
            raise _refused(error, label) from None
        except OverflowError:
            raise _too_long(label, "the signs of any report") from None
    _must_have_text(leaves, label)
    text = _typeset(leaves)
    unread = tuple(number for number, leaf in enumerate(leaves, 1) if leaf.is_picture)
    return Converted(text.text, title=title, pages=text.pages, unread=unread)


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A page between reading and typesetting, without its glyphs."""

    rows: tuple[Row, ...]
    grids: tuple[Grid, ...]
    width: float
    height: float
    letters: int
    unread: int
    is_picture: bool


_PICTURE = 0.5  # of a page, what a scan covers at least
_CAPTION = 60  # letters on a page that is nothing but a picture


def _leaves(document: Any, label: str) -> list[_Leaf]:
    if len(document) > MOST_PAGES:
        raise _too_long(label, f"{MOST_PAGES:,} pages")
    leaves = []
    signs = 0
    for page in document:
        try:
            sheet = read_sheet(page)
        finally:
            page.close()
        signs += len(sheet.glyphs)
        if signs > MOST_SIGNS:
            raise OverflowError
        leaves.append(_leaf(sheet))
    return leaves


def _leaf(sheet: Sheet) -> _Leaf:
    grids, outside = read_grids(sheet)
    letters = sum(glyph.sign[0].isalnum() for glyph in sheet.glyphs)
    return _Leaf(
        rows=tuple(read_rows(read_runs(outside))),
        grids=tuple(grids),
        width=sheet.width,
        height=sheet.height,
        letters=letters,
        unread=sheet.unread,
        is_picture=sheet.pictured >= _PICTURE and letters <= _CAPTION,
    )


def _typeset(leaves: Sequence[_Leaf]) -> Typeset:
    told = [leaf.rows for leaf in leaves]
    pages = without_running(told, [leaf.height for leaf in leaves])
    if not any(pages) and not any(leaf.grids for leaf in leaves):  # pages that are all alike
        pages = [list(rows) for rows in told]
    return typeset(
        [(leaf.width, _parts(rows, leaf.grids)) for leaf, rows in zip(leaves, pages, strict=True)]
    )


def _parts(rows: Sequence[Row], grids: Sequence[Grid]) -> list[Part]:
    """Tables and the rows between them, from top to bottom."""
    parts: list[Part] = []
    rest = list(rows)
    for grid in grids:
        above = [row for row in rest if row[0].y <= grid.box.bottom]
        rest = [row for row in rest if row[0].y > grid.box.bottom]
        parts += [*read_columns(above), grid]
    return [*parts, *read_columns(rest)]


# --- What is refused -----------------------------------------------------------------------------

_MOST_UNREAD = 0.05  # of signs: a formula or a logo has some


def _must_have_text(leaves: Sequence[_Leaf], label: str) -> None:
    letters = sum(leaf.letters for leaf in leaves)
    unread = sum(leaf.unread for leaf in leaves)
    pictures = sum(leaf.is_picture for leaf in leaves)
    if unread > _MOST_UNREAD * (letters + unread):
        raise DocumentError(
            f"{label} has fonts that do not say which letters they show; save it as PDF again "
            "from its source, or run OCR (e.g. ocrmypdf --force-ocr) and try again"
        )
    if not letters or 2 * pictures >= len(leaves):
        raise DocumentError(
            f"{label} has no text (scanned pages); run OCR first (e.g. ocrmypdf) and try again"
        )


_PASSWORD, _SECURITY = 4, 5  # FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY


def _refused(error: Any, label: str) -> DocumentError:
    if error.err_code in {_PASSWORD, _SECURITY}:
        return DocumentError(f"{label} is encrypted; remove the password and try again")
    return DocumentError(
        f"{label} is no PDF that can be read, or has no pages; open it, save it as PDF again "
        "and try again"
    )


def _too_long(label: str, what: str) -> DocumentError:
    return DocumentError(f"{label} holds more than {what}; split it and summarize its parts")


# --- Metadata ------------------------------------------------------------------------------------

_NO_TITLE = re.compile(
    r"microsoft |untitled|document\d*$|slide \d|.*\.\w{2,5}$|.*(?:[\\_]|://)|.*[\x00-\x1f\ufffd]",
    re.IGNORECASE | re.DOTALL,
)
_FEWEST_WORDS = 4


def _title(document: Any) -> str | None:
    """The title in the metadata; what programs and file names left there is none."""
    try:
        title = " ".join(document.get_metadata_value("Title").split())
    except UnicodeDecodeError:
        return None
    if len(title.split()) < _FEWEST_WORDS or _NO_TITLE.match(title):
        return None
    return title
