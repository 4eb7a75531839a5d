"""Columns: the order in which the rows of a page are read.

Where a white gutter runs down through several rows, what stands on its left is read before what
stands on its right (a letterhead, signatures, a page of a newspaper); but rows of figures are
read across, as a table if their cells are certain.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from summarizer.formats.runs import Row, Run, together

_GUTTER = 0.6  # of a line's height, what must stay white in every row
_NEXT = 3.0  # of a line's height, the farthest a row of the same columns follows
_NEXT_ALONE = 1.6  # the same for a row in which one column goes on alone
_FEWEST_ROWS = 3  # of an aligned table
_FIGURES = 0.5  # of cells, so that rows are a table
_SOME_FIGURES = 0.3  # of cells, so that rows are read across
_FIGURE = re.compile(r"[<>≤≥~±+-]?\s*\d[\d.,/ ]*%?")


@dataclass(frozen=True, slots=True)
class Flow:
    """Lines that follow each other, and the edges of their column; None for the page's own."""

    lines: tuple[Run, ...]
    edges: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Aligned:
    """A table without rules: its cells row by row."""

    cells: tuple[tuple[str, ...], ...]


def read_columns(rows: Sequence[Row]) -> list[Flow | Aligned]:
    """Rows of a page, from top to bottom, in the order they are read."""
    parts: list[Flow | Aligned] = []
    plain: list[Run] = []
    at = 0
    while at < len(rows):
        end, gutters = _block(rows, at)
        if end - at == 1:
            plain.append(together(rows[at]))
        else:
            if plain:
                parts.append(Flow(tuple(plain)))
                plain = []
            parts += _parts(rows[at:end], gutters)
        at = end
    if plain:
        parts.append(Flow(tuple(plain)))
    return parts


def _block(rows: Sequence[Row], at: int) -> tuple[int, list[float]]:
    """Where the rows end that share gutters with row ``at``, and the middle of each gutter."""
    gutters = [(a.right, b.left) for a, b in pairwise(rows[at])]
    end = several = at + 1
    last = rows[at]
    for row in rows[at + 1 :]:
        height = max(run.height for run in (*last, *row))
        far = (_NEXT if len(row) > 1 else _NEXT_ALONE) * height
        left = [kept for gutter in gutters if (kept := _narrowed(gutter, row, height))]
        if not left or row[0].y - last[0].y > far:
            break
        gutters, last, end = left, row, end + 1
        several += len(row) > 1
    if several == at + 1:  # one row alone shows no columns
        return at + 1, []
    return end, [(left + right) / 2 for left, right in gutters]


def _narrowed(gutter: tuple[float, float], row: Row, height: float) -> tuple[float, float] | None:
    """What a row leaves white of a gutter; None where it leaves too little."""
    middle = (gutter[0] + gutter[1]) / 2
    left = max((run.right for run in row if run.left < middle), default=gutter[0])
    right = min((run.left for run in row if run.left >= middle), default=gutter[1])
    left, right = max(left, gutter[0]), min(right, gutter[1])
    return (left, right) if right - left >= _GUTTER * height else None


def _parts(rows: Sequence[Row], gutters: list[float]) -> list[Flow | Aligned]:
    cells = [_cells(row, gutters) for row in rows]
    texts = [tuple(together(cell).text.strip() if cell else "" for cell in row) for row in cells]
    full = all(all(row) for row in texts)
    told = [text for row in texts for text in row[1:] if text]
    figures = sum(_FIGURE.fullmatch(text) is not None for text in told) / max(len(told), 1)
    if full and len(gutters) > 1 and len(rows) >= _FEWEST_ROWS and figures >= _FIGURES:
        return [Aligned(tuple(texts))]
    if figures >= _SOME_FIGURES:
        return [Flow(tuple(together(row) for row in rows))]
    columns = ([together(cell) for cell in column if cell] for column in zip(*cells, strict=True))
    return [
        Flow(tuple(column), (min(run.left for run in column), max(run.right for run in column)))
        for column in columns
        if column
    ]


def _cells(row: Row, gutters: list[float]) -> list[Row]:
    """The runs of a row between gutters."""
    edges = [float("-inf"), *gutters, float("inf")]
    return [
        tuple(run for run in row if left <= run.left < right) for left, right in pairwise(edges)
    ]
