"""How much of a server's rate is used, and how many requests it has to refuse.

``python -m evals.bench.rate`` starts a mock that allows 1,200 requests a minute, a second's worth
of them at once, and asks 300 questions through a gate that is told the rate, reads it from headers
or knows nothing of it. It asserts nothing. What was allowed is counted from the first request to
the last answer, the first burst included.
"""

import asyncio

from evals.bench.mock import Manners, mock, report, witness
from schemas.answers import DraftAnswer
from summarizer.batch.gate import Gate
from summarizer.errors import ModelError
from summarizer.forms import form
from summarizer.llm import Question
from summarizer.openai import OpenAIModel

_RATE = 1_200
_BURST = _RATE / 60
_LATENCY = 0.15
_AT_ONCE = 64
_QUESTIONS = 300
_ATTEMPTS = 12
_CASES = (("told", _RATE, False), ("from headers", None, True), ("unknown", None, False))


def main() -> None:
    """Print what came of each way to know the rate."""
    print(f"{_QUESTIONS} questions, {_AT_ONCE} at once, {_RATE:,} requests a minute allowed")
    print("the rate is    done  requests  refused  of the rate       time")
    for name, rpm, tells in _CASES:
        with mock(Manners(latency=_LATENCY, rate=_RATE, tells=tells)) as url:
            done = asyncio.run(_ask_all(url, Gate(at_once=_AT_ONCE, rpm=rpm)))
            seen = witness(url)
        seconds = seen["last"] - seen["first"]
        used = seen["paid"] / (_BURST + seconds * _RATE / 60)
        refused = seen["refused"] / seen["requests"]
        print(
            f"{name:<13} {done:>5} {seen['requests']:>9} {refused:>8.1%} {used:>12.3f} "
            f"{seconds:>9.1f} s"
        )


async def _ask_all(url: str, gate: Gate) -> int:
    """How many questions were answered."""
    model = OpenAIModel("mock", base_url=url, around=gate, attempts=_ATTEMPTS)
    left = iter(range(_QUESTIONS))

    async def work() -> int:
        return sum([await _is_answered(model, number) for number in left])

    return sum(await asyncio.gather(*(work() for _ in range(_AT_ONCE))))


async def _is_answered(model: OpenAIModel, number: int) -> bool:
    asked = form(DraftAnswer, name="draft")
    question = Question("Định nghĩa.", f"[0] {report(number)}", asked, 4_000)
    try:
        await model.ask(question)
    except ModelError:
        return False
    return True


if __name__ == "__main__":
    main()
