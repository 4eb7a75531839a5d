"""Encodings: texts whose letters were typed for an old font, or decoded by the wrong table.

A text is judged by its words: those that are no Vietnamese syllable as they stand, and become one
when an old table reads them, say which table it was. Words of other languages, names and codes
become syllables by none of them.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache

# TCVN 5712:1993 (VN3, "ABC"): letters from a byte on, as many as stand there.
_TCVN3 = {
    0xA1: "ĂÂÊÔƠƯĐăâêôơưđ",
    0xB5: "àảãáạ",
    0xBB: "ằẳẵắ",
    0xC6: "ặầẩẫấậè",
    0xCE: "ẻẽéẹềểễếệìỉ",
    0xDC: "ĩíịò",
    0xE1: "ỏõóọồổỗốộờởỡớợù",
    0xF1: "ủũúụừửữứựỳỷỹýỵ",
}
# VNI-Windows: a letter, then a sign for its marks; some letters have signs of their own.
_VNI_MARKS = {
    "ù": "\u0301", "ø": "\u0300", "û": "\u0309", "õ": "\u0303", "ï": "\u0323",
    "â": "\u0302", "á": "\u0302\u0301", "à": "\u0302\u0300", "å": "\u0302\u0309",
    "ã": "\u0302\u0303", "ä": "\u0302\u0323",
    "ê": "\u0306", "é": "\u0306\u0301", "è": "\u0306\u0300", "ú": "\u0306\u0309",
    "ü": "\u0306\u0303", "ë": "\u0306\u0323",
}  # fmt: skip
_VNI_LETTERS = {"ô": "ơ", "ö": "ư", "ñ": "đ", "î": "ỵ", "æ": "ỉ", "ó": "ĩ", "ò": "ị"}
_VNI = re.compile("([aeouyôö])([ùøûõïâáàåãäêéèúüë])|([ôöñîæóò])", re.IGNORECASE)

_MARKS = frozenset("\u0300\u0301\u0302\u0303\u0306\u0309\u031b\u0323")
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_SYLLABLE = re.compile(
    "(?:ngh?|nh|kh|gh|gi|ch|th|tr|ph|qu|[bcdghklmnprstvx])?"
    "(?:[aeiouy]|a[iouy]|e[ou]|i[aeu]|o[aeio]|u[aeiouy]|ye|ieu|yeu|oa[ioy]|oeo|ua[iy]|uo[iu]|uy[aeu])"
    "(?:ch|ng|nh|[cmnpt])?"
)
_WORD = re.compile("[^ \t\r\n]+")  # a no-break blank may be half a letter
_AROUND = " \t\xa0.,;:!?…()[]{}\"'“”‘’«»-–/%+*"  # signs around a word
# Where a letter was; an address may hold the like.
_HOLE = re.compile(r"[^\W\d_]\ufffd|\ufffd[^\W\d_]|^[^=/]*[^\W\d_]\?[^\W\d_]")

_SAMPLE = 65_536  # characters or bytes that show it
_FEWEST = 3  # different words; fewer prove nothing
_SHARE = 0.08  # of the words; whole texts have 0.3 to 0.8


def garbled(text: str) -> str | None:
    """Say what is wrong with the letters of a text and what to do; None if nothing is.

    What it says fits after the name of a file: "is typed for TCVN3 (ABC) fonts; convert it …".
    """
    words = Counter(_WORD.findall(text[:_SAMPLE]))
    odd = [word for word in words if not word.isascii() and _is_odd(word)]
    found = {
        fault: [word for word in odd if _is_syllable(read(word))]
        for fault, read in _tables().items()
    }
    found[_HOLES] = [word for word in words if _HOLE.search(word)]
    shares = {fault: sum(words[word] for word in spoilt) for fault, spoilt in found.items()}
    fault = max(shares, key=lambda fault: shares[fault])
    enough = len(found[fault]) >= _FEWEST and shares[fault] >= _SHARE * words.total()
    return fault if enough else None


def garbled_bytes(data: bytes) -> str | None:
    """The same of bytes that are no UTF-8."""
    return garbled(data[:_SAMPLE].decode("cp1252", "ignore"))


def _is_odd(word: str) -> bool:
    """Judge whether a word needs an explanation; a sign alone, such as », parts words."""
    return len(word.strip(_AROUND)) > 1 and not _is_syllable(word)


def _is_syllable(word: str) -> bool:
    """Judge whether a word is shaped like a Vietnamese syllable, in NFC or NFD."""
    word = word.strip(_AROUND)
    if not (word.islower() or word.isupper() or word.istitle()):
        return False
    letters = unicodedata.normalize("NFD", word.lower().replace("đ", "d"))
    bare = "".join([letter for letter in letters if letter not in _MARKS])
    return (
        _SYLLABLE.fullmatch(bare) is not None and sum(letter in _TONES for letter in letters) <= 1
    )


# --- Old tables ----------------------------------------------------------------------------------

_CONVERT = "convert it to Unicode, e.g. with UniKey, and try again"
_REPEAT = "open the original as UTF-8, save it again and try again"
_HOLES = f"has lost letters (\ufffd or ? stands in their place); {_REPEAT}"


@cache
def _tables() -> Mapping[str, Callable[[str], str]]:
    """What is wrong with a text, and what reads a word of it as it was meant."""
    return {
        f"is typed for TCVN3 (ABC) fonts; {_CONVERT}": _tcvn3(),
        f"is typed for VNI fonts; {_CONVERT}": _vni,
        f"is in the encoding Windows-1258 (CP1258); {_CONVERT}": _decoded_by("cp1252", "cp1258"),
        **{
            f"holds UTF-8 that was read as {name}; {_REPEAT}": _decoded_by(table, "utf-8")
            for table, name in (
                ("cp1252", "Windows-1252"),
                ("cp1258", "Windows-1258"),
                ("mac-roman", "Mac Roman"),
                ("cp437", "code page 437"),
            )
        },
    }


def _tcvn3() -> Callable[[str], str]:
    table = {
        first + place: letter  # code page 1252 shows its bytes as letters of the same numbers
        for first, letters in _TCVN3.items()
        for place, letter in enumerate(letters)
    }
    return lambda word: word.translate(table)


def _vni(word: str) -> str:
    return _VNI.sub(_vni_letter, word)


def _vni_letter(found: re.Match[str]) -> str:
    base, mark, alone = found.groups()
    if alone:
        return _VNI_LETTERS[alone.lower()]
    return _VNI_LETTERS.get(base.lower(), base) + _VNI_MARKS[mark.lower()]


def _decoded_by(wrong: str, right: str) -> Callable[[str], str]:
    """What a word was before the wrong table read its bytes."""
    codes = {bytes([code]).decode(wrong, "ignore") or chr(code): code for code in range(256)}

    def read(word: str) -> str:
        try:
            return bytes([codes[sign] for sign in word]).decode(right)
        except (KeyError, UnicodeError):
            return word

    return read
