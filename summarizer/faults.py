"""Why a model gave no answer: values with a code, read from what servers say, made into errors.

A fault is a value so that it can be compared, waited out or replaced; only at the end it becomes
one ``ModelError``, which holds no foreign exception: those keep the whole document alive and print
it.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from schemas import Usage
from summarizer.errors import ModelError, ReplyError, TooLongError

_MOST_WORDS = 120  # characters of a server's own words in a message
_QUOTE = 16  # that many characters in common with the question are a quote from the document

_ADVICE = {
    "unauthorized": "the key is missing or not accepted; set OPENAI_API_KEY",
    "forbidden": "the key may not use this model; choose another model or ask the provider",
    "not_found": "no such model at this address; check its name and that the base URL ends in /v1",
    "quota": "the account has no credit left; top it up or use another key",
    "rate_limited": "too many requests; ask later or fewer at once",
    "overloaded": "the server is overloaded or broken; ask later",
    "unreachable": "no connection; check that the server runs and the base URL is right",
    "timed_out": "no answer in time; allow more seconds or ask less at once",
    "bad_request": "the server does not accept the request; check the model and its settings",
    "refused": "the model refuses to answer; use another model",
    "filtered": "the provider's content filter stopped it; use another provider or model",
    "truncated": "the answer was cut off; ask less at once",
    "whitespace_loop": "the model wrote blanks to the end; on vLLM set disable_any_whitespace",
    "context_overflow": "the question does not fit; ask less at once or serve more context",
    "empty": "the answer was empty; ask again or use another model",
    "not_a_model_server": "what answers is no model server; check the base URL",
    "invalid_answer": "never in the asked form; use a stronger model",
}
_TOO_LONG = frozenset({"truncated", "context_overflow"})
_RETRYABLE = frozenset(
    {"rate_limited", "overloaded", "unreachable", "timed_out", "empty", "not_a_model_server"}
)
_BUSY = frozenset({408, 409, 425, 500, 502, 503, 504, 529})  # and whatever else begins with 5
_TRANSIENT = frozenset({"overloaded", "rate_limited"})
_STATUS = {
    **dict.fromkeys(_BUSY, "overloaded"),
    401: "unauthorized",
    402: "quota",
    403: "forbidden",
    404: "not_found",
    405: "not_found",
    413: "context_overflow",
    429: "rate_limited",
    501: "bad_request",
}
_MILDER = frozenset({400, 422, 501})
_NAMED = {  # what servers call it themselves, wherever in the error they say so
    "insufficient_quota": "quota",
    "context_length_exceeded": "context_overflow",
    "exceed_context_size_error": "context_overflow",
    "content_filter": "filtered",
    "ResponsibleAIPolicyViolation": "filtered",
    "model_not_found": "not_found",
    "invalid_api_key": "unauthorized",
}


@dataclass(frozen=True)
class Fault:
    """Why there is no answer; ``code`` is one of docs/models.md.

    ``words`` are the server's own; ``status`` is its HTTP status, 0 if it gave none; ``transient``
    is whether the same request may soon succeed; ``pause`` the seconds it asks to wait; ``param``
    the parameter that it does not know.
    """

    code: str
    words: str = ""
    status: int = 0
    transient: bool = False
    pause: float | None = None
    param: str | None = None

    @property
    def is_of_manner(self) -> bool:
        """Whether the same question may be accepted in a milder manner."""
        return self.status in _MILDER and self.code == "bad_request"

    def error(self, model: str, usage: Usage) -> ModelError:
        """The error to raise for a model of this name; ``usage`` is what was paid until now."""
        message = f"{model}: {_ADVICE[self.code]}" + (f" ({self.words})" if self.words else "")
        if self.code == "invalid_answer":
            return ReplyError(message, attempts=usage.requests, usage=usage)
        kind = TooLongError if self.code in _TOO_LONG else ModelError
        return kind(message, code=self.code, retryable=self.code in _RETRYABLE, usage=usage)


def refusal(status: int, body: object, headers: Mapping[str, str], asked: str) -> Fault:
    """The fault that a server's error tells; its words are left out if they repeat ``asked``.

    ``body`` is what stands under ``error`` in the JSON that it sent, of whatever type.
    """
    told = body if isinstance(body, Mapping) else {"message": body}
    message = next((m for m in (told.get("message"), told.get("detail")) if isinstance(m, str)), "")
    code = _code(status, told, message)
    return Fault(
        code,
        words="" if message.lstrip().startswith("<") else _words(message, asked),
        status=status,
        transient=code in _TRANSIENT,
        pause=pause(headers),
        param=_param(told),
    )


def _code(status: int, told: Mapping[str, Any], message: str) -> str:
    named = [_NAMED[name] for name in _names(told) if name in _NAMED]
    if named:
        return named[0]
    if status in _STATUS:
        return _STATUS[status]
    if "context length" in message:  # vLLM and LM Studio have no name for it
        return "context_overflow"
    return "overloaded" if status >= 500 else "bad_request"  # noqa: PLR2004 - HTTP's own border


def _names(told: Mapping[str, Any]) -> list[str]:
    inner = told.get("innererror")
    within = [inner.get("code")] if isinstance(inner, Mapping) else []
    return [str(name) for name in (told.get("code"), told.get("type"), *within)]


def _param(told: Mapping[str, Any]) -> str | None:
    """The parameter that a server complains about, told by OpenAI's or by FastAPI's convention."""
    if isinstance(told.get("param"), str):
        return str(told["param"])
    detail = told.get("detail")
    if isinstance(detail, list) and detail and isinstance(detail[0], Mapping):
        place = [part for part in detail[0].get("loc", ()) if part != "body"]
        return str(place[0]) if place else None
    return None


def _words(message: str, asked: str) -> str:
    """The start of a server's message on one line, unless it repeats the question."""
    words = " ".join(message.split())
    words = words if len(words) <= _MOST_WORDS else words[: _MOST_WORDS - 1] + "…"
    asked = " ".join(asked.split())
    starts = range(max(len(words) - _QUOTE + 1, 0))
    return "" if any(words[i : i + _QUOTE] in asked for i in starts) else words


def pause(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks to wait: a number or a date; names are lower-case."""
    for name, unit in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):
        if name not in headers:
            continue
        try:
            seconds = float(headers[name]) * unit
        except ValueError:
            seconds = _until(headers[name])
        if 0 <= seconds < float("inf"):
            return seconds
    return None


def _until(date: str) -> float:
    try:
        return max(parsedate_to_datetime(date).timestamp() - time.time(), 0.0)
    except ValueError:
        return float("nan")
