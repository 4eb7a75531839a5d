"""The lock: where gold's quotes and figures were found, laid down once and reviewed.

Gold is found in its sources by code. What the code found stands in one JSON file a folder, an item
a line: a parser that reads a number in another way shows as a difference in it, instead of being
wrong on both sides of every score. The lock also tells which of several places a quote means.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from difflib import SequenceMatcher
from hashlib import sha256
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from evals.errors import StaleError
from evals.gold import LISTS, GoldFile
from evals.locked import VERSION, Lock, Locked, LockedItem, Pins, lock_file, read_lock
from evals.scoring.forms import Figure, Item
from evals.scoring.places import Places, gold_items
from evals.snippets import snippet
from summarizer.documents import Document
from summarizer.figures import read_figures
from summarizer.numerals import read_numerals
from summarizer.replacing import replacing

_AT = re.compile(r"@\d+")


def write_lock(place: Path, golds: Sequence[GoldFile]) -> Path:
    """Lay down all gold of a folder, or one gold file, in its lock, and say where that is.

    Documents of the lock that lie elsewhere stay; places that were locked stay while they fit.
    Raises ``GoldError`` for a source or lock that cannot be read.
    """
    try:
        lock = read_lock(place)
    except StaleError:
        lock = Lock(lock_file(place), {})
    elsewhere = {
        name: document
        for name, document in lock.documents.items()
        if not _is_below(lock, name, place)
    }
    found = {lock.name(gold.path): _locked(gold, lock.pins(gold.path)) for gold in golds}
    documents = dict(sorted((elsewhere | found).items()))
    with replacing(lock.path) as draft:
        draft.write_text(_text(documents), encoding="utf-8", newline="\n")
    return lock.path


def _text(documents: Mapping[str, Locked]) -> str:
    rows = ",\n".join(f"  {_json(name)}: {_document(it)}" for name, it in documents.items())
    return f'{{\n "version": {VERSION},\n "documents": {{\n{rows}\n }}\n}}\n'


def _document(document: Locked) -> str:
    rows = ",".join(f"\n    {_json(asdict(item))}" for item in document.items)
    end = "\n   " if rows else ""
    hashes = f'   "source": {_json(document.source)},\n   "gold": {_json(document.gold)}'
    return f'{{\n{hashes},\n   "items": [{rows}{end}]\n  }}'


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


# --- What it says --------------------------------------------------------------------------------


def stale(place: Path, golds: Sequence[GoldFile]) -> tuple[str, ...]:
    """What is not as it was locked, a line each; nothing if all is.

    Raises ``StaleError`` if there is no lock, and ``GoldError`` for what cannot be read.
    """
    lock = read_lock(place)
    there = {lock.name(gold.path) for gold in golds}
    gone = [
        f"{lock.path.parent / name}.yaml: is gone"
        for name in lock.documents
        if name not in there and _is_below(lock, name, place)
    ]
    return (*gone, *(change for gold in golds for change in _changes(lock, gold)))


def digest(golds: Iterable[GoldFile]) -> str:
    """One hash of all that is scored against: names, sources, gold files and traps."""
    told = sorted(
        (gold.name, gold.document.digest, _gold_hash(gold), *gold.sidecar.traps) for gold in golds
    )
    return sha256(_json(told).encode("utf-8", "surrogatepass")).hexdigest()


# --- Finding -------------------------------------------------------------------------------------


def _is_below(lock: Lock, name: str, place: Path) -> bool:
    path = lock.path.parent.resolve() / f"{name}.yaml"
    return path.is_relative_to(place.resolve())


def _gold_hash(gold: GoldFile) -> str:
    return sha256(gold.path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def _locked(gold: GoldFile, pinned: Pins) -> Locked:
    places, document = Places(gold.document), gold.document
    items = gold_items(gold.gold, places, pinned)
    readings = _readings(document)
    return Locked(
        document.digest,
        _gold_hash(gold),
        tuple(_locked_item(item, document, readings) for item in items),
    )


def _locked_item(item: Item, document: Document, readings: "Mapping[int, _Words]") -> LockedItem:
    start, end = item.spans[0] if item.spans else (None, None)
    words = snippet(document.text[start:end]) if item.spans else ""
    figures = tuple(_line(figure, readings) for figure in item.figures)
    return LockedItem(item.kind, start, end, words, figures)


class _Words(NamedTuple):
    """Words of a source and what the parser reads in them."""

    raw: str
    amount: str


def _readings(document: Document) -> dict[int, _Words]:
    """What the parser reads, by the source offset of its first number."""
    numerals = read_numerals(document)
    read: dict[int, _Words] = {}
    for numeral in numerals:
        start, words = _words(document, numeral.start, numeral.end)
        read[start] = _Words(words, _amount(numeral.value))
    for mention in read_figures(document, numerals):
        start, words = _words(document, mention.start, mention.end)
        amount = _amount(abs(mention.value), mention.upper, mention.total)
        read[start] = _Words(words, amount)
    return read


def _words(document: Document, start: int, end: int) -> tuple[int, str]:
    """Source offset and words, on one line, of a stretch of the folded text."""
    first, last = document.folded.source_span(start, end)
    return first, " ".join(document.text[first:last].split())


def _line(figure: Figure, readings: Mapping[int, _Words]) -> str:
    """What was typed, and what the parser reads there: "3787 ha level @2411 '3.787 ha' = 3787"."""
    amount = _amount(figure.value, figure.upper, figure.total)
    comparator = "" if figure.comparator == "eq" else figure.comparator
    told = " ".join(word for word in (amount, figure.unit, figure.role, comparator) if word)
    if figure.anchor is None:
        return f"{told} without number"
    raw, read = readings[figure.anchor]
    return f"{told} @{figure.anchor} '{raw}' = {read}"


def _amount(value: Decimal, upper: Decimal | None = None, total: Decimal | None = None) -> str:
    told = f"{value:f}" if upper is None else f"{value:f}..{abs(upper):f}"
    return told if total is None else f"{told}/{total:f}"


# --- Comparing -----------------------------------------------------------------------------------


def _changes(lock: Lock, gold: GoldFile) -> Iterator[str]:
    old = lock.documents.get(lock.name(gold.path))
    if old is None:
        yield f"{gold.path}: is not in the lock"
        return
    new = _locked(gold, lock.pins(gold.path))
    if new == old:
        return
    moved = new.source != old.source
    told = list(_unlike(gold, old.items, new.items, moved=moved))
    if moved:
        yield f"{gold.path}: its source {gold.gold.source} changed"
    elif not told:
        yield f"{gold.path}: changed, but in no quote and no figure"
    yield from told


def _unlike(
    gold: GoldFile, old: Sequence[LockedItem], new: Sequence[LockedItem], *, moved: bool
) -> Iterator[str]:
    """What is new, gone or otherwise; ``moved`` if places say nothing, as the source changed."""
    lines = [line for name in LISTS for line in gold.lines[name]]
    was, now = ([(item.kind, item.words) for item in items] for items in (old, new))
    for tag, a, b, c, d in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if tag == "equal" or (b - a == d - c and _kinds(old[a:b]) == _kinds(new[c:d])):
            for line, one, other in zip(lines[c:d], old[a:b], new[c:d], strict=True):
                told = _differences(one, other, moved=moved)
                yield from (f"{gold.path}:{line}: {it}" for it in told)
            continue
        yield from (f"{gold.path}: gone from {_named(item)}" for item in old[a:b])
        items = zip(lines[c:d], new[c:d], strict=True)
        yield from (f"{gold.path}:{line}: new in {_named(item)}" for line, item in items)


def _kinds(items: Iterable[LockedItem]) -> list[str]:
    return [item.kind for item in items]


def _named(item: LockedItem) -> str:
    return f'{item.kind}: "{item.words}"'


def _differences(was: LockedItem, now: LockedItem, *, moved: bool) -> Iterator[str]:
    if was.words != now.words:
        yield f'quotes "{now.words}", locked "{was.words}"'
    elif not moved and (was.start, was.end) != (now.start, now.end):
        yield f"stands at {_place(now)}, locked at {_place(was)}"
        return
    for old, new in zip_longest(was.figures, now.figures, fillvalue="nothing"):
        if old != new and not (moved and _AT.sub("", old) == _AT.sub("", new)):
            yield f"is read as {new}, locked as {old}"


def _place(item: LockedItem) -> str:
    return "no place" if item.start is None else f"{item.start}-{item.end}"
