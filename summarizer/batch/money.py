"""What usages cost in US dollars."""

from collections.abc import Callable
from decimal import Decimal
from math import ceil

from schemas import Usage
from summarizer.batch.journal import Spent
from summarizer.llm import total

Cost = Callable[[Usage], Decimal | None]
"""What one request costs at the full price; None if nobody knows."""


def spending(spent: Spent, cost: Cost) -> Usage:
    """What an output has cost until now, the unknown at its dearest."""
    paid = (priced(usage, rate, cost) for rate, usage in spent.paid.items())
    return total([priced(spent.unknown, 1.0, cost), *paid])


def priced(usage: Usage, rate: float, cost: Cost) -> Usage:
    """The usage of several requests with its price: that of a mean request times their number."""
    if not usage.requests:
        return usage
    mean = Usage(
        requests=1,
        input_tokens=ceil(usage.input_tokens / usage.requests),
        cached_tokens=usage.cached_tokens // usage.requests,
        output_tokens=ceil(usage.output_tokens / usage.requests),
    )
    price = cost(mean)
    price = None if price is None else price * usage.requests * Decimal(str(rate))
    return usage.model_copy(update={"cost_usd": price})
