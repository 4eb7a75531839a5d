"""What may be asked of a language model, and the double that answers in tests."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Generic, Protocol, TypeVar, cast, runtime_checkable

from pydantic import BaseModel, ValidationError

from schemas import Usage
from summarizer.errors import ReplyError
from summarizer.wire import Around, Request, Response

Content = TypeVar("Content", bound=BaseModel)


@dataclass(frozen=True)
class Form(Generic[Content]):
    """The form that an answer must have: a pydantic model and its strict JSON Schema.

    ``name`` travels to the server and is made of letters, digits and ``_``.
    """

    name: str
    model: type[Content]
    schema: Mapping[str, object]


@dataclass(frozen=True)
class Question(Generic[Content]):
    """One request: what is constant first, so that providers can cache it, then the material.

    ``longest`` is the largest number of tokens that the answer may have.
    """

    system: str
    user: str
    form: Form[Content]
    longest: int


@dataclass(frozen=True)
class Reply(Generic[Content]):
    """An answer in the asked form and what it cost, every paid attempt counted once."""

    content: Content
    usage: Usage


class LLM(Protocol):
    """Any language model: answers a question or raises ``ModelError``."""

    @property
    def name(self) -> str:
        """The name that stands in ``run.model``."""

    async def ask(self, question: Question[Content]) -> Reply[Content]:
        """Answer one question."""


@dataclass(frozen=True)
class Facts:
    """What a server tells of its model: tokens of context and number of parameters, if known."""

    context_tokens: int | None = None
    parameters: int | None = None


@runtime_checkable
class Described(Protocol):
    """A model whose server can be asked about it."""

    async def facts(self) -> Facts:
        """What the server tells; empty if it tells nothing."""


@runtime_checkable
class Priced(Protocol):
    """A model whose price is known."""

    def cost(self, usage: Usage) -> Decimal | None:
        """What some usage costs in US dollars; None if nobody knows."""


@runtime_checkable
class Routed(LLM, Protocol):
    """A model whose requests can be made to pass through something on the way to its server."""

    @property
    def address(self) -> str:
        """The server's address, without secrets."""

    def check(self) -> None:
        """Raise ``ModelError`` if nothing can be sent, for want of an address or a key."""

    async def send(self, request: Request) -> Response:
        """Send one request to the server."""

    def via(self, around: Around) -> "Routed":
        """The same model, with ``around`` between it and its server."""

    def knowing(self, facts: Facts) -> "Routed":
        """The same model, whose server need not be asked about it any more."""


Answer = BaseModel | Mapping[str, object] | str | Exception
"""A scripted answer: a value, its JSON, or the error to raise."""


_Script = Callable[[Question[BaseModel]], Answer]


@dataclass(frozen=True)
class ScriptedLLM:
    """A model that answers from a script; ``asked`` keeps every question.

    ``script`` holds answers in the order of the questions, or is a function from question to
    answer. Answers pass the same validation as a real model's.
    """

    script: Iterable[Answer] | _Script
    name: str = "scripted"
    asked: list[Question[BaseModel]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not callable(self.script):
            object.__setattr__(self, "script", _in_order(self.script))

    async def ask(self, question: Question[Content]) -> Reply[Content]:
        """Answer with the next line of the script."""
        self.asked.append(cast("Question[BaseModel]", question))
        answer = cast("_Script", self.script)(cast("Question[BaseModel]", question))
        if isinstance(answer, Exception):
            raise answer
        usage = Usage(requests=1)
        try:
            return Reply(_read(question.form.model, answer), usage)
        except ValidationError as error:
            told = f"the script's answer {len(self.asked)} is no {question.form.name}"
            raise ReplyError(
                f"{told}: {error.errors()[0]['msg']}", attempts=1, usage=usage
            ) from None


def _read(kind: type[Content], answer: BaseModel | Mapping[str, object] | str) -> Content:
    if isinstance(answer, str):
        return kind.model_validate_json(answer)
    values = answer.model_dump(mode="json") if isinstance(answer, BaseModel) else answer
    return kind.model_validate(values)


def _in_order(answers: Iterable[Answer]) -> _Script:
    remaining = iter(answers)

    def next_answer(_: Question[BaseModel]) -> Answer:
        try:
            return next(remaining)
        except StopIteration:
            raise AssertionError("the script has no more answers") from None

    return next_answer


def pricing(llm: LLM) -> Callable[[Usage], Decimal | None]:
    """What a model's usage costs; nobody knows it of a model that does not tell its price."""
    return llm.cost if isinstance(llm, Priced) else lambda _: None


def total(usages: Iterable[Usage | None]) -> Usage:
    """The sum of several usages; the cost is unknown if that of any paid one is."""
    told = [usage for usage in usages if usage is not None and usage.requests]
    costs = [usage.cost_usd for usage in told if usage.cost_usd is not None]
    return Usage(
        requests=sum(u.requests for u in told),
        input_tokens=sum(u.input_tokens for u in told),
        cached_tokens=sum(u.cached_tokens for u in told),
        output_tokens=sum(u.output_tokens for u in told),
        cost_usd=sum(costs, Decimal()) if told and len(costs) == len(told) else None,
    )
