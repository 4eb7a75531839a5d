"""Sectors: the field of the thing that an item measures, promises or orders.

Every phrase of ``language/sectors.toml`` found in the item votes. The thing named first counts
half as much again; a purpose ("nhằm …") and the name of an office count little.
Positions are token positions, half open.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise, product
from typing import Any, Literal, NamedTuple, get_args

from schemas.summary import Sector
from summarizer.lexicon import Lexicon, Tokens, language

_WEIGHTS = {"certain": 30, "usual": 20, "hint": 10}
_NAMED = _WEIGHTS["usual"]  # from here on a phrase names a thing of its own
Kind = Literal["vote", "body", "purpose", "office", "mute"]

_ACTING = _WEIGHTS["hint"]  # a body in front of what it does
_AROUND = 9  # less than any phrase of the item itself
_SEVERAL = 3  # different sectors, side by side, belong to none of them
_FRAME = 3  # tokens between a formula and the thing it frames
_NEAR = 8  # tokens behind the focus that still belong to it
_SECTORS: tuple[Sector, ...] = get_args(Sector)
_JOINTS = (" - ", " ", ", ", " và ")


class Vote(NamedTuple):
    """A phrase that speaks for a sector: token positions ``[first, last)`` and its weight."""

    first: int
    last: int
    sector: Sector
    weight: int


@dataclass(frozen=True, slots=True)
class _Phrase:
    """What the data file says of a phrase: a vote, or a word that lowers the votes behind it."""

    sector: Sector | None
    weight: int = 0
    kind: Kind = "vote"
    branch: bool = False


@dataclass(frozen=True, slots=True)
class _Rules:
    lexicon: Lexicon[_Phrase]
    place: frozenset[str]
    plural: frozenset[str]
    inside_office: frozenset[str]
    growth: frozenset[str]


def sector_of(
    tokens: Tokens,
    first: int,
    last: int,
    *,
    focus: int | None = None,
    around: Sector | None = None,
) -> Sector:
    """Name the sector of the item whose words are tokens ``[first, last)``.

    ``focus`` is a token of the item, such as its figure, if the words beside it matter most;
    ``around`` is the sector of the neighbours, taken where the item itself says nothing.
    """
    votes, branches_only = _votes(tokens.words, first, last)
    if branches_only and _is_share(tokens.words[first:last]):
        return "general"
    return _elect(_with_head(votes, focus), around)


def explain_sector(
    tokens: Tokens, first: int, last: int, *, focus: int | None = None
) -> tuple[Vote, ...]:
    """List the phrases that vote, in order of the text, with the weight each has here."""
    votes, _ = _votes(tokens.words, first, last)
    return tuple(_with_head(votes, focus))


def _votes(words: list[str], first: int, last: int) -> tuple[list[Vote], bool]:
    """Every vote, and whether only branches of the economy voted."""
    rules = _rules()
    votes: list[Vote] = []
    office = purpose = -1  # behind the last office word, behind the first purpose word
    named = False
    branches_only = True
    for hit in rules.lexicon.scan(words, first, last):
        start, phrase = hit.first, hit.entry
        if phrase.sector is None:
            if phrase.kind == "purpose" and purpose < 0:
                purpose = hit.last
            elif phrase.kind == "office":
                office = hit.last
            continue
        weight = phrase.weight
        if purpose >= 0 and not named:
            # Told in front, a purpose ends at the comma: "để …, huyện tập trung …".
            purpose = -1 if "," in words[purpose:start] else start
        if purpose >= 0:
            weight = weight * 2 // 5
        elif phrase.kind == "body" and not named:
            weight = _ACTING
        if office >= 0:
            inside = rules.inside_office.issuperset(words[office:start])
            office, weight = (hit.last, weight // 5) if inside else (-1, weight)
        if _told_as_place(rules, words, first, start):
            weight //= 2
        named = named or weight >= _NAMED
        branches_only = branches_only and phrase.branch
        votes.append(Vote(start, hit.last, phrase.sector, weight))
    return _without_frames(words, votes), branches_only and bool(votes)


def _told_as_place(rules: _Rules, words: list[str], first: int, start: int) -> bool:
    before = start - 1 - (start > first and words[start - 1] in rules.plural)
    return before >= first and words[before] in rules.place


def _without_frames(words: list[str], votes: list[Vote]) -> list[Vote]:
    """A formula right before a thing only frames it: "chỉ tiêu nông nghiệp"."""
    for i, (vote, following) in enumerate(pairwise(votes)):
        framing = vote.sector == "general" != following.sector and following.weight >= _NAMED
        if framing and vote.weight <= _NAMED:
            gap = words[vote.last : following.first]
            if len(gap) <= _FRAME and "," not in gap:
                votes[i] = vote._replace(weight=vote.weight // 4)
    return votes


def _with_head(votes: list[Vote], focus: int | None) -> list[Vote]:
    """Raise the thing named first, or nearest before the focus."""
    head = -1
    for i, vote in enumerate(votes):
        if focus is not None and vote.first > focus + _NEAR and head >= 0:
            break
        if vote.weight >= _NAMED:
            head = i
            if focus is None:
                break
    if head >= 0:
        vote = votes[head]
        votes[head] = vote._replace(weight=vote.weight * 3 // 2)
    return votes


def _elect(votes: Sequence[Vote], around: Sector | None) -> Sector:
    if len(votes) == 1 and votes[0].weight > _AROUND:
        return votes[0].sector
    scores: dict[Sector, int] = {}
    named: dict[Sector, int] = {}
    for vote in votes:
        scores[vote.sector] = scores.get(vote.sector, 0) + vote.weight
        if vote.weight >= _NAMED and vote.sector != "general":
            named[vote.sector] = named.get(vote.sector, 0) + 1
    if len(named) >= _SEVERAL and max(named.values()) == 1:
        return "general"
    if around is not None:
        scores[around] = scores.get(around, 0) + _AROUND
    return max(scores, key=scores.__getitem__, default="general")


def _is_share(words: list[str]) -> bool:
    """A branch of the economy with nothing but a percentage is a share of the structure."""
    return "%" in words and _rules().growth.isdisjoint(words)


@cache
def _rules() -> _Rules:
    data = language("sectors")
    phrases = dict(_phrases(data))
    for name in _spellings(data["branches"]["names"]):
        if name in phrases:
            phrases[name] = replace(phrases[name], branch=True)
    for name in _spellings(data["bodies"]["names"]):
        if name in phrases:
            phrases[name] = replace(phrases[name], kind="body")
    words = data["words"]
    return _Rules(
        Lexicon(phrases.items()),
        frozenset(words["place"]),
        frozenset(words["plural"]),
        frozenset(words["inside_office"]),
        frozenset(words["growth"]),
    )


def _phrases(data: dict[str, Any]) -> Iterator[tuple[str, _Phrase]]:
    """Later phrases win over earlier ones: the heavier over the lighter, words over phrases."""
    for level in reversed(_WEIGHTS):
        for sector in _SECTORS:
            for name in _spellings(data[sector][level]):
                yield name, _Phrase(sector, _WEIGHTS[level])
    kinds: tuple[Kind, ...] = ("mute", "purpose", "office")
    for kind in kinds:
        for name in data["words"][kind]:
            yield name, _Phrase(None, kind=kind)


def _spellings(names: Sequence[str]) -> Iterator[str]:
    """Each name with every joint that may stand for its " - "."""
    for name in names:
        parts = name.split(" - ")
        for joints in product(_JOINTS, repeat=len(parts) - 1):
            yield parts[0] + "".join(j + p for j, p in zip(joints, parts[1:], strict=True))
