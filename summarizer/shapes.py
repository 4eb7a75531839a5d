"""Numbers that are told by their signs: dates, clocks, document numbers, scales, list marks."""

from summarizer.lexicon import Tokens, language
from summarizer.separators import is_thousands
from summarizer.units import is_unit

_DATA = language("numbers")
_DAYS = frozenset(_DATA["date"]["before"])
_SURE_DAYS = frozenset(_DATA["date"]["sure"])
_SCALES = frozenset(_DATA["scale"]["words"])
_SIGNS = frozenset(_DATA["document"]["signs"])
_REACHED = frozenset(_DATA["result"]["after"])
_SHAPING = frozenset("/-:&.)")
_ALWAYS = {("24", "24"): "time", ("24", "7"): "time"}
_DAYS_OF_MONTH, _MONTHS = 31, 12
_YEAR_DIGITS, _SHORT = 4, 2
_PARTS = 3  # day, month, year
_PAIR = 3  # tokens of a day and its month: 30/4
_CHAIN = 10  # tokens of the longest document number: 09/2019/NĐ-CP
_LOOSE = 3  # signs and blanks between a number and the letters of its document: 13- NQ/HU

Shape = tuple[int, str]
"""Token after the number, and the reason why it is no figure."""


def is_year(word: str) -> bool:
    """1900 to 2099."""
    return len(word) == _YEAR_DIGITS and word[:2] in ("19", "20") and word.isdecimal()


def is_misspelt_year(word: str) -> bool:
    """20214: a year with a digit too many."""
    return len(word) == _YEAR_DIGITS + 1 and word.isdecimal()


def is_short(word: str) -> bool:
    """One or two digits without separators."""
    return len(word) <= _SHORT and word.isdecimal()


def is_day_month(word: str) -> bool:
    """3.10 or 25.10 as a day and a month."""
    day, dot, month = word.partition(".")
    return bool(dot) and _is_day(day) and _is_month(month)


def _is_day(word: str) -> bool:
    return is_short(word) and 0 < int(word) <= _DAYS_OF_MONTH


def _is_month(word: str) -> bool:
    return is_short(word) and 0 < int(word) <= _MONTHS


class Shapes:
    """Reads the signs behind a number, token by token."""

    def __init__(self, tokens: Tokens, words: list[str], text: str) -> None:
        """``words`` are those of the tokens, with some line breaks behind the last."""
        self._words, self._text = words, text
        self._starts, self._ends = tokens.starts, tokens.ends
        self._count = len(tokens.words)

    def at(self, p: int) -> Shape | None:
        """The shape of the number at token ``p``; None where only words can tell."""
        word, sign = self._words[p], self._words[p + 1]
        if "." in word:
            return self._dotted(p, word)
        if sign not in _SHAPING:
            return None
        if sign in ("/", "-"):
            return self._slashed(p)
        if sign == ":":
            return self._clock(p)
        if sign == "&":
            return self._listed_day(p)
        marked = (sign == "." and is_short(word) and self._opens_line(p)) or (
            sign == ")" and self._is_enumerated(p)
        )
        return (p + 1, "list_marker") if marked else None

    def _dotted(self, p: int, word: str) -> Shape | None:
        """3.10.2020 is a date and 2.3.1 a heading, where 2.426.254 is neither."""
        if is_day_month(word):
            dated = self._words[p - 1] in _SURE_DAYS and not is_unit(self._words, p + 1)
            return (p + 1, "date") if dated else None
        groups = word.split(".")
        if len(groups) < _PARTS or "," in word:
            return None
        dated = len(groups) == _PARTS and _is_day(groups[0]) and _is_month(groups[1])
        if dated and (is_year(groups[2]) or len(groups[2]) == _SHORT):
            return p + 1, "date"
        return None if is_thousands(groups) else (p + 1, "list_marker")

    def _slashed(self, p: int) -> Shape | None:
        after = self._words[p + 2]
        if after in _SIGNS:
            return (self._chain(p), "document_number") if self._is_document(p) else None
        if not after[0].isdecimal():
            return None
        return self._full_date(p) or self._fixed_pair(p) or self._day_pair(p)

    def _full_date(self, p: int) -> Shape | None:
        """27/12/2022, 2025-12-22, and by its third part 09/2019/NĐ-CP."""
        if self._words[p + 3] not in ("/", "-", ".") or not self._is_glued(p + 3):
            return None
        a, b, c = self._words[p], self._words[p + 2], self._words[p + 4]
        if c in _SIGNS and self._words[p + 1] == "/":
            return self._chain(p), "document_number"
        if is_year(a) and _is_month(b) and _is_day(c):
            return p + 5, "date"
        years = (_SHORT, _YEAR_DIGITS, _YEAR_DIGITS + 1)
        if _is_day(a) and _is_month(b) and c.isdecimal() and len(c) in years:
            return p + 5, "date"
        return None

    def _fixed_pair(self, p: int) -> Shape | None:
        """1/500, 2020 - 2025, 11/2021, 2023-07, 24/24, 500/500 ký tự."""
        a, sign, b = self._words[p], self._words[p + 1], self._words[p + 2]
        before, tight = self._words[p - 1], self._is_tight(p)
        reason = _ALWAYS.get((a, b))
        if sign == "/" and a == "1" and b in _SCALES and before != "tháng":
            reason = "scale"
        elif is_year(a) and is_year(b):
            reason = "period"
        elif (_is_month(a) and is_year(b) and (tight or before == "tháng")) or (
            is_year(a) and sign == "-" and _is_month(b) and tight
        ):
            reason = "date"
        elif a == b and self._words[p + 3] == "ký":
            reason = "counter"
        return (p + 3, reason) if reason is not None else None

    def _day_pair(self, p: int) -> Shape | None:
        a, b = self._words[p], self._words[p + 2]
        if _is_day(a) and _is_month(b) and self._is_dated(p):
            return p + 3, "date"
        shared = _is_day(a) and _is_day(b) and self._words[p + 3] == "/"  # 28-29/7
        if shared and _is_month(self._words[p + 4]) and self._words[p - 1] in _DAYS:
            return p + 1, "date"
        return None

    def _is_dated(self, p: int) -> bool:
        """Chiều 6/12 and "31/10;" are dates; "3/7 chỉ tiêu" and "đạt 3/5" are none."""
        before, counted = self._words[p - 1], is_unit(self._words, p + 3)
        if before in _SURE_DAYS:
            return not counted
        if counted or self._words[p + 1] == "-" or not self._is_tight(p):
            return False
        if before in ("và", ",") and self._follows_day(p):
            return True
        ended = not self._words[p + 3][0].isalpha()
        if before in _DAYS:
            return ended or before not in ("và", ",", "(")
        return ended and before not in _REACHED

    def _follows_day(self, p: int) -> bool:
        """Nghỉ lễ 30/4 và 1/5: what the first is, the second is too."""
        if p <= _PAIR + 1 or self._words[p - _PAIR - 2] not in _SURE_DAYS:
            return False
        day, sign, month = self._words[p - _PAIR - 1 : p - 1]
        return sign == "/" and _is_day(day) and _is_month(month)

    def _is_tight(self, p: int) -> bool:
        return self._starts[p + 2] == self._ends[p] + 1

    def _is_glued(self, i: int) -> bool:
        """No blank on either side of token ``i``."""
        return (
            0 < i < self._count - 1
            and self._starts[i] == self._ends[i - 1]
            and self._starts[i + 1] == self._ends[i]
        )

    def _is_document(self, p: int) -> bool:
        """An upper-case sign follows: 66-NQ/TW, 1715/QĐ-UBND, 13- NQ/HU."""
        start = self._starts[p + 2]
        return self._text[start].isupper() and start - self._ends[p] <= _LOOSE

    def _chain(self, p: int) -> int:
        """Where a document number ends: signs and letters, blanks only around the first dash."""
        i = p + 1
        while i < min(self._count, p + _CHAIN) and self._is_link(i, p):
            i += 1
        while i > p + 1 and not self._words[i - 1][0].isalnum():
            i -= 1
        return i

    def _is_link(self, i: int, p: int) -> bool:
        blank = self._starts[i] - self._ends[i - 1]
        if blank > (1 if i <= p + 2 else 0):
            return False
        first = self._words[i][0]
        return first in "/-" or first.isdecimal() or self._text[self._starts[i]].isupper()

    def _clock(self, p: int) -> Shape | None:
        """09:05, 03:12:40 and the scale 1:500."""
        if not self._words[p + 2][0].isdecimal() or not self._is_tight(p):
            return None
        if self._words[p] == "1" and self._words[p + 2] in _SCALES:
            return p + 3, "scale"
        i = p
        while self._words[i + 1] == ":" and self._words[i + 2][0].isdecimal():
            i += 2
        return i + 1, "time"

    def _listed_day(self, p: int) -> Shape | None:
        """8 & 9.7: two days of one month."""
        after = self._words[p + 2]
        dated = is_day_month(after) or (after[0].isdecimal() and self._words[p + 3] == "/")
        return (p + 1, "date") if dated else None

    def _opens_line(self, p: int) -> bool:
        """1. at the start of a line or after a sentence, before a capital or a new number."""
        if p + 2 >= self._count:
            return False
        if self._starts[p + 2] == self._ends[p + 1]:
            return self._words[p - 1] == "\n"
        if self._words[p - 1] not in ("\n", ".", ";", ":", ")"):
            return False
        following = self._text[self._starts[p + 2]]
        return following.isupper() or following.isdecimal() or following in '\n-“"'

    def _is_enumerated(self, p: int) -> bool:
        """(1) or 1) before words; "(86,4%)" and "(0)" are none."""
        word, before = self._words[p], self._words[p - 1]
        if not is_short(word) or not int(word):
            return False
        if before == "(":
            opened = self._words[p - 2] in ("\n", ".", ";", ":", ",")
            return opened or self._words[p + 2][0].isalnum()
        return before in ("\n", ".", ";", ":")
