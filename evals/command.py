"""``summarizer eval``: gold in, scores, comparison and gate out.

The command is an entry point (``summarizer.commands``), as evals stand above the summarizer.
Exit codes: 0 done; 1 the gate fell; 2 nothing could be evaluated; 3 a lock, recording or baseline
is missing or of something else.
"""

import asyncio
import sys
import time
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from evals.telling import told
from summarizer.cli.options import BaseUrl, Debug, PricesFile, Timeout
from summarizer.cli.telling import DONE, FAILED, deliver, tell

if TYPE_CHECKING:
    from evals.gate import Gate
    from evals.gold import GoldFile
    from evals.recordings import Recordings
    from evals.results import Answer, Outcome, Results, Setup

_HOME = Path(__file__).parent
_SHOWN = 20  # changes that are named at once
_SECONDS = 5.0  # between two lines of progress where nobody looks at a terminal
_FORMS = {".html": "html", ".json": "json", ".md": "markdown", ".xml": "junit"}

Form = Literal["text", "json", "markdown"]


def evaluate(
    gold: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[GOLD_DIR]...",
            help="Gold files or folders of them; left out: the fixtures that come with us.",
        ),
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Who reads; several are compared with the first."),
    ] = None,
    prompts: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR",
            exists=True,
            file_okay=False,
            help="Templates to take before ours; each model is asked with and without them.",
        ),
    ] = None,
    repeat: Annotated[int, typer.Option(metavar="N", min=1, help="Ask so many times.")] = 1,
    at_once: Annotated[int, typer.Option(metavar="N", min=1, help="Documents at a time.")] = 8,
    base_url: BaseUrl = None,
    prices: PricesFile = None,
    timeout: Timeout = 600.0,
    recordings: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Replay answers of models from there; keep new ones."),
    ] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask no model: answers are replayed, or it ends.")
    ] = False,
    keep: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Keep each answer there, and go on where it was."),
    ] = None,
    second: Annotated[
        Path | None,
        typer.Option(metavar="GOLD_DIR", help="Gold of a second annotator: the human ceiling."),
    ] = None,
    floor: Annotated[
        bool, typer.Option("--floor/--no-floor", help="Show what no understanding scores.")
    ] = True,
    form: Annotated[Form, typer.Option("--format", help="What is printed.")] = "text",
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write a report too: .html, .json, .md, or .xml for JUnit; several may be named.",
        ),
    ] = None,
    gate: Annotated[
        bool, typer.Option("--gate", help="Exit 1 if anything is worse than in the baseline.")
    ] = False,
    accept: Annotated[
        bool, typer.Option("--accept", help="Make these results the baseline.")
    ] = False,
    baselines: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where baselines lie; left out: beside the gold."),
    ] = None,
    selftest: Annotated[
        bool,
        typer.Option("--selftest", help="Test the scorer instead: does it see known corruptions?"),
    ] = False,
    debug: Debug = False,
) -> None:
    """Score summaries against gold, compare engines, and see whether anything got worse."""
    files = output or []
    for file in files:
        if file.suffix not in _FORMS:
            raise typer.BadParameter(f"{file}: end its name in one of {', '.join(_FORMS)}")
    if offline and recordings is None:
        raise typer.BadParameter("--offline needs --recordings DIR to replay from")
    with told(debug=debug):
        from evals.engines import engine
        from evals.gold import read_all
        from evals.runs import evaluate as run

        places = gold or [_HOME / "fixtures"]
        golds = read_all(places)
        if selftest:
            raise typer.Exit(_selftest(golds))
        setups = _setups(model or ["embedded"], prompts or [], floor=floor)
        found = run(
            golds,
            setups,
            repeat=repeat,
            at_once=at_once,
            recordings=_recordings(recordings, offline=offline),
            keep=keep,
            progress=_Progress(),
            engines=partial(engine, base_url=base_url, prices=prices, timeout=timeout),
        )
        results = _with_ceiling(asyncio.run(found), second)
        _report(results, form, files)
        if gate or accept:
            folder = baselines or places[0].resolve().parent / "baselines"
            raise typer.Exit(_gated(results, places, folder, accept=accept))


def _setups(models: Iterable[str], prompts: Sequence[Path], *, floor: bool) -> "list[Setup]":
    """Every model as it is and with each folder of templates; the embedded engine has none."""
    from evals.results import FLOOR, Setup

    ways: list[Path | None] = [None, *prompts]
    found = [
        Setup(name, folder)
        for name in dict.fromkeys(models)
        for folder in (ways if name != Setup().model else ways[:1])
    ]
    return [*found, Setup(FLOOR)] if floor else found


def _recordings(folder: Path | None, *, offline: bool) -> "Recordings | None":
    from evals.recordings import Recordings

    return None if folder is None else Recordings(folder, "replay" if offline else "record")


def _with_ceiling(results: "Results", second: Path | None) -> "Results":
    """The results with what a second annotator scores, where there is one."""
    from dataclasses import replace

    from evals.agreement import ceiling
    from evals.gold import read_all

    if second is None:
        return results
    people = ceiling(results.golds, read_all([second]))
    return replace(results, outcomes=(*results.outcomes, people))


def _report(results: "Results", form: Form, files: Iterable[Path]) -> None:
    from evals.reports import FORMS, Overview, terminal

    overview = Overview(results)
    deliver(terminal.view(overview) if form == "text" else FORMS[form](overview), None)
    for file in files:
        deliver(FORMS[_FORMS[file.suffix]](overview), file)


def _selftest(golds: "Sequence[GoldFile]") -> int:
    from evals.selftest import matrix, show, telling

    found = matrix(telling(golds))
    deliver(show(found), None)
    for fault in found.faults():
        tell(fault)
    return FAILED if found.faults() else DONE


# --- The gate -------------------------------------------------------------------------------------


def _gated(results: "Results", places: Sequence[Path], folder: Path, *, accept: bool) -> int:
    from evals.gate import Gate, invariants
    from evals.lock import digest
    from evals.results import BOUNDS

    _refuse_stale(results.golds, places)
    engines = [outcome for outcome in results.outcomes if outcome.setup.model not in BOUNDS]
    gold = digest(results.golds)
    if accept:
        _accept(engines, gold, folder)
        return DONE
    found = [Gate(tuple(invariants(results)))]
    found += [_compared(outcome, gold, folder) for outcome in engines]
    return _told(found)


def _refuse_stale(golds: "Sequence[GoldFile]", places: Iterable[Path]) -> None:
    from evals.errors import StaleError
    from evals.lock import lock_file, stale

    for place in places:
        if lock_file(place).exists():
            below = [gold for gold in golds if gold.path.is_relative_to(place)]
            changes = stale(place, below)
            if changes:
                raise StaleError(f"{changes[0]} ({len(changes)} in all); see evals gold check")


def _accept(engines: "Iterable[Outcome]", gold: str, folder: Path) -> None:
    from evals.baselines import Baseline, baseline_file, write_baseline

    for outcome in engines:
        path = baseline_file(folder, outcome.setup)
        write_baseline(path, Baseline.of(outcome, gold))
        tell(f"{path}: the baseline of {outcome.setup.label}; review its difference")


def _compared(outcome: "Outcome", gold: str, folder: Path) -> "Gate":
    """An engine without chance against the ratchet, a model against its interval."""
    from evals.baselines import baseline_file, read_baseline
    from evals.comparison import compare, regressed
    from evals.gate import Gate, ratchet
    from evals.results import Setup

    before = read_baseline(baseline_file(folder, outcome.setup), outcome.setup, gold)
    if outcome.setup == Setup():
        return ratchet(before, outcome)
    ruling = regressed(compare(before.outcome, outcome))
    reasons = tuple(f"{outcome.setup.label}: {reason}" for reason in ruling.reasons)
    return Gate(reasons) if ruling.state == "fail" else Gate(warnings=reasons)


def _told(gates: "Sequence[Gate]") -> int:
    from evals.gate import named

    faults = [fault for gate in gates for fault in gate.faults]
    better = [f"better: {named(change)}" for gate in gates for change in gate.better]
    for warning in (warning for gate in gates for warning in gate.warnings):
        tell(f"gate: {warning}")
    for line in (*faults[:_SHOWN], *better[:_SHOWN]):
        tell(f"gate: {line}")
    if better:
        tell(f"gate: {len(better)} better than the baseline; keep it so: summarizer eval --accept")
    tell(f"gate: fallen, {len(faults)} worse" if faults else "gate: open, nothing is worse")
    return FAILED if faults else DONE


class _Progress:
    """Tells how far a run is: one line that is written over on a terminal, else now and then."""

    def __init__(self) -> None:
        self._next = time.monotonic() + _SECONDS
        self._is_live = sys.stderr.isatty()

    def __call__(self, done: int, of: int, answer: "Answer") -> None:
        if self._is_live:
            end = "\r\x1b[K" if done == of else ""
            print(
                f"\r\x1b[K{done} of {of}: {answer.document}{end}",
                end="",
                file=sys.stderr,
                flush=True,
            )
        elif time.monotonic() >= self._next:
            self._next = time.monotonic() + _SECONDS
            tell(f"{done} of {of} answered")
