"""What a batch asked, what came back and what it paid, so that nothing is lost or paid twice.

One file, shared by all outputs of a folder and by any number of processes:

* ``outputs``: the files of rows, what each was made with, and ``run``, a token of its own for
  everything that is done from one fresh start to the next;
* ``documents``: what is to be done for an output and how it ended;
* ``requests``: each one, durable before it is sent; who is killed has spent what it may have cost;
* ``replies``: what came back, durable before anything is done with it.
"""

import asyncio
import json
import os
import secrets
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Literal, Self, TypeVar

from schemas import Usage
from summarizer.batch.jobs import Finished
from summarizer.batch.output import Output
from summarizer.batch.store import Store
from summarizer.completions import spent
from summarizer.errors import SummarizerError
from summarizer.llm import Facts, total
from summarizer.wire import Request, Response, Send

NAME = ".summarizer.sqlite"
"""Name of the journal in the folder of an output, unless another is named."""

State = Literal["planned", "ok", "failed"]
T = TypeVar("T")

_VERSION = 1
_SCHEMA = """
    CREATE TABLE outputs (
        id INTEGER PRIMARY KEY,
        path TEXT NOT NULL UNIQUE,      -- from the journal's folder, so that both may move
        run TEXT NOT NULL,
        identity TEXT NOT NULL,         -- JSON, label to value
        facts TEXT                      -- JSON, what the server told of its model
    );
    CREATE TABLE documents (
        output INTEGER NOT NULL REFERENCES outputs,
        name TEXT NOT NULL,
        position INTEGER NOT NULL,      -- among the inputs
        attempt INTEGER NOT NULL DEFAULT 0,
        state TEXT NOT NULL DEFAULT 'planned',
        digest TEXT,
        kind TEXT NOT NULL DEFAULT '',
        retryable INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (output, name)
    ) WITHOUT ROWID;
    CREATE TABLE requests (
        id INTEGER PRIMARY KEY,
        run TEXT NOT NULL,
        owner TEXT NOT NULL,            -- name of the document
        attempt INTEGER NOT NULL,       -- of the document
        key TEXT NOT NULL,
        asked REAL NOT NULL,            -- seconds since 1970
        input_bound INTEGER NOT NULL,
        output_bound INTEGER,
        state TEXT NOT NULL,            -- asked, then paid, unpaid or lost
        input_tokens INTEGER NOT NULL DEFAULT 0,
        cached_tokens INTEGER NOT NULL DEFAULT 0,
        output_tokens INTEGER NOT NULL DEFAULT 0,
        rate REAL NOT NULL DEFAULT 1
    );
    CREATE TABLE replies (
        request INTEGER PRIMARY KEY REFERENCES requests,
        key TEXT NOT NULL,
        status INTEGER NOT NULL,
        body BLOB NOT NULL
    );
    CREATE INDEX replies_by_key ON replies (key);
"""
_CHUNK = 1_000


class Journal(Store):
    """The journal in the file ``path``, made if it is not there.

    Others keep tables of their own in it: ``CREATE TABLE IF NOT EXISTS`` and all writing go
    through ``write`` or ``written``, all reading through ``read`` (see ``Store``).
    Raises ``JournalError``, or ``SummarizerError`` if a newer version of ours made it.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        try:
            version = self.write(_migrate)
        except BaseException:
            self.close()
            raise
        if version > _VERSION:
            self.close()
            told = f"it was made by a newer summarizer (version {version} of journals)"
            raise SummarizerError(f"{path}: {told}; update this one or name another journal")

    def open(
        self,
        output: Path,
        identity: Mapping[str, str],
        *,
        fresh: bool = False,
        share: bool = True,
    ) -> "Ledger":
        """Hold an output, to go on with it or, if it is new or ``fresh``, to begin.

        ``identity`` is all that rows depend on besides the documents, by labels that people read.
        ``share`` is whether answers that other runs paid may be used.
        Raises ``SummarizerError`` if another run holds the output, if it was made with something
        else, or if it holds what this journal does not know.
        """
        file = Output(output.resolve())
        try:
            known = self._known(file.path)
            if not fresh and file.size:
                _agree(output, known.identity if known else None, identity)
            if known is None or fresh or known.identity != identity:
                file.clear()
                known = self._begun(file.path, identity)
            ledger = Ledger(self, file, known, share=share)
            ledger._resume()  # noqa: SLF001 - the other half of its construction
        except BaseException:
            file.close()
            raise
        return ledger

    def _known(self, path: Path) -> "_Opened | None":
        query = "SELECT id, run, identity FROM outputs WHERE path = ?"
        for number, run, identity in self.read(query, self._relative(path)):
            return _Opened(number, run, json.loads(identity))
        return None

    def _begun(self, path: Path, identity: Mapping[str, str]) -> "_Opened":
        run = secrets.token_hex(8)
        row = (self._relative(path), run, json.dumps(identity, ensure_ascii=False))

        def work(connection: sqlite3.Connection) -> int:
            connection.execute(
                "INSERT INTO outputs (path, run, identity) VALUES (?, ?, ?) ON CONFLICT (path)"
                " DO UPDATE SET run = excluded.run, identity = excluded.identity, facts = NULL",
                row,
            )
            query = "SELECT id FROM outputs WHERE path = ?"
            (number,) = connection.execute(query, row[:1]).fetchone()
            connection.execute("DELETE FROM documents WHERE output = ?", (number,))
            return int(number)

        return _Opened(self.write(work), run, identity)

    def _relative(self, path: Path) -> str:
        return os.path.relpath(path, self.path.resolve().parent)


@dataclass(frozen=True)
class _Opened:
    """An output as the journal knows it."""

    number: int
    run: str
    identity: Mapping[str, str]


@dataclass(frozen=True)
class Standing:
    """How far a document is; ``digest`` is of the text of which its row was made."""

    state: State
    digest: str | None
    kind: str
    retryable: bool


@dataclass(frozen=True)
class Counts:
    """Numbers of documents."""

    planned: int = 0
    ok: int = 0
    failed: int = 0


@dataclass(frozen=True)
class Spent:
    """What the requests of a run used.

    ``paid`` is exact, by share of the price (``Response.rate``). ``unknown`` is the most that
    requests may have used of which nobody knows whether they were worked on: those of a process
    that was killed, those that broke off, and those that are under way.
    """

    paid: Mapping[float, Usage]
    unknown: Usage


class Ledger:
    """One output of a journal: its documents, its requests and its rows.

    ``run`` names everything done since its last fresh start. ``saved`` is what the answers would
    have cost that this process took from the journal. One event loop at a time.
    """

    def __init__(self, journal: Journal, file: Output, opened: _Opened, *, share: bool) -> None:
        self.run = opened.run
        self.saved = Usage()
        self._journal = journal
        self._file = file
        self._number = opened.number
        self._share = share
        self._flights: dict[str, asyncio.Event] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Finish what is queued and let others have the output."""
        self._file.close()

    # --- Documents ------------------------------------------------------------------------------

    def plan(self, names: Iterable[str]) -> None:
        """Tell all documents in their order; those that are known keep their state.

        Raises ``SummarizerError`` if a name stands there twice or one that was planned before
        is missing; nothing is changed then.
        """
        with self._journal.connection() as connection:
            connection.execute("CREATE TEMP TABLE input (name TEXT UNIQUE)")
            for chunk in _chunks(names):
                self._refuse_twins(connection, chunk)
            self._refuse_missing(connection)
            connection.execute(
                "INSERT INTO documents (output, name, position) SELECT ?, name, rowid FROM input"
                " WHERE true ON CONFLICT (output, name) DO UPDATE SET position = excluded.position",
                (self._number,),
            )

    def _refuse_twins(self, connection: sqlite3.Connection, names: tuple[str, ...]) -> None:
        connection.execute("BEGIN")
        for name in names:
            cursor = connection.execute("INSERT OR IGNORE INTO input (name) VALUES (?)", (name,))
            if not cursor.rowcount:
                told = f"two inputs have the name {name}"
                raise SummarizerError(f"{self._file.path}: {told}; rename one of them")
        connection.execute("COMMIT")

    def _refuse_missing(self, connection: sqlite3.Connection) -> None:
        missing = connection.execute(
            "SELECT name FROM documents WHERE output = ? AND name NOT IN (SELECT name FROM input)"
            " ORDER BY position LIMIT 1",
            (self._number,),
        ).fetchone()
        if missing is not None:
            told = f"it was begun with {missing[0]}, which is no longer among the inputs"
            raise SummarizerError(f"{self._file.path}: {told}; add it or use --fresh to start over")

    @property
    def counts(self) -> Counts:
        """Documents by state; reads them all, so it is for the beginning and the end."""
        query = "SELECT state, count(*) FROM documents WHERE output = ? GROUP BY state"
        return Counts(**dict(self._journal.read(query, self._number)))

    def state(self, name: str) -> Standing | None:
        """How far a document is; None if it was never planned."""
        query = "SELECT state, digest, kind, retryable FROM documents WHERE output = ? AND name = ?"
        for state, digest, kind, retryable in self._journal.read(query, self._number, name):
            return Standing(state, digest, kind, bool(retryable))
        return None

    def facts(self) -> Facts | None:
        """What the server told of its model when this output was begun; None if nothing."""
        query = "SELECT facts FROM outputs WHERE id = ? AND facts IS NOT NULL"
        for (told,) in self._journal.read(query, self._number):
            return Facts(**json.loads(told))
        return None

    def learn(self, facts: Facts) -> None:
        """Keep what the server tells, as questions depend on it and must stay the same."""
        told = json.dumps(asdict(facts))
        self._journal.write(
            lambda connection: connection.execute(
                "UPDATE outputs SET facts = ? WHERE id = ?", (told, self._number)
            )
        )

    def planned(self) -> Iterator[str]:
        """Names of the documents without a row, in their order."""
        query = (
            "SELECT name FROM documents WHERE output = ? AND state = 'planned' ORDER BY position"
        )
        with self._journal.connection() as connection:
            for (name,) in connection.execute(query, (self._number,)):
                yield name

    def retry_failed(self) -> int:
        """Plan failed documents anew and tell how many these are.

        Where answers may be to blame for the failure, all are asked for again. Where the server
        was not reached, or gave no answer, those that came before are good.
        """

        def work(connection: sqlite3.Connection) -> int:
            return connection.execute(
                "UPDATE documents SET state = 'planned',"
                " attempt = attempt + (NOT retryable OR kind = 'empty')"
                " WHERE output = ? AND state = 'failed'",
                (self._number,),
            ).rowcount

        return self._journal.write(work)

    async def keep(self, finished: Finished) -> None:
        """Write the row of a planned document. Once it returns, the row is there for good."""
        state = "ok" if finished.is_ok else "failed"
        row = (
            state,
            finished.digest,
            finished.kind,
            finished.retryable,
            self._number,
            finished.name,
        )

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE documents SET state = ?, digest = ?, kind = ?, retryable = ?"
                " WHERE output = ? AND name = ?",
                row,
            )

        await self._file.written(finished.line)
        await self._journal.written(work)

    def finish(self, *, ordered: bool = True) -> None:
        """Leave one row for each document in the file, in the order of the inputs if ``ordered``.

        Killed at any moment, or with the disk full, it leaves every row.
        """
        with self._journal.connection() as connection:
            self._index(connection)
            query = f"SELECT start, length FROM place ORDER BY {'position' if ordered else 'start'}"  # noqa: S608
            if not _is_whole(connection.execute(query), self._file.size):
                self._file.rewrite(connection.execute(query))

    def _resume(self) -> None:
        """Make file and journal agree after whatever ended the last run."""
        self._file.cut()
        with self._journal.connection() as connection:
            self._index(connection)
            connection.execute(
                "UPDATE documents SET state = 'planned' WHERE output = ? AND state != 'planned'"
                " AND position NOT IN (SELECT position FROM place)",
                (self._number,),
            )

    def _index(self, connection: sqlite3.Connection) -> None:
        """Where the row of each document stands, in a table that need not fit into memory.

        A row that the journal does not know to be safe was written in the moment of a crash, or
        before its document was planned anew: its document will be done.
        """
        connection.execute(
            "CREATE TEMP TABLE place (position INTEGER PRIMARY KEY, start INTEGER, length INTEGER)"
        )
        for chunk in _chunks(self._file.rows()):
            connection.execute("BEGIN")
            connection.executemany(
                "INSERT OR REPLACE INTO place SELECT position, ?, ? FROM documents"
                " WHERE output = ? AND name = ? AND state = ?",
                [(row.start, row.length, self._number, row.name, row.status) for row in chunk],
            )
            connection.execute("COMMIT")

    # --- Requests -------------------------------------------------------------------------------

    async def replayed(self, request: Request, send: Send) -> Response:
        """An ``Around``: what was answered before is not asked again.

        An answer that this document paid itself, in a process that was killed, has the rate at
        which it was paid, so that its usage tells what it cost; any other has rate 0. Of equal
        requests at the same time one is sent, and the others get a copy of its answer.
        """
        shared = False
        while True:
            if known := self._reply(request):
                return self._free(known) if shared or not known.rate else known
            if (flight := self._flights.get(request.key)) is None:
                break
            shared = await flight.wait()
        flight = self._flights[request.key] = asyncio.Event()
        try:
            return await send(request)
        finally:
            del self._flights[request.key]
            flight.set()

    def _reply(self, request: Request) -> Response | None:
        """The answer that is known; for a document that is tried anew only one of this trial."""
        found = self._journal.read(
            _KNOWN,
            self.run,
            request.owner,
            self._number,
            request.key,
            self._share,
        )
        for status, body, rate, is_own in found:
            return Response(status, body, rate=rate if is_own else 0.0)
        return None

    def _free(self, known: Response) -> Response:
        self.saved = total([self.saved, spent(known)])
        return replace(known, rate=0.0)

    async def asked(self, request: Request, send: Send) -> Response:
        """An ``Around``, the innermost: what is sent is durable before it is sent.

        Whoever breaks off leaves it as asked: spent, perhaps.
        """
        number = await self._journal.written(lambda at: self._ask(at, request, request.key))
        return replace(await send(request), record=number)

    async def answered(self, request: Request, send: Send) -> Response:
        """An ``Around``, outside of ``asked``: an answer is durable before it is handed on.

        A gate in between lets the next request go while this answer waits for the disk.
        """
        response = await send(request)
        if (number := response.record) is not None:
            await self._journal.written(lambda at: _answer(at, number, response))
        return replace(response, record=None)

    async def put(self, key: str, owner: str, response: Response) -> None:
        """Store the answer to the request of ``key`` that came in another way than ``asked``.

        It is replayed to ``owner`` whatever its status. To store it again changes nothing.
        """
        request = Request("", b"", owner=owner)  # the journal needs to know no more of it

        def work(connection: sqlite3.Connection) -> None:
            number = self._ask(connection, request, key)
            if connection.execute(_TWIN, (number,)).fetchone():
                connection.execute("DELETE FROM requests WHERE id = ?", (number,))
                return
            _settle(connection, number, response)
            _remember(connection, number, response)

        await self._journal.written(work)

    def spent(self) -> Spent:
        """What was spent since the last fresh start, by this process and those before it."""
        paid = self._journal.read(
            "SELECT rate, count(*), sum(input_tokens), sum(cached_tokens), sum(output_tokens)"
            " FROM requests WHERE run = ? AND state = 'paid' GROUP BY rate",
            self.run,
        )
        ((requests, most_in, most_out),) = self._journal.read(
            "SELECT count(*), total(input_bound), total(output_bound) FROM requests"
            " WHERE run = ? AND state IN ('asked', 'lost')",
            self.run,
        )
        unknown = Usage(requests=requests, input_tokens=int(most_in), output_tokens=int(most_out))
        return Spent(
            {
                rate: Usage(
                    requests=requests,
                    input_tokens=read,
                    cached_tokens=cached,
                    output_tokens=written,
                )
                for rate, requests, read, cached, written in paid
            },
            unknown,
        )

    def _ask(self, connection: sqlite3.Connection, request: Request, key: str) -> int:
        cursor = connection.execute(
            _ASK,
            (
                self.run,
                request.owner,
                key,
                time.time(),
                request.input_tokens,
                request.output_tokens,
                self._number,
            ),
        )
        assert cursor.lastrowid is not None  # noqa: S101 - a row was inserted
        return cursor.lastrowid


_KNOWN = """
    SELECT status, body, rate,
        run = ?1 AND owner = ?2 AND requests.attempt = trial.attempt AS is_own
    FROM replies JOIN requests ON requests.id = request, (
        SELECT coalesce(max(attempt), 0) AS attempt
        FROM documents WHERE output = ?3 AND name = ?2
    ) AS trial
    WHERE replies.key = ?4 AND (is_own OR trial.attempt = 0 AND (?5 OR run = ?1))
    ORDER BY is_own DESC, request DESC LIMIT 1
"""
_ASK = """
    INSERT INTO requests (run, owner, key, asked, input_bound, output_bound, state, attempt)
    SELECT ?1, ?2, ?3, ?4, ?5, ?6, 'asked', coalesce(max(attempt), 0)
    FROM documents WHERE output = ?7 AND name = ?2
"""
_TWIN = """
    SELECT 1 FROM requests AS this
    JOIN replies ON replies.key = this.key
    JOIN requests AS that ON that.id = replies.request
    WHERE this.id = ? AND that.run = this.run
        AND that.owner = this.owner AND that.attempt = this.attempt
"""


def _answer(connection: sqlite3.Connection, number: int, response: Response) -> None:
    """Take down how a request ended, and its answer if that is one to be paid."""
    if _settle(connection, number, response):
        _remember(connection, number, response)


def _settle(connection: sqlite3.Connection, number: int, response: Response) -> bool:
    """Take down what a request cost, and tell whether it cost anything."""
    usage = spent(response)
    state = "paid" if usage else "lost" if response.lost else "unpaid"
    usage = usage or Usage()
    connection.execute(
        "UPDATE requests SET state = ?, input_tokens = ?, cached_tokens = ?, output_tokens = ?,"
        " rate = ? WHERE id = ?",
        (
            state,
            usage.input_tokens,
            usage.cached_tokens,
            usage.output_tokens,
            response.rate,
            number,
        ),
    )
    return state == "paid"


def _remember(connection: sqlite3.Connection, number: int, response: Response) -> None:
    connection.execute(
        "INSERT INTO replies (request, key, status, body) SELECT id, key, ?, ? FROM requests"
        " WHERE id = ?",
        (response.status, response.body, number),
    )


def _migrate(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == 0:
        for statement in _SCHEMA.split(";"):  # executescript would end the transaction
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {_VERSION}")
    return int(version)


def _agree(output: Path, known: Mapping[str, str] | None, identity: Mapping[str, str]) -> None:
    """Refuse to go on with rows of another kind."""
    if known is None:
        told = "it holds something that this journal knows nothing of"
        raise SummarizerError(f"{output}: {told}; use --fresh to replace it or another output")
    differences = [
        f"{label} {known.get(label, 'unknown')}, not {identity.get(label, 'unknown')}"
        for label in dict.fromkeys([*known, *identity])
        if known.get(label) != identity.get(label)
    ]
    if differences:
        told = "; ".join(differences)
        raise SummarizerError(
            f"{output} was made with {told}; use --fresh to start over or another output"
        )


def _is_whole(spans: Iterable[tuple[int, int]], size: int) -> bool:
    """Whether rows at these places, in this order, are all that a file holds."""
    end = 0
    for start, length in spans:
        if start != end:
            return False
        end += length
    return end == size


def _chunks(values: Iterable[T]) -> Iterator[tuple[T, ...]]:
    remaining = iter(values)
    while chunk := tuple(islice(remaining, _CHUNK)):
        yield chunk
