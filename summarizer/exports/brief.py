"""A brief: a page of Markdown for each document, laid out as Vietnamese offices do.

It names the body and what was reported, then results, shortcomings, targets and tasks under Roman
numerals, and what a reader should check. It bears no national motto: nobody has issued it.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count, groupby
from pathlib import Path
from typing import TypeVar

from schemas.rows import Row
from schemas.summary import Deadline, Directive, Issuer, Summary, Target
from summarizer.exports import Options
from summarizer.exports.cells import shortened
from summarizer.exports.records import Measured, explained, measured, urgency
from summarizer.view import SECTORS, clean, coverage_line, day, reading

T = TypeVar("T")

RESULTS, FAULTS, GOALS, TASKS, CHECKS = 7, 4, 7, 5, 4
"""Items that each part shows at most, so that a brief fits a page."""

_LONGEST = 200  # characters of an item
_OVERVIEW = 450  # characters
_SEPARATOR = "\n---\n\n"
_SECTOR_PLACES = {sector: place for place, sector in enumerate(SECTORS)}


def write(rows: Iterable[Row], path: Path, options: Options) -> None:  # noqa: ARG001 - an exporter
    """Write a brief for each document, one below the other, told apart by a rule."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for place, row in enumerate(rows):
            if place:
                file.write(_SEPARATOR)
            file.writelines(f"{line}\n" for line in _page(row))


def brief(summary: Summary) -> str:
    """The brief of one summary."""
    return "".join(f"{line}\n" for line in _brief(summary))


def _page(row: Row) -> Iterator[str]:
    if row.summary is not None:
        yield from _brief(row.summary)
    elif row.error is not None:
        yield f"# {_md(row.name)}"
        yield ""
        yield f"Không tóm tắt được: {_md(row.error.message)}"


def _brief(summary: Summary) -> Iterator[str]:
    context = summary.context
    yield from _head(summary)
    results, faults, goals = (_headlines(items) for _, items in measured(summary))
    period = context.plan_period
    heading = f"III. CHỈ TIÊU {_md(period)}" if period else "III. CHỈ TIÊU"
    yield from _part("I. KẾT QUẢ NỔI BẬT", results, RESULTS, "kết quả", _told)
    yield from _part("II. TỒN TẠI, HẠN CHẾ", faults, FAULTS, "tồn tại, hạn chế", _told)
    yield from _part(heading, goals, GOALS, "chỉ tiêu", lambda item: _goal(item, period))
    yield from _tasks(summary.directives)
    yield from _part("V. ĐIỂM CẦN KIỂM TRA", list(_doubts(summary)), CHECKS, "điểm", _line)


# --- Parts ---------------------------------------------------------------------------------------


def _head(summary: Summary) -> Iterator[str]:
    source, context = summary.source, summary.context
    yield f"**{_md(context.body or context.locality or 'Chưa rõ cơ quan').upper()}**"
    yield ""
    yield "# TÓM TẮT BÁO CÁO"
    yield ""
    yield f"**{_md(source.title or context.event or source.name or 'Văn bản không có tiêu đề')}**"
    yield ""
    facts = (
        ("Kỳ báo cáo", context.period),
        ("Ngày họp", day(context.held_on) if context.held_on else None),
        ("Chủ trì", ", ".join((context.chair.name, *context.chair.posts)) if context.chair else ""),
        ("Ngày đăng", day(source.published_on) if source.published_on else None),
        ("Nguồn", source.name),
    )
    yield "; ".join(f"{name}: {_md(fact)}" for name, fact in facts if fact) or "Nguồn: không rõ"
    if summary.overview:
        yield ""
        yield _md(shortened(summary.overview, _OVERVIEW))


def _part(
    title: str, items: Sequence[T], most: int, name: str, told: Callable[[T], str]
) -> Iterator[str]:
    yield from ("", f"## {title}", "")
    yield from (f"{place}. {told(item)}" for place, item in enumerate(items[:most], 1))
    yield from _rest(len(items) - most, name)
    if not items:
        yield "Không có." if name == "điểm" else "Văn bản không nêu."


def _rest(count: int, name: str) -> Iterator[str]:
    if count > 0:
        yield ""
        yield f"*và {count} {name} khác*"


def _tasks(directives: Sequence[Directive]) -> Iterator[str]:
    """Tasks under who gives them to whom; those with a deadline come first."""
    yield from ("", "## IV. NHIỆM VỤ, CHỈ ĐẠO")
    numbers = count(1)
    for (issuer, addressees), tasks in groupby(_chosen(directives), key=_parties):
        whom = f" → {_md(shortened('; '.join(addressees), _LONGEST))}" if addressees else ""
        yield from ("", f"**{_md(_issuer(issuer))}**{whom}:", "")
        yield from (
            f"{number}. {_task(task)}" for task, number in zip(tasks, numbers, strict=False)
        )
    yield from _rest(len(directives) - TASKS, "nhiệm vụ")
    if not directives:
        yield from ("", "Văn bản không nêu.")


def _doubts(summary: Summary) -> Iterator[str]:
    """Issues of the run, numerals that no item uses, and flagged items."""
    yield from (explained(flag) for flag in summary.run.issues)
    missed = ", ".join(left.raw for left in summary.coverage.unclaimed)
    if missed:
        yield f"Con số chưa dùng: {missed} ({coverage_line(summary.coverage)})"
    for item in (*(i for _, items in measured(summary) for i in items), *summary.directives):
        yield from (f"{explained(flag)}: {item.statement}" for flag in item.flags)


# --- What comes first ----------------------------------------------------------------------------


def _headlines(items: Sequence[Measured]) -> list[Measured]:
    """Items with figures first, and of each sector one before the second of any, general first."""
    turns: Counter[tuple[bool, str]] = Counter()
    places = {}
    for item in items:
        kind = not item.figures, item.sector
        places[item.id] = kind[0], turns[kind], _SECTOR_PLACES[item.sector]
        turns[kind] += 1
    return sorted(items, key=lambda item: places[item.id])


def _chosen(directives: Sequence[Directive]) -> list[Directive]:
    """The most urgent ones, those of the same parties side by side."""
    chosen = sorted(directives, key=lambda directive: urgency(directive.deadline))[:TASKS]
    parties = [_parties(directive) for directive in chosen]
    return sorted(chosen, key=lambda directive: parties.index(_parties(directive)))


def _parties(directive: Directive) -> tuple[Issuer | None, tuple[str, ...]]:
    return directive.issuer, directive.addressees


# --- Words ---------------------------------------------------------------------------------------


def _told(item: Measured) -> str:
    return _line(_item(item))


def _goal(item: Measured, period: str | None) -> str:
    """A target, and its deadline unless the period says it already."""
    deadline = item.deadline if isinstance(item, Target) else None
    said = deadline is None or (period or "\n") in deadline.text
    return _ended(_item(item), deadline.text if deadline and not said else "")


def _item(item: Measured) -> str:
    if item.figures and item.indicator:
        return f"{item.indicator}: {'; '.join(reading(figure) for figure in item.figures)}"
    return item.statement


def _task(task: Directive) -> str:
    return _ended(task.statement, f"hạn: {_until(task.deadline)}" if task.deadline else "")


def _ended(told: str, aside: str) -> str:
    return f"{_line(told)} *({_md(shortened(aside, _LONGEST))})*" if aside else _line(told)


def _until(deadline: Deadline) -> str:
    return deadline.text + (f" ({day(deadline.date)})" if deadline.date else "")


def _issuer(issuer: Issuer | None) -> str:
    if issuer is None:
        return "Không rõ người giao"
    named = ", ".join((issuer.name, *issuer.posts))
    return named + (f", theo {issuer.document}" if issuer.document else "")


# --- Markdown ------------------------------------------------------------------------------------

_SIGNS = re.compile(r"[\\`*_\[\]<>&~|$]|^[#+-]|^\d+(?=[.)])")


def _line(told: str) -> str:
    """A text as one item of a list: short, with a capital, shown as it is."""
    short = shortened(told, _LONGEST)
    return _md(short[:1].upper() + short[1:])


def _md(told: str) -> str:
    """A text on one line that Markdown shows as it is."""
    return _SIGNS.sub(_escaped, clean(told))


def _escaped(found: re.Match[str]) -> str:
    return f"{found[0]}\\" if found[0].isdigit() else f"\\{found[0]}"
