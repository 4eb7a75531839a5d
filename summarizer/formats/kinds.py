"""Kinds: what a file is, told by its first bytes before its name.

Names lie: portals hand out HTML as ``.doc``, and mail programs save anything as ``.txt``.
"""

import re
from typing import Literal

from summarizer.errors import DocumentError
from summarizer.formats import Kind
from summarizer.formats.archives import contained

_HEAD = 1_024  # bytes that tell what a file is
_BEFORE = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"  # what may stand before the first of them

# First bytes of files that hold no text to read, what they are, and what to do with them.
_REFUSED = (
    (b"{\\rtf", "an RTF file", "save it as .docx"),
    (b"\x89PNG", "a picture", "run text recognition (OCR) on it"),
    (b"\xff\xd8\xff", "a picture", "run text recognition (OCR) on it"),
    (b"GIF8", "a picture", "run text recognition (OCR) on it"),
    (b"II*\x00", "a picture", "run text recognition (OCR) on it"),
    (b"MM\x00*", "a picture", "run text recognition (OCR) on it"),
    (b"\x1f\x8b", "a compressed file", "unpack it"),
    (b"7z\xbc\xaf", "a compressed file", "unpack it, or pack it as ZIP"),
    (b"Rar!\x1a", "a compressed file", "unpack it, or pack it as ZIP"),
)
# Streams of an old Office file, by names in its directory.
_OLD_OFFICE = (
    ("EncryptedPackage", "an encrypted Word or Excel file", "remove its password"),
    ("WordDocument", "an old Word file", "save it as .docx"),
    ("Workbook", "an old Excel file", "save the report as .docx or PDF"),
)
_OLD = b"\xd0\xcf\x11\xe0"
_HTML = re.compile(rb"<(?:!doctype\s+html|html[\s>])", re.IGNORECASE)
_WEB_ARCHIVE = re.compile(rb"(?:mime-version|from|content-type):", re.IGNORECASE)
_SUFFIXES: tuple[tuple[tuple[str, ...], Kind], ...] = (
    ((".html", ".htm", ".xhtml"), "html"),
    ((".pdf",), "pdf"),
    ((".docx",), "docx"),
)


def kind_of(data: bytes, label: str) -> Kind | Literal["zip"] | None:
    """What reads the bytes; None if they are text as they stand.

    Raises ``DocumentError`` for what is known not to be read, with what to do about it.
    """
    head = data[:_HEAD].lstrip(_BEFORE)
    if head.startswith(b"%PDF"):
        return "pdf"
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return contained(data, label)
    _refuse(data, head, label)
    if head.startswith(b"<") and _HTML.search(head.replace(b"\x00", b"")):
        return "html"
    kind = next((kind for ends, kind in _SUFFIXES if label.lower().endswith(ends)), None)
    if kind is None and head.startswith(b"<?xml"):
        raise _refused(label, "an XML file", "save the report as HTML, .docx or text")
    return kind


def _refuse(data: bytes, head: bytes, label: str) -> None:
    for magic, what, remedy in _REFUSED:
        if data.startswith(magic):
            raise _refused(label, what, remedy)
    if data.startswith(_OLD):
        for stream, what, remedy in _OLD_OFFICE:
            if stream.encode("utf-16-le") in data:
                raise _refused(label, what, remedy)
        raise _refused(label, "an old Word or Excel file", "save it as .docx")
    if _WEB_ARCHIVE.match(head) and b"multipart/related" in head.lower():
        raise _refused(label, "a web archive (MHTML)", "save the page as HTML")


def _refused(label: str, what: str, remedy: str) -> DocumentError:
    return DocumentError(f"{label} is {what}; {remedy} and try again")
