"""What our side of a question costs: CPU time of ``OpenAIModel.ask`` against a local server.

``python -m evals.bench.overhead`` starts a server of its own that answers at once, asks it the
same questions through ``OpenAIModel`` and through plain aiohttp, and asserts nothing. Times are
CPU times of this process alone; only the ratio means something on a busy machine.
"""

import asyncio
import json
import multiprocessing
import time
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection

import aiohttp
from aiohttp import web

from schemas.answers import DraftAnswer
from summarizer.forms import form
from summarizer.llm import Question
from summarizer.openai import OpenAIModel

_AT_ONCE = 64
_QUESTIONS = 1500
_ROUNDS = 3
_PROMPT = 6_000  # bytes of a report's clauses
_ITEMS = 60
_CLAUSE = "[{}] Sản lượng lúa đạt 5.807 tấn, tăng 2,2% so với cùng kỳ.\n"


def main() -> None:
    """Print what one question costs, and how much of it is not plain HTTP."""
    ours, other = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(other,), daemon=True)
    server.start()
    base_url = f"http://127.0.0.1:{ours.recv()}/v1"
    try:
        asyncio.run(_measure(base_url))
    finally:
        server.terminate()
        server.join()


async def _measure(base_url: str) -> None:
    model = OpenAIModel("mock", base_url=base_url)
    question = Question("Định nghĩa.\n" * 40, _prompt(), form(DraftAnswer), 4000)
    body = {
        "model": "mock",
        "messages": [
            {"role": "system", "content": question.system},
            {"role": "user", "content": question.user},
        ],
        "response_format": {"type": "json_schema", "json_schema": {"schema": question.form.schema}},
    }

    async with aiohttp.ClientSession() as session:

        async def ask() -> None:
            await model.ask(question)

        async def post() -> None:
            async with session.post(f"{base_url}/chat/completions", json=body) as response:
                DraftAnswer.model_validate_json(
                    (await response.json())["choices"][0]["message"]["content"]
                )

        await ask()  # the first one opens connections and makes classes
        asked, posted = [], []
        for _ in range(_ROUNDS):
            asked.append(await _milliseconds(ask))
            posted.append(await _milliseconds(post))
    print(f"{_QUESTIONS} questions, {_AT_ONCE} at once, {_ITEMS} items in each answer")
    print(f"  OpenAIModel.ask        {min(asked):6.2f} ms CPU a question")
    print(f"  aiohttp and validation {min(posted):6.2f} ms CPU a question")
    print(f"  ratio                  {min(asked) / min(posted):6.2f}")


async def _milliseconds(one: Callable[[], Awaitable[None]]) -> float:
    """CPU milliseconds of this process for one of many questions."""
    left = iter(range(_QUESTIONS))

    async def work() -> None:
        for _ in left:
            await one()

    start = time.process_time()
    await asyncio.gather(*(work() for _ in range(_AT_ONCE)))
    return (time.process_time() - start) / _QUESTIONS * 1000


def _prompt() -> str:
    lines = [_CLAUSE.format(number) for number in range(_PROMPT)]
    text = ""
    while len(text.encode()) < _PROMPT:
        text += lines.pop(0)
    return text


def _answer() -> str:
    items = [
        {"clauses": [n, n + 1], "sector": "agriculture", "indicator": "Sản lượng lúa"}
        for n in range(_ITEMS // 2)
    ]
    orders = [
        {"clauses": [n], "sector": "general", "issuer": 0, "addressees": ["UBND xã"]}
        for n in range(_ITEMS - len(items))
    ]
    issuer: dict[str, object] = {
        "name": "UBND huyện",
        "posts": [],
        "kind": "body",
        "document": None,
    }
    draft = {"overview": "", "achievements": items, "issuers": [issuer], "directives": orders}
    return json.dumps(draft, ensure_ascii=False)


def _serve(told: Connection) -> None:
    asyncio.run(_served(told))


async def _served(told: Connection) -> None:
    message = {"role": "assistant", "content": _answer()}
    reply = {
        "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
        "usage": {"prompt_tokens": 2500, "completion_tokens": 1500, "total_tokens": 4000},
    }
    ready = json.dumps(reply).encode()

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=ready, content_type="application/json")

    app = web.Application()
    app.router.add_post("/v1/chat/completions", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    told.send(runner.addresses[0][1])
    await asyncio.Event().wait()


if __name__ == "__main__":
    main()
