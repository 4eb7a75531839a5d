"""Worker processes over real processes: the same rows, whoever dies."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest

from summarizer import Document, Summarizer
from summarizer.batch.crew import Crew
from summarizer.batch.inputs import Entry
from summarizer.batch.jobs import Finished, finish
from summarizer.batch.worker import HungUpError, Line
from summarizer.errors import BudgetError, JournalError, ModelError, SummarizerError
from summarizer.parts import refine
from summarizer.reading import read
from summarizer.wire import Request, Response, Send
from tests.endpoint import completion
from tests.oracle import draft_as_gold
from tests.scoring import documents

FIXTURES = Path(__file__).parent.parent / "evals" / "fixtures"
GOLD = {gold["source"]: (gold, text) for gold, text in documents(FIXTURES)}
TEXTS = {name: text for name, (_, text) in GOLD.items()}
SHORT = Document("Năm 2020, sản lượng lúa đạt 5.807 tấn, tăng 2,2% so với cùng kỳ.")
ASKED = Summarizer("m", base_url="http://127.0.0.1:1/v1")  # nobody answers there

Result = TypeVar("Result")


@dataclass(frozen=True)
class Spell(Document):
    """A document that does something to the worker that unpacks it."""

    does: Callable[..., object] = print
    told: tuple[object, ...] = ()

    def __reduce__(self) -> Any:
        return self.does, self.told


class Harmful(Entry):
    """A file that does something to whoever opens it."""

    def load(self) -> Document:
        if self.origin == "kills":
            signal.raise_signal(signal.SIGKILL)
        time.sleep(600)
        raise AssertionError


KILLS = Spell("", does=signal.raise_signal, told=(signal.SIGKILL,))
SLEEPS = Spell("", does=time.sleep, told=(600,))


async def unasked(request: Request) -> Response:
    raise AssertionError(request)


def crewed(
    use: Callable[[Crew], Awaitable[Result]],
    *,
    size: int = 2,
    summarizer: Summarizer = Summarizer(),  # noqa: B008 - frozen
    send: Send = unasked,
    deadline: float | None = None,
) -> Result:
    """What comes of using a crew, which has left afterwards."""

    async def used() -> Result:
        async with Crew(summarizer, size, send, deadline=deadline) as crew:
            return await use(crew)

    return asyncio.run(used())


def timeless(finished: Finished) -> tuple[object, ...]:
    row = json.loads(finished.line)
    if "summary" in row:
        row["summary"]["run"].pop("seconds")
    return row, finished.name, finished.kind, finished.usage, finished.flags


def message(finished: Finished) -> str:
    told: str = json.loads(finished.line)["error"]["message"]
    return told


# --- The same rows ------------------------------------------------------------------------------


def test_rows_are_those_of_one_process_in_whatever_order_they_come() -> None:
    async def alone() -> dict[str, Finished]:
        summarize = Summarizer().summarize
        return {name: await finish(name, Document(text), summarize) for name, text in TEXTS.items()}

    async def together(crew: Crew) -> dict[str, Finished]:
        texts = [*reversed(TEXTS.items())] * 2
        rows = await asyncio.gather(*(crew(name, Document(text)) for name, text in texts))
        return {row.name: row for row in rows}

    rows = crewed(together)

    expected = asyncio.run(alone())
    assert {name: timeless(row) for name, row in rows.items()} == {
        name: timeless(row) for name, row in expected.items()
    }
    assert all(row.is_ok for row in rows.values())


def test_a_file_is_read_by_the_worker_with_the_same_row(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(SHORT.text, encoding="utf-8")

    async def use(crew: Crew) -> list[Finished]:
        return [await crew("a.txt", Entry("a.txt", str(path))), await crew("a.txt", SHORT)]

    read, given = crewed(use)

    assert timeless(read) == timeless(given)
    assert read.digest == given.digest == SHORT.digest


def test_a_file_that_cannot_be_read_is_a_failed_row_without_a_digest(tmp_path: Path) -> None:
    gone = Entry("gone.txt", str(tmp_path / "gone.txt"))

    row = crewed(lambda crew: crew("gone.txt", gone))

    assert row.kind == "DocumentError"
    assert "gone.txt" in message(row)
    assert row.digest is None


@cache
def gold_answers(name: str) -> dict[str, object]:
    gold, text = GOLD[name]
    draft = draft_as_gold(gold, refine(read(Document(text))))
    return {"draft": draft.model_dump(mode="json"), "verdicts": {"verdicts": []}}


async def as_gold(request: Request) -> Response:
    await asyncio.sleep(0)
    form = json.loads(request.body)["response_format"]["json_schema"]["name"]
    return Response(200, completion(gold_answers(request.owner)[form]).body.encode())


@pytest.mark.usefixtures("loopback")
def test_requests_of_workers_are_answered_by_their_parent() -> None:
    async def alone() -> list[Finished]:
        summarize = ASKED.through(lambda request, _: as_gold(request)).summarize
        return [await finish(name, Document(text), summarize) for name, text in TEXTS.items()]

    async def together(crew: Crew) -> list[Finished]:
        return await asyncio.gather(*(crew(name, Document(TEXTS[name])) for name in TEXTS))

    rows = crewed(together, summarizer=ASKED, send=as_gold)

    assert [timeless(row) for row in rows] == [timeless(row) for row in asyncio.run(alone())]
    assert all(row.is_ok and row.usage.requests for row in rows)


def test_what_a_worker_prints_gets_lost() -> None:
    says = f"print('x' * 10_000) or __import__('summarizer').Document({SHORT.text!r})"

    async def use(crew: Crew) -> list[Finished]:
        return [await crew("a", Spell("", does=eval, told=(says,))), await crew("a", SHORT)]

    loud, quiet = crewed(use)

    assert timeless(loud) == timeless(quiet)


# --- Errors -------------------------------------------------------------------------------------


def test_what_ends_a_batch_comes_from_the_parent_through_the_worker() -> None:
    errors = {"a": BudgetError("100 tokens are used up"), "b": JournalError("the disk is full")}

    async def refuse(request: Request) -> Response:
        raise errors[request.owner]

    async def use(crew: Crew) -> list[Finished | BaseException]:
        return await asyncio.gather(*(crew(name, SHORT) for name in errors), return_exceptions=True)

    raised = crewed(use, summarizer=ASKED, send=refuse)

    assert [(type(error), str(error)) for error in raised] == [
        (BudgetError, "100 tokens are used up"),
        (JournalError, "the disk is full"),
    ]


# --- Workers that end ---------------------------------------------------------------------------


def test_a_document_that_ends_its_workers_fails_alone() -> None:
    async def use(crew: Crew) -> list[Finished]:
        given = [SHORT, SHORT, SHORT, KILLS, SHORT, SHORT, SHORT]
        return await asyncio.gather(*(crew(str(i), one) for i, one in enumerate(given)))

    rows = crewed(use)

    assert [row.kind for row in rows] == ["", "", "", "WorkerError", "", "", ""]
    assert message(rows[3]) == (
        "3 ended its worker process twice (signal 9); it may be too large or damaged"
    )
    assert not rows[3].retryable


def test_documents_that_wait_for_a_model_outlive_their_workers() -> None:
    asked: list[str] = []
    answered: list[str] = []
    crews: list[Crew] = []

    async def send(request: Request) -> Response:
        asked.append(request.key)
        if len(asked) == 1:
            for pid in crews[0].pids:
                os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(0.1)
        answered.append(request.key)
        return Response(200, completion({}).body.encode())

    async def use(crew: Crew) -> Finished:
        crews.append(crew)
        return await crew("a", SHORT)

    row = crewed(use, summarizer=ASKED, send=send)

    assert row.is_ok
    assert answered == asked  # what was asked for is waited for, though the worker has gone
    assert len(asked) > 1
    assert asked[0] == asked[1]


def test_workers_that_do_not_start_end_the_batch(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async def use(crew: Crew) -> Finished:
        return await crew("a", SHORT)

    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(SummarizerError, match=r"do not start \(exit code 1\); free memory"):
        crewed(use)

    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(SummarizerError, match=r"can be started \(No such file or directory\)"):
        crewed(use)


PARENT = """
import asyncio, time
from summarizer import Document, Summarizer
from summarizer.batch.crew import Crew

class Sleeps(Document):
    def __reduce__(self):
        return time.sleep, (600,)

async def main():
    async with Crew(Summarizer(), 2, None) as crew:
        texts = [Document("Sản lượng lúa đạt 5.807 tấn.")] * 4
        await asyncio.gather(*(crew(str(i), text) for i, text in enumerate(texts)))
        busy = asyncio.create_task(crew("busy", Sleeps("")))
        await asyncio.sleep(0.1)
        print(len(crew.pids), flush=True)
        await busy

asyncio.run(main())
"""


def test_workers_end_with_their_parent_whatever_they_do() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"2\n"
        parent.kill()

        _, told = parent.communicate(timeout=30)  # the workers hold the other end of it too

    assert told == b""


def test_nobody_is_left_when_a_crew_leaves_amid_its_work() -> None:
    async def use(crew: Crew) -> tuple[int, ...]:
        await crew("a", SHORT)
        busy = asyncio.create_task(crew("b", SLEEPS))
        await asyncio.sleep(0.1)
        busy.cancel()
        return crew.pids

    pids = crewed(use)

    assert pids
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_workers_start_when_they_are_needed_and_hear_no_terminal() -> None:
    async def use(crew: Crew) -> list[int]:
        before = len(crew.pids)
        await asyncio.gather(*(crew(str(i), SHORT) for i in range(3)))
        assert os.getsid(0) not in map(os.getsid, crew.pids)  # nor Ctrl-C
        return [before, len(crew.pids)]

    assert crewed(use, size=8) == [0, 2]


def test_a_file_that_ends_whoever_opens_it_costs_its_own_row_only() -> None:
    async def use(crew: Crew) -> list[Finished]:
        return await asyncio.gather(
            crew("a", SHORT), crew("b", Harmful("b", "kills")), crew("c", SHORT)
        )

    rows = crewed(use)

    assert [row.kind for row in rows] == ["", "WorkerError", ""]
    assert "ended its worker process twice (signal 9)" in message(rows[1])


# --- Deadlines and second thoughts --------------------------------------------------------------


def test_a_runaway_document_is_stopped_and_those_behind_it_are_not() -> None:
    async def use(crew: Crew) -> list[Finished]:
        given = {"a": SLEEPS, "b": SHORT, "c": SHORT}
        return await asyncio.gather(*(crew(name, one) for name, one in given.items()))

    rows = crewed(use, size=1, deadline=3)

    assert [row.kind for row in rows] == ["timed_out", "", ""]
    assert message(rows[0]) == "not finished in 3 s; allow more time or split the document"
    assert rows[0].retryable


def test_the_time_of_a_document_begins_with_its_reading() -> None:
    async def use(crew: Crew) -> list[Finished]:
        return await asyncio.gather(crew("a", Harmful("a", "sleeps")), crew("b", SHORT))

    assert [row.kind for row in crewed(use, size=1, deadline=3)] == ["timed_out", ""]


def test_a_model_that_does_not_answer_in_time_costs_no_worker() -> None:
    left: list[str] = []

    async def send(request: Request) -> Response:
        try:
            await asyncio.sleep(600 if request.owner == "silent" else 0)
        except asyncio.CancelledError:
            left.append(request.owner)
            raise
        return Response(200, completion({}).body.encode())

    async def use(crew: Crew) -> tuple[list[Finished], bool]:
        first = await crew("a", SHORT)
        pids = crew.pids
        rows = await asyncio.gather(crew("silent", SHORT), crew("b", SHORT))
        return [first, *rows], crew.pids == pids

    rows, are_the_same = crewed(use, summarizer=ASKED, send=send, deadline=3)

    assert [row.kind for row in rows] == ["", "timed_out", ""]
    assert are_the_same
    assert left == ["silent"]


# --- The line -----------------------------------------------------------------------------------


def linked(
    use: Callable[[Line, Line], Awaitable[Result]], answer: Callable[[Any], Awaitable[object]]
) -> Result:
    """What comes of using both ends of a line; each is answered by ``answer``."""

    async def used() -> Result:
        lines = [await Line.over(end, answer) for end in socket.socketpair()]
        listening = [asyncio.create_task(line.listen()) for line in lines]
        result = await use(*lines)
        for line in lines:
            await line.close()
        await asyncio.gather(*listening)
        return result

    return asyncio.run(used())


def test_twenty_megabytes_pass_both_ways_at_once() -> None:
    async def doubled(value: bytes) -> bytes:
        return value * 2

    async def use(*lines: Line) -> list[Any]:
        return await asyncio.gather(*(line.call(b"x" * 20_000_000) for line in lines))

    assert [len(answer) for answer in linked(use, doubled)] == [40_000_000, 40_000_000]


class HoldsALockError(Exception):
    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.lock = threading.Lock()


def test_errors_keep_class_and_message_on_the_line() -> None:
    errors = [
        ModelError("no credit", code="quota", retryable=True),
        KeyError("lost"),
        HoldsALockError("kept"),
    ]

    async def refuse(number: int) -> None:
        raise errors[number]

    async def use(line: Line, _: Line) -> list[Any]:
        return await asyncio.gather(*map(line.call, range(3)), return_exceptions=True)

    model, defect, other = linked(use, refuse)

    assert type(model) is ModelError
    assert (str(model), model.code, model.retryable) == ("no credit", "quota", True)
    assert (type(defect), str(defect)) == (KeyError, "'lost'")
    assert (type(other), str(other)) == (RuntimeError, "HoldsALockError: kept")  # it cannot cross


def test_who_stops_waiting_stops_the_work() -> None:
    async def use(line: Line, _: Line) -> object:
        call = asyncio.create_task(line.call("work"))
        await begun.wait()
        call.cancel()
        return await stopped.wait()

    async def work(_: object) -> None:
        begun.set()
        try:
            await asyncio.sleep(600)
        finally:
            stopped.set()

    begun, stopped = asyncio.Event(), asyncio.Event()
    assert linked(use, work)


def test_a_call_to_who_has_hung_up_does_not_wait() -> None:
    async def work(_: object) -> None:
        begun.set()
        await asyncio.sleep(600)

    async def use(line: Line, other: Line) -> None:
        call = asyncio.create_task(line.call("work"))
        await begun.wait()
        await other.close()
        for waiting in (call, line.call("anybody?")):
            with pytest.raises(HungUpError):
                await waiting

    begun = asyncio.Event()
    linked(use, work)
