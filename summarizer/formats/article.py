"""Article: which lines of a page are its report, and which only stand around it.

Trafilatura tells the main text; the lines are those of the page itself, because it joins
paragraphs, forgets the markers of lists and drops points. So its answer only shows the place:
the smallest part of the page that holds all it found, and the headline above. Where it finds less
than the longest text of the page, that text and all other running text tell the place.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from copy import deepcopy
from itertools import groupby
from typing import TYPE_CHECKING

from summarizer.formats.flow import FlowLine, flow

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_RUNNING = 40  # characters of a line that is running text
_POINT = 5  # characters of a list point or table row
_MOST_TAGS = 5_000  # of a page that is given to trafilatura, which is slow on huge ones
_MOST_LETTERS = 500_000
_DEEPEST = 200  # it calls itself for every level


def article(root: "HtmlElement", title: str | None) -> list[FlowLine]:
    """The lines of the report on a page, in order; all lines where no part of it stands out.

    ``title`` is what the page's metadata call it.
    """
    lines = flow(root)
    telling = [line for line in lines if _tells(line)]
    found = _found(root, lines)
    kept = [line for line in telling if _is_told(line, found)]
    if 2 * _size(kept) < _longest_text(telling):
        kept = telling
    if not kept:
        return _without_links(lines)
    inside = set(_place(root, lines, kept).iter())
    numbers = [i for i, line in enumerate(lines) if line.element in inside]
    first, last = numbers[0], numbers[-1]
    begin = next(i for i in numbers if lines[i] is kept[0])
    first = _headline(lines, first, begin, title)
    return _without_links(lines[first : last + 1])


def _tells(line: FlowLine) -> bool:
    least = _POINT if line.listed else _RUNNING
    return len(line.text) >= least and 2 * line.linked < len(line.text)


def _size(lines: Iterable[FlowLine]) -> int:
    return sum(len(line.text) for line in lines)


def _longest_text(lines: Sequence[FlowLine]) -> int:
    """Characters of the text that stands side by side in one element."""
    sizes: dict[HtmlElement | None, int] = {}
    for line in lines:
        parent = line.element.getparent()
        sizes[parent] = sizes.get(parent, 0) + len(line.text)
    return max(sizes.values(), default=0)


# --- What trafilatura finds ----------------------------------------------------------------------

_WORD = re.compile(r"\w+")
_SHINGLE = 4  # words
_Shingles = frozenset[tuple[str, ...]]


def _found(root: "HtmlElement", lines: Sequence[FlowLine]) -> _Shingles:
    """Runs of words of the main text; empty where the page is beyond trafilatura."""
    if _size(lines) > _MOST_LETTERS or _is_too_complex(root):
        return frozenset()
    from trafilatura import bare_extraction  # noqa: PLC0415 - of the extra html

    try:
        # Fast: its second opinions cost squared, and the lines of the page are one. Without
        # metadata, for which it would search the whole page.
        told = bare_extraction(_bare(root), fast=True, favor_recall=True, include_comments=False)
    except Exception:  # whatever breaks it, the page still has its lines
        return frozenset()
    text = getattr(told, "text", None) or ""
    return frozenset(_shingles(text))


_ATTRIBUTES = frozenset(["class", "id", "role", "itemprop", "href"])
_LONGEST_ATTRIBUTE = 120  # characters


def _bare(root: "HtmlElement") -> "HtmlElement":
    """A copy with what trafilatura judges by; it would write out every cell of a large span."""
    copy = deepcopy(root)
    for element in copy.iter():
        for name, value in element.items():
            if name not in _ATTRIBUTES or len(value) > _LONGEST_ATTRIBUTE:
                del element.attrib[name]
    return copy


def _is_too_complex(root: "HtmlElement") -> bool:
    from lxml import etree  # noqa: PLC0415 - of the extra html

    depth = 0
    for count, (event, _) in enumerate(etree.iterwalk(root, events=("start", "end"))):
        depth += 1 if event == "start" else -1
        if depth > _DEEPEST or count > 2 * _MOST_TAGS:
            return True
    return False


def _shingles(text: str) -> list[tuple[str, ...]]:
    words = _WORD.findall(unicodedata.normalize("NFC", text).lower())
    return list(zip(*(words[i:] for i in range(_SHINGLE)), strict=False))


def _is_told(line: FlowLine, found: _Shingles) -> bool:
    shingles = _shingles(line.text) if found else []
    return 2 * sum(shingle in found for shingle in shingles) > len(shingles)


# --- Where it stands -----------------------------------------------------------------------------


_MANY = 3  # lines whose common element is more than one of its parts
_CONTAINERS = frozenset(["div", "td", "section", "article", "main", "center", "body"])
_MUCH = 0.3  # of the text that tells; so much outside is a part that was missed


def _place(
    root: "HtmlElement", lines: Sequence[FlowLine], kept: Sequence[FlowLine]
) -> "HtmlElement":
    """The smallest element that holds all kept lines, and what tells beside it."""
    held = _held(root, lines)
    telling = _held(root, filter(_tells, lines))
    chosen = _held(root, kept)
    # Children stand behind their parents.
    place = next(element for element in reversed(chosen) if chosen[element] == chosen[root])
    levels = 1 if len(kept) >= _MANY else 2
    for above in place.iterancestors():
        if held[above] == held[place]:
            continue
        missed = telling[root] - telling[place] > _MUCH * telling[root]
        alone = place.tag not in _CONTAINERS or held[place] == len(kept[0].text)
        if not (missed or alone) and (levels == 0 or telling[above] == telling[place]):
            break
        place = above
        levels = max(0, levels - 1)
    return place


def _held(root: "HtmlElement", lines: Iterable[FlowLine]) -> dict["HtmlElement", int]:
    """Characters of these lines in every element, in document order."""
    sizes: dict[HtmlElement, int] = dict.fromkeys(root.iter(), 0)
    for line in lines:
        sizes[line.element] += len(line.text)
    for element in reversed(sizes):
        parent = element.getparent()
        if parent is not None:
            sizes[parent] += sizes[element]
    return sizes


_HEADINGS = frozenset(["h1", "h2", "h3"])
_TITLE = re.compile(
    r"title|tieu-?de|headline|sapo|chapeau|lead|intro|trich-?dan|tom-?tat|mo-?ta|summary",
    re.IGNORECASE,
)
_TITLE_AT_LEAST = 20  # characters of a title that may be cut short
_ABOVE_AT_MOST = 25  # lines between headline and text: stamps, counters, the sapo


def _headline(lines: Sequence[FlowLine], first: int, begin: int, title: str | None) -> int:
    """Where the headline above the text stands; ``first`` where it stands inside or nowhere.

    The place begins at line ``first``, the kept text at line ``begin``.
    """
    if any(is_title(line.text, title) for line in lines[first : begin + 1]):
        return first
    above = range(first - 1, max(-1, first - 1 - _ABOVE_AT_MOST), -1)
    for i in above:
        if is_title(lines[i].text, title):
            return i
    if any(line.element.tag in _HEADINGS for line in lines[first : begin + 1]):
        return first
    for i in above:
        if lines[i].element.tag in _HEADINGS and not lines[i].linked:
            return i
    return min((i for i in above if _is_named_title(lines[i])), default=first)


def is_title(text: str, title: str | None) -> bool:
    """Judge whether a line is the page's title; of both, one may be cut short or name the site."""
    if not title:
        return False
    line, whole = (
        unicodedata.normalize("NFC", each).lower().rstrip("… .") for each in (text, title)
    )
    short, long = sorted((line, whole), key=len)
    return line == whole or (
        len(short) >= _TITLE_AT_LEAST and len(long) <= 2 * len(short) and long.startswith(short)
    )


def _is_named_title(line: FlowLine) -> bool:
    names = f"{line.element.get('class') or ''} {line.element.get('id') or ''}"
    return not line.linked and _TITLE.search(names) is not None


# --- Lists of links ------------------------------------------------------------------------------

_LINKS_AT_LEAST = 3  # lines in a row


def _without_links(lines: Sequence[FlowLine]) -> list[FlowLine]:
    """The lines without menus and lists of headlines: links and nothing else, several in a row."""
    kept: list[FlowLine] = []
    for are_links, run in groupby(lines, key=_is_link):
        group = list(run)
        if not are_links or len(group) < _LINKS_AT_LEAST:
            kept.extend(group)
    return kept


def _is_link(line: FlowLine) -> bool:
    return line.linked * 10 >= len(line.text.lstrip("-•»► ")) * 7  # a date may follow
