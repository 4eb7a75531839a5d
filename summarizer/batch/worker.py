"""A worker process: summarizes what its parent hands it, and sends nothing anywhere itself.

Parent and worker talk over one socket, which is the worker's standard input, so that nothing it
prints can get in between. Either side may call the other: the parent with a document, the worker
with a request to a model, which the parent alone sends.
"""

import asyncio
import os
import pickle
import select
import socket
import struct
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import count
from typing import Any

from summarizer.batch.jobs import finish
from summarizer.pipeline import Summarizer
from summarizer.wire import Request, Response, Send

_LENGTH = struct.Struct(">Q")
_NICE = 5  # who waits for servers and disks comes first, and so does whoever else works here
_AT_ONCE = 1 << 20  # bytes that are read ahead


class HungUpError(Exception):
    """The other side has ended."""


class Line:
    """Two processes call each other: any value goes one way, its answer or error comes back.

    What either side calls for is answered by the other's ``answer``, many at once. Who stops
    waiting for an answer stops the work on it. Errors keep class and message. What is called for
    is worked on to its end also after the other side has gone.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        answer: Callable[[Any], Awaitable[object]],
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._answer = answer
        self._numbers = count()
        self._awaited: dict[int, asyncio.Future[Any]] = {}
        self._work: dict[int, asyncio.Task[None]] = {}
        self._is_open = True

    @classmethod
    async def over(
        cls, connection: socket.socket, answer: Callable[[Any], Awaitable[object]]
    ) -> "Line":
        """A line over a connected socket, which it owns from now on."""
        return cls(*await asyncio.open_connection(sock=connection, limit=_AT_ONCE), answer)

    async def call(self, value: object) -> Any:
        """What the other side answers; raises what it raised, or ``HungUpError``."""
        if not self._is_open:
            raise HungUpError
        number = next(self._numbers)
        frame = _frame("call", number, value)
        future = self._awaited[number] = asyncio.get_running_loop().create_future()
        try:
            await self._send(frame)
            return await future
        except asyncio.CancelledError:
            self._writer.write(_frame("stop", number, None))
            raise
        finally:
            del self._awaited[number]

    async def listen(self) -> None:
        """Take what comes until the other side hangs up."""
        try:
            while True:
                (length,) = _LENGTH.unpack(await self._reader.readexactly(_LENGTH.size))
                frame = await self._reader.readexactly(length)
                self._take(*pickle.loads(frame))  # noqa: S301 - from our own process
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._is_open = False
            for future in self._awaited.values():
                if not future.done():
                    future.set_exception(HungUpError())

    async def close(self) -> None:
        """Stop all work for the other side and hang up."""
        for task in self._work.values():
            task.cancel()
        await asyncio.gather(*self._work.values(), return_exceptions=True)
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()

    def _take(self, kind: str, number: int, value: Any) -> None:
        if kind == "call":
            task = self._work[number] = asyncio.create_task(self._answered(number, value))
            task.add_done_callback(lambda _: self._work.pop(number))
        elif kind == "stop":
            if number in self._work:
                self._work[number].cancel()
        else:
            future = self._awaited.get(number)
            if future is None or future.done():
                return
            if kind == "answer":
                future.set_result(value)
            else:
                future.set_exception(_error(*value))

    async def _answered(self, number: int, value: Any) -> None:
        try:
            frame = _frame("answer", number, await self._answer(value))
        except Exception as error:  # whatever it is, the other side waits for it
            frame = _told(number, error)
        await self._send(frame)

    async def _send(self, frame: bytes) -> None:
        with suppress(ConnectionError):  # who listens hears of it too
            self._writer.write(frame)
            await self._writer.drain()


def _frame(kind: str, number: int, value: object) -> bytes:
    frame = pickle.dumps((kind, number, value), pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(frame)) + frame


def _told(number: int, error: Exception) -> bytes:
    """An error in parts: some classes cannot be made anew of their message alone."""
    try:
        return _frame("error", number, (type(error), error.args, error.__dict__))
    except Exception:  # it may hold anything
        words = f"{type(error).__name__}: {error}"
        return _frame("error", number, (RuntimeError, (words,), {}))


def _error(kind: type[Exception], args: tuple[object, ...], state: dict[str, object]) -> Exception:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


# --- In the worker ------------------------------------------------------------------------------


def main() -> None:
    """Work until the parent hangs up or dies."""
    os.nice(_NICE)
    parent = socket.socket(fileno=0)
    threading.Thread(target=_end_with, args=(parent.fileno(),), daemon=True).start()
    asyncio.run(_work_for(parent))


def _end_with(parent: int) -> None:
    """End with the parent, even amid a document: nothing here is worth keeping."""
    poll = select.poll()
    poll.register(parent, 0)  # hanging up is told without being asked for
    poll.poll()
    os._exit(0)


async def _work_for(parent: socket.socket) -> None:
    worker = _Worker()
    worker.line = await Line.over(parent, worker)
    await worker.line.listen()


class _Worker:
    """What a parent may call for: first that documents be summarized its way, then documents."""

    line: Line
    summarizer: Summarizer

    async def __call__(self, called: Summarizer | tuple[str, Any] | None) -> object:
        if isinstance(called, Summarizer):
            self.summarizer = called.through(self._ask_parent)
        elif called is not None:
            return await finish(*called, self.summarizer.summarize)
        return None

    async def _ask_parent(self, request: Request, _: Send) -> Response:
        response: Response = await self.line.call(request)
        return response
