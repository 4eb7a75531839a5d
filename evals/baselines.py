"""Baselines: what an engine got right when somebody last looked, as files to review.

One JSON file an engine, one line a verdict, so that ``summarizer eval --accept`` shows as a
readable diff. A baseline belongs to its engine, its gold and its way of scoring; of others it says
nothing.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as validated

from evals.errors import EvalError, StaleError
from evals.metrics import HEADLINES
from evals.results import Answer, Outcome, Scored, Setup, verdicts_by_key
from evals.scoring.counts import Tally
from evals.scoring.score import VERSION, Score, Verdict
from summarizer.replacing import replacing

_ANEW = "look at the results, then accept them: the same command with --accept"


@validated(frozen=True)
class _Entry:
    """An answer: its headline counts as (gold, told, both), and verdicts with their words."""

    counts: Mapping[str, tuple[int, int, int]]
    verdicts: Mapping[str, tuple[str, str]]


@validated(frozen=True)
class _File:
    """Who was evaluated against what, and each document's answers in the order of repeats."""

    engine: str
    scoring: str
    gold: str
    documents: Mapping[str, tuple[_Entry, ...]]


_FILE = TypeAdapter(_File)


@dataclass(frozen=True)
class Baseline:
    """What one engine got right and wrong, by document; ``gold`` is the digest of its gold."""

    outcome: Outcome
    gold: str


def baseline_file(folder: Path, setup: Setup) -> Path:
    """Where the baseline of an engine lies."""
    return folder / f"{setup.slug}.json"


def baselines_folder(place: Path, home: Path) -> Path:
    """Where the baselines of gold lie: in its folder, so that each folder has its own.

    Those of the fixtures that come with us lie beside them, in ``home``.
    """
    if place.resolve() == (home / "fixtures").resolve():
        return home / "baselines"
    return (place if place.is_dir() else place.parent) / "baselines"


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Write a baseline so that one verdict is one line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as draft:
        draft.write_text(_text(baseline), encoding="utf-8", newline="\n")


def read_baseline(path: Path, setup: Setup, gold: str) -> Baseline:
    """Read the baseline of a setup; ``StaleError`` if there is none or it is of something else."""
    if not path.exists():
        raise StaleError(f"{path}: no baseline of {setup.label} yet; {_ANEW}")
    found = _read(path)
    if found.engine != setup.label:
        raise StaleError(_of_another(path, found, setup))
    for what, before, now in (
        ("scoring", found.scoring, VERSION),
        ("gold", found.gold[:12], gold[:12]),
    ):
        if before != now:
            raise StaleError(f"{path}: is of another {what} ({before}, now {now}); {_ANEW}")
    scored = tuple(
        _scored(name, repeat, entry)
        for name, entries in found.documents.items()
        for repeat, entry in enumerate(entries)
    )
    return Baseline(Outcome(setup, scored), found.gold)


def refuse_other_engine(path: Path, setup: Setup) -> None:
    """Raise ``EvalError`` if the baseline of another engine would be written over."""
    found = _readable(path)
    if found is not None and found.engine != setup.label:
        raise EvalError(_of_another(path, found, setup))


def _of_another(path: Path, found: _File, setup: Setup) -> str:
    told = f"is the baseline of {found.engine}, not of {setup.label}"
    return f"{path}: {told}; delete it, or name another folder with --baselines"


def is_of_other_gold(path: Path, gold: str) -> bool:
    """Whether a baseline is there, and of other gold than now."""
    found = _readable(path)
    return found is not None and found.gold != gold


def _readable(path: Path) -> _File | None:
    try:
        return _read(path) if path.exists() else None
    except StaleError:
        return None


def _read(path: Path) -> _File:
    """What a file holds; ``StaleError`` with the line or key of what is wrong."""
    try:
        return _FILE.validate_python(json.loads(path.read_bytes()))
    except OSError as error:
        raise EvalError(f"{path}: cannot be read ({error.strerror})") from None
    except json.JSONDecodeError as error:
        place, reason = f"{path}:{error.lineno}", f"no JSON, {error.msg}"
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place, reason = f"{path}: {'.'.join(map(str, first['loc']))}", first["msg"]
    except UnicodeDecodeError:
        place, reason = str(path), "no UTF-8 text"
    raise StaleError(f"{place}: is no baseline ({reason}); {_ANEW}")


def _scored(name: str, repeat: int, entry: _Entry) -> Scored:
    counts = {metric: Tally(*count) for metric, count in entry.counts.items()}
    verdicts = tuple(Verdict(key, words, told) for key, (told, words) in entry.verdicts.items())
    return Scored(Answer(name, None, repeat), Score(counts, verdicts=verdicts))


def _text(baseline: Baseline) -> str:
    head = {
        "engine": baseline.outcome.setup.label,
        "scoring": VERSION,
        "gold": baseline.gold,
    }
    lines = [f"  {_json(name)}: {_json(value)}," for name, value in head.items()]
    documents = ",\n".join(
        f"    {_json(name)}: [{', '.join(map(_entry, several))}]"
        for name, several in baseline.outcome.by_document.items()
    )
    return "\n".join(["{", *lines, '  "documents": {', documents, "  }", "}", ""])


def _entry(scored: Scored) -> str:
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
        f'{{\n      "counts": {_json(counts)},\n      "verdicts": {{\n{verdicts}\n      }}\n    }}'
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
