"""A budget before servers that fail in every way; the server's own count is the witness."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import Usage
from summarizer.batch.budget import Budget
from summarizer.errors import BudgetError
from summarizer.prices import Prices
from summarizer.wire import Request, Response, Send

PRICES = Prices(Decimal(3), Decimal("0.3"), Decimal(15))


def asking(tokens_in: int, tokens_out: int | None) -> Request:
    return Request("http://server/v1", b"{}", input_tokens=tokens_in, output_tokens=tokens_out)


def answer(tokens_in: int, tokens_out: int, rate: float = 1.0) -> Response:
    usage = {"prompt_tokens": tokens_in, "completion_tokens": tokens_out}
    body = {"choices": [{"message": {"content": "{}"}}], "usage": usage}
    return Response(200, json.dumps(body).encode(), rate=rate)


def always(response: Response) -> Send:
    async def send(_: Request) -> Response:
        return response

    return send


def used_after(response: Response, request: Request | None = None) -> Usage:
    """What a budget of 1,000 tokens holds for used after one response."""
    budget = Budget(tokens=1000, cost=PRICES.cost)
    asyncio.run(_pass(budget(request or asking(300, 100), always(response))))
    assert budget.reserved == Usage(cost_usd=Decimal())
    return budget.used


async def _pass(sent: object) -> None:
    await sent  # type: ignore[misc]


def test_what_was_paid_is_used_and_the_rest_of_the_reservation_free() -> None:
    used = used_after(answer(120, 30))
    assert (used.requests, used.input_tokens, used.output_tokens) == (1, 120, 30)
    assert used.cost_usd == Decimal("0.00081")


def test_a_hosted_batch_costs_half_and_takes_all_its_tokens() -> None:
    used = used_after(answer(120, 30, rate=0.5))
    assert (used.input_tokens, used.output_tokens) == (120, 30)
    assert used.cost_usd == Decimal("0.000405")


@pytest.mark.parametrize(
    "response",
    [
        Response(429),
        Response(500, b"broken"),
        Response(400, b'{"error": {}}'),
        Response(200, b'{"error": {"code": 502}}'),
        Response(0),
        answer(120, 30, rate=0.0),
    ],
)
def test_what_was_not_paid_is_not_used(response: Response) -> None:
    assert used_after(response) == Usage(cost_usd=Decimal())


@pytest.mark.parametrize(
    "response",
    [Response(0, lost=True), Response(504, lost=True), Response(200, b'{"choices": [{"mess')],
)
def test_what_may_have_been_paid_counts_in_full(response: Response) -> None:
    used = used_after(response)
    assert (used.requests, used.input_tokens, used.output_tokens) == (1, 300, 100)
    assert used.cost_usd == Decimal("0.0024")


def test_a_server_that_does_not_count_is_believed_to_have_used_everything() -> None:
    used = used_after(answer(0, 0))
    assert (used.input_tokens, used.output_tokens) == (300, 100)


def test_who_is_interrupted_on_the_way_has_used_everything() -> None:
    async def main() -> Usage:
        budget = Budget(tokens=1000, cost=PRICES.cost)
        under_way = asyncio.Event()

        async def send(_: Request) -> Response:
            under_way.set()
            await asyncio.Event().wait()
            raise AssertionError

        task = asyncio.ensure_future(budget(asking(300, 100), send))
        await under_way.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return budget.used

    assert asyncio.run(main()).input_tokens == 300


def test_what_does_not_fit_waits_for_what_others_leave() -> None:
    async def main() -> list[str]:
        budget = Budget(tokens=1000, cost=PRICES.cost)
        happened: list[str] = []

        async def one(name: str) -> None:
            async def send(_: Request) -> Response:
                happened.append(name)
                await asyncio.sleep(0)
                return answer(100, 50)

            await budget(asking(400, 200), send)

        await asyncio.gather(one("a"), one("b"), one("c"))
        assert (budget.used.input_tokens, budget.used.output_tokens) == (300, 150)
        return happened

    assert asyncio.run(main()) == ["a", "b", "c"]


def test_a_small_one_does_not_overtake_a_large_one() -> None:
    async def main() -> list[int]:
        budget = Budget(tokens=1000, cost=PRICES.cost)
        sent: list[int] = []

        async def one(tokens: int) -> None:
            async def send(_: Request) -> Response:
                sent.append(tokens)
                await asyncio.sleep(0)
                return answer(10, 10)

            await budget(asking(tokens, 0), send)

        await asyncio.gather(one(600), one(900), one(100))
        return sent

    assert asyncio.run(main()) == [600, 900, 100]


def test_who_gives_up_waiting_takes_nothing_and_lets_others_pass() -> None:
    async def main() -> None:
        budget = Budget(tokens=1000, cost=PRICES.cost)
        release = asyncio.Event()

        async def send(_: Request) -> Response:
            await release.wait()
            return answer(10, 10)

        first = asyncio.ensure_future(budget(asking(600, 0), send))
        large = asyncio.ensure_future(budget(asking(900, 0), send))
        small = asyncio.ensure_future(budget(asking(100, 0), send))
        await asyncio.sleep(0)
        assert budget.reserved.input_tokens == 600
        large.cancel()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert budget.reserved.input_tokens == 700
        release.set()
        await asyncio.gather(first, small)
        assert budget.used.requests == 2

    asyncio.run(main())


def test_who_is_granted_and_gives_up_in_one_moment_takes_nothing() -> None:
    async def main() -> None:
        budget = Budget(tokens=1000, cost=PRICES.cost)
        release = asyncio.Event()

        async def send(_: Request) -> Response:
            await release.wait()
            return answer(10, 10)

        first = asyncio.ensure_future(budget(asking(600, 0), send))
        second = asyncio.ensure_future(budget(asking(900, 0), send))
        await asyncio.sleep(0)
        release.set()
        asyncio.get_running_loop().call_soon(second.cancel)  # after the grant, before it is heard
        await asyncio.gather(first, second, return_exceptions=True)
        assert second.cancelled()
        assert budget.reserved.input_tokens == 0
        assert budget.used.requests == 1

    asyncio.run(main())


@pytest.mark.parametrize(
    ("budget", "told"),
    [
        (
            Budget(tokens=1000, cost=PRICES.cost),
            "the budget of 1,000 tokens is used up: 700 used, the next request may take 400; "
            "finished rows are kept: raise --max-tokens and run the same command again",
        ),
        (
            Budget(cost_usd=Decimal("0.005"), cost=PRICES.cost),
            "the budget of 0.005 USD is used up: 0.0045 used, the next request may take 0.0024; "
            "finished rows are kept: raise --max-cost and run the same command again",
        ),
    ],
)
def test_a_budget_that_is_used_up_says_so_to_everybody(budget: Budget, told: str) -> None:
    async def main() -> None:
        await budget(asking(500, 200), always(answer(500, 200)))
        for request in (asking(300, 100), asking(1, 1)):
            with pytest.raises(BudgetError) as raised:
                await budget(request, always(answer(1, 1)))
            assert str(raised.value) == told

    asyncio.run(main())


def test_whoever_can_never_fit_does_not_wait_for_those_under_way() -> None:
    async def main() -> None:
        budget = Budget(tokens=1000, cost=PRICES.cost)
        await budget(asking(500, 0), always(answer(450, 50)))
        release = asyncio.Event()

        async def send(_: Request) -> Response:
            await release.wait()
            return answer(10, 10)

        under_way = asyncio.ensure_future(budget(asking(300, 0), send))
        await asyncio.sleep(0)
        with pytest.raises(BudgetError):
            await budget(asking(600, 0), send)
        release.set()
        assert (await under_way).status == 200

    asyncio.run(main())


def test_what_earlier_runs_used_counts() -> None:
    before = Usage(requests=9, input_tokens=800, output_tokens=100, cost_usd=Decimal(1))
    budget = Budget(tokens=1000, cost=PRICES.cost, spent=before)
    with pytest.raises(BudgetError, match="900 used"):
        asyncio.run(_pass(budget(asking(100, 1), always(answer(1, 1)))))


def test_without_a_budget_usage_is_only_counted() -> None:
    budget = Budget(cost=_unknown)
    asyncio.run(_pass(budget(asking(100, None), always(answer(50, 7)))))
    assert (budget.used.input_tokens, budget.used.cost_usd) == (50, None)


def _unknown(_: Usage) -> None:
    return None


def test_a_server_without_a_greatest_length_has_no_budget() -> None:
    budget = Budget(tokens=1000, cost=PRICES.cost)
    with pytest.raises(BudgetError, match="no greatest length"):
        asyncio.run(_pass(budget(asking(100, None), always(answer(1, 1)))))


def test_a_model_without_a_price_has_no_budget_of_money() -> None:
    budget = Budget(cost_usd=Decimal(1), cost=_unknown)
    with pytest.raises(BudgetError, match="--prices FILE"):
        asyncio.run(_pass(budget(asking(100, 10), always(answer(1, 1)))))


def test_unknown_costs_of_earlier_runs_leave_no_budget_of_money() -> None:
    with pytest.raises(BudgetError, match="not known"):
        Budget(cost_usd=Decimal(1), cost=PRICES.cost, spent=Usage(requests=1, input_tokens=1))


# --- Schedules of faults ------------------------------------------------------------------------


@dataclass(frozen=True)
class Act:
    """One request: its greatest and its real tokens, what becomes of it, and how soon."""

    most: tuple[int, int]
    real: tuple[int, int]
    fate: str
    steps: int
    given_up: bool


@st.composite
def acts(draw: st.DrawFn) -> Act:
    most = (draw(st.integers(1, 400)), draw(st.integers(1, 200)))
    return Act(
        most,
        (draw(st.integers(1, most[0])), draw(st.integers(1, most[1]))),
        draw(st.sampled_from(["ok", "ok", "ok", "429", "500", "lost", "dropped", "cut"])),
        draw(st.integers(0, 6)),
        draw(st.sampled_from([False, False, False, True])),
    )


class Till:
    """Counts what it works for, whatever becomes of the answer."""

    def __init__(self) -> None:
        self.tokens, self.cost = 0, Decimal()

    async def serve(self, act: Act) -> Response:
        if act.fate not in ("429", "500", "dropped"):
            cost = PRICES.cost(Usage(input_tokens=act.real[0], output_tokens=act.real[1]))
            assert cost is not None
            self.tokens += sum(act.real)
            self.cost += cost
        for _ in range(act.steps):
            await asyncio.sleep(0)
        fates: dict[str, Callable[[], Response]] = {
            "ok": lambda: answer(*act.real),
            "cut": lambda: Response(200, answer(*act.real).body[:-9]),
            "lost": lambda: Response(0, lost=True),
            "dropped": lambda: Response(0),
        }
        return fates.get(act.fate, lambda: Response(int(act.fate)))()


@settings(max_examples=100)
@given(st.lists(acts(), max_size=40), st.integers(0, 5000), st.booleans())
def test_no_schedule_of_faults_takes_a_token_or_a_cent_more(
    schedule: list[Act], tokens: int, in_money: bool
) -> None:
    limit = PRICES.cost(Usage(input_tokens=tokens))
    assert limit is not None
    till = Till()
    budget = (
        Budget(cost_usd=limit, cost=PRICES.cost)
        if in_money
        else Budget(tokens=tokens, cost=PRICES.cost)
    )

    async def one(act: Act) -> None:
        async def send(_: Request) -> Response:
            return await till.serve(act)

        await budget(asking(*act.most), send)

    async def main() -> list[BaseException | None]:
        tasks = [asyncio.ensure_future(one(act)) for act in schedule]
        for task, act in zip(tasks, schedule, strict=True):
            for _ in range(act.steps if act.given_up else 0):
                await asyncio.sleep(0)
            if act.given_up:
                task.cancel()
        return await asyncio.gather(*tasks, return_exceptions=True)

    ends = asyncio.run(asyncio.wait_for(main(), 10))
    used = budget.used
    assert till.tokens <= used.input_tokens + used.output_tokens
    assert used.cost_usd is not None
    assert till.cost <= used.cost_usd
    assert used.cost_usd <= limit if in_money else used.input_tokens + used.output_tokens <= tokens
    assert budget.reserved == Usage(cost_usd=Decimal())
    assert all(end is None or isinstance(end, BudgetError | asyncio.CancelledError) for end in ends)
