"""Gold: what a correct summary of a document holds, written by people (docs/evals.md).

One YAML file beside one source text. Every scalar is read as text, as "3.000", "05" and
"2020-11-24" are numbers, octals and dates to YAML and none of them to us; pydantic reads the
values. Only plain ``null`` and ``true`` keep their meaning.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import Field, ValidationError

from evals.errors import GoldError
from evals.locked import Pins, pins_of
from schemas import Deadline, Issuer, Sector
from schemas.summary import Comparator, Frozen, Number, Role
from summarizer.documents import Document
from summarizer.errors import DocumentError

LISTS = ("achievements", "shortcomings", "targets", "directives")
"""The four lists of a summary, in their order."""


class GoldFigure(Frozen):
    """One number with its meaning, as the annotator typed it."""

    role: Role
    value: Number
    upper: Number | None = None
    total: Number | None = None
    unit: str | None = None
    comparator: Comparator = "eq"
    reference: str | None = None


class GoldItem(Frozen):
    """One item of one of the lists; ``optional`` ones are neither rewarded nor punished."""

    quote: str
    sector: Sector
    indicator: str | None = None
    figures: tuple[GoldFigure, ...] = ()
    deadline: Deadline | None = None
    issuer: Issuer | None = None
    addressees: tuple[str, ...] = ()
    optional: bool = False
    note: str | None = None


class Gold(Frozen):
    """The four lists of one document; ``context`` is kept as written."""

    source: str
    context: Mapping[str, Any] | None = Field(default=None)
    achievements: tuple[GoldItem, ...] = ()
    shortcomings: tuple[GoldItem, ...] = ()
    targets: tuple[GoldItem, ...] = ()
    directives: tuple[GoldItem, ...] = ()

    def items(self, name: str) -> tuple[GoldItem, ...]:
        """The items of a list."""
        items: tuple[GoldItem, ...] = getattr(self, name)
        return items


class Sidecar(Frozen):
    """What is known of a gold file, in a TOML file of the same stem beside it; all may be left out.

    ``traps`` are passages whose numbers are no figures, as quotes. ``tags`` name what results are
    sliced by, such as ``genre``. ``prefilled`` tells that an engine's draft was corrected.
    """

    status: Literal["draft", "single", "adjudicated"] = "single"
    annotators: tuple[str, ...] = ()
    prefilled: bool = False
    traps: tuple[str, ...] = ()
    tags: Mapping[str, str] = Field(default_factory=dict)


@dataclass(frozen=True)
class GoldFile:
    """A gold file, its document and the line at which each item begins.

    ``name`` is unique in a run: the path from the folder that was named, without suffix.
    ``lines`` holds one-based line numbers by list name, in the order of the items.
    """

    path: Path
    gold: Gold
    lines: Mapping[str, tuple[int, ...]]
    name: str

    @cached_property
    def sidecar(self) -> Sidecar:
        """What stands beside it; raises ``GoldError``."""
        path = self.path.with_suffix(".toml")
        if not path.exists():
            return Sidecar()
        try:
            return Sidecar.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise GoldError(f"{path}: cannot be read as TOML ({error})") from None
        except ValidationError as error:
            raise GoldError(_defect(path, error, {})) from None

    @cached_property
    def pins(self) -> Pins:
        """Where its items were found when it was locked; none without a lock that can be read."""
        return pins_of(self.path)

    @cached_property
    def document(self) -> Document:
        """The source text; raises ``GoldError``."""
        try:
            return Document.read(self.path.with_name(self.gold.source))
        except (DocumentError, ValueError) as error:  # a source is a file beside, no path
            raise GoldError(f"{self.path}: its source cannot be read: {error}") from None


def read_all(places: Iterable[Path]) -> tuple[GoldFile, ...]:
    """The gold files among files and folders (with all below them), in order.

    A file that is reached in several ways is read once, under its first name. Raises ``GoldError``
    for a place that is not there or holds none, and for the first broken file.
    """
    found: dict[Path, tuple[Path, str]] = {}
    for place in places:
        there = tuple(_paths(place))
        if not there:
            told = "no gold file (*.yaml) there; begin one with: evals gold new DOC"
            raise GoldError(f"{place}: {told}")
        for path, name in there:
            found.setdefault(path.resolve(), (path, name))
    times = Counter(name for _, name in found.values())
    return tuple(
        read_gold(path, name if times[name] == 1 else path.with_suffix("").as_posix())
        for path, name in found.values()
    )


def _paths(place: Path) -> Iterator[tuple[Path, str]]:
    if place.is_dir():
        for path in sorted(place.rglob("*.yaml")):
            yield path, path.relative_to(place).with_suffix("").as_posix()
    elif place.exists():
        yield place, place.stem
    else:
        raise GoldError(f"{place}: no such file or folder; name gold files or their folder")


def read_gold(path: Path, name: str | None = None) -> GoldFile:
    """Read one gold file; raises ``GoldError`` with the line of what is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise GoldError(f"{path}: cannot be read as UTF-8 text ({error})") from None
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        told = loader.construct_document(node) if node is not None else None
    except yaml.YAMLError as error:
        raise GoldError(f"{path}{_where(error)}: {_unread(error)}") from None
    finally:
        loader.dispose()
    if not isinstance(told, dict):
        raise GoldError(f"{path}:1: holds no mapping; it begins with source: NAME.txt")
    lists = {name: told.get(name) or [] for name in LISTS}
    lines = _lines(node)
    try:
        return GoldFile(path, Gold.model_validate({**told, **lists}), lines, name or path.stem)
    except ValidationError as error:
        raise GoldError(_defect(path, error, lines)) from None


_NULL, _TRUTH = re.compile("(?:~|null)?$"), re.compile("(?:true|false)$")


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads every scalar as text, except plain null and true; in C, where PyYAML has it."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's way
        **{sign: [("tag:yaml.org,2002:null", _NULL)] for sign in ("~", "n", "")},
        **{sign: [("tag:yaml.org,2002:bool", _TRUTH)] for sign in "tf"},
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """A mapping; a key that stands twice would hide what the first one holds."""
        keys = [key.value for key, _ in node.value]
        for number, (key, _) in enumerate(node.value):
            if key.value in keys[:number]:
                told = f"{key.value} stands there twice"
                raise yaml.constructor.ConstructorError(None, None, told, key.start_mark)
        found: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return found


def _where(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f":{mark.line + 1}" if mark is not None else ""


def _unread(error: yaml.YAMLError) -> str:
    problem = getattr(error, "problem", None) or "is no YAML"
    if "twice" in problem:
        return f"{problem}; put all of it under one"
    return f"{problem}; put single quotes around a text that holds ': ' or begins with a sign"


def _lines(node: yaml.Node | None) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = dict.fromkeys(LISTS, ())
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if key.value in found and isinstance(value, yaml.SequenceNode):
            found[key.value] = tuple(item.start_mark.line + 1 for item in value.value)
    return found


def _defect(path: Path, error: ValidationError, lines: Mapping[str, tuple[int, ...]]) -> str:
    first = error.errors(include_url=False)[0]
    where = first["loc"]
    line = ""
    if len(where) > 1 and where[0] in lines and isinstance(where[1], int):
        line = f":{lines[str(where[0])][where[1]]}"
    field = ".".join(str(part) for part in where)
    return f"{path}{line}: {field}: {first['msg']}, not {str(first['input'])[:60]!r}"
