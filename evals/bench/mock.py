"""A model's server that answers at once, late, or not at all: what batches are measured against.

It runs in a process of its own, reads the numbered clauses of a question as a model would, and
counts every request and every answer that it was paid for; ``GET /witness`` tells them. Faults are
drawn from a seed, the question and how often it came, so that runs can be compared.
"""

import asyncio
import json
import logging
import multiprocessing
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from multiprocessing.connection import Connection
from typing import Any
from urllib.request import urlopen

from aiohttp import web

FAULTS = ("429", "500", "timeout", "reset", "cut body", "cut answer", "no JSON")
_CLAUSE = re.compile(r"\[(\d+)\] (.*?)(?=\s*\[\d+\] |\s*</report>|\Z)", re.DOTALL)
_DOCUMENT = re.compile(r"Báo cáo số (\d+)")
_BYTES_PER_TOKEN = 3


@dataclass(frozen=True)
class Manners:
    """How a mock behaves.

    ``latency`` and ``hang`` are seconds, ``faults`` the share of requests that go wrong, ``rate``
    the requests a minute that it allows (with a burst of one second), ``tells`` whether its headers
    say so.
    """

    latency: float = 0.0
    faults: float = 0.0
    kinds: tuple[str, ...] = FAULTS
    hang: float = 30.0
    seed: int = 0
    rate: float | None = None
    tells: bool = True


@contextmanager
def mock(manners: Manners) -> Iterator[str]:
    """A running mock; gives its base URL."""
    ours, other = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_serve, args=(manners, other), daemon=True
    )
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}/v1"
    finally:
        process.terminate()
        process.join()


def witness(base_url: str) -> dict[str, Any]:
    """What the mock counted: ``requests``, ``paid``, ``refused``, ``tokens``, ``most`` in flight,
    ``first`` and ``last`` (seconds), answers a second in the ``middle`` of the run, and by document
    the questions it was ``paid_for`` and how often.
    """  # noqa: D205 - one list of names
    with urlopen(base_url.removesuffix("/v1") + "/witness") as answer:  # noqa: S310 - loopback
        return dict(json.load(answer))


def report(number: int) -> str:
    """A short report, different for every number."""
    rice, money = 10_000 + number, 12 + number % 80
    return (
        f"Báo cáo số {number} của xã Tân Lập\n\n"
        f"Năm 2025, sản lượng lúa của xã đạt {_dotted(rice)} tấn, tăng 2,2% so với năm 2024. "
        f"Thu ngân sách trên địa bàn đạt {money},5 tỷ đồng, bằng 105% kế hoạch. "
        "Tuy nhiên, tiến độ giải ngân vốn đầu tư công còn chậm.\n\n"
        f"Năm 2026, xã phấn đấu sản lượng lúa đạt {_dotted(rice + 500)} tấn. "
        "Chủ tịch UBND xã yêu cầu các ban, ngành khẩn trương rà soát hộ nghèo "
        "trước ngày 30/6/2026.\n"
    )


def record(number: int) -> str:
    """The report as a line of JSONL, named by its number."""
    return json.dumps({"id": str(number), "text": report(number)}, ensure_ascii=False) + "\n"


def answer(form: str, prompt: str) -> dict[str, Any]:
    """What the mock answers: a draft of the clauses shown, read by their most telling words."""
    if form != "draft":
        return {"verdicts": []}
    lists: dict[str, list[dict[str, Any]]] = {
        "achievements": [],
        "shortcomings": [],
        "targets": [],
        "directives": [],
    }
    clauses = [(int(number), words) for number, words in _CLAUSE.findall(prompt)]
    planned = False
    for number, words in clauses:
        item: dict[str, Any] = {"clauses": [number], "sector": "general"}
        planned = planned or "phấn đấu" in words
        if "rà soát" in words:
            lists["directives"].append({**item, "issuer": 0, "addressees": [], "deadline": None})
        elif "còn chậm" in words:
            lists["shortcomings"].append({**item, "indicator": None})
        elif " đạt " in words and planned:
            lists["targets"].append({**item, "indicator": None, "deadline": None})
        elif " đạt " in words:
            lists["achievements"].append({**item, "indicator": None})
    issuer: dict[str, Any] = {
        "name": "Chủ tịch UBND xã",
        "posts": [],
        "kind": "person",
        "document": None,
    }
    return {"overview": "", "issuers": [issuer], **lists}


def _dotted(number: int) -> str:
    return f"{number:,}".replace(",", ".")


@dataclass
class _Server:
    manners: Manners
    came: Counter[str] = field(default_factory=Counter)
    paid_for: dict[str, Counter[str]] = field(default_factory=dict)
    told: Counter[str] = field(default_factory=Counter)
    in_flight: int = 0
    most: int = 0
    first: float = 0.0
    last: float = 0.0
    answers: list[float] = field(default_factory=list)
    tokens: float = -1.0
    filled: float = 0.0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        now = time.monotonic()
        self.first = self.first or now
        self.told["requests"] += 1
        self.in_flight += 1
        self.most = max(self.most, self.in_flight)
        try:
            return await self._answered(request, body, now)
        finally:
            self.in_flight -= 1
            self.last = time.monotonic()

    async def _answered(self, request: web.Request, body: bytes, now: float) -> web.StreamResponse:
        if not self._admitted(now):
            self.told["refused"] += 1
            return self._error(429, "rate_limit_exceeded")
        key = sha256(body).hexdigest()
        fault = self._fault(key)
        self.came[key] += 1
        if fault in {"429", "500"}:
            self.told["faults"] += 1
            return self._error(int(fault), None)
        await asyncio.sleep(self.manners.latency)
        if fault == "timeout":
            self.told["faults"] += 1
            await asyncio.sleep(self.manners.hang)
        if fault in {"timeout", "reset"}:
            self.told["faults"] += fault == "reset"
            _break_off(request)
            return web.Response()
        return await self._completed(request, json.loads(body), key, fault)

    async def _completed(
        self, request: web.Request, asked: dict[str, Any], key: str, fault: str | None
    ) -> web.StreamResponse:
        prompt = asked["messages"][1]["content"]
        form = asked["response_format"]["json_schema"]["name"]
        text = json.dumps(answer(form, prompt), ensure_ascii=False)
        if fault == "cut answer":
            text = text[: len(text) // 2]
        if fault == "no JSON":
            text = "Xin lỗi, tôi không trả lời bằng JSON."
        sizes = [sum(len(m["content"].encode()) for m in asked["messages"]), len(text.encode())]
        read, written = (size // _BYTES_PER_TOKEN for size in sizes)
        content = json.dumps(
            {
                "choices": [{"index": 0, "finish_reason": "stop", "message": {"content": text}}],
                "usage": {"prompt_tokens": read, "completion_tokens": written},
            }
        ).encode()
        headers = {"Content-Type": "application/json", **self._limits()}
        if fault == "cut body":  # promises more than it sends
            self.told["faults"] += 1
            response = web.StreamResponse(headers={**headers, "Content-Length": str(len(content))})
            await response.prepare(request)
            await response.write(content[: len(content) // 2])
            _break_off(request)
            return response
        found = _DOCUMENT.search(prompt)
        document = found[1] if found else "?"
        self.paid_for.setdefault(document, Counter())[key[:16]] += 1
        self.told["paid"] += 1
        self.answers.append(time.monotonic())
        self.told["tokens"] += read + written
        self.told["faults"] += fault is not None
        return web.Response(body=content, headers=headers)

    def _fault(self, key: str) -> str | None:
        draw = random.Random(f"{self.manners.seed} {key} {self.came[key]}")  # noqa: S311 - no secret
        return draw.choice(self.manners.kinds) if draw.random() < self.manners.faults else None

    def _admitted(self, now: float) -> bool:
        if self.manners.rate is None:
            return True
        burst = self.manners.rate / 60
        if self.tokens < 0:
            self.tokens, self.filled = burst, now
        self.tokens = min(burst, self.tokens + (now - self.filled) * burst)
        self.filled = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True

    def _limits(self) -> dict[str, str]:
        if self.manners.rate is None or not self.manners.tells:
            return {}
        burst = self.manners.rate / 60
        return {
            "x-ratelimit-limit-requests": f"{self.manners.rate:.0f}",
            "x-ratelimit-remaining-requests": f"{max(int(self.tokens), 1)}",
            "x-ratelimit-reset-requests": f"{(burst - self.tokens) / burst * 1000:.0f}ms",
        }

    def _error(self, status: int, code: str | None) -> web.Response:
        told = {"error": {"message": "not now", "code": code}}
        return web.json_response(told, status=status, headers=self._limits())

    async def witness(self, _: web.Request) -> web.Response:
        return web.json_response(
            {
                **{name: self.told[name] for name in ("requests", "paid", "refused", "faults")},
                "tokens": self.told["tokens"],
                "most": self.most,
                "first": self.first,
                "last": self.last,
                "middle": _middle(self.answers),
                "paid_for": self.paid_for,
            }
        )


def _middle(times: list[float]) -> float:
    """Answers a second, without the first and last tenth of them; 0 if they are few."""
    tenth = len(times) // 10
    if not tenth:
        return 0.0
    return (len(times) - 2 * tenth) / (times[-tenth] - times[tenth])


def _break_off(request: web.Request) -> None:
    if request.transport is not None:  # else the other side has gone already
        request.transport.abort()


def _serve(manners: Manners, told: Connection) -> None:
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # clients may go as they like
    asyncio.run(_served(manners, told))


async def _served(manners: Manners, told: Connection) -> None:
    server = _Server(manners)
    app = web.Application(client_max_size=64 * 2**20)
    app.router.add_post("/v1/chat/completions", server.answer)
    app.router.add_get("/witness", server.witness)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=2048)
    await site.start()
    told.send(runner.addresses[0][1])
    await asyncio.Event().wait()
