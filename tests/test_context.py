"""Context: place, body, meeting, day, chair and periods of a report."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.summary import Context
from summarizer.context import read_context
from summarizer.documents import Document
from summarizer.layout import read_layout
from summarizer.people import find_people
from summarizer.times import Anchor, find_times


def read(text: str) -> tuple[Context, Anchor]:
    document = Document(text)
    return read_context(
        document, read_layout(document), find_times(document), find_people(document)
    )


SESSION = """Thị xã Hưng Hải: Nhiều chỉ tiêu 6 tháng vượt tiến độ
Cập nhật: 30/06/2022 15:08 - 1.947 lượt xem

Sáng 30/6, UBND thị xã Hưng Hải họp phiên thường kỳ tháng 6, đánh giá tình hình kinh tế - xã hội \
6 tháng đầu năm và bàn nhiệm vụ 6 tháng cuối năm 2022. Ông Trương Đình Quyết - Phó Bí thư Thị ủy, \
Chủ tịch UBND thị xã chủ trì phiên họp; lãnh đạo 14 xã, phường dự trực tuyến.
"""


def test_the_dateline_tells_place_body_day_chair_and_periods() -> None:
    context, anchor = read(SESSION)
    assert context.locality == "thị xã Hưng Hải"
    assert context.body == "UBND thị xã Hưng Hải"
    assert context.held_on == dt.date(2022, 6, 30)
    assert context.chair is not None
    assert context.chair.name == "Trương Đình Quyết"
    assert context.chair.posts == ("Phó Bí thư Thị ủy", "Chủ tịch UBND thị xã")
    assert context.event is not None
    assert context.event.startswith("họp phiên thường kỳ tháng 6, đánh giá")
    assert (context.period, context.plan_period) == (
        "6 tháng đầu năm 2022",
        "6 tháng cuối năm 2022",
    )
    assert anchor.planned == (dt.date(2022, 7, 1), dt.date(2022, 12, 31))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        (
            "Chiều 6/12, Ban CHQS huyện Điền Long tổng kết năm 2022, triển khai nhiệm vụ năm 2023.",
            "2022-12-06",
        ),
        ("Sáng 15/01, UBND huyện Yên Hàm giao kế hoạch kinh tế xã hội năm 2019.", "2019-01-15"),
        (
            "Ngày 11/01, Đảng bộ xã An Hòa tổng kết năm 2020, triển khai nhiệm vụ năm 2021.",
            "2021-01-11",
        ),
        ("Chiều 29/12, UBND xã An Hòa triển khai nhiệm vụ năm 2021.", "2020-12-29"),
        ("Sáng 12/1, UBND xã An Hòa tổng kết công tác năm 2020.", "2021-01-12"),
        (
            "Sau hai ngày làm việc (28 và 29/7/2020), Đại hội Đảng bộ huyện An Phụng bế mạc.",
            "2020-07-29",
        ),
    ],
)
def test_a_day_without_a_year_is_dated_by_the_years_reported_on(text: str, day: str) -> None:
    assert read(text)[0].held_on == dt.date.fromisoformat(day)


def test_a_stamp_of_years_later_does_not_date_the_meeting() -> None:
    text = (
        "UBND xã An Hòa tổng kết năm 2016\n\n15/08/2019 09:00\n\n"
        "Sáng 20/12, UBND xã An Hòa tổng kết công tác năm 2016, triển khai nhiệm vụ năm 2017."
    )
    assert read(text)[0].held_on == dt.date(2016, 12, 20)


def test_the_term_of_a_council_is_no_plan_and_that_of_a_congress_is() -> None:
    council = read("HĐND xã An Hòa khóa XI, nhiệm kỳ 2016 - 2021 họp kỳ thứ 10 đánh giá năm 2019.")[
        0
    ]
    assert (council.period, council.plan_period) == ("2019", None)
    congress = read(
        "Đại hội Đảng bộ xã An Hòa lần thứ I, nhiệm kỳ 2025 - 2030\n\nNgày 28/7, Đại hội họp."
    )[0]
    assert congress.plan_period == "2025 - 2030"


def test_a_paper_in_capitals_is_told_in_running_case() -> None:
    context, _ = read(
        "TRUNG TÂM Y TẾ HUYỆN PHƯỚC HƯNG\nBÁO CÁO\n"
        "Kết quả công tác y tế năm 2023 và phương hướng năm 2024\n\n"
        "Năm 2023, trung tâm khám bệnh cho 168.420 lượt người, đạt 103,2% kế hoạch năm."
    )
    assert context.locality == "huyện Phước Hưng"
    assert (context.period, context.plan_period) == ("2023", "2024")


def test_a_year_of_work_is_the_period_that_is_looked_back_upon() -> None:
    context, _ = read(
        "Ngày 11/01, Đảng bộ Khối nhìn lại một năm công tác 2020 và bàn phương hướng năm 2021."
    )
    assert (context.period, context.plan_period) == ("2020", "2021")


def test_meetings_of_a_legal_basis_are_none_of_the_report() -> None:
    context, _ = read(
        "Thực hiện Nghị quyết số 46/NQ-HĐND của HĐND xã tại kỳ họp thứ 6, "
        "UBND xã Yên Mộc ban hành Kế hoạch năm 2026 với các nội dung sau:"
    )
    assert context.event is None


def test_a_deadline_ahead_is_no_period_of_review() -> None:
    context, _ = read(
        "Ngày 19/12/2025, HĐND phường Hòa Lộc tổ chức kỳ họp thứ 4.\n\n"
        "Chủ tịch HĐND phường đề nghị UBND phường khảo sát ngập úng trong quý I/2026."
    )
    assert context.period is None


def test_a_body_speaks_through_the_head_who_led() -> None:
    context, _ = read(
        "Ngày 02/3/2023, Phó Chủ tịch UBND huyện Bùi Văn Thoại chủ trì họp. "
        "Sau khi nghe Trung tâm Phát triển quỹ đất báo cáo, Phó Chủ tịch kết luận."
    )
    assert context.body == "UBND huyện"


def test_a_page_that_tells_nothing_of_a_meeting_has_an_empty_context() -> None:
    assert read("Trời hôm qua nắng đẹp trên khắp các cánh đồng.")[0] == Context()


@given(st.text(max_size=200))
def test_any_text_has_a_context(text: str) -> None:
    read(text)
