"""What happens in a run as lines of JSON, for machines that watch over it."""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from schemas import Usage
from summarizer.batch.jobs import Finished

Event = Literal["started", "finished", "failed", "refused", "budget", "interrupted", "ended"]


def _now() -> dt.datetime:
    return dt.datetime.now().astimezone()


class EventLog:
    """Appends events to a file, one JSON object a line, written at once.

    A file that cannot be opened raises ``OSError``; one that cannot be written to later is told
    of once by ``tell`` and ends nothing. ``clock`` tells the time with its zone.
    """

    def __init__(
        self,
        path: Path,
        *,
        tell: Callable[[str], None],
        clock: Callable[[], dt.datetime] = _now,
    ) -> None:
        self._path = path
        self._file = path.open("ab", buffering=0)
        self._tell = tell
        self._clock = clock
        self._fails = self._is_torn = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def log(self, event: Event, **facts: object) -> None:
        """Write one event: when, what, and plain values, ``Usage``, ``Decimal`` or mappings.

        Facts never hold text of a document or a key.
        """
        told = {"time": self._clock().isoformat(timespec="milliseconds"), "event": event, **facts}
        self._write(json.dumps(told, ensure_ascii=False, default=_plain) + "\n")

    def finished(self, finished: Finished) -> None:
        """Write that a document is finished, or failed.

        The error's message stands in the document's row only: it may quote the document.
        """
        outcome: dict[str, object] = (
            {} if finished.is_ok else {"kind": finished.kind, "retryable": finished.retryable}
        )
        self.log(
            "finished" if finished.is_ok else "failed",
            name=finished.name,
            **outcome,
            seconds=round(finished.seconds, 3),
            usage=finished.usage,
            flags=finished.flags,
        )

    def _write(self, line: str) -> None:
        # names of files may hold bytes that are no UTF-8; so escaped, they are JSON all the same
        encoded = line.encode("utf-8", "backslashreplace")
        try:
            if self._is_torn:
                encoded = b"\n" + encoded
            self._is_torn = self._file.write(encoded) != len(encoded)
        except OSError as error:
            self._fail(error.strerror or str(error))
        else:
            if self._is_torn:
                self._fail("no space left")

    def _fail(self, why: str) -> None:
        if not self._fails:
            self._fails = True
            self._tell(
                f"{self._path}: {why}; events are lost, rows are kept: check rights and space"
            )


def _plain(value: object) -> object:
    if isinstance(value, Usage):
        return value.model_dump(mode="json")
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Path):
        return str(value)
    return type(value).__name__  # an error's own words may quote the document
