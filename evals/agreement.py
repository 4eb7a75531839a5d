"""Agreement between annotators: one scored against the other, by the scorer of summaries.

No true negatives exist, so kappa on what was found is undefined and F1 takes its place (Hripcsak
and Rothschild 2005, "Agreement, the F-measure, and reliability in information retrieval"). How
found items and figures were labelled is told by Krippendorff's alpha.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations

from evals.errors import EvalError
from evals.gold import GoldFile
from evals.results import CEILING, Answer, Outcome, Scored, Setup
from evals.scoring.counts import micro
from evals.scoring.forms import Item
from evals.scoring.judging import figure_at, pair_figures
from evals.scoring.pairing import pair
from evals.scoring.places import Places, gold_items
from evals.scoring.score import Score, score_items

_Labels = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of agreement; below its target the guide is to be mended, not the annotator."""

    title: str
    value: float | None
    target: float | None = None

    @property
    def is_reached(self) -> bool | None:
        """Whether the target is; None where there is no target or nothing to measure."""
        if self.target is None or self.value is None:
            return None
        return self.value >= self.target


@dataclass(frozen=True)
class Agreement:
    """How far two annotators agree.

    ``scores`` are of the second against the first, by document; ``alone`` names the sources that
    only one of them annotated.
    """

    measures: tuple[Measure, ...]
    scores: Mapping[str, Score]
    alone: tuple[str, ...]


def agree(a: Sequence[GoldFile], b: Sequence[GoldFile]) -> Agreement:
    """Compare two annotators by the documents that both annotated; the same for (b, a).

    Raises ``EvalError`` if they share no document, or if its text is not the same for both.
    """
    both = _both(a, b)
    scores = {one.name: _score(one, other) for one, other in both}
    ways = [*scores.values(), *(_score(other, one) for one, other in both)]
    lists, roles, comparators = _labels(both)
    return Agreement(
        measures=(
            Measure("figures, strict F1", _f1(ways, "figures_strict"), 0.90),
            Measure("figures F1", _f1(ways, "figures")),
            Measure("items F1", _f1(ways, "items")),
            Measure("items F1, whatever list", _f1(ways, "found")),
            Measure("directive text F1", _f1(ways, "directive_text"), 0.75),
            Measure("list, alpha", alpha(lists), 0.80),
            Measure("role, alpha", alpha(roles)),
            Measure("comparator, alpha", alpha(comparators)),
        ),
        scores=scores,
        alone=tuple(sorted(_sources(a).keys() ^ _sources(b).keys())),
    )


def ceiling(a: Sequence[GoldFile], b: Sequence[GoldFile]) -> Outcome:
    """What the second annotator scores against the first: no engine can be asked for more.

    Answers carry no summary, as there is none, and no failure. Raises ``EvalError`` as ``agree``.
    """
    return Outcome(
        Setup(model=CEILING),
        tuple(
            Scored(Answer(document=one.name, summary=None), _score(one, other))
            for one, other in _both(a, b)
        ),
    )


def alpha(units: Iterable[Sequence[str]]) -> float | None:
    """Krippendorff's alpha for nominal labels; None where labels do not vary, so that it is 0/0.

    Each unit holds the labels it was given, of as many annotators as labelled it. After
    Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", section C.
    """
    coincidences: dict[tuple[str, str], float] = defaultdict(float)
    for labels in units:
        for two in permutations(labels, 2):
            coincidences[two] += 1 / (len(labels) - 1)
    each: dict[str, float] = defaultdict(float)
    for (label, _), times in coincidences.items():
        each[label] += times
    total = sum(each.values())
    expected = total**2 - sum(times**2 for times in each.values())
    if not expected:
        return None
    observed = sum(times for (one, other), times in coincidences.items() if one != other)
    return 1 - (total - 1) * observed / expected


# --- Two annotators ------------------------------------------------------------------------------


def _both(a: Sequence[GoldFile], b: Sequence[GoldFile]) -> list[tuple[GoldFile, GoldFile]]:
    ones, others = _sources(a), _sources(b)
    both = [(ones[name], others[name]) for name in ones if name in others]
    if not both:
        raise EvalError("no document is annotated in both places; name two that share sources")
    for one, other in both:
        if one.document.digest != other.document.digest:
            told = f"{one.path} and {other.path}: their sources differ"
            raise EvalError(f"{told}; give both annotators the same {one.gold.source}")
    return both


def _sources(golds: Sequence[GoldFile]) -> dict[str, GoldFile]:
    found: dict[str, GoldFile] = {}
    for gold in golds:
        other = found.setdefault(gold.gold.source, gold)
        if other is not gold:
            told = f"{gold.path} and {other.path}: both are of a source {gold.gold.source}"
            raise EvalError(f"{told}; name folders that hold each source once")
    return found


def _items(one: GoldFile, other: GoldFile) -> tuple[tuple[Item, ...], tuple[Item, ...], Places]:
    """Items of both; what either of them left to the reader counts for neither."""
    places = Places(one.document)
    ours = gold_items(one.gold, places, one.pins)
    theirs = gold_items(other.gold, places, other.pins)
    pairs = pair(ours, theirs)
    spared = {p.gold for p in pairs if theirs[p.told].optional}
    kept = {p.told for p in pairs}
    return (
        tuple(replace(it, optional=True) if i in spared else it for i, it in enumerate(ours)),
        tuple(it for j, it in enumerate(theirs) if j in kept or not it.optional),
        places,
    )


def _score(one: GoldFile, other: GoldFile) -> Score:
    return score_items(*_items(one, other))


def _f1(scores: Sequence[Score], metric: str) -> float | None:
    count = micro(score.counts.get(metric) for score in scores)
    return None if count is None else count.value


def _labels(both: Iterable[tuple[GoldFile, GoldFile]]) -> tuple[_Labels, _Labels, _Labels]:
    """Lists of paired items, roles and comparators of paired figures, as each annotator gave."""
    lists: _Labels = []
    roles: _Labels = []
    comparators: _Labels = []
    for one, other in both:
        ours, theirs, _ = _items(one, other)
        pairs = [p for p in pair(ours, theirs) if not ours[p.gold].optional]
        lists += [(ours[p.gold].kind, theirs[p.told].kind) for p in pairs]
        for place, told in pair_figures(ours, theirs, pairs).items():
            if not ours[place.item].optional:
                mine, yours = figure_at(ours, place), figure_at(theirs, told)
                roles.append((mine.role, yours.role))
                comparators.append((mine.comparator, yours.comparator))
    return lists, roles, comparators
