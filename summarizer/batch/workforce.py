"""Who turns documents into rows: worker processes, or this one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from summarizer.batch.crew import Crew
from summarizer.batch.jobs import Finished, Work, failed, finish
from summarizer.documents import Document
from summarizer.errors import ModelError
from summarizer.llm import Routed
from summarizer.pipeline import Summarizer
from summarizer.wire import Around, Request, Response, Send, through


def server_of(summarizer: Summarizer) -> Routed | None:
    """The model if it is behind a server; None for the embedded engine and for other objects."""
    model = summarizer.through(_straight).model
    return model if isinstance(model, Routed) else None


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

    async def alone(name: str, document: Document) -> Finished:
        try:
            async with asyncio.timeout(deadline):
                return await finish(name, document, summarize)
        except TimeoutError:
            told = f"not finished in {deadline:g} s; allow more time or split the document"
            return failed(name, ModelError(told, code="timed_out", retryable=True))

    yield alone


async def _straight(request: Request, send: Send) -> Response:
    return await send(request)


async def _unsent(_: Request) -> Response:
    raise AssertionError("nothing is sent without a server")
