"""How a batch goes, told to people and machines: the tally, the line, the table, the log."""

import datetime as dt
import fcntl
import io
import json
import os
import pty
import resource
import struct
import termios
import threading
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import Usage
from summarizer.batch.events import EventLog
from summarizer.batch.jobs import Finished, failed
from summarizer.batch.progress import (
    Progress,
    Traffic,
    closing,
    compact,
    dollars,
    line,
    span,
)
from summarizer.batch.tally import Tally
from summarizer.errors import DocumentError, ModelError
from summarizer.view import plain

HOSTILE = "Quý I đạt 105,6%\nkế hoạch\r\u2028năm \x1b[2J"
BUSY = Traffic(in_flight=32, allowed=64, rate=1200.0)
WAITING = Traffic(in_flight=32, allowed=64, rate=1200.0, paused=12.3)


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True

    def frames(self) -> list[str]:
        return self.getvalue().split("\r\x1b[2K")[1:]


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")


def paid(cost: str | None = "0.0012") -> Usage:
    return Usage(
        requests=1,
        input_tokens=5000,
        cached_tokens=3000,
        output_tokens=800,
        cost_usd=None if cost is None else Decimal(cost),
    )


def ok(name: str = "a.txt", seconds: float = 0.5, usage: Usage | None = None) -> Finished:
    return Finished(name, b"", seconds=seconds, usage=usage or Usage())


def late(name: str = "late.txt") -> Finished:
    return failed(name, ModelError("no answer in time", code="timed_out", retryable=True))


def night() -> Tally:
    """A run in its second minute, continued from an earlier one."""
    clock = Clock()
    tally = Tally(clock)
    tally.plan(5000, resumed=1000, failed_before=4)
    for number in range(240):
        clock.now += 0.25
        tally.add(ok(f"{number}.txt", seconds=number / 100, usage=paid()))
    for name in ("late.txt", "later.txt"):
        tally.add(late(name))
    return tally


def embedded(count: int, planned: int, *, every: float) -> tuple[Tally, Clock]:
    clock = Clock()
    tally = Tally(clock)
    tally.plan(planned)
    for _ in range(count):
        clock.now += every
        tally.add(ok())
    return tally, clock


# --- the tally ---------------------------------------------------------------------------------


def test_the_time_left_is_told_once_ten_documents_have_shown_their_pace() -> None:
    assert embedded(9, 1000, every=0.5)[0].seconds_left is None
    assert embedded(10, 1000, every=0.5)[0].seconds_left == pytest.approx(495)


def test_ten_documents_in_a_moment_tell_nothing_of_the_rest() -> None:
    assert embedded(10, 1000, every=0.01)[0].seconds_left is None


def test_nothing_is_expected_of_a_finished_run() -> None:
    tally, _ = embedded(100, 100, every=0.5)
    assert (tally.left, tally.seconds_left, tally.expected_cost) == (0, None, None)


def test_the_rate_is_that_of_the_last_half_minute() -> None:
    tally, clock = embedded(5000, 10_000, every=0.001)
    for _ in range(60):
        clock.now += 1
        tally.add(ok())
    assert tally.rate == pytest.approx(1.0)


def test_slow_documents_have_a_rate_too() -> None:
    tally, _ = embedded(50, 100, every=40)
    assert tally.rate == pytest.approx(1 / 40)
    assert tally.seconds_left == pytest.approx(50 * 40)


def test_uneven_documents_make_no_uneven_rate() -> None:
    tally, clock = embedded(0, 100, every=1)
    for seconds in [5, 55] * 20:
        clock.now += seconds
        tally.add(ok())
    assert tally.rate == pytest.approx(1 / 30, rel=0.2)


def test_a_first_wave_of_many_at_once_is_no_exaggeration() -> None:
    tally, clock = embedded(0, 10_000, every=1)
    clock.now += 8
    for _ in range(1000):
        tally.add(ok())
    assert tally.rate == pytest.approx(125)


def test_the_rate_falls_while_nothing_finishes() -> None:
    tally, clock = embedded(100, 1000, every=0.5)
    before = tally.rate
    clock.now += 60
    assert before is not None
    assert tally.rate is not None
    assert tally.rate < before / 2


def test_counting_the_documents_takes_no_time_of_the_run() -> None:
    clock = Clock()
    tally = Tally(clock)
    clock.now += 300
    tally.plan(10)
    clock.now += 1
    tally.add(ok())
    assert (tally.elapsed, tally.rate) == (1.0, 1.0)


def test_what_a_failed_document_cost_is_counted() -> None:
    tally = Tally(Clock())
    lost = ModelError("no", code="refused", usage=paid("0.002"))
    tally.add(failed("a.txt", lost))
    tally.add(ok(usage=paid("0.001")))
    assert tally.cost == Decimal("0.003")
    assert tally.usage.input_tokens == 10_000


def test_the_expected_cost_grows_with_the_documents_that_are_left() -> None:
    tally = night()
    assert tally.cost is not None
    assert tally.expected_cost == tally.cost * (242 + 3758) / 242


def test_one_unpriced_answer_leaves_the_cost_unknown() -> None:
    tally = night()
    tally.add(ok(usage=paid(None)))
    assert (tally.cost, tally.expected_cost) == (None, None)
    assert "USD" not in line(tally)


def test_the_five_slowest_are_kept() -> None:
    tally = Tally(Clock())
    for seconds in (3.0, 9.0, 1.0, 7.0, 8.0, 2.0, 5.0):
        tally.add(ok(f"{seconds:.0f}.txt", seconds))
    assert [name for _, name in tally.slowest] == ["9.txt", "8.txt", "7.txt", "5.txt", "3.txt"]


def test_a_tally_of_many_is_no_larger_than_one_of_few() -> None:
    clock = Clock()
    tally = Tally(clock)

    def add(count: int) -> int:
        for number in range(count):
            clock.now += 0.001
            tally.add(ok(f"{number}.txt", seconds=number % 7))
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        few, many = add(1000), add(10_000)
    finally:
        tracemalloc.stop()
    assert many < few + 10_000


# --- words -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1k"),
        (12_345, "12.3k"),
        (999_499, "999k"),
        (999_500, "1M"),
        (2_100_000, "2.1M"),
        (3_450_000_000, "3.45G"),
    ],
)
def test_large_numbers_are_told_in_few_characters(number: int, told: str) -> None:
    assert compact(number) == told


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (250, "4 min 10 s"),
        (3600, "1 h"),
        (7530, "2 h 5 min"),
    ],
)
def test_times_are_told_in_two_units(seconds: float, told: str) -> None:
    assert span(seconds) == told


@pytest.mark.parametrize(
    ("cost", "told"),
    [
        ("0", "0.00"),
        ("12.399", "12.40"),
        ("0.29", "0.29"),
        ("0.0523", "0.052"),
        ("3E-4", "0.00030"),
    ],
)
def test_small_sums_are_told_with_digits_enough_to_see_them(cost: str, told: str) -> None:
    assert dollars(Decimal(cost)) == told


# --- the line ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("width", "told"),
    [
        (
            120,
            "1,242/5,000 documents · 2 failed · 4.1/s · 15 min 24 s left · 0.29 USD of about 4.76"
            " · 1.39M tokens",
        ),
        (80, "1,242/5,000 · 2 failed · 4.1/s · 15 min 24 s left · 0.29 USD · 1.39M tokens"),
        (40, "1,242/5,000 · 2 failed"),
    ],
)
def test_a_narrow_terminal_drops_what_tells_least(width: int, told: str) -> None:
    assert line(night(), BUSY, width) == told


@pytest.mark.parametrize(
    ("width", "told"),
    [
        (80, "1,242/5,000 · 2 failed · paused 12 s · 4.1/s · 15 min 24 s left · 0.29 USD"),
        (40, "1,242/5,000 · 2 failed · paused 12 s"),
    ],
)
def test_a_pause_is_told_on_narrow_terminals_too(width: int, told: str) -> None:
    assert line(night(), WAITING, width) == told


def test_a_line_without_bounds_tells_everything() -> None:
    assert line(night(), WAITING) == (
        "1,242/5,000 documents · 2 failed · paused 12 s: the server asks to wait · 4.1/s"
        " · 15 min 24 s left · 0.29 USD of about 4.76"
        " · 1.2M tokens in (720k cached), 192k out · 32/64 in flight · after 1 min"
    )


def test_before_the_documents_are_counted_the_line_says_so() -> None:
    assert line(Tally(Clock()), BUSY, 80) == "counting documents"


@given(st.integers(1, 250), st.sampled_from([None, BUSY, WAITING]))
def test_the_line_never_wraps(width: int, traffic: Traffic | None) -> None:
    assert len(line(NIGHT, traffic, width)) <= width


NIGHT = night()


# --- telling while it goes ---------------------------------------------------------------------


def test_a_terminal_is_redrawn_at_most_five_times_a_second() -> None:
    clock, stream = Clock(), Terminal()
    progress = Progress(Tally(clock), stream=stream)
    progress.plan(1000)
    for _ in range(200):  # ten seconds
        clock.now += 0.05
        progress.tick(ok())
        progress.beat()
    assert 40 <= len(stream.frames()) <= 51
    assert "\n" not in stream.getvalue()


def test_a_line_that_says_the_same_is_not_drawn_again() -> None:
    clock, stream = Clock(), Terminal()
    progress = Progress(Tally(clock), stream=stream)
    for _ in range(50):
        clock.now += 1
        progress.beat()
    assert stream.frames() == ["counting documents"]


def test_elsewhere_a_line_is_written_every_ten_seconds() -> None:
    clock, stream = Clock(), io.StringIO()
    progress = Progress(Tally(clock), stream=stream)
    progress.plan(1000, resumed=100)
    assert stream.getvalue() == "summarizer: 100/1,000 documents · after 0 s\n"
    for _ in range(60):
        clock.now += 0.5
        progress.tick(ok())
        progress.beat()
    told = stream.getvalue().splitlines()
    assert [each.rsplit(" · ", 1)[1] for each in told] == [
        "after 0 s",
        "after 10 s",
        "after 20 s",
        "after 30 s",
    ]
    assert told[1].startswith("summarizer: 120/1,000 documents · 2.0/s · 7 min 20 s left")


def test_a_dumb_terminal_gets_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    stream = Terminal()
    Progress(Tally(Clock()), stream=stream).plan(3)
    assert stream.getvalue() == "summarizer: 0/3 documents · after 0 s\n"


def test_a_message_stands_whole_above_the_live_line() -> None:
    stream = Terminal()
    progress = Progress(Tally(Clock()), stream=stream)
    progress.beat()
    progress.tell(f"a.txt:\n{HOSTILE}")
    assert stream.frames() == [
        "counting documents",
        "summarizer: a.txt: Quý I đạt 105,6% kế hoạch năm [2J\n",
        "counting documents",
    ]


def test_traffic_is_asked_for_when_the_line_is_drawn() -> None:
    clock, stream = Clock(), io.StringIO()
    progress = Progress(Tally(clock), stream=stream, traffic=lambda: WAITING)
    progress.plan(3)
    assert "paused 12 s: the server asks to wait" in stream.getvalue()


def test_the_line_follows_the_width_of_a_real_terminal() -> None:
    ours, theirs = pty.openpty()
    try:
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 25, 41, 0, 0))
        with os.fdopen(theirs, "w", encoding="utf-8") as stream:
            Progress(night(), stream=stream, traffic=lambda: BUSY).beat()
            told = os.read(ours, 1000).decode()
    finally:
        os.close(ours)
    assert told == "\r\x1b[2K1,242/5,000 · 2 failed"


class Watched(Terminal):
    """Tells when the third frame is drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.is_alive = threading.Event()

    def write(self, text: str) -> int:
        written = super().write(text)
        if len(self.frames()) > 2:
            self.is_alive.set()
        return written


def test_the_line_lives_by_itself_and_gives_way_to_the_table(
    capsys: pytest.CaptureFixture[str],
) -> None:
    stream, waits = Watched(), iter(range(100, 0, -1))
    progress = Progress(Tally(), stream=stream, traffic=lambda: Traffic(0, 1, paused=next(waits)))
    with progress:
        progress.plan(2)
        assert stream.is_alive.wait(30)
        progress.tick(ok())
        progress.tick(ok())
    assert stream.frames()[-1].startswith("2 documents: 2 ok\n")
    assert capsys.readouterr() == ("", "")


def test_quiet_tells_only_messages() -> None:
    stream = io.StringIO()
    with Progress(Tally(Clock()), stream=stream, quiet=True) as progress:
        progress.plan(1)
        progress.tick(late())
        progress.beat()
        progress.tell("the disk is nearly full")
    assert stream.getvalue() == "summarizer: the disk is nearly full\n"


def test_a_run_that_never_began_closes_without_a_table() -> None:
    stream = io.StringIO()
    with Progress(Tally(Clock()), stream=stream):
        pass
    assert stream.getvalue() == ""


class Gone(io.StringIO):
    def write(self, _: str) -> int:
        raise BrokenPipeError


def test_a_reader_who_leaves_ends_no_run() -> None:
    with Progress(Tally(Clock()), stream=Gone()) as progress:
        progress.plan(1)
        progress.tell("still here")
        progress.tick(ok())
    assert progress.tally.done == 1


# --- the table at the end ----------------------------------------------------------------------


def test_the_table_of_a_clean_run_is_two_lines() -> None:
    tally, _ = embedded(100, 100, every=0.05)
    assert plain(closing(tally)) == "100 documents: 100 ok\nin 5.0 s, 20.0 documents/s\n"


def test_the_table_tells_what_failed_what_was_slow_and_what_to_check() -> None:
    tally = night()
    tally.saved = Usage(requests=1, input_tokens=4000, output_tokens=200)
    broken = DocumentError(f"x.pdf: {HOSTILE}; no text in it, run OCR first and try again")
    tally.add(failed("x\x1b[2J.pdf", broken))
    tally.add(Finished("b", b"", flags={"ratio_inconsistent": 1, "unit_missing": 2}))
    tally.add(Finished("c", b"", flags={"unit_missing": 1}))
    assert plain(closing(tally), 85) == (
        "5,000 documents: 1,238 ok, 7 failed, 3,755 left, 1,000 finished before this run\n"
        "in 1 min, 4.1 documents/s\n"
        "paid: 240 requests, 1.2M tokens in (720k cached), 192k out, 0.29 USD\n"
        "saved by answers known already: 1 request, 4k tokens in, 200 out, price unknown\n"
        "failed        2  timed_out, such as late.txt: no answer in time\n"
        "              1  DocumentError, such as x [2J.pdf: x.pdf: Quý I đạt 105,6% kế hoạch\n"
        "                 năm [2J; no text in it, run OCR first and try again\n"
        "slowest   2.4 s  239.txt\n"
        "          2.4 s  238.txt\n"
        "          2.4 s  237.txt\n"
        "          2.4 s  236.txt\n"
        "          2.4 s  235.txt\n"
        "to check      3  unit_missing\n"
        "              1  ratio_inconsistent\n"
        "3,755 left: run the same command again to go on\n"
        "2 of the failed may succeed later: try them with --retry-failed\n"
    )


def test_a_run_that_had_nothing_to_do_says_so() -> None:
    tally = Tally(Clock())
    tally.plan(1, resumed=1)
    assert plain(closing(tally)) == "1 document: 1 ok, 1 finished before this run\n"


# --- the log -----------------------------------------------------------------------------------


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.jsonl"


def told_to(warnings: list[str], path: Path) -> EventLog:
    zone = dt.timezone(dt.timedelta(hours=7))
    at = dt.datetime(2026, 11, 22, 1, 2, 3, 456789, zone)
    return EventLog(path, tell=warnings.append, clock=lambda: at)


def events(path: Path) -> Iterator[dict[str, object]]:
    for each in path.read_text(encoding="utf-8").split("\n")[:-1]:
        yield json.loads(each)


def test_events_are_lines_with_a_time_and_its_zone(path: Path) -> None:
    with told_to([], path) as log:
        log.log("started", planned=3, output=path, cost=Decimal("0.25"), usage=paid())
        assert list(events(path)) == [  # written at once, not at the end
            {
                "time": "2026-11-22T01:02:03.456+07:00",
                "event": "started",
                "planned": 3,
                "output": str(path),
                "cost": 0.25,
                "usage": {
                    "requests": 1,
                    "input_tokens": 5000,
                    "cached_tokens": 3000,
                    "output_tokens": 800,
                    "cost_usd": 0.0012,
                },
            }
        ]


def test_another_run_adds_to_the_log(path: Path) -> None:
    for _ in range(2):
        with told_to([], path) as log:
            log.log("started")
            log.log("ended")
    assert [each["event"] for each in events(path)] == ["started", "ended"] * 2


def test_the_log_holds_no_words_of_a_document(path: Path) -> None:
    with told_to([], path) as log:
        log.finished(failed("a.txt", ValueError(HOSTILE)))
        log.log("refused", why=ValueError(HOSTILE))
    assert "đạt" not in path.read_text(encoding="utf-8")
    first, second = events(path)
    assert (first["event"], first["name"], first["kind"]) == ("failed", "a.txt", "ValueError")
    assert second["why"] == "ValueError"


def test_names_of_any_bytes_stay_on_one_line_and_come_back(path: Path) -> None:
    name = os.fsdecode("năm\n\r\u2028".encode() + b"\xff\x00.txt")
    with told_to([], path) as log:
        log.finished(Finished(name, b"", flags={"unit_missing": 2}))
    (event,) = events(path)
    assert (event["event"], event["name"], event["flags"]) == (
        "finished",
        name,
        {"unit_missing": 2},
    )


def test_a_log_that_cannot_be_opened_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        told_to([], tmp_path / "nowhere" / "events.jsonl")


def test_a_line_cut_by_a_full_disk_spoils_no_later_one(path: Path) -> None:
    warnings: list[str] = []
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with told_to(warnings, path) as log:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20, hard))
        try:
            log.log("started")
            log.log("interrupted")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        log.log("ended")
    torn, whole = path.read_text(encoding="utf-8").splitlines()
    assert len(torn) == 20
    assert json.loads(whole)["event"] == "ended"
    assert len(warnings) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_log_that_cannot_be_written_is_told_of_once_and_ends_nothing() -> None:
    warnings: list[str] = []
    with told_to(warnings, Path("/dev/full")) as log:
        for _ in range(3):
            log.log("interrupted", seconds=12)
    assert warnings == [
        "/dev/full: No space left on device; events are lost, rows are kept: check rights and space"
    ]
