"""Folding: one reading of a text, exact offsets back to its source."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.folding import fold, match_key

_LETTERS = (
    "aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ"
)
_TEXTS = st.text(
    st.sampled_from(
        _LETTERS + _LETTERS.upper() + "0123456789.,;:%/()–-“”… \n\t\r\u00a0\u200b\ufeff"
    ),
    max_size=120,
)


def _plain(text: str) -> str:
    """What two spellings of one passage have in common."""
    for sign in "\u200b\u200c\u200d\u2060\ufeff\u00ad":
        text = text.replace(sign, "")
    return " ".join(unicodedata.normalize("NFC", text).split())


@given(_TEXTS)
def test_key_is_as_long_as_text(source: str) -> None:
    folded = fold(source)
    assert len(folded.key) == len(folded.text)


@given(_TEXTS, st.data())
def test_source_span_holds_the_same_words(source: str, data: st.DataObject) -> None:
    for form in ("NFC", "NFD"):
        given_text = unicodedata.normalize(form, source)
        folded = fold(given_text)
        if not folded.text:
            continue
        start = data.draw(st.integers(0, len(folded.text) - 1))
        end = data.draw(st.integers(start + 1, len(folded.text)))
        first, after = folded.source_span(start, end)
        assert 0 <= first < after <= len(given_text)
        assert _plain(given_text[first:after]) == _plain(folded.text[start:end])


@given(_TEXTS)
def test_encoding_habits_make_no_difference(source: str) -> None:
    source = unicodedata.normalize("NFC", source)
    folded = fold(source)
    for variant in (
        unicodedata.normalize("NFD", source),
        source.replace(" ", "\u00a0"),
        source.replace(" ", "  "),
        source.replace("\r", "\n").replace("\n", "\r\n"),
        source.replace("a", "a\u200b"),
    ):
        assert fold(variant).text == folded.text
        assert fold(variant).key == folded.key


@given(_TEXTS)
def test_folding_a_folded_text_changes_nothing_but_wrapping(source: str) -> None:
    once = fold(source).text
    assert fold(once).text.replace("\n", " ") == once.replace("\n", " ")


def test_span_of_decomposed_letters_takes_their_marks_along() -> None:
    source = unicodedata.normalize("NFD", "Thị xã đạt 5.807 tấn, vượt kế hoạch")
    folded = fold(source)
    start = folded.text.index("5.807 tấn")
    first, after = folded.source_span(start, start + len("5.807 tấn"))
    assert source[first:after] == unicodedata.normalize("NFD", "5.807 tấn")


def test_span_leaves_out_signs_without_width_around_it() -> None:
    folded = fold("đạt\u200b \u200b98%\u200b.")
    first, after = folded.source_span(4, 7)
    assert folded.source[first:after] == "98%"


def test_line_breaks_of_all_systems_are_one_break() -> None:
    assert fold("Một.\r\n\r\nHai.\rBa.\u2028Bốn.").text == "Một.\nHai.\nBa.\nBốn."


@pytest.mark.parametrize(
    ("spelled", "key"),
    [
        ("Hoà bình", "hòa bình"),
        ("Uỷ ban", "ủy ban"),
        ("Uý, quý", "úy, quý"),
        ("tỉ đồng, kĩ thuật", "tỷ đồng, kỹ thuật"),
        ("tỉnh", "tỉnh"),
        ("quí IV – “NTM”", 'quý iv - "ntm"'),
        ("Ðảng bộ", "đảng bộ"),
    ],
)
def test_key_has_one_spelling(spelled: str, key: str) -> None:
    assert match_key(spelled) == key


def test_line_cut_at_a_column_is_joined() -> None:
    folded = fold("Năm 2020, tổng sản lượng lương thực của huyện\nđạt 12.000 tấn.\nNăm 2021 tăng.")
    assert folded.text == (
        "Năm 2020, tổng sản lượng lương thực của huyện đạt 12.000 tấn.\nNăm 2021 tăng."
    )


@pytest.mark.parametrize(
    "text",
    [
        "Huyện đề ra nhiệm vụ trọng tâm trong thời gian tới\na) tăng thu ngân sách",
        "Huyện đề ra nhiệm vụ trọng tâm trong thời gian tới\n- tăng thu ngân sách",
        "Huyện đề ra nhiệm vụ trọng tâm trong thời gian tới:\ntăng thu ngân sách",
        "Huyện đề ra nhiệm vụ trọng tâm trong thời gian tới\n\ntăng thu ngân sách",
        "Toàn cảnh hội nghị\nđại biểu",
    ],
)
def test_list_colon_paragraph_and_short_line_are_not_joined(text: str) -> None:
    assert "\n" in fold(text).text


@pytest.mark.parametrize(
    "text", [" ", "\n", "\u0301", "\u0301\u0323", "1", ";", "\u200ba", "ti ", "a  ", "a\n"]
)
def test_hostile_text_folds_in_linear_time(text: str) -> None:
    source = text * (400_000 // len(text))
    started = time.perf_counter()
    fold(source)
    assert time.perf_counter() - started < 5
