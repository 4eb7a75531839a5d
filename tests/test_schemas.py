"""Schemas: what a summary and a draft look like as JSON, and what they refuse."""

import json
from decimal import Decimal
from typing import get_args

import pytest
from pydantic import ValidationError

import schemas
from schemas import Draft, DraftItem, Figure, Flag, Sector, Summary
from summarizer import Summarizer

TEXT = (
    "Sáng 12/12/2023, UBND huyện An Phú tổ chức hội nghị tổng kết năm 2023.\n"
    "Năm 2023, sản lượng lúa ước đạt 5.807 tấn, tăng 2,2% so với cùng kỳ.\n"
    "Năm 2024, huyện phấn đấu thu ngân sách đạt 45 tỷ đồng.\n"
    "Đồng chí Lê Văn Nam – Bí thư Huyện ủy yêu cầu các xã rà soát hộ nghèo trước ngày 30/6/2024.\n"
)


@pytest.fixture(scope="module")
def summary() -> Summary:
    return Summarizer()(TEXT)


def test_a_summary_survives_json(summary: Summary) -> None:
    assert Summary.model_validate_json(summary.model_dump_json()) == summary


def test_values_are_json_numbers_and_whole_numbers_stay_whole(summary: Summary) -> None:
    level, change = json.loads(summary.model_dump_json())["achievements"][0]["figures"]
    assert level["value"] == 5807
    assert isinstance(level["value"], int)
    assert change["value"] == 2.2


def test_values_are_exact_decimals_in_python(summary: Summary) -> None:
    assert summary.achievements[0].figures[1].value == Decimal("2.2")


def test_a_figure_is_told_with_all_its_fields_in_the_order_of_the_contract(
    summary: Summary,
) -> None:
    figure = json.loads(summary.model_dump_json())["achievements"][0]["figures"][0]
    assert list(figure) == [
        "role",
        "raw",
        "value",
        "upper",
        "total",
        "unit",
        "comparator",
        "reference",
        "estimated",
        "start",
        "end",
    ]


def test_items_are_told_with_the_fields_of_the_contract(summary: Summary) -> None:
    told = json.loads(summary.model_dump_json())
    measured = {"id", "statement", "sector", "indicator", "figures", "evidence", "flags"}
    assert set(told["achievements"][0]) == measured
    assert set(told["targets"][0]) == measured | {"deadline"}
    assert set(told["directives"][0]) == {
        "id",
        "statement",
        "sector",
        "issuer",
        "addressees",
        "deadline",
        "evidence",
        "flags",
    }


def test_a_summary_is_told_with_the_fields_of_the_contract(summary: Summary) -> None:
    assert list(json.loads(summary.model_dump_json())) == [
        "schema_version",
        "source",
        "context",
        "overview",
        "achievements",
        "shortcomings",
        "targets",
        "directives",
        "coverage",
        "run",
    ]


def test_dates_are_iso_dates(summary: Summary) -> None:
    told = json.loads(summary.model_dump_json())
    assert told["targets"][0]["deadline"]["date"] == "2024-12-31"
    assert told["directives"][0]["deadline"]["date"] == "2024-06-30"
    assert told["context"]["held_on"] == "2023-12-12"


def test_a_summary_is_never_changed_in_place(summary: Summary) -> None:
    with pytest.raises(ValidationError):
        summary.overview = "khác"


def test_unknown_fields_are_refused() -> None:
    with pytest.raises(ValidationError):
        Flag.model_validate({"code": "unit_missing", "message": "…", "severity": 3})
    with pytest.raises(ValidationError):
        Draft.model_validate({"quotes": []})


def test_a_sector_outside_the_list_is_refused() -> None:
    with pytest.raises(ValidationError):
        DraftItem.model_validate({"clauses": [1], "sector": "weather"})


def test_a_role_outside_the_list_is_refused() -> None:
    with pytest.raises(ValidationError):
        Figure.model_validate({"role": "guess", "raw": "5", "value": 5, "start": 0, "end": 1})


def test_the_sectors_are_those_of_the_guide() -> None:
    assert len(get_args(Sector)) == 16


def test_a_draft_may_be_empty() -> None:
    assert Draft.model_validate({}) == Draft()


def test_every_field_that_a_model_fills_in_is_described() -> None:
    definitions = Draft.model_json_schema()["$defs"]
    for name, definition in definitions.items():
        for field, shape in definition["properties"].items():
            assert shape.get("description"), f"{name}.{field}"


def test_all_names_of_the_room_exist() -> None:
    for name in schemas.__all__:
        assert getattr(schemas, name).__name__ == name or name == "Sector"
