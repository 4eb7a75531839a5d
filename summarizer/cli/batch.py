"""``summarizer batch``."""

import asyncio
import signal
from contextlib import ExitStack
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
    dollars,
    summarizer_of,
)
from summarizer.cli.telling import DONE, FAILED, INTERRUPTED, tell, told

if TYPE_CHECKING:
    from summarizer.batch.engine import Batch, Run
    from summarizer.batch.progress import Progress
    from summarizer.batch.tally import Tally


def batch(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="INPUT…", help="Files, folders, globs, JSONL or Parquet with a text column."
        ),
    ],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="OUT.jsonl", help="One row for each document."),
    ],
    model: Model = "embedded",
    base_url: BaseUrl = None,
    assist: Assist = None,
    rewrite: Rewrite = False,
    audit: Audit = True,
    prompts: PromptsFolder = None,
    prices: PricesFile = None,
    timeout: Timeout = 600.0,
    max_input_tokens: MostInputTokens = None,
    text_field: Annotated[
        str, typer.Option(metavar="NAME", help="Field of JSONL or Parquet that holds the text.")
    ] = "text",
    id_field: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Field that holds the name; else id or name, if any."),
    ] = None,
    unordered: Annotated[
        bool, typer.Option("--unordered", help="Leave rows in the order in which they finished.")
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Try the failed rows of this output, only them.")
    ] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Start over; known answers are still not paid twice.")
    ] = False,
    cache: Annotated[
        bool,
        typer.Option(
            "--cache/--no-cache", help="Take answers that other runs in this folder paid for."
        ),
    ] = True,
    journal: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            dir_okay=False,
            help="Where answers are kept; else .summarizer.sqlite beside the output.",
        ),
    ] = None,
    at_once: Annotated[
        int, typer.Option(metavar="N", min=1, help="Requests in flight, at most.")
    ] = 16,
    rpm: Annotated[
        float | None,
        typer.Option(metavar="N", min=1, help="Requests a minute; else what the server tells."),
    ] = None,
    tpm: Annotated[
        float | None,
        typer.Option(metavar="N", min=1, help="Tokens a minute; else what the server tells."),
    ] = None,
    max_tokens: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Tokens that this output may take in all."),
    ] = None,
    max_cost: Annotated[
        float | None,
        typer.Option(metavar="USD", min=0, help="Dollars that this output may cost in all."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell what it would take; nothing is sent.")
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Worker processes; else one for each core."),
    ] = None,
    deadline: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", min=0.1, help="Longest time for one document in all."),
    ] = None,
    log: Annotated[
        Path | None,
        typer.Option(metavar="FILE", dir_okay=False, help="Append events as lines of JSON."),
    ] = None,
    engine: Annotated[
        Literal["local", "ray"],
        typer.Option(help="ray: many machines, rows as Parquet files in the folder -o."),
    ] = "local",
    ray_address: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="A Ray cluster's; else Ray runs on this machine."),
    ] = None,
    hosted: Annotated[
        Literal["submit", "status", "collect"] | None,
        typer.Option(
            metavar="submit|status|collect",
            help="Ask in files at half the price, answered within a day.",
        ),
    ] = None,
    wait: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS", min=1, help="With --hosted collect: look so often, until all is in."
        ),
    ] = None,
    hosted_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", dir_okay=False, help="Write the questions only, for vllm run-batch."
        ),
    ] = None,
    collect_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", exists=True, dir_okay=False, help="Take in what run-batch answered."
        ),
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Tell nothing but what goes wrong.")
    ] = False,
    debug: Debug = False,
) -> int:
    """Turn many reports into one row each; the same command again goes on where it was stopped."""
    ways = [dry_run, engine == "ray", hosted, hosted_file, collect_file]
    if sum(map(bool, ways)) > 1:
        raise typer.BadParameter(
            "choose one of --dry-run, --engine ray, --hosted, --hosted-file and --collect-file"
        )
    if engine == "ray" and (max_tokens or max_cost is not None):
        raise typer.BadParameter("--max-tokens and --max-cost cannot be held with --engine ray")
    with told(debug=debug):
        from summarizer.batch.engine import Batch

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
        )
        planned = Batch(
            summarize,
            tuple(inputs),
            output,
            text_field=text_field,
            id_field=id_field,
            ordered=not unordered,
            fresh=fresh,
            retry_failed=retry_failed,
            share=cache,
            journal=journal,
            at_once=at_once,
            rpm=rpm,
            tpm=tpm,
            tokens=max_tokens,
            cost_usd=dollars(max_cost),
            workers=workers,
            deadline=deadline,
        )
        if dry_run:
            return _forecast(planned)
        if hosted or hosted_file or collect_file:
            return _hosted(planned, hosted, wait, hosted_file, collect_file)
        if engine == "ray":
            return _on_ray(planned, ray_address, quiet=quiet)
        return _run(planned, log, quiet=quiet)
    return FAILED


def _forecast(planned: "Batch") -> int:
    from summarizer.batch.forecast import forecast

    typer.echo(asyncio.run(forecast(planned)).told())
    return DONE


def _hosted(
    planned: "Batch",
    step: Literal["submit", "status", "collect"] | None,
    wait: float | None,
    out: Path | None,
    results: Path | None,
) -> int:
    from summarizer.batch.hosted import Hosted

    desk = Hosted(planned)
    if out is not None:
        report = asyncio.run(desk.write(out))
    elif results is not None:
        report = asyncio.run(desk.read(results))
    elif step == "collect":
        report = asyncio.run(desk.collect(wait))
    else:
        report = asyncio.run(desk.submit() if step == "submit" else desk.status())
    typer.echo(str(report))
    return FAILED if report.troubles or report.documents.failed else DONE


def _on_ray(planned: "Batch", address: str | None, *, quiet: bool) -> int:
    from summarizer import distributed
    from summarizer.batch.progress import Progress
    from summarizer.batch.tally import Tally

    with Progress(Tally(), quiet=quiet) as progress:
        tally = distributed.run(
            planned.inputs,
            planned.output,
            planned.summarizer,
            name=planned.id_field,
            text=planned.text_field,
            workers=planned.workers,
            at_once=planned.at_once,
            rpm=planned.rpm,
            tpm=planned.tpm,
            address=address,
            retry_failed=planned.retry_failed,
            fresh=planned.fresh,
            progress=progress,
        )
    return _code_of(tally)


def _run(planned: "Batch", log: Path | None, *, quiet: bool) -> int:
    from summarizer.batch.engine import Run
    from summarizer.batch.events import EventLog
    from summarizer.batch.progress import Progress
    from summarizer.batch.tally import Tally

    tally = Tally()
    with ExitStack() as stack:
        events = stack.enter_context(EventLog(log, tell=tell)) if log else None
        progress = stack.enter_context(
            Progress(tally, quiet=quiet, traffic=lambda: run.traffic())  # noqa: PLW0108
        )
        run = Run(planned, progress, events)
        was_stopped = asyncio.run(_until_stopped(run, progress))
    if was_stopped:
        return INTERRUPTED
    return _code_of(tally)


def _code_of(tally: "Tally") -> int:
    return FAILED if tally.failed + tally.failed_before else DONE


async def _until_stopped(run: "Run", progress: "Progress") -> bool:
    """Whether Ctrl-C ended it: the first lets documents in flight finish, the second does not."""
    loop, task = asyncio.get_running_loop(), asyncio.ensure_future(run())
    stopped = 0

    def stop() -> None:
        nonlocal stopped
        stopped += 1
        if stopped == 1:
            progress.tell("finishing what is in flight; again Ctrl-C stops at once")
            run.stop()
        else:
            task.cancel()

    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop)
    try:
        await task
    except asyncio.CancelledError:
        if not stopped:
            raise
    return stopped > 0
