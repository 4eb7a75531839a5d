"""A calendar of directives with a date: all-day events as RFC 5545 has them.

Events, not tasks: Google Calendar and Outlook drop the tasks (VTODO) of a file that they import.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TextIO

from schemas.rows import Row
from schemas.summary import Directive, Summary
from summarizer.exports import Options
from summarizer.exports.cells import shortened
from summarizer.view import SECTORS, clean, day

_SEPARATORS = re.compile(r"[\\;,]")
_LINE = 75  # octets
_TITLE = 120  # characters
_HEAD = (
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//structured-summarizer//summarizer export//VI",
    "CALSCALE:GREGORIAN",
    "X-WR-CALNAME:Nhiệm vụ\\, chỉ đạo theo hạn",
)


def write(rows: Iterable[Row], path: Path, options: Options) -> None:  # noqa: ARG001 - an exporter
    """Write an event for the last day of each directive that has a date.

    The same directive of the same text has the same UID in every export, so that importing it
    again changes the event; told by several rows, it is written once.
    """
    written: set[str] = set()
    with path.open("w", encoding="utf-8", newline="\r\n") as file:
        _put(file, _HEAD)
        for task in _tasks(rows):
            uid = task.uid()
            if uid not in written:
                written.add(uid)
                _put(file, task.lines(uid))
        _put(file, ("END:VCALENDAR",))


@dataclass(frozen=True, slots=True)
class _Task:
    """A directive with its last day, and the document that gives it."""

    file: str
    summary: Summary
    directive: Directive
    until: dt.date

    def uid(self) -> str:
        """The same for the same words at the same place of the same text."""
        places = [f"{e.start}-{e.end}" for e in self.directive.evidence]
        told = (self.summary.source.sha256, *places, self.directive.statement)
        return sha256("\n".join(told).encode("utf-8", "replace")).hexdigest()[:32]

    def lines(self, uid: str) -> Iterator[str]:
        """The event, a property a line."""
        yield "BEGIN:VEVENT"
        yield f"UID:{uid}@structured-summarizer"
        yield f"DTSTAMP:{_basic(self._told_on())}T000000Z"
        yield f"DTSTART;VALUE=DATE:{_basic(self.until)}"
        if self.until < dt.date.max:
            yield f"DTEND;VALUE=DATE:{_basic(self.until + dt.timedelta(days=1))}"
        yield f"SUMMARY:{_text(shortened(self.directive.statement, _TITLE))}"
        yield "DESCRIPTION:" + "\\n".join(_text(line) for line in self._description())
        yield f"CATEGORIES:{_text(SECTORS[self.directive.sector])}"
        yield "TRANSP:TRANSPARENT"
        yield "END:VEVENT"

    def _told_on(self) -> dt.date:
        """A day for the stamp that the same rows always give."""
        return self.summary.source.published_on or self.summary.context.held_on or self.until

    def _description(self) -> Iterator[str]:
        directive = self.directive
        yield directive.statement
        if directive.issuer is not None:
            yield f"Chỉ đạo: {', '.join((directive.issuer.name, *directive.issuer.posts))}"
            if directive.issuer.document:
                yield f"Văn bản: {directive.issuer.document}"
        if directive.addressees:
            yield f"Nơi nhận: {'; '.join(directive.addressees)}"
        if directive.deadline is not None:
            yield f"Hạn: {directive.deadline.text} ({day(self.until)})"
        yield f"Nguồn: {self.file}, mục {directive.id}"


def _tasks(rows: Iterable[Row]) -> Iterator[_Task]:
    told = ((row.name, row.summary) for row in rows if row.summary is not None)
    for name, summary in told:
        for directive in summary.directives:
            if directive.deadline is not None and directive.deadline.date is not None:
                yield _Task(name, summary, directive, directive.deadline.date)


def _put(file: TextIO, lines: Iterable[str]) -> None:
    file.writelines(f"{part}\n" for line in lines for part in _folded(line))


def _folded(line: str) -> Iterator[str]:
    """The line in parts of at most 75 octets, none of which ends within a character."""
    part, size = "", 0
    for sign in line:
        length = len(sign.encode())
        if size + length > _LINE:
            yield part
            part, size = " ", 1
        part += sign
        size += length
    yield part


def _basic(date: dt.date) -> str:
    return date.isoformat().replace("-", "")


def _text(told: str) -> str:
    """A value of text: one line, its separators escaped."""
    return _SEPARATORS.sub(r"\\\g<0>", clean(told))
