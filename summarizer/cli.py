"""The command line: a thin door over the Python one.

Heavy imports stand inside the commands, so that ``--help`` answers at once.
Results go to standard output, everything else to standard error.
"""

import json
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer import TyperException

from summarizer.errors import DocumentError, SummarizerError, TaskError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from schemas import Summary
    from summarizer import Document, Summarizer

DONE, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130
Format = Literal["auto", "text", "json"]

app = typer.Typer(
    help="Vietnamese local-government reports in, checked lists with figures and quotes out.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # the rich help costs more than the rest of the start
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    _speak_utf8()
    try:
        code = app(arguments, prog_name="summarizer", standalone_mode=False)
    except TyperException as error:
        _tell(f"{error.format_message()} ({_help_of(error)})")
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    return int(code or DONE)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            typer.echo(f"summarizer {version('structured-summarizer')}")
        except PackageNotFoundError:
            typer.echo("summarizer, run from its sources")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    pass


@app.command()
def run(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A report as text; - for standard input.")
    ],
    form: Annotated[
        Format,
        typer.Option(
            "--format",
            help="text is the readable view, json the data; auto: text on a terminal, else json.",
        ),
    ] = "auto",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write to this file instead."),
    ] = None,
    model: Annotated[
        str,
        typer.Option(
            envvar="SUMMARIZER_MODEL",
            metavar="NAME",
            help="Who reads: embedded needs no network and no key; any other name is a model's.",
        ),
    ] = "embedded",
    base_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Server of the model, OpenAI-compatible; else OPENAI_BASE_URL, else OpenAI.",
        ),
    ] = None,
    assist: Annotated[
        bool | None,
        typer.Option(
            "--assist/--no-assist",
            help="Show the model the embedded engine's proposals; left out: if it is a small one.",
            show_default=False,
        ),
    ] = None,
    rewrite: Annotated[
        bool,
        typer.Option(
            "--rewrite",
            help="Let the model reword each item; refused where it departs from the source.",
        ),
    ] = False,
    audit: Annotated[
        bool,
        typer.Option(
            "--audit/--no-audit",
            help="Ask at most twice more, about broken items and doubtful clauses.",
        ),
    ] = True,
    prompts: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            exists=True,
            file_okay=False,
            help="Templates to take before the built-in ones (see docs/prompts.md).",
        ),
    ] = None,
    prices: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="Prices of models, TOML, before the built-in ones (see docs/models.md).",
        ),
    ] = None,
    timeout: Annotated[
        float,
        typer.Option(
            metavar="SECONDS",
            min=0.1,
            help="Longest wait for one question, with all its repetitions.",
        ),
    ] = 600.0,
    max_input_tokens: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            help="Refuse, before anything is sent, a document that needs more.",
        ),
    ] = None,
    max_cost: Annotated[
        float | None,
        typer.Option(
            metavar="USD",
            min=0,
            help="Refuse, before anything is sent, a document that costs more.",
        ),
    ] = None,
    quotes: Annotated[
        bool, typer.Option("--quotes", help="Show the source's own words in the readable view.")
    ] = False,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain", help="Tell why the embedded engine put each clause where it did, instead."
        ),
    ] = False,
    show_text: Annotated[
        bool,
        typer.Option("--show-text", help="Print the text that offsets count in, instead."),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback when something goes wrong.")
    ] = False,
) -> None:
    """Turn one report into its summary."""
    if explain and show_text:
        raise typer.BadParameter("choose one of --explain and --show-text")
    with _told(debug=debug):
        summarize = _summarizer(
            model,
            base_url=base_url,
            assist={None: "auto", True: "on", False: "off"}[assist],
            rewrite=rewrite,
            audit=audit,
            prompts=prompts,
            prices=prices,
            timeout=timeout,
            most_tokens=max_input_tokens,
            most_cost=max_cost,
        )
        document = _read(file)
        as_json = _wants_json(form, output)
        if show_text:
            _deliver(document.text, output)
        elif explain:
            _deliver(_explanation(document, as_json=as_json), output)
        else:
            _deliver(_shown(summarize(document), as_json=as_json, quotes=quotes), output)


@app.command()
def schema() -> None:
    """Print the JSON Schema of a summary."""
    with _told(debug=False):
        from schemas import Summary

        shape = Summary.model_json_schema(mode="serialization")
        _deliver(json.dumps(shape, ensure_ascii=False, indent=2) + "\n", None)


def _summarizer(
    model: str,
    *,
    most_tokens: int | None,
    most_cost: float | None,
    **settings: Any,
) -> "Summarizer":
    from decimal import Decimal

    from summarizer import Limits, Summarizer

    cost = None if most_cost is None else Decimal(str(most_cost))
    return Summarizer(model, limits=Limits(most_tokens, cost), **settings)


def _read(file: str) -> "Document":
    from summarizer import Document

    if file == "-":
        if sys.stdin.isatty():
            _tell("reading from the terminal; end with Ctrl-D")
        return Document.decode(sys.stdin.buffer.read(), None)
    return Document.read(Path(file))


def _wants_json(form: Format, output: Path | None) -> bool:
    if form == "auto":
        return output is not None or not sys.stdout.isatty()
    return form == "json"


def _shown(summary: "Summary", *, as_json: bool, quotes: bool) -> "str | RenderableType":
    if as_json:
        return summary.model_dump_json(indent=2) + "\n"
    from summarizer.view import SummaryView

    return SummaryView(summary, quotes=quotes)


def _explanation(document: "Document", *, as_json: bool) -> "str | RenderableType":
    from summarizer import explain

    decisions = explain(document)
    if as_json:
        from dataclasses import asdict

        return json.dumps([asdict(d) for d in decisions], ensure_ascii=False, indent=2) + "\n"
    from summarizer.view import DecisionsView

    return DecisionsView(decisions)


def _deliver(result: "str | RenderableType", output: Path | None) -> None:
    """Text goes out as it is; a view is drawn for its reader: the terminal, or a plain file."""
    if output is not None:
        if not isinstance(result, str):
            from summarizer.view import plain

            result = plain(result)
        _write(output, result)
    elif isinstance(result, str):
        sys.stdout.write(result)
    else:
        from summarizer.view import show

        show(result)


def _write(output: Path, text: str) -> None:
    """Replace the file only once all of it is written; pipes and devices are written into."""
    target = output.resolve()
    regular = target.is_file() or not target.exists()
    place = target.with_name(f".{target.name}.{os.getpid()}") if regular else target
    try:
        place.write_text(text, encoding="utf-8", newline="")
        if regular:
            place.replace(target)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(output)) from error
    finally:
        if regular:
            place.unlink(missing_ok=True)


@contextmanager
def _told(*, debug: bool) -> Iterator[None]:
    """Turn what goes wrong into one line on standard error and an exit code."""
    try:
        yield
        sys.stdout.flush()
    except (typer.Exit, TyperException):
        raise
    except BrokenPipeError:
        _drop_output()
        raise typer.Exit(DONE) from None
    except (DocumentError, TaskError) as error:
        _fail(str(error), USAGE, debug=debug)
    except SummarizerError as error:
        _fail(str(error), FAILED, debug=debug)
    except OSError as error:
        if error.filename is None:
            _drop_output()
        name = error.filename or "standard output"
        _fail(
            f"{name}: {error.strerror or error}; check path, rights and space", USAGE, debug=debug
        )
    except Exception as error:
        _fail(
            f"{type(error).__name__}: {error}; this is a defect of summarizer: "
            "run again with --debug and report what it prints",
            FAILED,
            debug=debug,
        )


def _fail(message: str, code: int, *, debug: bool) -> None:
    if debug:
        traceback.print_exc()
    _tell(message)
    raise typer.Exit(code)


def _tell(message: str) -> None:
    print("summarizer:", " ".join(message.split()), file=sys.stderr)


def _help_of(error: TyperException) -> str:
    context = getattr(error, "ctx", None)
    return f"see {context.command_path if context else 'summarizer'} --help"


def _speak_utf8() -> None:
    """Reports are Vietnamese whatever the locale says, and offsets count their own line breaks."""
    for stream, errors in ((sys.stdout, "strict"), (sys.stderr, "backslashreplace")):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors=errors, newline="\n")


def _drop_output() -> None:
    """Nobody takes what is still to be written; keep the interpreter from trying at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
