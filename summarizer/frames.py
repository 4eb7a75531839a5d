"""Frames: how each stretch of a report is to be read.

Every semicolon member of the text collects weights from cues (``language/cues.toml``) and from what
other modules found in it: times, leads, figures, the verb at its head. The frames of all members are
then decided together: the sequence with the largest sum of weights less the price of every change
of frame, found by the Viterbi algorithm (Viterbi 1967). A change is dear inside a sentence, cheaper
at a new one and cheapest at a new paragraph (``language/frames.toml``).
"""

from bisect import bisect_left
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from summarizer.clauses import ACT, Clause
from summarizer.framing import FRAMES, Cue, Frame, cues, weights_of
from summarizer.leads import PURPOSES, Lead
from summarizer.lexicon import language
from summarizer.openings import opening
from summarizer.people import PersonMention
from summarizer.times import Anchor, TimeMention, tense

_INDEX = {frame: i for i, frame in enumerate(FRAMES)}
Weights = Sequence[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Reason:
    """One weight: the cue, the frame it speaks for, how strongly."""

    cue: str
    label: str
    weight: float


@dataclass(slots=True)
class Member:
    """A semicolon member: its clauses, the cues in it, its weights; filled while reading."""

    clauses: list[Clause]
    head: int
    boundary: int  # 0 inside a sentence, 1 new sentence, 2 new paragraph
    lead: Lead | None = None
    purpose: bool = False  # opens with "để", "nhằm"
    spoken: bool = False  # inside somebody's speech
    introduces: bool = False  # a colon follows: it only opens the list behind it
    frame: Frame = "aside"
    scores: list[float] = field(default_factory=lambda: [0.0] * len(FRAMES))
    reasons: list[Reason] = field(default_factory=list)
    marks: set[str] = field(default_factory=set)
    counted: set[str] = field(default_factory=set)
    marked: dict[int, frozenset[str]] = field(default_factory=dict)

    @property
    def first(self) -> int:
        """First token."""
        return self.clauses[0].first

    @property
    def last(self) -> int:
        """Token after the last one."""
        return self.clauses[-1].last

    def add(self, cue: str, weights: Iterable[tuple[int, float]]) -> None:
        """Count weights for a cue."""
        for index, weight in weights:
            self.scores[index] += weight
            self.reasons.append(Reason(cue, FRAMES[index], weight))


def read_frames(
    words: list[str],
    clauses: Sequence[Clause],
    leads: Sequence[Lead],
    times: Sequence[TimeMention],
    anchor: Anchor,
    verbs: bytes,
    people: Sequence[PersonMention],
    offices: Container[int],
) -> list[Member]:
    """Members of the text with their frames decided."""
    members = _members(words, clauses, times)
    _weigh(words, members, leads, times, anchor, verbs, [p.first for p in people], offices)
    _decide(members)
    return members


def _members(
    words: list[str], clauses: Sequence[Clause], times: Sequence[TimeMention]
) -> list[Member]:
    by_first = {t.first: t for t in times}
    members: list[Member] = []
    sentence, chain, line_kind = -2, -2, ""
    previous_end = 0
    for clause in clauses:
        if clause.sentence < 0:
            sentence = -2
            continue
        if clause.chain == chain:
            members[-1].clauses.append(clause)
        else:
            boundary = 0
            if clause.sentence != sentence:
                new_line = any(w == "\n" for w in words[previous_end : clause.first])
                boundary = 2 if new_line or not members else 1
            head = opening(words, by_first, clause.first, clause.last)
            purpose = head < clause.last and words[head] in PURPOSES
            members.append(Member([clause], head, boundary, purpose=purpose))
        members[-1].introduces = clause.last < len(words) and words[clause.last] == ":"
        sentence, chain, line_kind = clause.sentence, clause.chain, clause.kind
        previous_end = clause.last
    return members


# ---- weights ------------------------------------------------------------------------------------


def _weigh(
    words: list[str],
    members: Sequence[Member],
    leads: Sequence[Lead],
    times: Sequence[TimeMention],
    anchor: Anchor,
    verbs: bytes,
    people: Sequence[int],
    offices: Container[int],
) -> None:
    prices = _prices()
    lead_at = iter(leads)
    lead = next(lead_at, None)
    time_at = 0
    cue_hits = cues().scan(words)
    hit = next(cue_hits, None)
    speaking = heard = ordered = begun = False
    day_sentence = -1
    listing = _Listing()
    for position, member in enumerate(members):
        figure_at = min((c.figures[0].first for c in member.clauses if c.figures), default=member.last)
        while hit is not None and hit.first < member.first:
            hit = next(cue_hits, None)
        while hit is not None and hit.first < member.last:
            for cue in hit.entry:
                _count(member, cue, hit.first, figure_at)
            hit = next(cue_hits, None)
        while lead is not None and lead.verb < member.first:
            lead = next(lead_at, None)
        if lead is not None and lead.verb < member.last:
            member.lead = lead
            member.add(f"lead:{lead.kind}", prices.leads[lead.kind])
        while time_at < len(times) and times[time_at].first < member.first:
            time_at += 1
        at = time_at
        at_end = time_at
        while at_end < len(times) and times[at_end].first < member.last:
            at_end += 1
        while at < len(times) and times[at].first < min(figure_at, member.last):
            time = times[at]
            at += 1
            if time.first < member.head and time.kind == "day" and time.bound is None:
                day_sentence = member.clauses[0].sentence
            if time.first < member.head and (said := tense(time, anchor)) is not None:
                member.add(f"time:{said}", prices.tenses[said])
        if day_sentence == member.clauses[0].sentence:
            member.add("day of an event", prices.event_day)
            if not begun:
                member.add("dateline", prices.dateline)
        elif member.clauses[0].kind in ("body", "item"):
            begun = True
        _weigh_figures(member, prices)
        if member.lead is None and _names_people(member, people):
            member.add("names people", prices.names_people)
        if member.head < member.last and verbs[member.head] & ACT:
            member.add("verb first", prices.verb_first)
        elif member.head < member.last and member.head in offices:
            member.add("office first", prices.office_first)
        if any(t.bound == "by" and t.kind in ("day", "month", "quarter") for t in times[time_at:at_end]):
            member.add("due", prices.due)
        listing = listing.over(member, members[position + 1 : position + 2])
        if listing.frame is not None:
            member.add("list goes on", prices.listing[listing.frame])
            if listing.by_heading and listing.frame not in ("talk", "aside"):
                member.add("under a heading", prices.listing[listing.frame])
        speaking = _speech(member, speaking)
        if member.lead is not None and member.lead.kind in ("order", "say", "praise"):
            ordered = member.lead.kind == "order"
        if speaking:
            heard = heard and member.boundary < PARAGRAPH
            member.spoken = heard or member.lead is not None
            heard = member.spoken
            if heard and ordered:
                member.add("orders go on", prices.orders_go_on)
            elif heard:
                member.add("speech goes on", prices.speech_goes_on)
        else:
            heard = False
            member.add("nobody speaks", prices.nobody_speaks)
        if position == 0:
            member.add("opens the page", prices.opening)


@dataclass(frozen=True, slots=True)
class _Listing:
    """The frame that a heading or a lead with a colon opened for the list behind it."""

    frame: Frame | None = None
    by_heading: bool = False

    def over(self, member: Member, following: Sequence[Member]) -> "_Listing":
        """The listing that holds at a member."""
        if member.clauses[0].kind == "heading":
            frame = _strongest(member)
            return self if frame is None else _Listing(frame, by_heading=True)
        if member.lead is not None and member.lead.kind in ("goal", "task"):
            if member.boundary == 0:
                return self
            return _Listing("goals" if member.lead.kind == "goal" else "tasks", self.by_heading)
        if member.introduces and (frame := _strongest(member)) is not None:
            by_line = bool(following) and following[0].boundary == PARAGRAPH
            return _Listing(frame, self.by_heading or by_line)
        if member.lead is not None or member.purpose or (member.boundary == PARAGRAPH and not self.by_heading):
            return _Listing()
        return self


PARAGRAPH = 2


def _strongest(member: Member) -> Frame | None:
    best = max(_LISTED, key=member.scores.__getitem__)
    return FRAMES[best] if member.scores[best] >= _DECIDED else None


_LISTED = tuple(_INDEX[f] for f in ("results", "faults", "goals", "tasks", "talk", "aside"))
_DECIDED = 2.5  # a heading or lead with less says nothing about the list behind it


def _count(member: Member, cue: Cue, at: int, figure_at: int) -> None:
    if cue.at == "first" and at > member.head:
        return
    opens = member.boundary > 0
    if cue.at == "heading":
        if member.clauses[0].kind == "heading":
            member.add(cue.name, cue.weights)
        return
    if cue.at == "any" or (at < figure_at and (cue.at in ("head", "first") or opens)):
        if cue.at == "head" and at > member.head + _HEAD:
            return
        if member.purpose and any(i == _INDEX["goals"] for i, _ in cue.weights):
            return  # "Để đạt các chỉ tiêu trên, …" sets no ends
        if cue.name not in member.counted:  # said twice is not said louder
            member.counted.add(cue.name)
            member.add(cue.name, cue.weights)
        if cue.marks:
            member.marks |= cue.marks
            member.marked[at] = cue.marks


_HEAD = 8  # tokens that still count as the head of a clause


def _names_people(member: Member, people: Sequence[int]) -> bool:
    at = bisect_left(people, member.first)
    return at < len(people) and people[at] < member.last


def _weigh_figures(member: Member, prices: "_Prices") -> None:
    roles = {f.role for c in member.clauses for f in c.figures}
    if not roles:
        return
    member.add("figure", prices.figure)
    if roles & {"of_previous", "baseline"}:
        member.add("compared", prices.compared)
    elif "of_plan" in roles:
        member.add("share of plan", prices.of_plan)


def _speech(member: Member, speaking: bool) -> bool:
    if member.lead is not None and member.lead.kind in ("order", "say", "praise"):
        return True
    if member.boundary == 2 and "ends_speech" in member.marks:  # noqa: PLR2004 - see Member
        return False
    return speaking


# ---- decision -----------------------------------------------------------------------------------


def _decide(members: Sequence[Member]) -> None:
    """Viterbi over frames; leaving and entering are priced apart, so a step costs O(frames)."""
    if not members:
        return
    prices = _prices()
    scores = list(members[0].scores)
    came_from: list[list[int]] = []
    for member in members[1:]:
        leave = prices.leave[member.boundary]
        left = [s - leave[i] for i, s in enumerate(scores)]
        best = max(range(len(left)), key=left.__getitem__)
        origin: list[int] = []
        following: list[float] = []
        for i, own in enumerate(member.scores):
            moved = left[best] - prices.enter[i]
            if best != i and moved > scores[i]:
                origin.append(best)
                following.append(moved + own)
            else:
                origin.append(i)
                following.append(scores[i] + own)
        scores = following
        came_from.append(origin)
    at = max(range(len(scores)), key=scores.__getitem__)
    for position in range(len(members) - 1, -1, -1):
        members[position].frame = FRAMES[at]
        if position:
            at = came_from[position - 1][at]


# ---- data ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Prices:
    leads: Mapping[str, Weights]
    tenses: Mapping[str, Weights]
    figure: Weights
    compared: Weights
    of_plan: Weights
    verb_first: Weights
    nobody_speaks: Weights
    speech_goes_on: Weights
    orders_go_on: Weights
    opening: Weights
    names_people: Weights
    event_day: Weights
    dateline: Weights
    office_first: Weights
    due: Weights
    listing: Mapping[str, Weights]
    leave: tuple[tuple[float, ...], ...]
    enter: tuple[float, ...]


@cache
def _prices() -> _Prices:
    data = language("frames")
    leave = tuple(
        tuple(float(data["leave"][kind].get(f, data["leave"][kind]["else"])) for f in FRAMES)
        for kind in ("member", "sentence", "paragraph")
    )
    found = data["found"]
    return _Prices(
        leads={kind: weights_of(found["lead"][kind]) for kind in found["lead"]},
        tenses={kind: weights_of(found["time"][kind]) for kind in found["time"]},
        figure=weights_of(found["figure"]),
        compared=weights_of(found["compared"]),
        of_plan=weights_of(found["of_plan"]),
        verb_first=weights_of(found["verb_first"]),
        nobody_speaks=weights_of(found["nobody_speaks"]),
        speech_goes_on=weights_of(found["speech_goes_on"]),
        orders_go_on=weights_of(found["orders_go_on"]),
        opening=weights_of(found["opening"]),
        names_people=weights_of(found["names_people"]),
        event_day=weights_of(found["event_day"]),
        dateline=weights_of(found["dateline"]),
        office_first=weights_of(found["office_first"]),
        due=weights_of(found["due"]),
        listing={f: ((_INDEX[f], float(found["listing"][f])),) for f in FRAMES},
        leave=leave,
        enter=tuple(float(data["enter"][f]) for f in FRAMES),
    )
