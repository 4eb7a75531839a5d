"""What a model is shown of a document: its clauses, numbered, in delimiters it cannot forge.

The shown text is not the source: brackets become look-alikes, so that only our own numbers stand in
``[…]`` and only our own tags in ``<…>``, and signs that no reader sees are left out. Quotes are
taken from the source by number, so nothing is lost by it.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from summarizer.clauses import Clause
from summarizer.leads import SPEAKING
from summarizer.reading import Reading

_LOOK_ALIKES = str.maketrans({"[": "(", "]": ")", "<": "‹", ">": "›"})
_UNSEEN = frozenset(["Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"])
_LONGEST_FRAME = 160  # characters of a line of the frame
_HEADINGS = frozenset(["heading", "subhead", "title"])


@dataclass(frozen=True)
class Sheet:
    """A part of a document as one question shows it.

    ``frame`` says what holds from before: period, heading, speaker. ``part`` counts from 1.
    """

    clauses: tuple[Clause, ...]
    frame: tuple[str, ...]
    lines: tuple[str, ...]
    part: int = 1
    parts: int = 1


def shown(words: str) -> str:
    """Words of a document as they may stand in a prompt, on one line."""
    plain = words.translate(_LOOK_ALIKES)
    if not plain.isprintable():
        plain = "".join(" " if c in "\n\t\r" else c for c in plain if _seen(c))
    return " ".join(plain.split())


def lay_out(reading: Reading, longest: int) -> list[Sheet]:
    """Sheets that together show every clause of the text once, in order.

    ``longest`` is the number of characters that the clauses of a sheet may have; a sheet ends at a
    clause, if it can at the end of a line. A longer clause has a sheet of its own.
    """
    chunks = list(_chunks(reading, longest))
    return [
        _sheet(reading, chunk, part, len(chunks), behind=part > 1)
        for part, chunk in enumerate(chunks, 1)
    ]


def halves(reading: Reading, sheet: Sheet) -> list[Sheet]:
    """The same clauses on two sheets; the sheet itself if it holds but one."""
    middle = len(sheet.clauses) // 2
    if not middle:
        return [sheet]
    return [
        _sheet(reading, half, sheet.part, sheet.parts, behind=sheet.part > 1 or n > 0)
        for n, half in enumerate((sheet.clauses[:middle], sheet.clauses[middle:]))
    ]


def excerpt(reading: Reading, numbers: Sequence[int]) -> Sheet:
    """Some clauses of a document, each with its neighbours."""
    wanted = {m for n in numbers for m in (n - 1, n, n + 1)}
    clauses = tuple(c for c in reading.told if c.number in wanted)
    return Sheet(clauses, _frame(reading, clauses[:1]), _lines(reading, clauses, {}))


def marked(reading: Reading, sheet: Sheet, marks: Mapping[int, str]) -> Sheet:
    """The same sheet with a word behind the number of each marked clause: ``[12 target] …``."""
    lines = _lines(reading, sheet.clauses, marks)
    return Sheet(sheet.clauses, sheet.frame, lines, sheet.part, sheet.parts)


def _seen(character: str) -> bool:
    return character in "\n\t\r" or unicodedata.category(character) not in _UNSEEN


def _chunks(reading: Reading, longest: int) -> Iterator[tuple[Clause, ...]]:
    chunk: list[Clause] = []
    size = 0
    for line in _by_line(reading, reading.told):
        length = sum(map(_size, line))
        if chunk and size + length > longest:
            yield tuple(chunk)
            chunk, size = [], 0
        if length <= longest:
            chunk.extend(line)
            size += length
            continue
        for clause in line:
            if chunk and size + _size(clause) > longest:
                yield tuple(chunk)
                chunk, size = [], 0
            chunk.append(clause)
            size += _size(clause)
    if chunk:
        yield tuple(chunk)


def _size(clause: Clause) -> int:
    return clause.end - clause.start


def _by_line(reading: Reading, clauses: Sequence[Clause]) -> Iterator[list[Clause]]:
    """Clauses that stand on one line of the source."""
    lines = iter(reading.layout.lines)
    line = next(lines)
    row: list[Clause] = []
    for clause in clauses:
        if clause.first >= line.last and row:
            yield row
            row = []
        while clause.first >= line.last:
            line = next(lines)
        row.append(clause)
    if row:
        yield row


def _sheet(
    reading: Reading, clauses: tuple[Clause, ...], part: int, parts: int, *, behind: bool
) -> Sheet:
    frame = _frame(reading, clauses[:1]) if behind else ()
    return Sheet(clauses, frame, _lines(reading, clauses, {}), part, parts)


def _lines(
    reading: Reading, clauses: Sequence[Clause], marks: Mapping[int, str]
) -> tuple[str, ...]:
    return tuple(
        " ".join(f"[{_label(clause.number, marks)}] {_words(reading, clause)}" for clause in row)
        for row in _by_line(reading, clauses)
    )


def _label(number: int, marks: Mapping[int, str]) -> str:
    return f"{number} {marks[number]}" if number in marks else str(number)


def _words(reading: Reading, clause: Clause) -> str:
    return shown(reading.document.folded.text[clause.start : clause.end])


def _frame(reading: Reading, begin: Sequence[Clause]) -> tuple[str, ...]:
    """What a reader of a later part must know: period, body, heading, who speaks."""
    if not begin:
        return ()
    context = reading.context
    told = {
        "body": context.body or context.locality,
        "period under review": context.period,
        "period planned": context.plan_period,
        "heading": _heading(reading, begin[0]),
        "speaker": _speaker(reading, begin[0]),
    }
    return tuple(
        f"{name}: {shown(words)[:_LONGEST_FRAME]}" for name, words in told.items() if words
    )


def _heading(reading: Reading, begin: Clause) -> str | None:
    heading = None
    for line in reading.layout.lines:
        if line.first >= begin.first:
            break
        if line.kind in _HEADINGS and line.first < line.last:
            heading = reading.words_of(line.first, line.last)
    return heading


def _speaker(reading: Reading, begin: Clause) -> str | None:
    """Who spoke last before a clause."""
    speaker = None
    for lead in reading.leads:
        if lead.cut > begin.first:
            break
        if lead.kind in SPEAKING and lead.subject is not None:
            speaker = reading.words_of(lead.subject.first, lead.subject.last)
    return speaker
