"""The Python door: a document in, a summary out."""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from prompts import Prompts, fingerprint
from schemas import Draft, Row, Run, Summary, Usage
from summarizer import embedded
from summarizer.assemble import assemble
from summarizer.documents import Document
from summarizer.doors import wait_for
from summarizer.limits import Limits
from summarizer.reading import read

if TYPE_CHECKING:
    from summarizer.asked import Asked
    from summarizer.llm import LLM
    from summarizer.wire import Around

EMBEDDED = "embedded"

# One document among thousands is worth waiting for: with every third request failing, one in half a
# million is given up.
_ATTEMPTS = 12
_REASKS = 3
_SHORTER = 3  # is the wait for one answer
_LONGER = 3  # is the time for a question with all its repetitions


@dataclass(frozen=True)
class Summarizer:
    """Summarizes documents.

    ``model`` is ``None`` or ``"embedded"`` for the embedded engine, which needs no network and no
    key; the name of a model behind an OpenAI-compatible server (``base_url``, else
    ``OPENAI_BASE_URL``; key from ``OPENAI_API_KEY``); or anything that can be asked (``LLM``).

    ``assist`` shows the model the embedded engine's proposals: ``auto`` does so for models known
    to be small. ``rewrite`` asks for a concise statement per item, ``audit`` for at most two small
    questions after the draft. ``prompts`` is a folder of templates taken before ours, ``prices`` a
    file of prices, ``limits`` what a document may use at most, ``timeout`` is seconds for one
    question with all its repetitions. Raises ``SummarizerError``.
    """

    model: "str | LLM | None" = None
    base_url: str | None = field(default=None, kw_only=True)
    assist: Literal["auto", "on", "off"] = field(default="auto", kw_only=True)
    rewrite: bool = field(default=False, kw_only=True)
    audit: bool = field(default=True, kw_only=True)
    prompts: Path | None = field(default=None, kw_only=True)
    prices: Path | None = field(default=None, kw_only=True)
    timeout: float = field(default=600.0, kw_only=True)
    limits: Limits = field(default=Limits(), kw_only=True)

    def __call__(self, document: Document | str) -> Summary:
        """Summarize a document or a text."""
        if self._asked is None:
            return _embedded(_document(document))
        return wait_for(self.summarize(document))

    async def summarize(self, document: Document | str) -> Summary:
        """The same for code that is async itself."""
        if self._asked is None:
            return _embedded(_document(document))
        return await self._asked(_document(document))

    def batch(
        self, documents: Iterable[Document | str], *, at_once: int = 16, workers: int = 0
    ) -> Iterator[Row]:
        """Summarize many documents; rows come in their order, a failure is a row too.

        Documents are taken as rows are: memory holds ``at_once`` of them, which are also the
        requests to a model in flight. ``workers`` are processes, 0 is none but this one.
        Files, resuming and budgets: ``summarizer.batch.engine.Batch``.
        """
        from summarizer.batch.stream import stream  # noqa: PLC0415

        return stream(self, documents, at_once=at_once, workers=workers)

    async def estimate(self, document: Document | str) -> Usage:
        """What a document will take, at least as much as it probably will; nothing is sent."""
        return Usage() if self._asked is None else await self._asked.estimate(_document(document))

    @property
    def is_embedded(self) -> bool:
        """Whether nothing is asked of a model."""
        return self.model is None or self.model == EMBEDDED

    @property
    def identity(self) -> Mapping[str, str]:
        """What rows of one batch have in common, in words: who reads, and how it is asked."""
        if self._asked is None:
            return {"model": EMBEDDED, "prompts and schema": _task()}
        from summarizer.llm import Routed  # noqa: PLC0415

        llm = self._asked.llm
        return {
            "model": llm.name,
            "server": llm.address if isinstance(llm, Routed) else "",
            "prompts and schema": self._asked.task,
            "assist": self.assist,
            "rewrite": "on" if self.rewrite else "off",
            "audit": "on" if self.audit else "off",
        }

    def through(self, around: "Around") -> "Summarizer":
        """The same for many documents: each request to a model passes through ``around``."""
        from summarizer.llm import Routed  # noqa: PLC0415

        model = self.patient().model
        return replace(self, model=model.via(around)) if isinstance(model, Routed) else self

    def patient(self) -> "Summarizer":
        """The same for many documents: a named model is asked with more patience than for one.

        An answer that stays out for a third of ``timeout`` is asked for again, a question is given
        up after three times ``timeout``, and faults on the way are waited out.
        """
        if not isinstance(self.model, str) or self.is_embedded:
            return self
        model = self._connect(
            self.model,
            timeout=self.timeout * _LONGER,
            attempts=_ATTEMPTS,
            reasks=_REASKS,
            patience=self.timeout / _SHORTER,
        )
        return replace(self, model=model)

    @cached_property
    def _asked(self) -> "Asked | None":
        """The model path; None for the embedded engine, which loads nothing of it."""
        if self.model is None or self.is_embedded:
            return None
        from summarizer.asked import Asked  # noqa: PLC0415

        return Asked(
            self._connect(self.model) if isinstance(self.model, str) else self.model,
            prompts=Prompts(self.prompts),
            assist=self.assist,
            rewrite=self.rewrite,
            audit=self.audit,
            limits=self.limits,
        )

    def _connect(self, name: str, **patience: Any) -> "LLM":
        from summarizer.openai import OpenAIModel  # noqa: PLC0415
        from summarizer.prices import read_prices  # noqa: PLC0415

        told = read_prices(self.prices) if self.prices else None
        settings = {"timeout": self.timeout, **patience}
        return OpenAIModel(name, base_url=self.base_url, prices=told, **settings)


def explain(document: Document | str) -> tuple[embedded.Decision, ...]:
    """Why the embedded engine put each clause where it did."""
    return embedded.explain(read(_document(document)))


def _document(document: Document | str) -> Document:
    return Document(document) if isinstance(document, str) else document


def _embedded(document: Document) -> Summary:
    started = time.perf_counter()
    reading = read(document)
    run = Run(engine=EMBEDDED, task=_task(), issues=document.issues)
    summary = assemble(reading, embedded.draft(reading), run)
    return summary.timed(time.perf_counter() - started)


@cache
def _task() -> str:
    return fingerprint(Draft.model_json_schema())
