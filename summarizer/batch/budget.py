"""What a batch may use at most: reserved before a request is sent, settled by what was paid."""

import asyncio
from collections import deque
from collections.abc import Callable
from decimal import Decimal

from schemas import Usage
from summarizer.completions import read_completion, spent
from summarizer.errors import BudgetError
from summarizer.wire import Request, Response, Send

_OK = 200
_NOTHING = Usage(cost_usd=Decimal())
_KEPT = "finished rows are kept"


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
        spent: Usage = _NOTHING,
    ) -> None:
        if spent.cost_usd is None and not spent.requests:
            spent = spent.model_copy(update={"cost_usd": Decimal()})
        if cost_usd is not None and spent.cost_usd is None:
            raise BudgetError(
                "what this output has cost until now is not known, so --max-cost cannot be held: "
                "use --max-tokens or start over with --fresh"
            )
        self._tokens, self._cost_usd, self._cost = tokens, cost_usd, cost
        self._used, self._reserved = spent, _NOTHING
        self._waiting: deque[tuple[Usage, asyncio.Future[bool]]] = deque()
        self._ended = ""

    @property
    def used(self) -> Usage:
        """What was used, in full also where nobody knows what became of a request."""
        return self._used

    @property
    def reserved(self) -> Usage:
        """What the requests under way may use at most."""
        return self._reserved

    async def __call__(self, request: Request, send: Send) -> Response:
        """Send a request that fits, or raise ``BudgetError``."""
        most = self._most(request)
        await self._reserve(most)
        charged = most  # whoever is interrupted does not know what the server has done
        try:
            response = await send(request)
            charged = self._charge(most, response)
        finally:
            self._reserved = _sum(self._reserved, most, -1)
            self._used = _sum(self._used, charged)
            self._admit()
        return response

    def _most(self, request: Request) -> Usage:
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
        return most.model_copy(update={"cost_usd": price})

    async def _reserve(self, most: Usage) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append((most, turn))
        self._admit()
        try:
            is_granted = await turn
        except asyncio.CancelledError:
            if not turn.cancelled() and turn.result():  # granted and interrupted at one moment
                self._reserved = _sum(self._reserved, most, -1)
            self._admit()
            raise
        if not is_granted:
            raise BudgetError(self._ended)

    def _admit(self) -> None:
        """Answer those who wait, in the order in which they came."""
        while self._waiting:
            most, turn = self._waiting[0]
            if not turn.done():
                if not self._ended and not self._holds(_sum(self._used, most)):
                    self._ended = self._told(most)  # even if all that is under way were free
                elif not self._ended and not self._holds(self._all_with(most)):
                    return
                if not self._ended:
                    self._reserved = _sum(self._reserved, most)
                turn.set_result(not self._ended)
            self._waiting.popleft()

    def _all_with(self, most: Usage) -> Usage:
        return _sum(_sum(self._used, self._reserved), most)

    def _holds(self, usage: Usage) -> bool:
        """Whether a usage is within the budget."""
        if self._tokens is not None and _tokens(usage) > self._tokens:
            return False
        return self._cost_usd is None or (usage.cost_usd or 0) <= self._cost_usd

    def _told(self, most: Usage) -> str:
        if self._tokens is not None and _tokens(self._used) + _tokens(most) > self._tokens:
            return (
                f"the budget of {self._tokens:,} tokens is used up: {_tokens(self._used):,} used, "
                f"the next request may take {_tokens(most):,}; {_KEPT}: raise --max-tokens and run "
                "the same command again"
            )
        return (
            f"the budget of {self._cost_usd} USD is used up: {self._used.cost_usd:.4f} used, the "
            f"next request may take {most.cost_usd:.4f}; {_KEPT}: raise --max-cost and run the "
            "same command again"
        )

    def _charge(self, most: Usage, response: Response) -> Usage:
        """What a request was charged for; in full if nobody knows."""
        if response.lost:
            return most
        paid = spent(response)
        if paid is None:
            is_cut = response.status == _OK and read_completion(response.body) is None
            return most if is_cut else _NOTHING  # who sends half an answer has made a whole one
        if not response.rate:
            return _NOTHING
        counted = paid.model_copy(
            update={  # a server that does not count is believed to have used everything
                "input_tokens": paid.input_tokens or most.input_tokens,
                "output_tokens": paid.output_tokens or most.output_tokens,
            }
        )
        price = self._cost(counted)
        price = most.cost_usd if price is None else price * Decimal(str(response.rate))
        return counted.model_copy(update={"cost_usd": price})


def _tokens(usage: Usage) -> int:
    return usage.input_tokens + usage.output_tokens


def _sum(one: Usage, other: Usage, sign: int = 1) -> Usage:
    """One usage and another, or without it; the cost is unknown if one of them is."""
    cost = None
    if one.cost_usd is not None and other.cost_usd is not None:
        cost = one.cost_usd + sign * other.cost_usd
    return Usage(
        requests=one.requests + sign * other.requests,
        input_tokens=one.input_tokens + sign * other.input_tokens,
        cached_tokens=one.cached_tokens + sign * other.cached_tokens,
        output_tokens=one.output_tokens + sign * other.output_tokens,
        cost_usd=cost,
    )
