"""Recordings: what a model was asked and answered, so that it need not be asked again.

One file of readable JSON for each answer to a document. It holds what the server sent, before
anything of ours has read it: a better reading scores old answers anew. A recording is served only
for the model, prompts, schema and document that it was made of, and only for requests that it
holds; anything else is told as stale.
"""

import datetime
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from evals.errors import EvalError, StaleError
from evals.results import Setup
from evals.snippets import snippet
from schemas import Usage
from schemas.summary import Frozen
from summarizer.completions import read_completion, spent
from summarizer.faults import refusal
from summarizer.llm import Facts
from summarizer.replacing import replacing
from summarizer.wire import Around, Request, Response, Send

Mode = Literal["replay", "record"]
"""``replay`` never asks a model; ``record`` asks for what has no recording that fits."""

_LASTING = frozenset({"bad_request", "context_overflow", "filtered"})
"""Refusals that the same request always gets; others, such as a missing key, say nothing of it."""

_ERRORS = 400  # HTTP's first status of an error

# --- What was asked -------------------------------------------------------------------------------


class Message(Frozen):
    """One message of a conversation, by lines."""

    role: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The message as it was sent."""
        return "\n".join(self.lines)


class Asked(Frozen):
    """A request without its address; ``sha256`` is of its body, ``again`` as of ``Request``.

    ``parameters`` are for people, without the schema of the answer.
    """

    sha256: str
    again: int
    parameters: dict[str, Any]
    messages: tuple[Message, ...]

    @classmethod
    def of(cls, request: Request) -> "Asked":
        """A request as it is recorded."""
        body = json.loads(request.body)
        messages = [
            Message(role=message["role"], lines=tuple(message["content"].split("\n")))
            for message in body.pop("messages")
        ]
        if isinstance(form := body.get("response_format"), dict) and "json_schema" in form:
            form["json_schema"].pop("schema", None)
        return cls(
            sha256=sha256(request.body).hexdigest(),
            again=request.again,
            parameters=body,
            messages=tuple(messages),
        )

    def is_same(self, other: "Asked") -> bool:
        """Whether two requests are the same in every sign."""
        return (self.sha256, self.again) == (other.sha256, other.again)

    def means_same(self, other: "Asked") -> bool:
        """Whether two requests put the same question, in whatever manner.

        A server that knows less of the protocol gets other parameters, and the schema behind the
        system prompt; which ones, depends on what it was asked before.
        """
        one, two = self.system, other.system
        alike = one.startswith(two) or two.startswith(one)
        return alike and (self.talk, self.again) == (other.talk, other.again)

    @cached_property
    def system(self) -> str:
        """What the model was told before the conversation."""
        return "\n".join(message.text for message in self.messages if message.role == "system")

    @cached_property
    def talk(self) -> tuple[Message, ...]:
        """The conversation."""
        return tuple(message for message in self.messages if message.role != "system")


# --- What came back -------------------------------------------------------------------------------


class Answered(Frozen):
    """A response; ``body`` is its JSON, in which texts of answers are told readably.

    A text that is JSON itself stands as such under the style in which it was written, any other
    by lines. What is no JSON at all is a text too.
    """

    status: int
    seconds: float
    body: Any

    @classmethod
    def of(cls, response: Response) -> "Answered":
        """A response as it is recorded."""
        try:
            body = _value(response.body)
        except (ValueError, RecursionError):
            body = _told(response.body.decode("utf-8", "replace"))
        for message in _messages(body):
            if isinstance(message["content"], str):
                message["content"] = _told(message["content"])
        return cls(status=response.status, seconds=round(response.seconds, 3), body=body)

    @property
    def response(self) -> Response:
        """The response as it came, but for its headers and for blanks around the answers."""
        body = json.loads(json.dumps(self.body))
        for message in _messages(body):
            message["content"] = _text(message["content"])
        sent = _text(body)
        told = sent if sent is not body else json.dumps(body)
        return Response(self.status, told.encode(), seconds=self.seconds)


_STYLES: Mapping[str, Mapping[str, Any]] = {
    "json, compact": {"separators": (",", ":")},
    "json, spaced": {},
    "json, indented": {"indent": 2},
}
_LINES = "lines"


def _messages(body: object) -> Iterator[dict[str, Any]]:
    """The messages of a completion that have a content."""
    choices = body.get("choices") if isinstance(body, dict) else None
    for choice in choices if isinstance(choices, list) else ():
        message = choice.get("message") if isinstance(choice, dict) else None
        if isinstance(message, dict) and "content" in message:
            yield message


def _told(text: str) -> dict[str, Any]:
    """A text as it is recorded, from which it comes back sign by sign."""
    try:
        value = _value(text)
    except (ValueError, RecursionError):
        return {_LINES: text.split("\n")}
    for style, how in _STYLES.items():
        if json.dumps(value, ensure_ascii=False, **how) == text:
            return {style: value}
    return {_LINES: text.split("\n")}


def _value(written: str | bytes) -> Any:
    """What JSON says; ``ValueError`` for what only Python takes for JSON, such as ``NaN``."""
    return json.loads(written, parse_constant=_refuse)


def _refuse(name: str) -> None:
    raise ValueError(name)


def _text(told: object) -> Any:
    """The text that ``_told`` was given; anything else as it is."""
    match told:
        case {"lines": [*lines], **rest} if not rest:
            return "\n".join(str(line) for line in lines)
        case dict() if len(told) == 1 and (style := next(iter(told))) in _STYLES:
            return json.dumps(told[style], ensure_ascii=False, **_STYLES[style])
    return told


# --- A recording ----------------------------------------------------------------------------------


class Exchange(Frozen):
    """One request and what came back."""

    request: Asked
    response: Answered


class Recording(Frozen):
    """One answer to a document.

    ``key`` is what it was made of, by labels; ``facts`` are what the server told of its model, as
    questions depend on them. ``usage`` and ``seconds`` are those of the whole answer.
    """

    key: dict[str, str]
    server: str
    facts: Facts
    recorded_at: datetime.datetime
    seconds: float
    usage: Usage
    exchanges: tuple[Exchange, ...]


@dataclass(frozen=True)
class Recordings:
    """The recordings of a folder: ``<engine>/<document>/<number>.json``, numbers from 1.

    An engine is called by its model and the name of its folder of templates, if it has one.
    """

    folder: Path
    mode: Mode = "replay"

    def path(self, setup: Setup, document: str, repeat: int) -> Path:
        """Where an answer is recorded; ``repeat`` counts from 0."""
        parts = [part for part in PurePosixPath(document).parts if part not in ("/", "..")]
        return self.folder.joinpath(setup.slug, *parts, f"{repeat + 1}.json")


def read_recording(path: Path, key: Mapping[str, str]) -> Recording:
    """Read a recording; ``StaleError`` if there is none or it is of something else."""
    try:
        recording = Recording.model_validate(json.loads(path.read_bytes()))
    except FileNotFoundError:
        raise StaleError(f"{path}: not recorded yet") from None
    except OSError as error:
        raise EvalError(f"{path}: cannot be read ({error.strerror})") from None
    except ValueError:  # of JSON or of pydantic
        raise StaleError(f"{path}: is no recording that can be read") from None
    if changed := _changes(recording.key, key):
        raise StaleError(f"{path}: recorded with another {', '.join(changed)}")
    return recording


def write_recording(path: Path, recording: Recording) -> None:
    """Write a recording, whole or not at all."""
    told = json.dumps(recording.model_dump(mode="json"), ensure_ascii=False, indent=1)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as draft:
            draft.write_text(f"{told}\n", "utf-8", "backslashreplace")  # JSON escapes alike
    except OSError as error:
        raise EvalError(f"{path}: cannot be written ({error.strerror})") from None


_SHOWN = 24  # characters of a value in a message


def _changes(recorded: Mapping[str, str], key: Mapping[str, str]) -> list[str]:
    """What is another now, such as ``prompts and schema (report@1a2b3c4d, now report@…)``."""
    labels = [*key, *(label for label in recorded if label not in key)]
    return [
        f"{label} ({_short(recorded.get(label))}, now {_short(key.get(label))})"
        for label in labels
        if recorded.get(label) != key.get(label)
    ]


def _short(value: str | None) -> str:
    if value is None:
        return "none"
    return snippet(value, _SHOWN)


# --- Playing and recording ------------------------------------------------------------------------

_TAPE: ContextVar[Around] = ContextVar("tape")


async def taped(request: Request, send: Send) -> Response:
    """An ``Around`` for all documents: a request goes through the tape that runs for its own."""
    return await _TAPE.get()(request, send)


@contextmanager
def running(tape: Around) -> Iterator[None]:
    """Let a tape run for whatever is asked within, by tasks that begin there too."""
    token = _TAPE.set(tape)
    try:
        yield
    finally:
        _TAPE.reset(token)


class Replay:
    """An ``Around`` that answers from a recording and sends nothing.

    Each recorded response is served once, equal requests in their order. Raises ``StaleError``
    for a request that the recording does not hold.
    """

    def __init__(self, path: Path, recording: Recording) -> None:
        self._path = path
        self._left = list(recording.exchanges)

    async def __call__(self, request: Request, _: Send) -> Response:
        """Find the response to a request."""
        asked = Asked.of(request)
        found = next((e for e in self._left if e.request.is_same(asked)), None)
        found = found or next((e for e in self._left if _answers(e, asked)), None)
        if found is None:
            raise StaleError(f"{self._path}: does not hold what is asked now (question changed)")
        self._left.remove(found)
        return found.response.response


def _answers(exchange: Exchange, asked: Asked) -> bool:
    """Whether an exchange holds an answer to the question; a refusal is of its manner only."""
    return exchange.response.status < _ERRORS and exchange.request.means_same(asked)


class Recorder:
    """An ``Around`` that takes down what is asked and what comes back for good."""

    def __init__(self) -> None:
        self._taken: list[Exchange | None] = []
        self._open: set[str] = set()
        self._has_answer = False

    async def __call__(self, request: Request, send: Send) -> Response:
        """Send a request and take it down."""
        place = len(self._taken)  # parallel requests stay in the order in which they were asked
        self._taken.append(None)
        self._open.add(request.key)
        response = await send(request)
        fault = _fault(response)
        if fault is None or fault in _LASTING:
            self._open.discard(request.key)
            self._taken[place] = Exchange(request=Asked.of(request), response=Answered.of(response))
            self._has_answer |= fault != "bad_request"
        return response

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """What was taken down, in the order of the requests."""
        return tuple(exchange for exchange in self._taken if exchange is not None)

    @property
    def is_whole(self) -> bool:
        """Whether every request got what it would always get, and not only refusals."""
        return self._has_answer and not self._open


def _fault(response: Response) -> str | None:
    """Why a response is no answer that was paid; None if it is one."""
    if spent(response) is not None:
        return None
    if response.status < _ERRORS:
        return "unanswered"
    completion = read_completion(response.body)
    told = completion.error if completion else None
    return refusal(response.status, told, response.headers, "").code
