"""Scores of summaries against gold: items matched by overlap of their quotes, figures by value."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

LISTS = ("achievements", "shortcomings", "targets", "directives")
_SAME = 0.5  # overlap (intersection over union) from which two quotes mean the same item
_SCALES = {"tỷ": 10**9, "tỉ": 10**9, "triệu": 10**6, "nghìn": 10**3, "ngàn": 10**3, "vạn": 10**4}

Row = Mapping[str, Any]
Span = tuple[int, int]


@dataclass
class Score:
    """Hits, false alarms and misses."""

    hits: int = 0
    false: int = 0
    missed: int = 0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        told = 2 * self.hits + self.false + self.missed
        return 2 * self.hits / told if told else 1.0


@dataclass(frozen=True)
class Scores:
    """Scores of a folder; each line of ``errors`` names a document, a list and a quote."""

    items: Score
    figures: Score
    errors: list[str]


def documents(folder: Path) -> Iterator[tuple[Row, str]]:
    """Gold and text of each document of a folder."""
    for path in sorted(folder.glob("*.yaml")):
        gold = yaml.safe_load(path.read_text(encoding="utf-8"))
        yield gold, (folder / gold["source"]).read_text(encoding="utf-8")


def score(told: Iterator[tuple[Row, str, Row]]) -> Scores:
    """Score summaries, each given as gold, text and summary."""
    scores = Scores(Score(), Score(), [])
    for gold, text, summary in told:
        for name in LISTS:
            _score_list(scores, f"{gold['source']} {name}", gold[name], summary[name], _fold(text))
    return scores


def _score_list(
    scores: Scores, where: str, gold: Sequence[Row], found: Sequence[Row], text: str
) -> None:
    wanted = _located([[item["quote"]] for item in gold], text)
    given = _located([[e["quote"] for e in item["evidence"]] for item in found], text)
    pairs = _pairs(wanted, given)
    optional = {i for i, item in enumerate(gold) if item.get("optional")}
    free = set().union(*(wanted[i] for i in optional)) if optional else set()
    missed = [gold[i] for i in range(len(gold)) if i not in pairs and i not in optional]
    extra = [
        found[j]
        for j in range(len(found))
        if j not in pairs.values() and 2 * len(given[j] & free) <= len(given[j])
    ]
    scores.items.hits += sum(i not in optional for i in pairs)
    scores.items.missed += len(missed)
    scores.items.false += len(extra)
    scores.errors.extend(f"{where}: missed {item['quote']}" for item in missed)
    scores.errors.extend(f"{where}: extra {item['statement']}" for item in extra)
    _score_figures(scores.figures, gold, found)


def _fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).replace("\u200b", "").split())


def _located(quotes: Sequence[Sequence[str]], text: str) -> list[set[int]]:
    """Positions of each item's quotes; the same words told twice stand in two places."""
    taken: set[Span] = set()
    found: list[set[int]] = []
    for several in quotes:
        places: set[int] = set()
        for quote in several:
            words = _fold(quote).strip(" ;.,")
            at = text.find(words)
            while (at, len(words)) in taken and text.find(words, at + 1) >= 0:
                at = text.find(words, at + 1)
            taken.add((at, len(words)))
            places.update(range(at, at + len(words)) if at >= 0 else ())
        found.append(places)
    return found


def _pairs(wanted: Sequence[set[int]], given: Sequence[set[int]]) -> dict[int, int]:
    """Gold position to found position, the closest first."""
    close = sorted(
        (
            (len(w & g) / len(w | g), i, j)
            for i, w in enumerate(wanted)
            for j, g in enumerate(given)
            if w & g
        ),
        reverse=True,
    )
    pairs: dict[int, int] = {}
    for overlap, i, j in close:
        if overlap >= _SAME and i not in pairs and j not in pairs.values():
            pairs[i] = j
    return pairs


def _score_figures(score: Score, gold: Sequence[Row], found: Sequence[Row]) -> None:
    given = [_amount(f) for item in found for f in item["figures"]] if _measured(found) else []
    for neutral in (False, True):
        for item in gold:
            if bool(item.get("optional")) is neutral:
                for figure in item.get("figures", ()):
                    hit = next((g for g in given if _same(g, _amount(figure), neutral)), None)
                    if hit is not None:
                        given.remove(hit)
                    score.hits += hit is not None and not neutral
                    score.missed += hit is None and not neutral
    score.false += len(given)


def _measured(found: Sequence[Row]) -> bool:
    return bool(found) and "figures" in found[0]


def _amount(figure: Row) -> tuple[float, str]:
    """Size without sign and unit; "2 tỷ đồng" and "2.000 triệu đồng" are the same."""
    words = _fold(figure.get("unit") or "").lower().split()
    factor = _SCALES.get(words[0].split("/")[0], 1) if words else 1
    return abs(float(figure["value"])) * factor, " ".join(words[factor > 1 :])


def _same(one: tuple[float, str], other: tuple[float, str], any_unit: bool) -> bool:
    near = abs(one[0] - other[0]) <= 1e-6 * max(1.0, other[0])
    a, b = (unit.split("/")[0].strip() for _, unit in (one, other))
    loose = {a, b} <= {"", "đồng"} or (bool(a and b) and (a in b or b in a))
    return near and (any_unit or a == b or loose)
