"""A batch: inputs to rows in a file, whatever happens on the way.

What is asked of a model passes through a chain, the outermost first: the journal, which knows the
answers of before and keeps new ones; the gate, which keeps to the server's rate; the budget, which
reserves what an answer may cost; the journal again, which writes down what is sent. Documents are
read and summarized in worker processes; one process owns the chain and the files.
"""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil
from pathlib import Path

from summarizer.batch.budget import Budget
from summarizer.batch.events import Event, EventLog
from summarizer.batch.gate import Gate
from summarizer.batch.inputs import Entry, entries
from summarizer.batch.jobs import Finished, Work, failed
from summarizer.batch.journal import NAME as JOURNAL
from summarizer.batch.journal import Journal, Ledger
from summarizer.batch.money import Cost, priced, spending
from summarizer.batch.progress import Progress, Traffic
from summarizer.batch.workforce import server_of, settled, workforce
from summarizer.errors import BudgetError, DocumentError, SummarizerError
from summarizer.llm import pricing
from summarizer.pipeline import Summarizer
from summarizer.wire import Around, Request, Response, Send

AT_ONCE = 16
"""Requests in flight unless told otherwise: a small server of one's own serves as many."""

_IN_LINE = 0.1  # of requests in flight: let in and written down when one of those is answered
_OK = 200
_FEW = 8
_READY = 2  # documents at work for each request in flight: the next one is there when one is done
_HOPELESS = frozenset({"unauthorized", "forbidden", "not_found", "quota", "unreachable"})
_ENOUGH = 20  # documents in a row that fail so; the next one would as well


@dataclass(frozen=True)
class Batch:
    """What is to be done: which documents, by whom, into which file, within which bounds.

    ``inputs`` are files, folders, globs, JSONL and Parquet (see ``inputs.entries``). ``share`` is
    whether answers that other outputs of the same ``journal`` paid for are taken. ``at_once`` are
    requests in flight, ``rpm`` and ``tpm`` requests and tokens a minute, learnt if None; ``tokens``
    and ``cost_usd`` what the output may cost in all. ``workers`` are processes, one for each core
    if None; ``deadline`` is seconds for one document.
    """

    summarizer: Summarizer
    inputs: tuple[str | Path, ...]
    output: Path
    text_field: str = field(default="text", kw_only=True)
    id_field: str | None = field(default=None, kw_only=True)
    ordered: bool = field(default=True, kw_only=True)
    fresh: bool = field(default=False, kw_only=True)
    retry_failed: bool = field(default=False, kw_only=True)
    share: bool = field(default=True, kw_only=True)
    journal: Path | None = field(default=None, kw_only=True)
    at_once: int = field(default=AT_ONCE, kw_only=True)
    rpm: float | None = field(default=None, kw_only=True)
    tpm: float | None = field(default=None, kw_only=True)
    tokens: int | None = field(default=None, kw_only=True)
    cost_usd: Decimal | None = field(default=None, kw_only=True)
    workers: int | None = field(default=None, kw_only=True)
    deadline: float | None = field(default=None, kw_only=True)

    @property
    def journal_file(self) -> Path:
        """Where answers are kept: the named journal, else one that the output's folder shares."""
        return self.journal or self.output.resolve().parent / JOURNAL

    def entries(self) -> Iterator[Entry]:
        """The documents, read when they are loaded."""
        return entries(
            self.inputs, text_field=self.text_field, id_field=self.id_field, output=self.output
        )


class Run:
    """One run of a batch: ``await run()`` works until no document is left, or nothing helps.

    Raises ``SummarizerError`` if the output belongs to another batch, the budget is used up or
    files cannot be written; finished rows are kept.
    """

    def __init__(self, batch: Batch, progress: Progress, log: EventLog | None = None) -> None:
        self.batch = batch
        self.progress = progress
        self.log = log
        self.gate: Gate | None = None
        self._price: Cost = lambda _: None
        self._stopping = False
        self._why: SummarizerError | None = None
        self._hopeless = 0

    def stop(self) -> None:
        """Begin no further document; those in flight are finished."""
        if not self._stopping:
            self._log("interrupted", in_flight=self.gate.in_flight if self.gate else None)
        self._stopping = True

    def traffic(self) -> Traffic | None:
        """What goes on between us and the server."""
        gate = self.gate
        if gate is None:
            return None
        at_once = self.batch.at_once
        in_flight, allowed = min(gate.in_flight, at_once), min(gate.allowed, at_once)
        return Traffic(in_flight, allowed, gate.rate, gate.paused)

    async def __call__(self) -> None:
        """Do it."""
        batch = self.batch
        if server := server_of(batch.summarizer):
            server.check()
        names = (entry.name for entry in batch.entries())  # inputs that are wrong are told first
        with (
            Journal(batch.journal_file) as journal,
            journal.open(
                batch.output, batch.summarizer.identity, fresh=batch.fresh, share=batch.share
            ) as ledger,
        ):
            ledger.plan(names)
            self._plan(ledger)
            self._log("started", documents=self.progress.tally.left, **batch.summarizer.identity)
            summarizer = await settled(batch.summarizer, ledger)
            async with workforce(
                summarizer,
                *self._chain(ledger, summarizer),
                workers=self._workers,
                deadline=batch.deadline,
            ) as work:
                await self._through(ledger, work)
            await self._miss(ledger)
            self.progress.tally.saved = priced(ledger.saved, 1.0, self._price)
            if not ledger.counts.planned:
                ledger.finish(ordered=batch.ordered)
        self._log("ended", left=self.progress.tally.left, usage=self.progress.tally.usage)
        if self._why is not None:
            raise self._why

    @property
    def _workers(self) -> int:
        """Processes to work in; a few documents are done before the first one has started."""
        if self.batch.workers is not None:
            return self.batch.workers
        return _cores() if (self.progress.tally.left or 0) > _FEW else 0

    # ---- before ---------------------------------------------------------------------------------

    def _plan(self, ledger: Ledger) -> None:
        """Count what is there, and refuse inputs that have changed since they were summarized."""
        counts = ledger.counts
        has_rows = counts.ok + counts.failed
        for entry in self.batch.entries() if has_rows else ():
            standing = ledger.state(entry.name)
            if standing and standing.digest and _digest_of(entry) not in {standing.digest, None}:
                raise SummarizerError(
                    f"{entry.name} has changed since {self.batch.output} got its row; "
                    "use --fresh to start over, or another output"
                )
        if self.batch.retry_failed:
            ledger.retry_failed()
        counts = ledger.counts
        if not any((counts.planned, counts.ok, counts.failed)):
            raise DocumentError("the inputs hold no document; check paths and --text-field")
        self.progress.plan(
            counts.planned + counts.ok + counts.failed,
            resumed=counts.ok + counts.failed,
            failed_before=counts.failed,
        )

    # ---- the way of a document ------------------------------------------------------------------

    def _chain(self, ledger: Ledger, summarizer: Summarizer) -> list[Around]:
        """What a request to the model's server passes through."""
        batch, server = self.batch, server_of(summarizer)
        if server is None:
            return []
        line = batch.at_once + ceil(batch.at_once * _IN_LINE)
        self.gate = Gate(at_once=line, rpm=batch.rpm, tpm=batch.tpm)
        self._price = pricing(server)
        budget = Budget(
            tokens=batch.tokens,
            cost_usd=batch.cost_usd,
            cost=self._price,
            spent=spending(ledger.spent(), self._price),
        )
        return [
            ledger.replayed,
            ledger.answered,
            self.gate,
            budget,
            ledger.asked,
            _at_most(batch.at_once),
            self._heard,
        ]

    async def _heard(self, request: Request, send: Send) -> Response:
        response = await send(request)
        if response.status != _OK:
            self._log("refused", name=request.owner, status=response.status, lost=response.lost)
        return response

    async def _through(self, ledger: Ledger, work: Work) -> None:
        todo = self._todo(ledger)

        async def worker() -> None:
            for entry in todo:
                if self._stopping:
                    return
                try:
                    await self._one(entry, ledger, work)
                except SummarizerError as error:  # ends the batch, not the others in flight
                    self._end(error)

        async with asyncio.TaskGroup() as group:
            for _ in range(self.batch.at_once * _READY):
                group.create_task(worker())

    def _todo(self, ledger: Ledger) -> Iterator[Entry]:
        for entry in self.batch.entries():
            standing = ledger.state(entry.name)
            if standing is None or standing.state != "planned":
                continue
            if standing.kind or not self.batch.retry_failed:  # a kind: it has failed before
                yield entry

    async def _one(self, entry: Entry, ledger: Ledger, work: Work) -> None:
        finished = await work(entry.name, entry)
        await ledger.keep(finished)
        self._note(finished)

    async def _miss(self, ledger: Ledger) -> None:
        """What was planned and is gone by its turn."""
        if self._stopping or self.batch.retry_failed:
            return
        for name in ledger.planned():
            finished = failed(name, DocumentError(f"{name} went away before it was read"))
            await ledger.keep(finished)
            self._note(finished)

    def _note(self, finished: Finished) -> None:
        self.progress.tick(finished)
        if self.log:
            self.log.finished(finished)
        self._hopeless = self._hopeless + 1 if finished.kind in _HOPELESS else 0
        if self._hopeless >= _ENOUGH:
            self._end(
                SummarizerError(
                    f"{_ENOUGH} documents in a row failed with {finished.kind}, so the others are "
                    "left; mend that, then run again, with --retry-failed for the failed ones"
                )
            )

    def _end(self, why: SummarizerError) -> None:
        if isinstance(why, BudgetError) and self._why is None:
            self._log("budget", told=str(why))
        self._why = self._why or why
        self._stopping = True

    def _log(self, event: Event, **facts: object) -> None:
        if self.log:
            self.log.log(event, **facts)


def _cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):  # macOS has none
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _at_most(at_once: int) -> Around:
    """Holds what is on the wire to a number; what is let in besides is written down meanwhile."""
    wire = asyncio.Semaphore(at_once)

    async def held(request: Request, send: Send) -> Response:
        async with wire:
            return await send(request)

    return held


def _digest_of(entry: Entry) -> str | None:
    try:
        return entry.load().digest
    except DocumentError:
        return None
