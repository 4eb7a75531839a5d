"""Gold: what a correct summary of a document holds, written by people (docs/evals.md).

One YAML file beside one source text. Every scalar is read as text, as "3.000", "05" and
"2020-11-24" are numbers, octals and dates to YAML and none of them to us; pydantic reads the
values. Only plain ``null`` and ``true`` keep their meaning.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BeforeValidator, Field, ValidationError

from evals.errors import GoldError
from evals.faults import Defect, Location, misshapen
from evals.locked import LOCK, Pins, pins_of
from schemas import Deadline, Issuer, Sector
from schemas.summary import Comparator, Frozen, Number, Role
from summarizer.documents import Document
from summarizer.errors import DocumentError

LISTS = ("achievements", "shortcomings", "targets", "directives")
"""The four lists of a summary, in their order."""


def _plain(told: object) -> object:
    if isinstance(told, str) and not _PLAIN.fullmatch(told):
        raise ValueError
    return told


_PLAIN = re.compile(r"-?\d{1,40}(?:\.\d{1,40})?", re.ASCII)
_Typed = Annotated[Number, BeforeValidator(_plain)]


class GoldFigure(Frozen):
    """One number with its meaning, as the annotator typed it."""

    role: Role
    value: _Typed
    upper: _Typed | None = None
    total: _Typed | None = None
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


_FIGURE = 4  # keys and positions from the outside to a figure
_KEYS: dict[str, tuple[str, ...]] = {
    "": tuple(Gold.model_fields),
    **dict.fromkeys(LISTS, tuple(GoldItem.model_fields)),
    "figures": tuple(GoldFigure.model_fields),
    "issuer": tuple(Issuer.model_fields),
    "deadline": tuple(Deadline.model_fields),
}
_KEYS_OF_SIDECAR = {"": tuple(Sidecar.model_fields)}


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
        sidecar, defects = read_sidecar(self.path)
        if defects:
            raise _refusal(defects)
        return sidecar

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
        for path in gold_paths(place):
            yield path, path.relative_to(place).with_suffix("").as_posix()
    elif place.exists():
        yield place, place.stem
    else:
        raise GoldError(f"{place}: no such file or folder; name gold files or their folder")


def gold_paths(folder: Path, suffix: str = ".yaml") -> tuple[Path, ...]:
    """The files of a folder and below it that may be gold: none that is hidden, or lies so."""
    return tuple(
        path
        for path in sorted(folder.rglob(f"*{suffix}"))
        if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def holds_gold(folder: Path) -> bool:
    """Whether a lock or what may be gold lies in a folder itself."""
    return (folder / LOCK).exists() or any(path.parent == folder for path in gold_paths(folder))


def read_gold(path: Path, name: str | None = None) -> GoldFile:
    """Read one gold file; raises ``GoldError`` with the line of what is wrong."""
    read = salvage(path, name)
    if read.gold is None or read.defects:
        raise _refusal(read.defects)
    return read.gold


@dataclass(frozen=True)
class Salvaged:
    """What could be read of a gold file, and what is wrong with its shape.

    ``gold`` lacks what is misshapen: the field, the figure or, if its quote is, the item. It is
    None where nothing can be read.
    """

    gold: GoldFile | None
    defects: tuple[Defect, ...] = ()


def salvage(path: Path, name: str | None = None) -> Salvaged:
    """Read one gold file as far as it can be read."""
    try:
        node, told = _loaded(path)
    except _UnreadableError as error:
        return Salvaged(None, (error.defect,))
    lines = partial(_line_at, node)
    try:
        gold = Gold.model_validate(told)
        return Salvaged(GoldFile(path, gold, _lines(node), name or path.stem))
    except ValidationError as error:
        defects = tuple(misshapen(path, error, lines, _KEYS))
        gone = frozenset(_cut(fault["loc"]) for fault in error.errors(include_url=False))
    try:
        gold = Gold.model_validate(_filled(_without(told, gone)))
    except ValidationError:
        return Salvaged(None, defects)
    return Salvaged(GoldFile(path, gold, _lines(node, gone), name or path.stem), defects)


def read_sidecar(gold: Path) -> tuple[Sidecar, tuple[Defect, ...]]:
    """What stands beside a gold file, and what is wrong with it; an empty one if anything is."""
    path = gold.with_suffix(".toml")
    if not path.exists():
        return Sidecar(), ()
    try:
        text = path.read_text(encoding="utf-8-sig")
        return Sidecar.model_validate(tomllib.loads(text)), ()
    except ValidationError as error:
        lines = partial(_line_of_key, text)
        return Sidecar(), tuple(misshapen(path, error, lines, _KEYS_OF_SIDECAR))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        where = _AT_LINE.search(str(error))
        line = int(where["line"]) if where else _lines_of(path)
        told = f"cannot be read as TOML ({_AT_LINE.sub('', str(error)).strip()})"
        return Sidecar(), (Defect(path, line, "error", told, "mend it and check again"),)


def _lines_of(path: Path) -> int:
    """How many lines a file has: what is not closed is missed at its end."""
    return max(1, len(path.read_bytes().splitlines()))


def _refusal(defects: Sequence[Defect]) -> GoldError:
    first = defects[0]
    more = f" ({len(defects)} defects in all; see evals gold check)" if defects[1:] else ""
    return GoldError(f"{first.path}:{first.line}: {first.message}; {first.remedy}{more}")


class _UnreadableError(Exception):
    """A file of which nothing can be read, and its defect."""

    def __init__(self, path: Path, line: int, message: str, remedy: str) -> None:
        super().__init__(message)
        self.defect = Defect(path, line, "error", message, remedy)


def no_yaml(path: Path, error: yaml.YAMLError) -> Defect:
    """The defect of a file that is no YAML."""
    return Defect(path, _line_of(error), "error", *_unread(error))


def _loaded(path: Path) -> tuple[yaml.Node, dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        message = f"cannot be read as UTF-8 text ({error})"
        raise _UnreadableError(path, 1, message, "save it as UTF-8") from None
    try:
        _refuse_depth(path, text)
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            told = loader.construct_document(node) if node is not None else None
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise _UnreadableError(path, _line_of(error), *_unread(error)) from None
    if not isinstance(told, dict):
        raise _UnreadableError(path, 1, "holds no mapping", "it begins with source: NAME.txt")
    return node, {key: () if key in LISTS and it is None else it for key, it in told.items()}


def _refuse_depth(path: Path, text: str) -> None:
    """The loader calls itself for what is nested, in C: a deep text would end the process."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            told, line = "brackets or lists are nested too deeply", _line_of_mark(event.start_mark)
            raise _UnreadableError(path, line, told, "close those that are open")


_DEEPEST = 50  # brackets in brackets; gold has five
_AT_LINE = re.compile(r"\(at line (?P<line>\d+), column \d+\)")
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


def _line_of(error: yaml.YAMLError) -> int:
    return _line_of_mark(getattr(error, "problem_mark", None))


def _line_of_mark(mark: Any) -> int:
    return mark.line + 1 if mark is not None else 1


def _unread(error: yaml.YAMLError) -> tuple[str, str]:
    """What is wrong, and what to do."""
    problem = getattr(error, "problem", None) or "is no YAML"
    if "twice" in problem:
        return problem, "put all of it under one"
    if "\\t" in problem or "tab character" in problem:
        return "a tab stands where blanks should", "write blanks instead"
    return problem, "put single quotes around a text that holds ': ' or begins with a sign"


def _lines(node: yaml.Node, gone: Container[Location] = ()) -> dict[str, tuple[int, ...]]:
    """The lines of items, but for those that are gone."""
    found: dict[str, tuple[int, ...]] = dict.fromkeys(LISTS, ())
    for key, value in node.value:
        if key.value in found and isinstance(value, yaml.SequenceNode):
            found[key.value] = tuple(
                item.start_mark.line + 1
                for number, item in enumerate(value.value)
                if (key.value, number) not in gone
            )
    return found


def _line_at(node: yaml.Node, where: Location) -> int:
    """The line of a key or of an element; of what should hold it, if it is not there."""
    line = node.start_mark.line
    for part in where:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, it) for key, it in node.value if key.value == part), None)
            if found is None:
                break
            line, node = found[0].start_mark.line, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
            line = node.start_mark.line
    return line + 1


def _line_of_key(text: str, where: Location) -> int:
    """The line of a TOML file in which a key is given a value."""
    found = re.search(rf"(?m)^\s*\[?{re.escape(str(where[0]))}\b", text)
    return text.count("\n", 0, found.end()) + 1 if found else 1


def _cut(where: Location) -> Location:
    """What is to go if something is misshapen: a quote takes its item along."""
    if where[2:3] == ("quote",):
        return where[:2]
    return where[:4] if where[2:3] == ("figures",) else where[:3]


def _without(told: Any, gone: Container[Location], at: Location = ()) -> Any:
    """What is left if something goes; nothing lies deeper than a figure."""
    if isinstance(told, dict) and len(at) < _FIGURE:
        kept = ((key, it) for key, it in told.items() if (*at, key) not in gone)
        return {key: _without(it, gone, (*at, key)) for key, it in kept}
    if isinstance(told, list) and len(at) < _FIGURE:
        return [_without(it, gone, (*at, n)) for n, it in enumerate(told) if (*at, n) not in gone]
    return told


def _filled(told: dict[str, Any]) -> dict[str, Any]:
    """Items need a sector; which, is no matter of their quotes and figures."""
    return told | {
        name: [{"sector": "general", **item} for item in told[name]]
        for name in LISTS
        if name in told
    }
