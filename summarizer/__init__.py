"""Vietnamese local-government reports in, checked lists with figures and quotes out."""

import summarizer._siblings  # noqa: F401 - explains a shadowed package before it breaks anything
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
