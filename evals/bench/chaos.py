"""Whether a batch keeps its word: nothing lost, nothing doubled, nothing paid twice.

``python -m evals.bench.chaos`` summarizes 1,000 reports with a mock that lets 30 % of all requests
fail, kills the command at 20 random moments, starts it again each time, and compares the output
with that of a run that nobody disturbed. What was paid is told by the mock.
"""

import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evals.bench.mock import Manners, mock, record, witness

_DOCUMENTS = 1_000
_KILLS = 20
_FAULTS = 0.3
_AT_ONCE = 16
_TIMEOUT = 30.0  # seconds for a question; a third of it for a request
_LATENCY = 1.0


def main() -> None:
    """Print what came of it."""
    with tempfile.TemporaryDirectory() as folder:
        inputs = Path(folder, "reports.jsonl")
        inputs.write_text("".join(record(number) for number in range(_DOCUMENTS)))
        with mock(Manners()) as url:
            calm = Path(folder, "calm", "out.jsonl")
            seconds = _run(url, inputs, calm)
            print(f"undisturbed: {seconds:.0f} s, {witness(url)['requests']:,} requests")
        with mock(Manners(latency=_LATENCY, faults=_FAULTS, hang=_TIMEOUT)) as url:
            torn = Path(folder, "torn", "out.jsonl")
            killed = _killed(url, inputs, torn)
            _tell(witness(url), killed, _rows(calm), _rows(torn))


def _killed(url: str, inputs: Path, output: Path) -> dict[str, int]:
    """Run and kill by turns; what was paid for each document when its row was there first."""
    chance = random.Random(7)  # noqa: S311 - no secret
    paid_then: dict[str, int] = {}
    for _ in range(_KILLS):
        process = subprocess.Popen(_command(url, inputs, output))  # noqa: S603 - our own
        time.sleep(chance.uniform(5.0, 9.0))
        process.send_signal(signal.SIGKILL)
        process.wait()
        time.sleep(_LATENCY * 2)  # what was in flight reaches the witness
        counts = _paid(witness(url))
        for name in _names(output):
            paid_then.setdefault(name, counts[name])
    print(f"after {_KILLS} kills: {len(paid_then):,} rows")
    _run(url, inputs, output)
    return paid_then


def _tell(
    seen: Mapping[str, Any],
    paid_then: Mapping[str, int],
    calm: Mapping[str, str],
    torn: Mapping[str, str],
) -> None:
    paid = _paid(seen)
    again = sum(count - 1 for counts in seen["paid_for"].values() for count in counts.values())
    print(
        f"requests {seen['requests']:,}, faults {seen['faults']:,}, paid answers {seen['paid']:,}"
    )
    print(
        f"rows {len(torn):,}; as in the undisturbed run {sum(torn[n] == calm[n] for n in calm):,}"
    )
    for name in (name for name in calm if torn[name] != calm[name]):
        print(f"  {name}: {torn[name][:300]}")
    print(f"order of rows as in the inputs: {list(torn) == list(calm)}")
    print(f"finished documents paid again: {sum(paid[n] > paid_then[n] for n in paid_then):,}")
    print(f"answers paid twice, in flight at a kill: {again:,} of at most {_KILLS * _AT_ONCE:,}")


def _paid(seen: Mapping[str, Any]) -> dict[str, int]:
    return {name: sum(counts.values()) for name, counts in seen["paid_for"].items()}


def _run(url: str, inputs: Path, output: Path) -> float:
    started = time.monotonic()
    subprocess.run(_command(url, inputs, output), check=False)  # noqa: S603 - rows tell
    return time.monotonic() - started


def _command(url: str, inputs: Path, output: Path) -> list[str]:
    output.parent.mkdir(exist_ok=True)
    options = ["--model", "mock", "--base-url", url, "--at-once", str(_AT_ONCE), "--quiet"]
    patience = ["--timeout", str(_TIMEOUT)]
    command = [sys.executable, "-m", "summarizer", "batch", str(inputs), "-o", str(output)]
    return [*command, *options, *patience]


def _names(output: Path) -> list[str]:
    """Names of rows that are whole; a killed run may leave the last line torn."""
    lines = output.read_bytes().splitlines(keepends=True) if output.exists() else []
    return [json.loads(line)["name"] for line in lines if line.endswith(b"\n")]


def _rows(output: Path) -> dict[str, str]:
    """Rows by name, without times and usage."""
    rows = {}
    for line in output.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["status"] == "ok":
            del row["summary"]["run"]["seconds"], row["summary"]["run"]["usage"]
        assert row["name"] not in rows, f"{row['name']} is doubled"  # noqa: S101 - it is the point
        rows[row["name"]] = json.dumps(row, ensure_ascii=False)
    return rows


if __name__ == "__main__":
    main()
