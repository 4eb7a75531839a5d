"""One self-contained page: how setups stand, and each source with gold and summary underlined."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from evals.comparison import Change, Comparison
from evals.gold import LISTS, GoldFile
from evals.metrics import BY_NAME, HEADLINES
from evals.reports import wording
from evals.reports.overview import RANK, Overview, Standing
from evals.results import Outcome, Scored, verdicts_by_key
from evals.scoring.forms import Span
from evals.scoring.places import Places, told_items
from evals.scoring.score import Verdict
from evals.slices import Slice
from schemas.summary import Role
from summarizer.compact import compact
from summarizer.exports.standalone import data, template
from summarizer.view import clean

_MOST_ITEMS = 200  # named under one heading of a comparison
_OWN_MEASURE = {"list": "F1 of this list", "role": "F1 of this role"}  # by kind of slice
_ROLES: dict[Role, str] = {
    "level": "the amount itself",
    "change": "difference to an earlier period, signed",
    "baseline": "the amount of an earlier period",
    "planned": "the plan's amount, where both are told",
    "of_plan": "how much of a plan was reached",
    "over_plan": "excess over a plan",
    "of_previous": "share of an earlier level",
    "factor": "multiple of an earlier level",
    "rank": "position",
}


def text(overview: Overview) -> str:
    """The page as HTML."""
    readings = tuple(_readings(overview))
    page = template(
        __package__,
        clean=clean,
        fraction=wording.fraction,
        percent=wording.percent,
        points=wording.points,
        interval=wording.interval,
        number_of=wording.number_of,
        turn=wording.turn,
    )
    return page.render(
        overview=overview,
        headlines=HEADLINES,
        lists=LISTS,
        kinds=(*LISTS, ""),
        roles=_ROLES,
        rows=[(one, *_took(one)) for one in overview.standings],
        named=[(one, tuple(_named(overview, one, readings))) for one in overview.contests],
        slices=[(one, overview.parts[one.label]) for one in overview.standings],
        measure=_measure,
        data=data(_told_by(overview, readings)),
    )


def _took(standing: Standing) -> tuple[str, str, str]:
    """Tokens, cost and latency."""
    half, most = (wording.seconds(standing.latency(share)) for share in (0.5, 0.95))
    return wording.tokens(standing.usage), wording.cost(standing.usage), f"{half} / {most}"


def _measure(part: Slice) -> str:
    """What the number of a slice measures."""
    return _OWN_MEASURE.get(part.kind, BY_NAME[RANK].title)


# --- What can be read ---------------------------------------------------------------------------


@dataclass(frozen=True)
class _Reading:
    """One repeat of one setup."""

    outcome: Outcome
    repeat: int
    label: str

    def of(self, name: str) -> Scored | None:
        """Its answer to a document, if it was asked."""
        several = self.outcome.by_document.get(name, ())
        return next((one for one in several if one.answer.repeat == self.repeat), None)

    def place(self, change: Change, verdict: str) -> int | None:
        """Where among its verdicts it says this of what changed, if it does."""
        scored = self.of(change.document)
        known = verdicts_by_key([scored] if scored else [])
        is_said = change.key in known and known[change.key].verdict == verdict
        return list(known).index(change.key) if is_said else None


def _readings(overview: Overview) -> Iterator[_Reading]:
    """Each setup with each repeat that it has."""
    for one in overview.standings:
        label = clean(one.label)
        repeats = sorted({scored.answer.repeat for scored in one.outcome.scored})
        for repeat in repeats:
            told = f"{label}, repeat {repeat + 1}" if len(repeats) > 1 else label
            yield _Reading(one.outcome, repeat, told)


# --- What changed -------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Named:
    """Changes of one sort: how many there are, and the first of them with their addresses."""

    heading: str
    total: int
    shown: Sequence[tuple[Change, str]]


def _named(
    overview: Overview, comparison: Comparison, readings: Sequence[_Reading]
) -> Iterator[_Named]:
    """What broke or got worse, and what was fixed; nothing of a sort that there is none of."""
    for heading, changes in (
        ("Broken or worse", (*comparison.broken, *comparison.worse)),
        ("Fixed", comparison.fixed),
    ):
        if changes:
            shown = changes[:_MOST_ITEMS]
            addresses = (_address(overview, comparison, one, readings) for one in shown)
            yield _Named(heading, len(changes), tuple(zip(shown, addresses, strict=True)))


def _address(
    overview: Overview, comparison: Comparison, change: Change, readings: Sequence[_Reading]
) -> str:
    """Where the page shows a change: in the new setup, or in the old if only that tells of it."""
    document = f"#document-{overview.documents.index(change.document)}"
    found = (
        f"{document}/{number}/{place}"
        for label, verdict in ((comparison.other, change.after), (comparison.base, change.before))
        for number, reading in enumerate(readings)
        if reading.outcome.setup.label == label
        and (place := reading.place(change, verdict)) is not None
    )
    return next(found, document)


# --- Data of the script -------------------------------------------------------------------------


def _told_by(overview: Overview, readings: Sequence[_Reading]) -> dict[str, Any]:
    return {
        "readings": [reading.label for reading in readings],
        "documents": [_document(gold, readings) for gold in overview.results.golds],
    }


def _document(gold: GoldFile, readings: Sequence[_Reading]) -> dict[str, Any]:
    places, pool = Places(gold.document), _Pool()
    answers = [
        None if (one := reading.of(gold.name)) is None else _told(one, places, pool)
        for reading in readings
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
