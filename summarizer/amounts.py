"""Amounts: a number with its unit, and what makes one amount of several numbers."""

import unicodedata
from decimal import Decimal
from typing import NamedTuple

from summarizer.cues import read_reference
from summarizer.folding import match_key
from summarizer.lexicon import Tokens, tokenize
from summarizer.numerals import Numeral
from summarizer.separators import read_value
from summarizer.units import Unit, read_unit

_DONE_OF_PLAN = frozenset(("measure", "money"))
_DASHES = frozenset(("-", "đến", "tới"))
_STEPS = {"tỷ": ("triệu",), "triệu": ("nghìn", "ngàn")}
_STEP_DIGITS = 3
_NEAR = 10  # tokens between a fraction and its "đạt 54,6% kế hoạch"


class Amount(NamedTuple):
    """A number with its unit, before anything is known of its meaning."""

    value: Decimal
    unit: Unit | None
    first: int
    last: int
    end: int
    used: tuple[Numeral, ...]
    upper: Decimal | None = None
    total: Decimal | None = None
    planned: tuple[Decimal, Numeral] | None = None

    @property
    def kind(self) -> str:
        """Kind of the unit: percent, money, measure, people, count, noun, factor or none."""
        return self.unit.kind if self.unit is not None else ""


def reparse(raw: str) -> Decimal:
    """The value that the words of a figure give: 926 tỷ 147 triệu is 926.147."""
    raw = unicodedata.normalize("NFC", raw)
    tokens = tokenize(match_key(raw))
    found = [i for i, word in enumerate(tokens.words) if word[0].isdecimal()]
    if not found:
        return Decimal(0)
    first, rest = found[0], found[1:]
    value, _ = read_value(tokens.words[first])
    if not rest:
        return value
    unit = read_unit(tokens, raw, first + 1)
    if unit is not None and _is_mixed(tokens, unit, rest[0]):
        return value + read_value(tokens.words[rest[0]])[0] / 1000
    if rest[0] - first - 1 == 1 and tokens.words[first + 1] in (",", "."):
        return Decimal(f"{tokens.words[first]}.{tokens.words[rest[0]]}")
    return value


def _is_mixed(tokens: Tokens, unit: Unit, p: int) -> bool:
    """926 tỷ 147 triệu: the second number stands right after the first scale word."""
    words = tokens.words
    if unit.kind != "money" or unit.last != p or p + 1 >= len(words):
        return False
    step = _STEPS.get(words[unit.first], ())
    return words[p + 1] in step and len(words[p]) <= _STEP_DIGITS and words[p].isdecimal()


class Amounts:
    """The amounts of a document; ``masked`` has "#" in place of its years and dates."""

    def __init__(
        self, tokens: Tokens, text: str, masked: list[str], numerals: tuple[Numeral, ...]
    ) -> None:
        self._tokens, self._text, self._masked = tokens, text, masked
        self._words, self._numerals = tokens.words, numerals

    def at(self, k: int) -> Amount:
        """The amount that numeral ``k`` begins."""
        n = self._numerals[k]
        unit = read_unit(self._tokens, self._text, n.last)
        if k + 1 < len(self._numerals) and self._numerals[k + 1].reason is None:
            paired = self._paired(n, unit, self._numerals[k + 1])
            if paired is not None:
                return paired
        last, end = (unit.last, unit.end) if unit is not None else (n.last, n.end)
        return Amount(n.value, unit, n.first, last, end, (n,))

    def _paired(self, n: Numeral, unit: Unit | None, second: Numeral) -> Amount | None:
        if second.first > (unit or n).last + 1:
            return None
        if unit is None:
            return self._unnamed(n, second)
        if _is_mixed(self._tokens, unit, second.first):
            return self._mixed(n, unit, second)
        return self._joined(n, unit, second) if second.first == unit.last + 1 else None

    def _unnamed(self, n: Numeral, second: Numeral) -> Amount | None:
        """16/18 chỉ tiêu; 3-4%: the unit stands behind the second number only."""
        if second.first != n.last + 1:
            return None
        sign = self._words[n.last]
        if sign == "/":
            return self._fraction(n, second)
        return self._range(n, second) if sign in _DASHES and second.value > n.value else None

    def _pair(self, n: Numeral, second: Numeral, unit: Unit | None) -> Amount:
        last, end = (unit.last, unit.end) if unit is not None else (second.last, second.end)
        return Amount(n.value, unit, n.first, last, end, (n, second))

    def _unit_of(self, second: Numeral) -> Unit | None:
        return read_unit(self._tokens, self._text, second.last)

    def _mixed(self, n: Numeral, unit: Unit, second: Numeral) -> Amount:
        amount = self._pair(n, second, self._unit_of(second))
        scale = self._text[self._tokens.starts[unit.first] : self._tokens.ends[unit.first]]
        money = Unit("money", f"{scale} đồng", unit.first, amount.last, amount.end)
        return amount._replace(unit=money, value=n.value + second.value / 1000)

    def _range(self, n: Numeral, second: Numeral) -> Amount:
        return self._pair(n, second, self._unit_of(second))._replace(upper=second.value)

    def _joined(self, n: Numeral, unit: Unit, second: Numeral) -> Amount | None:
        """80% đến 85%; 17.919 con/14.066 con: both numbers carry the unit."""
        other = self._unit_of(second)
        if other is None or other.kind != unit.kind:
            return None
        sign = self._words[unit.last]
        if sign == "/" and other.text == unit.text:
            return self._fraction(n, second)
        if sign in _DASHES and second.value > n.value and other.text.startswith(unit.text):
            return self._range(n, second)
        return None

    def _fraction(self, n: Numeral, second: Numeral) -> Amount:
        unit = self._unit_of(second)
        amount = self._pair(n, second, unit)
        if unit is not None and self._is_done_of_plan(n, second, unit):
            return amount._replace(planned=(second.value, second))
        return amount._replace(total=second.value)

    def _is_done_of_plan(self, n: Numeral, second: Numeral, unit: Unit) -> bool:
        """250/326 ha is done of planned, 16/18 chỉ tiêu is a part of a whole."""
        if unit.kind in _DONE_OF_PLAN or n.value > second.value:
            return True
        return unit.kind == "people" and self._plan_ratio_follows(unit.last)

    def _plan_ratio_follows(self, i: int) -> bool:
        for j in range(i, min(len(self._words), i + _NEAR)):
            if self._words[j] in ";.\n":
                return False
            if self._words[j] == "%":
                found = read_reference(self._masked, j + 1, near=True)
                return found is not None and found.kind == "plan"
        return False
