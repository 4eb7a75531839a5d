"""The value of a number as written: which dot and comma separates what."""

from decimal import Decimal

_GROUP = 3  # digits between two separators of thousands
_TWO = 2


def read_value(word: str) -> tuple[Decimal, tuple[str, ...]]:
    """The value of a number as written, Vietnamese style, and flags of doubtful separators."""
    if word.isdecimal():
        return Decimal(word), ()
    whole, comma, tail = word.partition(",")
    if comma and "," not in tail and "." not in tail:
        return _comma_decimal(whole, tail)
    return _foreign(word) if comma else _dotted(word)


def is_thousands(groups: list[str]) -> bool:
    """2.426.254: groups of three digits behind the first."""
    return len(groups[0]) <= _GROUP and all(len(group) == _GROUP for group in groups[1:])


def _comma_decimal(whole: str, tail: str) -> tuple[Decimal, tuple[str, ...]]:
    doubtful = len(tail) == _GROUP and "." not in whole and whole.lstrip("0") != ""
    value = Decimal(f"{whole.replace('.', '')}.{tail}")
    return value, ("separator_ambiguous",) if doubtful else ()


def _foreign(word: str) -> tuple[Decimal, tuple[str, ...]]:
    """Several commas, or a dot after a comma: 1,234,567 and 1,234.5."""
    whole, dot, tail = word.partition(".")
    decimal = bool(dot) and tail.isdecimal()
    digits = (
        f"{whole.replace(',', '')}.{tail}" if decimal else word.replace(",", "").replace(".", "")
    )
    return Decimal(digits), ("separator_ambiguous",)


def _dotted(word: str) -> tuple[Decimal, tuple[str, ...]]:
    groups = word.split(".")
    if groups[0] != "0" and is_thousands(groups):
        return Decimal("".join(groups)), ()
    if len(groups) == _TWO:
        return Decimal(word), ("nonstandard_decimal",)
    return Decimal("".join(groups)), ("separator_ambiguous",)
