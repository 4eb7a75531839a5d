"""Source texts of summaries, found by their hash: a summary holds no text itself."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from summarizer.batch.inputs import Entry, entries
from summarizer.documents import Document
from summarizer.errors import DocumentError


class Sources:
    """Texts of documents; each is read when a text is asked for that none before it has.

    Where summaries and documents stand in the same order, no document is read ahead of its turn.
    """

    def __init__(self, documents: Iterable[Document] = ()) -> None:
        self._coming = iter(documents)
        self._texts: dict[str, str] = {}

    @classmethod
    def of(cls, inputs: Iterable[Path]) -> "Sources":
        """Texts of files, folders, patterns and records as ``summarizer batch`` takes them.

        What cannot be read is no source. Raises ``DocumentError`` if an input is not there.
        """
        return cls(_readable(entries(inputs)))

    def find(self, digest: str) -> str | None:
        """The text with this hash (SHA-256 of its UTF-8, hexadecimal); None if there is none."""
        while digest not in self._texts:
            document = next(self._coming, None)
            if document is None:
                return None
            self._texts.setdefault(document.digest, document.text)
        return self._texts[digest]


def _readable(found: Iterable[Entry]) -> Iterator[Document]:
    for entry in found:
        with suppress(DocumentError):
            yield entry.load()
