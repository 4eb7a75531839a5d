"""Running heads and feet: what stands at the same height of most pages is no part of the text."""

import re
from collections import defaultdict
from collections.abc import Sequence

from summarizer.formats.runs import Row, together

_EDGE = 0.14  # of a page's height, where running heads and feet stand
_DEPTH = 3  # rows from the edge
_SAME_HEIGHT = 3.0  # points
_MOST_PAGES = 0.4  # of all; heads of left and right pages may differ
_NUMBER = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"(?:trang|page)?\s*[-–—|]?\s*(\d{1,4})\s*(?:/\s*\d{1,4}|[-–—|])?", re.IGNORECASE
)


def without_running(pages: Sequence[Sequence[Row]], heights: Sequence[float]) -> list[list[Row]]:
    """Rows of pages without running heads and feet and without page numbers.

    ``pages`` holds each page's rows from top to bottom, ``heights`` each page's height in points.
    A line is one of them if the same words stand at the same height of most pages, with numbers
    that are equal or count the pages; or if it is nothing but the number of its page.
    """
    found: dict[tuple[str, int], list[_Line]] = defaultdict(list)
    for page, (rows, height) in enumerate(zip(pages, heights, strict=True)):
        for place in _at_edges(rows, height):
            text = together(rows[place]).text.strip()
            key = (_NUMBER.sub("#", text), round(_from_edge(rows[place], height) / _SAME_HEIGHT))
            found[key].append((page, place, _numbers(text)))
    running = {line[:2] for lines in _neighbours(found) for line in _repeated(lines, len(pages))}
    running |= _lone_numbers(pages, heights) | _printed_by_browser(pages)
    return [
        [row for place, row in enumerate(rows) if (page, place) not in running]
        for page, rows in enumerate(pages)
    ]


_Line = tuple[int, int, tuple[int, ...]]  # page, row, numbers


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number[:9]) for number in _NUMBER.findall(text))


def _at_edges(rows: Sequence[Row], height: float) -> list[int]:
    """Places of the rows near the upper and the lower edge of a page."""
    places = {*range(min(_DEPTH, len(rows))), *range(max(len(rows) - _DEPTH, 0), len(rows))}
    return [
        place for place in sorted(places) if abs(_from_edge(rows[place], height)) < _EDGE * height
    ]


def _from_edge(row: Row, height: float) -> float:
    """Points below the upper edge, or negative above the lower one."""
    y = row[0].y
    return y if y < height / 2 else y - height


def _neighbours(found: dict[tuple[str, int], list[_Line]]) -> list[list[_Line]]:
    """Lines of the same words, at heights that rounding may have parted."""
    return [[*lines, *found.get((words, at + 1), ())] for (words, at), lines in found.items()]


def _repeated(lines: list[_Line], pages: int) -> list[_Line]:
    """Lines that agree in all numbers, or count the pages with them."""
    kinds: dict[tuple[tuple[int, ...], ...], list[_Line]] = defaultdict(list)
    for page, place, numbers in lines:
        for counted in _ways(numbers, page):
            kinds[counted].append((page, place, numbers))
    most = max(kinds.values(), key=lambda kind: len({line[0] for line in kind}))
    count = len({line[0] for line in most})
    return most if count > 1 and count >= _MOST_PAGES * pages else []


def _ways(numbers: tuple[int, ...], page: int) -> set[tuple[tuple[int, ...], ...]]:
    """A line's numbers as they stand, and with the first one counted from its page."""
    same = tuple((number, 0) for number in numbers)
    return {same, ((numbers[0] - page, 1), *same[1:])} if numbers else {same}


def _lone_numbers(pages: Sequence[Sequence[Row]], heights: Sequence[float]) -> set[tuple[int, int]]:
    """Outermost rows that are nothing but the number of their page."""
    found = set()
    for page, (rows, height) in enumerate(zip(pages, heights, strict=True)):
        for place in {0, len(rows) - 1} if rows else set():
            told = _PAGE_NUMBER.fullmatch(together(rows[place]).text.strip())
            near = abs(_from_edge(rows[place], height)) < _EDGE * height
            if told and near and int(told[1]) == page + 1:
                found.add((page, place))
    return found


# What browsers print around a page: "11/22/26, 12:06 PM  Title" and "https://… 1/3".
_ADDRESS = re.compile(r"(?:https?|file)://\S+\s+\d{1,4}/\d{1,4}")
_CLOCK = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4},?\s+\d{1,2}:\d\d")


def _printed_by_browser(pages: Sequence[Sequence[Row]]) -> set[tuple[int, int]]:
    found = set()
    for page, rows in enumerate(pages):
        if rows and _ADDRESS.fullmatch(together(rows[-1]).text.strip()):
            found.add((page, len(rows) - 1))
            if _CLOCK.match(together(rows[0]).text):
                found.add((page, 0))
    return found
