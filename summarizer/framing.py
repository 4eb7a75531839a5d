"""Cues: phrases that speak for a frame (``language/cues.toml`` says what each means)."""

from collections.abc import Mapping
from functools import cache
from typing import Literal, NamedTuple, get_args

from summarizer.lexicon import Lexicon, language

Frame = Literal["results", "faults", "goals", "tasks", "orders", "talk", "aside"]
FRAMES: tuple[Frame, ...] = get_args(Frame)


class Cue(NamedTuple):
    """A group of phrases: where it counts, its weights by position in FRAMES, its marks.

    ``ends`` tells that it speaks for ends, ``faults`` that it speaks of something missed.
    """

    name: str
    at: str
    weights: tuple[tuple[int, float], ...]
    marks: frozenset[str]
    ends: bool
    faults: bool


def weights_of(table: Mapping[str, object]) -> tuple[tuple[int, float], ...]:
    """The weights in a table of a data file, by position of their frame in FRAMES."""
    return tuple(
        (i, float(weight))
        for i, frame in enumerate(FRAMES)
        if isinstance(weight := table.get(frame), (int, float))
    )


@cache
def cues() -> Lexicon[tuple[Cue, ...]]:
    """All cues; a phrase may stand in several groups."""
    phrases: dict[str, tuple[Cue, ...]] = {}
    for group in language("cues")["cue"]:
        marks = frozenset(name for name, value in group.items() if value is True)
        ends, faults = "goals" in group, group.get("faults", 0.0) > 0
        cue = Cue(group["name"], group["at"], weights_of(group), marks, ends, faults)
        for phrase in group["phrases"]:
            phrases[phrase] = (*phrases.get(phrase, ()), cue)
    return Lexicon(phrases.items())
