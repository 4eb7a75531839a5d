r"""A document: its text as read, its name, and the reading that rules work on.

The text stays exactly as decoded, line breaks included (``\r\n`` stays two signs), so that
every offset of a summary holds in the file as the user sees it. Only a byte-order mark is no
part of the text. HTML, PDF and Word are converted first (``summarizer.formats``), which is
imported for those alone; offsets count in the conversion then.
"""

import codecs
import datetime
import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from schemas.summary import Flag
from summarizer.errors import DocumentError
from summarizer.folding import Folded, fold
from summarizer.layout import Layout, read_layout
from summarizer.lexicon import Tokens, tokenize

if TYPE_CHECKING:
    from summarizer.formats import Kind

LARGEST = 20_000_000
"""Bytes of the largest document that is read; ten thousand pages, far beyond any report."""

SUFFIXES = (".txt", ".md", ".html", ".htm", ".xhtml", ".pdf", ".docx")
"""Names of files that are taken for documents among others; one that is named may have any."""


@dataclass(frozen=True)
class Document:
    """A text to summarize; ``document.text[start:end]`` resolves every offset of a summary.

    ``title`` and ``published_on`` are told by the file, for where the text does not tell them;
    ``pages`` are offsets where its pages begin, if it has any; ``unread`` the numbers, from 1, of
    those that are pictures, of which the text says nothing.
    """

    text: str
    name: str | None = None
    title: str | None = None
    published_on: datetime.date | None = None
    pages: tuple[int, ...] = ()
    unread: tuple[int, ...] = ()

    @classmethod
    def read(cls, path: Path | str) -> Self:
        """Read a file: text, HTML, PDF, Word, or a ZIP that holds one of these.

        Raises ``DocumentError`` with one line that says what to do next.
        """
        path = Path(path)
        return cls.decode(_bytes_of(path), _label(path.name))

    @classmethod
    def decode(cls, data: bytes, name: str | None = None) -> Self:
        """Make a document of the bytes of a file; they tell before its name what it is.

        Text is UTF-8, or UTF-16 that says so or is unmistakable. Raises ``DocumentError`` with one
        line that says what to do next.
        """
        label = name or "the input"
        if len(data) > LARGEST:
            raise _too_large(label)
        kind = _kind(data, label)
        if kind is None:
            return cls.of(_decoded(data, label), name)
        if kind == "zip":
            return cls._of_archive(data, name)
        return cls._converted(kind, data, name)

    @classmethod
    def of(cls, text: str, name: str | None = None) -> Self:
        """Make a document of a text, whatever it looks like, if there is something to read.

        Raises ``DocumentError`` with one line that says what to do next.
        """
        _must_speak(text, name or "the input")
        return cls(text, name)

    @classmethod
    def _converted(cls, kind: "Kind", data: bytes, name: str | None) -> Self:
        from summarizer.formats import convert  # noqa: PLC0415 - see above

        label = name or "the input"
        read = convert(kind, data, label)
        _must_speak(read.text, label)
        title = " ".join((read.title or "").split()) or None
        return cls(read.text, name, title, read.published_on, read.pages, read.unread)

    @classmethod
    def _of_archive(cls, data: bytes, name: str | None) -> Self:
        from summarizer.formats.archives import only  # noqa: PLC0415 - see above

        inner, data = only(data, name or "the input")
        return cls.decode(data, _label(f"{name}/{inner}" if name else inner))

    def page_at(self, offset: int) -> int | None:
        """Number of the page, from 1, on which an offset lies; None where there are no pages."""
        return max(bisect_right(self.pages, offset), 1) if self.pages else None

    @cached_property
    def digest(self) -> str:
        """Hash of the text in UTF-8."""
        return sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()

    @cached_property
    def folded(self) -> Folded:
        """The text with its encoding habits folded away."""
        return fold(self.text)

    @cached_property
    def tokens(self) -> Tokens:
        """Tokens of the folded text."""
        return tokenize(self.folded.key)

    @cached_property
    def layout(self) -> Layout:
        """Lines of the page, each with its kind."""
        return read_layout(self)

    @cached_property
    def issues(self) -> tuple[Flag, ...]:
        """What makes every reading of this document doubtful."""
        flags = (_language_flag(self), _end_flag(self), _pages_flag(self))
        return tuple(flag for flag in flags if flag is not None)


# --- Names of files ------------------------------------------------------------------------------

HIDDEN = (".", "~$")
"""How names begin of files and folders that are no documents; Word puts ``~$`` before its locks."""


def saved_beside(names: Iterable[str]) -> frozenset[str]:
    """Folders, with a slash, where browsers put what belongs to the pages among some names.

    They hold pictures and advertisements, some of which are pages themselves.
    """
    pages = (name for name in names if name.lower().endswith((".html", ".htm")))
    return frozenset(f"{page.rpartition('.')[0]}_files/" for page in pages)


# --- From a path to bytes ------------------------------------------------------------------------


def _bytes_of(path: Path) -> bytes:
    """Read the bytes of a file, never more than can be a report."""
    label = _label(str(path))
    try:
        if path.is_dir():
            raise DocumentError(f"{label} is a folder; name a file in it")
        if path.stat().st_size > LARGEST:
            raise _too_large(label)
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except FileNotFoundError:
        raise DocumentError(f"{label} does not exist; check the path") from None
    except PermissionError:
        raise DocumentError(f"{label} may not be read; check its permissions") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DocumentError(f"{label} cannot be read ({reason}); check the path") from None


def _label(name: str) -> str:
    """A name that fits a line; control characters and what is no UTF-8 become question marks."""
    return "".join(sign if sign.isprintable() else "?" for sign in name)


def _too_large(label: str) -> DocumentError:
    return DocumentError(
        f"{label} is larger than {LARGEST // 1_000_000} MB; split it and summarize its parts"
    )


# --- From bytes to text --------------------------------------------------------------------------

# First bytes of what may be no text, and the last letters of names that promise as much.
_MARKED = re.compile(
    rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\x00\s]{0,1024}"
    rb"(?:<|%PDF|PK|\{\\rtf|\xd0\xcf\x11\xe0|\x89PNG|\xff\xd8\xff|GIF8|II\*\x00|MM\x00\*|\x1f\x8b|7z|Rar!"
    rb"|(?i:from|mime-version|content-type):)"
)
_NAMED = (*SUFFIXES[2:], ".zip")
_SAMPLE = 65_536  # bytes or characters that tell what a file is


def _kind(data: bytes, label: str) -> "Kind | Literal['zip'] | None":
    """What reads the bytes; None if they are text as they stand."""
    if _MARKED.match(data) is None and not label.lower().endswith(_NAMED):
        return None
    from summarizer.formats.kinds import kind_of  # noqa: PLC0415 - texts are read without it

    return kind_of(data, label)


def _decoded(data: bytes, label: str) -> str:
    codec = _codec(data)
    try:
        return data.decode(codec).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        if _is_cut_off(error, data):
            return data[: error.start].decode(codec).removeprefix("\ufeff")
        raise DocumentError(_wrong_encoding(data, label, codec)) from None


def _codec(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = data[: min(_SAMPLE, len(data) // 2 * 2)]
    if sample.count(0) * 5 > len(sample):
        # Without a mark: the high bytes of Vietnamese letters are 00, 01, 03, 1E and 20.
        low, high = sample[0::2], sample[1::2]
        if _are_high_bytes(high) and not _are_high_bytes(low):
            return "utf-16-le"
        if _are_high_bytes(low) and not _are_high_bytes(high):
            return "utf-16-be"
    return "utf-8"


def _are_high_bytes(half: bytes) -> bool:
    rest = half.translate(None, b"\x00\x01\x03\x1e\x20")
    return len(rest) * 50 <= len(half)


def _is_cut_off(error: UnicodeDecodeError, data: bytes) -> bool:
    """Judge whether only the last letter lost some of its bytes."""
    longest_rest = 3
    return (
        error.start > 0
        and len(data) - error.start <= longest_rest
        and ("unexpected end" in error.reason or "truncated" in error.reason)
    )


def _wrong_encoding(data: bytes, label: str, codec: str) -> str:
    from summarizer.formats.encodings import garbled_bytes  # noqa: PLC0415 - UTF-8 needs none

    sample = data[:_SAMPLE]
    if codec != "utf-8":
        return f"{label} is damaged UTF-16; save it as UTF-8 and try again"
    controls = len(sample) - len(sample.translate(None, bytes([*range(9), *range(14, 32)])))
    if controls * 100 > len(sample):
        return f"{label} is a binary file; save its text as UTF-8 and try again"
    fault = garbled_bytes(sample) or "is not UTF-8; convert it to Unicode (UTF-8) and try again"
    return f"{label} {fault}"


_BLANK = "\x00\t\n\r\x0b\x0c "
_LETTER = re.compile(r"[^\W\d_]")
# Signs that no Vietnamese text is full of; old fonts and wrong tables show letters as these.
_ODD = re.compile("[\x80-\x9f¡-ª¬-¿ÄÅÆÇËÎÏÐÑÖ×ØÛÜÞßäåæçëîïñö÷øûüþ\u00ad\u2551\u2557\u222b\ufffd?]")
_SPARSE = 20  # words for one of them; old encodings have one or two in every word


def _must_speak(text: str, label: str) -> None:
    """Refuse a text that nothing can be said about."""
    if len(text) > LARGEST:
        raise _too_large(label)
    if not text.strip(_BLANK):
        raise DocumentError(f"{label} is empty; nothing to summarize")
    if not text.strip():
        raise DocumentError(f"{label} holds only blanks; nothing to summarize")
    if "\x00" in text:
        raise DocumentError(f"{label} is a binary file; save its text as UTF-8 and try again")
    if _LETTER.search(text) is None:
        raise DocumentError(f"{label} holds no letters; check that it is the report's text")
    sample = text[:_SAMPLE]
    if len(_ODD.findall(sample)) * _SPARSE > sample.count(" "):
        from summarizer.formats.encodings import garbled  # noqa: PLC0415 - hardly ever needed

        if fault := garbled(sample):
            raise DocumentError(f"{label} {fault}")


# --- What can be said only with doubt ------------------------------------------------------------

_FEWEST_WORDS = 8  # a shorter text is not judged at all
_HEAD = 2_000  # characters that show it
_VIETNAMESE = re.compile(r"[ăđơưạ-ỹ]")
_SYLLABLE = re.compile(
    r"(?:ngh?|nh|kh|gh|gi|ch|th|tr|ph|qu|[bcdđghklmnprstvx])?[aeiouy]{1,3}(?:ch|ng|nh|[cmnpt])?"
)
_LEAST_LETTERS = 0.09  # of characters; reports have 0.11 to 0.17
_LEAST_MARKED = 0.6  # of words; reports have 0.77 to 0.93
_LEAST_SYLLABLES = 0.7  # of words


def _language_flag(document: Document) -> Flag | None:
    head = document.folded.key[:_HEAD]
    if len(_VIETNAMESE.findall(head)) >= _LEAST_LETTERS * len(head):
        return None
    words = Counter(word for word in document.tokens.words[:_HEAD] if word[0].isalpha())
    count = words.total()
    if count < _FEWEST_WORDS:
        return None
    marked = sum(n for word, n in words.items() if not word.isascii())
    syllables = sum(n for word, n in words.items() if _SYLLABLE.fullmatch(_bare(word)))
    if syllables < _LEAST_SYLLABLES * count:
        return Flag(
            code="not_vietnamese",
            message=f"Only {syllables} of {count} words look Vietnamese; expect little.",
        )
    if marked < _LEAST_MARKED * count:
        return Flag(
            code="diacritics_missing",
            message=f"Only {marked} of {count} words carry diacritics; much will be missed.",
        )
    return None


def _bare(word: str) -> str:
    plain = unicodedata.normalize("NFD", word.replace("đ", "d"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


_NAMED_PAGES = 20
_COMPLETE = tuple(".;:!?…/)]\"'”’»")
_LEAST_LINE = 12  # tokens of a last line that is running text, not a name or a heading


def _end_flag(document: Document) -> Flag | None:
    """Judge whether the text stops in the middle of a sentence."""
    lines = document.layout.lines
    if not lines or lines[-1].kind not in {"body", "item"}:
        return None
    line = lines[-1]
    long = line.last - line.first >= _LEAST_LINE
    if not long and not any(other.kind == "body" for other in lines[:-1]):
        return None
    text = document.folded.text
    if text.endswith(_COMPLETE, line.start, line.end):
        return None
    rest = text[max(line.start, line.end - 30) : line.end]
    return Flag(code="truncated", message=f"The text stops without an end: “… {rest}”.")


def _pages_flag(document: Document) -> Flag | None:
    """Tell of pages that hold what nobody has read: signed and sealed ones, scanned annexes."""
    if not document.unread:
        return None
    numbers = ", ".join(map(str, document.unread[:_NAMED_PAGES]))
    more = " …" if len(document.unread) > _NAMED_PAGES else ""
    message = f"Pages that are pictures were not read: {numbers}{more}; run OCR (e.g. ocrmypdf)."
    return Flag(code="pages_unread", message=message)
