"""How a run goes, told to people: a live line, plain lines in a log, a table at the end.

All of it goes to standard error. rich's own progress is not used: it takes over standard output.
"""

import os
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from schemas import Usage
from summarizer.batch.jobs import Finished
from summarizer.batch.tally import Tally

if TYPE_CHECKING:
    from rich.console import RenderableType

_LIVE, _PLAIN = 0.2, 10.0  # seconds between two lines
_GAP = " · "
_ERASE = "\r\x1b[2K"
_USUAL_WIDTH = 80
_SLOW = 1.0  # seconds; a quicker document is not worth a word
_LONG = 10.0  # seconds; tenths of a shorter time still matter
_DONE = 12  # number of the form that stays to the last
_UNITS = ((10**9, "G"), (10**6, "M"), (10**3, "k"))


@dataclass(frozen=True)
class Traffic:
    """What goes on between us and the server.

    ``in_flight`` requests are under way of the ``allowed`` ones, ``rate`` is how many may be sent
    a minute, None if unknown, and ``paused`` the seconds that the server asks everybody to wait.
    """

    in_flight: int
    allowed: int
    rate: float | None = None
    paused: float = 0.0


# --- words -------------------------------------------------------------------------------------


def compact(number: int) -> str:
    """A number in few characters: 950, 12.3k, 2.1M."""
    for size, unit in _UNITS:
        if round(number / size, 3) >= 1:
            return f"{number / size:.3g}{unit}"
    return str(number)


def span(seconds: float) -> str:
    """A time in two units at most: 45 s, 4 min 10 s, 2 h 5 min."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    units = ((hours, "h"), (minutes, "min"), (0 if hours else rest, "s"))
    return " ".join(f"{count} {unit}" for count, unit in units if count) or "0 s"


def dollars(cost: Decimal) -> str:
    """Money with as many digits as it takes to see something: 12.40, 0.052, 0.0003."""
    digits = 2 if cost >= 1 or not cost else max(2, 1 - cost.adjusted())
    return f"{cost:.{digits}f}"


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def _rate(a_second: float, what: str = "") -> str:
    return f"{a_second:.1f}{what}/s" if a_second >= 1 else f"{a_second * 60:.1f}{what}/min"


# --- the line ----------------------------------------------------------------------------------

_Forms = dict[int, str]
"""A piece of the line, longest form first. A form gives way once the line must do without those
of its number and below."""


def line(tally: Tally, traffic: Traffic | None = None, width: int | None = None) -> str:
    """How the run goes, in one line of at most ``width`` characters; None is as long as it is.

    What does not fit is shortened, then left out, the least telling first.
    """
    pieces = list(_pieces(tally, traffic))
    for least in range(_DONE + 1):
        told = _GAP.join(filter(None, (_form(piece, least) for piece in pieces)))
        if width is None or len(told) <= width:
            break
    return told[:width]


def _form(piece: _Forms, least: int) -> str:
    return next((form for number, form in piece.items() if number >= least), "")


def _pieces(tally: Tally, traffic: Traffic | None) -> Iterator[_Forms]:
    """In the order in which they are read."""
    if tally.planned is None:
        yield {_DONE: "counting documents"}
        return
    done = f"{tally.finished:,}/{tally.planned:,}"
    yield {4: f"{done} documents", _DONE: done}
    if tally.failed:
        yield {10: f"{tally.failed:,} failed"}
    if traffic is not None and traffic.paused > 0:
        paused = f"paused {span(max(1, traffic.paused))}"
        yield {4: f"{paused}: the server asks to wait", 11: paused}
    if tally.rate is not None:
        yield {8: _rate(tally.rate)}
    if tally.seconds_left is not None:
        yield {9: f"{span(tally.seconds_left)} left"}
    yield from _spent(tally)
    if traffic is not None and traffic.allowed:
        yield {2: f"{traffic.in_flight}/{traffic.allowed} in flight"}
    yield {1: f"after {span(tally.elapsed)}"}


def _spent(tally: Tally) -> Iterator[_Forms]:
    usage, expected = tally.usage, tally.expected_cost
    if usage.cost_usd is not None:
        cost = f"{dollars(usage.cost_usd)} USD"
        longer = {} if expected is None else {5: f"{cost} of about {dollars(expected)}"}
        yield longer | {7: cost}
    if usage.requests:
        tokens = compact(usage.input_tokens + usage.output_tokens)
        yield {3: _tokens(usage), 6: f"{tokens} tokens"}


def _tokens(usage: Usage) -> str:
    cached = f" ({compact(usage.cached_tokens)} cached)" if usage.cached_tokens else ""
    return f"{compact(usage.input_tokens)} tokens in{cached}, {compact(usage.output_tokens)} out"


# --- the table at the end ----------------------------------------------------------------------


def closing(tally: Tally) -> "RenderableType":
    """What came of the run, for rich to draw; nothing stands in it that is zero."""
    from rich.console import Group  # noqa: PLC0415 - the line does without rich
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    from summarizer.view import clean  # noqa: PLC0415

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    for title, number, told in _rows(tally):
        table.add_row(title, number, Text(clean(told)))
    outcome, advice = ([Text(told) for told in lines(tally)] for lines in (_outcome, _advice))
    return Group(*outcome, *([table] if table.row_count else []), *advice)


def _outcome(tally: Tally) -> Iterator[str]:
    failed = tally.failed + tally.failed_before
    counts = (
        (tally.finished - failed, "ok"),
        (failed, "failed"),
        (tally.left or 0, "left"),
        (tally.resumed, "finished before this run"),
    )
    told = ", ".join(f"{count:,} {what}" for count, what in counts if count)
    yield _many(tally.finished + (tally.left or 0), "document") + (f": {told}" if told else "")
    if tally.done and tally.elapsed > 0:
        took = f"{tally.elapsed:.1f} s" if tally.elapsed < _LONG else span(tally.elapsed)
        yield f"in {took}, {_rate(tally.done / tally.elapsed, ' documents')}"
    if tally.usage.requests:
        yield f"paid: {_bill(tally.usage)}"
    if tally.saved.requests:
        yield f"saved by answers known already: {_bill(tally.saved)}"


def _bill(usage: Usage) -> str:
    cost = "price unknown" if usage.cost_usd is None else f"{dollars(usage.cost_usd)} USD"
    return f"{_many(usage.requests, 'request')}, {_tokens(usage)}, {cost}"


def _rows(tally: Tally) -> Iterator[tuple[str, str, str]]:
    """Title (once for each section), number and what it is the number of."""
    kinds = sorted(tally.failures.items(), key=lambda kind: -kind[1].count)
    sections = {
        "failed": [(f"{f.count:,}", f"{kind}, such as {f.name}: {f.message}") for kind, f in kinds],
        "slowest": [(f"{t:.1f} s", name) for t, name in tally.slowest if t >= _SLOW],
        "to check": [(f"{count:,}", code) for code, count in tally.flags.most_common()],
    }
    for title, rows in sections.items():
        for place, (number, told) in enumerate(rows):
            yield "" if place else title, number, told


def _advice(tally: Tally) -> Iterator[str]:
    if tally.left:
        yield f"{tally.left:,} left: run the same command again to go on"
    if tally.retryable:
        yield f"{tally.retryable:,} of the failed may succeed later: try them with --retry-failed"


# --- where it is shown -------------------------------------------------------------------------


class Progress:
    """Tells how a run goes while it is entered, and what came of it at the end.

    On a terminal one line is redrawn at most five times a second; elsewhere a line is written every
    ten seconds. ``quiet`` leaves out all but what is told by ``tell``. A ``stream`` (standard error
    unless given) that takes no more ends the telling, never the run. ``traffic`` may be set later.
    """

    def __init__(
        self,
        tally: Tally,
        *,
        stream: TextIO | None = None,
        quiet: bool = False,
        traffic: Callable[[], Traffic | None] = lambda: None,
    ) -> None:
        self.tally = tally
        self._stream = sys.stderr if stream is None else stream
        self._quiet = quiet
        self.traffic = traffic
        self._is_live = self._stream.isatty() and os.environ.get("TERM") != "dumb"
        self._next = tally.clock() + (0 if self._is_live else _PLAIN)
        self._shown = ""
        self._writing = threading.RLock()  # a signal's handler may tell while we tell
        self._ended = threading.Event()
        self._beating = threading.Thread(target=self._beat_on, name="progress", daemon=True)

    def __enter__(self) -> Self:
        if not self._quiet:
            self._beating.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        if self._beating.is_alive():
            self._beating.join()
        self._show("")
        if not self._quiet and self.tally.planned is not None:
            self._write(self._closing())

    def plan(self, planned: int, *, resumed: int = 0, failed_before: int = 0) -> None:
        """The documents are counted (see ``Tally.plan``); told at once where lines are plain."""
        self.tally.plan(planned, resumed=resumed, failed_before=failed_before)
        if not self._is_live:
            self._next = self.tally.clock()
            self.beat()

    def tick(self, finished: Finished) -> None:
        """A document is finished."""
        self.tally.add(finished)

    def tell(self, text: str) -> None:
        """Write a message of one line; the live line stands below it, whole."""
        with self._writing:
            shown = self._shown
            self._show("")
            told = "".join(c if c.isprintable() else " " for c in text)  # nothing to obey
            self._write(f"summarizer: {' '.join(told.split())}\n")
            self._show(shown)

    def beat(self) -> None:
        """Tell how it goes if it is time to; called by a thread while entered."""
        with self._writing:
            if self._quiet or self.tally.clock() < self._next:
                return
            self._next = self.tally.clock() + (_LIVE if self._is_live else _PLAIN)
            if self._is_live:
                self._show(line(self.tally, self.traffic(), self._width() - 1))
            else:
                self._write(f"summarizer: {line(self.tally, self.traffic())}\n")

    def _beat_on(self) -> None:
        while not self._ended.wait(_LIVE):
            self.beat()

    def _show(self, told: str) -> None:
        """Replace the live line; the last column stays free, where terminals begin a new line."""
        if told != self._shown:
            self._shown = told
            self._write(_ERASE + told)

    def _width(self) -> int:
        try:
            return os.get_terminal_size(self._stream.fileno()).columns or _USUAL_WIDTH
        except OSError:
            return _USUAL_WIDTH

    def _closing(self) -> str:
        if not self._is_live:
            from summarizer.view import plain  # noqa: PLC0415

            return plain(closing(self.tally))
        from rich.console import Console  # noqa: PLC0415

        console = Console(file=self._stream, width=self._width())
        with console.capture() as drawn:  # rich would end the process where nobody reads any more
            console.print(closing(self.tally))
        return drawn.get()

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):  # nobody reads any more, or it is closed
            self._quiet = True
