"""A document summarized by a model, from its facts and limits to the finished summary."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from prompts import PromptError, Prompts
from schemas import Run, Summary, Usage
from summarizer.assemble import assemble
from summarizer.documents import Document
from summarizer.drafting import Way, answer_form, draft, estimate
from summarizer.errors import TaskError
from summarizer.limits import Limits
from summarizer.llm import LLM, Described, Facts, pricing
from summarizer.reading import read

Assist = Literal["auto", "on", "off"]


@dataclass(frozen=True)
class Asked:
    """Summarizes documents by asking a model; the fields are those of ``Summarizer``."""

    llm: LLM
    prompts: Prompts
    assist: Assist
    rewrite: bool
    audit: bool
    limits: Limits

    async def __call__(self, document: Document) -> Summary:
        """Ask about one document."""
        started = time.perf_counter()
        reading = read(document)
        with _translated():
            way = await self._way()
            if self.limits:
                self.limits.check(estimate(reading, way), pricing(self.llm))
            drafted = await draft(reading, self.llm, way)
            run = Run(
                engine="model",
                model=self.llm.name,
                task=self.task,
                usage=drafted.usage,
                issues=(*document.issues, *drafted.issues),
            )
        summary = _with(drafted.summary, run) or assemble(drafted.reading, drafted.draft, run)
        return summary.timed(time.perf_counter() - started)

    async def estimate(self, document: Document) -> Usage:
        """What a document will take, at least as much as it probably will; nothing is sent."""
        with _translated():
            usage = estimate(read(document), await self._way())
        return usage.model_copy(update={"cost_usd": pricing(self.llm)(usage)})

    async def _way(self) -> Way:
        facts = await self.llm.facts() if isinstance(self.llm, Described) else Facts()
        way = Way(self.prompts, rewrite=self.rewrite, audit=self.audit, facts=facts)
        assist = self.assist == "on" or (self.assist == "auto" and way.is_small)
        return replace(way, assist=assist)

    @cached_property
    def task(self) -> str:
        """The task and the fingerprint of its prompts and answers."""
        with _translated():
            return self.prompts.fingerprint(answer_form(rewrite=self.rewrite).schema)


def _with(summary: Summary | None, run: Run) -> Summary | None:
    """A summary that was assembled on the way, told how it came about."""
    if summary is None:
        return None
    issues = (*run.issues, *summary.run.issues)
    return summary.model_copy(update={"run": run.model_copy(update={"issues": issues})})


@contextmanager
def _translated() -> Iterator[None]:
    """What is wrong with templates, told as an error of ours."""
    try:
        yield
    except PromptError as error:
        raise TaskError(str(error)) from error
