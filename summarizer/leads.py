"""Leads: who says or sets what follows, and where what follows begins.

"Phát biểu kết luận hội nghị, đồng chí X – Bí thư Huyện ủy yêu cầu | các xã …" has a speaker and an
order verb; "Quý IV, phường phấn đấu | đưa …" a body and a goal verb. The lead is no part of any
quote (annotation guide, rule 22). Positions are tokens.
"""

from bisect import bisect_left
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from summarizer.documents import Document
from summarizer.lexicon import Hit, Lexicon, language, phrases
from summarizer.openings import Openings
from summarizer.people import BodyMention, PersonMention
from summarizer.sentences import Segment, Sentence

LeadKind = Literal["order", "say", "tell", "praise", "goal", "task"]
Subject = PersonMention | BodyMention

SPEAKING: frozenset[LeadKind] = frozenset(["order", "say", "tell", "praise"])
REPORTING: frozenset[LeadKind] = frozenset(["say", "tell", "praise"])

_KINDS: tuple[tuple[str, LeadKind], ...] = (
    ("says", "say"),
    ("tells", "tell"),
    ("praises", "praise"),
    ("orders", "order"),
    ("tasks", "task"),
    ("goals", "goal"),
)
_NEAR = 6  # tokens that may stand between a subject and its verb
_NEAR_THING = 9  # tokens from a thing set to the verb that sets it
_LONGEST = 14  # tokens of a lead in which a meeting decides


@dataclass(frozen=True, slots=True)
class Lead:
    """A lead verb with its subject; ``cut`` is where the content begins."""

    sentence: int
    verb: int
    cut: int
    kind: LeadKind
    subject: Subject | None


def find_leads(
    document: Document,
    sentences: Sequence[Sentence],
    subjects: Sequence[Subject],
    openings: Openings,
    headlines: Container[int] = (),
) -> tuple[Lead, ...]:
    """Leads in order of the text; ``subjects`` in order, lines in ``headlines`` have none."""
    finder = _Finder(document, subjects, openings)
    return tuple(
        lead
        for index, sentence in enumerate(sentences)
        if sentence.line not in headlines
        for lead in finder.in_sentence(index, sentence)
    )


@dataclass(slots=True)
class _Stand:
    """What is known at a verb: the clause and its head, who was named last, who may speak."""

    segment: Segment
    head: int
    near: Subject | None = None
    speaker: PersonMention | None = None


class _Finder:
    def __init__(
        self,
        document: Document,
        subjects: Sequence[Subject],
        openings: Openings,
    ) -> None:
        self.words = document.tokens.words
        self.openings = openings
        self.subjects = subjects
        self.subject_starts = [s.first for s in subjects]
        self.named = frozenset(self.subject_starts)
        self.verbs = _verbs().find(document.tokens)
        self.verb_starts = [v.first for v in self.verbs]
        self.spoke = False  # somebody has spoken before
        self.line = -1
        self.ordering = -1  # the line in which a person gives orders

    def in_sentence(self, index: int, sentence: Sentence) -> Iterator[Lead]:
        self.line = sentence.line
        speaker: PersonMention | None = None
        for segment in sentence.segments:
            first, last, _ = segment
            if not self._leads_between(first, last):
                speaker = self._last_person(first, last) or speaker
                continue
            stand = _Stand(segment, self.openings.end(first, last), speaker=speaker)
            lead = self._in_segment(index, stand)
            speaker = stand.speaker
            if lead is None:
                continue
            self.spoke = self.spoke or lead.kind in SPEAKING
            if lead.kind == "order" and isinstance(lead.subject, PersonMention):
                self.ordering = sentence.line
            yield lead

    def _leads_between(self, first: int, last: int) -> bool:
        at = bisect_left(self.verb_starts, first)
        return at < len(self.verb_starts) and self.verb_starts[at] < last

    def _last_person(self, first: int, last: int) -> PersonMention | None:
        """Who is named last in a stretch, and may speak in the next one."""
        low = bisect_left(self.subject_starts, first)
        for subject in reversed(self.subjects[low : bisect_left(self.subject_starts, last, low)]):
            if isinstance(subject, PersonMention) and subject.last <= last:
                return subject
        return None

    def _in_segment(self, index: int, stand: _Stand) -> Lead | None:
        """The first verb that orders or sets, else the first that says or praises."""
        said: Lead | None = None
        for verb in self._verbs_in(stand):
            if not self._counts(verb, stand):
                continue
            lead = self._lead(index, verb, stand)
            if lead.kind not in REPORTING:
                return lead
            said = said or lead
        return said

    def _verbs_in(self, stand: _Stand) -> Iterator[Hit[LeadKind]]:
        """Lead verbs of a clause that are no part of a name; names are noted on the way."""
        first, last = stand.segment.first, stand.segment.last
        subject_at = bisect_left(self.subject_starts, first)
        named_until = first
        for i in range(bisect_left(self.verb_starts, first), len(self.verbs)):
            verb = self.verbs[i]
            if verb.first >= last:
                break
            while subject_at < len(self.subjects):
                subject = self.subjects[subject_at]
                if subject.first > verb.first or subject.last > last:
                    break
                subject_at += 1
                if subject.first >= named_until:
                    named_until = max(subject.last, subject.first + 1)
                    self._note(stand, subject)
            if verb.first >= named_until and verb.last <= last:
                yield verb
        for subject in self.subjects[subject_at : bisect_left(self.subject_starts, last)]:
            if isinstance(subject, PersonMention) and subject.last <= last:
                stand.speaker = subject

    def _note(self, stand: _Stand, subject: Subject) -> None:
        stand.near = subject
        if isinstance(subject, PersonMention):
            stand.speaker = subject

    def _lead(self, index: int, verb: Hit[LeadKind], stand: _Stand) -> Lead:
        kind, near = verb.entry, stand.near
        beside = near is not None and self._adjacent(near.last, verb.first)
        who = near if beside or kind in ("goal", "task") else stand.speaker
        segment = stand.segment
        cut = segment.first if kind == "praise" else self._behind(verb.last, segment.last)
        return Lead(index, verb.first, cut, kind, who)

    # ---- whether a verb leads ---------------------------------------------------------------

    def _counts(self, verb: Hit[LeadKind], stand: _Stand) -> bool:
        if verb.entry in ("goal", "task"):
            return self._sets(verb, stand)
        if verb.entry in REPORTING:
            return self._says(verb, stand)
        return self._orders(verb, stand)

    def _beside(self, verb: Hit[LeadKind], stand: _Stand) -> bool:
        return stand.near is not None and self._adjacent(stand.near.last, verb.first)

    def _sets(self, verb: Hit[LeadKind], stand: _Stand) -> bool:
        if self._says_whose(verb, stand.segment):
            return False
        if verb.first == stand.head or self._beside(verb, stand):
            return True
        return self._by_meeting(stand.segment.first, verb.first)

    def _says(self, verb: Hit[LeadKind], stand: _Stand) -> bool:
        reported = phrases("leads", "reported").at(self.words, stand.segment.first)
        if reported is not None or not isinstance(stand.near, PersonMention):
            return False
        return self._beside(verb, stand) or stand.near is stand.speaker

    def _orders(self, verb: Hit[LeadKind], stand: _Stand) -> bool:
        plain = self.words[verb.first] in _plain_orders()
        if plain and not self._addresses(verb, stand.segment.last):
            return False
        if self._beside(verb, stand):
            return isinstance(stand.near, PersonMention) or self._body_orders(verb, plain=plain)
        if stand.speaker is not None:
            return True
        if not self.spoke or verb.first + 1 >= stand.segment.last:
            return False
        behind_comma = self.words[verb.first - 1] == "," and verb.first > stand.segment.first
        return verb.first == stand.head or (
            behind_comma and self._addresses(verb, stand.segment.last)
        )

    def _body_orders(self, verb: Hit[LeadKind], *, plain: bool) -> bool:
        """Whether a body gives orders, and is not told to: "Ban Quản lý yêu cầu nhà thầu …"."""
        if self.ordering == self.line:
            return False
        return not plain or self.words[verb.first] == "giao"

    def _says_whose(self, verb: Hit[LeadKind], segment: Segment) -> bool:
        """Whether a verb only says whose target it was: "4/19 chỉ tiêu Đại hội đề ra"."""
        if tuple(self.words[verb.first : verb.last]) not in _ATTRIBUTES:
            return False
        things = phrases("leads", "set_things")
        for i in range(verb.first - 1, max(segment.first, verb.first - _NEAR_THING) - 1, -1):
            if self.words[i] == ",":
                return False
            if things.at(self.words, i, verb.first) is not None:
                return True
        return False

    def _addresses(self, verb: Hit[LeadKind], last: int) -> bool:
        """Whether an order verb that is also a plain verb is followed by somebody or a colon."""
        i = self._behind(verb.last, last)
        if i >= last:
            return last < len(self.words) and self.words[last] == ":"
        if ":" in self.words[i - 1 : i + 1] or i in self.named:
            return True
        return phrases("leads", "addressee_nouns").at(self.words, i, last) is not None

    def _adjacent(self, subject_end: int, verb: int) -> bool:
        """Whether only adverbs stand between a subject and a verb."""
        if not 0 <= verb - subject_end <= _NEAR:
            return False
        i = subject_end
        while i < verb:
            hit = phrases("leads", "adverbs").at(self.words, i, verb)
            if hit is None and self.words[i] != ",":
                return False
            i = hit.last if hit is not None else i + 1
        return True

    def _by_meeting(self, first: int, verb: int) -> bool:
        """Whether a meeting or paper decides: "Đại hội thống nhất mục tiêu"."""
        if verb - first > _LONGEST:
            return False
        return next(phrases("leads", "deciders").scan(self.words, first, verb), None) is not None

    def _behind(self, i: int, last: int) -> int:
        """The token behind a verb and what belongs to it."""
        fillers = phrases("leads", "fillers")
        while i < last:
            hit = fillers.at(self.words, i, last)
            whole = self.words[last : last + 1] == [":"]
            if hit is not None and (hit.last < last or whole):
                i = hit.last
            elif self.words[i] in ":,":
                i += 1
            else:
                break
        return i


_ATTRIBUTES = frozenset([("đề", "ra"), ("đặt", "ra")])


@cache
def _verbs() -> Lexicon[LeadKind]:
    data = language("leads")
    return Lexicon((phrase, kind) for name, kind in _KINDS for phrase in data[name])


@cache
def _plain_orders() -> frozenset[str]:
    return frozenset(language("leads")["plain_orders"])
