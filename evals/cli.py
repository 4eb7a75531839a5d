"""``evals``: the command line for those who write gold.

Heavy imports stand inside the commands, so that ``--help`` answers at once.
Exit codes: 0 done, 1 gold has errors, 2 it cannot be done, 3 the lock is of something else.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evals.errors import EvalError, StaleError, counted
from evals.telling import told
from summarizer.cli.options import BaseUrl, Debug, Model
from summarizer.cli.telling import FAILED, run, tell

if TYPE_CHECKING:
    from evals.agreement import Agreement, Measure
    from evals.checking import Examined
    from evals.scoring.score import Score

_SHARED = ("items", "figures", "figures_strict", "directive_text")

app = typer.Typer(
    help="Gold for evaluations: reports with what a correct summary of them holds.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # the rich help costs more than the rest of the start
    context_settings={"help_option_names": ["-h", "--help"]},
)
gold = typer.Typer(help="Check, begin and compare gold files.", rich_markup_mode=None)
app.add_typer(gold, name="gold")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    return run(app, "evals", arguments)


@gold.command()
def check(
    places: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[PLACE]...",
            help="Gold files, or folders with all below them.  [default: this folder]",
        ),
    ] = None,
    lock: Annotated[
        bool,
        typer.Option("--lock", help="If there is no error, lay down where all was found."),
    ] = False,
    debug: Debug = False,
) -> None:
    """Name every defect of gold, with its line and what to do."""
    with told(debug=debug):
        from evals.checking import doubled, examine

        examined = {place: examine(place) for place in places or [_here()]}
        defects = [defect for found in examined.values() for defect in found.defects]
        defects += doubled([gold for found in examined.values() for gold in found.golds])
        for defect in defects:
            typer.echo(str(defect))
        files = sum(found.files for found in examined.values())
        errors = sum(defect.severity == "error" for defect in defects)
        warnings = len(defects) - errors
        faults = f"{counted(errors, 'error')}, {counted(warnings, 'warning')}"
        typer.echo(f"{counted(files, 'gold file')}: {faults}")
        if errors:
            raise typer.Exit(FAILED)
        for place, found in examined.items():
            (_lock if lock else _compare)(place, found)


@gold.command()
def new(
    document: Annotated[Path, typer.Argument(metavar="DOC", help="A report as text.")],
    model: Model = "embedded",
    base_url: BaseUrl = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Gold file, in the folder of DOC."),
    ] = None,
    debug: Debug = False,
) -> None:
    """Begin the gold file of a report: a draft to correct, made by an engine."""
    with told(debug=debug):
        from evals.beginning import begin
        from summarizer import Summarizer

        path = output or document.with_suffix(".yaml")
        sidecar = path.with_suffix(".toml")
        if path.parent.resolve() != document.parent.resolve() or path.suffix != ".yaml":
            raise EvalError(f"{path}: gold is a .yaml file beside its source {document}")
        for taken in (path, sidecar):
            if taken.exists():
                raise EvalError(f"{taken} is there already; delete it or name another with -o")
        draft = begin(document, Summarizer(model, base_url=base_url))
        path.write_text(draft.gold, encoding="utf-8", newline="\n")
        sidecar.write_text(draft.sidecar, encoding="utf-8", newline="\n")
        tell(f"wrote {path} and {sidecar}; correct them, then: evals gold check {path}")


@gold.command()
def agree(
    one: Annotated[Path, typer.Argument(metavar="A", help="Gold of one annotator.")],
    other: Annotated[Path, typer.Argument(metavar="B", help="Gold of another.")],
    differences: Annotated[
        bool, typer.Option("--differences", help="Name what B has otherwise than A, too.")
    ] = False,
    debug: Debug = False,
) -> None:
    """Tell how far two annotators of the same reports agree."""
    with told(debug=debug):
        from evals import agreement
        from evals.gold import read_all

        found = agreement.agree(read_all([one]), read_all([other]))
        for line in _agreement(found):
            typer.echo(line)
        for name, score in found.scores.items() if differences else ():
            for line in _differences(name, score):
                typer.echo(line)
        if found.alone:
            tell(f"annotated by one of them only: {', '.join(found.alone)}")


def _here() -> Path:
    """The folder one stands in, if gold lies in it."""
    from evals.gold import holds_gold

    if not holds_gold(Path()):
        raise EvalError("no gold in this folder; name a folder: evals gold check FOLDER")
    return Path()


def _lock(place: Path, found: "Examined") -> None:
    from evals.lock import write_lock

    typer.echo(f"wrote {write_lock(place, found.golds)}")


def _compare(place: Path, found: "Examined") -> None:
    from evals.lock import stale
    from evals.locked import lock_file

    if not lock_file(place).exists():
        tell(f"{place}: not locked; lay down its places with: evals gold check {place} --lock")
        return
    changes = stale(place, found.golds)
    for change in changes:
        typer.echo(change)
    if changes:
        many = counted(len(changes), "change")
        raise StaleError(
            f"{lock_file(place)}: {many} since it was written; "
            f"review, then: evals gold check {place} --lock"
        )


def _agreement(found: "Agreement") -> Iterator[str]:
    width = max(len(measure.title) for measure in found.measures)
    for measure in found.measures:
        yield f"{measure.title:{width}}  {_value(measure.value)}  {_verdict(measure)}".rstrip()
    yield ""
    width = max(len(name) for name in ("document", *found.scores))
    yield f"{'document':{width}}  items  figures  strict  directive text"
    for name, score in found.scores.items():
        items, figures, strict, text = (_f1(score, metric) for metric in _SHARED)
        yield f"{name:{width}}  {items:>5}  {figures:>7}  {strict:>6}  {text:>14}"


def _verdict(measure: "Measure") -> str:
    if measure.target is None:
        return ""
    verdict = {True: "ok", False: "below", None: "not defined"}[measure.is_reached]
    return f"target {measure.target:.2f}  {verdict}"


def _differences(name: str, score: "Score") -> Iterator[str]:
    for verdict in score.verdicts:
        if not verdict.is_right:
            yield f"{name}: {verdict.key}: {verdict.words}: {verdict.verdict}"


def _f1(score: "Score", metric: str) -> str:
    count = score.counts.get(metric)
    return _value(None if count is None else count.value)


def _value(value: float | None) -> str:
    return "    –" if value is None else f"{value:.3f}"
