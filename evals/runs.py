"""Runs: setups by documents by repeats, each answer scored, no failure lost.

pydantic-evals runs the documents side by side; answers, failures and scores are ours, as its own
averages leave out what crashed and know no sums over documents.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import combinations, count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals.engines import Ask, Engine, Summarizing, engine, key_of
from evals.errors import EvalError, StaleError, counted
from evals.gold import GoldFile
from evals.kept import Kept, Warn
from evals.recordings import (
    Recorder,
    Recording,
    Recordings,
    Replay,
    read_recording,
    running,
    taped,
    write_recording,
)
from evals.results import Answer, Outcome, Results, Scored, Setup, refuse_alike
from evals.scoring.places import Places, told_items
from evals.scoring.score import Score, missed, score, score_items
from schemas import Usage
from summarizer.errors import ModelError, SummarizerError, TaskError
from summarizer.llm import Described, Facts, Routed

if TYPE_CHECKING:
    from pydantic_evals import Dataset

Progress = Callable[[int, int, Answer], None]
"""Told of each answer: how many there are now, of how many, and the answer."""

_NAMED = 3  # stale recordings in a message


async def evaluate(  # noqa: PLR0913 - what a run is, each with a default
    golds: Sequence[GoldFile],
    setups: Sequence[Setup],
    *,
    repeat: int = 1,
    at_once: int = 8,
    recordings: Recordings | None = None,
    keep: Path | None = None,
    progress: Progress | None = None,
    warn: Warn = lambda _: None,
    engines: Callable[[Setup], Engine] = engine,
) -> Results:
    """Ask every setup for every document, ``repeat`` times, and score what comes.

    A document that fails is an answer too, scored as all missed. ``at_once`` documents are
    under way. With ``recordings``, models are asked through them. ``keep`` is a folder in which
    each answer is written as soon as it is there; a run that is started again goes on from it,
    unless there are recordings to go on from, and asks again for what failed.

    Raises ``EvalError`` where nothing can be run or written, ``StaleError`` once all is done if
    recordings are missing or stale, other ``SummarizerError``s where no document could be asked
    for, as for broken templates or a missing key. Nobody is asked before all engines are ready.
    """
    refuse_alike(setups)
    run = _Run(
        golds={gold.name: gold for gold in golds},
        dataset=_dataset(golds),
        repeat=repeat,
        at_once=at_once,
        of=len(setups) * len(golds) * repeat,
        progress=progress,
    )
    readers = [engines(setup) for setup in setups]
    ways = [
        _way(setup, reader, recordings, run) for setup, reader in zip(setups, readers, strict=True)
    ]
    if keep is not None:
        kept = Kept(keep, warn)
        ways = [
            kept.around(way, setup, reader, resumed=recordings is None)
            for way, setup, reader in zip(ways, setups, readers, strict=True)
        ]
    try:
        outcomes = [await run.outcome(setup, way) for setup, way in zip(setups, ways, strict=True)]
    finally:
        run.tell_renewed(warn)
    run.refuse_stale()
    return Results(tuple(golds), tuple(outcomes))


def agreement_of_repeats(outcome: Outcome, golds: Sequence[GoldFile]) -> float | None:
    """How much repeats agree: the mean over documents of strict F1 of figures between them.

    None if nothing was repeated or no figure told. A repeat without a summary told nothing.
    """
    texts = {gold.name: gold for gold in golds}
    means = [
        sum(values) / len(values)
        for name, several in outcome.by_document.items()
        if (values := list(_agreements(texts[name], several)))
    ]
    return sum(means) / len(means) if means else None


def _agreements(gold: GoldFile, several: Sequence[Scored]) -> Iterator[float]:
    places = Places(gold.document)
    told = [told_items(one.answer.summary, places) if one.answer.summary else () for one in several]
    for first, second in combinations(told, 2):
        value = score_items(first, second, places).counts["figures_strict"].value
        if value is not None:
            yield value


# --- The runner -----------------------------------------------------------------------------------


def _dataset(golds: Sequence[GoldFile]) -> "Dataset[str, Answer, Any]":
    """Documents by name only: reports of the runner hold and copy whatever it is given."""
    try:
        from pydantic_evals import Case, Dataset  # noqa: PLC0415 - takes over a second
    except ImportError:
        raise EvalError(
            'the runner is not installed: pip install "structured-summarizer[evals]"'
        ) from None
    cases: list[Case[str, Answer, Any]] = [Case(name=gold.name, inputs=gold.name) for gold in golds]
    return Dataset(name="gold", cases=cases)


@dataclass(frozen=True)
class _Run:
    """All documents, to be asked of one setup after the other."""

    golds: Mapping[str, GoldFile]
    dataset: "Dataset[str, Answer, Any]"
    repeat: int
    at_once: int
    of: int
    progress: Progress | None
    done: Iterator[int] = field(default_factory=lambda: count(1))
    stale: list[str] = field(default_factory=list)
    renewed: list[str] = field(default_factory=list)
    broken: list[Exception] = field(default_factory=list)

    async def outcome(self, setup: Setup, ask: Ask) -> Outcome:
        """Every answer of a setup, by documents in their order and repeats in theirs."""
        repeats = {name: count() for name in self.golds}  # the runner does not tell which it is

        async def task(name: str) -> Answer:
            if self.broken:
                raise self.broken[0]
            try:
                return await self._answer(ask, self.golds[name], next(repeats[name]))
            except Exception as error:  # the runner would only note it and go on
                self.broken.append(error)
                raise

        report = await self.dataset.evaluate(
            task,
            name=setup.label,
            max_concurrency=self.at_once,
            repeat=self.repeat,
            progress=False,
        )
        if self.broken:
            raise self.broken[0]
        places = {name: place for place, name in enumerate(self.golds)}
        answers = [case.output for case in report.cases]
        answers.sort(key=lambda answer: (places[answer.document], answer.repeat))
        return Outcome(setup, tuple(Scored(answer, self._score(answer)) for answer in answers))

    def tell_renewed(self, warn: Warn) -> None:
        """Warn if recordings were there and did not fit, so that their answers were paid again."""
        if self.renewed:
            warn(
                f"{counted(len(self.renewed), 'stale recording')} asked for again, "
                f"such as {self.renewed[0]}"
            )

    def refuse_stale(self) -> None:
        """Raise ``StaleError`` if an answer had no recording that fits."""
        if self.stale:
            named = "; ".join(self.stale[:_NAMED]) + ("; …" if len(self.stale) > _NAMED else "")
            told = f"{len(self.stale)} of {self.of} answers have no recording that fits"
            raise StaleError(f"{told}; record them again: {named}")

    async def _answer(self, ask: Ask, gold: GoldFile, repeat: int) -> Answer:
        try:
            answer = await ask(gold, repeat)
        except StaleError as error:
            self.stale.append(str(error))
            answer = Answer(gold.name, None, repeat, failure=str(error))
        if self.progress is not None:
            self.progress(next(self.done), self.of, answer)
        return answer

    def _score(self, answer: Answer) -> Score:
        gold = self.golds[answer.document]
        if answer.summary is None:
            return missed(gold.document, gold.gold, pins=gold.pins)
        traps = gold.sidecar.traps
        return score(gold.document, gold.gold, answer.summary, traps, pins=gold.pins)


# --- Ways to an answer ----------------------------------------------------------------------------


def _way(setup: Setup, reader: Engine, recordings: Recordings | None, run: _Run) -> Ask:
    """How the answers of a setup are got.

    Raises ``ModelError`` if nothing can be sent and has to be, ``TaskError`` for broken templates.
    """
    if not isinstance(reader, Summarizing) or reader.model is None:
        return _Live(reader)
    reader.check()
    asked = recordings is None or recordings.mode == "record"
    if asked and not _is_recorded(setup, recordings, run):
        reader.model.check()
    if recordings is None:
        return _Live(reader)
    return _Recorded(setup, reader, reader.model, recordings, run.renewed)


def _is_recorded(setup: Setup, recordings: Recordings | None, run: _Run) -> bool:
    """Whether there is a recording, stale or not, of every answer."""
    return recordings is not None and all(
        recordings.path(setup, name, repeat).exists()
        for name in run.golds
        for repeat in range(run.repeat)
    )


@dataclass(frozen=True)
class _Live:
    """Asks an engine; whatever goes wrong with a document is a failure of that document.

    Templates that are broken are so for all of them: ``TaskError`` ends the run.
    """

    reader: Engine

    async def __call__(self, gold: GoldFile, repeat: int) -> Answer:
        started = time.perf_counter()
        summary, failure, usage = None, "", Usage()
        try:
            summary = await self.reader(gold.document)
            usage = summary.run.usage
        except (EvalError, TaskError):
            raise
        except ModelError as error:
            failure, usage = str(error), error.usage or usage
        except SummarizerError as error:
            failure = str(error)
        except Exception as error:  # a defect of an engine is its failure
            failure = f"{type(error).__name__}: {error}"
        seconds = time.perf_counter() - started
        return Answer(gold.name, summary, repeat, failure, seconds, usage)


@dataclass(frozen=True)
class _Recorded:
    """Takes answers from recordings and, if they may, records those that are not there.

    ``renewed`` gets why recordings that were there had to be made again.
    """

    setup: Setup
    reader: Summarizing
    model: Routed
    recordings: Recordings
    renewed: list[str]
    known: dict[Facts, _Live] = field(default_factory=dict)

    async def __call__(self, gold: GoldFile, repeat: int) -> Answer:
        path = self.recordings.path(self.setup, gold.name, repeat)
        key = key_of(self.reader, gold)
        try:
            return await self._replayed(path, key, gold, repeat)
        except StaleError as error:
            if self.recordings.mode == "replay":
                raise
            if path.exists():
                self.renewed.append(str(error))
        return await self._asked(path, key, gold, repeat)

    async def _replayed(
        self, path: Path, key: Mapping[str, str], gold: GoldFile, repeat: int
    ) -> Answer:
        recording = read_recording(path, key)
        with running(Replay(path, recording)):
            answer = await self._live(recording.facts)(gold, repeat)
        seconds, usage = recording.seconds, _priced_anew(recording.usage, answer.usage)
        summary = answer.summary and answer.summary.timed(seconds)
        return replace(answer, summary=summary, seconds=seconds, usage=usage, replayed=True)

    async def _asked(self, path: Path, key: dict[str, str], gold: GoldFile, repeat: int) -> Answer:
        self.model.check()
        facts = await self.model.facts() if isinstance(self.model, Described) else Facts()
        recorder = Recorder()
        with running(recorder):
            answer = await self._live(facts)(gold, repeat)
        if recorder.is_whole:
            recording = Recording(
                key=key,
                server=self.model.address,
                facts=facts,
                recorded_at=datetime.now(UTC).replace(microsecond=0),
                seconds=round(answer.seconds, 3),
                usage=answer.usage,
                exchanges=recorder.exchanges,
            )
            write_recording(path, recording)
        return answer

    def _live(self, facts: Facts) -> _Live:
        """The engine whose requests go through a tape; templates are read once for all."""
        if facts not in self.known:
            model = self.model.knowing(facts).via(taped)
            self.known[facts] = _Live(self.reader.asking(model))
        return self.known[facts]


def _priced_anew(then: Usage, now: Usage) -> Usage:
    """What an answer took, at the price of now if that is known for the same tokens."""
    is_same = now.model_copy(update={"cost_usd": then.cost_usd}) == then
    return now if is_same and now.cost_usd is not None else then
