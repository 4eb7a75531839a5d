"""Times: what is found, when it ends, whether it looks back or ahead."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.documents import Document
from summarizer.times import (
    Anchor,
    TimeMention,
    deadline_in,
    find_times,
    last_day,
    resolve,
    target_deadline_in,
    tense,
)

DECEMBER = Anchor(dt.date(2020, 12, 21), None, "2020", "2021")
JUNE = Anchor(dt.date(2022, 6, 30), None, "6 tháng đầu năm 2022", "6 tháng cuối năm 2022")
OCTOBER = Anchor(dt.date(2025, 10, 3), None, "9 tháng năm 2025", "quý IV năm 2025")
CONGRESS = Anchor(dt.date(2020, 7, 29), None, "2015 - 2020", "2020 - 2025")


def written(text: str) -> list[str]:
    document = Document(text)
    return [document.folded.text[m.start : m.end] for m in find_times(document)]


@pytest.mark.parametrize(
    ("text", "anchor", "day"),
    [
        ("trong tháng 11/2021", DECEMBER, "2021-11-30"),
        ("Trong tháng 01/2021", DECEMBER, "2021-01-31"),
        ("trong quý I", DECEMBER, "2021-03-31"),
        ("trước ngày 15/01", DECEMBER, "2021-01-15"),
        ("chậm nhất là ngày 05 tháng 02 năm 2021", DECEMBER, "2021-02-05"),
        ("từ nay đến cuối năm", DECEMBER, "2021-12-31"),
        ("năm 2021", DECEMBER, "2021-12-31"),
        ("đến hết năm 2025", DECEMBER, "2025-12-31"),
        ("trước ngày 22/7", JUNE, "2022-07-22"),
        ("Sáu tháng cuối năm", JUNE, "2022-12-31"),
        ("đến hết quý III", JUNE, "2022-09-30"),
        ("đến 31/12/2022", JUNE, "2022-12-31"),
        ("trong tháng 7 và những tháng cuối năm", JUNE, "2022-12-31"),
        ("chậm nhất ngày 31.10", OCTOBER, "2025-10-31"),
        ("trước 25.10", OCTOBER, "2025-10-25"),
        ("Quý IV", OCTOBER, "2025-12-31"),
        ("nhiệm kỳ 2010 – 2015", DECEMBER, "2015-12-31"),
        ("hết nhiệm kỳ", CONGRESS, "2025-12-31"),
        ("vào năm 2025", CONGRESS, "2025-12-31"),
        ("trong 3 tháng cuối năm 2018", Anchor(), "2018-12-31"),
    ],
)
def test_a_deadline_as_written_has_its_last_day(text: str, anchor: Anchor, day: str) -> None:
    assert resolve(text, anchor) == dt.date.fromisoformat(day)


@pytest.mark.parametrize(
    "text", ["thời gian tới", "trước mắt", "31/2/2021", "", "sớm", "đầu năm 2022"]
)
def test_what_names_no_day_resolves_to_none(text: str) -> None:
    assert resolve(text, DECEMBER) is None


@pytest.mark.parametrize(
    ("text", "anchor", "expected"),
    [
        ("Năm 2020", DECEMBER, "past"),
        ("Năm 2021", DECEMBER, "future"),
        ("Đến nay", DECEMBER, "past"),
        ("Trước mắt", DECEMBER, "future"),
        ("Từ đầu năm đến nay", DECEMBER, "past"),
        ("Tính đến 31/8", OCTOBER, "past"),
        ("6 tháng đầu năm", JUNE, "past"),
        ("Sáu tháng cuối năm", JUNE, "future"),
        ("Chín tháng qua", OCTOBER, "past"),
        ("Quý IV", OCTOBER, "future"),
        ("Những tháng còn lại", JUNE, "future"),
        ("Nhiệm kỳ 2015 - 2020", CONGRESS, "past"),
        ("Nhiệm kỳ 2020 - 2025", CONGRESS, "future"),
        ("Năm nay", Anchor(dt.date(2010, 1, 9), None, "2009", "2010"), "future"),
    ],
)
def test_a_time_at_the_head_of_a_sentence_looks_back_or_ahead(
    text: str, anchor: Anchor, expected: str
) -> None:
    assert tense(find_times(Document(text))[0], anchor) == expected


@pytest.mark.parametrize(
    "text",
    [
        "năm công tác 2020",
        "Năm học 2019",
        "năm học 2019 - 2020",
        "năm tài chính 2020",
        "năm ngân sách 2020",
        "năm kế hoạch 2020",
    ],
)
def test_a_year_may_have_a_name_before_its_number(text: str) -> None:
    document = Document(f"Nhìn lại {text} và bàn phương hướng năm 2021")
    year, after = find_times(document)
    assert document.folded.text[year.start : year.end] == text
    assert year.moment.kind == "year"
    assert after.moment.year == 2021


@pytest.mark.parametrize("text", ["năm công tác", "năm học mới 2020 em", "năm công 2020 tác"])
def test_other_words_between_make_no_year(text: str) -> None:
    assert written(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "từ 2 - 4 hộ",
        "5/6 sao",
        "tỷ lệ 1/500",
        "đạt 9,9%",
        "250/326 ha",
        "năm xã",
        "hoa quý",
        "20 tỷ đồng",
    ],
)
def test_quantities_are_no_times(text: str) -> None:
    assert written(text) == []


def test_the_bounding_word_belongs_to_the_mention() -> None:
    assert written(
        "hoàn thành chậm nhất là ngày 20/7, báo cáo trước 25.10; xong trong tháng 8/2022"
    ) == [
        "chậm nhất là ngày 20/7",
        "trước 25.10",
        "trong tháng 8/2022",
    ]


def whole(text: str, anchor: Anchor | None = None) -> tuple[Document, tuple[TimeMention, ...], int]:
    document = Document(text)
    del anchor
    return document, find_times(document), len(document.tokens)


@pytest.mark.parametrize(
    "text",
    [
        "rà soát các khoản nợ thuế, hoàn thành trong tháng 8/2022",
        "báo cáo kết quả chậm nhất ngày 17/5/2021",
        "thực hiện 14 nhiệm vụ trọng tâm trong 3 tháng cuối năm 2018",
        "phấn đấu đến năm 2023 lấp đầy trên 60% diện tích",
    ],
)
def test_a_time_bound_on_an_action_is_its_deadline(text: str) -> None:
    document, times, last = whole(text)
    assert deadline_in(document, times, 0, last) is not None


@pytest.mark.parametrize(
    "text",
    [
        "tổ chức triển khai kế hoạch ngay từ đầu năm",
        "trước mắt, tổ chức tốt Tuần văn hóa du lịch",
        "đẩy mạnh giải ngân trong thời gian tới",
        "chuẩn bị cho mùa du lịch năm 2021",
        "tổ chức bầu cử nhiệm kỳ 2021-2026",
        "xây dựng kế hoạch 5 năm 2021-2025",
        "thực hiện Chỉ thị số 40-CT/TW ngày 11/06/2018 của Ban Bí thư",
        "thay thế chủ đầu tư nếu đến hết năm 2025 vẫn không triển khai",
        "Trong 6 tháng cuối năm, huyện thường xuyên kiểm tra",
        "hoàn thành nhiệm vụ năm 2021",
    ],
)
def test_frames_papers_and_conditions_are_no_deadlines(text: str) -> None:
    document, times, last = whole(text)
    assert deadline_in(document, times, 0, last) is None


def test_the_end_stated_for_a_target_is_found() -> None:
    document, times, last = whole(
        "Thu nhập tăng 5% so với năm 2020, đến năm 2025 đạt 72 triệu đồng"
    )
    mention = target_deadline_in(document, times, 0, last)
    assert mention is not None
    assert last_day(mention, CONGRESS) == dt.date(2025, 12, 31)


PIECES = (
    "ngày tháng quý năm nhiệm kỳ giai đoạn trước đến hết trong cuối đầu và - / . , ; ( ) 6 30 11 "
    "2020 2025 9.9 31.12.2021 iv III sáng nay qua tới 20214 99 0 00 chậm nhất từ so với của"
)
WORDS = st.sampled_from([*PIECES.split(), "\n"])


@given(st.lists(WORDS, max_size=40).map(" ".join))
def test_mentions_are_in_order_inside_the_text_and_never_fail(text: str) -> None:
    document = Document(text)
    times = find_times(document)
    for mention in times:
        assert 0 <= mention.first <= mention.core < mention.last <= len(document.tokens)
        assert document.folded.text[mention.start : mention.end].strip()
        for anchor in (Anchor(), DECEMBER, JUNE, CONGRESS):
            last_day(mention, anchor)
            tense(mention, anchor)
    assert all(a.last <= b.first for a, b in pairwise(times))
    deadline_in(document, times, 0, len(document.tokens))
    target_deadline_in(document, times, 0, len(document.tokens), JUNE)
