"""How much of a server's time a batch uses, and what our side of a document costs.

``python -m evals.bench.throughput`` runs the command against a mock that answers after a second,
64 requests at once, and after eight seconds, 1,000 at once. The ideal is requests in flight divided
by the time of an answer; it is compared with the whole run, from the first request to the last
answer, and with its middle, without the first and last tenth. Reports are short, so that the
two cores that we share with the mock do not bound it, and many, as filling and emptying a thousand
places takes some ten seconds of any run; CPU times are of all processes of a command.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from evals.bench.mock import Manners, answer, mock, record, report, witness
from summarizer import ScriptedLLM, Summarizer

_CASES = ((64, 1.0, 2_560), (1_000, 8.0, 36_000))  # in flight, seconds, documents


def main() -> None:
    """Print the share of the ideal that is reached."""
    print("in flight  answer  documents  of ideal  in the middle  CPU a document  of it reading")
    for at_once, latency, documents in _CASES:
        with tempfile.TemporaryDirectory() as folder, mock(Manners(latency=latency)) as url:
            inputs = Path(folder, "reports.jsonl")
            inputs.write_text("".join(record(number) for number in range(documents)))
            before = _cpu()
            command = [sys.executable, "-m", "summarizer", "batch", str(inputs), "--quiet"]
            output = ["-o", f"{folder}/out.jsonl", "--model", "mock", "--base-url", url]
            subprocess.run([*command, *output, "--at-once", str(at_once)], check=True)  # noqa: S603
            spent = (_cpu() - before) / documents * 1_000
            seen = witness(url)
        ideal = at_once / latency
        share = documents / (seen["last"] - seen["first"]) / ideal
        reading = _reading()
        print(
            f"{at_once:>9,} {latency:>6.0f}s {documents:>10,} {share:>9.3f} "
            f"{seen['middle'] / ideal:>14.3f} {spent:>12.2f} ms {reading:>12.2f} ms"
            f"   most in flight {seen['most']:,}"
        )


def _cpu() -> float:
    """CPU seconds of all ended child processes."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _reading() -> float:
    """CPU milliseconds of reading and assembling one report, with an answer at hand."""
    summarize = Summarizer(ScriptedLLM(lambda asked: answer(asked.form.name, asked.user)))
    summarize(report(0))
    start = time.process_time()
    for number in range(100):
        summarize(report(number))
    return (time.process_time() - start) * 10


if __name__ == "__main__":
    main()
