"""Any OpenAI-compatible server as a model, through openai, instructor and tenacity.

One question may take several requests. The layers that repeat them are kept apart:

* ``_Call._tried``: the network failed or the server is busy. Unpaid; tenacity waits and repeats.
* ``_Call._completion``: the server does not know a parameter. Unpaid; the question is put in a
  milder manner, which is remembered for this server.
* instructor: the answer is not in the asked form. Paid; the model is told what is wrong.

Whatever goes wrong becomes a ``Fault`` and leaves as one ``ModelError``.
"""

import asyncio
import atexit
import json
import logging
import os
import re
import time
from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, Generic, Self
from weakref import WeakKeyDictionary

import httpx2
from instructor import Mode, patch, response_schema
from instructor.core.exceptions import InstructorError
from instructor.core.hooks import Hooks
from openai import (
    AsyncOpenAI,
    DefaultAioHttpClient,
    OpenAIError,
)
from openai.types import CompletionUsage
from pydantic import BaseModel, ValidationError
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_result,
    stop_after_attempt,
    wait_random_exponential,
)

from schemas import Usage
from summarizer.compact import compact
from summarizer.completions import Choice, Completion, count, read_completion
from summarizer.errors import SummarizerError
from summarizer.faults import Fault, refusal
from summarizer.llm import Content, Facts, Question, Reply, total
from summarizer.prices import Prices, listed_prices
from summarizer.salvage import is_blank_loop, json_object
from summarizer.wire import OWNER, Around, Request, Response

_OPENAI = "https://api.openai.com/v1"
_OPENAI_HOSTS = ("openai.com", "openai.azure.com")
_LOOPBACK = ("localhost", "127.0.0.1", "::1", "0.0.0.0")  # noqa: S104 - compared, never bound
_CONNECT_SECONDS = 10.0
_FACTS_SECONDS = 5.0
_CLOSE_SECONDS = 1.0
_LONGEST_PAUSE = 60.0
_MOST_ERRORS = 10  # errors told to the model; more do not help it
_LEAST_CUT = 512  # servers that cut a question keep more tokens than this
_CUT = 0.8  # of the words of a question; every word takes at least one token

_log = logging.getLogger("summarizer")

# instructor logs every failed answer with what it holds; our own errors say what happened.
logging.getLogger("instructor").addHandler(logging.NullHandler())
logging.getLogger("instructor").propagate = False
logging.getLogger("instructor").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class OpenAIModel:
    """A model behind an OpenAI-compatible server.

    ``base_url`` and ``api_key`` default to ``OPENAI_BASE_URL`` and ``OPENAI_API_KEY``; a server on
    this machine needs no key. ``timeout`` is seconds for one question with all its repetitions.
    ``prices`` by model name go before the provider's listed ones. A request that fails
    on the way, or is not answered within ``patience`` seconds, is sent up to ``attempts`` times,
    first after at most ``backoff`` seconds; an answer in the wrong form is asked for again
    ``reasks`` times. ``extra`` goes into every request. Every request passes through ``around``;
    what it waits there does not count as ``timeout``. ``known`` is what the server told before.
    """

    name: str
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    timeout: float = 600.0
    temperature: float = 0.0
    prices: Mapping[str, Prices] | None = field(default=None, hash=False)
    attempts: int = 5
    reasks: int = 2
    backoff: float = 1.0
    extra: Mapping[str, object] = field(default_factory=dict, hash=False)
    patience: float | None = None
    around: Around | None = field(default=None, repr=False, hash=False)
    known: Facts | None = None

    async def ask(self, question: Question[Content]) -> Reply[Content]:
        """Answer one question; raises ``ModelError`` with one of the codes of docs/models.md."""
        call = _Call(self, question)
        started = time.perf_counter()
        content = await call.content()
        usage = total(call.paid)
        _log.info(
            "%s, %s: %s in %.2f s, %d requests, %d tokens in (%d cached), %d out",
            self.name,
            question.form.name,
            "answered" if call.fault is None else call.fault.code,
            time.perf_counter() - started,
            usage.requests,
            usage.input_tokens,
            usage.cached_tokens,
            usage.output_tokens,
        )
        if content is None:
            raise (call.fault or Fault("empty")).error(self.name, usage)
        return Reply(content, usage)

    async def facts(self) -> Facts:
        """What the server tells of the model; empty if it tells nothing. Unpaid.

        It is asked once while the connection lasts: behind the same address there may be another
        model tomorrow.
        """
        if self.known is not None:
            return self.known
        server = _server_of(self)
        if server.fault or server.is_openai:
            return Facts(parameters=_parameters(self.name))
        connection = await _connection(server)
        async with connection.turn:
            if self.name not in connection.facts:  # who comes second finds the answer of the first
                connection.facts[self.name] = await _facts(connection.client, self.name)
        return connection.facts[self.name]

    @property
    def address(self) -> str:
        """The server's address, without name, password and query."""
        try:
            url = httpx2.URL(_server_of(self).url)
        except httpx2.InvalidURL:
            return "?"
        return str(url.copy_with(userinfo=b"", query=None))

    def check(self) -> None:
        """Raise ``ModelError`` if nothing can be sent, for want of an address or a key."""
        if fault := _server_of(self).fault:
            raise fault.error(self.name, Usage())

    def via(self, around: Around) -> "OpenAIModel":
        """The same model, every request of which passes through ``around``."""
        return replace(self, around=around)

    def knowing(self, facts: Facts) -> "OpenAIModel":
        """The same model, whose server need not be asked about it any more."""
        return replace(self, known=facts)

    async def send(self, request: Request) -> Response:
        """Send one request to the server and take what comes; never raises for a failure of it."""
        started = time.perf_counter()
        try:
            async with asyncio.timeout(request.patience):
                connection = await _connection(_server_of(self))
                # The client's own way of sending takes longer than all the rest of ours.
                response = await connection.http.post(
                    request.url, content=request.body, headers=connection.headers
                )
        except (httpx2.HTTPError, TimeoutError) as error:
            lost = not isinstance(error, httpx2.ConnectError)
            return Response(0, seconds=time.perf_counter() - started, lost=lost)
        return Response(
            response.status_code,
            response.content,
            dict(response.headers),
            time.perf_counter() - started,
        )

    def cost(self, usage: Usage) -> Decimal | None:
        """US dollars for the tokens of one request; None if nobody knows the price."""
        server = _server_of(self)
        prices = (self.prices or {}).get(self.name)
        if prices is None and not server.is_loopback:
            prices = listed_prices(self.name, server.url)
        return prices.cost(usage) if prices else None


# --- Where questions go -------------------------------------------------------------------------


@dataclass(frozen=True)
class _Server:
    """An address, the key for it, and what is wrong with them."""

    url: str
    key: str = field(repr=False)
    is_loopback: bool
    is_openai: bool
    fault: Fault | None = None


def _server_of(model: OpenAIModel) -> _Server:
    url = model.base_url or os.environ.get("OPENAI_BASE_URL") or _OPENAI
    key = model.api_key or os.environ.get("OPENAI_API_KEY") or ""
    return _server(url.strip(), key.strip())


@lru_cache(maxsize=64)
def _server(url: str, key: str) -> _Server:
    try:
        host = httpx2.URL(url).host.lower()
    except httpx2.InvalidURL:
        host = ""
    fault = None
    is_loopback = host in _LOOPBACK
    is_openai = any(host == known or host.endswith("." + known) for known in _OPENAI_HOSTS)
    if not host or not url.startswith(("http://", "https://")):
        fault = Fault("unreachable", "the base URL must start with http:// or https://")
    elif not key and not is_loopback:
        fault = Fault("unauthorized")
    elif not key.isascii() or not key.isprintable():
        fault = Fault("unauthorized", "the key holds a character that no key has")
    return _Server(url.rstrip("/"), key or "none", is_loopback, is_openai, fault)


@dataclass(frozen=True)
class _Connection:
    """The client of one event loop, what it sends with, and the facts of models by their names.

    ``turn`` belongs to who asks for facts.
    """

    client: AsyncOpenAI
    http: httpx2.AsyncClient
    headers: Mapping[str, str]
    turn: asyncio.Lock
    keeper: AsyncGenerator[None, None]
    facts: dict[str, Facts] = field(default_factory=dict)
    process: int = field(default_factory=os.getpid)


# A client belongs to the event loop in which it was made.
_CONNECTIONS: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[_Server, _Connection]] = (
    WeakKeyDictionary()
)


async def _connection(server: _Server) -> _Connection:
    loop = asyncio.get_running_loop()
    open_ones = _CONNECTIONS.setdefault(loop, {})
    if server not in open_ones:
        http = DefaultAioHttpClient(
            timeout=httpx2.Timeout(None, connect=_CONNECT_SECONDS)  # a request has its own patience
        )
        client = AsyncOpenAI(
            api_key=server.key,
            base_url=server.url,
            max_retries=0,  # one layer repeats requests: ours
            http_client=http,
        )
        told = {**client.default_headers, **client.auth_headers}
        headers = {name: value for name, value in told.items() if isinstance(value, str)}
        keeper = _keep(client, loop)
        open_ones[server] = _Connection(client, http, headers, asyncio.Lock(), keeper)
        await anext(keeper)  # from here on the loop knows it, and closes it when it ends
    return open_ones[server]


async def _keep(client: AsyncOpenAI, loop: asyncio.AbstractEventLoop) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        _CONNECTIONS.pop(loop, None)
        await client.close()


def _close_all() -> None:
    """Close what is open when Python ends, or aiohttp complains on standard error."""
    for loop, open_ones in list(_CONNECTIONS.items()):
        own = [one for one in open_ones.values() if one.process == os.getpid()]
        if not own or loop.is_closed():  # a loop of the parent process does not run here
            continue
        closed = _closed(own)
        if loop.is_running():  # in the thread of a door
            with suppress(TimeoutError):
                asyncio.run_coroutine_threadsafe(closed, loop).result(_CLOSE_SECONDS)
        else:
            loop.run_until_complete(closed)


async def _closed(connections: list[_Connection]) -> None:
    for connection in connections:
        await connection.keeper.aclose()


atexit.register(_close_all)


# --- How a question is put ----------------------------------------------------------------------


@dataclass(frozen=True)
class _Manner:
    """How a question is put to a server; a milder manner uses less of the protocol.

    ``rung`` 0 asks for the strict schema, 1 for any JSON object, 2 for text. ``caps`` are the
    names left to try for the greatest length of an answer; ``heat`` is whether a temperature
    is sent.
    """

    caps: tuple[str, ...]
    rung: int = 0
    heat: bool = True

    def milder(self, fault: Fault) -> "_Manner | None":
        """The next manner to try after a refusal, if one may help."""
        if not fault.is_of_manner:
            return None
        if fault.param == "temperature" and self.heat:
            return replace(self, heat=False)
        if self.caps and fault.param == self.caps[0]:
            return replace(self, caps=self.caps[1:])
        is_of_format = fault.param is None or fault.param.startswith("response_format")
        if is_of_format and self.rung < len(_FORMATS) - 1:
            return replace(self, rung=self.rung + 1)
        return None


_FORMATS = ("json_schema", "json_object", "text")
_CAPS = ("max_tokens", "max_completion_tokens")
_LOWER_RUNG = "\n\nAnswer with one JSON object of this JSON Schema and nothing else:\n"
_MANNERS: dict[tuple[str, str], _Manner] = {}  # what each server was found to accept


def _first_manner(server: _Server, name: str) -> _Manner:
    known = _MANNERS.get((server.url, name))
    return known or _Manner(_CAPS[::-1] if server.is_openai else _CAPS)


def _body(
    model: OpenAIModel, question: Question[Any], manner: _Manner, again: list[dict[str, str]]
) -> dict[str, object]:
    system = question.system
    if manner.rung:
        system += _LOWER_RUNG + compact(question.form.schema)
    body: dict[str, object] = {
        "model": model.name,
        "messages": [
            {"role": "system", "content": system},
            {"role": "user", "content": question.user},
            *again,
        ],
    }
    if manner.heat:
        body["temperature"] = model.temperature
    if manner.caps:
        body[manner.caps[0]] = question.longest
    return {**body, **_format(question, manner), **model.extra}


def _format(question: Question[Any], manner: _Manner) -> dict[str, object]:
    kind = _FORMATS[manner.rung]
    if kind == "text":
        return {}
    if kind == "json_object":
        return {"response_format": {"type": kind}}
    asked = {"name": question.form.name, "strict": True, "schema": question.form.schema}
    return {"response_format": {"type": kind, "json_schema": asked}}


# --- One question -------------------------------------------------------------------------------


class _StopError(Exception):
    """Ends instructor's loop; the call knows why."""


class _Call(Generic[Content]):
    """One question on its way: what was paid and, if there is no answer, why."""

    def __init__(self, model: OpenAIModel, question: Question[Content]) -> None:
        self.model = model
        self.question = question
        self.server = _server_of(model)
        self.manner = _first_manner(self.server, model.name)
        self.paid: list[Usage] = []
        self.fault: Fault | None = None
        self.again: list[dict[str, str]] = []
        self.first: str | Fault = ""
        self.answered: Counter[bytes] = Counter()
        self.last = ""
        self.seconds = model.timeout  # that are left
        self.rate = 1.0

    async def content(self) -> Content | None:
        """The answer, or None: then ``fault`` says why."""
        if self.server.fault and not self.model.around:  # else others may know the answer
            self.fault = self.server.fault
            return None
        try:
            return await self._answer()
        except InstructorError as error:
            if isinstance(error.__cause__, SummarizerError):  # of what stands between
                raise error.__cause__ from None
            if not isinstance(error.__cause__, (_StopError, ValidationError)):
                raise  # a defect of ours
            self.fault = self.fault or Fault("invalid_answer", f"{len(self.paid)} answers")
        return None

    async def _answer(self) -> Content | None:
        """The first answer if it is in the asked form, else what instructor gets out of the model.

        Most answers are, and instructor's loop costs more than all the rest of a question.
        """
        self.first = await self._completion()
        if isinstance(self.first, Fault):
            self.fault = self.first
            return None
        try:
            return self.question.form.model.model_validate_json(self.first)
        except ValidationError:
            return await self._corrected()

    async def _corrected(self) -> Content:
        hooks = Hooks()
        hooks.on("parse:error", self._hear)
        asked = patch(create=self._create, mode=Mode.JSON_SCHEMA)
        answer = await asked(  # type: ignore[misc]
            response_model=_wrapped(self.question.form.model),
            messages=[],
            max_retries=self.model.reasks,
            strict=False,
            hooks=hooks,
        )
        return answer.content  # type: ignore[no-any-return]

    def _hear(self, error: Exception, **_: object) -> None:
        """Remember what to tell the model, in place of instructor's ever longer messages."""
        self.again = [
            {"role": "assistant", "content": self.last},
            {"role": "user", "content": _feedback(error)},
        ]

    async def _create(self, **_: object) -> SimpleNamespace:
        """What instructor calls for each answer; the first is there already."""
        outcome, self.first = self.first or await self._completion(), ""
        if isinstance(outcome, Fault):
            self.fault = outcome
            raise _StopError
        self.last = outcome
        message = SimpleNamespace(role="assistant", content=outcome)
        choice = SimpleNamespace(finish_reason="stop", message=message)
        return SimpleNamespace(choices=[choice], usage=_nothing_used())

    async def _completion(self) -> str | Fault:
        """The text of one answer, in the first manner that the server accepts."""
        first: Fault | None = None
        while True:
            outcome = await self._tried()
            if not isinstance(outcome, Fault):
                _MANNERS[self.server.url, self.model.name] = self.manner
                return self._text(outcome)
            milder = self.manner.milder(outcome)
            if milder is None:
                return first if first and outcome.is_of_manner else outcome
            first = first or outcome
            self.manner = milder

    async def _tried(self) -> Completion | Fault:
        """One request, repeated while the network or the server is at fault."""
        body = _body(self.model, self.question, self.manner, self.again)
        content = compact(body).encode("utf-8", "replace")
        request = Request(
            f"{self.server.url}/chat/completions",
            content,
            input_tokens=len(content),  # no tokenizer makes more tokens than there are bytes
            output_tokens=self.question.longest if self.manner.caps else None,
            owner=OWNER.get(),
            again=self.answered[content],
        )
        outcome: Completion | Fault = await AsyncRetrying(
            retry=retry_if_result(_is_transient),
            stop=self._stop,
            wait=self._wait,
            before_sleep=self._sleep,
            retry_error_callback=_last,
        )(self._sent, request)
        self.answered[content] += not isinstance(outcome, Fault)
        return outcome

    def _stop(self, state: RetryCallState) -> bool:
        late = state.upcoming_sleep >= self.seconds
        return late or stop_after_attempt(self.model.attempts)(state)

    def _wait(self, state: RetryCallState) -> float:
        pause = _last(state).pause
        if pause is not None:
            return 0.0 if self.model.around else pause  # who stands between keeps everybody back
        return wait_random_exponential(self.model.backoff, _LONGEST_PAUSE)(state)

    def _sleep(self, state: RetryCallState) -> None:
        self.seconds -= state.upcoming_sleep

    async def _sent(self, request: Request) -> Completion | Fault:
        """One request."""
        patience = min(self.seconds, self.model.patience or self.seconds)
        request = replace(request, patience=patience)
        around = self.model.around
        response = await (around(request, self.model.send) if around else self.model.send(request))
        self.seconds -= response.seconds
        self.rate = response.rate
        if not response.status:
            return self._unanswered(late=response.seconds >= patience)
        return self._read(response)

    def _unanswered(self, *, late: bool) -> Fault:
        if not late:
            return Fault("unreachable", transient=True)
        return Fault("timed_out", f"{self.model.timeout:g} s", transient=self.seconds > 0)

    def _read(self, response: Response) -> Completion | Fault:
        if response.status >= _ERRORS:
            told = _told(response.body)
            return refusal(response.status, told, response.headers, self.question.user)
        completion = read_completion(response.body)
        if completion is None:
            return Fault("not_a_model_server", transient=True)
        if completion.error:  # gateways report the errors of others with status 200
            told = completion.error
            status = told.get("code") if isinstance(told, Mapping) else None
            status = status if isinstance(status, int) else 500
            return refusal(status, told, response.headers, self.question.user)
        if completion.choices is None:
            return Fault("not_a_model_server", transient=True)
        return completion if completion.choices else Fault("empty", "no choices", transient=True)

    def _text(self, completion: Completion) -> str | Fault:
        """The JSON of a completion that was paid, or why there is none."""
        usage = completion.spent()
        if self.rate:  # else it was paid before
            cost = self.model.cost(usage) if usage.input_tokens else None
            cost = None if cost is None else cost * Decimal(str(self.rate))
            self.paid.append(usage.model_copy(update={"cost_usd": cost}))
        _log.debug("asked: %s\nanswered: %s", self.question.user, completion)
        choice = (completion.choices or [Choice()])[0]
        text = choice.message.text()
        if fault := _fault_of(choice, text) or self._cut(usage):
            return fault
        return json_object(text)

    def _cut(self, usage: Usage) -> Fault | None:
        """Some servers drop what does not fit and say nothing, but their bill tells."""
        least = (len(self.question.system.split()) + len(self.question.user.split())) * _CUT
        if _LEAST_CUT <= usage.input_tokens < least:
            return Fault("context_overflow", f"only {usage.input_tokens} tokens were read")
        return None


_ERRORS = 400  # HTTP's first status of an error


def _told(body: bytes) -> object:
    """What a server says of an error: what stands under ``error`` in its JSON, else the text."""
    try:
        told = json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
    return told.get("error", told) if isinstance(told, Mapping) else told


def _is_transient(outcome: object) -> bool:
    return isinstance(outcome, Fault) and outcome.transient


def _last(state: RetryCallState) -> Fault:
    """The fault after which tenacity waits or gives up, with the pause that is too long for us."""
    assert state.outcome is not None  # noqa: S101 - an attempt was made
    fault: Fault = state.outcome.result()
    if not fault.pause:
        return fault
    words = f"it asks to wait {fault.pause:g} s"
    return replace(fault, words=f"{words}: {fault.words}" if fault.words else words)


def _feedback(error: Exception) -> str:
    lines = ["not JSON"]
    if isinstance(error, ValidationError):
        told = error.errors(include_url=False, include_input=False, include_context=False)
        lines = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in told[:_MOST_ERRORS]]
    return (
        "\n- ".join(["Your answer is not in the asked form:", *lines])
        + "\nGive the whole answer again, corrected, as one JSON object and nothing else."
    )


def _nothing_used() -> CompletionUsage:
    """Instructor sums what it is told; without any usage it looks for another SDK each time."""
    return CompletionUsage(prompt_tokens=0, completion_tokens=0, total_tokens=0)


@lru_cache(maxsize=64)
def _wrapped(model: type[BaseModel]) -> type[BaseModel]:
    """What instructor takes for the answer; ``content`` is the real one, of the asked class.

    For a class of its own instructor would derive a subclass, make a schema that is not the strict
    one and walk all fields several times, with every call.
    """

    class Wrapped(BaseModel):
        content: Any

        @classmethod
        def model_json_schema(cls, *_: object, **__: object) -> dict[str, Any]:
            return {}

        @classmethod
        def model_validate_json(cls, json_data: Any, *_: object, **__: object) -> Self:
            return cls.model_construct(content=model.model_validate_json(json_data))

    return response_schema(Wrapped)


def _fault_of(choice: Choice, text: str) -> Fault | None:
    if choice.message.refusal:
        return Fault("refused")
    if choice.finish_reason == "content_filter":
        return Fault("filtered")
    if choice.finish_reason == "length":
        return Fault("whitespace_loop" if is_blank_loop(text) else "truncated")
    return None if text.strip() else Fault("empty")


# --- What a server tells of its model -----------------------------------------------------------

_CONTEXT = ("max_model_len", "context_length", "context_window", "max_context_length")
_SIZE = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)(b|m)(?![a-z\d])", re.IGNORECASE)
_UNITS = {"b": 1e9, "m": 1e6}


async def _facts(client: AsyncOpenAI, name: str) -> Facts:
    model = _entry(await _got(client, "/models"), name)
    meta = model.get("meta")
    parameters, context = None, next((model[key] for key in _CONTEXT if key in model), None)
    if isinstance(meta, Mapping):  # llama.cpp
        parameters = meta.get("n_params")
        root = str(client.base_url).rstrip("/").removesuffix("/v1")
        settings = (await _got(client, f"{root}/props")).get("default_generation_settings")
        slot = settings.get("n_ctx") if isinstance(settings, Mapping) else None
        context = slot or meta.get("n_ctx") or meta.get("n_ctx_train")
    return Facts(count(context) or None, count(parameters) or _parameters(name))


def _entry(listed: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The entry of one model in a server's list; a server of a single model may name it anyhow."""
    entries = listed.get("data")
    entries = entries if isinstance(entries, list) else []
    described: list[Mapping[str, Any]] = [e for e in entries if isinstance(e, Mapping)]
    if len(described) == 1:
        return described[0]
    return next((e for e in described if e.get("id") == name), {})


async def _got(client: AsyncOpenAI, path: str) -> Mapping[str, Any]:
    try:
        async with asyncio.timeout(_FACTS_SECONDS):
            response = await client.get(path, cast_to=httpx2.Response)
        told = response.json()
    except (OpenAIError, httpx2.HTTPError, TimeoutError, ValueError):
        return {}
    return told if isinstance(told, Mapping) else {}


def _parameters(name: str) -> int | None:
    """The number of parameters that stands in a model's name, such as ``qwen2.5-1.5b``."""
    sizes = [float(n) * _UNITS[unit.lower()] for n, unit in _SIZE.findall(name)]
    return int(max(sizes)) if sizes else None
