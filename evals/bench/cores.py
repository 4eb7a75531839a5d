"""What a second core is worth to the embedded engine.

``python -m evals.bench.cores [DOCUMENTS]`` summarizes the seed reports over and over in worker
processes, by turns with one and with two, and prints the best of three; asserts nothing. The last
column is what the parent process spends on a document, during which no worker has its core.
"""

import asyncio
import sys
import time
from importlib.resources import files
from itertools import cycle, islice
from typing import NamedTuple

from summarizer import Document, Summarizer
from summarizer.batch.crew import Crew
from summarizer.wire import Request, Response

_DOCUMENTS = 1_000
_ROUNDS = 3
_SIZES = (1, 2)
_BAR = 1.8  # of the rate of one worker


class _Pace(NamedTuple):
    """Documents per second, and CPU milliseconds of the parent for one."""

    rate: float
    overhead: float


def main() -> None:
    """Print the pace of one worker and of two."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else _DOCUMENTS
    reports = sorted(path.name for path in files("evals").joinpath("fixtures").iterdir())
    folder = files("evals").joinpath("fixtures")
    texts = [folder.joinpath(name).read_text("utf-8") for name in reports if name.endswith(".txt")]
    documents = [Document(text) for text in islice(cycle(texts), number)]
    paces: dict[int, list[_Pace]] = {size: [] for size in _SIZES}
    for _ in range(_ROUNDS):
        for size in _SIZES:
            paces[size].append(asyncio.run(_pace(documents, size)))
    best = {size: max(told) for size, told in paces.items()}
    print(f"{number} seed reports, best of {_ROUNDS}")
    for size, pace in best.items():
        print(
            f"  {size} worker{'s' * (size > 1):1} {pace.rate:7.1f} documents/s"
            f"   10,000 in {10_000 / pace.rate:4.0f} s   parent {pace.overhead:.2f} ms CPU each"
        )
    print(f"  ratio {best[2].rate / best[1].rate:.2f} (bar {_BAR})")


async def _pace(documents: list[Document], size: int) -> _Pace:
    async with Crew(Summarizer(), size, _unasked) as crew:
        await _all(crew, documents[: 10 * size])  # all workers are there, their tables made
        started, spent = time.perf_counter(), time.process_time()
        await _all(crew, documents)
        rate = len(documents) / (time.perf_counter() - started)
        return _Pace(rate, (time.process_time() - spent) / len(documents) * 1000)


async def _all(crew: Crew, documents: list[Document]) -> None:
    rows = await asyncio.gather(*(crew(str(i), one) for i, one in enumerate(documents)))
    assert all(row.is_ok for row in rows)  # noqa: S101 - or the figures mean nothing


async def _unasked(_: Request) -> Response:
    raise AssertionError("the embedded engine asks nobody")


if __name__ == "__main__":
    main()
