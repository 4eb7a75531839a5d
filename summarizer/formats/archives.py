"""Archives: the files in a ZIP, one at a time, within bounds that no archive can talk away.

Nothing is written to disk: names of members are names and never paths. The directory is listed
by ``zipfile``; a member is then read from its own place, so that reading one of thousands does
not list them all again.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO, Literal

from summarizer.documents import HIDDEN, LARGEST, SUFFIXES, saved_beside
from summarizer.errors import DocumentError

MOST_MEMBERS = 10_000
"""Files of the largest archive that is read."""

MOST_BYTES = 2_000_000_000
"""Bytes of all files of an archive together, unpacked."""

_LONGEST_DIRECTORY = 4_000_000  # bytes; what lists the members is held in memory
_STEEPEST = 200  # times that a file may be packed; reports reach 5, the XML in Word files 30
_SMALL = 1_000_000  # bytes; a file that cannot do harm may be packed as tightly as it likes
_ENCRYPTED = 1  # a flag of a member
_UTF8 = 0x800
_LOCAL = struct.Struct("<4s22xHH")  # what stands before a member: mark, lengths of name and extra
_NAMED = 5  # members that a message names
_DRIVE = re.compile("[A-Za-z]:$")
_UNPACK = "unpack it and try again"


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive: its name with folders, and where it lies.

    ``offset`` is that of its header, ``packed`` and ``size`` are bytes before and after unpacking;
    ``fault`` says why it cannot be read. Plain, so that it crosses processes.
    """

    name: str
    offset: int
    packed: int
    size: int
    checksum: int
    is_packed: bool
    fault: str = ""

    @property
    def is_document(self) -> bool:
        """Whether its suffix is one that is read."""
        return self.name.lower().endswith(SUFFIXES)


def members(archive: BinaryIO, label: str) -> list[Member]:
    """Files of an archive in its order, without hidden ones and those that belong to a page.

    Raises ``DocumentError`` if it is damaged or larger than any batch of reports.
    """
    infos = _listed(archive, label)
    if len(infos) > MOST_MEMBERS:
        raise DocumentError(f"{label} holds more than {MOST_MEMBERS:,} files; pack fewer together")
    found = [_member(info) for info in infos if not info.filename.endswith("/")]
    if sum(member.size for member in found) > MOST_BYTES:
        raise DocumentError(
            f"{label} holds more than {MOST_BYTES // 1_000_000:,} MB; pack fewer files together"
        )
    beside = saved_beside(member.name for member in found)
    return [member for member in found if not _is_hidden(member.name, beside)]


def unpack(archive: BinaryIO, member: Member, label: str) -> bytes:
    """Bytes of a member; never more than its directory told.

    Raises ``DocumentError`` if it is damaged, encrypted, too large, or an archive itself.
    """
    if member.fault:
        raise DocumentError(f"{label} {member.fault}")
    with _translated(label):
        archive.seek(member.offset)
        mark, *lengths = _LOCAL.unpack(archive.read(_LOCAL.size))
        archive.seek(sum(lengths), io.SEEK_CUR)
        data = archive.read(member.packed)
        if member.is_packed:
            data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, member.size + 1)
        if mark != b"PK\x03\x04" or len(data) != member.size or zlib.crc32(data) != member.checksum:
            raise zipfile.BadZipFile("its check sum is wrong")
    if data.startswith(b"PK\x03\x04") and contained(data, label) == "zip":
        raise DocumentError(f"{label} {_NESTED}")
    return data


def only(data: bytes, label: str) -> tuple[str, bytes]:
    """Name and bytes of the one document in an archive.

    Raises ``DocumentError`` that names what is there if that is not exactly one.
    """
    archive = io.BytesIO(data)
    found = members(archive, label)
    documents = [member for member in found if member.is_document]
    if not documents:
        raise DocumentError(f"{label} holds no document{_names(found)}; check what is in it")
    if len(documents) > 1:
        raise DocumentError(
            f"{label} holds {len(documents)} documents{_names(documents)}; "
            "give it to `summarizer batch`, or unpack the one you mean"
        )
    name = documents[0].name
    return name, unpack(archive, documents[0], f"{label}/{name}")


def contained(data: bytes, label: str) -> Literal["docx", "zip"]:
    """Tell a Word file from a mere archive, by the names in it.

    Raises ``DocumentError`` for other files of that make, such as Excel's.
    """
    tops = {info.filename.partition("/")[0] for info in _listed(io.BytesIO(data), label)}
    if "[Content_Types].xml" in tops or "mimetype" in tops:
        if "word" in tops:
            return "docx"
        raise DocumentError(
            f"{label} is an Excel, PowerPoint or OpenDocument file; "
            "save the report as .docx or PDF and try again"
        )
    return "zip"


# --- The directory -------------------------------------------------------------------------------


class _Directory:
    """A file that refuses to be read at once, as zipfile would a directory of any length."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek = file.seek
        self.tell = file.tell

    def read(self, size: int = -1, /) -> bytes:
        if size > _LONGEST_DIRECTORY:
            raise zipfile.BadZipFile(f"its directory is longer than {_LONGEST_DIRECTORY:,} bytes")
        return self._file.read(size)


def _listed(archive: BinaryIO, label: str) -> list[zipfile.ZipInfo]:
    with _translated(label), zipfile.ZipFile(_Directory(archive)) as listing:
        return listing.infolist()


def _member(info: zipfile.ZipInfo) -> Member:
    return Member(
        name=_name(info),
        offset=info.header_offset,
        packed=info.compress_size,
        size=info.file_size,
        checksum=info.CRC,
        is_packed=info.compress_type == zipfile.ZIP_DEFLATED,
        fault=_fault(info),
    )


_NESTED = f"is an archive in an archive; {_UNPACK}"


def _fault(info: zipfile.ZipInfo) -> str:
    if info.flag_bits & _ENCRYPTED:
        return "is encrypted; pack it without a password and try again"
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        return f"is packed by a method that is not read; {_UNPACK}"
    if info.filename.lower().endswith(".zip"):
        return _NESTED
    largest = max(info.file_size, info.compress_size)
    if largest > LARGEST:
        return f"is larger than {LARGEST // 1_000_000} MB; split it and summarize its parts"
    if info.file_size > max(_SMALL, _STEEPEST * info.compress_size):
        return f"is packed more than {_STEEPEST} times, as no report is; check where it is from"
    return ""


# --- Names ---------------------------------------------------------------------------------------


def _name(info: zipfile.ZipInfo) -> str:
    """Folders and name, fit for a line; nothing in it leads out of the archive."""
    name = info.orig_filename.partition("\x00")[0]
    if not info.flag_bits & _UTF8:  # many programs write UTF-8 without saying so
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    parts = name.replace("\\", "/").split("/")
    kept = [p for p in parts if p not in {"", ".", ".."} and not _DRIVE.match(p)]
    return "".join([sign if sign.isprintable() else "?" for sign in "/".join(kept)]) or "?"


def _is_hidden(name: str, beside: frozenset[str]) -> bool:
    path = PurePosixPath(name)
    return (
        "__MACOSX" in path.parts
        or any(part.startswith(HIDDEN) for part in path.parts)
        or any(f"{folder}/" in beside for folder in path.parents)
    )


def _names(found: list[Member]) -> str:
    named = ", ".join(member.name for member in found[:_NAMED])
    return f" ({named}{', …' if len(found) > _NAMED else ''})" if found else ""


# --- Errors --------------------------------------------------------------------------------------

_FOREIGN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,  # a version of the format that is not written yet
    OSError,
    OverflowError,
    ValueError,
)


@contextmanager
def _translated(label: str) -> Iterator[None]:
    try:
        yield
    except _FOREIGN as error:
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())
        raise DocumentError(
            f"{label} is a damaged Word or ZIP file ({reason}); get it again"
        ) from None
