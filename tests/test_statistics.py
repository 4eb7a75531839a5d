"""Intervals and differences: by hand, by simulation, and whatever the counts are."""

from math import sqrt
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evals.scoring.counts import Count, Share, Tally, micro
from evals.statistics import EXACT, Interval, holm, interval, paired

T_95, T_80 = 0.9 * sqrt(2 / 0.19), 0.6 * sqrt(2 / 0.64)  # Student's t of two degrees of freedom


@st.composite
def tallies(draw: st.DrawFn) -> Tally:
    gold, told = draw(st.integers(0, 30)), draw(st.integers(0, 30))
    return Tally(gold, told, draw(st.integers(0, min(gold, told))))


@st.composite
def shares(draw: st.DrawFn) -> Share:
    of = draw(st.integers(0, 30))
    return Share(draw(st.integers(0, of)), of)


def several(least: int = 0, most: int = 8) -> st.SearchStrategy[list[Count | None]]:
    return st.one_of(
        st.lists(st.none() | tallies(), min_size=least, max_size=most),
        st.lists(st.none() | shares(), min_size=least, max_size=most),
    )


two_systems = st.lists(st.tuples(tallies(), tallies()), max_size=8)


def simulated(rng: np.random.Generator, documents: int) -> list[Share]:
    """Shares of .87 on the whole, of documents that are not equally hard."""
    sizes = rng.integers(6, 41, documents)
    chances = rng.beta(0.87 * 11.5, 0.13 * 11.5, documents)  # correlated by .08 within documents
    return [Share(int(rng.binomial(n, p)), int(n)) for n, p in zip(sizes, chances, strict=True)]


# --- Intervals --------------------------------------------------------------------------------


def test_an_interval_is_that_of_leaving_out_each_document() -> None:
    # 3 of 6; without one document 2, 1 and 3 of 4: the error is √(1/12), and t is √(2/3)
    found = interval([Share(1, 2), Share(2, 2), Share(0, 2)], confidence=0.5)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((0.5 - sqrt(1 / 18), 0.5 + sqrt(1 / 18)))


def test_an_interval_of_f1_weighs_documents_by_their_figures() -> None:
    # F1 is 2·both/(gold + told), so (8 + 8, 8) says what the share 8 of 8 says
    tallies = interval([Tally(8, 8, 8), Tally(4, 4, 3), Tally(6, 2, 2)])
    assert tallies == interval([Share(16, 16), Share(6, 8), Share(4, 8)])
    assert tallies is not None


@pytest.mark.parametrize("counts", [[], [Share(3, 4)], [Share(3, 4), None], [Share(3, 4), Share()]])
def test_fewer_than_two_documents_have_no_interval(counts: list[Count | None]) -> None:
    assert interval(counts) is None


def test_documents_that_are_all_alike_have_an_interval_without_width() -> None:
    assert interval([Tally(3, 3, 3), Tally(9, 9, 9)]) == Interval(1.0, 1.0)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(7)
    found = [interval(simulated(rng, documents=10)) for _ in range(400)]
    hits = sum(one is not None and one.low <= 0.87 <= one.high for one in found)
    assert 0.90 <= hits / 400 <= 0.98


@given(counts=several(least=2))
def test_an_interval_holds_the_micro_value_and_stays_within_0_and_1(
    counts: list[Count | None],
) -> None:
    found, total = interval(counts), micro(counts)
    if found is not None:
        assert total is not None
        assert total.value is not None
        assert 0 <= found.low <= total.value <= found.high <= 1


def test_an_interval_is_that_of_a_bootstrap_where_there_are_many_documents() -> None:
    counts = simulated(np.random.default_rng(11), documents=40)
    drawn = stats.bootstrap(
        ([count.hits for count in counts], [count.of for count in counts]),
        lambda hits, of, axis: hits.sum(axis) / of.sum(axis),
        paired=True,
        method="percentile",
        random_state=1,
    ).confidence_interval
    left_out = interval(counts)
    assert left_out is not None
    assert (left_out.low, left_out.high) == pytest.approx((drawn.low, drawn.high), abs=0.01)


@given(counts=several(), shuffled=st.randoms(use_true_random=False))
def test_the_order_of_documents_and_those_without_counts_do_not_matter(
    counts: list[Count | None], shuffled: Random
) -> None:
    others = [*counts, None]
    shuffled.shuffle(others)
    assert interval(others) == interval(counts)


# --- Differences ------------------------------------------------------------------------------


def test_a_difference_is_that_of_the_same_documents() -> None:
    # 5 of 6 instead of 3; the gain without one document is 1/2, 1/4 and 1/4: the error is 1/6.
    # The first document is the same in both; of the four swaps of the others two are as far off.
    found = paired([Share(1, 2)] * 3, [Share(1, 2), Share(2, 2), Share(2, 2)])
    assert found is not None
    assert found.delta == pytest.approx(1 / 3)
    assert found.low == pytest.approx(1 / 3 - stats.t.ppf(0.975, 2) / 6)
    assert found.high == 1.0
    assert found.most == pytest.approx(1 / 3 + T_95 / 6)
    assert found.smallest == pytest.approx((T_95 + T_80) / 6)
    assert found.p == 0.5
    assert found.documents == 3


def test_chances_are_those_of_all_swaps() -> None:
    rng = np.random.default_rng(2)
    base, other = rng.integers(0, 11, 8), rng.integers(4, 11, 8)
    found = paired([Share(int(n), 10) for n in base], [Share(int(n), 10) for n in other])
    oracle = stats.permutation_test(
        (base, other),
        lambda one, two, axis: np.mean(two - one, axis=axis),
        permutation_type="samples",
        vectorized=True,
    )
    assert found is not None
    assert found.p == pytest.approx(oracle.pvalue)


@pytest.mark.parametrize(("documents", "chance"), [(1, 1.0), (4, 2 / 16), (EXACT, 2 / 2**EXACT)])
def test_a_gain_in_every_document_is_as_sure_as_their_number_allows(
    documents: int, chance: float
) -> None:
    found = paired([Share(2, 4)] * documents, [Share(3, 4)] * documents)
    assert found is not None
    assert found.p == chance


def test_a_gain_in_very_many_documents_is_never_called_impossible() -> None:
    found = paired([Share(2, 4)] * 60, [Share(3, 4)] * 60)
    assert found is not None
    assert found.p == 1 / 10_000


def test_drawn_swaps_come_close_to_all_swaps() -> None:
    rng = np.random.default_rng(4)
    base, other = simulated(rng, EXACT), simulated(rng, EXACT)
    exact = paired(base, other)
    drawn = paired([*base, Share(1, 1)], [*other, Share(1, 1)])  # one more, the same in both
    assert exact is not None
    assert drawn is not None
    assert drawn.p == pytest.approx(exact.p, abs=0.05)
    assert drawn == paired([Share(1, 1), *base], [Share(1, 1), *other])


def test_systems_that_are_the_same_are_told_apart_no_oftener_than_by_chance() -> None:
    rng = np.random.default_rng(9)
    found = [paired(simulated(rng, 8), simulated(rng, 8)) for _ in range(300)]
    assert sum(one is not None and one.p <= 0.05 for one in found) / 300 <= 0.08


def test_the_smallest_drop_shrinks_with_documents() -> None:
    base, other = [Share(8, 10), Share(6, 10)], [Share(6, 10), Share(7, 10)]
    few, many = paired(base, other), paired(base * 10, other * 10)
    assert few is not None
    assert few.smallest is not None
    assert many is not None
    assert many.smallest is not None
    assert many.smallest < few.smallest / 3


def test_one_document_has_a_difference_but_no_interval() -> None:
    found = paired([Tally(4, 4, 4), None], [Tally(4, 4, 2), Tally()])
    assert found is not None
    assert found.delta == -0.5
    assert (found.low, found.high, found.most, found.smallest) == (None, None, None, None)
    assert (found.p, found.documents) == (1.0, 1)


def test_there_is_no_interval_where_one_document_decides_whether_there_is_a_value() -> None:
    found = paired([Share(1, 2), Share()], [Share(1, 2), Share(2, 2)])
    assert found is not None
    assert found.delta == pytest.approx(0.25)
    assert found.low is None
    assert found.p == 1.0


@pytest.mark.parametrize("empty", [[], [None, None], [Share(), None]])
def test_nothing_to_count_has_no_difference(empty: list[Count | None]) -> None:
    assert paired(empty, [Share(1, 2)] * len(empty)) is None


def test_counts_of_different_documents_are_refused() -> None:
    with pytest.raises(ValueError, match="longer"):
        paired([Share(1, 2)], [Share(1, 2), Share(1, 2)])


@given(counts=several(least=1))
def test_a_system_does_not_differ_from_itself(counts: list[Count | None]) -> None:
    found = paired(counts, counts)
    if found is not None:
        assert (found.delta, found.p) == (0.0, 1.0)
        assert found.low in (0.0, None)


@given(pairs=two_systems, shuffled=st.randoms(use_true_random=False))
def test_the_order_of_documents_does_not_matter_for_differences(
    pairs: list[tuple[Tally, Tally]], shuffled: Random
) -> None:
    others = list(pairs)
    shuffled.shuffle(others)
    assert paired(*_sides(pairs)) == paired(*_sides(others))


@given(pairs=two_systems)
def test_what_one_system_gains_the_other_loses(pairs: list[tuple[Tally, Tally]]) -> None:
    base, other = _sides(pairs)
    gained, lost = paired(base, other), paired(other, base)
    if gained is None or lost is None:
        assert gained is lost
        return
    assert gained.delta == -lost.delta
    assert gained.p == lost.p
    assert gained.low == (None if lost.high is None else pytest.approx(-lost.high))


def _sides(pairs: list[tuple[Tally, Tally]]) -> tuple[list[Tally], list[Tally]]:
    return [one for one, _ in pairs], [other for _, other in pairs]


# --- Many questions -------------------------------------------------------------------------------


def test_holm_weighs_each_chance_by_how_many_are_no_smaller() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx((0.03, 0.06, 0.06))
    assert holm([0.5, 0.9]) == (1.0, 1.0)
    assert holm([]) == ()


@given(chances=st.lists(st.floats(0, 1), max_size=12))
def test_adjusted_chances_keep_their_order_and_never_shrink(chances: list[float]) -> None:
    adjusted = holm(chances)
    assert all(raw <= found <= 1 for raw, found in zip(chances, adjusted, strict=True))
    by_chance = [found for _, found in sorted(zip(chances, adjusted, strict=True))]
    assert by_chance == sorted(by_chance)
