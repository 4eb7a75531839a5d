"""Where a quote begins and ends: the smallest passage that holds what an item says.

Annotation guide, rules 19, 20 and 22: frames, connectives and leads stay outside, and so does a long run-up
to a counted thing ("Qua đánh giá chất lượng tổ chức đảng có | 10/16 chi bộ …"). Token positions.
"""

from collections.abc import Mapping
from functools import cache

from summarizer.clauses import Clause
from summarizer.figures import FigureMention
from summarizer.lexicon import Lexicon, language
from summarizer.openings import opening
from summarizer.times import TimeMention

_LONGEST_RUN_UP = 10  # tokens before a counted thing that still read as its name
_TRAILING = frozenset([",", ";", ".", ":", "…", "(", "-"])


def quote_span(
    words: list[str],
    verbs: bytes,
    times: Mapping[int, TimeMention],
    run: list[Clause],
    *,
    measured: bool,
) -> tuple[int, int]:
    """Tokens of the quote of neighbouring clauses."""
    first, last = run[0].anchor, run[-1].last
    if measured:
        last = _behind_figures(words, run[-1], last)
    if first == run[0].first:
        first = _opened(words, times, first, last)
        if measured and run[0].figures:
            first = _near_figure(words, verbs, first, run[0].figures[0])
    return first, _closed(words, first, last)


def _behind_figures(words: list[str], clause: Clause, last: int) -> int:
    """Without an example that counts nothing: "14 kỹ thuật mới, | trong đó có phẫu thuật nội soi"."""
    if not clause.figures:
        return last
    for i in range(max(f.last for f in clause.figures), last - 2):
        if words[i] == "," and tuple(words[i + 1 : i + 3]) in _EXAMPLES:
            return i
    return last


_EXAMPLES = frozenset([("trong", "đó"), ("nhất", "là")])


def _opened(words: list[str], times: Mapping[int, TimeMention], first: int, last: int) -> int:
    at = _behind_adverbial(words, opening(words, times, first, last), last)
    while at < last and (hit := _phrases().at(words, at, last)) is not None:
        at = opening(words, times, hit.last, last)
    return at if at < last else first


def _behind_adverbial(words: list[str], first: int, last: int) -> int:
    """Skip "Sau sắp xếp,", "Trên lĩnh vực văn hóa - xã hội,", "Theo Sở Công thương,"."""
    if first < last and words[first] in _ADVERBIAL:
        for i in range(first + 1, min(first + _LONGEST_ADVERBIAL, last)):
            if words[i][0].isdigit():
                break
            if words[i] == ",":
                return i + 1
    return first


_ADVERBIAL = frozenset(["sau", "qua", "nhờ", "trên", "từ", "tại", "ở", "theo", "về", "trong", "với"])
_LONGEST_ADVERBIAL = 12  # tokens


def _near_figure(words: list[str], verbs: bytes, first: int, figure: FigureMention) -> int:
    """Skip the run-up to a counted thing, whose name stands behind its number."""
    for i in range(figure.first - 1, first, -1):
        if words[i] == "như":
            return i + 1
    if figure.unit is None:
        return first
    longest = _LONGEST_RUN_UP
    if figure.unit == "%" and _counts(words, verbs, figure):
        longest = _LONGEST_BEFORE_SHARE
    elif figure.unit.split("/")[0].split()[0].lower() in _measures():
        return first
    low = figure.first
    commas = [i for i in range(first, low) if words[i] == ","]
    if commas and low - commas[-1] > 1 and low - first > longest:
        first = commas[-1] + 1
    if low - first <= longest or figure.unit == "%" or "đã" not in words[first:low]:
        return first
    for i in range(low - 1, max(first, low - _LONGEST_RUN_UP), -1):
        if words[i] in _HAVE:
            return i + 1
        if verbs[i]:
            return i
    return first


def _counts(words: list[str], verbs: bytes, figure: FigureMention) -> bool:
    """Whether what has the share stands behind it: "100% văn bản đi được ký số"."""
    behind = words[figure.last : figure.last + 2]
    if words[figure.first - 1] in _REACHED:
        return False
    return len(behind) == 2 and behind[0][0].isalpha() and behind[0] not in _NOT_COUNTED  # noqa: PLR2004


_LONGEST_BEFORE_SHARE = 4
_NOT_COUNTED = frozenset(["so", "kế", "dự", "và", "trở", "chỉ", "nghị", "mục", "trong", "vào", "do", "là", "lên", "xuống", "còn", "tăng", "giảm"])
_REACHED = frozenset(["đạt", "chiếm", "là", "bằng", "còn", "ước", "được", "từ", "lên", "tăng", "giảm", "vượt", "xuống", "thêm", "hơn", "trên", "dưới", "khoảng", "gần", "tới", "mới"])
_HAVE = frozenset(["có", "với", "là", "được"])


def _closed(words: list[str], first: int, last: int) -> int:
    """Without a closing bracket that was opened before the passage, and without separators."""
    if words[last - 1] == ")":
        for i in range(last - 2, first, -1):
            if words[i] == "(":
                last = i if words[i + 1] == "theo" else last
                break
    while last - first > 1:
        sign = words[last - 1]
        lone = sign == ")" and words[first:last].count("(") < words[first:last].count(")")
        if not lone and sign not in _TRAILING:
            break
        last -= 1
    return last


@cache
def _measures() -> frozenset[str]:
    """First words of units that measure; their indicator stands before the number."""
    data = language("units")
    kinds = ("percent", "scale", "money", "measure", "factor")
    return frozenset(word.split()[0] for kind in kinds for word in data[kind]["words"])


@cache
def _phrases() -> Lexicon[bool]:
    data = language("leads")
    return Lexicon((p, True) for name in ("goals", "places") for p in data[name])
