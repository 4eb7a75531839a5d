"""Verbs: where somebody acts and where something is said to stand (``language/verbs.toml``)."""

from functools import cache

from summarizer.lexicon import Lexicon, Tokens, language

ACT, STATE, FULL_STATE = 1, 2, 4  # an action; how something stands; the latter without an object

_KINDS = (("act", ACT), ("state", STATE), ("full_state", STATE | FULL_STATE), ("names", 0))


# For each sum of kinds the marks that are none of them.
_OTHERS = tuple(bytes(v for v in range(256) if not v & kinds) for kinds in range(8))


def any_verb(verbs: bytes, kinds: int, first: int, last: int) -> bool:
    """Whether a verb of one of these kinds begins in tokens ``[first, last)``."""
    return bool(verbs[first:last].translate(None, _OTHERS[kinds]))


def mark_verbs(tokens: Tokens) -> bytes:
    """Mark each token at which a verb begins with what it may be, a sum of the kinds above."""
    marks = bytearray(len(tokens))
    for first, _, kinds in _verbs().spans(tokens):
        marks[first] = kinds
    return bytes(marks)


@cache
def _verbs() -> Lexicon[int]:
    data = language("verbs")
    kinds: dict[str, int] = {}
    for name, sign in _KINDS:
        for phrase in data[name]:
            kinds[phrase] = kinds.get(phrase, 0) | sign
    return Lexicon(kinds.items())
