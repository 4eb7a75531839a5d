"""JSON on one line: readable, and the same however it is written."""

import json

from hypothesis import given
from hypothesis import strategies as st

from summarizer.compact import compact, escaped


def test_json_stays_readable_and_fits_utf_8() -> None:
    written = escaped(compact({"đạt": "\ud800 <"}), "<")
    assert written == '{"đạt":"\\ud800 \\u003c"}'
    assert json.loads(written.encode()) == {"đạt": "\ud800 <"}


@given(st.text(), st.sampled_from(["", "<>&"]))
def test_json_says_the_same_however_it_is_escaped(words: str, signs: str) -> None:
    assert json.loads(escaped(compact([words]), signs)) == [words]
