"""The words in which the task is told, and the name that changes whenever they do."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from prompts import sources
from prompts.errors import PromptError

if TYPE_CHECKING:
    from prompts.rendering import Renderer

__all__ = ["PromptError", "Prompts", "fingerprint"]

_TASK = "report"


@dataclass(frozen=True)
class Prompts:
    """The templates of the task; those in ``folder`` are taken instead of ours.

    Templates are read once, at first use: what is rendered is what the fingerprint tells.
    A template that is broken or uses an unknown value raises ``PromptError``.
    """

    folder: Path | None = None

    def render(self, name: str, **values: object) -> str:
        """The text of a template, such as ``draft``, for its values (see ``sources.VALUES``)."""
        known = sources.VALUES[name]
        if values.keys() != known:
            raise TypeError(f"{name} gets {sorted(known)}, not {sorted(values)}")
        return self._renderer.render(name, values)

    def fingerprint(self, schema: Mapping[str, object]) -> str:
        """Name the task by its words and the shape of its answer, such as ``report@1a2b3c4d``.

        ``schema`` is the JSON schema an engine fills in. Two summaries with one fingerprint
        were asked for in the same way.
        """
        digest = sha256(json.dumps(schema, sort_keys=True, ensure_ascii=False).encode())
        for name, source in sorted(self._sources.items()):
            digest.update(f"\0{name}\0{source.text}".encode())
        return f"{_TASK}@{digest.hexdigest()[:8]}"

    @cached_property
    def _sources(self) -> Mapping[str, sources.Source]:
        return sources.read_sources(self.folder)

    @cached_property
    def _renderer(self) -> "Renderer":
        from prompts.rendering import Renderer  # noqa: PLC0415 - the embedded engine renders nothing

        return Renderer(self._sources)


def fingerprint(schema: Mapping[str, object]) -> str:
    """Name the task as it comes with the package; see ``Prompts.fingerprint``."""
    return Prompts().fingerprint(schema)
