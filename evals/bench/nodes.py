"""A cluster of loopback nodes, and runs on it in processes of their own, so that both can die."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from summarizer.distributed import run
from summarizer.llm import Content, Question, Reply
from summarizer.openai import OpenAIModel
from summarizer.pipeline import Summarizer

ROOT = Path(__file__).resolve().parents[2]
POISON = "Báo cáo số 13 "
PATIENCE = 300.0  # seconds until a node or a moment that does not come is given up


class Poisoned(OpenAIModel):
    """A model whose client cannot stand one document."""

    async def ask(self, question: Question[Content]) -> Reply[Content]:
        """Answer one question, or die of it."""
        if POISON in question.user:
            os._exit(7)
        return await super().ask(question)


def main() -> None:
    """Do one run as standard input tells, and print what was done."""
    told = json.load(sys.stdin)
    model = told.pop("model", None)
    summarizer = Summarizer(Poisoned("m") if model == "poisoned" else model, audit=False)
    tally = run(told.pop("inputs"), told.pop("output"), summarizer, **told)
    facts = {name: getattr(tally, name) for name in ("planned", "resumed", "done", "failed")}
    print(json.dumps({**facts, "requests": tally.usage.requests}))


@dataclass
class Cluster:
    """Nodes of two processors each, the first of them the head."""

    folder: Path
    address: str = ""
    nodes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def add(self) -> None:
        """Start a node. Ray takes no loopback address for one; nothing leaves the machine."""
        head = ["--head", "--port", str(_free_port()), "--include-dashboard", "false"]
        head += ["--temp-dir", str(self.folder / "ray")]
        where = ["--address", self.address] if self.nodes else head
        command = [*_RAY, "start", "--block", *where, "--num-cpus", "2"]
        command += ["--object-store-memory", str(150 * 2**20)]
        path = self.folder / f"node-{len(self.nodes)}.log"
        with path.open("wb") as log:
            node = subprocess.Popen(  # noqa: S603 - our own command
                command, env=_environment(), stdout=log, stderr=log
            )
        self.nodes.append(node)
        wait_until(lambda: "runtime started" in path.read_text())
        if len(self.nodes) == 1:
            self.address = path.read_text().partition("--address='")[2].partition("'")[0]

    def kill(self, number: int) -> None:
        """A machine is lost: every process of a node, at once."""
        for pid in reversed(_tree(self.nodes[number].pid)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.nodes[number].wait()

    def workers(self, number: int | None = None) -> list[int]:
        """Ids of the processes that summarize, of all nodes or of one."""
        nodes = self.nodes if number is None else [self.nodes[number]]
        below = [pid for node in nodes for pid in _tree(node.pid)]
        return [pid for pid in below if "MapWorker" in _title(pid)]


@contextmanager
def cluster(nodes: int) -> Iterator[Cluster]:
    """A cluster of so many nodes."""
    folder = Path(tempfile.mkdtemp(prefix="sc"))  # sockets allow no long paths
    started = Cluster(folder)
    try:
        for _ in range(nodes):
            started.add()
        yield started
    finally:
        for number in range(len(started.nodes)):
            started.kill(number)
        shutil.rmtree(folder, ignore_errors=True)


def start(base_url: str, address: str, **told: Any) -> subprocess.Popen[str]:
    """Begin a run; its answer is a line of JSON."""
    process = subprocess.Popen(
        [sys.executable, "-m", "evals.bench.nodes"],
        env={**_environment(), "OPENAI_BASE_URL": base_url},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdin is not None  # noqa: S101 - asked for
    process.stdin.write(json.dumps({"address": address, **told}))
    process.stdin.close()
    process.stdin = None
    return process


def answer(process: subprocess.Popen[str]) -> dict[str, Any]:
    """Wait for the answer of a run."""
    out, err = process.communicate(timeout=900)
    if process.returncode:
        raise RuntimeError(out + err)
    print(err, end="", file=sys.stderr)
    return dict(json.loads(out.splitlines()[-1]))


def mapped(base_url: str, source: Path, output: Path, address: str) -> None:
    """Map a dataset as a program does that uses Ray itself."""
    program = f"""
import ray
from summarizer import Summarizer
from summarizer.distributed import map_dataset
ray.init(address={address!r})
ds = ray.data.read_parquet({str(source)!r})
rows = map_dataset(ds, Summarizer("m", audit=False), name="số", text="nội dung", workers=2)
rows.write_parquet({str(output)!r})
"""
    environment = {**_environment(), "OPENAI_BASE_URL": base_url}
    subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program], env=environment, cwd=ROOT, check=True
    )


def wait_until(true: Callable[[], object]) -> None:
    """Wait for a moment to come."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.05)


_RAY = (sys.executable, "-c", "from ray.scripts.scripts import main; main()")


def _environment() -> dict[str, str]:
    settings = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "disabled"}
    return {**os.environ, **settings, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _tree(pid: int) -> list[int]:
    """A process and all below it, parents first."""
    parents: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            parents.setdefault(parent, []).append(int(status.parent.name))
    tree = [pid]
    for found in tree:
        tree += parents.get(found, [])
    return tree


def _title(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text()
    return ""


if __name__ == "__main__":
    main()
