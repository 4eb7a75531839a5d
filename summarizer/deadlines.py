"""Deadlines: until when an end is to be reached and an action to be done (annotation guide, 4).

A period at the head of a stretch bounds the ends that follow, "đến …" those of its sentence; an
action is bound only by a time that stands on it.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence

from summarizer.clauses import Clause
from summarizer.documents import Document
from summarizer.frames import Member
from summarizer.labels import label_members
from summarizer.reading import Reading
from summarizer.times import Anchor, TimeMention, deadline_in, target_deadline_in, tense

_DeadlineFinder = Callable[[Document, Sequence[TimeMention], int, int, Anchor], TimeMention | None]

_PERIODS = frozenset(["year", "part", "term", "quarter"])


class Deadlines:
    """Reads members in order; ``note`` each of them, then ask about what it holds."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self._starts = [time.first for time in reading.times]
        self._deadline = self._planned()  # of the stretch
        self._bound: str | None = None  # of the sentence
        self._sentence = -1

    def note(self, member: Member) -> None:
        """Take in the times at the head of a member."""
        sentence = member.clauses[0].sentence
        if sentence != self._sentence:
            self._sentence, self._bound = sentence, None
        if member.first == member.head:
            return
        times = map(self.reading.time_at.get, range(member.first, member.head))
        for time in filter(None, times):
            if tense(time, self.reading.anchor) != "future":
                continue
            text = self.reading.words_of(time.first, time.last)
            if time.bound == "by":
                self._bound = text
            elif _is_period(time):
                self._deadline, self._bound = text, None

    def of_target(self, clause: Clause) -> str | None:
        """The words that bound an end: its own, its sentence's or its stretch's."""
        return self._stated(target_deadline_in, clause) or self._bound or self._deadline

    def of_directive(self, member: Member) -> str | None:
        """The words that bound this very action."""
        return self._stated(deadline_in, member)

    def _planned(self) -> str | None:
        """The first words of the text that name the period planned for."""
        reading = self.reading
        for time in reading.times:
            if _is_period(time) and tense(time, reading.anchor) == "future":
                return reading.words_of(time.core, time.last)
        return None

    def _stated(self, find: _DeadlineFinder, stretch: Clause | Member) -> str | None:
        """The words of a deadline inside a stretch; most name no time at all."""
        reading, first, last = self.reading, stretch.first, stretch.last
        low = bisect_left(self._starts, first)
        times = reading.times[low : bisect_left(self._starts, last, low)]
        if not times:
            return None
        found = find(reading.document, times, first, last, reading.anchor)
        return reading.words_of(found.first, found.last) if found else None


def target_deadlines(coarse: Reading, fine: Reading) -> Mapping[int, str | None]:
    """What would bound each clause of ``fine`` if it told an end, by number.

    ``coarse`` is the same document with the clauses that members are made of.
    """
    deadlines = Deadlines(coarse)
    clauses = fine.told
    starts = [clause.first for clause in clauses]
    bounds: dict[int, str | None] = {}
    for labelled in label_members(coarse):
        member = labelled.member
        deadlines.note(member)
        low = bisect_left(starts, member.first)
        for clause in clauses[low : bisect_left(starts, member.last, low)]:
            bounds[clause.number] = deadlines.of_target(clause)
    return bounds


def _is_period(time: TimeMention) -> bool:
    """Whether a time can be planned for; a school year is no year of a plan."""
    return time.kind in _PERIODS and not (time.kind == "year" and time.moment.until)
