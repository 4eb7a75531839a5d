"""What reports show of results, worked out once for all of them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from math import ceil

from evals.comparison import Change, Comparison, matrix, pareto
from evals.metrics import BY_NAME, METRICS, Metric
from evals.reports import wording
from evals.results import BOUNDS, Answer, Outcome, Results, Scored, verdicts_by_key
from evals.runs import agreement_of_repeats
from evals.scoring.counts import Count
from evals.scoring.score import Verdict
from evals.slices import Slice, slices
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
    """A verdict on something in a document, and in how many of its answers it fell."""

    document: str
    verdict: Verdict
    times: int = 1
    answers: int = 1

    @property
    def line(self) -> str:
        """What the verdict speaks of and what it says, and how often if not always."""
        often = f" ({self.times} of {self.answers} times)" if self.times < self.answers else ""
        return wording.line(self.verdict) + often


@dataclass(frozen=True)
class Standing:
    """How one setup stands; ``agreement`` is that of its repeats, None where there is one only.

    ``documents`` are those that the others were asked for, None where these are its own.
    """

    outcome: Outcome
    is_best_for_its_cost: bool = False
    agreement: float | None = None
    documents: int | None = None

    @property
    def label(self) -> str:
        """How the setup is called, and of how many documents it speaks if not of all."""
        label, own = self.outcome.setup.label, len(self.outcome.by_document)
        if self.documents in (None, own):
            return label
        return f"{label} ({own} of {self.documents} documents)"

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
        found = chain.from_iterable(
            judged(name, several) for name, several in self.outcome.by_document.items()
        )
        return tuple(sorted(found, key=lambda judged: danger(judged.verdict)))

    @cached_property
    def faults(self) -> Mapping[str, int]:
        """How much is wrong in summaries, by document."""
        return Counter(one.document for one in self.wrong)

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
                len(golds),
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
        labels = {one.outcome.setup.label for one in self.engines}
        return tuple(one for one in self.comparisons if one.other in labels)

    @cached_property
    def parts(self) -> Mapping[str, tuple[Slice, ...]]:
        """The slices of each setup, by its label."""
        return {one.label: slices(self.results, one.outcome, RANK) for one in self.standings}

    @cached_property
    def slices(self) -> Mapping[tuple[str, str], tuple[Measured | None, ...]]:
        """Strict F1 of each part of the documents by its kind and name, a value a setup."""
        found: dict[tuple[str, str], dict[str, Measured]] = {}
        for label, parts in self.parts.items():
            for part in parts:
                if part.metric == RANK and part.micro is not None:
                    told = Measured(BY_NAME[RANK], part.micro, None, part.interval)
                    found.setdefault((part.kind, part.name), {})[label] = told
        labels = [one.label for one in self.standings]
        return {part: tuple(map(told.get, labels)) for part, told in found.items()}

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


def judged(document: str, several: Sequence[Scored]) -> Iterator[Judged]:
    """What is not right in the summaries of a document, each once however often it was told."""
    answers = [one for one in several if not one.answer.failure]
    found: dict[tuple[str, str], list[Verdict]] = {}
    for one in answers:
        for key, verdict in verdicts_by_key([one]).items():
            if not verdict.is_right:
                found.setdefault((key, verdict.verdict), []).append(verdict)
    for same in found.values():
        yield Judged(document, same[0], len(same), len(answers))


def gravest(changes: Iterable[Change]) -> list[Change]:
    """Changes by how much they mislead, else in order."""
    return sorted(
        changes, key=lambda change: danger(Verdict(change.key, change.words, change.after or "ok"))
    )


def danger(verdict: Verdict) -> int:
    """Plans and bad news told as results come first, then figures, then the rest."""
    filed = wording.list_of(verdict), wording.told_list_of(verdict)
    if filed in (("targets", "achievements"), ("shortcomings", "achievements")):
        return 0
    return 1 if wording.is_figure(verdict) and wording.kind_of(verdict) != "extra" else 2
