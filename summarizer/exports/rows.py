"""Rows of a batch, read again: from files of lines, from a single summary, one at a time."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError
from pydantic_core import from_json

from schemas.rows import Row
from schemas.summary import Summary
from summarizer.errors import DocumentError
from summarizer.view import clean

STANDARD_INPUT = "-"
LONGEST = 256 * 1024 * 1024
"""Bytes of the longest line, or of a summary on many lines; a large one has some hundred KB."""


def read_rows(inputs: Iterable[str]) -> Iterator[Row]:
    """Rows of all inputs in their order, each read when its turn comes.

    An input is a path, or ``-`` for standard input. It holds the rows of ``summarizer batch``, a
    line each, or a summary of ``summarizer run``, which becomes a row under the name of its
    source. Raises ``DocumentError`` that names the file and the line.
    """
    for each in inputs:
        label = "standard input" if each == STANDARD_INPUT else clean(each)
        try:
            yield from _rows_of(each, label)
        except FileNotFoundError:
            raise DocumentError(f"{label} does not exist; check the path") from None
        except OSError as error:
            reason = error.strerror or str(error)
            raise DocumentError(f"{label} cannot be read ({reason}); check the path") from None


def _rows_of(each: str, label: str) -> Iterator[Row]:
    if each == STANDARD_INPUT:
        yield from _rows(sys.stdin.buffer, label)
    else:
        with Path(each).open("rb") as file:
            yield from _rows(file, label)


def _rows(file: BinaryIO, label: str) -> Iterator[Row]:
    count = 0
    for number, line in _lines(file, label):
        if line.strip():
            count += 1
            yield _row(_whole(line, file, label), f"{label}, line {number}", label)
    if not count:
        raise DocumentError(f"{label} is empty; name rows of summarizer batch")


def _lines(file: BinaryIO, label: str) -> Iterator[tuple[int, bytes]]:
    number = 0
    while line := _read(file, label):
        number += 1
        yield number, line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line


def _read(file: BinaryIO, label: str) -> bytes:
    line = file.readline(LONGEST + 1)
    if len(line) > LONGEST:
        raise _too_long(label)
    return line


def _whole(line: bytes, file: BinaryIO, label: str) -> bytes:
    """The line; where it only opens an object, all that follows as well."""
    if line.strip() != b"{":
        return line
    rest = file.read(LONGEST + 1)
    if len(rest) > LONGEST:
        raise _too_long(label)
    return line + rest


def _too_long(label: str) -> DocumentError:
    return DocumentError(
        f"{label} holds more than {LONGEST >> 20} MB without a line break; "
        "name rows of summarizer batch"
    )


def _row(told: bytes, place: str, label: str) -> Row:
    try:
        if _is_summary(told):
            summary = Summary.model_validate_json(told)
            return Row(name=summary.source.name or label, status="ok", summary=summary)
        return Row.model_validate_json(told)
    except ValidationError as error:
        raise DocumentError(
            f"{place} is no row of summarizer batch ({_fault(error)}); "
            "remove the line or run the batch again"
        ) from None


def _is_summary(told: bytes) -> bool:
    """Whether the object is a summary itself: a row begins with its name."""
    if told.lstrip()[:7].rstrip() == b'{"name"':
        return False
    try:
        found = from_json(told)
    except ValueError:  # validation says what is wrong, and where
        return False
    return isinstance(found, dict) and "schema_version" in found


def _fault(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return clean(f"{place}: {first['msg']}" if place else first["msg"])
