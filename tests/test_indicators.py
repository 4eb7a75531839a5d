"""Names of indicators, cut from clauses around their figures."""

from dataclasses import dataclass
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.documents import Document
from summarizer.folding import match_key
from summarizer.indicators import name_indicator
from summarizer.lexicon import tokenize


@dataclass(frozen=True)
class Told:
    """A figure as far as a name depends on it."""

    role: str
    unit: str | None
    first: int
    last: int


def named(
    clause: str, raw: str, unit: str | None, role: str = "level", lead: str | None = None
) -> str | None:
    """Name the figure ``raw`` of a clause."""
    document = Document(clause)
    before, inside = clause[: clause.index(raw)], clause[: clause.index(raw) + len(raw)]
    first, last = len(tokenize(match_key(before))), len(tokenize(match_key(inside)))
    figure = Told(role, unit, first, last)
    return name_indicator(document, 0, len(document.tokens), [figure], lead=lead)


@pytest.mark.parametrize(
    ("clause", "raw", "unit", "expected"),
    [
        # the words in front of the verb of reaching
        (
            "Tổng sản lượng thủy sản ước đạt 5.807 tấn",
            "5.807 tấn",
            "tấn",
            "tổng sản lượng thủy sản",
        ),
        ("tỷ lệ hộ nghèo giảm xuống còn 0,85%", "0,85%", "%", "tỷ lệ hộ nghèo"),
        (
            "Ước thu ngân sách nhà nước năm 2020 là 926 tỷ",
            "926 tỷ",
            "tỷ đồng",
            "thu ngân sách nhà nước",
        ),
        (
            "trong đó, doanh thu du lịch hơn 860 tỷ đồng",
            "860 tỷ đồng",
            "tỷ đồng",
            "doanh thu du lịch",
        ),
        # a count says "số"
        ("kết nạp 05 đảng viên mới", "05 đảng viên", "đảng viên", "số đảng viên mới kết nạp"),
        ("16/18 chỉ tiêu đạt và vượt", "16/18 chỉ tiêu", "chỉ tiêu", "số chỉ tiêu đạt và vượt"),
        (
            "giải quyết việc làm cho 550 lao động",
            "550 lao động",
            "lao động",
            "số lao động được giải quyết việc làm",
        ),
        ("phạm pháp hình sự xảy ra 29 vụ", "29 vụ", "vụ", "số vụ phạm pháp hình sự"),
        ("12/12 xã đạt chuẩn NTM", "12/12 xã", "xã", "số xã đạt chuẩn nông thôn mới"),
        (
            "xử lý 27 trường hợp vi phạm",
            "27 trường hợp",
            "trường hợp",
            "số trường hợp vi phạm bị xử lý",
        ),
        # a share says "tỷ lệ"
        ("100% số trường trên địa bàn huyện đạt chuẩn", "100%", "%", "tỷ lệ trường đạt chuẩn"),
        ("số hồ sơ mức độ 4 chiếm 46,2%", "46,2%", "%", "tỷ lệ hồ sơ mức độ 4"),
        ("96,9% dân số tham gia BHYT", "96,9%", "%", "tỷ lệ dân số tham gia BHYT"),
        ("Tăng trưởng kinh tế đạt 7,5%", "7,5%", "%", "tốc độ tăng trưởng kinh tế"),
        ("dịch vụ chiếm 32%", "32%", "%", "tỷ trọng dịch vụ trong cơ cấu kinh tế"),
        # measures name what is measured
        ("trồng rừng tập trung đạt 3.787 ha", "3.787 ha", "ha", "diện tích trồng rừng tập trung"),
        ("trồng mới 46,5 ha rừng ngập mặn", "46,5 ha", "ha", "diện tích rừng ngập mặn trồng mới"),
        (
            "khai thác hải sản 44 nghìn tấn",
            "44 nghìn tấn",
            "nghìn tấn",
            "sản lượng khai thác hải sản",
        ),
        ("làm mới 6,5km đường", "6,5km", "km", "chiều dài đường làm mới"),
    ],
)
def test_a_name_can_be_understood_alone(clause: str, raw: str, unit: str, expected: str) -> None:
    assert named(clause, raw, unit) == expected


def test_a_share_of_a_plan_is_no_ratio_of_its_own() -> None:
    assert named("thu ngân sách đạt 94,6%", "94,6%", "%", role="of_plan") == "thu ngân sách"


def test_a_change_names_the_thing_that_changed() -> None:
    name = named("tổng mức bán lẻ và doanh thu dịch vụ tăng gần 6%", "6%", "%", role="change")
    assert name == "tổng mức bán lẻ và doanh thu dịch vụ"


def test_a_word_of_growth_that_belongs_to_the_name_stays() -> None:
    name = named("giá trị tăng thêm năm 2020 tăng 14,2%", "14,2%", "%", role="change")
    assert name == "giá trị tăng thêm"


@pytest.mark.parametrize(
    ("clause", "figure", "lead", "expected"),
    [
        (
            "gỗ lớn 650ha",
            ("650ha", "ha", "level"),
            "diện tích trồng rừng tập trung",
            "diện tích trồng rừng gỗ lớn",
        ),
        (
            "nông nghiệp tăng 9,2%",
            ("9,2%", "%", "change"),
            "tổng giá trị sản xuất",
            "giá trị sản xuất nông nghiệp",
        ),
        (
            "Hải Ninh 74,6%",
            ("74,6%", "%", "level"),
            "tỷ lệ tham gia BHYT",
            "tỷ lệ tham gia BHYT của Hải Ninh",
        ),
        (
            "dịch vụ khoảng 29,3%",
            ("29,3%", "%", "level"),
            "cơ cấu kinh tế",
            "tỷ trọng dịch vụ trong cơ cấu kinh tế",
        ),
        (
            "làm chết 9 người",
            ("9 người", "người", "level"),
            "số vụ tai nạn giao thông",
            "số người chết do tai nạn giao thông",
        ),
        (
            "lệ phí trước bạ 64,2 tỷ đồng",
            ("64,2 tỷ đồng", "tỷ đồng", "level"),
            "thu ngân sách",
            "thu lệ phí trước bạ",
        ),
    ],
)
def test_a_part_is_completed_by_what_was_told_before(
    clause: str, figure: tuple[str, str, str], lead: str, expected: str
) -> None:
    raw, unit, role = figure
    assert named(clause, raw, unit, role, lead) == expected


def test_a_piece_with_its_own_name_needs_no_lead() -> None:
    name = named("tỷ lệ hộ cận nghèo còn 1,92%", "1,92%", "%", lead="tổng sản lượng thủy sản")
    assert name == "tỷ lệ hộ cận nghèo"


def test_a_clause_without_figures_has_no_indicator() -> None:
    document = Document("an ninh chính trị được giữ vững")
    assert name_indicator(document, 0, len(document.tokens), []) is None


@given(
    st.text(alphabet="aàđ lúangntmđạt%số,;().()/0123\n", max_size=120),
    st.integers(0, 60),
    st.sampled_from(["%", "tấn", "xã", "tỷ đồng", None]),
    st.sampled_from(["tổng giá trị sản xuất", None]),
)
def test_any_clause_gives_a_clean_name_or_none(
    text: str, at: int, unit: str | None, lead: str | None
) -> None:
    document = Document(text)
    first = min(at, max(0, len(document.tokens) - 1))
    figure = Told("level", unit, first, min(first + 1, len(document.tokens)))
    name = name_indicator(document, 0, len(document.tokens), [figure], lead=lead)
    assert name is None or (name == name.strip() and "\n" not in name and name)


@pytest.mark.parametrize("piece", ["năm ", "đạt ", "1 ", ",a ", "(", "từ năm, ", "xã Hải "])
def test_a_hostile_text_takes_time_in_proportion_to_its_length(piece: str) -> None:
    document = Document(piece * 40_000)
    end = len(document.tokens)
    figures = [Told("level", "%", end - 1, end), Told("level", "xã", 0, 1)]
    started = perf_counter()
    for figure in figures:
        name_indicator(document, 0, end, [figure], lead="tỷ lệ hộ nghèo")
    assert perf_counter() - started < 3
