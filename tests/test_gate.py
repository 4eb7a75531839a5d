"""A gate before simulated servers, in a time that jumps from one timer to the next."""

import asyncio
import json
import random
import selectors
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer.batch.gate import Gate
from summarizer.wire import Request, Response, Send

Result = TypeVar("Result")

LATENCY = 0.15
TOKENS = 1200  # of each answer, a third of what is reserved
SHORT = Request("http://server/v1", b"{}", input_tokens=3000, output_tokens=500)


class Leaping(selectors.SelectSelector):
    """Waits for nothing: time passes at once."""

    now = 1000.0

    def select(self, timeout: float | None = None) -> list[Any]:
        assert timeout is not None, "all wait, and nothing will ever happen"
        self.now += timeout
        return []


class LeapingLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._leaping = Leaping()
        super().__init__(self._leaping)

    def time(self) -> float:
        return self._leaping.now


def run(main: Coroutine[Any, Any, Result]) -> Result:
    with asyncio.Runner(loop_factory=LeapingLoop) as runner:
        return runner.run(main)


@pytest.fixture(autouse=True)
def same_chance() -> None:
    random.seed(7)


def now() -> float:
    return asyncio.get_running_loop().time()


def answer(headers: Mapping[str, str], tokens: int = 1000) -> Response:
    usage = {"prompt_tokens": tokens, "completion_tokens": 200}
    body = {"choices": [{"message": {"content": "{}"}}], "usage": usage}
    return Response(200, json.dumps(body).encode(), headers)


@dataclass
class Server:
    """Allows so many requests or tokens a minute, the worth of some seconds of them at once."""

    per_minute: float
    unit: str = "requests"
    tells: bool = True
    latency: float = LATENCY
    burst: float = 1.0
    requests: int = 0
    refused: int = 0
    sent_at: list[float] = field(default_factory=list)
    _used: float = 0.0  # seconds of the burst
    _seen_at: float = 0.0

    async def __call__(self, _: Request) -> Response:
        self._used = max(self._used - (now() - self._seen_at), 0.0)
        self._seen_at = now()
        self.requests += 1
        is_accepted = self._used + self._each() <= self.burst + 1e-9
        if is_accepted:
            self._used += self._each()
            self.sent_at.append(now())
        else:
            self.refused += 1
        headers = self._headers() if self.tells else {}
        await asyncio.sleep(self.latency)
        return answer(headers) if is_accepted else Response(429, headers=headers)

    def _each(self) -> float:
        """Seconds of the rate that one request takes."""
        return (1 if self.unit == "requests" else TOKENS) * 60 / self.per_minute

    def _headers(self) -> dict[str, str]:
        left = (self.burst - self._used) * self.per_minute / 60
        return {
            f"x-ratelimit-limit-{self.unit}": str(int(self.per_minute)),
            f"x-ratelimit-remaining-{self.unit}": str(int(left)),
            f"x-ratelimit-reset-{self.unit}": f"{int(self._used * 1000)}ms",
        }

    def share_used(self) -> float:
        """Of what it allowed from the first request to the last."""
        seconds = self.burst + self.sent_at[-1] - self.sent_at[0]
        return len(self.sent_at) * self._each() / seconds


async def insist(gate: Gate, send: Send, request: Request = SHORT, attempts: int = 12) -> Response:
    """Send a request again while it fails, as the adapter does."""
    for attempt in range(attempts):
        response = await gate(request, send)
        if response.status == 200:
            break
        await asyncio.sleep(random.uniform(0, 2.0**attempt))
    return response


async def all_of(
    gate: Gate, send: Send, number: int, request: Request = SHORT, at_once: int = 64
) -> int:
    """How many of that many documents were answered."""
    left = iter(range(number))

    async def work() -> int:
        return sum([(await insist(gate, send, request)).status == 200 for _ in left])

    return sum(await asyncio.gather(*(work() for _ in range(at_once))))


@pytest.mark.parametrize(("rpm", "latency"), [(1200, 0.15), (None, 0.15), (1200, 2.0)])
def test_a_told_rate_and_one_of_the_headers_are_used_and_hardly_exceeded(
    rpm: float | None, latency: float
) -> None:
    server = Server(1200, tells=rpm is None, latency=latency)
    assert run(all_of(Gate(at_once=64, rpm=rpm), server, 300)) == 300
    assert server.share_used() >= 0.9
    assert server.refused < 0.02 * server.requests


def test_a_rate_that_is_heard_late_is_not_lowered_by_what_was_refused_before() -> None:
    server = Server(1200, latency=2)
    gate = Gate(at_once=64)
    assert run(all_of(gate, server, 600)) == 600
    assert server.share_used() >= 0.9
    assert gate.rate == pytest.approx(1200, rel=0.02)


def test_a_rate_that_nobody_tells_is_learnt_from_refusals() -> None:
    server = Server(1200, tells=False)
    gate = Gate(at_once=64)
    assert run(all_of(gate, server, 1200)) == 1200
    assert server.share_used() >= 0.8
    assert server.refused < 0.15 * server.requests
    assert gate.rate == pytest.approx(1200, rel=0.3)


def test_a_rate_told_too_high_is_corrected_by_refusals() -> None:
    server = Server(1200, tells=False)
    assert run(all_of(Gate(at_once=64, rpm=6000), server, 1200)) == 1200
    assert server.share_used() >= 0.8
    assert server.refused < 0.15 * server.requests


def test_a_told_rate_is_not_raised_by_what_the_server_allows() -> None:
    server = Server(1200)
    gate = Gate(at_once=64, rpm=600)
    assert run(all_of(gate, server, 100)) == 100
    assert server.share_used() == pytest.approx(0.5, rel=0.1)


@pytest.mark.parametrize("tpm", [240_000, None])
def test_tokens_a_minute_are_kept_and_used(tpm: float | None) -> None:
    server = Server(240_000, unit="tokens", tells=tpm is None, burst=6)
    assert run(all_of(Gate(at_once=64, tpm=tpm), server, 400)) == 400
    assert server.share_used() >= 0.9
    assert server.refused < 0.02 * server.requests


@pytest.mark.parametrize("response", [Response(0, lost=True), answer({}, 1_000_000)])
def test_a_document_of_more_than_a_minute_of_tokens_takes_a_minute(response: Response) -> None:
    sent_at: list[float] = []

    async def send(_: Request) -> Response:
        sent_at.append(now())
        return response

    async def main() -> None:
        gate = Gate(at_once=4, tpm=1000)
        huge = Request("", b"", input_tokens=1_000_000, output_tokens=500)
        await asyncio.gather(*(gate(huge, send) for _ in range(3)))

    run(main())
    assert [b - a for a, b in pairwise(sent_at)] == pytest.approx([60, 60], rel=0.01)


@pytest.mark.parametrize(
    ("response", "seconds"), [(answer({}, 10), 0.5), (answer({}, 5000), 5.5), (Response(400), 0.5)]
)
def test_tokens_that_were_not_used_are_there_for_who_waits(
    response: Response, seconds: float
) -> None:
    async def main() -> None:
        gate = Gate(at_once=4, tpm=60_000)
        large = Request("", b"", input_tokens=30_000)
        began = now()
        await asyncio.gather(*(gate(large, _always(response)) for _ in range(2)))
        assert now() - began < seconds

    run(main())


def test_what_a_server_counts_tells_how_many_tokens_the_next_will_take() -> None:
    async def main() -> None:
        gate = Gate(at_once=4, tpm=60_000)
        large = Request("", b"", input_tokens=30_000)
        await gate(large, _always(answer({}, 300)))
        began = now()
        for _ in range(3):
            await gate(large, _always(Response(0, lost=True)))
        assert now() - began < 1

    run(main())


def test_no_minute_holds_more_than_is_allowed() -> None:
    server = Server(10_000, tells=False)
    run(all_of(Gate(at_once=1000, rpm=1200), server, 3000, at_once=1000))
    times = server.sent_at
    most = max(sum(1 for other in times if at <= other < at + 60) for at in times[::7])
    assert 1150 < most <= 1200


def test_a_server_without_limits_soon_has_as_many_at_once_as_allowed() -> None:
    server = Server(1e9, tells=False, latency=8)
    gate = Gate(at_once=1000)
    began = 1000.0
    assert run(all_of(gate, server, 5000, at_once=1000)) == 5000
    assert server.sent_at[-1] + 8 - began < 5 * 8 / 0.96
    assert gate.rate is None


def test_never_more_are_under_way_than_allowed() -> None:
    most = 0

    async def main() -> None:
        gate = Gate(at_once=3)

        async def send(_: Request) -> Response:
            nonlocal most
            most = max(most, gate.in_flight)
            await asyncio.sleep(1)
            return Response(200)

        await asyncio.gather(*(gate(SHORT, send) for _ in range(30)))
        assert gate.in_flight == 0

    run(main())
    assert most == 3


def test_who_comes_first_goes_first() -> None:
    order: list[bytes] = []

    async def send(request: Request) -> Response:
        order.append(request.body)
        await asyncio.sleep(random.random())
        return Response(200)

    async def main() -> None:
        gate = Gate(at_once=3, rpm=600)
        await asyncio.gather(*(gate(Request("", b"%03d" % n), send) for n in range(50)))

    run(main())
    assert order == sorted(order)


def test_many_refusals_are_one_reason_to_slow_down() -> None:
    async def main() -> Gate:
        gate = Gate(at_once=100)
        statuses = iter([503] * 100)

        async def send(_: Request) -> Response:
            await asyncio.sleep(1)
            return Response(next(statuses, 200))

        await asyncio.gather(*(gate(SHORT, send) for _ in range(100)))
        return gate

    assert run(main()).allowed == 70


def test_a_single_refusal_holds_nobody_up() -> None:
    async def main() -> Gate:
        gate = Gate(at_once=50)
        for number in range(200):
            await gate(SHORT, _always(Response(503 if number % 20 == 0 else 200)))
        assert gate.paused == 0
        return gate

    assert run(main()).allowed == 50


def _always(response: Response) -> Send:
    async def send(_: Request) -> Response:
        await asyncio.sleep(LATENCY)
        return response

    return send


@pytest.mark.parametrize("fault", [Response(503), Response(0)])
def test_a_broken_server_is_left_alone_and_all_are_done_when_it_is_back(fault: Response) -> None:
    """Down for half a minute; nobody is asked more than twelve times."""
    requests = 0

    async def send(_: Request) -> Response:
        nonlocal requests
        requests += 1
        await asyncio.sleep(LATENCY)
        return fault if 1001 < now() < 1030 else answer({})

    async def main() -> None:
        gate = Gate(at_once=64)
        assert await all_of(gate, send, 2000) == 2000
        assert gate.allowed == 64  # it has crept up again

    run(main())
    assert requests < 2400


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "130"}, 130),
        ({"retry-after-ms": "2500"}, 2.5),
        (
            {
                "x-ratelimit-limit-requests": "60",
                "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-reset-requests": "1m0.5s",
            },
            60.5,
        ),
        (
            {
                "x-ratelimit-limit-tokens": "60",
                "x-ratelimit-remaining-tokens": "0",
                "x-ratelimit-reset-tokens": "20ms",
            },
            0.02,
        ),
    ],
)
def test_a_pause_that_the_server_asks_for_holds_for_everybody(
    headers: dict[str, str], seconds: float
) -> None:
    async def main() -> None:
        gate = Gate(at_once=8)
        began = now()
        await gate(SHORT, _instant(Response(429, headers=headers)))
        assert gate.paused == pytest.approx(seconds)
        await asyncio.gather(*(gate(Request("", b""), _instant(Response(200))) for _ in range(2)))
        assert now() - began == pytest.approx(seconds)

    run(main())


def test_a_shorter_pause_does_not_end_a_longer_one() -> None:
    async def main() -> None:
        gate = Gate(at_once=8)
        pauses = [Response(429, headers={"retry-after": seconds}) for seconds in ("130", "1")]
        await asyncio.gather(*(gate(SHORT, _always(response)) for response in pauses))
        assert gate.paused == pytest.approx(130)

    run(main())


def _instant(response: Response) -> Send:
    async def send(_: Request) -> Response:
        return response

    return send


@pytest.mark.parametrize(
    "headers",
    [
        {"x-ratelimit-limit-requests": "many"},
        {"x-ratelimit-limit-requests": "0"},
        {"x-ratelimit-limit-requests": "200", "x-ratelimit-reset-requests": "23h59m"},
        {
            "x-ratelimit-limit-requests": "200",
            "x-ratelimit-remaining-requests": "0",
            "x-ratelimit-reset-requests": "1795330000",
        },
    ],
)
def test_a_header_that_tells_no_limit_of_a_minute_is_left_aside(headers: dict[str, str]) -> None:
    async def main() -> None:
        gate = Gate(at_once=8)
        await gate(SHORT, _instant(Response(200, headers=headers)))
        assert gate.rate is None
        assert gate.paused == 0

    run(main())


Act = tuple[int, float, float]


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([200, 429, 503, 500, 0]),
            st.floats(0, 3),
            st.floats(0, 6),
        ),
        max_size=60,
    ),
    st.sampled_from([(None, None), (600, None), (None, 60_000), (600, 60_000)]),
)
def test_giving_up_never_costs_anybody_a_place(
    acts: list[Act], told: tuple[float | None, float | None]
) -> None:
    """Requests of any outcome, some given up while they wait or are under way."""

    async def main() -> None:
        gate = Gate(at_once=4, rpm=told[0], tpm=told[1])

        def one(act: Act) -> Callable[[], Awaitable[Response]]:
            async def send(_: Request) -> Response:
                assert gate.in_flight <= 4
                await asyncio.sleep(act[1])
                return Response(act[0])

            return lambda: gate(SHORT, send)

        tasks = [asyncio.ensure_future(one(act)()) for act in acts]
        loop = asyncio.get_running_loop()
        for task, act in zip(tasks, acts, strict=True):
            if act[2] < 4:
                loop.call_later(act[2], task.cancel)
        await asyncio.gather(*tasks, return_exceptions=True)
        assert gate.in_flight == 0
        await gate(SHORT, _instant(Response(200)))

    run(main())


@pytest.mark.parametrize("status", [429, 500, 503])
def test_faults_that_slowing_down_does_not_mend_hardly_slow_anybody_down(status: int) -> None:
    """One in sixteen fails at random; each is sent again after a second on average."""

    async def send(_: Request) -> Response:
        await asyncio.sleep(LATENCY)
        return Response(status) if random.random() < 1 / 16 else answer({})

    async def main() -> None:
        began = now()
        assert await all_of(Gate(at_once=64), send, 6400) == 6400
        assert now() - began < 4 * 6400 / 64 * LATENCY

    run(main())


def test_who_is_let_in_and_given_up_in_one_moment_leaves_no_trace() -> None:
    async def main() -> None:
        gate = Gate(at_once=1, tpm=60_000)
        small, large = Request("", b""), Request("", b"", input_tokens=60_000)
        release = asyncio.Event()

        async def send(_: Request) -> Response:
            await release.wait()
            return Response(200)

        first = asyncio.ensure_future(gate(small, send))
        second = asyncio.ensure_future(gate(large, send))
        await asyncio.sleep(0)
        release.set()
        asyncio.get_running_loop().call_soon(second.cancel)  # let in, and not yet told
        await asyncio.gather(first, second, return_exceptions=True)
        assert second.cancelled()
        assert gate.in_flight == 0
        began = now()
        await gate(small, send)
        assert now() == began

    run(main())
