"""Where a quote begins and ends: the smallest passage that holds what an item says.

Annotation guide, rules 19, 20 and 22: frames, connectives and leads stay outside, and so does a
long run-up to a counted thing ("Qua đánh giá chất lượng tổ chức đảng, có | 10/16 chi bộ …"). The
words that decide stand in ``language/quotes.toml``. Positions are tokens, half open.
"""

from collections.abc import Sequence
from functools import cache

from summarizer.clauses import Clause
from summarizer.figures import FigureMention
from summarizer.lexicon import Lexicon, language
from summarizer.openings import Openings

_RUN_UP = 10  # tokens before a counted thing that still read as its name
_RUN_UP_TO_SHARE = 4  # tokens before a share of what stands behind it
_ADVERBIAL = 12  # tokens of an adverbial at the head
_MEASURES = ("percent", "scale", "money", "measure", "factor")
CONTINUES = ","
"""Opener of a part that goes on with the clause before it."""
_SEPARATORS = frozenset([",", ";", ".", ":", "…", "(", "-"])


def quote_span(
    words: list[str],
    openings: Openings,
    run: Sequence[Clause],
    *,
    measured: bool,
) -> tuple[int, int]:
    """Tokens of the quote of neighbouring clauses; ``measured`` if the item has an indicator."""
    run = rejoin(run)
    first, last = run[0].anchor, run[-1].last
    if measured:
        last = _before_example(words, run[-1])
    if first == run[0].first:
        first = _opened(words, openings, first, last)
        if measured and run[0].figures:
            first = _near_figure(words, first, run[0].figures[0])
    told = max([f.last for clause in run for f in clause.figures], default=first)
    return first, _closed(words, first, last, told)


def rejoin(run: Sequence[Clause]) -> list[Clause]:
    """Neighbouring clauses with the parts of one clause (``parts``) put together again."""
    joined = [run[0]]
    for clause in run[1:]:
        if clause.opener == CONTINUES:
            whole = joined[-1]
            joined[-1] = whole._replace(
                end=clause.end, last=clause.last, figures=whole.figures + clause.figures
            )
        else:
            joined.append(clause)
    return joined


def named_behind(words: list[str], figure: FigureMention) -> bool:
    """Whether the name of what is counted stands behind its number: "06 Hội quán"."""
    return _longest_run_up(words, figure) is not None


# ---- the beginning ------------------------------------------------------------------------------


def _opened(words: list[str], openings: Openings, first: int, last: int) -> int:
    """Behind times, connectives, adverbials, places and verbs of striving."""
    at = _behind_adverbial(words, openings.end(first, last), last)
    openers = _openers()
    while at < last and (hit := openers.at(words, at, last)) is not None:
        at = openings.end(hit.last, last)
    return at if at < last else first


def _behind_adverbial(words: list[str], first: int, last: int) -> int:
    """Skip "Sau sắp xếp,", "Trên lĩnh vực văn hóa - xã hội,", "Theo Sở Công thương,"."""
    if (
        first + 1 < last
        and words[first] in _set("adverbial_heads")
        and words[first + 1] not in _set("not_adverbial")
    ):
        for i in range(first + 1, min(first + _ADVERBIAL, last)):
            if words[i][0].isdigit():
                break
            if words[i] == ",":
                return i + 1
    return first


def _near_figure(words: list[str], first: int, figure: FigureMention) -> int:
    """Skip the run-up to a counted thing, whose name stands behind its number."""
    low = figure.first
    examples = _set("examples")
    if not examples.isdisjoint(words[first + 1 : low]):
        return max([i for i in range(first + 1, low) if words[i] in examples]) + 1
    longest = _longest_run_up(words, figure)
    if longest is None or low - first <= longest:
        return first
    commas = (i for i in range(first, low) if words[i] == ",")
    first = max((i + 1 for i in commas if words[i + 1] not in _set("going_on")), default=first)
    had = "đã" in words[first:low] or words[first] in _set("adverbial_heads")
    if low - first > longest and figure.unit != "%" and had:
        return _at_verb_of_having(words, first, low)
    return first


def _longest_run_up(words: list[str], figure: FigureMention) -> int | None:
    """How many tokens may stand before the figure; None if its name stands there."""
    if figure.unit is None:
        return None
    if figure.unit == "%":
        return _RUN_UP_TO_SHARE if _is_share(words, figure) else None
    return None if figure.unit.split("/")[0].split()[0].lower() in _measures() else _RUN_UP


def _is_share(words: list[str], figure: FigureMention) -> bool:
    """Whether what has the share stands behind it: "100% văn bản đi được ký số"."""
    if words[figure.first - 1] in _set("before_values"):
        return False
    behind = words[figure.last] if figure.last + 1 < len(words) else ","
    return behind[0].isalpha() and behind not in _set("not_shared")


def _at_verb_of_having(words: list[str], first: int, low: int) -> int:
    """Behind the last "có", "với", or at the run-up's start if there is none."""
    for i in range(low - 1, max(first, low - _RUN_UP), -1):
        if words[i] in _set("having"):
            return i + 1
    return first


# ---- the end ------------------------------------------------------------------------------------


def _before_example(words: list[str], clause: Clause) -> int:
    """Without an example that counts nothing: "14 kỹ thuật mới, | trong đó có phẫu thuật"."""
    if clause.figures:
        for i in range(max([f.last for f in clause.figures]), clause.last - 2):
            if words[i] == "," and _examples().at(words, i + 1, clause.last) is not None:
                return i
    return clause.last


def _closed(words: list[str], first: int, last: int, told: int) -> int:
    """Without separators, brackets and marks opened outside, and brackets that say by what.

    What stands before ``told`` is needed: the figures.
    """
    last = _before_open_bracket(words, first, last, told)
    while last - first > 1:
        sign = words[last - 1]
        if sign in _SEPARATORS or (sign == '"' and words[first:last].count(sign) % 2):
            last -= 1
            continue
        if sign != ")":
            break
        opened = _opening_bracket(words, first, last)
        if opened is None:
            last -= 1
        elif words[opened + 1] in _set("sources") and opened > first:
            last = opened
        else:
            break
    return last


def _before_open_bracket(words: list[str], first: int, last: int, told: int) -> int:
    """Without brackets whose end another piece holds."""
    low = max(first + 1, told)
    if "(" not in words[low:last]:
        return last
    depth = 0
    for i in range(last - 1, low - 1, -1):
        depth += (words[i] == ")") - (words[i] == "(")
        if depth < 0:
            return i
    return last


def _opening_bracket(words: list[str], first: int, last: int) -> int | None:
    depth = 0
    for i in range(last - 1, first - 1, -1):
        depth += (words[i] == ")") - (words[i] == "(")
        if depth == 0:
            return i
    return None


# ---- data ---------------------------------------------------------------------------------------


@cache
def _measures() -> frozenset[str]:
    """First words of units that measure; their indicator stands before the number."""
    data = language("units")
    return frozenset(word.split()[0] for kind in _MEASURES for word in data[kind]["words"])


@cache
def _set(name: str) -> frozenset[str]:
    return frozenset(language("quotes")[name])


@cache
def _examples() -> Lexicon[bool]:
    return Lexicon((phrase, True) for phrase in language("quotes")["example_heads"])


@cache
def _openers() -> Lexicon[bool]:
    goals, places = language("leads")["goals"], language("quotes")["places"]
    return Lexicon((phrase, True) for phrase in (*goals, *places))
