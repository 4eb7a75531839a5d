"""What a batch may use at most: reserved before a request is sent, settled by what was paid."""

import asyncio
from collections import deque
from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from schemas import Usage
from summarizer.completions import read_completion, spent
from summarizer.errors import BudgetError
from summarizer.wire import Request, Response, Send

_OK = 200
_KEPT = "finished rows are kept"


class _Amount(NamedTuple):
    """A usage that is quickly added up."""

    requests: int
    read: int
    cached: int
    written: int
    cost: Decimal | None

    @property
    def tokens(self) -> int:
        """What a budget of tokens counts."""
        return self.read + self.written

    def plus(self, other: "_Amount") -> "_Amount":
        """Both; the cost is unknown if one of them is."""
        return _Amount(
            self.requests + other.requests,
            self.read + other.read,
            self.cached + other.cached,
            self.written + other.written,
            None if self.cost is None or other.cost is None else self.cost + other.cost,
        )

    def less(self, other: "_Amount") -> "_Amount":
        """One without the other."""
        return self.plus(
            _Amount(
                -other.requests,
                -other.read,
                -other.cached,
                -other.written,
                None if other.cost is None else -other.cost,
            )
        )

    def usage(self) -> Usage:
        """As others know it."""
        return Usage(
            requests=self.requests,
            input_tokens=self.read,
            cached_tokens=self.cached,
            output_tokens=self.written,
            cost_usd=self.cost,
        )


_NOTHING = _Amount(0, 0, 0, 0, Decimal())


def _amount(usage: Usage, cost: Decimal | None) -> _Amount:
    tokens = (usage.input_tokens, usage.cached_tokens, usage.output_tokens)
    return _Amount(usage.requests, *tokens, cost)


class Budget:
    """Lets requests pass as long as the dearest outcome of all of them stays within the budget.

    ``tokens`` of input and output together and ``cost_usd`` are never exceeded, None is no limit.
    ``cost`` prices a usage. ``spent`` is what was used before. A request that does not fit waits
    while others are under way, as most use less than was reserved for them; when it is certain
    that it never fits, it and all later ones raise ``BudgetError``.
    """

    def __init__(
        self,
        *,
        tokens: int | None = None,
        cost_usd: Decimal | None = None,
        cost: Callable[[Usage], Decimal | None],
        spent: Usage = Usage(),  # noqa: B008 - a value
    ) -> None:
        before = _NOTHING if spent == Usage() else _amount(spent, spent.cost_usd)
        if cost_usd is not None and before.cost is None:
            raise BudgetError(
                "what this output has cost until now is not known, so --max-cost cannot be held: "
                "use --max-tokens or start over with --fresh"
            )
        self._tokens, self._cost_usd, self._cost = tokens, cost_usd, cost
        self._used, self._reserved = before, _NOTHING
        self._waiting: deque[tuple[_Amount, asyncio.Future[bool]]] = deque()
        self._ended = ""

    @property
    def used(self) -> Usage:
        """What was used, in full also where nobody knows what became of a request."""
        return self._used.usage()

    @property
    def reserved(self) -> Usage:
        """What the requests under way may use at most."""
        return self._reserved.usage()

    async def __call__(self, request: Request, send: Send) -> Response:
        """Send a request that fits, or raise ``BudgetError``."""
        most = self._most(request)
        await self._reserve(most)
        charged = most  # whoever is interrupted does not know what the server has done
        try:
            response = await send(request)
            charged = self._charge(most, response)
        finally:
            self._reserved = self._reserved.less(most)
            self._used = self._used.plus(charged)
            self._admit()
        return response

    def _most(self, request: Request) -> _Amount:
        """The most that a request can use."""
        limited = self._tokens is not None or self._cost_usd is not None
        if limited and request.output_tokens is None:
            raise BudgetError(
                "the server accepts no greatest length of an answer, so no budget can be held; "
                f"{_KEPT}: leave out --max-tokens and --max-cost or use another server"
            )
        most = Usage(
            requests=1,
            input_tokens=request.input_tokens,
            output_tokens=request.output_tokens or 0,
        )
        price = self._cost(most)
        if self._cost_usd is not None and price is None:
            raise BudgetError(
                f"no price is known for a request of up to {most.input_tokens:,} tokens, so "
                f"--max-cost cannot be held; {_KEPT}: tell prices with --prices FILE"
            )
        return _amount(most, price)

    async def _reserve(self, most: _Amount) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append((most, turn))
        self._admit()
        try:
            is_granted = await turn
        except asyncio.CancelledError:
            if not turn.cancelled() and turn.result():  # granted and interrupted at one moment
                self._reserved = self._reserved.less(most)
            self._admit()
            raise
        if not is_granted:
            raise BudgetError(self._ended)

    def _admit(self) -> None:
        """Answer those who wait, in the order in which they came."""
        while self._waiting:
            most, turn = self._waiting[0]
            if not turn.done():
                if not self._ended and not self._holds(self._used.plus(most)):
                    self._ended = self._told(most)  # even if all that is under way were free
                elif not self._ended and not self._holds(
                    self._used.plus(self._reserved).plus(most)
                ):
                    return
                if not self._ended:
                    self._reserved = self._reserved.plus(most)
                turn.set_result(not self._ended)
            self._waiting.popleft()

    def _holds(self, all_: _Amount) -> bool:
        """Whether it is within the budget."""
        if self._tokens is not None and all_.tokens > self._tokens:
            return False
        return self._cost_usd is None or (all_.cost or 0) <= self._cost_usd

    def _told(self, most: _Amount) -> str:
        if self._tokens is not None and self._used.plus(most).tokens > self._tokens:
            return (
                f"the budget of {self._tokens:,} tokens is used up: {self._used.tokens:,} used, "
                f"the next request may take {most.tokens:,}; {_KEPT}: raise --max-tokens and run "
                "the same command again"
            )
        return (
            f"the budget of {self._cost_usd} USD is used up: {self._used.cost:.4f} used, the "
            f"next request may take {most.cost:.4f}; {_KEPT}: raise --max-cost and run the "
            "same command again"
        )

    def _charge(self, most: _Amount, response: Response) -> _Amount:
        """What a request was charged for; in full if nobody knows."""
        if response.lost:
            return most
        paid = spent(response)
        if paid is None:
            is_cut = response.status == _OK and read_completion(response.body) is None
            return most if is_cut else _NOTHING  # who sends half an answer has made a whole one
        if not response.rate:
            return _NOTHING
        if not (paid.input_tokens and paid.output_tokens):
            paid = paid.model_copy(
                update={  # a server that does not count is believed to have used everything
                    "input_tokens": paid.input_tokens or most.read,
                    "output_tokens": paid.output_tokens or most.written,
                }
            )
        price = self._cost(paid)
        price = most.cost if price is None else price * Decimal(str(response.rate))
        return _amount(paid, price)
