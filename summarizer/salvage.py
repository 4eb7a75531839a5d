"""The JSON in what a model wrote, when it wrote more than that.

What can be taken off is taken off here, because asking again is paid for. Nothing is repaired: a
broken object stays as it is and is told to the model.
"""

import json
import re

_MOST_OBJECTS = 50  # openings of JSON that are tried in one answer
_THOUGHTS = re.compile(r"\A.*</think>", re.DOTALL)
_DECODER = json.JSONDecoder()


def spoken(content: object, *thoughts: object) -> str:
    """The text of an answer; some servers file it under one of the model's ``thoughts``.

    The arguments are what a server sent, of whatever type. Thoughts without any JSON object are no
    answer; without an answer the text is empty.
    """
    if isinstance(content, str) and content.strip():
        return content
    return next((text for text in thoughts if isinstance(text, str) and _objects(text)), "")


def json_object(text: str) -> str:
    """The JSON object in an answer, without thoughts, fences and courtesies around it.

    Of several objects it is the longest; the answer itself if there is none.
    """
    text = text.strip()
    if text.startswith("{") and text.endswith("}"):
        return text
    text = _THOUGHTS.sub("", text).strip()
    if text.startswith("{") and not _is_whole(text):  # what stands in it is a piece of the answer
        return text
    return max(_objects(text), key=len, default=text)


def is_blank_loop(text: str) -> bool:
    """Whether an answer that was cut off is mostly blanks before or after what it says."""
    return len(text.strip()) * 3 < len(text)


def _is_whole(text: str) -> bool:
    try:
        _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return False
    return True


def _objects(text: str) -> list[str]:
    """The JSON objects in a text, outermost ones."""
    found: list[str] = []
    start = text.find("{")
    for _ in range(_MOST_OBJECTS):
        if start < 0:
            break
        end = start + 1
        try:
            _, end = _DECODER.raw_decode(text, start)
            found.append(text[start:end])
        except (ValueError, RecursionError):  # a model in a loop opens a thousand of them
            pass
        start = text.find("{", end)
    return found
