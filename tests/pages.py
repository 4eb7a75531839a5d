"""Invented pages of portals and newspapers around a given report; their frames lie beside this."""

import html
import re
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path

FRAMES = Path(__file__).with_name("pages")
KINDS = ("liferay", "sharepoint", "nukeviet", "dnn", "vnpt", "newspaper", "print")

Wrap = Callable[[Sequence[str]], str]


def page(text: str, kind: str, *, date: str = "24/11/2020 09:05", iso: str = "2020-11-24") -> str:
    """The page that a portal of this kind would show a report on; its first line is the title."""
    title, *lines = (line.strip() for line in text.split("\n") if line.strip())
    return framed(kind, title, WRAPS[kind](lines), date=date, iso=iso)


def framed(kind: str, title: str, body: str, *, date: str = "", iso: str = "") -> str:
    """A frame around markup."""
    slots = {"[title]": html.escape(title), "[date]": date, "[iso]": iso, "[body]": body}
    frame = (FRAMES / f"{kind}.html").read_text("utf-8")
    return re.sub(r"\[(?:title|date|iso|body)\]", lambda slot: slots[slot.group()], frame)


def _escaped(line: str) -> str:
    return html.escape(line, quote=False)


def _points(lines: Sequence[str], paragraph: str) -> str:
    """Dashed lines as points of a list, lines that count from 1 as a numbered list."""
    parts = []
    for dashed, run in groupby(lines, key=lambda line: line.startswith("- ")):
        told = [_escaped(line.removeprefix("- ")) for line in run]
        if dashed:
            parts.append("<ul>" + "".join(f"<li>{line}</li>\n" for line in told) + "</ul>")
        else:
            parts.extend(_counted(told, paragraph))
    return "\n".join(parts)


def _counted(lines: Sequence[str], paragraph: str) -> list[str]:
    parts: list[str] = []
    count = 0
    for line in lines:
        if line.startswith(f"{count + 1}. "):
            count += 1
            point = f"<li>{line.removeprefix(f'{count}. ')}</li>"
            parts.append(f'<ol start="{count}">{point}</ol>')
        else:
            parts.append(paragraph.format(line))
    return parts


def _broken(separator: str) -> Wrap:
    return lambda lines: separator.join(_escaped(line) for line in lines)


def _in_spans(lines: Sequence[str]) -> str:
    return _points(lines, '<p style="text-align: justify;"><span style="color:#000">{}</span></p>')


def _in_blocks(lines: Sequence[str]) -> str:
    return "\n".join(f'<div class="ms-rteElement-P">{_escaped(line)}<br /></div>' for line in lines)


def _with_sapo(lines: Sequence[str]) -> str:
    sapo = f'<p class="detail-sapo"><strong>{_escaped(lines[0])}</strong></p>' if lines else ""
    return sapo + _points(lines[1:], "<p>{}</p>")


def _in_entities(lines: Sequence[str]) -> str:
    blocks = (_escaped(line).replace(" ", "&nbsp;", 1) for line in lines)
    return "".join(
        "<div>" + "".join(sign if sign < "\x80" else f"&#{ord(sign)};" for sign in block) + "</div>"
        for block in blocks
    )


def _in_paragraphs(lines: Sequence[str]) -> str:
    return _points(lines, "<p>{}</p>")


WRAPS: dict[str, Wrap] = {
    "liferay": _in_spans,
    "sharepoint": _in_blocks,
    "nukeviet": _in_paragraphs,
    "dnn": _broken("<br /><br />\r\n"),
    "vnpt": _in_entities,
    "newspaper": _with_sapo,
    "print": _broken("<br>\n"),
}
