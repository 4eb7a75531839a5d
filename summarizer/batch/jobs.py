"""One document of a batch: what is to be done, and the row that comes of it."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain

from schemas import Achievement, Directive, Failure, Row, Shortcoming, Summary, Target, Usage
from summarizer.batch.inputs import Entry
from summarizer.documents import Document
from summarizer.errors import BudgetError, JournalError, ModelError, SummarizerError
from summarizer.wire import OWNER


@dataclass(frozen=True)
class Finished:
    """A row as one line of JSON, and what a run tells of it. Plain, so that it crosses processes.

    ``kind`` is the code or class of the error, empty if there is none; ``usage`` what was paid for
    the document, also where it failed; ``flags`` counts the flags and issues of a summary by code;
    ``digest`` is the document's, None if it could not be read to its end.
    """

    name: str
    line: bytes = field(repr=False)
    kind: str = ""
    retryable: bool = False
    seconds: float = 0.0
    usage: Usage = field(default_factory=Usage)
    flags: Mapping[str, int] = field(default_factory=dict)
    digest: str | None = None

    @property
    def is_ok(self) -> bool:
        """Whether the row holds a summary."""
        return not self.kind


Given = Entry | Document
"""A document, or where it is read when its turn comes."""

Work = Callable[[str, Given], Awaitable[Finished]]
"""Turns a document with its name into a row; whatever goes wrong with the document is the row."""


async def finish(
    name: str, given: Given, summarize: Callable[[Document], Awaitable[Summary]]
) -> Finished:
    """Read and summarize one document; whatever goes wrong with it becomes its row.

    What ends the whole batch is raised: ``BudgetError``, ``JournalError``.
    """
    OWNER.set(name)
    digest = None
    try:
        document = given.load() if isinstance(given, Entry) else given
        digest = document.digest
        finished = succeeded(name, await summarize(document))
    except (BudgetError, JournalError):
        raise
    except Exception as error:
        finished = failed(name, error)
    return replace(finished, digest=digest)


def succeeded(name: str, summary: Summary) -> Finished:
    """The row of a summary, under the document's name in its batch."""
    source = summary.source.model_copy(update={"name": name})
    summary = summary.model_copy(update={"source": source})
    row = Row(name=name, status="ok", summary=summary)
    run = summary.run
    return Finished(
        name, row.line(), seconds=run.seconds, usage=run.usage, flags=_flags_of(summary)
    )


def failed(name: str, error: Exception) -> Finished:
    """The row of a document that has no summary."""
    kind = type(error).__name__
    words = str(error).encode("utf-8", "backslashreplace").decode()  # of names that are no UTF-8
    message = " ".join(words.split()) or kind
    if not isinstance(error, SummarizerError):
        message = f"{message}; this is a defect of summarizer: please report it"
    model = error if isinstance(error, ModelError) else None
    code = model.code if model else None
    told = Failure(type=kind, message=message, code=code)
    return Finished(
        name,
        Row(name=name, status="failed", error=told).line(),
        kind=code or kind,
        retryable=model is not None and model.retryable,
        usage=(model.usage if model else None) or Usage(),
    )


def late(name: str, deadline: float | None) -> Finished:
    """The row of a document that was not finished within ``deadline`` seconds."""
    told = f"not finished in {deadline:g} s; allow more time or split the document"
    return failed(name, ModelError(told, code="timed_out", retryable=True))


def _flags_of(summary: Summary) -> Mapping[str, int]:
    items: Iterable[Achievement | Shortcoming | Target | Directive] = chain(
        summary.achievements, summary.shortcomings, summary.targets, summary.directives
    )
    codes = [flag.code for item in items for flag in item.flags]
    return Counter([*codes, *(issue.code for issue in summary.run.issues)])
