"""The gate: what was right stays right, and what falls is named."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from evals.baselines import (
    Baseline,
    baseline_file,
    baselines_folder,
    is_of_other_gold,
    read_baseline,
    refuse_other_engine,
    write_baseline,
)
from evals.errors import EvalError, StaleError
from evals.gate import held, invariants, ratchet
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
    return Baseline(outcome(gold, summary), "digest")


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


def repeated(gold: GoldFile, *summaries: Summary) -> Outcome:
    """A model's answers to one document."""
    scored = tuple(
        Scored(Answer(gold.name, summary, repeat), score(gold.document, gold.gold, summary))
        for repeat, summary in enumerate(summaries)
    )
    return Outcome(Setup("m"), scored)


def test_a_model_does_not_regress_against_itself(
    gold: GoldFile, summary: Summary, tmp_path: Path
) -> None:
    lucky_at_first = repeated(
        gold, summary, *(without_last(summary, "achievements") for _ in range(2))
    )
    path = baseline_file(tmp_path, Setup("m"))
    write_baseline(path, Baseline(lucky_at_first, "digest"))

    found = read_baseline(path, Setup("m"), "digest")

    assert [one.answer.repeat for one in found.outcome.by_document["co-to"]] == [0, 1, 2]
    assert [one.score.verdicts for one in found.outcome.scored] != [
        found.outcome.scored[0].score.verdicts
    ] * 3
    assert found.outcome.micro("figures_strict") == lucky_at_first.micro("figures_strict")
    assert held(found, lucky_at_first).is_open


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


def test_a_baseline_of_another_engine_is_not_compared(
    gold: GoldFile, summary: Summary, tmp_path: Path
) -> None:
    one, other = Setup("org/m"), Setup("org-m")
    path = baseline_file(tmp_path, one)
    assert path == baseline_file(tmp_path, other)
    write_baseline(path, Baseline(replace(outcome(gold, summary), setup=one), "digest"))

    with pytest.raises(StaleError, match=r"is the baseline of org/m, not of org-m"):
        read_baseline(path, other, "digest")
    with pytest.raises(EvalError, match=r"is the baseline of org/m, not of org-m"):
        refuse_other_engine(path, other)
    refuse_other_engine(path, one)


def test_prompts_and_a_name_that_ends_like_them_have_baselines_of_their_own(
    tmp_path: Path,
) -> None:
    assert baseline_file(tmp_path, Setup("m", Path("v2"))) != baseline_file(tmp_path, Setup("m-v2"))


def test_a_baseline_says_whether_it_is_of_other_gold(
    gold: GoldFile, summary: Summary, tmp_path: Path
) -> None:
    path = tmp_path / "embedded.json"
    assert not is_of_other_gold(path, "digest")
    write_baseline(path, as_baseline(gold, summary))
    assert [is_of_other_gold(path, digest) for digest in ("digest", "another")] == [False, True]
    path.write_text("broken")
    assert not is_of_other_gold(path, "digest")


def test_every_folder_of_gold_has_baselines_of_its_own(tmp_path: Path) -> None:
    home = FIXTURES.parent
    (tmp_path / "x.yaml").touch()
    assert baselines_folder(FIXTURES, home) == home / "baselines"
    assert baselines_folder(tmp_path, home) == tmp_path / "baselines"
    assert baselines_folder(tmp_path / "x.yaml", home) == tmp_path / "baselines"


ENTRY = '{"counts": {"items": [1, 2]}, "verdicts": {}}'
HEAD = '"engine": "embedded", "scoring": "1", "gold": "digest"'


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("no JSON", r"embedded\.json:1: is no baseline"),
        ('{\n "engine": "e",\n<<<<<<< HEAD\n', r"embedded\.json:3: is no baseline \(no JSON"),
        ("{" + HEAD + "}", r"embedded\.json: documents: is no baseline"),
        (
            "{" + HEAD + ', "documents": {"co-to": [' + ENTRY + "]}}",
            r"embedded\.json: documents\.co-to\.0\.counts\.items\.2: is no baseline",
        ),
        (b"\xff", r"embedded\.json: is no baseline \(no UTF-8 text"),
    ],
)
def test_a_broken_baseline_is_told_by_line_or_key(
    content: str | bytes, told: str, tmp_path: Path
) -> None:
    path = tmp_path / "embedded.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())

    with pytest.raises(StaleError, match=told) as caught:
        read_baseline(path, Setup(), "digest")

    assert "the same command with --accept" in str(caught.value)
    assert "_File" not in str(caught.value)


def test_a_missing_baseline_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StaleError, match=r"no baseline of embedded yet; .* with --accept"):
        read_baseline(tmp_path / "embedded.json", Setup(), "digest")
