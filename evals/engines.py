"""Engines: who reads the documents of an evaluation.

Any ``Summarizer`` is one. ``Floor`` reads nothing: what it scores is what no understanding scores.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby, islice
from operator import attrgetter
from pathlib import Path
from typing import Protocol

from evals.gold import GoldFile
from evals.results import FLOOR, Answer, Setup
from prompts import PromptError, Prompts
from prompts.sources import VALUES
from schemas import Achievement, Draft, DraftItem, Run, Summary, Usage
from summarizer import Document, Summarizer
from summarizer.assemble import assemble
from summarizer.errors import TaskError
from summarizer.llm import Routed, pricing
from summarizer.reading import Reading, read

_COPIED = 20  # sentences

_SAMPLE: Mapping[str, object] = {
    "frame": ["năm 2023"],
    "lines": [f"[{number}] sản lượng đạt {number} tấn" for number in range(1, 10)],
    "part": 1,
    "parts": 1,
    "asked": [1],
    "broken": [{"list": "achievements", "answered": "{}", "errors": ["clauses: is missing"]}],
    "rewrite": False,
}
"""A value for each of those that templates get (docs/prompts.md)."""


class Engine(Protocol):
    """Whoever makes a summary of a document, or raises an error."""

    @property
    def identity(self) -> Mapping[str, str]:
        """All that answers depend on besides the document, by labels that people read."""

    async def __call__(self, document: Document) -> Summary:
        """Read one document."""


Ask = Callable[[GoldFile, int], Awaitable[Answer]]
"""A way to get the answer to a document, for a repeat."""


def key_of(reader: Engine, gold: GoldFile) -> dict[str, str]:
    """All that an answer was made of."""
    return {**reader.identity, "document": gold.document.digest}


@dataclass(frozen=True)
class Summarizing:
    """A summarizer as an engine; ``identity`` is its own but for the server's address.

    The same model answers alike wherever it is served, and recordings have to hold elsewhere.
    """

    summarizer: Summarizer

    async def __call__(self, document: Document) -> Summary:
        """Read one document; raises ``SummarizerError``."""
        return await self.summarizer.summarize(document)

    @cached_property
    def identity(self) -> Mapping[str, str]:
        """Who reads, and how it is asked; raises ``TaskError`` for broken templates."""
        told = self.summarizer.identity
        return {label: value for label, value in told.items() if label != "server"}

    @property
    def model(self) -> Routed | None:
        """The model that is asked, if there is one and its requests can be recorded."""
        model = self.summarizer.model
        return model if isinstance(model, Routed) else None

    @property
    def is_dear(self) -> bool:
        """Whether answers cost money or minutes, and its identity tells all they come from."""
        return not self.summarizer.is_embedded

    def check(self) -> None:
        """Raise ``TaskError`` if a template is broken, whether it will be needed or not."""
        templates = Prompts(self.summarizer.prompts)
        try:
            for name, values in VALUES.items():
                templates.render(name, **{value: _SAMPLE[value] for value in values})
        except PromptError as error:
            raise TaskError(str(error)) from None

    def priced(self, usage: Usage) -> Usage:
        """A usage at the price of today; at that of its day where none is known now."""
        cost = pricing(self.model)(usage) if self.model and usage.input_tokens else None
        return usage if cost is None else usage.model_copy(update={"cost_usd": cost})

    def asking(self, model: Routed) -> "Summarizing":
        """The same with another way to its model."""
        return Summarizing(replace(self.summarizer, model=model))


@dataclass(frozen=True)
class Floor:
    """Copies the first sentences of a text as achievements, all their figures as levels."""

    @property
    def identity(self) -> Mapping[str, str]:
        """Nothing but its name."""
        return {"model": FLOOR}

    async def __call__(self, document: Document) -> Summary:
        """Copy the beginning of a document; quotes and figures are real."""
        reading = read(document)
        run = Run(engine=FLOOR, task=FLOOR, issues=document.issues)
        summary = assemble(reading, _beginning(reading), run)
        flat = tuple(_flat(item) for item in summary.achievements)
        return summary.model_copy(update={"achievements": flat})


def engine(
    setup: Setup,
    *,
    base_url: str | None = None,
    prices: Path | None = None,
    timeout: float = 600.0,
) -> Engine:
    """The engine of a setup; a named model is asked with the patience of a batch.

    ``base_url``, ``prices`` and ``timeout`` are those of ``Summarizer``.
    """
    if setup.model == FLOOR:
        return Floor()
    summarizer = Summarizer(
        setup.model, base_url=base_url, prompts=setup.prompts, prices=prices, timeout=timeout
    )
    return Summarizing(summarizer.patient())


def _beginning(reading: Reading) -> Draft:
    """One item for each of the first sentences."""
    sentences = groupby(reading.told, key=attrgetter("sentence"))
    items = [
        DraftItem(clauses=tuple(clause.number for clause in clauses), sector="general")
        for _, clauses in islice(sentences, _COPIED)
    ]
    return Draft(achievements=tuple(items))


def _flat(item: Achievement) -> Achievement:
    """An item without what reading its figures has told."""
    figures = tuple(
        figure.model_copy(
            update={
                "role": "level",
                "value": abs(figure.value),
                "comparator": "eq",
                "reference": None,
            }
        )
        for figure in item.figures
    )
    return item.model_copy(update={"figures": figures, "indicator": None})
