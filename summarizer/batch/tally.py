"""What a run has done so far: counts, tokens, money, and what may be expected of the rest."""

import heapq
import json
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from schemas import Usage
from summarizer.batch.jobs import Finished
from summarizer.llm import total

_SLOWEST = 5
_WINDOW = 30.0  # seconds that the rate looks back
_FEWEST = 10  # documents that it looks back at least; fewer say little of the rest
_SOONEST = 2.0  # seconds before anything is expected


@dataclass
class Failures:
    """Failures of one kind: how many, and the first one's name and message."""

    name: str
    message: str
    count: int = 0


@dataclass
class Tally:
    """Counts a run. The size stays the same however many documents are added.

    ``planned`` is the number of documents of the batch, None while they are being counted;
    ``resumed`` of them had a row when the run began, ``failed_before`` of those a failed one.
    ``usage`` is what was paid for the documents of this run, ``saved`` what answers that were
    known already would have cost. ``clock`` tells seconds.
    """

    clock: Callable[[], float] = time.monotonic
    planned: int | None = None
    resumed: int = 0
    failed_before: int = 0
    done: int = 0
    failed: int = 0
    retryable: int = 0
    usage: Usage = field(default_factory=Usage)
    saved: Usage = field(default_factory=Usage)
    failures: dict[str, Failures] = field(default_factory=dict)
    flags: Counter[str] = field(default_factory=Counter)
    _began: float = field(init=False)
    _marks: deque[tuple[float, int]] = field(init=False)
    _heap: list[tuple[float, str]] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self._start()

    def plan(self, planned: int, *, resumed: int = 0, failed_before: int = 0) -> None:
        """The documents are counted and work begins: time runs from here."""
        self._start()
        self.resumed, self.failed_before = resumed, failed_before
        self.planned = planned  # last, as another thread may be telling how it goes

    def add(self, finished: Finished) -> None:
        """Count one document of this run."""
        self.done += 1
        self.usage = total((self.usage, finished.usage))
        self.flags.update(finished.flags)
        if not finished.is_ok:
            self._fail(finished)
        slow = (finished.seconds, finished.name)
        if len(self._heap) < _SLOWEST:
            heapq.heappush(self._heap, slow)
        else:
            heapq.heappushpop(self._heap, slow)
        self._mark()

    @property
    def finished(self) -> int:
        """Documents of the batch that have a row, whichever run wrote it."""
        return self.resumed + self.done

    @property
    def left(self) -> int | None:
        """Documents of the batch that have no row yet; None while they are being counted."""
        return None if self.planned is None else self.planned - self.finished

    @property
    def elapsed(self) -> float:
        """Seconds since work began."""
        return self.clock() - self._began

    @property
    def rate(self) -> float | None:
        """Documents a second, lately; None before the first one."""
        since, before = self._marks[0]
        seconds = self.clock() - since
        return (self.done - before) / seconds if self.done and seconds > 0 else None

    @property
    def seconds_left(self) -> float | None:
        """Seconds until all documents are done if all goes on as lately; None if unknown."""
        rate = self.rate
        return self.left / rate if self.left and rate and self._is_telling else None

    @property
    def cost(self) -> Decimal | None:
        """US dollars paid in this run; None if nothing was asked or nobody knows the price."""
        return self.usage.cost_usd

    @property
    def expected_cost(self) -> Decimal | None:
        """US dollars of this run in the end if all goes on as before; None if unknown."""
        if self.cost is None or not self.left or not self._is_telling:
            return None
        return self.cost * (self.done + self.left) / self.done

    @property
    def slowest(self) -> list[tuple[float, str]]:
        """Seconds and names of the documents that took longest, the slowest first."""
        return sorted(self._heap, key=lambda slow: (-slow[0], slow[1]))

    @property
    def _is_telling(self) -> bool:
        return self.done >= _FEWEST and self.elapsed >= _SOONEST

    def _start(self) -> None:
        self._began = self.clock()
        self._marks = deque([(self._began, self.done)])

    def _mark(self) -> None:
        """Remember at most once a second how far we were, and forget what is long ago."""
        now, marks = self.clock(), self._marks
        if now - marks[-1][0] >= 1:
            marks.append((now, self.done))
        while (
            len(marks) > 1 and marks[1][0] <= now - _WINDOW and self.done - marks[1][1] >= _FEWEST
        ):
            marks.popleft()

    def _fail(self, finished: Finished) -> None:
        self.failed += 1
        self.retryable += finished.retryable
        if finished.kind not in self.failures:
            message = json.loads(finished.line)["error"]["message"]
            self.failures[finished.kind] = Failures(finished.name, message)
        self.failures[finished.kind].count += 1
