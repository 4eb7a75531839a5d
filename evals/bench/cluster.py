"""Batches on a cluster against the ideal, and what is lost and paid twice when parts of it die.

``python -m evals.bench.cluster`` starts three nodes on this machine and asks a mock of a model
about five thousand documents: undisturbed, with a worker, a node and the whole run killed, and
with a document that ends its worker. It needs the extra ``ray``. The documents are a few sentences
long and answers take seconds, so that two cores suffice for nodes, workers and server together; the
ideal rate is that of requests in flight by the time of an answer. Nothing is asserted.
"""

import argparse
import json
import os
import shutil
import signal
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from evals.bench.mock import Manners, mock, report, witness
from evals.bench.nodes import Cluster, answer, cluster, start, wait_until

_NODES = 3


@dataclass(frozen=True)
class _Size:
    """How much is measured."""

    documents: int
    at_once: int
    latency: float


@dataclass(frozen=True)
class _Stage:
    """A cluster, a mock of a model, and the documents."""

    size: _Size
    nodes: Cluster
    server: str
    inputs: Path
    output: Path

    def begin(self, model: str = "m") -> Any:
        """Start a run."""
        told = {"inputs": [str(self.inputs)], "output": str(self.output), "model": model}
        return start(self.server, self.nodes.address, **told, at_once=self.size.at_once)

    def get_going(self) -> Any:
        """Start a run and wait until two fifths of the documents were asked about."""
        running = self.begin()
        enough = self.size.documents * 2 // 5
        wait_until(lambda: running.poll() is not None or self.asked >= enough)
        return running

    @property
    def asked(self) -> int:
        """Requests until now."""
        return int(witness(self.server)["requests"])


def main() -> None:
    """Print what came of each disaster."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=5000)
    parser.add_argument("--at-once", type=int, default=32)
    parser.add_argument("--latency", type=float, default=1.0, help="seconds until an answer")
    parser.add_argument("--only", choices=list(_STORIES), help="one of them alone")
    told = parser.parse_args()
    size = _Size(told.documents, told.at_once, told.latency)
    with cluster(_NODES) as nodes:
        for title, story in _STORIES.items():
            if told.only in {None, title}:
                _tell(title, story, size, nodes)


def _tell(title: str, story: "_Story", size: _Size, nodes: Cluster) -> None:
    folder = Path(tempfile.mkdtemp())
    inputs = folder / "reports.jsonl"
    records = [{"id": str(n), "text": report(n)} for n in range(size.documents)]
    inputs.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in records))
    try:
        with mock(Manners(latency=size.latency)) as server:
            done = story(_Stage(size, nodes, server, inputs, folder / "rows"))
            seen = witness(server)
        table = pq.read_table(folder / "rows", columns=["name", "status"])
    finally:
        shutil.rmtree(folder)
    names, statuses = (table[column].to_pylist() for column in ("name", "status"))
    seconds = seen["last"] - seen["first"]
    share = seen["paid"] * size.latency / size.at_once / seconds
    again = seen["paid"] - len(seen["paid_for"])
    told = (
        f"{len(names)} rows, {len(set(names))} unique, {statuses.count('failed')} failed",
        f"{again} asked again, {seen['most']} in flight at most",
        f"{seconds:.0f} s of requests, {share:.2f} of the ideal rate",
        f"{done['resumed']} rows were there when the last run began",
    )
    print(f"{title:6}  {'; '.join(told)}", flush=True)


def _quiet(stage: _Stage) -> dict[str, Any]:
    return answer(stage.begin())


def _worker(stage: _Stage) -> dict[str, Any]:
    running = stage.get_going()
    with suppress(ProcessLookupError):
        os.kill(stage.nodes.workers()[0], signal.SIGKILL)
    return answer(running)


def _node(stage: _Stage) -> dict[str, Any]:
    stage.nodes.add()
    running = stage.get_going()
    stage.nodes.kill(-1)
    return answer(running)


def _job(stage: _Stage) -> dict[str, Any]:
    running = stage.get_going()
    running.kill()
    running.communicate()
    part = next(stage.output.glob("rows-*.parquet")).read_bytes()
    (stage.output / "rows-torn.parquet").write_bytes(part[: len(part) // 2])
    return answer(stage.begin())


def _poison(stage: _Stage) -> dict[str, Any]:
    return answer(stage.begin("poisoned"))


_Story = Callable[[_Stage], dict[str, Any]]
_STORIES: dict[str, _Story] = {
    "quiet": _quiet,
    "worker": _worker,
    "node": _node,
    "job": _job,
    "poison": _poison,
}


if __name__ == "__main__":
    main()
