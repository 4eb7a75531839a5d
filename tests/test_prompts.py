"""The words of the task and the name that changes with them."""

import re

import pytest

from prompts import definitions, fingerprint
from schemas import Draft


def test_definitions_speak_of_all_four_lists() -> None:
    text = definitions()

    for name in ("achievements", "shortcomings", "targets", "directives"):
        assert f"**{name}**" in text


def test_a_fingerprint_names_the_task_and_eight_digits() -> None:
    assert re.fullmatch(r"report@[0-9a-f]{8}", fingerprint(Draft.model_json_schema()))


def test_the_same_schema_has_the_same_fingerprint_whatever_its_order() -> None:
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})


def test_another_schema_has_another_fingerprint() -> None:
    assert fingerprint({"a": 1}) != fingerprint({"a": 2})


def test_an_unknown_task_is_not_found() -> None:
    with pytest.raises(FileNotFoundError):
        definitions("unknown")
