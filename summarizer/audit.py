"""The audit: what a draft leaves open or seems to get wrong, asked about in one small question.

Two kinds of doubt need no gold: a figure of the body that no item claims, and a clause whose own
words speak strongly for another list than the draft's (plan cues filed under results). The question
names the clauses only, neither the draft's list nor ours, so that it leads nobody.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from schemas import (
    Draft,
    DraftDirective,
    DraftIssuer,
    DraftItem,
    DraftTarget,
    Flag,
    Summary,
)
from schemas.answers import BrokenItem, ClauseVerdict, DraftAnswer, Verdict
from summarizer.clauses import Clause
from summarizer.embedded import Decision, explain
from summarizer.reading import Reading
from summarizer.sectors import sector_of

MOST_ASKED = 40  # clauses; more doubts than that are no small question
_STRONG = 3.0  # weight by which the words must speak for another list
_OPEN = 1.0  # weight up to which the words leave it open

LISTS: Mapping[str, Verdict] = {
    "achievements": "achievement",
    "shortcomings": "shortcoming",
    "targets": "target",
    "directives": "directive",
}
_FRAMES: Mapping[Verdict, tuple[str, ...]] = {
    "achievement": ("results",),
    "shortcoming": ("faults",),
    "target": ("goals", "tasks", "orders"),
    "directive": ("tasks", "orders"),
    "none": (),
}
_LOOKS_BACK = frozenset(["achievement", "shortcoming"])
_LOOKS_AHEAD = frozenset(["target", "directive"])

AnyItem = DraftItem | DraftTarget | DraftDirective


class Place(NamedTuple):
    """Where an item stands in a draft."""

    list: str
    position: int


@dataclass(frozen=True)
class Claims:
    """Which items of a draft use which clauses."""

    of: Mapping[int, tuple[Place, ...]]

    def lists(self, number: int) -> set[Verdict]:
        """The lists that a clause stands in."""
        return {LISTS[place.list] for place in self.of.get(number, ())}


def claims(draft: Draft) -> Claims:
    """Look up a draft by clause."""
    of: dict[int, tuple[Place, ...]] = {}
    for name in LISTS:
        for position, item in enumerate(getattr(draft, name)):
            for number in item.clauses:
                of[number] = (*of.get(number, ()), Place(name, position))
    return Claims(of)


# ---- doubts -------------------------------------------------------------------------------------


def doubts(
    coarse: Reading, fine: Reading, draft: Draft, summary: Summary, beside: Iterable[int] = ()
) -> tuple[int, ...]:
    """Numbers of the clauses of ``fine`` to ask about, in order, ``MOST_ASKED`` at most.

    ``coarse`` is the same document as the embedded engine reads it, ``summary`` what became of the
    draft, ``beside`` clauses that stood beside unknown ones.
    """
    contested = _contested(coarse, fine, claims(draft))
    doubtful = {*_unclaimed(fine, summary), *contested, *beside}
    return tuple(sorted(doubtful)[:MOST_ASKED])


def _unclaimed(fine: Reading, summary: Summary) -> Iterator[int]:
    """Clauses that hold a figure which no item uses."""
    starts = [numeral.start for numeral in summary.coverage.unclaimed]  # in order of the text
    folded = fine.document.folded
    for clause in fine.told:
        if not clause.figures:
            continue
        begin, end = folded.source_span(clause.start, clause.end)
        if bisect_left(starts, begin) < bisect_left(starts, end):
            yield clause.number


def _contested(coarse: Reading, fine: Reading, claimed: Claims) -> Iterator[int]:
    """Claimed clauses that look back and are told ahead, or the other way round."""
    decisions = iter(explain(coarse))
    decision = next(decisions, None)
    ends = {clause.number: clause.end for clause in coarse.clauses}
    for clause in fine.clauses:
        while decision is not None and ends[decision.number] <= clause.start:
            decision = next(decisions, None)
        if decision is None:
            return
        if any(_disagrees(decision, told) for told in claimed.lists(clause.number)):
            yield clause.number


def _disagrees(decision: Decision, told: Verdict) -> bool:
    turned = (decision.label in _LOOKS_AHEAD and told in _LOOKS_BACK) or (
        decision.label in _LOOKS_BACK and told in _LOOKS_AHEAD
    )
    return turned and _weight_against(decision, told) >= _STRONG


def _weight_against(decision: Decision, told: Verdict) -> float:
    """How much more strongly the words speak for the frame decided than for another list."""
    best = max((decision.scores[frame] for frame in _FRAMES[told]), default=0.0)
    return decision.scores[decision.frame] - best


def is_open(decision: Decision, told: Verdict) -> bool:
    """Whether the words leave it open that an item belongs to another list than decided.

    What is an item at all is not left to those who need help.
    """
    moved = "none" not in (decision.label, told)
    return moved and _weight_against(decision, told) < _OPEN


# ---- verdicts -----------------------------------------------------------------------------------


def reconsider(
    reading: Reading, draft: Draft, verdicts: Iterable[ClauseVerdict], asked: Sequence[int]
) -> tuple[Draft, tuple[Flag, ...]]:
    """The draft after the verdicts on the clauses asked about, and what was changed by them."""
    claimed = claims(draft)
    known = {c.number: c for c in reading.clauses if c.number in set(asked)}
    items: dict[str, list[AnyItem]] = {name: list(getattr(draft, name)) for name in LISTS}
    changed: list[Flag] = []
    for verdict in verdicts:
        clause = known.pop(verdict.clause, None)  # a clause not asked about, or told twice
        before = claimed.lists(verdict.clause)
        if clause is None or verdict.list in before or (verdict.list == "none" and not before):
            continue
        for place in claimed.of.get(clause.number, ()):
            items[place.list][place.position] = _without(items[place.list][place.position], clause)
        if verdict.list != "none":
            name = next(name for name, told in LISTS.items() if told == verdict.list)
            items[name].append(_item(reading, draft, clause, verdict.list))
        changed.append(_reconsidered(clause, before, verdict.list))
    return _in_order(draft, items), tuple(changed)


def _without(item: AnyItem, clause: Clause) -> AnyItem:
    return item.model_copy(update={"clauses": tuple(n for n in item.clauses if n != clause.number)})


def _item(reading: Reading, draft: Draft, clause: Clause, kind: Verdict) -> AnyItem:
    """An item of its own for a clause: what the model did not say is read by code."""
    sector = sector_of(reading.document.tokens, clause.first, clause.last)
    numbers = (clause.number,)
    if kind == "directive":
        told = reading.addressees(clause.first, clause.last)
        addressees = told.names if told else ()
        issuer = _issuer_before(draft, clause.number)
        return DraftDirective(clauses=numbers, sector=sector, issuer=issuer, addressees=addressees)
    if kind == "target":
        return DraftTarget(clauses=numbers, sector=sector)
    return DraftItem(clauses=numbers, sector=sector)


def _issuer_before(draft: Draft, number: int) -> int | None:
    """Who gives the directive nearest before a clause, else the first one behind it."""
    told = sorted((min(d.clauses), d.issuer) for d in draft.directives if d.clauses)
    before = [issuer for first, issuer in told if first < number]
    if before:
        return before[-1]
    return told[0][1] if told else None


def _in_order(draft: Draft, items: Mapping[str, Sequence[AnyItem]]) -> Draft:
    """Items without a clause are gone, the others stand in order of the text."""
    update = {
        name: tuple(sorted((i for i in told if i.clauses), key=lambda item: min(item.clauses)))
        for name, told in items.items()
    }
    return draft.model_copy(update=update)


def _reconsidered(clause: Clause, before: set[Verdict], now: Verdict) -> Flag:
    was = " and ".join(sorted(before)) or "in no list"
    message = f"clause {clause.number}: {was}, asked again: {now}"
    return Flag(code="reconsidered", message=message)


# ---- repair -------------------------------------------------------------------------------------


def broken_items(reading: Reading, answer: DraftAnswer) -> tuple[BrokenItem, ...]:
    """Items in no valid shape, and those that point at no clause of the document."""
    known = _known(reading)
    astray = [
        BrokenItem(
            list=name,
            position=position,
            answered=item.model_dump(mode="json"),
            errors=(_astray(item),),
        )
        for name in LISTS
        for position, item in enumerate(getattr(answer, name))
        if known.isdisjoint(item.clauses)
    ]
    return (*answer.broken, *astray)


def sound(reading: Reading, answer: DraftAnswer) -> Draft:
    """The items of an answer that need no repair, without clauses that are not there."""
    known = _known(reading)
    kept: dict[str, Any] = {
        name: tuple(
            _within(item, known)
            for item in getattr(answer, name)
            if not known.isdisjoint(item.clauses)
        )
        for name in LISTS
    }
    return Draft(overview=answer.overview, issuers=answer.issuers, **kept)


def missed_clauses(
    reading: Reading, answer: DraftAnswer
) -> tuple[tuple[int, ...], tuple[Flag, ...]]:
    """Clauses of items that also name some that are not there, and what is told of it."""
    known = _known(reading)
    doubtful: list[int] = []
    issues: list[Flag] = []
    for name in LISTS:
        for position, item in enumerate(getattr(answer, name)):
            missing = [n for n in item.clauses if n not in known]
            if missing and len(missing) < len(item.clauses):
                doubtful.extend(known.intersection(item.clauses))
                message = f"{name}[{position}]: there is no clause {_listed(missing)}"
                issues.append(Flag(code="clause_unknown", message=message))
    return tuple(doubtful), tuple(issues)


def _known(reading: Reading) -> set[int]:
    return {clause.number for clause in reading.told}


def _within(item: AnyItem, known: set[int]) -> AnyItem:
    if known.issuperset(item.clauses):
        return item
    return item.model_copy(update={"clauses": tuple(n for n in item.clauses if n in known)})


def mended(
    reading: Reading, draft: Draft, broken: Sequence[BrokenItem], repair: DraftAnswer
) -> tuple[Draft, tuple[Flag, ...]]:
    """The draft with the repaired items in their places; those still broken are told.

    No more items are taken than were broken, list by list. The repair counts its own issuers, the
    corrected ones first.
    """
    issuers = list(draft.issuers)
    places = [position for position, issuer in enumerate(issuers) if not issuer.name]
    for position, issuer in zip(places, repair.issuers, strict=False):
        issuers[position] = issuer
    offered = sound(reading, repair)
    items: dict[str, list[AnyItem]] = {name: list(getattr(draft, name)) for name in LISTS}
    issues: list[Flag] = []
    for name in LISTS:
        asked = [b for b in broken if b.list == name]
        given = list(getattr(offered, name))[: len(asked)]
        items[name].extend(_given_by(item, repair.issuers, issuers) for item in given)
        issues.extend(_unmended(b) for b in asked[len(given) :])
    return _in_order(draft.model_copy(update={"issuers": tuple(issuers)}), items), tuple(issues)


def _given_by(item: AnyItem, told: Sequence[DraftIssuer], issuers: list[DraftIssuer]) -> AnyItem:
    """A directive counted among ``told`` counts among ``issuers``, which grow where needed."""
    if not isinstance(item, DraftDirective) or item.issuer is None:
        return item
    if not 0 <= item.issuer < len(told):
        return item.model_copy(update={"issuer": None})
    issuer = told[item.issuer]
    if issuer not in issuers:
        issuers.append(issuer)
    return item.model_copy(update={"issuer": issuers.index(issuer)})


def joined(drafts: Sequence[Draft]) -> Draft:
    """The drafts of the parts of one document as one; an issuer told twice is one."""
    issuers: list[DraftIssuer] = []
    items: dict[str, list[AnyItem]] = {name: [] for name in LISTS}
    for draft in drafts:
        for name in LISTS:
            items[name].extend(
                _given_by(item, draft.issuers, issuers) for item in getattr(draft, name)
            )
    overview = next((draft.overview for draft in drafts if draft.overview), "")
    return _in_order(Draft(overview=overview, issuers=tuple(issuers)), items)


def _unmended(broken: BrokenItem) -> Flag:
    where = f"{broken.list}[{broken.position}]"
    return Flag(code="item_broken", message=f"{where}: {broken.errors[0]}, dropped")


def unmended(broken: Iterable[BrokenItem]) -> tuple[Flag, ...]:
    """What is told of broken items that nobody was asked to repair."""
    return tuple(_unmended(item) for item in broken)


def _astray(item: AnyItem) -> str:
    if not item.clauses:
        return "clauses: name at least one clause"
    return f"clauses: there is no clause {_listed(item.clauses)}"


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))
