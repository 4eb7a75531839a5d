"""Quotes: the smallest passage that holds what an item says."""

import pytest

from tests.telling import reported


@pytest.mark.parametrize(
    ("body", "item"),
    [
        # frames stay outside
        ("Năm 2023, thu ngân sách đạt 45 tỷ đồng.", "A thu ngân sách đạt 45 tỷ đồng"),
        ("Đến nay, thu ngân sách đạt 45 tỷ đồng;", "A thu ngân sách đạt 45 tỷ đồng"),
        (
            "Theo báo cáo, trên lĩnh vực văn hóa - xã hội, có 06 xã đạt chuẩn y tế.",
            "A có 06 xã đạt chuẩn y tế",
        ),
        ("Huyện phấn đấu trồng 12 ha rừng.", "T trồng 12 ha rừng"),
        # a long run-up to a counted thing
        (
            "Theo báo cáo, các đơn vị chuyên môn thực hiện các nhiệm vụ phát triển kinh tế, "
            "15/15 chỉ tiêu kinh tế - xã hội đều đạt kế hoạch.",
            "A 15/15 chỉ tiêu kinh tế - xã hội đều đạt kế hoạch",
        ),
        (
            "Qua đánh giá chất lượng tổ chức cơ sở đảng và đảng viên năm 2023 có 10/16 chi bộ "
            "hoàn thành tốt nhiệm vụ.",
            "A 10/16 chi bộ hoàn thành tốt nhiệm vụ",
        ),
        # whole clauses, purposes included
        (
            "Đồng chí Lê Văn Nam – Bí thư Huyện ủy yêu cầu tăng cường tuyên truyền nhằm nâng cao "
            "nhận thức, góp phần giữ vững an ninh.",
            "D tăng cường tuyên truyền nhằm nâng cao nhận thức, góp phần giữ vững an ninh",
        ),
        # copied, typing errors included
        ("Theo báo cáo, thu ngân sach  đạt 45 tỷ đồng .", "A thu ngân sach  đạt 45 tỷ đồng"),
        # brackets that close stay, those that were opened before do not
        (
            "Theo báo cáo, thu ngân sách đạt 45 tỷ đồng (tăng 2,2%).",
            "A thu ngân sách đạt 45 tỷ đồng (tăng 2,2%)",
        ),
    ],
)
def test_quotes_hold_what_is_said_and_no_more(body: str, item: str) -> None:
    assert reported(body) == [item]


def test_no_quote_ends_in_a_separator() -> None:
    body = "Theo báo cáo, thu phí đạt 45 tỷ đồng,; an ninh được giữ vững…; đời sống được nâng lên."
    for line in reported(body):
        assert line[-1].isalpha()
