"""The gate: whether anything got worse.

Invariants hold without tolerance. An engine that tells the same every time is held to a ratchet:
each gold item and figure that was right has to stay right, each wrong one may not get worse, and
nothing may be told beside them that was not told before. A model is held to a paired interval.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from evals.baselines import Baseline
from evals.results import Outcome, Results, Scored, verdicts_by_key
from evals.scoring.counts import Count
from evals.scoring.places import Places, gold_items
from evals.scoring.score import Verdict

WHOLE = (
    "quotes_found",
    "quotes_in_place",
    "figures_in_evidence",
    "values_as_written",
    "words_in_source",
)
"""Shares that are 1 for every engine: evidence and figures are taken from the source by code."""

NONE = ("future_as_past",)
"""Shares that are 0 for the embedded engine."""

_FAULTLESS = ("ok", "optional")
_LOST = 1_000  # faults of what was not found at all, or should not be there


@dataclass(frozen=True, slots=True)
class Change:
    """A verdict that is another than before; ``before`` or ``after`` is "" where there is none."""

    document: str
    words: str
    key: str
    before: str
    after: str

    @property
    def is_worse(self) -> bool:
        """Whether more is wrong than was."""
        return _faults(self.after) > _faults(self.before)

    @property
    def is_better(self) -> bool:
        """Whether less is wrong than was."""
        return _faults(self.after) < _faults(self.before)

    def __str__(self) -> str:
        what = self.key.lstrip("+").partition("@")[0]
        return f"{self.document} {what} {self.words}: {self.before or '-'} → {self.after or '-'}"


@dataclass(frozen=True)
class Gate:
    """What the gate found; it falls if there is any ``fault``, all of them named."""

    faults: tuple[str, ...] = ()
    better: tuple[Change, ...] = ()
    other: tuple[Change, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether nothing got worse."""
        return not self.faults


def invariants(results: Results) -> Iterator[str]:
    """What is never allowed, in words, whatever was so before."""
    for gold in results.golds:
        for item in gold_items(gold.gold, Places(gold.document)):
            if not item.spans:
                yield f"{gold.name}: a gold quote is not in its source: {item.words[:60]!r}"
    for outcome in results.outcomes:
        yield from _broken(outcome)


def ratchet(baseline: Baseline, outcome: Outcome) -> Gate:
    """Hold an engine without chance to what it got right before."""
    before, after = baseline.outcome.by_document, outcome.by_document
    faults = [f"{name}: was evaluated before and is not now" for name in before.keys() - after]
    changes = [
        change
        for name, several in after.items()
        for change in _changes(name, before.get(name, ()), several)
    ]
    faults += [f"lost: {change}" for change in changes if change.is_worse]
    return Gate(
        tuple(faults),
        tuple(change for change in changes if change.is_better),
        tuple(change for change in changes if not (change.is_better or change.is_worse)),
    )


def _changes(name: str, before: Iterable[Scored], after: Iterable[Scored]) -> list[Change]:
    was, now = verdicts_by_key(before), verdicts_by_key(after)
    return [
        Change(name, (now.get(key) or was[key]).words, key, _told(was, key), _told(now, key))
        for key in dict.fromkeys((*was, *now))
        if _told(was, key) != _told(now, key)
    ]


def _told(verdicts: Mapping[str, Verdict], key: str) -> str:
    return verdicts[key].verdict if key in verdicts else ""


def _faults(verdict: str) -> int:
    if not verdict or verdict in _FAULTLESS:
        return 0
    return _LOST if verdict in ("missed", "extra") else verdict.count(";") + 1


def _broken(outcome: Outcome) -> Iterator[str]:
    label = outcome.setup.label
    for answer in outcome.failures:
        yield f"{label}: {answer.document} failed: {answer.failure}"
    for metric in WHOLE:
        yield from _off(outcome, metric, 1.0)
    if label == "embedded":
        for metric in NONE:
            yield from _off(outcome, metric, 0.0)


def _off(outcome: Outcome, metric: str, wanted: float) -> Iterator[str]:
    for name, count in outcome.counts(metric).items():
        if _value(count) not in (None, wanted):
            yield f"{outcome.setup.label}: {name}: {metric} is {count}, not {wanted:.0f}"


def _value(count: Count | None) -> float | None:
    return None if count is None else count.value
