"""What is looked at before anybody is asked: it costs nothing, and a run may cost much."""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from evals.errors import EvalError, GoldError, counted
from evals.gate import misquoted
from evals.gold import GoldFile
from evals.lock import stale
from evals.locked import LOCK, lock_file, read_lock


def check_files(files: Iterable[Path]) -> None:
    """Raise ``EvalError`` if a report could not be written where it is wanted."""
    for file in files:
        if not file.parent.is_dir():
            raise EvalError(f"{file}: there is no folder {file.parent}; make it first")
        if file.is_dir():
            raise EvalError(f"{file}: is a folder; name a file")
        check_folder(file.parent)


def check_folder(folder: Path) -> None:
    """Raise ``EvalError`` if no file could be written into a folder, be it there or to be made."""
    # Not Path.exists(): below a folder that may not be entered it raises.
    above = (folder, *folder.resolve().parents)
    there = next(path for path in above if os.path.exists(path))  # noqa: PTH110
    if not there.is_dir():
        raise EvalError(f"{there}: is no folder; name another place")
    effective = os.access in os.supports_effective_ids
    if not os.access(there, os.W_OK | os.X_OK, effective_ids=effective):
        raise EvalError(f"{there}: nothing can be written there; check its rights")


def check_quotes(golds: Iterable[GoldFile]) -> None:
    """Raise ``EvalError`` if gold has quotes that its sources do not hold."""
    if faults := tuple(misquoted(golds)):
        more = f" ({len(faults)} in all)" if len(faults) > 1 else ""
        raise EvalError(f"{faults[0]}{more}; see evals gold check; nothing was accepted")


def lock_changes(golds: Sequence[GoldFile], places: Iterable[Path]) -> Iterator[str]:
    """What is not as it was locked, one sentence a lock; nothing of gold without a lock."""
    locked: dict[Path, list[Path]] = {}
    for place in places:
        if lock_file(place).exists():
            locked.setdefault(lock_file(place).resolve(), []).append(place)
    for below in locked.values():
        yield from _lock_changes(golds, below)


def unlocked(places: Iterable[Path]) -> Iterator[str]:
    """Places without a lock, each in one sentence that says how to make one."""
    for place in places:
        if not lock_file(place).exists():
            told = f"no {LOCK}, so nothing holds how its quotes and figures are read"
            yield f"{place}: {told}; evals gold check {place} --lock"


def _lock_changes(golds: Sequence[GoldFile], places: Sequence[Path]) -> Iterator[str]:
    """What is not as it was locked in the one lock of some places."""
    path, again = lock_file(places[0]), f"evals gold check {' '.join(map(str, places))} --lock"
    try:
        read_lock(places[0])
    except GoldError as error:
        yield str(error)
        return
    changes: list[str] = []
    for place in places:
        changes += stale(place, [gold for gold in golds if _is_below(gold, place)])
    if changes:
        many = counted(len(changes), "change")
        yield f"{path}: {many} since it was laid down, such as {changes[0]}; {again}"


def _is_below(gold: GoldFile, place: Path) -> bool:
    return gold.path.is_relative_to(place) or gold.path.resolve().is_relative_to(place.resolve())
