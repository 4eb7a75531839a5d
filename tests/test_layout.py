"""Layout: what every line of a page is."""

import datetime
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.documents import Document
from summarizer.layout import read_layout

_BODY = (
    "Năm 2020, tổng giá trị sản xuất ước đạt 1.250 tỷ đồng, tăng 8,2% so với cùng kỳ; "
    "thu ngân sách đạt 105% dự toán; tỷ lệ hộ nghèo giảm còn 2,1%; an ninh được giữ vững."
)


def _kinds(text: str) -> list[tuple[str, str]]:
    document = Document(text)
    folded = document.folded.text
    return [(line.kind, folded[line.start : line.end]) for line in read_layout(document).lines]


def _kind_in_body(line: str) -> str:
    """What a line between two paragraphs is."""
    kinds = {text: kind for kind, text in _kinds(f"{_BODY}\n\n{line}\n\n{_BODY}")}
    return kinds[line]


def _kind_after_body(line: str) -> str:
    return _kinds(f"{_BODY}\n\n{line}\n")[-1][0]


@given(st.text(st.sampled_from("aĐậ1.,;:-–•()%/ \n"), max_size=200))
def test_lines_cover_the_text_in_order(text: str) -> None:
    document = Document(text)
    folded = document.folded.text
    at = 0
    for line in read_layout(document).lines:
        assert folded[at : line.start].strip() == ""
        assert line.start < line.end
        assert document.tokens.starts[line.first] == line.start
        assert document.tokens.ends[line.last - 1] == line.end
        at = line.end
    assert folded[at:].strip() == ""


@pytest.mark.parametrize(
    "line",
    [
        "Toàn cảnh hội nghị",
        "Quang cảnh hội nghị.",
        "(Quang cảnh buổi làm việc)",
        "Các đại biểu dự hội nghị.",
        "Đại biểu tham dự Đại hội",
        "Đ/c Trần Văn Nam – Chủ tịch UBND huyện phát biểu khai mạc",
        "Đồng chí Lê Thị Hoa - Phó Bí thư Huyện ủy kết luận hội nghị.",
        "Ông Nguyễn Văn An (bìa trái) trao quà cho hộ nghèo",
        "Lãnh đạo tỉnh tặng hoa chúc mừng Đại hội.",
        "Trao thưởng cho các tập thể xuất sắc năm 2020.",
        "Công bố quyết định bổ nhiệm. Ảnh: T.V",
        "Ảnh minh họa: Thu hoạch lúa",
        "Ảnh: Minh Anh",
        "[image: hoi-nghi.jpg]",
        "[image: z24981_ab12.jpg]",
        "Ảnh 2: Bí thư Tỉnh ủy phát biểu bế mạc kỳ họp",
        "HĐND thị trấn họp kỳ thứ 9",
    ],
)
def test_captions_stand_beside_the_body(line: str) -> None:
    assert _kind_in_body(line) == "caption"


@pytest.mark.parametrize(
    "line",
    [
        "Phát biểu chỉ đạo Đại hội, đồng chí Lê Văn An đề nghị Đảng bộ phát triển kinh tế.",
        "Đồng chí Chủ tịch UBND huyện yêu cầu các phòng, ban tập trung giải ngân vốn đầu tư công.",
        "Các đại biểu đã thảo luận về các chỉ tiêu năm 2021.",
        "Hội nghị đánh giá công tác thu ngân sách được triển khai tốt.",
        "Lãnh đạo huyện đã trao 120 suất quà cho hộ nghèo.",
        "Hôm nay (23/11), UBND huyện tổ chức hội nghị.",
        "Kinh tế - xã hội của xã tiếp tục ổn định.",
        "Nông dân thu hoạch 1.200 ha lúa",
        "KT - XH của huyện có nhiều chuyển biến.",
        "Giáo dục và đào tạo tiếp tục có chuyển biến tích cực",
    ],
)
def test_sentences_stay_in_the_body(line: str) -> None:
    assert _kind_in_body(line) == "body"


@pytest.mark.parametrize(
    "line",
    ["Công nghiệp, dịch vụ tăng khá", "Vẫn còn những điểm nghẽn", "Nhiều chỉ tiêu vượt kế hoạch"],
)
def test_short_lines_between_paragraphs_are_subheads(line: str) -> None:
    assert _kind_in_body(line) == "subhead"


def test_the_line_below_the_name_of_a_paper_is_its_title() -> None:
    subject = "Tình hình thực hiện nhiệm vụ kinh tế - xã hội năm 2022"
    kinds = _kinds(f"TRUNG TÂM Y TẾ HUYỆN PHƯỚC HƯNG\nBÁO CÁO\n{subject}\n\n{_BODY}\n")
    assert [kind for kind, text in kinds if text == subject] == ["title"]


@pytest.mark.parametrize(
    "line",
    [
        "I. Về kinh tế (8 chỉ tiêu)",
        "NHỮNG DẤU ẤN CỦA NHIỆM KỲ",
        "8. Trong xây dựng nông thôn mới:",
        "* Về kinh tế:",
        "- Về văn hóa - xã hội:",
        "Về quốc phòng - an ninh",
        "Nhiệm vụ trọng tâm năm 2021",
        "PHẦN THỨ NHẤT: KẾT QUẢ THỰC HIỆN",
        "B. PHƯƠNG HƯỚNG, NHIỆM VỤ",
    ],
)
def test_headings_only_name_what_follows(line: str) -> None:
    assert _kind_in_body(line) == "heading"


@pytest.mark.parametrize(
    "line",
    [
        "1. Tốc độ tăng giá trị sản xuất từ 12%/năm trở lên.",
        "7. Thành lập mới 350 doanh nghiệp",
        "a) Phấn đấu thu ngân sách tăng 10%",
        "- Tổng sản lượng lương thực đạt 12.000 tấn;",
        "• Đẩy mạnh cải cách hành chính",
        "+ Giải quyết việc làm cho 1.200 lao động",
        "(1) Đẩy mạnh cải cách hành chính;",
    ],
)
def test_list_lines_are_items(line: str) -> None:
    assert _kind_in_body(line) == "item"


@pytest.mark.parametrize(
    "line",
    [
        "Lượt xem: 97",
        "Đã xem: 1.204",
        "100%",
        "Skip to main content",
        "Trang nhất / Chính trị / Xây dựng Đảng",
        "1. Tin tức 2. Hoạt động UBND 3. Tin trong huyện",
        "Hôm nay, Thứ bảy ngày 14/08/2020",
        "A- A A+ Tăng tương phản",
        "z5012345678.jpg",
        "image banner",
        "Mặc định Cỡ chữ",
        ">> Xã bên cạnh đạt 120% kế hoạch thu ngân sách",
        "KINH TẾ - XÃ HỘI KINH TẾ - XÃ HỘI",
    ],
)
def test_portal_furniture_is_no_body(line: str) -> None:
    assert _kind_in_body(line) == "furniture"


@pytest.mark.parametrize(
    "line",
    [
        "24/11/2020 09:05",
        "Cập nhật: 30/06/2022 15:08 - 1.947 lượt xem",
        "Thứ tư, 29/07/2020, 17:20 [GMT+7]",
        "Publish date 02/07/2017 | 22:41 | View Count: 134",
        "Ngày đưa:  18/10/2018 03:12:40 PM".replace("  ", " "),
    ],
)
def test_stamps_tell_the_day_of_the_page(line: str) -> None:
    kinds = _kinds(f"Huyện An Bình tổng kết công tác năm\n{line}\n\n{_BODY}")
    assert [kind for kind, _ in kinds] == ["title", "stamp", "body"]
    day = Document(f"{line}\n{_BODY}").layout.published_on
    assert day is not None
    assert day.year >= 2017


@pytest.mark.parametrize(
    "line",
    [
        "Thu Báu",
        "MINH THƯ",
        "Bình Minh - Thanh Sơn",
        "TRỌNG HIẾU - MAI LY",
        "Mạnh Hùng (Huyện ủy)",
        "Tin, ảnh: KIM OANH",
        "Tác giả: Nguyễn Văn B",
        "PV",
        "Nguồn: Báo Lao động",
        "Theo Báo Quảng Ninh",
    ],
)
def test_author_after_the_body_is_a_byline(line: str) -> None:
    assert _kind_after_body(line) == "byline"


@pytest.mark.parametrize(
    "end", ["Minh Anh", "Tin cùng chuyên mục", "Xem thêm:", "TAGS", "Tin liên quan"]
)
def test_headlines_after_the_end_are_furniture(end: str) -> None:
    text = (
        f"{_BODY}\n\n{end}\nHuyện Y thu ngân sách 9 tháng đạt 640 tỷ đồng\nHơn 12.000 lượt khách\n"
    )
    assert [kind for kind, _ in _kinds(text)[2:]] == ["furniture", "furniture"]


def test_full_stop_with_slashes_ends_the_body() -> None:
    text = f"{_BODY[:-1]}./.\nHuyện Y thu ngân sách 9 tháng đạt 640 tỷ đồng\n"
    assert _kinds(text)[-1][0] == "furniture"


def test_paragraph_after_a_box_of_links_is_body_again() -> None:
    text = f"{_BODY}\n\nTin liên quan\nHuyện Y họp\n\n{_BODY} {_BODY}\n\n{_BODY}"
    assert [kind for kind, _ in _kinds(text)] == [
        "body", "furniture", "furniture", "body", "body",
    ]  # fmt: skip


def test_list_after_an_arrow_stays_in_the_body() -> None:
    kinds = _kinds(f"{_BODY}\n>> Tin khác của huyện\n- Thu ngân sách đạt 105% dự toán;\n")
    assert kinds[-1][0] == "item"


def test_title_is_found_under_the_menu() -> None:
    document = Document(
        "Skip to main content\nUBND Xã Tân Lập\n"
        "null Tổng kết KT-XH năm 2022\nChi tiết bài viết Tin tức\n"
        f"Tổng kết KT-XH năm 2022\n{_BODY}"
    )
    layout = document.layout
    assert layout.title == "Tổng kết KT-XH năm 2022"
    kinds = [line.kind for line in layout.lines]
    assert kinds.count("title") == 2
    assert kinds[-1] == "body"


def test_repeated_first_paragraph_is_no_title() -> None:
    assert Document(f"Huyện họp tổng kết năm 2020\n{_BODY}\n{_BODY}").layout.title == (
        "Huyện họp tổng kết năm 2020"
    )


@pytest.mark.parametrize(
    ("prefix", "kind"),
    [
        ("date 2022-12", "stamp"),
        ("date 2025-07-29", "stamp"),
        ("(QNO) -", "furniture"),
        ("(NTO)", "furniture"),
        ("(Chinhphu.vn) –", "furniture"),
        ("TTH -", "furniture"),
    ],
)
def test_glued_prefix_is_a_line_of_its_own(prefix: str, kind: str) -> None:
    assert _kinds(f" {prefix} {_BODY}") == [(kind, prefix), ("body", _BODY)]


def test_month_alone_is_no_day_of_publication() -> None:
    assert Document(f" date 2022-12 {_BODY}").layout.published_on is None
    assert Document(f" date 2025-07-29 {_BODY}").layout.published_on == datetime.date(2025, 7, 29)
    assert Document(f"31/02/2020 10:00\n{_BODY}").layout.published_on is None


def test_clock_of_the_visit_is_no_day_of_publication() -> None:
    assert Document(f"Hôm nay, Thứ bảy ngày 14/08/2020\n{_BODY}").layout.published_on is None


@pytest.mark.parametrize("line", ["a\n", "- a\n", "Toàn cảnh\n", "A ", "a / ", "date 2022-", "("])
def test_hostile_page_is_read_in_linear_time(line: str) -> None:
    document = Document(line * (100_000 // len(line)))
    started = time.perf_counter()
    read_layout(document)
    assert time.perf_counter() - started < 5
