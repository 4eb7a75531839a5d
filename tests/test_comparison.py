"""Setups compared: by name, in numbers, for their price, and slice by slice."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from evals.comparison import (
    Change,
    Comparison,
    compare,
    cost_of,
    matrix,
    pareto,
    regressed,
)
from evals.errors import EvalError
from evals.gold import LISTS, read_all, read_gold
from evals.results import CEILING, Answer, Outcome, Results, Scored, Setup
from evals.scoring.counts import Count, Share, Tally
from evals.scoring.forms import overlap
from evals.scoring.places import Places, gold_items
from evals.scoring.score import Score, Verdict, missed, score_items
from evals.slices import Slice, slices
from evals.statistics import Difference, interval
from schemas import Usage

FIXTURE = Path(__file__).parents[1] / "evals" / "fixtures" / "dev" / "d09.yaml"

Verdicts = Mapping[str, str]


def answered(
    document: str,
    counts: Mapping[str, Count] | None = None,
    verdicts: Verdicts | None = None,
    repeat: int = 0,
    usage: Usage | None = None,
) -> Scored:
    told = tuple(
        Verdict(key, f"words of {key}", verdict) for key, verdict in (verdicts or {}).items()
    )
    answer = Answer(document, None, repeat, usage=usage or Usage())
    return Scored(answer, Score(counts or {}, verdicts=told))


def strict(both: int, gold: int = 10, told: int = 10) -> Mapping[str, Count]:
    return {"figures_strict": Tally(gold, told, both)}


def outcome(*scored: Scored, model: str = "embedded") -> Outcome:
    return Outcome(Setup(model), scored)


def right_in(*both: int, model: str = "embedded") -> Outcome:
    """So many of ten figures right, document by document."""
    return outcome(*(answered(f"d{n}", strict(k)) for n, k in enumerate(both)), model=model)


def became(before: Sequence[Verdicts], after: Sequence[Verdicts]) -> Comparison:
    """One document, told of so often, before and after."""
    base = (answered("d", verdicts=told, repeat=k) for k, told in enumerate(before))
    other = (answered("d", verdicts=told, repeat=k) for k, told in enumerate(after))
    return compare(outcome(*base), outcome(*other, model="m"))


def gain(base: Outcome, other: Outcome, metric: str = "figures_strict") -> Difference:
    found = compare(base, other, [metric]).differences[metric]
    assert found is not None
    return found


def keys(changes: Sequence[Change]) -> list[str]:
    return [change.key for change in changes]


# --- Items by name ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ("missed", "ok", "fixed"),
        ("role (change, not level)", "ok", "fixed"),
        ("ok", "missed", "broken"),
        ("ok", "in achievements; sector", "broken"),
        ("sector", "sector; deadline", "worse"),
        ("sector", "deadline", "worse"),
        ("sector", "in targets; sector", "worse"),
        ("sector", "missed", "worse"),
        ("missed", "sector", ""),
        ("in targets; sector", "in directives", ""),
        ("role (change, not level)", "role (of_plan, not level)", ""),
        ("reference (none, not năm)", "reference (kế hoạch; đợt 2, not none)", ""),
        ("unit (tạ, not none)", "in targets; unit (tạ, not none)", "worse"),
        ("sector", "quote; sector", "worse"),
        ("ok", "ok", ""),
        ("optional", "optional", ""),
    ],
)
def test_what_became_of_an_item_is_named(before: str, after: str, what: str) -> None:
    found = became([{"targets@7": before}], [{"targets@7": after}])
    named = {"fixed": found.fixed, "broken": found.broken, "worse": found.worse}
    change = Change("d", "words of targets@7", "targets@7", before, after)
    assert {name: changes for name, changes in named.items() if changes} == (
        {what: (change,)} if what else {}
    )


def test_what_is_told_beside_gold_is_broken_and_fixed_when_it_goes() -> None:
    found = became([{"+targets@7": "extra"}], [{"+directives@9": "extra"}])
    assert [(c.key, c.before, c.after) for c in found.broken] == [("+directives@9", "", "extra")]
    assert [(c.key, c.before, c.after) for c in found.fixed] == [("+targets@7", "extra", "")]


def test_an_item_is_right_if_most_repeats_have_it_right() -> None:
    ok, wrong = {"targets@7": "ok"}, {"targets@7": "missed"}
    assert keys(became([wrong], [ok, ok, wrong]).fixed) == ["targets@7"]
    assert keys(became([ok], [ok, wrong]).broken) == ["targets@7"]
    assert not became([ok], [ok, wrong, ok]).broken


def test_the_commonest_fault_of_repeats_is_told() -> None:
    after = [{"targets@7": verdict} for verdict in ("sector", "missed", "missed", "ok")]
    assert became([{"targets@7": "ok"}], after).broken[0].after == "missed"


def test_what_few_repeats_tell_beside_gold_is_not_told() -> None:
    extra: Verdicts = {"+targets@7": "extra"}
    assert not became([{}], [extra, {}, {}]).broken
    assert keys(became([{}], [extra, {}]).broken) == ["+targets@7"]


def test_items_of_the_same_place_are_told_apart() -> None:
    twice = tuple(Verdict("targets@7", "words", verdict) for verdict in ("ok", "ok"))
    once = tuple(Verdict("targets@7", "words", verdict) for verdict in ("ok", "missed"))
    base, other = (
        outcome(Scored(Answer("d", None), Score({}, verdicts=told))) for told in (twice, once)
    )
    assert keys(compare(base, other).broken) == ["targets@7#2"]


def test_real_verdicts_say_which_item_was_lost_and_which_was_misfiled() -> None:
    gold = read_gold(FIXTURE.with_name("d11.yaml"))
    places = Places(gold.document)
    items = gold_items(gold.gold, places)
    one, two = [
        at
        for at, item in enumerate(items)
        if item.kind == "achievements"
        and not (item.optional or item.figures)
        and not any(overlap(item.spans, other.spans) for other in items if other is not item)
    ][:2]
    told = [*items]
    told[two] = replace(items[two], kind="targets")
    del told[one]
    before, after = (score_items(items, found, places) for found in (items, told))
    base, other = (outcome(Scored(Answer(gold.name, None), found)) for found in (before, after))
    found = compare(base, other)
    assert keys(found.broken) == [before.verdicts[at].key for at in (one, two)]
    assert [change.after.split(";")[0] for change in found.broken] == ["missed", "in targets"]
    assert (found.fixed, found.worse) == ((), ())
    back = compare(other, base)
    assert (keys(back.fixed), back.broken) == (keys(found.broken), ())


# --- Numbers ------------------------------------------------------------------------------------


def test_a_setup_gains_what_it_gets_right_more_often() -> None:
    found = gain(right_in(5, 7), right_in(6, 8))
    assert found.delta == pytest.approx(0.1)
    assert found.documents == 2


def test_repeats_of_a_document_weigh_as_much_as_one_answer() -> None:
    thrice = outcome(
        *(answered("d0", strict(6), repeat=k) for k in range(3)),
        *(answered("d1", strict(k), repeat=k) for k in range(2)),
    )
    assert thrice.by_document.keys() == {"d0", "d1"}
    assert gain(right_in(6, 1), thrice) == gain(
        outcome(*(answered(f"d{n}", strict(k, 20, 20)) for n, k in enumerate((12, 2)))),
        outcome(*(answered(f"d{n}", strict(k, 20, 20)) for n, k in enumerate((12, 1)))),
    )


def test_documents_of_one_setup_only_are_missed_by_the_other_and_named() -> None:
    both = {
        "targets@7": "ok",
        "targets@9": "sector",
        "+targets@11": "extra",
        "targets@30": "optional",
    }
    base = outcome(answered("d0", strict(9), {}), answered("d1", strict(8, told=12), both))
    other = outcome(answered("d0", strict(9), {}), model="m")
    found = compare(base, other)
    assert (found.only_base, found.only_other) == (("d1",), ())
    assert found.differences["figures_strict"] == gain(
        base, outcome(answered("d0", strict(9)), answered("d1", strict(0, told=0)))
    )
    assert [(c.key, c.after) for c in found.broken] == [("targets@7", "missed")]
    assert [(c.key, c.after) for c in found.worse] == [("targets@9", "missed")]
    assert [(c.key, c.after) for c in found.fixed] == [("+targets@11", "")]
    back = compare(other, base)
    assert (back.only_base, back.only_other) == ((), ("d1",))
    assert keys(back.fixed) == ["targets@7"]


def test_a_missing_document_counts_like_a_failure_whatever_was_asked_how_often() -> None:
    gold = read_gold(FIXTURE)
    places = Places(gold.document)
    items = gold_items(gold.gold, places)
    right = Scored(Answer(gold.name, None), score_items(items, items, places))
    failed = Scored(Answer(gold.name, None, failure="timeout"), missed(gold.document, gold.gold))
    there = answered("d", strict(9))
    base = outcome(there, right, replace(right, answer=replace(right.answer, repeat=1)))
    absent, broken = compare(base, outcome(there)), compare(base, outcome(there, failed))
    assert absent.differences == broken.differences
    assert (absent.broken, absent.worse) == (broken.broken, broken.worse)


def test_shares_of_what_was_found_are_not_made_up_where_nothing_was() -> None:
    base = outcome(answered("d0", {"unit": Share(3, 4)}), answered("d1", {"unit": Share(1, 4)}))
    assert gain(base, outcome(answered("d0", {"unit": Share(3, 4)})), "unit").delta == 0.25


def test_a_metric_that_nobody_counted_has_no_difference() -> None:
    assert compare(right_in(5), right_in(6), ["unit"]).differences == {"unit": None}
    assert compare(outcome(), outcome()).differences["items"] is None


def test_the_matrix_compares_each_setup_with_the_first_and_adjusts_all_chances() -> None:
    results = Results(
        (),
        (
            right_in(5, 5, 5, 5, 5, 5),
            right_in(6, 7, 8, 9, 9, 9, model="better"),
            right_in(5, 5, 5, 5, 5, 4, model="other"),
        ),
    )
    found = matrix(results).comparisons
    assert [(one.base, one.other) for one in found] == [
        ("embedded", "better"),
        ("embedded", "other"),
    ]
    assert [one.adjusted for one in found] == [{"figures_strict": 4 / 64}, {"figures_strict": 1.0}]
    assert matrix(Results((), results.outcomes[:1])).comparisons == ()
    assert matrix(Results((), ())).comparisons == ()


def test_people_are_compared_on_the_documents_that_two_of_them_read() -> None:
    people = outcome(answered("d1", strict(9)), answered("elsewhere", strict(9)), model=CEILING)
    results = Results((), (right_in(5, 6, 7), people))
    (found,) = matrix(results).comparisons
    assert (found.only_base, found.only_other) == ((), ())
    assert found.differences["figures_strict"] == gain(
        outcome(answered("d1", strict(6))), outcome(answered("d1", strict(9)))
    )


# --- Prices -------------------------------------------------------------------------------------


def paid(model: str, both: int, *costs: str | None) -> Outcome:
    usages = [Usage(requests=1, cost_usd=None if cost is None else Decimal(cost)) for cost in costs]
    return outcome(
        *(answered(f"d{n}", strict(both), usage=usage) for n, usage in enumerate(usages)),
        model=model,
    )


def test_setups_that_no_other_beats_are_marked() -> None:
    results = Results(
        (),
        (
            right_in(6),
            paid("cheap", 8, "0.1", "0.3"),
            paid("cheap twin", 8, "0.2"),
            paid("dear", 9, "2"),
            paid("dear and worse", 8, "2"),
            paid("worse than free", 5, "0.1"),
            paid("unpriced", 10, "1", None),
        ),
    )
    assert pareto(results) == {"embedded", "cheap", "cheap twin", "dear"}


def test_a_metric_that_is_better_when_low_marks_the_low() -> None:
    low, high = (
        outcome(answered("d", {"traps": Share(hits, 10)}, usage=usage), model=model)
        for hits, model, usage in (
            (1, "low", Usage(requests=1, cost_usd=Decimal(1))),
            (2, "high", Usage(requests=1, cost_usd=Decimal(1))),
        )
    )
    assert pareto(Results((), (high, low)), "traps") == {"low"}
    assert pareto(Results((), (high, low)), "items") == frozenset()


def test_what_an_answer_costs_is_unknown_if_that_of_any_paid_one_is() -> None:
    assert cost_of(paid("m", 5, "0.1", "0.3")) == Decimal("0.2")
    assert cost_of(paid("m", 5, "0.1", None)) is None
    assert cost_of(right_in(5)) == 0
    assert cost_of(right_in(5, model=CEILING)) is None


# --- The gate of models ---------------------------------------------------------------------------


def test_a_model_that_is_no_worse_passes() -> None:
    same = right_in(*[8] * 20)
    found = regressed(compare(same, same))
    assert (found.state, found.reasons) == ("pass", ())


def test_a_small_drop_fails_if_chance_does_not_explain_it() -> None:
    before, after = (
        outcome(*(answered(f"d{n}", strict(k + n % 2, 100, 100)) for n, k in enumerate(right)))
        for right in ([90, 80, 85] * 4, [89, 78, 84] * 4)
    )
    found = regressed(compare(before, after))
    assert found.state == "fail"
    assert found.reasons[0].startswith("figures_strict fell by 1.3 points, with 95 % confidence")
    assert len(found.reasons) == 1


def test_a_large_drop_fails_however_uncertain() -> None:
    found = regressed(compare(right_in(9, 5, 9, 5), right_in(2, 9, 9, 5)))
    assert found.state == "fail"
    assert found.reasons == ("figures_strict fell by 7.5 points; 5 are allowed",)


def test_few_documents_are_warned_of_in_words() -> None:
    found = regressed(compare(right_in(9, 5, 8), right_in(8, 6, 8)))
    assert found.state == "warn"
    assert found.reasons[0].startswith(
        "this run could not have seen a 3-point regression; add documents or repeats"
    )
    assert regressed(compare(right_in(9), right_in(9))).state == "warn"


def test_a_model_without_answers_of_a_document_is_told_so() -> None:
    found = regressed(compare(right_in(9, 9), right_in(9, model="m")))
    assert found.state == "fail"
    assert found.reasons[-1] == "m has no answer of d1; all of it counts as missed"


def test_nothing_to_compare_is_no_pass() -> None:
    with pytest.raises(EvalError, match="no figures_strict to compare"):
        regressed(compare(right_in(9), right_in(9), ["items"]))


# --- Slices -------------------------------------------------------------------------------------


def gold_folder(folder: Path, documents: Mapping[str, int], tags: Mapping[str, str]) -> Results:
    """Gold files of empty lists by length of their source, some with a genre."""
    scored = []
    for name, length in documents.items():
        path = folder / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".txt").write_text("Năm 2021 " + "ư" * (length - 9), encoding="utf-8")
        path.write_text(f"source: {path.stem}.txt\n", encoding="utf-8")
        if name in tags:
            told = f'prefilled = true\n[tags]\ngenre = "{tags[name]}"\n'
            path.with_suffix(".toml").write_text(told, encoding="utf-8")
        scored.append(answered(name, {**strict(length % 10), "targets": Tally(2, 2, 1)}))
    return Results(read_all([folder]), (outcome(*scored),))


def by_kind(found: Sequence[Slice], kind: str) -> list[tuple[str, int]]:
    return [(one.name, one.documents) for one in found if one.kind == kind]


def test_documents_are_sliced_by_length_folder_and_tags(tmp_path: Path) -> None:
    lengths = {"a/1": 101, "a/2": 102, "a/3": 102, "b/4": 204, "b/5": 1305, "6": 1306}
    results = gold_folder(tmp_path, lengths, {"a/1": "report", "b/4": "news", "b/5": "news"})
    found = slices(results, results.outcomes[0], "figures_strict")
    assert by_kind(found, "length") == [
        ("short (to 102)", 3),
        ("middle (to 204)", 1),
        ("long (to 1,306)", 2),
    ]
    assert sorted(by_kind(found, "folder")) == [(".", 1), ("a", 3), ("b", 2)]
    assert sorted(by_kind(found, "genre")) == [("news", 2), ("report", 1)]
    assert sorted(by_kind(found, "prefilled")) == [("no", 3), ("yes", 3)]
    news = next(one for one in found if one.name == "news")
    counts = (Tally(10, 10, 4), Tally(10, 10, 5))
    assert (news.micro, news.interval) == (Tally(20, 20, 9), interval(counts))


def test_a_slice_of_all_documents_is_left_out(tmp_path: Path) -> None:
    results = gold_folder(tmp_path, {"a/1": 100, "a/2": 100, "a/3": 100}, {})
    assert {one.kind for one in slices(results, results.outcomes[0], "items")} == {"list"}


def test_lists_and_roles_are_sliced_whatever_the_metric() -> None:
    counts = {
        "targets": Tally(4, 4, 3),
        "role level": Tally(2, 2, 1),
        "role change": Tally(1, 0, 0),
    }
    told = outcome(answered("d0", counts), answered("d1", counts))
    found = slices(Results((), (told,)), told, "items")
    assert [name for name, _ in by_kind(found, "list")] == list(LISTS)
    assert ("targets", 2) in by_kind(found, "list")
    assert by_kind(found, "role") == [("level", 2), ("change", 2)]


def test_documents_that_an_outcome_does_not_have_are_in_none_of_its_slices(tmp_path: Path) -> None:
    results = gold_folder(tmp_path, {"a/1": 100, "a/2": 200, "b/3": 300}, {})
    some = Outcome(results.outcomes[0].setup, results.outcomes[0].scored[1:])
    found = slices(results, some, "figures_strict")
    assert by_kind(found, "length") == []
    assert by_kind(found, "folder") == [("a", 1), ("b", 1)]
