"""The frame of a report: which place, which body, what meeting, when, who led, for which periods.

Read from the headline and the first lines of the body; nothing further down is asked, except for
the years of review and plan where the opening names only one of them.
"""

import datetime as dt
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import islice
from operator import attrgetter
from typing import NamedTuple

from schemas.summary import Chair, Context
from summarizer.documents import Document
from summarizer.folding import match_key
from summarizer.layout import Layout, Line
from summarizer.letterhead import read_letterhead, running_place
from summarizer.lexicon import Lexicon, language
from summarizer.people import BodyMention, PersonMention, find_bodies
from summarizer.times import Anchor, Moment, TimeMention, tense

_OPENING_LINES = 3
_OPENING_SENTENCES = 7  # the dateline and six beside it
_OPENING_TOKENS = 400  # a text without line breaks is one long line
_CHAIR_REACH = 8  # tokens between "chủ trì" and the person
_CUE_REACH = 24  # tokens between "đại hội" and its term
_LATE, _EARLY = 10, 3  # months of meetings that look back on the year, or on the year before


class _Words(NamedTuple):
    nouns: Lexicon[bool]
    verbs: Lexicon[bool]
    sessions: Lexicon[bool]
    meets: Lexicon[bool]
    purposes: Lexicon[bool]
    ends: Lexicon[bool]
    bases: Lexicon[bool]
    chairs: Lexicon[bool]
    between: frozenset[str]
    guests: Lexicon[bool]
    cues: Lexicon[str]
    terms: Lexicon[bool]
    committees: dict[str, str]


def _phrases(phrases: Sequence[str]) -> Lexicon[bool]:
    return Lexicon((phrase, True) for phrase in phrases)


@cache
def _words() -> _Words:
    data = language("context")
    events, periods = data["events"], data["periods"]
    cues = [(p, kind) for kind in ("review", "plan") for p in periods[kind]]
    return _Words(
        nouns=_phrases(events["noun"]),
        verbs=_phrases(events["verb"]),
        sessions=_phrases(events["session"]),
        meets=_phrases(events["meet"]),
        purposes=_phrases(events["purpose"]),
        ends=_phrases(events["ends"]),
        bases=_phrases(events["basis"]),
        chairs=_phrases(data["chairs"]["cues"]),
        between=frozenset(data["chairs"]["between"]),
        guests=_phrases(data["guests"]["before"]),
        cues=Lexicon(cues),
        terms=_phrases(periods["terms"]),
        committees={match_key(k): v for k, v in data["committees"].items()},
    )


class _Stretch(NamedTuple):
    """Tokens ``[first, last)``."""

    first: int
    last: int

    def holds(self, position: int) -> bool:
        return self.first <= position < self.last


_first: Callable[[TimeMention | BodyMention], int] = attrgetter("first")


@dataclass(frozen=True)
class _Opening:
    """The headline and the first sentences."""

    document: Document
    layout: Layout
    times: Sequence[TimeMention]
    people: Sequence[PersonMention]
    bodies: Sequence[BodyMention]

    @cached_property
    def words(self) -> list[str]:
        return self.document.tokens.words

    @cached_property
    def title(self) -> _Stretch | None:
        line = next((line for line in self.layout.lines if line.kind == "title"), None)
        return _Stretch(line.first, line.last) if line else None

    @cached_property
    def letterhead(self) -> list[_Stretch]:
        """The first line of a paper where it names whose paper it is."""
        first = next(iter(self.layout.lines), None)
        if first is None or first.kind != "furniture":
            return []
        above = self.document.folded.text[first.start : first.end]
        return [_Stretch(first.first, first.last)] if above.isupper() else []

    @cached_property
    def lines(self) -> list[_Stretch]:
        told: list[Line] = []
        for line in self.layout.lines:
            if line.kind in {"body", "item"}:
                told.append(line)
                if len(told) == _OPENING_LINES:
                    break
        return [_Stretch(t.first, min(t.last, t.first + _OPENING_TOKENS)) for t in told]

    @cached_property
    def sentences(self) -> list[_Stretch]:
        told = (sentence for line in self.lines for sentence in self._sentences(line))
        return list(islice(told, _OPENING_SENTENCES))

    def _sentences(self, line: _Stretch) -> Iterator[_Stretch]:
        first = line.first
        for i, word in enumerate(self.words[line.first : line.last], line.first):
            if word in {".", ";"} and self._ends_sentence(i, line.last):
                yield _Stretch(first, i)
                first = i + 1
        if first < line.last:
            yield _Stretch(first, line.last)

    def _ends_sentence(self, i: int, last: int) -> bool:
        if self.words[i] == ";" or i + 1 >= last:
            return True
        tokens = self.document.tokens
        glued = tokens.starts[i + 1] == tokens.ends[i]
        return not (glued or self.words[i - 1] in {"tx", "tp", "tt", "đ", "ub", "q"})

    @cached_property
    def dateline(self) -> _Stretch | None:
        """The sentence that tells of the meeting: it has its day, else its name."""
        dated = (s for s in self.sentences[:4] if self.day_in(s) is not None)
        named = (s for s in self.sentences[:3] if self.event_at(s) is not None)
        return next(dated, None) or next(named, None)

    def times_in(self, stretch: _Stretch) -> list[TimeMention]:
        times = self.times
        low = bisect_left(times, stretch.first, key=_first)
        high = bisect_left(times, stretch.last, low, key=_first)
        return list(times[low:high])

    def day_in(self, stretch: _Stretch) -> TimeMention | None:
        """The first day that is neither a bound nor the date of a paper."""
        for mention in self.times_in(stretch):
            told = mention.kind == "day" and mention.bound in {None, "in"}
            if told and not self._dates_paper(mention):
                return mention
        return None

    def _dates_paper(self, mention: TimeMention) -> bool:
        before = self.words[max(0, mention.first - 10) : mention.first]
        return "số" in before and not {"ngày", "sáng", "chiều", "tối"} & set(
            self.words[mention.first - 2 : mention.first]
        )

    def event_at(self, stretch: _Stretch) -> _Stretch | None:
        """The words that name the meeting: a noun if one stands, else a verb."""
        return self.event_in(stretch, _words().nouns) or self.event_in(stretch, _words().verbs)

    def event_in(self, stretch: _Stretch, lexicon: Lexicon[bool]) -> _Stretch | None:
        """The first of the given words that names a meeting."""
        for hit in lexicon.scan(self.words, stretch.first, stretch.last):
            room = hit.first and self.words[hit.first - 1] in {"phòng", "chủ"}
            if not room and not self._inside_person(hit.first) and not self._is_basis(stretch):
                return _Stretch(hit.first, hit.last)
        return None

    def _is_basis(self, stretch: _Stretch) -> bool:
        """Whether it names papers to rest on ("Căn cứ Nghị quyết …"), and only their meetings."""
        return _words().bases.at(self.words, stretch.first, stretch.last) is not None

    @cached_property
    def _person_tokens(self) -> frozenset[int]:
        reach = max((line.last for line in self.lines), default=0)
        near = (p for p in self.people if p.first < reach)
        return frozenset(i for p in near for i in range(p.first, p.last))

    def _inside_person(self, i: int) -> bool:
        return i in self._person_tokens

    def slice(self, first: int, last: int) -> str:
        tokens = self.document.tokens
        return self.document.folded.text[tokens.starts[first] : tokens.ends[last - 1]]

    @cached_property
    def hosts(self) -> list[BodyMention]:
        """Bodies and places that may speak, from the heads and the first sentences."""
        reach = max((line.last for line in self.lines[:2]), default=0)
        return self.hosts_in([*self.heads, *(s for s in self.sentences[:2] if s.first < reach)])

    @cached_property
    def heads(self) -> list[_Stretch]:
        """Dateline, headline and letterhead."""
        return [s for s in (self.dateline, self.title, *self.letterhead) if s is not None]

    def hosts_in(self, stretches: Sequence[_Stretch]) -> list[BodyMention]:
        """Bodies and places that may speak, in order of the stretches."""
        hosts = {stretch: self._hosts_in(stretch) for stretch in dict.fromkeys(stretches)}
        return [host for stretch in stretches for host in hosts[stretch]]

    def _hosts_in(self, stretch: _Stretch) -> list[BodyMention]:
        """Bodies of a stretch without guests and posts."""
        return [
            body
            for body in self._bodies_in(stretch)
            if not self._inside_person(body.first) and not self._guest(body)
        ]

    def _bodies_in(self, stretch: _Stretch) -> Sequence[BodyMention]:
        """Bodies that begin in a stretch; read anew where one runs into it."""
        bodies = self.bodies
        low = bisect_left(bodies, stretch.first, key=_first)
        if low and bodies[low - 1].last > stretch.first:
            return find_bodies(self.document, stretch.first, stretch.last)
        return bodies[low : bisect_left(bodies, stretch.last, low, key=_first)]

    def _guest(self, body: BodyMention) -> bool:
        words = self.words
        return any(
            (hit := _words().guests.at(words, i)) is not None and hit.last == body.first
            for i in range(max(0, body.first - 2), body.first)
        )


# --- day -----------------------------------------------------------------------------------


def _held_on(opening: _Opening) -> dt.date | None:
    mention = opening.day_in(opening.dateline) if opening.dateline else None
    if mention is None:
        return None
    moment = mention.moment
    if moment.month is None or moment.day is None:
        return None
    year = moment.year or _year_of(opening, moment.month, moment.day)
    return _date(year, moment.month, moment.day) if year else None


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _year_of(opening: _Opening, month: int, day: int) -> int | None:
    """The year of a day told without one: by the stamp, checked against the years reported on."""
    years = _report_years(opening)
    published = opening.layout.published_on
    if published is not None:
        held = _date(published.year, month, day)
        early = held is not None and held <= published + dt.timedelta(days=7)
        year = published.year if early else published.year - 1
        # A page put up again years later has a stamp that says nothing of the meeting.
        ahead = bool(years) and (min(years) < max(years) or _looks_ahead(opening))
        if not years or year <= max(years) + (not ahead):
            return year
    if not years:
        return None
    return _year_by_report(opening, years, month)


def _year_by_report(opening: _Opening, years: list[int], month: int) -> int:
    """A January meeting speaks of last year and this one, a December meeting of this and next."""
    latest, earliest = max(years), min(years)
    if latest > earliest:
        return latest if month <= _EARLY else latest - 1
    planned = _looks_ahead(opening)
    if month >= _LATE and planned:
        return latest - 1
    return latest + 1 if month <= _EARLY and not planned else latest


def _looks_ahead(opening: _Opening) -> bool:
    stretches = [s for s in (opening.title, opening.dateline) if s is not None]
    roles = {role for s in stretches for _, role in _roles(opening, s)}
    return "plan" in roles and "review" not in roles


def _report_years(opening: _Opening) -> list[int]:
    """Years that headline and dateline speak of, no terms and no days."""
    stretches = [s for s in (opening.title, opening.dateline) if s is not None]
    years = _years_in(opening, stretches)
    return years or _years_in(opening, opening.lines)


def _years_in(opening: _Opening, stretches: list[_Stretch]) -> list[int]:
    return [
        t.moment.year
        for s in stretches
        for t in opening.times_in(s)
        if t.moment.year is not None and t.kind != "term" and not _is_old(opening, t)
    ]


def _is_old(opening: _Opening, mention: TimeMention) -> bool:
    """A year of comparison ("so với năm 2019") or of a paper."""
    before = opening.words[max(0, mention.first - 3) : mention.first]
    return bool({"so", "kỳ"} & set(before)) or mention.kind == "day" or mention.bound == "by"


# --- periods -------------------------------------------------------------------------------


def _roles(opening: _Opening, stretch: _Stretch) -> Iterator[tuple[TimeMention, str]]:
    """Times of a stretch with what they are spoken of for: ``review`` or ``plan``."""
    cues = list(_words().cues.scan(opening.words, stretch.first, stretch.last))
    since, role = stretch.first, None
    for mention in opening.times_in(stretch):
        if mention.kind in {"day", "open"} or _is_old(opening, mention):
            continue
        if mention.kind == "term":
            if _is_planned_term(opening, stretch, mention):
                yield mention, "plan"
            continue
        # "đánh giá nhiệm vụ tháng 1": the first cue since the time before says what for.
        role = next((c.entry for c in cues if since <= c.first and c.last <= mention.core), role)
        since = mention.last
        if role is not None:
            yield mention, role


def _is_planned_term(opening: _Opening, stretch: _Stretch, mention: TimeMention) -> bool:
    if mention.moment.year is None:
        return False
    before = max(stretch.first, mention.first - _CUE_REACH)
    hits = list(_words().terms.scan(opening.words, before, mention.first))
    council = {"khóa", "hđnd"} & set(
        opening.words[max(stretch.first, mention.first - 6) : mention.first]
    )
    return bool(hits) and not council


@dataclass(slots=True)
class _Periods:
    review: TimeMention | None = None
    plan: TimeMention | None = None


def _periods(opening: _Opening, anchor: Anchor) -> _Periods:
    """Period under review and coming period, from headline and dateline, then from the body."""
    found = _Periods()
    stretches = [s for s in (opening.dateline, opening.title) if s is not None]
    stretches += [s for s in opening.sentences if s != opening.dateline][:6]
    for number, stretch in enumerate(stretches):
        _take(found, list(_roles(opening, stretch)), anchor)
        if number >= 1 and found.plan and found.review:
            break
    _complete(found, opening, anchor)
    return found


def _take(found: _Periods, roles: list[tuple[TimeMention, str]], anchor: Anchor) -> None:
    reviews = [m for m, role in roles if role == "review"]
    plans = [m for m, role in roles if role == "plan"]
    if not reviews and len(plans) > 1 and plans[0].moment != plans[-1].moment:
        reviews, plans = plans[:1], plans[1:]  # "nhiệm vụ năm 2020 và phương hướng năm 2021"
    if found.review is None and reviews:
        found.review = max(reviews, key=lambda m: _length(m.moment))
    if found.plan is None:
        found.plan = next((m for m in plans if not _same(m, found.review, anchor)), None)


def _length(moment: Moment) -> int:
    return {"month": 1, "quarter": 3, "part": moment.months or 0, "year": 12}.get(moment.kind, 60)


def _same(one: TimeMention, other: TimeMention | None, anchor: Anchor) -> bool:
    return other is not None and _name(one, anchor) == _name(other, anchor)


def _complete(found: _Periods, opening: _Opening, anchor: Anchor) -> None:
    """What heads a sentence of the body tells the period that the opening leaves out."""
    if found.review is not None and found.plan is not None:
        return
    for mention in _heading_times(opening):
        if _same(mention, found.plan, anchor) or _same(mention, found.review, anchor):
            continue
        if found.plan is not None and found.review is None:
            if _precedes(mention, found.plan):
                found.review = mention
        elif found.review is not None and found.plan is None:
            if _precedes(found.review, mention):
                found.plan = mention
        elif found.review is None and tense(mention, anchor) != "future":
            found.review = mention


def _heading_times(opening: _Opening) -> Iterator[TimeMention]:
    """Times that open a line or a sentence, and those set off by commas near its head."""
    words = opening.words
    heads = {line.first for line in opening.layout.lines}
    for mention in opening.times:
        if mention.kind in {"day", "open"} or mention.bound not in {None, "in"}:
            continue
        before = words[mention.first - 1] if mention.first else "\n"
        set_off = before == "," and words[mention.last : mention.last + 1] == [","]
        opens = before in {"\n", ".", ";", ")", ":"} or mention.first in heads
        if opens or set_off or mention.bound == "in":
            yield mention


def _opening_past(opening: _Opening) -> str | None:
    """A period without a calendar: "nhiệm kỳ qua", "từ đầu năm đến nay"."""
    heads = {line.first for line in opening.layout.lines if line.kind in {"body", "item"}}
    for mention in opening.times:
        if mention.first in heads and mention.moment.tense == "past":
            return opening.slice(mention.first, mention.last).lower()
    return None


def _precedes(one: TimeMention, other: TimeMention) -> bool:
    """Whether the first period ends where the second begins, as far as both are told."""
    a, b = one.moment, other.moment
    if a.kind == "term" and b.kind == "term":
        return a.year is not None and a.until is not None and a.until == b.year
    if "term" in {a.kind, b.kind}:
        return False
    if a.year is not None and b.year is not None and a.year != b.year:
        return a.year + 1 == b.year and {a.kind, b.kind} == {"year"}
    opens = a.kind == "part" and a.edge != "end"
    return opens and (b.edge == "end" or b.kind in {"quarter", "year"})


def _name(mention: TimeMention, anchor: Anchor, year: int | None = None) -> str | None:
    """A period as the summary names it: "2021", "6 tháng cuối năm 2022", "2020 - 2025"."""
    moment = mention.moment
    when = moment.year or year or (anchor.day.year if anchor.day else None)
    told = f" năm {when}" if when else ""
    match moment.kind:
        case "year":
            return str(when) if when else None
        case "term" if moment.year and moment.until:
            return f"{moment.year} - {moment.until}"
        case "quarter":
            return f"quý {('I', 'II', 'III', 'IV')[(moment.quarter or 1) - 1]}{told}"
        case "month" if moment.month:
            return f"tháng {moment.month}{told}"
        case "part" if moment.months:
            side = {"end": " cuối", "start": " đầu"}.get(moment.edge or "", "")
            return f"{moment.months} tháng{side} năm {when}" if when else None
    return None


# --- place, body, meeting, chair ------------------------------------------------------------


def _locality(opening: _Opening) -> str | None:
    places = (_place_of(opening, body) for body in opening.hosts)
    return next((place for place in places if place is not None), None)


def _place_of(opening: _Opening, body: BodyMention) -> str | None:
    if body.place is not None:
        opens = body.kind == "place" and body.place == body.name
        if body.place.isupper() or (opens and _opens_sentence(opening, body)):
            return _lowered(body.place)
        return body.place
    key = match_key(body.name)
    for committee, level in _words().committees.items():
        at = key.find(committee + " ")
        name = body.name[at + len(committee) + 1 :] if at >= 0 else ""
        if name[:1].isupper():
            return f"{level} {name}"
    return None


def _opens_sentence(opening: _Opening, body: BodyMention) -> bool:
    return body.first == 0 or opening.words[body.first - 1] in {"\n", ".", ":", ")", "null", "-"}


def _lowered(name: str) -> str:
    """As running text writes "Huyện Phú Cần" and "HUYỆN PHÚ CẦN"."""
    if name.isupper() and len(name.split()) > 1:
        return running_place(name)
    return name if name[:2].isupper() else name[:1].lower() + name[1:]


def _body(opening: _Opening) -> str | None:
    """Who met: named itself, else by the head who led, else by the place."""
    heads = opening.hosts_in(opening.heads)
    return (
        _named_body(opening, heads)
        or (None if _named_place(opening, heads) else _body_of_post(opening, opening.heads))
        or _named_body(opening, opening.hosts)
        or _named_place(opening, opening.hosts)
        or _body_of_post(opening, opening.lines)
    )


def _named_body(opening: _Opening, hosts: list[BodyMention]) -> str | None:
    bodies = [b for b in hosts if b.kind == "body"]
    if not bodies:
        return None
    name = _short(opening, _joined(opening, hosts, bodies[0], bodies))
    return _as_running(opening, name) if name.isupper() else name


def _as_running(opening: _Opening, name: str) -> str:
    """A body in capitals as the text beside it writes it, if it does."""
    key = match_key(name)
    running = (b.name for b in opening.hosts if b.kind == "body" and not b.name.isupper())
    return next((other for other in running if key.startswith(match_key(other))), name)


def _named_place(opening: _Opening, hosts: list[BodyMention]) -> str | None:
    places = [b for b in hosts if not b.bare]
    return _place_of(opening, places[0]) if places else None


def _joined(
    opening: _Opening, hosts: list[BodyMention], body: BodyMention, bodies: list[BodyMention]
) -> str:
    """The body with its fellows ("Huyện ủy, UBND huyện"), at its fullest naming."""
    opening_words = match_key(body.name) + " "
    names = dict.fromkeys(b.name for b in bodies if len(b.name) > len(body.name))
    fuller = [name for name in names if match_key(name).startswith(opening_words)]
    following = next((b for b in hosts if b.first == body.last + 1), None)
    if (
        following is not None
        and following.kind == "body"
        and opening.words[body.last] in {",", "-"}
    ):
        return opening.slice(body.first, following.last)
    return fuller[0] if fuller else body.name


def _short(opening: _Opening, name: str) -> str:
    """The short name of a people's committee where the report uses it too."""
    long = "Ủy ban nhân dân"
    return name.replace(long, "UBND") if "ubnd" in opening.words else name


def _body_of_post(opening: _Opening, stretches: Sequence[_Stretch]) -> str | None:
    """A body speaks through its head: "Chủ tịch UBND huyện vừa có công văn"."""
    for person in opening.people:
        if any(stretch.holds(person.first) for stretch in stretches):
            inside = find_bodies(opening.document, person.first, person.last)
            # A guest from above is no host.
            names = (b.name for b in inside if b.kind == "body" and "tỉnh" not in match_key(b.name))
            if (name := next(names, None)) is not None:
                return name
    return None


def _event(opening: _Opening) -> str | None:
    for stretch, lexicon in _event_places(opening):
        event = opening.event_in(stretch, lexicon)
        if event is None:
            continue
        name = _event_name(opening, stretch, event)
        if " " in name:  # "họp" alone names nothing
            return name
    return None


def _event_places(opening: _Opening) -> Iterator[tuple[_Stretch, Lexicon[bool]]]:
    """Where the meeting is named best: sessions in the headline, meetings in the dateline."""
    words = _words()
    title, dateline = opening.title, opening.dateline
    if title is not None:
        yield title, words.sessions
    if dateline is not None:
        yield dateline, words.nouns
    if title is not None:
        yield title, words.meets
    if dateline is not None:
        yield dateline, words.verbs
    if title is not None:
        yield title, words.nouns
        yield title, words.verbs


def _event_name(opening: _Opening, stretch: _Stretch, event: _Stretch) -> str:
    words = opening.words
    last = stretch.last
    session = _words().sessions.at(words, event.first, event.last) is not None
    for hit in _words().ends.scan(words, event.last, stretch.last):
        if words[hit.first - 1] == "," or words[hit.first] in _NEW_CLAUSE:
            last = hit.first
            break
    if session:
        last = _session_end(opening, event.last, last)
    while last > event.last and words[last - 1] in {",", ".", ";", ":", "-"}:
        last -= 1
    name = opening.slice(event.first, last).replace("\n", " ")
    # "họp kỳ thứ 5" is "kỳ họp thứ 5".
    return "kỳ họp" + name[len("họp kỳ") :] if match_key(name).startswith("họp kỳ ") else name


_NEW_CLAUSE = frozenset({"do", "dưới", "với", "được", "vừa", "là"})


def _session_end(opening: _Opening, first: int, last: int) -> int:
    """A session is named by number, council and term; what it discussed is not its name."""
    words = opening.words
    for i in range(first, last):
        purpose = _words().purposes.at(words, i)
        if purpose is not None and (words[i - 1] == "," or words[i] == "về"):
            return i
    return last


def _chair(opening: _Opening) -> Chair | None:
    for line in opening.lines:
        for hit in _words().chairs.scan(opening.words, line.first, line.last):
            person = _led_by(opening, hit.first, hit.last)
            if person is not None and person.person.name not in person.person.posts:
                return Chair(name=person.person.name, posts=person.person.posts)
    return None


def _led_by(opening: _Opening, first: int, last: int) -> PersonMention | None:
    for person in opening.people:
        if person.last <= first <= person.last + 2 and _plain(opening, person.last, first):
            return person
        if last <= person.first <= last + _CHAIR_REACH and _plain(opening, last, person.first):
            return person
    return None


def _plain(opening: _Opening, first: int, last: int) -> bool:
    return all(word in _words().between for word in opening.words[first:last])


def _stamp_year(opening: _Opening) -> int | None:
    """The year of a stamp that tells no day."""
    for line in opening.layout.lines:
        if line.kind == "stamp":
            for word in opening.words[line.first : line.last]:
                if len(word) == 4 and word.startswith("20") and word.isdecimal():  # noqa: PLR2004
                    return int(word)
    return None


# --- all of it -----------------------------------------------------------------------------


def read_context(
    document: Document,
    layout: Layout,
    times: Sequence[TimeMention],
    people: Sequence[PersonMention],
    bodies: Sequence[BodyMention] | None = None,
) -> tuple[Context, Anchor]:
    """The frame of a report, and the anchor that supplies years left out."""
    if bodies is None:
        bodies = find_bodies(document)
    opening = _Opening(document, layout, times, people, bodies)
    held_on = _held_on(opening)
    published_on = layout.published_on
    bare = Anchor(held_on, published_on)
    periods = _periods(opening, bare)
    year = max(_report_years(opening), default=None) or _stamp_year(opening)
    period = _name(periods.review, bare, year) if periods.review else _opening_past(opening)
    plan_period = _name(periods.plan, bare, year) if periods.plan else None
    head = read_letterhead(document)
    context = Context(
        locality=head.locality if head and head.locality else _locality(opening),
        body=head.body if head else _body(opening),
        event=_event(opening),
        held_on=held_on,
        chair=_chair(opening),
        period=period,
        plan_period=plan_period,
    )
    return context, Anchor(held_on, published_on, period, plan_period)
