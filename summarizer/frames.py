"""Frames: how each stretch of a report is to be read.

Every semicolon member of the text collects weights: from cues (``language/cues.toml``) and from
what code found in it, such as times, leads, figures or its first verb (``language/frames.toml``).
The frames of all members are then decided together: the sequence with the largest sum of weights
less the price of every change of frame, found by the Viterbi algorithm (Viterbi 1967). A change is
dear inside a sentence, cheaper at a new one and cheapest at a new paragraph.
"""

from bisect import bisect_left
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from summarizer.clauses import Clause
from summarizer.framing import FRAMES, Cue, Frame, cues, weights_of
from summarizer.leads import SPEAKING, Lead
from summarizer.lexicon import language
from summarizer.reading import Reading
from summarizer.times import TimeMention, tense
from summarizer.turns import PURPOSES
from summarizer.verbs import ACT, STATE

MEMBER, SENTENCE, PARAGRAPH = 0, 1, 2  # what begins with a member

Weights = Sequence[tuple[int, float]]

_INDEX = {frame: i for i, frame in enumerate(FRAMES)}
_GOALS = _INDEX["goals"]
_HEAD = 8  # tokens behind its opening that still count as the head of a member


@dataclass(frozen=True, slots=True)
class Reason:
    """One weight: the cue, the frame it speaks for, how strongly."""

    cue: str
    label: str
    weight: float


@dataclass
class Member:
    """A semicolon member with the weights it collects by cue; ``frame`` is decided last.

    ``head`` is the token at which it really begins; ``marked`` tells where its cues left marks.
    """

    clauses: list[Clause]
    head: int
    boundary: int
    purpose: bool  # opens with "để", "nhằm"
    introduces: bool = False  # a colon follows: it only opens the list behind it
    spoken: bool = False  # inside somebody's speech
    lead: Lead | None = None
    frame: Frame = "aside"
    weights: dict[str, Weights] = field(default_factory=dict)
    marked: dict[int, frozenset[str]] = field(default_factory=dict)

    @property
    def first(self) -> int:
        """First token."""
        return self.clauses[0].first

    @property
    def last(self) -> int:
        """Token after the last one."""
        return self.clauses[-1].last

    @property
    def kind(self) -> str:
        """Kind of the line it stands in."""
        return self.clauses[0].kind

    def marks(self, first: int, last: int) -> frozenset[str]:
        """Marks that cues left in tokens ``[first, last)``."""
        found = [marks for at, marks in self.marked.items() if first <= at < last]
        return frozenset().union(*found)

    def add(self, cue: str, weights: Weights) -> None:
        """Count the weights of a cue, once however often it is said."""
        self.weights[cue] = weights

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


def read_frames(reading: Reading, offices: Container[int]) -> list[Member]:
    """Members of the text with their frames; ``offices`` are tokens where one is named."""
    members = list(_members(reading))
    _Weigher(reading, offices).weigh(members)
    _decide(members)
    return members


def _members(reading: Reading) -> Iterator[Member]:
    gathered: list[Clause] = []
    before: Clause | None = None
    for clause in (*reading.clauses, None):
        if clause is not None and gathered and clause.chain == gathered[0].chain >= 0:
            gathered.append(clause)
            continue
        if gathered:
            yield _member(reading, gathered, before)
            before, gathered = gathered[-1], []
        if clause is not None and clause.sentence >= 0:
            gathered = [clause]


def _member(reading: Reading, clauses: list[Clause], before: Clause | None) -> Member:
    words = reading.words
    first, last = clauses[0].first, clauses[-1].last
    head = reading.opening(first, clauses[0].last)
    return Member(
        clauses,
        head,
        _boundary(words, clauses[0], before),
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
        self.words = reading.document.tokens.words
        self.verbs = reading.verbs
        self.anchor = reading.anchor
        self.offices = offices
        self.hits = cues().find(reading.document.tokens)
        self.hit_starts = [h.first for h in self.hits]
        self.times = reading.times
        self.time_starts = [t.first for t in reading.times]
        self.people = [p.first for p in reading.people]
        self.leads = {lead.verb: lead for lead in reading.leads}
        self.lead_starts = sorted(self.leads)
        self.listing = _Listing()
        self.speech = _Speech()
        self.event = -1  # the sentence that tells of an event on a day
        self.begun = False  # the body has begun

    def weigh(self, members: Sequence[Member]) -> None:
        for position, member in enumerate(members):
            figure = min((c.figures[0].first for c in member.clauses if c.figures), default=-1)
            opened_until = figure if figure >= 0 else member.last
            self._lead(member)
            self._cues(member, opened_until)
            self._times(member, opened_until)
            self._list(member, members[position + 1 : position + 2])
            self._event(member)
            self._contents(member)
            self._speak(member)
            if position == 0:
                member.add("opens the page", self.prices.found["opening"])

    def _lead(self, member: Member) -> None:
        at = bisect_left(self.lead_starts, member.first)
        if at < len(self.lead_starts) and self.lead_starts[at] < member.last:
            member.lead = self.leads[self.lead_starts[at]]
            member.add(f"lead:{member.lead.kind}", self.prices.leads[member.lead.kind])

    def _cues(self, member: Member, opened_until: int) -> None:
        granted_until = -1
        for i in range(bisect_left(self.hit_starts, member.first), len(self.hits)):
            hit = self.hits[i]
            if hit.first >= member.last:
                break
            for cue in hit.entry:
                if hit.first < granted_until and cue.accuses:
                    continue
                if cue.at == "heading" and self._only_tells(cue, member):
                    continue
                if _applies(cue, member, hit.first, opened_until):
                    if "granted" in cue.marks:
                        granted_until = self._end_of_grant(hit.first, member.last)
                    member.add(cue.name, cue.weights)
                    if cue.marks:
                        member.marked[hit.first] = cue.marks

    def _only_tells(self, cue: Cue, member: Member) -> bool:
        """Whether a heading tells how ends were met: "Nhiều chỉ tiêu vượt kế hoạch" sets none."""
        sets = any(index == _GOALS for index, _ in cue.weights)
        return sets and any(verb & STATE for verb in self.verbs[member.first : member.last])

    def _end_of_grant(self, first: int, last: int) -> int:
        """The comma at which a condition granted ends: "dù còn nhiều khó khăn, thu ngân sách …"."""
        words = self.words
        return next((i for i in range(first, last) if words[i] == ","), last)

    def _times(self, member: Member, opened_until: int) -> None:
        for time in self._times_in(member):
            if time.first < member.head and time.first < opened_until:
                if time.kind == "day" and time.bound is None:
                    self.event = member.clauses[0].sentence
                    continue
                said = tense(time, self.anchor)
                if said is not None:
                    member.add(f"time:{said}", self.prices.tenses[said])
            if time.bound == "by" and time.kind in _DUE:
                member.add("due", self.prices.found["due"])

    def _times_in(self, member: Member) -> Iterable[TimeMention]:
        low = bisect_left(self.time_starts, member.first)
        return self.times[low : bisect_left(self.time_starts, member.last)]

    def _list(self, member: Member, following: Sequence[Member]) -> None:
        self.listing = self.listing.over(member, following)
        frame = self.listing.frame
        if frame is None:
            return
        member.add("list goes on", self.prices.listing[frame])
        if self.listing.by_heading and frame not in ("talk", "aside"):
            member.add("under a heading", self.prices.listing[frame])

    def _event(self, member: Member) -> None:
        if self.event == member.clauses[0].sentence:
            member.add("day of an event", self.prices.found["event_day"])
            if not self.begun:
                member.add("dateline", self.prices.found["dateline"])
        elif member.kind in ("body", "item"):
            if not self.begun:
                member.add("first sentence", self.prices.found["first_sentence"])
            self.begun = True

    def _contents(self, member: Member) -> None:
        found = self.prices.found
        figures = [f for c in member.clauses for f in c.figures]
        roles = {f.role for f in figures}
        if roles:
            member.add("figure", found["figure"])
        if any(f.role in _COMPARED and f.reference for f in figures):
            member.add("compared", found["compared"])
        elif "of_plan" in roles:
            member.add("share of plan", found["of_plan"])
        if member.lead is None and _starts_within(self.people, member):
            member.add("names people", found["names_people"])
        if member.head < member.last and self.verbs[member.head] & ACT:
            member.add("verb first", found["verb_first"])
        elif member.head < member.last and member.head in self.offices:
            member.add("office first", found["office_first"])

    def _speak(self, member: Member) -> None:
        self.speech = self.speech.over(member)
        member.spoken = self.speech.heard
        if not self.speech.possible:
            member.add("nobody speaks", self.prices.found["nobody_speaks"])
        elif self.speech.heard:
            name = "orders_go_on" if self.speech.ordered else "speech_goes_on"
            member.add(name.replace("_", " "), self.prices.found[name])


_COMPARED = frozenset(["of_previous", "baseline"])
_DUE = frozenset(["day", "month", "quarter"])


def _applies(cue: Cue, member: Member, at: int, opened_until: int) -> bool:
    """Whether a cue counts where it stands; a clause of purpose sets no ends."""
    if member.purpose and any(index == _GOALS for index, _ in cue.weights):
        return False
    if cue.at in ("any", "heading"):
        return cue.at == "any" or member.kind == "heading"
    reaches = {"first": at <= member.head, "head": at <= member.head + _HEAD}
    return at < opened_until and reaches.get(cue.at, member.boundary > MEMBER)


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
            return _Speech(possible=True, heard=True, ordered=member.lead.kind == "order")
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
        if member.lead is not None and member.lead.kind in ("goal", "task"):
            if member.boundary == MEMBER:
                return self
            return _Listing("goals" if member.lead.kind == "goal" else "tasks", self.by_heading)
        if member.introduces and (frame := _strongest(member)) is not None:
            by_line = bool(following) and following[0].boundary == PARAGRAPH
            return _Listing(frame, self.by_heading or by_line)
        ended = member.boundary == PARAGRAPH and not self.by_heading
        return _Listing() if member.lead is not None or member.purpose or ended else self


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
    came_from: list[list[int]] = []
    for member in members[1:]:
        scores, origin = _step(scores, member, prices.leave[member.boundary], prices.enter)
        came_from.append(origin)
    at = max(range(len(scores)), key=scores.__getitem__)
    members[-1].frame = FRAMES[at]
    for position in range(len(members) - 2, -1, -1):
        at = came_from[position][at]
        members[position].frame = FRAMES[at]


def _step(
    scores: list[float], member: Member, leave: Sequence[float], enter: Sequence[float]
) -> tuple[list[float], list[int]]:
    left = [score - price for score, price in zip(scores, leave, strict=True)]
    best = left.index(max(left))
    origin: list[int] = []
    following: list[float] = []
    for i, own in enumerate(member.scores):
        moved = left[best] - enter[i]
        changed = best != i and moved > scores[i]
        origin.append(best if changed else i)
        following.append((moved if changed else scores[i]) + own)
    return following, origin


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
