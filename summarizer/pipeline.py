"""The Python door: a document in, a summary out."""

import time
from dataclasses import dataclass
from functools import cache

from prompts import fingerprint
from schemas import Draft, Run, Summary
from summarizer import embedded
from summarizer.assemble import assemble
from summarizer.documents import Document
from summarizer.errors import SummarizerError
from summarizer.reading import read

EMBEDDED = "embedded"


@dataclass(frozen=True)
class Summarizer:
    """Summarizes documents; ``model`` names the engine, ``None`` the embedded one."""

    model: str | None = None

    def __post_init__(self) -> None:
        if self.model not in (None, EMBEDDED):
            raise SummarizerError(
                f"model {self.model!r} is not built in; leave the model out to use the embedded "
                "engine, which needs no network and no key"
            )

    def __call__(self, document: Document | str) -> Summary:
        """Summarize a document or a text."""
        if isinstance(document, str):
            document = Document(document)
        started = time.perf_counter()
        reading = read(document)
        draft = embedded.draft(reading)
        run = Run(engine=EMBEDDED, task=_task(), issues=document.issues)
        summary = assemble(reading, draft, run)
        seconds = round(time.perf_counter() - started, 4)
        timed = summary.run.model_copy(update={"seconds": seconds})
        return summary.model_copy(update={"run": timed})


def explain(document: Document | str) -> tuple[embedded.Decision, ...]:
    """Why the embedded engine put each clause where it did."""
    if isinstance(document, str):
        document = Document(document)
    return embedded.explain(read(document))


@cache
def _task() -> str:
    return fingerprint(Draft.model_json_schema())
