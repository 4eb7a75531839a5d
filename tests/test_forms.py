"""Forms: the JSON Schema that strict modes accept, and what cannot be asked for."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, RootModel

from schemas import Draft
from schemas.answers import DraftAnswer, Verdicts
from summarizer.errors import TaskError
from summarizer.forms import form

STRICT = {
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "anyOf",
    "enum",
    "const",
    "description",
    "format",
    "$ref",
    "$defs",
}


def nodes(schema: object) -> Iterator[dict[str, Any]]:
    """All schemas within a schema."""
    if isinstance(schema, dict):
        yield schema
        for key, part in schema.items():
            within = part.values() if key in {"properties", "$defs"} else [part]
            for one in within if isinstance(part, dict) else part if isinstance(part, list) else ():
                yield from nodes(one)


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = Field(default=9, ge=1, le=9)


class Dog(BaseModel):
    kind: Literal["dog"]
    tail: float | None = Field(default=None, description="Centimetres.")


class Zoo(BaseModel):
    animals: list[Annotated[Cat | Dog, Field(discriminator="kind")]] = Field(max_length=3)
    name: str = Field(default="", min_length=2, pattern="^[a-z]+$", examples=["zoo"])
    best: Cat = Field(description="The best one.")
    price: Decimal = Decimal(0)


class Node(BaseModel):
    children: list["Node"] = []


@pytest.mark.parametrize("model", [Draft, DraftAnswer, Verdicts, Zoo, Node])
def test_every_object_is_closed_and_asks_for_all_it_has(model: type[BaseModel]) -> None:
    objects = [n for n in nodes(form(model).schema) if n.get("type") == "object"]

    assert objects
    for node in objects:
        assert node["additionalProperties"] is False
        assert node["required"] == list(node["properties"])


@pytest.mark.parametrize("model", [Draft, DraftAnswer, Verdicts, Zoo, Node])
def test_a_form_uses_only_words_that_strict_modes_know(model: type[BaseModel]) -> None:
    for node in nodes(form(model).schema):
        assert set(node) <= STRICT
        assert "$ref" not in node or set(node) == {"$ref"}


@pytest.mark.parametrize("model", [Draft, DraftAnswer, Verdicts, Zoo, Node])
def test_every_definition_is_used_and_every_reference_defined(model: type[BaseModel]) -> None:
    schema = form(model).schema
    used = {n["$ref"].removeprefix("#/$defs/") for n in nodes(schema) if "$ref" in n}

    assert used == set(schema.get("$defs", {}))  # type: ignore[call-overload]


def test_an_answer_with_defects_is_not_asked_for_its_defects() -> None:
    assert "broken" not in form(DraftAnswer).schema["properties"]  # type: ignore[operator]
    assert form(DraftAnswer).schema == form(Draft).schema


def test_a_choice_by_kind_becomes_a_plain_choice() -> None:
    schema: Any = form(Zoo).schema

    assert schema["properties"]["animals"]["items"] == {
        "anyOf": [{"$ref": "#/$defs/Cat"}, {"$ref": "#/$defs/Dog"}]
    }


def test_what_may_be_missing_may_be_null() -> None:
    schema: Any = form(Zoo).schema

    assert schema["$defs"]["Dog"]["properties"]["tail"] == {
        "description": "Centimetres.",
        "anyOf": [{"type": "number"}, {"type": "null"}],
    }


def test_what_is_left_out_is_left_out_everywhere() -> None:
    schema = form(Draft, leave_out=frozenset({"indicator", "issuers"})).schema

    assert all("indicator" not in n.get("properties", {}) for n in nodes(schema))
    assert "DraftIssuer" not in schema["$defs"]  # type: ignore[operator]


def test_what_has_no_default_cannot_be_left_out() -> None:
    with pytest.raises(TaskError, match=r"DraftItem\.sector"):
        form(Draft, leave_out=frozenset({"sector"}))


def test_a_form_has_the_name_of_its_model_or_another() -> None:
    assert form(Verdicts).name == "Verdicts"
    assert form(Verdicts, name="doubtful_clauses").name == "doubtful_clauses"


class Pair(BaseModel):
    both: tuple[int, str]


class Mapped(BaseModel):
    counts: dict[str, int]


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")


class Anything(BaseModel):
    inner: list[Mapped] = []
    thing: Any


class Untyped(BaseModel):
    things: list  # type: ignore[type-arg]


class Within(BaseModel):
    parts: list[Mapped]


Words = RootModel[list[str]]


@pytest.mark.parametrize(
    ("model", "place"),
    [
        (Pair, r"Pair\.both: a tuple"),
        (Mapped, r"Mapped\.counts: a mapping"),
        (Open, r"Open: a mapping"),
        (Anything, r"Anything\.thing: anything"),
        (Untyped, r"Untyped\.things\[\]: anything"),
        (Within, r"Mapped\.counts: a mapping"),
        (Words, r"root"),
    ],
)
def test_what_cannot_be_asked_for_is_told_with_its_place(
    model: type[BaseModel], place: str
) -> None:
    with pytest.raises(TaskError, match=place):
        form(model, name="some")


@pytest.mark.parametrize("name", ["G[int]", "", "a b", "x" * 65])
def test_a_bad_name_is_told(name: str) -> None:
    with pytest.raises(TaskError, match="letters, digits"):
        form(Verdicts, name=name)
