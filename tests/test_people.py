"""People: names, posts, and who is meant by a bare post."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.documents import Document
from summarizer.people import Person, find_bodies, find_people


def people(text: str) -> list[Person]:
    return [mention.person for mention in find_people(Document(text))]


@pytest.mark.parametrize(
    ("text", "name", "posts"),
    [
        (
            "Đồng chí Trương Đình Quyết – Phó Bí thư Thị ủy, Chủ tịch UBND thị xã chủ trì",
            "Trương Đình Quyết",
            ("Phó Bí thư Thị ủy", "Chủ tịch UBND thị xã"),
        ),
        (
            "ông Trần Quốc Lâm, Bí thư Huyện ủy, Chủ tịch HĐND huyện lưu ý",
            "Trần Quốc Lâm",
            ("Bí thư Huyện ủy", "Chủ tịch HĐND huyện"),
        ),
        (
            "Bí thư Đảng ủy, Chủ tịch HĐND phường Lưu Vĩnh Khang chủ trì",
            "Lưu Vĩnh Khang",
            ("Bí thư Đảng ủy", "Chủ tịch HĐND phường"),
        ),
        ("Ông Lê Hữu Phúc CT UBND huyện chủ trì", "Lê Hữu Phúc", ("CT UBND huyện",)),
        (
            "Đ/c Phạm Thế Bình, Bí thư Huyện ủy – Chủ tịch HĐND huyện",
            "Phạm Thế Bình",
            ("Bí thư Huyện ủy", "Chủ tịch HĐND huyện"),
        ),
        (
            "Phó Chủ tịch UBND huyện Ba Sơn Lê Hùng Cường giao",
            "Lê Hùng Cường",
            ("Phó Chủ tịch UBND huyện Ba Sơn",),
        ),
        (
            "Giám đốc Sở Nông nghiệp và Môi trường Trần Quang Huy nêu",
            "Trần Quang Huy",
            ("Giám đốc Sở Nông nghiệp và Môi trường",),
        ),
        (
            "bà Phạm Thị Thu (Chủ tịch Hội LHPN huyện) nêu",
            "Phạm Thị Thu",
            ("Chủ tịch Hội LHPN huyện",),
        ),
    ],
)
def test_a_name_is_found_with_its_posts(text: str, name: str, posts: tuple[str, ...]) -> None:
    assert people(text) == [Person(name, posts)]


def test_a_bare_post_is_its_holder_named_earlier_or_later() -> None:
    told = people(
        "Dự có đồng chí Chủ tịch UBND huyện. Đồng chí Nguyễn Ngọc Thái, Phó Bí thư Huyện ủy, "
        "Chủ tịch UBND huyện phát biểu. Chủ tịch UBND huyện yêu cầu. Ông giao các phòng."
    )
    assert [person.name for person in told] == ["Nguyễn Ngọc Thái"] * 4


def test_a_post_that_nobody_named_holds_stands_for_itself() -> None:
    assert people("Đồng chí Bí thư Huyện ủy nhấn mạnh") == [
        Person("Bí thư Huyện ủy", ("Bí thư Huyện ủy",))
    ]


def test_a_list_of_those_attending_gives_every_one() -> None:
    told = people(
        "Chủ trì có các đồng chí: Đàm Văn Trang, Chủ tịch UBND xã; Chu Thị Thanh, Phó Chủ tịch; "
        "Lê Hữu Hùng, Phó Chủ tịch UBND xã."
    )
    assert [person.name for person in told] == ["Đàm Văn Trang", "Chu Thị Thanh", "Lê Hữu Hùng"]


@pytest.mark.parametrize(
    "text",
    [
        "Bí thư, Chủ tịch UBND các xã, thị trấn",
        "Huyện Cô Tô, tỉnh Bà Rịa",
        "12 tỷ đồng; hồ sơ; lý do; 39 đồng chí",
        "tại Hà Nội, các đại biểu",
    ],
)
def test_groups_places_and_quantities_are_no_people(text: str) -> None:
    assert people(text) == []


@pytest.mark.parametrize(
    ("text", "name", "place"),
    [
        ("UBND huyện Nà Lường họp", "UBND huyện Nà Lường", "huyện Nà Lường"),
        ("Huyện ủy Giang Nam họp", "Huyện ủy Giang Nam", None),
        ("HĐND TX. Mỹ Phú họp", "HĐND TX. Mỹ Phú", "TX. Mỹ Phú"),
        ("Ban Thường vụ Huyện ủy yêu cầu", "Ban Thường vụ Huyện ủy", None),
        ("Phòng Tài chính - Kế hoạch tham mưu", "Phòng Tài chính - Kế hoạch", None),
        ("Ban CHQS huyện Điền Long tổng kết", "Ban CHQS huyện Điền Long", "huyện Điền Long"),
    ],
)
def test_a_body_is_named_as_written(text: str, name: str, place: str | None) -> None:
    body = find_bodies(Document(text))[0]
    assert (body.name, body.place) == (name, place)


@pytest.mark.parametrize(
    "text", ["kinh tế - xã hội, quốc phòng, cơ sở, hội nghị", "phòng, chống dịch"]
)
def test_words_that_only_look_like_bodies_are_none(text: str) -> None:
    assert find_bodies(Document(text)) == ()


PIECES = (
    "đồng chí Ông bà Nguyễn Văn An Lê Bí thư Phó Chủ tịch UBND HĐND huyện Huyện ủy xã , ; - ( ) : "
    ". và các Đ/c giao yêu cầu Sở phòng Tài chính 12 CT thường trực"
)
WORDS = st.sampled_from([*PIECES.split(), "\n"])


@given(st.lists(WORDS, max_size=40).map(" ".join))
def test_mentions_are_in_order_and_named_as_in_the_text(text: str) -> None:
    document = Document(text)
    mentions = find_people(document)
    assert all(a.last <= b.first for a, b in pairwise(mentions))
    for mention in mentions:
        assert mention.person.name
        assert mention.name is None or mention.name in document.folded.text.replace("\n", " ")
    bodies = find_bodies(document)
    assert all(a.last <= b.first for a, b in pairwise(bodies))
