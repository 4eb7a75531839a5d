"""One reading of a text, whatever its encoding habits, with the way back to the source.

Reports arrive in NFC and NFD, with no-break and zero-width blanks, doubled blanks, curly and
straight quotes, three kinds of dash, two spellings of many syllables (hoà/hòa, tỉ/tỷ) and
lines cut at a column. ``fold`` makes one text out of all of them, so that every rule is
written once. Folding is three stages (signs without width, marks, blanks), each of which
keeps the offsets where the text and its source drift apart; most texts need the last only.
"""

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass

_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_ODD_BREAKS = "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_ODD_BLANKS = (
    "\t\x1f\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u202f\u205f\u3000"
)
# A stream of marks is cut at 30 (as Unicode's stream-safe text does), so that nobody can make
# the canonical ordering of one endless letter slow.
_MARKED = re.compile(r".[\u0300-\u036f]{1,30}")
_DOUBLED = re.compile(r"  +")

# A line cut at a column: the line before it is long and ends in the middle of a sentence.
_SENTENCE_ENDS = ".;:!?…"
_LEAST_WRAPPED = 30
_WIDEST_COLUMN = 160
_LEAST_CUTS = 3
_LIST_MARKER = re.compile(
    r"(?:\d{1,3}|[ivx]{1,4}|[^\W\d_])[.)](?:\s|$)|[^\w\s(\"“]|\(?\d{1,2}\)|[^\W\d_]+\d|https?:|www\."
)

# Old and new placing of the tone mark, i/y after h, k, l, m, t and after qu; dashes and quotes;
# the Icelandic letter that old keyboards type for đ.
_OLD_TONES = (
    "oà",
    "oá",
    "oả",
    "oã",
    "oạ",
    "oè",
    "oé",
    "oẻ",
    "oẽ",
    "oẹ",
    "uỳ",
    "uý",
    "uỷ",
    "uỹ",
    "uỵ",
)
_NEW_TONES = (
    "òa",
    "óa",
    "ỏa",
    "õa",
    "ọa",
    "òe",
    "óe",
    "ỏe",
    "õe",
    "ọe",
    "ùy",
    "úy",
    "ủy",
    "ũy",
    "ụy",
)
_TONES = dict(zip(_OLD_TONES, _NEW_TONES, strict=True))
_TONE_ON_A_OR_E = re.compile(r"o[àáảãạèéẻẽẹ](?!\w)(?<!qo.)")
_TONE_ON_Y = re.compile(r"u[ỳýỷỹỵ](?!\w)(?<!qu.)")
_I_FOR_Y = re.compile(r"[iìíỉĩị](?!\w)(?:(?<=\b[hklmt].)|(?<=\bqu.))")
_Y_FOR_I = dict(zip("iìíỉĩị", "yỳýỷỹỵ", strict=True))
_SIGNS = tuple(zip("–—−‐‑“”„«»‟’‘´`ð", '-----""""""\'\'\'\'đ', strict=True))


@dataclass(frozen=True, slots=True)
class _Drift:
    """Where output and input of a stage drift apart: ``after[i]`` was at ``before[i]``."""

    after: tuple[int, ...]
    before: tuple[int, ...]

    def back(self, position: int) -> int:
        i = bisect_right(self.after, position)
        offset = self.before[i - 1] + position - self.after[i - 1]
        # One sign may stand for fewer than the stage made of it: stay inside the run.
        if i < len(self.before) and offset >= self.before[i]:
            return self.before[i] - 1
        return offset

    def back_both(self, first: int, last: int) -> tuple[int, int]:
        """Two positions at once: most often no drift lies between them."""
        i = bisect_right(self.after, first)
        if i == len(self.after) or last < self.after[i]:
            shift = self.before[i - 1] - self.after[i - 1]
            if i == len(self.after) or last + shift < self.before[i]:
                return first + shift, last + shift
        return self.back(first), self.back(last)


@dataclass(frozen=True, slots=True)
class Folded:
    r"""A text as rules see it.

    ``text`` is NFC with blanks folded and each line break a single ``\n`` (breaks at a column
    are blanks); ``key`` has the same length and is lower-cased, spelled one way and reduced to
    plain dashes and quotes.
    """

    source: str
    text: str
    key: str
    _signs: _Drift | None = None
    _marks: _Drift | None = None
    _blanks: _Drift | None = None

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the source of the folded span ``[start, end)``, which must not be empty."""
        first, last = start, end - 1
        if self._blanks is not None:
            first, last = self._blanks.back_both(first, last)
        after = last + 1
        if self._marks is not None:  # a letter ends where the next one begins
            first, after = self._marks.back(first), self._marks.back(after)
        if self._signs is not None:
            first, after = self._signs.back(first), self._signs.back(after - 1) + 1
        return first, after


def fold(source: str) -> Folded:
    """Fold a text; linear in its length."""
    text, signs = _without_zero_width(source)
    text, marks = _composed(text)
    text, blanks = _without_spare_blanks(_plain_blanks(text))
    return Folded(source, text, match_key(text), signs, marks, blanks)


def _without_zero_width(text: str) -> tuple[str, _Drift | None]:
    if not any(sign in text for sign in _ZERO_WIDTH):
        return text, None
    pieces: list[str] = []
    after: list[int] = [0]
    before: list[int] = [0]
    length = 0
    for run in re.finditer(f"[^{_ZERO_WIDTH}]+", text):
        pieces.append(run.group())
        after.append(length)
        before.append(run.start())
        length += run.end() - run.start()
    return "".join(pieces), _Drift(tuple(after), tuple(before))


def _composed(text: str) -> tuple[str, _Drift | None]:
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        return text, None
    pieces: list[str] = []
    after: list[int] = [0]
    before: list[int] = [0]
    composed: dict[str, str] = {}  # the same hundred letters again and again
    length = last = 0
    for letter in _MARKED.finditer(text):
        start, end = letter.span()
        marked = letter.group()
        one = composed.get(marked)
        if one is None:
            one = composed[marked] = unicodedata.normalize("NFC", marked)
        length += start - last
        after.append(length)
        before.append(start)
        pieces.append(text[last:start])
        pieces.append(one)
        length += len(one)
        after.append(length)
        before.append(end)
        last = end
    pieces.append(text[last:])
    return "".join(pieces), _Drift(tuple(after), tuple(before))


def _plain_blanks(text: str) -> str:
    """Make every blank a space and every line break one sign; offsets do not move."""
    if "\r" in text:
        text = text.replace("\r\n", " \n").replace("\r", "\n")
    for sign in _ODD_BREAKS:
        if sign in text:
            text = text.replace(sign, "\n")
    for sign in _ODD_BLANKS:
        if sign in text:
            text = text.replace(sign, " ")
    return text


@dataclass(frozen=True, slots=True)
class _Row:
    """A line that is not blank: its text, where it starts, and whether a blank line precedes."""

    text: str
    start: int
    apart: bool


def _rows(text: str) -> list[_Row]:
    rows: list[_Row] = []
    offset = 0
    apart = True
    for line in text.split("\n"):
        row = line.strip(" ")
        if row:
            rows.append(_Row(row, offset + len(line) - len(line.lstrip(" ")), apart))
        apart = not row
        offset += len(line) + 1
    return rows


def _without_spare_blanks(text: str) -> tuple[str, _Drift | None]:
    if "  " not in text and "\n" not in text and text[:1] != " " and text[-1:] != " ":
        return text, None
    rows = _rows(text)
    wrapped = _wrapped(rows)
    pieces: list[str] = []
    after: list[int] = []
    before: list[int] = []
    length = 0
    gap: int | None = None  # how far the source is ahead
    for i, row in enumerate(rows):
        if i:
            pieces.append(" " if wrapped[i] else "\n")
            length += 1
        for piece, start in _runs(row):
            if start - length != gap:
                gap = start - length
                after.append(length)
                before.append(start)
            pieces.append(piece)
            length += len(piece)
    return "".join(pieces), _Drift(tuple(after), tuple(before)) if rows else None


def _runs(row: _Row) -> list[tuple[str, int]]:
    """Pieces of a line between doubled blanks, each with its first blank, and their offsets."""
    if "  " not in row.text:
        return [(row.text, row.start)]
    runs: list[tuple[str, int]] = []
    start = 0
    for doubled in _DOUBLED.finditer(row.text):
        runs.append((row.text[start : doubled.start() + 1], row.start + start))
        start = doubled.end()
    runs.append((row.text[start:], row.start + start))
    return runs


def _wrapped(rows: list[_Row]) -> list[bool]:
    """Which lines merely continue the line before them."""
    wrapped = [False] * len(rows)
    close = [
        i
        for i in range(1, len(rows))
        if not rows[i].apart
        and len(rows[i - 1].text) >= _LEAST_WRAPPED
        and _LIST_MARKER.match(rows[i].text) is None
    ]
    widest = 0
    cuts = 0
    for i in close:
        if rows[i].text[0].islower() and rows[i - 1].text[-1] not in _SENTENCE_ENDS:
            wrapped[i] = True
            cuts += 1
            widest = max(widest, len(rows[i - 1].text))
    # A text cut at a column throughout: whatever follows a full line continues it, unless that
    # line ends a sentence.
    if cuts >= _LEAST_CUTS and cuts * 4 >= len(rows) and widest <= _WIDEST_COLUMN:
        for i in close:
            before = rows[i - 1].text
            full = len(before) >= widest * 0.8 and before[-1] not in ".:!?…"
            wrapped[i] = wrapped[i] or full
    return wrapped


def match_key(text: str) -> str:
    """Spell a text the way rules are matched; the key is as long as ``text``."""
    key = text.lower()
    if len(key) != len(text):  # a few capitals grow when lowered
        key = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    for sign, plain in _SIGNS:
        if sign in key:
            key = key.replace(sign, plain)
    key = _TONE_ON_A_OR_E.sub(lambda m: _TONES[m.group()], key)
    key = _TONE_ON_Y.sub(lambda m: _TONES[m.group()], key)
    return _I_FOR_Y.sub(lambda m: _Y_FOR_I[m.group()], key)
