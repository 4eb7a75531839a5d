"""Grids: tables that rules draw on a page, with the text of their cells."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from summarizer.formats.glyphs import Box, Glyph, Sheet
from summarizer.formats.runs import read_rows, read_runs, together

_TOUCH = 3.0  # points between rules that meet
_MOST_RULES = 600  # of a page; more are a drawing
_FEWEST = 3  # rules each way: two rows of two cells
_MARGIN = 1.0  # points a sign may stand outside its cell


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: ``cells`` are its rows, a merged cell stands once; ``edges`` are its uprights."""

    box: Box
    edges: tuple[float, ...]
    cells: tuple[tuple[str, ...], ...]


def read_grids(sheet: Sheet) -> tuple[list[Grid], list[Glyph]]:
    """The tables of a page from top to bottom, and the glyphs that stand in none of them."""
    level = _merged([rule for rule in sheet.rules if _is_level(rule)], upright=False)
    upright = _merged([rule for rule in sheet.rules if not _is_level(rule)], upright=True)
    if len(level) + len(upright) > _MOST_RULES:
        return [], list(sheet.glyphs)
    frames = [frame for group in _groups(level, upright) if (frame := _frame(*group))]
    frames.sort(key=lambda frame: frame.area)  # a table within a frame comes first
    owners = [
        next((place for place, frame in enumerate(frames) if frame.holds(glyph)), None)
        for glyph in sheet.glyphs
    ]
    held: dict[int | None, list[Glyph]] = {}
    for place, glyph in zip(owners, sheet.glyphs, strict=True):
        held.setdefault(place, []).append(glyph)
    filled = {place: frame.filled(held.get(place, ())) for place, frame in enumerate(frames)}
    grids = {place: grid for place, grid in filled.items() if _is_table(grid)}
    outside = [
        glyph for place, glyph in zip(owners, sheet.glyphs, strict=True) if place not in grids
    ]
    return sorted(grids.values(), key=lambda grid: grid.box.top), outside


def _is_table(grid: Grid) -> bool:
    """Judge whether several rows and columns hold text: the border of a page is no table."""
    rows = sum(any(row) for row in grid.cells)
    columns = sum(any(column) for column in zip(*grid.cells, strict=True))
    return rows > 1 and columns > 1


def _is_level(rule: Box) -> bool:
    return rule.right - rule.left >= rule.bottom - rule.top


def _merged(rules: list[Box], *, upright: bool) -> list[Box]:
    """Rules of one direction, with pieces of a line put together."""
    turned = [Box(r.top, r.left, r.bottom, r.right) if upright else r for r in rules]
    lines: list[Box] = []
    for rule in sorted(turned, key=lambda r: (round(r.top / _TOUCH), r.left)):
        last = lines[-1] if lines else None
        if last and abs(rule.top - last.top) <= _TOUCH and rule.left <= last.right + _TOUCH:
            lines[-1] = last._replace(right=max(last.right, rule.right))
        else:
            lines.append(rule)
    return [Box(r.top, r.left, r.bottom, r.right) if upright else r for r in lines]


def _groups(level: list[Box], upright: list[Box]) -> Iterable[tuple[list[Box], list[Box]]]:
    """Rules that touch each other, level and upright ones."""
    rest = [*((rule, True) for rule in level), *((rule, False) for rule in upright)]
    while rest:
        group = [rest.pop()]
        for rule, flat in group:  # grows while it is read
            met = [pair for pair in rest if pair[1] != flat and _meet(rule, pair[0])]
            group += met
            rest = [pair for pair in rest if pair not in met]
        yield [rule for rule, flat in group if flat], [rule for rule, flat in group if not flat]


def _meet(a: Box, b: Box) -> bool:
    return (
        a.left <= b.right + _TOUCH
        and b.left <= a.right + _TOUCH
        and a.top <= b.bottom + _TOUCH
        and b.top <= a.bottom + _TOUCH
    )


@dataclass(frozen=True, slots=True)
class _Frame:
    """The lines of a table: where they stand, and which pieces of them are drawn."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    level: tuple[Box, ...]
    upright: tuple[Box, ...]

    @property
    def area(self) -> float:
        """Of the whole, in square points."""
        return (self.xs[-1] - self.xs[0]) * (self.ys[-1] - self.ys[0])

    def holds(self, glyph: Glyph) -> bool:
        """Judge whether a sign stands in the table."""
        x, y = (glyph.left + glyph.right) / 2, glyph.y - glyph.height / 4
        across = self.xs[0] - _MARGIN <= x <= self.xs[-1] + _MARGIN
        return across and self.ys[0] - _MARGIN <= y <= self.ys[-1] + _MARGIN

    def filled(self, glyphs: Sequence[Glyph]) -> Grid:
        """The table with its text; what stands in a merged cell is told in its first place."""
        width, depth = len(self.xs) - 1, len(self.ys) - 1
        held: dict[tuple[int, int], list[Glyph]] = {}
        firsts: dict[tuple[int, int], tuple[int, int]] = {}
        for glyph in glyphs:
            column = _place(self.xs, (glyph.left + glyph.right) / 2)
            row = _place(self.ys, glyph.y - glyph.height / 4)
            if (row, column) not in firsts:
                firsts[row, column] = self._first(row, column)
            held.setdefault(firsts[row, column], []).append(glyph)
        texts = {place: _text(signs) for place, signs in held.items()}
        cells = tuple(
            tuple(texts.get((row, column), "") for column in range(width)) for row in range(depth)
        )
        return Grid(Box(self.xs[0], self.ys[0], self.xs[-1], self.ys[-1]), self.xs, cells)

    def _first(self, row: int, column: int) -> tuple[int, int]:
        """The upper left place of the cell that a place belongs to."""
        while column and not self._is_parted(row, column):
            column -= 1
        while row and not self._is_under_rule(row, column):
            row -= 1
        return row, column

    def _is_parted(self, row: int, column: int) -> bool:
        """Judge whether a rule stands on the left of a place."""
        x, y = self.xs[column], (self.ys[row] + self.ys[row + 1]) / 2
        return any(abs(r.left - x) <= _TOUCH and r.top <= y <= r.bottom for r in self.upright)

    def _is_under_rule(self, row: int, column: int) -> bool:
        x, y = (self.xs[column] + self.xs[column + 1]) / 2, self.ys[row]
        return any(abs(r.top - y) <= _TOUCH and r.left <= x <= r.right for r in self.level)


def _frame(level: list[Box], upright: list[Box]) -> _Frame | None:
    """The table that rules draw, None where they draw none."""
    xs, ys = _clustered(rule.left for rule in upright), _clustered(rule.top for rule in level)
    if len(xs) < _FEWEST or len(ys) < _FEWEST:
        return None
    return _Frame(xs, ys, tuple(level), tuple(upright))


def _clustered(places: Iterable[float]) -> tuple[float, ...]:
    clusters: list[float] = []
    for place in sorted(places):
        if not clusters or place - clusters[-1] > _TOUCH:
            clusters.append(place)
    return tuple(clusters)


def _place(edges: Sequence[float], at: float) -> int:
    return min(max(bisect_right(edges, at) - 1, 0), len(edges) - 2)


def _text(glyphs: Iterable[Glyph]) -> str:
    """Lines of a cell, from top to bottom."""
    return "\n".join(together(row).text.strip() for row in read_rows(read_runs(glyphs)))
