"""Reports: the same results for people, machines, CI servers and pull requests."""

import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console

from evals.metrics import HEADLINES
from evals.reports import FORMS, Overview, data, junit, markdown, terminal, wording
from evals.reports.overview import Standing, gravest
from evals.results import CEILING, Answer, Outcome, Results, Scored, Setup
from evals.scoring.counts import Share, Tally
from evals.scoring.forms import Span
from evals.scoring.score import Score, Verdict
from schemas import Usage
from summarizer.view import plain
from tests.evaluated import embedded, results, silent, spoilt

EVIL = "<b>|`x`\x1b[2J\x00[red]*y*_@z #1\u2028"


@pytest.fixture(scope="module")
def overview(tmp_path_factory: pytest.TempPathFactory) -> Overview:
    return Overview(results(tmp_path_factory.mktemp("gold")))


@pytest.fixture(scope="module")
def alone(overview: Overview) -> Overview:
    first = overview.results.outcomes[0]
    return Overview(replace(overview.results, outcomes=(first,)))


@pytest.fixture
def evil(overview: Overview) -> Overview:
    """One answer in which every word that may come from elsewhere is hostile."""
    gold = overview.results.golds[0]
    verdict = Verdict("targets@1", EVIL, f"in achievements; {EVIL}", (Span(0, 3),), (Span(1, 4),))
    scores = Score({"figures_strict": Tally(2, 2, 1)}, verdicts=(verdict,))
    summary = overview.results.outcomes[0].scored[0].answer.summary
    scored = (Scored(Answer(gold.name, summary), scores),)
    setup = Setup(EVIL, Path(EVIL.replace("\x00", "")))
    return Overview(Results((gold,), (Outcome(setup, scored),), notes=(EVIL,)))


# --- What is shown --------------------------------------------------------------------------------


def test_a_setup_is_measured_by_all_that_has_something_to_count(overview: Overview) -> None:
    standing = overview.standings[0]
    assert list(standing.measured)[:3] == [metric.name for metric in HEADLINES]
    assert all(one.value is not None for one in standing.measured.values())
    assert standing.measured["figures"].count == standing.outcome.micro("figures")


def test_plans_told_as_results_are_named_before_all_else(overview: Overview) -> None:
    first = overview.standings[1].wrong[0].verdict
    assert (wording.list_of(first), wording.told_list_of(first)) == ("targets", "achievements")


def test_the_worst_documents_are_those_with_the_lowest_strict_score(overview: Overview) -> None:
    standing = overview.standings[1]
    counts = standing.outcome.counts("figures_strict")
    values = [count.value for name in standing.worst if (count := counts[name]) is not None]
    told = [1.0 if value is None else value for value in values]
    assert len(told) > 2
    assert told == sorted(told)


def test_latency_is_that_of_a_real_answer() -> None:
    times = [0.1, 0.2, 0.3, 10.0]
    scored = [Scored(Answer("d", None, failure="no", seconds=each), Score({})) for each in times]
    standing = Standing(Outcome(Setup(), tuple(scored)))
    assert (standing.latency(0.5), standing.latency(0.95)) == (0.2, 10.0)


def test_people_take_neither_time_nor_money(overview: Overview) -> None:
    scored = tuple(
        Scored(Answer(one.answer.document, None), one.score)
        for one in overview.results.outcomes[1].scored
    )
    people = Outcome(Setup(CEILING), scored)
    shown = Overview(replace(overview.results, outcomes=(overview.results.outcomes[0], people)))
    standing = shown.standings[1]
    assert (standing.usage, standing.latency(0.5), standing.outcome.failures) == (None, None, ())
    assert standing.wrong
    assert all(CEILING in FORMS[form](shown) for form in FORMS if form != "junit")


def test_repeats_are_measured_by_how_much_they_agree(overview: Overview) -> None:
    outcome = overview.results.outcomes[0]
    again = [replace(one, answer=replace(one.answer, repeat=1)) for one in outcome.scored]
    twice = replace(outcome, scored=(*outcome.scored, *again))
    shown = Overview(replace(overview.results, outcomes=(twice,)))
    assert shown.standings[0].agreement == 1.0
    assert "repeats agree" in terminal.text(shown)
    assert "each asked 2 times" in markdown.text(shown)


def test_bounds_are_shown_but_not_compared_by_name(overview: Overview) -> None:
    assert [one.label for one in overview.standings] == ["embedded", "careless", "silent", "floor"]
    assert [one.other for one in overview.contests] == ["careless", "silent"]


@pytest.mark.parametrize("form", FORMS)
def test_every_report_shows_results_without_a_document(form: str) -> None:
    assert "embedded" in FORMS[form](Overview(Results((), (Outcome(Setup(), ()),))))


@pytest.mark.parametrize("form", FORMS)
def test_every_report_is_the_same_each_time(form: str, overview: Overview) -> None:
    assert FORMS[form](Overview(overview.results)) == FORMS[form](overview)


# --- Words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("usage", "said"),
    [
        (Usage(), "free"),
        (Usage(requests=1), "unknown"),
        (Usage(requests=1, cost_usd="0.0123"), "0.012"),
    ],
)
def test_a_cost_is_told_apart_from_an_unknown_one(usage: Usage, said: str) -> None:
    assert wording.cost(usage) == said


@pytest.mark.parametrize(
    ("verdict", "kind", "sentence"),
    [
        ("ok", "right", "Right."),
        ("value (64000, not 64)", "wrong", "Wrong: value: told 64000, gold 64."),
        ("missed", "missed", "Missed: the summary does not tell it."),
        ("in targets; quote", "wrong", "Wrong: told as a target; quoted otherwise."),
        ("optional", "optional", "May be told or left out."),
    ],
)
def test_a_verdict_is_a_sentence(verdict: str, kind: str, sentence: str) -> None:
    told = Verdict("achievements@5/level@7", "level 3 tấn", verdict)
    assert (wording.kind_of(told), wording.sentence(told)) == (kind, sentence)
    assert wording.noun(told) == "figure of an achievement"


def test_counts_are_told_so_that_people_can_check_them() -> None:
    assert wording.fraction(Share(3, 41)) == "3/41"
    assert wording.fraction(Tally(gold=10, told=8, both=7)) == "7/10"


# --- Terminal -------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_terminal_report_fits(overview: Overview, alone: Overview, width: int) -> None:
    for shown in (overview, alone):
        page = plain(terminal.view(shown), width)
        assert max(map(len, page.splitlines())) <= width
        assert "embedded" in page
        assert "strict F1" in page


def test_the_terminal_report_names_failures_and_errors(overview: Overview) -> None:
    page = terminal.text(overview)
    assert "7/7" in page
    assert "Targets told as achievements." in page
    assert "Where careless errs most" in page
    assert "careless against embedded" in page
    assert "scale (×1000)" in page


def test_the_terminal_report_of_one_setup_compares_nothing(alone: Overview) -> None:
    page = terminal.text(alone)
    assert "against" not in page
    assert "★" not in page


def test_the_terminal_obeys_nothing_that_comes_from_a_document(evil: Overview) -> None:
    page = terminal.text(evil)
    assert all(sign.isprintable() or sign == "\n" for sign in page)
    assert "[red]" in page


def test_colour_is_only_added_to_the_same_words(overview: Overview) -> None:
    console = Console(width=80, force_terminal=True, color_system="truecolor")
    with console.capture() as drawn:
        console.print(terminal.view(overview))
    bare = re.sub(r"\x1b\[[0-9;]*m", "", drawn.get())
    assert bare != drawn.get()
    assert [line.rstrip() for line in bare.splitlines()] == plain(
        terminal.view(overview), 80
    ).splitlines()


# --- JSON -----------------------------------------------------------------------------------------


def test_the_json_report_holds_everything_by_document(overview: Overview) -> None:
    told = json.loads(data.text(overview))
    assert told["schema_version"] == data.SCHEMA_VERSION
    assert [one["label"] for one in told["setups"]] == [one.label for one in overview.standings]
    assert [one["name"] for one in told["documents"]] == list(overview.documents)
    first = overview.results.outcomes[1].scored[0]
    kept = told["setups"][1]["documents"][first.answer.document][0]
    assert kept["counts"]["figures"]["gold"] == first.score.counts["figures"].gold  # type: ignore[union-attr]
    assert [one["key"] for one in kept["verdicts"]] == [v.key for v in first.score.verdicts]
    assert kept["verdicts"][0]["gold"] == [list(span) for span in first.score.verdicts[0].gold]
    assert kept["usage"]["cost_usd"] == 0.0031
    assert told["setups"][2]["documents"][overview.documents[0]][0]["failure"].startswith("the")


def test_the_json_report_holds_intervals_and_comparisons(overview: Overview) -> None:
    told = json.loads(data.text(overview))
    strict = told["setups"][0]["metrics"]["figures_strict"]
    low, high = strict["interval"]
    assert low <= strict["value"] <= high
    against = told["comparisons"][0]
    assert (against["base"], against["other"]) == ("embedded", "careless")
    assert against["differences"]["figures_strict"]["delta"] < 0
    assert len(against["broken"]) == len(overview.comparisons[0].broken) > 0


# --- JUnit ----------------------------------------------------------------------------------------


def test_junit_has_a_suite_an_engine_and_a_case_a_document(overview: Overview) -> None:
    suites = ET.fromstring(junit.text(overview))
    assert [suite.get("name") for suite in suites] == ["embedded", "careless", "silent"]
    for suite, standing in zip(suites, overview.engines, strict=True):
        cases = suite.findall("testcase")
        assert [case.get("name") for case in cases] == list(standing.outcome.by_document)
        assert suite.get("tests") == str(len(cases))
        assert suite.get("failures") == str(len(suite.findall("testcase/failure")))
        assert suite.get("errors") == str(len(suite.findall("testcase/error")))


def test_junit_lists_what_is_wrong_of_a_document(overview: Overview) -> None:
    suites = ET.fromstring(junit.text(overview))
    assert any(
        "Wrong: told as an achievement" in (each.text or "") for each in suites[1].iter("failure")
    )
    failure = suites[1].find("testcase/failure")
    assert failure is not None
    wrong = [v for v in overview.results.outcomes[1].scored[0].score.verdicts if not v.is_right]
    assert len((failure.text or "").splitlines()) == len(wrong)


def test_junit_tells_a_document_without_summary_as_an_error(overview: Overview) -> None:
    error = ET.fromstring(junit.text(overview))[2].find("testcase/error")
    assert error is not None
    assert error.get("message") == "the server is down [2J <b>"


def test_junit_survives_hostile_words(evil: Overview) -> None:
    (suite,) = ET.fromstring(junit.text(evil))
    assert "<b>|`x`" in (suite.get("name") or "")


def test_junit_tells_what_repeats_share_once_and_which_of_them_failed(overview: Overview) -> None:
    outcome = overview.results.outcomes[1]
    first = outcome.scored[0]
    gone = Scored(
        replace(first.answer, repeat=1, summary=None, failure="the server is down"),
        overview.results.outcomes[2].scored[0].score,
    )
    twice = replace(outcome, scored=(first, gone))
    suites = ET.fromstring(junit.text(Overview(replace(overview.results, outcomes=(twice,)))))
    error, failure = (suites[0].find(f"testcase/{name}") for name in ("error", "failure"))
    assert error is not None
    assert failure is not None
    assert error.get("message") == "repeat 2: the server is down"
    wrong = [verdict for verdict in first.score.verdicts if not verdict.is_right]
    assert len((failure.text or "").splitlines()) == len(wrong)


# --- Markdown -------------------------------------------------------------------------------------


def test_markdown_has_a_row_a_setup(overview: Overview) -> None:
    table, _, rest = markdown.text(overview).partition("<details")
    rows = [line for line in table.splitlines() if line.startswith(("| embedded", "| careless"))]
    assert len(rows) == 2
    assert len({row.count(" | ") for row in rows}) == 1
    assert "| careless | 28k / 6.3k |" in rest


def test_markdown_names_failures_openly(overview: Overview) -> None:
    page = markdown.text(overview)
    assert "<details open><summary>❌ silent failed (7)</summary>" in page
    assert "- d01: the server is down" in page


def test_parts_of_the_documents_stand_beside_each_other(overview: Overview) -> None:
    (short, *_) = [part for part in overview.slices if part[0] == "length"]
    told = overview.slices[short]
    assert [one is not None for one in told] == [True, True, True, True]
    for page in (terminal.text(overview), markdown.text(overview)):
        assert "Where it is hard: strict F1" in page
        assert "length short" in page


def test_markdown_names_what_broke_and_what_was_fixed(overview: Overview) -> None:
    comparison = overview.comparisons[0]
    page = markdown.text(overview)
    count = len(comparison.broken) + len(comparison.worse)
    assert f"Broken or worse ({count})" in page
    assert markdown.escaped(wording.turn(gravest(comparison.broken)[0])) in page
    turned = replace(overview.results, outcomes=overview.results.outcomes[1::-1])
    assert f"Fixed ({len(comparison.broken)})" in markdown.text(Overview(turned))


def test_markdown_folds_balance(overview: Overview) -> None:
    page = markdown.text(overview)
    assert page.count("<details") == page.count("</details>") > 3


def test_markdown_takes_no_markup_from_a_document(evil: Overview) -> None:
    page = markdown.text(evil)
    assert "<b>" not in page
    lines = [line for line in page.splitlines() if not line.startswith("<")]  # HTML, not Markdown
    assert not re.search(r"(?<!\\)[`*]", "".join(lines))
    assert "@z" not in page  # nobody is called
    assert not any(sign in page for sign in "\x1b\x00\u2028")


def test_markdown_shows_words_as_they_are() -> None:
    assert markdown.escaped("a|b <i>*c*</i>\n1. d & e") == (
        r"a\|b &lt;i\>\*c\*&lt;/i\> 1\. d &amp; e"
    )


# --- Comparing with silence -----------------------------------------------------------------------


def test_a_setup_that_only_fails_scores_nothing(overview: Overview) -> None:
    standing = overview.standings[2]
    assert standing.measured["figures"].value == 0
    assert not standing.is_best_for_its_cost
    assert len(standing.outcome.failures) == len(overview.documents)


def test_the_spoilt_summaries_are_worse(overview: Overview) -> None:
    golds = overview.results.golds
    good, bad = embedded(golds[:2]), overview.results.outcomes[1]
    assert spoilt(good.scored[0].answer.summary).targets == ()  # type: ignore[arg-type]
    assert bad.micro("future_as_past") != silent(golds).micro("future_as_past")
