"""Slices of an outcome: where an engine is good and where it is not."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from math import ceil
from typing import TypeAlias, get_args

from evals.gold import LISTS, GoldFile
from evals.results import Outcome, Results
from evals.scoring.counts import Count, micro
from evals.statistics import Interval, interval
from schemas.summary import Role

_THIRDS = ("short", "middle", "long")

_Parts: TypeAlias = dict[str, list[GoldFile]]  # documents by the name of their slice


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of what was evaluated, such as ``kind`` "list" and ``name`` "targets".

    ``metric`` is what is measured, ``documents`` how many of them have something to count,
    ``micro`` what is counted over all of them and ``interval`` that of its value, None of fewer
    than two.
    """

    kind: str
    name: str
    metric: str
    documents: int
    micro: Count | None
    interval: Interval | None


def slices(results: Results, outcome: Outcome, metric: str) -> tuple[Slice, ...]:
    """The slices of an outcome: by list and role, then those of its documents by a metric.

    Lists and roles have metrics of their own. Documents are sliced by length (thirds, in code
    points), by folder, by whether gold was prefilled, and by each tag that stands beside gold. A
    slice of all documents is left out, as it tells nothing new. Raises ``GoldError`` if a source
    or what stands beside gold cannot be read.
    """
    counts = outcome.counts(metric)
    golds = [gold for gold in results.golds if gold.name in counts]
    return (
        *(_slice("list", name, name, outcome.counts(name).values()) for name in LISTS),
        *_by_role(outcome),
        *(
            _slice(kind, name, metric, [counts[gold.name] for gold in part])
            for kind, parts in _ways(golds)
            for name, part in parts.items()
            if len(part) < len(golds)
        ),
    )


def _slice(kind: str, name: str, metric: str, counts: Iterable[Count | None]) -> Slice:
    counts = tuple(counts)
    counted = sum(count is not None and count.value is not None for count in counts)
    return Slice(kind, name, metric, counted, micro(counts), interval(counts))


def _by_role(outcome: Outcome) -> Iterator[Slice]:
    for role in get_args(Role):
        found = _slice("role", role, f"role {role}", outcome.counts(f"role {role}").values())
        if found.documents:
            yield found


def _ways(golds: Sequence[GoldFile]) -> Iterator[tuple[str, _Parts]]:
    if len(golds) >= len(_THIRDS):
        yield "length", _parts(sorted(golds, key=_length), _third(golds))
    yield "folder", _parts(golds, _folder)
    yield "prefilled", _parts(golds, _prefilled)
    for tag in sorted({tag for gold in golds for tag in gold.sidecar.tags}):
        yield tag, _parts(golds, partial(_tagged, tag))


def _parts(golds: Iterable[GoldFile], name_of: Callable[[GoldFile], str | None]) -> _Parts:
    parts: _Parts = {}
    for gold in golds:
        if (name := name_of(gold)) is not None:
            parts.setdefault(name, []).append(gold)
    return parts


def _third(golds: Sequence[GoldFile]) -> Callable[[GoldFile], str]:
    """Names thirds of documents; those of the same length are in the same third."""
    lengths = sorted(map(_length, golds))
    ends = [lengths[ceil(len(lengths) * part / 3) - 1] for part in (1, 2, 3)]

    def name_of(gold: GoldFile) -> str:
        at = next(at for at, end in enumerate(ends) if _length(gold) <= end)
        return f"{_THIRDS[at]} (to {ends[at]:,})"

    return name_of


def _length(gold: GoldFile) -> int:
    return len(gold.document.text)


def _folder(gold: GoldFile) -> str:
    first, slash, _ = gold.name.partition("/")
    return first if slash else "."


def _prefilled(gold: GoldFile) -> str:
    return "yes" if gold.sidecar.prefilled else "no"


def _tagged(tag: str, gold: GoldFile) -> str | None:
    return gold.sidecar.tags.get(tag)
