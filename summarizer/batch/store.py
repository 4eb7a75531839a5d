"""One SQLite file that many tasks write at once and a power cut cannot harm.

All writes go through one thread. While it waits for the disk, more work queues up and is committed
together the next time: a thousand tasks wait for one fsync, not for a thousand.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, Self, TypeVar

from summarizer.errors import JournalError

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]
"""Statements to run in a transaction, which is begun and committed for them."""

_Entry = tuple[Work[Any], Future[Any]]
_PATIENCE = 30.0  # seconds to wait for other processes that write
_TOGETHER = 1_000  # pieces of work in one transaction; others who share the file want a turn
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
        self.before_commit: list[Callable[[], None]] = []
        """What has to be safe before a transaction that tells of it; called in the writer."""
        self._queue: SimpleQueue[_Entry | None] = SimpleQueue()
        self._turn = Lock()
        self._error: Exception | None = None
        with self._told():
            self._writer = self._connect()
            self._reader = self._connect()
        self._thread = Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Finish what is queued and let go of the file."""
        with self._turn:
            self._error = self._error or JournalError(f"{self.path}: it is closed")
            self._queue.put(None)
        self._thread.join()
        self._reader.close()
        self._writer.close()

    def read(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Rows as of now, on the calling thread: faster (some 50 µs) than to ask another one."""
        with self._told():
            return self._reader.execute(query, parameters).fetchall()

    def submit(self, work: Work[T]) -> Future[T]:
        """Have work done soon, whether or not anybody waits for it; done means durable.

        Work that raises breaks the store, so it leaves to its caller what may be refused.
        """
        future: Future[T] = Future()
        with self._turn:
            if self._error is not None:
                raise self._error
            self._queue.put((work, future))
        return future

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

    def _run(self) -> None:
        while batch := self._next():
            try:
                results = self._commit([work for work, _ in batch])
            except Exception as error:
                self._break(error, [future for _, future in batch])
                return
            for (_, future), result in zip(batch, results, strict=True):
                future.set_result(result)

    def _next(self) -> list[_Entry]:
        """What is queued, at least one; nothing once the store is closed."""
        batch: list[_Entry] = []
        with suppress(Empty):
            while len(batch) < _TOGETHER:
                entry = self._queue.get(block=not batch)
                if entry is None:
                    if batch:
                        self._queue.put(None)  # for the next time
                    break
                batch.append(_taken(entry))
        return batch

    def _commit(self, batch: list[Work[Any]]) -> list[Any]:
        with self._told():
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                results = [work(self._writer) for work in batch]
                for secure in tuple(self.before_commit):
                    secure()
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise
        return results

    def _break(self, error: Exception, waiting: list[Future[Any]]) -> None:
        with self._turn:
            self._error = error
        with suppress(Empty):
            while True:
                entry = self._queue.get_nowait()
                if entry is not None:
                    waiting.append(_taken(entry)[1])
        for future in waiting:
            future.set_exception(error)


def _taken(entry: _Entry) -> _Entry:
    """An entry that its owner can no longer cancel; who gave up waiting gets no answer."""
    work, future = entry
    return work, future if future.set_running_or_notify_cancel() else Future()


def _trouble(path: Path, error: sqlite3.Error) -> JournalError:
    code = getattr(error, "sqlite_errorcode", None)
    advice = _ADVICE.get(code & 0xFF, _NO_ADVICE) if code is not None else _NO_ADVICE
    return JournalError(f"{path}: {error}: {advice}")
