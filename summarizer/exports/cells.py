"""Cells: text as a spreadsheet may hold it, so that nothing from a report is ever computed.

Spreadsheets take a cell that begins with one of a few signs for a formula, also when it comes from
a CSV file (https://owasp.org/www-community/attacks/CSV_Injection).
"""

import re
from textwrap import shorten

from summarizer.view import clean

LONGEST = 32_767
"""Units of UTF-16 in a cell of Excel."""

_NOTE = " […] (cắt bớt: ô quá dài)"
_FORMULA = re.compile("[=+@＝＋＠－-]")
# Excel where the decimal comma is usual takes a semicolon for the end of a cell, even here.
_IN_CSV = re.compile("(?:^|(?<=;))(?= *[=+@＝＋＠－-])")


def may_compute(text: str) -> bool:
    """Whether a spreadsheet could take the text for a formula."""
    return _FORMULA.match(text) is not None


def guarded(text: str) -> str:
    """The text on one line, an apostrophe before whatever a spreadsheet could compute."""
    return _IN_CSV.sub("'", clean(text))


def shortened(text: str, most: int) -> str:
    """The text on one line, cut after a clause, else a word, if it has more than ``most`` signs."""
    shown = clean(text)
    if len(shown) <= most:
        return shown
    cut = shorten(shown, most, placeholder="") or shown[:most]
    end = max(cut.rfind(sign) for sign in ("; ", ". ", ", "))
    return f"{cut[:end] if end > most // 2 else cut} …"


def cell(text: str) -> str:
    """The text on one line, no longer than a cell of Excel; a note says where it was cut."""
    shown = text if text.isprintable() else clean(text)  # most are; that is ten times as fast
    if len(shown) <= LONGEST // 2:
        return shown
    units = shown.encode("utf-16-le")
    if len(units) <= LONGEST * 2:
        return shown
    return units[: (LONGEST - len(_NOTE)) * 2].decode("utf-16-le", "ignore") + _NOTE
