"""Metrics are tried on known corruptions; the matrix is tried on broken metrics."""

from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from evals.corruptions import CORRUPTIONS, Corruption
from evals.gold import LISTS, GoldFile, read_all
from evals.metrics import BY_NAME, METRICS
from evals.perfect import Sample
from evals.scoring import judging
from evals.scoring.forms import Figure
from evals.selftest import Matrix, matrix, show, telling

GOLDS = read_all([Path(__file__).parents[1] / "evals" / "fixtures"])
NAMED = {corruption.name: corruption for corruption in CORRUPTIONS}


@pytest.fixture(scope="module")
def chosen() -> tuple[GoldFile, ...]:
    return telling(GOLDS)


@pytest.fixture(scope="module")
def tried(chosen: tuple[GoldFile, ...]) -> Matrix:
    return matrix(chosen)


def test_every_corruption_moves_what_is_meant_for_it_and_nothing_else(tried: Matrix) -> None:
    assert tried.faults() == ()


def test_untouched_gold_is_perfect_in_every_metric(tried: Matrix) -> None:
    best = {metric.name: float(metric.better == "higher") for metric in METRICS}
    assert tried.untouched == best


def test_every_metric_has_a_corruption_that_is_meant_for_it() -> None:
    meant = {name for corruption in CORRUPTIONS for name in corruption.meant}
    assert meant == BY_NAME.keys()


def test_nothing_may_move_that_does_not(tried: Matrix) -> None:
    idle = {
        row.corruption.name: {*row.corruption.may} - {*tried.moved(row), *LISTS}
        for row in tried.rows
    }
    assert {name: metrics for name, metrics in idle.items() if metrics} == {}


def test_corruptions_have_names_of_their_own_and_known_metrics() -> None:
    assert len(NAMED) == len(CORRUPTIONS)
    for corruption in CORRUPTIONS:
        assert {*corruption.meant, *corruption.may} <= BY_NAME.keys()
        assert not set(corruption.meant) & set(corruption.may)


@pytest.mark.parametrize("corruption", CORRUPTIONS, ids=list(NAMED))
def test_a_corruption_spoils_the_same_places_each_time(
    corruption: Corruption, chosen: tuple[GoldFile, ...]
) -> None:
    one, other = (corruption.apply(Sample.of(chosen[0])) for _ in range(2))
    assert one == other


def test_a_document_without_items_cannot_be_spoilt(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Giấy mời họp lúc 8 giờ.", encoding="utf-8")
    (tmp_path / "a.yaml").write_text("source: a.txt\n", encoding="utf-8")
    sample = Sample.of(*read_all([tmp_path]))
    for corruption in CORRUPTIONS:
        assert corruption.apply(sample) == sample.summary


def test_a_blind_metric_is_a_fault(chosen: tuple[GoldFile, ...]) -> None:
    blind = replace(NAMED["sector"], meant=("unit",), may=("sector",))
    (fault,) = matrix(chosen[:1], [blind]).faults()
    assert fault == "sector: unit does not see it (1.00)"


def test_a_metric_that_is_meant_for_another_corruption_is_a_fault(
    chosen: tuple[GoldFile, ...],
) -> None:
    narrow = replace(NAMED["value ×1000"], meant=("value", "values_as_written"))
    (fault,) = matrix(chosen[:1], [narrow]).faults()
    assert fault.startswith("value ×1000: moves figures_strict (0.")


def test_a_scorer_that_forgets_a_slot_is_found_out(
    chosen: tuple[GoldFile, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def forgetful(gold: Figure, told: Figure) -> tuple[str, ...]:
        return tuple(slot for slot in wrong_slots(gold, told) if slot != "unit")

    wrong_slots = judging.wrong_slots
    monkeypatch.setattr(judging, "wrong_slots", forgetful)
    assert matrix(chosen[:1], [NAMED["unit"]]).faults() == (
        "unit: unit does not see it (1.00)",
        "unit: figures_strict does not see it (1.00)",
        "unit: is told as no error, not as unit",
    )


def test_an_error_of_another_kind_is_a_fault(chosen: tuple[GoldFile, ...]) -> None:
    other = replace(NAMED["role"], error="sign")
    (fault,) = matrix(chosen[:1], [other]).faults()
    assert fault == "role: is told as role, not as sign"


def test_a_corruption_without_a_place_is_a_fault(chosen: tuple[GoldFile, ...]) -> None:
    idle = replace(NAMED["role"], apply=lambda sample: sample.summary)
    (fault,) = matrix(chosen[:1], [idle]).faults()
    assert fault.startswith("role: no document has a place for it")


def test_imperfect_gold_is_a_fault(tried: Matrix) -> None:
    worse = {**tried.untouched, "items": 0.0, "traps": 0.5}
    assert Matrix(worse, ()).faults() == (
        "untouched gold: items is 0.0000, not 1.00",
        "untouched gold: traps is 0.5000, not 0.00",
    )


def test_few_documents_hold_what_all_hold() -> None:
    assert len(telling(GOLDS)) <= 8
    assert telling(GOLDS[:1]) == GOLDS[:1]
    assert telling(()) == ()


def test_the_matrix_is_shown_in_a_hundred_columns(tried: Matrix) -> None:
    console = Console(width=100, record=True)
    with console.capture() as captured:
        console.print(show(tried))
    shown = captured.get().splitlines()
    assert max(map(len, shown)) <= 100
    assert {line.split("  ")[0] for line in shown} >= {"untouched", *NAMED}
    (sector,) = (line for line in shown if line.startswith("sector "))
    assert sector.count("·") == 9
