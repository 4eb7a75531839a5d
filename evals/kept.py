"""Finished answers kept in a file as they come, so that a run that was broken off goes on."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path

from pydantic import ValidationError

from evals.engines import Ask, Engine, Summarizing, key_of
from evals.errors import EvalError, counted
from evals.gold import GoldFile
from evals.results import Answer, Setup
from schemas import Summary, Usage
from schemas.summary import Frozen
from summarizer.replacing import replacing

KEPT = "answers.jsonl"
"""Name of the file of finished answers in the folder of a run."""

ASIDE = f"{KEPT}.bak"
"""Name of the file of lines that stood there and are no answers of ours."""

Warn = Callable[[str], None]
"""Told, on one line, what somebody should know of a run besides its results."""


def answers_kept(folder: Path) -> int:
    """How many finished answers a folder holds, as far as it can be read."""
    try:
        told = (folder / KEPT).read_bytes()
    except OSError:
        return 0
    return len({line.place for line in _read(told)[0] if line.summary is not None})


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
    def place(self) -> "_Place":
        return _place(self.setup, self.document, self.repeat, self.key)

    @property
    def answer(self) -> Answer:
        return Answer(**{field.name: getattr(self, field.name) for field in fields(Answer)})


_Place = tuple[str, str, int, frozenset[tuple[str, str]]]


def _place(setup: str, document: str, repeat: int, key: Mapping[str, str]) -> _Place:
    """What there is one answer for; with other templates, or of another text, there is another."""
    return setup, document, repeat, frozenset(key.items())


class Kept:
    """Finished answers in a file of JSON lines, one for each setup, document, repeat and key.

    Answers are appended; those that were told again since are dropped when the file is opened.
    What is no answer of ours is put aside and warned of. Raises ``EvalError`` if the file cannot
    be read or written.
    """

    def __init__(self, folder: Path, warn: Warn) -> None:
        self.path = path = folder / KEPT
        with self._troubled():
            folder.mkdir(parents=True, exist_ok=True)
            told = path.read_bytes() if path.exists() else b""
            lines, others = _read(told)
            self._lines = {line.place: line for line in lines}
            if others:
                self._put_aside(others, warn)
            with replacing(path) as draft:
                draft.write_bytes(b"".join(map(_written, self._lines.values())))

    def around(self, ask: Ask, setup: Setup, reader: Engine, *, resumed: bool) -> Ask:
        """Ask, but for what is kept and made of the same if ``resumed``, and keep what comes."""
        dear = reader if resumed and isinstance(reader, Summarizing) and reader.is_dear else None

        async def asked(gold: GoldFile, repeat: int) -> Answer:
            key = key_of(reader, gold)
            known = self._lines.get(_place(setup.label, gold.name, repeat, key))
            if dear and known is not None and known.summary is not None:
                return replace(known.answer, usage=dear.priced(known.usage))
            answer = await ask(gold, repeat)
            told = {field.name: getattr(answer, field.name) for field in fields(answer)}
            line = _Line(setup=setup.label, key=key, **told)
            with self._troubled(), self.path.open("ab") as file:
                file.write(_written(line))
            return answer

        return asked

    def _put_aside(self, others: Sequence[bytes], warn: Warn) -> None:
        aside = self.path.with_name(ASIDE)
        with aside.open("ab") as file:
            file.writelines(line + b"\n" for line in others)
        lines = counted(len(others), "line")
        warn(f"{self.path}: {lines} are cut off or of another version; moved to {aside}")

    @contextmanager
    def _troubled(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise EvalError(f"{self.path}: cannot be kept ({error.strerror})") from None


def _read(told: bytes) -> tuple[list[_Line], list[bytes]]:
    """Answers, and lines that are none; the last one may have been cut off."""
    lines: list[_Line] = []
    others: list[bytes] = []
    for line in told.splitlines():
        try:
            lines.append(_Line.model_validate_json(line))
        except ValidationError:
            others.append(line)
    return lines, [line for line in others if line.strip()]


def _written(line: _Line) -> bytes:
    return line.model_dump_json().encode() + b"\n"
