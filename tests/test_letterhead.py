"""Letterheads: whose paper it is."""

import pytest

from summarizer.documents import Document
from summarizer.letterhead import Letterhead, read_letterhead

COUNCIL = """HỘI ĐỒNG NHÂN DÂN      CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
XÃ TÂN LẬP                 Độc lập - Tự do - Hạnh phúc

NGHỊ QUYẾT
"""


def letterhead(text: str) -> Letterhead | None:
    return read_letterhead(Document(text))


def test_a_letterhead_in_two_columns_names_body_and_place() -> None:
    found = letterhead(COUNCIL.replace("HỘI ĐỒNG", "ỦY BAN"))
    assert found == Letterhead("UBND xã Tân Lập", "xã Tân Lập")


def test_a_council_is_named_in_short() -> None:
    assert letterhead(COUNCIL) == Letterhead("HĐND xã Tân Lập", "xã Tân Lập")


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("HUYỆN PHÚ CẦN", "huyện Phú Cần"),
        ("THỊ XÃ AN PHÚ", "thị xã An Phú"),
        ("THÀNH PHỐ BÌNH MINH", "thành phố Bình Minh"),
        ("PHƯỜNG TÂN LẬP", "phường Tân Lập"),
        ("TỈNH BÌNH SƠN", "tỉnh Bình Sơn"),
    ],
)
def test_places_of_all_levels_are_told_in_running_case(place: str, told: str) -> None:
    found = letterhead(COUNCIL.replace("XÃ TÂN LẬP", place))
    assert found is not None
    assert found.locality == told


@pytest.mark.parametrize(
    "above",
    [
        "ỦY BAN NHÂN DÂN\nHUYỆN PHÚ CẦN\nSố: 12/BC-UBND",
        "ỦY BAN NHÂN DÂN\nHUYỆN PHÚ CẦN\n-------",
        "ỦY BAN NHÂN DÂN HUYỆN PHÚ CẦN",
        "TỈNH BÌNH SƠN\nỦY BAN NHÂN DÂN HUYỆN PHÚ CẦN\n\nSố: 12/BC-UBND",
    ],
)
def test_a_letterhead_in_lines_names_body_and_place(above: str) -> None:
    text = f"{above}\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n"

    assert letterhead(text) == Letterhead("UBND huyện Phú Cần", "huyện Phú Cần")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Huyện Phú Cần họp\nỦY BAN NHÂN DÂN\nHUYỆN PHÚ CẦN\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n",
        "MỜI HỌP\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n",
        "Sáng 12/12, UBND huyện An Phú tổ chức hội nghị.",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n",
        "x" * 700 + COUNCIL,
    ],
)
def test_a_text_without_two_columns_at_its_top_has_no_letterhead(text: str) -> None:
    assert letterhead(text) is None
