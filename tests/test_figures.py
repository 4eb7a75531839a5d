from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.arithmetic import contradictions
from summarizer.documents import Document
from summarizer.figures import FigureMention, read_figures, reparse
from summarizer.numerals import read_numerals


def figures_of(text: str) -> tuple[FigureMention, ...]:
    document = Document(text)
    return read_figures(document, read_numerals(document))


def shown(figure: FigureMention) -> str:
    """level 16/18 chỉ tiêu; change -3..-4 %; over_plan >=6 % ~dự toán"""
    sign = {"eq": "", "between": "", "gt": ">", "ge": ">=", "lt": "<", "le": "<=", "approx": "≈"}
    value = f"{figure.value.normalize():f}"
    if figure.upper is not None:
        value += f"..{figure.upper.normalize():f}"
    if figure.total is not None:
        value += f"/{figure.total.normalize():f}"
    words = [figure.role, sign[figure.comparator] + value, figure.unit or "-"]
    if figure.reference:
        words.append(f"~{figure.reference}")
    if figure.attached:
        words.append("+")
    return " ".join(words)


CASES = [
    # amounts and their written forms
    ("Sản lượng lúa đạt 5.807 tấn.", ["level 5807 tấn"]),
    ("Tổng giá trị sản xuất 2.426.254 triệu đồng.", ["level 2426254 triệu đồng"]),
    ("Thu ngân sách 926 tỷ 147 triệu đồng.", ["level 926.147 tỷ đồng"]),
    ("Chi ngân sách ước 7 tỷ 80 triệu.", ["level 7.08 tỷ đồng"]),
    ("Thu ngân sách 1.653,522 tỷ đồng.", ["level 1653.522 tỷ đồng"]),
    ("Đón 1,7 triệu lượt khách.", ["level 1.7 triệu lượt khách"]),
    ("Sản lượng mía 39 vạn tấn.", ["level 39 vạn tấn"]),
    ("Thu ngân sách 49,368 tỷ, vượt 3% dự toán.", ["level 49.368 tỷ", "over_plan 3 % ~dự toán +"]),
    ("Doanh thu 576,4tỷ đồng.", ["level 576.4 tỷ đồng"]),
    ("Trồng mới 13.000ha rừng.", ["level 13000 ha"]),
    ("Thành lập 03 HTX.", ["level 3 HTX"]),
    ("Thu nhập bình quân 45 triệu đồng/người/năm.", ["level 45 triệu đồng/người/năm"]),
    ("Lương thực bình quân 520 kg/người/năm.", ["level 520 kg/người/năm"]),
    ("Kim ngạch đạt 668 triệu USD.", ["level 668 triệu USD"]),
    ("Tỷ lệ sinh giảm 0,2‰.", ["change -0.2 ‰"]),
    ("Tỷ lệ hộ nghèo giảm 1,2 điểm %.", ["change -1.2 điểm %"]),
    # parts of a whole, done of planned, points
    ("Hoàn thành 16/18 chỉ tiêu.", ["level 16/18 chỉ tiêu"]),
    ("Có 32/57 trường đạt chuẩn.", ["level 32/57 trường"]),
    ("Gieo trồng 250/326 ha.", ["level 250 ha", "planned 326 ha +"]),
    ("Trồng ngô 9.481/9.440 ha.", ["level 9481 ha", "planned 9440 ha +"]),
    ("Đàn lợn 17.919 con/14.066 con.", ["level 17919 con", "planned 14066 con +"]),
    ("Giải ngân 99,2/151,7 tỷ đồng.", ["level 99.2 tỷ đồng", "planned 151.7 tỷ đồng +"]),
    (
        "Tạo việc làm cho 1.912/3.500 lao động, đạt 54,6% kế hoạch.",
        ["level 1912 lao động", "planned 3500 lao động +", "of_plan 54.6 % ~kế hoạch +"],
    ),
    ("Có 28/133 đảng viên xuất sắc.", ["level 28/133 đảng viên"]),
    ("Điểm cải cách hành chính 92,14/100.", ["level 92.14/100 điểm"]),
    ("Sắp xếp 10 dự án/72 hộ.", ["level 10 dự án", "level 72 hộ"]),
    # hedges
    ("Tổng số trên 350 người.", ["level >350 người"]),
    ("Việc làm cho hơn 5.000 lao động.", ["level >5000 lao động"]),
    ("Doanh thu gần 7.500 tỷ đồng.", ["level ≈7500 tỷ đồng"]),
    ("Đón khoảng 315 nghìn lượt khách.", ["level ≈315 nghìn lượt khách"]),
    ("Hộ nghèo còn dưới 0,5%.", ["level <0.5 %"]),
    ("Tỷ lệ hộ nghèo giảm xuống dưới 1%.", ["level <1 %"]),
    ("Tỷ lệ suy dinh dưỡng không quá 8%.", ["level <=8 %"]),
    ("Giảm ít nhất 5% số vụ.", ["change >=-5 %"]),
    ("Kết nạp tối thiểu 20 đảng viên.", ["level >=20 đảng viên"]),
    ("Giải ngân đạt 95% trở lên.", ["level >=95 %"]),
    ("Mỗi năm kết nạp từ 130 đảng viên trở lên.", ["level >=130 đảng viên"]),
    ("80% trở lên tổ chức đảng hoàn thành tốt nhiệm vụ.", ["level >=80 %"]),
    ("90% chi bộ hoàn thành tốt nhiệm vụ trở lên.", ["level 90 %"]),
    ("Hằng năm từ 80% chi bộ hoàn thành tốt nhiệm vụ trở lên.", ["level >=80 %"]),
    ("Thu ngân sách vượt từ 6% dự toán trở lên.", ["over_plan >=6 % ~dự toán"]),
    # ranges
    ("Mỗi năm có từ 2 - 4 hộ.", ["level 2..4 hộ"]),
    ("Tăng trưởng 11,5% – 12%.", ["level 11.5..12 %"]),
    ("Có 85 - 90% số xóm có đường bê tông.", ["level 85..90 %"]),
    ("Thu ngân sách tăng từ 14 - 18%/năm.", ["change 14..18 %/năm"]),
    ("Kết nạp từ 600 đến 650 đảng viên.", ["level 600..650 đảng viên"]),
    ("Mỗi năm giảm 3 - 4% hộ nghèo.", ["change -3..-4 %"]),
    # changes and what they are compared with
    ("Giá trị tăng thêm tăng 14,2% so với cùng kỳ.", ["change 14.2 % ~cùng kỳ"]),
    ("Tốc độ tăng trưởng đạt 15,1%.", ["level 15.1 %"]),
    ("Tăng trưởng kinh tế 10,9%.", ["level 10.9 %"]),
    ("Công nghiệp tăng trưởng 10,5%.", ["change 10.5 %"]),
    ("Giá trị sản xuất bằng 73% so với cùng kỳ.", ["of_previous 73 % ~cùng kỳ"]),
    ("Sản lượng bằng 110% cùng kỳ năm 2018.", ["of_previous 110 % ~cùng kỳ năm 2018"]),
    ("Doanh thu tăng 2,6 lần so với đầu nhiệm kỳ.", ["factor 2.6 lần ~đầu nhiệm kỳ"]),
    ("Doanh thu gấp hơn 3 lần năm 2019.", ["factor >3 lần ~năm 2019"]),
    ("Tổ chức kiểm tra 3 lần.", ["level 3 lần"]),
    ("Tai nạn giao thông giảm 38 vụ.", ["change -38 vụ"]),
    (
        "Xảy ra 14 vụ (giảm 3 vụ), làm chết 9 người (giảm 2 người).",
        ["level 14 vụ", "change -3 vụ +", "level 9 người", "change -2 người +"],
    ),
    (
        "Tai nạn giảm 10 vụ và 11 người chết so với cùng kỳ.",
        ["change -10 vụ ~cùng kỳ", "change -11 người ~cùng kỳ"],
    ),
    ("Sau sắp xếp, huyện giảm 02 xã, 41 thôn.", ["change -2 xã", "change -41 thôn"]),
    (
        "Nông nghiệp tăng 9,2%, công nghiệp 10,4%, dịch vụ 12%.",
        ["change 9.2 %", "change 10.4 %", "change 12 %"],
    ),
    (
        "Thu ngân sách đạt 105% dự toán, trong đó thu nội địa 98%, thuế nhập khẩu 120%.",
        ["of_plan 105 % ~dự toán", "of_plan 98 %", "of_plan 120 %"],
    ),
    # poverty: four forms
    ("Tỷ lệ hộ nghèo giảm 2,1%.", ["change -2.1 %"]),
    ("Hộ nghèo giảm còn 0,85%.", ["level 0.85 %"]),
    ("Hộ nghèo giảm từ 19,21% xuống còn 16,04%.", ["baseline 19.21 %", "level 16.04 % +"]),
    ("Hộ nghèo giảm bình quân 1,36%/năm.", ["change -1.36 %/năm"]),
    ("Giảm tỷ lệ hộ nghèo 1,5%.", ["change -1.5 %"]),
    (
        "Tỷ lệ hộ nghèo từ 3,86% đầu năm giảm còn 3,41%.",
        ["baseline 3.86 % ~đầu năm", "level 3.41 % +"],
    ),
    ("Số tuyến phố kiểu mẫu tăng từ 4 lên 9.", ["baseline 4 -", "level 9 - +"]),
    # plans
    ("Sản lượng đạt 105,6% kế hoạch năm.", ["of_plan 105.6 % ~kế hoạch năm"]),
    ("Thu ngân sách đạt 94,6%.", ["of_plan 94.6 %"]),
    ("Tỷ lệ tham gia BHYT đạt 94,6%.", ["level 94.6 %"]),
    ("Thu ngân sách cao hơn dự toán tỉnh giao 5%.", ["over_plan 5 % ~dự toán tỉnh giao"]),
    ("Thu ngân sách tăng 5% so với dự toán.", ["over_plan 5 % ~dự toán"]),
    (
        "Đạt chuẩn 61 trường, vượt 4 trường so với mục tiêu nhiệm kỳ.",
        ["level 61 trường", "over_plan 4 trường ~mục tiêu nhiệm kỳ +"],
    ),
    ("Chỉ tiêu giảm tỷ lệ hộ nghèo không đạt kế hoạch 3,5%.", ["planned 3.5 %"]),
    (
        "Tốc độ tăng đạt 12,4%/năm (mục tiêu 11% trở lên).",
        ["level 12.4 %/năm", "planned >=11 % +"],
    ),
    ("Giải ngân 100% vốn đầu tư công.", ["level 100 %"]),
    (
        "Thu ngân sách 39,2 tỷ đồng, bằng 113% dự toán tỉnh giao và 109% dự toán huyện giao.",
        [
            "level 39.2 tỷ đồng",
            "of_plan 113 % ~dự toán tỉnh giao +",
            "of_plan 109 % ~dự toán huyện giao +",
        ],
    ),
    # baselines, totals, shares, ranks
    (
        "Sản lượng đạt 5.807 tấn (năm 2019 là 5.680 tấn).",
        ["level 5807 tấn", "baseline 5680 tấn ~năm 2019 +"],
    ),
    (
        "Có 97 doanh nghiệp thành lập mới (cùng kỳ 72).",
        ["level 97 doanh nghiệp", "baseline 72 doanh nghiệp ~cùng kỳ +"],
    ),
    ("Có 10/16 chi bộ xuất sắc (62,5%).", ["level 10/16 chi bộ", "level 62.5 % +"]),
    ("Có 10/16 chi bộ xuất sắc, chiếm 62,5%.", ["level 10/16 chi bộ", "level 62.5 % +"]),
    (
        "Thành lập mới 03 HTX, nâng tổng số lên 17 HTX.",
        ["level 3 HTX", "level 17 HTX +"],
    ),
    ("Thị xã xếp thứ 3 toàn tỉnh, tăng 2 bậc.", ["rank 3 -", "change 2 bậc +"]),
    ("Chỉ số PCI đứng thứ 9 cả nước.", ["rank 9 -"]),
    ("Phường xếp thứ 2/45 phường.", ["rank 2/45 -"]),
    # nothing left
    ("Đến năm 2025 không còn hộ nghèo.", ["level 0 hộ nghèo"]),
    ("Phấn đấu không có chi bộ yếu kém.", ["level 0 chi bộ yếu kém"]),
    ("Không có thiệt hại về người.", []),
    # malformed
    ("Thu đạt 112, 56% kế hoạch.", ["of_plan 112.56 % ~kế hoạch"]),
    ("Dịch vụ tăng 0 74% so với năm 2020.", ["change 74 % ~năm 2020"]),
    ("Diện tích 33,7.", ["level 33.7 -"]),
    ("Tổng giá trị sản xuất (15-16).", ["level 15..16 -"]),
    # more than the samples
    ("Tổng đàn gia súc 12.500 con, đạt 98% KH, bằng 102% cùng kỳ.", [
        "level 12500 con", "of_plan 98 % ~KH +", "of_previous 102 % ~cùng kỳ +"]),
    ("Huy động 1.200 triệu đồng, vượt 12,5% so với NQ HĐND huyện.", [
        "level 1200 triệu đồng", "over_plan 12.5 % ~NQ HĐND huyện +"]),
    ("Giải quyết 45/45 đơn, đạt 100%.", ["level 45/45 đơn", "level 100 % +"]),
    ("Tiếp nhận 1.200 hồ sơ, giải quyết 1.190 hồ sơ, đạt 99%.", [
        "level 1200 hồ sơ", "level 1190 hồ sơ", "level 99 % +"]),
    ("Tỷ lệ che phủ rừng tăng từ 50,2% năm 2015 lên 55%.", [
        "baseline 50.2 % ~năm 2015", "level 55 % +"]),
    ("Độ che phủ rừng đạt 55%, tăng 0,3% so với năm trước.", [
        "level 55 %", "change 0.3 % ~năm trước +"]),
    ("Giá trị sản xuất đạt 3.500 tỷ đồng, bằng 98,5% so với kế hoạch.", [
        "level 3500 tỷ đồng", "of_plan 98.5 % ~kế hoạch +"]),
    ("Thu ngân sách giảm 5,2% so với cùng kỳ năm trước.", [
        "change -5.2 % ~cùng kỳ năm trước"]),
    ("Xuất khẩu lao động được 130 người, bằng 130% kế hoạch năm.", [
        "level 130 người", "of_plan 130 % ~kế hoạch năm +"]),
    ("Nông nghiệp chiếm 66,9%, công nghiệp 29,4%, dịch vụ 3,7%.", [
        "level 66.9 %", "level 29.4 %", "level 3.7 %"]),
    ("Bê tông hóa được 12,5 km đường, kinh phí 8,4 tỷ đồng.", [
        "level 12.5 km", "level 8.4 tỷ đồng"]),
    ("Thu nhập đạt 50 triệu đồng/người/năm, tăng 5 triệu đồng so với năm 2020.", [
        "level 50 triệu đồng/người/năm", "change 5 triệu đồng ~năm 2020 +"]),
    ("Phấn đấu thu nhập bình quân đạt 65 triệu đồng/người/năm trở lên.", [
        "level >=65 triệu đồng/người/năm"]),
    ("Tỷ lệ hộ nghèo còn 3,2% (giảm 1,5% so với đầu năm).", [
        "level 3.2 %", "change -1.5 % ~đầu năm +"]),
    ("Tổng dư nợ đạt 512 tỷ đồng, tăng 45 tỷ đồng (9,6%) so với đầu năm.", [
        "level 512 tỷ đồng", "change 45 tỷ đồng ~đầu năm +", "change 9.6 % ~đầu năm +"]),
    ("Phát hiện 25 vụ, 40 đối tượng, thu giữ 15 kg pháo.", [
        "level 25 vụ", "level 40 đối tượng", "level 15 kg"]),
    ("Năm 2024 thu ngân sách đạt 350 tỷ đồng, năm 2023 đạt 320 tỷ đồng.", [
        "level 350 tỷ đồng", "level 320 tỷ đồng"]),
    ("Tuyển quân đạt 100% chỉ tiêu giao.", ["of_plan 100 % ~chỉ tiêu giao"]),
    ("100% chỉ tiêu đạt và vượt kế hoạch.", ["level 100 %"]),
    ("Diện tích gieo trồng 5.200 ha, đạt 104% KH tỉnh giao, tăng 120 ha so với cùng kỳ.", [
        "level 5200 ha", "of_plan 104 % ~KH tỉnh giao +", "change 120 ha ~cùng kỳ +"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_a_figure_is_read_as_the_guide_says(text: str, expected: list[str]) -> None:
    assert [shown(f) for f in figures_of(text)] == expected


def test_an_estimate_is_marked() -> None:
    first, second = figures_of("Thu ngân sách ước đạt 39,2 tỷ đồng, tăng 13% so với cùng kỳ.")
    assert (first.estimated, second.estimated) == (True, False)


@pytest.mark.parametrize(
    ("text", "raws"),
    [
        ("Sản lượng đạt 5.807 tấn.", ["5.807 tấn"]),
        ("Hoàn thành 16/18 chỉ tiêu.", ["16/18 chỉ tiêu"]),
        ("Thu 926 tỷ 147 triệu đồng.", ["926 tỷ 147 triệu đồng"]),
        ("Có trên 350 người.", ["350 người"]),
        ("Gieo trồng 231/310 ha.", ["231", "310 ha"]),
        ("Mỗi năm có từ 2 - 4 hộ.", ["2 - 4 hộ"]),
        ("Từ 80% đến 85% số hộ.", ["80% đến 85%"]),
        ("Không còn hộ nghèo.", ["Không còn hộ nghèo"]),
    ],
)
def test_the_raw_words_are_the_number_with_its_unit(text: str, raws: list[str]) -> None:
    assert [text[f.start : f.end] for f in figures_of(text)] == raws


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Sản lượng đạt 98,640 tấn.", "separator_ambiguous"),
        ("Thu ngân sách đạt 94.6%.", "nonstandard_decimal"),
        ("Thu đạt 112, 56% kế hoạch.", "spaced_number"),
        ("Diện tích 41,9.", "unit_missing"),
    ],
)
def test_a_doubtful_number_is_taken_literally_and_flagged(text: str, code: str) -> None:
    (figure,) = figures_of(text)
    assert code in [flag.code for flag in figure.flags]


def test_three_decimals_of_money_are_usual() -> None:
    (figure,) = figures_of("Thu ngân sách đạt 49,368 tỷ đồng.")
    assert figure.flags == ()


def test_a_sign_stands_only_on_changes() -> None:
    text = "Nợ thuế giảm 5%, còn 12 tỷ đồng; hộ nghèo giảm 2% so với cùng kỳ."
    assert [f.role for f in figures_of(text) if f.value < 0] == ["change", "change"]


CONTRADICTIONS = [
    ("Sản lượng đạt 5.807 tấn (năm 2019 là 5.680 tấn), tăng 2,2% so với cùng kỳ.", []),
    ("Sản lượng đạt 5.807 tấn (năm 2019 là 5.680 tấn), tăng 12,2% so với cùng kỳ.", ["ratio"]),
    ("Thu đạt 438,7/812 tỷ đồng, bằng 54% dự toán năm.", []),
    ("Thu đạt 438,7/812 tỷ đồng, bằng 64% dự toán năm.", ["ratio"]),
    ("Có 10/16 chi bộ xuất sắc (62,5%).", []),
    ("Có 10/16 chi bộ xuất sắc (72,5%).", ["ratio"]),
    ("Thu nhập 4.100 USD (tăng 250 USD so với cùng kỳ, năm 2019 là 3.850 USD).", []),
    ("Thu nhập 4.100 USD (tăng 350 USD so với cùng kỳ, năm 2019 là 3.850 USD).", ["ratio"]),
    ("Sản lượng đạt gần 5.900 tấn (năm 2019 là 5.680 tấn), tăng 2,2% so với cùng kỳ.", []),
    ("Thu ngân sách huyện được 187.340 tỷ đồng đạt 168% kế hoạch.", ["magnitude"]),
    ("Thu ngân sách huyện được 187,340 tỷ đồng đạt 168% kế hoạch.", []),
]


@pytest.mark.parametrize(("text", "expected"), CONTRADICTIONS)
def test_figures_that_cannot_all_be_true_are_flagged(text: str, expected: list[str]) -> None:
    codes = [flag.code.split("_")[0] for flag in contradictions(figures_of(text))]
    assert codes == expected


WORDS = """tỷ triệu đồng tấn ha xã tăng giảm từ lên còn đạt vượt lần thứ xếp và trên trở_lên
so_với cùng_kỳ kế_hoạch năm_2019 không_còn hộ_nghèo nâng_tổng_số trong_đó công_nghiệp"""
PIECES = st.sampled_from(
    ["5", "3.200", "14,2", "0", "75", "/", "-", "%", " ", " ", ", ", "; ", ". ", "(", ")", "\n"]
    + [f"{word.replace('_', ' ')} " for word in WORDS.split()]
)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_every_value_is_what_its_raw_words_say(text: str) -> None:
    document = Document(text)
    folded = document.folded.text
    for figure in read_figures(document, read_numerals(document)):
        raw = folded[figure.start : figure.end]
        assert abs(figure.value) == reparse(raw)
        assert figure.value >= 0 or figure.role == "change"
        assert document.tokens.starts[figure.first] == figure.start
        assert document.tokens.ends[figure.last - 1] == figure.end


@given(st.lists(PIECES, max_size=30).map("".join))
def test_a_numeral_serves_one_figure_at_most(text: str) -> None:
    figures = figures_of(text)
    used = [n.first for figure in figures for n in figure.numerals]
    assert len(used) == len(set(used))
    assert all(n.reason is None for figure in figures for n in figure.numerals)


def test_reparse_reads_mixed_amounts() -> None:
    assert reparse("926 tỷ 147 triệu đồng") == Decimal("926.147")
    assert reparse("895 tỷ 026 triệu đồng") == Decimal("895.026")
    assert reparse("7 tỷ 80 triệu") == Decimal("7.08")
    assert reparse("không còn hộ nghèo") == 0
