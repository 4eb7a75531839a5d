"""How commands of evaluations end: one line for what goes wrong, and exit codes of their own.

0 done; 1 gold has errors, or the gate fell; 2 it cannot be done; 3 a lock, recording or baseline
is missing or of something else.
"""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from evals.errors import EvalError, StaleError
from summarizer.cli import telling

STALE = 3


@contextmanager
def told(*, debug: bool) -> Iterator[None]:
    """Turn what goes wrong into one line on standard error and an exit code."""
    with telling.told(debug=debug):
        try:
            yield
        except ModuleNotFoundError as error:
            telling.tell(f'{error.name} is missing; pip install "structured-summarizer[evals]"')
            raise typer.Exit(telling.USAGE) from None
        except EvalError as error:
            if debug:
                traceback.print_exc()
            telling.tell(str(error))
            stale = isinstance(error, StaleError)
            raise typer.Exit(STALE if stale else telling.USAGE) from None
