"""What the questions of hosted batches may still use, counted before they are sent."""

from collections.abc import Iterable
from decimal import Decimal

from schemas import Usage
from summarizer.batch.journal import Spent
from summarizer.batch.money import Cost, priced
from summarizer.errors import BudgetError

HALF = 0.5
"""Share of the price that an answer of a hosted batch costs."""


class Allowance:
    """Takes questions as long as the dearest answers to all of them stay within a budget.

    ``tokens`` of input and output together and ``cost_usd`` are never exceeded, None is no limit.
    ``cost`` prices a usage at the full rate, ``spent`` was used before, ``out`` are the questions
    under way, each with the most tokens of its input and of its output.
    """

    def __init__(
        self,
        *,
        tokens: int | None,
        cost_usd: Decimal | None,
        cost: Cost,
        spent: Spent,
        out: Iterable[tuple[int, int | None]] = (),
    ) -> None:
        self._tokens, self._cost_usd, self._cost = tokens, cost_usd, cost
        self._used_tokens = self._used_usd = Decimal()
        if tokens is None and cost_usd is None:
            return
        for usage, rate in [(spent.unknown, 1.0), *((u, r) for r, u in spent.paid.items())]:
            self._add(usage, rate)
        for question in out:
            self._add(_most(*question), HALF)

    def takes(self, tokens: int, longest: int | None) -> bool:
        """Whether a question fits, which is counted from now on; ``BudgetError`` if none ever can.

        ``longest`` is None if the server accepts no greatest length of an answer.
        """
        if self._tokens is None and self._cost_usd is None:
            return True
        before = self._used_tokens, self._used_usd
        self._add(_most(tokens, longest), HALF)
        if self._fits:
            return True
        self._used_tokens, self._used_usd = before
        return False

    def told(self) -> str:
        """That the next question does not fit, in words."""
        dollars = "" if self._cost_usd is None else f" and {self._used_usd:.4f} USD"
        return (
            f"no further question fits the budget: {self._used_tokens:,} tokens{dollars} are used; "
            "finished rows are kept: raise --max-tokens or --max-cost and submit again"
        )

    @property
    def _fits(self) -> bool:
        if self._tokens is not None and self._used_tokens > self._tokens:
            return False
        return self._cost_usd is None or self._used_usd <= self._cost_usd

    def _add(self, usage: Usage, rate: float) -> None:
        self._used_tokens += usage.input_tokens + usage.output_tokens
        if self._cost_usd is not None and usage.requests:
            price = priced(usage, rate, self._cost).cost_usd
            if price is None:
                raise BudgetError(
                    f"no price is known for requests such as one of {usage.input_tokens:,} tokens, "
                    "so --max-cost cannot be held: tell prices with --prices FILE"
                )
            self._used_usd += price


def _most(tokens: int, longest: int | None) -> Usage:
    if longest is None:
        raise BudgetError(
            "the server accepts no greatest length of an answer, so no budget can be held: leave "
            "out --max-tokens and --max-cost or use another server"
        )
    return Usage(requests=1, input_tokens=tokens, output_tokens=longest)
