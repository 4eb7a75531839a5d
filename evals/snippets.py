"""The first words of a passage, for tables, files and messages."""

MOST = 60
"""Code points of a snippet, unless another number is asked for."""


def snippet(words: str, most: int = MOST) -> str:
    """Words on one line, with a sign where some are left out."""
    words = " ".join(words.split())
    return words if len(words) <= most else f"{words[: most - 1]}…"
