"""The texts of the templates: ours, and in front of them those of a user's folder."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple

from prompts.errors import PromptError

SUFFIX = ".md.j2"

VALUES: Mapping[str, frozenset[str]] = {
    "assist": frozenset({"frame", "lines"}),
    "audit": frozenset({"frame", "lines", "asked"}),
    "draft": frozenset({"frame", "lines", "part", "parts"}),
    "repair": frozenset({"frame", "lines", "broken"}),
    "system": frozenset({"rewrite"}),
}
"""The values that each template of the task gets; docs/prompts.md tells what they hold."""


class Source(NamedTuple):
    """A template as stored: the file it stands in and its text, lines ended by a line feed."""

    file: str
    text: str


def read_sources(folder: Path | None) -> Mapping[str, Source]:
    """Templates by name, such as ``draft``; one in ``folder`` hides ours of the same name."""
    ours = _ours()
    if folder is None:
        return ours
    if not folder.is_dir():
        raise PromptError(folder, None, "no such folder of templates")
    theirs = dict(_templates(folder))
    if not theirs.keys() & ours.keys():
        names = ", ".join(name + SUFFIX for name in sorted(ours))
        raise PromptError(folder, None, f"holds none of the templates {names}")
    return {**ours, **theirs}


@cache
def _ours() -> Mapping[str, Source]:
    return dict(_templates(files("prompts").joinpath("report")))


def _templates(folder: Traversable) -> Iterator[tuple[str, Source]]:
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        if file.name.endswith(SUFFIX) and file.is_file():
            yield file.name.removesuffix(SUFFIX), Source(str(file), _text(file))


def _text(file: Traversable) -> str:
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError(str(file), None, f"cannot be read as UTF-8 text: {error}") from error
    return text.replace("\r\n", "\n")  # a checkout with CRLF is the same template
