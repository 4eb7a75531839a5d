"""When two values are the same: exactly, in a common unit, with no tolerance."""

from decimal import Decimal
from functools import lru_cache

from summarizer.folding import fold, match_key

_SCALES = {
    "tỷ": Decimal(10**9),
    "triệu": Decimal(10**6),
    "vạn": Decimal(10**4),
    "nghìn": Decimal(10**3),
    "ngàn": Decimal(10**3),
}
_SAME = {"": "đồng", "đ": "đồng", "vnđ": "đồng", "vnd": "đồng", "phần trăm": "%"}


@lru_cache(maxsize=4096)  # the same few units all over a corpus
def unit_key(unit: str | None) -> str:
    """A unit as it is compared: blanks, case and spelling do not count."""
    return " ".join(match_key(fold(unit or "").text).split())


def in_base_unit(value: Decimal, unit: str | None) -> tuple[Decimal, str]:
    """Value and unit without words of scale: "39,2 tỷ đồng" is 39200000000 đồng."""
    if unit is None:
        return value, ""
    words = unit_key(unit)
    first, slash, rest = words.partition("/")
    first = first.strip()
    factor = Decimal(1)
    while (head := first.partition(" "))[0] in _SCALES:
        factor *= _SCALES[head[0]]
        first = head[2]
    base = _SAME.get(first, first) if factor != 1 or first else first
    return value * factor, base + slash + "/".join(part.strip() for part in rest.split("/"))


def is_same_unit(one: str | None, other: str | None) -> bool:
    """Whether two units are the same but for scale."""
    return in_base_unit(Decimal(1), one)[1] == in_base_unit(Decimal(1), other)[1]


def ratio(one: Decimal, other: Decimal) -> Decimal | None:
    """How many times one value is another; None where either is nothing."""
    return abs(one / other) if one and other else None
