"""Phrases that end right before a place: the mirror image of ``Lexicon``."""

from collections.abc import Iterable
from typing import Any, Generic, TypeVar

from summarizer.folding import match_key
from summarizer.lexicon import tokenize

E = TypeVar("E")


class Endings(Generic[E]):
    """Phrases with entries, looked up backwards; several entries of a phrase are all kept."""

    def __init__(self, phrases: Iterable[tuple[str, E]]) -> None:
        self._root: dict[str, Any] = {}
        for phrase, entry in phrases:
            node = self._root
            for word in reversed(tokenize(match_key(phrase)).words):
                node = node.setdefault(word, {})
            node.setdefault("", []).append(entry)

    def before(self, words: list[str], i: int) -> list[E]:
        """Entries of all phrases that end just before token ``i``, the longest phrase first."""
        found: list[E] = []
        node = self._root
        while i > 0:
            i -= 1
            node = node.get(words[i])  # type: ignore[assignment]
            if node is None:
                break
            if "" in node:
                found[:0] = node[""]
        return found
