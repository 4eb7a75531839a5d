"""What a model answered is kept readably, comes back sign by sign, and never for something else."""

import asyncio
import datetime
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evals.errors import EvalError, StaleError
from evals.recordings import (
    Answered,
    Recorder,
    Recording,
    Recordings,
    Replay,
    read_recording,
    running,
    taped,
    write_recording,
)
from evals.results import Setup
from schemas import Usage
from schemas.answers import Verdicts
from summarizer.forms import form
from summarizer.llm import Facts, Question
from summarizer.openai import OpenAIModel
from summarizer.wire import Request, Response, Send
from tests.endpoint import Endpoint, completion, failure

KEY = {"model": "m", "prompts and schema": "report@1", "document": "d1"}
TEXT = "Dòng một: lúa đạt 5.807 tấn.\nDòng hai."
GOOD = {"verdicts": [{"clause": 1, "list": "target"}]}
SETUP = Setup("m")
FILTERED = Response(400, b'{"error": {"code": "content_filter", "message": "no"}}')
UNKNOWN = Response(400, b'{"error": {"message": "unknown parameter"}}')


def asking(text: str = TEXT, *, system: str = "S", again: int = 0, **parameters: Any) -> Request:
    body = {
        "model": "m",
        "messages": [{"role": "system", "content": system}, {"role": "user", "content": text}],
        **parameters,
    }
    return Request("http://x/v1", json.dumps(body).encode(), again=again)


def answer(content: object = GOOD) -> Response:
    return Response(200, completion(content).body.encode(), seconds=1.5)


def content_of(response: Response) -> object:
    return json.loads(response.body)["choices"][0]["message"]["content"]


def sender(*responses: Response) -> Send:
    left = list(responses)

    async def send(_: Request) -> Response:
        return left.pop(0)

    return send


async def unsent(_: Request) -> Response:
    raise AssertionError("a replay asked a server")


def recorder(exchanges: Sequence[tuple[Request, Response]]) -> Recorder:
    """A recorder that took down exchanges, one after the other."""

    async def taken() -> Recorder:
        tape = Recorder()
        send = sender(*(response for _, response in exchanges))
        for request, _ in exchanges:
            await tape(request, send)
        return tape

    return asyncio.run(taken())


def recording(*exchanges: tuple[Request, Response]) -> Recording:
    return Recording(
        key=KEY,
        server="http://x/v1",
        facts=Facts(4096, None),
        recorded_at=datetime.datetime(2024, 5, 1, 8, tzinfo=datetime.UTC),
        seconds=1.5,
        usage=Usage(requests=1, input_tokens=100, output_tokens=20),
        exchanges=recorder(exchanges).exchanges,
    )


def replayed(told: Recording, *requests: Request) -> list[Response]:
    async def all_of() -> list[Response]:
        tape = Replay(Path("r.json"), told)
        return [await tape(request, unsent) for request in requests]

    return asyncio.run(all_of())


# --- Files ----------------------------------------------------------------------------------------


def test_a_recording_comes_back_from_its_file_as_it_was(tmp_path: Path) -> None:
    path = Recordings(tmp_path).path(SETUP, "genres/a", 0)
    told = recording((asking(), answer()), (asking(again=1), answer("không phải JSON")))
    write_recording(path, told)
    assert path == tmp_path / "m" / "genres" / "a" / "1.json"
    assert read_recording(path, KEY) == told


def test_people_can_read_what_was_asked_and_answered(tmp_path: Path) -> None:
    text = '{\n  "lists": "đạt"\n}'
    write_recording(tmp_path / "1.json", recording((asking(), answer(text))))
    lines = [line.strip() for line in (tmp_path / "1.json").read_text("utf-8").splitlines()]
    assert '"Dòng một: lúa đạt 5.807 tấn.",' in lines
    assert '"lists": "đạt"' in lines
    assert '"recorded_at": "2024-05-01T08:00:00Z",' in lines


def test_a_schema_is_not_repeated_in_every_recording() -> None:
    shape = {"type": "json_schema", "json_schema": {"name": "n", "schema": {"title": "Dài"}}}
    told = recording((asking(temperature=0, response_format=shape), answer()))
    assert told.exchanges[0].request.parameters == {
        "model": "m",
        "temperature": 0,
        "response_format": {"type": "json_schema", "json_schema": {"name": "n"}},
    }


@pytest.mark.parametrize("label", ["model", "prompts and schema", "document"])
def test_a_recording_of_something_else_is_told_by_what_changed(tmp_path: Path, label: str) -> None:
    write_recording(tmp_path / "1.json", recording((asking(), answer())))
    with pytest.raises(StaleError, match=rf"1\.json: .* another {label} \({KEY[label]}, now new\)"):
        read_recording(tmp_path / "1.json", {**KEY, label: "new"})


def test_what_is_asked_newly_of_a_key_makes_a_recording_stale(tmp_path: Path) -> None:
    write_recording(tmp_path / "1.json", recording((asking(), answer())))
    with pytest.raises(StaleError, match=r"another rewrite \(none, now on\)"):
        read_recording(tmp_path / "1.json", {**KEY, "rewrite": "on"})


@pytest.mark.parametrize("content", [b"", b"{}", b"[1", b"\xff", b'{"key": 1}'])
def test_a_file_that_is_no_recording_is_stale(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "1.json").write_bytes(content)
    with pytest.raises(StaleError, match="is no recording"):
        read_recording(tmp_path / "1.json", KEY)


def test_a_recording_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StaleError, match=r"1\.json: not recorded yet"):
        read_recording(tmp_path / "1.json", KEY)


def test_a_folder_that_cannot_be_written_is_told_on_one_line(tmp_path: Path) -> None:
    (tmp_path / "m").write_text("a file")
    recordings = Recordings(tmp_path)
    with pytest.raises(EvalError, match=r"^[^\n]*cannot be written[^\n]*$"):
        write_recording(recordings.path(SETUP, "a", 0), recording((asking(), answer())))


@pytest.mark.parametrize("model", ["../../m", "org/m:8b", "..", "/m"])
@pytest.mark.parametrize("document", ["../../a", "/a", "b/../../../a"])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, model: str, document: str) -> None:
    path = Recordings(tmp_path).path(Setup(model), document, 0)
    assert path.resolve().is_relative_to(tmp_path.resolve())
    assert len(path.relative_to(tmp_path).parts) >= 3


def test_prompts_have_recordings_of_their_own(tmp_path: Path) -> None:
    recordings = Recordings(tmp_path)
    paths = {
        recordings.path(Setup("m", prompts), "a", repeat)
        for prompts in (None, Path("v1"), Path("v2"))
        for repeat in (0, 1)
    }
    assert len(paths) == 6


# --- Sign by sign ---------------------------------------------------------------------------------

JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
STYLES = st.sampled_from(
    [{}, {"indent": 2}, {"indent": "\t"}, {"separators": (",", ":")}, {"ensure_ascii": True}]
)
WRITTEN = st.builds(
    lambda value, how: json.dumps(value, **{"ensure_ascii": False, **how}), JSONS, STYLES
)


@given(st.text() | WRITTEN)
@example("NaN")
@example("[Infinity]")
@example('{"a": 1, "a": 2}')
@example("1e999")
def test_every_answer_comes_back_sign_by_sign(text: str) -> None:
    file = json.dumps(Answered.of(answer(text)).model_dump(mode="json"), ensure_ascii=False)
    assert content_of(Answered.model_validate(json.loads(file)).response) == text


@pytest.mark.parametrize("body", [b'{"error": "x"}', "lỗi\n{".encode(), b"", b"[]", b"3"])
def test_a_refusal_comes_back_too(body: bytes) -> None:
    response = Answered.of(Response(400, body)).response
    assert (response.status, response.body) == (400, body)


def test_what_is_no_text_is_left_as_it_came() -> None:
    parts = [{"type": "text", "text": "{}"}]
    sent = Response(200, json.dumps({"choices": [{"message": {"content": parts}}]}).encode())
    assert content_of(Answered.of(sent).response) == parts


# --- Replaying ------------------------------------------------------------------------------------


def test_equal_questions_get_their_answers_in_order_and_none_twice() -> None:
    told = recording((asking(), answer("1")), (asking(), answer("2")))
    assert [content_of(r) for r in replayed(told, asking(), asking())] == ["1", "2"]
    with pytest.raises(StaleError, match=r"r\.json: does not hold"):
        replayed(told, asking(), asking(), asking())


@pytest.mark.parametrize("other", [asking("khác"), asking(system="T"), asking(again=1)])
def test_another_question_is_never_answered_from_a_recording(other: Request) -> None:
    with pytest.raises(StaleError, match="question changed"):
        replayed(recording((asking(), answer())), other)


def test_the_same_question_in_another_manner_is_answered() -> None:
    told = recording((asking(system="S\n\nAnswer with JSON: {}"), answer("1")))
    assert content_of(replayed(told, asking(temperature=0))[0]) == "1"


def test_a_refusal_is_of_its_manner_only() -> None:
    told = recording((asking(temperature=0), UNKNOWN), (asking(), answer("1")))
    assert [r.status for r in replayed(told, asking(temperature=0), asking())] == [400, 200]
    assert [r.status for r in replayed(told, asking(top_p=1))] == [200]


@pytest.mark.usefixtures("loopback")
def test_a_recording_made_after_a_refusal_serves_who_was_never_refused() -> None:
    """The second document is asked at once as the server wants it; a later process is not."""
    question = Question("S", TEXT, form(Verdicts), 300)

    async def recorded(model: OpenAIModel) -> Recorder:
        for _ in range(2):
            tape = Recorder()
            with running(tape):
                await model.ask(question)
        return tape

    refused = failure(400, param="response_format", message="unknown")
    with Endpoint([refused, completion(GOOD)]) as endpoint:
        tape = asyncio.run(recorded(OpenAIModel("m", base_url=endpoint.url, around=taped)))
    assert [exchange.response.status for exchange in tape.exchanges] == [200]
    told = recording((asking(), answer())).model_copy(update={"exchanges": tape.exchanges})

    async def again() -> Verdicts:
        model = OpenAIModel("m", base_url="http://127.0.0.1:1/other", around=taped)
        with running(Replay(Path("r.json"), told)):
            return (await model.ask(question)).content

    assert asyncio.run(again()) == Verdicts.model_validate(GOOD)


# --- Recording ------------------------------------------------------------------------------------


def test_parallel_requests_are_recorded_in_the_order_of_asking() -> None:
    first = asyncio.Event()

    async def send(request: Request) -> Response:
        if b"late" in request.body:
            await first.wait()
        first.set()
        return answer()

    async def both() -> Recorder:
        tape = Recorder()
        await asyncio.gather(tape(asking("late"), send), tape(asking("early"), send))
        return tape

    exchanges = asyncio.run(both()).exchanges
    assert [e.request.messages[1].text for e in exchanges] == ["late", "early"]


@pytest.mark.parametrize(
    "response",
    [
        Response(0),
        Response(401, b"{}"),
        Response(429, b"{}"),
        Response(503, b"busy"),
        Response(200, b"<html>"),
        Response(200, b'{"error": {"message": "gateway"}}'),
        Response(200, b'{"choices": []}'),
    ],
)
def test_what_says_nothing_of_the_model_is_not_recorded(response: Response) -> None:
    tape = recorder([(asking("a"), answer()), (asking("b"), response)])
    assert len(tape.exchanges) == 1
    assert not tape.is_whole


def test_a_request_that_is_answered_after_all_leaves_the_recording_whole() -> None:
    tape = recorder([(asking(), Response(503)), (asking(), answer())])
    assert tape.is_whole
    assert len(tape.exchanges) == 1


def test_a_refusal_for_the_document_is_an_answer_and_one_for_the_manner_is_none() -> None:
    assert recorder([(asking(), FILTERED)]).is_whole
    assert not recorder([(asking(), UNKNOWN)]).is_whole
    assert recorder([(asking(), UNKNOWN), (asking(n=1), answer())]).is_whole


def test_a_request_under_way_leaves_the_recording_broken() -> None:
    async def broken(_: Request) -> Response:
        raise ConnectionError

    async def taken() -> Recorder:
        tape = Recorder()
        await tape(asking("a"), sender(answer()))
        with pytest.raises(ConnectionError):
            await tape(asking("b"), broken)
        return tape

    assert not asyncio.run(taken()).is_whole


def test_documents_under_way_together_have_tapes_of_their_own() -> None:
    async def one(name: str) -> Recorder:
        tape = Recorder()
        with running(tape):
            await asyncio.sleep(0)
            await asyncio.gather(*(taped(asking(name), sender(answer())) for _ in range(2)))
        return tape

    async def both() -> tuple[Recorder, Recorder]:
        return await asyncio.gather(one("a"), one("b"))

    told = [{e.request.messages[1].text for e in tape.exchanges} for tape in asyncio.run(both())]
    assert told == [{"a"}, {"b"}]


def test_a_replay_takes_no_time_of_its_own() -> None:
    (response,) = replayed(recording((asking(), replace(answer(), seconds=2.25))), asking())
    assert response.seconds == 2.25
