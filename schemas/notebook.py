"""A summary as a notebook shows it: a small table in HTML, without script and without links.

It asks for no colour of its own but shades of the notebook's, so that it reads in light and dark.
"""

from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from schemas.summary import Achievement, Directive, Flag, Shortcoming, Summary, Target

    Item: TypeAlias = Achievement | Shortcoming | Target | Directive

_LISTS = {
    "achievements": "Kết quả",
    "shortcomings": "Tồn tại, hạn chế",
    "targets": "Chỉ tiêu",
    "directives": "Chỉ đạo",
}
_MOST = 12  # items of a list; a notebook is no place for all of a long report
_CELL = "text-align:left;vertical-align:top;padding:.2em .8em .2em 0;white-space:normal"
_LINE = "border-top:1px solid rgba(128,128,128,.35)"


def html(summary: "Summary") -> str:
    """The summary as a fragment of HTML; whatever a document says is escaped."""
    return "".join(_parts(summary))


def _parts(summary: "Summary") -> Iterator[str]:
    source, context = summary.source, summary.context
    title = source.title or source.name or "Văn bản không có tiêu đề"
    facts = " · ".join(filter(None, (context.locality, context.period, source.name)))
    yield f'<div style="max-width:60em"><p><strong>{escape(title)}</strong>'
    yield f'<br><span style="opacity:.7">{escape(facts)}</span></p>'
    yield f"<p>{escape(summary.overview)}</p>"
    yield '<table style="border-collapse:collapse;width:100%">'
    for name, heading in _LISTS.items():
        yield from _list(heading, getattr(summary, name))
    yield f"</table>{_account(summary)}</div>"


def _list(heading: str, items: "Sequence[Item]") -> Iterator[str]:
    if not items:
        return
    yield f'<tr><th colspan="3" style="{_CELL};padding-top:.8em">{heading} ({len(items)})</th></tr>'
    yield from map(_row, items[:_MOST])
    if rest := max(0, len(items) - _MOST):
        yield f'<tr><td></td><td colspan="2" style="{_CELL}">và {rest} mục khác</td></tr>'


def _row(item: "Item") -> str:
    cells = escape(item.id), escape(item.statement) + _flags(item.flags), escape(_beside(item))
    told = "".join(f'<td style="{_CELL};{_LINE}">{cell}</td>' for cell in cells)
    return f"<tr>{told}</tr>"


def _beside(item: "Item") -> str:
    """Figures, or who gives a directive; and until when."""
    figures = getattr(item, "figures", ())
    issuer = getattr(item, "issuer", None)
    deadline = getattr(item, "deadline", None)
    told = [figure.raw for figure in figures] or ([issuer.name] if issuer else [])
    return " · ".join([*told, f"hạn: {deadline.text}"] if deadline else told)


def _flags(flags: "Sequence[Flag]") -> str:
    return "".join(f"<br><em>⚠ {escape(flag.message)}</em>" for flag in flags)


def _account(summary: "Summary") -> str:
    coverage = summary.coverage
    missed = ", ".join(one.raw for one in coverage.unclaimed)
    told = f"{coverage.numerals} con số: {coverage.used} dùng, {len(coverage.set_aside)} để ngoài"
    told += f", chưa dùng: {missed}" if missed else ""
    return f'<p style="opacity:.7">{escape(told)}{_flags(summary.run.issues)}</p>'
