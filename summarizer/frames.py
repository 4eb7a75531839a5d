"""Frames: how each stretch of a report is to be read.

Every semicolon member of the text collects weights: from cues (``language/cues.toml``) and from
what code found in it, such as times, leads, figures or its first verb (``language/frames.toml``).
The frames of all members are then decided together: the sequence with the largest sum of weights
less the price of every change of frame, found by the Viterbi algorithm (Viterbi 1967). A change is
dear inside a sentence, cheaper at a new one and cheapest at a new paragraph.
"""

from bisect import bisect_left
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from operator import add, attrgetter, sub
from typing import NamedTuple

from summarizer.clauses import Clause
from summarizer.figures import FigureMention
from summarizer.framing import FRAMES, Frame, weights_of
from summarizer.leads import SPEAKING, Lead
from summarizer.lexicon import language
from summarizer.reading import Reading
from summarizer.times import tense
from summarizer.turns import PURPOSES
from summarizer.verbs import ACT, STATE, any_verb

MEMBER, SENTENCE, PARAGRAPH = 0, 1, 2  # what begins with a member

Weights = Sequence[tuple[int, float]]

_INDEX = {frame: i for i, frame in enumerate(FRAMES)}
_HEAD = 8  # tokens behind its opening that still count as the head of a member


class Reason(NamedTuple):
    """One weight: the cue, the frame it speaks for, how strongly."""

    cue: str
    label: str
    weight: float


@dataclass(slots=True)
class Member:
    """A semicolon member with the weights it collects by cue; ``frame`` is decided last.

    Its tokens are ``[first, last)``, ``head`` is the one at which it really begins; ``kind`` is
    that of its line; ``marked`` tells where its cues left marks.
    """

    clauses: list[Clause]
    first: int
    last: int
    kind: str
    figures: tuple[FigureMention, ...]
    head: int
    boundary: int
    purpose: bool  # opens with "để", "nhằm"
    introduces: bool = False  # a colon follows: it only opens the list behind it
    spoken: bool = False  # inside somebody's speech
    lead: Lead | None = None
    frame: Frame = "aside"
    weights: dict[str, Weights] = field(default_factory=dict)
    marked: dict[int, frozenset[str]] = field(default_factory=dict)

    def marks(self, first: int, last: int) -> frozenset[str]:
        """Marks that cues left in tokens ``[first, last)``."""
        if not self.marked:
            return _UNMARKED
        return _UNMARKED.union(*[m for at, m in self.marked.items() if first <= at < last])

    @property
    def scores(self) -> list[float]:
        """Sum of weights for each frame."""
        scores = [0.0] * len(FRAMES)
        for weights in self.weights.values():
            for index, weight in weights:
                scores[index] += weight
        return scores

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Every weight with its cue."""
        return tuple(
            Reason(cue, FRAMES[index], weight)
            for cue, weights in self.weights.items()
            for index, weight in weights
        )


_UNMARKED: frozenset[str] = frozenset()


def read_frames(reading: Reading, offices: Container[int]) -> list[Member]:
    """Members of the text with their frames; ``offices`` are tokens where one is named."""
    members = _members(reading)
    _Weigher(reading, offices).weigh(members)
    _decide(members)
    return members


def _members(reading: Reading) -> list[Member]:
    members: list[Member] = []
    before: Clause | None = None
    for _, chain in groupby(reading.told, attrgetter("chain")):
        clauses = list(chain)
        members.append(_member(reading, clauses, before))
        before = clauses[-1]
    return members


def _member(reading: Reading, clauses: list[Clause], before: Clause | None) -> Member:
    words = reading.document.tokens.words
    opening = clauses[0]
    first, last = opening.first, clauses[-1].last
    head = reading.openings.end(first, opening.last)
    return Member(
        clauses,
        first,
        last,
        opening.kind,
        opening.figures if len(clauses) == 1 else tuple([f for c in clauses for f in c.figures]),
        head,
        _boundary(words, opening, before),
        purpose=head < last and words[head] in PURPOSES,
        introduces=last < len(words) and words[last] == ":",
    )


def _boundary(words: list[str], clause: Clause, before: Clause | None) -> int:
    if before is None:
        return PARAGRAPH
    if clause.sentence == before.sentence:
        return MEMBER
    return PARAGRAPH if "\n" in words[before.last : clause.first] else SENTENCE


# ---- weights ------------------------------------------------------------------------------------


class _Weigher:
    """Gives members their weights in order of the text; remembers lists, speeches and events."""

    def __init__(self, reading: Reading, offices: Container[int]) -> None:
        self.prices = _prices()
        self.found = self.prices.found
        self.words = reading.words
        self.verbs = reading.verbs
        self.anchor = reading.anchor
        self.offices = offices
        self.hits = reading.cues
        self.hit_starts = [first for first, _, _ in self.hits]
        self.times = reading.times
        self.time_starts = [t.first for t in reading.times]
        self.people = [p.first for p in reading.people]
        self.leads = {lead.verb: lead for lead in reading.leads}
        self.lead_starts = sorted(self.leads)
        self.listing = _UNLISTED
        self.speech = _Speech()
        self.event = -1  # the sentence that tells of an event on a day
        self.begun = False  # the body has begun

    def weigh(self, members: Sequence[Member]) -> None:
        for position, member in enumerate(members):
            opened_until = member.figures[0].first if member.figures else member.last
            self._lead(member)
            self._cues(member, opened_until)
            self._times(member, opened_until)
            self._list(member, members[position + 1 : position + 2])
            self._event(member)
            self._contents(member)
            self._speak(member)
        if members:
            members[0].weights["opens the page"] = self.found["opening"]

    def _lead(self, member: Member) -> None:
        at = bisect_left(self.lead_starts, member.first)
        if at < len(self.lead_starts) and self.lead_starts[at] < member.last:
            lead = member.lead = self.leads[self.lead_starts[at]]
            member.weights[f"lead:{lead.kind}"] = self.prices.leads[lead.kind]

    def _cues(self, member: Member, opened_until: int) -> None:
        """Cues where they count; a clause of purpose sets no ends, nor does a heading that tells.

        What a condition grants is no finding: "dù còn nhiều khó khăn, thu ngân sách …".
        """
        low = bisect_left(self.hit_starts, member.first)
        high = bisect_left(self.hit_starts, member.last, low)
        if low == high:
            return
        reach = _reach(member, opened_until)
        granted_until = -1
        for at, _, entry in self.hits[low:high]:
            for name, where, weights, marks, ends, faults in entry:
                if at >= reach[where] or (faults and at < granted_until):
                    continue
                if ends and (member.purpose or (where == "heading" and self._tells(member))):
                    continue
                member.weights[name] = weights
                if marks:
                    member.marked[at] = marks
                    if "granted" in marks:
                        granted_until = self._end_of_grant(at, member.last)

    def _tells(self, member: Member) -> bool:
        """Whether a heading tells how ends were met: "Nhiều chỉ tiêu vượt kế hoạch"."""
        return any_verb(self.verbs, STATE, member.first, member.last)

    def _end_of_grant(self, first: int, last: int) -> int:
        """The comma at which a condition granted ends: "dù còn nhiều khó khăn, thu ngân sách …"."""
        commas = (i for i in range(first, last) if self.words[i] == ",")
        return next(commas, last)

    def _times(self, member: Member, opened_until: int) -> None:
        low = bisect_left(self.time_starts, member.first)
        opened_until = min(member.head, opened_until)
        for time in self.times[low : bisect_left(self.time_starts, member.last, low)]:
            if time.first < opened_until:
                if time.kind == "day" and time.bound is None:
                    self.event = member.clauses[0].sentence
                    continue
                said = tense(time, self.anchor)
                if said is not None:
                    member.weights[f"time:{said}"] = self.prices.tenses[said]
            if time.bound == "by" and time.kind in _DUE:
                member.weights["due"] = self.found["due"]

    def _list(self, member: Member, following: Sequence[Member]) -> None:
        if member.introduces and self._counts_ends(member):
            member.weights["counted ends"] = self.found["counted_ends"]
        self.listing = self.listing.over(member, following)
        frame = self.listing.frame
        if frame is None:
            return
        member.weights["list goes on"] = self.prices.listing[frame]
        if self.listing.by_heading and frame not in ("talk", "aside"):
            member.weights["under a heading"] = self.prices.listing[frame]

    def _event(self, member: Member) -> None:
        if self.event == member.clauses[0].sentence:
            member.weights["day of an event"] = self.found["event_day"]
            if not self.begun:
                member.weights["dateline"] = self.found["dateline"]
        elif member.kind in ("body", "item"):
            if not self.begun:
                member.weights["first sentence"] = self.found["first_sentence"]
            self.begun = True

    def _contents(self, member: Member) -> None:
        if member.figures:
            self._figures(member)
        if member.lead is None and _starts_within(self.people, member):
            member.weights["names people"] = self.found["names_people"]
        if member.head < member.last and self.verbs[member.head] & ACT:
            member.weights["verb first"] = self.found["verb_first"]
        elif member.head < member.last and member.head in self.offices:
            member.weights["office first"] = self.found["office_first"]

    def _counts_ends(self, member: Member) -> bool:
        """Whether a lead ends in "với 21 chỉ tiêu", and does not say that they are reached."""
        last, counted = member.last, language("frames")["counted"]
        if last - member.first <= _COUNTED or self.words[last - 2 : last] not in counted["ends"]:
            return False
        return self.words[last - 3].isdecimal() and self.words[last - 4] in counted["before"]

    def _figures(self, member: Member) -> None:
        member.weights["figure"] = self.found["figure"]
        if any(f.role in _COMPARED and f.reference for f in member.figures):
            member.weights["compared"] = self.found["compared"]
        elif any(f.role == "of_plan" for f in member.figures):
            member.weights["share of plan"] = self.found["of_plan"]

    def _speak(self, member: Member) -> None:
        speech = self.speech = self.speech.over(member)
        member.spoken = speech.heard
        if not speech.possible:
            member.weights["nobody speaks"] = self.found["nobody_speaks"]
        elif speech.heard and speech.ordered:
            member.weights["orders go on"] = self.found["orders_go_on"]
        elif speech.heard:
            member.weights["speech goes on"] = self.found["speech_goes_on"]


_COUNTED = 4  # tokens of "với 21 chỉ tiêu"
_COMPARED = frozenset(["of_previous", "baseline"])
_DUE = frozenset(["day", "month", "quarter"])


def _reach(member: Member, opened_until: int) -> dict[str, int]:
    """The token before which each kind of cue counts, by its ``at``."""
    return {
        "any": member.last,
        "heading": member.last if member.kind == "heading" else -1,
        "first": min(member.head + 1, opened_until),
        "head": min(member.head + _HEAD + 1, opened_until),
        "sentence": opened_until if member.boundary > MEMBER else -1,
    }


def _starts_within(starts: Sequence[int], member: Member) -> bool:
    at = bisect_left(starts, member.first)
    return at < len(starts) and starts[at] < member.last


@dataclass(frozen=True, slots=True)
class _Speech:
    """Who has the floor: nobody, somebody heard, or somebody who spoke a paragraph ago."""

    possible: bool = False
    heard: bool = False
    ordered: bool = False
    silent: int = 0  # paragraphs of running text since the last lead

    def over(self, member: Member) -> "_Speech":
        """The speech as it stands at a member."""
        if member.lead is not None and member.lead.kind in SPEAKING:
            kind = member.lead.kind
            return _Speech(possible=True, heard=kind != "tell", ordered=kind == "order")
        if member.boundary < PARAGRAPH or not self.possible:
            return self
        silent = self.silent + (member.kind != "item")
        patience = _PATIENCE if self.ordered else 0
        return _Speech(silent <= patience, heard=False, ordered=self.ordered, silent=silent)


_PATIENCE = 2  # paragraphs for which orders may go on without a new lead


@dataclass(frozen=True, slots=True)
class _Listing:
    """The frame that a heading or a lead with a colon opened for the list behind it."""

    frame: Frame | None = None
    by_heading: bool = False

    def over(self, member: Member, following: Sequence[Member]) -> "_Listing":
        """The listing that holds at a member."""
        if member.kind == "heading":
            frame = _strongest(member)
            return self if frame is None else _Listing(frame, by_heading=True)
        if self.frame == "orders" and self._goes_on(member):
            return self
        if member.lead is not None and member.lead.kind in ("goal", "task"):
            return self._behind_aim(member, member.lead)
        if member.introduces:
            opened = self._opened(member, following)
            if opened is not None:
                return opened
        if any("lasting" in marks for marks in member.marked.values()):
            return _Listing("faults")
        ended = member.boundary == PARAGRAPH and not self.by_heading
        return _UNLISTED if member.lead is not None or member.purpose or ended else self

    def _behind_aim(self, member: Member, lead: Lead) -> "_Listing":
        if member.boundary == MEMBER:
            return self
        return _Listing("goals" if lead.kind == "goal" else "tasks", self.by_heading)

    def _opened(self, member: Member, following: Sequence[Member]) -> "_Listing | None":
        """The listing that a stretch before a colon opens, if it decides on one."""
        by_line = bool(following) and following[0].boundary == PARAGRAPH
        if member.lead is not None and member.lead.kind in SPEAKING:
            return _Listing("orders") if by_line and member.lead.kind == "order" else _UNLISTED
        frame = _strongest(member)
        return None if frame is None else _Listing(frame, self.by_heading or by_line)

    @staticmethod
    def _goes_on(member: Member) -> bool:
        """Points under "UBND huyện yêu cầu:" are orders until a paragraph or speaker of its own."""
        if member.lead is not None and member.lead.kind in SPEAKING:
            return False
        return member.kind == "item" or member.boundary < PARAGRAPH


_UNLISTED = _Listing()


_LISTED = tuple(i for f, i in _INDEX.items() if f != "orders")
_DECIDED = 2.5  # a heading or lead with less says nothing about the list behind it


def _strongest(member: Member) -> Frame | None:
    scores = member.scores
    best = max(_LISTED, key=scores.__getitem__)
    return FRAMES[best] if scores[best] >= _DECIDED else None


# ---- decision -----------------------------------------------------------------------------------


def _decide(members: Sequence[Member]) -> None:
    """Find the best frames; leaving and entering are priced apart, so a step costs O(frames)."""
    if not members:
        return
    prices = _prices()
    scores = members[0].scores
    steps: list[_Step] = []
    for member in members[1:]:
        step = _step(scores, prices.leave[member.boundary], prices.enter)
        scores = list(map(add, map(max, step.moved, scores), member.scores))
        steps.append(step)
    at = scores.index(max(scores))
    members[-1].frame = FRAMES[at]
    for position in range(len(members) - 2, -1, -1):
        at = steps[position].origin(at)
        members[position].frame = FRAMES[at]


class _Step(NamedTuple):
    """From one member to the next: the best frame to leave, and what entering others yields."""

    best: int
    stayed: list[float]
    moved: list[float]

    def origin(self, frame: int) -> int:
        """The frame before; changes only where that is worth its price."""
        return self.best if self.moved[frame] > self.stayed[frame] else frame


def _step(scores: list[float], leave: Sequence[float], enter: Sequence[float]) -> _Step:
    left = list(map(sub, scores, leave))
    most = max(left)
    best = left.index(most)
    moved = [most - price for price in enter]
    moved[best] = scores[best]
    return _Step(best, scores, moved)


# ---- data ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Prices:
    leads: Mapping[str, Weights]
    tenses: Mapping[str, Weights]
    listing: Mapping[str, Weights]
    found: Mapping[str, Weights]
    leave: tuple[tuple[float, ...], ...]
    enter: tuple[float, ...]


@cache
def _prices() -> _Prices:
    data = language("frames")
    found = data["found"]
    grouped = ("lead", "time", "listing")
    return _Prices(
        leads={kind: weights_of(table) for kind, table in found["lead"].items()},
        tenses={kind: weights_of(table) for kind, table in found["time"].items()},
        listing={f: ((i, float(found["listing"][f])),) for f, i in _INDEX.items()},
        found={name: weights_of(table) for name, table in found.items() if name not in grouped},
        leave=tuple(
            tuple(float(data["leave"][kind].get(f, data["leave"][kind]["else"])) for f in FRAMES)
            for kind in ("member", "sentence", "paragraph")
        ),
        enter=tuple(float(data["enter"][f]) for f in FRAMES),
    )
