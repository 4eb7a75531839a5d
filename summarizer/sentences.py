"""Sentences and their chains: where the punctuation of a line really separates.

A full stop, semicolon or colon separates only outside matched brackets and quotation marks, and
never inside a numeral or behind an abbreviation (annotation guide, rules 17 and 21).
Positions are token positions, half open.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from summarizer.documents import Document
from summarizer.lexicon import Tokens, language

_OPENING = {"(": ")", "[": "]", "{": "}"}
_SHELTERING = frozenset([*_OPENING, *_OPENING.values(), '"'])
_SEPARATING = frozenset(".;:!?…")
_LONGEST_SLOGAN = 16  # tokens; longer quotations with full stops are speeches
_LONGEST_QUOTE = 120  # tokens; a mark without a partner must not swallow the page
_HEDGED = 3  # tokens behind a colon in which a labelled number stands
_LONGEST_LABEL = 5  # tokens before a colon that only labels the number behind it


class Segment(NamedTuple):  # made by the hundred: a tuple costs a third of a dataclass
    """A stretch between separators; ``opener`` is the one before it: ``.``, ``;`` or ``:``."""

    first: int
    last: int
    opener: str


class Sentence(NamedTuple):
    """A sentence of a line, cut into segments; ``line`` is the position of the line."""

    line: int
    first: int
    last: int
    segments: tuple[Segment, ...]


class Shelter:
    """Where punctuation does not separate: inside matched brackets and quotation marks."""

    def __init__(self, tokens: Tokens) -> None:
        self._words = tokens.words
        self._signs = tokens.where(_SHELTERING)

    def inside(self, first: int, last: int) -> bytearray:
        """For each token of ``[first, last)``: 1 in brackets, 2 in quotation marks, else 0.

        Brackets and marks without a partner in the stretch shelter nothing.
        """
        inside = bytearray(last - first)
        low = bisect_left(self._signs, first)
        signs = self._signs[low : bisect_left(self._signs, last, low)]
        if len(signs) > 1:
            for opened, closed in self._brackets(signs):
                inside[opened - first : closed - first] = b"\1" * (closed - opened)
            for opened, closed in self._quotes(signs):
                for i in range(opened - first, closed - first):
                    inside[i] = inside[i] or 2
        return inside

    def _brackets(self, signs: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Outermost matched pairs, as tokens ``[first, last)``."""
        matched: list[tuple[int, int]] = []
        opened: list[int] = []
        for i in signs:
            word = self._words[i]
            if word in _OPENING:
                opened.append(i)
            elif opened and _OPENING[self._words[opened[-1]]] == word:
                matched.append((opened.pop(), i + 1))
        matched.sort()
        until = -1
        for first, last in matched:
            if last > until:
                yield first, last
                until = last

    def _quotes(self, signs: Sequence[int]) -> Iterator[tuple[int, int]]:
        opened = -1
        for i in signs:
            if self._words[i] != '"':
                continue
            if opened >= 0 and i - opened <= _LONGEST_QUOTE:
                if i - opened <= _LONGEST_SLOGAN or "." not in self._words[opened + 1 : i - 1]:
                    yield opened, i + 1  # a speech has sentences of its own
                opened = -1
            else:
                opened = i


def split_sentences(
    document: Document, lines: Sequence[tuple[int, int, int]], shelter: Shelter
) -> tuple[Sentence, ...]:
    """Sentences of lines, each given as ``(position, first token, last token)``."""
    page = _Page(document, shelter, document.tokens.where(_SEPARATING))
    return tuple(
        sentence
        for line, first, last in lines
        for sentence in _sentences_of_line(page, line, first, last)
    )


class _Page(NamedTuple):
    """A document with its shelters and the tokens that may separate."""

    document: Document
    shelter: Shelter
    stops: Sequence[int]


def _sentences_of_line(page: _Page, line: int, first: int, last: int) -> Iterator[Sentence]:
    first = _behind_marker(page.document, first, last)
    segments: list[Segment] = []
    opener = "."
    for start, end, sign in _stretches(page, first, last):
        if end > start:
            segments.append(Segment(start, end, opener))
            opener = sign
        elif sign == ".":
            opener = sign
        if sign == "." and segments:
            yield Sentence(line, segments[0].first, segments[-1].last, tuple(segments))
            segments = []
    if segments:
        yield Sentence(line, segments[0].first, segments[-1].last, tuple(segments))


def _stretches(page: _Page, first: int, last: int) -> Iterator[tuple[int, int, str]]:
    """Stretches between separators with the separator behind each, ``""`` at the end."""
    document, shelter, stops = page
    inside = shelter.inside(first, last)
    start = after = first
    low = bisect_left(stops, first)
    for i in stops[low : bisect_left(stops, last, low)]:
        if i < after or inside[i - first]:
            continue
        sign, after = _separator(document, i, start, last)
        if sign is not None:
            yield start, i, sign
            start = after
    yield start, last, ""


def _behind_marker(document: Document, first: int, last: int) -> int:
    """Skip "1.", "a)", "(2)", "-", "•" at the head of a line."""
    words, starts, ends = document.tokens.words, document.tokens.starts, document.tokens.ends
    if first < last and words[first] in _BULLETS:
        return first + 1
    opened = first < last and words[first] == "("
    i = first + opened
    if i + 2 >= last or not _is_marker(words[i]):
        return first
    spaced = not opened and words[i + 1] in "./" and ends[i + 1] < starts[i + 2]
    return i + 2 if words[i + 1] == ")" or spaced else first


def _is_marker(word: str) -> bool:
    """Whether a word numbers a list: up to two digits, one letter or a Roman numeral."""
    if word.isdigit():
        return len(word) <= _LONGEST_NUMBER
    return (len(word) == 1 and word.isalpha()) or word in _ROMAN


_BULLETS = frozenset("-+•*►·●○▪")
_LONGEST_NUMBER = 2  # digits of a list marker
_ROMAN = frozenset(["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"])


def _separator(document: Document, i: int, start: int, last: int) -> tuple[str | None, int]:
    """The separator at token ``i`` (None if it separates nothing) and the position behind it."""
    words, starts, ends = document.tokens.words, document.tokens.starts, document.tokens.ends
    after = i + 1
    while after < last and words[after] in ".;:!?…" and starts[after] - ends[after - 1] <= 1:
        after += 1
    signs = words[i:after]
    following = words[after] if after < last else ""
    if signs == [":"]:
        # "17:20" is a time, "khoai tây: 14/27 ha" and "tỷ lệ che phủ rừng: trên 42%" one statement.
        if _is_time(document, i, last):
            return None, after
        start = next((j + 1 for j in range(i - 1, start, -1) if words[j] == ","), start)
        counted = any(w[0].isdigit() for w in words[after : after + _HEDGED])
        label = i - start <= _LONGEST_LABEL or words[start] in _indicator_heads()
        direct = bool(following) and (following[0].isdigit() or following in _hedges())
        return (None if counted and direct and label else ":"), after
    if signs == ["."]:
        return ("." if _ends_sentence(document, i, last) else None), after
    if "…" in signs or signs.count(".") > 1:
        ends_here = not following or document.folded.text[starts[after]].isupper()
        return ("." if ends_here else ";"), after
    if "." in signs and ";" in signs:
        return ";", after
    return (";" if ";" in signs else "."), after


def _is_time(document: Document, i: int, last: int) -> bool:
    """Whether a colon stands between two numbers without blanks: "17:20"."""
    tokens = document.tokens
    if not 0 < i < last - 1 or tokens.starts[i + 1] - tokens.ends[i - 1] != 1:
        return False
    return tokens.words[i - 1].isdigit() and tokens.words[i + 1].isdigit()


def _ends_sentence(document: Document, i: int, last: int) -> bool:
    words, starts, ends = document.tokens.words, document.tokens.starts, document.tokens.ends
    if i + 1 >= last:
        return True
    before = words[i - 1] if i else ""
    if starts[i + 1] == ends[i]:  # no blank behind it: "TT.Ái Phước", "UB.MTTQ", or a lost blank
        text = document.folded.text
        short = len(before) <= _LONGEST_SHORT and text[starts[i - 1] : ends[i - 1]].isupper()
        return not (short or before in _abbreviations() or not words[i + 1][0].isalpha())
    return before not in _abbreviations()


_LONGEST_SHORT = 3  # letters of an abbreviation with a full stop


@cache
def _indicator_heads() -> frozenset[str]:
    return frozenset(language("clauses")["indicator_heads"])


@cache
def _hedges() -> frozenset[str]:
    return frozenset(language("clauses")["hedges"])


@cache
def _abbreviations() -> frozenset[str]:
    return frozenset(language("clauses")["abbreviations"])
