"""Tokens and phrases."""

from hypothesis import given
from hypothesis import strategies as st

from summarizer.folding import fold, match_key
from summarizer.lexicon import Lexicon, tokenize


@given(st.text(max_size=80))
def test_tokens_stand_where_they_say(text: str) -> None:
    key = match_key(text)
    tokens = tokenize(key)
    assert [key[a:b] for a, b in zip(tokens.starts, tokens.ends, strict=True)] == tokens.words
    assert all(word == "\n" or not word.isspace() for word in tokens.words)


@given(st.text(max_size=80))
def test_tokens_leave_out_nothing_but_blanks(text: str) -> None:
    key = fold(text).key
    tokens = tokenize(key)
    assert "".join(tokens.words) == key.replace(" ", "")


def test_numeral_with_separators_is_one_token() -> None:
    assert tokenize("đạt 5.807,5 tấn; 16/18\nnăm2021").words == [
        "đạt", "5.807,5", "tấn", ";", "16", "/", "18", "\n", "năm", "2021",
    ]  # fmt: skip


def test_longest_phrase_wins_and_phrases_do_not_overlap() -> None:
    lexicon = Lexicon([("ủy ban", 1), ("uỷ ban nhân dân", 2), ("nhân dân", 3)])
    words = tokenize(match_key("Ủy ban nhân dân và nhân dân, ủy ban")).words
    assert [(hit.first, hit.last, hit.entry) for hit in lexicon.scan(words)] == [
        (0, 4, 2),
        (5, 7, 3),
        (8, 10, 1),
    ]


def test_phrase_does_not_reach_over_the_end() -> None:
    lexicon = Lexicon([("ủy ban nhân dân", 2)])
    words = tokenize("ủy ban nhân dân").words
    assert lexicon.at(words, 0, 3) is None
    assert lexicon.at(words, 0) is not None
