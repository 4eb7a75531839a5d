"""What a batch is made of: files, folders, patterns and records, one document at a time.

Everything is read when its turn comes; of what has passed only some bytes of a hash are kept, to
tell names and files apart. Order and names depend on nothing but the inputs: reading them again
gives the same ones, and what is appended changes no name before it.
"""

import json
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from glob import has_magic
from hashlib import blake2b
from io import BytesIO
from itertools import count, takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from summarizer import documents
from summarizer.documents import HIDDEN, LARGEST, Document, saved_beside
from summarizer.errors import DocumentError

if TYPE_CHECKING:
    from summarizer.formats.archives import Member

SUFFIXES = (*documents.SUFFIXES, ".zip")
"""Files taken from a folder; a file that is named, or fits a pattern, may have any suffix."""


@dataclass(frozen=True)
class Entry:
    """One document of a batch, not read yet. Plain, so that it crosses processes.

    ``name`` is unique in its batch and free of control characters. ``origin`` is the path of a
    file, or file and line of a record, whose ``text`` is held then; ``member`` is the file in an
    archive, where ``origin`` is one. ``fault`` says why there is no document.
    """

    name: str
    origin: str
    text: str | None = field(default=None, repr=False)
    fault: str = ""
    member: "Member | None" = None

    def load(self) -> Document:
        """Read the document, under its name.

        Raises ``DocumentError`` with one line that says where and what to do next.
        """
        if self.fault:
            raise DocumentError(self.fault)
        if self.text is not None:
            read = _told(self.text, self.origin)
        elif self.member is not None:
            read = _unpacked(Path(self.origin), self.member)
        else:
            read = _read(Path(self.origin))
        return replace(read, name=self.name)


def entries(
    inputs: Iterable[str | Path],
    *,
    text_field: str = "text",
    id_field: str | None = None,
    output: Path | None = None,
) -> Iterator[Entry]:
    """Documents of files, folders and patterns such as ``reports/**/*.txt``, in their order.

    A ``.jsonl``, ``.ndjson`` or ``.parquet`` file holds a document per record: the text in
    ``text_field``, the name in ``id_field``, else in ``id`` or ``name``, else it is named after
    its line. A ``.zip`` file holds what a folder would, and JSONL. A document reached twice is
    taken once; a broken one is an entry that cannot be loaded. A pattern that fits ``output`` does
    not mean it. Raises ``DocumentError`` at once, before any document is read, if an input is not
    there or holds none.
    """
    fields = _Fields(text_field, id_field)
    return _told_apart([_source(each, fields) for each in inputs], output)


def _read(path: Path) -> Document:
    _must_end(path)
    try:
        return Document.read(path)
    except DocumentError as error:  # names the file as it is, and names may hold anything
        raise DocumentError(_shown(error)) from None


def _must_end(path: Path) -> None:
    """Refuse what could be waited for without an end, such as a pipe."""
    mode = _mode(path)
    if mode and not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise DocumentError(f"{_shown(path)} is a pipe or device; save what it gives in a file")


def _mode(path: Path) -> int:
    """What kind of file it is, 0 if that cannot be told."""
    try:
        return path.stat().st_mode
    except (OSError, ValueError):
        return 0


def _told(text: str, origin: str) -> Document:
    if _HALF.search(text):
        raise DocumentError(f"{origin} holds half a character; write its text anew")
    return Document.of(text.removeprefix("\ufeff"), origin)


_HALF = re.compile("[\ud800-\udfff]")


# --- Telling documents apart ---------------------------------------------------------------------

_Source = Callable[["_Seen"], Iterator[Entry]]


class _Seen:
    """What has been seen; a hash, half as long as most of what is added, tells it apart."""

    def __init__(self) -> None:
        self._marks: set[bytes] = set()

    def add(self, told: str) -> bool:
        """Whether it is seen for the first time."""
        mark = blake2b(os.fsencode(told), digest_size=15).digest()
        before = len(self._marks)
        self._marks.add(mark)
        return len(self._marks) > before

    def add_place(self, path: Path) -> bool:
        """The same of a file or folder, whatever links lead there."""
        return self.add(os.path.realpath(path))


def _told_apart(sources: Iterable[_Source], output: Path | None) -> Iterator[Entry]:
    files, names = _Seen(), _Seen()
    if output is not None:
        files.add_place(output)
    for source in sources:
        for entry in source(files):
            name = next(name for name in _names(entry) if names.add(name))
            yield entry if name == entry.name else replace(entry, name=name)


def _names(entry: Entry) -> Iterator[str]:
    """The name of an entry, then longer ones: more and more of its path, at last a number."""
    yield entry.name
    path = Path(entry.origin, entry.member.name if entry.member else "")
    parts = Path(os.path.realpath(path.parent), path.name).parts
    for start in range(len(parts) - 1, 0, -1):
        longer = _shown("/".join(parts[start:]))
        if not entry.name.endswith(longer):
            yield longer
    yield from (f"{entry.name} ({number})" for number in count(2))


# What would break a line or change how it is shown; halves of characters stand for bytes of a file
# name that are no UTF-8, and cannot be written.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def _shown(told: object) -> str:
    return _UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), str(told))


# --- From an input to its documents --------------------------------------------------------------


@dataclass(frozen=True)
class _Fields:
    """Where records hold what."""

    text: str
    name: str | None

    @property
    def names(self) -> tuple[str, ...]:
        return ("id", "name") if self.name is None else (self.name,)


def _source(given: str | Path, fields: _Fields) -> _Source:
    if not str(given):  # as a path it would be the current folder
        raise DocumentError("an input is an empty string; name a file, a folder or a pattern")
    path = Path(given)
    if stat.S_ISDIR(_mode(path)):
        return _folder(path, fields)
    if os.path.lexists(path):
        _must_hold(path, fields)
        return lambda seen: _file(path, path.name, fields, seen)
    if has_magic(str(given)):
        return _pattern(path, fields)
    raise DocumentError(f"{_shown(given)} does not exist; check the path")


def _file(path: Path, name: str, fields: _Fields, seen: _Seen) -> Iterator[Entry]:
    if not seen.add_place(path):
        return
    records = _reader(path)
    if _is_archive(path):
        yield from _members(path, _shown(name), fields)
    elif records is None:
        yield Entry(_shown(name), str(path))
    else:
        yield from _records(records, path, _shown(name), fields)


def _folder(folder: Path, fields: _Fields) -> _Source:
    def found() -> Iterator[str]:
        for below in _walk(folder, lambda _: True):
            if below.lower().endswith(("/", *SUFFIXES)):
                yield below

    first = next(found(), None)
    if first is None:
        raise DocumentError(
            f"{_shown(folder)} holds no file that ends in {_SUFFIXES}; "
            f"name others by a pattern such as '{_shown(folder / '*.jsonl')}'"
        )
    if first == "/":
        raise DocumentError(_closed(folder))

    def read(seen: _Seen) -> Iterator[Entry]:
        for below in found():
            path = folder / below.strip("/")
            if not below.endswith("/"):
                yield from _file(path, below, fields, seen)
            elif seen.add_place(path):
                yield Entry(_shown(below), str(path), fault=_closed(path))

    return read


def _pattern(pattern: Path, fields: _Fields) -> _Source:
    """Files that fit, named from where the pattern begins, as if that were a folder given."""
    fixed = [*takewhile(lambda part: not has_magic(part), pattern.parts)]
    folder, wanted = Path(*fixed), pattern.parts[len(fixed) :]

    def found() -> Iterator[str]:
        for below in _walk(folder, lambda parts: _leads(parts, wanted)):
            if not below.endswith("/") and _fits(below.split("/"), wanted):
                yield below

    first = next(found(), None)
    if first is None:
        raise DocumentError(
            f"{_shown(pattern)} matches no file; check the pattern (** stands for any folders)"
        )
    _must_hold(folder / first, fields)

    def read(seen: _Seen) -> Iterator[Entry]:
        for below in found():
            yield from _file(folder / below, below, fields, seen)

    return read


_SUFFIXES = f"{', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}"


def _closed(folder: Path) -> str:
    return f"{_shown(folder)} cannot be listed; check its permissions"


# --- Files below a folder ------------------------------------------------------------------------

_DIGITS = re.compile("[0-9]+")


def _walk(root: Path, leads: Callable[[list[str]], bool]) -> Iterator[str]:
    """Paths below ``root`` of all files in the folders that ``leads`` lets in.

    Links are followed, but each folder is entered once and none that holds the root. A folder that
    cannot be listed comes itself, with a slash at its end; the root is a mere slash then.
    """
    entered = {_identity(holder) for holder in Path(os.path.realpath(root)).parents}
    left = [""]
    while left:
        below = left.pop()
        if below and not below.endswith("/"):
            yield below
        elif leads(below.split("/")[:-1]):
            folder = _identity(root / below)
            if folder and folder in entered:
                continue
            entered.add(folder)
            try:
                left.extend(below + name for name in _listed(root / below))
            except OSError:
                yield below or "/"


def _identity(folder: Path) -> tuple[int, int] | None:
    """The same by whatever path; asking for the path without links takes long far down."""
    try:
        told = folder.stat()
    except OSError:  # listing it will say so
        return None
    return told.st_dev, told.st_ino


def _listed(folder: Path) -> list[str]:
    """Names in a folder, the last first; those of folders end in a slash."""
    with os.scandir(folder) as found:
        names = [e.name + "/" * _is_folder(e) for e in found if not e.name.startswith(HIDDEN)]
    beside = saved_beside(names)
    names = [name for name in names if name not in beside]
    names.sort(reverse=True)
    names.sort(reverse=True, key=lambda name: _DIGITS.sub(lambda n: n[0].zfill(20), name))
    return names


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def _fits(parts: list[str], wanted: tuple[str, ...]) -> bool:
    if not wanted:
        return not parts
    if wanted[0] == "**":
        return any(_fits(parts[start:], wanted[1:]) for start in range(len(parts) + 1))
    return bool(parts) and fnmatchcase(parts[0], wanted[0]) and _fits(parts[1:], wanted[1:])


def _leads(parts: list[str], wanted: tuple[str, ...]) -> bool:
    """Whether a folder may hold what fits."""
    for part, pattern in zip(parts, wanted, strict=False):
        if pattern == "**":
            return True
        if not fnmatchcase(part, pattern):
            return False
    return len(parts) < len(wanted)


# --- Records in a file ---------------------------------------------------------------------------

_Record = tuple[int, Mapping[str, object] | str]  # its line, and its fields or what is wrong
_Reader = Callable[[Path, _Fields], Iterator[_Record]]

_OF_LINES = (".jsonl", ".ndjson")
_ROWS = 64  # of a table, in memory at once
_BUFFER = 1 << 20  # bytes of a column, in memory at once; without it a whole row group would be
_NAMED = 8  # fields that a message names


def _reader(path: Path) -> _Reader | None:
    readers: Mapping[str, _Reader] = {**dict.fromkeys(_OF_LINES, _lines), ".parquet": _rows}
    return readers.get(path.suffix.lower())


def _must_hold(path: Path, fields: _Fields) -> None:
    """Find out before a run what would spoil all of an archive or a file of records."""
    if records := _reader(path):
        next(_whole(records, path, fields), None)
    elif _is_archive(path) and not _listed_members(path):
        raise DocumentError(f"{_shown(path)} holds no file that ends in {_SUFFIXES}")


def _records(records: _Reader, path: Path, name: str, fields: _Fields) -> Iterator[Entry]:
    line = 0
    try:
        for line, record in _whole(records, path, fields):
            yield _entry(record, f"{_shown(path)}:{line}", f"{name}:{line}", fields)
    except DocumentError as error:
        yield Entry(name, str(path), fault=f"{error}; nothing was taken after line {line}")


def _whole(records: _Reader, path: Path, fields: _Fields) -> Iterator[_Record]:
    _must_end(path)
    try:
        yield from records(path, fields)
    except OSError as error:
        raise _unreadable(path, error) from None


def _entry(
    record: Mapping[str, object] | str, origin: str, numbered: str, fields: _Fields
) -> Entry:
    if isinstance(record, str):
        return Entry(numbered, origin, fault=f"{origin} {record}")
    name = next(filter(None, (_name(record.get(key)) for key in fields.names)), "")
    if not name and fields.name is not None:
        return Entry(numbered, origin, fault=f"{origin} {_lacks('name', fields.name, record)}")
    text = record.get(fields.text)
    if not isinstance(text, str):
        fault = f"{origin} {_lacks('text', fields.text, record)}"
        return Entry(name or numbered, origin, fault=fault)
    return Entry(name or numbered, origin, text)


def _name(value: object) -> str:
    """What a field says; nothing if that can name no document."""
    told = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return _shown(told) if told.strip() else ""


def _lacks(what: str, key: str, record: Iterable[str]) -> str:
    named = _shown(", ".join([*record][:_NAMED])) or "none"
    option = {"text": "--text-field", "name": "--id-field"}[what]
    return f"has no {what} in field {_shown(key)} (fields: {named}); correct it, or see {option}"


def _lines(path: Path, _: _Fields) -> Iterator[_Record]:
    with path.open("rb") as file:
        yield from _lines_in(file)


def _lines_in(file: BinaryIO) -> Iterator[_Record]:
    """Lines of JSON; blank ones are counted, and are no records."""
    for number, line in enumerate(iter(lambda: file.readline(LARGEST + 1), b""), 1):
        if len(line) > LARGEST and not line.endswith(b"\n"):
            _skip_line(file)
            yield number, f"is longer than {LARGEST // 1_000_000} MB; split the document"
        elif line.strip():
            yield number, _parsed(line)


def _skip_line(file: BinaryIO) -> None:
    while (rest := file.readline(_BUFFER)) and not rest.endswith(b"\n"):
        pass


def _parsed(line: bytes) -> Mapping[str, object] | str:
    try:
        record = json.loads(line.decode().removeprefix("\ufeff"))
    except UnicodeDecodeError:
        return "is not UTF-8; convert the file to UTF-8"
    except json.JSONDecodeError as error:
        return f"is no JSON ({error.msg}, column {error.colno}); correct the line"
    except (ValueError, RecursionError) as error:  # numbers or brackets without an end
        return f"cannot be read as JSON ({error}); correct the line"
    return record if isinstance(record, dict) else "is no JSON object; write {…} on the line"


def _rows(path: Path, fields: _Fields) -> Iterator[_Record]:
    """Rows of a Parquet file."""
    try:
        import pyarrow  # noqa: PLC0415 - an extra
        from pyarrow.parquet import ParquetFile  # noqa: PLC0415
    except ImportError:
        raise DocumentError(
            f"{_shown(path)} needs pyarrow; install it: pip install "
            '"structured-summarizer[parquet]"'
        ) from None
    try:
        with (
            path.open("rb") as file,
            ParquetFile(file, pre_buffer=False, buffer_size=_BUFFER) as table,
        ):
            columns = _columns(path, table.schema_arrow.names, fields)
            batches = table.iter_batches(batch_size=_ROWS, columns=columns)
            rows = (row for batch in batches for row in zip(*batch.columns, strict=True))
            for number, row in enumerate(rows, 1):
                yield number, dict(zip(columns, map(_value, row), strict=True))
    except pyarrow.ArrowException as error:
        raise _unreadable(path, error) from None


def _columns(path: Path, there: list[str], fields: _Fields) -> list[str]:
    """Columns to read; those that must be there are asked for before the first row."""
    if fields.text not in there:
        raise DocumentError(f"{_shown(path)} {_lacks('text', fields.text, there)}")
    if fields.name is not None and fields.name not in there:
        raise DocumentError(f"{_shown(path)} {_lacks('name', fields.name, there)}")
    return [name for name in dict.fromkeys((fields.text, *fields.names)) if name in there]


def _value(cell: Any) -> object:
    try:
        return cell.as_py()
    except UnicodeDecodeError:
        return None


# --- Files in an archive -------------------------------------------------------------------------


def _is_archive(path: Path) -> bool:
    return path.suffix.lower() == ".zip"


def _listed_members(path: Path) -> "list[Member]":
    """Files of an archive that hold documents."""
    from summarizer.formats.archives import members  # noqa: PLC0415 - only where there is one

    _must_end(path)
    try:
        with path.open("rb") as archive:
            found = members(archive, _shown(path))
    except OSError as error:
        raise _unreadable(path, error) from None
    return [member for member in found if member.name.lower().endswith((*SUFFIXES, *_OF_LINES))]


def _members(path: Path, name: str, fields: _Fields) -> Iterator[Entry]:
    try:
        found = _listed_members(path)
    except DocumentError as error:
        yield Entry(name, str(path), fault=str(error))
        return
    for member in found:
        inner = f"{name}/{member.name}"
        if member.name.lower().endswith(_OF_LINES):
            yield from _packed_records(path, member, inner, fields)
        else:
            yield Entry(inner, str(path), member=member)


def _packed_records(path: Path, member: "Member", name: str, fields: _Fields) -> Iterator[Entry]:
    origin = str(path / member.name)
    try:
        data = _bytes_of(path, member)
    except DocumentError as error:
        yield Entry(name, origin, fault=str(error))
        return
    for line, record in _lines_in(BytesIO(data)):
        yield _entry(record, f"{_shown(origin)}:{line}", f"{name}:{line}", fields)


def _unpacked(path: Path, member: "Member") -> Document:
    return Document.decode(_bytes_of(path, member), _shown(path / member.name))


def _bytes_of(path: Path, member: "Member") -> bytes:
    from summarizer.formats.archives import unpack  # noqa: PLC0415 - only where there is one

    _must_end(path)
    try:
        with path.open("rb") as archive:
            return unpack(archive, member, _shown(path / member.name))
    except OSError as error:
        raise _unreadable(path, error) from None


# --- What cannot be read -------------------------------------------------------------------------


def _unreadable(path: Path, error: Exception) -> DocumentError:
    reason = getattr(error, "strerror", None) or " ".join(str(error).split())
    return DocumentError(f"{_shown(path)} cannot be read ({reason}); check the file")
