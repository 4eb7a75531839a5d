"""Forms: what a model must answer, as JSON Schema that every provider's strict mode accepts.

Strict modes know objects whose properties are all required and closed, lists, unions, references,
enumerations and plain types. Bounds of numbers and lengths are left to pydantic, which checks
every answer anyway; what cannot be expressed at all is a ``TaskError`` before anything is sent.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from pydantic import BaseModel
from pydantic.errors import PydanticInvalidForJsonSchema

from summarizer.errors import TaskError
from summarizer.llm import Content, Form

_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")
_PLAIN = frozenset({"string", "integer", "number", "boolean", "null"})
_KEPT = ("type", "enum", "const")
_FORMATS = frozenset({"date", "time", "date-time", "duration", "uuid"})
_UNKNOWN = {
    "allOf": "an intersection",
    "not": "a negation",
    "if": "a condition",
    "prefixItems": "a tuple of fixed length; use a model with named fields",
    "patternProperties": "a mapping; use a list of models with a key and a value",
}
_DEFINITION = "#/$defs/"

Schema = dict[str, Any]


def form(
    model: type[Content], *, name: str | None = None, leave_out: frozenset[str] = frozenset()
) -> Form[Content]:
    """The form of a model, by default under the model's name; made once.

    Properties named in ``leave_out`` are not asked for, wherever they stand; they need a default.
    Raises ``TaskError`` that names the place that cannot be asked for.
    """
    name = model.__name__ if name is None else name
    if not _NAME.fullmatch(name):
        raise TaskError(f"{name}: a form's name has 1 to 64 letters, digits and underscores")
    return Form(name, model, _schema(model, leave_out))


@lru_cache(maxsize=256)
def _schema(model: type[BaseModel], leave_out: frozenset[str]) -> Schema:
    try:
        told = model.model_json_schema()
    except PydanticInvalidForJsonSchema:
        raise TaskError(f"{model.__name__}: a field has no JSON form") from None
    definitions: Schema = told.pop("$defs", {})
    root = told.get("$ref")
    if isinstance(root, str):  # a model that contains itself
        told = definitions[root.removeprefix(_DEFINITION)]
    if told.get("type") != "object":
        raise TaskError(f"{model.__name__}: the root must be an object; wrap it in a model")
    strict = _object(told, model.__name__, leave_out)  # the model's docstring is for its readers
    kept: Schema = {}
    _keep(strict, definitions, leave_out, kept)
    return {**strict, "$defs": kept} if kept else strict


def _keep(schema: Schema, definitions: Schema, leave_out: frozenset[str], kept: Schema) -> None:
    """Add the definitions that a schema needs, and those that these need."""
    for name in _references(schema):
        if name not in kept:
            kept[name] = _strict(definitions[name], name, leave_out)
            _keep(kept[name], definitions, leave_out, kept)


def _references(node: object) -> Iterator[str]:
    if isinstance(node, Mapping):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].removeprefix(_DEFINITION)
        node = list(node.values())
    if isinstance(node, list):
        for part in node:
            yield from _references(part)


def _strict(node: Schema, place: str, leave_out: frozenset[str]) -> Schema:
    """The schema with nothing left that a strict mode does not know."""
    for keyword, what in _UNKNOWN.items():
        if keyword in node:
            raise TaskError(f"{place}: {what} cannot be asked for")
    described = {"description": node["description"]} if node.get("description") else {}
    return {**described, **_shape(node, place, leave_out, wrapped=bool(described))}


def _shape(node: Schema, place: str, leave_out: frozenset[str], *, wrapped: bool) -> Schema:
    if "$ref" in node:
        reference = {"$ref": node["$ref"]}
        return {"anyOf": [reference]} if wrapped else reference  # nothing may stand beside a $ref
    if branches := node.get("anyOf") or node.get("oneOf"):
        return {"anyOf": [_strict(branch, place, leave_out) for branch in branches]}
    if node.get("type") == "object":
        return _object(node, place, leave_out)
    if node.get("type") == "array":
        return {"type": "array", "items": _strict(node.get("items", {}), f"{place}[]", leave_out)}
    return _plain(node, place)


def _plain(node: Schema, place: str) -> Schema:
    kept: Schema = {key: node[key] for key in _KEPT if key in node}
    if not kept or kept.get("type", "string") not in _PLAIN:
        raise TaskError(f"{place}: anything at all cannot be asked for; give it a type")
    if node.get("format") in _FORMATS:
        kept["format"] = node["format"]
    return kept


def _object(node: Schema, place: str, leave_out: frozenset[str]) -> Schema:
    if node.get("additionalProperties", False) is not False or "properties" not in node:
        raise TaskError(
            f"{place}: a mapping with free keys cannot be asked for; "
            "use a list of models with a key and a value"
        )
    for name in leave_out.intersection(node.get("required", ())):
        raise TaskError(f"{place}.{name}: cannot be left out, it has no default")
    properties = {
        name: _strict(part, f"{place}.{name}", leave_out)
        for name, part in node["properties"].items()
        if name not in leave_out
    }
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
