from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.documents import Document
from summarizer.numerals import Numeral, read_numerals
from summarizer.separators import read_value


def numerals_of(text: str) -> tuple[Numeral, ...]:
    return read_numerals(Document(text))


def reasons_of(text: str) -> list[tuple[str, str | None]]:
    document = Document(text)
    return [(document.folded.text[n.start : n.end], n.reason) for n in read_numerals(document)]


NO_FIGURES = [
    ("Chiều ngày 27/12/2022, UBND huyện họp.", "date"),
    ("Sáng 7-1, huyện họp.", "date"),
    ("Chiều 3.10, Đảng ủy phường họp.", "date"),
    ("Hoàn thành trước 25.10.", "date"),
    ("Hạn cuối 3.10.2020.", "date"),
    ("Tính đến 31/8, huyện đã xong.", "date"),
    ("Dịp nghỉ lễ 30/4 và 1/5 được bảo đảm.", "date"),
    ("Hoàn thành trong tháng 11/2021.", "date"),
    ("Trong tháng 10 phải xong.", "date"),
    ("Trong quý III/2020.", "date"),
    ("Ngày đưa: 18/10/2018", "date"),
    ("date 2023-07", "date"),
    ("Năm 2021 là năm đầu nhiệm kỳ.", "date"),
    ("9 tháng năm 20214", "date"),
    ("Nhiệm kỳ 2020 - 2025", "period"),
    ("Năm học 2019-2020", "period"),
    ("6 tháng đầu năm", "period"),
    ("Kế hoạch 5 năm", "period"),
    ("Các khoản nợ trên 90 ngày", "period"),
    ("Họp lúc 13 giờ", "time"),
    ("In lúc 03:12:40 PM", "time"),
    ("Nghị quyết số 13- NQ/HU", "document_number"),
    ("Quyết định 1715/QĐ-UBND", "document_number"),
    ("NĐ 09/2019/NĐ-CP", "document_number"),
    ("Chỉ thị 05 của Bộ Chính trị", "document_number"),
    ("Nghị quyết Trung ương 4 khóa XII", "document_number"),
    ("Kỳ họp thứ 9 HĐND huyện", "ordinal"),
    ("Đại hội lần thứ 22", "ordinal"),
    ("Nhiệm vụ thứ 03 là giữ vững", "ordinal"),
    ("Họp tại phòng họp số 2", "ordinal"),
    ("HĐND khóa 14", "term"),
    ("Tầm nhìn đến 2050", "term"),
    ("Tai nạn giao thông tăng cả 3 mặt", "term"),
    ("Phong trào 3 không", "programme"),
    ("Học 2 buổi/ngày", "term"),
    ("Tinh thần 7 dám", "term"),
    ("Đạt đô thị loại 5", "grade"),
    ("Chuẩn quốc gia mức độ 2", "grade"),
    ("Thi học sinh giỏi lớp 9", "grade"),
    ("Tiêm vắc xin mũi 3", "grade"),
    ("Mô hình “Chứng thực 4.0”", "grade"),
    ("Sản phẩm 4 sao", "grade"),
    ("Quy hoạch tỷ lệ 1/500", "scale"),
    ("Quy hoạch tỷ lệ 1/2.000", "scale"),
    ("Sửa nhà theo Chương trình 134", "programme"),
    ("Ban Chỉ đạo 389", "programme"),
    ("Chương trình mỗi xã 01 sản phẩm", "programme"),
    ("Phòng, chống dịch Covid – 19", "virus"),
    ("1. Chỉ đạo các cơ quan", "list_marker"),
    ("(2) Ưu tiên đầu tư hạ tầng", "list_marker"),
    ("Cụm công nghiệp dọc QL14B", "road"),
    ("Dọc quốc lộ 1", "road"),
    ("Thôn 3 đạt chuẩn", "address"),
    ("Dự án chung cư 3A", "name"),
    ("Lượt xem: 97", "counter"),
    ("1.947 lượt xem", "counter"),
    ("Bạn còn 500/500 ký tự", "counter"),
    ("Điện thoại: 0203822123", "phone"),
    ("Trẻ em dưới 5 tuổi", "age"),
    ("Chào mừng 75 năm thành lập", "anniversary"),
    ("Theo giá so sánh 2010", "price_basis"),
    ("Giá trị sản phẩm trên 1ha đất", "denominator"),
    ("Thực hiện 14 nhiệm vụ trọng tâm", "announced_count"),
    ("Nghị quyết đề ra 17 chỉ tiêu", "announced_count"),
    ("Về kinh tế (8 chỉ tiêu)", "announced_count"),
    ("Thực hiện 3 khâu đột phá", "announced_count"),
    ("Cùng dự có 149 đại biểu", "procedural"),
    ("Lãnh đạo 14 xã, phường dự trực tuyến", "procedural"),
    ("Khen thưởng 5 tập thể", "procedural"),
    ("Tán thành 100% đại biểu", "procedural"),
    ("Rộng sáu km2", "unit"),
    ("xem http://example.vn/tin/202212/", "name"),
]


@pytest.mark.parametrize(("text", "reason"), NO_FIGURES)
def test_a_number_that_measures_nothing_has_its_reason(text: str, reason: str) -> None:
    assert {r for _, r in reasons_of(text)} <= {reason, "date", "period"}
    assert reason in {r for _, r in reasons_of(text)}


FIGURES = [
    "Hỗ trợ 134 hộ",
    "Thành lập tổ 5 người",
    "Tổng số 15 chi bộ",
    "Trong số 120 hộ",
    "Dân số 58.700 người",
    "Cùng kỳ 72 doanh nghiệp",
    "Bình quân hằng năm 60 nghìn tấn",
    "Có 03 chỉ tiêu không đạt",
    "Hoàn thành 15 chỉ tiêu",
    "Có 2019 hộ nghèo",
    "Huy động 1.500 ngày công",
    "Có 100% xã đạt chuẩn",
    "Xếp thứ 3 toàn tỉnh",
    "Nặng 15Kg",
    "Đạt5.807 tấn",
    "Mỗi năm 15 hộ",
]


@pytest.mark.parametrize("text", FIGURES)
def test_a_number_that_measures_something_is_left_to_be_a_figure(text: str) -> None:
    assert [n.reason for n in numerals_of(text)] == [None]


@pytest.mark.parametrize(
    ("word", "value", "flags"),
    [
        ("5.807", "5807", ()),
        ("2.426.254", "2426254", ()),
        ("14,2", "14.2", ()),
        ("1.653,522", "1653.522", ()),
        ("3200", "3200", ()),
        ("06", "6", ()),
        ("98,640", "98.64", ("separator_ambiguous",)),
        ("0,750", "0.75", ()),
        ("51.8", "51.8", ("nonstandard_decimal",)),
        ("0.750", "0.75", ("nonstandard_decimal",)),
        ("1,234,567", "1234567", ("separator_ambiguous",)),
    ],
)
def test_separators_are_read_the_vietnamese_way_and_doubt_is_flagged(
    word: str, value: str, flags: tuple[str, ...]
) -> None:
    assert read_value(word) == (Decimal(value), flags)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Mức độ 3, 4", ["3", "4"]),
        ("Từ 3 đến 4 sao", ["3", "4"]),
        ("Độ tuổi 16 - 60 tuổi", ["16", "60"]),
        ("Họp hai ngày (28 và 29/7)", ["28", "29/7"]),
        ("Cho 4 chương trình, 9 đề án", ["4", "9"]),
    ],
)
def test_numbers_of_one_list_share_their_reason(text: str, words: list[str]) -> None:
    found = reasons_of(text)
    assert [word for word, _ in found] == words
    assert len({reason for _, reason in found}) == 1
    assert found[0][1] is not None


def test_a_decimal_broken_by_a_blank_is_one_number() -> None:
    (numeral,) = numerals_of("bằng 110, 38% so với cùng kỳ")
    assert (numeral.value, numeral.flags) == (Decimal("110.38"), ("spaced_number",))


def test_a_year_before_a_percentage_is_not_joined_to_it() -> None:
    assert reasons_of("Đến năm 2015, 75 % đường") == [("2015", "date"), ("75", None)]


WORDS = "năm ngày tỷ triệu số từ đến đại_biểu tháng lần_thứ xã"
PIECES = st.sampled_from(
    [*"0123456789/.,-:;()%&+ \n", "QĐ", "h", " ha", "covid", "٣", "x"]
    + [f" {word.replace('_', ' ')} " for word in WORDS.split()]
)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_every_token_of_digits_stands_in_exactly_one_numeral(text: str) -> None:
    document = Document(text)
    numerals = read_numerals(document)
    owners = [0] * len(document.tokens)
    for numeral in numerals:
        assert numeral.first < numeral.last
        assert document.tokens.starts[numeral.first] == numeral.start
        assert document.tokens.ends[numeral.last - 1] == numeral.end
        for i in range(numeral.first, numeral.last):
            owners[i] += 1
    for word, owned in zip(document.tokens.words, owners, strict=True):
        assert owned == 1 if word[0].isdecimal() else owned <= 1
    assert [n.first for n in numerals] == sorted(n.first for n in numerals)


@pytest.mark.parametrize("text", ["1" * 100_000, "1 " * 10_000, "1/" * 10_000, "1-" * 10_000])
def test_hostile_runs_of_digits_are_read_to_the_end(text: str) -> None:
    assert numerals_of(text)[-1].end >= len(text) - 2
