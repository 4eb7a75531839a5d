"""Sectors: the field of the thing that an item measures, promises or orders.

Every phrase of ``language/sectors.toml`` found in the item votes. The thing named first counts
half as much again; a purpose ("nhằm …") and the name of an office count little.
Positions are token positions, half open.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import Any, Literal, NamedTuple, get_args

from schemas.summary import Sector
from summarizer.folding import match_key
from summarizer.lexicon import Tokens, language, tokenize

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
    """What the data file says of a phrase: a vote, or a word without weight that lowers others."""

    sector: Sector
    weight: int = 0
    kind: Kind = "vote"
    branch: bool = False


_Hit = tuple[int, int, _Phrase]  # first token, token behind the last, what the file says
_APART = "|"  # in no name


class _Phrases:
    """The phrases of an item: a ``Lexicon`` that is walked without a call for each token."""

    def __init__(self, phrases: Mapping[str, _Phrase]) -> None:
        self._root: dict[str, Any] = {}
        for words, phrase in zip(_folded(phrases), phrases.values(), strict=True):
            node = self._root
            for word in words:
                node = node.setdefault(word, {})
            node[""] = phrase

    def scan(self, words: list[str], i: int, end: int) -> list[_Hit]:
        """Longest phrases of a stretch from left to right, without overlap."""
        found: list[_Hit] = []
        start = self._root.get
        while i < end:
            node = start(words[i])
            if node is None:
                i += 1
                continue
            last, j = 0, i + 1
            while node is not None:
                if "" in node:
                    last, phrase = j, node[""]
                node = node.get(words[j]) if j < end else None
                j += 1
            if last:
                found.append((i, last, phrase))
            i = last or i + 1
        return found


def _folded(names: Iterable[str]) -> Iterator[list[str]]:
    """The words of each name; folding all at once takes a fraction of folding one by one."""
    words: list[str] = []
    for word in tokenize(match_key(f" {_APART} ".join((*names, "")))).words:
        if word != _APART:
            words.append(word)
        else:
            yield words
            words = []


@dataclass(frozen=True, slots=True)
class _Rules:
    phrases: _Phrases
    place: frozenset[str]
    plural: frozenset[str]
    in_front: frozenset[str]  # both
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
    hits, weights = _votes(tokens.words, first, last)
    if not hits:
        return around or "general"
    if _are_branches(hits) and _is_share(tokens.words[first:last]):
        return "general"
    if len(hits) == 1 and weights[0] > _AROUND:
        return hits[0][2].sector
    _raise_head(hits, weights, focus)
    return _elect(hits, weights, around)


def explain_sector(
    tokens: Tokens, first: int, last: int, *, focus: int | None = None
) -> tuple[Vote, ...]:
    """List the phrases that vote, in order of the text, with the weight each has here."""
    hits, weights = _votes(tokens.words, first, last)
    _raise_head(hits, weights, focus)
    return tuple(
        Vote(start, end, phrase.sector, weight)
        for (start, end, phrase), weight in zip(hits, weights, strict=True)
    )


def _votes(words: list[str], first: int, last: int) -> tuple[list[_Hit], list[int]]:
    """Every phrase that votes, and beside it the weight that it has in this item."""
    rules = _rules()
    hits: list[_Hit] = []
    weights: list[int] = []
    office = purpose = -1  # behind the last office word, behind the first purpose word
    named = False
    for hit in rules.phrases.scan(words, first, last):
        start, end, phrase = hit
        weight = phrase.weight
        if not weight:
            office = end if phrase.kind == "office" else office
            purpose = end if phrase.kind == "purpose" and purpose < 0 else purpose
            continue
        if purpose >= 0 and not named:
            # Told in front, a purpose ends at the comma: "để …, huyện tập trung …".
            purpose = -1 if "," in words[purpose:start] else start
        if purpose >= 0:
            weight = weight * 2 // 5
        elif phrase.kind == "body" and not named:
            weight = _ACTING
        if office >= 0:
            inside = rules.inside_office.issuperset(words[office:start])
            office, weight = (end, weight // 5) if inside else (-1, weight)
        if words[start - 1] in rules.in_front and _told_as_place(rules, words, first, start):
            weight //= 2
        if weight >= _NAMED:
            named = True
            _lower_frame(words, hits, weights, hit)
        hits.append(hit)
        weights.append(weight)
    return hits, weights


def _told_as_place(rules: _Rules, words: list[str], first: int, start: int) -> bool:
    before = start - 1 - (start > first and words[start - 1] in rules.plural)
    return before >= first and words[before] in rules.place


def _lower_frame(words: list[str], hits: list[_Hit], weights: list[int], hit: _Hit) -> None:
    """A formula right before a thing only frames it: "chỉ tiêu nông nghiệp"."""
    if not hits or hits[-1][2].sector != "general" or weights[-1] > _NAMED:
        return
    gap = words[hits[-1][1] : hit[0]]
    if hit[2].sector != "general" and len(gap) <= _FRAME and "," not in gap:
        weights[-1] //= 4


def _raise_head(hits: list[_Hit], weights: list[int], focus: int | None) -> None:
    """Raise the thing named first, or nearest before the focus."""
    head = -1
    for i, weight in enumerate(weights):
        if focus is not None and hits[i][0] > focus + _NEAR and head >= 0:
            break
        if weight >= _NAMED:
            head = i
            if focus is None:
                break
    if head >= 0:
        weights[head] = weights[head] * 3 // 2


def _elect(hits: list[_Hit], weights: list[int], around: Sector | None) -> Sector:
    scores: dict[Sector, int] = {}
    for (_, _, phrase), weight in zip(hits, weights, strict=True):
        scores[phrase.sector] = scores.get(phrase.sector, 0) + weight
    if len(scores) >= _SEVERAL and _are_several(hits, weights):
        return "general"
    if around is not None:
        scores[around] = scores.get(around, 0) + _AROUND
    return max(scores, key=scores.__getitem__)


def _are_several(hits: list[_Hit], weights: list[int]) -> bool:
    """Different things, each named once, side by side."""
    named = [
        phrase.sector
        for (_, _, phrase), weight in zip(hits, weights, strict=True)
        if weight >= _NAMED and phrase.sector != "general"
    ]
    return len(named) >= _SEVERAL and len(set(named)) == len(named)


def _are_branches(hits: list[_Hit]) -> bool:
    return hits[0][2].branch and all(phrase.branch for _, _, phrase in hits)


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
        _Phrases(phrases),
        frozenset(words["place"]),
        frozenset(words["plural"]),
        frozenset(words["place"] + words["plural"]),
        frozenset(words["inside_office"]),
        frozenset(words["growth"]),
    )


def _phrases(data: dict[str, Any]) -> Iterator[tuple[str, _Phrase]]:
    """Later phrases win over earlier ones: the heavier over the lighter, words over phrases."""
    for level in reversed(_WEIGHTS):
        for sector in _SECTORS:
            phrase = _Phrase(sector, _WEIGHTS[level])
            for name in _spellings(data[sector][level]):
                yield name, phrase
    kinds: tuple[Kind, ...] = ("mute", "purpose", "office")
    for kind in kinds:
        for name in data["words"][kind]:
            yield name, _Phrase("general", kind=kind)


def _spellings(names: Sequence[str]) -> Iterator[str]:
    """Each name with every joint that may stand for its " - "."""
    for name in names:
        if " - " not in name:
            yield name
            continue
        parts = name.split(" - ")
        for joints in product(_JOINTS, repeat=len(parts) - 1):
            yield parts[0] + "".join(j + p for j, p in zip(joints, parts[1:], strict=True))
