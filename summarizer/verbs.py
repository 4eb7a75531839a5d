"""Verbs: where somebody acts and where something is said to stand (``language/verbs.toml``)."""

from functools import cache

from summarizer.lexicon import Lexicon, Tokens, language

ACT, STATE, FULL_STATE = 1, 2, 4  # an action; how something stands; the latter without an object

_KINDS = (("act", ACT), ("state", STATE), ("full_state", STATE | FULL_STATE), ("names", 0))


def mark_verbs(tokens: Tokens) -> bytes:
    """Mark each token at which a verb begins with what it may be, a sum of the kinds above."""
    marks = bytearray(len(tokens))
    for hit in _verbs().find(tokens):
        marks[hit.first] = hit.entry
    return bytes(marks)


@cache
def _verbs() -> Lexicon[int]:
    data = language("verbs")
    kinds: dict[str, int] = {}
    for name, sign in _KINDS:
        for phrase in data[name]:
            kinds[phrase] = kinds.get(phrase, 0) | sign
    return Lexicon(kinds.items())
