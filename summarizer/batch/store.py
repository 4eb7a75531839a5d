"""One SQLite file that many tasks write at once and a power cut cannot harm."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, TypeVar

from summarizer.batch.writer import Writer
from summarizer.errors import JournalError

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]
"""Statements to run in a transaction, which is begun and committed for them."""

_PATIENCE = 30.0  # seconds to wait for other processes that write
_ADVICE = {
    sqlite3.SQLITE_FULL: "the disk is full; free some space and run the same command again",
    sqlite3.SQLITE_BUSY: "another program keeps it locked; end that one and run the command again",
    sqlite3.SQLITE_CORRUPT: "it is damaged; move it away and start over with --fresh",
    sqlite3.SQLITE_NOTADB: "it is no journal; move it away or name another one",
    sqlite3.SQLITE_READONLY: "it may not be written; change its permissions or name another one",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; see that its folder exists and may be written",
}
_NO_ADVICE = "see that its disk is well and has space left, then run the same command again"


class Store:
    """A SQLite file at ``path``, shared by the tasks and threads of this process and by others.

    What was written survives kill -9 and power loss from the moment the write is told as done.
    Errors of the disk or of SQLite are ``JournalError``s. After the first one every later write
    raises it too: a journal with a hole in it is none.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._told():
            self._main = self._connect()
            self._reader = self._connect()
        self._writer: Writer[Work[Any], Any] = Writer("journal", self._commit)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Finish what is queued and let go of the file."""
        self._writer.close(JournalError(f"{self.path}: it is closed"))
        self._reader.close()
        self._main.close()

    def read(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Rows as of now, on the calling thread: faster (some 50 µs) than to ask another one."""
        with self._told():
            return self._reader.execute(query, parameters).fetchall()

    def submit(self, work: Work[T]) -> Future[T]:
        """Have work done soon, whether or not anybody waits for it; done means durable.

        Work that raises breaks the store, so it leaves to its caller what may be refused.
        """
        return self._writer.submit(work)

    def write(self, work: Work[T]) -> T:
        """Have work done and wait for it."""
        return self.submit(work).result()

    async def written(self, work: Work[T]) -> T:
        """The same in a task. A task that is cancelled does not undo its work."""
        return await asyncio.wrap_future(self.submit(work))

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """A connection of one's own, for work too long for the writer; commits are durable."""
        with self._told():
            connection = self._connect()
            try:
                yield connection
            finally:
                connection.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False
        )
        try:
            (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
            connection.execute("PRAGMA synchronous = FULL")  # NORMAL loses the last rows
        except BaseException:
            connection.close()
            raise
        if mode != "wal":
            connection.close()
            told = "its file system cannot be shared safely; name a journal on a local disk"
            raise JournalError(f"{self.path}: {told}")
        return connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise _trouble(self.path, error) from error

    def _commit(self, works: list[Work[Any]]) -> list[Any]:
        with self._told():
            self._main.execute("BEGIN IMMEDIATE")
            try:
                results = [work(self._main) for work in works]
                self._main.execute("COMMIT")
            except BaseException:
                if self._main.in_transaction:
                    self._main.execute("ROLLBACK")
                raise
        return results


def _trouble(path: Path, error: sqlite3.Error) -> JournalError:
    code = getattr(error, "sqlite_errorcode", 0)  # an error of Python's module itself has none
    return JournalError(f"{path}: {_ADVICE.get(code & 0xFF) or f'{error}; {_NO_ADVICE}'}")
