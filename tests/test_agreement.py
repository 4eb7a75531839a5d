"""Agreement between annotators."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.agreement import Agreement, Measure, agree, alpha, ceiling
from evals.cli import main
from evals.errors import EvalError
from evals.gold import read_gold
from evals.results import CEILING
from tests.test_gold import GOLD, REPORT, write

COWS = """\
  - quote: Đàn bò có 120 con
    sector: agriculture
    figures: [{role: level, value: 120, unit: con}]
"""
BOTH = GOLD.replace("targets:\n", f"{COWS}targets:\n")


def compare(folder: Path, one: str, other: str) -> Agreement:
    return agree([read_gold(write(folder / "a", one))], [read_gold(write(folder / "b", other))])


def values(found: Agreement) -> dict[str, float | None]:
    return {measure.title: measure.value for measure in found.measures}


# --- alpha -------------------------------------------------------------------------------------


def columns(*rows: str) -> list[list[str]]:
    """Labels by unit, of rows by annotator; a point is a unit that was not labelled."""
    return [[label for label in unit if label != "."] for unit in zip(*rows, strict=True)]


def test_alpha_of_two_annotators_is_that_of_its_author() -> None:
    # Krippendorff 2011, example B: nominal data, two observers, no missing data
    observed = columns("aabbdcccedda", "babbbccceddd")

    assert alpha(observed) == pytest.approx(0.692, abs=0.0005)


def test_alpha_with_missing_labels_is_that_of_its_author() -> None:
    # Krippendorff 2011, example C: nominal data, any number of observers, missing data
    observed = columns("123321412...", "1233224125.3", ".3332342251.", "12332441251.")

    assert alpha(observed) == pytest.approx(0.743, abs=0.0005)


@given(st.lists(st.sampled_from("abc"), min_size=2).filter(lambda told: len(set(told)) > 1))
def test_alpha_of_the_same_labels_is_one(told: list[str]) -> None:
    assert alpha([(label, label) for label in told]) == pytest.approx(1.0)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc"))))
def test_alpha_does_not_depend_on_who_is_first(told: list[tuple[str, str]]) -> None:
    assert alpha(told) == pytest.approx(alpha([(b, a) for a, b in told]), nan_ok=False)


@pytest.mark.parametrize("told", [[], [("a",)], [("a", "a"), ("a", "a")]])
def test_alpha_of_labels_that_do_not_vary_is_undefined(told: list[tuple[str, ...]]) -> None:
    assert alpha(told) is None


# --- two annotators ----------------------------------------------------------------------------


def test_an_annotator_agrees_with_himself(tmp_path: Path) -> None:
    found = compare(tmp_path, BOTH, BOTH)

    told = values(found)
    assert told.pop("directive text F1") is None
    assert told.pop("comparator, alpha") is None
    assert set(told.values()) == {1.0}
    assert found.alone == ()


def test_what_one_left_out_costs_the_same_both_ways(tmp_path: Path) -> None:
    there = values(compare(tmp_path / "there", BOTH, GOLD))
    back = values(compare(tmp_path / "back", GOLD, BOTH))

    assert there == back
    assert there["items F1"] == pytest.approx(2 * 3 / (3 + 4))
    assert there["figures, strict F1"] == pytest.approx(2 * 4 / (4 + 5))


def test_what_either_left_to_the_reader_counts_for_neither(tmp_path: Path) -> None:
    optional = BOTH.replace(COWS, f"{COWS}    optional: true\n")

    for number, (one, other) in enumerate(
        [(optional, GOLD), (GOLD, optional), (optional, BOTH), (BOTH, optional)]
    ):
        told = values(compare(tmp_path / str(number), one, other))
        assert (told["items F1"], told["figures, strict F1"]) == (1.0, 1.0)


def test_another_list_and_another_role_lower_alpha(tmp_path: Path) -> None:
    other = BOTH.replace(f"{COWS}targets:", f"targets:\n{COWS}").replace(
        "role: change", "role: level"
    )

    told = values(compare(tmp_path, BOTH, other))

    assert told["items F1, whatever list"] == 1.0
    assert told["list, alpha"] is not None
    assert told["list, alpha"] < 0.8
    assert told["role, alpha"] is not None
    assert told["role, alpha"] < 1.0


def test_only_shared_sources_are_compared(tmp_path: Path) -> None:
    ours = read_gold(write(tmp_path / "a", GOLD))
    theirs = read_gold(write(tmp_path / "b", GOLD))
    more = write(tmp_path / "b", GOLD.replace("xa.txt", "moi.txt"), name="moi")
    more.with_name("moi.txt").write_text(REPORT, encoding="utf-8")

    found = agree([ours], [theirs, read_gold(more)])

    assert (list(found.scores), found.alone) == (["xa"], ("moi.txt",))


def test_nothing_shared_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match="no document"):
        compare(tmp_path, GOLD, GOLD.replace("xa.txt", "moi.txt"))


def test_different_texts_of_a_source_are_an_error(tmp_path: Path) -> None:
    ours = read_gold(write(tmp_path / "a", GOLD))
    theirs = read_gold(write(tmp_path / "b", GOLD, REPORT + "Hết.\n"))

    with pytest.raises(EvalError, match="sources differ"):
        agree([ours], [theirs])


def test_one_source_annotated_twice_by_one_is_an_error(tmp_path: Path) -> None:
    twice = [read_gold(write(tmp_path / name, GOLD)) for name in ("a", "b")]

    with pytest.raises(EvalError, match="each source once"):
        agree(twice, twice[:1])


def test_the_ceiling_is_the_second_annotator_scored_against_the_first(tmp_path: Path) -> None:
    a, b = (read_gold(write(tmp_path / k, g)) for k, g in (("a", BOTH), ("b", GOLD)))

    outcome = ceiling([a], [b])

    strict = outcome.micro("figures_strict")
    assert outcome.setup.label == CEILING
    assert strict is not None
    assert strict.value == pytest.approx(2 * 4 / (4 + 5))


@pytest.mark.parametrize(
    ("value", "target", "reached"),
    [(0.9, 0.9, True), (0.89, 0.9, False), (None, 0.9, None), (0.5, None, None)],
)
def test_a_target_is_reached_or_not(
    value: float | None, target: float | None, reached: bool | None
) -> None:
    assert Measure("list, alpha", value, target).is_reached is reached


# --- the command -------------------------------------------------------------------------------


def test_agreement_is_told_beside_its_targets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "a", BOTH)
    write(tmp_path / "b", GOLD)

    assert main(["gold", "agree", str(tmp_path / "a"), str(tmp_path / "b")]) == 0
    plain = capsys.readouterr().out
    main(["gold", "agree", str(tmp_path / "a"), str(tmp_path / "b"), "--differences"])
    named = capsys.readouterr().out.removeprefix(plain)

    lines = [line.split() for line in plain.splitlines()]
    assert ["figures,", "strict", "F1", "0.889", "target", "0.90", "below"] in lines
    assert ["list,", "alpha", "1.000", "target", "0.80", "ok"] in lines
    assert ["xa", "0.857", "0.889", "0.889", "–"] in lines
    assert "Đàn bò có 120 con: missed" in named
