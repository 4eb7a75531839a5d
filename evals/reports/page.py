"""One self-contained page: how setups stand, and each source with gold and summary underlined."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from evals.comparison import Change, Comparison
from evals.gold import LISTS, GoldFile
from evals.metrics import HEADLINES
from evals.reports import wording
from evals.reports.overview import RANK, Overview, Standing
from evals.results import Scored
from evals.scoring.forms import Span
from evals.scoring.places import Places, told_items
from evals.scoring.score import Verdict
from evals.slices import slices
from summarizer.compact import compact
from summarizer.exports.standalone import data, template
from summarizer.view import clean

_MOST_ITEMS = 200  # named items of one comparison


def text(overview: Overview) -> str:
    """The page as HTML."""
    page = template(
        __package__,
        clean=clean,
        fraction=wording.fraction,
        percent=wording.percent,
        points=wording.points,
        interval=wording.interval,
        number_of=wording.number_of,
    )
    return page.render(
        overview=overview,
        headlines=HEADLINES,
        lists=LISTS,
        kinds=(*LISTS, ""),
        places={name: place for place, name in enumerate(overview.documents)},
        rows=[(one, *_took(one)) for one in overview.standings],
        named=[(one, *_named(one)) for one in overview.contests],
        slices=[(one, slices(overview.results, one.outcome, RANK)) for one in overview.standings],
        data=data(_told_by(overview)),
    )


def _took(standing: Standing) -> tuple[str, str, str]:
    """Tokens, cost and latency."""
    half, most = (wording.seconds(standing.latency(share)) for share in (0.5, 0.95))
    return wording.tokens(standing.usage), wording.cost(standing.usage), f"{half} / {most}"


# --- Data of the script -------------------------------------------------------------------------


def _told_by(overview: Overview) -> dict[str, Any]:
    return {
        "readings": [_reading(overview, *key) for key in _keys(overview)],
        "documents": [_document(overview, gold) for gold in overview.results.golds],
    }


def _keys(overview: Overview) -> Iterator[tuple[int, int]]:
    """Each setup with each repeat."""
    for place in range(len(overview.standings)):
        yield from ((place, repeat) for repeat in range(overview.repeats))


def _reading(overview: Overview, setup: int, repeat: int) -> str:
    label = clean(overview.standings[setup].label)
    return label if overview.repeats == 1 else f"{label}, repeat {repeat + 1}"


def _document(overview: Overview, gold: GoldFile) -> dict[str, Any]:
    places, pool = Places(gold.document), _Pool()
    answers = [
        None if (one := _answer(overview, gold.name, *key)) is None else _told(one, places, pool)
        for key in _keys(overview)
    ]
    verdicts = list(pool.verdicts.values())
    text = gold.document.text
    return {"name": gold.name, "text": text, "verdicts": verdicts, "answers": answers}


@dataclass(frozen=True)
class _Pool:
    """Verdicts of a document, each once, however many answers it is about."""

    verdicts: dict[str, dict[str, Any]] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)

    def add(self, verdict: dict[str, Any]) -> int:
        """Where a verdict stands."""
        key = compact(verdict)
        self.verdicts.setdefault(key, verdict)
        return self.places.setdefault(key, len(self.places))


def _answer(overview: Overview, name: str, setup: int, repeat: int) -> Scored | None:
    several = overview.standings[setup].outcome.by_document.get(name, ())
    return next((one for one in several if one.answer.repeat == repeat), None)


def _told(scored: Scored, places: Places, pool: _Pool) -> dict[str, Any]:
    count = scored.score.counts.get(RANK)
    verdicts = chain(map(_verdict, scored.score.verdicts), _unjudged(scored, places))
    return {
        "failure": clean(scored.answer.failure),
        "score": None if count is None else count.value,
        "verdicts": [pool.add(verdict) for verdict in verdicts],
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "kind": wording.kind_of(verdict),
        "noun": wording.noun(verdict),
        "figure": wording.is_figure(verdict),
        "words": clean(verdict.words),
        "sentence": wording.sentence(verdict),
        "gold": _side(wording.list_of(verdict), verdict.gold),
        "told": _side(wording.told_list_of(verdict), verdict.told),
    }


def _side(name: str, spans: Sequence[Span]) -> dict[str, Any]:
    return {"list": name, "spans": spans}


def _unjudged(scored: Scored, places: Places) -> Iterator[dict[str, Any]]:
    """Told items beside which gold has only what may be left out; no verdict names them."""
    if scored.answer.summary is None:
        return
    known = {spans for spans in (verdict.told for verdict in scored.score.verdicts) if spans}
    for item in told_items(scored.answer.summary, places):
        if item.spans and item.spans not in known:
            yield _verdict(Verdict(f"+{item.kind}@{item.start}", item.words, "optional")) | {
                "told": _side(item.kind, item.spans)
            }


def _named(comparison: Comparison) -> tuple[Sequence[Change], Sequence[Change], int]:
    """What broke or got worse, what was fixed, and how many of both are not named."""
    broken, fixed = (*comparison.broken, *comparison.worse), comparison.fixed
    shown = broken[:_MOST_ITEMS], fixed[:_MOST_ITEMS]
    return *shown, len(broken) + len(fixed) - sum(map(len, shown))
