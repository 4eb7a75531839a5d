"""Every number of a text: its exact value, and why it is no figure if it is none."""

from dataclasses import dataclass, replace
from decimal import Decimal

from summarizer.documents import Document
from summarizer.endings import Endings
from summarizer.lexicon import Lexicon, Tokens, language
from summarizer.separators import read_value
from summarizer.shapes import Shapes, is_day_month, is_misspelt_year, is_short, is_year
from summarizer.units import is_unit

_DATA = language("numbers")
_RESULT_AFTER = frozenset(_DATA["result"]["after"])
_RESULT_COUNTS = frozenset(_DATA["result"]["counts"])
_RESULT_BEFORE = Endings((phrase, True) for phrase in _DATA["result"]["before"])
_AWARDS = Lexicon((phrase, True) for phrase in _DATA["award"]["words"])
_PRIZES = frozenset(_DATA["award"]["counts"])
_STOPS = frozenset((".", "\n", "!", "?"))
_JOINS = frozenset((",", "+", "-", "và", "&", "đến", "tới", "/"))
_RANGES = frozenset(("-", "và", "&", "đến", "tới", "/"))
# A numeral that follows one of these in a list is one of them too: mức độ 3, 4.
_LISTED = frozenset(
    ("grade", "ordinal", "document_number", "address", "date", "road", "programme", "counter")
)
_SLASHED = frozenset(("programme", "document_number", "counter", "road"))
_SHARED = frozenset(("grade", "age", "date", "period", "time"))
_TIMES = frozenset(("tháng", "năm", "ngày", "tuổi", "sao"))
_SIGNED = frozenset("-/:&.,")
_LONGEST = 18  # digits; no report counts further than 10^18


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number as written: token span ``[first, last)`` and offsets into the folded text.

    ``reason`` says why it is no figure; None means that it may be one.
    """

    first: int
    last: int
    start: int
    end: int
    value: Decimal
    reason: str | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Cue:
    reason: str
    unless_unit: bool
    value: str | None
    unit: frozenset[str]


_BEFORE = Endings(
    (
        phrase,
        _Cue(
            group["reason"],
            group.get("unless_unit", False),
            group.get("value"),
            frozenset(group.get("unit", ())),
        ),
    )
    for group in _DATA["before"]
    for phrase in group["words"]
)
_SPARE = frozenset(word for group in _DATA["after"] for word in group.get("spare", ()))
_AFTER = Lexicon(
    (phrase, (group["reason"], phrase in _SPARE))
    for group in _DATA["after"]
    for phrase in group["words"]
)


def read_numerals(document: Document) -> tuple[Numeral, ...]:
    """Every number of the document, in order; each token of digits stands in exactly one."""
    return tuple(_Reading(document.tokens, document.folded.text).numerals())


def _digits(words: list[str]) -> list[int]:
    """Tokens that start with a digit of any script; the usual ten are told by their order."""
    return [p for p, w in enumerate(words) if "0" <= w < ":" or (w > "\u0660" and w[0].isdecimal())]


class _Reading:
    def __init__(self, tokens: Tokens, text: str) -> None:
        self.tokens, self.text = tokens, text
        self.words, self.starts, self.ends = tokens.words, tokens.starts, tokens.ends
        self.count = len(tokens.words)
        self.shapes = Shapes(tokens, text)
        self.found: list[Numeral] = []
        self._procedural_until = 0
        self._award_from = 0
        self._award_until = -1
        self._award = False

    def numerals(self) -> list[Numeral]:
        done = 0
        for p in _digits(self.words):
            if p >= done:
                numeral = self._plain_year(p) or self._read(p)
                done = numeral.last
                self.found.append(self._continued(numeral))
        return self.found

    def _plain_year(self, p: int) -> Numeral | None:
        """The commonest number of all, "năm 2020" before words, at the least cost."""
        words = self.words
        if not p or words[p - 1] != "năm" or p + 1 >= self.count or not is_year(words[p]):
            return None
        following = words[p + 1]
        if following in _SIGNED or following == "%":
            return None
        return Numeral(p, p + 1, self.starts[p], self.ends[p], Decimal(words[p]), "date", ())

    def _word(self, i: int) -> str:
        return self.words[i] if 0 <= i < self.count else "\n"

    def _make(
        self, p: int, last: int, reason: str | None, value: Decimal | None = None, *flags: str
    ) -> Numeral:
        if value is None:
            word = self.words[p]
            if len(word) > _LONGEST + _LONGEST // 3:
                value, reason = Decimal(word.replace(".", "").replace(",", "")), "malformed"
            else:
                value, flags = read_value(word)
        return Numeral(p, last, self.starts[p], self.ends[last - 1], value, reason, flags)

    def _read(self, p: int) -> Numeral:
        shaped = self.shapes.at(p)
        if shaped is not None:
            last, reason = shaped
            return self._make(p, last, reason)
        return self._spaced(p) or self._make(p, p + 1, self._reason(p))

    def _spaced(self, p: int) -> Numeral | None:
        """112, 56% and 98 .5%: a tail of one or two digits before a percent sign."""
        word, sign, tail = self.words[p], self._word(p + 1), self._word(p + 2)
        if sign not in (",", ".") or not tail.isdecimal() or len(tail) > 2:
            return None
        if self._word(p + 3) != "%" or not word.isdecimal() or len(word) > 6:
            return None
        if self._word(p - 1) in ("%", ",", "năm") or is_year(word):
            return None
        flags = ("spaced_number", "nonstandard_decimal") if sign == "." else ("spaced_number",)
        return self._make(p, p + 3, None, Decimal(f"{word}.{tail}"), *flags)

    # Reasons: numbers that are told by the words around them.

    def _reason(self, p: int) -> str | None:
        word = self.words[p]
        before = self._word(p - 1)
        if before == "năm" and (is_year(word) or len(word) == 5 and word.isdecimal()):
            return "date"
        if len(word) >= 9 and word.isdecimal():
            return "phone" if word[0] == "0" else "counter"
        glued = self._glue(p)
        if glued is not None:
            return glued
        unit = is_unit(self.words, p + 1)
        if unit and before == "\n" and self._word(p + 1) == "%" and self._word(p + 2) == "\n":
            return "counter"  # the page-zoom widget
        reason = self._cued(p, unit)
        if reason is not None:
            return reason or None
        if is_year(word) and not unit:
            return "date"
        if word.endswith(".0") and not unit and self._word(p + 1) != "%":
            return "grade"  # chứng thực 4.0
        if word[0] == "0" and word.isdecimal() and self._word(p + 1)[0].isdecimal():
            return "malformed"  # 0 74%
        if not unit and len(word) < 3 and self._named(p):
            return "name"
        return self._counted(p, unit)

    def _named(self, p: int) -> bool:
        """Part of a name: xã Phước 2, before a sign or the end."""
        if p < 2 or self._word(p + 1)[0].isalnum() or self._word(p + 1) in "/-%":
            return False
        name = self.text[self.starts[p - 1] : self.ends[p - 1]]
        return name.istitle() and self.words[p - 2][0].isalpha()

    def _cued(self, p: int, unit: bool) -> str | None:
        following = self._word(p + 1)
        for cue in _BEFORE.before(self.words, p):
            if cue.unit and following not in cue.unit:
                continue
            if cue.value is not None and self.words[p].lstrip("0") != cue.value:
                continue
            if following == "%" and cue.reason != "procedural":
                continue
            if cue.unless_unit and (unit or following in _TIMES or not self.words[p].isdecimal()):
                continue
            if cue.reason == "ordinal" and not self.words[p].isdecimal():
                return ""
            if cue.reason in ("ordinal", "grade") and self._ranked(p):
                return ""
            if cue.reason == "date" and not self._dated(p):
                continue
            return cue.reason
        return None

    def _dated(self, p: int) -> bool:
        """năm 5.000 tấn: a year that lost its number is followed by a quantity."""
        word = self.words[p]
        if self.words[p - 1] == "năm":
            return word.isdecimal() and len(word) in (4, 5) and word[0] in "12"
        return word.isdecimal() and (len(word) <= 2 or is_year(word))

    def _ranked(self, p: int) -> bool:
        """xếp thứ 3, đứng ở vị trí thứ 9: a rank is a figure, an ordinal is none."""
        window = self.words[max(0, p - 6) : p]
        if self._word(p + 1) == "sao" or not window or window[-1] not in ("thứ", "hạng", "trí"):
            return False
        return bool({"xếp", "đứng", "vị", "vươn"} & set(window)) or window[-2:] == ["thứ", "hạng"]

    def _glue(self, p: int) -> str | None:
        """Digits glued to letters: QL14B, 3A, N18, km2, file names and addresses."""
        start, end = self.starts[p], self.ends[p]
        left = self.text[start - 1] if start else " "
        if left.isalpha():
            return self._glued_left(p)
        if left in "/-+._" and self._is_path(start, end):
            return "name"
        right = self.text[end] if end < len(self.text) else " "
        if right.isalpha() and self.ends[p + 1] == end + 1:
            if right in "hH":
                return "time"
            letter = len(self.words[p + 1]) == 1 and right.isupper()  # 3A, 5T; 15Kg is a weight
            return "name" if letter or not is_unit(self.words, p + 1) else None
        return None

    def _glued_left(self, p: int) -> str | None:
        word = self.words[p - 1]
        if word in ("km", "m", "cm", "dm") and self.words[p] in ("2", "3"):
            return "unit"
        letters = self.text[self.starts[p - 1] : self.ends[p - 1]]
        if word in ("ql", "tl", "đt", "hl", "đh"):
            return "road"
        if word == "h":
            return "time"
        return "name" if letters.isupper() or len(letters) == 1 else None

    def _is_path(self, start: int, end: int) -> bool:
        """Part of an address or a file name, told within 60 characters of unbroken text."""
        head = self.text[max(0, start - 60) : start].rpartition(" ")[2].rpartition("\n")[2]
        if "://" in head or "www" in head or "@" in head:
            return True
        tail = self.text[end : end + 6].lower()
        return tail.startswith((".jpg", ".png", ".jpeg", ".html", ".gif", ".pdf"))

    def _counted(self, p: int, unit: bool) -> str | None:
        """The words after: periods, ages, announced counts, people present."""
        if p < self._procedural_until:
            return "procedural"
        hit = _AFTER.at(self.words, p + 1) if p + 1 < self.count else None
        if hit is None:
            return "procedural" if self._word(p + 1) in _PRIZES and self._awards(p) else None
        reason, spare = hit.entry
        if spare and unit:
            return None
        if reason in ("announced_count", "procedural"):
            return self._announced(p, hit.last, reason)
        if reason == "period" and is_unit(self.words, p + 1) and self._longer_unit(p, hit.last):
            return None
        return reason

    def _longer_unit(self, p: int, last: int) -> bool:
        return (
            is_unit(self.words, p + 1)
            and self._word(p + 1) == "ngày"
            and last == p + 2
            and (self._word(p + 2) == "công")
        )

    def _announced(self, p: int, last: int, reason: str) -> str | None:
        if self._word(p - 1) == "/":
            return None
        if reason == "procedural":
            return self._procedure(p)
        if self._word(p + 1) in _RESULT_COUNTS and self._is_result(p, last):
            return None
        return reason

    def _is_result(self, p: int, last: int) -> bool:
        """03 chỉ tiêu không đạt; hoàn thành 15 chỉ tiêu."""
        if self._word(last) in _RESULT_AFTER:
            return True
        for i in range(last, min(self.count, last + 8)):
            if self.words[i] in ",.;:\n()" or self.words[i][0].isdecimal():
                break
            if self.words[i] in ("đạt", "vượt", "hoàn", "không", "chưa") and i > last:
                return True
        return bool(_RESULT_BEFORE.before(self.words, p)) and self._word(last) != "trọng"

    def _procedure(self, p: int) -> str | None:
        word = self._word(p + 1)
        if word == "tập" and not self._awards(p):
            return None
        if word in ("báo", "nghị", "nq"):
            window = self.words[max(0, p - 8) : p]
            if not {"thông", "ý", "xem", "biểu", "nghe", "trình", "thảo"} & set(window):
                return None
        if word == "đại":
            self._procedural_until = self._sentence_end(p)
        return "procedural"

    def _awards(self, p: int) -> bool:
        """Whether the sentence around hands out awards; looked up once for each sentence."""
        if not self._award_from <= p < self._award_until:
            self._award_from, self._award_until = self._sentence_start(p), self._sentence_end(p)
            hits = _AWARDS.scan(self.words, self._award_from, self._award_until)
            self._award = next(hits, None) is not None
        return self._award

    def _sentence_end(self, p: int) -> int:
        while p < self.count and self.words[p] not in _STOPS:
            p += 1
        return p

    def _sentence_start(self, p: int) -> int:
        floor = max(self._award_until, p - 400, 0)
        while p > floor and self.words[p - 1] not in _STOPS:
            p -= 1
        return p

    # Lists and ranges share the reason of their neighbour.

    def _continued(self, numeral: Numeral) -> Numeral:
        if not self.found:
            return numeral
        last = self.found[-1]
        gap = numeral.first - last.last
        if gap != 1 or self.words[last.last] not in _JOINS:
            return numeral
        if numeral.reason is None and last.reason in _LISTED:
            if self._joins(last, numeral):
                return replace(numeral, reason=last.reason)
        elif numeral.reason in _SHARED and last.reason is None and self._shares(last):
            self.found[-1] = replace(last, reason=numeral.reason)
        return numeral

    def _joins(self, last: Numeral, numeral: Numeral) -> bool:
        sign = self.words[numeral.first - 1]
        if sign == "/":
            return last.reason in _SLASHED and not is_unit(self.words, numeral.last)
        if last.reason == "date" and sign == "&" and is_day_month(self.words[numeral.first]):
            return True
        if numeral.flags or numeral.value > 999:
            return False
        if last.reason == "date" and self.words[numeral.first - 1] == ",":
            return False
        return not is_unit(self.words, numeral.last) and not (
            self._word(numeral.last)[0].isalpha() and self.words[numeral.first - 1] == "và"
        )

    def _shares(self, last: Numeral) -> bool:
        return self.words[last.last] in _RANGES and last.value < 2100
