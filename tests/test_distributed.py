"""Batches on a cluster: the rows of one machine, whatever dies on the way."""

import asyncio
import json
import re
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from evals.bench.mock import Manners, mock, report, witness
from summarizer.batch.jobs import finish
from summarizer.distributed import run
from summarizer.documents import Document
from summarizer.errors import SummarizerError
from summarizer.pipeline import Summarizer
from tests import spread
from tests.spread import POISON, Cluster

ray = pytest.mark.ray
needs_ray = pytest.mark.skipif(
    find_spec("ray") is None, reason="the extra ray is not installed (make ray)"
)
pytestmark = pytest.mark.usefixtures("loopback")

DOCUMENTS = 200
AT_ONCE = 16
_SECONDS = re.compile(rb'"seconds":[-+.e\d]+')


@pytest.fixture(scope="module")
def nodes() -> Iterator[Cluster]:
    with spread.cluster(3) as cluster:
        yield cluster


@pytest.fixture
def server() -> Iterator[str]:
    with mock(Manners(latency=0.3)) as url:
        yield url


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    path = tmp_path / "báo cáo.jsonl"
    records = [{"id": f"d{n}", "text": report(n)} for n in range(DOCUMENTS)]
    lines = [json.dumps(record, ensure_ascii=False) for record in records]
    path.write_text("\n".join([*lines, '{"id": "no text"}', "no JSON"]), encoding="utf-8")
    return path


def rows(output: Path) -> dict[str, bytes]:
    """Rows by name, without times; each name once."""
    table = pq.read_table(output, columns=["name", "row"])
    names = table["name"].to_pylist()
    assert len(set(names)) == len(names)
    return {
        name: _SECONDS.sub(b"", row.encode())
        for name, row in zip(names, table["row"].to_pylist(), strict=True)
    }


def local_rows(summarizer: Summarizer) -> dict[str, bytes]:
    async def all_of_them() -> list[Any]:
        documents = [Document(report(n), f"d{n}") for n in range(DOCUMENTS)]
        one = summarizer.summarize
        return await asyncio.gather(*(finish(d.name or "", d, one) for d in documents))

    return {
        done.name: _SECONDS.sub(b"", done.line.rstrip(b"\n")) for done in asyncio.run(all_of_them())
    }


def asked_again(url: str) -> int:
    paid = witness(url)["paid_for"].values()
    return sum(sum(questions.values()) for questions in paid) - len(paid)


def asked(url: str) -> int:
    return int(witness(url)["requests"])


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "ray.data", None)
    monkeypatch.setitem(sys.modules, "ray", None)

    with pytest.raises(SummarizerError, match=r'pip install "structured-summarizer\[ray\]"'):
        run([tmp_path], tmp_path / "rows", Summarizer())


@ray
@needs_ray
class TestCluster:
    @pytest.mark.parametrize("model", [None, "m"])
    def test_rows_are_those_of_one_machine(
        self, model: str | None, nodes: Cluster, server: str, inputs: Path, tmp_path: Path
    ) -> None:
        output = tmp_path / "rows of the cluster"
        told = {"inputs": [str(inputs)], "output": str(output), "model": model}

        done = spread.finish(spread.start(server, address=nodes.address, **told))

        found = rows(output)
        broken = [found.pop("no text"), found.pop("báo cáo.jsonl:202")]
        assert all(b'"type":"DocumentError"' in row for row in broken)
        assert found == local_rows(Summarizer(model, base_url=server, audit=False))
        assert (done["done"], done["failed"]) == (DOCUMENTS + 2, 2)
        assert done["requests"] == (DOCUMENTS if model else 0)
