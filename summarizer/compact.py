"""JSON for machines: no blanks, letters as they are."""

import json
import re

_SURROGATES = "\ud800-\udfff"


def compact(value: object) -> str:
    """A value as JSON on one line; Vietnamese costs no more signs than it has letters."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def escaped(written: str, signs: str = "") -> str:
    """The same JSON with ``signs``, and what UTF-8 cannot hold, written as numbers."""
    return re.sub(f"[{_SURROGATES}{signs}]", lambda sign: f"\\u{ord(sign[0]):04x}", written)
