"""Grounding: whether words that an engine names stand in the source."""

import re
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
        if plain not in self._text:  # the quick answer
            return False
        head, tail = (
            _edge(plain[0], "(?<!{})", r"\d[.,/-]"),
            _edge(plain[-1], "(?!{})", r"[.,/-]\d"),
        )
        return re.search(head + re.escape(plain) + tail, self._text) is not None

    @cached_property
    def _text(self) -> str:
        return _plain(self._folded.text.replace("\n", " "))


def _edge(sign: str, unless: str, within_number: str) -> str:
    """What may not stand beside the outermost sign, lest a word or number be cut."""
    edge = unless.format(r"\w") if sign.isalnum() else ""
    return edge + (unless.format(within_number) if sign.isdecimal() else "")


def _plain(words: str) -> str:
    words = words.lower()
    for full, short in _short_forms():
        words = words.replace(full, short)
    return words


@cache
def _short_forms() -> tuple[tuple[str, str], ...]:
    return tuple(language("grounding")["short_forms"].items())
