"""Results as JSON, everything by document, for whoever reads them next."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from evals.comparison import Change, Comparison
from evals.lock import digest
from evals.reports.overview import Measured, Overview, Standing
from evals.results import Scored
from evals.scoring.counts import Count, Tally
from evals.scoring.forms import Span
from evals.scoring.score import VERSION, Verdict
from evals.slices import Slice
from evals.statistics import Interval
from summarizer.compact import escaped

SCHEMA_VERSION = 1
"""Rises when a key changes its meaning or is gone."""


def text(overview: Overview) -> str:
    """The report as JSON with an end of line; keys stand in the same order in every run."""
    return escaped(json.dumps(report(overview), ensure_ascii=False, indent=2)) + "\n"


def report(overview: Overview) -> dict[str, Any]:
    """The report as plain values: shares of one, seconds, US dollars, offsets in code points."""
    return {
        "schema_version": SCHEMA_VERSION,
        "scoring_version": VERSION,
        "gold": digest(overview.results.golds),
        "notes": list(overview.results.notes),
        "documents": [
            {
                "name": gold.name,
                "sha256": gold.document.digest,
                "characters": len(gold.document.text),
                "tags": dict(gold.sidecar.tags),
            }
            for gold in overview.results.golds
        ],
        "setups": [
            {**_setup(standing), "slices": _slices(overview.parts[standing.label])}
            for standing in overview.standings
        ],
        "comparisons": [_comparison(one) for one in overview.comparisons],
    }


def _setup(standing: Standing) -> dict[str, Any]:
    setup = standing.outcome.setup
    return {
        "label": setup.label,
        "model": setup.model,
        "prompts": None if setup.prompts is None else setup.prompts.as_posix(),
        "best_for_its_cost": standing.is_best_for_its_cost,
        "answers": len(standing.outcome.scored),
        "failures": len(standing.outcome.failures),
        "usage": None if standing.usage is None else standing.usage.model_dump(mode="json"),
        "latency": {"p50": standing.latency(0.5), "p95": standing.latency(0.95)},
        "self_agreement": standing.agreement,
        "metrics": {name: _measured(one) for name, one in standing.measured.items()},
        "confusion": _confusion(standing.confusion),
        "errors": dict(standing.errors),
        "documents": {
            name: [_answer(one) for one in several]
            for name, several in standing.outcome.by_document.items()
        },
    }


def _measured(one: Measured) -> dict[str, Any]:
    return {
        **_count(one.count),
        "macro": one.macro,
        "interval": _interval(one.interval),
        "better": one.metric.better,
    }


def _slices(parts: Sequence[Slice]) -> list[dict[str, Any]]:
    return [
        {
            "kind": part.kind,
            "name": part.name,
            "metric": part.metric,
            "documents": part.documents,
            **({} if part.micro is None else _count(part.micro)),
            "interval": _interval(part.interval),
        }
        for part in parts
    ]


def _interval(told: Interval | None) -> list[float] | None:
    return None if told is None else [told.low, told.high]


def _count(count: Count) -> dict[str, Any]:
    if isinstance(count, Tally):
        told = {"gold": count.gold, "told": count.told, "both": count.both}
        rates = {"precision": count.precision, "recall": count.recall}
        return {**told, **rates, "value": count.value}
    return {"hits": count.hits, "of": count.of, "value": count.value}


def _confusion(cells: Mapping[tuple[str, str], int]) -> list[dict[str, Any]]:
    """Items of a list of gold that were told in a list; null where there is none."""
    return [
        {"gold": gold or None, "told": told or None, "items": cells[gold, told]}
        for gold, told in sorted(cells)
    ]


def _answer(scored: Scored) -> dict[str, Any]:
    answer, score = scored.answer, scored.score
    return {
        "repeat": answer.repeat,
        "failure": answer.failure or None,
        "replayed": answer.replayed,
        "seconds": answer.seconds,
        "usage": answer.usage.model_dump(mode="json"),
        "counts": {name: _count(count) for name, count in score.counts.items()},
        "confusion": _confusion(score.confusion),
        "errors": dict(sorted(score.errors.items())),
        "verdicts": [_verdict(verdict) for verdict in score.verdicts],
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "key": verdict.key,
        "words": verdict.words,
        "verdict": verdict.verdict,
        "gold": _spans(verdict.gold),
        "told": _spans(verdict.told),
        "told_in": verdict.filed or None,
    }


def _spans(spans: Sequence[Span]) -> list[list[int]]:
    return [list(span) for span in spans]


def _comparison(one: Comparison) -> dict[str, Any]:
    return {
        "base": one.base,
        "other": one.other,
        "differences": {
            name: None
            if difference is None
            else {**asdict(difference), "adjusted_p": one.adjusted.get(name)}
            for name, difference in one.differences.items()
        },
        "fixed": _changes(one.fixed),
        "broken": _changes(one.broken),
        "worse": _changes(one.worse),
        "only_base": list(one.only_base),
        "only_other": list(one.only_other),
    }


def _changes(changes: Sequence[Change]) -> list[dict[str, str]]:
    return [asdict(change) for change in changes]
