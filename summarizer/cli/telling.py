"""What a command tells: results on standard output, one line on standard error when it fails."""

import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from typer import TyperException

from summarizer.errors import DocumentError, SummarizerError, TaskError
from summarizer.replacing import replacing

if TYPE_CHECKING:
    from rich.console import RenderableType

DONE, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130


def run(app: typer.Typer, program: str, arguments: Sequence[str] | None) -> int:
    """Run a command line and return its exit code."""
    speak_utf8()
    try:
        code = app(arguments, prog_name=program, standalone_mode=False)
    except TyperException as error:
        context = getattr(error, "ctx", None)
        tell(
            f"{error.format_message()} (see {context.command_path if context else program} --help)"
        )
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    return int(code or DONE)


@contextmanager
def told(*, debug: bool) -> Iterator[None]:
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


def tell(message: str) -> None:
    """Say something beside the results, on one line."""
    print("summarizer:", " ".join(message.split()), file=sys.stderr)


def deliver(result: "str | RenderableType", output: Path | None) -> None:
    """Text goes out as it is; a view is drawn for its reader: the terminal, or a plain file."""
    if output is not None:
        if not isinstance(result, str):
            from summarizer.view import plain

            result = plain(result)
        with replacing(output) as draft:
            draft.write_text(result, encoding="utf-8", newline="")
    elif isinstance(result, str):
        sys.stdout.write(result)
    else:
        from summarizer.view import show

        show(result)


def speak_utf8() -> None:
    """Reports are Vietnamese whatever the locale says, and offsets count their own line breaks."""
    for stream, errors in ((sys.stdout, "strict"), (sys.stderr, "backslashreplace")):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors=errors, newline="\n")


def _fail(message: str, code: int, *, debug: bool) -> None:
    if debug:
        traceback.print_exc()
    tell(message)
    raise typer.Exit(code)


def _drop_output() -> None:
    """Nobody takes what is still to be written; keep the interpreter from trying at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
