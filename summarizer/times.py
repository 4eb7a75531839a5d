"""When: days, months, quarters, parts of years, years and terms, and the days they end on.

Reports leave out years ("trước ngày 22/7", "trong quý III"); an ``Anchor`` read from the dateline
supplies them.
"""

import calendar
import datetime as dt
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from typing import Literal, NamedTuple

from summarizer.documents import Document
from summarizer.folding import match_key
from summarizer.lexicon import Lexicon, Tokens, language, tokenize

Kind = Literal["day", "month", "quarter", "part", "year", "term", "open"]
Bound = Literal["by", "in", "since"]
Edge = Literal["start", "middle", "end", "whole"]
Tense = Literal["past", "future"]

_MONTHS = 12
_DAYS = 31
_FIRST_YEAR, _LAST_YEAR = 1900, 2099


class Span(NamedTuple):
    """First and last day."""

    first: dt.date
    last: dt.date

    def within(self, other: "Span | None") -> bool:
        """Whether no day of this span lies outside the other."""
        return other is not None and other.first <= self.first and self.last <= other.last


class Moment(NamedTuple):  # made by the hundred, as mentions are: cheaper than a dataclass
    """What a time says, as far as it says it: the year is often left out."""

    kind: Kind
    year: int | None = None
    until: int | None = None  # last year of a term or of a school year
    quarter: int | None = None
    month: int | None = None
    day: int | None = None
    months: int | None = None  # length of a part of the year
    edge: Edge | None = None
    tense: Tense | None = None
    this: bool = False  # "năm nay", "tháng này": the one that runs on the day of speaking


class TimeMention(NamedTuple):
    """A time in a text: tokens ``[first, last)``, offsets ``[start, end)`` in the folded text."""

    first: int
    last: int
    start: int
    end: int
    core: int  # token after the bounding word
    bound: Bound | None
    moment: Moment

    @property
    def kind(self) -> Kind:
        """Day, month, quarter, part, year, term or open."""
        return self.moment.kind


@dataclass(frozen=True)
class Anchor:
    """What a document says of its own time; years left out are supplied from it."""

    held_on: dt.date | None = None
    published_on: dt.date | None = None
    period: str | None = None
    plan_period: str | None = None

    @property
    def day(self) -> dt.date | None:
        """The day of speaking, as well as it is known."""
        return self.held_on or self.published_on

    @cached_property
    def reviewed(self) -> Span | None:
        """Days of the period under review."""
        return _days_of(self.period, replace(self, period=None, plan_period=None))

    @cached_property
    def planned(self) -> Span | None:
        """Days of the coming period."""
        return _days_of(self.plan_period, replace(self, period=None, plan_period=None))


class _Reading(NamedTuple):
    first: int
    last: int
    moment: Moment


# --- words ---------------------------------------------------------------------------------


class _Words(NamedTuple):
    bounds: dict[tuple[str, ...], Bound]
    bound_ends: frozenset[str]
    edges: dict[str, Edge]
    numbers: dict[str, int]
    roman: dict[str, int]
    parts: Lexicon[Edge]
    named: dict[str, str]
    years_of: Lexicon[bool]
    open: Lexicon[str]


def _key(phrase: str) -> tuple[str, ...]:
    return tuple(tokenize(match_key(phrase)).words)


@cache
def _words() -> _Words:
    data = language("times")
    bounds: dict[tuple[str, ...], Bound] = {
        _key(p): bound for bound, phrases in data["bounds"].items() for p in phrases
    }
    opened = [(phrase, group) for group, phrases in data["open"].items() for phrase in phrases]
    return _Words(
        bounds=bounds,
        bound_ends=frozenset(phrase[-1] for phrase in bounds),
        edges={match_key(p): e for e, phrases in data["edges"].items() for p in phrases},
        numbers={match_key(p): n for p, n in data["numbers"].items()},
        roman=data["roman"],
        parts=Lexicon((p, e) for e, phrases in data["part_ends"].items() for p in phrases),
        named={match_key(p): g for g, phrases in data["named"].items() for p in phrases},
        years_of=Lexicon((p, True) for p in data["years"]["of"]),
        open=Lexicon(opened),
    )


@cache
def _trap(name: str) -> frozenset[tuple[str, ...]]:
    return frozenset(_key(p) for p in language("times")["traps"][name])


# --- reading numerals ----------------------------------------------------------------------


def _at(words: Sequence[str], i: int) -> str:
    return words[i] if 0 <= i < len(words) else ""


def _number(word: str, high: int) -> int | None:
    if not word.isdecimal() or len(word) > 2:  # noqa: PLR2004 - days and months
        return None
    value = int(word)
    return value if 1 <= value <= high else None


def _year(word: str) -> int | None:
    if len(word) != 4 or not word.isdecimal():  # noqa: PLR2004 - digits of a year
        return None
    value = int(word)
    return value if _FIRST_YEAR <= value <= _LAST_YEAR else None


def _mistyped_year(word: str) -> bool:
    """One digit too many ("20214"): which year is meant only the document knows."""
    return len(word) == 5 and word.isdecimal() and word.startswith("20")  # noqa: PLR2004


def _year_after(words: Sequence[str], i: int) -> tuple[int | None, int]:
    """A year at ``i`` with what may join it: "/2021", "- 2021", "năm 2021", "của năm 2021"."""
    word = _at(words, i)
    if word in {"/", "-", "."}:
        year = _year(_at(words, i + 1))
        return (year, i + 2) if year else (None, i)
    j = i + 1 if word in {"của", "trong", ","} and _at(words, i + 1) == "năm" else i
    if _at(words, j) == "năm":
        if year := _year(_at(words, j + 1)):
            return year, j + 2
        if _mistyped_year(_at(words, j + 1)):
            return None, j + 2
        if _at(words, j + 1) == "nay":
            return None, j + 2
    return None, i


def _calendar_day(words: Sequence[str], i: int) -> _Reading | None:
    """A day at ``i``: 24/11/2020, 24-11, 9.9, "06 tháng 02 năm 2021"."""
    word = _at(words, i)
    if "." in word:
        return _dotted_day(word, i)
    day = _number(word, _DAYS)
    if day is None:
        return None
    sign = _at(words, i + 1)
    if sign not in {"/", "-", "tháng"}:
        return None
    month = _number(_at(words, i + 2), _MONTHS)
    if month is None:
        dotted = _dotted(_at(words, i + 2))
        if len(dotted) == 2 and sign == "/":  # noqa: PLR2004 - "5/7.2021"
            return _day(i, i + 3, day, *dotted)
        return None
    year, last = None, i + 3
    if sign == "tháng" or _at(words, last) == sign or _at(words, last) in {"/", "-"}:
        year, last = _year_after(words, last)
    return _day(i, last, day, month, year)


def _day(first: int, last: int, day: int, month: int, year: int | None = None) -> _Reading | None:
    if not (1 <= month <= _MONTHS and 1 <= day <= calendar.monthrange(year or 2000, month)[1]):
        return None
    return _Reading(first, last, Moment("day", year=year, month=month, day=day))


def _dotted(word: str) -> list[int]:
    return [int(p) for p in word.split(".") if p.isdecimal() and len(p) <= 4]  # noqa: PLR2004


def _dotted_day(word: str, i: int) -> _Reading | None:
    if "," in word:
        return None
    match _dotted(word):
        case [day, month]:
            return _day(i, i + 1, day, month)
        case [day, month, year] if _FIRST_YEAR <= year <= _LAST_YEAR:
            return _day(i, i + 1, day, month, year)
    return None


# --- readers, one for each word that may open a time ----------------------------------------


def _read_day(words: Sequence[str], i: int) -> _Reading | None:
    """After "ngày", "sáng", "chiều": the cue leaves no doubt that a date follows."""
    j = i + 1
    while _at(words, j) in {"ngày", "nay", "mùng", "mồng", ",", "("} and j < i + 4:
        j += 1
    found = _calendar_day(words, j)
    # "ngày 28 và 29/7", "8 & 9.7", "28-29/7": the last day counts.
    if _number(_at(words, j), _DAYS) and _at(words, j + 1) in {"và", "&", "-", ","}:
        later = _calendar_day(words, j + 2)
        dated = later is not None and (found is None or _at(words, j + 3) in {"/", "tháng"})
        found = later if dated else found
    if found is None:
        return None
    first = i - 1 if words[i] == "ngày" and _at(words, i - 1) in {"sáng", "chiều", "tối"} else i
    return _Reading(first + (words[i] == "("), found.last, found.moment)


_SENTENCE_SIGNS = frozenset({",", ".", ";", ":", ")", "(", "\n", "", "/"})
_AFTER_DATE = frozenset(
    ("đạt", "có", "đã", "là", "toàn", "mới", "hoàn", "giải", "phải", "thu", "tổng", "các", "huyện")
)


def _read_bare_day(words: Sequence[str], i: int) -> _Reading | None:
    """After "trước", "đến", "chậm nhất": a date needs the look of one, else it is a fraction."""
    found = _calendar_day(words, i + 1)
    if found is None:
        return None
    if found.moment.year is None and not _looks_like_date(words, i, found.last):
        return None
    return _Reading(i + 1, found.last, found.moment)


def _looks_like_date(words: Sequence[str], i: int, last: int) -> bool:
    if _at(words, i + 2) == "-":  # "từ 2 - 4 hộ"
        return False
    if words[i] in {"trước", "nhất"}:
        return True
    return _at(words, last) in _SENTENCE_SIGNS or _at(words, last) in _AFTER_DATE


def _read_bracket(words: Sequence[str], i: int) -> _Reading | None:
    """Read "hai ngày (28 và 29/7)"."""
    return _read_day(words, i) if "ngày" in words[max(0, i - 4) : i] else None


def _read_slash(words: Sequence[str], i: int) -> _Reading | None:
    """A date in full needs no cue."""
    if i + 2 >= len(words) or words[i + 2] != words[i]:
        return None
    found = _calendar_day(words, i - 1)
    return found if found and found.moment.year else None


def _read_month(words: Sequence[str], i: int) -> _Reading | None:
    part = _read_part(words, i)
    if part is not None:
        return part
    following = _at(words, i + 1)
    if "." in following:
        return _dotted_month(following, i)
    month = _number(following, _MONTHS)
    if month is None:
        return _named_month(words, i)
    month, last = _last_listed(words, i + 2, month)
    year, last = _year_after(words, last)
    return _Reading(i, last, Moment("month", month=month, year=year))


def _dotted_month(word: str, i: int) -> _Reading | None:
    match _dotted(word):
        case [month, year] if 1 <= month <= _MONTHS and _FIRST_YEAR <= year <= _LAST_YEAR:
            return _Reading(i, i + 2, Moment("month", month=month, year=year))
    return None


def _last_listed(words: Sequence[str], last: int, month: int) -> tuple[int, int]:
    """Of "tháng 01 và 02 năm 2026", "tháng 7, 8" the last month counts."""
    while (
        _at(words, last) in {"và", ",", "-", "&"}
        and (later := _number(_at(words, last + 1), _MONTHS) or 0) > month
        and _at(words, last + 2) not in {"/", "%"}
        and (_at(words, last + 2) == "năm" or not _at(words, last + 2).isalpha())
    ):
        month, last = later, last + 2
    return month, last


def _named_month(words: Sequence[str], i: int) -> _Reading | None:
    if _at(words, i + 1) == "này":
        return _Reading(i, i + 2, Moment("month", this=True))
    return None


def _read_part(words: Sequence[str], i: int) -> _Reading | None:
    """Read "6 tháng đầu năm 2021", "ba tháng cuối năm", "9 tháng"; ``i`` is at "tháng"."""
    if i == 0:
        return None
    count, first = _count_before(words, i)
    if count is None:
        return None
    edge = _words().parts.at(list(words[i + 1 : i + 4]), 0) if i + 1 < len(words) else None
    if edge is None:
        if words[i - 1] == "năm" or _number(_at(words, i + 1), _MONTHS):
            return None
        year, last = _year_after(words, i + 1)
        return _Reading(first, last, Moment("part", year=year, months=count))
    last = i + 1 + edge.last
    year, after = _year_after(words, last)
    if after == last and _at(words, last) == "năm":
        after = last + 1
    elif after == last and _at(words, last) == "của" and _at(words, last + 1) == "năm":
        after = last + 2
    return _Reading(first, after, Moment("part", year=year, months=count, edge=edge.entry))


def _count_before(words: Sequence[str], i: int) -> tuple[int | None, int]:
    numbers = _words().numbers
    word = words[i - 1]
    if (count := _number(word, _MONTHS)) is not None:
        in_date = i > 1 and words[i - 2] in {"ngày", "tháng", "/", "-"}
        return (None, i) if in_date and words[i - 2] != "-" else (count, i - 1)
    if i > 1 and words[i - 2] == "mười" and word in {"một", "hai"}:
        return 10 + numbers[word], i - 2
    return numbers.get(word), i - 1


def _read_quarter(words: Sequence[str], i: int) -> _Reading | None:
    word = _at(words, i + 1)
    quarter = _words().roman.get(word) or _number(word, 4)
    if quarter is None:
        return None
    last = i + 2
    while _at(words, last) in {"và", ",", "-"} and (
        (later := _words().roman.get(_at(words, last + 1), 0)) > quarter
    ):
        quarter, last = later, last + 2
    year, last = _year_after(words, last)
    return _Reading(i, last, Moment("quarter", quarter=quarter, year=year))


def _read_year(words: Sequence[str], i: int) -> _Reading | None:
    word = _at(words, i + 1)
    year = _year(word)
    if year is not None:
        return _year_or_range(words, i, year)
    if _mistyped_year(word):
        return _Reading(i, i + 2, Moment("year"))
    if last := _year_of(words, i + 1):
        return _year_or_range(words, last - 1, int(words[last]), i)
    if word == "nay":
        return _Reading(i, i + 2, Moment("year", this=True))
    if _at(words, i - 1) in {"cả", "cuối", "hết", "giữa", "trong", "đầu"} and not word.isdecimal():
        return _Reading(i, i + 1, Moment("year"))
    return None


def _year_of(words: Sequence[str], i: int) -> int | None:
    """Where the number stands of a year that has a name: "năm học 2019", "năm công tác 2020"."""
    name = next(_words().years_of.scan(list(words[i : i + _LONGEST_NAME])), None)
    if name is None or name.first or _year(_at(words, i + name.last)) is None:
        return None
    return i + name.last


def _year_or_range(words: Sequence[str], i: int, year: int, first: int | None = None) -> _Reading:
    """Read "năm 2020", "5 năm 2021-2025", "năm học 2019-2020"."""
    start = i if first is None else first
    until = _year(_at(words, i + 3)) if _at(words, i + 2) == "-" else None
    if until is None or until <= year:
        return _Reading(start, i + 2, Moment("year", year=year))
    if first is None and _number(_at(words, i - 1), 30):
        start = i - 1
    kind: Kind = "year" if first is not None else "term"
    return _Reading(start, i + 4, Moment(kind, year=year, until=until))


def _read_term(words: Sequence[str], i: int) -> _Reading | None:
    """Read "nhiệm kỳ 2020 - 2025", "giai đoạn 2021-2025", "hết nhiệm kỳ"."""
    if _at(words, i + 1) not in {"kỳ", "đoạn"}:
        return None
    j = i + 2
    if _at(words, j) in {"5", "từ"} and _at(words, j + 1) == "năm":
        j += 2
    year = _year(_at(words, j))
    until = _year(_at(words, j + 2)) if _at(words, j + 1) in {"-", "đến", "/"} else None
    if until is None and _at(words, j + 1) == "đến" and _at(words, j + 2) == "năm":
        until = _year(_at(words, j + 3))
        j += 1
    if year and until:
        return _Reading(i, j + 3, Moment("term", year=year, until=until))
    if words[i] == "nhiệm" and not year:
        return _Reading(i, i + 2, Moment("term"))
    return None


def _read_range(words: Sequence[str], i: int) -> _Reading | None:
    """Two bare years with a dash: "(2016-2020)"; or a full date with dashes."""
    if i == 0 or i + 1 >= len(words):
        return None
    year, until = _year(words[i - 1]), _year(words[i + 1])
    if year and until and year < until:
        return _Reading(i - 1, i + 2, Moment("term", year=year, until=until))
    return _read_slash(words, i)


_LONGEST_NAME = 2  # words of a year that has a name
_Reader = Callable[[Sequence[str], int], _Reading | None]
_READERS: dict[str, _Reader] = {
    "ngày": _read_day,
    "sáng": _read_day,
    "chiều": _read_day,
    "tối": _read_day,
    "hôm": _read_day,
    "trước": _read_bare_day,
    "nhất": _read_bare_day,
    "đến": _read_bare_day,
    "hết": _read_bare_day,
    "từ": _read_bare_day,
    "là": _read_bare_day,
    "vào": _read_bare_day,
    "(": _read_bracket,
    "/": _read_slash,
    "-": _read_range,
    "tháng": _read_month,
    "quý": _read_quarter,
    "năm": _read_year,
    "nhiệm": _read_term,
    "giai": _read_term,
    "thời": _read_term,
}


def _read_open(first: int, last: int, group: str) -> _Reading:
    if group == "rest":
        return _Reading(first, last, Moment("part", edge="end", tense="future"))
    tense: Tense = "past" if group == "past" else "future"
    return _Reading(first, last, Moment("open", tense=tense))


# --- finding -------------------------------------------------------------------------------


def _readings(tokens: Tokens) -> Iterator[_Reading]:
    words = tokens.words
    opened = {span[0]: span for span in _words().open.everywhere(tokens)}
    taken = 0
    for i in sorted({*opened, *tokens.where(_READERS.keys())}):
        if i < taken:
            continue
        reading = _read_open(*opened[i]) if i in opened else _READERS[words[i]](words, i)
        if reading is not None and reading.first >= taken:
            yield reading
            taken = reading.last


_LONGEST_BOUND = 4


def _with_edge(words: list[str], reading: _Reading, least: int) -> _Reading:
    if reading.first - 1 < least or reading.moment.kind in {"day", "open"}:
        return reading
    edge = _words().edges.get(words[reading.first - 1])
    if edge is None or (edge != "whole" and reading.moment.kind == "part"):
        return reading
    kept = reading.moment.edge or edge
    return _Reading(reading.first - 1, reading.last, reading.moment._replace(edge=kept))


def _bound_before(words: list[str], first: int, least: int) -> tuple[int, Bound | None]:
    if first <= least or words[first - 1] not in _words().bound_ends:
        return first, None
    bounds = _words().bounds
    for length in range(min(_LONGEST_BOUND, first - least), 0, -1):
        bound = bounds.get(tuple(words[first - length : first]))
        if bound is not None:
            return first - length, bound
    return first, None


def _mention(document: Document, reading: _Reading, least: int) -> TimeMention:
    tokens = document.tokens
    edged = _with_edge(tokens.words, reading, least)
    first, bound = _bound_before(tokens.words, edged.first, least)
    if bound is None and edged.first < reading.first and tokens.words[edged.first] == "hết":
        bound = "by"
    last, core = edged.last, edged.first
    start, end = tokens.starts[first], tokens.ends[last - 1]
    return TimeMention(first, last, start, end, core, bound, edged.moment)  # keywords cost double


def find_times(document: Document) -> tuple[TimeMention, ...]:
    """Every time of a document, in order, without overlap."""
    found: list[TimeMention] = []
    least = 0
    for reading in _readings(document.tokens):
        mention = _mention(document, reading, least)
        least = mention.last
        if found and (joined := _joined(document, found[-1], mention)) is not None:
            found[-1] = joined
        else:
            found.append(mention)
    return tuple(found)


@lru_cache(maxsize=512)  # reports of one season name the same periods and deadlines
def times_of(words: str) -> tuple[TimeMention, ...]:
    """Every time that a few words name, such as a deadline by itself."""
    return find_times(Document(words))


def _joined(document: Document, one: TimeMention, other: TimeMention) -> TimeMention | None:
    """Join "trong tháng 7 và những tháng cuối năm"; the end is the later one."""
    if other.first != one.last + 1 or document.tokens.words[one.last] != "và":
        return None
    if one.bound != "in" or other.bound is not None or other.moment.tense != "future":
        return None
    return one._replace(last=other.last, end=other.end, moment=other.moment)


# --- calendar ------------------------------------------------------------------------------


def _month_end(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def _span(moment: Moment, year: int) -> Span | None:
    """Days of a moment in the given year."""
    last_month = _MONTHS
    first_month = 1
    if moment.kind == "day" and moment.month and moment.day:
        if moment.day > calendar.monthrange(year, moment.month)[1]:
            return None
        day = dt.date(year, moment.month, moment.day)
        return Span(day, day)
    if moment.kind == "month" and moment.month:
        first_month = last_month = moment.month
    elif moment.kind == "quarter" and moment.quarter:
        last_month = 3 * moment.quarter
        first_month = last_month - 2
    elif moment.kind == "part" and moment.months:
        if moment.edge == "end":
            first_month = _MONTHS + 1 - moment.months
        else:
            last_month = moment.months
    elif moment.kind in {"month", "quarter", "open"}:
        return None
    return Span(dt.date(year, first_month, 1), _month_end(moment.until or year, last_month))


def _days(moment: Moment, anchor: Anchor, *, ahead: bool) -> Span | None:
    if moment.kind == "term" and moment.year is None:
        return _term(anchor)
    if moment.year is not None:
        return _span(moment, moment.year)
    if moment.this and anchor.day is not None:
        month = anchor.day.month if moment.kind == "month" else None
        return _span(moment._replace(month=month), anchor.day.year)
    return _nearest(moment, anchor, ahead=ahead)


def _term(anchor: Anchor) -> Span | None:
    planned = anchor.planned
    return planned if planned and planned.last.year - planned.first.year > 1 else None


def _nearest(moment: Moment, anchor: Anchor, *, ahead: bool) -> Span | None:
    """Days of a moment without a year: what the document speaks of, else what is nearest."""
    years = _years(anchor)
    spans = [span for year in years if (span := _span(moment, year)) is not None]
    periods = (anchor.planned, anchor.reviewed) if ahead else (anchor.reviewed, anchor.planned)
    near = anchor.day is None or not ahead or moment.kind in {"part", "year"}
    if near:
        for period in periods:
            for span in spans:
                if span.within(period):
                    return span
    day = anchor.day
    if day is None:
        return spans[-1] if spans else None
    if ahead:
        return next((s for s in spans if s.last >= day), None)
    return min(spans, key=lambda s: abs((s.last - day).days), default=None)


def _years(anchor: Anchor) -> tuple[int, ...]:
    if anchor.day is not None:
        this = anchor.day.year
        return (this - 1, this, this + 1) if dt.MINYEAR < this < dt.MAXYEAR else (this,)
    periods = [p for p in (anchor.reviewed, anchor.planned) if p is not None]
    return tuple(sorted({year for p in periods for year in (p.first.year, p.last.year)}))


def last_day(mention: TimeMention, anchor: Anchor) -> dt.date | None:
    """The last day of a time that lies ahead, or None where it cannot be known."""
    return _last_day(mention.moment, anchor)


def _last_day(moment: Moment, anchor: Anchor) -> dt.date | None:
    unclear = moment.edge in {"start", "middle"} and moment.kind != "part"
    span = None if unclear else _days(moment, anchor, ahead=True)
    return span.last if span else None


def resolve(text: str, anchor: Anchor) -> dt.date | None:
    """The last day of a deadline as written, or None where it cannot be known."""
    if year := _year(text.strip()):
        return dt.date(year, _MONTHS, _DAYS)
    days = [day for m in times_of(text) if (day := last_day(m, anchor)) is not None]
    return max(days, default=None)


def _days_of(text: str | None, anchor: Anchor) -> Span | None:
    if not text:
        return None
    if year := _year(text.strip()):
        return _span(Moment("year"), year)
    for mention in times_of(text):
        if (span := _days(mention.moment, anchor, ahead=False)) is not None:
            return span
    return None


# --- tense ---------------------------------------------------------------------------------


def _is_term_before(span: Span, planned: Span) -> bool:
    """Terms share a year: 2015-2020 lies before 2020-2025."""
    return span.first.year < planned.first.year == span.last.year < planned.last.year


_MOSTLY_OVER, _HARDLY_BEGUN = 0.7, 0.3


def tense(mention: TimeMention, anchor: Anchor) -> Tense | None:
    """Whether a time that heads a sentence opens the review or the plan, if it says so."""
    moment = mention.moment
    if moment.tense is not None:
        return moment.tense
    if mention.bound == "since":
        return "past"
    span = _days(moment, anchor, ahead=False)
    return _tense(span, anchor) if span else None


def _tense(span: Span, anchor: Anchor) -> Tense | None:
    planned, reviewed = anchor.planned, anchor.reviewed
    if span == planned and span != reviewed:
        return "future"
    if span.within(reviewed):
        return "past"
    if span.within(planned):
        return "future"
    if reviewed and span.first > reviewed.last:
        return "future"
    if planned and (span.last < planned.first or _is_term_before(span, planned)):
        return "past"
    return _tense_on(span, anchor.day) if anchor.day else None


def _tense_on(span: Span, day: dt.date) -> Tense | None:
    length = (span.last - span.first).days + 1
    over = ((day - span.first).days + 1) / length
    if over >= _MOSTLY_OVER:
        return "past"
    return "future" if over <= _HARDLY_BEGUN else None


# --- deadlines -----------------------------------------------------------------------------


def _inside(mentions: Sequence[TimeMention], first: int, last: int) -> Iterator[TimeMention]:
    for i in range(bisect_left(mentions, first, key=lambda m: m.first), len(mentions)):
        if mentions[i].last > last:
            return
        yield mentions[i]


def _preceded(words: list[str], i: int, phrases: frozenset[tuple[str, ...]]) -> bool:
    return any(tuple(words[max(0, i - n) : i]) in phrases for n in (1, 2, 3))


def _is_condition(words: list[str], first: int, mention: TimeMention) -> bool:
    conditions = _trap("conditions")
    return any(
        (word,) in conditions for word in words[max(first, mention.first - 3) : mention.first]
    )


def _is_paper_date(words: list[str], mention: TimeMention) -> bool:
    if mention.kind != "day" or mention.bound in {"by", "in"}:
        return False
    return "số" in words[max(0, mention.first - 12) : mention.first] or any(
        _preceded(words, mention.first - n, _trap("papers")) for n in (0, 1, 2)
    )


def _heads(words: list[str], first: int, mention: TimeMention) -> bool:
    """A time before the comma that opens a clause frames it rather than bounds it."""
    return mention.first <= first and _at(words, mention.last) in {",", ":"}


def _is_plan(mention: TimeMention, anchor: Anchor | None) -> bool:
    if anchor is None or anchor.planned is None:
        return False
    return _days(mention.moment, anchor, ahead=True) == anchor.planned


def _bounds_action(
    words: list[str], first: int, mention: TimeMention, anchor: Anchor | None
) -> bool:
    kind, bound = mention.kind, mention.bound
    if kind == "open" or bound == "since" or _is_condition(words, first, mention):
        return False
    if bound == "by":
        return _bounds_by(words, first, mention)
    if bound == "in":
        return _bounds_in(words, first, mention, anchor)
    done = _preceded(words, mention.first, _trap("finished"))
    return done and kind in {"day", "month", "quarter"}


def _bounds_by(words: list[str], first: int, mention: TimeMention) -> bool:
    if mention.kind == "year" and mention.moment.edge in {"start", "middle"}:
        return False
    return not (mention.kind == "part" and _heads(words, first, mention))


def _bounds_in(words: list[str], first: int, mention: TimeMention, anchor: Anchor | None) -> bool:
    """A bare "trong năm 2021" is the year of the plan; "hoàn thành trong năm 2021" is a bound."""
    if mention.kind in {"year", "term"}:
        return mention.kind == "year" and _preceded(words, mention.first, _trap("finished"))
    if not _heads(words, first, mention):
        return True
    return mention.kind != "part" and not _is_plan(mention, anchor)


def deadline_in(
    document: Document,
    mentions: Sequence[TimeMention],
    first: int,
    last: int,
    anchor: Anchor | None = None,
) -> TimeMention | None:
    """The time bound that stands on an action in tokens ``[first, last)``, if one does."""
    words = document.tokens.words
    fitting = [
        m
        for m in _inside(mentions, first, last)
        if _bounds_action(words, first, m, anchor) and not _is_paper_date(words, m)
    ]
    return _binding(fitting)


def _ends_target(words: list[str], first: int, mention: TimeMention, anchor: Anchor | None) -> bool:
    if mention.kind == "open" or mention.bound == "since" or _is_paper_date(words, mention):
        return False
    if _preceded(words, mention.first, _trap("compared")) or _is_condition(words, first, mention):
        return False
    edge = mention.moment.edge
    if mention.kind == "term" and mention.bound is None:
        return edge == "end"
    if edge == "start" and mention.kind != "part":
        return False
    if mention.bound is not None:
        return True
    named = _preceded(words, mention.first, _trap("named"))
    return not named and anchor is not None and tense(mention, anchor) == "future"


def _binding(fitting: Sequence[TimeMention]) -> TimeMention | None:
    """The first time that says "by when", else the first."""
    return next((m for m in fitting if m.bound == "by"), fitting[0] if fitting else None)


def target_deadline_in(
    document: Document,
    mentions: Sequence[TimeMention],
    first: int,
    last: int,
    anchor: Anchor | None = None,
) -> TimeMention | None:
    """The end stated for a target in tokens ``[first, last)``, if one is."""
    words = document.tokens.words
    fitting = [m for m in _inside(mentions, first, last) if _ends_target(words, first, m, anchor)]
    return _binding(fitting)
