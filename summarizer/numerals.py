"""Every number of a text: its exact value, and why it is no figure if it is none."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from summarizer.announcements import Announcements
from summarizer.designations import ends_name, read_designation
from summarizer.documents import Document
from summarizer.endings import Endings
from summarizer.lexicon import Lexicon, Tokens, language
from summarizer.separators import read_value
from summarizer.shapes import Shapes, is_day_month, is_misspelt_year, is_short, is_year
from summarizer.units import is_unit

_DATA = language("numbers")
_RANK_ENDS = frozenset(_DATA["rank"]["ends"])
_RANK_VERBS = frozenset(_DATA["rank"]["verbs"])
_JOINS = frozenset((",", "+", "-", "và", "&", "đến", "tới", "/"))
_RANGES = frozenset(("-", "và", "&", "đến", "tới", "/"))
# A numeral that follows one of these in a list is one of them too: mức độ 3, 4.
_LISTED = frozenset(
    ("grade", "ordinal", "document_number", "address", "date", "road", "programme", "counter")
)
_SLASHED = frozenset(("programme", "document_number", "counter", "road"))
# A numeral before one of these in a range is one of them too: 3 đến 4 sao.
_SHARED = frozenset(("grade", "age", "date", "period", "time"))
_TIMES = frozenset(("tháng", "năm", "ngày", "tuổi", "sao"))
_SIGNED = frozenset("-/:&.,%")
_LONGEST = 24  # digits; no report counts further
_WINDOW = 6
_TAIL = 2  # digits that a blank may have torn off: 112, 56%
_TORN = 6
_LARGEST_LISTED, _LARGEST_SHARED = 999, 2100
_READ_AS_FIGURE = ""
# Behind the last token stand line breaks, so that a look around a number needs no bounds.
_BEYOND = ["\n"] * 5


class Numeral(NamedTuple):
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


def _digits(places: dict[str, list[int]]) -> list[int]:
    """Tokens that start with a digit of any script; the usual ten are told by their order."""
    digits = [w for w in places if "0" <= w < ":" or (w > "\u0660" and w[0].isdecimal())]
    found: list[int] = []
    for word in digits:
        found += places[word]
    found.sort()
    return found


class _Reading:
    def __init__(self, tokens: Tokens, text: str) -> None:
        self.tokens, self.text = tokens, text
        self.words = tokens.words + _BEYOND
        self.starts, self.ends = tokens.starts, tokens.ends
        self.shapes = Shapes(tokens, self.words, text)
        self.announcements = Announcements(self.words)
        self.found: list[Numeral] = []

    def numerals(self) -> list[Numeral]:
        words, done = self.words, -1
        for p in _digits(self.tokens.places):
            if p >= done:
                numeral = self._plain_year(p) or self._read(p)
                if p == done + 1 and words[done] in _JOINS:
                    numeral = self._continued(self.found[-1], numeral)
                done = numeral.last
                self.found.append(numeral)
        return self.found

    def _plain_year(self, p: int) -> Numeral | None:
        """The commonest number of all, "năm 2020" before words, at the least cost."""
        words = self.words
        if words[p - 1] != "năm" or words[p + 1] in _SIGNED or not is_year(words[p]):
            return None
        return Numeral(p, p + 1, self.starts[p], self.ends[p], Decimal(words[p]), "date")

    def _read(self, p: int) -> Numeral:
        shaped = self.shapes.at(p)
        if shaped is not None:
            return self._make(p, *shaped)
        return self._torn(p) or self._make(p, p + 1, self._reason(p))

    def _make(self, p: int, last: int, reason: str | None) -> Numeral:
        word = self.words[p]
        start, end = self.starts[p], self.ends[last - 1]
        if len(word) > _LONGEST:
            digits = Decimal(word.replace(".", "").replace(",", ""))
            return Numeral(p, last, start, end, digits, "malformed")
        value, flags = read_value(word)
        return Numeral(p, last, start, end, value, reason, flags)

    def _torn(self, p: int) -> Numeral | None:
        """112, 56% and 98 .5%: a tail of one or two digits before a percent sign."""
        words = self.words
        if words[p + 3] != "%" or words[p + 1] not in (",", "."):
            return None
        word, sign, tail = words[p : p + 3]
        if not (tail.isdecimal() and len(tail) <= _TAIL and word.isdecimal()):
            return None
        if len(word) > _TORN or is_year(word) or words[p - 1] in ("%", ",", "năm"):
            return None
        flags = ("spaced_number", "nonstandard_decimal") if sign == "." else ("spaced_number",)
        value = Decimal(f"{word}.{tail}")
        return Numeral(p, p + 3, self.starts[p], self.ends[p + 2], value, None, flags)

    # Reasons: numbers that are told by the words around them.

    def _reason(self, p: int) -> str | None:
        word = self.words[p]
        if self.words[p - 1] == "năm" and (is_year(word) or is_misspelt_year(word)):
            return "date"
        named = read_designation(self.tokens, self.text, p)
        if named is not None:
            return named
        unit = is_unit(self.words, p + 1)
        cued = self._cued(p, unit=unit)
        if cued is not None:
            return cued or None
        return self._looks(p, word) if not unit else self._counted(p, unit=unit)

    def _looks(self, p: int, word: str) -> str | None:
        """What a number without a unit is by its look."""
        if is_year(word):
            return "date"
        if word.endswith(".0"):
            return "grade"  # chứng thực 4.0
        if word[0] == "0" and word.isdecimal() and self.words[p + 1][0].isdecimal():
            return "malformed"  # 0 74%
        if is_short(word) and ends_name(self.tokens, self.text, p):
            return "name"
        return self._counted(p, unit=False)

    def _cued(self, p: int, *, unit: bool) -> str | None:
        """The reason that the words before give; "" where they say that it is a figure."""
        following = self.words[p + 1]
        cues = _BEFORE.before(self.words, p)
        if following == "%":
            zoom = self.words[p - 1] == "\n" == self.words[p + 2]
            return "counter" if zoom else self._procedural_cue(cues, following)
        timed = unit or following in _TIMES
        for cue in cues:
            if self._holds(cue, p, following, timed=timed):
                return _READ_AS_FIGURE if self._is_counted_after(cue, p) else cue.reason
        return None

    def _procedural_cue(self, cues: list[_Cue], following: str) -> str | None:
        for cue in cues:
            if cue.reason == "procedural" and following in cue.unit:
                return cue.reason
        return None

    def _holds(self, cue: _Cue, p: int, following: str, *, timed: bool) -> bool:
        word = self.words[p]
        if cue.unit and following not in cue.unit:
            return False
        if cue.value is not None and word.lstrip("0") != cue.value:
            return False
        if cue.unless_unit and (timed or not word.isdecimal()):
            return False
        return cue.reason != "date" or self._is_dated(p)

    def _is_counted_after(self, cue: _Cue, p: int) -> bool:
        """Xếp thứ 3 is a rank; chuyển đổi số 92,14 is no ordinal."""
        if cue.reason == "ordinal" and not self.words[p].isdecimal():
            return True
        return cue.reason in ("ordinal", "grade") and self._is_ranked(p)

    def _is_dated(self, p: int) -> bool:
        """Năm 5.000 tấn: a year that lost its number is followed by a quantity."""
        word = self.words[p]
        if self.words[p - 1] == "năm":
            return is_year(word) or (is_misspelt_year(word) and word[0] in "12")
        return is_short(word) or is_year(word)

    def _is_ranked(self, p: int) -> bool:
        if self.words[p - 1] not in _RANK_ENDS or self.words[p + 1] == "sao":
            return False
        return not _RANK_VERBS.isdisjoint(self.words[max(0, p - _WINDOW) : p - 1])

    def _counted(self, p: int, *, unit: bool) -> str | None:
        """The words after: periods, ages, announced counts, people present."""
        if self.announcements.is_attendance(p):
            return "procedural"
        hit = _AFTER.at(self.words, p + 1)
        if hit is None:
            return "procedural" if self.announcements.is_prize(p) else None
        reason, spare = hit.entry
        if reason == "announced_count":
            return reason if self.announcements.is_announced(p, hit.last) else None
        if reason == "procedural":
            return reason if self.announcements.is_procedural(p) else None
        works = self.words[p + 1] == "ngày" and self.words[p + 2] == "công"  # 15 ngày công
        return None if (spare and unit) or works else reason

    # Lists and ranges share the reason of their neighbour.

    def _continued(self, last: Numeral, numeral: Numeral) -> Numeral:
        if numeral.reason is None and last.reason in _LISTED:
            if self._joins(last, numeral):
                return numeral._replace(reason=last.reason)
        elif numeral.reason in _SHARED and last.reason is None and self._shares(last):
            self.found[-1] = last._replace(reason=numeral.reason)
        return numeral

    def _joins(self, last: Numeral, numeral: Numeral) -> bool:
        sign = self.words[numeral.first - 1]
        if sign == "/":
            return last.reason in _SLASHED and not is_unit(self.words, numeral.last)
        if last.reason == "date" and sign == "&" and is_day_month(self.words[numeral.first]):
            return True
        if numeral.flags or numeral.value > _LARGEST_LISTED:
            return False
        if last.reason == "date" and self.words[numeral.first - 1] == ",":
            return False
        return not is_unit(self.words, numeral.last) and not (
            self.words[numeral.last][0].isalpha() and self.words[numeral.first - 1] == "và"
        )

    def _shares(self, last: Numeral) -> bool:
        return self.words[last.last] in _RANGES and last.value < _LARGEST_SHARED
