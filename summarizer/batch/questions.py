"""Questions that wait for a hosted batch, and the files in which they are sent.

All of it stands in tables of the journal, so that a run which is interrupted goes on where it was.
"""

import json
import re
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from summarizer.batch.store import Store
from summarizer.filing import PATH
from summarizer.wire import Request, Response

MOST_TIMES = 4  # a request is sent, and a document has to wait for an answer

_START = 32  # digits of a key that stand in an id
_ID = re.compile(r"[0-9a-f]{32}-[1-9][0-9]{0,3}")
_BESIDES = 256  # bytes of a line around the body, at most

State = Literal["planned", "uploaded", "creating", "submitted", "collected", "rejected"]
Settled = Literal["answered", "refused", "again"]


@dataclass(frozen=True)
class Size:
    """What a file of requests may hold at most: requests, bytes, tokens.

    ``tokens`` is also what may wait at the server in all files together; None is no limit. Tokens
    are counted as upper bounds.
    """

    requests: int = 50_000
    bytes: int = 200_000_000
    tokens: int | None = None


@dataclass(frozen=True)
class Shard:
    """One file of requests and its SHA-256; ``file`` and ``batch`` are ids of the server."""

    id: int
    state: State
    tokens: int
    hash: str = ""
    file: str = ""
    batch: str = ""


@dataclass(frozen=True)
class Waiting:
    """A question to which a result belongs."""

    id: int
    key: str
    owner: str
    attempt: int
    is_open: bool


class Questions:
    """The questions and files of one run."""

    def __init__(self, store: Store, run: str) -> None:
        self._store = store
        self._run = run
        store.write(_create)

    # --- Questions ------------------------------------------------------------------------------

    async def park(self, owner: str, requests: Sequence[Request]) -> None:
        """Keep what a document has to ask before it can go on."""
        rows = [self._parked(owner, request) for request in requests]

        def work(connection: sqlite3.Connection) -> None:
            connection.executemany(_PARK, rows)
            connection.executemany(_OWN, [(owner, self._run, row[1]) for row in rows])
            connection.execute(_ROUND, (self._run, owner))

        await self._store.written(work)

    def _parked(self, owner: str, request: Request) -> tuple[object, ...]:
        body = zlib.compress(request.body, 1)  # reports shrink to a third of their bytes
        size = len(request.body) + _BESIDES
        most = (request.input_tokens, request.output_tokens)
        return (self._run, request.key, owner, body, size, *most)

    def rounds(self, owner: str) -> int:
        """How often a document had to wait until now."""
        sql = "SELECT rounds FROM hosted_rounds WHERE run = ? AND owner = ?"
        return self._number(sql, owner)

    def is_waiting(self, owner: str) -> bool:
        """Whether an answer that a document needs is still out."""
        sql = (
            "SELECT EXISTS (SELECT 1 FROM hosted_owners o JOIN hosted_questions q"
            " ON q.id = o.question WHERE o.run = ? AND o.owner = ? AND q.state = 'waiting')"
        )
        return bool(self._number(sql, owner))

    def owners(self) -> list[str]:
        """Names of the documents that have asked something and are not closed."""
        rows = self._store.read("SELECT owner FROM hosted_rounds WHERE run = ?", self._run)
        return [owner for (owner,) in rows]

    def refusal(self, key: str) -> Response | None:
        """The final failure of a request."""
        sql = (
            "SELECT status, told FROM hosted_questions"
            " WHERE run = ? AND key = ? AND state = 'refused'"
        )
        for status, told in self._store.read(sql, self._run, key):
            return final(status, told)
        return None

    def find(self, custom_id: str) -> Waiting | None:
        """The question with the id that stands in its line."""
        if not _ID.fullmatch(custom_id):
            return None
        start, attempt = custom_id[:_START], int(custom_id[_START + 1 :])
        sql = (
            "SELECT id, key, owner, attempt, state = 'waiting' AND attempt = ?"
            " FROM hosted_questions WHERE run = ? AND key >= ? AND key < ? AND attempt >= ?"
        )
        for row in self._store.read(sql, attempt, self._run, start, start + "g", attempt):
            return Waiting(*row)
        return None

    async def settle(self, settled: Iterable[tuple[Waiting, Settled, Response]]) -> None:
        """Note what came of questions; those to be sent again are parked again."""

        def work(connection: sqlite3.Connection) -> None:
            for waiting, how, response in settled:
                told = (response.status, response.body) if how == "refused" else (None, None)
                connection.execute(_SETTLE[how], (*told, waiting.id))

        await self._store.written(work)

    async def close(self, owner: str) -> None:
        """Forget what a finished document asked, but for what is under way already."""

        def work(connection: sqlite3.Connection) -> None:
            for sql in _CLOSE:
                connection.execute(sql, {"run": self._run, "owner": owner})

        await self._store.written(work)

    # --- Files ----------------------------------------------------------------------------------

    async def plan(self, size: Size, takes: Callable[[int, int | None], bool]) -> Shard | None:
        """Put the questions that wait longest into a new file; None if there are none.

        ``takes`` is asked in turn, for the most tokens of each input and output, whether it goes.
        """
        last, tokens = self._first(size, takes)
        if not last:
            return None

        def work(connection: sqlite3.Connection) -> int:
            new = "INSERT INTO hosted_shards (run, state, tokens) VALUES (?, 'planned', ?)"
            shard = connection.execute(new, (self._run, tokens)).lastrowid
            assert shard is not None  # noqa: S101 - a row was inserted
            connection.execute(_FILE, (shard, self._run, last))
            return shard

        return Shard(await self._store.written(work), "planned", tokens)

    def _first(self, size: Size, takes: Callable[[int, int | None], bool]) -> tuple[int, int]:
        """The last question that fits into a file, 0 if there is none, and the tokens of all."""
        last = bytes_ = tokens = 0
        unsent = self._store.read(_UNSENT, self._run, size.requests)
        for question, more_bytes, more_tokens, longest in unsent:
            is_full = bytes_ + more_bytes > size.bytes or (
                size.tokens is not None and tokens + more_tokens > size.tokens
            )
            if (is_full and last) or not takes(more_tokens, longest):
                break
            last, bytes_, tokens = question, bytes_ + more_bytes, tokens + more_tokens
        return last, tokens

    def out(self) -> list[tuple[int, int | None]]:
        """The most tokens, of input and output, of each question that stands in a file."""
        sql = (
            "SELECT tokens, longest FROM hosted_questions"
            " WHERE run = ? AND state = 'waiting' AND shard IS NOT NULL"
        )
        return self._store.read(sql, self._run)

    def all(self, *states: State) -> list[Shard]:
        """The files in some states, oldest first."""
        sql = "SELECT id, state, tokens, hash, file, batch FROM hosted_shards WHERE run = ?"
        sql += " ORDER BY id"
        rows = self._store.read(sql, self._run)
        return [shard for shard in (Shard(*row) for row in rows) if shard.state in states]

    def unsent(self) -> int:
        """Number of questions that stand in no file."""
        sql = (
            "SELECT count(*) FROM hosted_questions"
            " WHERE run = ? AND state = 'waiting' AND shard IS NULL"
        )
        return self._number(sql)

    def asked(self) -> int:
        """Number of questions that stand in a file and have no answer."""
        sql = (
            "SELECT count(*) FROM hosted_questions"
            " WHERE run = ? AND state = 'waiting' AND shard IS NOT NULL"
        )
        return self._number(sql)

    def lines(self, shard: int | None) -> Iterator[bytes]:
        """The lines of a file; those of all questions that stand in none."""
        with self._store.connection() as connection:
            for key, attempt, body in connection.execute(_LINES, (self._run, shard)):
                yield _line(key, attempt, zlib.decompress(body))

    async def mark(self, shard: Shard, state: State) -> None:
        """Keep a file with its ids in a new state."""
        sql = "UPDATE hosted_shards SET state = ?, hash = ?, file = ?, batch = ? WHERE id = ?"
        values = (state, shard.hash, shard.file, shard.batch, shard.id)
        await self._store.written(lambda connection: connection.execute(sql, values).rowcount)

    async def collected(self, shard: Shard) -> None:
        """Note that all results of a file are there; what has none is parked again."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(_LOST, (b'{"error":{"message":"no answer"}}', MOST_TIMES, shard.id))
            connection.execute(_AGAIN, (shard.id,))
            connection.execute(_DONE, ("collected", None, shard.id))

        await self._store.written(work)

    async def rejected(self, shard: Shard, most: int | None) -> None:
        """Park a file that the server did not take; ``most`` is what it may hold in tokens."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(_BACK, (shard.id,))
            connection.execute(_DONE, ("rejected", most, shard.id))

        await self._store.written(work)

    def learnt(self) -> int | None:
        """How many tokens may wait at the server, if it was found out."""
        sql = "SELECT min(most) FROM hosted_shards WHERE run = ?"
        ((most,),) = self._store.read(sql, self._run)
        return most  # type: ignore[no-any-return]

    def _number(self, sql: str, *values: object) -> int:
        rows = self._store.read(sql, self._run, *values)
        return int(rows[0][0]) if rows else 0


def final(status: int, told: bytes) -> Response:
    """A failure that is not worth another attempt: whatever helps was tried."""
    return Response(status, told, {"retry-after": "0"})


def _create(connection: sqlite3.Connection) -> None:
    for statement in (*_TABLES, *_ABANDONED):
        connection.execute(statement)


_TABLES = (
    """
    CREATE TABLE IF NOT EXISTS hosted_questions (
        id INTEGER PRIMARY KEY,
        run TEXT NOT NULL,
        key TEXT NOT NULL,
        owner TEXT NOT NULL,
        body BLOB,
        size INTEGER NOT NULL,
        tokens INTEGER NOT NULL,
        longest INTEGER,
        attempt INTEGER NOT NULL DEFAULT 1,
        state TEXT NOT NULL DEFAULT 'waiting',
        shard INTEGER,
        status INTEGER,
        told BLOB,
        UNIQUE (run, key)
    )
    """,
    """
    CREATE INDEX IF NOT EXISTS hosted_waiting
        ON hosted_questions (run, shard, id) WHERE state = 'waiting'
    """,
    """
    CREATE TABLE IF NOT EXISTS hosted_owners (
        run TEXT NOT NULL,
        owner TEXT NOT NULL,
        question INTEGER NOT NULL,
        PRIMARY KEY (run, owner, question)
    ) WITHOUT ROWID
    """,
    """
    CREATE INDEX IF NOT EXISTS hosted_owned ON hosted_owners (question)
    """,
    """
    CREATE TABLE IF NOT EXISTS hosted_rounds (
        run TEXT NOT NULL,
        owner TEXT NOT NULL,
        rounds INTEGER NOT NULL,
        PRIMARY KEY (run, owner)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE IF NOT EXISTS hosted_shards (
        id INTEGER PRIMARY KEY,
        run TEXT NOT NULL,
        state TEXT NOT NULL,
        tokens INTEGER NOT NULL,
        hash TEXT NOT NULL DEFAULT '',
        file TEXT NOT NULL DEFAULT '',
        batch TEXT NOT NULL DEFAULT '',
        most INTEGER
    )
    """,
)
# What was begun before a fresh start will never be asked about again.
_ABANDONED = (
    "DELETE FROM hosted_questions WHERE run NOT IN (SELECT run FROM outputs)",
    "DELETE FROM hosted_owners WHERE run NOT IN (SELECT run FROM outputs)",
    "DELETE FROM hosted_rounds WHERE run NOT IN (SELECT run FROM outputs)",
    "DELETE FROM hosted_shards WHERE run NOT IN (SELECT run FROM outputs)",
)
_PARK = """
INSERT INTO hosted_questions (run, key, owner, body, size, tokens, longest)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (run, key) DO UPDATE SET
    owner = excluded.owner, body = excluded.body, attempt = attempt + 1, state = 'waiting',
    shard = NULL, status = NULL, told = NULL
WHERE state <> 'waiting'
"""
_OWN = """
INSERT OR IGNORE INTO hosted_owners (owner, run, question)
SELECT ?, run, id FROM hosted_questions WHERE run = ? AND key = ?
"""
_ROUND = """
INSERT INTO hosted_rounds (run, owner, rounds) VALUES (?, ?, 1)
ON CONFLICT (run, owner) DO UPDATE SET rounds = rounds + 1
"""
_SETTLE = {
    "answered": "UPDATE hosted_questions SET state = 'closed', body = NULL, status = ?, told = ?"
    " WHERE id = ?",
    "refused": "UPDATE hosted_questions SET state = 'refused', body = NULL, status = ?, told = ?"
    " WHERE id = ?",
    "again": "UPDATE hosted_questions SET shard = NULL, attempt = attempt + 1, status = ?, told = ?"
    " WHERE id = ?",
}
_CLOSE = (
    """
    UPDATE hosted_questions SET state = 'closed', body = NULL, told = NULL
    WHERE (state = 'refused' OR shard IS NULL)
    AND id IN (SELECT question FROM hosted_owners WHERE run = :run AND owner = :owner)
    AND NOT EXISTS (
        SELECT 1 FROM hosted_owners WHERE question = hosted_questions.id AND owner <> :owner
    )
    """,
    "DELETE FROM hosted_owners WHERE run = :run AND owner = :owner",
    "DELETE FROM hosted_rounds WHERE run = :run AND owner = :owner",
)
_UNSENT = """
SELECT id, size, tokens, longest FROM hosted_questions
WHERE run = ? AND state = 'waiting' AND shard IS NULL ORDER BY id LIMIT ?
"""
_FILE = """
UPDATE hosted_questions SET shard = ?
WHERE run = ? AND state = 'waiting' AND shard IS NULL AND id <= ?
"""
_LINES = """
SELECT key, attempt, body FROM hosted_questions
WHERE run = ? AND state = 'waiting' AND shard IS ? ORDER BY id
"""
_LOST = """
UPDATE hosted_questions SET state = 'refused', body = NULL, status = 503, told = ?
WHERE state = 'waiting' AND attempt >= ? AND shard = ?
"""
_AGAIN = """
UPDATE hosted_questions SET shard = NULL, attempt = attempt + 1
WHERE state = 'waiting' AND shard = ?
"""
_BACK = "UPDATE hosted_questions SET shard = NULL WHERE state = 'waiting' AND shard = ?"
_DONE = "UPDATE hosted_shards SET state = ?, most = ? WHERE id = ?"


def _line(key: str, attempt: int, body: bytes) -> bytes:
    """The line of a request; the body goes as it is, since the key is that of its bytes."""
    name = json.dumps({"custom_id": f"{key[:_START]}-{attempt}", "method": "POST", "url": PATH})
    return name[:-1].encode() + b', "body": ' + body + b"}\n"
