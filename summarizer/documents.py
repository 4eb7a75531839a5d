"""A document: its text as read, its name, and the reading that rules work on."""

from dataclasses import dataclass
from functools import cached_property

from summarizer.folding import Folded, fold
from summarizer.lexicon import Tokens, tokenize


@dataclass(frozen=True)
class Document:
    """A text to summarize; ``document.text[start:end]`` resolves every offset of a summary."""

    text: str
    name: str | None = None

    @cached_property
    def folded(self) -> Folded:
        """The text with its encoding habits folded away."""
        return fold(self.text)

    @cached_property
    def tokens(self) -> Tokens:
        """Tokens of the folded text."""
        return tokenize(self.folded.key)
