"""A perfect model: a draft that answers exactly as the gold says, by clause number.

What a summary assembled from such a draft still lacks is lost by code, not by a model.
"""

from collections.abc import Sequence
from typing import Any

from schemas import Draft
from summarizer.clauses import Clause
from summarizer.folding import fold
from summarizer.quotes import quote_span
from summarizer.reading import Reading
from tests.scoring import LISTS, Row

Span = tuple[int, int]

_SAME = 0.5  # overlap from which quotes of one item mean the same
_CLOSE = 0.8  # overlap from which an item that may be left out is worth naming


def draft_as_gold(gold: Row, reading: Reading) -> Draft:
    """The gold as a draft over the clauses of a reading.

    Each item names the run of clauses whose quote overlaps best with the gold's; clauses of the
    run that only count what the item does not are left out. Optional items are left out where no
    run fits closely. An item that no clause tells of is missing from the draft.
    """
    return _Oracle(reading).draft(gold)


class _Oracle:
    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.text = _on_one_line(reading.document.folded.text)
        self.clauses = [clause for clause in reading.clauses if clause.sentence >= 0]
        self.issuers: list[dict[str, Any]] = []

    def draft(self, gold: Row) -> Draft:
        lists = {name: self._items(name, gold[name]) for name in LISTS}
        return Draft.model_validate({**lists, "issuers": self.issuers})

    def _items(self, name: str, rows: Sequence[Row]) -> list[dict[str, Any]]:
        taken: set[Span] = set()
        items = []
        for row in rows:
            wanted = self._located(row["quote"], taken)
            overlap, run = self._closest(wanted, measured=name != "directives")
            if overlap > (_CLOSE if row.get("optional") else 0.0):
                items.append(self._item(name, row, self._telling(run, row, wanted)))
        return items

    def _located(self, quote: str, taken: set[Span]) -> Span:
        """Where a quote stands; the same words told twice stand in two places."""
        words = _on_one_line(fold(quote).text).strip(" ;.,")
        at = self.text.index(words)
        while (at, len(words)) in taken and self.text.find(words, at + 1) >= 0:
            at = self.text.find(words, at + 1)
        taken.add((at, len(words)))
        return at, at + len(words)

    def _closest(self, wanted: Span, *, measured: bool) -> tuple[float, list[Clause]]:
        start, end = wanted
        near = [c for c in self.clauses if c.start < end and start < c.end]
        runs = [near[i:j] for i in range(len(near)) for j in range(i + 1, len(near) + 1)]
        overlaps = [_overlap([self._quoted(run, measured=measured)], wanted) for run in runs]
        best = max(range(len(runs)), key=overlaps.__getitem__, default=None)
        return (0.0, []) if best is None else (overlaps[best], runs[best])

    def _quoted(self, run: Sequence[Clause], *, measured: bool) -> Span:
        reading, tokens = self.reading, self.reading.document.tokens
        first, last = quote_span(reading.words, reading.openings, run, measured=measured)
        return tokens.starts[first], tokens.ends[last - 1]

    def _telling(self, run: list[Clause], row: Row, wanted: Span) -> list[Clause]:
        """The clauses of a run without those that only count what another item counts."""
        if not row.get("figures"):
            return run
        values = {abs(float(figure["value"])) for figure in row["figures"]}
        telling = [
            clause
            for clause in run
            if not clause.figures or any(abs(float(f.value)) in values for f in clause.figures)
        ]
        quotes = [self._quoted([clause], measured=True) for clause in telling]
        return telling if _overlap(quotes, wanted) >= _SAME else run

    def _item(self, name: str, row: Row, run: Sequence[Clause]) -> dict[str, Any]:
        item: dict[str, Any] = {"clauses": [c.number for c in run], "sector": row["sector"]}
        if name != "directives":
            item["indicator"] = row["indicator"]
        if name in ("targets", "directives"):
            item["deadline"] = (row.get("deadline") or {}).get("text")
        if name == "directives":
            item["addressees"] = row.get("addressees") or []
            item["issuer"] = self._issuer(row.get("issuer"))
        return item

    def _issuer(self, row: Row | None) -> int | None:
        if row is None:
            return None
        issuer = {key: row.get(key) for key in ("name", "kind", "document")}
        issuer["posts"] = row.get("posts") or []
        if issuer not in self.issuers:
            self.issuers.append(issuer)
        return self.issuers.index(issuer)


def _overlap(quotes: Sequence[Span], wanted: Span) -> float:
    """Characters in common, as a share of all that either holds."""
    start, end = wanted
    common = sum(max(0, min(b, end) - max(a, start)) for a, b in quotes)
    return common / (sum(b - a for a, b in quotes) + end - start - common)


def _on_one_line(text: str) -> str:
    return text.replace("\n", " ")
