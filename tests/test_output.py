"""OUT.jsonl is a log while a batch runs and a list in order at its end; no moment loses a row."""

import asyncio
import contextlib
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import Failure, Row
from summarizer.batch.jobs import Finished
from summarizer.batch.journal import NAME, Counts, Journal, Ledger
from summarizer.batch.output import Output
from summarizer.errors import JournalError, SummarizerError

IDENTITY = {"model": "m"}
NAMES = ["một.txt", 'hai "2".txt', "ba\n.txt", "bốn.txt", "năm.txt"]


def row_of(name: str, *, trial: int = 1, words: str = "") -> Finished:
    failure = Failure(type="DocumentError", message=f"trial {trial} {words}")
    line = Row(name=name, status="failed", error=failure).line()
    return Finished(name, line, kind="DocumentError")


def keep(ledger: Ledger, *rows: Finished) -> None:
    async def kept() -> None:
        for row in rows:
            await ledger.keep(row)

    asyncio.run(kept())


@contextlib.contextmanager
def opened(folder: Path, names: list[str] | None = None) -> Iterator[Ledger]:
    with Journal(folder / NAME) as journal, journal.open(folder / "out.jsonl", IDENTITY) as ledger:
        ledger.plan(NAMES if names is None else names)
        yield ledger


def lines_of(*rows: Finished) -> bytes:
    return b"".join(row.line for row in rows)


def test_rows_stand_as_they_finish_and_in_the_order_of_the_inputs_at_the_end(
    tmp_path: Path,
) -> None:
    rows = [row_of(name) for name in NAMES]
    out = tmp_path / "out.jsonl"
    with opened(tmp_path) as ledger:
        keep(ledger, *reversed(rows))
        assert out.read_bytes() == lines_of(*reversed(rows))
        ledger.finish(ordered=False)
        assert out.read_bytes() == lines_of(*reversed(rows))
        ledger.finish()
        assert out.read_bytes() == lines_of(*rows)


def test_a_file_in_order_is_not_written_again(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        keep(ledger, *map(row_of, NAMES))
        before = (tmp_path / "out.jsonl").stat()
        ledger.finish()
        assert os.path.samestat((tmp_path / "out.jsonl").stat(), before)


def test_the_last_row_of_a_document_replaces_those_before_it(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        keep(ledger, *map(row_of, NAMES))
        ledger.retry_failed()
        again = [row_of(name, trial=2) for name in NAMES]
        keep(ledger, *reversed(again))
        ledger.finish(ordered=False)
        assert (tmp_path / "out.jsonl").read_bytes() == lines_of(*reversed(again))


def test_documents_that_are_added_later_take_their_place_among_the_others(tmp_path: Path) -> None:
    with opened(tmp_path, NAMES[1:]) as ledger:
        keep(ledger, *map(row_of, NAMES[1:]))
        ledger.finish()
    with opened(tmp_path) as ledger:
        assert ledger.counts == Counts(planned=1, failed=4)
        keep(ledger, row_of(NAMES[0]))
        ledger.finish()
    assert (tmp_path / "out.jsonl").read_bytes() == lines_of(*map(row_of, NAMES))


def test_a_file_that_was_rewritten_goes_on_where_it_ends(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        keep(ledger, row_of(NAMES[1]), row_of(NAMES[0]))
        ledger.finish()
        keep(ledger, row_of(NAMES[2]))
    assert (tmp_path / "out.jsonl").read_bytes() == lines_of(*map(row_of, NAMES[:3]))


def test_a_rewritten_file_has_the_permissions_of_the_old_one(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        keep(ledger, *map(row_of, reversed(NAMES)))
        (tmp_path / "out.jsonl").chmod(0o640)
        ledger.finish()
    assert (tmp_path / "out.jsonl").stat().st_mode & 0o777 == 0o640


# --- What ends a run ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("finished")
    with opened(folder) as ledger:
        keep(ledger, *map(row_of, NAMES))
    return folder


@settings(max_examples=30)  # each waits for the disk
@given(
    end=st.integers(0, len(lines_of(*map(row_of, NAMES)))),
    waste=st.sampled_from([b"", b"\0\0\0", b"{", row_of(NAMES[0]).line[:-1], b'{"name":"\xff"']),
)
def test_a_torn_end_costs_the_torn_rows_and_no_other(
    finished: Path, end: int, waste: bytes
) -> None:
    with tempfile.TemporaryDirectory() as there:
        folder = Path(shutil.copytree(finished, there, dirs_exist_ok=True))
        whole = (folder / "out.jsonl").read_bytes()[:end]
        (folder / "out.jsonl").write_bytes(whole + waste)
        with opened(folder) as ledger:
            done = whole.count(b"\n")
            assert ledger.counts == Counts(planned=len(NAMES) - done, failed=done)
            keep(ledger, *map(row_of, NAMES[done:]))
            ledger.finish()
        assert (folder / "out.jsonl").read_bytes() == lines_of(*map(row_of, NAMES))


def test_rows_and_waste_in_the_midst_are_told_apart(finished: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    rows = [row_of(name) for name in NAMES]
    waste = b'\0\n{"name":"\xff","status":"failed","error":{}}\n{"name":"other"}\n'
    (folder / "out.jsonl").write_bytes(lines_of(*rows[:2]) + waste + lines_of(*rows[3:]))
    with opened(folder) as ledger:
        assert ledger.counts == Counts(planned=1, failed=4)
        keep(ledger, rows[2])
        ledger.finish()
    assert (folder / "out.jsonl").read_bytes() == lines_of(*rows)


def test_a_row_whose_end_was_not_taken_down_is_made_anew(tmp_path: Path) -> None:
    """The process was killed between row and journal."""
    with opened(tmp_path) as ledger:
        keep(ledger, row_of(NAMES[0]))
    with (tmp_path / "out.jsonl").open("ab") as file:
        file.write(row_of(NAMES[1]).line)
    with opened(tmp_path) as ledger:
        assert ledger.counts == Counts(planned=4, failed=1)
        keep(ledger, row_of(NAMES[1], trial=2))
        ledger.finish()
    kept = lines_of(row_of(NAMES[0]), row_of(NAMES[1], trial=2))
    assert (tmp_path / "out.jsonl").read_bytes() == kept


def test_a_row_is_told_as_kept_only_after_file_and_then_journal_are_safe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal's own promise is SQLite's: it commits with ``synchronous = FULL``."""
    safe: list[bytes] = []
    fsync = os.fsync

    def secure(file: int) -> None:
        fsync(file)
        with opened_again() as journal:  # as others see it
            assert kept_in(journal) == len(safe)
        safe.append((tmp_path / "out.jsonl").read_bytes())

    def opened_again() -> Journal:
        return Journal(tmp_path / NAME)

    def kept_in(journal: Journal) -> int:
        ((number,),) = journal.read("SELECT count(*) FROM documents WHERE state = 'failed'")
        return int(number)

    with opened(tmp_path) as ledger:
        monkeypatch.setattr(os, "fsync", secure)
        for done, name in enumerate(NAMES, 1):
            keep(ledger, row_of(name))
            assert safe[done - 1 :] == [lines_of(*map(row_of, NAMES[:done]))]
            with opened_again() as journal:
                assert kept_in(journal) == done
                assert journal.write(lambda at: at.execute("PRAGMA synchronous").fetchone()) == (2,)


def test_whoever_is_killed_while_rows_are_put_in_order_has_them_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every moment is one between two steps that others can see; each is taken and gone on with."""
    folder = tmp_path / "run"
    folder.mkdir()
    moments: list[Path] = []
    copied = ["fchmod", *["pread"] * len(NAMES)]
    secured = ["fsync", "replace", "fsync"]  # the new file, its name, the folder that knows it

    def taking(step: str) -> None:
        done = getattr(os, step)

        def do(*told: object, **also: object) -> object:
            take(step)
            result = done(*told, **also)
            take(step)
            return result

        steps.setattr(os, step, do)

    def take(step: str) -> None:
        moments.append(tmp_path / f"{len(moments)}-{step}")
        shutil.copytree(folder, moments[-1])

    rows = [row_of(name, words="x" * 9_000) for name in NAMES]
    with opened(folder) as ledger:
        keep(ledger, *reversed(rows))
        with monkeypatch.context() as steps:
            for step in {*copied, *secured}:
                taking(step)
            ledger.finish()
    assert (folder / "out.jsonl").read_bytes() == lines_of(*rows)
    assert [moment.name.split("-")[1] for moment in moments[::2]] == [*copied, *secured]
    for moment in moments:
        with opened(moment) as ledger:
            assert ledger.counts == Counts(failed=len(NAMES))
            assert [path.name for path in moment.iterdir() if path.name.endswith(".new")] == []
            ledger.finish()
        assert (moment / "out.jsonl").read_bytes() == lines_of(*rows)


FILLING = f"""
import asyncio, resource, sys
from pathlib import Path
from schemas import Failure, Row
from summarizer.batch.jobs import Finished
from summarizer.batch.journal import Journal
from summarizer.errors import JournalError

def row_of(name):
    failure = Failure(type="DocumentError", message="x" * int(sys.argv[2]))
    return Finished(name, Row(name=name, status="failed", error=failure).line(), kind="full")

async def main(folder, names):
    with Journal(folder / {NAME!r}) as journal, journal.open(folder / "out.jsonl", {{}}) as ledger:
        ledger.plan(names)
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
        done, errors = 0, []
        for name in names:
            try:
                await ledger.keep(row_of(name))
                done += 1
                assert not errors
            except JournalError as error:
                errors.append(str(error))
                if len(errors) == 3:
                    break
        print(done, *errors, sep="\\n")

asyncio.run(main(Path(sys.argv[1]), [f"d{{n}}" for n in range(200)]))
"""


@pytest.mark.parametrize(("size", "full"), [(20_000, "out.jsonl"), (20, NAME)])
def test_a_full_disk_is_told_and_costs_no_row_that_was_kept(
    tmp_path: Path, size: int, full: str
) -> None:
    told = subprocess.run(
        [sys.executable, "-c", FILLING, str(tmp_path), str(size)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stderr == ""
    assert (tmp_path / "out.jsonl").read_bytes().endswith(b"\n")
    done, *errors = told.stdout.splitlines()
    assert len(errors) == 3
    assert all(error.startswith(f"{tmp_path / full}: ") for error in errors)
    assert all("run the same command again" in error for error in errors)
    with Journal(tmp_path / NAME) as journal, journal.open(tmp_path / "out.jsonl", {}) as ledger:
        assert 0 < int(done) == ledger.counts.failed < 200
        ledger.finish()
        assert (tmp_path / "out.jsonl").read_bytes().count(b"\n") == int(done)


def test_where_there_is_no_room_to_put_rows_in_order_they_stay_as_they_are(tmp_path: Path) -> None:
    rows = [row_of(name, words="x" * 9_000) for name in NAMES]
    with opened(tmp_path) as ledger:
        keep(ledger, *reversed(rows))
        limit = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limit[1]))
        try:
            with pytest.raises(JournalError, match=r"out\.jsonl: .*; make room"):
                ledger.finish()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        assert (tmp_path / "out.jsonl").read_bytes() == lines_of(*reversed(rows))
        ledger.finish()
    assert (tmp_path / "out.jsonl").read_bytes() == lines_of(*rows)
    assert sorted(path.name for path in tmp_path.iterdir()) == [NAME, "out.jsonl"]


# --- Who may write ------------------------------------------------------------------------------


def test_a_second_run_of_the_same_output_is_refused_even_while_the_file_is_replaced(
    tmp_path: Path,
) -> None:
    with opened(tmp_path) as ledger:
        keep(ledger, *map(row_of, reversed(NAMES)))
        for _ in range(2):
            with pytest.raises(SummarizerError, match="another run is writing it; wait"):
                Output(tmp_path / "out.jsonl")
            ledger.finish()
    Output(tmp_path / "out.jsonl").close()


def test_what_is_no_file_is_no_output(tmp_path: Path) -> None:
    with pytest.raises(SummarizerError, match="choose another output"):
        Output(Path(os.devnull))
    with pytest.raises(JournalError, match="Is a directory"):
        Output(tmp_path)
    with pytest.raises(JournalError, match="No such file"):
        Output(tmp_path / "nowhere" / "out.jsonl")
