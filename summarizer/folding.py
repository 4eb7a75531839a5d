"""One reading of a text, whatever its encoding habits, with the way back to the source.

Reports arrive in NFC and NFD, with no-break and zero-width blanks, doubled blanks, curly and
straight quotes, three kinds of dash and two spellings of many syllables (hoà/hòa, tỉ/tỷ).
``fold`` makes one text out of all of them, so that every rule is written once.
"""

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass

_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_BLANKS = re.compile(r"[^\S\n]+|\s*\n\s*")
_NEEDS_WORK = re.compile(r"[^\S\n ]|  | \n|\n[ \n]|[\u200b\u200c\u200d\u2060\ufeff\u00ad]")

# Old and new placing of the tone mark, i/y after h, k, l, m, t and after qu; dashes and quotes.
_OLD_TONES = ("oà", "oá", "oả", "oã", "oạ", "oè", "oé", "oẻ", "oẽ", "oẹ", "uỳ", "uý", "uỷ", "uỹ", "uỵ")
_NEW_TONES = ("òa", "óa", "ỏa", "õa", "ọa", "òe", "óe", "ỏe", "õe", "ọe", "ùy", "úy", "ủy", "ũy", "ụy")
_TONES = dict(zip(_OLD_TONES, _NEW_TONES, strict=True))
_TONE_PLACE = re.compile(rf"(?<!q)(?:{'|'.join(_OLD_TONES)})(?!\w)")
_I_OR_Y = re.compile(r"\b(h|k|l|m|t|qu)([iìíỉĩị])(?!\w)")
_Y_FOR_I = str.maketrans("iìíỉĩị", "yỳýỷỹỵ")
_SIGNS = str.maketrans("–—−‐‑“”„«»‟’‘´`", '-----""""""\'\'\'\'')


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as rules see it.

    ``text`` is NFC with blanks folded and each line break a single ``\\n``; ``key`` has the same
    length and is lower-cased, spelled one way and reduced to plain dashes and quotes.
    """

    source: str
    text: str
    key: str
    _folded_at: tuple[int, ...]
    _source_at: tuple[int, ...]

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the source of the folded span ``[start, end)``, which must not be empty."""
        return self._to_source(start), self._to_source(end - 1, after=True)

    def _to_source(self, position: int, *, after: bool = False) -> int:
        if not self._folded_at:
            return position + after
        i = bisect_right(self._folded_at, position) - 1
        offset = self._source_at[i] + position - self._folded_at[i]
        if not after:
            return offset
        # A folded character may stand for several of the source: end where the last of them ends.
        following = position + 1
        end = offset + 1
        if i + 1 < len(self._folded_at) and self._folded_at[i + 1] == following:
            end = max(end, self._source_at[i + 1])
            end = _without_trailing_ignorables(self.source, end, offset + 1)
        return end


def _without_trailing_ignorables(source: str, end: int, least: int) -> int:
    while end > least and (source[end - 1] in _ZERO_WIDTH or source[end - 1].isspace()):
        end -= 1
    return end


def fold(source: str) -> Folded:
    """Fold a text; linear in its length."""
    if _NEEDS_WORK.search(source) is None and unicodedata.is_normalized("NFC", source):
        return Folded(source, source, match_key(source), (), ())
    text, folded_at, source_at = _fold_runs(source)
    return Folded(source, text, match_key(text), folded_at, source_at)


_RUN = re.compile(
    r"\s*\n\s*|[^\S\n]+"  # blanks
    rf"|[{_ZERO_WIDTH}]+"
    r"|[^\s\u0300-\u036f" + _ZERO_WIDTH + r"]+(?![\u0300-\u036f])"
    r"|[^\s" + _ZERO_WIDTH + r"][\u0300-\u036f]+"
    r"|."
)


def _fold_runs(source: str) -> tuple[str, tuple[int, ...], tuple[int, ...]]:
    pieces: list[str] = []
    folded_at: list[int] = []
    source_at: list[int] = []
    length = 0
    last = ""
    for run in _RUN.finditer(source):
        raw = run.group()
        if raw[0] in _ZERO_WIDTH:
            piece = ""
        elif raw[0].isspace():
            piece = "\n" if "\n" in raw else " "
            if last in " \n" and last:  # blanks on both sides of a zero-width sign
                piece = ""
        else:
            piece = unicodedata.normalize("NFC", raw)
        if piece:
            pieces.append(piece)
            folded_at.append(length)
            source_at.append(run.start())
            length += len(piece)
            last = piece[-1]
    folded_at.append(length)
    source_at.append(len(source))
    return "".join(pieces), tuple(folded_at), tuple(source_at)


def match_key(text: str) -> str:
    """The spelling that rules are matched against; as long as ``text``."""
    key = text.lower()
    if len(key) != len(text):  # a few capitals grow when lowered
        key = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    key = key.translate(_SIGNS)
    key = _TONE_PLACE.sub(lambda m: _TONES[m.group()], key)
    return _I_OR_Y.sub(lambda m: m.group(1) + m.group(2).translate(_Y_FOR_I), key)
