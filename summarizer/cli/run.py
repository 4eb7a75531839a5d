"""``summarizer run`` and ``summarizer schema``."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from summarizer.cli.options import (
    Assist,
    Audit,
    BaseUrl,
    Debug,
    Model,
    MostInputTokens,
    PricesFile,
    PromptsFolder,
    Rewrite,
    Timeout,
    summarizer_of,
)
from summarizer.cli.telling import deliver, tell, told

if TYPE_CHECKING:
    from rich.console import RenderableType

    from schemas import Summary
    from summarizer import Document

Format = Literal["auto", "text", "json"]


def run(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="A report: text, HTML, PDF or Word; - for standard input."
        ),
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
    model: Model = "embedded",
    base_url: BaseUrl = None,
    assist: Assist = None,
    rewrite: Rewrite = False,
    audit: Audit = True,
    prompts: PromptsFolder = None,
    prices: PricesFile = None,
    timeout: Timeout = 600.0,
    max_input_tokens: MostInputTokens = None,
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
    debug: Debug = False,
) -> None:
    """Turn one report into its summary."""
    if explain and show_text:
        raise typer.BadParameter("choose one of --explain and --show-text")
    with told(debug=debug):
        summarize = summarizer_of(
            model,
            base_url=base_url,
            assist=assist,
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
            deliver(document.text, output)
        elif explain:
            deliver(_explanation(document, as_json=as_json), output)
        else:
            deliver(_shown(summarize(document), as_json=as_json, quotes=quotes), output)


def schema() -> None:
    """Print the JSON Schema of a summary."""
    with told(debug=False):
        from schemas import Summary

        shape = Summary.model_json_schema(mode="serialization")
        deliver(json.dumps(shape, ensure_ascii=False, indent=2) + "\n", None)


def _read(file: str) -> "Document":
    from summarizer import Document

    if file == "-":
        if sys.stdin.isatty():
            tell("reading from the terminal; end with Ctrl-D")
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
