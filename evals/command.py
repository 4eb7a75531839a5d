"""``summarizer eval``: gold in, scores, comparison and gate out.

The command is an entry point (``summarizer.commands``), as evals stand above the summarizer.
Exit codes: 0 done; 1 the gate fell; 2 it cannot be done; 3 a lock, recording or baseline is missing
or of something else. Whatever can be looked at without asking a model is looked at first.
"""

import asyncio
import sys
import time
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from evals.telling import told
from summarizer.cli.options import BaseUrl, Debug, PricesFile, Timeout
from summarizer.cli.telling import DONE, FAILED, deliver, tell

if TYPE_CHECKING:
    from evals.gold import GoldFile
    from evals.recordings import Recordings
    from evals.results import Answer, Outcome, Results, Setup

_HOME = Path(__file__).parent
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
        typer.Option(
            metavar="DIR", help="Where baselines lie; left out: in the gold's own folder."
        ),
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
    if not all(name.strip() for name in model or []):
        raise typer.BadParameter("--model needs a name; is a variable empty?")
    if gate and accept:
        raise typer.BadParameter("--gate holds to the baseline that --accept rewrites; take one")
    with told(debug=debug):
        import evals.reports  # noqa: F401 - what is not installed is told before anybody is asked
        from evals.baselines import baselines_folder
        from evals.checks import check_files, check_folder
        from evals.engines import engine
        from evals.gatekeeper import Gatekeeper, tell_outages
        from evals.gold import read_all
        from evals.runs import evaluate as run

        places = gold or [_HOME / "fixtures"]
        golds = read_all(places)
        if selftest:
            raise typer.Exit(_selftest(golds))
        setups = _setups(model or ["embedded"], prompts or [], floor=floor)
        folder = baselines or baselines_folder(places[0], _HOME)
        check_files(files)
        if recordings is not None and not offline:
            check_folder(recordings)
        people = _people(golds, second)
        keeper = Gatekeeper(golds, places, folder)
        progress = _Progress()
        before = keeper.check(setups, gate=gate, accept=accept)
        found = run(
            golds,
            setups,
            repeat=repeat,
            at_once=at_once,
            recordings=_recordings(recordings, offline=offline),
            keep=keep,
            progress=progress,
            warn=progress.warn,
            engines=partial(engine, base_url=base_url, prices=prices, timeout=timeout),
        )
        results = _ended(found, progress, keep or recordings, people)
        _report(results, form, files)
        if accept:
            keeper.accept(results)
        elif gate:
            raise typer.Exit(keeper.judge(results, before))
        else:
            tell_outages(results)


def _setups(models: Iterable[str], prompts: Sequence[Path], *, floor: bool) -> "list[Setup]":
    """Every model as it is and with each folder of templates; the embedded engine has none."""
    from evals.results import FLOOR, Setup

    folders = {folder.resolve(): folder for folder in reversed(prompts)}
    ways: list[Path | None] = [None, *reversed(folders.values())]
    found = [
        Setup(name, folder)
        for name in dict.fromkeys(models)
        for folder in (ways if name not in (Setup().model, FLOOR) else ways[:1])
    ]
    if prompts and all(setup.prompts is None for setup in found):
        tell("--prompts is of no use here: templates are for models, and none is named")
    return list(dict.fromkeys([*found, Setup(FLOOR)] if floor else found))


def _recordings(folder: Path | None, *, offline: bool) -> "Recordings | None":
    from evals.recordings import Recordings

    return None if folder is None else Recordings(folder, "replay" if offline else "record")


def _people(golds: "Sequence[GoldFile]", second: Path | None) -> "Outcome | None":
    """What a second annotator scores, if there is one."""
    from evals.agreement import ceiling
    from evals.gold import read_all

    return None if second is None else ceiling(golds, read_all([second]))


def _ended(
    found: "Coroutine[Any, Any, Results]",
    progress: "_Progress",
    kept: Path | None,
    people: "Outcome | None",
) -> "Results":
    """The results of a run, and beside them what people score."""
    from evals.kept import answers_kept

    try:
        results = asyncio.run(found)
    except KeyboardInterrupt:
        if kept is not None:
            many = answers_kept(kept) or "finished"
            progress.warn(f"{many} answers are kept in {kept}; the same command goes on")
        raise
    finally:
        progress.end()
    return replace(results, outcomes=(*results.outcomes, *([people] if people else [])))


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


class _Progress:
    """Tells how far a run is: one line that is written over on a terminal, else now and then."""

    def __init__(self) -> None:
        self._next = time.monotonic() + _SECONDS
        self._is_live = sys.stderr.isatty()

    def __call__(self, done: int, of: int, answer: "Answer") -> None:
        if self._is_live:
            self._write(f"{done} of {of}: {answer.document}")
        elif time.monotonic() >= self._next:
            self._next = time.monotonic() + _SECONDS
            tell(f"{done} of {of} answered")

    def warn(self, message: str) -> None:
        """Tell something else on a line of its own."""
        self.end()
        tell(message)

    def end(self) -> None:
        """Clear the line for what is told next."""
        if self._is_live:
            self._write("")

    def _write(self, line: str) -> None:
        print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)
