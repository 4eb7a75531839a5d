"""The gate: what was right stays right, and what falls is named."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from evals.baselines import Baseline, baseline_file, read_baseline, write_baseline
from evals.errors import StaleError
from evals.gate import invariants, ratchet
from evals.gold import GoldFile, read_all
from evals.results import Answer, Outcome, Results, Scored, Setup
from evals.scoring.score import missed, score
from schemas import Summary
from summarizer import Summarizer

FIXTURES = Path(__file__).parent.parent / "evals" / "fixtures"


@pytest.fixture(scope="module")
def gold() -> GoldFile:
    return read_all([FIXTURES / "co-to.yaml"])[0]


@pytest.fixture(scope="module")
def summary(gold: GoldFile) -> Summary:
    return Summarizer()(gold.document)


def outcome(gold: GoldFile, summary: Summary | None) -> Outcome:
    found = missed if summary is None else None
    scored = found(gold.document, gold.gold) if found else score(gold.document, gold.gold, summary)
    failure = "no answer" if summary is None else ""
    return Outcome(Setup(), (Scored(Answer(gold.name, summary, failure=failure), scored),))


def as_baseline(gold: GoldFile, summary: Summary) -> Baseline:
    return Baseline.of(outcome(gold, summary), "digest")


def without_last(summary: Summary, name: str) -> Summary:
    return summary.model_copy(update={name: getattr(summary, name)[:-1]})


def test_an_unchanged_engine_passes(gold: GoldFile, summary: Summary) -> None:
    found = ratchet(as_baseline(gold, summary), outcome(gold, summary))

    assert (found.is_open, found.better) == (True, ())


def test_a_lost_item_is_named(gold: GoldFile, summary: Summary) -> None:
    lost = summary.achievements[-1].evidence[0].quote
    fewer = without_last(summary, "achievements")

    found = ratchet(as_baseline(gold, summary), outcome(gold, fewer))

    assert not found.is_open
    assert any(
        f"co-to, achievements: {lost[:30]}" in fault and "→ missed" in fault
        for fault in found.faults
    )


def test_a_slot_that_got_worse_is_named(gold: GoldFile, summary: Summary) -> None:
    target = summary.targets[0].model_copy(update={"sector": "culture_media", "deadline": None})
    changed = summary.model_copy(update={"targets": (target, *summary.targets[1:])})

    found = ratchet(as_baseline(gold, summary), outcome(gold, changed))

    assert [
        fault
        for fault in found.faults
        if re.search(r"sector \(culture_media, not .*; deadline \(none, not ", fault)
    ]


def test_what_is_told_beside_gold_is_worse_when_it_is_new(gold: GoldFile, summary: Summary) -> None:
    twice = summary.model_copy(update={"targets": (*summary.targets, summary.targets[-1])})

    found = ratchet(as_baseline(gold, summary), outcome(gold, twice))

    assert [fault for fault in found.faults if fault.endswith("not told → extra")]


def test_what_got_better_keeps_the_gate_open(gold: GoldFile, summary: Summary) -> None:
    worse = as_baseline(gold, without_last(summary, "achievements"))

    found = ratchet(worse, outcome(gold, summary))

    assert found.is_open
    assert {change.before for change in found.better} >= {"missed"}


def test_a_document_that_is_no_longer_evaluated_is_a_fault(
    gold: GoldFile, summary: Summary
) -> None:
    found = ratchet(as_baseline(gold, summary), Outcome(Setup(), ()))

    assert found.faults == ("co-to: was evaluated before and is not now",)


def test_failures_break_an_invariant(gold: GoldFile) -> None:
    assert list(invariants(Results((gold,), (outcome(gold, None),)))) == [
        "embedded: co-to failed: no answer"
    ]


def test_words_that_are_not_the_source_s_break_an_invariant(
    gold: GoldFile, summary: Summary
) -> None:
    evidence = summary.targets[0].evidence[0]
    forged = evidence.model_copy(update={"quote": f"{evidence.quote} rất tốt"})
    target = summary.targets[0].model_copy(update={"evidence": (forged,)})
    changed = summary.model_copy(update={"targets": (target, *summary.targets[1:])})

    faults = list(invariants(Results((gold,), (outcome(gold, changed),))))

    assert {fault.split()[2] for fault in faults} >= {"quotes_found", "quotes_in_place"}


def test_a_plan_reported_as_done_breaks_an_invariant_of_the_embedded_engine(
    gold: GoldFile, summary: Summary
) -> None:
    plan = summary.targets[0].model_dump(exclude={"deadline"})
    done = type(summary.achievements[0]).model_validate(plan)
    changed = summary.model_copy(
        update={"targets": summary.targets[1:], "achievements": (*summary.achievements, done)}
    )
    told = outcome(gold, changed)
    of_a_model = replace(told, setup=Setup("m"))

    assert [f for f in invariants(Results((gold,), (told,))) if "future_as_past" in f]
    assert not list(invariants(Results((gold,), (of_a_model,))))


def test_gold_that_its_source_does_not_hold_breaks_an_invariant(gold: GoldFile) -> None:
    item = gold.gold.targets[0].model_copy(update={"quote": "không ai nói câu này"})
    broken = replace(gold, gold=gold.gold.model_copy(update={"targets": (item,)}))

    (fault,) = invariants(Results((broken,), ()))

    assert fault == "co-to: a gold quote is not in its source: 'không ai nói câu này'"


def test_a_baseline_is_read_as_it_was_written(
    gold: GoldFile, summary: Summary, tmp_path: Path
) -> None:
    path = baseline_file(tmp_path, Setup())
    write_baseline(path, as_baseline(gold, summary))

    found = read_baseline(path, Setup(), "digest")

    assert path.name == "embedded.json"
    assert ratchet(found, outcome(gold, summary)) == ratchet(
        as_baseline(gold, summary), outcome(gold, summary)
    )
    told = outcome(gold, summary)
    for metric in ("items", "figures", "figures_strict"):
        assert found.outcome.micro(metric) == told.micro(metric)


def test_one_verdict_of_a_baseline_is_one_line(
    gold: GoldFile, summary: Summary, tmp_path: Path
) -> None:
    whole, less = tmp_path / "whole.json", tmp_path / "less.json"
    write_baseline(whole, as_baseline(gold, summary))
    write_baseline(less, as_baseline(gold, without_last(summary, "directives")))

    lines = [set(path.read_text(encoding="utf-8").splitlines()) for path in (whole, less)]

    assert 1 <= len(lines[0] - lines[1]) <= 3  # the verdict, and the line of counts
    json.loads(whole.read_text(encoding="utf-8"))


def test_a_baseline_of_other_gold_is_not_compared(
    gold: GoldFile, summary: Summary, tmp_path: Path
) -> None:
    path = tmp_path / "embedded.json"
    write_baseline(path, as_baseline(gold, summary))

    with pytest.raises(StaleError, match="is of another gold"):
        read_baseline(path, Setup(), "another digest")


def test_a_missing_or_broken_baseline_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "embedded.json"

    with pytest.raises(StaleError, match="summarizer eval --accept"):
        read_baseline(path, Setup(), "digest")
    path.write_text("no JSON")
    with pytest.raises(StaleError, match="is no baseline"):
        read_baseline(path, Setup(), "digest")
