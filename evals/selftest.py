"""Are the metrics any good? Corruptions of perfect summaries by metrics, as a matrix.

Mutation testing for measures: a perfect summary must score perfectly, every known corruption must
make the metrics worse that are meant for it, and must leave alone those meant for others.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rich.console import Group
from rich.table import Table
from rich.text import Text

from evals.corruptions import CORRUPTIONS, Corruption
from evals.gold import LISTS, Gold, GoldFile
from evals.metrics import METRICS, Metric
from evals.perfect import Sample
from evals.scoring.counts import micro
from evals.scoring.score import Score, score
from schemas import Summary

Values = Mapping[str, float | None]
"""Each metric over all documents; None where there is nothing to count."""

_CLEAR = 0.01
"""A metric that a corruption is meant for changes by this much at least."""

_SAME = 1e-9
_COLUMNS, _NAME, _COLUMN = 10, 28, 6  # of a block of the shown matrix; widths in signs


@dataclass(frozen=True, slots=True)
class Row:
    """What a corruption did: the metrics after it, and how many documents it changed.

    ``errors`` counts the wrong figures that scoring told, by kind.
    """

    corruption: Corruption
    values: Values
    documents: int
    errors: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Matrix:
    """Metrics of perfect summaries, and after each corruption; micro over the documents."""

    untouched: Values
    rows: tuple[Row, ...]

    def faults(self) -> tuple[str, ...]:
        """What is wrong with metrics or corruptions, one sentence each; empty if nothing is."""
        imperfect = (
            f"untouched gold: {metric.name} is {value:.4f}, not {_best(metric):.2f}"
            for metric in METRICS
            if (value := self.untouched.get(metric.name)) is not None and value != _best(metric)
        )
        return (*imperfect, *(fault for row in self.rows for fault in self._faults(row)))

    def moved(self, row: Row) -> dict[str, float]:
        """By how much each metric got worse, for those that did not stay the same."""
        found: dict[str, float] = {}
        for metric in METRICS:
            change = self._change(row, metric)
            if abs(change) > _SAME:
                found[metric.name] = change
        return found

    def _change(self, row: Row, metric: Metric) -> float:
        """How much worse a metric is; all the way where it cannot be counted any more."""
        before, after = self.untouched.get(metric.name), row.values.get(metric.name)
        if before is None or after is None:
            return 0.0 if before == after else 1.0
        return before - after if metric.better == "higher" else after - before

    def _faults(self, row: Row) -> Iterator[str]:
        corruption, moved = row.corruption, self.moved(row)
        if not row.documents:
            yield f"{corruption.name}: no document has a place for it; name more gold files"
            return
        for name in corruption.meant:
            if moved.get(name, 0.0) < _CLEAR:
                yield f"{corruption.name}: {name} does not see it ({_shown(row.values.get(name))})"
        for name in moved:
            if name not in (*corruption.meant, *corruption.may):
                told = _shown(row.values.get(name))
                yield f"{corruption.name}: moves {name} ({told}), which is meant for another"
        if corruption.error and corruption.error not in _commonest(row.errors):
            told = ", ".join(row.errors) or "no error"
            yield f"{corruption.name}: is told as {told}, not as {corruption.error}"


def _commonest(errors: Mapping[str, int]) -> frozenset[str]:
    most = max(errors.values(), default=0)
    return frozenset(kind for kind, count in errors.items() if count == most)


def telling(golds: Sequence[GoldFile]) -> tuple[GoldFile, ...]:
    """The few and short gold files that together hold what can be spoilt, as far as any does."""
    traits = {gold.name: frozenset(_traits(gold.gold)) for gold in golds}
    wanted = set().union(*traits.values())
    chosen: list[GoldFile] = []
    while wanted:
        best = max(
            golds,
            key=lambda gold: len(traits[gold.name] & wanted) / len(gold.document.text),
        )
        wanted -= traits[best.name]
        chosen.append(best)
    return tuple(chosen)


def matrix(golds: Iterable[GoldFile], corruptions: Sequence[Corruption] = CORRUPTIONS) -> Matrix:
    """Score perfect summaries of gold files, whole and after each corruption.

    Raises ``GoldError`` for a quote that does not stand in its source.
    """
    samples = [Sample.of(gold) for gold in golds]
    untouched = _values([_scored(sample, sample.summary) for sample in samples])
    return Matrix(untouched, tuple(_row(corruption, samples) for corruption in corruptions))


def show(matrix: Matrix) -> Group:
    """The matrix for a screen of 100 columns: ``·`` where a metric stays, bold where it should not.

    Blocks of metrics stand one below the other, each with the corruptions that move one of it.
    """
    blocks = [METRICS[i : i + _COLUMNS] for i in range(0, len(METRICS), _COLUMNS)]
    return Group(*(_table(matrix, block) for block in blocks))


def _traits(gold: Gold) -> Iterator[str]:
    for name in LISTS:
        for item in gold.items(name):
            if not item.optional:
                yield name
                yield from (slot for slot in ("issuer", "addressees") if getattr(item, slot))
                yield "several" if len(item.figures) > 1 else "one"
                for figure in item.figures:
                    yield figure.role
                    yield from (s for s in ("upper", "total", "reference") if getattr(figure, s))


def _scored(sample: Sample, summary: Summary) -> Score:
    return score(sample.document, sample.gold, summary, sample.traps, pins=sample.pins)


def _row(corruption: Corruption, samples: Sequence[Sample]) -> Row:
    spoilt = [(sample, corruption.apply(sample)) for sample in samples]
    scores = [_scored(sample, summary) for sample, summary in spoilt]
    errors: Counter[str] = Counter()
    for one in scores:
        errors.update(one.errors)
    changed = sum(summary != sample.summary for sample, summary in spoilt)
    return Row(corruption, _values(scores), changed, errors)


def _values(scores: Sequence[Score]) -> dict[str, float | None]:
    sums = {metric.name: micro(one.counts.get(metric.name) for one in scores) for metric in METRICS}
    return {name: None if total is None else total.value for name, total in sums.items()}


def _best(metric: Metric) -> float:
    return 1.0 if metric.better == "higher" else 0.0


def _table(matrix: Matrix, metrics: Sequence[Metric]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="")
    table.add_column("", width=_NAME, no_wrap=True)
    for metric in metrics:
        table.add_column(_heading(metric), width=_COLUMN, justify="right", vertical="bottom")
    untouched = [_shown(matrix.untouched.get(metric.name)) for metric in metrics]
    table.add_row("untouched", *untouched)
    for row in matrix.rows:
        moved = matrix.moved(row)
        if any(metric.name in moved for metric in metrics):
            table.add_row(row.corruption.name, *(_cell(row, moved, metric) for metric in metrics))
    table.add_row()
    return table


def _heading(metric: Metric) -> str:
    return "\n".join(word[:_COLUMN] for word in metric.title.split())


def _cell(row: Row, moved: Mapping[str, float], metric: Metric) -> Text:
    if metric.name not in moved:
        return Text("·", "dim")
    corruption = row.corruption
    style = "bold" if metric.name in corruption.meant else ""
    style = style if metric.name in (*corruption.meant, *corruption.may) else "red"
    return Text(_shown(row.values.get(metric.name)), style)


def _shown(value: float | None) -> str:
    return "none" if value is None else f"{value:.2f}"
