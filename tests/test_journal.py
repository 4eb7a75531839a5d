"""What was asked and paid is known to whoever comes next, whatever ended the one before."""

import asyncio
import contextlib
import json
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from schemas import Failure, Row, Usage
from summarizer.batch.jobs import Finished
from summarizer.batch.journal import NAME, Counts, Journal, Ledger
from summarizer.errors import JournalError, SummarizerError
from summarizer.wire import Request, Response, Send, through

IDENTITY = {"model": "gpt-5-mini", "server": "s"}
ANSWER = {
    "choices": [{"message": {"content": "{}"}}],
    "usage": {
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "prompt_tokens_details": {"cached_tokens": 4},
    },
}
PAID = Usage(requests=1, input_tokens=10, cached_tokens=4, output_tokens=5)


class Server:
    """Answers each request with its number; ``asked`` keeps the bodies."""

    def __init__(self, *faults: Response | BaseException) -> None:
        self.asked: list[bytes] = []
        self.faults = list(faults)

    async def __call__(self, request: Request) -> Response:
        self.asked.append(request.body)
        await asyncio.sleep(0)
        if self.faults:
            fault = self.faults.pop(0)
            if isinstance(fault, BaseException):
                raise fault
            return fault
        return answer(len(self.asked))


def answer(number: int) -> Response:
    return Response(200, json.dumps({"id": str(number), **ANSWER}).encode())


def request(body: str, owner: str = "a") -> Request:
    return Request("http://x/v1", body.encode(), 100, 50, owner=owner)


def asked(ledger: Ledger, server: Send, *requests: Request) -> list[Response]:
    """All at once through what a batch puts between its documents and a server."""
    send = through([ledger.replayed, ledger.answered, ledger.asked], server)

    async def all_of() -> list[Response]:
        return await asyncio.gather(*map(send, requests))

    return asyncio.run(all_of())


def row_of(name: str, kind: str = "", *, retryable: bool = False) -> Finished:
    line = Row(name=name, status="failed", error=Failure(type="E", message="m")).line()
    if not kind:
        line = f'{{"name":{json.dumps(name)},"status":"ok","summary":{{}}}}\n'.encode()
    return Finished(name, line, kind=kind, retryable=retryable)


def keep(ledger: Ledger, *rows: Finished) -> None:
    async def kept() -> None:
        await asyncio.gather(
            *(ledger.keep(replace(row, digest=f"digest of {row.name}")) for row in rows)
        )

    asyncio.run(kept())


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / NAME) as journal:
        yield journal


@contextlib.contextmanager
def begun(
    folder: Path, *, output: str = "out.jsonl", names: Iterable[str] = "abc", **told: bool
) -> Iterator[Ledger]:
    """A ledger in a journal of its own, as a process that starts has it."""
    with (
        Journal(folder / NAME) as journal,
        journal.open(folder / output, IDENTITY, **told) as ledger,
    ):
        ledger.plan(names)
        yield ledger


# --- Answers ------------------------------------------------------------------------------------


def test_an_answer_is_known_to_the_next_run_and_told_at_its_price_to_who_paid_it(
    tmp_path: Path,
) -> None:
    server = Server()
    with begun(tmp_path) as ledger:
        (paid,) = asked(ledger, server, request("q", "a"))
    with begun(tmp_path) as ledger:  # killed before the row was kept
        own, foreign = asked(ledger, server, request("q", "a"), request("q", "b"))
        assert ledger.spent().paid == {1.0: PAID}
        assert ledger.saved == PAID
    assert server.asked == [b"q"]
    assert (own.body, own.rate, foreign.body, foreign.rate) == (paid.body, 1.0, paid.body, 0.0)


def test_an_answer_is_known_to_other_outputs_unless_they_do_not_share(tmp_path: Path) -> None:
    server = Server()
    with begun(tmp_path) as ledger:
        asked(ledger, server, request("q"))
    with begun(tmp_path, output="other.jsonl") as ledger:
        (known,) = asked(ledger, server, request("q"))
        assert known.rate == 0
        assert ledger.spent().paid == {}
    with begun(tmp_path, output="third.jsonl", share=False) as ledger:
        asked(ledger, server, request("q"))
        (known,) = asked(ledger, server, request("q", "b"))  # of the same run
        assert known.rate == 0
    assert server.asked == [b"q", b"q"]


def test_a_fresh_start_knows_answers_as_those_of_another_run(tmp_path: Path) -> None:
    server = Server()
    for fresh, share in ((False, True), (True, True), (True, False), (False, False)):
        with begun(tmp_path, fresh=fresh, share=share) as ledger:
            asked(ledger, server, request("q"))
            paid = ledger.spent().paid
        assert paid == ({} if fresh and share else {1.0: PAID})
    assert len(server.asked) == 2


def test_of_equal_requests_one_is_sent_and_the_others_get_copies(tmp_path: Path) -> None:
    server = Server()
    with begun(tmp_path) as ledger:
        answers = asked(ledger, server, *(request("q", owner) for owner in "abca"))
    assert server.asked == [b"q"]
    assert sorted(answer.rate for answer in answers) == [0, 0, 0, 1]
    assert len({answer.body for answer in answers}) == 1


def test_who_waits_for_an_answer_that_fails_asks_itself(tmp_path: Path) -> None:
    server = Server(Response(500), Response(429))
    with begun(tmp_path) as ledger:
        answers = asked(ledger, server, *(request("q", owner) for owner in "abc"))
    assert sorted(answer.status for answer in answers) == [200, 429, 500]
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    "unpaid", [Response(429), Response(200, b"<html>"), Response(200, b'{"choices":[]}')]
)
def test_what_is_no_paid_answer_is_not_replayed(tmp_path: Path, unpaid: Response) -> None:
    server = Server(unpaid)
    with begun(tmp_path) as ledger:
        assert asked(ledger, server, request("q")) == [unpaid]
        assert ledger.spent().unknown == Usage()
        (answer,) = asked(ledger, server, request("q"))
        assert (answer.status, len(server.asked)) == (200, 2)
        assert ledger.spent().paid == {1.0: PAID}


def test_a_document_that_is_tried_anew_is_asked_anew_once(tmp_path: Path) -> None:
    server = Server()
    with begun(tmp_path) as ledger:
        asked(ledger, server, request("q"))
        keep(ledger, row_of("a", "invalid_answer"))
        assert ledger.retry_failed() == 1
        (first,) = asked(ledger, server, request("q"))
    with begun(tmp_path) as ledger:  # killed in the second trial
        (second,) = asked(ledger, server, request("q"))
    assert len(server.asked) == 2
    assert (second.body, second.rate) == (first.body, 1.0)


def test_answers_before_a_server_was_lost_are_not_paid_twice(tmp_path: Path) -> None:
    server = Server()
    with begun(tmp_path) as ledger:
        asked(ledger, server, request("part 1"))
        keep(ledger, row_of("a", "unreachable", retryable=True))
        ledger.retry_failed()
        asked(ledger, server, request("part 1"), request("part 2"))
        keep(ledger, row_of("a", "empty", retryable=True))  # the answer itself was
        ledger.retry_failed()
        asked(ledger, server, request("part 1"))
    assert server.asked == [b"part 1", b"part 2", b"part 1"]


def test_an_answer_that_came_another_way_is_replayed_and_counted_once(tmp_path: Path) -> None:
    half = Response(200, answer(1).body, rate=0.5)
    refused = Response(400, b"too long")
    key = request("q").key

    async def put(ledger: Ledger) -> None:
        await ledger.put(key, "a", half)
        await ledger.put(key, "a", half)
        await ledger.put(request("r").key, "b", refused)

    server = Server()
    with begun(tmp_path) as ledger:
        asyncio.run(put(ledger))
        asyncio.run(put(ledger))
        answers = asked(ledger, server, request("q"), request("r", "b"))
        assert [(one.status, one.rate) for one in answers] == [(200, 0.5), (400, 1.0)]
        assert ledger.spent().paid == {0.5: PAID}
    assert server.asked == []


# --- What was spent -----------------------------------------------------------------------------


def test_a_request_is_taken_down_before_it_is_sent_and_its_answer_before_it_is_handed_on(
    tmp_path: Path,
) -> None:
    def states() -> list[str]:
        with Journal(tmp_path / NAME) as journal:  # as others see it
            return [state for (state,) in journal.read("SELECT state FROM requests")]

    async def send(_: Request) -> Response:
        assert states() == ["asked"]
        return answer(1)

    with begun(tmp_path) as ledger:

        async def ask() -> None:
            await through([ledger.answered, ledger.asked], send)(request("q"))
            assert states() == ["paid"]

        asyncio.run(ask())


def test_a_request_of_unknown_fate_is_spent_at_its_bounds(tmp_path: Path) -> None:
    bounds = Usage(requests=1, input_tokens=100, output_tokens=50)
    with begun(tmp_path) as ledger:
        asked(ledger, Server(Response(0, lost=True)), request("q"))
        assert ledger.spent().unknown == bounds
        with pytest.raises(ZeroDivisionError):
            asked(ledger, Server(ZeroDivisionError()), request("r"))

        async def cancelled() -> None:
            task = asyncio.create_task(ledger.asked(request("s"), lambda _: asyncio.sleep(60)))  # type: ignore[arg-type, return-value]
            while ledger.spent().unknown.requests < 3:
                await asyncio.sleep(0.001)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        asyncio.run(cancelled())
    with begun(tmp_path) as ledger:
        told = ledger.spent()
        assert told.unknown == Usage(requests=3, input_tokens=300, output_tokens=150)
        assert told.paid == {}
    with begun(tmp_path, fresh=True) as ledger:
        assert ledger.spent().unknown == Usage()


# --- Documents ----------------------------------------------------------------------------------


def test_a_document_is_planned_until_its_row_is_there(tmp_path: Path) -> None:
    with begun(tmp_path) as ledger:
        keep(ledger, row_of("a"), row_of("b", "unreachable", retryable=True))
    with begun(tmp_path, names="abcd") as ledger:
        assert ledger.counts == Counts(planned=2, ok=1, failed=1)
        standing = ledger.state("b")
        assert standing is not None
        assert (standing.state, standing.kind, standing.retryable) == (
            "failed",
            "unreachable",
            True,
        )
        assert standing.digest == "digest of b"
        assert [ledger.state(name) for name in ("e", "")] == [None, None]
        ledger.retry_failed()
        assert ledger.counts == Counts(planned=3, ok=1)


def test_memory_does_not_grow_with_the_number_of_documents(tmp_path: Path) -> None:
    number = 20_000
    with begun(tmp_path, names="") as ledger:
        tracemalloc.start()
        ledger.plan(f"folder/document {n}.txt" for n in range(number))
        keep(ledger, *(row_of(f"folder/document {n}.txt") for n in range(number - 500, number)))
        ledger.finish()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert ledger.counts == Counts(planned=number - 500, ok=500)
    assert peak < 5_000_000


# --- Who is refused -----------------------------------------------------------------------------


def refused(tell: Callable[[], object]) -> str:
    with pytest.raises(SummarizerError) as told:
        tell()
    assert "\n" not in str(told.value)
    return re.sub(r"/\S*/", "", str(told.value))


def test_rows_of_another_kind_are_refused_with_each_difference(
    tmp_path: Path, journal: Journal
) -> None:
    with begun(tmp_path) as ledger:
        keep(ledger, row_of("a"))
    other = {"model": "gpt-5", "prompts": "report@1"}
    out = tmp_path / "out.jsonl"
    assert refused(lambda: journal.open(out, other)) == (
        "out.jsonl was made with model gpt-5-mini, not gpt-5; server s, not unknown; "
        "prompts unknown, not report@1; use --fresh to start over or another output"
    )
    journal.open(out, other, fresh=True).close()
    assert out.read_bytes() == b""


def test_an_output_without_a_row_may_become_one_of_another_kind(
    tmp_path: Path, journal: Journal
) -> None:
    with begun(tmp_path) as ledger:
        keep(ledger, row_of("a"))
        first = ledger.run
    (tmp_path / "out.jsonl").unlink()
    with journal.open(tmp_path / "out.jsonl", {"model": "gpt-5"}) as ledger:
        assert ledger.run != first
        assert ledger.counts == Counts()


def test_a_file_of_unknown_origin_is_not_touched(tmp_path: Path, journal: Journal) -> None:
    (tmp_path / "out.jsonl").write_text("precious")
    assert refused(lambda: journal.open(tmp_path / "out.jsonl", IDENTITY)) == (
        "out.jsonl: it holds something that this journal knows nothing of; "
        "use --fresh to replace it or another output"
    )
    assert (tmp_path / "out.jsonl").read_text() == "precious"


def test_a_document_that_is_gone_and_a_name_that_comes_twice_are_named(tmp_path: Path) -> None:
    with begun(tmp_path) as ledger:
        assert refused(lambda: ledger.plan("acd")) == (
            "out.jsonl: it was begun with b, which is no longer among the inputs; "
            "add it or use --fresh to start over"
        )
        assert refused(lambda: ledger.plan("abca")) == (
            "out.jsonl: two inputs have the name a; rename one of them"
        )
        assert ledger.counts == Counts(planned=3)


def test_a_folder_may_be_moved_with_its_journal(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    with begun(tmp_path / "here") as ledger:
        keep(ledger, row_of("a"))
    (tmp_path / "here").rename(tmp_path / "there")
    with begun(tmp_path / "there") as ledger:
        assert ledger.counts == Counts(planned=2, ok=1)


def test_a_journal_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    with Journal(tmp_path / NAME) as journal:
        journal.write(lambda connection: connection.execute("PRAGMA user_version = 9"))
    assert refused(lambda: Journal(tmp_path / NAME)) == (
        ".summarizer.sqlite: it was made by a newer summarizer (version 9 of journals); "
        "update this one or name another journal"
    )


# --- What may go wrong --------------------------------------------------------------------------


def test_what_is_no_journal_is_told(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no database at all " * 100)
    assert refused(lambda: Journal(tmp_path / "text")) == (
        "text: it is no journal; move it away or name another one"
    )
    assert "see that its folder exists" in refused(lambda: Journal(tmp_path / "nowhere" / NAME))


def test_after_an_error_whoever_waits_and_whoever_comes_is_told(journal: Journal) -> None:
    def broken(connection: sqlite3.Connection) -> None:
        connection.execute("CREATE TABLE half (way)")
        raise sqlite3.OperationalError("the disk is gone")

    async def told() -> list[BaseException | int]:
        works: list[Callable[[sqlite3.Connection], int]] = [lambda _: 1, broken, lambda _: 2]  # type: ignore[list-item]
        waiting: list[Awaitable[int]] = [journal.written(work) for work in works]
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
        return [*outcomes, *await asyncio.gather(journal.written(works[0]), return_exceptions=True)]

    outcomes = asyncio.run(told())
    assert isinstance(outcomes[1], JournalError)
    assert "the disk is gone; see that its disk is well" in str(outcomes[1])
    assert outcomes[1:] == [outcomes[1]] * 3
    assert journal.read("SELECT name FROM sqlite_master WHERE name = 'half'") == []


def test_what_is_queued_when_a_journal_is_closed_is_still_done(journal: Journal) -> None:
    journal.write(lambda connection: connection.execute("CREATE TABLE own (number)"))
    for number in range(3_000):
        journal.submit(
            lambda connection, number=number: connection.execute(  # type: ignore[misc]
                "INSERT INTO own VALUES (?)", (number,)
            )
        )
    journal.close()
    with pytest.raises(JournalError, match="it is closed"):
        journal.write(lambda _: None)
    with Journal(journal.path) as again:
        assert again.read("SELECT count(*) FROM own") == [(3_000,)]


# --- Other processes ----------------------------------------------------------------------------

WORKING = f"""
import asyncio, itertools, json, sys
from pathlib import Path
from summarizer.batch.jobs import Finished
from summarizer.batch.journal import Journal
from summarizer.wire import Request, Response, through

async def send(request):
    await asyncio.sleep(0)
    return Response(200, {json.dumps(ANSWER).encode()!r})

async def main(folder, output):
    path = folder / {NAME!r}
    with Journal(path) as journal, journal.open(folder / output, {IDENTITY}) as ledger:
        ledger.plan(f"d{{n}}" for n in range(9_000))
        send_it = through([ledger.replayed, ledger.answered, ledger.asked], send)
        names = (f"d{{n}}" for n in range(9_000) if ledger.state(f"d{{n}}").state == "planned")

        async def worker():
            for name in names:
                await send_it(Request("http://x/v1", (output + name).encode(), 9, 9, owner=name))
                print("paid", name, flush=True)
                line = '{{"name":"%s","status":"ok","summary":{{}}}}\\n' % name
                await ledger.keep(Finished(name, line.encode()))
                print("kept", name, flush=True)

        await asyncio.gather(*(worker() for _ in range(20)))

asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
"""


ROUNDS = 4


def worked(folder: Path, output: str) -> list[str]:
    """What a batch told that was begun and killed a few times."""
    chance = random.Random(output)
    told: list[str] = []
    for _ in range(ROUNDS):
        with subprocess.Popen(
            [sys.executable, "-c", WORKING, str(folder), output], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            told.append(process.stdout.readline())
            time.sleep(chance.uniform(0, 0.2))
            process.send_signal(signal.SIGKILL)
            told += [line for line in process.stdout if line.endswith("\n")]
    return told


def test_kill_9_of_processes_that_share_a_journal_costs_nothing_that_was_told(
    tmp_path: Path,
) -> None:
    outputs = ["0.jsonl", "1.jsonl", "2.jsonl"]
    with ThreadPoolExecutor() as pool:
        told_by = dict(zip(outputs, pool.map(partial(worked, tmp_path), outputs), strict=True))
    for output, told in told_by.items():
        kept = [line.split()[1] for line in told if line.startswith("kept")]
        paid = [line.split()[1] for line in told if line.startswith("paid")]
        assert kept
        assert len(kept) == len(set(kept))
        with begun(tmp_path, output=output, names=(f"d{n}" for n in range(9_000))) as ledger:
            assert len(kept) <= ledger.counts.ok
            for name in kept:
                standing = ledger.state(name)
                assert standing is not None
                assert standing.state == "ok"
            spent = ledger.spent()
            assert len(set(paid)) <= spent.paid[1.0].requests
            assert spent.unknown.requests <= ROUNDS * 20
            server = Server()
            asked(ledger, server, *(request(output + name, name) for name in paid))
            assert server.asked == []
            ledger.finish()
        with (tmp_path / output).open() as rows:
            names = [json.loads(row)["name"] for row in rows]
        assert {*kept} <= {*names}
        assert names == sorted(set(names), key=lambda name: int(name[1:]))
