"""Rows of a batch as Parquet files in one folder: what a cluster has finished, and its memory.

Any number of processes write, each its own files; a file appears whole or not at all. Its name
comes from the documents in it, so that work done twice leaves one file. Until a file is whole, its
rows stand in notes. Files whose names begin with ``_`` are ours; readers of Parquet pass over them.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import fs

from summarizer.batch.jobs import Finished
from summarizer.errors import JournalError, SummarizerError

SCHEMA = pa.schema([(name, pa.string()) for name in ("name", "key", "status", "kind", "row")])
"""Columns of a row: ``key`` tells the document and how it was summarized, ``kind`` is empty or the
code or class of the error, ``row`` the line of JSON without its line break."""

_ABOUT = "_summarizer.json"
_SUFFIX = ".parquet"


def row(finished: Finished, key: str) -> dict[str, str]:
    """The row of a finished document."""
    return {
        "name": finished.name,
        "key": key,
        "status": "ok" if finished.is_ok else "failed",
        "kind": finished.kind,
        "row": finished.line.decode().rstrip("\n"),
    }


def table(rows: Iterable[Mapping[str, str]]) -> pa.Table:
    """Rows as a table."""
    return pa.Table.from_pylist(list(rows), schema=SCHEMA)


class Notes:
    """Rows of a block that is not whole yet, written one by one: what a dead worker leaves.

    Without a path nothing is written: not every file system lets a file grow.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def rows(self) -> dict[str, dict[str, str]]:
        """What an earlier worker has written, by key; a torn last line is passed over."""
        if self._path is None or not self._path.is_file():
            return {}
        found = {}
        for line in self._path.read_bytes().splitlines():
            with suppress(ValueError):
                told = json.loads(line)
                found[told["key"]] = told
        return found

    def add(self, row: Mapping[str, str]) -> None:
        """Write a row down. A full disk is told by what comes after: the block itself."""
        if self._path is None:
            return
        line = b"\n" + json.dumps(row, ensure_ascii=False).encode()  # after a torn one, if any
        with suppress(OSError), self._path.open("ab", buffering=0) as file:
            file.write(line)

    def clear(self) -> None:
        """The rows are elsewhere."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Kept:
    """Keys of the rows that are kept, and how many of these failed."""

    keys: frozenset[str] = frozenset()
    failed: int = 0


class Shards:
    """A folder of rows: a path, or a URI such as ``s3://bucket/rows``."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._files, self._root = fs.FileSystem.from_uri(folder)
        self._is_local = isinstance(self._files, fs.LocalFileSystem)

    def open(self, identity: Mapping[str, str], *, fresh: bool = False) -> None:
        """Make the folder, or go on in one that was made in the same way.

        Raises ``SummarizerError`` that names each difference; ``fresh`` removes the rows instead.
        """
        self._files.create_dir(self._root, recursive=True)
        about = f"{self._root}/{_ABOUT}"
        parts = self._parts()
        if fresh:
            for path in (*parts, *map(str, self._left("_notes-*"))):
                self._files.delete_file(path)
        elif self._files.get_file_info(about).is_file:
            self._compare(json.loads(self._files.open_input_file(about).readall()), identity)
        elif parts:
            raise SummarizerError(
                f"{self.folder} holds Parquet files of others; name a folder of its own"
            )
        self._put(about, json.dumps(dict(identity), ensure_ascii=False, indent=1).encode())

    def tidy(self, *, retry_failed: bool = False) -> Kept:
        """Read what is kept, one row per key; failed rows are removed if they are tried again.

        A file that cannot be read, torn by a machine that went down, is set aside.
        """
        for path in self._left("_notes-*"):
            notes = Notes(path)
            if noted := notes.rows():
                self.write(table(noted.values()))
            notes.clear()
        keys: set[str] = set()
        failed = 0
        for part in self._parts():
            rows = self._read(part, ["key", "status"])
            if rows is None:
                self._files.move(part, f"{self._root}/_torn-{PurePosixPath(part).name}")
                continue
            ours, statuses = (rows[column].to_pylist() for column in ("key", "status"))
            mask = [
                key not in keys and not (retry_failed and status == "failed")
                for key, status in zip(ours, statuses, strict=True)
            ]
            if not all(mask):
                self._shrink(part, mask)
            keys.update(key for key, stays in zip(ours, mask, strict=True) if stays)
            failed += sum(s == "failed" for s, stays in zip(statuses, mask, strict=True) if stays)
        return Kept(frozenset(keys), failed)

    def notes(self, keys: Collection[str]) -> Notes:
        """Where the rows of these keys stand until they are written together."""
        return Notes(Path(self._root) / f"_notes-{_digest(keys)}" if self._is_local else None)

    def write(self, rows: pa.Table) -> None:
        """Keep rows; nothing of them is there before all are."""
        self._put(self._path(rows["key"].to_pylist()), _packed(rows))

    def read(self, keys: Collection[str]) -> pa.Table | None:
        """The rows of exactly these keys in their order, if they were written together."""
        path = self._path(keys)
        rows = self._read(path) if self._files.get_file_info(path).is_file else None
        if rows is None or sorted(rows["key"].to_pylist()) != sorted(keys):
            return None
        return rows.take(pc.index_in(pa.array(list(keys)), value_set=rows["key"]))

    def rows(self, keys: Collection[str]) -> Iterator[dict[str, str]]:
        """The rows of these keys, wherever they stand."""
        for part in self._parts():
            rows = self._read(part)
            for row in rows.to_pylist() if rows is not None else ():
                if row["key"] in keys:
                    yield row

    def name_of_other(self, keys: Collection[str]) -> str:
        """The name of some row whose key is not among these."""
        for part in self._parts():
            rows = self._read(part, ["name", "key"])
            for row in rows.to_pylist() if rows is not None else ():
                if row["key"] not in keys:
                    return str(row["name"])
        return ""

    def _parts(self) -> list[str]:
        infos = self._files.get_file_info(fs.FileSelector(self._root))
        names = [info.path for info in infos if info.is_file and info.path.endswith(_SUFFIX)]
        return sorted(name for name in names if not PurePosixPath(name).name.startswith("_"))

    def _path(self, keys: Collection[str]) -> str:
        return f"{self._root}/rows-{_digest(keys)}{_SUFFIX}"

    def _left(self, pattern: str) -> list[Path]:
        return sorted(Path(self._root).glob(pattern)) if self._is_local else []

    def _read(self, part: str, columns: list[str] | None = None) -> pa.Table | None:
        try:
            with self._files.open_input_file(part) as file:
                return pq.read_table(file, columns=columns)
        except (pa.ArrowException, OSError, KeyError):
            return None

    def _compare(self, known: Mapping[str, str], identity: Mapping[str, str]) -> None:
        told = [
            f"{what} {known.get(what)}, not {identity.get(what)}"
            for what in dict.fromkeys((*known, *identity))
            if known.get(what) != identity.get(what)
        ]
        if told:
            raise SummarizerError(
                f"{self.folder} was made with {'; with '.join(told)}; "
                "use --fresh to start over, or another output"
            )

    def _shrink(self, part: str, mask: list[bool]) -> None:
        """Leave some rows of a file, under the name that it has; an empty file goes."""
        rows = self._read(part)
        if rows is not None and any(mask):
            self._put(part, _packed(rows.filter(pa.array(mask))))
        else:
            self._files.delete_file(part)

    def _put(self, path: str, content: Any) -> None:
        draft = f"{self._root}/_{uuid4().hex}"
        try:
            with self._files.open_output_stream(draft) as file:
                file.write(content)
            self._files.move(draft, path)
        except OSError as error:
            raise JournalError(
                f"{self.folder} cannot be written to ({error.strerror or error}); rows until now "
                "are kept: make room or check its permissions, then run the same command again"
            ) from None


def _digest(keys: Collection[str]) -> str:
    return sha256("\n".join(sorted(keys)).encode()).hexdigest()[:24]


def _packed(rows: pa.Table) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink, compression="zstd")
    return sink.getvalue()
