"""Sectors of clauses, labelled from the annotation guide before they were run."""

from itertools import pairwise
from time import perf_counter
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.summary import Sector
from summarizer.folding import match_key
from summarizer.lexicon import tokenize
from summarizer.sectors import explain_sector, sector_of


def sector(clause: str, around: Sector | None = None) -> Sector:
    tokens = tokenize(match_key(clause))
    return sector_of(tokens, 0, len(tokens), around=around)


CLAUSES: dict[Sector, tuple[str, ...]] = {
    "general": (
        "tốc độ tăng trưởng kinh tế ước đạt 8,6%",
        "GRDP bình quân đầu người đạt 78,4 triệu đồng",
        "hoàn thành 22/25 chỉ tiêu Hội đồng nhân dân tỉnh giao",
        "cơ cấu kinh tế chuyển dịch theo hướng tăng tỷ trọng dịch vụ",
        "công nghiệp - xây dựng chiếm 48,2%",
        "kinh tế - xã hội của phường phát triển ổn định",
        "thu nhập bình quân của người dân tăng 1,4 lần",
        "tập trung hoàn thành các chỉ tiêu còn đạt thấp",
        "y tế, giáo dục, văn hóa có nhiều tiến bộ",
        "rà soát các nhiệm vụ trọng tâm quý IV",
    ),
    "agriculture": (
        "diện tích gieo cấy vụ mùa đạt 4.120 ha",
        "tổng đàn lợn 86.500 con, tăng 4,1%",
        "sản lượng cá nuôi lồng bè ước 1.250 tấn",
        "tiêm phòng cho đàn trâu, bò đạt 92%",
        "dịch tả lợn châu Phi tái phát tại 5 xã",
        "tỷ lệ che phủ rừng đạt 58,3%",
        "giao khoán bảo vệ rừng cho các cộng đồng",
        "nạo vét kênh mương, bảo đảm nước tưới cho vụ đông xuân",
        "chuyển 120 ha đất lúa kém hiệu quả sang trồng cây ăn quả",
        "giá trị thu nhập trên 1 ha canh tác đạt 145 triệu đồng",
    ),
    "industry_construction": (
        "giá trị sản xuất công nghiệp - tiểu thủ công nghiệp đạt 2.300 tỷ đồng",
        "chỉ số sản xuất công nghiệp tháng 9 tăng 6,2%",
        "tỷ lệ lấp đầy các khu công nghiệp đạt 71%",
        "02 làng nghề truyền thống được công nhận",
        "ngành xây dựng tăng 9,8% so với cùng kỳ",
        "tỷ lệ hộ được sử dụng điện lưới quốc gia đạt 99,7%",
        "sản lượng điện thương phẩm đạt 310 triệu kWh",
        "thành lập thêm một cụm công nghiệp",
        "sản xuất vật liệu xây dựng gặp khó",
    ),
    "trade_services_tourism": (
        "tổng mức bán lẻ hàng hóa ước đạt 3.450 tỷ đồng",
        "đón 1,2 triệu lượt khách, doanh thu 860 tỷ đồng",
        "kim ngạch xuất khẩu hàng dệt may đạt 210 triệu USD",
        "phát triển du lịch cộng đồng gắn với nông nghiệp sinh thái",
        "nâng cấp 03 chợ nông thôn",
        "tăng cường chống buôn lậu, gian lận thương mại và hàng giả",
        "hoạt động thương mại, dịch vụ sôi động trở lại",
        "lượng hàng hóa qua cửa khẩu tăng 15%",
        "thêm 12 cơ sở lưu trú đi vào hoạt động",
    ),
    "budget_finance": (
        "thu ngân sách nhà nước ước đạt 1.250 tỷ đồng, bằng 108% dự toán",
        "chi thường xuyên 420 tỷ đồng",
        "thu tiền sử dụng đất đạt 62% dự toán",
        "tổng dư nợ cho vay hộ nghèo đạt 350 tỷ đồng",
        "thu hồi nợ đọng thuế còn chậm",
        "khai thác tốt các nguồn thu, chống thất thu",
        "nợ đọng xây dựng cơ bản còn 45 tỷ đồng",
        "ngân hàng chính sách xã hội giải ngân kịp thời vốn vay cho hộ nghèo",
        "quản lý, sử dụng tài sản công đúng quy định",
    ),
    "investment_business": (
        "giải ngân vốn đầu tư công đạt 63,5% kế hoạch",
        "tổng vốn đầu tư toàn xã hội 5.600 tỷ đồng",
        "thành lập mới 145 doanh nghiệp, vốn đăng ký 820 tỷ đồng",
        "toàn huyện có 48 hợp tác xã, trong đó 35 HTX nông nghiệp",
        "chỉ số PCI xếp thứ 12 cả nước",
        "tháo gỡ khó khăn cho doanh nghiệp, nhà đầu tư",
        "thu hút 4 dự án FDI",
        "đẩy nhanh tiến độ các dự án trọng điểm",
        "các chủ đầu tư cam kết tiến độ giải ngân từng tháng",
    ),
    "land_urban_infrastructure": (
        "bàn giao mặt bằng 45,6 ha cho nhà đầu tư",
        "cấp 2.300 giấy chứng nhận quyền sử dụng đất",
        "cứng hóa 96% đường trục thôn",
        "bê tông hóa 18 km đường giao thông nông thôn",
        "xử lý dứt điểm các trường hợp lấn chiếm đất công",
        "lập quy hoạch chi tiết khu trung tâm xã",
        "vi phạm trật tự xây dựng còn 12 vụ chưa xử lý",
        "thị trấn được công nhận đô thị loại V",
        "khởi công cầu qua sông và tuyến đường liên xã",
        "chỉnh trang vỉa hè, lắp đèn chiếu sáng",
    ),
    "environment_disaster": (
        "tỷ lệ thu gom rác thải sinh hoạt đạt 91%",
        "95% hộ dân được dùng nước sạch",
        "xử lý 3 cơ sở gây ô nhiễm môi trường",
        "chủ động ứng phó với bão số 4",
        "thiệt hại do mưa lũ ước 26 tỷ đồng",
        "kiểm tra, xử lý khai thác cát trái phép",
        "di dời 34 hộ khỏi vùng sạt lở",
        "ra quân tổng vệ sinh, trồng 500 cây xanh",
        "kiện toàn Ban Chỉ huy phòng thủ thiên tai và tìm kiếm cứu nạn",
    ),
    "new_rural": (
        "14/18 xã đạt chuẩn nông thôn mới",
        "bình quân đạt 17,2 tiêu chí/xã",
        "có thêm 6 sản phẩm OCOP đạt 4 sao",
        "xây dựng 5 khu dân cư kiểu mẫu",
        "huy động 210 tỷ đồng xây dựng NTM",
        "xã Phú Lâm về đích NTM nâng cao trong quý III",
        "các xã rà soát, hoàn thiện hồ sơ xét công nhận nông thôn mới kiểu mẫu",
        "kết quả xây dựng vườn mẫu còn thấp",
    ),
    "education": (
        "tỷ lệ học sinh tốt nghiệp THPT đạt 99,2%",
        "38/42 trường đạt chuẩn quốc gia",
        "huy động 98% trẻ 5 tuổi ra lớp",
        "duy trì phổ cập giáo dục mầm non cho trẻ 5 tuổi",
        "thiếu 56 giáo viên mầm non",
        "xây mới 24 phòng học",
        "đạt 15 giải học sinh giỏi cấp tỉnh",
        "chuẩn bị các điều kiện cho năm học mới",
        "chất lượng giáo dục mũi nhọn được nâng lên",
    ),
    "health_population": (
        "tỷ lệ bao phủ BHYT đạt 94,6%",
        "11/11 xã đạt bộ tiêu chí quốc gia về y tế",
        "khám, chữa bệnh cho 56.000 lượt người",
        "tỷ lệ trẻ em suy dinh dưỡng giảm còn 9,8%",
        "dịch sốt xuất huyết được khống chế",
        "tỷ lệ sinh con thứ 3 giảm 0,4%",
        "tiêm vắc xin phòng Covid-19 cho 98% người trên 18 tuổi",
        "kiểm tra an toàn thực phẩm tại bếp ăn tập thể",
        "đầu tư nâng cấp 4 trạm y tế",
    ),
    "social_labour": (
        "tỷ lệ hộ nghèo đa chiều giảm còn 2,15%",
        "giải quyết việc làm cho 2.400 lao động",
        "tỷ lệ lao động qua đào tạo có chứng chỉ đạt 28%",
        "xóa 320 nhà tạm, nhà dột nát",
        "vận động quỹ Đền ơn đáp nghĩa được 410 triệu đồng",
        "trao 1.250 suất quà cho đối tượng chính sách",
        "tỷ lệ tham gia BHXH tự nguyện đạt 3,6%",
        "đưa 96 người đi xuất khẩu lao động",
        "thực hiện tốt chính sách đối với đồng bào dân tộc thiểu số",
        "mở 12 lớp dạy nghề cho lao động nông thôn",
    ),
    "culture_media": (
        "88% gia đình đạt danh hiệu gia đình văn hóa",
        "tu bổ 3 di tích cấp tỉnh",
        "tổ chức thành công lễ hội đền và giải bóng chuyền",
        "phong trào thể dục thể thao phát triển rộng khắp",
        "96% thôn có nhà văn hóa",
        "đài truyền thanh tăng thời lượng phát sóng",
        "bảo tồn bản sắc văn hóa dân tộc",
        "đẩy mạnh thông tin, tuyên truyền trên hệ thống loa cơ sở",
    ),
    "administration_digital": (
        "98,9% hồ sơ thủ tục hành chính giải quyết đúng hạn",
        "tỷ lệ hồ sơ trực tuyến toàn trình đạt 76%",
        "chỉ số cải cách hành chính tăng 3 bậc",
        "thành lập 86 tổ công nghệ số cộng đồng",
        "tiếp 214 lượt công dân tại trụ sở tiếp công dân",
        "đẩy nhanh triển khai Đề án 06",
        "siết chặt kỷ luật, kỷ cương hành chính",
        "sắp xếp tổ chức bộ máy tinh gọn sau sáp nhập",
        "ứng dụng khoa học công nghệ vào quản lý",
    ),
    "defence_security": (
        "giao 120 công dân nhập ngũ, đạt 100% chỉ tiêu",
        "tai nạn giao thông giảm 3 vụ, 2 người chết",
        "tỷ lệ điều tra, khám phá án đạt 88%",
        "triệt xóa 14 tụ điểm ma túy",
        "quốc phòng, quân sự địa phương được tăng cường",
        "tổ chức diễn tập khu vực phòng thủ đạt loại giỏi",
        "giải quyết 45/48 đơn khiếu nại, tố cáo",
        "công tác thanh tra, phòng chống tham nhũng được chú trọng",
        "xảy ra 5 vụ cháy",
        "chủ động nắm tình hình, không để xảy ra điểm nóng về an ninh nông thôn",
    ),
    "party_system": (
        "kết nạp 145 đảng viên mới, đạt 112% chỉ tiêu",
        "92% chi bộ hoàn thành tốt nhiệm vụ",
        "kiểm tra 18 tổ chức đảng, thi hành kỷ luật 6 đảng viên",
        "chuẩn bị tốt đại hội chi bộ các thôn",
        "MTTQ và các đoàn thể đổi mới nội dung, phương thức hoạt động",
        "phát triển 560 đoàn viên, hội viên",
        "tiếp tục học tập và làm theo tư tưởng, đạo đức, phong cách Hồ Chí Minh",
        "công tác dân vận được tăng cường",
        "kiện toàn chức danh lãnh đạo, quản lý; luân chuyển 5 cán bộ",
        "phát động các phong trào thi đua, khen thưởng kịp thời",
        "HĐND huyện tổ chức 4 cuộc giám sát, 2 đợt tiếp xúc cử tri",
    ),
}


@pytest.mark.parametrize(
    ("clause", "expected"),
    [(clause, name) for name, clauses in CLAUSES.items() for clause in clauses],
)
def test_a_clause_belongs_to_the_thing_it_measures(clause: str, expected: Sector) -> None:
    assert sector(clause) == expected


def test_a_mixed_clause_takes_the_majority() -> None:
    clause = "công tác y tế, giảm nghèo, giải quyết việc làm được quan tâm"
    assert sector(clause) == "social_labour"


def test_a_tie_goes_to_the_sector_named_first() -> None:
    assert sector("Giáo dục, y tế có bước tiến bộ") == "education"


def test_three_sectors_side_by_side_are_general() -> None:
    assert sector("văn hóa, y tế, giáo dục ổn định") == "general"


def test_a_purpose_counts_less_than_the_thing_done() -> None:
    clause = "bê tông hóa đường thôn nhằm phục vụ du lịch, thương mại"
    assert sector(clause) == "land_urban_infrastructure"


def test_the_name_of_an_office_counts_less_than_its_task() -> None:
    clause = "Phòng Tài nguyên và Môi trường kiểm tra việc sử dụng lao động"
    assert sector(clause) == "social_labour"


def test_a_clause_without_a_phrase_takes_the_sector_around_it() -> None:
    assert sector("xã Hải Ninh 9,7%", around="investment_business") == "investment_business"


def test_a_clause_without_a_phrase_and_neighbours_is_general() -> None:
    assert sector("xã Hải Ninh 9,7%") == "general"


def test_a_branch_with_a_bare_percentage_is_a_share_of_the_whole_economy() -> None:
    assert sector("dịch vụ chiếm 29,3%") == "general"


def test_a_branch_that_grew_keeps_its_sector() -> None:
    assert sector("nông nghiệp tăng 9,2%", around="general") == "agriculture"


def test_the_words_before_the_focus_matter_most() -> None:
    tokens = tokenize("thu ngân sách 900 tỷ đồng và hỗ trợ các bên cùng tham gia học nghề 45 lớp")
    assert sector_of(tokens, 0, len(tokens), focus=2) == "budget_finance"
    assert sector_of(tokens, 0, len(tokens), focus=16) == "social_labour"


def test_the_votes_say_which_phrases_decided() -> None:
    tokens = tokenize("tổng đàn gia cầm nhằm xóa đói giảm nghèo")
    votes = explain_sector(tokens, 0, len(tokens))
    assert (votes[0].sector, votes[0].first) == ("agriculture", 0)


@given(st.text(alphabet="aàđ lúangntmhộgèo,;().%0123\n", max_size=200))
def test_any_text_has_one_sector_and_votes_in_order(text: str) -> None:
    tokens = tokenize(match_key(text))
    votes = explain_sector(tokens, 0, len(tokens))
    assert sector_of(tokens, 0, len(tokens)) in get_args(Sector)
    assert all(a.last <= b.first for a, b in pairwise(votes))


@pytest.mark.parametrize("piece", ["để lúa ", "theo a ", "văn hóa, y tế, ", ";", "9 ", "phòng và "])
def test_a_hostile_text_takes_time_in_proportion_to_its_length(piece: str) -> None:
    tokens = tokenize(piece * 40_000)
    started = perf_counter()
    sector_of(tokens, 0, len(tokens))
    assert perf_counter() - started < 3
