"""The page around the report: which lines are its body, and which only stand beside it.

A page is read in two steps. Every line is judged by what it says on its own (data in
``language/layout.toml``); then its place decides the rest: what stands above the first
sentence may be the title, what follows the author's name is no longer this report.
"""

import datetime
import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from summarizer.folding import Folded
from summarizer.lexicon import Lexicon, language

if TYPE_CHECKING:
    from summarizer.documents import Document

LineKind = Literal[
    "furniture", "stamp", "title", "caption", "byline", "heading", "subhead", "item", "body"
]


class Line(NamedTuple):  # made for every line: a tuple costs a third of a dataclass
    """A line of the folded text: offsets ``[start, end)``, tokens ``[first, last)``."""

    start: int
    end: int
    first: int
    last: int
    kind: LineKind


@dataclass(frozen=True)
class Layout:
    """The lines of a document in order; together they cover its folded text."""

    folded: Folded  # not the document, which holds its layout: a circle outlives its use
    lines: tuple[Line, ...]
    told_title: str | None = None  # by the file, for where no line does
    told_on: datetime.date | None = None

    @property
    def title(self) -> str | None:
        """Headline of the page, in folded spelling."""
        for line in self.lines:
            if line.kind == "title":
                return self.folded.text[line.start : line.end]
        return self.told_title

    @cached_property
    def published_on(self) -> datetime.date | None:
        """Day on the first stamp that names one, else the day that the file tells."""
        stamps = (line for line in self.lines if line.kind == "stamp")
        key = self.folded.key
        days = (_day(key[line.start : line.end]) for line in stamps)
        return next((day for day in days if day is not None), self.told_on)


def read_layout(document: "Document") -> Layout:
    """Judge every line of a document; linear in its length."""
    tokens = document.tokens
    page = _Page(document.folded.text, tokens.words, tokens.starts, _rules())
    rows = list(_rows(document))
    lines = tuple(_placed(page, rows))
    return Layout(document.folded, lines, document.title, document.published_on)


# --- Rows: lines as they stand, with glued prefixes cut off --------------------------------------

# What a line says on its own. "opening" starts the end of the page, "name" is shaped like an
# author's name, "short" ends like no sentence; the place of these three decides.
_Look = Literal[
    "furniture", "stamp", "title", "caption", "byline", "heading", "item", "body",
    "picture", "opening", "name", "short",
]  # fmt: skip

_LONG = 60  # characters of a line that is certainly running text
_PARAGRAPH = 180  # characters of a line that reopens a body thought to be over
_SHORT = 300  # characters of the longest caption, heading or title


class _Row(NamedTuple):
    start: int
    end: int
    first: int
    last: int
    look: _Look | None = None  # where a prefix has decided it already


def _rows(document: "Document") -> Iterable[_Row]:
    tokens = document.tokens
    words, starts, ends = tokens.words, tokens.starts, tokens.ends
    text = document.folded.text
    first = 0
    for last in (*tokens.places.get("\n", ()), len(words)):
        if last > first:
            cut, look = _prefix(text, words, starts, first, last)
            if cut > first:
                yield _Row(starts[first], ends[cut - 1], first, cut, look)
            if cut < last:
                null = look == "furniture" and words[first] == "null"
                yield _Row(starts[cut], ends[last - 1], cut, last, "title" if null else None)
        first = last + 1


def _prefix(
    text: str, words: list[str], starts: list[int], first: int, last: int
) -> tuple[int, _Look]:
    """Where the prefix of a line ends (``first`` if it has none), and what the prefix is."""
    word = words[first]
    if word == "date" and first == 0:
        return _crawl_date(text, starts), "stamp"
    if word == "null":
        return first + 1, "furniture"
    if word == "(" or (last - first > _AGENCY_AT_LEAST and words[first + 1] in "-."):
        return _agency(text, starts, first), "furniture"
    return first, "body"


_AGENCY_AT_LEAST = 8  # tokens of a line that may carry an agency in front


_CRAWL_DATE = re.compile(r"date (?:19|20)\d\d-\d\d(?:-\d\d)?(?!\w)")


def _crawl_date(text: str, starts: list[int]) -> int:
    """Count the tokens of the artefact "date 2022-12", "date 2025-07-29" in front of a text."""
    found = _CRAWL_DATE.match(text)
    return bisect_left(starts, found.end()) if found else 0


# An agency's sign before a sentence: "(QNO) -", "(NTO)", "(Chinhphu.vn) –"; "TTH -", "TTH.VN -".
_IN_BRACKETS = re.compile(r"\(([^\W\d_]{2,12}(?:\.(?:vn|VN|com))?)\)\s*(?:[-–—:.]\s*)?")
_BEFORE_DASH = re.compile(r"([^\W\d_]{2,5})(?:\.(?:vn|VN|com))?\s?[-–—]\s*(?=[^\W\d_])")


def _agency(text: str, starts: list[int], first: int) -> int:
    """Find the token behind an agency's sign; ``first`` if there is none."""
    start = starts[first]
    pattern = _IN_BRACKETS if text[start] == "(" else _BEFORE_DASH
    found = pattern.match(text, start)
    if found is None:
        return first
    name = found.group(1)
    known = ".vn" in found.group().lower() or ".com" in found.group()
    if not known and (not name.isupper() or name.lower() in _rules().no_agency):
        return first
    # "KT - XH" is a word; a sentence starts with one capital.
    if pattern is _BEFORE_DASH and not text[found.end() : found.end() + 2].istitle():
        return first
    return bisect_left(starts, found.end())


# --- Rules ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Rules:
    """The data file, made quick to ask."""

    starts: Lexicon[tuple[tuple[_Look, str], ...]]
    anywhere: Lexicon[bool]
    subjects: Lexicon[bool]
    verbs: Lexicon[bool]
    final_verbs: Lexicon[bool]
    telling: Lexicon[bool]
    headings: Lexicon[bool]
    papers: Lexicon[bool]
    predicates: Lexicon[bool]
    uncounted: frozenset[str]
    clock: frozenset[str]
    counters: frozenset[str]
    counters_and_clock: frozenset[str]
    visit: Lexicon[bool]
    no_agency: frozenset[str]
    arrows: tuple[str, ...]
    picture_signs: frozenset[str]
    furniture_reach: int
    byline_reach: int
    caption_reach: int
    heading_reach: int


@cache
def _rules() -> _Rules:
    data = language("layout")
    caption = data["caption"]
    starts: dict[str, list[tuple[_Look, str]]] = {}
    table: tuple[tuple[str, str, _Look], ...] = (
        ("end", "line", "opening"),
        ("end", "start", "opening"),
        ("byline", "line", "byline"),
        ("byline", "start", "byline"),
        ("furniture", "line", "furniture"),
        ("furniture", "start", "furniture"),
        ("caption", "start", "picture"),
    )
    for section, extent, look in table:
        for phrase in data[section][extent]:
            starts.setdefault(phrase, []).append((look, extent))
    return _Rules(
        starts=Lexicon((phrase, tuple(looks)) for phrase, looks in starts.items()),
        anywhere=_phrases(caption["anywhere"]),
        subjects=Lexicon(
            [(p, False) for p in caption["bodies"]] + [(p, True) for p in caption["persons"]]
        ),
        verbs=_phrases(caption["verbs"]),
        final_verbs=_phrases(caption["final_verbs"]),
        telling=_phrases(caption["telling"]),
        headings=_phrases(data["heading"]["start"]),
        papers=_phrases(data["paper"]["names"]),
        predicates=_phrases(data["heading"]["predicates"]),
        uncounted=frozenset(caption["uncounted"]),
        clock=frozenset(data["clock"]["words"]),
        counters=frozenset(data["clock"]["counters"]),
        counters_and_clock=frozenset(data["clock"]["counters"] + data["clock"]["words"]),
        visit=_phrases(data["clock"]["visit"]),
        no_agency=frozenset(data["prefix"]["no_agency"]),
        arrows=tuple(data["furniture"]["arrows"]),
        picture_signs=frozenset(p.split()[0] for p in caption["anywhere"]),
        furniture_reach=data["furniture"]["reach"],
        byline_reach=data["byline"]["reach"],
        caption_reach=caption["reach"],
        heading_reach=data["heading"]["reach"],
    )


def _phrases(phrases: Iterable[str]) -> Lexicon[bool]:
    return Lexicon((phrase, True) for phrase in phrases)


# --- What a line says on its own -----------------------------------------------------------------

_MARKER = re.compile(
    r"(?:\d{1,2}(?:\.\d{1,2}){0,3}[.)](?=\s|[^\W\d_])|\d{1,2}(?:\.\d{1,2}){1,3}(?=\s[^\W\d_])"
    r"|[a-zđA-ZĐ][.)](?=\s|[^\W\d_]{2})|\(\d{1,2}\)|\([a-zđ]\)|[-–—•+*·▪▫■□●○◦✓✔❖➢\uf0b7\uf02d])\s*"
)
_ROMAN = re.compile(
    r"(?:(?:[Pp]hần|PHẦN|[Cc]hương|CHƯƠNG|[Mm]ục|MỤC) (?:thứ |THỨ )?\w{1,4}"
    r"|[IVX]{1,5}|[A-ZĐ](?=[.)]))"
    r"\s?[.)/:-]\s*(?=\w)"
)
_TERMINAL = ".;!?…"
_CLOSERS = "\"'”’)»]"


@dataclass(frozen=True, slots=True)
class _Page:
    text: str
    words: list[str]
    starts: list[int]
    rules: _Rules


def _look(page: _Page, row: _Row) -> _Look:
    if row.look is not None:
        return row.look
    text = page.text
    size = row.end - row.start
    if size > _SHORT:
        return "item" if _MARKER.match(text, row.start) else "body"
    return _look_of_short(page, row, size)


def _look_of_short(page: _Page, row: _Row, size: int) -> _Look:
    """Judge a line that is short enough to be anything."""
    look = _cued(page, row, size) or _numeric(page, row)
    if look is not None:
        return look
    marker = _ROMAN.match(page.text, row.start)
    if marker:
        return _look_of_marked(page, row, marker.end(), counted=False)
    marker = _MARKER.match(page.text, row.start)
    if marker:
        return _look_of_marked(page, row, marker.end(), counted=True)
    return _look_of_plain(page, row, page.text[row.end - 1])


def _look_of_plain(page: _Page, row: _Row, ending: str) -> _Look:
    if _is_trail(page, row) or _is_file(page.text, row):
        return "furniture"
    if _is_name(page, row):
        return "name"
    if _is_caption(page, row, ending):
        return "caption"
    if _is_heading(page, row, row.first, row.start, ending):
        return "heading"
    return "body" if _is_sentence(page.text, row) else "short"


def _cued(page: _Page, row: _Row, size: int) -> _Look | None:
    words, rules = page.words, page.rules
    first = row.first
    if page.text.startswith(rules.arrows, row.start) and size <= rules.furniture_reach:
        return "furniture"
    hit = rules.starts.at(words, first, row.last)
    if hit is None and words[first] in _BULLETS and row.last - first > 1:
        hit = rules.starts.at(words, first + 1, row.last)
    if hit is None:
        return None
    for look, extent in hit.entry:
        if extent == "line":
            fits = not any(word.isalpha() for word in words[hit.last : row.last])
        elif look == "byline":
            fits = size <= rules.byline_reach
        elif look == "picture":
            fits = _is_plain(page, row)
        else:
            fits = size <= rules.furniture_reach
        if fits:
            return look
    return None


_BULLETS = frozenset('•·-+*|[("')


_STAMP_AT_MOST = 40  # tokens


def _numeric(page: _Page, row: _Row) -> _Look | None:
    """Stamps and counters: numbers, signs and the words of a clock."""
    words, rules = page.words, page.rules
    first = words[row.first]
    if first[0].isalpha() and first not in rules.counters_and_clock:
        return None
    if row.last - row.first > _STAMP_AT_MOST:
        return None
    line = words[row.first : row.last]
    letters = {word for word in line if word[0].isalpha()}
    if letters <= rules.counters_and_clock:
        return _clock_or_counter(page, row, line, letters)
    return None


def _clock_or_counter(page: _Page, row: _Row, line: list[str], letters: set[str]) -> _Look | None:
    rules = page.rules
    if rules.visit.at(page.words, row.first, row.last) is not None:
        return "furniture"
    key = page.text[row.start : row.end].lower()
    if _day(key) is not None:
        return "stamp"
    if _HOUR.search(key) and letters <= rules.clock and any(word[0].isdecimal() for word in line):
        return "stamp"
    if not letters:
        return "furniture"
    # "Năm 2021:" and "Tháng 12" are headings; "Năm nay: 1.204" counts visits.
    dated = any(
        a in {"năm", "tháng", "ngày", "quý"} and b[0].isdecimal() for a, b in pairwise(line)
    )
    counted = line[-1][0].isdecimal() or not letters <= rules.clock
    numbered = any(word[0].isdecimal() for word in line)
    return "furniture" if letters <= rules.counters and numbered and counted and not dated else None


_DAY = re.compile(r"(?<!\d)(\d{1,2})[/.-](\d{1,2})[/.-]((?:19|20)\d\d)(?!\d)")
_DAY_FIRST_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)[/.-](\d{1,2})[/.-](\d{1,2})(?!\d)")
_SPELLED_DAY = re.compile(r"ngày (\d{1,2}) tháng (\d{1,2}) năm ((?:19|20)\d\d)")
_HOUR = re.compile(r"\d{1,2} ?[:h] ?\d\d")


def _day(key: str) -> datetime.date | None:
    """Read the day out of a stamp."""
    plain = re.sub(r"\s*([/.-])\s*", r"\1", key)
    if found := _DAY.search(plain) or _SPELLED_DAY.search(plain):
        day, month, year = map(int, found.groups())
    elif found := _DAY_FIRST_YEAR.search(plain):
        year, month, day = map(int, found.groups())
    else:
        return None
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None


def _is_plain(page: _Page, row: _Row) -> bool:
    """One short statement that counts nothing and tells nothing: fit for a caption."""
    words, rules = page.words, page.rules
    if row.last - row.first > rules.caption_reach or page.text.find(";", row.start, row.end) >= 0:
        return False
    if next(rules.telling.scan(words, row.first, row.last), None) is not None:
        return _has_picture_sign(page, row)
    return not _counts(page, row)


def _counts(page: _Page, row: _Row) -> bool:
    words, uncounted = page.words, page.rules.uncounted
    for i in range(row.first, row.last):
        word = words[i]
        if word == "%":
            return True
        if word[0].isdecimal() and not _YEAR.fullmatch(word):
            before = words[i - 1] if i > row.first else ""
            in_name = page.text[page.starts[i] - 1 : page.starts[i]] in _IN_NAMES  # z24_ab12.jpg
            if before not in uncounted and before not in {"/", "-", "(", ":"} and not in_name:
                return True
    return False


_YEAR = re.compile(r"(?:19|20)\d\d")
_IN_NAMES = frozenset("_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


def _has_picture_sign(page: _Page, row: _Row) -> bool:
    words, rules = page.words, page.rules
    if rules.picture_signs.isdisjoint(words[row.first : row.last]):
        return False
    return next(rules.anywhere.scan(words, row.first, row.last), None) is not None


_SECTION_AT_MOST = 7  # tokens in the name of a section of the site
_PATHS = ((" / ", 2), (" > ", 2), (" » ", 1))


def _is_trail(page: _Page, row: _Row) -> bool:
    """A path through the site ("Trang nhất / Chính trị / …"), or a section named twice."""
    text, words = page.text, page.words
    for sign, least in _PATHS:
        if text.count(sign, row.start, row.end) >= least:
            return not any(word[0].isdecimal() for word in words[row.first : row.last])
    half, odd = divmod(row.last - row.first, 2)
    middle = row.first + half
    if odd or not 1 < half <= _SECTION_AT_MOST or words[row.first] != words[middle]:
        return False
    return words[row.first : middle] == words[middle : row.last]


_FILES = (
    ".jpg",
    ".jpeg",
    ".png",
    ".gif",
    ".webp",
    ".mp4",
    ".pdf",
    ".doc",
    ".docx",
    ".xls",
    ".xlsx",
)


def _is_file(text: str, row: _Row) -> bool:
    """Judge whether the line is the name of a file and nothing else."""
    if text.find(" ", row.start, row.end) >= 0:
        return False
    return text[row.start : row.end].lower().endswith(_FILES)


_NAMES_AT_MOST = 14  # tokens


def _is_name(page: _Page, row: _Row) -> bool:
    """One or two authors: "Thu Báu", "TRỌNG HIẾU - MAI LY", "Mạnh Hùng (Huyện ủy)"."""
    if row.last - row.first > _NAMES_AT_MOST:
        return False
    text = page.text[row.start : row.end]
    bracket = text.find("(")
    if bracket > 0 and text.endswith(")"):
        text = text[:bracket]
    names = _BETWEEN_NAMES.split(text.strip(" ./*"))
    return all(map(_NAME.fullmatch, names))


_UPPER = "A-ZĐÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĨŨƠƯẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸ"
_NAME = re.compile(rf"(?:[{_UPPER}][^\W\d_]{{0,7}}\.?(?: |$|(?<=\.))){{1,5}}")
_BETWEEN_NAMES = re.compile(r"\s*(?: [-–—] |[,&/+;]| và )\s*")


def _is_caption(page: _Page, row: _Row, ending: str) -> bool:
    """Who does what in a picture, with nothing told about it."""
    words, rules = page.words, page.rules
    if _has_picture_sign(page, row) and row.last - row.first <= rules.caption_reach:
        return not _counts(page, row)
    if ending in ":;" or page.text.find(":", row.start, row.end) >= 0:
        return False
    subject = rules.subjects.at(words, row.first, row.last)
    if subject is None or not _is_plain(page, row):
        return False
    if ending not in _TERMINAL:
        return next(rules.verbs.scan(words, subject.last, row.last), None) is not None
    if page.text.find(". ", row.start, row.end - 1) >= 0:
        return False
    verb = next(rules.final_verbs.scan(words, subject.last, row.last), None)
    return verb is not None and (subject.entry or words[verb.first] == "khen")


def _look_of_marked(page: _Page, row: _Row, start: int, *, counted: bool) -> _Look:
    """A line with a list marker is a heading if it only names a field."""
    text = page.text
    if start >= row.end:
        return "item"
    first = bisect_left(page.starts, start, row.first, row.last)
    if _is_heading(page, row, first, start, text[row.end - 1]):
        return "heading"
    reach = page.rules.heading_reach * 2
    if not counted and text[row.end - 1] not in _TERMINAL and row.last - first <= reach:
        return "heading"
    return "item"


def _is_heading(page: _Page, row: _Row, first: int, start: int, ending: str) -> bool:
    """Judge whether a line, without its marker, only names what the following lines say."""
    words, rules, text = page.words, page.rules, page.text
    if row.last - first > rules.heading_reach or ending in _TERMINAL or first >= row.last:
        return False
    if text[start : row.end].isupper() and row.last - first > 1:
        return True
    if next(rules.predicates.scan(words, first, row.last), None) is not None:
        return False
    cued = rules.headings.at(words, first, row.last) is not None
    if ending == ":":
        return cued or start > row.start
    return cued and not _counts(page, _Row(start, row.end, first, row.last))


def _is_sentence(text: str, row: _Row) -> bool:
    end = row.end - 1
    while end > row.start and text[end] in _CLOSERS:
        end -= 1
    return text[end] in _TERMINAL or text[end] in ":,"


# --- What its place makes of it ------------------------------------------------------------------


def _placed(page: _Page, rows: list[_Row]) -> Iterable[Line]:
    looks = [_look(page, row) for row in rows]
    running = [i for i, row in enumerate(rows) if _is_running(row, looks[i])]
    _find_title(page, rows, looks, running)
    begun = next((i for i in running if looks[i] != "title"), len(rows))
    kinds = _head(rows, looks, begun) + _rest(page, rows, looks, begun)
    return (
        Line(row.start, row.end, row.first, row.last, kind)
        for row, kind in zip(rows, kinds, strict=True)
    )


def _is_running(row: _Row, look: _Look) -> bool:
    return look in {"body", "item"} and row.end - row.start >= _LONG


_TITLE_AT_LEAST = 5  # tokens
_HEAD_AT_MOST = 15  # lines above the first sentence that are searched for a title


def _find_title(page: _Page, rows: list[_Row], looks: list[_Look], running: list[int]) -> None:
    """Mark the headline and its repetitions in ``looks``."""
    first_text = running[0] if running else 0
    seen: dict[str, int] = {}
    title = next((i for i, look in enumerate(looks) if look == "title"), None)
    if title is None:
        title = _subject_of_paper(page, rows[:_HEAD_AT_MOST])
        looks[: title or 0] = ["furniture"] * (title or 0)
    for i, row in enumerate(rows[: first_text + _HEAD_AT_MOST]):
        if row.end - row.start > _SHORT or row.last - row.first < _TITLE_AT_LEAST:
            continue
        text = page.text[row.start : row.end]
        if text in seen and title is None and _leads(page, rows, looks, seen[text]):
            title = seen[text]
        seen.setdefault(text, i)
    if title is None:
        title = next((i for i in range(first_text) if _may_be_title(page, rows[i], looks[i])), None)
    if title is None:
        return
    text = page.text[rows[title].start : rows[title].end]
    for i, row in enumerate(rows[: first_text + _HEAD_AT_MOST]):
        if i == title or page.text[row.start : row.end] == text:
            looks[i] = "title"


def _subject_of_paper(page: _Page, rows: list[_Row]) -> int | None:
    """The line below "BÁO CÁO" says what the paper is about."""
    for i, row in enumerate(rows[:-1]):
        line = page.words[row.first : row.last]
        hit = page.rules.papers.at(line, 0)
        if hit is None or hit.last < len(line) or not page.text[row.start : row.end].isupper():
            continue
        below = rows[i + 1]
        is_list = _MARKER.match(page.text, below.start) or _ROMAN.match(page.text, below.start)
        told = below.last - below.first >= _TITLE_AT_LEAST and not is_list
        return i + 1 if told and page.text[below.end - 1] not in ".;:" else None
    return None


def _leads(page: _Page, rows: list[_Row], looks: list[_Look], i: int) -> bool:
    """Judge whether a repeated line is the headline and no repeated first paragraph."""
    if _may_be_title(page, rows[i], looks[i]):
        return True
    beside = {"furniture", "stamp", "picture", "name"}
    chained = page.text.find(";", rows[i].start, rows[i].end) >= 0
    return not chained and all(look in beside for look in looks[:i])


def _may_be_title(page: _Page, row: _Row, look: _Look) -> bool:
    if (
        look not in {"short", "caption", "heading", "name"}
        or row.last - row.first < _TITLE_AT_LEAST
    ):
        return False
    return _MARKER.match(page.text, row.start) is None and page.text[row.end - 1] not in ".;:"


def _head(rows: list[_Row], looks: list[_Look], begun: int) -> list[LineKind]:
    """Judge the lines above the first sentence."""
    title = looks.index("title") if "title" in looks[:begun] else -1
    kinds: list[LineKind] = []
    for i in range(begun):
        look = looks[i]
        if look == "picture":
            kinds.append("caption")
        elif look == "opening":
            kinds.append("furniture")
        elif look == "name":
            kinds.append("byline" if i > title else "furniture")
        elif look == "short":
            above = i < title and rows[i].end - rows[i].start < _LONG
            kinds.append("furniture" if above else "body")
        else:
            kinds.append(look)
    return kinds


def _rest(page: _Page, rows: list[_Row], looks: list[_Look], begun: int) -> list[LineKind]:
    """Judge the first sentence and all that follows."""
    kinds: list[LineKind] = []
    boxes, over = _openings(rows, looks, begun)
    last = max((i for i in range(begun, over) if _tells(page, rows[i], looks[i])), default=begun)
    paused = False
    for i in range(begun, len(rows)):
        row, look = rows[i], looks[i]
        if i >= over:
            kinds.append("byline" if look == "byline" else "furniture")
            continue
        if paused and look in {"body", "item"} and row.end - row.start >= _PARAGRAPH:
            paused = False
        subhead = look == "short" and not paused and _is_subhead(page, rows, looks, i)
        kind = "subhead" if subhead else _kind(page, row, look, paused=paused, ended=i > last)
        kinds.append(kind)
        paused = paused or i in boxes or look == "byline" or _ends(page, row, look, i > last)
    return kinds


_SUBHEAD_AT_MOST = 8  # tokens; a longer line between paragraphs may have lost its full stop
_PICTURES: frozenset[_Look] = frozenset(["picture", "caption"])


def _is_subhead(page: _Page, rows: list[_Row], looks: list[_Look], i: int) -> bool:
    """A short line between two paragraphs: "Công nghiệp, dịch vụ tăng khá"."""
    if not 0 < i < len(rows) - 1 or rows[i].last - rows[i].first > _SUBHEAD_AT_MOST:
        return False
    over = next(j for j in range(i - 1, -1, -1) if j == 0 or looks[j] not in _PICTURES)
    above, row, below = rows[over], rows[i], rows[i + 1]
    between = _is_running(above, looks[over]) and _is_running(below, looks[i + 1])
    ended = page.text[above.end - 1] in _TERMINAL
    return between and ended and page.text[row.start].isupper() and not _counts(page, row)


def _tells(page: _Page, row: _Row, look: _Look) -> bool:
    """Judge whether the body must reach to this line at least."""
    return _is_running(row, look) or (
        look in {"body", "item"} and page.text[row.end - 1] in _TERMINAL
    )


def _openings(rows: list[_Row], looks: list[_Look], begun: int) -> tuple[set[int], int]:
    """Lines that open a box of links inside the body, and the line that opens its end."""
    sizes = [
        row.end - row.start if _is_running(row, look) else 0
        for row, look in zip(rows, looks, strict=True)
    ]
    total = sum(sizes)
    before = 0
    boxes: set[int] = set()
    for i, look in enumerate(looks):
        if look == "opening" and i > begun:
            if before * 2 >= total:
                return boxes, i
            boxes.add(i)
        before += sizes[i]
    return boxes, len(rows)


def _ends(page: _Page, row: _Row, look: _Look, after_text: bool) -> bool:
    if look in {"furniture", "stamp", "name"}:
        return after_text
    return look in {"body", "item"} and page.text.endswith(("./.", "/./."), row.start, row.end)


def _kind(page: _Page, row: _Row, look: _Look, *, paused: bool, ended: bool) -> LineKind:
    if look == "picture":
        return "caption"
    if look == "opening":
        return "furniture"
    if look == "name" and row.last - row.first == 1 and row.last == len(page.words):
        return "body"  # a text cut off after the first word of a line
    if look == "name":
        capitals = page.text[row.start : row.end].isupper()
        return "heading" if capitals and not ended and not paused else "byline"
    if paused and look in {"short", "heading", "item", "body", "caption"}:
        return "furniture"
    return "body" if look == "short" else look
