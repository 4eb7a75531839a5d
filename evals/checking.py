"""Checks of gold: every defect with its line and what to do about it."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Literal

import yaml
from rapidfuzz import fuzz

from evals.errors import GoldError, StaleError
from evals.gold import LISTS, GoldFigure, GoldFile, GoldItem, read_gold
from evals.locked import lock_file, read_lock
from evals.scoring.forms import Item, Span
from evals.scoring.places import TIERS, Places, gold_items, settle
from evals.scoring.values import unit_key
from summarizer.coverage import account
from summarizer.documents import Document
from summarizer.figures import FigureMention
from summarizer.folding import fold, match_key
from summarizer.reading import Reading, read

Severity = Literal["error", "warning"]

_NONE = frozenset(("không", "chưa", "hết"))  # say nothing in words: "không còn hộ nghèo"
_TYPED = frozenset(("sector", "role", "comparator", "kind", "date", "held_on", "optional"))
_NOT_THERE = TIERS[3:]
_AMOUNTS = ("value", "upper", "total")
_MEANT = 55.0  # of 100, from which a passage is worth offering instead of a quote
_SHOWN = 60
_NAMED = 12
_SCALES = frozenset(("tỷ", "triệu"))  # a thousand times the next one
_DIGITS, _NUMBER = re.compile(r"\d+"), re.compile(r"^[\d.,]*")
_LINE = re.compile(r":(?P<line>\d+): ")


@dataclass(frozen=True, slots=True)
class Defect:
    """Something to mend: an error spoils scores, a warning may be meant so."""

    path: Path
    line: int
    severity: Severity
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.severity}: {self.message}; {self.remedy}"


@dataclass(frozen=True)
class Examined:
    """The gold of a folder that could be read, and the defects of all of it."""

    golds: tuple[GoldFile, ...]
    defects: tuple[Defect, ...]

    @property
    def errors(self) -> int:
        """How many defects are errors."""
        return sum(defect.severity == "error" for defect in self.defects)


def examine(place: Path) -> Examined:
    """Check a gold file, or all of a folder and below it; what cannot be read is a defect.

    Raises ``GoldError`` for a place that is not there or holds no gold.
    """
    folder = place if place.is_dir() else place.parent
    paths = sorted(place.rglob("*.yaml")) if place.is_dir() else [place]
    if not paths or not paths[0].exists():
        raise GoldError(f"{place}: no gold file (*.yaml) there; begin one with: evals gold new DOC")
    golds: list[GoldFile] = []
    defects = [*_broken_lock(place)]
    for path in paths:
        try:
            gold = read_gold(path, path.relative_to(folder).with_suffix("").as_posix())
            defects += check(gold)
            golds.append(gold)
        except GoldError as error:
            defects.append(_unreadable(path, error))
    return Examined(tuple(golds), tuple(defects))


def check(gold: GoldFile) -> tuple[Defect, ...]:
    """What is wrong with a gold file, its sidecar and its quotes.

    Raises ``GoldError`` if its source or its sidecar cannot be read.
    """
    return tuple(_Check(gold).defects())


def _broken_lock(place: Path) -> Iterator[Defect]:
    try:
        read_lock(place)
    except StaleError:
        return
    except GoldError as error:
        yield _unreadable(lock_file(place), error)


def _unreadable(path: Path, error: GoldError) -> Defect:
    """The defect that an error tells, whose message begins with a path and perhaps a line."""
    told = str(error)
    for name in (path, path.with_suffix(".toml")):
        if told.startswith(str(name)):
            path, told = name, told.removeprefix(str(name))
    where = _LINE.match(told)
    line = int(where["line"]) if where else 1
    message = told[where.end() :] if where else told.removeprefix(": ")
    return Defect(path, line, "error", message, "mend it and check again")


class _Check:
    def __init__(self, gold: GoldFile) -> None:
        self.gold = gold
        self.places = Places(gold.document)
        self.items = gold_items(gold.gold, self.places, gold.pins)

    def defects(self) -> Iterator[Defect]:
        yield from self._cut_scalars()
        number = 0
        for name in LISTS:
            told = self.gold.gold.items(name)
            found = self.items[number : number + len(told)]
            lines = self.gold.lines[name]
            number += len(told)
            for k, (item, place) in enumerate(zip(told, found, strict=True)):
                yield from self._quote(name, k, item)
                if place.spans:
                    yield from self._figures(lines[k], item, place.spans[0])
            yield from self._doubles(lines, found)
        yield from self._traps()
        yield from self._unheld()

    def _error(self, line: int, message: str, remedy: str, path: Path | None = None) -> Defect:
        return Defect(path or self.gold.path, line, "error", message, remedy)

    def _warning(self, line: int, message: str, remedy: str) -> Defect:
        return Defect(self.gold.path, line, "warning", message, remedy)

    # --- The file ---------------------------------------------------------------------------------

    def _cut_scalars(self) -> Iterator[Defect]:
        """Plain text that a " #" ends: YAML takes the rest for a comment."""
        text = self.gold.path.read_text(encoding="utf-8")
        if "#" not in text:  # the file need not be read again
            return
        for node in _texts(yaml.compose(text, Loader=yaml.BaseLoader)):
            rest, _, _ = text[node.end_mark.index :].partition("\n")
            if rest.lstrip().startswith("#"):
                told = f"{node.value[-_SHOWN:]}{rest}"
                yield self._error(
                    node.end_mark.line + 1,
                    f'text is cut off at " #": "{told}"',
                    "put single quotes around all of it, or the comment on a line of its own",
                )

    # --- Items ------------------------------------------------------------------------------------

    def _quote(self, name: str, number: int, item: GoldItem) -> Iterator[Defect]:
        line, found = self.gold.lines[name][number], self.places.find(item.quote)
        told = f'"{_short(item.quote)}"'
        if found.tier in _NOT_THERE:
            yield self._error(line, f"quote not found: {told}", self._meant(item.quote))
            return
        if found.tier not in TIERS[:2]:
            passage = self._passage(found.spans[0])
            yield self._warning(
                line, f"quote is spelled otherwise in the source: {told}", f'copy "{passage}"'
            )
        if len(found.spans) > 1 and self._is_open(name, number):
            yield self._warning(
                line,
                f"quote stands at {len(found.spans)} places: {told}",
                "lengthen it until it stands at one",
            )

    def _is_open(self, name: str, number: int) -> bool:
        """Whether nothing tells which of its places a quote means."""
        found = [self.places.find(item.quote).spans for item in self.gold.gold.items(name)]
        return settle(found, number, self.gold.pins.get((name, number))) is None

    def _meant(self, quote: str) -> str:
        span = _alike(self.places.document, quote)
        if span is None:
            return "copy it from the source"
        return f'did you mean "{self._passage(span)}"?'

    def _passage(self, span: Span) -> str:
        passage = self.places.document.text[span.start : span.end]
        return " ".join(passage.split()).strip(" ;.,")

    def _figures(self, line: int, item: GoldItem, span: Span) -> Iterator[Defect]:
        written = _Written(self.places, span)
        for figure in item.figures:
            for name in _AMOUNTS:
                amount = getattr(figure, name)
                if amount is not None and not written.holds(abs(amount)):
                    yield self._error(
                        line,
                        f"{name} {amount:f} of {_told(figure)} is no number of its quote "
                        f'"{_short(item.quote)}"',
                        f"it holds {written}; mend the figure or lengthen the quote",
                    )

    def _doubles(self, lines: Sequence[int], found: Sequence[Item]) -> Iterator[Defect]:
        spans: dict[tuple[Span, ...], int] = {}
        figures: dict[tuple[int, str], int] = {}
        for k, item in enumerate(found):
            first = spans.setdefault(item.spans, k) if item.spans else k
            if first != k:
                yield self._error(
                    lines[k],
                    f'quotes the same place as line {lines[first]}: "{_short(item.words)}"',
                    "keep one of them, or lengthen the quote of the other place",
                )
                continue
            for figure in item.figures:
                if figure.anchor is None:
                    continue
                key = figure.anchor, figure.role
                if key in figures:
                    yield self._error(
                        lines[k],
                        f"{figure.role} {figure.value:f} is the same number as in line "
                        f"{lines[figures[key]]}",
                        "keep it in one of them, or tell their roles apart",
                    )
                figures[key] = k

    # --- The source -------------------------------------------------------------------------------

    def _traps(self) -> Iterator[Defect]:
        path = self.gold.path.with_suffix(".toml")
        for trap in self.gold.sidecar.traps:
            if self.places.find(trap).tier in _NOT_THERE:
                message = f'trap not found: "{_short(trap)}"'
                yield self._error(_line_of(path, trap), message, self._meant(trap), path)

    def _unheld(self) -> Iterator[Defect]:
        reading = read(self.gold.document)
        open_figures = list(_unheld(reading, self._held()))
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

    def _held(self) -> tuple[Span, ...]:
        traps = (self.places.find(trap).spans for trap in self.gold.sidecar.traps)
        return (
            *(span for item in self.items for span in item.spans),
            *(span for spans in traps for span in spans),
        )


class _Written:
    """The numbers of a passage, as they are written there."""

    def __init__(self, places: Places, span: Span) -> None:
        self.numbers = places.numbers(span)
        self.text = places.document.text
        self.words = frozenset(match_key(self.text[span.start : span.end]).split())

    def __str__(self) -> str:
        return ", ".join(f"{value:f}" for _, value in self.numbers) or "no number"

    def holds(self, amount: Decimal) -> bool:
        """Whether a number is the amount, two make it up, or words say that there is nothing."""
        if amount in {value for _, value in self.numbers}:
            return True
        if not amount and self.words & _NONE:
            return True
        return any(amount in self._joined(*pair) for pair in pairwise(self.numbers))

    def _joined(self, whole: tuple[int, Decimal], rest: tuple[int, Decimal]) -> set[Decimal]:
        """926 tỷ 147 triệu is 926.147, 112, 5 is 112.5."""
        digits = _DIGITS.match(self.text, rest[0])
        between = match_key(_NUMBER.sub("", self.text[whole[0] : rest[0]])).strip()
        if digits is None or (between and between not in _SCALES):
            return set()
        return {whole[1] + Decimal(digits[0]).scaleb(-3 if between else -len(digits[0]))}


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


def _alike(document: Document, quote: str) -> Span | None:
    """The passage most like a quote, if one is worth naming; whole words."""
    folded = document.folded
    sought = match_key(fold(quote).text)
    best = fuzz.partial_ratio_alignment(sought, folded.key, score_cutoff=_MEANT)
    if best is None or best.dest_start >= best.dest_end:
        return None
    start, end = best.dest_start, best.dest_end
    while start > 0 and not folded.key[start - 1].isspace():
        start -= 1
    while end < len(folded.key) and not folded.key[end].isspace():
        end += 1
    return Span(*folded.source_span(start, end))


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
    text = path.read_text(encoding="utf-8")
    return _line_at(text, max(0, text.find(words.splitlines()[0])))


def _told(figure: GoldFigure) -> str:
    return " ".join(word for word in (figure.role, f"{figure.value:f}", figure.unit) if word)


def _short(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= _SHOWN else f"{words[: _SHOWN - 1]}…"
