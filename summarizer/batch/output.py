"""OUT.jsonl: a log of rows while a batch runs, rows in the order of the inputs at its end."""

import asyncio
import fcntl
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from summarizer.batch.writer import Writer
from summarizer.errors import JournalError, SummarizerError

_ROW = re.compile(rb'\{"name":("(?:[^"\\]|\\.)*"),"status":"(ok|failed)",.*\}\n', re.DOTALL)
_ADVICE = (
    "make room, or see that the file may be written, and run the same command again: "
    "rows that were written are kept"
)
_MODE = 0o666  # less what the user's umask takes away


@dataclass(frozen=True)
class Place:
    """Where in the file a row stands, in bytes."""

    name: str
    status: str
    start: int
    length: int


class Output:
    """The file of rows at ``path``, held by this process alone.

    Rows are appended; a later row of a document replaces an earlier one of the same name. What is
    no row is no row of a batch: it is passed over, and gone after the next ``rewrite``.
    Raises ``SummarizerError`` if another run holds it, ``JournalError`` if it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._told():
            self._file = self._held()
            self._new.unlink(missing_ok=True)  # of a run that was killed while it rewrote
            _secure(path.parent)
        self._writer = Writer("output", self._append)

    @property
    def size(self) -> int:
        """Bytes in the file."""
        return os.fstat(self._file).st_size

    def rows(self) -> Iterator[Place]:
        """The rows from first to last; memory holds one line."""
        start = 0
        with self._told(), self.path.open("rb") as lines:
            for line in lines:
                if (row := _ROW.fullmatch(line)) and (name := _name(row[1])) is not None:
                    yield Place(name, row[2].decode(), start, len(line))
                start += len(line)

    def cut(self) -> None:
        """Take off an unfinished line at the end, so that the next one begins a line."""
        with self._told():
            end = _end_of_lines(self._file, self.size)
            if end < self.size:
                os.ftruncate(self._file, end)

    def clear(self) -> None:
        """Take everything off."""
        with self._told():
            os.ftruncate(self._file, 0)
            os.fsync(self._file)

    async def written(self, line: bytes) -> None:
        """Put a row at the end; when this returns, a power cut cannot take it away."""
        await asyncio.wrap_future(self._writer.submit(line))

    def _append(self, lines: list[bytes]) -> list[None]:
        size = self.size
        with self._told():
            try:
                _write(self._file, b"".join(lines))
                os.fsync(self._file)
            except OSError:
                with suppress(OSError):  # else the next run cuts it
                    os.ftruncate(self._file, size)
                raise
        return [None] * len(lines)

    def rewrite(self, spans: Iterable[tuple[int, int]]) -> None:
        """Keep these rows (start, length) in this order; killed at any moment, none is lost."""
        with self._told():
            file = os.open(self._new, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND, _MODE)
            try:
                fcntl.flock(file, fcntl.LOCK_EX)  # before others can see it under its last name
                os.fchmod(file, os.fstat(self._file).st_mode & 0o7777)
                with os.fdopen(file, "wb", closefd=False) as lines:
                    for start, length in spans:
                        lines.write(os.pread(self._file, length, start))
                os.fsync(file)
                self._new.replace(self.path)
            except BaseException:
                os.close(file)
                self._new.unlink(missing_ok=True)
                raise
            os.close(self._file)
            self._file = file
            _secure(self.path.parent)

    def close(self) -> None:
        """Finish what is queued and let others have the file."""
        self._writer.close(JournalError(f"{self.path}: it is closed"))
        os.close(self._file)

    @property
    def _new(self) -> Path:
        return self.path.with_name(f".{self.path.name}.new")

    def _held(self) -> int:
        while True:
            file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, _MODE)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # ends with the process
            except BlockingIOError:
                os.close(file)
                told = "another run is writing it; wait for its end or choose another output"
                raise SummarizerError(f"{self.path}: {told}") from None
            if not self.path.is_file():
                os.close(file)
                raise SummarizerError(f"{self.path}: it is no file; choose another output")
            if os.path.samestat(os.fstat(file), self.path.stat()):
                return file
            os.close(file)  # the other run replaced it and ended between our two steps

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise JournalError(f"{self.path}: {error.strerror}; {_ADVICE}") from error


def _name(told: bytes) -> str | None:
    try:
        return str(json.loads(told))
    except ValueError:  # damaged
        return None


def _write(file: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]


def _secure(folder: Path) -> None:
    """Make sure that the folder knows the names of its files after a power cut."""
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _end_of_lines(file: int, size: int) -> int:
    """Where the last whole line ends; looks at the end of the file first."""
    end = size
    while end:
        start = max(0, end - 65_536)
        found = os.pread(file, end - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0
