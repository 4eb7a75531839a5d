"""One gate for many processes: nobody passes who may not, and the dead hold nobody up."""

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any

import pytest

from summarizer.batch.gate import Gate
from summarizer.batch.turnstile import Passage, Turnstile
from summarizer.errors import BudgetError
from summarizer.wire import Request, Response, Send

REQUEST = Request("http://127.0.0.1/v1", b"{}", owner="d1")


class Near:
    """A turnstile of this process, spoken to as if it were elsewhere."""

    def __init__(self, turnstile: Turnstile) -> None:
        self.turnstile = turnstile
        self.calls: set[asyncio.Task[None]] = set()

    def greet(self, *told: Any) -> Awaitable[None]:
        return self.called(self.turnstile.greet(*told))

    def enter(self, *told: Any) -> Awaitable[None]:
        return self.called(self.turnstile.enter(*told))

    def leave(self, *told: Any) -> Awaitable[None]:
        return self.called(self.turnstile.leave(*told))

    def called(self, call: Coroutine[Any, Any, None]) -> Awaitable[None]:
        task = asyncio.ensure_future(call)
        self.calls.add(task)
        task.add_done_callback(self.calls.discard)
        return task


class Server:
    """Answers when told to."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.open = asyncio.Event()
        self.now = self.most = 0

    async def send(self, request: Request) -> Response:
        self.bodies.append(request.body)
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await self.open.wait()
        finally:
            self.now -= 1
        return Response(200, b"answer")


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def test_workers_share_what_may_be_in_flight() -> None:
    async def story() -> tuple[Server, list[Response]]:
        server, near = Server(), Near(Turnstile(Gate(at_once=3)))
        passages = [Passage(near, f"worker {n}") for n in range(4)]
        sent = [asyncio.create_task(p(REQUEST, server.send)) for p in passages for _ in range(5)]
        await settled()
        server.open.set()
        return server, await asyncio.gather(*sent)

    server, responses = asyncio.run(story())

    assert server.most == 3
    assert responses == [Response(200, b"answer")] * 20
    assert server.bodies == [b"{}"] * 20


def test_a_worker_that_starts_anew_frees_what_it_held() -> None:
    async def story() -> Response:
        server, near = Server(), Near(Turnstile(Gate(at_once=1)))
        dead = asyncio.create_task(Passage(near, "worker")(REQUEST, server.send))
        await settled()
        reborn = asyncio.create_task(Passage(near, "worker")(REQUEST, server.send))
        await settled()
        server.open.set()
        response = await reborn
        await dead
        return response

    assert asyncio.run(story()).status == 200


@pytest.mark.parametrize("held", [0, 1])
def test_a_request_that_is_given_up_frees_its_place(held: int) -> None:
    async def story() -> Response:
        server, near = Server(), Near(Turnstile(Gate(at_once=1)))
        passage = Passage(near, "worker")
        sent = [asyncio.create_task(passage(REQUEST, server.send)) for _ in range(2)]
        await settled()
        sent[held].cancel()
        await settled()
        server.open.set()
        return await sent[1 - held]

    assert asyncio.run(story()).status == 200


def test_who_never_comes_back_is_lost_after_its_patience() -> None:
    seen: list[Response] = []

    async def watch(request: Request, send: Send) -> Response:
        seen.append(await send(request))
        return seen[0]

    async def story() -> None:
        turnstile = Turnstile(watch, grace=0.0)
        await turnstile.enter("1", "worker", "life", Request("u", b"", patience=0.01))
        while not seen:
            await asyncio.sleep(0.01)

    asyncio.run(story())

    assert seen == [Response(0, lost=True)]


def test_what_ends_the_batch_reaches_the_worker() -> None:
    async def refuse(_: Request, __: Send) -> Response:
        raise BudgetError("the budget is used up")

    async def story() -> None:
        await Passage(Near(Turnstile(refuse)), "worker")(REQUEST, Server().send)

    with pytest.raises(BudgetError, match="used up"):
        asyncio.run(story())
