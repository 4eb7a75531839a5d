"""Sentences and their chains: where the punctuation of a line really separates.

A full stop, semicolon or colon separates only outside matched brackets and quotation marks, and
never inside a numeral or behind an abbreviation (annotation guide, rules 17 and 21).
Positions are token positions, half open.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from summarizer.documents import Document
from summarizer.lexicon import language

_OPENING = {"(": ")", "[": "]", "{": "}"}
_CLOSING = frozenset(_OPENING.values())
_LONGEST_QUOTE = 120  # tokens; a mark without a partner must not swallow the page
_HEDGED = 3  # tokens behind a colon in which a labelled number stands
_LONGEST_LABEL = 5  # tokens before a colon that only labels the number behind it


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch between separators; ``opener`` is the one before it: ``.``, ``;`` or ``:``."""

    first: int
    last: int
    opener: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a line, cut into segments; ``line`` is the position of the line."""

    line: int
    first: int
    last: int
    segments: tuple[Segment, ...]


def shelter(words: Sequence[str], first: int, last: int) -> bytearray:
    """For each token of ``[first, last)``: 1 inside matched brackets, 2 inside quotation marks."""
    inside = bytearray(last - first)
    open_brackets: list[tuple[str, int]] = []
    open_quote = -1
    for i in range(first, last):
        word = words[i]
        if word == '"':
            if open_quote >= 0 and i - open_quote <= _LONGEST_QUOTE:
                _mark(inside, open_quote - first, i + 1 - first, 2)
                open_quote = -1
            else:
                open_quote = i
        elif word in _OPENING:
            open_brackets.append((_OPENING[word], i))
        elif word in _CLOSING and open_brackets and open_brackets[-1][0] == word:
            _, opened = open_brackets.pop()
            if not open_brackets or inside[opened - first] == 0:
                _mark(inside, opened - first, i + 1 - first, 1)
    return inside


def _mark(inside: bytearray, first: int, last: int, sign: int) -> None:
    inside[first:last] = bytes(sign if old == 0 else old for old in inside[first:last])


def split_sentences(
    document: Document, lines: Sequence[tuple[int, int, int]]
) -> tuple[Sentence, ...]:
    """Sentences of lines, each given as ``(position, first token, last token)``."""
    found: list[Sentence] = []
    for line, first, last in lines:
        found.extend(_sentences_of_line(document, line, first, last))
    return tuple(found)


def _sentences_of_line(document: Document, line: int, first: int, last: int) -> Iterator[Sentence]:
    words = document.tokens.words
    first = _behind_marker(document, first, last)
    inside = shelter(words, first, last)
    segments: list[Segment] = []
    start, opener = first, "."
    i = first
    while i < last:
        word = words[i]
        if inside[i - first] or word not in ".;:!?…":
            i += 1
            continue
        sign, after = _separator(document, i, start, last)
        if sign is None:
            i = after
            continue
        if i > start:
            segments.append(Segment(start, i, opener))
            opener = sign
        elif sign == ".":
            opener = sign
        start = after
        if sign == "." and segments:
            yield Sentence(line, segments[0].first, segments[-1].last, tuple(segments))
            segments = []
        i = after
    if start < last:
        segments.append(Segment(start, last, opener))
    if segments:
        yield Sentence(line, segments[0].first, segments[-1].last, tuple(segments))


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
