"""What a document may use at most, checked before anything is sent."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from schemas import Usage
from summarizer.errors import LimitError


@dataclass(frozen=True)
class Limits:
    """Input tokens and US dollars that one document may use; None is no limit."""

    input_tokens: int | None = None
    cost_usd: Decimal | None = None

    def __bool__(self) -> bool:
        """Whether there is anything to check."""
        return self.input_tokens is not None or self.cost_usd is not None

    def check(self, estimate: Usage, cost: Callable[[Usage], Decimal | None]) -> None:
        """Raise ``LimitError`` with the estimate if it is above a limit or cannot be priced."""
        tokens, most = estimate.input_tokens, self.input_tokens
        if most is not None and tokens > most:
            raise LimitError(
                f"about {tokens:,} input tokens in {estimate.requests} requests, more than the "
                f"{most:,} allowed; nothing was sent: raise --max-input-tokens or cut the document"
            )
        if self.cost_usd is None:
            return
        price = cost(estimate)
        if price is None:
            raise LimitError(
                "no price is known for this model, so --max-cost cannot be held; nothing was "
                "sent: tell its prices with --prices FILE"
            )
        if price > self.cost_usd:
            raise LimitError(
                f"about {price:.4f} USD for {tokens:,} input and {estimate.output_tokens:,} output "
                f"tokens, more than the {self.cost_usd} allowed; nothing was sent: raise "
                "--max-cost or choose a cheaper model"
            )
