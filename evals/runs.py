"""Runs: setups by documents by repeats, each answer scored, no failure lost.

pydantic-evals runs the documents side by side; answers, failures and scores are ours, as its own
averages leave out what crashed and know no sums over documents.
"""

import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from itertools import combinations, count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from evals.engines import Engine, Summarizing, engine
from evals.errors import EvalError, StaleError
from evals.gold import GoldFile
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
from evals.results import Answer, Outcome, Results, Scored, Setup
from evals.scoring.places import Places, told_items
from evals.scoring.score import Score, missed, score, score_items
from schemas import Summary, Usage
from schemas.summary import Frozen
from summarizer.errors import ModelError, SummarizerError
from summarizer.llm import Described, Facts, Routed
from summarizer.replacing import replacing

if TYPE_CHECKING:
    from pydantic_evals import Dataset

Progress = Callable[[int, int, Answer], None]
"""Told of each answer: how many there are now, of how many, and the answer."""

Ask = Callable[[GoldFile, int], Awaitable[Answer]]
"""A way to get the answer to a document, for a repeat."""

KEPT = "answers.jsonl"
"""Name of the file of finished answers in the folder of a run."""

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
    engines: Callable[[Setup], Engine] = engine,
) -> Results:
    """Ask every setup for every document, ``repeat`` times, and score what comes.

    A document that fails is an answer too, scored as all missed. ``at_once`` documents are
    under way. With ``recordings``, models are asked through them. ``keep`` is a folder in which
    each answer is written as soon as it is there; a run that is started again goes on from it,
    unless there are recordings to go on from, and asks again for what failed.

    Raises ``EvalError`` where nothing can be run or written, ``StaleError`` once all is done if
    recordings are missing or stale, other ``SummarizerError``s where no document could be asked
    for, as for broken templates or a missing key.
    """
    run = _Run(
        golds={gold.name: gold for gold in golds},
        dataset=_dataset(golds),
        repeat=repeat,
        at_once=at_once,
        of=len(setups) * len(golds) * repeat,
        progress=progress,
    )
    kept = None if keep is None else _Kept(keep / KEPT)
    outcomes = []
    for setup in setups:
        reader = engines(setup)
        ask = _way(setup, reader, recordings)
        if kept is not None:
            resumed = recordings is None and isinstance(reader, Summarizing) and reader.is_dear
            ask = kept.around(ask, setup, reader.identity, resumed=resumed)
        outcomes.append(await run.outcome(setup, ask))
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
            return missed(gold.document, gold.gold)
        return score(gold.document, gold.gold, answer.summary, gold.sidecar.traps)


# --- Ways to an answer ----------------------------------------------------------------------------


def _way(setup: Setup, reader: Engine, recordings: Recordings | None) -> Ask:
    """How the answers of a setup are got; raises ``ModelError`` if nothing can be sent."""
    if not isinstance(reader, Summarizing) or reader.model is None:
        return _Live(reader)
    if recordings is not None:
        return _Recorded(setup, reader, reader.model, recordings)
    reader.model.check()
    return _Live(reader)


@dataclass(frozen=True)
class _Live:
    """Asks an engine; whatever goes wrong with a document is a failure of that document."""

    reader: Engine

    async def __call__(self, gold: GoldFile, repeat: int) -> Answer:
        started = time.perf_counter()
        summary, failure, usage = None, "", Usage()
        try:
            summary = await self.reader(gold.document)
            usage = summary.run.usage
        except EvalError:
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
    """Takes answers from recordings and, if they may, records those that are not there."""

    setup: Setup
    reader: Summarizing
    model: Routed
    recordings: Recordings
    known: dict[Facts, _Live] = field(default_factory=dict)

    async def __call__(self, gold: GoldFile, repeat: int) -> Answer:
        path = self.recordings.path(self.setup, gold.name, repeat)
        key = _key(self.reader.identity, gold)
        try:
            return await self._replayed(path, key, gold, repeat)
        except StaleError:
            if self.recordings.mode == "replay":
                raise
        return await self._asked(path, key, gold, repeat)

    async def _replayed(
        self, path: Path, key: Mapping[str, str], gold: GoldFile, repeat: int
    ) -> Answer:
        recording = read_recording(path, key)
        with running(Replay(path, recording)):
            answer = await self._live(recording.facts)(gold, repeat)
        seconds = recording.seconds
        summary = answer.summary and answer.summary.timed(seconds)
        return replace(
            answer, summary=summary, seconds=seconds, usage=recording.usage, replayed=True
        )

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


def _key(identity: Mapping[str, str], gold: GoldFile) -> dict[str, str]:
    """All that an answer was made of."""
    return {**identity, "document": gold.document.digest}


# --- Going on from what is there ------------------------------------------------------------------


class _Line(Frozen):
    """A finished answer in a file."""

    setup: str
    document: str
    repeat: int
    key: dict[str, str]
    failure: str
    seconds: float
    usage: Usage
    replayed: bool
    summary: Summary | None

    @property
    def place(self) -> tuple[str, str, int]:
        return self.setup, self.document, self.repeat

    @property
    def answer(self) -> Answer:
        return Answer(**{field.name: getattr(self, field.name) for field in fields(Answer)})


class _Kept:
    """Finished answers in a file of JSON lines, one for each setup, document and repeat.

    Answers are appended; those that were told again since are dropped when the file is opened.
    Raises ``EvalError`` if it cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._troubled():
            path.parent.mkdir(parents=True, exist_ok=True)
            told = path.read_bytes() if path.exists() else b""
            self._lines = {line.place: line for line in _read(told)}
            with replacing(path) as draft:
                draft.write_bytes(b"".join(map(_written, self._lines.values())))

    def around(self, ask: Ask, setup: Setup, identity: Mapping[str, str], *, resumed: bool) -> Ask:
        """Ask, but for what is kept and made of the same if ``resumed``, and keep what comes."""

        async def asked(gold: GoldFile, repeat: int) -> Answer:
            key = _key(identity, gold)
            known = self._lines.get((setup.label, gold.name, repeat)) if resumed else None
            if known is not None and known.key == key and known.summary is not None:
                return known.answer
            answer = await ask(gold, repeat)
            told = {field.name: getattr(answer, field.name) for field in fields(answer)}
            line = _Line(setup=setup.label, key=key, **told)
            with self._troubled(), self.path.open("ab") as file:
                file.write(_written(line))
            return answer

        return asked

    @contextmanager
    def _troubled(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise EvalError(f"{self.path}: cannot be kept ({error.strerror})") from None


def _read(told: bytes) -> Iterator[_Line]:
    """Lines that are whole; the last one may have been cut off."""
    for line in told.splitlines():
        with suppress(ValidationError):
            yield _Line.model_validate_json(line)


def _written(line: _Line) -> bytes:
    return line.model_dump_json().encode() + b"\n"
