"""Whether the figures of one item agree with each other, as far as their printed digits tell."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from schemas.summary import Flag
from summarizer.mentions import FigureMention

_HUNDRED = Decimal(100)
_ROUGH = Decimal("0.05")  # how far "hơn", "gần" and "trên" may be from the number they stand before
_ROUNDED = Decimal("0.15")  # reports compute percentages from unrounded amounts
_SUSPECT = Decimal(100_000)  # tỷ đồng; no district or commune earns that much
_SCALE = "tỷ"
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class _Interval:
    """The amounts that a printed number may stand for."""

    low: Decimal
    high: Decimal

    def overlaps(self, other: "_Interval") -> bool:
        """Whether some amount is in both."""
        return self.low <= other.high and other.low <= self.high


def contradictions(figures: Sequence[FigureMention]) -> tuple[Flag, ...]:
    """Flags of figures of one item that cannot all be true, and of amounts beyond belief."""
    flags = [_ratio_flag(says) for says in _disagreements(figures)]
    flags.extend(_magnitude_flag(f) for f in figures if _is_beyond_belief(f))
    return tuple(flags)


def _disagreements(figures: Sequence[FigureMention]) -> Iterable[str]:
    if len(figures) == 1:
        return
    level = _only(figures, "level", counted=True)
    if level is None:
        return
    yield from _against_baseline(figures, level)
    yield from _against_plan(figures, level)
    yield from _against_share(figures, level)


def _only(
    figures: Sequence[FigureMention], role: str, *, counted: bool = False
) -> FigureMention | None:
    """The one figure of a role; None where there is none or where it is not clear which."""
    found = [
        f
        for f in figures
        if f.role == role and f.upper is None and not (counted and f.attached and f.unit == "%")
    ]
    return found[0] if len(found) == 1 else None


def _against_baseline(figures: Sequence[FigureMention], level: FigureMention) -> Iterable[str]:
    baseline = _only(figures, "baseline")
    if baseline is None or baseline.value <= 0 or baseline.unit != level.unit:
        return
    change, factor = _only(figures, "change"), _only(figures, "factor")
    before, now = _interval(baseline), _interval(level)
    if before.low <= 0:
        return
    grown = _Interval(now.low / before.high, now.high / before.low)
    if change is not None and _comparable(change, baseline):
        yield from _against_change(change, grown, before, now)
    if factor is not None and _comparable(factor, baseline):
        agrees = _interval(factor).overlaps(_widened(grown, _ROUNDED))
        if not agrees:
            yield f"{_shown(level)} is not {_shown(factor)} times {_shown(baseline)}"


def _against_change(
    change: FigureMention, grown: _Interval, before: _Interval, now: _Interval
) -> Iterable[str]:
    said = _interval(change)
    if (change.unit or "").startswith("%"):
        ratio = _Interval((grown.low - 1) * _HUNDRED, (grown.high - 1) * _HUNDRED)
        points = _Interval(now.low - before.high, now.high - before.low)
        if not said.overlaps(_widened(ratio, _ROUNDED)) and not said.overlaps(points):
            yield f"a change of {_shown(change)} % is not what level and baseline give"
    elif not said.overlaps(_Interval(now.low - before.high, now.high - before.low)):
        yield f"a change of {_shown(change)} is not what level and baseline give"


def _against_plan(figures: Sequence[FigureMention], level: FigureMention) -> Iterable[str]:
    planned, reached = _only(figures, "planned"), _only(figures, "of_plan")
    if planned is None or reached is None or planned.value <= 0 or planned.unit != level.unit:
        return
    done, plan = _interval(level), _interval(planned)
    if plan.low <= 0:
        return
    ratio = _Interval(done.low / plan.high * _HUNDRED, done.high / plan.low * _HUNDRED)
    if not _interval(reached).overlaps(_widened(ratio, _ROUNDED)):
        yield f"{_shown(level)} of {_shown(planned)} planned is not {_shown(reached)} %"


def _against_share(figures: Sequence[FigureMention], level: FigureMention) -> Iterable[str]:
    """16/18 chỉ tiêu (88,9%): the percentage right behind a part of a whole."""
    if level.total is None or level.total <= 0:
        return
    shares = [f for f in figures if f.attached and f.unit == "%" and f.role in ("level", "of_plan")]
    if len(shares) != 1 or shares[0].upper is not None:
        return
    ratio = level.value / level.total * _HUNDRED
    if not _interval(shares[0]).overlaps(_Interval(ratio - _ROUNDED, ratio + _ROUNDED)):
        yield f"{level.value}/{level.total} is not {_shown(shares[0])} %"


def _comparable(figure: FigureMention, baseline: FigureMention) -> bool:
    """Compared with the same time, as far as the text says."""
    if figure.reference is None or baseline.reference is None:
        return True
    said, known = figure.reference.lower(), baseline.reference.lower()
    return said in known or known in said or "cùng kỳ" in said


def _interval(figure: FigureMention) -> _Interval:
    value = figure.value
    half = _NOTHING
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int):
        half = Decimal((0, (5,), exponent - 1))
    if figure.comparator != "eq":
        half += abs(value) * _ROUGH
    return _Interval(value - half, value + half)


def _widened(interval: _Interval, by: Decimal) -> _Interval:
    return _Interval(interval.low - by, interval.high + by)


def _is_beyond_belief(figure: FigureMention) -> bool:
    if figure.role != "level" or figure.value < _SUSPECT:
        return False
    return (figure.unit or "").lower().replace("tỉ", _SCALE).startswith(_SCALE)


def _shown(figure: FigureMention) -> str:
    return f"{figure.value.normalize():f}"


def _ratio_flag(says: str) -> Flag:
    return Flag(code="ratio_inconsistent", message=f"The figures do not agree: {says}.")


def _magnitude_flag(figure: FigureMention) -> Flag:
    message = f"{_shown(figure)} {figure.unit} is more than a locality of this size can have."
    return Flag(code="magnitude_suspect", message=message)
