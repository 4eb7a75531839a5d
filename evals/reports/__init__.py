"""Results shown: for a terminal, a machine, a CI server, a pull request and a browser."""

from collections.abc import Callable, Mapping

from evals.reports import data, junit, markdown, page, terminal
from evals.reports.overview import Overview

FORMS: Mapping[str, Callable[[Overview], str]] = {
    "text": terminal.text,
    "json": data.text,
    "junit": junit.text,
    "markdown": markdown.text,
    "html": page.text,
}
"""What makes the text of a report, by its form; ``terminal.view`` is drawn in colour."""

__all__ = ["FORMS", "Overview"]
