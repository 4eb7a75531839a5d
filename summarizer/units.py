"""The unit after a number: what it counts or measures."""

from typing import NamedTuple

from summarizer.folding import match_key
from summarizer.lexicon import Lexicon, Tokens, language, tokenize

_DATA = language("units")
_STOP = frozenset(_DATA["stop"]["words"])
_PER = Lexicon((phrase, True) for phrase in _DATA["per"]["words"])
_PER_WORDS = Lexicon((phrase, True) for phrase in _DATA["per"]["after_words"])
_PER_FIRST = frozenset(phrase.split()[0] for phrase in _DATA["per"]["after_words"])
_SHOWN = {
    match_key(phrase): len(tokenize(match_key(shown)).words)
    for group in _DATA.values()
    for phrase, shown in group.get("shown", {}).items()
}
_KINDS = ("noun", "count", "people", "measure", "money", "factor", "scale", "percent")


class Unit(NamedTuple):
    """A unit: its kind, its words and its token span ``[first, last)``; ``end`` as an offset."""

    kind: str
    text: str
    first: int
    last: int
    end: int


_KEYS = [(kind, match_key(phrase)) for kind in _KINDS[1:] for phrase in _DATA[kind]["words"]]
_WORDS = {key: tokenize(key).words for _, key in _KEYS}
_UNITS = Lexicon((key, (kind, _SHOWN.get(key, len(_WORDS[key])))) for kind, key in _KEYS)
_FIRST = frozenset(words[0] for words in _WORDS.values())


def is_unit(words: list[str], i: int) -> bool:
    """Whether a unit that the data file knows stands at token ``i``."""
    return i < len(words) and words[i] in _FIRST and _UNITS.at(words, i) is not None


def read_unit(tokens: Tokens, text: str, i: int) -> Unit | None:
    """The unit that starts at token ``i``; an unknown noun gives its first word."""
    words = tokens.words
    if i >= len(words):
        return None
    hit = _UNITS.at(words, i)
    if hit is None:
        return _noun(tokens, text, i)
    kind, length = hit.entry
    last = i + length
    if kind == "scale":
        kind, last = _scaled(words, last)
    last = _per(words, last)
    return _unit(tokens, text, kind, i, last)


def _scaled(words: list[str], i: int) -> tuple[str, int]:
    """What a scale word stands before; bare "tỷ" and "triệu" are money."""
    if i < len(words) and (hit := _UNITS.at(words, i)) is not None:
        kind, length = hit.entry
        if kind not in ("scale", "percent", "factor"):
            return kind, i + length
    return "money", i


def _per(words: list[str], i: int) -> int:
    n = len(words)
    while i + 1 < n and words[i] == "/" and (hit := _PER.at(words, i + 1)) is not None:
        i = hit.last
    if i < n and words[i] in _PER_FIRST and (hit := _PER_WORDS.at(words, i)) is not None:
        i = hit.last
    return i


def _noun(tokens: Tokens, text: str, i: int) -> Unit | None:
    word = tokens.words[i]
    if not word[0].isalpha() or word in _STOP:
        return None
    if text[tokens.starts[i]].isupper() and not text[tokens.starts[i] : tokens.ends[i]].isupper():
        return None  # a name, not a thing counted
    return _unit(tokens, text, "noun", i, _per(tokens.words, i + 1))


def _unit(tokens: Tokens, text: str, kind: str, i: int, last: int) -> Unit:
    end = tokens.ends[last - 1]
    shown = text[tokens.starts[i] : end].replace("\n", " ")
    if "/" in shown:
        shown = "/".join(part.strip() for part in shown.split("/"))
    return Unit(kind, shown, i, last, end)
