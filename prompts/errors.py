"""What is wrong with a template, and where."""

from pathlib import Path


class PromptError(Exception):
    """A template is broken, is missing or uses a value it does not get.

    ``file`` is the template (or the folder it should stand in), ``line`` counts from 1 and is
    None where no line is to blame, ``reason`` says what is wrong. The message holds all three.
    """

    def __init__(self, file: Path | str, line: int | None, reason: str) -> None:
        place = f"{file}, line {line}" if line else str(file)
        super().__init__(f"{place}: {reason}")
        self.file = str(file)
        self.line = line
        self.reason = reason
