"""Formats: what turns the bytes of a page, a PDF or a Word file into text.

A converter is a function of bytes and a label for messages. Its text is what all offsets refer
to; ``summarizer run --show-text`` prints it. Each needs a library of its extra, imported when it
is called; a missing one is named with the line that installs it (``missing``).
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Literal

from summarizer.errors import DocumentError

Kind = Literal["html", "pdf", "docx"]
"""What is converted; also the name of its extra, and of the module here that converts it."""


@dataclass(frozen=True, slots=True)
class Converted:
    """A document as text: a paragraph or table row a line, blank lines between parts.

    ``title`` and ``published_on`` are told by the file's metadata, None where they are not.
    ``pages`` are offsets into ``text`` where each page begins; empty where there are none.
    ``unread`` are the numbers, from 1, of pages that are pictures of text.
    """

    text: str
    title: str | None = None
    published_on: datetime.date | None = None
    pages: tuple[int, ...] = ()
    unread: tuple[int, ...] = ()


Converter = Callable[[bytes, str], Converted]
"""Bytes and a label for messages; raises ``DocumentError``, never another exception."""


def convert(kind: Kind, data: bytes, label: str) -> Converted:
    """Turn bytes of a kind into text.

    Raises ``DocumentError`` if they cannot be read, or the library that reads them is missing.
    """
    try:
        converter: Converter = import_module(f"{__name__}.{kind}").convert
        return converter(data, label)
    except ImportError as error:
        if (error.name or "").startswith("summarizer"):  # a defect, not an extra
            raise
        raise missing(label, kind) from None


def missing(label: str, extra: str) -> DocumentError:
    """The error for a library that is not installed."""
    return DocumentError(
        f'{label} needs another library; pip install "structured-summarizer[{extra}]"'
    )
