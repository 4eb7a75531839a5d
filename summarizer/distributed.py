"""Batches on many machines: the very same work on each document, spread by Ray Data.

Ray schedules, restarts workers and outlives machines. What is asked, which errors become rows and
how a server's rate is kept is the project's own, the same as on one machine: a worker process
summarizes the documents of a block at once, and the requests of all workers pass through one gate.
A worker writes a block as soon as it is done, so that what is lost with a machine is what was in
hand there, and no more. Needs the extra ``ray`` on every machine.
"""

import asyncio
import json
import logging
import os
import threading
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import islice
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypedDict

from pydantic import TypeAdapter

from schemas import Row
from summarizer.batch.gate import Gate
from summarizer.batch.inputs import Entry, entries
from summarizer.batch.jobs import Finished, failed, finish, succeeded
from summarizer.batch.tally import Tally
from summarizer.batch.turnstile import Passage, Turnstile
from summarizer.documents import Document
from summarizer.errors import DocumentError, JournalError, SummarizerError, WorkerError
from summarizer.pipeline import EMBEDDED, Summarizer
from summarizer.wire import Request, Response

if TYPE_CHECKING:
    import pyarrow as pa
    from ray.actor import ActorHandle
    from ray.data import Dataset

    from summarizer.batch.shards import Notes, Shards

AT_ONCE = 64
"""Requests in flight, of all workers together, unless told otherwise."""

BLOCK = 50
"""Documents that a worker finishes and writes together; it has two such blocks in hand."""

_SPARE_CPUS = 2  # where workers leave no room for Ray to read, it waits for ever and says nothing
_WORKER_CPUS = 0.1  # of what Ray counts; we count workers ourselves
_RETRIES = 3  # of a block whose worker died
_LATER_RETRIES = 1  # by then it is a document that ends it
_SMALLER = 10  # times are blocks in the second round
_RESTARTS = 20  # of a worker
_READ_AHEAD = 2  # documents that a worker reads while as many as may be are in flight
_QUEUED = 2  # blocks that wait at a worker, so that it never waits for them
_HANDED_ON = 500  # documents of inputs that Ray gets in one piece
_SILENT = 300.0
_ENVIRONMENT = ("OPENAI_API_KEY", "OPENAI_BASE_URL")

_log = logging.getLogger("summarizer")


class Watcher(Protocol):
    """Who is told how a run goes, such as ``summarizer.batch.progress.Progress``."""

    def plan(self, planned: int, *, resumed: int = 0, failed_before: int = 0) -> None:
        """The documents are counted; work begins."""

    def tick(self, finished: Finished) -> None:
        """A document is finished; ``line`` is empty unless it failed."""

    def tell(self, text: str) -> None:
        """A sentence for people."""


def map_dataset(  # noqa: PLR0913 - options are arguments
    ds: "Dataset",
    summarizer: Summarizer,
    *,
    name: str = "name",
    text: str = "text",
    workers: int | None = None,
    at_once: int = AT_ONCE,
    rpm: float | None = None,
    tpm: float | None = None,
    block: int = BLOCK,
) -> "Dataset":
    """Summarize the documents of a dataset, each a record that holds its name and text.

    Gives a dataset of ``name``, ``key``, ``status`` (``ok`` or ``failed``), ``kind`` (of the
    error, else empty) and ``row``, the line of JSON that a local batch writes. Errors are rows.
    ``workers`` are processes, as many as the cluster has processors to spare if None; ``at_once``
    requests in flight, ``rpm`` and ``tpm`` requests and tokens a minute, of all of them together.
    Raises ``SummarizerError`` where Ray or room on the cluster is missing.
    """
    _extra()
    crew = _hire(summarizer, workers, Gate(at_once=at_once, rpm=rpm, tpm=tpm), at_once)
    documents = ds.map_batches(_Keys.of(name, text, summarizer), batch_format="pyarrow")
    return crew.spread(documents, block)


def run(  # noqa: PLR0913 - options are arguments
    source: "Dataset | Iterable[str | Path]",
    output: str | Path,
    summarizer: Summarizer,
    *,
    name: str | None = None,
    text: str = "text",
    workers: int | None = None,
    at_once: int = AT_ONCE,
    rpm: float | None = None,
    tpm: float | None = None,
    block: int = BLOCK,
    address: str | None = None,
    retry_failed: bool = False,
    fresh: bool = False,
    progress: Watcher | None = None,
    silent: float = _SILENT,
) -> Tally:
    """Summarize documents into Parquet files in the folder ``output``; tells what was done.

    ``source`` is a dataset, or inputs as a local batch takes them, which this process reads and
    hands on. ``output`` is a path or URI that every machine reaches. What has a row there is not
    worked on again; failed rows are with ``retry_failed``, and ``fresh`` starts over. The columns
    and the other options are those of ``map_dataset``. ``address`` is a Ray cluster's; without one
    Ray is taken as it runs in this process, or started on this machine. ``progress`` hears of it
    when nothing was finished for ``silent`` seconds. An output takes one run at a time.

    A document that ends its worker whenever it is tried becomes a failed row (``WorkerError``).
    Raises ``SummarizerError``; rows until then are kept.
    """
    _extra()
    from summarizer.batch.shards import Shards  # noqa: PLC0415 - belongs to the extra

    with _cluster(address) as ray:
        if not isinstance(source, ray.data.Dataset):
            source, name, text = _handed_on(source, text, name), "name", "text"
        shards = Shards(str(output) if "://" in str(output) else str(Path(output).absolute()))
        shards.open(summarizer.identity, fresh=fresh)
        job = _Job(source, _Keys.of(name or "name", text, summarizer), shards, progress)
        job.plan(retry_failed=retry_failed)
        crew = _hire(summarizer, workers, Gate(at_once=at_once, rpm=rpm, tpm=tpm), at_once)
        with _watched(job.tally, silent, job.tell):
            job.work(replace(crew, shards=shards), block)
    return job.tally


# --- What is to be done --------------------------------------------------------------------------


@dataclass(frozen=True)
class _Keys:
    """Makes records documents, each with its name, text, why there is none, and a key.

    The key tells name, text and the ``way`` in which they are summarized; of the documents stay
    those whose keys are ``wanted``, all if None.
    """

    name: str
    text: str
    way: str
    wanted: Any = None

    @classmethod
    def of(cls, name: str, text: str, summarizer: Summarizer) -> "_Keys":
        """Keys of records that hold name and text there."""
        return cls(name, text, json.dumps(dict(summarizer.identity), sort_keys=True))

    def __call__(self, records: "pa.Table") -> "pa.Table":
        import pyarrow as pa  # noqa: PLC0415 - belongs to the extra

        names = [str(name) for name in records[self.name].to_pylist()]
        texts = [text if isinstance(text, str) else None for text in records[self.text].to_pylist()]
        faults, about = (
            records[column].to_pylist() if column in records.column_names else [""] * len(names)
            for column in ("fault", "about")
        )
        keys = [self._key(*one) for one in zip(names, texts, faults, about, strict=True)]
        columns = {"name": names, "text": texts, "fault": faults, "about": about, "key": keys}
        documents = pa.table({name: pa.array(of, pa.string()) for name, of in columns.items()})
        return documents if self.wanted is None else documents.filter(self._mask(keys))

    def _key(self, *told: str | None) -> str:
        return sha256(json.dumps([self.way, *told]).encode()).hexdigest()[:32]

    def _mask(self, keys: list[str]) -> Any:
        import numpy as np  # noqa: PLC0415 - comes with the extra
        import pyarrow as pa  # noqa: PLC0415 - belongs to the extra

        return pa.array(np.isin(_numbers(keys), self.wanted))


def _numbers(keys: Iterable[str]) -> Any:
    """Keys as numbers: every task gets those of all documents, eight bytes each."""
    import numpy as np  # noqa: PLC0415 - comes with the extra

    return np.fromiter((int(key[:16], 16) for key in keys), np.uint64)


def _handed_on(inputs: Iterable[str | Path], text: str, name: str | None) -> "Dataset":
    """The documents of a local batch under the same names, read by this process."""
    import pyarrow as pa  # noqa: PLC0415 - belongs to the extra
    import ray  # noqa: PLC0415

    found = entries(inputs, text_field=text, id_field=name)
    schema = pa.schema([(column, pa.string()) for column in ("name", "text", "fault", "about")])
    tables = []
    while records := [_record(entry) for entry in islice(found, _HANDED_ON)]:
        tables.append(ray.put(pa.Table.from_pylist(records, schema=schema)))
    return ray.data.from_arrow_refs(tables)


def _record(entry: Entry) -> Mapping[str, str | None]:
    try:
        document = entry.load()
    except DocumentError as error:
        return {"name": entry.name, "text": None, "fault": str(error), "about": ""}
    return {"name": entry.name, "text": document.text, "fault": "", "about": _about(document)}


def _about(document: Document) -> str:
    """What the file tells of a document besides its text, as JSON; empty if it tells nothing."""
    bare = replace(document, text="", name=None)
    return "" if bare == Document("") else _ABOUT.dump_json(bare, exclude_defaults=True).decode()


_ABOUT = TypeAdapter(Document)


@dataclass
class _Job:
    """A run: which documents have no row yet, and what is done until all have one."""

    source: "Dataset"
    keys: _Keys
    shards: "Shards"
    progress: Watcher | None
    tally: Tally = field(default_factory=Tally)
    missing: frozenset[str] = frozenset()

    def tell(self, text: str) -> None:
        """Say a sentence to people."""
        if self.progress:
            self.progress.tell(text)
        else:
            _log.warning("%s", text)

    def plan(self, *, retry_failed: bool) -> None:
        """Compare the documents with the rows that are kept."""
        documents = 0
        names: set[int] = set()
        keys: set[str] = set()
        for table in _tables(self._documents(self.keys).select_columns(["name", "key"])):
            documents += table.num_rows
            names.update(hash(name) for name in table["name"].to_pylist())
            keys.update(table["key"].to_pylist())
        if len(names) < documents:
            raise SummarizerError(
                f"{documents - len(names)} of {documents} documents have the name of another one; "
                "take a field for names that tells them apart"
            )
        kept = self.shards.tidy(retry_failed=retry_failed)
        if kept.keys - keys:
            raise SummarizerError(
                f"{self.shards.name_of_other(keys)} has a row in {self.shards.folder}, but is not "
                "among the inputs any more, or not with this text; add it again, use --fresh to "
                "start over, or another output"
            )
        self.missing = frozenset(keys - kept.keys)
        facts = {"resumed": len(kept.keys), "failed_before": kept.failed}
        self.tally.plan(documents, **facts)
        if self.progress:
            self.progress.plan(documents, **facts)

    def work(self, crew: "_Crew", block: int) -> None:
        """First all at full speed; then what was lost in ever smaller blocks, the last alone."""
        self._round(crew, block)
        again = replace(crew, retries=_LATER_RETRIES)
        self._round(again, ceil(block / _SMALLER))
        self._round(replace(again, is_careful=True), 1)
        self._give_up()

    def _round(self, crew: "_Crew", block: int) -> None:
        if not self.missing:
            return
        block = min(block, ceil(len(self.missing) / crew.size))  # everybody has something to do
        crew = replace(crew, size=min(crew.size, ceil(len(self.missing) / block)))
        told: set[str] = set()
        for table in _tables(crew.spread(self._missing(), block)):
            for one in table.to_pylist():
                if one["trouble"]:
                    raise JournalError(one["trouble"])
                told.add(one["key"])
                self._count(_FINISHED.validate_json(one["told"]))
        kept = self.shards.tidy().keys
        if late := (self.missing & kept) - told:  # done by workers that could not tell it any more
            for row in self.shards.rows(late):
                self._count(_again(row))
        self.missing -= kept
        if self.missing:
            self.tell(f"{len(self.missing)} documents were lost with their workers")

    def _give_up(self) -> None:
        from summarizer.batch.shards import row, table  # noqa: PLC0415 - belongs to the extra

        if not self.missing:
            return
        for documents in _tables(self._missing().select_columns(["name", "key"])):
            names, keys = (documents[column].to_pylist() for column in ("name", "key"))
            rows = [failed(name, WorkerError(_ENDED)) for name in names]
            self.shards.write(table(map(row, rows, keys)))
            for finished in rows:
                self._count(finished)

    def _count(self, finished: Finished) -> None:
        self.tally.add(finished)
        if self.progress:
            self.progress.tick(finished)

    def _missing(self) -> "Dataset":
        return self._documents(replace(self.keys, wanted=_numbers(self.missing)))

    def _documents(self, keys: _Keys) -> "Dataset":
        return self.source.map_batches(keys, batch_format="pyarrow")


_ENDED = (
    "it ended its worker process each time it was tried; the document may be too large or damaged: "
    "look into the logs of Ray, or try again with --retry-failed"
)


def _tables(ds: "Dataset") -> "Iterator[pa.Table]":
    """The blocks of a dataset as they come; those that were lost are left out."""
    import ray  # noqa: PLC0415 - belongs to the extra

    ds.context.max_errored_blocks = -1  # what has no row in the end tells what was lost
    ds.context.enable_progress_bars = False  # we have our own
    ds.context.print_on_execution_start = False
    try:
        for table in ds.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0):
            if table.num_rows:
                yield table
    except ray.exceptions.RayError as error:
        reason = " ".join(str(error).split())
        raise SummarizerError(
            f"Ray gave up ({reason[:300]}); rows until now are kept: run the same command again"
        ) from error


# --- Who does it ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Crew:
    """Worker processes on the machines of a cluster.

    ``slots`` are the documents that each has in flight. A worker of a careful crew has a single
    document in hand, so that no other one is lost with it.
    """

    summarizer: Summarizer
    size: int
    slots: int
    turnstile: "ActorHandle | None"
    shards: "Shards | None" = None
    retries: int = _RETRIES
    is_careful: bool = False

    def spread(self, documents: "Dataset", block: int) -> "Dataset":
        """Have documents summarized in blocks of so many."""
        from ray.data import ActorPoolStrategy  # noqa: PLC0415 - belongs to the extra

        blocks = 1 if self.is_careful else max(2, ceil(self.slots / block) + 1)
        known = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Ray means to drop arguments; the extra ends before
            return documents.repartition(target_num_rows_per_block=block).map_batches(
                _Worker,
                fn_constructor_args=(self.summarizer, self.slots, self.turnstile, self.shards),
                batch_size=block,
                batch_format="pyarrow",
                compute=ActorPoolStrategy(
                    size=self.size,
                    max_concurrent_calls_per_actor=blocks,
                    max_tasks_in_flight_per_actor=blocks + (0 if self.is_careful else _QUEUED),
                ),
                num_cpus=_WORKER_CPUS,
                max_task_retries=self.retries,
                max_restarts=_RESTARTS,
                **({"runtime_env": {"env_vars": known}} if known else {}),
            )


def _hire(summarizer: Summarizer, workers: int | None, gate: Gate, at_once: int) -> _Crew:
    import ray  # noqa: PLC0415 - belongs to the extra

    cpus = int(ray.cluster_resources().get("CPU", 0))
    size = workers or max(cpus - _SPARE_CPUS, 1)
    if cpus < 1 + size * _WORKER_CPUS:
        raise SummarizerError(
            f"the cluster has {cpus} processors, and {size} workers leave Ray none to read with; "
            "add machines or take fewer workers"
        )
    turnstile = None
    if summarizer.model is not None and summarizer.model != EMBEDDED:
        options = {"num_cpus": 0, "max_restarts": -1, "max_task_retries": -1}
        booth = ray.remote(**options, max_concurrency=_VISITS)(Turnstile)
        turnstile = booth.remote(gate)
    bare = replace(summarizer)  # without what it has made of its fields, which stays in a process
    return _Crew(bare, size, ceil(at_once / size), turnstile)


class _Worker:
    """Summarizes the documents of a block at once, in a process of its own."""

    def __init__(
        self,
        summarizer: Summarizer,
        slots: int,
        turnstile: "ActorHandle | None",
        shards: "Shards | None",
    ) -> None:
        import ray  # noqa: PLC0415 - belongs to the extra

        self._turn = asyncio.Semaphore(slots + _READ_AHEAD)
        self._shards = shards
        if turnstile is not None:
            name = ray.get_runtime_context().get_actor_id() or ""
            summarizer = summarizer.through(Passage(_Elsewhere(turnstile), name))
        self._summarize = summarizer.summarize

    async def __call__(self, documents: "pa.Table") -> "AsyncIterator[pa.Table]":
        """Rows of the documents; if they are written here, what the run is told instead."""
        from summarizer.batch.shards import Notes, row, table  # noqa: PLC0415 - of the extra

        if self._shards is not None:
            yield await self._written(documents, self._shards)
            return
        finished = await self._all(documents, Notes(None))
        yield table(map(row, finished, documents["key"].to_pylist()))

    async def _written(self, documents: "pa.Table", shards: "Shards") -> "pa.Table":
        from summarizer.batch.shards import row, table  # noqa: PLC0415 - belongs to the extra

        keys = documents["key"].to_pylist()
        kept = await asyncio.to_thread(shards.read, keys)
        if kept is not None:  # done before, by a worker that was lost later
            return _told(keys, map(_again, kept.to_pylist()))
        notes = shards.notes(keys)
        finished = await self._all(documents, notes)
        try:
            await asyncio.to_thread(shards.write, table(map(row, finished, keys)))
        except JournalError as error:  # Ray would go on, and all that follows be paid for nothing
            return _told(keys, finished, str(error))
        notes.clear()
        return _told(keys, finished)

    async def _all(self, documents: "pa.Table", notes: "Notes") -> list[Finished]:
        before = notes.rows()
        return await asyncio.gather(
            *(
                self._noted(document, notes, before.get(document["key"]))
                for document in documents.to_pylist()
            )
        )

    async def _noted(
        self, document: "_Document", notes: "Notes", before: Mapping[str, str] | None
    ) -> Finished:
        from summarizer.batch.shards import row  # noqa: PLC0415 - belongs to the extra

        if before is not None:
            return _again(before)
        finished = await self._one(document)
        notes.add(row(finished, document["key"]))
        return finished

    async def _one(self, document: "_Document") -> Finished:
        name, text = document["name"], document["text"]
        if text is None:
            return failed(name, DocumentError(document["fault"] or _NO_TEXT))
        async with self._turn:
            told = _ABOUT.validate_json(document["about"]) if document["about"] else Document("")
            return await finish(name, replace(told, text=text, name=name), self._summarize)


class _Document(TypedDict):
    """A record as a worker gets it."""

    name: str
    text: str | None
    fault: str
    about: str
    key: str


_NO_TEXT = "the record holds no text; check the field that is taken for it"
_FINISHED = TypeAdapter(Finished)


def _told(keys: list[str], finished: Iterable[Finished], trouble: str = "") -> "pa.Table":
    """What a run is told: everything but the rows, which are written, save those of failures."""
    import pyarrow as pa  # noqa: PLC0415 - belongs to the extra

    bare = [replace(one, line=b"") if one.is_ok else one for one in finished]
    told = [_FINISHED.dump_json(one).decode() for one in bare]
    return pa.table({"key": keys, "told": told, "trouble": [trouble] * len(keys)})


def _again(kept: Mapping[str, str]) -> Finished:
    """What is told of a row that was written before."""
    line = kept["row"].encode() + b"\n"
    row = Row.model_validate_json(line)
    if row.summary is not None:
        return replace(succeeded(row.name, row.summary), line=line)
    return Finished(row.name, line, kind=kept["kind"])


# --- One gate for all ----------------------------------------------------------------------------

_VISITS = 100_000  # requests that may queue; Ray would let in a thousand


@dataclass(frozen=True)
class _Elsewhere:
    """The turnstile as a worker sees it: an actor that moves on if its machine is lost."""

    actor: "ActorHandle"

    def greet(self, worker: str, life: str) -> Awaitable[None]:
        return self.actor.greet.remote(worker, life)  # type: ignore[no-any-return]

    def enter(self, ticket: str, worker: str, life: str, request: Request) -> Awaitable[None]:
        return self.actor.enter.remote(ticket, worker, life, request)  # type: ignore[no-any-return]

    def leave(self, ticket: str, response: Response | None) -> Awaitable[None]:
        return self.actor.leave.remote(ticket, response)  # type: ignore[no-any-return]


# --- Ray -----------------------------------------------------------------------------------------


def _extra() -> None:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # both are read when Ray is imported
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # it worries aloud about restarts
    try:
        import pyarrow as pa  # noqa: F401, PLC0415 - belongs to the extra
        import ray.data  # noqa: F401, PLC0415
    except ImportError as error:
        raise SummarizerError(
            f"batches on a cluster need Ray ({error}); install it: "
            'pip install "structured-summarizer[ray]"'
        ) from None


@contextmanager
def _cluster(address: str | None) -> Iterator[Any]:
    """Ray as it runs, or connected to for as long as it is needed."""
    import ray  # noqa: PLC0415 - belongs to the extra

    logging.getLogger("ray.data").setLevel(logging.CRITICAL)  # we tell ourselves how it goes
    if ray.is_initialized():
        yield ray
        return
    options: dict[str, Any] = {"address": address}
    if address is None:  # said outright, or a variable of the environment would decide
        cpus = (os.cpu_count() or 1) + _SPARE_CPUS
        options = {"address": "local", "num_cpus": cpus, "include_dashboard": False}
    try:
        ray.init(**options, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        reason = " ".join(str(error).split())
        raise SummarizerError(
            f"no Ray at {address or 'this machine'} ({reason[:200]}); start it there with "
            "`ray start --head`, or leave the address out to work on this machine"
        ) from None
    try:
        yield ray
    finally:
        ray.shutdown()


@contextmanager
def _watched(tally: Tally, seconds: float, tell: Callable[[str], None]) -> Iterator[None]:
    """Explain it whenever nothing has been finished for so long: Ray waits in silence."""
    ended = threading.Event()

    def look() -> None:
        done = tally.done
        while not ended.wait(seconds):
            if tally.done == done:
                tell(_explanation(seconds))
            done = tally.done

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _explanation(seconds: float) -> str:
    import ray  # noqa: PLC0415 - belongs to the extra

    free, cpus = (told().get("CPU", 0) for told in (ray.available_resources, ray.cluster_resources))
    machines = sum(node["Alive"] for node in ray.nodes())
    why = "the model's server does not answer, a document takes that long, or workers still start"
    if free < 1:
        why = "others use the cluster, and Ray waits for a processor"
    return (
        f"no document finished for {seconds:g} s; {free:g} of {cpus:g} processors on {machines} "
        f"machines are free: {why}"
    )
