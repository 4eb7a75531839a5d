"""Leads: who says or sets what follows, and where what follows begins.

"Phát biểu kết luận hội nghị, đồng chí X – Bí thư Huyện ủy yêu cầu | các xã …" has a speaker and an
order verb; "Quý IV, phường phấn đấu | đưa …" a body and a goal verb. The lead is no part of any
quote (annotation guide, rule 22). Positions are token positions.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from summarizer.documents import Document
from summarizer.framing import cues
from summarizer.lexicon import Hit, Lexicon, language, phrases
from summarizer.openings import opening
from summarizer.people import BodyMention, PersonMention
from summarizer.sentences import Segment, Sentence
from summarizer.times import TimeMention
from summarizer.verbs import FULL_STATE

LeadKind = Literal["order", "say", "praise", "goal", "task"]
Subject = PersonMention | BodyMention

_KINDS: tuple[tuple[str, LeadKind], ...] = (
    ("says", "say"),
    ("praises", "praise"),
    ("orders", "order"),
    ("tasks", "task"),
    ("goals", "goal"),
)
_NEAR_THING = 9  # tokens from a thing set to the verb that sets it
_NEAR = 6  # tokens that may stand between a subject and its verb


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
    people: Sequence[PersonMention],
    bodies: Sequence[BodyMention],
    times: Sequence[TimeMention],
    headlines: Container[int] = (),
) -> tuple[Lead, ...]:
    """Leads in order of the text; lines in ``headlines`` have none."""
    finder = _Finder(
        document.tokens.words,
        {m.first: m for m in people},
        {m.first: m for m in bodies},
        {t.first: t for t in times},
    )
    found: list[Lead] = []
    for index, sentence in enumerate(sentences):
        if sentence.line not in headlines:
            found.extend(finder.in_sentence(index, sentence))
    return tuple(found)


PURPOSES = frozenset(["để", "nhằm", "muốn"])


def turns(
    words: list[str],
    verbs: bytes,
    times: Mapping[int, TimeMention],
    sentences: Sequence[Sentence],
) -> Iterator[int]:
    """Where one clause turns: behind a concession, and from good to bad standing.

    "Mặc dù dịch bệnh …, nhưng | huyện đã hoàn thành …" (rule 3); "an ninh được giữ vững, | tội phạm
    có chiều hướng tăng".
    """
    for sentence in sentences:
        for segment in sentence.segments:
            head = opening(words, times, segment.first, segment.last - 1)
            conceded = phrases("leads", "concessions").at(words, head) is not None
            for i in range(segment.first + 3, segment.last - 2):
                turn = phrases("leads", "turns").at(words, i, segment.last) if conceded else None
                if turn is not None:
                    yield turn.last
                    break
                if words[i - 1] != ",":
                    continue
                if words[head] in PURPOSES:
                    yield i
                    break
                if conceded and _still(words, i, segment.last):
                    yield i
                    break
                if _worsens(words, verbs, segment, i):
                    yield i
                    break


def _still(words: list[str], first: int, last: int) -> bool:
    """"…, kinh tế của huyện vẫn giữ được đà tăng"."""
    return any(words[i] == "vẫn" for i in range(first, min(first + 10, last)))


def _worsens(words: list[str], verbs: bytes, segment: Segment, comma: int) -> bool:
    return (
        any(verbs[i] & FULL_STATE for i in range(segment.first, comma))
        and not _fault(words, segment.first, comma)
        and not verbs[comma]
        and _fault(words, comma, segment.last)
    )


def needs(words: list[str], sentences: Sequence[Sentence]) -> Iterator[int]:
    """Where a need follows a fault in one clause: "X còn tiềm ẩn nguy cơ, | cần Y" (rule 5)."""
    for sentence in sentences:
        for segment in sentence.segments:
            for i in range(segment.first + 2, segment.last):
                if words[i - 1] not in ",-":
                    continue
                needed = any(w in _NEEDS for w in words[i : min(i + 8, segment.last)])
                if needed and _fault(words, segment.first, i):
                    yield i
                    break


_NEEDS = frozenset(["cần", "phải"])


def _fault(words: list[str], first: int, last: int) -> bool:
    return any("fault_word" in c.marks for hit in cues().scan(words, first, last) for c in hit.entry)


class _Finder:
    def __init__(
        self,
        words: list[str],
        people: Mapping[int, PersonMention],
        bodies: Mapping[int, BodyMention],
        times: Mapping[int, TimeMention],
    ) -> None:
        self.words = words
        self.people = people
        self.bodies = bodies
        self.times = times
        self.spoke = False  # somebody has spoken before
        self.line = -1
        self.ordering = -1  # the line in which a person gives orders

    def in_sentence(self, index: int, sentence: Sentence) -> Iterator[Lead]:
        speaker: PersonMention | None = None
        self.line = sentence.line
        for segment in sentence.segments:
            head = opening(self.words, self.times, segment.first, segment.last)
            lead, speaker = self._in_segment(index, segment, head, speaker)
            if lead is not None:
                self.spoke = self.spoke or lead.kind in ("order", "say", "praise")
                if lead.kind == "order" and isinstance(lead.subject, PersonMention):
                    self.ordering = sentence.line
                yield lead

    def _in_segment(
        self, index: int, segment: Segment, head: int, speaker: PersonMention | None
    ) -> tuple[Lead | None, PersonMention | None]:
        near: Subject | None = None
        said: Lead | None = None
        i = segment.first
        while i < segment.last:
            subject = self.people.get(i) or self.bodies.get(i)
            if subject is not None and subject.last <= segment.last:
                near = subject
                if isinstance(subject, PersonMention):
                    speaker = subject
                i = max(subject.last, i + 1)
                continue
            verb = _verbs().at(self.words, i, segment.last)
            if verb is None:
                i += 1
                continue
            kind = verb.entry
            if self._counts(verb, segment, head, near, speaker):
                who = near if near is not None and self._adjacent(near.last, verb.first) else None
                who = who or (near if kind in ("goal", "task") else speaker)
                cut = segment.first if kind == "praise" else self._behind(verb.last, segment.last)
                lead = Lead(index, verb.first, cut, kind, who)
                if kind not in ("say", "praise"):
                    return lead, speaker
                said = said or lead
            i = verb.last
        return said, speaker

    def _counts(
        self,
        verb: Hit[LeadKind],
        segment: Segment,
        head: int,
        near: Subject | None,
        speaker: PersonMention | None,
    ) -> bool:
        at_head = verb.first == head
        beside = near is not None and self._adjacent(near.last, verb.first)
        if verb.entry in ("goal", "task"):
            if self._set_before(verb, segment):
                return False
            return at_head or beside or self._by_meeting(segment.first, verb.first)
        if verb.entry in ("say", "praise"):
            if phrases("leads", "reported").at(self.words, segment.first) is not None:
                return False
            return isinstance(near, PersonMention) and (beside or near is speaker)
        if self.words[verb.first] in _needs_addressee() and not self._addresses(verb, segment.last):
            return False
        if beside and isinstance(near, BodyMention) and self.ordering == self.line:
            return False  # told by the speaker: "Ban Quản lý dự án yêu cầu nhà thầu tăng ca"
        if beside:
            plain = self.words[verb.first] in _needs_addressee() and self.words[verb.first] != "giao"
            return not (isinstance(near, BodyMention) and plain)
        if speaker is not None:
            return True
        return at_head and self.spoke and verb.first + 1 < segment.last

    def _set_before(self, verb: Hit[LeadKind], segment: Segment) -> bool:
        """"4/19 chỉ tiêu Đại hội đề ra không đạt": the verb only says whose target it was."""
        if verb.last - verb.first != 2 or self.words[verb.first] not in ("đề", "đặt"):  # noqa: PLR2004
            return False
        for i in range(verb.first - 1, max(segment.first, verb.first - _NEAR_THING) - 1, -1):
            if self.words[i] == ",":
                return False
            if phrases("leads", "set_things").at(self.words, i, verb.first) is not None:
                return True
        return False

    def _addresses(self, verb: Hit[LeadKind], last: int) -> bool:
        """Whether order verbs that are also plain verbs are followed by somebody or a colon."""
        i = self._behind(verb.last, last)
        if i >= last:
            return last < len(self.words) and self.words[last] == ":"
        if self.words[i - 1] == ":" or self.words[i] == ":":
            return True
        if i in self.bodies or i in self.people:
            return True
        return phrases("leads", "addressee_nouns").at(self.words, i, last) is not None

    def _adjacent(self, subject_end: int, verb: int) -> bool:
        if not 0 <= verb - subject_end <= _NEAR:
            return False
        i = subject_end
        while i < verb:
            hit = phrases("leads", "adverbs").at(self.words, i, verb)
            if hit is None and self.words[i] not in ",":
                return False
            i = hit.last if hit is not None else i + 1
        return True

    def _by_meeting(self, first: int, verb: int) -> bool:
        """"Đại hội thống nhất mục tiêu", "Nghị quyết đề ra 23 chỉ tiêu"."""
        if verb - first > 14:  # noqa: PLR2004 - a lead is short
            return False
        return any(
            phrases("leads", "deciders").at(self.words, i, verb) is not None for i in range(first, verb)
        )

    def _behind(self, i: int, last: int) -> int:
        while i < last:
            hit = phrases("leads", "fillers").at(self.words, i, last)
            if hit is not None and hit.last < last:
                i = hit.last
            elif self.words[i] in ":,":
                i += 1
            elif (time := self.times.get(i)) is not None and time.last < last:
                break
            else:
                break
        return i


@cache
def _verbs() -> Lexicon[LeadKind]:
    data = language("leads")
    return Lexicon((phrase, kind) for name, kind in _KINDS for phrase in data[name])


@cache
def _needs_addressee() -> frozenset[str]:
    return frozenset(language("leads")["plain_orders"])
