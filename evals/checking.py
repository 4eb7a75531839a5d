"""Checks of gold: every defect with its line and what to do about it."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path

import yaml
from rapidfuzz import fuzz

from evals.errors import GoldError, StaleError
from evals.faults import Defect
from evals.figure_checks import FigureChecks, Typed, typed
from evals.gold import (
    LISTS,
    GoldFile,
    Salvaged,
    Sidecar,
    gold_paths,
    no_yaml,
    read_sidecar,
    salvage,
)
from evals.locked import LOCK, lock_file, lock_files, read_lock
from evals.scoring.forms import Span
from evals.scoring.places import TIERS, Found, Places, gold_items, settle
from evals.scoring.values import unit_key
from evals.snippets import snippet
from summarizer.coverage import account
from summarizer.documents import Document
from summarizer.figures import FigureMention
from summarizer.folding import fold
from summarizer.reading import Reading, read

_TYPED = frozenset(("sector", "role", "comparator", "kind", "date", "held_on", "optional"))
_AMOUNTS = frozenset(("value", "upper", "total"))
_NOT_THERE = TIERS[3:]
_SHOWN = 60
_NAMED = 12
_MEANT = 55.0  # of 100, from which a passage is looked at instead of a quote
_ALIKE, _WORDS = 70.0, 0.5  # and offered: alike letter by letter, or with half of its words
_LETTERS = 8  # of which a quote has to be made to be like anything
_CUT = re.compile(r"(?<=[^\W\d_])(?=[^\W\d_])|(?<=\d)(?=[.,]?\d)|(?<=\d[.,])(?=\d)")
_ONLY = {
    "figures": LISTS[:3],
    "indicator": LISTS[:3],
    "deadline": LISTS[2:],
    "issuer": LISTS[3:],
    "addressees": LISTS[3:],
}
_NEEDED = {**dict.fromkeys(LISTS[:3], "figures"), "directives": "issuer"}
_EMPTY = {"figures": "figures: [] if it has none", "issuer": "issuer: null if nobody is named"}


@dataclass(frozen=True)
class Examined:
    """The gold of a folder that could be read, the defects of all of it, and how much there is."""

    golds: tuple[GoldFile, ...]
    defects: tuple[Defect, ...]
    files: int

    @property
    def errors(self) -> int:
        """How many defects are errors."""
        return sum(defect.severity == "error" for defect in self.defects)


def examine(place: Path) -> Examined:
    """Check a gold file, or all of a folder and below it; what cannot be read is a defect.

    Raises ``GoldError`` for a place that is not there or holds no gold.
    """
    misnamed = gold_paths(place, ".yml") if place.is_dir() else ()
    paths = gold_paths(place) if place.is_dir() else _gold_file(place)
    if not place.exists():
        raise GoldError(f"{place}: no such file or folder; name gold files or their folder")
    if not paths and not misnamed:
        raise GoldError(f"{place}: no gold file (*.yaml) there; begin one with: evals gold new DOC")
    folder = place if place.is_dir() else place.parent
    golds: list[GoldFile] = []
    defects = [*_locks(place), *map(_misnamed, misnamed)]
    for path in paths:
        found = salvage(path, path.relative_to(folder).with_suffix("").as_posix())
        told = list(found.defects)
        if found.gold is not None:
            told += _Check(found.gold, is_whole=not found.defects).defects()
            golds += [found.gold] if _can_be_read(found) else []
        defects += sorted(told, key=lambda defect: (defect.path.suffix == ".toml", defect.line))
    return Examined(tuple(golds), tuple(defects), len(paths))


def check(gold: GoldFile) -> tuple[Defect, ...]:
    """What is wrong with a gold file, its source, its sidecar and its quotes."""
    return tuple(_Check(gold).defects())


def doubled(golds: Sequence[GoldFile]) -> Iterator[Defect]:
    """A warning for each gold file of a source that another one is of: it is scored twice."""
    first: dict[Path, GoldFile] = {}
    for gold in golds:
        source = gold.path.with_name(gold.gold.source).resolve()
        other = first.setdefault(source, gold)
        if other.path.resolve() != gold.path.resolve():
            told = f"{other.path} is gold of {gold.gold.source}, too, which is scored twice"
            yield Defect(gold.path, 1, "warning", told, "keep one of them, or check them apart")


# --- Files ---------------------------------------------------------------------------------------


def _gold_file(place: Path) -> tuple[Path, ...]:
    """A file that was named; raises ``GoldError`` if it is no gold."""
    gold = place.with_suffix(".yaml")
    if place.suffix == ".yml":
        raise GoldError(f"{place}: is not read as gold; rename it to {gold.name}")
    if place.suffix != ".yaml" and place.exists():
        told = f"check {gold}" if gold.exists() else f"begin it with: evals gold new {place}"
        raise GoldError(f"{place}: is no gold file (*.yaml); {told}")
    return (place,) if place.exists() else ()


def _can_be_read(found: Salvaged) -> bool:
    """Whether all of a gold file, its source and its sidecar can be read."""
    if found.gold is None or found.defects or read_sidecar(found.gold.path)[1]:
        return False
    try:
        return bool(found.gold.document.text)
    except GoldError:
        return False


def _misnamed(path: Path) -> Defect:
    told = f"rename {path.name} to {path.with_suffix('.yaml').name}"
    return Defect(path, 1, "error", "is not read as gold", told)


def _locks(place: Path) -> Iterator[Defect]:
    """What is wrong with the lock of a place: it is broken, or there is another one."""
    path = lock_file(place)
    try:
        read_lock(place)
    except StaleError:
        return
    except GoldError as error:
        message, _, remedy = str(error).removeprefix(f"{path}: ").rpartition("; ")
        yield Defect(path, 1, "error", message, remedy)
    above = lock_files(place)[1:]
    below = (other for other in sorted(place.rglob(LOCK)) if other != path)
    for other in (*above, *below):
        told = f"{path} covers gold that this lock covers, too, and they may come to differ"
        yield Defect(other, 1, "warning", told, "delete one of them")


class _Check:
    """A gold file; of one that is not whole, nothing is said to be left out."""

    def __init__(self, gold: GoldFile, *, is_whole: bool = True) -> None:
        self.gold = gold
        self.is_whole = is_whole

    def defects(self) -> Iterator[Defect]:
        yield from self._cut_scalars()
        yield from self._sidecar[1]
        try:
            document = self.gold.document
        except GoldError as error:
            told = str(error).removeprefix(f"{self.gold.path}: ")
            remedy = "name the text that lies beside it"
            yield self._error(_line_of(self.gold.path, "source:"), told, remedy)
            return
        yield from self._of_items(Places(document))

    def _of_items(self, places: Places) -> Iterator[Defect]:
        gold, reading = self.gold, read(places.document)
        items = typed(gold, gold_items(gold.gold, places, gold.pins))
        traps = [(trap, places.find(trap)) for trap in self._sidecar[0].traps]
        spans = tuple(span for _, found in traps for span in found.spans)
        for name in LISTS:
            listed = [it for it in items if it.found.kind == name]
            found = [places.find(it.item.quote) for it in listed]
            for number, it in enumerate(listed):
                yield from self._fields(name, it)
                yield from self._quote(name, number, it, found, places)
            yield from self._doubles(listed)
        yield from self._traps(traps, items, places)
        is_whole = self.is_whole and not self._sidecar[1]
        yield from FigureChecks(gold, places, items, reading, spans, is_whole).defects()
        if is_whole:
            held = (*(span for it in items for span in it.found.spans), *spans)
            yield from self._unheld(reading, held)

    @cached_property
    def _sidecar(self) -> tuple[Sidecar, tuple[Defect, ...]]:
        return read_sidecar(self.gold.path)

    def _error(self, line: int, message: str, remedy: str, path: Path | None = None) -> Defect:
        return Defect(path or self.gold.path, line, "error", message, remedy)

    def _warning(self, line: int, message: str, remedy: str, path: Path | None = None) -> Defect:
        return Defect(path or self.gold.path, line, "warning", message, remedy)

    # --- The file ---------------------------------------------------------------------------------

    def _cut_scalars(self) -> Iterator[Defect]:
        """Plain text that a " #" ends: YAML takes the rest for a comment."""
        text = self.gold.path.read_text(encoding="utf-8-sig")
        if "#" not in text:  # the file need not be read again
            return
        try:
            root = yaml.compose(text, Loader=yaml.BaseLoader)  # stricter than the loader in C
        except yaml.YAMLError as error:
            yield no_yaml(self.gold.path, error)
            return
        for node in _texts(root):
            rest, _, _ = text[node.end_mark.index :].partition("\n")
            if rest.lstrip().startswith("#"):
                told = f"{node.value[-_SHOWN:]}{rest}"
                yield self._error(
                    node.end_mark.line + 1,
                    f'text is cut off at " #": "{told}"',
                    "put single quotes around all of it, or the comment on a line of its own",
                )

    # --- Items ------------------------------------------------------------------------------------

    def _fields(self, name: str, it: Typed) -> Iterator[Defect]:
        """Keys that are missing, or belong to another list."""
        needed = _NEEDED[name]
        if self.is_whole and needed not in it.item.model_fields_set:
            yield self._warning(it.line, f"{needed} is missing", f"add {_EMPTY[needed]}")
        for key, lists in _ONLY.items():
            if name not in lists and getattr(it.item, key):
                told = f"{key} has no place in {name}"
                yield self._error(it.line, told, f"only {' and '.join(lists)} have it; take it out")

    def _quote(
        self, name: str, number: int, it: Typed, quotes: Sequence[Found], places: Places
    ) -> Iterator[Defect]:
        found, told = quotes[number], f'"{snippet(it.item.quote)}"'
        if found.tier in _NOT_THERE:
            remedy = _meant(places.document, it.item.quote)
            yield self._error(it.line, f"quote not found: {told}", remedy)
            return
        if found.tier not in TIERS[:2]:
            passage = _passage(places.document, found.spans[0])
            message = f"quote is spelled otherwise in the source: {told}"
            yield self._warning(it.line, message, f'copy "{passage}"')
        if len(found.spans) > 1:
            spans = [one.spans for one in quotes]
            if settle(spans, number, self.gold.pins.get((name, number))) is None:
                message = f"quote stands at {len(found.spans)} places: {told}"
                yield self._warning(it.line, message, "lengthen it until it stands at one")
        if any(_is_cut(places.document.text, edge) for edge in it.found.spans[0]):
            message = f"quote begins or ends within a word: {told}"
            yield self._warning(it.line, message, "quote whole words")

    def _doubles(self, items: Sequence[Typed]) -> Iterator[Defect]:
        first: dict[tuple[Span, ...], Typed] = {}
        for it in items:
            other = first.setdefault(it.found.spans, it) if it.found.spans else it
            if other is not it:
                told = f'quotes the same place as line {other.line}: "{snippet(it.item.quote)}"'
                remedy = "keep one of them, or lengthen the quote of the other place"
                yield self._error(it.line, told, remedy)

    # --- The source -------------------------------------------------------------------------------

    def _traps(
        self, traps: Sequence[tuple[str, Found]], items: Sequence[Typed], places: Places
    ) -> Iterator[Defect]:
        path = self.gold.path.with_suffix(".toml")
        for trap, found in traps:
            line, told = _line_of(path, trap.strip() or "traps"), f'"{snippet(trap)}"'
            if not trap.strip():
                yield self._error(line, "a trap is empty", "take it out", path)
            elif found.tier in _NOT_THERE:
                remedy = _meant(places.document, trap)
                yield self._error(line, f"trap not found: {told}", remedy, path)
            else:
                yield from self._trap(told, line, found, items, places)

    def _trap(
        self, told: str, line: int, found: Found, items: Sequence[Typed], places: Places
    ) -> Iterator[Defect]:
        path = self.gold.path.with_suffix(".toml")
        for it in items:
            for figure in it.found.figures:
                if _is_within(figure.anchor, found.spans):
                    message = f"trap {told} holds {figure.role} {figure.value:f} of line {it.line}"
                    yield self._error(line, message, "shorten it, or take out the figure", path)
        if not any(places.numbers(span) for span in found.spans):
            yield self._warning(line, f"trap without a number: {told}", "take it out", path)
        if len(found.spans) > 1:
            message = f"trap stands at {len(found.spans)} places: {told}"
            yield self._warning(line, message, "lengthen it until it stands at one", path)

    def _unheld(self, reading: Reading, held: Sequence[Span]) -> Iterator[Defect]:
        open_figures = list(_unheld(reading, held))
        if open_figures:
            named = ", ".join(open_figures[:_NAMED])
            more = ", …" if len(open_figures) > _NAMED else ""
            one = len(open_figures) == 1
            yield self._warning(
                1,
                f"{len(open_figures)} {'figure' if one else 'figures'} of the source "
                f"{'is' if one else 'are'} in no item and no trap: {named}{more}",
                "add items, or name the passages as traps in its .toml",
            )


def _texts(node: yaml.Node | None, *, free: bool = True) -> Iterator[yaml.ScalarNode]:
    """Plain scalars that hold free text."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _texts(value, free=key.value not in _TYPED and key.value not in _AMOUNTS)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _texts(value, free=free)
    elif isinstance(node, yaml.ScalarNode) and free and node.style is None:
        yield node


def _meant(document: Document, quote: str) -> str:
    """What to do about a quote that is not there."""
    span = _alike(document, quote)
    if span is None:
        return "copy it from the source"
    return f'did you mean "{_passage(document, span)}"?'


def _passage(document: Document, span: Span) -> str:
    return " ".join(document.text[span.start : span.end].split()).strip(" ;.,")


def _alike(document: Document, quote: str) -> Span | None:
    """The passage most like a quote, if one is worth naming; whole words."""
    folded, sought = document.folded, fold(quote).key
    if sum(sign.isalpha() for sign in sought) < _LETTERS:
        return None
    best = fuzz.partial_ratio_alignment(sought, folded.key, score_cutoff=_MEANT)
    if best is None or best.dest_start >= best.dest_end:
        return None
    start, end = best.dest_start, best.dest_end
    while start > 0 and not folded.key[start - 1].isspace():
        start -= 1
    while end < len(folded.key) and not folded.key[end].isspace():
        end += 1
    passage, words = folded.key[start:end], set(sought.split())
    shared = len(words & set(passage.split())) / len(words)
    if shared < _WORDS and fuzz.ratio(sought, passage) < _ALIKE:
        return None
    return Span(*folded.source_span(start, end))


def _is_cut(text: str, edge: int) -> bool:
    """Whether an edge of a quote lies within a word or a number."""
    return _CUT.match(text, edge) is not None


def _is_within(anchor: int | None, spans: Sequence[Span]) -> bool:
    return anchor is not None and any(span.start <= anchor < span.end for span in spans)


def _unheld(reading: Reading, held: Sequence[Span]) -> Iterator[str]:
    """Figures of the body outside all spans, with their lines; not those told again elsewhere."""
    folded, text = reading.document.folded, reading.document.text
    starts = {n.first: folded.source_span(n.start, n.end)[0] for n in reading.numerals}
    used = {
        first
        for first, start in starts.items()
        if any(span.start <= start < span.end for span in held)
    }
    mentions = {
        starts[numeral.first]: figure for figure in reading.figures for numeral in figure.numerals
    }
    known = Counter(
        _amount(figure)
        for figure in reading.figures
        if any(numeral.first in used for numeral in figure.numerals)
    )
    told: set[int] = set()
    for numeral in account(reading, used, ()).unclaimed:
        figure = mentions.get(numeral.start)
        if figure is None:
            yield f"line {_line_at(text, numeral.start)} '{numeral.raw}'"
        elif _amount(figure) not in known and figure.first not in told:
            told.add(figure.first)
            start, end = folded.source_span(figure.start, figure.end)
            words = " ".join(text[start:end].split())
            yield f"line {_line_at(text, start)} '{words}'"


def _amount(figure: FigureMention) -> tuple[Decimal, str]:
    return abs(figure.value), unit_key(figure.unit)


def _line_at(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def _line_of(path: Path, words: str) -> int:
    """The line of a file in which words begin; the first if they are written otherwise there."""
    text = path.read_text(encoding="utf-8-sig")
    first = next(iter(words.split("\n")))
    return _line_at(text, max(0, text.find(first)))
