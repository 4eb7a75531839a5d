"""Parts: clauses cut finer, so that whatever may be an item of its own has numbers of its own."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.clauses import Clause
from summarizer.documents import Document
from summarizer.parts import refine
from summarizer.quotes import CONTINUES, quote_span
from summarizer.reading import Reading, read
from tests.scoring import documents

FIXTURES = Path(__file__).parent.parent / "evals" / "fixtures"
PAGES = [
    pytest.param(text, id=gold["source"])
    for folder in (".", "dev", "genres")
    for gold, text in documents(FIXTURES / folder)
]
STRETCHES = [
    "thu ngân sách đạt 45 tỷ đồng",
    "tăng 2,2% so với cùng kỳ",
    "(năm 2022 là 5.680 tấn)",
    "có 06 Hội quán với 350 thành viên",
    "các xã rà soát hộ nghèo trước ngày 31/8",
    "an ninh được giữ vững",
    "còn tiềm ẩn nguy cơ",
    "cần tăng cường kiểm tra",
    "mặc dù dịch bệnh",
    "các cơ quan, đơn vị",
    "“vì Nhân dân phục vụ”",
    "250/326 ha",
    "nên",
    "(",
    ")",
]
SIGNS = [", ", "; ", ". ", ": ", " ", " (", ") ", "\n", "…"]


def marked(text: str) -> str:
    """The text with "| " where a part begins."""
    reading = refine(read(Document(text)))
    folded = reading.document.folded.text
    return "| ".join(folded[c.start : c.end] for c in reading.clauses)


def families(coarse: Reading, fine: Reading) -> list[tuple[Clause, list[Clause]]]:
    """Each clause with its parts."""
    return [
        (whole, [c for c in fine.clauses if whole.start <= c.start < whole.end])
        for whole in coarse.clauses
    ]


@pytest.mark.parametrize(
    "parts",
    [
        # statements between commas, where one of them counts
        "Thu ngân sách đạt 45 tỷ đồng, | tỷ lệ hộ nghèo còn 0,85%.",
        "Các cấp hòa giải thành 61/66 vụ việc, | không để phát sinh đơn thư vượt cấp.",
        "Tốc độ phát triển kinh tế đạt 7,11%, | cao hơn bình quân toàn tỉnh.",
        "Có 4.503 hộ vay vốn, | tăng 9,2 tỷ đồng so với đầu năm.",
        # statements without figures that may stand in different lists
        "Công tác quản lý đất đai còn phức tạp, | cấp ủy cần chỉ đạo rà soát toàn bộ diện tích.",
        "Thị trấn đạt đô thị loại 4, | thu hút đầu tư các cụm công nghiệp.",
        "Mặc dù dịch bệnh ảnh hưởng, | huyện đạt nhiều dấu ấn.",
        # a semicolon that clauses read over
        "Quan tâm phụ nữ đơn thân, phụ nữ khuyết tật; | từng cơ sở chọn một việc cụ thể.",
        # brackets with an indicator of their own
        "Công nhận lại 03 trường đạt chuẩn (| mức độ 2: | 01 trường).",
        # what leads to a counted thing, to an action that counts, to the name of an indicator
        "Phong trào Hội quán có | 06 Hội quán sinh hoạt.",
        "Trung tâm Phục vụ hành chính công | tiếp nhận 9.842 hồ sơ.",
        "Các xã vùng bãi | nạo vét 26 km kênh nội đồng.",
        "Sàn giao dịch | giới thiệu việc làm cho 50 lao động.",
        "Hội nhận ủy thác với Ngân hàng CSXH | tổng dư nợ 142,7 tỷ đồng.",
        "Các cấp Hội | mở 12 lớp dạy nghề | với | 526 học viên.",
        # what follows a figure
        "Sản lượng khai thác đạt 21.640 tấn | do giá nhiên liệu tăng cao.",
        "Các xã | xóa xong 43 căn nhà tạm | trước ngày 31/8.",
        "Quyết tâm đưa huyện đạt chuẩn nông thôn mới | trước khi kết thúc nhiệm kỳ.",
        # turns without a sign
        "Cả hệ thống chính trị cùng cố gắng nên | kinh tế có nhiều điểm sáng.",
        "Huyện đã | bàn giao 96,4 ha mặt bằng sạch | và đề nghị tỉnh sớm tháo gỡ vướng mắc.",
    ],
)
def test_whatever_may_be_an_item_has_numbers_of_its_own(parts: str) -> None:
    assert marked(parts.replace("| ", "")) == parts


@pytest.mark.parametrize(
    "whole",
    [
        "Tăng cường tuyên truyền, đẩy mạnh cải cách hành chính, nâng cao chất lượng cán bộ.",
        "Chỉ đạo các cơ quan, đơn vị; các xã, thị trấn tổ chức thực hiện kế hoạch.",
        "Người dân đón Tết vui vẻ, lành mạnh, an toàn, tiết kiệm.",
        "Sản lượng đạt 5.807 tấn, tăng 2,2% so với cùng kỳ (năm 2019 là 5.680 tấn).",
        "Có 3.250 lượt hộ vay vốn, tăng 200 hộ so với đầu năm.",
        "Nâng số trường đạt chuẩn lên 32/57 trường.",
        "Xây dựng “Nông thôn mới, đô thị văn minh”.",
    ],
)
def test_lists_of_names_and_figures_of_one_indicator_stay_whole(whole: str) -> None:
    assert marked(whole) == whole


@pytest.mark.parametrize("text", PAGES)
def test_parts_of_a_clause_are_quoted_together_as_the_clause_is(text: str) -> None:
    coarse = read(Document(text))
    for whole, parts in families(coarse, refine(coarse)):
        if whole.sentence >= 0:
            for measured in (True, False):
                quotes = [
                    quote_span(coarse.words, coarse.openings, run, measured=measured)
                    for run in (parts, [whole])
                ]
                assert quotes[0] == quotes[1], coarse.words_of(whole.first, whole.last)


def assert_covers(coarse: Reading, fine: Reading) -> None:
    assert [c.number for c in fine.clauses] == list(range(1, len(fine.clauses) + 1))
    assert all(one.end == other.start for one, other in pairwise(fine.clauses))
    for whole, parts in families(coarse, fine):
        assert (parts[0].start, parts[-1].end) == (whole.start, whole.end)
        assert (parts[0].first, parts[-1].last) == (whole.first, whole.last)
        assert [f for part in parts for f in part.figures] == list(whole.figures)
        assert [part.opener for part in parts] == [whole.opener, *[CONTINUES] * (len(parts) - 1)]
        assert all(part.first < part.last for part in parts)


@pytest.mark.parametrize("text", PAGES)
def test_parts_cover_a_page_exactly_once(text: str) -> None:
    coarse = read(Document(text))
    assert_covers(coarse, refine(coarse))


@given(st.lists(st.tuples(st.sampled_from(STRETCHES), st.sampled_from(SIGNS)), max_size=12))
def test_parts_cover_any_text_exactly_once(told: list[tuple[str, str]]) -> None:
    coarse = read(Document("".join(words + sign for words, sign in told)))
    assert_covers(coarse, refine(coarse))


def test_numbers_stay_affordable() -> None:
    readings = [read(Document(page.values[0])) for page in PAGES]
    coarse = sum(len(reading.clauses) for reading in readings)
    fine = sum(len(refine(reading).clauses) for reading in readings)
    print(f"{coarse / len(PAGES):.1f} clauses, {fine / len(PAGES):.1f} parts a document")
    assert coarse < fine <= 1.5 * coarse
