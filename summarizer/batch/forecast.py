"""What a batch will take, told before anything is sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from schemas import Usage
from summarizer.batch.engine import Batch
from summarizer.batch.inputs import Entry
from summarizer.errors import DocumentError
from summarizer.llm import total

_SAMPLE = 200  # documents that are read; the others are taken to be like them


@dataclass(frozen=True)
class Forecast:
    """How many documents there are, and what they will take.

    ``read`` of the ``documents`` were read for it, ``unreadable`` of those cannot be; ``usage`` is
    for all documents.
    """

    documents: int
    read: int
    unreadable: int
    usage: Usage
    is_asking: bool

    def told(self) -> str:
        """The forecast in a few lines."""
        usage = self.usage
        lines = [f"documents      {self.documents:>14,}"]
        if self.unreadable:
            lines.append(f"  unreadable   {self.unreadable:>14,}  of {self.read:,} that were read")
        if not self.is_asking:
            return "\n".join([*lines, "nothing is sent: the embedded engine reads them"])
        cost = "unknown" if usage.cost_usd is None else f"{usage.cost_usd:,.2f}"
        lines += [
            f"requests       {usage.requests:>14,}",
            f"input tokens   {usage.input_tokens:>14,}",
            f"output tokens  {usage.output_tokens:>14,}",
            f"cost in USD    {cost:>14}"
            + ("  tell prices with --prices FILE" if usage.cost_usd is None else ""),
        ]
        if self.read < self.documents:
            lines.append(f"estimated from {self.read:,} documents, spread over all of them")
        return "\n".join([*lines, "probably less; answers that are known already cost nothing"])


async def forecast(batch: Batch) -> Forecast:
    """Read some of the documents and estimate all; raises ``SummarizerError`` for bad inputs."""
    documents = sum(1 for _ in batch.entries())
    step = max(ceil(documents / _SAMPLE), 1)
    usages, unreadable = [], 0
    for entry in _every(step, batch.entries()):
        try:
            usages.append(await batch.summarizer.estimate(entry.load()))
        except DocumentError:
            unreadable += 1
    read = len(usages) + unreadable
    return Forecast(
        documents,
        read,
        unreadable,
        _scaled(total(usages), documents, read),
        not batch.summarizer.is_embedded,
    )


def _every(step: int, documents: Iterator[Entry]) -> Iterator[Entry]:
    return (entry for place, entry in enumerate(documents) if place % step == 0)


def _scaled(usage: Usage, documents: int, read: int) -> Usage:
    if not read:
        return usage
    cost = usage.cost_usd
    return Usage(
        requests=usage.requests * documents // read,
        input_tokens=usage.input_tokens * documents // read,
        output_tokens=usage.output_tokens * documents // read,
        cost_usd=None if cost is None else cost * Decimal(documents) / read,
    )
