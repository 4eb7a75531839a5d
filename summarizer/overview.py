"""Two or three sentences on a summary; every figure in them stands in the source.

Statements are taken whole: a text cut at some length could end in half a number.
"""

from collections.abc import Sequence

from schemas import Achievement, Context, Directive, Shortcoming, Target

_MOST_NAMED = 3
_LONGEST = 220  # characters of a statement that still fits an overview


def write_overview(
    context: Context,
    achievements: Sequence[Achievement],
    shortcomings: Sequence[Shortcoming],
    targets: Sequence[Target],
    directives: Sequence[Directive],
) -> str:
    """Who reports on what, what was reached and fell short, what is aimed at."""
    back = _joined(
        _named("Kết quả nổi bật", _telling(achievements, _MOST_NAMED)),
        _named("còn hạn chế", _telling(shortcomings, 1)),
    )
    ahead = _joined(
        _named("Mục tiêu", _telling(targets, _MOST_NAMED)),
        _named("chỉ đạo", [d.statement for d in directives[:1]] if not targets else []),
    )
    opening = _opening(context, bool(achievements or shortcomings), bool(targets or directives))
    return " ".join(sentence for sentence in (opening, back, ahead) if sentence)


def _opening(context: Context, looks_back: bool, looks_forward: bool) -> str:
    who = context.body or context.locality
    if who is None:
        return ""
    parts: list[str] = []
    if looks_back:
        parts.append(f"kết quả {_period(context.period)}" if context.period else "kết quả đạt được")
    if looks_forward:
        plan = context.plan_period
        parts.append(f"nhiệm vụ {_period(plan)}" if plan else "nhiệm vụ tới")
    told = ", ".join(parts) or "văn bản không nêu kết quả, chỉ tiêu hay chỉ đạo"
    return f"{who[:1].upper()}{who[1:]}: {told}."


def _period(period: str) -> str:
    return f"năm {period}" if period.isdigit() else period


def _telling(
    items: Sequence[Achievement] | Sequence[Shortcoming] | Sequence[Target], most: int
) -> list[str]:
    """Statements of the first items that carry figures, else of the first ones."""
    short = [item for item in items if len(item.statement) <= _LONGEST]
    measured = [item for item in short if item.figures]
    return [item.statement for item in (measured or short)[:most]]


def _named(label: str, statements: Sequence[str]) -> str:
    return f"{label}: {'; '.join(map(_lowered, statements))}" if statements else ""


def _lowered(statement: str) -> str:
    """A statement inside a sentence; abbreviations keep their capitals."""
    return statement[:1].lower() + statement[1:] if statement[1:2].islower() else statement


def _joined(*parts: str) -> str:
    told = "; ".join(part for part in parts if part)
    return f"{told[:1].upper()}{told[1:]}." if told else ""
