"""PDFs as programs write them: reports set in a Vietnamese font on A4, with heads and numbers."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import pytest
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table

FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf")
_MM = 72 / 25.4


def needs_font() -> None:
    """Makes the font known, or skips a test where there is none with Vietnamese letters."""
    if not FONT.exists():
        pytest.skip("the font DejaVu Serif is not installed (apt-get install fonts-dejavu-core)")
    pdfmetrics.registerFont(TTFont("serif", str(FONT)))


def width(text: str, size: float) -> float:
    """Points that a text is wide."""
    needs_font()
    return float(pdfmetrics.stringWidth(text, "serif", size))


@dataclass(frozen=True)
class Setting:
    """How a report is set; lengths in points."""

    size: float = 13
    indent: float = 0
    space: float = 6
    align: str = "justify"
    head: str = ""
    title: str = ""


def report(text: str, **setting: Any) -> bytes:
    """A text as a PDF: each line a paragraph, page numbers above all pages but the first."""
    return typeset([line.strip() for line in text.splitlines()], **setting)


def typeset(story: Sequence[str | list[list[str]]], **setting: Any) -> bytes:
    """Paragraphs and tables with rules; a blank paragraph is a distance."""
    needs_font()
    look = Setting(**setting)
    size = look.size
    style = ParagraphStyle(
        "body", fontName="serif", fontSize=size, leading=size * 1.25, spaceAfter=look.space,
        firstLineIndent=look.indent, alignment={"justify": 4, "left": 0}[look.align],
    )  # fmt: skip
    cell = ParagraphStyle("cell", fontName="serif", fontSize=size - 2, leading=size)
    grid = [("GRID", (0, 0), (-1, -1), 0.5, "black"), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    parts: list[Any] = []
    for part in story:
        if isinstance(part, list):
            cells = [[Paragraph(escape(text), cell) for text in row] for row in part]
            parts.append(Table(cells, style=grid, repeatRows=1))
            parts.append(Spacer(1, size))
        elif part:
            parts.append(Paragraph(part if part.startswith("<para") else escape(part), style))
        else:
            parts.append(Spacer(1, size / 2))

    def furnish(canvas: Any, document: Any) -> None:
        canvas.setFont("serif", 10)
        if document.page > 1:
            canvas.drawCentredString(105 * _MM, 282 * _MM, str(document.page))
        canvas.drawString(30 * _MM, 287 * _MM, look.head)

    file = io.BytesIO()
    SimpleDocTemplate(
        file, pagesize=(210 * _MM, 297 * _MM), leftMargin=30 * _MM, rightMargin=20 * _MM,
        topMargin=20 * _MM, bottomMargin=20 * _MM, title=look.title,
    ).build(parts, onFirstPage=furnish, onLaterPages=furnish)  # fmt: skip
    return file.getvalue()
