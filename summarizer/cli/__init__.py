"""The command line: a thin door over the Python one.

Heavy imports stand inside the commands, so that ``--help`` answers at once.
Results go to standard output, everything else to standard error.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from summarizer.cli.batch import batch
from summarizer.cli.export import export
from summarizer.cli.run import run, schema
from summarizer.cli.telling import run as run_app

if TYPE_CHECKING:
    from importlib.metadata import EntryPoints

COMMANDS = "summarizer.commands"
"""The group of entry points that add commands: functions as typer takes them, by their name."""


class _Commands(TyperGroup):
    """Our commands, and those that other rooms add, loaded when they are named."""

    @cached_property
    def _added(self) -> "EntryPoints":
        from importlib.metadata import entry_points

        return entry_points(group=COMMANDS)

    def list_commands(self, ctx: Any) -> list[str]:
        """All commands, ours first."""
        own = super().list_commands(ctx)
        return [*own, *(name for name in sorted(self._added.names) if name not in own)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A command by its name; None if there is none."""
        own = super().get_command(ctx, cmd_name)
        if own is not None or cmd_name not in self._added.names:
            return own
        alone = typer.Typer(add_completion=False, rich_markup_mode=None)
        alone.command(cmd_name)(self._added[cmd_name].load())
        return typer.main.get_command(alone)


app = typer.Typer(
    cls=_Commands,
    help="Vietnamese local-government reports in, checked lists with figures and quotes out.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # the rich help costs more than the rest of the start
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    return run_app(app, "summarizer", arguments)


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


app.command()(run)
app.command()(batch)
app.command()(export)
app.command()(schema)
