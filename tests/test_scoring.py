"""What scoring finds, pairs and counts: on an invented report, and on all gold fixtures."""

import unicodedata
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.gold import LISTS, Gold, GoldFigure, GoldFile, read_all
from evals.metrics import METRICS
from evals.perfect import perfect
from evals.scoring import judging
from evals.scoring.counts import Share, Tally, macro, micro
from evals.scoring.forms import Figure, Item, Span, merged, overlap
from evals.scoring.pairing import likeness, pair
from evals.scoring.places import Places, gold_items, numbers_of, told_items
from evals.scoring.score import Score, missed, score
from evals.scoring.values import in_base_unit, is_same_unit, unit_key
from schemas import Achievement, Deadline, Evidence, Issuer, Summary, Target
from summarizer.documents import Document

FIXTURES = Path(__file__).parents[1] / "evals" / "fixtures"

REPORT = Document(
    """UBND xã Mai Lâm tổng kết năm 2024
Năm 2024, sản lượng lúa đạt 5.807 tấn, tăng 2,2% so với cùng kỳ, bằng 105,6% kế hoạch năm.
Trồng rừng tập trung đạt 3.787 ha; đời sống nhân dân được cải thiện.
Kết nạp đảng viên còn chậm, mới đạt 61% kế hoạch.
Năm 2025, xã phấn đấu trồng rừng tập trung 3.000 ha; tỷ lệ hộ nghèo còn 3-4%; 16/18 thôn đạt chuẩn.
Chủ tịch yêu cầu các thôn rà soát hộ nghèo trước ngày 20/3; khuyến khích mở lớp học hè.
Số điện thoại liên hệ: 0912 345 678.
""",
    "mai-lam.txt",
)
_CHAIR = {"name": "Chủ tịch", "kind": "person"}
GOLD = Gold.model_validate(
    {
        "source": "mai-lam.txt",
        "achievements": [
            {
                "quote": "sản lượng lúa đạt 5.807 tấn, tăng 2,2% so với cùng kỳ, "
                "bằng 105,6% kế hoạch năm",
                "sector": "agriculture",
                "indicator": "sản lượng lúa",
                "figures": [
                    {"role": "level", "value": "5807", "unit": "tấn"},
                    {"role": "change", "value": "2.2", "unit": "%", "reference": "cùng kỳ"},
                    {"role": "of_plan", "value": "105.6", "unit": "%", "reference": "kế hoạch năm"},
                ],
            },
            {
                "quote": "Trồng rừng tập trung đạt 3.787 ha",
                "sector": "agriculture",
                "indicator": "diện tích rừng trồng tập trung",
                "figures": [{"role": "level", "value": "3787", "unit": "ha"}],
            },
            {"quote": "đời sống nhân dân được cải thiện", "sector": "social_labour"},
        ],
        "shortcomings": [
            {
                "quote": "Kết nạp đảng viên còn chậm, mới đạt 61% kế hoạch",
                "sector": "party_system",
                "indicator": "kết nạp đảng viên",
                "figures": [
                    {"role": "of_plan", "value": "61", "unit": "%", "reference": "kế hoạch"}
                ],
            }
        ],
        "targets": [
            {
                "quote": "trồng rừng tập trung 3.000 ha",
                "sector": "agriculture",
                "indicator": "diện tích rừng trồng tập trung",
                "figures": [{"role": "level", "value": "3000", "unit": "ha"}],
                "deadline": {"text": "Năm 2025", "date": "2025-12-31"},
            },
            {
                "quote": "tỷ lệ hộ nghèo còn 3-4%",
                "sector": "social_labour",
                "indicator": "tỷ lệ hộ nghèo",
                "figures": [
                    {
                        "role": "level",
                        "value": "3",
                        "upper": "4",
                        "unit": "%",
                        "comparator": "between",
                    }
                ],
            },
            {
                "quote": "16/18 thôn đạt chuẩn",
                "sector": "new_rural",
                "indicator": "số thôn đạt chuẩn",
                "figures": [{"role": "level", "value": "16", "total": "18", "unit": "thôn"}],
            },
        ],
        "directives": [
            {
                "quote": "các thôn rà soát hộ nghèo trước ngày 20/3",
                "sector": "social_labour",
                "issuer": _CHAIR,
                "addressees": ["các thôn"],
                "deadline": {"text": "trước ngày 20/3"},
            },
            {
                "quote": "khuyến khích mở lớp học hè",
                "sector": "education",
                "issuer": _CHAIR,
                "optional": True,
            },
        ],
    }
)
TRAPS = ("điện thoại liên hệ: 0912 345 678",)
PERFECT = perfect(REPORT, GOLD)
GOLDS = read_all([FIXTURES])
SHORT = [file for file in GOLDS if len(file.document.text) < 3000]


def scored(summary: Summary, gold: Gold = GOLD) -> Score:
    return score(REPORT, gold, summary, TRAPS)


def value(told: Score, metric: str) -> float | None:
    return told.counts[metric].value


def at(words: str, text: str = REPORT.text, after: int = 0) -> Span:
    start = text.index(words, after)
    return Span(start, start + len(words))


def evidence(words: str, start: int | None = None) -> Evidence:
    span = at(words) if start is None else Span(start, start + len(words))
    return Evidence(quote=words, start=span.start, end=span.end)


def changed(name: str, index: int, **values: Any) -> Summary:
    """The perfect summary with other fields in one item."""
    items = list(getattr(PERFECT, name))
    items[index] = items[index].model_copy(update=values)
    return PERFECT.model_copy(update={name: tuple(items)})


def with_figure(name: str, index: int, number: int, **values: Any) -> Summary:
    """The perfect summary with other fields in one figure."""
    figures = list(getattr(PERFECT, name)[index].figures)
    figures[number] = figures[number].model_copy(update=values)
    return changed(name, index, figures=tuple(figures))


def without(name: str, index: int) -> Summary:
    items = getattr(PERFECT, name)
    return PERFECT.model_copy(update={name: items[:index] + items[index + 1 :]})


def faults_of(told: Score) -> list[str]:
    return [verdict.verdict for verdict in told.verdicts if not verdict.is_right]


# --- Quotes ---------------------------------------------------------------------------------------


def found(text: str, quote: str) -> tuple[str, list[str]]:
    places = Places(Document(text)).find(quote)
    return places.tier, [text[span.start : span.end] for span in places.spans]


def test_a_quote_is_found_as_it_stands_but_for_its_closing_sign() -> None:
    assert found("Thu ngân sách đạt 12 tỷ đồng; chi 9 tỷ.", "ngân sách đạt 12 tỷ đồng;") == (
        "exact",
        ["ngân sách đạt 12 tỷ đồng"],
    )


@pytest.mark.parametrize("blank", ["\u00a0", "  ", "\n", "\u200b "])
def test_other_blanks_make_a_quote_normalized(blank: str) -> None:
    text = f"Sản lượng{blank}lúa đạt 5.807 tấn"
    assert found(text, "Sản lượng lúa đạt 5.807 tấn") == ("normalized", [text])


def test_a_decomposed_source_holds_a_composed_quote() -> None:
    text = unicodedata.normalize("NFD", "Năm qua, đời sống được cải thiện rõ rệt.")
    tier, (passage,) = found(text, "đời sống được cải thiện")
    assert tier == "normalized"
    assert unicodedata.normalize("NFC", passage) == "đời sống được cải thiện"


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("KẾ HOẠCH năm đạt 90%", "Kế hoạch năm đạt 90%"),
        ("giai đoạn 2021 – 2025 đạt 90%", "giai đoạn 2021 - 2025 đạt 90%"),
        ("phong trào “Làng xanh” lan toả", 'phong trào "Làng xanh" lan tỏa'),
    ],
    ids=["case", "dash", "quotation marks and tone"],
)
def test_another_spelling_is_told_from_another_text(text: str, quote: str) -> None:
    assert found(text, quote) == ("spelling", [text])


LONG = "Trồng rừng tập trung toàn huyện năm qua ước đạt 3.787 ha, tăng cao so với cùng kỳ năm trước"


def test_other_words_with_the_same_numbers_are_near() -> None:
    tier, passages = found(f"Báo cáo. {LONG}.", LONG.replace("ước đạt", "đã đạt"))
    assert tier == "near"
    assert "3.787 ha" in passages[0]


@pytest.mark.parametrize("number", ["3.187", "3.788", "37,87"])
def test_a_near_quote_with_a_falsified_number_is_missing(number: str) -> None:
    assert found(f"Báo cáo. {LONG}.", LONG.replace("3.787", number)) == ("missing", [])


def test_a_quote_of_nothing_is_missing() -> None:
    assert found("Báo cáo năm 2024", " ;.") == ("missing", [])


def test_whole_words_go_before_the_same_signs_within_a_word() -> None:
    text = "có 112 xã, trong đó 12 xã đạt chuẩn"
    spans = Places(Document(text)).find("12 xã").spans
    assert [span.start for span in spans] == [text.rindex("12 xã")]


TWICE = Document("Xã A đạt 100% kế hoạch. Xã B đạt 100% kế hoạch.")


def gold_of(*quotes: str, figures: Any = ()) -> Gold:
    items = [{"quote": quote, "sector": "general", "figures": figures} for quote in quotes]
    return Gold.model_validate({"source": "x.txt", "achievements": items})


def test_the_same_words_quoted_twice_stand_in_two_places() -> None:
    items = gold_items(gold_of("100% kế hoạch", "100% kế hoạch"), Places(TWICE))
    first, second = (item.start for item in items)
    assert [first, second] == [TWICE.text.index("100%"), TWICE.text.rindex("100%")]


def test_a_pin_says_which_of_several_places_is_meant() -> None:
    at_second = TWICE.text.rindex("100%")
    pins = {("achievements", 0): at_second}
    (item,) = gold_items(gold_of("100% kế hoạch"), Places(TWICE), pins)
    assert item.start == at_second


def test_what_is_not_in_the_source_has_no_place() -> None:
    (item,) = gold_items(gold_of("Xã C đạt 70%"), Places(TWICE))
    assert (item.spans, item.start) == ((), -1)


def test_evidence_that_stands_elsewhere_has_no_place() -> None:
    shifted = evidence("đời sống nhân dân", at("đời sống nhân dân").start + 1)
    told = told_items(changed("achievements", 2, evidence=(shifted,)), Places(REPORT))
    assert told[2].spans == ()


def test_numbers_of_words_are_counted() -> None:
    assert numbers_of("đạt 1.000 ha và 1000 ha, tăng 2,5%") == {
        Decimal(1000): 2,
        Decimal("2.5"): 1,
    }
    assert not numbers_of("không có số nào")


# --- Anchors --------------------------------------------------------------------------------------


def anchored(quote: str, *figures: dict[str, str]) -> list[str | None]:
    """The words that stand at the anchor of each figure."""
    text = f"Báo cáo: {quote}; hết."
    told = [{"role": "level", **figure} for figure in figures]
    (item,) = gold_items(gold_of(quote, figures=told), Places(Document(text)))
    return [
        None if figure.anchor is None else text[figure.anchor :].rstrip("; hết.")
        for figure in item.figures
    ]


def test_a_number_of_several_parts_is_anchored_at_its_first() -> None:
    told = anchored("thu 926 tỷ 147 triệu đồng", {"value": "926.147", "unit": "tỷ đồng"})
    assert told == ["926 tỷ 147 triệu đồng"]


def test_the_same_number_twice_has_two_anchors_in_order() -> None:
    twice = anchored(
        "thôn đạt 100%, bản đạt 100%",
        {"value": "100", "unit": "%"},
        {"value": "100", "unit": "%"},
    )
    assert twice == ["100%, bản đạt 100%", "100%"]


def test_the_unit_tells_the_same_numbers_apart() -> None:
    told = anchored(
        "gieo 5 ha và thu 5 tấn", {"value": "5", "unit": "tấn"}, {"value": "5", "unit": "ha"}
    )
    assert told == ["5 tấn", "5 ha và thu 5 tấn"]


@pytest.mark.parametrize(
    ("quote", "figure", "where"),
    [
        ("16/18 chỉ tiêu", {"value": "16", "total": "18"}, "16/18 chỉ tiêu"),
        ("tăng 15-16%", {"value": "15", "upper": "16"}, "15-16%"),
        ("giảm 38 vụ", {"value": "-38", "role": "change"}, "38 vụ"),
        ("diện tích 1.250,5 ha", {"value": "1250.5"}, "1.250,5 ha"),
    ],
    ids=["part of a whole", "range", "fall", "both marks"],
)
def test_a_figure_is_anchored_at_its_value(quote: str, figure: dict[str, str], where: str) -> None:
    assert anchored(quote, figure) == [where]


def test_a_figure_without_digits_has_no_anchor_and_is_found_by_its_meaning() -> None:
    text = Document("Cuối năm, xã không còn hộ nghèo và có 12 hộ khá.")
    zero = GoldFigure.model_validate({"role": "level", "value": "0", "unit": "hộ nghèo"})
    gold = gold_of("không còn hộ nghèo", figures=[dict(zero)])
    (item,) = gold_items(gold, Places(text))
    assert item.figures[0].anchor is None
    assert score(text, gold, perfect(text, gold)).counts["figures_strict"] == Tally(1, 1, 1)


def test_a_figure_whose_words_stand_elsewhere_has_no_anchor() -> None:
    start = PERFECT.achievements[1].figures[0].start + 1
    told = told_items(with_figure("achievements", 1, 0, start=start), Places(REPORT))
    assert told[1].figures[0].anchor is None


# --- Values and units -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("39.2", "tỷ đồng"), ("39200", "triệu đồng"), True),
        (("39.2", "tỷ"), ("39.2", "tỷ đồng"), True),
        (("45", "triệu USD"), ("45", "triệu đồng"), False),
        (("3.000", "ha"), ("3000", "ha"), False),
        (("2", "%"), ("2", "điểm %"), False),
        (("58", "triệu đồng/người/năm"), ("58000", "nghìn đồng/người/năm"), True),
        (("1.7", "triệu lượt"), ("1700000", "lượt"), True),
        (("6", "tấn /ha"), ("6", "tấn/ ha"), True),
    ],
)
def test_values_are_the_same_in_a_common_unit(
    one: tuple[str, str], other: tuple[str, str], same: bool
) -> None:
    a, b = (in_base_unit(Decimal(number), unit) for number, unit in (one, other))
    assert (a == b) is same


def test_units_are_compared_without_blanks_case_and_spelling() -> None:
    assert unit_key("  Tỉ\u00a0đồng ") == unit_key("tỷ đồng")
    assert is_same_unit("triệu lượt", "lượt")
    assert not is_same_unit("lượt", "người")


# --- Figures --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slot", "values"),
    [
        ("value", {"value": Decimal(5808)}),
        ("unit", {"unit": "tạ"}),
        ("role", {"role": "planned"}),
        ("comparator", {"comparator": "ge"}),
        ("reference", {"reference": "cùng kỳ"}),
        ("upper", {"upper": Decimal(6000)}),
        ("total", {"total": Decimal(6000)}),
    ],
)
def test_a_wrong_slot_is_wrong_in_that_slot_only(slot: str, values: dict[str, Any]) -> None:
    told = scored(with_figure("achievements", 0, 0, **values))
    assert told.counts["figures"] == Tally(8, 8, 8)
    assert told.counts["figures_strict"] == Tally(8, 8, 7)
    wrong = {name for name in judging.SLOTS if told.counts[name] != Share(8, 8)}
    assert wrong == {slot}
    assert told.counts[slot] == Share(7, 8)


def test_a_figure_in_another_scale_is_right() -> None:
    text = Document("Thu ngân sách đạt 39,2 tỷ đồng.")
    gold = gold_of(
        "Thu ngân sách đạt 39,2 tỷ đồng",
        figures=[{"role": "level", "value": "39.2", "unit": "tỷ đồng"}],
    )
    right = perfect(text, gold)
    (item,) = right.achievements
    figure = item.figures[0].model_copy(update={"value": Decimal(39200), "unit": "triệu đồng"})
    item = item.model_copy(update={"figures": (figure,)})
    told = score(text, gold, right.model_copy(update={"achievements": (item,)}))
    assert told.counts["figures_strict"] == Tally(1, 1, 1)


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ("-5807", "sign"),
        ("5807000", "scale (×1000)"),
        ("5.807", "scale (×1000)"),
        ("58.07", "decimal mark"),
        ("3787", "another figure of the source"),
        ("5907", "one digit"),
        ("9999", "invented"),
    ],
)
def test_a_wrong_value_is_told_by_its_kind(told: str, kind: str) -> None:
    told_so = scored(with_figure("achievements", 0, 0, value=Decimal(told)))
    assert told_so.errors == {kind: 1}


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"unit": "tạ"}, "unit"),
        ({"role": "planned"}, "role"),
        ({"comparator": "ge"}, "comparator"),
        ({"reference": "năm trước"}, "reference"),
    ],
)
def test_other_wrong_slots_are_kinds_of_their_own(values: dict[str, Any], kind: str) -> None:
    assert scored(with_figure("achievements", 0, 0, **values)).errors == {kind: 1}


@pytest.mark.parametrize(("index", "slot"), [(1, "upper"), (2, "total")])
def test_a_lost_end_is_not_told_as_another_value(index: int, slot: str) -> None:
    told = scored(with_figure("targets", index, 0, **{slot: None}))
    assert value(told, slot) == 7 / 8
    assert "another figure of the source" not in told.errors


def test_a_figure_that_is_told_twice_is_told_once_too_often() -> None:
    figures = PERFECT.achievements[1].figures
    told = scored(changed("achievements", 1, figures=(*figures, *figures)))
    assert told.counts["figures"] == Tally(8, 9, 8)
    assert told.errors == {"another figure of the source": 1}


def test_figures_are_found_however_items_are_merged_or_split() -> None:
    first, second, third = PERFECT.achievements
    together = first.model_copy(
        update={
            "evidence": (*first.evidence, *second.evidence),
            "figures": (*first.figures, *second.figures),
        }
    )
    parts = [first.model_copy(update={"figures": (figure,)}) for figure in first.figures]
    for items in ((together, third), (*parts, second, third)):
        told = scored(PERFECT.model_copy(update={"achievements": items}))
        assert told.counts["figures_strict"] == Tally(8, 8, 8)
        assert told.counts["found"] != Tally(8, 8, 8)


def test_a_figure_read_elsewhere_is_paired_by_its_meaning() -> None:
    other = PERFECT.shortcomings[0].figures[0]
    told = scored(
        with_figure(
            "achievements", 1, 0, raw=other.raw, value=other.value, start=other.start, end=other.end
        )
    )
    assert told.counts["figures"] == Tally(8, 8, 8)
    assert told.counts["value"] == Share(7, 8)
    assert told.errors == {"another figure of the source": 1}


def test_figures_of_another_meaning_are_missed_and_spurious() -> None:
    told = scored(
        with_figure(
            "achievements", 1, 0, start=0, end=2, raw="99", value=Decimal(99),
            unit="đồng", role="change",
        )
    )  # fmt: skip
    assert told.counts["figures"] == Tally(8, 8, 7)
    assert faults_of(told) == ["missed", "extra"]


def test_figures_told_of_each_other_s_items_are_wrong_though_every_slot_is_right() -> None:
    first, second, *rest = PERFECT.achievements
    told = scored(
        PERFECT.model_copy(
            update={
                "achievements": (
                    first.model_copy(update={"figures": second.figures}),
                    second.model_copy(update={"figures": first.figures}),
                    *rest,
                )
            }
        )
    )
    swapped = len(first.figures) + len(second.figures)
    assert told.counts["item"] == Share(8 - swapped, 8)
    assert told.counts["figures"] == Tally(8, 8, 8)
    assert told.counts["figures_strict"] == Tally(8, 8, 8 - swapped)
    assert all(fault.startswith("item (") for fault in faults_of(told))


def test_a_figure_of_an_item_told_in_parts_is_its_own() -> None:
    first, *rest = PERFECT.achievements
    parts = [first.model_copy(update={"figures": (figure,)}) for figure in first.figures]
    told = scored(PERFECT.model_copy(update={"achievements": (*parts, *rest)}))
    assert len(parts) > 1
    assert value(told, "item") == 1.0
    assert told.counts["figures_strict"] == Tally(8, 8, 8)


def test_verdicts_say_what_is_wrong() -> None:
    told = scored(with_figure("achievements", 0, 2, role="change", value=Decimal(105)))
    (verdict,) = (one for one in told.verdicts if not one.is_right)
    assert verdict.verdict == "value (105, not 105.6); role (change, not of_plan)"
    assert verdict.words.startswith("of_plan 105.6 % (")
    assert verdict.filed == "achievements"
    (place,) = verdict.gold
    assert REPORT.text[place.start : place.end] == "105,6"


def test_keys_of_verdicts_are_the_same_in_every_run() -> None:
    keys = [verdict.key for verdict in scored(PERFECT).verdicts]
    nothing = [verdict.key for verdict in missed(REPORT, GOLD).verdicts]
    assert keys == nothing
    assert len(set(keys)) == len(keys)


# --- Items and lists ------------------------------------------------------------------------------


def test_a_perfect_summary_scores_perfectly() -> None:
    told = scored(PERFECT)
    for metric in METRICS:
        assert value(told, metric.name) == (metric.better == "higher"), metric.name
    assert faults_of(told) == []
    assert told.errors == {}


def test_nothing_told_is_all_missed() -> None:
    told = missed(REPORT, GOLD)
    assert told.counts["found"] == Tally(8, 0, 0)
    assert told.counts["figures_strict"] == Tally(8, 0, 0)
    assert value(told, "value") is None
    assert {verdict.verdict for verdict in told.verdicts} == {"missed", "optional"}
    assert told.confusion == {(name, ""): len(getattr(PERFECT, name)) for name in LISTS}


def test_nothing_to_tell_and_nothing_told_has_no_score() -> None:
    told = missed(REPORT, Gold(source="mai-lam.txt"))
    assert {count.value for count in told.counts.values()} == {None}


def test_an_item_that_is_told_of_nothing_is_spurious() -> None:
    extra = PERFECT.achievements[2].model_copy(
        update={"evidence": (evidence("UBND xã Mai Lâm"),), "statement": "UBND xã Mai Lâm"}
    )
    told = scored(PERFECT.model_copy(update={"achievements": (*PERFECT.achievements, extra)}))
    assert told.counts["found"] == Tally(8, 9, 8)
    assert told.counts["achievements"] == Tally(3, 4, 3)
    assert told.confusion["", "achievements"] == 1
    assert faults_of(told) == ["extra"]


def as_achievement(item: Any) -> Achievement:
    fields = {name: field for name, field in item if name in Achievement.model_fields}
    return Achievement(**fields)


def test_a_target_told_as_an_achievement_is_the_future_as_past() -> None:
    target, *rest = PERFECT.targets
    told = scored(
        PERFECT.model_copy(
            update={
                "achievements": (*PERFECT.achievements, as_achievement(target)),
                "targets": tuple(rest),
            }
        )
    )
    assert told.counts["future_as_past"] == Share(1, 3)
    assert value(told, "bad_as_good") == 0.0
    assert told.counts["list"] == Share(7, 8)
    assert value(told, "found") == 1.0
    assert told.confusion["targets", "achievements"] == 1
    assert told.counts["figures"] == Tally(8, 8, 8)
    assert told.counts["figures_strict"] == Tally(8, 8, 7)
    assert faults_of(told) == ["in achievements", "in achievements"]


def test_a_target_told_as_done_beside_it_is_the_future_as_past_too() -> None:
    extra = as_achievement(PERFECT.targets[0])
    told = scored(PERFECT.model_copy(update={"achievements": (*PERFECT.achievements, extra)}))
    assert told.counts["future_as_past"] == Share(1, 3)


def test_a_plan_that_may_be_left_out_is_no_result_either() -> None:
    optional = GOLD.targets[0].model_copy(update={"optional": True})
    gold = GOLD.model_copy(update={"targets": (optional, *GOLD.targets[1:])})
    extra = as_achievement(PERFECT.targets[0])
    achievements = (*PERFECT.achievements, extra)
    told = scored(
        PERFECT.model_copy(update={"achievements": achievements, "targets": PERFECT.targets[1:]}),
        gold,
    )
    assert told.counts["future_as_past"] == Share(1, 3)


def test_a_shortcoming_told_as_an_achievement_is_the_bad_as_good() -> None:
    (bad,) = PERFECT.shortcomings
    told = scored(
        PERFECT.model_copy(
            update={
                "achievements": (*PERFECT.achievements, as_achievement(bad)),
                "shortcomings": (),
            }
        )
    )
    assert told.counts["bad_as_good"] == Share(1, 1)
    assert value(told, "future_as_past") == 0.0


@pytest.mark.parametrize(("name", "index"), [("achievements", 1), ("targets", 0)])
def test_of_twins_the_one_that_is_told_is_paired(name: str, index: int) -> None:
    told = scored(without(name, index))
    assert value(told, "list") == 1.0
    assert told.confusion[name, ""] == 1
    assert value(told, "future_as_past") == 0.0
    assert told.counts["figures_strict"] == Tally(8, 7, 7)


def test_a_quote_told_at_another_place_is_the_same_item() -> None:
    text = Document("Kết quả: 12 xã về đích. Trong năm, Báo cáo nêu 12 xã về đích, bà con vui.")
    gold = gold_of("12 xã về đích", figures=[{"role": "level", "value": "12", "unit": "xã"}])
    right = perfect(text, gold)
    (item,) = right.achievements
    later = text.text.rindex("12 xã") - item.evidence[0].start
    moved = [
        thing.model_copy(update={"start": thing.start + later, "end": thing.end + later})
        for thing in (item.evidence[0], item.figures[0])
    ]
    item = item.model_copy(update={"evidence": (moved[0],), "figures": (moved[1],)})
    told = score(text, gold, right.model_copy(update={"achievements": (item,)}))
    assert told.counts["found"] == Tally(1, 1, 1)
    assert told.counts["figures_strict"] == Tally(1, 1, 1)


@pytest.mark.parametrize(
    ("name", "index", "slot", "values", "said"),
    [
        ("achievements", 2, "sector", {"sector": "general"}, "general"),
        ("achievements", 0, "indicator", {"indicator": "chiều dài cầu"}, "chiều dài cầu"),
        ("achievements", 2, "indicator", {"indicator": "đời sống"}, "đời sống"),
        ("achievements", 0, "indicator", {"indicator": "sản"}, "sản"),
        ("targets", 0, "deadline", {"deadline": None}, "none"),
        ("targets", 1, "deadline", {"deadline": Deadline(text="Năm 2025")}, "Năm 2025"),
        ("directives", 0, "deadline", {"deadline": Deadline(text="quý I; II")}, "quý I, II"),
        ("directives", 0, "issuer", {"issuer": Issuer(name="Bí thư", kind="person")}, "Bí thư"),
        ("directives", 0, "issuer", {"issuer": None}, "none"),
        ("directives", 0, "addressees", {"addressees": ("thôn", "bản")}, "thôn, bản"),
    ],
)
def test_each_slot_of_an_item_is_judged(
    name: str, index: int, slot: str, values: dict[str, Any], said: str
) -> None:
    told = scored(changed(name, index, **values))
    slots = ("sector", "indicator", "issuer", "addressees", "deadline")
    assert [one for one in slots if value(told, one) != 1.0] == [slot]
    (fault,) = faults_of(told)
    assert fault.startswith(f"{slot} ({said}, not ")


def test_names_are_compared_without_case_and_order_of_addressees() -> None:
    told = changed(
        "directives",
        0,
        issuer=Issuer(name="CHỦ TỊCH", kind="body"),
        addressees=("Các thôn", "các thôn"),
    )
    assert value(scored(told), "issuer") == value(scored(told), "addressees") == 1.0
    longer = changed("directives", 0, issuer=Issuer(name="Chủ tịch xã", kind="person"))
    assert value(scored(longer), "issuer") == 1.0
    renamed = changed("achievements", 0, indicator="Sản lượng lúa cả năm")
    assert value(scored(renamed), "indicator") == 1.0


def test_directives_are_judged_by_their_words_however_they_are_cut() -> None:
    (order,) = PERFECT.directives
    first, second = "các thôn rà soát hộ nghèo", "trước ngày 20/3"
    parts = tuple(
        order.model_copy(update={"statement": words, "evidence": (evidence(words),)})
        for words in (first, second)
    )
    told = scored(PERFECT.model_copy(update={"directives": parts}))
    whole = len("các thôn rà soát hộ nghèo trước ngày 20/3")
    assert told.counts["directive_text"] == Tally(whole, whole - 1, whole - 1)
    assert told.counts["directives"] == Tally(1, 2, 1)


# --- What may be told or not ----------------------------------------------------------------------


def without_ground(told: Score) -> dict[str, Any]:
    names = missed(REPORT, GOLD).counts.keys() - {"tightness"}
    return {name: told.counts[name] for name in names}


def test_optional_items_are_neither_rewarded_nor_punished() -> None:
    both = perfect(REPORT, GOLD, optional=True)
    assert len(both.directives) == 2
    assert without_ground(scored(both)) == without_ground(scored(PERFECT))
    assert scored(both).confusion == scored(PERFECT).confusion


def test_an_optional_item_may_be_told_in_part_and_in_any_list() -> None:
    (order,) = PERFECT.directives
    part = order.model_copy(
        update={"statement": "mở lớp học hè", "evidence": (evidence("mở lớp học hè"),)}
    )
    target = Target(
        id="T9",
        statement="khuyến khích mở lớp học hè",
        sector="education",
        evidence=(evidence("khuyến khích mở lớp học hè"),),
    )
    for update in (
        {"directives": (order, part)},
        {"targets": (*PERFECT.targets, target)},
        {"directives": (order, part, part)},
    ):
        told = scored(PERFECT.model_copy(update=update))
        assert without_ground(told) == without_ground(scored(PERFECT))


def test_figures_of_optional_items_do_not_count() -> None:
    spare = GOLD.achievements[1].model_copy(update={"optional": True})
    achievements = (GOLD.achievements[0], spare, GOLD.achievements[2])
    gold = GOLD.model_copy(update={"achievements": achievements})
    assert scored(PERFECT, gold).counts["figures"] == Tally(7, 7, 7)
    assert scored(without("achievements", 1), gold).counts["figures"] == Tally(7, 7, 7)


def test_an_optional_item_takes_nothing_from_one_that_has_to_be_told() -> None:
    text = Document("Chủ tịch giao: nâng tỷ lệ hồ sơ trực tuyến lên trên 60%.")
    quote = "nâng tỷ lệ hồ sơ trực tuyến lên trên 60%"
    figure = {"role": "level", "value": "60", "unit": "%", "comparator": "gt"}
    gold = Gold.model_validate(
        {
            "source": "x.txt",
            "targets": [{"quote": quote, "sector": "administration_digital", "figures": [figure]}],
            "directives": [{"quote": quote, "sector": "administration_digital", "optional": True}],
        }
    )
    right = perfect(text, gold)
    target = right.targets[0].model_copy(update={"figures": ()})
    told = score(text, gold, right.model_copy(update={"targets": (target,)}))
    assert told.counts["items"] == Tally(1, 1, 1)
    assert told.counts["figures"] == Tally(1, 0, 0)


def test_a_figure_of_two_items_is_that_of_the_one_that_was_told() -> None:
    text = Document("Sản lượng lúa đạt 120 tấn trong năm.")
    quote = "Sản lượng lúa đạt 120 tấn"
    figure = {"role": "level", "value": "120", "unit": "tấn"}
    one = {"quote": quote, "sector": "agriculture", "figures": [figure]}
    gold = Gold.model_validate(
        {"source": "x.txt", "achievements": [one | {"optional": True}], "targets": [one]}
    )
    told = score(text, gold, perfect(text, gold))
    assert told.counts["figures_strict"] == Tally(1, 1, 1)


# --- Traps ----------------------------------------------------------------------------------------


def test_a_trap_told_as_a_figure_is_counted() -> None:
    number = evidence("0912")
    figures = PERFECT.achievements[1].figures
    phone = figures[0].model_copy(
        update={"raw": "0912", "value": Decimal(912), "start": number.start, "end": number.end}
    )
    assert scored(PERFECT).counts["traps"] == Share(0, 1)
    told = scored(changed("achievements", 1, figures=(*figures, phone)))
    assert told.counts["traps"] == Share(1, 1)
    assert told.counts["figures"] == Tally(8, 9, 8)


# --- Groundedness ---------------------------------------------------------------------------------


def shares(summary: Summary, *names: str) -> list[Share]:
    counts = scored(summary).counts
    return [Share(counts[name].hits, counts[name].of) for name in names]  # type: ignore[union-attr]


QUOTES = ("quotes_exact", "quotes_found", "quotes_in_place")


@pytest.mark.parametrize(
    ("quote", "hits"),
    [
        ("đời sống nhân dân được cải thiện", (8, 8, 8)),
        ("đời sống\u00a0nhân dân được cải thiện", (7, 8, 7)),
        ("Đời sống nhân dân được cải thiện", (7, 7, 7)),
        ("đời sống của nhân dân được cải thiện", (7, 7, 7)),
    ],
    ids=["exact", "blanks", "spelling", "words"],
)
def test_quotes_are_counted_by_how_they_are_found(quote: str, hits: tuple[int, ...]) -> None:
    told = changed("achievements", 2, evidence=(evidence(quote, at("đời sống").start),))
    assert shares(told, *QUOTES) == [Share(one, 8) for one in hits]


def test_a_quote_at_wrong_offsets_is_out_of_place() -> None:
    start = at("đời sống").start + 3
    quote = evidence("đời sống nhân dân được cải thiện", start)
    told = changed("achievements", 2, evidence=(quote,))
    assert shares(told, *QUOTES) == [Share(8, 8), Share(8, 8), Share(7, 8)]


def test_a_number_cut_out_of_another_is_not_proven() -> None:
    text = Document("Sản lượng thủy sản đạt 5.807 tấn.")
    figure = {"role": "level", "value": "5807", "unit": "tấn"}
    gold = gold_of("Sản lượng thủy sản đạt 5.807 tấn", figures=[figure])
    right = perfect(text, gold)
    (item,) = right.achievements
    cut = item.model_copy(update={"statement": "807 tấn"})
    told = score(text, gold, right.model_copy(update={"achievements": (cut,)}))
    assert told.counts["words_in_evidence"] == Share(0, 1)
    assert told.counts["statements_faithful"] == Share(0, 1)


def test_a_part_of_the_evidence_is_not_faithful_if_it_drops_what_denies_or_bounds_it() -> None:
    text = Document("Xã chưa hoàn thành kế hoạch; còn dưới 100 hộ nghèo.")
    for quote, part in (
        ("Xã chưa hoàn thành kế hoạch", "hoàn thành kế hoạch"),
        ("còn dưới 100 hộ nghèo", "100 hộ nghèo"),
    ):
        gold = gold_of(quote)
        right = perfect(text, gold)
        (item,) = right.achievements
        cut = item.model_copy(update={"statement": part})
        told = score(text, gold, right.model_copy(update={"achievements": (cut,)}))
        assert told.counts["statements_faithful"] == Share(0, 1)


def test_a_figure_told_of_an_item_that_does_not_quote_it_is_not_its_own() -> None:
    first, second, *rest = PERFECT.achievements
    both = (*second.figures, *first.figures)
    moved = second.model_copy(update={"figures": both})
    told = scored(PERFECT.model_copy(update={"achievements": (moved, *rest)}))
    assert told.counts["figures"] == Tally(8, 8, 8)
    assert told.counts["item"] == Share(8 - len(first.figures), 8)


def test_the_same_words_elsewhere_are_no_plan_told_as_done() -> None:
    text = Document("Ước thu ngân sách 12 tỷ đồng. Năm tới phấn đấu thu ngân sách 12 tỷ đồng.")
    quote = "thu ngân sách 12 tỷ đồng"
    figure = {"role": "level", "value": "12", "unit": "tỷ đồng"}
    one = {"quote": quote, "sector": "budget_finance", "figures": [figure]}
    gold = Gold.model_validate({"source": "x.txt", "targets": [one]})
    later = text.text.rindex(quote)
    pins = {("targets", 0): later}
    right = perfect(text, gold, pins=pins)
    start = text.text.index(quote)
    first = as_achievement(right.targets[0]).model_copy(
        update={
            "evidence": (Evidence(quote=quote, start=start, end=start + len(quote)),),
            "figures": (),
        }
    )
    told = score(text, gold, right.model_copy(update={"achievements": (first,)}), pins=pins)
    assert told.counts["future_as_past"] == Share(0, 1)


@pytest.mark.parametrize(
    "statement",
    ["Đời sống nhân dân không được cải thiện", "Đời sống nhân dân xã Cầu Vồng được cải thiện"],
)
def test_a_statement_is_faithful_only_if_it_says_what_its_evidence_says(statement: str) -> None:
    (share,) = shares(changed("achievements", 2, statement=statement), "statements_faithful")
    assert share == Share(7, 8)


@pytest.mark.parametrize(
    ("added", "proven", "held"), [("5.807", 8, 9), ("123.123", 8, 8), ("61", 8, 9)]
)
def test_numbers_of_statements_are_sought_in_quote_and_source(
    added: str, proven: int, held: int
) -> None:
    own = PERFECT.achievements[1].statement
    numbers = sum(
        len(numbers_of(item.statement)) for name in LISTS for item in getattr(PERFECT, name)
    )
    told = changed("achievements", 1, statement=f"{own}, so với {added} nơi khác")
    assert shares(told, "words_in_evidence", "words_in_source") == [
        Share(numbers + proven - 8, numbers + 1),
        Share(numbers + held - 8, numbers + 1),
    ]


def test_values_are_what_their_words_say() -> None:
    told = with_figure("achievements", 0, 1, value=Decimal(-22))
    assert shares(told, "values_as_written") == [Share(7, 8)]
    fallen = with_figure("achievements", 0, 1, value=Decimal("-2.2"))
    assert shares(fallen, "values_as_written") == [Share(8, 8)]


def test_figures_stand_within_their_own_evidence() -> None:
    first, second, third = PERFECT.achievements
    swapped = (
        first.model_copy(update={"figures": second.figures}),
        second.model_copy(update={"figures": first.figures}),
        third,
    )
    told = PERFECT.model_copy(update={"achievements": swapped})
    assert shares(told, "figures_in_evidence") == [Share(4, 8)]


def test_wide_evidence_is_not_tight() -> None:
    quote = "Trồng rừng tập trung đạt 3.787 ha; đời sống nhân dân được cải thiện"
    told = scored(changed("achievements", 1, evidence=(evidence(quote),)))
    loose = told.counts["tightness"]
    assert isinstance(loose, Share)
    own = len(PERFECT.achievements[1].evidence[0].quote)
    assert loose.of - loose.hits == len(quote) - own
    assert value(told, "found") == 1.0
    assert told.counts["quote"] == Share(7, 8)
    assert told.counts["items"] == Tally(8, 8, 7)
    assert faults_of(told) == ["quote"]


# --- Pairing --------------------------------------------------------------------------------------


def item(
    start: int, end: int, kind: str = "achievements", *values: int, words: str = "lúa"
) -> Item:
    figures = tuple(Figure("level", Decimal(one), "ha", anchor=start + one) for one in values)
    return Item(kind, words, (), (Span(start, end),), "general", figures=figures)


def test_the_pairs_together_are_most_alike() -> None:
    gold = (item(0, 50), item(60, 100))
    told = (item(60, 98), item(0, 55))
    assert pair(gold, told) == ((0, 1), (1, 0))


def test_items_without_a_common_place_or_figure_are_no_pair() -> None:
    assert pair((item(0, 50),), (item(50, 90),)) == ()
    assert pair((), (item(0, 50),)) == ()


def test_items_are_paired_across_lists_but_rather_within_one() -> None:
    assert pair((item(0, 50),), (item(0, 50, "targets"),)) == ((0, 0),)
    assert pair((item(0, 50),), (item(0, 50, "targets"), item(0, 50))) == ((0, 1),)


def test_figures_tell_items_of_the_same_sentence_apart() -> None:
    gold = (item(0, 80, "achievements", 3), item(0, 80, "achievements", 7))
    told = (item(0, 80, "achievements", 7), item(0, 80, "achievements", 3))
    assert pair(gold, told) == ((0, 1), (1, 0))


def test_a_fact_told_in_parts_is_the_part_that_quotes_it() -> None:
    gold = (item(0, 60, "achievements", 55),)
    told = (item(0, 50), item(50, 60, "achievements", 5))
    assert told[1].figures[0].anchor == gold[0].figures[0].anchor
    assert pair(gold, told) == ((0, 0),)


def test_a_fact_of_the_same_number_elsewhere_is_another_one() -> None:
    gold = (item(0, 50, "achievements", 100, words="hộ dùng nước sạch đạt 100 ha"),)
    other = item(300, 350, "achievements", 100, words="hộ dùng điện lưới đạt 100 ha")
    assert pair(gold, (other,)) == ()
    retold = item(300, 350, "achievements", 100, words="Hộ dùng nước sạch đạt 100 ha")
    assert pair(gold, (retold,)) == ((0, 0),)


def test_of_an_item_and_one_that_may_be_told_within_it_the_one_that_was_told_is_paired() -> None:
    order = item(0, 100, "directives", words="giao nâng tỷ lệ hồ sơ")
    within = replace(item(40, 100, "targets", words="nâng tỷ lệ hồ sơ"), optional=True)
    told = item(40, 100, "targets", words="nâng tỷ lệ hồ sơ")
    assert pair((order, within), (told,)) == ((1, 0),)


def test_likeness_has_a_share_of_each_term() -> None:
    same = likeness(item(0, 50, "targets", 3), item(0, 50, "targets", 3))
    assert (same.spans, same.values, same.anchors, same.words) == (1.0, 1.0, 1.0, 1.0)
    assert same.quoted
    assert same.total == pytest.approx(1.62)
    far = likeness(item(0, 50, "targets", 3), item(50, 90, "targets", 4))
    assert (far.spans, far.values, far.words) == (0.0, 0.0, 0.0)


# --- Counts and spans -----------------------------------------------------------------------------


def test_micro_adds_up_and_macro_means() -> None:
    counts = [Tally(10, 10, 10), None, Tally(1, 1, 0), Tally()]
    assert micro(counts) == Tally(11, 11, 10)
    assert macro(counts) == 0.5
    assert micro([None]) is None
    assert macro([Tally()]) is None
    assert micro([Share(1, 2), Share(0, 2)]) == Share(1, 4)


def test_nothing_of_nothing_is_no_ratio() -> None:
    assert Tally().value is None
    assert Tally(gold=2).precision is None
    assert Tally(told=2).recall is None
    assert Share().value is None
    assert Tally(4, 2, 2).value == pytest.approx(2 / 3)


tallies = st.builds(
    lambda both, more, other: Tally(both + more, both + other, both),
    *(st.integers(0, 50) for _ in range(3)),
)


@given(tallies)
def test_f1_lies_between_precision_and_recall(tally: Tally) -> None:
    if tally.precision is not None and tally.recall is not None and tally.value is not None:
        low, high = sorted((tally.precision, tally.recall))
        assert low - 1e-9 <= tally.value <= high + 1e-9


spans = st.lists(
    st.builds(lambda at, n: Span(at, at + n), st.integers(0, 60), st.integers(1, 20)), max_size=8
).map(tuple)


@given(spans, spans)
def test_spans_share_the_code_points_that_both_cover(
    one: tuple[Span, ...], other: tuple[Span, ...]
) -> None:
    def covered(several: tuple[Span, ...]) -> set[int]:
        return {at for span in several for at in range(*span)}

    assert covered(merged(one)) == covered(one)
    assert overlap(merged(one), merged(other)) == len(covered(one) & covered(other))


# --- Invariants on gold ---------------------------------------------------------------------------


def ratios(told: Score) -> dict[str, float]:
    return {
        metric.name: count.value
        for metric in METRICS
        if (count := told.counts.get(metric.name)) is not None and count.value is not None
    }


@pytest.mark.parametrize("file", GOLDS, ids=[file.name for file in GOLDS])
def test_gold_against_itself_is_perfect(file: GoldFile) -> None:
    told = score(file.document, file.gold, perfect(file.document, file.gold))
    assert faults_of(told) == []
    best = {metric.name: float(metric.better == "higher") for metric in METRICS}
    assert ratios(told) == {name: best[name] for name in ratios(told)}


@settings(max_examples=20)
@given(st.data())
def test_the_order_of_items_changes_nothing(data: st.DataObject) -> None:
    file = data.draw(st.sampled_from(SHORT), "file")
    optional = data.draw(st.booleans(), "optional")
    summary = perfect(file.document, file.gold, optional=optional)
    dropped = data.draw(st.integers(0, 3), "dropped")
    lists = {name: data.draw(st.permutations(getattr(summary, name)))[dropped:] for name in LISTS}
    shuffled = summary.model_copy(update={name: tuple(items) for name, items in lists.items()})
    in_order = summary.model_copy(
        update={
            name: tuple(item for item in getattr(summary, name) if item in lists[name])
            for name in LISTS
        }
    )
    one, other = (score(file.document, file.gold, told) for told in (shuffled, in_order))
    assert one.counts == other.counts
    assert one.confusion == other.confusion
    assert one.errors == other.errors


@settings(max_examples=20)
@given(st.sampled_from(SHORT))
def test_optional_items_change_no_score_of_gold(file: GoldFile) -> None:
    told = score(file.document, file.gold, perfect(file.document, file.gold, optional=True))
    assert faults_of(told) == []
    assert value(told, "figures_strict") in (1.0, None)
    assert value(told, "items") in (1.0, None)


@settings(max_examples=20)
@given(st.data())
def test_telling_less_never_finds_more(data: st.DataObject) -> None:
    file = data.draw(st.sampled_from(SHORT), "file")
    summary = perfect(file.document, file.gold)
    kept = {
        name: tuple(item for item in getattr(summary, name) if data.draw(st.booleans()))
        for name in LISTS
    }
    told = score(file.document, file.gold, summary.model_copy(update=kept))
    left = sum(map(len, kept.values()))
    assert told.counts["items"] == Tally(sum(len(getattr(summary, n)) for n in LISTS), left, left)
