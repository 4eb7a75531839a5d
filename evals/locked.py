"""The file of a lock: where items were found when somebody reviewed them, by gold file.

What is laid down in it and compared with it stands in ``evals.lock``.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as validated

from evals.errors import GoldError, StaleError

LOCK = "gold.lock.json"
"""What stands beside gold files and says where their quotes and figures were found."""

VERSION = 1
"""Of the form of a lock."""

Pins = dict[tuple[str, int], int]
"""Where items begin, by list and position in it."""


@validated(frozen=True)
class LockedItem:
    """An item as it was found: list, offsets into the source, first words, a line a figure."""

    kind: str
    start: int | None
    end: int | None
    words: str
    figures: tuple[str, ...]


@validated(frozen=True)
class Locked:
    """A document as it was found; ``source`` and ``gold`` are hashes of both files' texts."""

    source: str
    gold: str
    items: tuple[LockedItem, ...]


@validated(frozen=True)
class _File:
    version: int
    documents: Mapping[str, Locked]


_FILE = TypeAdapter(_File)


@dataclass(frozen=True)
class Lock:
    """What a lock file holds, by the paths of gold files from its folder, without suffix."""

    path: Path
    documents: Mapping[str, Locked]

    def name(self, path: Path) -> str:
        """The name under which a gold file is locked."""
        path, folder = path.resolve().with_suffix(""), self.path.parent.resolve()
        return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)

    def pins(self, path: Path) -> Pins:
        """Where the items of a gold file were found when it was locked; empty if it was not."""
        found: Pins = {}
        times: Counter[str] = Counter()
        document = self.documents.get(self.name(path))
        for item in document.items if document is not None else ():
            if item.start is not None:
                found[item.kind, times[item.kind]] = item.start
            times[item.kind] += 1
        return found


def lock_files(place: Path) -> tuple[Path, ...]:
    """The locks of a folder or gold file and of the folders above it, the nearest one first."""
    folder = place.resolve() if place.is_dir() else place.resolve().parent
    above = (parent / LOCK for parent in (folder, *folder.parents))
    return tuple(path for path in above if path.exists())


def lock_file(place: Path) -> Path:
    """The lock of a folder or gold file: the nearest one above, else one in the folder itself."""
    folder = place if place.is_dir() else place.parent
    above = (parent / LOCK for parent in (folder, *folder.parents, *folder.resolve().parents))
    return next((path for path in above if path.exists()), folder / LOCK)


def read_lock(place: Path) -> Lock:
    """The lock that covers a folder or gold file.

    Raises ``StaleError`` if there is none and ``GoldError`` if it cannot be read.
    """
    path = lock_file(place)
    if not path.exists():
        told = f"review it and write its lock with: evals gold check {place} --lock"
        raise StaleError(f"{place}: no {LOCK} there; {told}")
    try:
        file = _parsed(path.read_bytes())
    except OSError as error:
        raise GoldError(f"{path}: cannot be read ({error.strerror})") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        reason = f"{where}: {first['msg']}" if where else first["msg"]
        raise GoldError(f"{path}: is no lock ({reason}); delete it and write it anew") from None
    if file.version != VERSION:
        raise GoldError(f"{path}: is of another version; delete it and write it anew")
    return Lock(path, file.documents)


def pins_of(path: Path) -> Pins:
    """Where the items of a gold file were found, by the lock that covers it, if one can be read."""
    try:
        return read_lock(path).pins(path)
    except (GoldError, StaleError):
        return {}


@lru_cache(maxsize=4)  # one lock covers many gold files
def _parsed(told: bytes) -> _File:
    return _FILE.validate_json(told)
