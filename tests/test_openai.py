"""The adapter over a real socket: what reaches the wire, what comes back, what goes wrong."""

import asyncio
import gc
import json
import logging
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from decimal import Decimal
from email.utils import formatdate
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, field_validator

from schemas import Draft, Usage
from schemas.answers import DraftAnswer, Verdicts
from summarizer import wire
from summarizer.errors import BudgetError, ModelError, ReplyError, TooLongError
from summarizer.forms import form
from summarizer.llm import LLM, Described, Facts, Priced, Question, Reply
from summarizer.openai import OpenAIModel
from summarizer.prices import Prices
from summarizer.wire import Request, Send
from tests.endpoint import Body, Endpoint, Response, Script, completion, failure

pytestmark = pytest.mark.usefixtures("loopback")

DOCS = Path(__file__).parent.parent / "docs" / "models.md"
TEXT = "Bí mật của xã: sản lượng lúa đạt 5.807 tấn."
QUESTION = Question("Chỉ nói điều có trong văn bản.", TEXT, form(Verdicts), 300)
GOOD = {"verdicts": [{"clause": 1, "list": "target"}]}
ANSWER = Verdicts.model_validate(GOOD)
HTML = Response("<html><body>Bad gateway</body></html>", kind="text/html")
BROKEN = Response('{"choices": [{"mess')


def model_at(url: str, **changes: Any) -> OpenAIModel:
    return replace(OpenAIModel("m", base_url=url, timeout=10, backoff=0.002), **changes)


def answered(endpoint: Endpoint, question: Question[Any] = QUESTION, **changes: Any) -> Reply[Any]:
    return asyncio.run(model_at(endpoint.url, **changes).ask(question))


def unsent(**changes: Any) -> ModelError:
    """The error of a question that reaches no server."""
    with pytest.raises(ModelError) as caught:
        asyncio.run(model_at("http://127.0.0.1:1/v1", **changes).ask(QUESTION))
    return caught.value


def failed(endpoint: Endpoint, question: Question[Any] = QUESTION, **changes: Any) -> ModelError:
    with pytest.raises(ModelError) as caught:
        answered(endpoint, question, **changes)
    return caught.value


# --- What stands between ------------------------------------------------------------------------


def test_every_request_passes_through_what_stands_between() -> None:
    async def around(request: Request, send: Send) -> wire.Response:
        passed.append(request)
        return await send(request)

    passed: list[Request] = []
    with Endpoint([failure(503), WRONG, completion(GOOD)]) as endpoint:
        assert answered(endpoint, around=around).content == ANSWER
        assert [request.body.decode() for request in passed] == endpoint.wire
    assert {request.url for request in passed} == {f"{endpoint.url}/chat/completions"}
    assert all(request.output_tokens == QUESTION.longest for request in passed)
    assert all(request.input_tokens >= len(TEXT.encode()) for request in passed)


def test_the_same_words_asked_again_are_another_request() -> None:
    async def around(request: Request, send: Send) -> wire.Response:
        passed.append(request)
        return await send(request)

    passed: list[Request] = []
    with Endpoint([WRONG]) as endpoint:
        failed(endpoint, around=around, reasks=2)
    assert passed[1].body == passed[2].body
    assert len({request.key for request in passed}) == 3


@pytest.mark.parametrize("before", [0, 1], ids=["first answer", "corrected answer"])
def test_an_error_of_what_stands_between_ends_the_question(before: int) -> None:
    async def around(request: Request, send: Send) -> wire.Response:
        passed.append(request)
        if len(passed) > before:
            raise BudgetError("used up")
        return await send(request)

    passed: list[Request] = []
    with Endpoint([WRONG]) as endpoint, pytest.raises(BudgetError, match="used up"):
        answered(endpoint, around=around)


def test_an_answer_that_was_paid_before_costs_nothing() -> None:
    async def around(_: Request, __: Send) -> wire.Response:
        return wire.Response(200, completion(GOOD).body.encode(), rate=0.0)

    model = model_at("http://127.0.0.1:1/v1", around=around)
    assert asyncio.run(model.ask(QUESTION)) == Reply(ANSWER, Usage())


def test_an_answer_of_a_hosted_batch_costs_half() -> None:
    async def around(_: Request, __: Send) -> wire.Response:
        return wire.Response(200, completion(GOOD).body.encode(), rate=0.5)

    prices = {"m": Prices(Decimal(1), Decimal(1), Decimal(2))}
    model = model_at("http://127.0.0.1:1/v1", around=around, prices=prices)
    assert asyncio.run(model.ask(QUESTION)).usage.cost_usd == Decimal("0.00007")


def test_an_answer_that_stays_out_is_asked_for_again() -> None:
    slow = Response(" " * 500, drip=0.05)
    with Endpoint([slow, completion(GOOD)]) as endpoint:
        endpoint.lock = nullcontext()  # type: ignore[assignment] - the slow one holds nobody up
        assert answered(endpoint, patience=0.5).content == ANSWER
        assert len(endpoint.asked) == 2


# --- Trouble on the way to an answer ------------------------------------------------------------


ONE = Usage(requests=1, input_tokens=100, output_tokens=20)


@dataclass(frozen=True)
class Detour:
    """A script that ends well, and how many requests that takes."""

    name: str
    script: list[Response]
    requests: int
    usage: Usage = ONE


WRONG = completion({"verdicts": 3}, tokens=(10, 4, 7))
THINKING = "<think>maybe {a: 1}</think>\n" + json.dumps(GOOD)
DETOURS = [
    Detour("at once", [completion(GOOD)], 1),
    *[
        Detour(f"status {status}", [failure(status), failure(status), completion(GOOD)], 3)
        for status in (408, 409, 425, 429, 500, 502, 503, 504, 529)
    ],
    Detour("reset midway", [Response("{}" * 500, cut=True), completion(GOOD)], 2),
    Detour("a gateway's page", [HTML, completion(GOOD)], 2),
    Detour("half a body", [BROKEN, completion(GOOD)], 2),
    Detour("no choices", [Response('{"choices": []}'), completion(GOOD)], 2),
    Detour("an error with status 200", [Response('{"error": {"code": 502}}'), completion(GOOD)], 2),
    Detour(
        "wrong, then right",
        [WRONG, completion(GOOD, tokens=(136, 20, 0))],
        2,
        Usage(requests=2, input_tokens=146, cached_tokens=7, output_tokens=24),
    ),
    Detour(
        "wrong twice, an outage, then right",
        [WRONG, failure(503), WRONG, completion(GOOD)],
        4,
        Usage(requests=3, input_tokens=120, cached_tokens=14, output_tokens=28),
    ),
    Detour("fences", [completion(f"```json\n{json.dumps(GOOD)}\n```")], 1),
    Detour("courtesies", [completion(f"Đây là {{kết quả}}: {json.dumps(GOOD)} Xong.")], 1),
    Detour("thoughts", [completion(THINKING)], 1),
    Detour("an answer among thoughts", [completion(None, reasoning_content=json.dumps(GOOD))], 1),
    Detour("no bill", [completion(GOOD, tokens=None)], 1, Usage(requests=1)),
    Detour("no temperature", [failure(400, param="temperature"), completion(GOOD)], 2),
    Detour("no schema", [failure(400, param="response_format"), completion(GOOD)], 2),
    Detour("no format at all", [failure(400), failure(501), completion(GOOD)], 3),
    Detour(
        "no schema, as FastAPI says it",
        [Response('{"detail": [{"loc": ["body", "response_format"]}]}', 422), completion(GOOD)],
        2,
    ),
]


@pytest.mark.parametrize("detour", DETOURS, ids=lambda d: d.name)
def test_trouble_on_the_way_to_an_answer_is_overcome(detour: Detour) -> None:
    with Endpoint(detour.script) as endpoint:
        reply = answered(endpoint)

    assert reply == Reply(ANSWER, detour.usage)
    assert len(endpoint.asked) == detour.requests


# --- Trouble instead of an answer ---------------------------------------------------------------


@dataclass(frozen=True)
class Trouble:
    """A script that ends badly: its code, how many requests were sent and how many paid."""

    name: str
    code: str
    script: Script
    requests: int = 1
    paid: int = 0


def small_context(body: Body) -> Response:
    """A server that drops what does not fit and says nothing."""
    words = len(str(body["messages"]).split())
    return completion(GOOD, tokens=(min(words * 2, 600), 20, 0))


TROUBLES = [
    Trouble("bad key", "unauthorized", [failure(401)]),
    Trouble("model not allowed", "forbidden", [failure(403)]),
    Trouble("no such model", "not_found", [failure(404, code="model_not_found")]),
    Trouble("no such path", "not_found", [replace(HTML, status=404)]),
    Trouble("no credit, OpenAI", "quota", [failure(429, code="insufficient_quota")]),
    Trouble("no credit, others", "quota", [failure(402)]),
    Trouble("never fewer requests", "rate_limited", [failure(429)], 5),
    Trouble("an hour to wait", "rate_limited", [failure(429, headers={"Retry-After": "3600"})]),
    Trouble("always failing", "overloaded", [failure(500)], 5),
    Trouble("a gateway's page, 502", "overloaded", [replace(HTML, status=502)], 5),
    Trouble("always reset", "unreachable", [Response("{}" * 500, cut=True)], 5),
    Trouble("slow drip", "timed_out", [Response(" " * 500, drip=0.05)]),
    Trouble("bad parameter", "bad_request", [failure(400, param="messages")]),
    Trouble("bad in every manner", "bad_request", [failure(400)], 3),
    Trouble("refusal", "refused", [completion(None, refusal="I can't.")], 1, 1),
    Trouble("filtered answer", "filtered", [completion("", finish="content_filter")], 1, 1),
    Trouble("filtered question", "filtered", [failure(400, code="content_filter")]),
    Trouble("cut off", "truncated", [completion('{"verdicts": [', finish="length")], 1, 1),
    Trouble(
        "blanks",
        "whitespace_loop",
        [completion('{"verdicts"' + "\n \t" * 99, finish="length")],
        1,
        1,
    ),
    Trouble("too long, OpenAI", "context_overflow", [failure(400, code="context_length_exceeded")]),
    Trouble(
        "too long, llama.cpp", "context_overflow", [failure(400, type="exceed_context_size_error")]
    ),
    Trouble(
        "too long, vLLM",
        "context_overflow",
        [failure(400, message="This model's maximum context length is 4096 tokens.", code=400)],
    ),
    Trouble("too long, Ollama", "context_overflow", small_context, 1, 1),
    Trouble("empty", "empty", [completion("")], 1, 1),
    Trouble("null", "empty", [completion(None)], 1, 1),
    Trouble("never a choice", "empty", [Response('{"choices": []}')], 5),
    Trouble("always a page", "not_a_model_server", [HTML], 5),
    Trouble("always half a body", "not_a_model_server", [BROKEN], 5),
    Trouble("some other server", "not_a_model_server", [Response('{"hello": "world"}')], 5),
    Trouble("never in the form", "invalid_answer", [completion({"verdicts": 3})], 3, 3),
    Trouble("never JSON", "invalid_answer", [completion("Xin chào!")], 3, 3),
]
LONG = replace(QUESTION, user=TEXT * 200)


@cache
def happened(name: str) -> tuple[ModelError, int]:
    """The error that a script of trouble ends in, and how many requests were sent."""
    trouble = next(t for t in TROUBLES if t.name == name)
    question = LONG if trouble.code == "context_overflow" and trouble.paid else QUESTION
    with Endpoint(trouble.script) as endpoint:
        error = failed(endpoint, question, timeout=0.5 if trouble.code == "timed_out" else 10.0)
    return error, len(endpoint.asked)


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda t: t.name)
def test_each_trouble_has_its_code_and_its_price(trouble: Trouble) -> None:
    error, requests = happened(trouble.name)

    assert (error.code, requests) == (trouble.code, trouble.requests)
    assert error.usage == Usage(
        requests=trouble.paid,
        input_tokens=trouble.paid * (600 if trouble.code == "context_overflow" else 100),
        output_tokens=trouble.paid * 20,
    )


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda t: t.name)
def test_an_error_is_one_line_that_holds_nothing_of_document_or_libraries(trouble: Trouble) -> None:
    error, _ = happened(trouble.name)

    assert len(str(error).splitlines()) == 1
    assert len(str(error)) < 300
    assert "Bí mật" not in str(error)
    assert error.__cause__ is None
    assert error.__context__ is None


def documented() -> dict[str, tuple[str, str, str]]:
    """Class, requests and whether asking again may help, by code, as docs/models.md has it."""
    rows = re.findall(r"^\| `(\w+)` \|(.*)\|$", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    cells = {code: [cell.strip() for cell in rest.split("|")] for code, rest in rows}
    return {code: (row[1], row[2], row[3]) for code, row in cells.items() if len(row) == 4}


def test_all_codes_are_documented_as_they_are() -> None:
    seen: dict[str, set[tuple[str, str]]] = {}
    counts: dict[str, set[int]] = {}
    for trouble in TROUBLES:
        error, requests = happened(trouble.name)
        told = (f"`{type(error).__name__}`", "yes" if error.retryable else "no")
        seen.setdefault(error.code, set()).add(told)
        counts.setdefault(error.code, set()).add(requests)

    assert seen == {code: {(row[0], row[2])} for code, row in documented().items()}
    assert counts == {
        code: {int(n) for n in re.findall(r"\d+", row[1])} for code, row in documented().items()
    }


def test_an_answer_never_in_the_form_tells_how_often_it_was_asked_for() -> None:
    with Endpoint([completion({})]) as endpoint:
        error = failed(endpoint)

    assert isinstance(error, ReplyError)
    assert error.attempts == 3


def test_what_does_not_fit_can_be_told_from_other_trouble() -> None:
    with Endpoint([completion("{", finish="length")]) as endpoint:
        assert isinstance(failed(endpoint), TooLongError)


def test_nobody_at_home_is_unreachable() -> None:
    assert unsent().code == "unreachable"


@pytest.mark.parametrize("url", ["localhost:8080", "ftp://x/v1", "http://", "http://x:y/v1"])
def test_an_address_that_is_none_is_told(url: str) -> None:
    error = unsent(base_url=url)

    assert error.code == "unreachable"
    assert "http://" in str(error)


def test_a_server_elsewhere_needs_a_key_before_anything_is_sent() -> None:
    error = unsent(base_url="https://models.example.vn/v1")

    assert error.code == "unauthorized"
    assert "OPENAI_API_KEY" in str(error)


def test_a_key_with_a_foreign_character_is_told() -> None:
    assert unsent(api_key="khóa").code == "unauthorized"


def test_a_server_that_repeats_the_document_is_not_quoted() -> None:
    with Endpoint([failure(400, message=f"Invalid: {TEXT}", param="messages")]) as endpoint:
        assert "Invalid" not in str(failed(endpoint))


def test_a_servers_words_are_quoted_on_one_line_up_to_120_characters() -> None:
    with Endpoint([failure(403, message="Go\naway! " + "x" * 500)]) as endpoint:
        message = str(failed(endpoint))

    assert "(Go away! xxx" in message
    assert message.count("x") < 120


def test_a_defect_in_a_form_is_no_trouble_of_the_model() -> None:
    class Faulty(BaseModel):
        word: str

        @field_validator("word")
        @classmethod
        def fail(cls, word: str) -> str:
            raise RuntimeError(f"defect: {word}")

    with (
        Endpoint([completion({"word": "x"})]) as endpoint,
        pytest.raises(Exception, match="defect") as caught,
    ):
        answered(endpoint, replace(QUESTION, form=form(Faulty)))

    assert not isinstance(caught.value, ModelError)


# --- Waiting ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"Retry-After-Ms": "300"},
        {"Retry-After": "0.3"},
        {"Retry-After-Ms": "300", "Retry-After": "3600"},
    ],
)
def test_a_server_is_given_the_time_it_asks_for(headers: dict[str, str]) -> None:
    with Endpoint([failure(429, headers=headers), completion(GOOD)]) as endpoint:
        waited = failed(endpoint, timeout=0.25)
        reply = answered(endpoint)

    assert waited.code == "rate_limited"
    assert reply.content == ANSWER


def test_a_pause_longer_than_openai_would_wait_is_told_when_it_does_not_fit() -> None:
    date = {"Retry-After": formatdate(4_000_000_000, usegmt=True)}
    for headers in ({"Retry-After": "130"}, date):
        with Endpoint([failure(503, headers=headers)]) as endpoint:
            error = failed(endpoint)
        assert re.search(r"it asks to wait \d+", str(error))
        assert len(endpoint.asked) == 1
        assert error.retryable


# --- What reaches the server --------------------------------------------------------------------


def test_the_wire_asks_for_the_strict_form() -> None:
    with Endpoint([completion({"overview": "x"})]) as endpoint:
        answered(endpoint, replace(QUESTION, form=form(DraftAnswer)))

    asked = endpoint.asked[0]["response_format"]
    assert asked["type"] == "json_schema"
    assert asked["json_schema"]["strict"] is True
    assert asked["json_schema"]["name"] == "DraftAnswer"
    assert asked["json_schema"]["schema"]["required"] == list(Draft.model_fields)


def test_text_that_looks_like_a_template_reaches_the_wire_untouched() -> None:
    text = "   {{ 7*7 }}\n\t{% if x %} {# gone? #} “đạt” \u00a0\n\n"
    with Endpoint([completion(GOOD)]) as endpoint:
        answered(endpoint, replace(QUESTION, user=text))

    assert json.dumps(text, ensure_ascii=False) in endpoint.wire[0]
    assert endpoint.asked[0]["messages"][1] == {"role": "user", "content": text}


def test_a_request_holds_what_was_set() -> None:
    with Endpoint([completion(GOOD)]) as endpoint:
        answered(endpoint, api_key=" sk-1\n", temperature=0.5, extra={"seed": 7})

    asked = endpoint.asked[0]
    assert endpoint.keys == ["Bearer sk-1"]
    assert (asked["model"], asked["temperature"], asked["seed"]) == ("m", 0.5, 7)
    assert asked["max_tokens"] == 300


def test_address_and_key_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with Endpoint([completion(GOOD)]) as endpoint:
        monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-env")
        asyncio.run(OpenAIModel("m").ask(QUESTION))

    assert endpoint.keys == ["Bearer sk-env"]


def test_the_model_is_told_only_its_last_mistake_and_at_most_ten_errors() -> None:
    many = {"verdicts": [{"clause": "x", "list": "y"}] * 20}
    with Endpoint([completion({"verdicts": 3}), completion(many), completion(GOOD)]) as endpoint:
        answered(endpoint)

    system, user, bad, feedback = endpoint.asked[2]["messages"]
    assert (system["content"], user["content"]) == (QUESTION.system, QUESTION.user)
    assert json.loads(bad["content"]) == many
    assert feedback["content"].count("\n- ") == 10
    assert "verdicts.0.clause" in feedback["content"]
    assert "pydantic" not in feedback["content"]


# --- What a server accepts is learnt once -------------------------------------------------------


def refuses(param: str) -> Callable[[Body], Response]:
    def respond(body: Body) -> Response:
        return failure(400, param=param) if param in body else completion(GOOD)

    return respond


@pytest.mark.parametrize("param", ["temperature", "max_tokens", "response_format"])
def test_a_parameter_that_a_server_does_not_know_is_sent_no_more(param: str) -> None:
    with Endpoint(refuses(param)) as endpoint:
        answered(endpoint)
        first = len(endpoint.asked)
        answered(endpoint)

    assert first > 1
    assert len(endpoint.asked) == first + 1
    assert param not in endpoint.asked[-1]


def test_an_answer_is_limited_under_the_name_that_the_server_knows() -> None:
    with Endpoint(refuses("max_tokens")) as endpoint:
        answered(endpoint)

    assert endpoint.asked[-1]["max_completion_tokens"] == 300


def test_a_server_without_schemas_is_told_the_schema_in_words() -> None:
    def only_objects(body: Body) -> Response:
        known = body["response_format"]["type"] == "json_object"
        return completion(GOOD) if known else failure(422)

    with Endpoint(only_objects) as endpoint:
        answered(endpoint)

    system = endpoint.asked[-1]["messages"][0]["content"]
    assert system.startswith(QUESTION.system)
    assert json.loads(system.splitlines()[-1]) == QUESTION.form.schema


def test_a_bad_question_teaches_nothing_about_the_server() -> None:
    with Endpoint([failure(400), failure(400), failure(400), completion(GOOD)]) as endpoint:
        failed(endpoint)
        answered(endpoint)

    assert endpoint.asked[-1]["response_format"]["type"] == "json_schema"


# --- Replies ------------------------------------------------------------------------------------


def test_a_reply_is_of_exactly_the_asked_class_with_its_defects() -> None:
    draft = {"overview": "x", "achievements": [{"clauses": [1], "sector": "health"}]}
    with Endpoint([completion(draft)]) as endpoint:
        content = answered(endpoint, replace(QUESTION, form=form(DraftAnswer))).content

    assert type(content) is DraftAnswer
    assert [item.list for item in content.broken] == ["achievements"]
    assert content == DraftAnswer.model_validate(draft)


def test_numbers_in_quotes_cost_no_second_question() -> None:
    with Endpoint([completion({"verdicts": [{"clause": "1", "list": "target"}]})]) as endpoint:
        assert answered(endpoint).content == ANSWER


def test_every_paid_answer_is_charged_once() -> None:
    prices = Prices(Decimal(10), Decimal(1), Decimal(100))
    with Endpoint([WRONG, completion(GOOD)]) as endpoint:
        usage = answered(endpoint, prices={"m": prices}).usage

    # 3 fresh, 7 cached, 4 out; then 100 fresh, 20 out
    assert usage.cost_usd == Decimal(3 * 10 + 7 * 1 + 4 * 100 + 100 * 10 + 20 * 100) / 1_000_000


def test_a_local_model_is_unpriced_and_not_free() -> None:
    with Endpoint([completion(GOOD)]) as endpoint:
        assert answered(endpoint, name="gpt-4o").usage.cost_usd is None


def test_a_price_is_known_before_asking() -> None:
    model = OpenAIModel("gpt-4o-mini", api_key="sk")
    cost = model.cost(Usage(requests=1, input_tokens=1000, output_tokens=1000))

    assert cost is not None
    assert cost > 0


def test_one_model_serves_one_event_loop_after_another() -> None:
    with Endpoint([completion(GOOD)]) as endpoint:
        model = model_at(endpoint.url)
        replies = [asyncio.run(model.ask(QUESTION)) for _ in range(3)]
    gc.collect()  # an open connection would warn now

    assert [reply.content for reply in replies] == [ANSWER] * 3


def test_fifty_questions_at_once_do_not_mix() -> None:
    def respond(body: Body) -> Response:
        number = int(body["messages"][1]["content"])
        if len(body["messages"]) == 2 and number % 3 == 0:
            return completion({"verdicts": number}, tokens=(number, 1, 0))
        return completion({"verdicts": [{"clause": number, "list": "none"}]}, tokens=(number, 1, 0))

    async def ask_all(model: OpenAIModel) -> list[Reply[Verdicts]]:
        asked = [replace(QUESTION, user=str(number)) for number in range(1, 51)]
        return await asyncio.gather(*map(model.ask, asked))

    with Endpoint(respond) as endpoint:
        replies = asyncio.run(ask_all(model_at(endpoint.url)))

    for number, reply in enumerate(replies, start=1):
        requests = 2 if number % 3 == 0 else 1
        assert reply.content.verdicts[0].clause == number
        assert (reply.usage.requests, reply.usage.input_tokens) == (requests, requests * number)


def test_a_question_can_be_given_up() -> None:
    async def give_up(model: OpenAIModel) -> None:
        task = asyncio.create_task(model.ask(QUESTION))
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with Endpoint([Response(" " * 500, drip=0.05)]) as endpoint:
        asyncio.run(give_up(model_at(endpoint.url)))

    assert len(endpoint.asked) == 1


def test_a_program_that_ends_leaves_nothing_on_standard_error() -> None:
    code = f"""
from summarizer.doors import wait_for
from summarizer.forms import form
from summarizer.llm import Question
from summarizer.openai import OpenAIModel
from schemas.answers import Verdicts

model = OpenAIModel("m", base_url={{url!r}})
print(wait_for(model.ask(Question("s", {TEXT!r}, form(Verdicts), 9))).content)
"""
    with Endpoint([completion(GOOD)]) as endpoint:
        run = subprocess.run(
            [sys.executable, "-c", code.replace("{url!r}", repr(endpoint.url))],
            check=True,
            capture_output=True,
            text=True,
        )

    assert "target" in run.stdout
    assert not run.stderr


# --- Logging ------------------------------------------------------------------------------------


def test_one_line_is_logged_for_each_question_and_no_text(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO, logger="summarizer")
    with Endpoint([completion({"verdicts": TEXT}), completion(GOOD)]) as endpoint:
        answered(endpoint)
    with Endpoint([completion({"verdicts": TEXT})]) as endpoint:
        failed(endpoint)

    told = [r.getMessage() for r in caplog.records if r.name == "summarizer"]
    assert len(told) == 2
    assert "Verdicts: answered" in told[0]
    assert "Verdicts: invalid_answer" in told[1]
    assert "Bí mật" not in caplog.text + "".join(capfd.readouterr())


# --- What a server tells of its model -----------------------------------------------------------


def facts(name: str, pages: dict[str, object]) -> Facts:
    with Endpoint(pages=pages) as endpoint:
        return asyncio.run(model_at(endpoint.url, name=name).facts())


def test_llama_cpp_tells_parameters_and_the_context_of_one_slot() -> None:
    models = {
        "data": [{"id": "/m.gguf", "meta": {"n_params": 1_543_714_304, "n_ctx_train": 32768}}]
    }
    props = {"default_generation_settings": {"n_ctx": 8192}}

    assert facts("m", {"/v1/models": models, "/props": props}) == Facts(8192, 1_543_714_304)
    assert facts("m", {"/v1/models": models}) == Facts(32768, 1_543_714_304)


def test_vllm_tells_its_context_and_the_name_tells_the_size() -> None:
    models = {"data": [{"id": "other"}, {"id": "qwen2.5-1.5b", "max_model_len": 4096}]}

    assert facts("qwen2.5-1.5b", {"/v1/models": models}) == Facts(4096, 1_500_000_000)


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("llama-3.1-8b-instruct", 8_000_000_000),
        ("Qwen/Qwen3-30B-A3B", 30_000_000_000),
        ("llama3.2:1b", 1_000_000_000),
        ("smollm2-360m", 360_000_000),
        ("gpt-4o-mini", None),
        ("v2beta", None),
    ],
)
def test_the_size_may_stand_in_the_name(name: str, size: int | None) -> None:
    assert facts(name, {}) == Facts(None, size)


def test_a_server_that_tells_nothing_is_no_error() -> None:
    for pages in ({}, {"/v1/models": [1]}, {"/v1/models": {"data": [{"meta": 3}, 4]}}):
        assert facts("m", pages) == Facts()


def test_facts_are_asked_for_once() -> None:
    async def both(model: OpenAIModel) -> None:
        await asyncio.gather(model.facts(), model.facts())

    with Endpoint(pages={"/v1/models": {"data": []}}) as endpoint:
        asyncio.run(both(model_at(endpoint.url)))

    assert endpoint.got == ["/v1/models"]


def test_another_connection_asks_for_facts_anew() -> None:
    pages: dict[str, object] = {}
    with Endpoint(pages=pages) as endpoint:
        assert asyncio.run(model_at(endpoint.url).facts()) == Facts()
        endpoint.pages["/v1/models"] = {"data": [{"id": "m", "max_model_len": 4096}]}
        assert asyncio.run(model_at(endpoint.url).facts()) == Facts(4096)


def test_openai_is_not_asked_for_facts() -> None:
    assert asyncio.run(OpenAIModel("gpt-4o", api_key="sk").facts()) == Facts()


def test_it_is_a_model_that_can_be_described_and_priced() -> None:
    model: LLM = OpenAIModel("m")

    assert isinstance(model, Described)
    assert isinstance(model, Priced)


def test_a_key_stands_in_no_representation() -> None:
    assert "sk-secret" not in repr(OpenAIModel("m", api_key="sk-secret"))


def test_the_package_starts_without_the_libraries_of_models() -> None:
    heavy = "{'openai', 'instructor', 'tenacity', 'aiohttp'} & set(sys.modules)"
    code = f"import sys, summarizer.forms, summarizer.prices, summarizer; assert not {heavy}"

    subprocess.run([sys.executable, "-c", code], check=True)
