"""Addressees: who is told to act, as written, and until when the list holds."""

import pytest

from summarizer import Summarizer
from summarizer.lexicon import language
from tests.telling import DATELINE, reported

SAYS = "Đồng chí Lê Văn Nam – Bí thư Huyện ủy yêu cầu "


def addressees(body: str) -> list[tuple[str, ...]]:
    return [d.addressees for d in Summarizer()(DATELINE + body).directives]


# Each falls without the list of addressees.toml it stands for.
EXAMPLES: dict[str, list[tuple[str, list[tuple[str, ...]]]]] = {
    "openers": [
        (
            SAYS + "các cấp ủy, chính quyền, người đứng đầu các cơ quan, đơn vị và toàn thể "
            "nhân dân đẩy mạnh chuyển đổi số.",
            [
                (
                    "các cấp ủy, chính quyền",
                    "người đứng đầu các cơ quan, đơn vị",
                    "toàn thể nhân dân",
                )
            ],
        ),
    ],
    "jointly": [
        (
            SAYS + "Phòng Kinh tế chủ trì, phối hợp với Công an huyện rà soát hộ nghèo.",
            [("Phòng Kinh tế", "Công an huyện")],
        ),
        (
            SAYS + "Phòng Kinh tế phối hợp với Công an huyện rà soát hộ nghèo.",
            [("Phòng Kinh tế", "Công an huyện")],
        ),
    ],
    "no_action_behind": [
        (
            SAYS + "các đơn vị đã triển khai dự án báo cáo kết quả.",
            [("các đơn vị đã triển khai dự án",)],
        ),
    ],
    "trailing": [
        (SAYS + "các xã sẽ rà soát hộ nghèo.", [("các xã",)]),
        (SAYS + "các xã đều rà soát hộ nghèo.", [("các xã",)]),
    ],
}


@pytest.mark.parametrize(
    ("body", "names"),
    [(body, names) for examples in EXAMPLES.values() for body, names in examples],
)
def test_each_list_of_addressees_reads_its_examples(
    body: str, names: list[tuple[str, ...]]
) -> None:
    assert addressees(body) == names


def test_every_list_of_addressees_has_an_example() -> None:
    assert set(language("addressees")) == set(EXAMPLES)


@pytest.mark.parametrize(
    ("told", "names"),
    [
        ("các xã rà soát hộ nghèo.", ("các xã",)),
        ("các xã, thị trấn rà soát hộ nghèo.", ("các xã, thị trấn",)),
        ("các xã cần phải rà soát hộ nghèo.", ("các xã",)),
        ("các xã nghiêm túc rà soát hộ nghèo.", ("các xã",)),
        ("mỗi cán bộ, đảng viên cần nêu cao trách nhiệm.", ("mỗi cán bộ, đảng viên",)),
        ("Phòng Tài chính - Kế hoạch rà soát nguồn thu.", ("Phòng Tài chính - Kế hoạch",)),
        ("Ban Tuyên giáo Huyện ủy tổ chức học tập.", ("Ban Tuyên giáo Huyện ủy",)),
        (
            "các phòng, ban, UBND các xã; Công an huyện rà soát hộ nghèo.",
            ("các phòng, ban", "UBND các xã", "Công an huyện"),
        ),
        ("tập trung rà soát hộ nghèo.", ()),
    ],
)
def test_addressees_are_told_as_written(told: str, names: tuple[str, ...]) -> None:
    (found,) = addressees(SAYS + told)
    assert " + ".join(found).replace(" + thị trấn", ", thị trấn") == " + ".join(names)


def test_addressees_given_once_hold_for_the_actions_that_follow() -> None:
    assert (
        addressees(SAYS + "các xã rà soát hộ nghèo; đẩy mạnh chuyển đổi số. Tăng cường kiểm tra.")
        == [("các xã",)] * 3
    )


def test_addressees_hold_in_the_next_paragraph_of_the_same_speech() -> None:
    assert (
        addressees(
            SAYS + "các xã rà soát hộ nghèo.\nĐồng thời, khẩn trương giải ngân vốn đầu tư công."
        )
        == [("các xã",)] * 2
    )


def test_a_subject_inside_one_clause_is_told_for_that_clause_only() -> None:
    assert addressees(
        SAYS + "các xã rà soát hộ nghèo. Phòng Tài chính - Kế hoạch tham mưu cân đối ngân sách; "
        "đẩy mạnh thu thuế."
    ) == [("các xã",), ("Phòng Tài chính - Kế hoạch",), ("các xã",)]


def test_a_new_speaker_forgets_the_addressees_of_the_one_before() -> None:
    assert addressees(
        SAYS + "các xã rà soát hộ nghèo. Ông Trần Văn Minh, Chủ tịch UBND huyện đề nghị đẩy mạnh "
        "chuyển đổi số; các phòng, ban tăng cường kiểm tra."
    ) == [("các xã",), (), ("các phòng, ban",)]


def test_a_semicolon_inside_a_list_of_addressees_ends_no_clause() -> None:
    assert reported(SAYS + "các cơ quan, đơn vị; các xã tổ chức tuyên truyền.") == [
        "D các cơ quan, đơn vị; các xã tổ chức tuyên truyền → các cơ quan, đơn vị; các xã"
    ]


def test_a_body_does_not_address_itself() -> None:
    assert addressees("Năm 2024, huyện tập trung phát triển du lịch; đẩy mạnh thu thuế.") == [
        (),
        (),
    ]


def test_an_office_at_the_head_of_a_task_is_told_to_act() -> None:
    assert addressees("Năm 2024, Phòng Kinh tế tham mưu kế hoạch phát triển du lịch.") == [
        ("Phòng Kinh tế",)
    ]


def test_a_speaker_is_not_told_to_act_by_himself() -> None:
    names = addressees(
        "Ông Trần Văn Minh, Chủ tịch UBND huyện chỉ đạo: các xã rà soát hộ nghèo; trước mắt, "
        "tập trung chăm lo Tết cho hộ nghèo."
    )
    assert ("các xã",) in names
    assert not any("Chủ tịch" in name for several in names for name in several)


def test_offices_before_a_colon_are_told_the_points_under_them() -> None:
    assert addressees(
        "UBND huyện yêu cầu như sau:\n1. Phòng Kinh tế:\n- Rà soát hộ nghèo.\n"
        "- Tham mưu kế hoạch.\n2. Công an huyện:\n- Tăng cường kiểm tra.\n"
    ) == [("Phòng Kinh tế",), ("Phòng Kinh tế",), ("Công an huyện",)]
