"""Batches on a cluster: the rows of one machine, whatever dies on the way."""

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evals.bench import nodes as spread
from evals.bench.mock import Manners, mock, report, witness
from evals.bench.nodes import Cluster
from summarizer.batch.jobs import finish
from summarizer.distributed import run
from summarizer.documents import Document
from summarizer.errors import SummarizerError
from summarizer.pipeline import Summarizer

ray = pytest.mark.ray
needs_ray = pytest.mark.skipif(
    find_spec("ray") is None, reason="the extra ray is not installed (make ray)"
)
pytestmark = pytest.mark.usefixtures("loopback")

DOCUMENTS = 200
AT_ONCE = 16
BLOCK = 20
WORKERS = 2  # each costs the machine seconds to start
PAGE = """<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Trang</title>
<meta property="article:published_time" content="2020-11-24T08:00:00+07:00"></head>
<body><article><p>{}</p></article></body></html>"""
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


def rows_of_documents(output: Path) -> dict[str, bytes]:
    """Rows without the two that no document can be made of."""
    found = rows(output)
    broken = [found.pop("no text"), found.pop(f"báo cáo.jsonl:{DOCUMENTS + 2}")]
    assert all(b'"type":"DocumentError"' in row for row in broken)
    return found


def local_rows(summarizer: Summarizer, *others: Document) -> dict[str, bytes]:
    """Rows of one machine, of the documents of ``inputs`` if no others are named."""

    async def all_of_them() -> list[Any]:
        documents = others or [Document(report(n), f"d{n}") for n in range(DOCUMENTS)]
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
    def test_rows_are_those_of_one_machine(
        self, nodes: Cluster, server: str, inputs: Path, tmp_path: Path
    ) -> None:
        output = tmp_path / "rows of the cluster"
        page = tmp_path / "trang.html"
        page.write_text(PAGE.format(report(0)), encoding="utf-8")
        told = {"inputs": [str(inputs), str(page)], "output": str(output), "model": None}

        done = spread.answer(spread.start(server, nodes.address, **told, workers=WORKERS))

        found = rows_of_documents(output)
        (of_page,) = local_rows(Summarizer(), Document.read(page)).values()
        assert found.pop(page.name) == of_page
        assert b'"published_on":"2020-11-24"' in of_page
        assert found == local_rows(Summarizer())
        assert (done["done"], done["failed"]) == (DOCUMENTS + 3, 2)
        assert done["requests"] == 0

    def test_a_dataset_of_other_columns_is_mapped_to_rows(
        self, nodes: Cluster, server: str, tmp_path: Path
    ) -> None:
        source, output = tmp_path / "source.parquet", tmp_path / "rows"
        texts = [report(n) for n in range(DOCUMENTS)]
        pq.write_table(
            pa.table({"số": [f"d{n}" for n in range(DOCUMENTS)], "nội dung": texts}), source
        )

        spread.mapped(server, source, output, nodes.address)

        assert rows(output) == local_rows(Summarizer("m", base_url=server, audit=False))
        columns = pq.read_schema(next(output.iterdir())).names
        assert columns == ["name", "key", "status", "kind", "row"]

    def test_a_killed_worker_and_a_lost_machine_cost_what_was_in_flight(
        self, nodes: Cluster, server: str, inputs: Path, tmp_path: Path
    ) -> None:
        output = tmp_path / "rows"
        nodes.add()
        running = in_full_swing(server, nodes, inputs, output, workers=None)  # some everywhere

        lost = next(number for number in (3, 2, 1) if nodes.workers(number))
        elsewhere = set(nodes.workers()) - set(nodes.workers(lost))
        os.kill(elsewhere.pop(), signal.SIGKILL)
        nodes.kill(lost)
        done = spread.answer(running)

        assert len(rows(output)) == done["done"] == DOCUMENTS + 2
        assert asked_again(server) <= AT_ONCE

    def test_a_killed_run_goes_on_where_it_was(
        self, nodes: Cluster, server: str, inputs: Path, tmp_path: Path
    ) -> None:
        output = tmp_path / "rows"
        running = in_full_swing(server, nodes, inputs, output)
        running.kill()
        running.communicate()
        whole = next(output.glob("rows-*.parquet")).read_bytes()
        (output / "rows-0.parquet").write_bytes(whole[: len(whole) // 2])

        done = spread.answer(begun(server, nodes, inputs, output))

        assert len(rows(output)) == done["planned"] == DOCUMENTS + 2
        one_machine = Summarizer("m", base_url=server, audit=False)
        assert done["resumed"] >= BLOCK
        assert asked_again(server) <= AT_ONCE
        assert [path.name for path in output.glob("_torn*")] == ["_torn-rows-0.parquet"]
        assert rows_of_documents(output) == local_rows(one_machine)

    def test_a_document_that_ends_its_worker_becomes_a_failed_row(
        self, nodes: Cluster, server: str, inputs: Path, tmp_path: Path
    ) -> None:
        output = tmp_path / "rows"

        done = spread.answer(begun(server, nodes, inputs, output, model="poisoned"))

        found = rows(output)
        assert len(found) == done["done"] == DOCUMENTS + 2
        assert b'"error":{"type":"WorkerError"' in found["d13"]
        assert done["failed"] == 3
        assert asked_again(server) <= 4 * AT_ONCE  # tried eight times, beside some others


def begun(server: str, nodes: Cluster, inputs: Path, output: Path, **others: Any) -> Any:
    told = {"inputs": [str(inputs)], "output": str(output), "model": "m", "workers": WORKERS}
    told |= {"at_once": AT_ONCE, "block": BLOCK, **others}
    return spread.start(server, nodes.address, **told)


def in_full_swing(server: str, nodes: Cluster, inputs: Path, output: Path, **others: Any) -> Any:
    """A run that is well under way."""
    enough = asked(server) + DOCUMENTS // 2
    running = begun(server, nodes, inputs, output, **others)
    spread.wait_until(lambda: asked(server) >= enough or running.poll() is not None)
    return running
