"""What reports show of results, worked out once for all of them."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import ceil

from evals.comparison import Comparison, matrix, pareto
from evals.metrics import METRICS, Metric
from evals.reports import wording
from evals.results import BOUNDS, Answer, Outcome, Results, Scored
from evals.runs import agreement_of_repeats
from evals.scoring.counts import Count
from evals.scoring.score import Verdict
from evals.statistics import Interval, interval
from schemas import Usage
from summarizer.llm import total

RANK = "figures_strict"
"""The metric by which documents are ranked and slices are told."""

DANGERS = ("future_as_past", "bad_as_good", "traps")
"""Rates of the errors that mislead most."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One metric of one setup over all documents."""

    metric: Metric
    count: Count
    macro: float | None
    interval: Interval | None

    @property
    def value(self) -> float | None:
        """The micro value."""
        return self.count.value

    @property
    def is_perfect(self) -> bool:
        """Whether it could not be better."""
        return self.value == (1.0 if self.metric.better == "higher" else 0.0)


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict and the answer that it is about."""

    scored: Scored
    verdict: Verdict

    @property
    def document(self) -> str:
        """Name of the document."""
        return self.scored.answer.document


@dataclass(frozen=True)
class Standing:
    """How one setup stands; ``agreement`` is that of its repeats, None where there is one only."""

    outcome: Outcome
    is_best_for_its_cost: bool = False
    agreement: float | None = None

    @property
    def label(self) -> str:
        """How the setup is called."""
        return self.outcome.setup.label

    @cached_property
    def measured(self) -> Mapping[str, Measured]:
        """By name, the metrics that have something to count, in the order of ``METRICS``."""
        return {one.metric.name: one for one in self._measured()}

    def _measured(self) -> Iterator[Measured]:
        known = {name for scored in self.outcome.scored for name in scored.score.counts}
        roles = [Metric(n, n, "F1 of this role.") for n in sorted(known) if n.startswith("role ")]
        for metric in (*METRICS, *roles):
            count = self.outcome.micro(metric.name)
            if count is not None and count.value is not None:
                within = interval(self.outcome.counts(metric.name).values())
                yield Measured(metric, count, self.outcome.macro(metric.name), within)

    @property
    def is_bound(self) -> bool:
        """Whether it only says what the others are worth."""
        return self.outcome.setup.model in BOUNDS

    @cached_property
    def _ran(self) -> tuple[Answer, ...]:
        """Answers of engines; people have neither a summary nor a failure."""
        answers = (one.answer for one in self.outcome.scored)
        return tuple(one for one in answers if one.summary is not None or one.failure)

    @cached_property
    def usage(self) -> Usage | None:
        """What all answers cost; None if no engine was run."""
        return total(one.usage for one in self._ran) if self._ran else None

    def latency(self, share: float) -> float | None:
        """The seconds within which this share of the answers was there, if there is any."""
        times = sorted(one.seconds for one in self._ran)
        return times[max(ceil(share * len(times)), 1) - 1] if times else None

    @cached_property
    def confusion(self) -> Mapping[tuple[str, str], int]:
        """Items by gold's list and the told one, "" where there is none."""
        cells: Counter[tuple[str, str]] = Counter()
        for one in self.outcome.scored:
            cells.update(one.score.confusion)
        return cells

    @cached_property
    def errors(self) -> Mapping[str, int]:
        """Wrong figures by kind, the most frequent first."""
        kinds: Counter[str] = Counter()
        for one in self.outcome.scored:
            kinds.update(one.score.errors)
        return dict(sorted(kinds.items(), key=lambda found: (-found[1], found[0])))

    @cached_property
    def wrong(self) -> tuple[Judged, ...]:
        """All that is not right in summaries, the gravest first, then in order."""
        found = (
            Judged(one, verdict)
            for one in self.outcome.scored
            if not one.answer.failure
            for verdict in one.score.verdicts
            if not verdict.is_right
        )
        return tuple(sorted(found, key=lambda judged: _danger(judged.verdict)))

    @cached_property
    def faults(self) -> Mapping[str, int]:
        """How much is wrong in summaries, by document."""
        return Counter(judged.document for judged in self.wrong)

    @cached_property
    def worst(self) -> tuple[str, ...]:
        """Documents told with errors, the lowest strict F1 and the most errors first."""
        counts, faults = self.outcome.counts(RANK), self.faults
        return tuple(sorted(faults, key=lambda name: (_value(counts[name]), -faults[name], name)))


@dataclass(frozen=True)
class Overview:
    """Results as reports read them; what is dear is worked out when first asked for."""

    results: Results

    @cached_property
    def standings(self) -> tuple[Standing, ...]:
        """How each setup stands, in order."""
        outcomes, golds = self.results.outcomes, self.results.golds
        rivals = {one.setup.label for one in outcomes if one.setup.model not in BOUNDS}
        best = pareto(self.results) & rivals if len(rivals) > 1 else frozenset()
        return tuple(
            Standing(
                outcome,
                outcome.setup.label in best,
                agreement_of_repeats(outcome, golds) if self.repeats > 1 else None,
            )
            for outcome in outcomes
        )

    @cached_property
    def comparisons(self) -> tuple[Comparison, ...]:
        """Each setup after the first against the first."""
        return matrix(self.results).comparisons if self.results.outcomes else ()

    @property
    def engines(self) -> tuple[Standing, ...]:
        """Setups without the bounds: what no understanding scores, and what people do."""
        return tuple(one for one in self.standings if one.outcome.setup.model not in BOUNDS)

    @property
    def contests(self) -> tuple[Comparison, ...]:
        """Comparisons between engines."""
        labels = {one.label for one in self.engines}
        return tuple(one for one in self.comparisons if one.other in labels)

    @cached_property
    def documents(self) -> tuple[str, ...]:
        """Names of the documents, in order."""
        return tuple(gold.name for gold in self.results.golds)

    @cached_property
    def repeats(self) -> int:
        """How often each document was asked at most."""
        asked = (
            len(several)
            for outcome in self.results.outcomes
            for several in outcome.by_document.values()
        )
        return max(asked, default=0)


def _value(count: Count | None) -> float:
    value = None if count is None else count.value
    return 1.0 if value is None else value


def _danger(verdict: Verdict) -> int:
    """Plans and bad news told as results come first, then figures, then the rest."""
    filed = wording.list_of(verdict), wording.told_list_of(verdict)
    if filed in (("targets", "achievements"), ("shortcomings", "achievements")):
        return 0
    return 1 if wording.is_figure(verdict) and wording.kind_of(verdict) != "extra" else 2
