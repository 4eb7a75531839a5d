"""Two or three sentences on a summary; every figure in them stands in the source."""

from collections.abc import Sequence

from schemas import Achievement, Context, Directive, Shortcoming, Target

_MOST_NAMED = 3


def write_overview(
    context: Context,
    achievements: Sequence[Achievement],
    shortcomings: Sequence[Shortcoming],
    targets: Sequence[Target],
    directives: Sequence[Directive],
) -> str:
    """What was reached, what fell short, what is planned and who gives orders, in that order."""
    sentences = [
        _opening(context, bool(achievements or shortcomings), bool(targets or directives)),
        _listed("Kết quả nổi bật", [a.statement for a in _telling(achievements)]),
        _listed("Còn hạn chế", [s.statement for s in shortcomings[:1]]),
        _listed("Mục tiêu", [t.statement for t in _telling(targets)]),
    ]
    return " ".join(s for s in sentences if s)[:_LONGEST].strip()


_LONGEST = 1200


def _opening(context: Context, looks_back: bool, looks_forward: bool) -> str:
    who = context.body or context.locality
    if who is None:
        return ""
    parts: list[str] = []
    if looks_back:
        parts.append(f"kết quả {_named(context.period)}" if context.period else "kết quả đạt được")
    if looks_forward:
        parts.append(
            f"nhiệm vụ {_named(context.plan_period)}" if context.plan_period else "nhiệm vụ tới"
        )
    if not parts:
        return f"{who[:1].upper()}{who[1:]}: văn bản không nêu kết quả, chỉ tiêu hay chỉ đạo."
    return f"{who[:1].upper()}{who[1:]}: {', '.join(parts)}."


def _named(period: str) -> str:
    return f"năm {period}" if period.isdigit() else period


def _telling(items: Sequence[Achievement] | Sequence[Target]) -> list[Achievement | Target]:
    """The first items that carry figures, else the first ones."""
    measured = [i for i in items if i.figures]
    return list((measured or list(items))[:_MOST_NAMED])


def _listed(label: str, statements: Sequence[str]) -> str:
    if not statements:
        return ""
    joined = "; ".join(s[:1].lower() + s[1:] if s[:2].islower() else s for s in statements)
    return f"{label}: {joined}."
