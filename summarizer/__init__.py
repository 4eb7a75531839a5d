"""Vietnamese local-government reports in, checked lists with figures and quotes out."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

import summarizer._siblings  # noqa: F401 - explains a shadowed package before it breaks anything

if TYPE_CHECKING:
    from summarizer.documents import Document
    from summarizer.embedded import Decision
    from summarizer.errors import (
        BudgetError,
        DocumentError,
        JournalError,
        LimitError,
        ModelError,
        ReplyError,
        SummarizerError,
        TaskError,
        TooLongError,
        WorkerError,
    )
    from summarizer.limits import Limits
    from summarizer.llm import LLM, Facts, Form, Question, Reply, ScriptedLLM
    from summarizer.openai import OpenAIModel
    from summarizer.pipeline import Summarizer, explain

__all__ = [
    "LLM",
    "BudgetError",
    "Decision",
    "Document",
    "DocumentError",
    "Facts",
    "Form",
    "JournalError",
    "LimitError",
    "Limits",
    "ModelError",
    "OpenAIModel",
    "Question",
    "Reply",
    "ReplyError",
    "ScriptedLLM",
    "Summarizer",
    "SummarizerError",
    "TaskError",
    "TooLongError",
    "WorkerError",
    "explain",
]

# Names are looked up when first asked for: `summarizer --help` answers before rules are read.
_HOMES = {
    "BudgetError": "errors",
    "Decision": "embedded",
    "Document": "documents",
    "DocumentError": "errors",
    "Facts": "llm",
    "Form": "llm",
    "JournalError": "errors",
    "LLM": "llm",
    "LimitError": "errors",
    "Limits": "limits",
    "ModelError": "errors",
    "OpenAIModel": "openai",
    "Question": "llm",
    "Reply": "llm",
    "ReplyError": "errors",
    "ScriptedLLM": "llm",
    "Summarizer": "pipeline",
    "SummarizerError": "errors",
    "TaskError": "errors",
    "TooLongError": "errors",
    "WorkerError": "errors",
    "explain": "pipeline",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
