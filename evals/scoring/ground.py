"""Groundedness: what can be checked of a summary without gold, on a whole corpus.

Evidence must stand in the source, figures in their evidence, and every number of a statement
in the passage that is said to hold it.
"""

import re
from collections.abc import Iterator, Sequence

from evals.gold import LISTS
from evals.scoring.counts import Share
from evals.scoring.forms import Item, overlap, size
from evals.scoring.places import TIERS, Places, numbers_of, numerals_of
from schemas import Summary
from summarizer.fidelity import departures
from summarizer.figures import reparse


def groundedness(summary: Summary, items: Sequence[Item], places: Places) -> dict[str, Share]:
    """Shares by name; ``items`` are those of the summary."""
    found = [places.find(quote).tier for item in items for quote in item.quotes]
    copied = [_is_copied(item) for item in items]
    numbers = [
        pair
        for item, is_copied in zip(items, copied, strict=True)
        for pair in _numbers(item, places, is_copied=is_copied)
    ]
    return {
        "quotes_exact": _share(tier == TIERS[0] for tier in found),
        "quotes_found": _share(tier in TIERS[:2] for tier in found),
        "quotes_in_place": _share(_in_place(summary, places)),
        "figures_in_evidence": _share(_figures_in_evidence(summary)),
        "values_as_written": _share(_values_as_written(summary)),
        "statements_faithful": _share(
            is_copied or not departures(item.words, "; ".join(item.quotes))
            for item, is_copied in zip(items, copied, strict=True)
        ),
        "words_in_evidence": _share(proven for proven, _ in numbers),
        "words_in_source": _share(held for _, held in numbers),
        "numerals_accounted": Share(_accounted(summary), summary.coverage.numerals),
    }


def tightness(gold: Sequence[Item], told: Sequence[Item]) -> Share:
    """How much of the evidence of paired items gold quotes too, in code points."""
    shared = sum(overlap(g.spans, t.spans) for g, t in zip(gold, told, strict=True))
    return Share(shared, sum(span.length for item in told for span in item.spans))


def completeness(gold: Sequence[Item], told: Sequence[Item]) -> Share:
    """How much of gold's quotes the evidence of paired items holds, in code points."""
    shared = sum(overlap(g.spans, t.spans) for g, t in zip(gold, told, strict=True))
    return Share(shared, sum(size(item.spans) for item in gold))


def _share(right: "Iterator[bool]") -> Share:
    judged = list(right)
    return Share(sum(judged), len(judged))


def _in_place(summary: Summary, places: Places) -> Iterator[bool]:
    text = places.document.text
    for name in LISTS:
        for item in getattr(summary, name):
            for evidence in item.evidence:
                yield text[evidence.start : evidence.end] == evidence.quote


def _figures_in_evidence(summary: Summary) -> Iterator[bool]:
    for name in LISTS[:3]:  # directives have none
        for item in getattr(summary, name):
            for figure in item.figures:
                yield any(
                    evidence.start <= figure.start
                    and figure.end <= evidence.end
                    and evidence.quote[figure.start - evidence.start :].startswith(figure.raw)
                    for evidence in item.evidence
                )


def _values_as_written(summary: Summary) -> Iterator[bool]:
    for name in LISTS[:3]:  # directives have none
        for item in getattr(summary, name):
            for figure in item.figures:
                yield reparse(figure.raw) == abs(figure.value)


def _numbers(item: Item, places: Places, *, is_copied: bool) -> Iterator[tuple[bool, bool]]:
    """Of each number of a statement, whether its evidence holds it, and whether the source does."""
    evidence = "; ".join(item.quotes)
    if is_copied and len(item.spans) == len(item.quotes):  # its numbers are read already
        yield from ((True, True) for span in item.spans for _ in places.numbers(span))
        return
    told = numerals_of(item.words)
    held = numbers_of(evidence)
    for raw, value in told:
        proven = value in held or _stands(raw, evidence)
        yield proven, value in places.values or _in_source(raw, places)


def _is_copied(item: Item) -> bool:
    """Whether a statement is all of its evidence, but for case and blanks.

    A part of it may say another thing: "hoàn thành kế hoạch" of "chưa hoàn thành kế hoạch".
    """
    said, held = (" ".join(text.lower().split()) for text in (item.words, "; ".join(item.quotes)))
    return said == held


def _in_source(raw: str, places: Places) -> bool:
    return _stands(raw, places.document.text)


def _stands(raw: str, text: str) -> bool:
    """Whether a number is written so, where the words around it make it another value."""
    return re.search(rf"(?<![\d.,]){re.escape(raw)}(?![\d.,]*\d)", text) is not None


def _accounted(summary: Summary) -> int:
    coverage = summary.coverage
    return coverage.numerals - len(coverage.unclaimed)
