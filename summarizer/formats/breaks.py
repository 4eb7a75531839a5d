"""Breaks: whether a line goes on with the paragraph of the line above it.

A paragraph ends where the next line is indented, stands farther below, begins a point of a list,
or had a first word that the line above had room for.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

from summarizer.formats.measures import INDENT, RAGGED, SAME_EDGE, Edges, Measures
from summarizer.formats.runs import Run

_BLANK = 0.22  # of a line's height, the width of a blank
_WIDER = 1.18  # of the usual distance of lines: another paragraph
_WIDER_INSIDE = 1.35  # the same within a sentence
OTHER_SIZE = 0.88
"""Of a line's height, what lines of another size are below."""
_ENDS = (".", ";", ":", "!", "?", "…", ".”", '."', ";”")
_MARKER = re.compile(
    r"(?:[-–—•+*▪◦●■►✓§o]|\(?(?:\d{1,2}|[a-zđ])\)|(?:\d{1,2}\.){1,4}\d{0,2}|[IVX]{1,5}[./]|[A-ZĐ]\.)(?=\s)"
)


class Placed(NamedTuple):
    """A line, the edges of its column, and its page."""

    run: Run
    edges: Edges
    page: int


@dataclass(frozen=True, slots=True)
class Opening:
    """How a paragraph begins.

    A point of a list has the kind of its ``marker``, and ``hang``: where it and its text begin.
    ``is_head`` stands for lines of a letterhead or a signature, which are put together only
    within a sentence.
    """

    is_head: bool = False
    marker: str = ""
    hang: tuple[float, float] | None = None


def opening(run: Run, *, is_head: bool) -> Opening:
    """How a paragraph begins whose first line is given."""
    marker = _MARKER.match(run.text)
    if marker is None:
        return Opening(is_head)
    return Opening(is_head, _kind(marker), (run.left, run.second))


def _kind(marker: re.Match[str]) -> str:
    """What markers of one list share: "1." and "2.", "a)" and "b)"."""
    return re.sub(r"[^\W\d_]", "a", re.sub(r"\d+", "1", marker[0]))


def goes_on(above: Placed, line: Placed, begun: Opening, usual: Measures) -> bool:
    """Judge whether a line belongs to the paragraph of the line above it."""
    ended = above.run.text.rstrip(" ").endswith(_ENDS)
    marker = _MARKER.match(line.run.text)
    unfinished = not ended and line.run.text[0].islower() and not marker
    short = _has_room(above, line, usual)
    begins = _is_indented(above, line, begun, usual)
    if _is_heading(above, line, usual) or (begun.is_head and not unfinished):
        return False
    if short and (not unfinished or begins):
        return False
    wide = _WIDER_INSIDE if unfinished and not short else _WIDER
    if _is_far(above, line, wide * usual.distance):
        return False
    if ended and above.page != line.page and usual.indent is None:
        return False  # nothing shows whether the page above ends a paragraph
    if marker:
        # A dash within a sentence may stand first on a line, too.
        return not ended and _kind(marker) != begun.marker
    return unfinished or not begins


def _is_heading(above: Placed, line: Placed, usual: Measures) -> bool:
    """Judge whether a heading stands above: of another size, in capitals, or centred."""
    smaller, larger = sorted((above.run.height, line.run.height))
    if smaller < OTHER_SIZE * larger:
        return True
    if above.run.text.isupper() and not line.run.text.isupper():
        return True
    return _is_centred(above, usual) and not _is_centred(line, usual)


def _has_room(above: Placed, line: Placed, usual: Measures) -> bool:
    """Judge whether the line above stops short of what follows it.

    It does if the first word of the next line would have fitted on it, or where lines are
    spaced out to the edge and it is not.
    """
    left, right = above.edges
    word = line.run.first - line.run.left + _BLANK * line.run.height + 1
    room = right - above.run.right
    if _is_centred(above, usual):
        return room + above.run.left - left > word
    return room > (min(RAGGED, word) if usual.justified else word)


def _is_centred(line: Placed, usual: Measures) -> bool:
    left, right = line.run.left - line.edges[0], line.edges[1] - line.run.right
    if usual.indent is not None and abs(left - usual.indent) <= SAME_EDGE:
        return False
    return left > 2 * line.run.height and abs(left - right) < line.run.height


def _is_far(above: Placed, line: Placed, heights: float) -> bool:
    """Judge whether a line stands more than so many heights of a line below another."""
    if above.page != line.page:
        return False
    lower = line.run.y - above.run.y
    return lower < 0 or lower > heights * above.run.height


def _is_indented(above: Placed, line: Placed, begun: Opening, usual: Measures) -> bool:
    """Judge whether a line begins a paragraph by its place."""
    ended = above.run.text.rstrip(" ").endswith(_ENDS)
    indent = INDENT * line.run.height
    inside = line.run.left - line.edges[0] > indent
    if begun.hang is not None:
        start, text = begun.hang
        hanging = abs(line.run.left - text) < abs(line.run.left - start)
        return inside and not hanging and ended
    if _is_centred(above, usual) and _is_centred(line, usual):
        return False
    if above.page == line.page and inside and line.run.left - above.run.left > indent:
        return True
    return inside and ended
