"""Checks of gold's figures against their quotes, each other and what the parser reads there."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from evals.faults import Defect
from evals.gold import LISTS, GoldFigure, GoldFile, GoldItem
from evals.scoring.forms import Figure, Item, Span
from evals.scoring.places import Places
from evals.scoring.values import in_base_unit, unit_key
from evals.snippets import snippet
from summarizer.figures import FigureMention
from summarizer.folding import fold
from summarizer.reading import Reading

_NONE = frozenset(("không", "chưa", "hết"))  # say nothing in words: "không còn hộ nghèo"
_SCALES = frozenset(("tỷ", "triệu"))  # a thousand times the next one
_AMOUNTS = ("value", "upper", "total")
_DIGITS, _NUMBER = re.compile(r"\d+"), re.compile(r"^[\d.,]*")
_SIGN = re.compile(r"[<>≤≥≈~]\s*$")  # bounds a number, and the parser does not read it


class Typed(NamedTuple):
    """An item as it was typed, as it was found, and the line at which it begins."""

    line: int
    item: GoldItem
    found: Item


def typed(gold: GoldFile, found: Sequence[Item]) -> tuple[Typed, ...]:
    """All items of gold, list after list; ``found`` are their places."""
    told = ((line, it) for name in LISTS for line, it in _numbered(gold, name))
    return tuple(Typed(line, it, place) for (line, it), place in zip(told, found, strict=True))


def _numbered(gold: GoldFile, name: str) -> Iterator[tuple[int, GoldItem]]:
    return zip(gold.lines[name], gold.gold.items(name), strict=True)


@dataclass(frozen=True)
class FigureChecks:
    """All figures of a gold file; ``traps`` are where numbers are no figures.

    Of gold that is not whole nothing is said to be left out.
    """

    gold: GoldFile
    places: Places
    items: tuple[Typed, ...]
    reading: Reading
    traps: tuple[Span, ...]
    is_whole: bool = True

    def defects(self) -> Iterator[Defect]:
        """What is wrong with them, and what may be."""
        for it in self.items:
            for span in it.found.spans:
                yield from self._absent(it, span)
            yield from self._open(it)
            yield from self._twice(it)
            yield from self._unlike_the_parser(it)
            yield from self._left_out(it)
        yield from self._doubles()

    def _error(self, line: int, message: str, remedy: str) -> Defect:
        return Defect(self.gold.path, line, "error", message, remedy)

    def _warning(self, line: int, message: str, remedy: str) -> Defect:
        return Defect(self.gold.path, line, "warning", message, remedy)

    # --- Within an item ---------------------------------------------------------------------------

    def _absent(self, it: Typed, span: Span) -> Iterator[Defect]:
        written = _Written(self.places, span)
        for figure in it.item.figures:
            for name in _AMOUNTS:
                amount = getattr(figure, name)
                if amount is not None and not written.holds(abs(amount)):
                    yield self._error(
                        it.line,
                        f"{name} {amount:f} of {_told(figure)} is no number of its quote "
                        f'"{snippet(it.item.quote)}"',
                        f"it holds {written}; mend the figure or lengthen the quote",
                    )

    def _open(self, it: Typed) -> Iterator[Defect]:
        for figure in it.item.figures:
            if figure.comparator == "between" and figure.upper is None:
                told = f"{_told(figure)} lies between two numbers and has no upper"
                yield self._error(it.line, told, "add upper, or another comparator")

    def _twice(self, it: Typed) -> Iterator[Defect]:
        """Two figures of one number: the second one found none that was left."""
        seen: dict[Decimal, GoldFigure] = {}
        for figure, found in zip(it.item.figures, it.found.figures, strict=True):
            size = abs(figure.value)
            if size in seen and found.anchor is None and it.found.spans:
                told = f"{_told(figure)} is the same number as {_told(seen[size])} of its item"
                yield self._error(it.line, told, "keep one of them, or lengthen the quote")
            seen.setdefault(size, figure)

    # --- Against the parser -----------------------------------------------------------------------

    def _unlike_the_parser(self, it: Typed) -> Iterator[Defect]:
        planned = {figure.value for figure in it.item.figures}
        for figure in it.found.figures:
            mention = self._mentions.get(figure.anchor) if figure.anchor is not None else None
            for slot, ours, theirs in _differences(figure, mention, planned):
                if slot == "comparator" and self._is_bound_by_a_sign(figure.anchor):
                    continue
                words = self._words(mention) if mention is not None else ""
                yield self._warning(
                    it.line,
                    f"{slot} {ours} of {figure.role} {figure.value:f}, "
                    f'but "{words}" is read as {theirs}',
                    "look again; leave it if you are right",
                )

    def _is_bound_by_a_sign(self, anchor: int | None) -> bool:
        return anchor is not None and bool(_SIGN.search(self.places.document.text[:anchor][-4:]))

    def _words(self, mention: FigureMention) -> str:
        document = self.places.document
        start, end = document.folded.source_span(mention.start, mention.end)
        return snippet(document.text[start:end])

    @cached_property
    def _mentions(self) -> Mapping[int, FigureMention]:
        """What is read, by the place of its first number."""
        return {
            self._anchors(mention)[0]: mention
            for mention in self.reading.figures
            if mention.numerals
        }

    def _anchors(self, mention: FigureMention) -> tuple[int, ...]:
        folded = self.places.document.folded
        return tuple(folded.source_span(n.start, n.end)[0] for n in mention.numerals)

    def _left_out(self, it: Typed) -> Iterator[Defect]:
        """Numbers of its quote that are in no figure, however they may be read."""
        if it.found.kind == "directives" or not self.is_whole:
            return
        for anchor, mention in self._mentions.items():
            inside = any(span.start <= anchor < span.end for span in it.found.spans)
            if inside and not self._is_told(it, mention):
                yield self._warning(
                    it.line,
                    f'"{self._words(mention)}" of its quote is in no figure and no trap: '
                    f'"{snippet(it.item.quote)}"',
                    "add the figure, shorten the quote, or name the passage as a trap in its .toml",
                )

    def _is_told(self, it: Typed, mention: FigureMention) -> bool:
        anchors = self._anchors(mention)
        if any(anchor in self._held for anchor in anchors):
            return True
        if mention.comparator not in ("eq", "between") and it.item.figures:
            return True  # what others are counted by: 90% doanh nghiệp từ 25 lao động trở lên
        if any(span.start <= at < span.end for span in self.traps for at in anchors):
            return True
        told = {amount for figure in it.item.figures for amount in (figure.upper, figure.total)}
        if abs(mention.value) in told:
            return True
        units = " ".join(unit_key(figure.unit) for figure in it.item.figures)
        return f"{abs(mention.value):f}" in _DIGITS.findall(units)  # bé trai/100 bé gái

    @cached_property
    def _held(self) -> frozenset[int]:
        """Where numbers of figures stand, and the second halves of those that are made of two."""
        held: set[int] = set()
        for it in self.items:
            values = {abs(figure.value) for figure in it.item.figures}
            held |= {figure.anchor for figure in it.found.figures if figure.anchor is not None}
            for span in it.found.spans:
                held |= _Written(self.places, span).second_halves(values)
        return frozenset(held)

    # --- Between items ----------------------------------------------------------------------------

    def _doubles(self) -> Iterator[Defect]:
        """Figures of one number and role: of a list an error, of two perhaps meant so."""
        seen: dict[tuple[int, str], Typed] = {}
        for it in self.items:
            for figure in it.found.figures:
                if figure.anchor is None:
                    continue
                first = seen.setdefault((figure.anchor, figure.role), it)
                if first is it:
                    continue
                told = f"{figure.role} {figure.value:f} is the same number as in line {first.line}"
                if first.found.kind != it.found.kind:
                    told = f"{told}, in {first.found.kind}"
                    yield self._warning(it.line, told, "keep it in the list where it belongs")
                elif first.found.spans != it.found.spans:  # else the item is told twice
                    remedy = "keep it in one of them, or tell their roles apart"
                    yield self._error(it.line, told, remedy)


def _differences(
    figure: Figure, mention: FigureMention | None, told: set[Decimal]
) -> Iterator[tuple[str, str, str]]:
    """Slot, gold's and the parser's reading, where the parser is most often right.

    ``told`` are the values of the item: a whole that is a figure of its own is no total.
    """
    if mention is None or abs(mention.value) != abs(figure.value):
        return
    if figure.value == -mention.value != 0:
        yield "value", f"{figure.value:f}", f"{mention.value:f}"
    if mention.upper is not None and figure.upper != mention.upper:
        yield "upper", _shown(figure.upper), _shown(mention.upper)
    elif figure.comparator != mention.comparator and figure.role != "rank":
        yield "comparator", figure.comparator, mention.comparator
    if mention.total is not None and mention.total not in {figure.total, *told}:
        yield "total", _shown(figure.total), _shown(mention.total)
    if not _is_like_unit(figure, mention):
        yield "unit", figure.unit or "none", mention.unit or "none"


def _is_like_unit(figure: Figure, mention: FigureMention) -> bool:
    """Whether units are of one scale and family; a parser that reads none knows nothing."""
    if mention.unit is None:
        return True
    if figure.unit is None:
        return False
    (ours, mine), (theirs, yours) = (
        in_base_unit(Decimal(1), unit) for unit in (figure.unit, mention.unit)
    )
    if mine.split(" ")[0] == yours.split(" ")[0]:
        return ours == theirs
    part, whole = sorted((_joined(figure.unit), _joined(mention.unit)), key=len)
    return whole.startswith(part)  # triệuđồng/người


def _joined(unit: str) -> str:
    return unit_key(unit).replace(" ", "")


class _Written:
    """The numbers of a passage, as they are written there."""

    def __init__(self, places: Places, span: Span) -> None:
        self.numbers = places.numbers(span)
        self.text = places.document.text
        self.span = span

    def __str__(self) -> str:
        return ", ".join(f"{value:f}" for _, value in self.numbers) or "no number"

    def holds(self, amount: Decimal) -> bool:
        """Whether a number is the amount, two make it up, or words say that there is nothing."""
        if amount in {value for _, value in self.numbers}:
            return True
        if not amount and self._words & _NONE:
            return True
        return any(amount in self._together(*pair) for pair in pairwise(self.numbers))

    def second_halves(self, amounts: set[Decimal]) -> set[int]:
        """Where the second of two numbers stands that make up an amount."""
        pairs = pairwise(self.numbers)
        return {rest[0] for whole, rest in pairs if self._together(whole, rest) & amounts}

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(fold(self.text[self.span.start : self.span.end]).key.split())

    def _together(self, whole: tuple[int, Decimal], rest: tuple[int, Decimal]) -> set[Decimal]:
        """926 tỷ 147 triệu is 926.147, 112, 5 is 112.5."""
        digits = _DIGITS.match(self.text, rest[0])
        between = fold(_NUMBER.sub("", self.text[whole[0] : rest[0]])).key.strip()
        if digits is None or (between and between not in _SCALES):
            return set()
        return {whole[1] + Decimal(digits[0]).scaleb(-3 if between else -len(digits[0]))}


def _told(figure: GoldFigure) -> str:
    return " ".join(word for word in (figure.role, f"{figure.value:f}", figure.unit) if word)


def _shown(amount: Decimal | None) -> str:
    return "none" if amount is None else f"{amount:f}"
