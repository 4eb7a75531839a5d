"""A thread that makes things durable for many tasks at once."""

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Generic, TypeVar

Entry = TypeVar("Entry")
Result = TypeVar("Result")

_TOGETHER = 1_000  # entries of one commit; others who share a file want a turn


class Writer(Generic[Entry, Result]):
    """Commits entries in the order in which they came, as many together as there are.

    While it waits for the disk more entries queue up, so that a thousand tasks wait for one fsync
    and not for a thousand. ``commit`` runs in the thread and gives a result for each entry. After
    it raised once, all later entries get that error too: what is written has no holes.
    """

    def __init__(self, name: str, commit: Callable[[list[Entry]], list[Result]]) -> None:
        self._commit = commit
        self._queue: SimpleQueue[tuple[Entry, Future[Result]] | None] = SimpleQueue()
        self._turn = Lock()
        self._error: Exception | None = None
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, entry: Entry) -> Future[Result]:
        """Have an entry committed soon, whether or not anybody waits for it."""
        future: Future[Result] = Future()
        with self._turn:
            if self._error is not None:
                raise self._error
            self._queue.put((entry, future))
        return future

    def close(self, error: Exception) -> None:
        """Commit what is queued; what comes later gets ``error``."""
        with self._turn:
            self._error = self._error or error
            self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while waiting := self._next():
            try:
                results = self._commit([entry for entry, _ in waiting])
            except Exception as error:
                self._break(error, [future for _, future in waiting])
                return
            for (_, future), result in zip(waiting, results, strict=True):
                future.set_result(result)

    def _next(self) -> list[tuple[Entry, Future[Result]]]:
        """What is queued, at least one; nothing once the writer is closed."""
        waiting: list[tuple[Entry, Future[Result]]] = []
        with suppress(Empty):
            while len(waiting) < _TOGETHER:
                told = self._queue.get(block=not waiting)
                if told is None:
                    if waiting:
                        self._queue.put(None)  # for the next time
                    break
                waiting.append((told[0], _taken(told[1])))
        return waiting

    def _break(self, error: Exception, waiting: list[Future[Result]]) -> None:
        with self._turn:
            self._error = error
        with suppress(Empty):
            while True:
                told = self._queue.get_nowait()
                if told is not None:
                    waiting.append(_taken(told[1]))
        for future in waiting:
            future.set_exception(error)


def _taken(future: Future[Result]) -> Future[Result]:
    """A future that can no longer be cancelled; who gave up waiting gets no answer."""
    return future if future.set_running_or_notify_cancel() else Future()
