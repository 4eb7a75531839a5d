"""How fast requests go out: a rate that is told or learnt, fewer at once while a server refuses.

What one request hears holds for all: a pause that a server asks for stops everybody. A rate is
kept by spacing requests, not by counting them in a minute, as servers refuse bursts. Refusals
count by their share: a single one is the bad luck of one request, many are everybody's business.
"""

import asyncio
import math
import random
import re
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from summarizer.completions import spent
from summarizer.faults import pause
from summarizer.wire import Request, Response, Send

_OK = 200
_REFUSED = frozenset({429, 503, 529})
_RATED = 429
_BROKEN = 500

_MINUTE = 60.0
_DAY = 86_400.0
_BURST = 0.25  # seconds of a rate that may go out at once after an idle moment
_SAFE = 0.99  # of a rate; with the burst still no minute holds more than the server allows
_INSTANT = 1e-6  # seconds that clocks and sums do not tell from none

_FIRST = 8  # requests that go out at once to a server of which nothing is known
_DOUBLED = 0.2  # seconds until twice as many have gone out: its first answer may tell a rate

_SPAN = 32  # requests over which a share is taken
_REFUSALS = 0.2  # share of refused requests from which on everybody slows down
_FAULTS = 0.5  # the same of requests that fail on the way or break the server
_FEWER = 0.7  # of the requests at once remain after many were refused
_MORE = 0.2  # of a request at once more after each success
_SLOWER = 0.9  # of the rate that was accepted is kept after many were refused
_FASTER = 0.02  # requests a second more after each success: 2 % a second
_MEMORY = 5.0  # seconds over which the accepted rate is taken
_FEWEST = 5.0  # accepted requests that tell a rate
_SHORTEST = 0.5  # seconds of pause after the first refusals, doubled with each further round
_LONGEST = 30.0
_DOUBLINGS = 6
_NEWEST = 0.1  # weight of the last request in the mean of real to greatest tokens


class Gate:
    """Lets requests pass in the order in which they come, as fast as the server likes.

    ``at_once`` is the largest number under way at the same time. ``rpm`` and ``tpm`` are requests
    and tokens a minute; what is not told is learnt from the headers ``x-ratelimit-*`` or from
    refusals. A gate belongs to one event loop.
    """

    def __init__(self, *, at_once: int, rpm: float | None = None, tpm: float | None = None) -> None:
        self.in_flight = 0
        self._at_once, self._allowed = at_once, float(at_once)
        self._requests, self._tokens = _Pace(rpm), _Pace(tpm)
        self._waiting: deque[tuple[float, asyncio.Future[float]]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._paused_until = 0.0
        self._clock: Callable[[], float] = time.monotonic
        self._accepted = _Accepted()
        self._opened_at, self._opened = 0.0, 0
        self._refused, self._broken = _Share(_REFUSALS), _Share(_FAULTS)
        self._rounds, self._slowed_at = 0, 0.0
        self._real, self._is_measured = 1.0, False

    @property
    def allowed(self) -> int:
        """Requests that may be under way at once at the moment."""
        return int(self._allowed)

    @property
    def rate(self) -> float | None:
        """Requests a minute, None if no limit is known."""
        rate = self._requests.rate
        return None if rate is None else rate * _MINUTE

    @property
    def paused(self) -> float:
        """Seconds left of a pause that the server asked for or that many refusals called for."""
        return max(self._paused_until - self._clock(), 0.0)

    async def __call__(self, request: Request, send: Send) -> Response:
        """Send a request when it is its turn."""
        loop = asyncio.get_running_loop()
        self._clock = loop.time  # other threads may ask how long a pause still is
        tokens = request.input_tokens * self._real + (request.output_tokens or 0)
        booked = await self._turn(loop, tokens)
        sent_at = loop.time()
        try:
            response = await send(request)
            self._hear(response, sent_at, loop.time())
            self._settle(request, booked, response)
        finally:
            self.in_flight -= 1
            self._admit(loop)
        return response

    # --- Whose turn it is

    async def _turn(self, loop: asyncio.AbstractEventLoop, tokens: float) -> float:
        """Wait for the turn; seconds of the rate of tokens that are booked for it."""
        turn: asyncio.Future[float] = loop.create_future()
        self._waiting.append((tokens, turn))
        self._admit(loop)
        try:
            return await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # let in and interrupted at one moment
                self.in_flight -= 1
                self._tokens.settle(turn.result(), 0)
                self._admit(loop)
            raise

    def _admit(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let in who may go now; a timer comes back for the next one if only time is missing."""
        now = loop.time()
        while self._waiting and self.in_flight < self.allowed:
            tokens, turn = self._waiting[0]
            if not turn.done():  # else its request was given up
                ready_at = self._ready_at()
                if ready_at > now + _INSTANT:
                    self._come_back(loop, ready_at)
                    return
                turn.set_result(self._let_in(now, tokens))
            self._waiting.popleft()

    def _ready_at(self) -> float:
        """When the next request may go out."""
        return max(
            self._paused_until,
            self._requests.ready_at,
            self._tokens.ready_at,
            self._opening_at if self._requests.rate is None else 0.0,
        )

    @property
    def _opening_at(self) -> float:
        """When the next request may go out to a server of which nothing is known."""
        return self._opened_at + _DOUBLED * math.log2(max(self._opened / _FIRST, 1.0))

    def _let_in(self, now: float, tokens: float) -> float:
        if not self._opened:
            self._opened_at = now
        self._opened += 1
        self.in_flight += 1
        self._requests.book(now, 1)
        return self._tokens.book(now, tokens)

    def _come_back(self, loop: asyncio.AbstractEventLoop, when: float) -> None:
        if self._timer is not None:
            if loop.time() < self._timer.when() <= when:
                return  # it will look again
            self._timer.cancel()
        self._timer = loop.call_at(when, self._awake, loop)

    def _awake(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        self._admit(loop)

    # --- What an answer tells

    def _hear(self, response: Response, sent_at: float, now: float) -> None:
        headers, status = response.headers, response.status
        for kind, pace in (("requests", self._requests), ("tokens", self._tokens)):
            was_known = pace.rate is not None
            self._pause(_read_limits(headers, kind, pace, now), now)
            if not was_known and pace.rate is not None:
                self._slowed_at = now  # what was sent until now knew nothing of a rate
        asked = pause(headers) if status in _REFUSED else None
        self._pause(asked, now)
        if status == _OK:
            self._accepted.add(now)
        if sent_at < self._slowed_at:
            return  # of a time of which everybody knows already
        self._refused.add(status in _REFUSED)
        self._broken.add(not status or (status >= _BROKEN and status not in _REFUSED))
        if status == _OK:
            self._quicken()
        elif self._refused.is_large or self._broken.is_large:
            self._slow(status, now)
            self._pause(self._own_pause() if asked is None else None, now)

    def _pause(self, seconds: float | None, now: float) -> None:
        if seconds is not None:
            self._paused_until = max(self._paused_until, now + seconds)

    def _own_pause(self) -> float:
        """Seconds, longer with each round of refusals, not the same for several processes."""
        longest = min(_SHORTEST * 2.0 ** min(self._rounds - 1, _DOUBLINGS), _LONGEST)
        return longest * random.uniform(0.75, 1.25)  # noqa: S311 - no secret

    def _slow(self, status: int, now: float) -> None:
        self._slowed_at = now
        self._rounds = self._rounds + 1
        self._allowed = max(self._allowed * _FEWER, 1.0)
        accepted = self._accepted.rate(now)
        if status == _RATED and accepted is not None:
            self._requests.slow(accepted, now)

    def _quicken(self) -> None:
        self._rounds = 0
        self._allowed = min(self._allowed + max(_MORE, 1 / self._allowed), self._at_once)
        self._requests.quicken()

    def _settle(self, request: Request, booked: float, response: Response) -> None:
        """Put what was used in the place of what was booked."""
        if not booked or response.lost:
            return
        used = spent(response)
        if used is None:
            self._tokens.settle(booked, 0)
        elif used.input_tokens:  # else the server does not count
            self._tokens.settle(booked, used.input_tokens + used.output_tokens)
            real = used.input_tokens / max(request.input_tokens, 1)
            self._real += (real - self._real) * (_NEWEST if self._is_measured else 1.0)
            self._is_measured = True


class _Pace:
    """Requests or tokens a second: each amount booked moves the time of the next one."""

    def __init__(self, told: float | None) -> None:
        self._told = math.inf if told is None else told / _MINUTE * _SAFE
        self._most = self._told
        self._booked_until = 0.0  # when all that is booked would be out at an even pace
        self.rate = None if told is None else self._told

    @property
    def ready_at(self) -> float:
        """When the next amount may be booked, however large it is."""
        return self._booked_until - _BURST

    def book(self, now: float, amount: float) -> float:
        """Seconds that an amount takes up; more than a minute's worth counts as a minute's."""
        if self.rate is None:
            return 0.0
        seconds = min(amount / self.rate, _MINUTE)
        self._booked_until = max(self._booked_until, now) + seconds
        return seconds

    def settle(self, booked: float, used: float) -> None:
        """Book what was used in the place of what was thought."""
        if booked and self.rate is not None:
            self._booked_until += min(used / self.rate, _MINUTE) - booked

    def hear(self, limit: float, now: float) -> None:
        """A server tells how much it allows in a minute."""
        most = min(limit / _MINUTE * _SAFE, self._told)
        if self.rate is None:
            self._begin(most, now)
        elif self.rate == self._most or self.rate > most:  # not slowed down by refusals
            self.rate = most
        self._most = most

    def slow(self, accepted: float, now: float) -> None:
        """Many were refused while so many a second were accepted."""
        if self.rate is None:
            self._begin(accepted * _SLOWER, now)
        else:
            self.rate = max(min(accepted, self.rate) * _SLOWER, self.rate / 2)

    def quicken(self) -> None:
        """One was accepted: try a little more."""
        if self.rate is not None:
            self.rate = min(self.rate + _FASTER * min(self.rate, 1.0), self._most)

    def _begin(self, rate: float, now: float) -> None:
        self.rate = rate
        self._booked_until = now + _BURST  # what went out until now was a burst


class _Share:
    """The share of requests with which something is wrong; what is longer ago weighs less."""

    def __init__(self, large: float) -> None:
        self._share, self._large = 0.0, large

    @property
    def is_large(self) -> bool:
        """Whether it is more than bad luck."""
        return self._share > self._large

    def add(self, is_wrong: bool) -> None:
        """One more request."""
        self._share += (is_wrong - self._share) / _SPAN


class _Accepted:
    """How many requests a second were accepted of late; what is longer ago weighs less."""

    def __init__(self) -> None:
        self._count, self._began, self._last = 0.0, 0.0, 0.0

    def add(self, now: float) -> None:
        """One was accepted."""
        if not self._count:
            self._began = now
        self._count = self._left(now) + 1
        self._last = now

    def rate(self, now: float) -> float | None:
        """Requests a second, None if too few were accepted to tell."""
        count = self._left(now)
        if count < _FEWEST:
            return None
        seconds = max(now - self._began, 1.0)
        return count / (_MEMORY * (1 - math.exp(-seconds / _MEMORY)))

    def _left(self, now: float) -> float:
        return self._count * math.exp((self._last - now) / _MEMORY)


# --- Headers ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Names:
    """Names of the headers of one kind of limit."""

    limit: str
    remaining: str
    reset: str


_NAMES = {
    kind: _Names(*(f"x-ratelimit-{what}-{kind}" for what in ("limit", "remaining", "reset")))
    for kind in ("requests", "tokens")
}
_UNITS = {"d": _DAY, "h": 3600.0, "m": _MINUTE, "s": 1.0, "ms": 1e-3}
_TIME = re.compile(r"(\d+(?:\.\d+)?)(ms|[dhms])")


def _read_limits(headers: Mapping[str, str], kind: str, pace: _Pace, now: float) -> float | None:
    """Tell a pace what a server allows; seconds to wait if nothing is left."""
    names = _NAMES[kind]
    limit = headers.get(names.limit, "")
    if not limit.isdecimal() or not int(limit):
        return None
    reset = _seconds(headers.get(names.reset, ""))
    if reset <= _MINUTE:  # else it is no limit of a minute
        pace.hear(int(limit), now)
    if headers.get(names.remaining) == "0" and reset <= _DAY:
        return reset
    return None


def _seconds(text: str) -> float:
    """The seconds of ``6m0s``, ``20ms`` or ``1.5``; none if it tells nothing."""
    if parts := _TIME.findall(text):
        return sum(float(number) * _UNITS[unit] for number, unit in parts)
    try:
        return float(text)
    except ValueError:
        return 0.0
