"""How commands of evaluations end: one line for what goes wrong, and exit codes of their own.

0 done; 1 gold has errors, or the gate fell, and nothing else; 2 it cannot be done, or is a defect
of ours; 3 a recording or baseline is missing, or one of them or the lock is of something else.
"""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer
from typer import TyperException

from evals.errors import StaleError
from summarizer.cli import telling
from summarizer.errors import SummarizerError

STALE = 3


@contextmanager
def told(*, debug: bool) -> Iterator[None]:
    """Turn what goes wrong into one line on standard error and an exit code."""
    with telling.told(debug=debug):
        try:
            yield
        except (typer.Exit, TyperException, OSError):
            raise
        except ModuleNotFoundError as error:
            telling.tell(f'{error.name} is missing; pip install "structured-summarizer[evals]"')
            raise typer.Exit(telling.USAGE) from None
        except StaleError as error:
            _end(str(error), STALE, debug=debug)
        except SummarizerError as error:
            _end(str(error), telling.USAGE, debug=debug)
        except Exception as error:
            defect = f"{type(error).__name__}: {error}; this is a defect of the evaluation: "
            report = "run again with --debug and report what it prints"
            _end(defect + report, telling.USAGE, debug=debug)


def _end(message: str, code: int, *, debug: bool) -> NoReturn:
    if debug:
        traceback.print_exc()
    telling.tell(message)
    raise typer.Exit(code)
