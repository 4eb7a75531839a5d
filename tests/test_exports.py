"""Each room's ``__init__`` is a true table of contents."""

from importlib import import_module
from types import ModuleType

import pytest

ROOMS = ("evals", "prompts", "schemas", "summarizer")


@pytest.mark.parametrize("room", ROOMS)
def test_every_name_announced_exists(room: str) -> None:
    module = import_module(room)

    assert [name for name in module.__all__ if not hasattr(module, name)] == []


@pytest.mark.parametrize("room", ROOMS)
def test_names_are_announced_once_and_in_order(room: str) -> None:
    announced = import_module(room).__all__

    assert list(announced) == sorted(set(announced), key=_by_kind)


@pytest.mark.parametrize("room", ROOMS)
def test_the_rooms_own_names_are_all_announced(room: str) -> None:
    module = import_module(room)

    own = {
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and not isinstance(value, ModuleType)
        and getattr(value, "__module__", "").split(".")[0] == room
    }

    assert own <= set(module.__all__)


def _by_kind(name: str) -> tuple[int, str]:
    """Constants and acronyms first, then classes, then functions."""
    return 0 if name.isupper() else 1 if name[0].isupper() else 2, name
