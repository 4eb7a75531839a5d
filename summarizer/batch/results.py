"""Results of hosted batches, line by line, in each of the shapes that servers write."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from summarizer.compact import compact
from summarizer.completions import spent
from summarizer.faults import refusal
from summarizer.wire import Response

_OK = 200
_ERRORS = 400  # HTTP's first status of an error
_UNDONE = 503  # the request was never worked on: it expired or was cancelled with its batch


@dataclass(frozen=True)
class Result:
    """What came of the request with the id ``custom_id``.

    ``response`` is what a server would have answered to the request alone.
    """

    custom_id: str
    response: Response

    @property
    def is_answer(self) -> bool:
        """Whether it is an answer of the model, which is paid for."""
        return self.response.status < _ERRORS

    @property
    def is_final(self) -> bool:
        """Whether the same request would get the same again."""
        told = json.loads(self.response.body)["error"]
        return not refusal(self.response.status, told, {}, "").transient


def read_result(line: bytes, rate: float) -> Result | None:
    """The result in a line of a file, None if there is none; ``rate`` is that of its price.

    A server tells a failure in the body, beside it as an object or as a mere string, or leaves the
    response out if the request was not worked on.
    """
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, Mapping) or not isinstance(told.get("custom_id"), str):
        return None
    response, error = told.get("response"), told.get("error")
    answered = response if isinstance(response, Mapping) else {}
    status, body = answered.get("status_code"), answered.get("body")
    answer = Response(_OK, _json(body), rate=rate)
    if status != _OK or spent(answer) is None:
        failed = status if isinstance(status, int) and status >= _ERRORS else _UNDONE
        answer = Response(failed, _json(_failure(body or error)))
    return Result(told["custom_id"], answer)


def _failure(error: object) -> Mapping[str, Any]:
    if isinstance(error, Mapping):
        return error if "error" in error else {"error": error}
    return {"error": {"message": str(error or "no answer")}}


def _json(value: object) -> bytes:
    return compact(value).encode("utf-8", "replace")
