"""Whether memory stays flat: the command over 5,000 documents and over ten times as many.

``python -m evals.bench.memory`` summarizes short texts with the embedded engine, with ``--model``
with a mock; it compares the most resident memory of all processes of the command together.
"""

import json
import subprocess
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path

from evals.bench.mock import Manners, mock

_FEW, _MANY = 5_000, 50_000
_TEXT = "Năm 2025, sản lượng lúa của xã Tân Lập đạt {} tấn."
_PAGE = 4_096


def main() -> None:
    """Print megabytes and their ratio."""
    asks = "--model" in sys.argv
    peaks = []
    for documents in (_FEW, _MANY):
        with (
            tempfile.TemporaryDirectory() as folder,
            mock(Manners()) if asks else nullcontext("") as url,
        ):
            inputs = Path(folder, "reports.jsonl")
            with inputs.open("w") as file:
                for number in range(documents):
                    file.write(json.dumps({"id": str(number), "text": _TEXT.format(number)}) + "\n")
            options = ["--model", "mock", "--base-url", url] if url else []
            output = ["-o", f"{folder}/out.jsonl", "--quiet", *options]
            command = [sys.executable, "-m", "summarizer", "batch", str(inputs), *output]
            peaks.append(_peak(command))
        print(f"{documents:>7,} documents: {peaks[-1] / 2**20:,.0f} MB")
    print(f"ratio {peaks[1] / peaks[0]:.3f}")


def _peak(command: list[str]) -> int:
    """The most bytes that the command and its processes held at one time."""
    process = subprocess.Popen(command)  # noqa: S603 - our own
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(map(_resident, [process.pid, *_children(process.pid)])))
        time.sleep(0.1)
    if process.returncode:
        raise SystemExit(f"the command ended with {process.returncode}")
    return peak


def _children(parent: int) -> list[int]:
    try:
        told = Path(f"/proc/{parent}/task/{parent}/children").read_text()
    except OSError:
        return []
    return [int(pid) for pid in told.split()]


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


if __name__ == "__main__":
    main()
