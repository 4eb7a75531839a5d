"""Numbers that are part of a name: QL14B, 3A, N18, km2, xã Phước 2, files and addresses."""

from summarizer.lexicon import Tokens
from summarizer.units import is_unit

_ROADS = frozenset(("ql", "tl", "đt", "hl", "đh"))
_LENGTHS = frozenset(("km", "m", "cm", "dm"))
_FILES = (".jpg", ".png", ".jpeg", ".html", ".gif", ".pdf")
_FAR = 60  # signs of unbroken text looked back for an address
_LONG = 9  # digits from which a bare number is a telephone or a counter


def read_designation(tokens: Tokens, text: str, p: int) -> str | None:
    """Why the digits at token ``p`` belong to a name; None if they do not."""
    start, end = tokens.starts[p], tokens.ends[p]
    word = tokens.words[p]
    if len(word) >= _LONG and word.isdecimal():
        return "phone" if word[0] == "0" else "counter"
    left = text[start - 1] if start else " "
    if left != " ":  # few numbers touch what stands before them
        if left.isalpha():
            return _behind_letters(tokens, text, p)
        if left in "/-+._" and _is_path(text, start, end):
            return "name"
    right = text[end] if end < len(text) else " "
    if right.isalpha() and tokens.ends[p + 1] == end + 1:  # a single letter
        return _before_letter(tokens.words, p, right)
    return None


def ends_name(tokens: Tokens, text: str, p: int) -> bool:
    """Xã Phước 2, before a sign or the end: the number of a place."""
    words = tokens.words
    following = words[p + 1] if p + 1 < len(words) else "\n"
    if p - 1 < 1 or following[0].isalnum() or following in "/-%":
        return False
    return text[tokens.starts[p - 1] : tokens.ends[p - 1]].istitle() and words[p - 2][0].isalpha()


def _behind_letters(tokens: Tokens, text: str, p: int) -> str | None:
    """QL14, N18, km2; but "năm2008" and "đạt5.807" are words that lost their blank."""
    word = tokens.words[p - 1]
    if word in _LENGTHS and tokens.words[p] in ("2", "3"):
        return "unit"
    if word in _ROADS:
        return "road"
    if word == "h":
        return "time"
    letters = text[tokens.starts[p - 1] : tokens.ends[p - 1]]
    return "name" if letters.isupper() or len(letters) == 1 else None


def _before_letter(words: list[str], p: int, letter: str) -> str | None:
    """7h30; 3A and 5T, but 7m."""
    if letter in "hH":
        return "time"
    return "name" if letter.isupper() or not is_unit(words, p + 1) else None


def _is_path(text: str, start: int, end: int) -> bool:
    head = text[max(0, start - _FAR) : start].rpartition(" ")[2].rpartition("\n")[2]
    if "://" in head or "www" in head or "@" in head:
        return True
    return text[end : end + 6].lower().startswith(_FILES)
