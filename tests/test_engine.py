"""The embedded engine: what the four lists mean, rule by rule (annotation guide, rules 1-24)."""

import datetime
import gc
from pathlib import Path

import pytest

from schemas import Directive, Summary
from summarizer import Document, Summarizer, explain
from summarizer.lexicon import language
from tests.telling import DATELINE, reported, told

SECRETARY = "Đồng chí Lê Văn Nam – Bí thư Huyện ủy"
CHAIR = "ông Trần Văn Minh, Chủ tịch UBND huyện"


def summary_of(body: str) -> Summary:
    return Summarizer()(DATELINE + body)


def issuers(directives: tuple[Directive, ...]) -> list[tuple[str, str] | None]:
    return [(d.issuer.name, d.issuer.kind) if d.issuer else None for d in directives]


RULES = [
    # results
    (
        1,
        "Theo báo cáo, quốc phòng - an ninh được giữ vững.",
        ["A quốc phòng - an ninh được giữ vững"],
    ),
    (2, "Năm 2023, huyện đã tập trung lãnh đạo, chỉ đạo các nhiệm vụ.", []),
    (2, "Theo báo cáo, giảm nghèo được quan tâm.", ["A giảm nghèo được quan tâm"]),
    (
        3,
        "Theo báo cáo, mặc dù dịch bệnh diễn biến phức tạp, nhưng thu ngân sách đạt 45 tỷ đồng.",
        ["A thu ngân sách đạt 45 tỷ đồng"],
    ),
    (
        3,
        "Theo báo cáo, mặc dù dịch bệnh phức tạp, kinh tế của huyện vẫn phát triển ổn định.",
        ["A kinh tế của huyện vẫn phát triển ổn định"],
    ),
    (
        4,
        "Theo báo cáo, thu ngân sách đạt 93,8% kế hoạch.",
        ["A thu ngân sách đạt 93,8% kế hoạch"],
    ),
    (4, "Theo báo cáo, thu phí chỉ đạt 60% dự toán.", ["S thu phí chỉ đạt 60% dự toán"]),
    (
        4,
        "Theo báo cáo, tai nạn giao thông có chiều hướng tăng.",
        ["S tai nạn giao thông có chiều hướng tăng"],
    ),
    (5, "Hội nghị đã chỉ ra những tồn tại, hạn chế.", []),
    (
        5,
        f"{SECRETARY} yêu cầu các xã: công tác quản lý đất đai còn tiềm ẩn nguy cơ mất ổn định, "
        "cần tăng cường kiểm tra.",
        [
            "S công tác quản lý đất đai còn tiềm ẩn nguy cơ mất ổn định",
            "D cần tăng cường kiểm tra → các xã",
        ],
    ),
    (
        5,
        "Các đại biểu thảo luận công tác giảm nghèo; khó khăn trong giải phóng mặt bằng.",
        ["S khó khăn trong giải phóng mặt bằng"],
    ),
    (
        6,
        "Theo báo cáo, thu ngân sách đạt 45 tỷ đồng.\n"
        "Dịp này, UBND huyện tặng giấy khen cho 12 tập thể, 30 cá nhân; 18 xã ký cam kết thi đua.",
        ["A thu ngân sách đạt 45 tỷ đồng"],
    ),
    (
        6,
        "Theo báo cáo, huyện được Thủ tướng Chính phủ công nhận đạt chuẩn nông thôn mới.",
        ["A huyện được Thủ tướng Chính phủ công nhận đạt chuẩn nông thôn mới"],
    ),
    (
        7,
        "Xã Bình An được thành lập từ ba xã, diện tích tự nhiên 214 km2, dân số 23.900 người.\n"
        "Theo báo cáo, thu ngân sách đạt 45 tỷ đồng.",
        ["A thu ngân sách đạt 45 tỷ đồng"],
    ),
    # plans
    (
        9,
        "Năm 2024, huyện phấn đấu xây dựng Đảng bộ trong sạch, vững mạnh.",
        ["T xây dựng Đảng bộ trong sạch, vững mạnh"],
    ),
    (9, "Năm 2024, huyện đẩy mạnh chuyển đổi số.", ["D huyện đẩy mạnh chuyển đổi số"]),
    (
        9,
        "Mục tiêu đến năm 2025: thu nhập bình quân đạt 60 triệu đồng/người/năm; giữ vững an ninh.",
        ["T thu nhập bình quân đạt 60 triệu đồng/người/năm", "T giữ vững an ninh"],
    ),
    (
        10,
        "Năm 2024, huyện tập trung phát triển du lịch; đẩy mạnh cải cách hành chính.",
        ["D huyện tập trung phát triển du lịch", "D đẩy mạnh cải cách hành chính"],
    ),
    (
        12,
        f"{SECRETARY} yêu cầu các xã tập trung giảm tỷ lệ hộ nghèo xuống còn 2,4%.",
        [
            "T các xã tập trung giảm tỷ lệ hộ nghèo xuống còn 2,4%",
            "D các xã tập trung giảm tỷ lệ hộ nghèo xuống còn 2,4% → các xã",
        ],
    ),
    (
        13,
        "Các đại biểu thảo luận về công tác giảm nghèo, nông thôn mới; cải cách hành chính.",
        [],
    ),
    (
        14,
        "Năm 2024, huyện phấn đấu thu ngân sách đạt 50 tỷ đồng.\n"
        f"Bế mạc hội nghị, {CHAIR} yêu cầu phấn đấu thu ngân sách đạt 50 tỷ đồng.",
        ["T thu ngân sách đạt 50 tỷ đồng"],
    ),
    (15, "Năm 2024, huyện đề ra 18 chỉ tiêu, 5 nhiệm vụ trọng tâm.", []),
    # granularity
    (
        16,
        "Theo báo cáo, hộ nghèo còn 0,85%, hộ cận nghèo còn 1,92%.",
        ["A hộ nghèo còn 0,85%", "A hộ cận nghèo còn 1,92%"],
    ),
    (
        16,
        "Theo báo cáo, sản lượng đạt 5.807 tấn (năm 2022 là 5.680 tấn), tăng 2,2% so với cùng kỳ.",
        ["A sản lượng đạt 5.807 tấn (năm 2022 là 5.680 tấn), tăng 2,2% so với cùng kỳ"],
    ),
    (
        17,
        "Theo báo cáo, văn hóa, giáo dục, y tế được quan tâm; an ninh được giữ vững.",
        ["A văn hóa, giáo dục, y tế được quan tâm", "A an ninh được giữ vững"],
    ),
    (
        17,
        f"{SECRETARY} yêu cầu tăng cường kiểm tra nhằm giữ vững an ninh, góp phần xóa nghèo.",
        ["D tăng cường kiểm tra nhằm giữ vững an ninh, góp phần xóa nghèo"],
    ),
    (
        18,
        "Theo báo cáo, huyện thành lập mới 03 HTX, nâng tổng số lên 17 HTX.",
        ["A huyện thành lập mới 03 HTX, nâng tổng số lên 17 HTX"],
    ),
    # evidence
    (19, "Theo báo cáo, thu ngân sách  đạt 45 tỷ đồng ;", ["A thu ngân sách  đạt 45 tỷ đồng"]),
    (20, "Năm 2024, phấn đấu thu ngân sách đạt 50 tỷ đồng.", ["T thu ngân sách đạt 50 tỷ đồng"]),
    (
        21,
        f"{SECRETARY} yêu cầu các cơ quan, đơn vị; các xã tổ chức tuyên truyền.",
        ["D các cơ quan, đơn vị; các xã tổ chức tuyên truyền → các cơ quan, đơn vị; các xã"],
    ),
    (
        21,
        f'{SECRETARY} yêu cầu các xã tuyên truyền về "An toàn; văn minh"; rà soát hộ nghèo.',
        ['D các xã tuyên truyền về "An toàn; văn minh" → các xã', "D rà soát hộ nghèo → các xã"],
    ),
    (
        22,
        f"{SECRETARY} đề nghị tập trung rà soát hộ nghèo.",
        ["D tập trung rà soát hộ nghèo"],
    ),
    (
        23,
        f"{SECRETARY} yêu cầu các xã rà soát hộ nghèo. Phòng Tài chính - Kế hoạch tham mưu cân đối "
        "ngân sách; đẩy mạnh thu thuế.",
        [
            "D các xã rà soát hộ nghèo → các xã",
            "D Phòng Tài chính - Kế hoạch tham mưu cân đối ngân sách → Phòng Tài chính - Kế hoạch",
            "D đẩy mạnh thu thuế → các xã",
        ],
    ),
    (
        24,
        "Theo báo cáo, huyện mở 19 lớp dạy nghề với 817 học viên.",
        ["A huyện mở 19 lớp dạy nghề", "A lớp dạy nghề với 817 học viên"],
    ),
]


@pytest.mark.parametrize(
    ("body", "items"), [r[1:] for r in RULES], ids=[f"rule {r[0]}" for r in RULES]
)
def test_the_rules_of_the_guide_hold(body: str, items: list[str]) -> None:
    assert reported(body) == items


MENDED = [
    (
        f"{SECRETARY} yêu cầu Công ty Môi trường An Phú thu gom hết rác tồn đọng.",
        ["D Công ty Môi trường An Phú thu gom hết rác tồn đọng → Công ty Môi trường An Phú"],
    ),
    (
        "HĐND xã thông qua nghị quyết với 2 chỉ tiêu: thu ngân sách 60 tỷ đồng; trồng 5 ha rừng.",
        ["T thu ngân sách 60 tỷ đồng", "T trồng 5 ha rừng"],
    ),
    (
        "Hạn chế là tội phạm gia tăng, xảy ra 136 vụ, tăng 41 vụ.",
        ["S tội phạm gia tăng, xảy ra 136 vụ, tăng 41 vụ"],
    ),
    (
        f"{SECRETARY} yêu cầu:\n1. Các xã rà soát hộ nghèo.\n2. Đối với xã chưa nộp báo cáo, "
        "kiểm điểm người đứng đầu.",
        [
            "D Các xã rà soát hộ nghèo → Các xã",
            "D Đối với xã chưa nộp báo cáo, kiểm điểm người đứng đầu",
        ],
    ),
    (
        f"{SECRETARY} yêu cầu Ban Quản lý dự án đẩy nhanh tuyến đường An Phú (dài 12,4 km).",
        ["D Ban Quản lý dự án đẩy nhanh tuyến đường An Phú (dài 12,4 km) → Ban Quản lý dự án"],
    ),
    (
        f"{SECRETARY} giao các xã rà soát hộ nghèo; giao Công an huyện mở đợt cao điểm.",
        [
            "D các xã rà soát hộ nghèo → các xã",
            "D Công an huyện mở đợt cao điểm → Công an huyện",
        ],
    ),
    (
        "Theo báo cáo, lúc 17:20 ngày 5/6, mực nước đạt 5 m.",
        ["A lúc 17:20 ngày 5/6, mực nước đạt 5 m"],
    ),
    (
        "Theo báo cáo, tỷ lệ che phủ rừng: trên 42%; khoai tây: 14 ha.",
        ["A tỷ lệ che phủ rừng: trên 42%", "A khoai tây: 14 ha"],
    ),
    (
        "Theo báo cáo, thu ngân sách đạt 45 tỷ đồng. Đại hội đã bầu ban chấp hành gồm 15 người.",
        ["A thu ngân sách đạt 45 tỷ đồng"],
    ),
    (
        "Huyện phấn đấu các chỉ tiêu chính gồm: tỷ lệ hộ nghèo còn 1,5%.",
        ["T tỷ lệ hộ nghèo còn 1,5%"],
    ),
    (
        "Theo báo cáo, huyện có 05 xã đạt chuẩn (gồm 3 xã nâng cao; 2 xã kiểu mẫu).",
        ["A 05 xã đạt chuẩn", "A 3 xã nâng cao", "A 2 xã kiểu mẫu"],
    ),
    (
        "Theo báo cáo, công tác thi đua, khen thưởng được quan tâm.",
        ["A công tác thi đua, khen thưởng được quan tâm"],
    ),
    (
        "Năm 2024, huyện đẩy mạnh chuyển đổi số.\nThu ngân sách ước đạt 45 tỷ đồng.",
        ["A Thu ngân sách ước đạt 45 tỷ đồng", "D huyện đẩy mạnh chuyển đổi số"],
    ),
    (
        "Trong điều kiện còn nhiều khó khăn, thu ngân sách đạt 45 tỷ đồng.",
        ["A thu ngân sách đạt 45 tỷ đồng"],
    ),
    (
        "Năm 2023, mặc dù dịch bệnh diễn biến phức tạp, nhưng thu ngân sách đạt 45 tỷ đồng.",
        ["A thu ngân sách đạt 45 tỷ đồng"],
    ),
    (
        f"{SECRETARY} khẳng định: năm 2024 cần đẩy mạnh chuyển đổi số.",
        ["D cần đẩy mạnh chuyển đổi số"],
    ),
]
WANTED = [
    (
        "Mục tiêu năm 2024: thu phí đạt 50 tỷ đồng. Thu ngân sách ước đạt 45 tỷ đồng.",
        ["A Thu ngân sách ước đạt 45 tỷ đồng", "T thu phí đạt 50 tỷ đồng"],
    ),
    (
        "Năm 2024, huyện rà soát nguồn thu, phấn đấu thu 47 tỷ đồng.",
        ["T thu 47 tỷ đồng", "D huyện rà soát nguồn thu, phấn đấu thu 47 tỷ đồng"],
    ),
]


@pytest.mark.parametrize(("body", "items"), MENDED)
def test_what_was_once_read_wrong_is_read_right(body: str, items: list[str]) -> None:
    assert reported(body) == items


@pytest.mark.xfail(reason="not read right yet", strict=False)
@pytest.mark.parametrize(("body", "items"), WANTED)
def test_what_should_be_read_right(body: str, items: list[str]) -> None:
    assert reported(body) == items


def test_a_milestone_told_in_a_speech_is_a_target() -> None:
    lines = reported(
        f"Phát biểu tại hội nghị, {CHAIR} nhấn mạnh năm 2024 xã Minh Cầm đạt chuẩn nông thôn mới "
        "nâng cao, giảm tỷ lệ hộ nghèo xuống còn 2,4%."
    )
    assert "T xã Minh Cầm đạt chuẩn nông thôn mới nâng cao" in lines
    assert "T giảm tỷ lệ hộ nghèo xuống còn 2,4%" in lines


# Each falls without the list of labels.toml it stands for.
LABELS: dict[str, tuple[str, list[str]]] = {
    "milestones": (
        "Năm 2024, huyện đưa xã Bình An đạt chuẩn nông thôn mới.",
        [
            "T huyện đưa xã Bình An đạt chuẩn nông thôn mới",
            "D huyện đưa xã Bình An đạt chuẩn nông thôn mới",
        ],
    ),
    "reaching": (
        "Năm 2024, trồng 12 ha rừng; đẩy mạnh chuyển đổi số.",
        ["T trồng 12 ha rừng", "D đẩy mạnh chuyển đổi số"],
    ),
    "reaching_figures": (
        "Năm 2024, hoàn thành 12 km đường; đẩy mạnh chuyển đổi số.",
        ["T hoàn thành 12 km đường", "D đẩy mạnh chuyển đổi số"],
    ),
    "bare_places": (
        "Năm 2024, toàn huyện đẩy mạnh chuyển đổi số.",
        ["D đẩy mạnh chuyển đổi số"],
    ),
    "describing": (
        f"{SECRETARY} yêu cầu Ban Quản lý dự án đẩy nhanh tuyến đường An Phú (dài 12,4 km).",
        ["D Ban Quản lý dự án đẩy nhanh tuyến đường An Phú (dài 12,4 km) → Ban Quản lý dự án"],
    ),
    "scopes": (
        f"{SECRETARY} yêu cầu: đối với 08 xã chưa nộp báo cáo, kiểm điểm người đứng đầu.",
        ["D đối với 08 xã chưa nộp báo cáo, kiểm điểm người đứng đầu"],
    ),
    "announced": (
        f"{CHAIR} yêu cầu các xã tập trung một số nhiệm vụ: rà soát hộ nghèo; tăng cường kiểm tra.",
        ["D rà soát hộ nghèo → các xã", "D tăng cường kiểm tra → các xã"],
    ),
    "dealing": (
        "Năm 2024, huyện xử lý 43 hồ sơ quá hạn.",
        ["D huyện xử lý 43 hồ sơ quá hạn"],
    ),
}
DOCUMENT = (
    "UBND huyện An Phú vừa ban hành Chỉ thị số 05/CT-UBND về phòng, chống cháy rừng.\n"
    "Chỉ thị yêu cầu:\n"
    "1. Tổ chức trực phòng cháy.\n"
    "2. Hạt Kiểm lâm rà soát các điểm nguy cơ cháy.\n"
    "3. Tăng cường tuyên truyền.\n"
)


@pytest.mark.parametrize(("body", "items"), LABELS.values(), ids=LABELS)
def test_each_list_of_labels_reads_its_example(body: str, items: list[str]) -> None:
    assert reported(body) == items


def test_every_list_of_labels_has_an_example() -> None:
    assert set(language("labels")) == {*LABELS, "papers"}


def test_tasks_of_a_document_are_given_by_the_body_that_issues_it() -> None:
    directives = Summarizer()(DOCUMENT).directives
    assert issuers(directives) == [("UBND huyện An Phú", "document")] * 3
    assert all(d.issuer and (d.issuer.document or "").startswith("Chỉ thị") for d in directives)


def test_points_of_a_document_do_not_hand_addressees_down() -> None:
    assert [d.addressees for d in Summarizer()(DOCUMENT).directives] == [(), ("Hạt Kiểm lâm",), ()]


def test_tasks_of_the_body_itself_are_given_by_that_body() -> None:
    directives = summary_of("Năm 2024, huyện phát triển du lịch; đẩy mạnh thu thuế.").directives
    assert issuers(directives) == [("UBND huyện An Phú", "body")] * 2
    assert [d.addressees for d in directives] == [(), ()]


def test_each_speaker_gives_his_own_orders() -> None:
    directives = summary_of(
        f"{SECRETARY} yêu cầu các xã rà soát hộ nghèo; tăng cường kiểm tra.\n"
        f"Tiếp đó, {CHAIR} đề nghị các phòng, ban đẩy mạnh chuyển đổi số; kiểm tra.\n"
    ).directives
    assert issuers(directives) == [("Lê Văn Nam", "person")] * 2 + [("Trần Văn Minh", "person")] * 2


def test_a_speaker_holds_the_floor_over_paragraphs() -> None:
    directives = summary_of(
        f"{SECRETARY} yêu cầu các xã rà soát hộ nghèo.\nĐồng thời, khẩn trương giải ngân vốn.\n"
    ).directives
    assert issuers(directives) == [("Lê Văn Nam", "person")] * 2


@pytest.mark.parametrize(
    "short", ["đồng chí Bí thư Huyện ủy", "Bí thư Huyện ủy Lê Văn Nam", "đồng chí Lê Văn Nam"]
)
def test_a_short_name_means_the_person_named_before(short: str) -> None:
    directives = summary_of(
        f"{SECRETARY} dự hội nghị.\n"
        f"Phát biểu tại hội nghị, {short} yêu cầu các xã rà soát hộ nghèo.\n"
    ).directives
    assert issuers(directives) == [("Lê Văn Nam", "person")]
    assert directives[0].issuer is not None
    assert directives[0].issuer.posts == ("Bí thư Huyện ủy",)


@pytest.mark.parametrize(
    ("due", "date"),
    [
        ("trước ngày 30/6/2024", datetime.date(2024, 6, 30)),
        ("trong quý II/2024", datetime.date(2024, 6, 30)),
        ("trong tháng 3/2024", datetime.date(2024, 3, 31)),
    ],
)
def test_a_bound_on_the_very_action_is_its_deadline(due: str, date: datetime.date) -> None:
    (directive,) = summary_of(f"{SECRETARY} yêu cầu các xã rà soát hộ nghèo {due}.").directives
    assert directive.deadline is not None
    assert directive.deadline.date == date


@pytest.mark.parametrize("when", ["Trước mắt,", "Ngay từ đầu năm,", "Năm 2024,", "Thời gian tới,"])
def test_a_plan_year_or_a_vague_time_is_no_deadline_of_an_order(when: str) -> None:
    body = f"{SECRETARY} yêu cầu các xã rà soát hộ nghèo. {when} tập trung thu thuế."
    assert [d.deadline for d in summary_of(body).directives] == [None, None]


@pytest.mark.parametrize(
    ("body", "date"),
    [
        ("Năm 2024, phấn đấu thu ngân sách đạt 50 tỷ đồng.", datetime.date(2024, 12, 31)),
        ("Phấn đấu đến năm 2025, thu phí đạt 50 tỷ đồng.", datetime.date(2025, 12, 31)),
        (
            "Mục tiêu nhiệm kỳ 2025-2030: thu nhập bình quân đạt 90 triệu đồng/người/năm.",
            datetime.date(2030, 12, 31),
        ),
    ],
)
def test_a_target_is_due_at_its_stated_end_or_in_its_plan_year(
    body: str, date: datetime.date
) -> None:
    (target,) = summary_of(body).targets
    assert target.deadline is not None
    assert target.deadline.date == date


def test_a_target_keeps_the_plan_year_of_its_section() -> None:
    targets = summary_of(
        "Năm 2024, phấn đấu thu ngân sách đạt 50 tỷ đồng; hộ nghèo còn 1,5%."
    ).targets
    assert [t.deadline and t.deadline.text for t in targets] == ["Năm 2024", "Năm 2024"]


def test_every_numeral_is_used_set_aside_or_unclaimed() -> None:
    coverage = summary_of(
        "Theo báo cáo, thu ngân sách đạt 45 tỷ đồng. Lập bản đồ tỷ lệ 1/500.\n"
        "Dịp này, huyện tặng giấy khen cho 12 tập thể."
    ).coverage
    assert coverage.used == 1
    assert {"date", "scale", "procedural"} <= {s.reason for s in coverage.set_aside}
    assert coverage.numerals == 1 + len(coverage.set_aside) + len(coverage.unclaimed)


def test_doubtful_figures_are_flagged_not_mended() -> None:
    (item,) = summary_of("Theo báo cáo, đàn trâu đạt 1,234 con.").achievements
    assert str(item.figures[0].value) == "1.234"
    assert [f.code for f in item.flags] == ["separator_ambiguous"]


@pytest.mark.parametrize("text", ["", "\n\n", "...", "Trang chủ", "12345"])
def test_a_text_without_a_report_gives_four_empty_lists(text: str) -> None:
    assert told(text) == []


def test_a_page_about_procedure_alone_gives_four_empty_lists() -> None:
    assert (
        reported(
            "Tham dự có 120 đại biểu.\nCác đại biểu đã nghe 5 báo cáo và thảo luận về 3 tờ trình.\n"
            "Kỳ họp đã biểu quyết thông qua 8 nghị quyết.\n"
            "Kết thúc hội nghị, UBND huyện trao giấy khen cho 12 tập thể.\n"
        )
        == []
    )


def test_decisions_explain_every_clause_of_the_body() -> None:
    text = DATELINE + "Theo báo cáo, thu ngân sách đạt 45 tỷ đồng; huyện có nhiều đổi mới."
    decisions = explain(text)
    assert [d.label for d in decisions] == ["none", "achievement", "achievement"]
    assert all(d.reasons for d in decisions)
    assert text[decisions[1].start : decisions[1].end].endswith("45 tỷ đồng")


def test_a_document_and_its_text_give_the_same_summary() -> None:
    text = DATELINE + "Theo báo cáo, thu ngân sách đạt 45 tỷ đồng."
    a, b = Summarizer()(text), Summarizer()(Document(text))
    assert a.model_copy(update={"run": b.run}) == b
    assert a.run.engine == "embedded"
    assert a.run.model is None
    assert a.run.usage.requests == 0


def test_the_embedded_engine_may_be_named() -> None:
    assert Summarizer("embedded")(DATELINE).run.engine == "embedded"


def test_nothing_of_a_document_waits_for_the_garbage_collector() -> None:
    """Over thousands of documents memory stays flat because each goes with its last use."""
    fixtures = Path(__file__).parent.parent / "evals" / "fixtures"
    texts = [path.read_text(encoding="utf-8") for path in sorted(fixtures.glob("*.txt"))]
    summarize = Summarizer()
    for text in texts:  # rules are read once and stay
        summarize(text)
    gc.collect()
    gc.disable()
    try:
        for text in texts:
            summarize(text)
        assert gc.collect() == 0
    finally:
        gc.enable()
