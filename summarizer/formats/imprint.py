"""Imprint: what a page says of itself: its title and the day it was published.

The names are those of Open Graph, schema.org, Dublin Core and of portals that made up their own.
"""

import datetime
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_BLANKS = re.compile(r"\s+")

# --- Title ---------------------------------------------------------------------------------------

_TITLES = ("og:title", "twitter:title", "dc.title", "title", "headline")
_SEPARATOR = re.compile(r"\s+[|»–—-]\s+|\s*\|\s*")
_SITE = re.compile(
    r"(?:(?:cổng|trang) (?:thông tin|tt)|cttđt|trang chủ$|báo (?!cáo|động|chí)|in bài|bản in$"
    r"|(?:chi tiết|tin tức|untitled|home|default|index)(?: \w+){0,2}$|[\w.-]+\.(?:vn|com)$)",
    re.IGNORECASE,
)
_SHORTEST_TITLE = 10  # characters
_LONGEST_TITLE = 1_000


def title(root: "HtmlElement") -> str | None:
    """The headline of a page without the site's name; None where only the site is named."""
    told = _metas(root)
    candidates = [told[name] for name in _TITLES if name in told]
    candidates += [element.text_content() for element in root.iter("title")][:1]
    cleaned = (_headline(candidate) for candidate in candidates)
    return next((candidate for candidate in cleaned if candidate), None)


def _headline(text: str) -> str | None:
    text = _BLANKS.sub(" ", text[:_LONGEST_TITLE]).strip()
    parts = [part for part in _SEPARATOR.split(text) if part]
    own = [i for i, part in enumerate(parts) if not _SITE.match(part)]
    if not own:
        return None
    told = _between(text, parts, own[0], own[-1])
    return told if len(told) >= _SHORTEST_TITLE else None


def _between(text: str, parts: Sequence[str], first: int, last: int) -> str:
    """The text from one of its parts to another, separators kept."""
    starts = []
    at = 0
    for part in parts:
        at = text.index(part, at)
        starts.append(at)
        at += len(part)
    return text[starts[first] : starts[last] + len(parts[last])]


def _metas(root: "HtmlElement") -> dict[str, str]:
    """The page's meta tags by their names in small letters, the first of each."""
    told: dict[str, str] = {}
    for meta in root.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        content = (meta.get("content") or "").strip()
        if name and content:
            told.setdefault(name.strip().lower(), content)
    return told


# --- Day -----------------------------------------------------------------------------------------

_DATES = (
    "article:published_time",
    "og:published_time",
    "datepublished",
    "pubdate",
    "publishdate",
    "publish_date",
    "publish-date",
    "dc.date.issued",
    "dc.date",
    "dcterms.issued",
    "dcterms.created",
    "date",
)
_JSON_DATE = re.compile(r'"datePublished"\s*:\s*"([^"\\]{8,40})"')
_LARGEST_SCRIPT = 200_000  # characters of JSON-LD that are searched
_VIETNAM = datetime.timezone(datetime.timedelta(hours=7))
_FIRST_YEAR, _LAST_YEAR = 1995, 2100
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})\s?[/.-]\s?(\d{1,2})\s?[/.-]\s?(\d{4})(?!\d)")
_IN_WORDS = re.compile(r"ngày (\d{1,2}) tháng (\d{1,2}) năm (\d{4})", re.IGNORECASE)
_LONGEST_STAMP = 80  # characters
_UNDER_TITLE = 8  # lines


def published_on(root: "HtmlElement") -> datetime.date | None:
    """The day in the page's metadata, as it was in Vietnam; None where they tell none."""
    return _first_day(_stamps(root))


def _first_day(texts: Iterable[str]) -> datetime.date | None:
    return next((day for text in texts if (day := _day(text)) is not None), None)


def _stamps(root: "HtmlElement") -> Iterable[str]:
    told = _metas(root)
    yield from (told[name] for name in _DATES if name in told)
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or ""):
            yield from _JSON_DATE.findall((script.text or "")[:_LARGEST_SCRIPT])[:1]
    for element in root.iter("time", "span", "div", "abbr"):
        if element.get("itemprop") == "datePublished":
            yield element.get("datetime") or element.get("content") or element.text or ""


def stamped_on(root: "HtmlElement", lines: Sequence[str]) -> datetime.date | None:
    """The day beside the headline, where the metadata tell none.

    It is that of the first ``time`` element of ``root``, a page without the furniture that shows
    today's date, or of a short line under the headline: "Thứ Ba, 24/11/2020 | 10:20". ``lines``
    begin with the headline.
    """
    times = (element.get("datetime") for element in root.iter("time"))
    short = (line for line in lines[:_UNDER_TITLE] if len(line) <= _LONGEST_STAMP)
    return _first_day(filter(None, times)) or _first_day(short)


def _day(text: str) -> datetime.date | None:
    text = _BLANKS.sub(" ", text[:200]).strip()
    moment = _moment(text)
    if moment is not None:
        return moment
    found = _ISO.search(text)
    if found is not None:
        return _date(found[1], found[2], found[3])
    found = _DAY_FIRST.search(text) or _IN_WORDS.search(text)
    return _date(found[3], found[2], found[1]) if found is not None else None


def _moment(text: str) -> datetime.date | None:
    """The day of an ISO time; one that tells its zone is a day in Vietnam."""
    try:
        moment = datetime.datetime.fromisoformat(text)
        local = moment.astimezone(_VIETNAM) if moment.tzinfo is not None else moment
    except (ValueError, OverflowError):
        return None
    return local.date() if _FIRST_YEAR <= local.year <= _LAST_YEAR else None


def _date(year: str, month: str, day: str) -> datetime.date | None:
    try:
        told = datetime.date(int(year), int(month), int(day))
    except ValueError:
        return None
    return told if _FIRST_YEAR <= told.year <= _LAST_YEAR else None
