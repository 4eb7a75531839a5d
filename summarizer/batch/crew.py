"""Worker processes, so that documents are read and summaries assembled on every core.

A file is opened and converted in its worker too: what a library does to a damaged PDF costs that
document alone. Only the parent sends requests to a model: what the workers want to ask passes
through it, and with it through its journal, budget and gate. Workers hold nothing that would be
lost with them.
"""

import asyncio
import os
import socket
import subprocess
import sys
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from types import TracebackType
from typing import Self

from summarizer.batch.jobs import Finished, Given, failed, late
from summarizer.batch.worker import HungUpError, Line
from summarizer.documents import Document
from summarizer.errors import SummarizerError, WorkerError
from summarizer.pipeline import EMBEDDED, Summarizer
from summarizer.wire import Request, Response, Send

_MAIN = "from summarizer.batch.worker import main; main()"
_AHEAD = 2  # documents of a worker that does one after another: the next one is there already
_MANY = 16  # documents that wait for a model, from which another worker is worth its start
_TRIES = 2  # for a document that waited for a model when its worker ended
_PATIENCE = 1.0  # seconds in which a worker answers that is not caught in a document


class Crew:
    """Summarizes documents in up to ``size`` processes, which start when they are needed.

    ``send`` answers the requests to a model that the workers would send. ``deadline`` is seconds
    for one document from when its turn comes. Within ``async with``, ``await crew(name, given)``
    gives the finished document and raises what ``finish`` raises. A document whose worker ends is
    tried again in a worker of its own; when that ends too, its row tells so. The summarizer's model
    is a name: objects stay in their process.
    """

    def __init__(
        self, summarizer: Summarizer, size: int, send: Send, *, deadline: float | None = None
    ) -> None:
        self._summarizer = replace(summarizer)  # without what it has opened
        self._size = size
        self._send = send
        self._deadline = deadline
        self._asks = summarizer.model not in (None, EMBEDDED)
        self._seats: AbstractAsyncContextManager[object] = (
            nullcontext() if self._asks else asyncio.Semaphore(size * _AHEAD)
        )
        self._alone = asyncio.Lock()
        self._hired: list[_Worker] = []
        self._team: list[_Worker] = []
        self._is_closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_closed = True
        for worker in self._hired:
            worker.kill()
        await asyncio.gather(*(worker.close() for worker in self._hired))

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that work on documents now."""
        return tuple(worker.process.pid for worker in self._hired if worker.is_alive)

    async def __call__(self, name: str, given: Given) -> Finished:
        """Read and summarize one document; whatever goes wrong with it becomes its row."""
        given = replace(given) if isinstance(given, Document) else given  # without what it keeps
        for _ in range(_TRIES):
            async with self._seats:
                worker = self._least_busy()
                try:
                    return await worker.work(name, given)
                except HungUpError:
                    if not worker.is_asking(name):
                        break  # it may be what ended the worker
        return await self._work_alone(name, given)

    async def _work_alone(self, name: str, given: Given) -> Finished:
        async with self._alone:
            worker = self._hire()
            try:
                return await worker.work(name, given)
            except HungUpError:
                return failed(name, worker.ended_by(name))
            finally:
                worker.kill()

    def _least_busy(self) -> "_Worker":
        self._team = [worker for worker in self._team if worker.is_alive]
        worker = min(self._team, key=lambda one: one.load, default=None)
        full = _MANY if self._asks else _AHEAD
        if worker is None or (worker.load >= full and len(self._team) < self._size):
            worker = self._hire()
            self._team.append(worker)
        return worker

    def _hire(self) -> "_Worker":
        if self._is_closed:
            raise RuntimeError("the crew has left")
        worker = _Worker(self._summarizer, self._send, self._deadline, at_once=self._asks)
        self._hired.append(worker)
        return worker


class _Worker:
    """A process and the line to it.

    ``at_once`` tells that it works on many documents at a time; else each begins when the one
    before it is done. ``load`` is the number of documents that it has.
    """

    def __init__(
        self, summarizer: Summarizer, send: Send, deadline: float | None, *, at_once: bool
    ) -> None:
        self._summarizer = summarizer
        self._send = send
        self._deadline = deadline
        self._at_once = at_once
        self._asking: list[str] = []
        self._clocks: list[asyncio.Timeout] = []
        self._is_leaving = False
        self.load = 0
        ours, theirs = socket.socketpair()
        try:
            self.process = _start(theirs)
        except SummarizerError:
            ours.close()
            raise
        finally:
            theirs.close()
        self._ready = asyncio.create_task(self._begin(ours))

    @property
    def is_alive(self) -> bool:
        """Whether it takes documents."""
        return not self._is_leaving and self.process.returncode is None

    def is_asking(self, name: str) -> bool:
        """Whether a document waits for an answer of the model."""
        return name in self._asking

    async def work(self, name: str, given: Given) -> Finished:
        """Summarize a document in the process; raises ``HungUpError`` if the process ends."""
        self.load += 1
        try:
            await asyncio.shield(self._ready)
            return await self._timed(name, given)
        finally:
            self.load -= 1

    def ended_by(self, name: str) -> WorkerError:
        """What is told of a document with which the process ended, as another one did before."""
        code = self.process.returncode or 0
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        if self._ready.exception() is not None:
            raise SummarizerError(
                f"worker processes do not start ({how}); free memory, or see what they say above"
            )
        return WorkerError(
            f"{name} ended its worker process twice ({how}); it may be too large or damaged"
        )

    def kill(self) -> None:
        """End the process at once."""
        self._is_leaving = True
        self.process.kill()

    async def close(self) -> None:
        """Stop all work for the process, which was killed."""
        await asyncio.gather(self._ready, return_exceptions=True)
        await self._listening
        await self._line.close()

    async def _begin(self, connection: socket.socket) -> None:
        self._line = await Line.over(connection, self._answer)
        self._listening = asyncio.create_task(self._listen())
        await self._line.call(self._summarizer)

    async def _listen(self) -> None:
        try:
            await self._line.listen()
        finally:
            self.kill()
            self.process.wait()  # it has ended already, or does so at once

    async def _answer(self, request: Request) -> Response:
        self._asking.append(request.owner)
        try:
            return await self._send(request)
        finally:
            self._asking.remove(request.owner)

    async def _timed(self, name: str, given: Given) -> Finished:
        clock = asyncio.timeout(None)
        try:
            async with clock:
                self._clocks.append(clock)
                self._start_clocks()
                finished: Finished = await self._line.call((name, given))
                return finished
        except TimeoutError:
            await self._leave_if_stuck()
            return late(name, self._deadline)
        finally:
            self._clocks.remove(clock)
            self._start_clocks()

    def _start_clocks(self) -> None:
        if self._deadline is None:
            return
        end = asyncio.get_running_loop().time() + self._deadline
        for clock in self._clocks[: None if self._at_once else 1]:
            if clock.when() is None:
                clock.reschedule(end)

    async def _leave_if_stuck(self) -> None:
        """End a process that answers nobody: a document keeps it from it."""
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._line.call(None)
        except (TimeoutError, HungUpError):
            self.kill()


def _start(line: socket.socket) -> "subprocess.Popen[bytes]":
    """A worker that imports what we import, from wherever, and hears no Ctrl-C of a terminal."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-P", "-c", _MAIN]  # -P: nothing is imported from where it stands
    try:
        return subprocess.Popen(  # noqa: S603 - our own code
            command,
            stdin=line.fileno(),
            stdout=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
    except OSError as error:
        raise SummarizerError(
            f"no worker process can be started ({error.strerror}); free memory or use fewer"
        ) from None
