"""The JSON in messy answers: what is taken off, what is left alone."""

import json

import pytest

from summarizer.salvage import is_blank_loop, json_object, spoken

OBJECT = '{"verdicts": [{"clause": 1, "list": "target"}]}'


@pytest.mark.parametrize(
    "answer",
    [
        OBJECT,
        f"\n \t{OBJECT}\n\n",
        f"```json\n{OBJECT}\n```",
        f"```\n{OBJECT}\n```\nXin cảm ơn!",
        f"Đây là kết quả: {OBJECT} Xong.",
        f"Theo {{mẫu}} và {{}}: {OBJECT}",
        f'Ví dụ {{"a": 1}}, còn đây là kết quả: {OBJECT}.',
        f"<think>Điều 1?</think>{OBJECT}",
        f'<think>{{"verdicts": "{"x" * 99}"}}</think>\n{OBJECT}\n',
        f"<think>một</think> <think>hai</think>\n```json\n{OBJECT}\n```",
        f"Điều 1 là mục tiêu.</think>{OBJECT}",
        f"{OBJECT}\n{{",
        f"Thử {{'a': {{ … rồi thì: {OBJECT}",
    ],
)
def test_what_stands_around_the_object_is_taken_off(answer: str) -> None:
    assert json_object(answer) == OBJECT


@pytest.mark.parametrize(
    "inner",
    [
        {"quote": "a } b { c ``` d"},
        {"quote": 'lời "dẫn" \\ và <think>'},
        {"outer": {"inner": {}}},
        {},
    ],
)
def test_an_object_is_kept_letter_by_letter(inner: object) -> None:
    text = json.dumps(inner, ensure_ascii=False, indent=1)

    assert json_object(f"```json\n{text}\n```") == text


@pytest.mark.parametrize(
    "answer",
    ["Xin chào!", "", '[{"clause": ', '{"clause": 1', "{clause: 1}"],
)
def test_an_answer_without_an_object_stays_as_it_is(answer: str) -> None:
    assert json_object(f" {answer}\n") == answer.strip()


def test_only_thoughts_are_taken_off_what_holds_no_object() -> None:
    assert json_object("<think>{}</think>\nTôi không biết.") == "Tôi không biết."


@pytest.mark.parametrize(
    ("content", "thoughts", "text"),
    [
        (OBJECT, (None, None), OBJECT),
        ("Xin chào!", (OBJECT, None), "Xin chào!"),
        (None, (OBJECT, None), OBJECT),
        (" \n", (None, f"Vậy: {OBJECT}"), f"Vậy: {OBJECT}"),
        ("", ("Chưa rõ.", OBJECT), OBJECT),
        (None, ("Chưa rõ {điều} 1.", None), ""),
        ([{"type": "text"}], (3, {"a": OBJECT}), ""),
        (None, (), ""),
    ],
)
def test_thoughts_are_the_answer_only_if_there_is_no_other(
    content: object, thoughts: tuple[object, ...], text: str
) -> None:
    assert spoken(content, *thoughts) == text


@pytest.mark.parametrize("length", range(2, 60, 3))
def test_a_piece_of_an_answer_that_was_cut_is_no_answer(length: int) -> None:
    whole = '{"issuers": [{"name": "UBND xã", "posts": []}], "achievements": []}'

    assert json_object(whole[:length]) == whole[:length]


def test_a_model_that_opens_objects_without_end_gave_no_answer() -> None:
    opened = '{"a": ' * 5000

    assert spoken(None, opened) == ""
    assert json_object(f"{opened}1") == f"{opened}1"


@pytest.mark.parametrize(
    ("text", "is_loop"),
    [
        ('{"verdicts"' + "\n \t" * 99, True),
        ("\n" * 10, True),
        ('{"verdicts": [\n  {"clause": 1,\n', False),
        ("", False),
    ],
)
def test_blanks_to_the_end_are_told_from_an_answer_cut_off(text: str, is_loop: bool) -> None:
    assert is_blank_loop(text) is is_loop
