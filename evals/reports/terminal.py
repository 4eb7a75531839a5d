"""Results drawn for a terminal, or as plain text where there is none."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from rich.console import Console, ConsoleOptions, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from evals.comparison import Change, Comparison
from evals.gold import LISTS
from evals.metrics import BY_NAME, HEADLINES
from evals.reports import wording
from evals.reports.overview import DANGERS, RANK, Measured, Overview, Standing, gravest
from evals.scoring.judging import SLOTS
from evals.scoring.score import ITEM_SLOTS
from summarizer.view import clean, plain

_MOST = 8  # names a list; the pages and files tell all
_WORST = 5
_GAP, _LEAST = 2, 8  # columns: between two, and of the first where it is narrow
_NOUNS = {"figures": "figures", "found": "items"}
_GROUNDS = tuple(BY_NAME)[tuple(BY_NAME).index("quotes_exact") :]
_PASSAGES = ("directive_text", "tightness", "completeness")
_GROUPS = (
    ("By list", LISTS),
    ("Figures that were found", (*SLOTS, "item")),
    ("Items that were found", ("list", *ITEM_SLOTS, *_PASSAGES)),
)

_Cell: TypeAlias = Measured | None


def view(overview: Overview) -> RenderableType:
    """The report as rich draws it, for 80 columns and more."""
    return _View(overview)


def text(overview: Overview) -> str:
    """The report as plain text."""
    return plain(view(overview))


@dataclass(frozen=True)
class _View:
    overview: Overview

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        standings, width = self.overview.standings, options.max_width
        yield from _opening(self.overview)
        yield from _headlines(standings, width)
        yield from _lost(standings)
        for title, names in _GROUPS:
            yield from _group(title, names, standings, width)
        yield from _slices(self.overview, width)
        yield from _counted("Errors that mislead most", DANGERS, standings)
        yield from _counted("Not wholly proven by the source", _GROUNDS, standings)
        yield from _kinds(standings)
        yield from _runs(standings)
        for one in self.overview.contests:
            yield from _comparison(one)
        if self.overview.contests:
            yield from _legend(self.overview)
        for standing in self.overview.engines:
            yield from _errors(standing)


def _opening(overview: Overview) -> Iterator[RenderableType]:
    documents = wording.number_of(len(overview.documents), "document")
    asked = f", each asked {overview.repeats} times" if overview.repeats > 1 else ""
    yield Text(
        f"{documents}{asked}. Numbers are percentages, ranges are 95 % intervals.", style="dim"
    )
    for note in overview.results.notes:
        yield Text(clean(note), style="yellow")


def _heading(title: str) -> Iterator[RenderableType]:
    yield Text()
    yield Rule(Text(title, "bold"), align="left", style="dim", characters="─")


def _grid(names: Iterable[str], first: str = "") -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, _GAP, 0, 0))
    table.add_column(first, overflow="fold", min_width=_LEAST)
    for name in names:
        table.add_column(name, justify="right", overflow="fold")
    return table


def _measures(
    firsts: Sequence[str | Text], names: Sequence[str], cells: Sequence[Sequence[_Cell]], width: int
) -> Table:
    """Rows of values with their intervals; without these where they do not fit beside each other.

    Numbers stay whole: where it is narrow, headings are folded.
    """
    free = width - max((len(first) for first in firsts), default=0)
    wide = [[_with_interval(cell) for cell in row] for row in cells]
    if sum(max(map(len, column)) + _GAP for column in zip(*wide, strict=True)) > free:
        wide = [[Text(_alone(cell), "bold") for cell in row] for row in cells]
    table = _grid([])
    for name, column in zip(names, zip(*wide, strict=True), strict=True):
        least = max(map(len, column))
        table.add_column(name, justify="right", overflow="fold", min_width=least)
    for first, row in zip(firsts, wide, strict=True):
        table.add_row(first, *row)
    return table


def _label(standing: Standing) -> Text:
    mark = " ★" if standing.is_best_for_its_cost else ""
    return Text.assemble((clean(standing.label), "bold"), (mark, "green"))


def _headlines(standings: Sequence[Standing], width: int) -> Iterator[RenderableType]:
    cells = [[one.measured.get(metric.name) for metric in HEADLINES] for one in standings]
    titles = [metric.title for metric in HEADLINES]
    yield Padding(_measures([_label(one) for one in standings], titles, cells, width), (1, 0))
    for metric in HEADLINES:
        yield Text(f"{metric.title}: {metric.about}", "dim")


def _with_interval(one: _Cell) -> Text:
    within = "" if one is None else wording.interval(one.interval)
    return Text.assemble((_alone(one), "bold"), (f" ({within})" * bool(within), ""))


def _alone(one: _Cell) -> str:
    return wording.NOTHING if one is None else wording.percent(one.value)


def _lost(standings: Sequence[Standing]) -> Iterator[RenderableType]:
    """What an F1 hides: whether more is missed, or told beside gold."""
    if not standings:
        return
    yield from _heading("Missed and told beside gold")
    table = _grid([clean(one.label) for one in standings])
    for name in ("figures", "found"):
        noun = _NOUNS[name]
        told = [one.measured[name].count if name in one.measured else None for one in standings]
        table.add_row(f"{noun} missed", *map(wording.missed, told))
        table.add_row(f"{noun} told beside gold", *map(wording.beside, told))
    yield table


def _group(
    title: str, names: Iterable[str], standings: Sequence[Standing], width: int
) -> Iterator[RenderableType]:
    """A measure a line, a setup a column; what is perfect everywhere shares a line."""
    known = [name for name in names if any(name in one.measured for one in standings)]
    flawed = [name for name in known if any(_is_flawed(one, name) for one in standings)]
    if known:
        yield from _heading(title)
    if flawed:
        cells = [[one.measured.get(name) for one in standings] for name in flawed]
        labels = [clean(one.label) for one in standings]
        yield _measures([BY_NAME[name].title for name in flawed], labels, cells, width)
    if rest := [BY_NAME[name].title for name in known if name not in flawed]:
        yield Text(f"Wholly right: {', '.join(rest)}", "green")


def _slices(overview: Overview, width: int) -> Iterator[RenderableType]:
    """Strict F1 of parts of the documents; lists stand above."""
    parts = overview.slices
    if parts:
        yield from _heading(f"Where it is hard: {BY_NAME[RANK].title}")
        labels = [clean(one.label) for one in overview.standings]
        names = [clean(f"{kind} {name}") for kind, name in parts]
        yield _measures(names, labels, list(parts.values()), width)


def _counted(
    title: str, names: Iterable[str], standings: Sequence[Standing]
) -> Iterator[RenderableType]:
    """Counts, of measures that are not perfect everywhere only."""
    flawed = [name for name in names if any(_is_flawed(one, name) for one in standings)]
    if flawed:
        yield from _heading(title)
        table = _grid([clean(one.label) for one in standings])
        for name in flawed:
            told = [one.measured.get(name) for one in standings]
            table.add_row(BY_NAME[name].about, *map(_fraction, told))
        yield table


def _is_flawed(standing: Standing, name: str) -> bool:
    return name in standing.measured and not standing.measured[name].is_perfect


def _fraction(one: Measured | None) -> Text:
    if one is None:
        return Text(wording.NOTHING)
    return Text(wording.fraction(one.count), "" if one.is_perfect else "red")


def _kinds(standings: Sequence[Standing]) -> Iterator[RenderableType]:
    kinds = dict.fromkeys(kind for one in standings for kind in one.errors)
    if kinds:
        yield from _heading("Wrong figures by kind")
        table = _grid([clean(one.label) for one in standings])
        for kind in kinds:
            table.add_row(kind, *(str(one.errors.get(kind, 0)) for one in standings))
        yield table


def _runs(standings: Sequence[Standing]) -> Iterator[RenderableType]:
    repeated = any(one.agreement is not None for one in standings)
    names = ["failed", "tokens in / out", "cost, USD", "half within", "95 % within"]
    yield from _heading("What it took")
    table = _grid([*names, *["repeats agree"] * repeated])
    for one in standings:
        failed = len(one.outcome.failures)
        table.add_row(
            clean(one.label),
            Text(f"{failed}/{len(one.outcome.scored)}", "red" if failed else ""),
            wording.tokens(one.usage),
            wording.cost(one.usage),
            wording.seconds(one.latency(0.5)),
            wording.seconds(one.latency(0.95)),
            *[wording.percent(one.agreement)] * repeated,
        )
    yield table


# --- What changed ---------------------------------------------------------------------------------


def _comparison(one: Comparison) -> Iterator[RenderableType]:
    yield from _heading(clean(f"{one.other} against {one.base}"))
    for metric in HEADLINES:
        found = one.differences.get(metric.name)
        if found is not None:
            yield Text(wording.gain(metric, found, one.adjusted.get(metric.name)))
    lost = (*one.only_base, *one.only_other)
    if lost:
        yield Text(clean(f"Counted as missed where not asked: {', '.join(lost)}"), "red")
    yield from _changes("Broken or worse", "red", gravest((*one.broken, *one.worse)))
    yield from _changes("Fixed", "green", one.fixed)


def _changes(title: str, style: str, changes: Sequence[Change]) -> Iterator[RenderableType]:
    if changes:
        yield Text(f"{title}: {len(changes):,}", style)
        lines = (f"{change.document}: {wording.turn(change)}" for change in changes[:_MOST])
        yield from _named(lines, len(changes))


def _legend(overview: Overview) -> Iterator[RenderableType]:
    yield Text()
    yield Text(wording.CHANCE, "dim")
    if any(one.is_best_for_its_cost for one in overview.standings):
        yield Text(f"★: {wording.BEST}", "dim")


def _named(lines: Iterable[str], count: int) -> Iterator[RenderableType]:
    shown = list(lines)
    for line in shown:
        yield Padding(Text(clean(line)), (0, 0, 0, 2))
    if count > len(shown):
        yield Padding(Text(f"and {count - len(shown):,} more", "dim"), (0, 0, 0, 2))


# --- Errors by name -------------------------------------------------------------------------------


def _errors(standing: Standing) -> Iterator[RenderableType]:
    failures = standing.outcome.failures
    if failures:
        yield from _heading(f"Where {clean(standing.label)} failed")
        failed = (f"{answer.document}: {answer.failure}" for answer in failures[:_MOST])
        yield from _named(failed, len(failures))
    if not standing.wrong:
        return
    yield from _heading(f"Where {clean(standing.label)} errs most")
    counts = standing.outcome.counts(RANK)
    table = _grid([BY_NAME[RANK].title, "errors"])
    for name in standing.worst[:_WORST]:
        count = counts.get(name)
        value = wording.percent(None if count is None else count.value)
        table.add_row(clean(name), value, str(standing.faults[name]))
    yield table
    yield Text(f"{wording.number_of(len(standing.wrong), 'error')}, the gravest first:")
    lines = (f"{one.document}: {one.line}" for one in standing.wrong[:_MOST])
    yield from _named(lines, len(standing.wrong))
