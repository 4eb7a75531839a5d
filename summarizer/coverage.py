"""Coverage: the account of every numeral of the body."""

from collections.abc import Container, Iterator

from schemas import Coverage
from summarizer.numerals import Numeral
from summarizer.reading import Reading

_COUNTED_KINDS = frozenset(["body", "item", "heading", "subhead"])


def account(reading: Reading, used: Container[int], quoted: Container[int]) -> Coverage:
    """Account for the numerals of the body.

    ``used`` holds the first tokens of numerals that stand in a figure of an item, ``quoted`` the
    tokens of directives, which quote their numbers without counting them.
    """
    counted = in_use = 0
    aside: list[dict[str, object]] = []
    unclaimed: list[dict[str, object]] = []
    for numeral in _of_body(reading):
        counted += 1
        if numeral.first in used:
            in_use += 1
            continue
        start, end = reading.document.folded.source_span(numeral.start, numeral.end)
        place = {"raw": reading.document.text[start:end], "start": start, "end": end}
        reason = numeral.reason or ("directive" if numeral.first in quoted else None)
        if reason is None:
            unclaimed.append(place)
        else:
            aside.append({**place, "reason": reason})
    return Coverage.model_validate(
        {"numerals": counted, "used": in_use, "set_aside": aside, "unclaimed": unclaimed}
    )


def _of_body(reading: Reading) -> Iterator[Numeral]:
    lines = iter([line for line in reading.layout.lines if line.kind in _COUNTED_KINDS])
    line = next(lines, None)
    for numeral in reading.numerals:
        while line is not None and line.last <= numeral.first:
            line = next(lines, None)
        if line is None:
            return
        if numeral.first >= line.first:
            yield numeral
