"""Glyphs: what pdfium sees on a page of a PDF, turned upright and measured from its top.

All lengths are points (1/72 inch); ``y`` grows downwards. What pdfium adds by itself (blanks
between distant signs, line ends) is kept only as the blank before the next sign: lines are
rebuilt from places (``summarizer.formats.runs``).
"""

import ctypes
import math
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

MOST_SIGNS = 100_000
"""Signs of a page; the fullest printed page holds some 20,000."""
_MOST_OBJECTS = 5_000  # of a page that are looked at for rules and pictures
_MOST_SEGMENTS = 200  # of a path; more are a drawing


class Glyph(NamedTuple):  # made for every sign: a tuple costs a third of a dataclass
    """A sign at its place: ``y`` is its baseline, ``height`` that of its font's line."""

    sign: str
    left: float
    right: float
    y: float
    height: float
    blank: bool  # stands before it


class Box(NamedTuple):
    """An upright box; thin ones are rules."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page: its glyphs in the order of the file, its rules, and how much of it is pictures.

    ``unread`` counts signs whose font does not say which letters they are; ``pictured`` is the
    share of the page that pictures cover, which may exceed 1.
    """

    glyphs: tuple[Glyph, ...]
    rules: tuple[Box, ...]
    width: float
    height: float
    unread: int
    pictured: float


def read_sheet(page: Any) -> Sheet:
    """Read a page of ``pypdfium2``; raises ``OverflowError`` where it holds too many signs."""
    from pypdfium2 import raw  # noqa: PLC0415 - belongs to the extra

    left, bottom, right, top = page.get_bbox()
    textpage = page.get_textpage()
    try:
        count = textpage.count_chars()
        if count > MOST_SIGNS:
            raise OverflowError
        turn = _turn(raw, textpage.raw, count)
        frame = _turned(left, bottom, right, top, turn)
        glyphs, unread = _glyphs(raw, textpage.raw, count, turn, frame)
    finally:
        textpage.close()
    rules, pictured = _drawings(raw, page, turn, frame)
    width = min(frame.right - frame.left, _FARTHEST)
    height = min(frame.bottom - frame.top, _FARTHEST)
    return Sheet(glyphs, rules, width, height, unread, pictured / max(width * height, 1))


# --- Signs ---------------------------------------------------------------------------------------

_BLANKS = frozenset((0x09, 0x0A, 0x0D, 0x20, 0xA0, 0x2002, 0x2003, 0x2009, 0x202F, 0x3000))
_BLANK = 0x20
_FARTHEST = 100_000.0  # points from the corner; damaged files place signs anywhere
_LOWEST, _HIGHEST = 1.0, 1_000.0  # points of a line
_SAMPLE = 300  # signs that show which way a page is written
_ASKEW = 0.1  # radians


def _quarter(angle: float) -> int | None:
    """Quarter turns of a line of text; None for a stamp set askew."""
    if not angle:  # nearly always
        return 0
    if not math.isfinite(angle):
        return None
    turns = round(angle / (math.pi / 2))
    return turns % 4 if abs(angle - turns * math.pi / 2) < _ASKEW else None


def _turn(raw: Any, handle: Any, count: int) -> int:
    """The way most of a page is written."""
    turns = Counter(
        _quarter(raw.FPDFText_GetCharAngle(handle, i))
        for i in range(0, count, max(count // _SAMPLE, 1))
        if raw.FPDFText_GetUnicode(handle, i) not in _BLANKS
    )
    return next((turn for turn, _ in turns.most_common() if turn is not None), 0)


def _glyphs(
    raw: Any, handle: Any, count: int, turn: int, frame: Box
) -> tuple[tuple[Glyph, ...], int]:
    """The signs that run with the page, and how many are unread.

    A watermark set askew is none of the page's text.
    """
    glyphs = []
    unread, blank = 0, False
    box, x, y = raw.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    for i in range(count):
        code = raw.FPDFText_GetUnicode(handle, i)
        if code in _BLANKS and raw.FPDFText_IsGenerated(handle, i) == 1:
            blank = blank or code == _BLANK  # line ends stand before and behind exponents, too
            continue
        if _quarter(raw.FPDFText_GetCharAngle(handle, i)) != turn:
            continue
        sign = " " if code in _BLANKS else _sign(code)
        unread += sign == "\ufffd" or raw.FPDFText_HasUnicodeMapError(handle, i) == 1
        raw.FPDFText_GetLooseCharBox(handle, i, box)
        raw.FPDFText_GetCharOrigin(handle, i, x, y)
        left, top, right, bottom = _turned(box.left, box.bottom, box.right, box.top, turn)
        base = _turned(x.value, y.value, x.value, y.value, turn).top - frame.top
        left, right = sorted((left - frame.left, right - frame.left))
        if -_FARTHEST < left <= right < _FARTHEST and abs(base) < _FARTHEST:
            height = min(max(bottom - top, _LOWEST), _HIGHEST)
            glyphs.append(Glyph(sign, left, right, base, height, blank))
        blank = sign == " "
    return tuple(glyphs), unread


# pdfium's sign for a hyphen at the end of a line, and bullets of the fonts Symbol and Wingdings,
# which have no letters: points, squares, arrows, ticks.
_HYPHEN_AT_END = 0x02
_BULLETS = frozenset(
    (0xF0B7, 0xF0A7, 0xF0D8, 0xF0A8, 0xF0FC, 0xF076, 0xF06E, 0xF071, 0xF0E8, 0xF0DE, 0xF075)
)
_PRIVATE = range(0xE000, 0xF900)
_FIRST_PRINTED = 0x20


def _sign(code: int) -> str:
    """The sign of a code point; U+FFFD where the font names none."""
    if code == _HYPHEN_AT_END:
        return "-"
    if code in _BULLETS:
        return "•"
    if code in _PRIVATE or code < _FIRST_PRINTED:
        return "\ufffd"
    sign = chr(min(code, sys.maxunicode))
    return unicodedata.normalize("NFKC", sign) if "ﬀ" <= sign <= "ﬆ" else sign


def _turned(left: float, bottom: float, right: float, top: float, turn: int) -> Box:
    """A box with ``y`` upwards as it stands on the upright page with ``y`` downwards."""
    if turn == 0:
        return Box(left, -top, right, -bottom)
    if turn == 1:
        return Box(-top, -right, -bottom, -left)
    if turn == 2:  # noqa: PLR2004 - quarters
        return Box(-right, bottom, -left, top)
    return Box(bottom, left, top, right)


# --- Drawings ------------------------------------------------------------------------------------

_THIN = 3.0  # points of the thickest rule
_SHORTEST = 4.0  # points of the shortest


def _drawings(raw: Any, page: Any, turn: int, frame: Box) -> tuple[tuple[Box, ...], float]:
    """Rules of a page, and the area of its pictures."""
    rules = []
    pictured = 0.0
    # What stands in a form within the page has coordinates of its own, and is left alone.
    found = page.get_objects((raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE), max_depth=1)
    for place, thing in enumerate(found):
        if place >= _MOST_OBJECTS:
            return (), pictured  # a drawing, not a table
        left, bottom, right, top = thing.get_bounds()
        if thing.type == raw.FPDF_PAGEOBJ_IMAGE:
            pictured += (right - left) * (top - bottom)
        elif min(right - left, top - bottom) <= _THIN:
            rules.append(_turned(left, bottom, right, top, turn))
        elif _is_stroked(raw, thing):
            rules += (_turned(*side, turn) for side in _sides(raw, thing))
    placed = (
        Box(r.left - frame.left, r.top - frame.top, r.right - frame.left, r.bottom - frame.top)
        for r in rules
    )
    long = (
        rule for rule in placed if max(rule.right - rule.left, rule.bottom - rule.top) > _SHORTEST
    )
    return tuple(long), pictured


def _is_stroked(raw: Any, path: Any) -> bool:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(path.raw, fill, stroke)
    return bool(stroke.value)


_Side = tuple[float, float, float, float]  # left, bottom, right, top


def _sides(raw: Any, path: Any) -> Iterator[_Side]:
    """Upright and level sides of a drawn path, such as the frame of a cell."""
    count = raw.FPDFPath_CountSegments(path.raw)
    if count > _MOST_SEGMENTS:
        return
    matrix = path.get_matrix()
    points: list[tuple[float, float]] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    for i in range(count):
        segment = raw.FPDFPath_GetPathSegment(path.raw, i)
        if raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_MOVETO:
            yield from _between(points)
            points = []
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        points.append(matrix.on_point(x.value, y.value))
        if raw.FPDFPathSegment_GetClose(segment):
            points.append(points[0])
    yield from _between(points)


def _between(points: list[tuple[float, float]]) -> Iterator[_Side]:
    for (x, y), (to_x, to_y) in pairwise(points):
        if min(abs(to_x - x), abs(to_y - y)) <= 1:
            yield min(x, to_x), min(y, to_y), max(x, to_x), max(y, to_y)
