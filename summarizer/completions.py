"""What a model's server sends as an answer, and what it charges for it."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from schemas import Usage
from summarizer.salvage import spoken
from summarizer.wire import Response

_OK = 200


class Message(BaseModel):
    """What the model said; servers differ in where they put it."""

    content: Any = None
    refusal: Any = None
    reasoning_content: Any = None
    reasoning: Any = None

    def text(self) -> str:
        """The answer as it was written, thoughts and courtesies included."""
        return spoken(self.content, self.reasoning_content, self.reasoning)


class Choice(BaseModel):
    """One answer."""

    message: Message = Message()
    finish_reason: str | None = None


class Completion(BaseModel):
    """As much of a completion as we need; servers differ in the rest."""

    choices: list[Choice] | None = None
    usage: Any = None
    error: Any = None

    def spent(self) -> Usage:
        """What the server charges for this one answer."""
        usage = self.usage if isinstance(self.usage, Mapping) else {}
        details = usage.get("prompt_tokens_details")
        cached = details.get("cached_tokens") if isinstance(details, Mapping) else None
        return Usage(
            requests=1,
            input_tokens=count(usage.get("prompt_tokens")),
            cached_tokens=count(cached),
            output_tokens=count(usage.get("completion_tokens")),
        )


def read_completion(body: bytes) -> Completion | None:
    """The completion that a server sent, None if it is something else."""
    try:
        return Completion.model_validate_json(body)
    except ValidationError:
        return None


def spent(response: Response) -> Usage | None:
    """What a response is charged for at the full price, None if it is no paid answer."""
    if response.status != _OK:
        return None
    completion = read_completion(response.body)
    if completion is None or completion.error or not completion.choices:
        return None
    return completion.spent()


def count(number: object) -> int:
    """A number of tokens as a server tells it, 0 if it tells none."""
    return number if isinstance(number, int) and number > 0 else 0
