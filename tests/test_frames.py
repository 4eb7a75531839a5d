"""Frames: each group of cues moves clauses to the list it speaks for."""

import pytest

from summarizer import explain
from summarizer.framing import FRAMES
from summarizer.lexicon import language
from tests.telling import DATELINE, reported

# What surrounds an example pulls the other way, so that each falls without its group of cues.
RESULT = "Theo báo cáo, thu ngân sách đạt 45 tỷ đồng"
TASK = "Năm 2024, huyện đẩy mạnh chuyển đổi số"
A, D = f"A {RESULT.removeprefix('Theo báo cáo, ')}", f"D {TASK.removeprefix('Năm 2024, ')}"

EXAMPLES: dict[str, list[tuple[str, list[str]]]] = {
    "reported": [
        (
            "Theo báo cáo, kinh tế phát triển; đường liên xã thông suốt.",
            ["A kinh tế phát triển", "A đường liên xã thông suốt"],
        ),
    ],
    "named as a fault": [
        (
            "Hạn chế là công tác tuyên truyền. Có 5 vụ tai nạn giao thông.",
            ["S công tác tuyên truyền", "S 5 vụ tai nạn giao thông"],
        ),
    ],
    "case": [
        (
            "Bà Hồ Thị Lan, Chủ tịch UBND huyện yêu cầu: đối với hồ sơ còn chậm, kiểm điểm cán bộ.",
            ["D đối với hồ sơ còn chậm, kiểm điểm cán bộ"],
        ),
    ],
    "papers it rests on": [
        (
            "Thực hiện Công văn số 3302/UBND-KTTH; UBND huyện yêu cầu các xã rà soát hộ nghèo.",
            ["D các xã rà soát hộ nghèo → các xã"],
        ),
    ],
    "end of a paper": [
        (
            "GIẢI PHÁP\n- Rà soát hộ nghèo.\nTrên đây là báo cáo tình hình thực hiện nhiệm vụ.",
            ["D Rà soát hộ nghèo"],
        ),
    ],
    "completed": [
        ("Các đại biểu đã tham luận. Hoàn thành 12 km đường.", ["A Hoàn thành 12 km đường"]),
    ],
    "section of results": [
        (
            "KẾT QUẢ ĐẠT ĐƯỢC\n1. Đẩy mạnh chuyển đổi số, bảo đảm tiến độ.\n2. Mở 12 lớp học.",
            ["A Đẩy mạnh chuyển đổi số, bảo đảm tiến độ", "A Mở 12 lớp học"],
        ),
        (
            "NHIỆM VỤ\n- Đẩy mạnh chuyển đổi số.\nKẾT QUẢ ĐẠT ĐƯỢC\n- Trồng 12 ha rừng.",
            ["A Trồng 12 ha rừng", "D Đẩy mạnh chuyển đổi số"],
        ),
    ],
    "section of faults": [
        (
            "TỒN TẠI, HẠN CHẾ\n- Thu ngân sách đạt 60% dự toán.\n- Có 5 vụ tai nạn giao thông.",
            ["S Thu ngân sách đạt 60% dự toán", "S 5 vụ tai nạn giao thông"],
        ),
    ],
    "section of goals": [
        (
            "II. HỆ THỐNG CHỈ TIÊU\n- Thu ngân sách đạt 60 tỷ đồng.",
            ["T Thu ngân sách đạt 60 tỷ đồng"],
        ),
        (
            "PHƯƠNG HƯỚNG, MỤC TIÊU\n- Giữ vững quốc phòng - an ninh.",
            ["T Giữ vững quốc phòng - an ninh"],
        ),
    ],
    "section of tasks": [
        ("GIẢI PHÁP\n- Phát triển kinh tế.", ["D Phát triển kinh tế"]),
        (
            f"{RESULT}.\nPHƯƠNG HƯỚNG\n- Thực hiện tốt chính sách người có công, bảo đảm kịp thời.",
            [A, "D Thực hiện tốt chính sách người có công, bảo đảm kịp thời"],
        ),
    ],
    "so far": [
        (
            "Phát biểu tại hội nghị, ông Trần Văn Minh, Chủ tịch UBND huyện yêu cầu các xã rà soát "
            "hộ nghèo. Đến nay, 12/12 xã đạt chuẩn nông thôn mới.",
            ["A 12/12 xã đạt chuẩn nông thôn mới", "D các xã rà soát hộ nghèo → các xã"],
        ),
    ],
    "achieved": [
        ("Phong trào thi đua đạt nhiều dấu ấn.", ["A Phong trào thi đua đạt nhiều dấu ấn"]),
        (f"{TASK}. Các dự án cơ bản hoàn thành.", ["A Các dự án cơ bản hoàn thành", D]),
    ],
    "estimate": [
        (f"{TASK}; thu được 45 tỷ đồng.", ["A thu được 45 tỷ đồng", D]),
    ],
    "past": [
        ("Huyện đã triển khai kế hoạch chuyển đổi số.", ["A triển khai kế hoạch chuyển đổi số"]),
    ],
    "good standing": [
        ("Quốc phòng - an ninh được giữ vững.", ["A Quốc phòng - an ninh được giữ vững"]),
        ("Công tác giảm nghèo được quan tâm.", ["A Công tác giảm nghèo được quan tâm"]),
    ],
    "contrast": [
        (
            f"{RESULT}. Tuy nhiên, còn 5 chỉ tiêu đạt dưới 80%.",
            [A, "S 5 chỉ tiêu đạt dưới 80%"],
        ),
    ],
    "missed": [
        ("Theo báo cáo, thu phí chỉ đạt 60% dự toán.", ["S thu phí chỉ đạt 60% dự toán"]),
    ],
    "ill": [
        (f"{RESULT}; 5 tuyến đường xuống cấp.", [A, "S 5 tuyến đường xuống cấp"]),
    ],
    "faint fault": [
        (
            "Xã bố trí vốn. Hoạt động của một số hợp tác xã khó khăn.",
            ["S Hoạt động của một số hợp tác xã khó khăn"],
        ),
    ],
    "announced": [
        ("Báo cáo cũng chỉ ra những tồn tại, hạn chế và nguyên nhân.", []),
        ("Hội nghị đã chỉ ra những tồn tại, hạn chế.", []),
    ],
    "new, not only": [
        (
            "Theo báo cáo, kết nạp đảng viên mới đạt 100% chỉ tiêu.",
            ["A kết nạp đảng viên mới đạt 100% chỉ tiêu"],
        ),
    ],
    "difficulty named": [
        (
            "Các đại biểu thảo luận công tác giảm nghèo; khó khăn trong giải phóng mặt bằng.",
            ["S khó khăn trong giải phóng mặt bằng"],
        ),
    ],
    "goal": [
        (
            "Về chỉ tiêu đến năm 2025, thu nhập bình quân đạt 60 triệu đồng/người/năm.",
            ["T Về chỉ tiêu đến năm 2025, thu nhập bình quân đạt 60 triệu đồng/người/năm"],
        ),
    ],
    "goal named first": [
        ("Mục tiêu: thu ngân sách đạt 50 tỷ đồng.", ["T thu ngân sách đạt 50 tỷ đồng"]),
        (
            "Các chỉ tiêu: thu ngân sách đạt 50 tỷ đồng; tỷ lệ hộ nghèo còn 1,5%.",
            ["T thu ngân sách đạt 50 tỷ đồng", "T tỷ lệ hộ nghèo còn 1,5%"],
        ),
    ],
    "strive": [
        (
            "Huyện mở 12 lớp học, phấn đấu đạt 50 học viên.",
            ["T Huyện mở 12 lớp học", "T 50 học viên"],
        ),
    ],
    "every year": [
        ("Hằng năm kết nạp 75 đảng viên.", ["T Hằng năm kết nạp 75 đảng viên"]),
    ],
    "floor and ceiling": [
        ("Tỷ lệ hộ nghèo tối đa 1,5%.", ["T Tỷ lệ hộ nghèo tối đa 1,5%"]),
    ],
    "task list": [
        (
            "Nhiệm vụ trọng tâm: công tác giảm nghèo được quan tâm.",
            ["D công tác giảm nghèo được quan tâm"],
        ),
    ],
    "purpose first": [
        (
            f"{RESULT}. Nhằm hoàn thành kế hoạch, huyện phát triển du lịch.",
            [A, "D huyện phát triển du lịch"],
        ),
    ],
    "must": [("Công tác giảm nghèo cần được quan tâm.", [])],
    "go on": [
        ("Huyện tiếp tục phát triển du lịch.", ["D Huyện tiếp tục phát triển du lịch"]),
        ("Huyện tập trung phát triển du lịch.", ["D Huyện tập trung phát triển du lịch"]),
    ],
    "discussion": [
        ("Các đại biểu thảo luận, phân tích công tác giảm nghèo; tập trung giải ngân vốn.", []),
        ("Các đại biểu thảo luận về tình hình thu ngân sách đạt 45 tỷ đồng.", []),
    ],
    "found in discussion": [
        (
            "Thảo luận về năm 2019, các đại biểu thống nhất: kinh tế phát triển khá. "
            "Thu ngân sách 45 tỷ đồng.",
            ["A kinh tế phát triển khá", "A Thu ngân sách 45 tỷ đồng"],
        ),
        (
            "Các đại biểu thảo luận, thống nhất về công tác giảm nghèo; tình hình thu ngân sách.",
            [],
        ),
    ],
    "attendance": [
        ("Tham dự hội nghị có lãnh đạo các phòng, ban, ngành đã có nhiều đóng góp.", []),
    ],
    "meeting": [("Huyện đã tổ chức hội nghị triển khai nhiệm vụ.", [])],
    "awards and votes": [("Các tập thể có nhiều thành tích được khen thưởng.", [])],
    "closing": [("Nhân dịp này, huyện trao 20 suất quà.", [])],
    "effort": [("Huyện đã tập trung lãnh đạo, chỉ đạo thực hiện nhiệm vụ.", [])],
    "adverse condition": [
        ("Theo báo cáo, trong bối cảnh giá vật tư tăng cao, huyện đã nỗ lực làm nhiệm vụ.", []),
    ],
    "adverse context": [("Mặc dù thời tiết đã ảnh hưởng đến sản xuất.", [])],
    "description": [("Theo báo cáo, xã có dân số 23.900 người.", [])],
    "rhetoric": [("Năm 2023 là năm có ý nghĩa quan trọng, có nhiều sự kiện.", [])],
}


@pytest.mark.parametrize(
    ("body", "items"),
    [(body, items) for examples in EXAMPLES.values() for body, items in examples],
)
def test_each_group_of_cues_moves_its_examples(body: str, items: list[str]) -> None:
    assert reported(body) == items


def test_every_group_of_cues_has_an_example() -> None:
    assert {group["name"] for group in language("cues")["cue"]} == set(EXAMPLES)


def test_every_group_of_cues_counts_somewhere_known_and_says_something() -> None:
    for group in language("cues")["cue"]:
        assert group["at"] in {"any", "head", "first", "sentence", "heading"}, group["name"]
        assert group["phrases"], group["name"]
        assert set(group) - {"name", "at", "phrases"} <= {
            *FRAMES,
            "fault_word",
            "announced",
            "effort",
            "context",
            "granted",
            "lasting",
            "must",
            "named_difficulty",
        }, group["name"]


@pytest.mark.parametrize("name", [group["name"] for group in language("cues")["cue"]])
def test_no_group_of_cues_says_a_phrase_twice(name: str) -> None:
    (group,) = (g for g in language("cues")["cue"] if g["name"] == name)
    assert len(set(group["phrases"])) == len(group["phrases"])


@pytest.mark.parametrize(
    ("body", "frame"),
    [
        ("Năm 2022, huyện mở rộng 5 tuyến đường liên xã.", "results"),
        ("Năm 2024, huyện bố trí vốn cho đường liên xã.", "tasks"),
        ("Rà soát hộ nghèo trước ngày 30/6/2024.", "tasks"),
        ("Thu ngân sách đạt 45 tỷ đồng, bằng 120% so với cùng kỳ.", "results"),
        ("Sáng 15/12, Đảng ủy xã Bình An họp bàn công tác tuyển quân.", "aside"),
    ],
)
def test_times_and_contents_speak_for_frames(body: str, frame: str) -> None:
    assert explain(f"{DATELINE}{RESULT}.\n{body}")[-1].frame == frame


def test_a_frame_holds_until_another_outweighs_it() -> None:
    assert reported(
        "Năm 2024, huyện phấn đấu thu ngân sách đạt 50 tỷ đồng; tỷ lệ hộ nghèo còn 1,5%; "
        "tỷ lệ che phủ rừng đạt 42%.\n"
        "Theo báo cáo, năm 2023, thu ngân sách đạt 45 tỷ đồng; hộ nghèo còn 2%."
    ) == [
        "A thu ngân sách đạt 45 tỷ đồng",
        "A hộ nghèo còn 2%",
        "T thu ngân sách đạt 50 tỷ đồng",
        "T tỷ lệ hộ nghèo còn 1,5%",
        "T tỷ lệ che phủ rừng đạt 42%",
    ]


def test_the_frame_of_a_heading_holds_for_all_points_under_it() -> None:
    assert reported(
        "II. TỒN TẠI, HẠN CHẾ\n"
        "- Công tác cải cách hành chính ở một số xã chưa nghiêm.\n"
        "- Tiến độ giải phóng mặt bằng chậm.\n"
        "III. NHIỆM VỤ, GIẢI PHÁP\n"
        "1. Đẩy mạnh cải cách hành chính\n"
        "2. Rà soát hộ nghèo\n"
    ) == [
        "S Công tác cải cách hành chính ở một số xã chưa nghiêm",
        "S Tiến độ giải phóng mặt bằng chậm",
        "D Đẩy mạnh cải cách hành chính",
        "D Rà soát hộ nghèo",
    ]


@pytest.mark.parametrize("verb", ["mở rộng", "nhân rộng"])
def test_to_widen_is_no_description_of_a_place(verb: str) -> None:
    assert reported(f"Năm 2024, huyện {verb} mô hình hợp tác xã.") == [
        f"D huyện {verb} mô hình hợp tác xã"
    ]


def test_nobody_gives_orders_where_nobody_speaks() -> None:
    frames = {d.frame for d in explain(DATELINE + "Các xã rà soát hộ nghèo; tăng cường kiểm tra.")}
    assert "orders" not in frames


def test_the_reasons_of_a_decision_add_up_to_its_scores() -> None:
    text = DATELINE + f"{RESULT}. Tuy nhiên, còn 5 chỉ tiêu đạt dưới 80%. {TASK}."
    for decision in explain(text):
        for frame, total in decision.scores.items():
            weights = [r.weight for r in decision.reasons if r.label == frame]
            assert sum(weights) == pytest.approx(total)
