"""Phrases found in one pass: a trie over tokens, filled from data files.

The rules of language live in ``summarizer/language/*.toml``. Whatever a file says about a phrase
is its *entry*; a scan gives the longest phrase at every place, left to right, without overlap.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass
from functools import cache, cached_property, partial
from importlib.resources import files
from operator import itemgetter
from typing import Any, Generic, NamedTuple, TypeVar

from summarizer.folding import match_key

# A numeral with its inner separators is one token; so is a word; every other sign stands alone.
_TOKEN = re.compile(r"[^\W\d_]+|\d+(?:[.,]\d+)*|[^\w\s]|_|\n")

E = TypeVar("E")


@dataclass(frozen=True)
class Tokens:
    """The tokens of a folded text, as parallel lists: words of the key, offsets into the text."""

    words: list[str]
    starts: list[int]
    ends: list[int]

    def __len__(self) -> int:
        return len(self.words)

    @cached_property
    def places(self) -> dict[str, list[int]]:
        """Where each word stands, so that a lexicon looks only where a phrase can begin."""
        places: defaultdict[str, list[int]] = defaultdict(list)
        for i, word in enumerate(self.words):
            places[word].append(i)
        return dict(places)

    @cached_property
    def following(self) -> list[str]:
        """The word behind each word; a line break, which is in no phrase, behind the last."""
        return [*self.words[1:], "\n"]

    def where(self, words: Set[str]) -> list[int]:
        """Positions of all of these words, in order."""
        places = self.places
        positions = [i for word in words & places.keys() for i in places[word]]
        positions.sort()
        return positions


def tokenize(key: str) -> Tokens:
    """Tokens of a match key; a line break is a token too."""
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for chunk in key.split(" "):
        for word, start, end in _CHUNKS[chunk]:
            words.append(word)
            starts.append(at + start)
            ends.append(at + end)
        at += len(chunk) + 1
    return Tokens(words, starts, ends)


_Piece = tuple[str, int, int]


class _Chunks(dict[str, Iterable[_Piece]]):
    """The tokens between two blanks with their offsets: the same few thousand in all reports."""

    _LONGEST = 20
    _MOST = 8_192

    def __missing__(self, chunk: str) -> Iterable[_Piece]:
        pieces = ((found.group(), *found.span()) for found in _TOKEN.finditer(chunk))
        if len(chunk) > self._LONGEST:
            return pieces
        if len(self) >= self._MOST:
            self.clear()
        kept = self[chunk] = tuple(pieces)
        return kept


_CHUNKS = _Chunks()


class Hit(NamedTuple, Generic[E]):
    """A phrase found: token positions ``[first, last)`` and what the data file says of it."""

    first: int
    last: int
    entry: E


Span = tuple[int, int, E]
"""A hit as a plain tuple."""

# Hits are made by the hundred: this way costs a third of a call of the class.
_hit: Callable[[tuple[int, int, Any]], Hit[Any]] = partial(tuple.__new__, Hit)


class Lexicon(Generic[E]):
    """Phrases with entries; later additions win over earlier ones."""

    def __init__(self, phrases: Iterable[tuple[str, E]]) -> None:
        self._root: dict[str, Any] = {}
        for phrase, entry in phrases:
            node = self._root
            for word in tokenize(match_key(phrase)).words:
                node = node.setdefault(word, {})
            node[""] = entry

    def at(self, words: list[str], i: int, end: int | None = None) -> Hit[E] | None:
        """Find the longest phrase that starts at token ``i`` and ends by token ``end``."""
        node = self._root.get(words[i])
        if node is None:
            return None
        if end is None:
            end = len(words)
        last, entry = 0, None
        j = i + 1
        while True:
            if "" in node:
                last, entry = j, node[""]
            if j >= end or (node := node.get(words[j])) is None:
                break
            j += 1
        return _hit((i, last, entry)) if last else None

    def scan(self, words: list[str], start: int = 0, end: int | None = None) -> Iterator[Hit[E]]:
        """Longest phrases of a stretch from left to right, without overlap."""
        root, after = self._root, start
        stretch = words[start:end]
        if root.keys().isdisjoint(stretch):
            return
        for i, word in enumerate(stretch, start):
            if word in root and i >= after and (hit := self.at(words, i, end)) is not None:
                yield hit
                after = hit.last

    def is_absent(self, words: list[str], first: int, last: int) -> bool:
        """Whether certainly no phrase begins in a stretch: a quick answer to most questions."""
        return self._root.keys().isdisjoint(words[first:last])

    def find(self, tokens: Tokens) -> list[Hit[E]]:
        """Longest phrases of a whole text, as ``scan`` gives them but at the cost of the hits."""
        return list(map(_hit, self.spans(tokens)))

    def spans(self, tokens: Tokens) -> list[Span[E]]:
        """What ``find`` gives, as plain tuples: hits by the hundred that nobody keeps."""
        found: list[Span[E]] = []
        after = 0
        for span in self.everywhere(tokens):
            if span[0] >= after:
                found.append(span)
                after = span[1]
        return found

    def everywhere(self, tokens: Tokens) -> list[Span[E]]:
        """The longest phrase at every place where one begins, in order; they may overlap."""
        places, following = tokens.places, tokens.following
        found: list[Span[E]] = []
        for word in self._root.keys() & places.keys():
            _walk(self._root[word], places[word], following, found)
        found.sort(key=_first)
        return found


_first: Callable[[Span[Any]], int] = itemgetter(0)


def _walk(
    node: dict[str, Any], starts: list[int], following: list[str], found: list[Span[Any]]
) -> None:
    """Find the longest phrase at each of the places whose word leads to ``node``."""
    alone = "" in node  # the word is a phrase by itself
    for i in starts:
        deeper = node.get(following[i])
        if deeper is None:
            if alone:
                found.append((i, i + 1, node[""]))
            continue
        last, entry = (i + 1, node[""]) if alone else (0, None)
        end = i + 1
        while deeper is not None:
            end += 1
            if "" in deeper:
                last, entry = end, deeper[""]
            deeper = deeper.get(following[end - 1])
        if last:
            found.append((i, last, entry))


@cache
def phrases(file: str, name: str) -> Lexicon[bool]:
    """The list ``name`` of a data file as a lexicon that only tells whether."""
    return Lexicon((phrase, True) for phrase in language(file)[name])


@cache
def language(name: str) -> dict[str, Any]:
    """Load the data file ``summarizer/language/<name>.toml``."""
    text = files("summarizer").joinpath("language", f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
