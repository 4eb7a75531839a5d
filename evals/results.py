"""What came of an evaluation: setups by documents by repeats, each answer with its score.

Everything that is shown, compared or gated is read from here. Whole numbers per document; repeats
of a document are added up, so that each document weighs the same however often it was asked.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from evals.errors import EvalError
from evals.gold import GoldFile
from evals.scoring.counts import Count, macro, micro
from evals.scoring.score import Score, Verdict
from schemas import Summary, Usage

FLOOR = "floor"
"""Model of the row that a reader scores who understands nothing."""

CEILING = "human ceiling"
"""Model of the row that people score, as far as two of them read the same documents."""

BOUNDS = (FLOOR, CEILING)
"""Models of rows that only say what the others are worth."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What is evaluated: an engine, and the folder of templates it was asked with, if any."""

    model: str = "embedded"
    prompts: Path | None = None

    @property
    def label(self) -> str:
        """How it is called in tables: by its model and the name of its folder of templates."""
        return " · ".join(self._names)

    @property
    def slug(self) -> str:
        """How its files are called, such as ``org-m--v2``."""
        plain = (re.sub(r"[^\w.-]+", "-", name).strip("-.") for name in self._names)
        return "--".join(name or "unnamed" for name in plain)

    @property
    def _names(self) -> tuple[str, ...]:
        """However a folder was named, by itself or on the way from another one, it is the same."""
        return (self.model,) if self.prompts is None else (self.model, self.prompts.resolve().name)


def refuse_alike(setups: Sequence[Setup]) -> None:
    """Raise ``EvalError`` if two setups would be called the same, in tables or as files."""
    for names in ([s.label for s in setups], [s.slug.casefold() for s in setups]):
        known: dict[str, Setup] = {}
        for name, setup in zip(names, setups, strict=True):
            other = known.setdefault(name, setup)
            if other is not setup:
                raise EvalError(
                    f"{_told(other)} and {_told(setup)} are both called {name}; "
                    "evaluate them in two runs, or rename a folder of templates"
                )


def _told(setup: Setup) -> str:
    return setup.model if setup.prompts is None else f"{setup.model} with {setup.prompts}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What an engine made of one document; ``failure`` says why there is no summary.

    ``repeat`` counts from 0. ``replayed`` tells that a recording was used; time and cost are then
    those of the recording.
    """

    document: str
    summary: Summary | None
    repeat: int = 0
    failure: str = ""
    seconds: float = 0.0
    usage: Usage = field(default_factory=Usage)
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Scored:
    """An answer and its score; a failure is scored as all missed."""

    answer: Answer
    score: Score


def verdicts_by_key(several: Iterable[Scored]) -> dict[str, Verdict]:
    """All verdicts of answers; what a key tells of a second time gets a number."""
    found: dict[str, Verdict] = {}
    for verdict in (verdict for one in several for verdict in one.score.verdicts):
        key, number = verdict.key, 2
        while key in found:
            key, number = f"{verdict.key}#{number}", number + 1
        found[key] = verdict
    return found


@dataclass(frozen=True)
class Outcome:
    """All answers of one setup, by document and repeat."""

    setup: Setup
    scored: tuple[Scored, ...]

    @cached_property
    def by_document(self) -> Mapping[str, tuple[Scored, ...]]:
        """Answers by document, in order, repeats in theirs."""
        found: dict[str, list[Scored]] = {}
        for one in self.scored:
            found.setdefault(one.answer.document, []).append(one)
        return {name: tuple(several) for name, several in found.items()}

    @property
    def failures(self) -> tuple[Answer, ...]:
        """Answers that failed; people and baselines have no summary, and no failure."""
        return tuple(one.answer for one in self.scored if one.answer.failure)

    @property
    def outage(self) -> str | None:
        """The commonest reason if no document was answered at all; None if any was."""
        failures = self.failures
        if not failures or len(failures) < len(self.scored):
            return None
        return Counter(answer.failure for answer in failures).most_common(1)[0][0]

    def counts(self, metric: str) -> Mapping[str, Count | None]:
        """A count by document, its repeats added up; None where there is nothing to count."""
        return {
            name: micro(one.score.counts.get(metric) for one in several)
            for name, several in self.by_document.items()
        }

    def micro(self, metric: str) -> Count | None:
        """A count over all documents."""
        return micro(self.counts(metric).values())

    def macro(self, metric: str) -> float | None:
        """The mean of a metric over documents."""
        return macro(self.counts(metric).values())


@dataclass(frozen=True)
class Results:
    """Outcomes over the same documents, the first of them being what others are compared with."""

    # Hidden from repr(): asyncio.run spells out what its task returned, which took half a second.
    golds: tuple[GoldFile, ...] = field(repr=False)
    outcomes: tuple[Outcome, ...] = field(repr=False)
    notes: tuple[str, ...] = field(default=())
