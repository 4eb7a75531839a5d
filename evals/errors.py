"""What can go wrong on purpose in an evaluation.

SummarizerError
└── EvalError        the evaluation cannot be done            (exit code 2)
    ├── GoldError    a gold file cannot be read               (says file, line and what to do)
    └── StaleError   recording, lock or baseline is of        (exit code 3; says what changed)
                     something else, or there is none
"""

from summarizer.errors import SummarizerError


class EvalError(SummarizerError):
    """The evaluation cannot be done; the message fits one line."""


class GoldError(EvalError):
    """A gold file cannot be read."""


class StaleError(EvalError):
    """A recording, lock or baseline does not belong to what is there now, or is missing."""


def counted(number: int, noun: str) -> str:
    """A number of things in a message."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
