"""Batches that a server works on overnight: every step may be the last one of its process."""

import asyncio
import json
import re
import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from prompts import Prompts
from schemas import Row
from summarizer import Summarizer, pipeline
from summarizer.batch.engine import Batch
from summarizer.batch.hosted import Hosted, Report
from summarizer.batch.questions import Size
from summarizer.batch.results import read_result
from summarizer.batch.store import Store
from summarizer.errors import BudgetError, ModelError, SummarizerError
from tests.batch_server import BatchServer
from tests.endpoint import Body, Response, completion, failure

pytestmark = pytest.mark.usefixtures("loopback")

NOTHING: Body = {
    "overview": "",
    "achievements": [],
    "shortcomings": [],
    "targets": [],
    "issuers": [],
    "directives": [],
}
CERTIFICATES = cache(ssl.create_default_context)
PROMPTS = cache(Prompts)
PRICES = '["m"]\ninput = 2\noutput = 10\n'


def is_about(body: Body, name: str) -> bool:
    """Whether a request asks about the report with this name in it."""
    return re.search(rf"xã {name}\b", body["messages"][1]["content"]) is not None


def kind(body: Body) -> str:
    return str(body["response_format"]["json_schema"]["name"])


def sound(body: Body) -> Response:
    """What a model answers that finds nothing, and leaves figures to be asked about."""
    return completion({"verdicts": []} if kind(body) == "verdicts" else NOTHING)


class Place:
    """A folder with reports, and a server for them."""

    def __init__(self, folder: Path, server: BatchServer, names: str) -> None:
        self.folder, self.server = folder, server
        self.output = folder / "out.jsonl"
        (folder / "prices.toml").write_text(PRICES)
        for name in names:
            text = f"Năm 2020, xã {name} trồng 5.807 ha rừng, thu nhập đạt 45 triệu đồng."
            (folder / f"{name}.txt").write_text(text, encoding="utf-8")

    def hosted(self, *, audit: bool = False, size: Size | None = None, **changes: Any) -> Hosted:
        """What a new process makes."""
        summarizer = Summarizer(
            "m", base_url=self.server.url, audit=audit, prices=self.folder / "prices.toml"
        )
        batch = Batch(summarizer, (str(self.folder / "*.txt"),), self.output)
        return Hosted(replace(batch, **changes), size)

    def submit(self, **changes: Any) -> Report:
        return asyncio.run(self.hosted(**changes).submit())

    def collect(self, **changes: Any) -> Report:
        return asyncio.run(self.hosted(**changes).collect())

    def through(self, **changes: Any) -> int:
        """Go on until no document is open; how many times the server had to work."""
        report, rounds = self.submit(**changes), 0
        while report.documents.planned:
            self.server.work()
            report = self.collect(**{**changes, "retry_failed": False})
            rounds += 1
            assert rounds < 20
        return rounds

    @property
    def rows(self) -> list[Row]:
        lines = self.output.read_text(encoding="utf-8").splitlines()
        return [Row.model_validate_json(line) for line in lines]

    @property
    def failures(self) -> dict[str, str | None]:
        return {row.name: row.error.code for row in self.rows if row.error}

    @property
    def is_paid_once(self) -> bool:
        return set(self.server.paid.values()) == {1}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Callable[..., Place]]:
    """Makes a place with a server that ends with the test."""
    servers: list[BatchServer] = []

    def make(names: str, answer: Callable[[Body], Response] = sound, **server: Any) -> Place:
        folder = tmp_path / str(len(servers))
        folder.mkdir()
        servers.append(BatchServer(answer, **server))
        return Place(folder, servers[-1].__enter__(), names)

    yield make
    for server in servers:
        server.__exit__()


Places = Callable[..., Place]


@pytest.fixture(autouse=True)
def quick_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A step is a process of its own; here all share what each would read for itself."""
    monkeypatch.setattr(ssl, "create_default_context", CERTIFICATES)
    monkeypatch.setattr(pipeline, "Prompts", PROMPTS)


# --- There and back -----------------------------------------------------------------------------


def test_answers_come_in_any_order_and_rows_in_that_of_the_inputs(place: Places) -> None:
    at = place("abcde")

    assert at.submit().asked == 5
    at.server.work()  # which answers the last request first
    report = at.collect()

    assert [row.name for row in at.rows] == ["a.txt", "b.txt", "c.txt", "d.txt", "e.txt"]
    assert (report.documents.ok, report.results) == (5, {"answered": 5})
    assert at.is_paid_once


def test_a_hosted_answer_costs_half(place: Places) -> None:
    at = place("a")
    at.through()

    (row,) = at.rows
    assert row.summary is not None
    usage = row.summary.run.usage
    assert (usage.requests, usage.input_tokens, usage.output_tokens) == (1, 100, 20)
    assert float(usage.cost_usd or 0) == pytest.approx((100 * 2 + 20 * 10) / 1e6 / 2)


def test_questions_after_the_draft_go_out_in_a_later_round(place: Places) -> None:
    at = place("ab")

    assert at.through(audit=True) == 2
    assert [row.status for row in at.rows] == ["ok", "ok"]
    assert [row.summary.run.usage.requests for row in at.rows if row.summary] == [2, 2]
    assert at.is_paid_once


def test_an_invalid_answer_is_asked_for_again_with_what_is_wrong(place: Places) -> None:
    def answer(body: Body) -> Response:
        is_first = len(body["messages"]) == 2
        return completion({"overview": 3}) if is_first and is_about(body, "b") else sound(body)

    at = place("ab", answer)

    assert at.through() == 2
    assert [row.status for row in at.rows] == ["ok", "ok"]
    again = [line["body"]["messages"] for line in list(at.server.batches.values())[1].lines]
    assert [(len(messages), messages[2]["role"]) for messages in again] == [(4, "assistant")]
    assert "overview" in again[0][3]["content"]
    assert at.is_paid_once


def test_equal_documents_are_asked_about_once(place: Places) -> None:
    at = place("a")
    (at.folder / "b.txt").write_text((at.folder / "a.txt").read_text())

    assert at.submit().asked == 1
    at.server.work()
    at.collect()

    assert [row.status for row in at.rows] == ["ok", "ok"]
    assert [row.summary.run.usage.requests for row in at.rows if row.summary] == [1, 0]


def test_a_document_that_cannot_be_read_is_a_row_at_once(place: Places) -> None:
    at = place("a")
    (at.folder / "b.txt").write_bytes(b"\x00\x01")

    assert at.submit().documents.failed == 1
    at.server.work()
    at.collect()
    assert [row.status for row in at.rows] == ["ok", "failed"]


def test_status_asks_the_server_and_changes_nothing(place: Places) -> None:
    at = place("ab")
    at.submit()
    at.server.work()

    report = asyncio.run(at.hosted().status())

    assert report.batches == {"completed": 1}
    assert (report.documents.planned, report.asked) == (2, 2)
    assert str(report).startswith("documents: 0 done, 0 failed, 2 open\nquestions: 2 asked")


def test_waiting_goes_on_until_nothing_is_out(place: Places) -> None:
    at = place("ab")
    at.submit(audit=True)
    at.server.trouble["POST /v1/batches"] = failure(503)  # the second round is not heard of

    async def both() -> Report:
        async def work() -> None:
            while not any(call.startswith("GET /v1/batches/") for call in at.server.called):
                await asyncio.sleep(0.01)  # the first look finds nothing done
            while True:
                await asyncio.sleep(0.01)
                at.server.work()

        working = asyncio.create_task(work())
        report = await at.hosted(audit=True).collect(wait=0.01)
        working.cancel()
        return report

    assert asyncio.run(both()).documents.ok == 2
    assert len(at.server.batches) == 2


# --- What goes wrong ----------------------------------------------------------------------------


def test_failed_requests_are_asked_again_or_become_rows_with_their_code(place: Places) -> None:
    broken = iter([failure(500), failure(429)])

    def answer(body: Body) -> Response:
        if is_about(body, "a"):
            return failure(400, code="context_length_exceeded", message="too long")
        if is_about(body, "b"):
            return failure(400, code="content_filter", message="no")
        return next(broken, sound(body)) if is_about(body, "c") else sound(body)

    at = place("abcd", answer)

    assert at.through() == 3
    assert at.failures == {"a.txt": "context_overflow", "b.txt": "filtered"}
    assert at.is_paid_once


def test_a_request_that_never_succeeds_ends_as_a_failed_row(place: Places) -> None:
    at = place("a", lambda _: failure(503, message="busy"))

    assert at.through() == 4
    assert at.failures == {"a.txt": "overloaded"}


def test_a_document_that_asks_on_and_on_ends_as_a_failed_row(place: Places) -> None:
    numbers = count()
    at = place("a", lambda _: completion({"overview": next(numbers)}))

    assert at.through() == 4
    assert at.failures == {"a.txt": "invalid_answer"}


def test_a_small_question_that_comes_too_late_costs_no_draft(place: Places) -> None:
    wrong = iter([completion({"overview": number}) for number in range(3)])
    at = place("a", lambda body: next(wrong, sound(body)))

    assert at.through(audit=True) == 4
    (row,) = at.rows
    assert row.summary is not None
    assert [issue.code for issue in row.summary.run.issues] == ["question_unanswered"]
    assert row.summary.run.usage.requests == 4
    assert at.is_paid_once


def test_what_expired_is_asked_again_and_what_was_answered_is_kept(place: Places) -> None:
    at = place("abcdefghijk")
    at.submit()
    at.server.work(share=5 / 11, ending="expired")

    report = at.collect()

    assert report.results == {"answered": 5, "again": 6}
    assert (report.documents.ok, report.asked) == (5, 6)
    at.server.work()
    assert at.collect().documents.ok == 11
    assert at.is_paid_once


def test_requests_without_any_result_are_asked_again(place: Places) -> None:
    at = place("abc")
    at.submit()
    at.server.work()
    (batch,) = at.server.batches.values()
    name = batch.outputs["output_file_id"]
    at.server.files[name] = at.server.files[name].splitlines(keepends=True)[0]

    assert at.collect().asked == 2
    at.server.work()
    assert at.collect().documents.ok == 3


def test_strange_lines_are_counted_and_passed_over(place: Places) -> None:
    at = place("ab")
    at.submit()
    at.server.work()
    (batch,) = at.server.batches.values()
    name = batch.outputs["output_file_id"]
    lines = at.server.files[name]
    strange = json.loads(lines.splitlines()[0]) | {"custom_id": f"{'0' * 32}-1"}
    other = json.dumps(strange | {"custom_id": "request-1"})
    twice = json.dumps(strange) + "\n" + other
    at.server.files[name] = lines + lines + twice.encode() + b'\n\n{"custom_id": "x'

    report = at.collect()

    assert report.results == {"answered": 2, "known": 2, "unknown": 2, "torn": 1}
    assert report.documents.ok == 2


def test_a_cancelled_batch_is_not_asked_again_until_told_to(place: Places) -> None:
    at = place("abc")
    at.submit()
    at.server.work(share=1 / 3, ending="cancelled")

    report = at.collect()

    assert (report.documents.ok, report.asked, report.unsent) == (1, 0, 2)
    assert "was cancelled" in str(report)
    assert at.submit().asked == 2
    at.server.work()
    assert at.collect().documents.ok == 3
    assert at.is_paid_once


def test_a_batch_that_the_server_refuses_is_told(place: Places) -> None:
    at = place("ab")
    at.submit()
    (batch,) = at.server.batches.values()
    batch.status, batch.errors = "failed", [{"code": "invalid_model", "message": "no model m"}]

    report = at.collect()

    assert "failed (invalid_model: no model m)" in str(report)
    assert (report.asked, report.unsent, len(at.server.batches)) == (0, 2, 1)
    assert at.through() == 1


def test_failed_documents_are_asked_about_again_when_told_to(place: Places) -> None:
    is_well = False

    def answer(body: Body) -> Response:
        bad = failure(400, code="content_filter", message="no")
        return sound(body) if is_well or is_about(body, "a") else bad

    at = place("ab", answer)
    at.through()
    assert at.failures == {"b.txt": "filtered"}
    assert at.submit().asked == 0

    is_well = True
    assert at.through(retry_failed=True) == 1
    assert [row.status for row in at.rows] == ["ok", "ok"]
    assert at.is_paid_once


def test_a_server_without_hosted_batches_says_so(place: Places) -> None:
    at = place("a")
    at.server.trouble["POST /v1/files"] = failure(404)

    with pytest.raises(ModelError, match="may offer no hosted batches"):
        at.submit()
    assert at.through() == 1


def test_the_embedded_engine_needs_no_hosted_batch(tmp_path: Path) -> None:
    with pytest.raises(SummarizerError, match="name it with --model"):
        Hosted(Batch(Summarizer(), (tmp_path,), tmp_path / "out.jsonl"))


# --- How much goes out at once ------------------------------------------------------------------


def test_files_are_split_by_requests_and_by_bytes(place: Places) -> None:
    at = place("abcde")
    at.submit(size=Size(requests=2))
    assert [len(batch.lines) for batch in at.server.batches.values()] == [2, 2, 1]

    line = max(map(len, at.server.files[at.server.waiting[0].told["input_file_id"]].splitlines()))
    other = place("abcde")
    other.submit(size=Size(bytes=4 * line))
    sizes = [len(other.server.files[b.told["input_file_id"]]) for b in other.server.waiting]
    assert len(sizes) == 2
    assert max(sizes) <= 4 * line


def test_only_so_much_waits_at_the_server(place: Places) -> None:
    at = place("abcdef")
    one = len(json.dumps(at_body(at), ensure_ascii=False).encode())
    size = Size(tokens=2 * one + one // 2)

    report = at.submit(size=size)
    assert (report.asked, report.unsent) == (2, 4)
    assert at.through(size=size) == 3
    assert at.is_paid_once


def at_body(at: Place) -> Body:
    """A request like those that go out."""
    sample = at.folder / "sample.jsonl"
    asyncio.run(at.hosted(output=at.folder / "sample.out.jsonl").write(sample))
    body: Body = json.loads(sample.read_text(encoding="utf-8").splitlines()[0])["body"]
    return body


def test_too_much_at_once_is_sent_again_in_waves(place: Places) -> None:
    at = place("abcdefghijklmnopqrst", limit=30_000)

    assert at.submit().asked == 20
    assert [batch.status for batch in at.server.batches.values()] == ["failed"]
    report = at.collect()
    assert report.troubles == ()
    assert 0 < report.asked < 20
    while report.documents.planned:
        at.server.work()
        report = at.collect()
    assert report.documents.ok == 20
    assert at.is_paid_once


def most(body: Body) -> int:
    """The most tokens that a request can take: no token is shorter than a byte."""
    said = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return len(said) + int(body["max_tokens"])


def test_a_budget_of_tokens_is_held(place: Places) -> None:
    at = place("abcdef")
    budget = most(at_body(at)) * 5 // 2

    assert at.submit(tokens=budget).asked == 2
    assert at.through(tokens=budget) == 3
    assert at.is_paid_once

    other = place("a")
    with pytest.raises(BudgetError, match="no further question fits the budget: 0 tokens are used"):
        other.submit(tokens=most(at_body(other)) - 1)
    assert other.server.batches == {}


def test_a_budget_of_dollars_is_held_at_half_the_price(place: Places) -> None:
    at = place("abcdef")
    body = at_body(at)
    dollars = Decimal((most(body) - body["max_tokens"]) * 2 + body["max_tokens"] * 10) / 2_000_000

    assert at.submit(cost_usd=dollars * 5 / 2).asked == 2
    assert at.through(cost_usd=dollars * 5 / 2) == 3


def test_a_budget_needs_a_price(place: Places) -> None:
    at = place("a")
    (at.folder / "prices.toml").write_text("")

    with pytest.raises(BudgetError, match="tell prices with --prices"):
        at.submit(cost_usd=Decimal(1))
    assert at.server.batches == {}


# --- Interrupted --------------------------------------------------------------------------------


class Killed(BaseException):
    """The process ends here."""


def test_a_process_may_end_after_every_write(
    place: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, left = Store.written, 0

    async def until_killed(self: Store, work: Any) -> Any:
        nonlocal left
        result = await written(self, work)
        left -= 1
        if left == 0:
            raise Killed
        return result

    monkeypatch.setattr(Store, "written", until_killed)
    undisturbed = place("a")
    undisturbed.through(audit=True)

    moment = 0
    while left <= 0:
        moment, is_killed = moment + 1, False
        left = moment
        at = place("a")
        try:
            at.through(audit=True)
        except Killed:
            is_killed = True
            at.through(audit=True)
        assert [told(row) for row in at.rows] == [told(row) for row in undisturbed.rows]
        assert at.server.paid.total() == undisturbed.server.paid.total()
        assert len(at.server.batches) == len(undisturbed.server.batches)
        assert is_killed == (left <= 0)
    assert moment > 15


def told(row: Row) -> object:
    """A row without the time that it took."""
    return row.model_dump(mode="json", exclude={"summary": {"run": {"seconds"}}})


@pytest.mark.parametrize("reply", [failure(500), Response("{}" * 99, cut=True)])
def test_a_batch_whose_creation_was_not_heard_of_is_found(place: Places, reply: Response) -> None:
    at = place("ab")
    at.server.trouble["POST /v1/batches"] = reply

    with pytest.raises(ModelError):
        at.submit()
    assert at.submit().asked == 2
    assert len(at.server.batches) == 1
    at.server.work()
    assert at.collect().documents.ok == 2
    assert at.is_paid_once


def test_a_batch_that_was_never_created_is_created(place: Places) -> None:
    at = place("ab")
    at.server.trouble["POST /v1/batches"] = failure(503)
    with pytest.raises(ModelError):
        at.submit()
    at.server.batches.clear()  # the failure was true

    assert at.through() == 1


def test_an_upload_that_fails_is_repeated_as_a_whole(place: Places) -> None:
    at = place("ab")
    at.server.trouble["POST /v1/files"] = failure(503)

    at.submit()
    first, second = at.server.files.values()
    assert first == second
    assert at.through() == 1


def test_an_uploaded_file_that_is_gone_is_uploaded_again(place: Places) -> None:
    at = place("ab")
    at.server.trouble["POST /v1/batches"] = failure(503)
    with pytest.raises(ModelError):
        at.submit()
    at.server.batches.clear()
    at.server.files.clear()

    with pytest.raises(ModelError, match="no such file"):
        at.submit()
    assert at.through() == 1


def test_a_download_that_breaks_off_is_taken_up_again(place: Places) -> None:
    at = place("abc")
    at.submit()
    at.server.work()
    (batch,) = at.server.batches.values()
    name = batch.outputs["output_file_id"]
    whole = at.server.files[name].decode()
    at.server.trouble[f"GET /v1/files/{name}/content"] = Response(whole, cut=True)

    with pytest.raises(ModelError):
        at.collect()
    assert at.collect().documents.ok == 3
    assert at.is_paid_once


# --- Files of one's own -------------------------------------------------------------------------


def answered(lines: list[str], answer: Callable[[Body], object]) -> list[str]:
    """What ``vllm run-batch`` writes: in order, bodies and errors in one file."""
    told = []
    for line in map(json.loads, lines):
        body = answer(line["body"])
        is_good = isinstance(body, Response)
        response: Body = {"status_code": 200 if is_good else 400, "request_id": "v"}
        response["body"] = json.loads(body.body) if isinstance(body, Response) else None
        error = None if is_good else body
        more = {"id": "vllm-1", "custom_id": line["custom_id"]}
        told.append(json.dumps({**more, "response": response, "error": error}))
    return told


def test_request_files_can_be_answered_by_a_program(place: Places) -> None:
    at = place("abcd")
    asked, results = at.folder / "asked.jsonl", at.folder / "results.jsonl"

    def answer(body: Body) -> object:
        if is_about(body, "a"):
            return "The model `n` does not exist."
        if is_about(body, "b"):
            return {"message": "maximum context length is 9", "code": 400}
        return sound(body)

    assert asyncio.run(at.hosted().write(asked)).unsent == 4
    lines = asked.read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["url"] for line in lines} == {"/v1/chat/completions"}
    *whole, last = answered(lines, answer)
    results.write_text("\n".join([*whole, last[: len(last) // 2]]))

    report = asyncio.run(at.hosted().read(results))
    assert report.results == {"refused": 2, "answered": 1, "torn": 1}
    assert report.documents.planned == 3  # a is asked in a milder manner, b in parts

    while report.unsent:
        asyncio.run(at.hosted().write(asked))
        lines = asked.read_text(encoding="utf-8").splitlines()
        results.write_text("\n".join(answered(lines, answer)))
        report = asyncio.run(at.hosted().read(results))
    assert at.failures == {"a.txt": "bad_request", "b.txt": "context_overflow"}
    assert at.server.batches == {}


def test_a_file_of_results_taken_in_twice_changes_nothing(place: Places) -> None:
    at = place("ab")
    asked, results = at.folder / "asked.jsonl", at.folder / "results.jsonl"
    asyncio.run(at.hosted().write(asked))
    results.write_text("\n".join(answered(asked.read_text().splitlines(), sound)))
    asyncio.run(at.hosted().read(results))
    rows = at.output.read_bytes()

    assert asyncio.run(at.hosted().read(results)).results == {"known": 2}
    assert at.output.read_bytes() == rows


def test_a_file_that_is_not_there_is_told(place: Places) -> None:
    at = place("a")

    with pytest.raises(SummarizerError, match="cannot be read"):
        asyncio.run(at.hosted().read(at.folder / "none.jsonl"))
    with pytest.raises(SummarizerError, match="cannot be written"):
        asyncio.run(at.hosted().write(at.folder / "none" / "asked.jsonl"))


BODY = json.loads(completion(NOTHING).body)


@pytest.mark.parametrize(
    ("told", "status", "is_final"),
    [
        ({"response": {"status_code": 200, "body": BODY}, "error": None}, 200, None),
        ({"response": {"status_code": 400, "body": {"error": {"code": "x"}}}}, 400, True),
        ({"response": {"status_code": 500, "body": {"error": {"code": "x"}}}}, 500, False),
        ({"response": {"status_code": 502, "body": "<html>"}}, 502, False),
        ({"response": None, "error": {"code": "batch_expired"}}, 503, False),
        ({"response": {"status_code": 400, "body": None}, "error": "wrong"}, 400, True),
        ({"response": {"status_code": 400, "body": None}, "error": {"code": 400}}, 400, True),
        ({"response": {"status_code": 200, "body": None}, "error": "wrong"}, 503, False),
        ({"response": {"status_code": 200, "body": {"choices": []}}}, 503, False),
        ({"response": "strange", "error": 3}, 503, False),
        ({}, 503, False),
    ],
)
def test_each_shape_of_a_result_is_read(
    told: dict[str, Any], status: int, is_final: bool | None
) -> None:
    result = read_result(json.dumps({"custom_id": "x-1", **told}).encode(), 0.5)

    assert result is not None
    assert (result.custom_id, result.response.status) == ("x-1", status)
    assert result.is_answer == (is_final is None)
    assert is_final is None or result.is_final == is_final


@pytest.mark.parametrize("line", [b"", b"[1]", b'{"custom_id": 3}', b'{"cust', b"[" * 99_999])
def test_what_is_no_result_is_none(line: bytes) -> None:
    assert read_result(line, 0.5) is None
