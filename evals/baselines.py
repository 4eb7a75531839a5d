"""Baselines: what an engine got right when somebody last looked, as files to review.

One JSON file an engine, one line a verdict, so that ``summarizer eval --accept`` shows as a
readable diff. A baseline belongs to its gold and its way of scoring; of others it says nothing.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as validated

from evals.errors import StaleError
from evals.metrics import HEADLINES
from evals.results import Answer, Outcome, Scored, Setup, verdicts_by_key
from evals.scoring.counts import Tally
from evals.scoring.score import VERSION, Score, Verdict
from summarizer.replacing import replacing

_PLAIN = re.compile(r"[^\w.-]+")


@validated(frozen=True)
class _Entry:
    """A document: its headline counts as (gold, told, both), and verdicts with their words."""

    counts: Mapping[str, tuple[int, int, int]]
    verdicts: Mapping[str, tuple[str, str]]


@validated(frozen=True)
class _File:
    engine: str
    scoring: str
    gold: str
    documents: Mapping[str, _Entry]


_FILE = TypeAdapter(_File)


@dataclass(frozen=True)
class Baseline:
    """What one engine got right and wrong, by document; ``gold`` is the digest of its gold."""

    outcome: Outcome
    gold: str

    @classmethod
    def of(cls, outcome: Outcome, gold: str) -> "Baseline":
        """The baseline that an outcome would be; of repeats the first counts."""
        first = tuple(several[0] for several in outcome.by_document.values())
        return cls(Outcome(outcome.setup, first), gold)


def baseline_file(folder: Path, setup: Setup) -> Path:
    """Where the baseline of an engine lies."""
    return folder / f"{_PLAIN.sub('-', setup.label).strip('-')}.json"


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Write a baseline so that one verdict is one line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as draft:
        draft.write_text(_text(baseline), encoding="utf-8", newline="\n")


def read_baseline(path: Path, setup: Setup, gold: str) -> Baseline:
    """Read the baseline of a setup; ``StaleError`` if there is none or it is of other gold."""
    try:
        found = _FILE.validate_json(path.read_bytes())
    except FileNotFoundError:
        raise StaleError(
            f"{path}: no baseline of {setup.label} yet; look at its results, then: "
            "summarizer eval --accept"
        ) from None
    except (OSError, ValidationError) as error:
        raise StaleError(f"{path}: is no baseline ({_first_line(error)}); make it anew") from None
    for what, before, now in (
        ("scoring", found.scoring, VERSION),
        ("gold", found.gold, gold),
    ):
        if before != now:
            raise StaleError(
                f"{path}: is of another {what} ({before[:12]}, now {now[:12]}); "
                "look at the results of what is there now, then: summarizer eval --accept"
            )
    scored = tuple(_scored(name, entry) for name, entry in found.documents.items())
    return Baseline(Outcome(setup, scored), found.gold)


def _scored(name: str, entry: _Entry) -> Scored:
    counts = {metric: Tally(*count) for metric, count in entry.counts.items()}
    verdicts = tuple(Verdict(key, words, told) for key, (told, words) in entry.verdicts.items())
    return Scored(Answer(name, None), Score(counts, verdicts=verdicts))


def _text(baseline: Baseline) -> str:
    head = {
        "engine": baseline.outcome.setup.label,
        "scoring": VERSION,
        "gold": baseline.gold,
    }
    lines = [f"  {_json(name)}: {_json(value)}," for name, value in head.items()]
    documents = ",\n".join(_document(one) for one in baseline.outcome.scored)
    return "\n".join(["{", *lines, '  "documents": {', documents, "  }", "}", ""])


def _document(scored: Scored) -> str:
    counts = {
        metric.name: (count.gold, count.told, count.both)
        for metric in HEADLINES
        if isinstance(count := scored.score.counts.get(metric.name), Tally)
    }
    verdicts = ",\n".join(
        f"        {_json(key)}: {_json((one.verdict, one.words))}"
        for key, one in verdicts_by_key([scored]).items()
    )
    return (
        f"    {_json(scored.answer.document)}: {{\n"
        f'      "counts": {_json(counts)},\n'
        f'      "verdicts": {{\n{verdicts}\n      }}\n    }}'
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
