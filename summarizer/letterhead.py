"""The letterhead of an official paper: whose paper it is.

It stands in the left one of two columns, line beside line, or in lines above the right one, as
converters of Word and PDF files write it:

``ỦY BAN NHÂN DÂN        CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM``
``HUYỆN PHÚ CẦN              Độc lập - Tự do - Hạnh phúc``
"""

from dataclasses import dataclass

from summarizer.documents import Document
from summarizer.lexicon import language

_TOP = 600  # characters in which a letterhead stands


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The body and place of a paper, in running case: "UBND huyện Phú Cần", "huyện Phú Cần"."""

    body: str
    locality: str | None


def read_letterhead(document: Document) -> Letterhead | None:
    """The letterhead, or None where there is none."""
    data = language("context")["letterhead"]
    key, text = document.folded.key[:_TOP], document.folded.text
    state = key.find(data["state"])
    if state < 0:
        return None
    above = _left(text, state)
    motto = key.find(data["motto"], state)
    below = _left(text, motto) if motto >= 0 else ""
    if not above and not below:
        above, below = _lines_above(text, state)
    if not above and not below:
        return None
    short = data["short"].get(above.lower(), above.capitalize())
    place = running_place(below)
    return Letterhead(f"{short} {place}".strip(), place or None)


def _lines_above(text: str, at: int) -> tuple[str, str]:
    """Body and place of the lines before ``at``: capitals, the last of them a place."""
    lines = [line.strip(" -_*") for line in text[:at].splitlines()]
    names = [line for line in lines if line.isupper() and not any(map(str.isdecimal, line))]
    if not names or len(names) != sum(map(bool, lines)) - _numbered(lines):
        return "", ""  # something else stands there, too
    *others, last = names
    body, place = _parted(last)
    return (body or "".join(others[-1:]), place) if place else ("", "")


def _numbered(lines: list[str]) -> int:
    """How many lines are the number of the paper: "Số: 12/BC-UBND"."""
    return sum(line.lower().startswith("số") for line in lines)


def _parted(name: str) -> tuple[str, str]:
    """Body and place of one line: "UBND HUYỆN PHÚ CẦN"; the body is empty if a place is all."""
    for level in language("context")["letterhead"]["levels"]:
        before, found, _ = f" {name.lower()}".partition(f" {level} ")
        if found:
            return name[: len(before)].strip(), name[len(before) :].strip()
    return "", ""


def _left(text: str, at: int) -> str:
    """What stands on the line of ``at`` before it."""
    return text[text.rfind("\n", 0, at) + 1 : at].strip(" -\n")


def running_place(name: str) -> str:
    """A place as running text writes it: "HUYỆN PHÚ CẦN" as "huyện Phú Cần"."""
    for level in language("context")["letterhead"]["levels"]:
        if name.lower().startswith(level + " "):
            return f"{level} {name[len(level) + 1 :].title()}"
    return name.title()
