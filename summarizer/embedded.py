"""The embedded engine: a draft at once, without network or key.

Frames decide how a stretch is to be read (``frames``), labels what its clauses are (``labels``),
assignments who gives and gets a directive (``assignments``). Here they become a draft.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from schemas import Draft, Sector
from schemas.answers import Verdict
from summarizer.assignments import Assignments
from summarizer.clauses import Clause
from summarizer.deadlines import Deadlines
from summarizer.frames import Member, Reason
from summarizer.framing import FRAMES
from summarizer.indicators import name_indicator
from summarizer.labels import ITEMS, Label, Labelled, label_members
from summarizer.reading import Reading
from summarizer.sectors import sector_of


@dataclass(frozen=True, slots=True)
class Decision:
    """Why a clause went where it went; ``start``/``end`` are offsets into the document's text."""

    number: int
    text: str
    start: int
    end: int
    frame: str
    label: Verdict
    scores: dict[str, float]
    reasons: tuple[Reason, ...]


def draft(reading: Reading, verdicts: Mapping[int, Verdict] | None = None) -> Draft:
    """Decide a document; ``verdicts`` on clauses, by number, stand above its own labels."""
    return _Drafter(reading, verdicts or {}).draft()


def explain(reading: Reading) -> tuple[Decision, ...]:
    """One decision for each clause of the body, with the weights behind it."""
    return tuple(
        _decision(reading, labelled, clause, label)
        for labelled in label_members(reading)
        for clause, label in zip(labelled.member.clauses, labelled.labels, strict=True)
    )


def _decision(reading: Reading, labelled: Labelled, clause: Clause, label: Label) -> Decision:
    member = labelled.member
    tokens = reading.document.tokens
    start, end = reading.document.folded.source_span(
        tokens.starts[clause.first], tokens.ends[clause.last - 1]
    )
    return Decision(
        number=clause.number,
        text=reading.words_of(clause.first, clause.last),
        start=start,
        end=end,
        frame=member.frame,
        label=_list_of(labelled, label),
        scores={f: round(s, 2) for f, s in zip(FRAMES, member.scores, strict=True)},
        reasons=member.reasons,
    )


def _list_of(labelled: Labelled, label: Label) -> Verdict:
    return "directive" if label == "none" and labelled.directive else label


def _overruled(labelled: Labelled, verdicts: Mapping[int, Verdict]) -> Labelled:
    """The same member where the verdicts on its clauses agree, else with their labels."""
    member, labels, directive = labelled
    told = [verdicts.get(clause.number) for clause in member.clauses]
    own = [_list_of(labelled, label) for label in labels]
    changed = [t is not None and t != o for t, o in zip(told, own, strict=True)]
    if not any(changed):
        return labelled
    relabelled: list[Label] = []
    for new, verdict, label in zip(changed, told, labels, strict=True):
        if not new or verdict is None:
            relabelled.append(label)
        else:
            relabelled.append("none" if verdict == "directive" else verdict)
            directive = verdict == "directive"
    return Labelled(member, tuple(relabelled), directive)


_Fields = dict[str, object]


class _Drafter:
    """Collects items in order of the text; all of them are validated at once."""

    def __init__(self, reading: Reading, verdicts: Mapping[int, Verdict]) -> None:
        self.reading = reading
        self.verdicts = verdicts
        self.tokens = reading.document.tokens
        self.assignments = Assignments(reading)
        self.sector: Sector | None = None  # of the item before
        self.deadlines = Deadlines(reading)
        self.items: dict[Label, list[_Fields]] = {label: [] for label in ITEMS}
        self.directives: list[_Fields] = []

    def draft(self) -> Draft:
        for decided in label_members(self.reading):
            labelled = _overruled(decided, self.verdicts) if self.verdicts else decided
            member = labelled.member
            self.assignments.note(member)
            self.deadlines.note(member)
            if labelled.directive and not self.assignments.names_office:
                self.directives.append(self._directive(member))
            self._items(labelled)
        return Draft.model_validate(
            {
                "achievements": self.items["achievement"],
                "shortcomings": self.items["shortcoming"],
                "targets": self.items["target"],
                "issuers": self.assignments.issuers,
                "directives": self.directives,
            }
        )

    # ---- results, faults and ends -----------------------------------------------------------

    def _items(self, labelled: Labelled) -> None:
        group: str | None = None  # the indicator whose parts follow
        for clause, label in zip(labelled.member.clauses, labelled.labels, strict=True):
            if label == "none":
                continue
            self.sector = self._sector(clause.first, clause.last)
            indicator = self._indicator(clause, group)
            group = group or indicator
            item: _Fields = {
                "clauses": (clause.number,),
                "sector": self.sector,
                "indicator": indicator,
            }
            if label == "target":
                item["deadline"] = self.deadlines.of_target(clause)
            self.items[label].append(item)

    def _sector(self, first: int, last: int) -> Sector:
        return sector_of(self.tokens, first, last, around=self.sector)

    def _indicator(self, clause: Clause, group: str | None) -> str | None:
        if not clause.figures:
            return None
        document = self.reading.document
        return name_indicator(document, clause.first, clause.last, clause.figures, lead=group)

    # ---- directives -------------------------------------------------------------------------

    def _directive(self, member: Member) -> _Fields:
        self.sector = self._sector(member.first, member.last)
        assignment = self.assignments.of(member)
        return {
            "clauses": tuple([c.number for c in member.clauses]),
            "sector": self.sector,
            "issuer": assignment.issuer,
            "addressees": assignment.addressees,
            "deadline": self.deadlines.of_directive(member),
        }
