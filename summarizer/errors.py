"""What can go wrong on purpose.

SummarizerError
├── DocumentError      the document cannot be read            (says which file and what to do next)
├── TaskError          templates and schema do not fit        (says which file, line, variable)
├── LimitError         the run would cost more than allowed   (nothing was sent; says the estimate)
│   └── BudgetError    the budget of a batch is used up       (ends the batch; rows are kept)
├── JournalError       journal or output cannot be written    (ends the batch; rows are kept)
├── WorkerError        a document ended its worker process    (says how often, by which signal)
└── ModelError         the model gave no usable answer        (``code``, ``retryable``, ``usage``)
    ├── TooLongError   question or answer do not fit          (a smaller question may)
    └── ReplyError     it answered, never in the asked shape  (``attempts``)

Catching the root catches everything raised on purpose; anything else is a defect.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemas import Usage  # at run time it would slow down every command


class SummarizerError(Exception):
    """Root of all errors raised on purpose; the message fits one line."""


class DocumentError(SummarizerError):
    """The document cannot be read as text."""


class TaskError(SummarizerError):
    """Templates and schema of a task do not fit each other, or a template is broken."""


class LimitError(SummarizerError):
    """The run would use more than it may; nothing was sent."""


class BudgetError(LimitError):
    """The budget of a batch is used up."""


class JournalError(SummarizerError):
    """Journal or output of a batch cannot be read or written."""


class WorkerError(SummarizerError):
    """A document ended the process that worked on it, more than once."""


class ModelError(SummarizerError):
    """The model gave no usable answer.

    ``code`` is short and machine-readable (``unauthorized``, ``refused``, …; docs/models.md),
    ``retryable`` whether the same question may be answered later, ``usage`` what was paid for it,
    None if nothing was.
    """

    def __init__(
        self, message: str, *, code: str, retryable: bool = False, usage: "Usage | None" = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.retryable = retryable
        self.usage = usage


class TooLongError(ModelError):
    """Question or answer do not fit the model; a smaller question may."""


class ReplyError(ModelError):
    """The model answered ``attempts`` times, never in the asked shape."""

    def __init__(self, message: str, *, attempts: int, usage: "Usage | None" = None) -> None:
        super().__init__(message, code="invalid_answer", retryable=False, usage=usage)
        self.attempts = attempts
