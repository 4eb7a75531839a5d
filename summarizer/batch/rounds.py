"""Documents of a hosted batch, each taken as far as the answers that are there allow."""

import asyncio
from collections.abc import Iterator
from itertools import islice

from summarizer.batch.engine import Batch
from summarizer.batch.inputs import Entry
from summarizer.batch.jobs import finish
from summarizer.batch.journal import Ledger
from summarizer.batch.questions import MOST_TIMES, Questions, final
from summarizer.wire import Request, Response, Send

_TOGETHER = 64  # documents; their rows and questions share the waits for the disk
_UNKNOWN = Response(0)
_GIVEN_UP = final(503, b'{"error":{"message":"the rounds of the hosted batch are used up"}}')


class Parked(BaseException):
    """Ends the work on a document until its question is answered; no error, so nobody mends it."""


class Rounds:
    """The documents of one output and what they still have to ask."""

    def __init__(self, batch: Batch, ledger: Ledger, questions: Questions) -> None:
        self._batch = batch
        self._ledger = ledger
        self._questions = questions
        self._summarizer = batch.summarizer.through(self._around)
        self._parked: dict[str, list[Request]] = {}

    async def work(self) -> None:
        """Make rows of all documents whose questions are answered; park what others ask next."""
        for name in self._questions.owners():
            if not self._is_open(name):  # its row was the last thing that a process did
                await self._questions.close(name)
        todo = self._todo()
        while entries := list(islice(todo, _TOGETHER)):
            await asyncio.gather(*map(self._one, entries))

    def _todo(self) -> Iterator[Entry]:
        for entry in self._batch.entries():
            if self._is_open(entry.name) and not self._questions.is_waiting(entry.name):
                yield entry

    def _is_open(self, name: str) -> bool:
        standing = self._ledger.state(name)
        return standing is not None and standing.state == "planned"

    async def _one(self, entry: Entry) -> None:
        parked = self._parked[entry.name] = []
        try:
            finished = await finish(entry.name, entry, self._summarizer.summarize)
        except Parked:
            await self._questions.park(entry.name, parked)
        else:
            await self._ledger.keep(finished)
            await self._questions.close(entry.name)
        finally:
            del self._parked[entry.name]

    async def _around(self, request: Request, _: Send) -> Response:
        """Answer with what is known; park the request otherwise."""
        response = await self._ledger.replayed(request, _unknown)
        if response is not _UNKNOWN:
            return response
        if refusal := self._questions.refusal(request.key):
            return refusal
        if self._questions.rounds(request.owner) >= MOST_TIMES:
            return _GIVEN_UP
        self._parked[request.owner].append(request)
        raise Parked


async def _unknown(_: Request) -> Response:
    return _UNKNOWN
