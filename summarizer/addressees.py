"""Who is told to act: the noun phrases between an order verb and the action.

Positions are token positions.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from summarizer.documents import Document
from summarizer.lexicon import language, phrases
from summarizer.people import BodyMention
from summarizer.verbs import ACT

_LONGEST = 45  # tokens; a longer stretch before a verb is no list of addressees


@dataclass(frozen=True, slots=True)
class Addressees:
    """Names as written, and where the action begins behind them."""

    names: tuple[str, ...]
    action: int


def read_addressees(
    document: Document, verbs: bytes, bodies: Mapping[int, BodyMention], first: int, last: int
) -> Addressees | None:
    """Addressees at the head of tokens ``[first, last)``, or None if it begins otherwise."""
    words = document.tokens.words
    if first >= last:
        return None
    noun = phrases("leads", "addressee_nouns").at(words, first, last)
    if first not in bodies and (noun is None or verbs[first] & ACT):
        return None
    action = _action(document, verbs, bodies, first, last)
    if action is None or action - first > _LONGEST:
        return None
    names = _names(document, bodies, first, action)
    joined = phrases("addressees", "jointly").at(words, action, last)
    if joined is not None:
        partner = read_addressees(document, verbs, bodies, joined.last, last)
        if partner is not None:
            return Addressees((*names, *partner.names), action)
    return Addressees(names, action)


def _action(
    document: Document, verbs: bytes, bodies: Mapping[int, BodyMention], first: int, last: int
) -> int | None:
    """Where the first verb of action stands that is no part of a name."""
    words, starts, text = document.tokens.words, document.tokens.starts, document.folded.text
    i = first
    while i < last:
        if i == first or words[i - 1] in _JOINTS:
            noun = phrases("leads", "addressee_nouns").at(words, i, last)
            if noun is not None and noun.last > i + 1:
                i = noun.last
                continue
        body = bodies.get(i)
        if body is not None and body.last <= last and not _acts_itself(document, verbs, body):
            i = max(body.last, i + 1)
            continue
        if words[i] == "đạt" and words[i - 1] not in _ATTRIBUTE:
            return None  # "xã Minh Cầm đạt chuẩn …" names an end, nobody to act
        if i > first and verbs[i] & ACT and not text[starts[i]].isupper():
            hit = phrases("leads", "addressee_nouns").at(words, i, last)
            named = hit is not None and hit.last > i + 1
            if not named and words[i - 1] not in _no_action_behind():
                return i
        i += 1
    return None


def _acts_itself(document: Document, verbs: bytes, body: BodyMention) -> bool:
    """Whether a name in small letters swallowed its verb: "các phòng, ban xây dựng kế hoạch"."""
    written = document.folded.text[body.start : body.end]
    return written.islower() and any(v & ACT for v in verbs[body.first + 1 : body.last])


def _names(
    document: Document, bodies: Mapping[int, BodyMention], first: int, last: int
) -> tuple[str, ...]:
    """Split at commas, semicolons and conjunctions before a new quantifier or office."""
    words = document.tokens.words
    names: list[tuple[int, int]] = []
    start = first
    for i in range(first + 1, last):
        if words[i] not in (",", ";", "và", "cùng") or i + 1 >= last:
            continue
        follows = i + 2 if words[i + 1] in ("với", "cùng") else i + 1
        if phrases("addressees", "openers").at(words, follows, last) is not None or (
            follows in bodies and not bodies[follows].bare
        ):
            names.append((start, i))
            start = follows
    names.append((start, last))
    return tuple(name for a, b in names if (name := _clean(document, a, b)))


def _clean(document: Document, first: int, last: int) -> str:
    words, tokens = document.tokens.words, document.tokens
    while last > first and words[last - 1] in _trailing():
        last -= 1
    while first < last and words[first] in (",", ";", ":"):
        first += 1
    if first >= last:
        return ""
    return document.folded.text[tokens.starts[first] : tokens.ends[last - 1]]


_ATTRIBUTE = frozenset(["đã", "chưa", "được"])
_JOINTS = frozenset([",", ";", "và", "cùng", "với"])


@cache
def _no_action_behind() -> frozenset[str]:
    return frozenset(language("addressees")["no_action_behind"])


@cache
def _trailing() -> frozenset[str]:
    return frozenset([",", ";", ":", *language("addressees")["trailing"]])
