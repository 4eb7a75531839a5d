"""The gate: whether anything got worse.

Invariants hold without tolerance. An engine that tells the same every time is held to a ratchet:
each gold item and figure that was right has to stay right, each wrong one may not get worse, and
nothing may be told beside them that was not told before. A model is held to a paired interval.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from evals.baselines import Baseline
from evals.comparison import Change, compare, regressed
from evals.gold import LISTS, GoldFile
from evals.results import BOUNDS, Outcome, Results, Setup
from evals.scoring.counts import Count
from evals.scoring.places import Places

WHOLE = (
    "quotes_found",
    "quotes_in_place",
    "figures_in_evidence",
    "values_as_written",
    "words_in_source",
    "statements_faithful",
)
"""Shares that are 1 for every engine: code takes what is said from the source, or compares it."""

NONE = ("future_as_past",)
"""Shares that are 0 for the embedded engine."""


@dataclass(frozen=True)
class Gate:
    """What the gate found, each in one sentence; any fault lets it fall."""

    faults: tuple[str, ...] = ()
    better: tuple[Change, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether nothing got worse."""
        return not self.faults


def invariants(results: Results) -> Iterator[str]:
    """What is never allowed, in words, whatever was so before."""
    yield from misquoted(results.golds)
    for outcome in results.outcomes:
        if outcome.setup.model not in BOUNDS:
            yield from _broken(outcome)


def misquoted(golds: Iterable[GoldFile]) -> Iterator[str]:
    """Gold quotes that their sources do not hold, in words; what is only alike is no quote."""
    for gold in golds:
        places = Places(gold.document)
        for item in (item for name in LISTS for item in gold.gold.items(name)):
            if places.find(item.quote).tier in ("near", "missing"):
                yield f"{gold.name}: a gold quote is not in its source: {item.quote[:60]!r}"


def held(baseline: Baseline, outcome: Outcome) -> Gate:
    """Hold an engine to its baseline: one without chance to a ratchet, a model to an interval."""
    if outcome.setup == Setup():
        return ratchet(baseline, outcome)
    ruling = regressed(compare(baseline.outcome, outcome))
    reasons = tuple(f"{outcome.setup.label}: {reason}" for reason in ruling.reasons)
    return Gate(reasons) if ruling.state == "fail" else Gate(warnings=reasons)


def ratchet(baseline: Baseline, outcome: Outcome) -> Gate:
    """Hold an engine without chance to what it got right before."""
    found = compare(baseline.outcome, outcome, metrics=())
    gone = (f"{name}: was evaluated before and is not now" for name in found.only_base)
    lost = (
        f"lost: {named(change)}"
        for change in (*found.broken, *found.worse)
        if change.document not in found.only_base
    )
    return Gate((*gone, *lost), found.fixed)


def named(change: Change) -> str:
    """A change for people: where, what, and what became of it."""
    kind = change.key.lstrip("+").partition("@")[0]
    before, after = change.before or "not told", change.after or "not told"
    return f"{change.document}, {kind}: {change.words}: {before} → {after}"


def failures(outcome: Outcome) -> Iterator[str]:
    """The documents that an engine failed on and why, each in one sentence."""
    for answer in outcome.failures:
        yield f"{outcome.setup.label}: {answer.document} failed: {answer.failure}"


def _broken(outcome: Outcome) -> Iterator[str]:
    yield from failures(outcome)
    for metric in WHOLE:
        yield from _off(outcome, metric, 1.0)
    if outcome.setup == Setup():
        for metric in NONE:
            yield from _off(outcome, metric, 0.0)


def _off(outcome: Outcome, metric: str, wanted: float) -> Iterator[str]:
    for name, count in outcome.counts(metric).items():
        if _value(count) not in (None, wanted):
            yield f"{outcome.setup.label}: {name}: {metric} is {count}, not {wanted:.0f}"


def _value(count: Count | None) -> float | None:
    return None if count is None else count.value
