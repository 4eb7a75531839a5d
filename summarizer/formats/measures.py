"""Measures: what is usual on the pages of a file, by which its lines are judged."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from summarizer.formats.columns import Aligned, Flow
from summarizer.formats.grids import Grid
from summarizer.formats.runs import Run

Part = Flow | Aligned | Grid
Page = tuple[float, Sequence[Part]]
"""Width in points, and parts in reading order."""
Edges = tuple[float, float]
"""Left and right edge of a column in points."""

INDENT = 0.7
"""Of a line's height, the least indent."""
SAME_EDGE = 2.0
"""Points between lines that begin or end at the same edge."""
RAGGED = 3.0
"""Points between the edge and a line that is spaced out to it."""
_DEEPEST = 5.0  # of a line's height, of an indent
_SOME = 12  # one in so many lines is indented where paragraphs begin so
_WIDEST = 2.6  # of a line's height, between lines of a paragraph
_SHARED = 50  # one in so many lines shares an edge of the page
_FAR_RIGHT = 0.8  # of the longest line, where the right edge is at least


@dataclass(frozen=True, slots=True)
class Measures:
    """``distance`` of lines in heights of a line; ``height`` and ``indent`` in points.

    ``edges`` are those of the running text, by the width of pages; ``indent`` is None where
    paragraphs have none; ``justified`` says that lines are spaced out to the edge.
    """

    edges: dict[int, Edges]
    distance: float
    height: float
    indent: float | None
    justified: bool


def measure(pages: Sequence[Page]) -> Measures:
    """What is usual on these pages."""
    edges = {width: _edges(pages, width) for width in sorted({round(page[0]) for page in pages})}
    return Measures(
        edges=edges,
        distance=_usual_distance(pages),
        height=_usual_height(_lines(pages)),
        indent=_usual_indent(pages, edges),
        justified=_is_justified(pages, edges),
    )


def _lines(pages: Sequence[Page]) -> Iterator[Run]:
    for _, parts in pages:
        for part in parts:
            if isinstance(part, Flow):
                yield from part.lines


def _edges(pages: Sequence[Page], width: int) -> Edges:
    """Edges of the running text on pages of one width: the outermost that several lines share."""
    runs = [
        run
        for page_width, parts in pages
        if round(page_width) == width
        for part in parts
        if isinstance(part, Flow) and part.edges is None
        for run in part.lines
    ]
    lefts = Counter(round(run.left / SAME_EDGE) for run in runs)
    rights = Counter(round(run.right / SAME_EDGE) for run in runs)
    shared = max(2, len(runs) // _SHARED)
    left = min((at for at, count in lefts.items() if count >= shared), default=None)
    right = max((at for at, count in rights.items() if count >= shared), default=None)
    least = min((run.left for run in runs), default=0.0)
    most = max((run.right for run in runs), default=float(width))
    return (
        least if left is None else left * SAME_EDGE,
        most if right is None or right * SAME_EDGE < _FAR_RIGHT * most else right * SAME_EDGE,
    )


def _usual_indent(pages: Sequence[Page], edges: dict[int, Edges]) -> float | None:
    """The indent of paragraphs in points; None where they have none."""
    own = list(_own(pages, edges))
    indents = Counter(
        round(run.left - left)
        for run, left, _ in own
        if INDENT < (run.left - left) / run.height < _DEEPEST
    )
    indent, count = indents.most_common(1)[0] if indents else (0, 0)
    return float(indent) if count > 1 and _SOME * count > len(own) else None


def _is_justified(pages: Sequence[Page], edges: dict[int, Edges]) -> bool:
    """Judge whether lines are spaced out to the edge."""
    full = [right - run.right <= RAGGED for run, _, right in _own(pages, edges)]
    return 2 * sum(full) > len(full)


def _own(pages: Sequence[Page], edges: dict[int, Edges]) -> Iterator[tuple[Run, float, float]]:
    """Lines of the pages' own column, and its edges."""
    for width, parts in pages:
        for part in parts:
            if isinstance(part, Flow) and part.edges is None:
                yield from ((run, *edges[round(width)]) for run in part.lines)


def _usual_distance(pages: Sequence[Page]) -> float:
    """The distance of lines of a paragraph, in heights of a line."""
    distances = Counter(
        round((below.y - above.y) / above.height, 1)
        for _, parts in pages
        for part in parts
        if isinstance(part, Flow)
        for above, below in pairwise(part.lines)
        if 0 < below.y - above.y < _WIDEST * above.height
    )
    if not distances:
        return 1.0
    most = max(distances.values())
    return min(distance for distance, count in distances.items() if 2 * count >= most)


def _usual_height(lines: Iterable[Run]) -> float:
    heights: Counter[float] = Counter()
    for run in lines:
        heights[round(run.height, 1)] += len(run.text)
    return heights.most_common(1)[0][0] if heights else 0.0
