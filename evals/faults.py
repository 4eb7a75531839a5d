"""What is wrong with gold: defects with a line and a remedy, told in the words of annotators."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from rapidfuzz import fuzz, process

from evals.snippets import snippet

Severity = Literal["error", "warning"]

Location = tuple[int | str, ...]
"""Where something stands in a file: keys and positions, from the outside."""

_ALIKE = 75.0  # of 100, from which a word is offered instead of another
_SHOWN = 40  # code points of a value
_ITEMS = "a list of items, or [] if there is none"
_WORDS = "a list of texts, such as [các xã, các thôn]"
_NUMBER = "4106 or 4106.5"
_FORMS = {
    "source": "the name of the text beside it, such as si-ma-cai.txt",
    "context": "{locality: huyện Si Ma Cai, period: '2020'}",
    **dict.fromkeys(("achievements", "shortcomings", "targets", "directives"), _ITEMS),
    "quote": "a passage, copied from the source",
    "sector": "one of the sectors of the guide, such as general",
    "role": "one of the roles of the guide, such as level",
    "kind": "person, body or document",
    "figures": "[{role: level, value: 4106, unit: tấn}], or [] if there is none",
    **dict.fromkeys(("value", "upper", "total"), _NUMBER),
    "optional": "true, or leave it out",
    "issuer": "{name: UBND xã, posts: [], kind: body}, or null",
    "name": "the person or body as written",
    "deadline": "{text: năm 2021, date: 2021-12-31}, or null",
    "text": "the deadline as written",
    "date": "a day such as 2021-12-31, or null",
    **dict.fromkeys(("addressees", "posts"), _WORDS),
    "prefilled": "true or false",
    **dict.fromkeys(("annotators", "traps"), "a list of texts, such as ['ngày 5 tháng 8']"),
    "tags": "{genre = 'press'}",
}
_ELEMENTS = {
    **dict.fromkeys(
        ("achievements", "shortcomings", "targets", "directives"), "- quote: …, sector: …"
    ),
    "figures": "- {role: level, value: 4106, unit: tấn}",
}
_TEXT = "a text, in single quotes if it begins with a sign"


@dataclass(frozen=True, slots=True)
class Defect:
    """Something to mend: an error spoils scores, a warning may be meant so."""

    path: Path
    line: int
    severity: Severity
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.severity}: {self.message}; {self.remedy}"


def misshapen(
    path: Path,
    error: ValidationError,
    line: Callable[[Location], int],
    keys: Mapping[str, Sequence[str]],
) -> Iterator[Defect]:
    """A defect for each fault of shape; ``keys`` are the known ones by what holds them."""
    for fault in error.errors(include_url=False):
        message, remedy = _told(fault, keys)
        yield Defect(path, line(fault["loc"]), "error", message, remedy)


def _told(fault: ErrorDetails, keys: Mapping[str, Sequence[str]]) -> tuple[str, str]:
    """What is wrong, and what to do."""
    where, kind, told = fault["loc"], fault["type"], fault["input"]
    named = [str(part) for part in where if isinstance(part, str)]
    name = named[-1]
    if kind == "extra_forbidden" and name.isdigit() and told is None:
        return f"a number is cut at the comma before {name}", "write it with a point: 14.2"
    if kind == "extra_forbidden":
        known = keys.get(named[-2] if len(named) > 1 else "", ())
        what = "list" if len(named) == 1 and isinstance(told, list) else "key"
        return f"unknown {what} {name}", _instead(name, known)
    if kind == "missing":
        return f"{name} is missing", f"add {name}: {_FORMS.get(name, _TEXT)}"
    if kind == "literal_error":
        return f"{name} {_shown(told)} is unknown", _instead(str(told), _expected(fault))
    if isinstance(where[-1], int):
        form = _ELEMENTS.get(name, _TEXT)
        return f"{name} cannot hold {_shown(told)}", f"write {form}"
    return f"{name} cannot be {_shown(told)}", f"write {_FORMS.get(name, _TEXT)}"


def _meant(word: str, known: Sequence[str]) -> str | None:
    """The known word that is most like another, if one is alike."""
    best = process.extractOne(word, known, scorer=fuzz.ratio, score_cutoff=_ALIKE)
    return best[0] if best is not None else None


def _instead(word: str, known: Sequence[str]) -> str:
    best = _meant(word, known)
    return f"did you mean {best}?" if best is not None else f"write one of {', '.join(known)}"


def _expected(fault: ErrorDetails) -> tuple[str, ...]:
    told = fault.get("ctx", {}).get("expected", "")
    return tuple(told.replace(" or ", ", ").replace("'", "").split(", "))


def _shown(told: Any) -> str:
    if told is None:
        return "empty"
    if isinstance(told, bool):
        return str(told).lower()
    if isinstance(told, Mapping):
        return "a mapping"
    if isinstance(told, list):
        return "a list"
    return f'"{snippet(str(told), _SHOWN)}"'
