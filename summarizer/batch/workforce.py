"""Who turns documents into rows: worker processes, or this one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from summarizer.batch.crew import Crew
from summarizer.batch.jobs import Finished, Given, Work, finish, late
from summarizer.batch.journal import Ledger
from summarizer.llm import Described, Facts, Routed
from summarizer.pipeline import Summarizer
from summarizer.wire import Around, Request, Response, through


def server_of(summarizer: Summarizer) -> Routed | None:
    """The model if it is behind a server; None for the embedded engine and for other objects."""
    model = summarizer.patient().model
    return model if isinstance(model, Routed) else None


async def settled(summarizer: Summarizer, ledger: Ledger) -> Summarizer:
    """The summarizer with what the server told of its model when the output was begun.

    Questions depend on it; told otherwise later, all would be asked and paid anew.
    """
    server = server_of(summarizer)
    if server is None or not isinstance(server, Described):
        return summarizer
    facts = ledger.facts()
    if facts is None:
        facts = await server.facts()
        if facts != Facts():
            ledger.learn(facts)
    return replace(summarizer, model=server.knowing(facts))


@asynccontextmanager
async def workforce(
    summarizer: Summarizer,
    *arounds: Around,
    workers: int,
    deadline: float | None = None,
) -> AsyncIterator[Work]:
    """Summarizes documents in as many ``workers``, or in this process if that is 0.

    Requests to a server pass through ``arounds`` in this process. A model object that is behind no
    server stays in this process too. ``deadline`` is seconds for one document.
    """
    server = server_of(summarizer)
    send = _unsent if server is None else through(arounds, server.send)
    if workers and (server is not None or summarizer.is_embedded):
        async with Crew(summarizer, workers, send, deadline=deadline) as crew:
            yield crew
        return
    summarize = summarizer.through(lambda request, _: send(request)).summarize

    async def alone(name: str, given: Given) -> Finished:
        try:
            async with asyncio.timeout(deadline):
                return await finish(name, given, summarize)
        except TimeoutError:
            return late(name, deadline)

    yield alone


async def _unsent(_: Request) -> Response:
    raise AssertionError("nothing is sent without a server")
