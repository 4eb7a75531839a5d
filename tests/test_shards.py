"""Rows as files: whole or not at all, each once, whatever was torn."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from summarizer.batch.jobs import Finished
from summarizer.batch.shards import Shards, row, table
from summarizer.errors import JournalError, SummarizerError

WAY = {"model": "m", "server": "here"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "hàng của tỉnh"


@pytest.fixture
def shards(folder: Path) -> Shards:
    made = Shards(str(folder))
    made.open(WAY)
    return made


def rows_of(*names: str, kind: str = "") -> list[dict[str, str]]:
    return [row(Finished(n, f'{{"name":"{n}"}}\n'.encode(), kind), f"key of {n}") for n in names]


def names(folder: Path) -> list[str]:
    return sorted(pq.read_table(folder, columns=["name"])["name"].to_pylist())


def test_rows_written_are_kept(shards: Shards, folder: Path) -> None:
    shards.write(table(rows_of("a", "b")))

    assert names(folder) == ["a", "b"]
    assert shards.tidy().keys == {"key of a", "key of b"}
    assert pq.read_table(folder)["row"].to_pylist() == ['{"name":"a"}', '{"name":"b"}']


def test_a_row_written_twice_is_kept_once(shards: Shards, folder: Path) -> None:
    shards.write(table(rows_of("a", "b")))
    shards.write(table(rows_of("b", "c")))

    shards.tidy()

    assert names(folder) == ["a", "b", "c"]


def test_a_block_is_found_again_in_any_order(shards: Shards) -> None:
    shards.write(table(rows_of("a", "b")))

    found = shards.read(["key of b", "key of a"])

    assert found is not None
    assert found["name"].to_pylist() == ["b", "a"]
    assert shards.read(["key of a"]) is None


@pytest.mark.parametrize("kept", [0, 1, 8, 100, -8, -1])
def test_a_torn_file_is_set_aside(shards: Shards, folder: Path, kept: int) -> None:
    shards.write(table(rows_of("a")))
    (whole,) = folder.glob("*.parquet")
    shards.write(table(rows_of("b")))
    whole.write_bytes(whole.read_bytes()[:kept])

    assert shards.tidy().keys == {"key of b"}
    assert names(folder) == ["b"]


def test_notes_of_a_dead_worker_become_rows(shards: Shards, folder: Path) -> None:
    notes = shards.notes(["key of a", "key of b", "key of c"])
    for one in rows_of("a", "b"):
        notes.add(one)
    (path,) = folder.glob("_notes-*")
    path.write_bytes(path.read_bytes() + b'\n{"key": "key of c", "na')

    assert list(notes.rows()) == ["key of a", "key of b"]
    assert shards.tidy().keys == {"key of a", "key of b"}
    assert names(folder) == ["a", "b"]
    assert list(folder.glob("_notes-*")) == []


def test_a_note_after_a_torn_one_is_read(shards: Shards, folder: Path) -> None:
    notes = shards.notes(["key of a"])
    notes.add(rows_of("b")[0])
    (path,) = folder.glob("_notes-*")
    path.write_bytes(path.read_bytes()[:-5])

    notes.add(rows_of("a")[0])

    assert list(notes.rows()) == ["key of a"]


def test_failed_rows_go_if_they_are_tried_again(shards: Shards, folder: Path) -> None:
    shards.write(table([*rows_of("a"), *rows_of("b", kind="empty")]))
    shards.write(table(rows_of("c", kind="empty")))

    assert shards.tidy().failed == 2
    assert shards.tidy(retry_failed=True).keys == {"key of a"}
    assert names(folder) == ["a"]


def test_rows_made_in_another_way_are_refused(shards: Shards) -> None:
    shards.write(table(rows_of("a")))

    with pytest.raises(SummarizerError, match="model m, not n; use --fresh"):
        shards.open({**WAY, "model": "n"})
    shards.open({**WAY, "model": "n"}, fresh=True)

    assert shards.tidy().keys == set()


def test_files_of_others_are_refused(folder: Path) -> None:
    folder.mkdir()
    pq.write_table(table(rows_of("a")), folder / "theirs.parquet")

    with pytest.raises(SummarizerError, match="Parquet files of others"):
        Shards(str(folder)).open(WAY)


def test_a_folder_that_cannot_be_written_to_is_told(shards: Shards, folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    folder.write_text("")

    with pytest.raises(JournalError, match="cannot be written to"):
        shards.write(table(rows_of("a")))
