"""Vietnamese local-government reports in, checked lists with figures and quotes out."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

import summarizer._siblings  # noqa: F401 - explains a shadowed package before it breaks anything

if TYPE_CHECKING:
    from summarizer.documents import Document
    from summarizer.embedded import Decision
    from summarizer.errors import DocumentError, SummarizerError
    from summarizer.pipeline import Summarizer, explain

__all__ = [
    "Decision",
    "Document",
    "DocumentError",
    "Summarizer",
    "SummarizerError",
    "explain",
]

# Names are looked up when first asked for: `summarizer --help` answers before rules are read.
_HOMES = {
    "Decision": "embedded",
    "Document": "documents",
    "DocumentError": "errors",
    "Summarizer": "pipeline",
    "SummarizerError": "errors",
    "explain": "pipeline",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
