"""A summary in short lines, so that tests can show whole readings side by side."""

from schemas import Achievement, Directive, Shortcoming, Target
from summarizer import Summarizer

DATELINE = "Sáng 12/12/2023, UBND huyện An Phú tổ chức hội nghị tổng kết năm 2023.\n"


def told(text: str) -> list[str]:
    """Items as lines: "A sản lượng đạt 5 tấn", "D rà soát hộ nghèo → các xã", quotes as written."""
    summary = Summarizer()(text)
    items: list[Achievement | Shortcoming | Target | Directive] = [
        *summary.achievements,
        *summary.shortcomings,
        *summary.targets,
        *summary.directives,
    ]
    return [_line(item) for item in items]


def reported(body: str) -> list[str]:
    """The same for the body of a report, put behind a dateline."""
    return told(DATELINE + body)


def _line(item: Achievement | Shortcoming | Target | Directive) -> str:
    quote = " … ".join(e.quote for e in item.evidence)
    line = f"{item.id[0]} {quote}"
    if isinstance(item, Directive) and item.addressees:
        line += f" → {'; '.join(item.addressees)}"
    return line
