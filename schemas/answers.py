"""What a model answers besides a draft: verdicts on doubtful clauses, and a draft with its defects.

A broken item never costs its siblings: it is set aside with what is wrong about it, so that a
second, small question can ask for that item alone.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Literal, Self

from pydantic import Field, ModelWrapValidatorHandler, RootModel, ValidationError, model_validator
from pydantic.json_schema import SkipJsonSchema

from schemas.draft import Draft, DraftDirective, DraftIssuer, DraftItem, DraftTarget
from schemas.summary import Frozen

ITEM_LISTS: Mapping[str, type[Frozen]] = {
    "achievements": DraftItem,
    "shortcomings": DraftItem,
    "targets": DraftTarget,
    "issuers": DraftIssuer,
    "directives": DraftDirective,
}
_MOST_TOLD = 3  # errors of one item; more do not help to mend it

Verdict = Literal["achievement", "shortcoming", "target", "directive", "none"]


class BrokenItem(Frozen):
    """An item that is not in the asked shape."""

    list: str = Field(description="Name of the list it stands in.")
    position: int = Field(description="Position in that list as answered, counted from 0.")
    answered: Any = Field(description="What was answered.")
    errors: tuple[str, ...] = Field(description="What is wrong with it, place by place.")


class DraftAnswer(Draft):
    """A draft whose broken items are set aside instead of spoiling the whole."""

    broken: SkipJsonSchema[tuple[BrokenItem, ...]] = ()

    @model_validator(mode="wrap")
    @classmethod
    def _set_broken_aside(cls, answer: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if not isinstance(answer, Mapping):
            return handler(answer)
        if "broken" not in answer:  # nobody answers that: it is found out here
            with suppress(ValidationError):  # nearly every answer is sound
                return handler(answer)
        kept: dict[str, Any] = _known(Draft, answer)
        if not kept:  # a piece of an answer, say, whose rest was lost
            raise ValueError("holds none of the asked lists")
        broken: list[BrokenItem] = []
        for name, kind in ITEM_LISTS.items():
            if isinstance(kept.get(name), list):
                kept[name] = _sound(name, kind, kept[name], broken)
        return handler({**kept, "broken": broken})


def _sound(
    name: str, kind: type[Frozen], items: list[Any], broken: list[BrokenItem]
) -> list[Frozen]:
    sound: list[Frozen] = []
    for position, item in enumerate(items):
        try:
            sound.append(kind.model_validate(_known(kind, item)))
        except ValidationError as error:
            told = tuple(_told(e) for e in error.errors(include_url=False, include_input=False))
            broken.append(
                BrokenItem(list=name, position=position, answered=item, errors=told[:_MOST_TOLD])
            )
            if kind is DraftIssuer:  # directives refer to issuers by position
                sound.append(DraftIssuer(name="", kind="person", document=str(position)))
    return sound


def _known(kind: type[Frozen], answer: Any) -> Any:
    """What was asked for; more than that, such as a quote, is no reason to ask again."""
    if not isinstance(answer, Mapping):
        return answer
    return {name: answer[name] for name in kind.model_fields if name in answer}


def _told(error: Mapping[str, Any]) -> str:
    place = ".".join(map(str, error["loc"]))
    return f"{place}: {error['msg']}" if place else str(error["msg"])


class ClauseVerdict(Frozen):
    """Which list a clause belongs to."""

    clause: int = Field(description="Number of the clause.")
    list: Verdict = Field(description="The list it belongs to; none if it is no item.")


class Verdicts(Frozen):
    """Which lists some clauses belong to."""

    verdicts: tuple[ClauseVerdict, ...] = Field(description="One for each clause asked about.")


class Labels(RootModel[dict[int, Verdict]]):
    """Which list each clause belongs to, by number."""
