"""Sentences: where punctuation separates and where it does not."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.documents import Document
from summarizer.sentences import Sentence, Shelter, split_sentences


def sentences(text: str) -> list[Sentence]:
    document = Document(text)
    line = (0, 0, len(document.tokens.words))
    return list(split_sentences(document, [line], Shelter(document.tokens)))


def parts(text: str) -> list[list[str]]:
    """The segments of each sentence, as words."""
    words = Document(text).tokens.words
    return [[" ".join(words[s.first : s.last]) for s in t.segments] for t in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kinh tế phát triển. An ninh giữ vững.", [["kinh tế phát triển"], ["an ninh giữ vững"]]),
        ("Một việc; hai việc; ba việc.", [["một việc", "hai việc", "ba việc"]]),
        ("Mục tiêu chung: phát triển du lịch", [["mục tiêu chung", "phát triển du lịch"]]),
        ("Thế nào? Rất tốt!", [["thế nào"], ["rất tốt"]]),
        ("một việc ;. hai việc", [["một việc", "hai việc"]]),
        ("", []),
        (". ; :", []),
    ],
)
def test_stops_and_semicolons_separate(text: str, expected: list[list[str]]) -> None:
    assert parts(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "sản lượng đạt 5.807 tấn",
        "thị xã TX. Mỹ Phú",
        "TT.Ái Phước",
        "UB.MTTQ huyện",
        "họp lúc 17:20 hôm nay",
        "khoai tây: 14 ha",
        "tỷ lệ che phủ rừng: trên 42%",
        "các xã (xã A; xã B) đạt chuẩn",
        'khẩu hiệu "An toàn; văn minh. Thân thiện" được treo',
        "khẩu hiệu “An toàn; văn minh” được treo",
    ],
)
def test_punctuation_inside_a_unit_separates_nothing(text: str) -> None:
    assert [len(segments) for segments in parts(text)] == [1]


@pytest.mark.parametrize("marker", ["1. ", "a) ", "(2) ", "- ", "• ", "IV. ", "+ ", "1/ "])
def test_markers_of_lists_belong_to_no_segment(marker: str) -> None:
    assert parts(marker + "Rà soát hộ nghèo") == [["rà soát hộ nghèo"]]


def test_a_segment_knows_the_sign_before_it() -> None:
    (sentence,) = sentences("Nhiệm vụ trọng tâm: rà soát hộ nghèo; thu thuế")
    assert [s.opener for s in sentence.segments] == [".", ":", ";"]


def test_a_mark_without_a_partner_shelters_nothing() -> None:
    assert [len(segments) for segments in parts("một việc (hai việc; ba việc")] == [2]
    assert [len(segments) for segments in parts('một việc "hai việc; ba việc')] == [2]
    assert [len(segments) for segments in parts("một việc) hai việc; ba việc")] == [2]


def test_a_quotation_mark_far_from_its_partner_does_not_swallow_the_page() -> None:
    (segments,) = parts('một "việc; ' + "từ " * 300 + '"')
    assert len(segments) == 2


@given(st.text(st.sampled_from(list('ab1 .,;:!?…()[]"/-\n')), max_size=80))
def test_segments_stand_in_order_and_are_never_empty(text: str) -> None:
    segments = [s for sentence in sentences(text) for s in sentence.segments]
    assert all(s.first < s.last for s in segments)
    assert all(a.last <= b.first for a, b in pairwise(segments))


def test_brackets_and_quotation_marks_shelter_what_they_hold() -> None:
    tokens = Document('a (b; c) "d" e').tokens
    inside = Shelter(tokens).inside(0, len(tokens.words))
    assert list(inside) == [0, 1, 1, 1, 1, 1, 2, 2, 2, 0]


@given(st.text(st.sampled_from(list('()[]"a; ')), max_size=60))
def test_each_word_is_sheltered_or_not(text: str) -> None:
    tokens = Document(text).tokens
    inside = Shelter(tokens).inside(0, len(tokens.words))
    assert len(inside) == len(tokens.words)
    assert set(inside) <= {0, 1, 2}
