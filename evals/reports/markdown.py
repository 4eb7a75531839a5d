"""Results as Markdown for a pull request: a short table, what changed by name, the rest folded."""

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from evals.comparison import Change, Comparison
from evals.metrics import BY_NAME, HEADLINES
from evals.reports import wording
from evals.reports.overview import DANGERS, RANK, Measured, Overview, Standing, gravest
from summarizer.view import clean

_MOST = 20  # names a list; a comment on a pull request is read by people
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|~>-]|(?<=\d)\.(?=\s))")


def text(overview: Overview) -> str:
    """The report as GitHub reads Markdown; nothing a document holds is markup in it."""
    parts = [
        "### Summaries against gold",
        _about(overview),
        *_table(overview.standings),
        *(line for one in overview.engines for line in _failed(one)),
        *(line for one in overview.contests for line in _comparison(one)),
        *_took(overview),
        *_slices(overview),
        *(line for one in overview.engines for line in _details(one)),
        *_legend(overview),
    ]
    return "\n".join(parts) + "\n"


def escaped(words: str) -> str:
    """Words of a document as Markdown shows them: on one line, no markup, no mention, no HTML."""
    plain = _SPECIAL.sub(r"\\\1", clean(words))
    return _uncalled(plain.replace("&", "&amp;").replace("<", "&lt;"))


def _uncalled(words: str) -> str:
    """A sign of no width keeps GitHub from calling people and issues."""
    return re.sub("([@#])", "\\1\u200b", words)


def _about(overview: Overview) -> str:
    asked = f", each asked {overview.repeats} times" if overview.repeats > 1 else ""
    documents = wording.number_of(len(overview.documents), "document")
    notes = "".join(f"\n> {escaped(note)}\n" for note in overview.results.notes)
    return f"{documents}{asked}; percentages with 95 % intervals over documents.\n{notes}"


def _table(standings: Iterable[Standing]) -> Iterator[str]:
    yield _row(["setup", *(metric.title for metric in HEADLINES), "failed", "cost, USD"])
    yield _row(["---", *["---:"] * (len(HEADLINES) + 2)])
    for one in standings:
        mark = " ★" if one.is_best_for_its_cost else ""
        cells = [_cell(one.measured.get(metric.name)) for metric in HEADLINES]
        failed = f"{len(one.outcome.failures)}/{len(one.outcome.scored)}"
        yield _row([escaped(one.label) + mark, *cells, failed, wording.cost(one.usage)])
    yield ""


def _failed(one: Standing) -> Iterator[str]:
    failures = one.outcome.failures
    if failures:
        lines = [
            f"- {escaped(answer.document)}: {escaped(answer.failure)}"
            for answer in failures[:_MOST]
        ]
        title = f"❌ {one.label} failed ({len(failures)})"
        yield from _folded(title, _limited(lines, len(failures)), is_open=True)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(one: Measured | None) -> str:
    if one is None:
        return wording.NOTHING
    within = wording.interval(one.interval)
    return wording.percent(one.value) + (f" ({within})" if within else "")


# --- What changed ---------------------------------------------------------------------------------


def _comparison(one: Comparison) -> Iterator[str]:
    yield f"**{escaped(one.other)}** against {escaped(one.base)}:"
    yield ""
    yield from _gains(one)
    yield ""
    lost = (*one.only_base, *one.only_other)
    if lost:
        yield f"Not asked of both, so counted as missed: {escaped(', '.join(lost))}"
        yield ""
    yield from _changes("❌ Broken or worse", gravest((*one.broken, *one.worse)), is_open=True)
    yield from _changes("✅ Fixed", one.fixed)


def _gains(one: Comparison) -> Iterator[str]:
    for metric in HEADLINES:
        found = one.differences.get(metric.name)
        if found is not None:
            yield f"- {wording.gain(metric, found, one.adjusted.get(metric.name))}"


def _changes(title: str, changes: Sequence[Change], *, is_open: bool = False) -> Iterator[str]:
    if changes:
        lines = [
            f"- {escaped(change.document)}: {escaped(wording.turn(change))}"
            for change in changes[:_MOST]
        ]
        yield from _folded(f"{title} ({len(changes)})", _limited(lines, len(changes)), is_open)


# --- Folded ---------------------------------------------------------------------------------------


def _took(overview: Overview) -> Iterator[str]:
    names = ["tokens in / out", "half within", "95 % within", "repeats agree"]
    lines = [_row(["setup", *names]), _row(["---", *["---:"] * len(names)])]
    lines += [
        _row(
            [
                escaped(one.label),
                wording.tokens(one.usage),
                wording.seconds(one.latency(0.5)),
                wording.seconds(one.latency(0.95)),
                wording.percent(one.agreement),
            ]
        )
        for one in overview.standings
    ]
    yield from _folded("What it took", lines)


def _slices(overview: Overview) -> Iterator[str]:
    if overview.slices:
        labels = [escaped(one.label) for one in overview.standings]
        lines = [_row(["part", *labels]), _row(["---", *["---:"] * len(labels)])]
        lines += [
            _row([escaped(f"{kind} {name}"), *map(_cell, told)])
            for (kind, name), told in overview.slices.items()
        ]
        yield from _folded(f"Where it is hard: {BY_NAME[RANK].title}", lines)


def _legend(overview: Overview) -> Iterator[str]:
    if overview.contests:
        yield f"★: {wording.BEST} {wording.CHANCE.capitalize()}"


def _details(one: Standing) -> Iterator[str]:
    heads = ["measure", "value", "counted", "missed", "told beside gold"]
    lines = [_row(heads), _row(["---", *["---:"] * (len(heads) - 1)])]
    lines += [_row([escaped(told.metric.title), *_counts(told)]) for told in one.measured.values()]
    dangers = [one.measured[name] for name in DANGERS if name in one.measured]
    seen = [f"{told.metric.title} {wording.fraction(told.count)}" for told in dangers]
    title = f"{one.label} in detail" + (f": {', '.join(seen)}" if seen else "")
    yield from _folded(title, lines)
    if one.wrong:
        named = [
            f"- {escaped(judged.document)}: {escaped(judged.line)}" for judged in one.wrong[:_MOST]
        ]
        title = f"{one.label}: {wording.number_of(len(one.wrong), 'error')}"
        yield from _folded(title, _limited(named, len(one.wrong)))


def _counts(told: Measured) -> tuple[str, ...]:
    count = told.count
    return _cell(told), wording.fraction(count), wording.missed(count), wording.beside(count)


def _limited(lines: list[str], count: int) -> list[str]:
    rest = count - len(lines)
    return [*lines, f"- and {rest:,} more"] if rest else lines


def _folded(title: str, lines: Iterable[str], is_open: bool = False) -> Iterator[str]:
    """A title is HTML there, not Markdown."""
    is_so = " open" if is_open else ""
    yield f"<details{is_so}><summary>{_uncalled(escape(clean(title)))}</summary>"
    yield from ("", *lines, "", "</details>", "")
