"""The words in which the task is told, and the name that changes whenever they do."""

import json
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files

__all__ = ["definitions", "fingerprint"]


@cache
def definitions(task: str = "report") -> str:
    """What each list of a task holds, for a model and for a curious reader."""
    return files("prompts").joinpath(task, "definitions.md").read_text(encoding="utf-8")


def fingerprint(schema: Mapping[str, object], task: str = "report") -> str:
    """Name a task by its words and the shape of its answer, such as ``report@1a2b3c4d``.

    ``schema`` is the JSON schema an engine fills in. Two summaries with one fingerprint were
    asked for in the same way.
    """
    digest = sha256(json.dumps(schema, sort_keys=True, ensure_ascii=False).encode())
    for name, content in _files(task):
        digest.update(b"\0" + name.encode() + b"\0" + content)
    return f"{task}@{digest.hexdigest()[:8]}"


@cache
def _files(task: str) -> tuple[tuple[str, bytes], ...]:
    folder = files("prompts").joinpath(task)
    told = sorted((f for f in folder.iterdir() if f.is_file()), key=lambda f: f.name)
    return tuple((f.name, f.read_bytes()) for f in told)
