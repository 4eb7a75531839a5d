"""Documents in, rows out, in one process or several, with no files: the Python door to a batch."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from itertools import chain, count

from schemas import Row
from summarizer.batch.gate import Gate
from summarizer.batch.jobs import Finished, Work
from summarizer.batch.workforce import workforce
from summarizer.documents import Document
from summarizer.doors import begin, wait_for
from summarizer.pipeline import Summarizer


def stream(
    summarizer: Summarizer, documents: Iterable[Document | str], *, at_once: int, workers: int
) -> Iterator[Row]:
    """Rows in the order of the documents, of which at most ``at_once`` are in memory.

    Documents without a name are numbered; a name that came before gets a number behind it.
    """
    names: set[str] = set()
    pending: deque[Future[Finished]] = deque()
    door = workforce(summarizer, Gate(at_once=at_once), workers=workers)
    work = wait_for(door.__aenter__())
    try:
        for number, told in enumerate(documents, 1):
            document = Document(told) if isinstance(told, str) else told
            name = _unique(document.name or str(number), names)
            pending.append(begin(_begun(work, name, document)))
            if len(pending) >= at_once:
                yield _row(pending.popleft())
        while pending:
            yield _row(pending.popleft())
    finally:
        for future in pending:
            future.cancel()
        wait_for(door.__aexit__(None, None, None))


async def _begun(work: Work, name: str, document: Document) -> Finished:
    return await work(name, document)


def _unique(name: str, taken: set[str]) -> str:
    numbered = (f"{name} ({number})" for number in count(2))
    unique = next(one for one in chain([name], numbered) if one not in taken)
    taken.add(unique)
    return unique


def _row(future: Future[Finished]) -> Row:
    return Row.model_validate_json(future.result().line)
