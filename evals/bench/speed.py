"""How fast the embedded engine is, and whether its cost stays in line with the length.

``python -m evals.bench.speed`` prints ratios and asserts nothing. Times are CPU times of one
process on one core; only ratios mean something on a busy machine.
"""

import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.resources import files

from summarizer import Summarizer

_LENGTHS = (5_000, 50_000, 500_000, 5_000_000)
_HOSTILE_LENGTHS = (10_000, 100_000, 1_000_000)
_PATIENCE = 60.0  # seconds that one measurement may be expected to take
_OPENING = "Năm 2020, sản lượng lúa đạt 5.807 tấn, tăng 2,2% so với cùng kỳ.\n"  # or it is no text
_STEPS = 3_000_000
_HOSTILE = {
    "digits": "7",
    "short numbers": "7 ",
    "dotted digits": "7.",
    "fractions": "1/",
    "dashes": "- ",
    "commas": ", ",
    "semicolons": ";",
    "open brackets": "(",
    "brackets": "()",
    "quotes": "“",
    "blanks": " ",
    "line breaks": "\n",
    "list markers": "1. ",
    "years": "năm 2021 ",
    "percentages": "tăng 5% ",
    "goals": "phấn đấu đạt 5,5% so với cùng kỳ; ",
    "combining marks": "ê\u0323",
    "one long word": "ă",
}


def main() -> None:
    """Print all measurements."""
    reports = _reports()
    _print_machine()
    _print_rate(reports)
    _print_growth("\n".join(reports))
    _print_hostile("\n".join(reports))
    _print_start()


def _print_machine() -> None:
    """Tell how fast this machine runs Python, so that rates of two machines can be compared."""
    start = time.process_time()
    total = 0
    for i in range(_STEPS):
        total += i
    spent = time.process_time() - start
    print(f"this machine: {_STEPS / spent / 1e6:.1f} million loop steps a second")


def _reports() -> list[str]:
    folder = files("evals").joinpath("fixtures")
    texts = sorted((f for f in folder.iterdir() if f.name.endswith(".txt")), key=lambda f: f.name)
    return [f.read_text(encoding="utf-8") for f in texts]


def _seconds(text: str) -> float:
    start = time.process_time()
    Summarizer()(text)
    return time.process_time() - start


def _print_rate(reports: list[str]) -> None:
    first = _seconds(reports[0])
    rounds = [sum(map(_seconds, reports)) for _ in range(20)]
    best = min(rounds)
    characters = sum(map(len, reports))
    print(f"{len(reports)} reports, {characters:,} characters, one core")
    print(f"  first call           {first * 1000:10.1f} ms  (rules are loaded)")
    print(f"  documents per second {len(reports) / best:10.1f}")
    print(f"  per 5,000 characters {best / characters * 5e6:10.2f} ms")


def _print_growth(text: str) -> None:
    print("length       seconds   cost per character, against the shortest")
    for length, seconds, ratio in _growth("", text, _LENGTHS):
        print(f"{length:>9,} {seconds:>10.3f} {ratio:>10.2f}")


def _print_hostile(text: str) -> None:
    plain = _seconds(_of_length("", text, _HOSTILE_LENGTHS[1])) / _HOSTILE_LENGTHS[1]
    print("hostile text           length    seconds   against a report   against its shortest")
    for name, piece in _HOSTILE.items():
        for length, seconds, ratio in _growth(_OPENING, piece, _HOSTILE_LENGTHS):
            against = seconds / length / plain
            print(f"{name:<18} {length:>10,} {seconds:>10.3f} {against:>18.2f} {ratio:>22.2f}")
    for length in _HOSTILE_LENGTHS:
        seconds = _seconds(_OPENING + "(" * (length // 2) + ")" * (length // 2))
        print(f"{'nested brackets':<18} {length:>10,} {seconds:>10.3f}")


def _growth(
    opening: str, piece: str, lengths: tuple[int, ...]
) -> Iterator[tuple[int, float, float]]:
    """Length, seconds and relative cost, up to where a measurement would outlast patience."""
    cost = _seconds(_of_length(opening, piece, lengths[0])) / lengths[0]  # the first run warms up
    shortest = 0.0
    for length in lengths:
        if cost * length > _PATIENCE:
            print(f"    {length:,} characters left out: {cost * length:,.0f} s expected")
            return
        seconds = _seconds(_of_length(opening, piece, length))
        cost = seconds / length
        shortest = shortest or cost
        yield length, seconds, cost / shortest


def _of_length(opening: str, piece: str, length: int) -> str:
    return (opening + piece * (length // len(piece) + 1))[:length]


def _print_start() -> None:
    print(f"summarizer --help    {min(_help_seconds() for _ in range(5)):10.2f} s")


def _help_seconds() -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "summarizer", "--help"], check=True, stdout=subprocess.DEVNULL
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


if __name__ == "__main__":
    main()
