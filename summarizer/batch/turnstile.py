"""One gate for the requests of many processes, which send them themselves.

``Turnstile`` lives in one place and ``Passage`` in each worker: it waits there for its turn, sends
from here, and tells what came back, so that the gate counts, paces and pauses as if all requests
were its own.
"""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Protocol
from uuid import uuid4

from summarizer.wire import Around, Request, Response, Send


@dataclass(frozen=True)
class _Visit:
    worker: str
    life: str
    task: asyncio.Task[Response]
    came_back: asyncio.Future[Response]


class Turnstile:
    """Where requests of all workers queue for ``around``; a worker that dies holds nobody up.

    A worker has one name and, each time it is started, a new life. ``grace`` is seconds after a
    request's patience when it is taken for lost.
    """

    def __init__(self, around: Around, grace: float = 30.0) -> None:
        self._around = around
        self._grace = grace
        self._visits: dict[str, _Visit] = {}

    async def greet(self, worker: str, life: str) -> None:
        """A worker starts; what it sent in an earlier life is lost."""
        for visit in list(self._visits.values()):
            if visit.worker == worker and visit.life != life:
                visit.task.cancel()

    async def enter(self, ticket: str, worker: str, life: str, request: Request) -> None:
        """Return when it is the request's turn; raises what ``around`` raises."""
        loop = asyncio.get_running_loop()
        entered: asyncio.Future[None] = loop.create_future()
        came_back: asyncio.Future[Response] = loop.create_future()

        async def send(request: Request) -> Response:
            entered.set_result(None)
            try:
                return await asyncio.wait_for(came_back, request.patience + self._grace)
            except TimeoutError:
                return Response(0, lost=True)

        async def visit() -> Response:
            return await self._around(request, send)

        task = loop.create_task(visit())
        self._visits[ticket] = _Visit(worker, life, task, came_back)
        task.add_done_callback(lambda _: self._visits.pop(ticket, None))
        waited: set[asyncio.Future[Any]] = {task, entered}
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()

    async def leave(self, ticket: str, response: Response | None) -> None:
        """What came back; None if nobody waits for it any more."""
        visit = self._visits.get(ticket)
        if visit is None:
            return
        if response is None:
            visit.task.cancel()
        elif not visit.came_back.done():
            visit.came_back.set_result(response)


class Remote(Protocol):
    """A turnstile elsewhere: the same methods, answered later."""

    def greet(self, worker: str, life: str) -> Awaitable[None]:
        """See ``Turnstile.greet``."""

    def enter(self, ticket: str, worker: str, life: str, request: Request) -> Awaitable[None]:
        """See ``Turnstile.enter``."""

    def leave(self, ticket: str, response: Response | None) -> Awaitable[None]:
        """See ``Turnstile.leave``."""


class Passage:
    """An ``Around`` of the worker of this name: lets requests pass when the turnstile does."""

    def __init__(self, turnstile: Remote, worker: str) -> None:
        self._turnstile = turnstile
        self._worker, self._life = worker, uuid4().hex
        self._numbers = count()
        turnstile.greet(worker, self._life)

    async def __call__(self, request: Request, send: Send) -> Response:
        """Send a request when it is its turn among those of all workers."""
        ticket = f"{self._life} {next(self._numbers)}"
        response = None
        bare = replace(request, body=b"")  # what it asks is nobody's business there
        try:
            await self._turnstile.enter(ticket, self._worker, self._life, bare)
            response = await send(request)
        finally:
            self._turnstile.leave(ticket, response)
        return response
