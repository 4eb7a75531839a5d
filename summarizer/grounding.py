"""Grounding: whether words that an engine names stand in the source."""

import unicodedata
from functools import cache, cached_property

from summarizer.folding import Folded
from summarizer.lexicon import language


class Ground:
    """The words of one text, in the form in which names are compared.

    Blanks, case and the two spellings of a body ("Ủy ban nhân dân", "UBND") do not count.
    """

    def __init__(self, folded: Folded) -> None:
        self._folded = folded
        self._known: dict[str, bool] = {}

    def holds(self, words: str) -> bool:
        """Whether the text holds these words."""
        known = self._known.get(words)
        if known is None:
            plain = _plain(" ".join(unicodedata.normalize("NFC", words).split()))
            known = self._known[words] = bool(plain) and self._stands(plain)
        return known

    def _stands(self, plain: str) -> bool:
        """Whether the words stand there whole: "năm 202" does not stand in "năm 2024"."""
        text = self._text
        start = text.find(plain)
        while start >= 0:
            end = start + len(plain)
            before, behind = text[max(0, start - 2) : start], text[end : end + 2]
            if not _goes_on(plain[0], before[::-1]) and not _goes_on(plain[-1], behind):
                return True
            start = text.find(plain, start + 1)
        return False

    @cached_property
    def _text(self) -> str:
        return _plain(self._folded.text.replace("\n", " "))


def _goes_on(sign: str, beside: str) -> bool:
    """Whether a word or number goes on from its outermost sign to the two beside, nearest first."""
    if sign.isalnum() and beside and (beside[0].isalnum() or beside[0] == "_"):
        return True
    return sign.isdecimal() and beside[:1] in _INSIDE_NUMBERS and beside[1:].isdecimal()


_INSIDE_NUMBERS = frozenset(".,/-")


def _plain(words: str) -> str:
    words = words.lower()
    for full, short in _short_forms():
        words = words.replace(full, short)
    return words


@cache
def _short_forms() -> tuple[tuple[str, str], ...]:
    return tuple(language("grounding")["short_forms"].items())
