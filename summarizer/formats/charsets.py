"""Charsets: what turns the bytes of a saved page into text, whatever the page says of itself.

A page names its encoding in a mark, in a meta tag or not at all, and the tag is often wrong. Valid
UTF-8 is UTF-8; only what is not is judged further.
"""

import codecs
import re

from summarizer.errors import DocumentError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
_HEAD = 4_096  # bytes in which a page names its encoding
_NAMED = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_SAMPLE = 1_000_000  # bytes that show an encoding; scripts may come first


def decoded(data: bytes, label: str) -> str:
    """The text of a page: by its mark, as UTF-8, as windows-1258, or as its meta tag says.

    Raises ``DocumentError`` where none of them fits.
    """
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return data.decode(codec, "replace").removeprefix("\ufeff")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _not_quite_utf8(data, label)


def _not_quite_utf8(data: bytes, label: str) -> str:
    text = data.decode("utf-8", "replace")
    if _is_damaged(text):
        return text
    if _is_windows_1258(data[:_SAMPLE]):
        return data.decode("cp1258", "replace")
    codec = _declared(data)
    if codec is None or codec == "utf-8":
        raise DocumentError(f"{label} is in an unknown encoding; save it as UTF-8 and try again")
    return data.decode(codec, "replace")


def _is_damaged(text: str) -> bool:
    """Judge whether a text is UTF-8 with a few broken signs."""
    broken = text.count("\ufffd")
    sound = len(text) - len(text.encode("ascii", "ignore")) - broken
    return broken * 20 <= sound


_VOWEL_AND_MARK = re.compile(r"[aăâeêioôơuưyAĂÂEÊIOÔƠUƯY][\u0300\u0301\u0303\u0309\u0323]")
_MARK = re.compile(r"[\u0300\u0301\u0303\u0309\u0323]")
_FEWEST_MARKS = 3


def _is_windows_1258(data: bytes) -> bool:
    """Judge whether tone marks stand behind vowels, which no other encoding makes them do."""
    text = data.decode("cp1258", "replace")
    marks = len(_MARK.findall(text))
    return marks >= _FEWEST_MARKS and len(_VOWEL_AND_MARK.findall(text)) * 10 >= marks * 9


# Names that Python gives to encodings of letters; it has others, which are none or cost much.
_OF_LETTERS = re.compile(r"(?:cp|iso8859|koi8|gb|big5|euc|shift|mac|tis|utf-8)")


def _declared(data: bytes) -> str | None:
    """The encoding a page names, if it is one of letters that Python knows."""
    found = _NAMED.search(data[:_HEAD])
    if found is None:
        return None
    try:
        name = codecs.lookup(found[1].decode("ascii", "replace")).name
    except LookupError:
        return None
    return name if _OF_LETTERS.match(name) else None
