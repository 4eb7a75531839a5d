"""Hosted batches: questions go out in files, answers come back within a day, at half the price.

A document is worked on as in any batch, but what nobody has answered yet is *parked* instead of
sent, and the document is left for now. What was parked goes out in files; with the answers the
documents are worked on again, and either end as rows or park what they have to ask next. All state
is in the journal before the network is used, so that every step can be the last one of a process:
the next process goes on from there.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from summarizer.batch.allowance import Allowance
from summarizer.batch.engine import Batch
from summarizer.batch.journal import Counts, Journal, Ledger
from summarizer.batch.mail import Mail
from summarizer.batch.money import Cost
from summarizer.batch.questions import Questions, Size
from summarizer.batch.rounds import Rounds
from summarizer.batch.workforce import settled
from summarizer.errors import ModelError, SummarizerError
from summarizer.filing import Filing
from summarizer.openai import OpenAIModel
from summarizer.replacing import replacing


@dataclass(frozen=True)
class Report:
    """How a hosted batch stands.

    ``unsent`` questions wait to go out, ``asked`` ones are out. ``batches`` counts those that were
    under way by the server's word, ``results`` what was taken in by what became of it (see
    ``Mail``). ``troubles`` are for people.
    """

    documents: Counts
    unsent: int
    asked: int
    batches: Mapping[str, int] = field(default_factory=dict)
    results: Mapping[str, int] = field(default_factory=dict)
    troubles: tuple[str, ...] = ()

    def __str__(self) -> str:
        done = self.documents
        lines = [
            f"documents: {done.ok} done, {done.failed} failed, {done.planned} open",
            f"questions: {self.asked} asked, {self.unsent} to be sent",
        ]
        lines += [f"{name}: {_counted(of)}" for name, of in self._counts.items() if of]
        return "\n".join([*lines, *self.troubles])

    @property
    def _counts(self) -> Mapping[str, Mapping[str, int]]:
        return {"batches": self.batches, "results": self.results}


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())


class Hosted:
    """A batch whose questions go out in files of at most some ``size``.

    Every method begins where the last one ended, in whatever process, and raises
    ``SummarizerError``: ``ModelError`` if the server cannot be reached.
    """

    def __init__(self, batch: Batch, size: Size | None = None) -> None:
        self.batch = batch
        self.size = size or Size()
        self._model = _model_of(batch)

    async def submit(self) -> Report:
        """Ask what the documents have to ask, as much of it as may wait at the server."""
        async with self._filing() as filing, self._desk(begins=True) as desk:
            await desk.rounds.work()
            await desk.send(filing)
            return desk.report()

    async def status(self) -> Report:
        """Ask the server how far it is; nothing is taken in or sent."""
        async with self._filing() as filing, self._desk() as desk:
            await desk.mail.look(filing)
            return desk.report()

    async def collect(self, wait: float | None = None) -> Report:
        """Take in what has ended, make rows of it and ask what is to be asked next.

        ``wait`` is seconds from one look to the next until nothing is out; None is one look.
        """
        async with self._filing() as filing, self._desk() as desk:
            await desk.look(filing)
            while wait is not None and (desk.has_news or desk.questions.all("submitted")):
                await asyncio.sleep(wait)
                with _patience():
                    await desk.look(filing)
            return desk.report()

    async def write(self, path: Path) -> Report:
        """Write what the documents have to ask into a file, for ``vllm run-batch`` or the like."""
        async with self._desk(begins=True) as desk:
            await desk.rounds.work()
            _put(path, desk.questions.lines(None))
            return desk.report()

    async def read(self, path: Path) -> Report:
        """Take in a file of results at their full price, and make rows of them."""
        async with self._desk() as desk:
            async with aclosing(_lines(path)) as lines:
                await desk.mail.take(lines, 1.0)
            await desk.rounds.work()
            return desk.report()

    @asynccontextmanager
    async def _desk(self, *, begins: bool = False) -> "AsyncIterator[_Desk]":
        batch = self.batch
        with (
            Journal(batch.journal_file) as journal,
            journal.open(
                batch.output,
                batch.summarizer.identity,
                fresh=batch.fresh and begins,
                share=batch.share,
            ) as ledger,
        ):
            ledger.plan(entry.name for entry in batch.entries())
            if batch.retry_failed and begins:
                ledger.retry_failed()
            questions = Questions(journal, ledger.run)
            batch = replace(batch, summarizer=await settled(batch.summarizer, ledger))
            yield _Desk(batch, ledger, questions, self.size, self._model.cost)
            if not ledger.counts.planned:
                ledger.finish(ordered=batch.ordered)

    def _filing(self) -> Filing:
        self._model.check()
        return Filing(self._model.base_url, self._model.api_key)


class _Desk:
    """What is open while a step is taken."""

    def __init__(
        self, batch: Batch, ledger: Ledger, questions: Questions, size: Size, cost: Cost
    ) -> None:
        self._batch = batch
        self._cost = cost
        self.has_news = True  # of the process before, which may not have got to it
        self.ledger = ledger
        self.questions = questions
        self.rounds = Rounds(batch, ledger, questions)
        self.mail = Mail(ledger, questions, batch.output.resolve().parent, size)

    async def look(self, filing: Filing) -> None:
        """Take in what has ended, work with it and ask what is to be asked next."""
        self.has_news |= await self.mail.collect(filing)
        if not self.has_news:
            return
        await self.rounds.work()
        if not self.mail.troubles:  # what was refused or cancelled is for people to mend
            await self.send(filing)
        self.has_news = False

    async def send(self, filing: Filing) -> None:
        """Ask what may be asked."""
        allowance = Allowance(
            tokens=self._batch.tokens,
            cost_usd=self._batch.cost_usd,
            cost=self._cost,
            spent=self.ledger.spent(),
            out=self.questions.out(),
        )
        await self.mail.send(filing, allowance)

    def report(self) -> Report:
        return Report(
            self.ledger.counts,
            self.questions.unsent(),
            self.questions.asked(),
            dict(self.mail.batches),
            dict(self.mail.tally),
            tuple(self.mail.troubles),
        )


def _model_of(batch: Batch) -> OpenAIModel:
    model = batch.summarizer.patient().model
    if isinstance(model, OpenAIModel):
        return model
    raise SummarizerError("hosted batches need a model behind a server; name it with --model")


@contextmanager
def _patience() -> Iterator[None]:
    """Look again next time, if the server is only busy or out of reach."""
    try:
        yield
    except ModelError as error:
        if not error.retryable:
            raise


def _put(path: Path, lines: Iterable[bytes]) -> None:
    """Write a file that is whole or not there."""
    try:
        with replacing(path) as draft, draft.open("wb") as file:
            file.writelines(lines)
    except OSError as error:
        raise SummarizerError(f"{path}: cannot be written ({error.strerror})") from None


async def _lines(path: Path) -> AsyncGenerator[bytes, None]:
    try:
        with path.open("rb") as file:
            for line in file:
                yield line
    except OSError as error:
        raise SummarizerError(f"{path}: cannot be read ({error.strerror})") from None
