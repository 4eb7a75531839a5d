"""What one setup does better or worse than another, in numbers and by name.

Of repeats the majority counts: a gold item or figure is right if it is right in more than half of
them, and something is told beside gold if it is told in half of them or more.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from math import ceil, lcm
from typing import Literal, TypeAlias

from evals.errors import EvalError
from evals.metrics import BY_NAME, HEADLINES
from evals.results import CEILING, Outcome, Results, Scored, Setup, verdicts_by_key
from evals.scoring.counts import Count, Share, Tally
from evals.scoring.score import Verdict
from evals.statistics import Difference, holm, paired
from summarizer.llm import total

GATED = "figures_strict"
"""The metric by which models are gated, and marked for being worth their price."""

_HEADLINES = tuple(metric.name for metric in HEADLINES)
_MISSED, _EXTRA, _OPTIONAL = "missed", "extra", "optional"
_RIGHT = ("", "ok", _OPTIONAL)
_FAULT = re.compile(r"(?:^|; )(in )?([a-z_]+)(?= \(|;|$)")
_TINY = 1e-9  # of a rounding

_Repeats: TypeAlias = tuple[Scored, ...]  # of one document


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a gold item or figure, or of something told beside them.

    ``before`` and ``after`` are verdicts; "" is that nothing was told beside gold, as is right.
    """

    document: str
    words: str
    key: str
    before: str
    after: str

    @property
    def is_fixed(self) -> bool:
        """Whether it was wrong and is right."""
        return self.before not in _RIGHT and self.after in _RIGHT

    @property
    def is_broken(self) -> bool:
        """Whether it was right and is wrong."""
        return self.before in _RIGHT and self.after not in _RIGHT

    @property
    def is_worse(self) -> bool:
        """Whether it was wrong, and something is wrong now that was right."""
        if self.before in (*_RIGHT, _MISSED, _EXTRA) or self.after in _RIGHT:
            return False
        return self.after == _MISSED or not _faults(self.after) <= _faults(self.before)


@dataclass(frozen=True)
class Comparison:
    """What setup ``other`` gained over setup ``base``, both by their labels.

    ``differences`` are by metric, None where either has nothing to count. ``adjusted`` are their
    chances after Holm, by metric, for those that were asked together. Documents that only one of
    both has were counted as missed by the other.
    """

    base: str
    other: str
    differences: Mapping[str, Difference | None]
    fixed: tuple[Change, ...] = ()
    broken: tuple[Change, ...] = ()
    worse: tuple[Change, ...] = ()
    only_base: tuple[str, ...] = ()
    only_other: tuple[str, ...] = ()
    adjusted: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Matrix:
    """Every setup compared with the first, headline by headline."""

    comparisons: tuple[Comparison, ...]


@dataclass(frozen=True)
class Ruling:
    """Whether a model got worse, and why; one sentence a reason."""

    state: Literal["pass", "warn", "fail"]
    reasons: tuple[str, ...] = ()


def compare(
    base: Outcome,
    other: Outcome,
    metrics: Iterable[str] = _HEADLINES,
) -> Comparison:
    """Compare two outcomes over all documents that either has.

    Repeats of a document weigh as much as one answer, so that setups may have different numbers
    of them. Of a document that only one of both has, the other missed everything: figures and
    items count as missed, and there is no share of what it found, as it found nothing.
    """
    sides = base.by_document, other.by_document
    documents = tuple(dict.fromkeys((*sides[0], *sides[1])))
    weight = lcm(*(len(several) for side in sides for several in side.values()))
    changes = [change for name in documents for change in _changes(name, *sides)]
    return Comparison(
        base=base.setup.label,
        other=other.setup.label,
        differences={
            metric: _difference(_weighed(base, metric, weight), _weighed(other, metric, weight))
            for metric in metrics
        },
        fixed=tuple(change for change in changes if change.is_fixed),
        broken=tuple(change for change in changes if change.is_broken),
        worse=tuple(change for change in changes if change.is_worse),
        only_base=tuple(name for name in documents if name not in sides[1]),
        only_other=tuple(name for name in documents if name not in sides[0]),
    )


def matrix(results: Results) -> Matrix:
    """Compare every setup with the first on the headlines, with chances adjusted over all of them.

    People are compared on the documents that two of them read; they missed none of the others.
    """
    comparisons = [_against(results.outcomes[0], other) for other in results.outcomes[1:]]
    asked = [
        (at, metric, difference.p)
        for at, comparison in enumerate(comparisons)
        for metric, difference in comparison.differences.items()
        if difference is not None
    ]
    adjusted: list[dict[str, float]] = [{} for _ in comparisons]
    for (at, metric, _), chance in zip(asked, holm([p for _, _, p in asked]), strict=True):
        adjusted[at][metric] = chance
    return Matrix(
        tuple(
            replace(comparison, adjusted=chances)
            for comparison, chances in zip(comparisons, adjusted, strict=True)
        )
    )


def pareto(results: Results, metric: str = GATED) -> frozenset[str]:
    """Labels of setups that no other beats: none is better and not dearer, or cheaper and no worse.

    Prices are US dollars an answer. A setup without a known one, or with nothing to count, is
    compared with no other and not among them.
    """
    sign = -1.0 if metric in BY_NAME and BY_NAME[metric].better == "lower" else 1.0
    known = [
        (outcome.setup.label, sign * quality, cost)
        for outcome in results.outcomes
        if (quality := _value(outcome.micro(metric))) is not None
        and (cost := cost_of(outcome)) is not None
    ]
    return frozenset(
        label
        for label, quality, cost in known
        if not any(
            good >= quality and price <= cost and (good, price) != (quality, cost)
            for _, good, price in known
        )
    )


def cost_of(outcome: Outcome) -> Decimal | None:
    """US dollars an answer: nothing for the embedded engine, None where nobody knows.

    Answers without any request, as when a server was out of reach, cost nothing.
    """
    if outcome.setup.model == Setup().model:
        return Decimal()
    cost = total(one.answer.usage for one in outcome.scored).cost_usd
    return None if cost is None else cost / len(outcome.scored)


def regressed(comparison: Comparison, *, drop: float = 0.05, visible: float = 0.03) -> Ruling:
    """Rule on a model by its strict figures; it fails if it got worse, by chance or not.

    That is if the one-sided interval of 95 % of the gain lies below 0, or if it lost more than
    ``drop``. It is warned of if a drop of ``visible`` could have stayed unseen. Raises
    ``EvalError`` if there is nothing to compare.
    """
    difference = comparison.differences.get(GATED)
    if difference is None:
        raise EvalError(
            f"{comparison.base} and {comparison.other}: no {GATED} to compare; "
            "evaluate both over documents with figures"
        )
    lost = tuple(_lost(difference, drop))
    if lost:
        return Ruling("fail", (*lost, *_absent(comparison)))
    unseen = tuple(_unseen(difference, visible))
    return Ruling("warn" if unseen else "pass", (*unseen, *_absent(comparison)))


def _lost(difference: Difference, drop: float) -> Iterator[str]:
    fell = f"{GATED} fell by {_points(-difference.delta)} points"
    if difference.most is not None and difference.most < 0:
        least = _points(-difference.most)
        yield f"{fell}, with 95 % confidence by {least} at least ({difference.documents} documents)"
    if -difference.delta > drop + _TINY:
        yield f"{fell}; {_points(drop)} are allowed"


def _unseen(difference: Difference, visible: float) -> Iterator[str]:
    blind = (
        f"this run could not have seen a {_points(visible)}-point regression; "
        "add documents or repeats"
    )
    if difference.smallest is None:
        yield blind
    elif difference.smallest > visible + _TINY:
        needed = ceil(difference.documents * (difference.smallest / visible) ** 2)
        seen = _points(difference.smallest)
        yield f"{blind} (it could have seen {seen} points; about {needed:,} documents would do)"


def _absent(comparison: Comparison) -> Iterator[str]:
    for label, names in (
        (comparison.other, comparison.only_base),
        (comparison.base, comparison.only_other),
    ):
        if names:
            yield f"{label} has no answer of {', '.join(names)}; all of it counts as missed"


def _points(share: float) -> str:
    return f"{100 * share:.1f}".removesuffix(".0")


def _against(base: Outcome, other: Outcome) -> Comparison:
    if other.setup.model == CEILING:
        base, other = _within(base, other), _within(other, base)
    return compare(base, other)


def _within(one: Outcome, other: Outcome) -> Outcome:
    """An outcome without the documents that another does not have."""
    kept = (scored for scored in one.scored if scored.answer.document in other.by_document)
    return Outcome(one.setup, tuple(kept))


def _value(count: Count | None) -> float | None:
    return None if count is None else count.value


# --- Counts -----------------------------------------------------------------------------------


def _difference(
    base: Mapping[str, Count | None], other: Mapping[str, Count | None]
) -> Difference | None:
    documents = tuple(dict.fromkeys((*base, *other)))
    return paired(
        [base[name] if name in base else _all_missed(other[name]) for name in documents],
        [other[name] if name in other else _all_missed(base[name]) for name in documents],
    )


def _weighed(outcome: Outcome, metric: str, weight: int) -> dict[str, Count | None]:
    """Counts by document, as if each had been asked for ``weight`` times."""
    return {
        name: _times(count, weight // len(outcome.by_document[name]))
        for name, count in outcome.counts(metric).items()
    }


def _times(count: Count | None, times: int) -> Count | None:
    if isinstance(count, Tally):
        return Tally(count.gold * times, count.told * times, count.both * times)
    return None if count is None else Share(count.hits * times, count.of * times)


def _all_missed(count: Count | None) -> Count | None:
    return Tally(gold=count.gold) if isinstance(count, Tally) else None


# --- Items by name ----------------------------------------------------------------------------


def _changes(
    name: str, base: Mapping[str, _Repeats], other: Mapping[str, _Repeats]
) -> Iterator[Change]:
    """What became of everything in a document, whether it changed or not."""
    before, after = _verdicts(base.get(name, ())), _verdicts(other.get(name, ()))
    if name not in base:
        before = _as_missed(after)
    if name not in other:
        after = _as_missed(before)
    for key in dict.fromkeys((*before, *after)):
        was, now = before.get(key), after.get(key)
        words = next(verdict.words for verdict in (now, was) if verdict)
        yield Change(name, words, key, _text(was), _text(now))


def _verdicts(several: _Repeats) -> dict[str, Verdict]:
    """What most of the repeats say, by key; without what most of them do not tell beside gold."""
    repeats = [verdicts_by_key([one]) for one in several]
    found = {
        key: _majority([repeat.get(key) for repeat in repeats])
        for key in dict.fromkeys(key for repeat in repeats for key in repeat)
    }
    return {key: verdict for key, verdict in found.items() if verdict is not None}


def _majority(told: Sequence[Verdict | None]) -> Verdict | None:
    """The commonest of the right ones if these are more than half, else of the wrong ones."""
    right = [verdict for verdict in told if verdict is None or verdict.is_right]
    wrong = [verdict for verdict in told if verdict is not None and not verdict.is_right]
    chosen = right if len(right) > len(wrong) else wrong
    text = Counter(map(_text, chosen)).most_common(1)[0][0]
    return next(verdict for verdict in chosen if _text(verdict) == text)


def _as_missed(verdicts: Mapping[str, Verdict]) -> dict[str, Verdict]:
    """The verdicts on no summary at all of the same document."""
    return {
        key: verdict if verdict.verdict == _OPTIONAL else replace(verdict, verdict=_MISSED, told=())
        for key, verdict in verdicts.items()
        if not key.startswith("+")
    }


def _text(verdict: Verdict | None) -> str:
    return verdict.verdict if verdict else ""


def _faults(verdict: str) -> frozenset[str]:
    """The parts of a found item or figure that are wrong; of a wrong list it is all the same which.

    What stands in brackets behind them is free text.
    """
    return frozenset("list" if filed else part for filed, part in _FAULT.findall(verdict))
