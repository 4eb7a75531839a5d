"""Every document counts in a run, whatever happens to it, and nothing is asked twice."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from evals.engines import Engine, Floor, engine
from evals.errors import EvalError, GoldError, StaleError
from evals.gold import GoldFile, read_all
from evals.kept import ASIDE, KEPT
from evals.recordings import Recordings
from evals.results import Answer, Outcome, Results, Setup
from evals.runs import agreement_of_repeats, evaluate
from evals.scoring.counts import Tally
from evals.scoring.score import Score, score
from schemas import Summary
from summarizer import Document
from summarizer.errors import ModelError, SummarizerError, TaskError
from summarizer.pipeline import Summarizer
from tests.endpoint import Body, Endpoint, Response, completion, failure
from tests.small_gold import CLAIMS, reply, written

FIXTURES = Path(__file__).parent.parent / "evals" / "fixtures" / "dev"
EMBEDDED = Setup()
MODEL = Setup("m")


@pytest.fixture
def golds(tmp_path: Path) -> tuple[GoldFile, ...]:
    return written(tmp_path / "gold")


def names(outcome: Outcome) -> list[tuple[str, int]]:
    return [(one.answer.document, one.answer.repeat) for one in outcome.scored]


def figures(outcome: Outcome) -> Tally:
    count = outcome.micro("figures")
    assert isinstance(count, Tally)
    return count


class Scripted:
    """Reads like the embedded engine, but for documents that hold one of ``faults``."""

    def __init__(self, faults: Mapping[str, Exception] | None = None) -> None:
        self.identity = {"model": "scripted"}
        self.faults = dict(faults or {})
        self.most = self.now = 0

    async def __call__(self, document: Document) -> Summary:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0)
        self.now -= 1
        for words, fault in self.faults.items():
            if words in document.text:
                raise fault
        return Summarizer()(document)


def run(golds: tuple[GoldFile, ...], *setups: Setup, **how: object) -> Results:
    return asyncio.run(evaluate(golds, setups or (EMBEDDED,), **how))  # type: ignore[arg-type]


# --- All of them ----------------------------------------------------------------------------------


def test_every_setup_answers_every_document_as_often_as_asked(golds: tuple[GoldFile, ...]) -> None:
    results = run(golds, EMBEDDED, Setup("floor"), repeat=2)
    assert results.golds == golds
    assert [outcome.setup.label for outcome in results.outcomes] == ["embedded", "floor"]
    for outcome in results.outcomes:
        assert names(outcome) == [(name, repeat) for name in "abc" for repeat in (0, 1)]
    assert all(one.answer.seconds > 0 for one in results.outcomes[0].scored)


def test_answers_are_in_order_however_they_come(golds: tuple[GoldFile, ...]) -> None:
    class Slow(Scripted):
        async def __call__(self, document: Document) -> Summary:
            await asyncio.sleep(0.02 if "45" in document.text else 0)
            return await super().__call__(document)

    told: list[str] = []
    results = run(
        golds, engines=lambda _: Slow(), progress=lambda *news: told.append(news[2].document)
    )
    assert told != list("abc")
    assert names(results.outcomes[0]) == [("a", 0), ("b", 0), ("c", 0)]


@pytest.mark.parametrize(
    ("fault", "failure"),
    [
        (ModelError("m: refused", code="refused"), "m: refused"),
        (RuntimeError("a defect"), "RuntimeError: a defect"),
    ],
)
def test_what_fails_is_scored_as_all_missed(
    golds: tuple[GoldFile, ...], fault: Exception, failure: str
) -> None:
    (whole,) = run(golds, engines=lambda _: Scripted()).outcomes
    (outcome,) = run(golds, engines=lambda _: Scripted({"5.807": fault})).outcomes
    assert [(answer.document, answer.failure) for answer in outcome.failures] == [("b", failure)]
    assert names(outcome) == names(whole)
    assert figures(outcome).gold == figures(whole).gold == 3
    assert figures(outcome).both == figures(whole).both - 1 == 2


def test_no_more_documents_are_under_way_than_may_be(golds: tuple[GoldFile, ...]) -> None:
    engines = [Scripted(), Scripted()]
    for at_once, one in enumerate(engines, 1):
        run(golds, at_once=at_once, engines=lambda _, one=one: one)
    assert [one.most for one in engines] == [1, 2]


def test_progress_is_told_of_each_answer(golds: tuple[GoldFile, ...]) -> None:
    news: list[tuple[int, int]] = []
    run(golds, EMBEDDED, Setup("floor"), progress=lambda done, of, _: news.append((done, of)))
    assert news == [(done, 6) for done in range(1, 7)]


def test_an_error_that_is_no_documents_ends_the_run(golds: tuple[GoldFile, ...]) -> None:
    reader = Scripted()
    told: list[Answer] = []

    def progress(_: int, __: int, answer: Answer) -> None:
        told.append(answer)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(golds, at_once=1, progress=progress, engines=lambda _: reader)
    assert len(told) == 1


def test_a_source_that_cannot_be_read_ends_the_run(golds: tuple[GoldFile, ...]) -> None:
    lost = replace(golds[0], gold=golds[0].gold.model_copy(update={"source": "nowhere.txt"}))
    with pytest.raises(GoldError, match=r"nowhere\.txt"):
        run((lost, *golds[1:]))


def test_a_document_is_scored_with_the_traps_of_its_sidecar(
    golds: tuple[GoldFile, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def scored(*told: Any, **named: Any) -> Score:
        traps.append(told[3])
        return score(*told, **named)

    traps: list[tuple[str, ...]] = []
    monkeypatch.setattr("evals.runs.score", scored)
    golds[0].path.with_suffix(".toml").write_text('traps = ["45 tỷ đồng"]', "utf-8")
    run(golds[:2])
    assert traps == [("45 tỷ đồng",), ()]


def test_a_run_says_how_to_get_its_runner(
    golds: tuple[GoldFile, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pydantic_evals", None)
    with pytest.raises(EvalError, match=r'pip install "structured-summarizer\[evals\]"'):
        run(golds)


def test_the_runner_is_not_loaded_before_it_is_needed() -> None:
    code = "import sys, evals.runs; assert not {'pydantic_evals', 'pydantic_ai'} & {*sys.modules}"
    subprocess.run([sys.executable, "-c", code], check=True)


# --- Engines --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["d01", "d02", "d03", "d04"])
def test_the_floor_copies_and_understands_nothing(name: str) -> None:
    document = Document.read(FIXTURES / f"{name}.txt")
    summary = asyncio.run(Floor()(document))
    assert (summary.shortcomings, summary.targets, summary.directives) == ((), (), ())
    assert 0 < len(summary.achievements) <= 20
    starts = []
    for item in summary.achievements:
        for evidence in item.evidence:
            assert document.text[evidence.start : evidence.end] == evidence.quote
            starts.append(evidence.start)
        for figure in item.figures:
            assert document.text[figure.start : figure.end] == figure.raw
            assert figure.value >= 0
        told = {(f.role, f.comparator, f.reference) for f in item.figures}
        assert told <= {("level", "eq", None)}
        assert (item.sector, item.indicator) == ("general", None)
    assert starts == sorted(starts)


def test_the_floor_is_lower_than_the_embedded_engine() -> None:
    embedded, floor = run(read_all([FIXTURES])[:4], EMBEDDED, Setup("floor")).outcomes
    assert figures(floor).both > 0
    for metric in ("figures_strict", "items"):
        high, low = embedded.micro(metric), floor.micro(metric)
        assert high is not None
        assert low is not None
        assert (high.value or 0) > (low.value or 0)


def test_an_engine_is_the_same_wherever_its_model_is_served() -> None:
    here, there = (engine(MODEL, base_url=f"http://{host}/v1") for host in ("a", "b"))
    assert here.identity == there.identity
    assert here.identity["model"] == "m"


def test_other_prompts_make_another_engine(tmp_path: Path) -> None:
    (tmp_path / "draft.md.j2").write_text("{{ frame }}{{ lines }}{{ part }}{{ parts }}")
    ours, theirs = engine(MODEL).identity, engine(Setup("m", tmp_path)).identity
    changed = {label for label in ours if ours[label] != theirs[label]}
    assert changed == {"prompts and schema"}


def test_broken_prompts_end_a_run_before_anything_is_asked(
    golds: tuple[GoldFile, ...], tmp_path: Path
) -> None:
    with pytest.raises(TaskError, match="no such folder"):
        run(golds, Setup("m", tmp_path / "v9"), recordings=Recordings(tmp_path))


def test_a_missing_key_ends_a_run_before_anything_is_asked(
    golds: tuple[GoldFile, ...], tmp_path: Path
) -> None:
    for recordings in (None, Recordings(tmp_path, "record")):
        with pytest.raises(ModelError, match="OPENAI_API_KEY"):
            run(golds, Setup("gpt-5-mini"), recordings=recordings)


@pytest.mark.usefixtures("loopback")
def test_broken_prompts_of_the_last_setup_keep_the_first_from_being_asked(
    golds: tuple[GoldFile, ...], tmp_path: Path
) -> None:
    for name, text in (
        ("audit", "{{ frame }}{{ lines }}{{ asked }}{{ titel }}"),
        ("repair", "{{ frame }}{{ lines }}{{ broken[0].nothing }}"),
        ("assist", "{{ frame }}{{ lines }}{% if %}"),
    ):
        folder = tmp_path / name
        folder.mkdir()
        (folder / f"{name}.md.j2").write_text(text)
        with Endpoint(reply) as endpoint:
            with pytest.raises(TaskError, match=rf"{name}\.md\.j2"):
                run(golds, MODEL, Setup("m", folder), engines=Served(endpoint.url))
            assert not endpoint.asked


@pytest.mark.usefixtures("loopback")
def test_prompts_that_break_on_a_document_end_the_run(
    golds: tuple[GoldFile, ...], tmp_path: Path
) -> None:
    broken = (
        "{{ frame }}{{ lines }}{{ part }}{{ parts }}{% if '45' in lines | join %}{{ lines[99] }}"
    )
    (tmp_path / "draft.md.j2").write_text(broken + "{% endif %}")
    with Endpoint(reply) as endpoint, pytest.raises(TaskError, match=r"draft\.md\.j2, line 1"):
        run(golds, Setup("m", tmp_path), engines=Served(endpoint.url))


def test_the_prices_of_the_last_setup_are_read_before_the_first_is_asked(
    golds: tuple[GoldFile, ...], tmp_path: Path
) -> None:
    (tmp_path / "prices.toml").write_text("[m\n")
    reader = Scripted()

    def engines(setup: Setup) -> Engine:
        return reader if setup == EMBEDDED else engine(setup, prices=tmp_path / "prices.toml")

    with pytest.raises(SummarizerError, match="not a TOML file"):
        run(golds, EMBEDDED, MODEL, engines=engines)
    assert reader.most == 0


# --- Names ----------------------------------------------------------------------------------------


def test_a_setup_is_called_the_same_however_its_folder_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "v2").mkdir()
    monkeypatch.chdir(tmp_path)
    ways = [Path("v2"), Path("v2/"), tmp_path / "v2", Path("v2/../v2")]
    assert {Setup("m", way).label for way in ways} == {"m · v2"}
    assert {Setup("m", way).slug for way in ways} == {"m--v2"}


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        (Setup("m", Path("pa/v")), Setup("m", Path("pb/v")), "m with pa/v and m with pb/v"),
        (Setup("org/m"), Setup("org-m"), "org/m and org-m are both called org-m"),
        (Setup("M"), Setup("m"), "M and m are both called m"),
    ],
)
def test_setups_that_would_share_files_are_refused(
    golds: tuple[GoldFile, ...], one: Setup, other: Setup, told: str
) -> None:
    with pytest.raises(EvalError, match=told):
        run(golds, one, other, engines=lambda _: Scripted())


# --- Models ---------------------------------------------------------------------------------------


def small(body: Body) -> Response:
    """What a small model answers to proposals: everything is an achievement."""
    schema = body["response_format"]["json_schema"]["schema"]
    return completion(dict.fromkeys(schema["required"], "achievement"))


class Refusing:
    """Does not let documents through that hold some words."""

    def __init__(self, words: str) -> None:
        self.words = words

    def __call__(self, body: Body) -> Response:
        if self.words and self.words in body["messages"][1]["content"]:
            return failure(403)
        return reply(body)


class Served:
    """Engines of models behind one address."""

    def __init__(self, url: str) -> None:
        self.url = url

    def __call__(self, setup: Setup) -> Engine:
        return engine(setup, base_url=self.url)


def asked_about(endpoint: Endpoint) -> set[str]:
    """The documents of which a server was asked for a draft."""
    return {
        name
        for body in endpoint.asked
        if body["response_format"]["json_schema"]["name"] == "draft"
        for name, claim in CLAIMS.items()
        if claim in body["messages"][1]["content"]
    }


OFFLINE = Served("http://127.0.0.1:1/v1")


@pytest.mark.usefixtures("loopback")
def test_answers_cost_what_they_cost(golds: tuple[GoldFile, ...]) -> None:
    with Endpoint(reply) as endpoint:
        (outcome,) = run(golds, MODEL, engines=Served(endpoint.url)).outcomes
        asked = len(endpoint.asked)
    assert sum(one.answer.usage.requests for one in outcome.scored) == asked
    assert sum(one.answer.usage.input_tokens for one in outcome.scored) == 100 * asked
    assert figures(outcome).both == 3


@pytest.mark.usefixtures("loopback")
def test_a_model_is_asked_once_and_replayed_without_it(
    golds: tuple[GoldFile, ...], tmp_path: Path
) -> None:
    with Endpoint(reply) as endpoint:
        there = Served(endpoint.url)
        recordings = Recordings(tmp_path / "r", "record")
        first = run(golds, MODEL, repeat=2, recordings=recordings, engines=there).outcomes[0]
        asked = len(endpoint.asked)
        again = run(golds, MODEL, repeat=2, recordings=recordings, engines=there).outcomes[0]
        assert len(endpoint.asked) == asked
    offline = run(
        golds, MODEL, repeat=2, recordings=Recordings(tmp_path / "r"), engines=OFFLINE
    ).outcomes[0]
    assert offline == again
    assert [one.score for one in offline.scored] == [one.score for one in first.scored]
    assert not any(one.answer.replayed for one in first.scored)
    for now, then in zip(offline.scored, first.scored, strict=True):
        assert now.answer.replayed
        assert now.answer.usage == then.answer.usage
        assert now.answer.seconds == pytest.approx(then.answer.seconds, abs=0.001)


@pytest.mark.usefixtures("loopback")
def test_replaying_asks_as_the_server_was_known(
    golds: tuple[GoldFile, ...], tmp_path: Path
) -> None:
    """A small model is shown proposals; that it is small, only its server tells."""
    pages = {"/v1/models": {"data": [{"id": "m", "meta": {"n_params": 5 * 10**8}}]}}
    with Endpoint(small, pages) as endpoint:
        told = run(
            golds, MODEL, recordings=Recordings(tmp_path, "record"), engines=Served(endpoint.url)
        )
        assert all("'labels'" in str(body["response_format"]) for body in endpoint.asked)
    offline = run(golds, MODEL, recordings=Recordings(tmp_path), engines=OFFLINE)
    assert [one.score for one in offline.outcomes[0].scored] == [
        one.score for one in told.outcomes[0].scored
    ]


@pytest.mark.usefixtures("loopback")
def test_only_what_has_no_recording_is_asked(golds: tuple[GoldFile, ...], tmp_path: Path) -> None:
    recordings = Recordings(tmp_path / "r", "record")
    with Endpoint(reply) as endpoint:
        there = Served(endpoint.url)
        run(golds[:2], MODEL, recordings=recordings, engines=there)
        endpoint.asked.clear()
        (outcome,) = run(golds, MODEL, recordings=recordings, engines=there).outcomes
        assert asked_about(endpoint) == {"c"}
    assert [one.answer.replayed for one in outcome.scored] == [True, True, False]


@pytest.mark.usefixtures("loopback")
def test_whatever_is_not_recorded_or_stale_is_told_at_once(
    golds: tuple[GoldFile, ...], tmp_path: Path
) -> None:
    with Endpoint(reply) as endpoint:
        recordings = Recordings(tmp_path / "r", "record")
        run(golds[:2], MODEL, recordings=recordings, engines=Served(endpoint.url))
    source = golds[0].path.with_suffix(".txt")
    source.write_text(source.read_text("utf-8") + "Thêm một câu.\n", "utf-8")
    with pytest.raises(StaleError) as caught:
        run(
            read_all([source.parent]),
            MODEL,
            repeat=2,
            recordings=Recordings(tmp_path / "r"),
            engines=OFFLINE,
        )
    told = str(caught.value)
    assert "5 of 6 answers" in told
    assert "a/1.json: recorded with another document" in told
    assert "a/2.json: not recorded yet" in told
    assert "\n" not in told


@pytest.mark.usefixtures("loopback")
def test_a_question_that_became_another_is_stale_and_asked_anew(
    golds: tuple[GoldFile, ...], tmp_path: Path
) -> None:
    recordings = Recordings(tmp_path / "r", "record")
    with Endpoint(reply) as endpoint:
        there = Served(endpoint.url)
        run(golds, MODEL, recordings=recordings, engines=there)
        path = recordings.path(MODEL, "b", 0)
        told = json.loads(path.read_text("utf-8"))
        told["exchanges"][0]["request"].update(sha256="", messages=[])
        path.write_text(json.dumps(told), "utf-8")
        with pytest.raises(StaleError, match=r"1 of 3 .*b/1\.json: .*question changed"):
            run(golds, MODEL, recordings=Recordings(tmp_path / "r"), engines=OFFLINE)
        endpoint.asked.clear()
        run(golds, MODEL, recordings=recordings, engines=there)
        assert asked_about(endpoint) == {"b"}
    run(golds, MODEL, recordings=Recordings(tmp_path / "r"), engines=OFFLINE)


@pytest.mark.usefixtures("loopback")
def test_stale_recordings_are_told_when_they_are_paid_again(
    golds: tuple[GoldFile, ...], tmp_path: Path
) -> None:
    recordings = Recordings(tmp_path / "r", "record")
    source = golds[0].path.with_suffix(".txt")
    told: list[str] = []
    with Endpoint(reply) as endpoint:
        there = Served(endpoint.url)
        run(golds, MODEL, recordings=recordings, warn=told.append, engines=there)
        assert told == []
        source.write_text(source.read_text("utf-8") + "Thêm một câu.\n", "utf-8")
        again = read_all([source.parent])
        run(again, MODEL, recordings=recordings, warn=told.append, engines=there)
    (line,) = told
    assert line.startswith("1 stale recording asked for again, such as ")
    assert "a/1.json: recorded with another document" in line


@pytest.mark.usefixtures("loopback")
def test_what_is_replayed_or_kept_has_the_price_of_now(
    golds: tuple[GoldFile, ...], tmp_path: Path
) -> None:
    def costs(prices: str, **how: object) -> list[Decimal | None]:
        (tmp_path / "prices.toml").write_text(f'["m"]\ninput = {prices}\noutput = 0\n')

        def engines(setup: Setup) -> Engine:
            file = tmp_path / "prices.toml" if prices else None
            return engine(setup, base_url=endpoint.url, prices=file)

        (outcome,) = run(golds, MODEL, engines=engines, **how).outcomes
        return [one.answer.usage.cost_usd for one in outcome.scored]

    with Endpoint(reply) as endpoint:
        for how in (
            {"recordings": Recordings(tmp_path / "r", "record")},
            {"keep": tmp_path / "out"},
        ):
            endpoint.asked.clear()
            assert costs("", **how) == [None] * 3
            asked = len(endpoint.asked)
            cheap, dear = costs("1", **how), costs("2.5", **how)
            assert sum(filter(None, cheap)) == Decimal(100 * asked) / 1_000_000
            assert dear == [Decimal("2.5") * (cost or 0) for cost in cheap]
            assert len(endpoint.asked) == asked


@pytest.mark.usefixtures("loopback")
def test_a_replayed_answer_costs_what_it_cost_then(
    golds: tuple[GoldFile, ...], tmp_path: Path
) -> None:
    recordings = Recordings(tmp_path / "r", "record")
    with Endpoint(reply) as endpoint:
        run(golds[:1], MODEL, recordings=recordings, engines=Served(endpoint.url))
    path = recordings.path(MODEL, "a", 0)
    told = json.loads(path.read_text("utf-8"))
    told["seconds"], told["usage"]["cost_usd"] = 12.5, 0.25
    path.write_text(json.dumps(told), "utf-8")
    (outcome,) = run(golds[:1], MODEL, recordings=recordings, engines=OFFLINE).outcomes
    answer = outcome.scored[0].answer
    assert (answer.seconds, answer.usage.cost_usd) == (12.5, Decimal("0.25"))
    assert answer.summary is not None
    assert answer.summary.run.seconds == 12.5


@pytest.mark.usefixtures("loopback")
def test_other_prompts_make_recordings_stale(golds: tuple[GoldFile, ...], tmp_path: Path) -> None:
    prompts = tmp_path / "v2"
    prompts.mkdir()
    template = prompts / "system.md.j2"
    template.write_text("Đọc. {{ rewrite }}", "utf-8")
    setup = Setup("m", prompts)
    with Endpoint(reply) as endpoint:
        recordings = Recordings(tmp_path / "r", "record")
        run(golds, setup, recordings=recordings, engines=Served(endpoint.url))
    run(golds, setup, recordings=Recordings(tmp_path / "r"), engines=OFFLINE)
    template.write_text("Đọc kỹ. {{ rewrite }}", "utf-8")
    with pytest.raises(StaleError, match=r"3 of 3 .* another prompts and schema"):
        run(golds, setup, recordings=Recordings(tmp_path / "r"), engines=OFFLINE)


@pytest.mark.usefixtures("loopback")
def test_what_the_server_did_not_answer_is_asked_for_next_time(
    golds: tuple[GoldFile, ...], tmp_path: Path
) -> None:
    recordings = Recordings(tmp_path / "r", "record")
    with Endpoint(Refusing("5.807")) as endpoint:
        (outcome,) = run(golds, MODEL, recordings=recordings, engines=Served(endpoint.url)).outcomes
    assert [answer.document for answer in outcome.failures] == ["b"]
    with Endpoint(reply) as endpoint:
        (outcome,) = run(golds, MODEL, recordings=recordings, engines=Served(endpoint.url)).outcomes
    assert [one.answer.replayed for one in outcome.scored] == [True, False, True]
    assert not outcome.failures


@pytest.mark.usefixtures("loopback")
def test_a_model_that_fails_a_document_is_recorded_as_failing(
    golds: tuple[GoldFile, ...], tmp_path: Path
) -> None:
    with Endpoint([completion("Tôi không biết.")]) as endpoint:
        recordings = Recordings(tmp_path / "r", "record")
        (live,) = run(golds, MODEL, recordings=recordings, engines=Served(endpoint.url)).outcomes
    (again,) = run(golds, MODEL, recordings=Recordings(tmp_path / "r"), engines=OFFLINE).outcomes
    assert len(live.failures) == len(again.failures) == 3
    for then, now in zip(live.failures, again.failures, strict=True):
        assert now.failure == then.failure
        assert now.usage == then.usage
        assert now.usage.requests > 1


# --- Going on -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("loopback")
def test_a_run_that_is_started_again_asks_for_the_rest_only(
    golds: tuple[GoldFile, ...], tmp_path: Path
) -> None:
    with Endpoint(Refusing("5.807")) as endpoint:
        there = Served(endpoint.url)
        first = run(golds, MODEL, keep=tmp_path / "out", engines=there).outcomes[0]
        endpoint.script = reply
        endpoint.asked.clear()
        second = run(golds, MODEL, keep=tmp_path / "out", engines=there).outcomes[0]
        assert asked_about(endpoint) == {"b"}
        endpoint.asked.clear()
        third = run(golds, MODEL, keep=tmp_path / "out", engines=there).outcomes[0]
        assert not endpoint.asked
    assert third == second
    assert [second.scored[place] for place in (0, 2)] == [first.scored[place] for place in (0, 2)]
    assert second.scored[1].answer.summary is not None


@pytest.mark.usefixtures("loopback")
def test_an_answer_of_another_text_is_not_taken(
    golds: tuple[GoldFile, ...], tmp_path: Path
) -> None:
    with Endpoint(reply) as endpoint:
        there = Served(endpoint.url)
        run(golds, MODEL, keep=tmp_path / "out", engines=there)
        endpoint.asked.clear()
        source = golds[0].path.with_suffix(".txt")
        source.write_text(source.read_text("utf-8") + "Thêm một câu.\n", "utf-8")
        run(read_all([source.parent]), MODEL, keep=tmp_path / "out", engines=there)
        assert asked_about(endpoint) == {"a"}


@pytest.mark.usefixtures("loopback")
def test_answers_to_other_templates_are_kept_beside_each_other(
    golds: tuple[GoldFile, ...], tmp_path: Path
) -> None:
    setups = [Setup("m", tmp_path / parent / "v") for parent in ("pa", "pb")]
    for number, setup in enumerate(setups):
        assert setup.prompts is not None
        setup.prompts.mkdir(parents=True)
        (setup.prompts / "system.md.j2").write_text(f"Đọc {number}. {{{{ rewrite }}}}", "utf-8")
    with Endpoint(reply) as endpoint:
        for setup in setups:
            run(golds, setup, keep=tmp_path / "out", engines=Served(endpoint.url))
        asked = len(endpoint.asked)
        for setup in setups:
            run(golds, setup, keep=tmp_path / "out", engines=Served(endpoint.url))
        assert len(endpoint.asked) == asked


@pytest.mark.usefixtures("loopback")
def test_a_line_that_was_cut_off_costs_one_answer(
    golds: tuple[GoldFile, ...], tmp_path: Path
) -> None:
    with Endpoint(reply) as endpoint:
        there = Served(endpoint.url)
        whole = run(golds, MODEL, at_once=1, keep=tmp_path, engines=there).outcomes[0]
        file = tmp_path / KEPT
        file.write_bytes(file.read_bytes()[:-100])
        endpoint.asked.clear()
        outcome = run(golds, MODEL, at_once=1, keep=tmp_path, engines=there).outcomes[0]
        assert asked_about(endpoint) == {"c"}
    assert outcome.scored[:2] == whole.scored[:2]
    assert len(file.read_bytes().splitlines()) == 3


@pytest.mark.usefixtures("loopback")
def test_lines_that_are_no_answers_are_put_aside(
    golds: tuple[GoldFile, ...], tmp_path: Path
) -> None:
    told: list[str] = []
    with Endpoint(reply) as endpoint:
        run(golds, MODEL, keep=tmp_path, engines=Served(endpoint.url))
        whole = (tmp_path / KEPT).read_bytes()
        (tmp_path / KEPT).write_bytes(b'{"of": "another version"}\n' + whole + b"\nmine\n")
        endpoint.asked.clear()
        run(golds, MODEL, keep=tmp_path, warn=told.append, engines=Served(endpoint.url))
        assert not endpoint.asked
    assert (tmp_path / KEPT).read_bytes() == whole
    assert (tmp_path / ASIDE).read_bytes() == b'{"of": "another version"}\nmine\n'
    (line,) = told
    assert "2 lines are cut off or of another version; moved to" in line


def test_answers_of_the_embedded_engine_are_kept_and_never_taken_for_new(
    golds: tuple[GoldFile, ...], tmp_path: Path
) -> None:
    for _ in range(3):
        run(golds, keep=tmp_path)
    lines = (tmp_path / KEPT).read_text("utf-8").splitlines()
    assert len(lines) == 6  # those of the last run beside those before it
    assert all('"summary":{' in line for line in lines)


def test_a_folder_that_cannot_be_written_is_told(
    golds: tuple[GoldFile, ...], tmp_path: Path
) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(EvalError, match="cannot be kept"):
        run(golds, keep=tmp_path / "out")


# --- Agreement of repeats -------------------------------------------------------------------------


def test_an_engine_of_code_agrees_with_itself(golds: tuple[GoldFile, ...]) -> None:
    (outcome,) = run(golds, repeat=3).outcomes
    assert agreement_of_repeats(outcome, golds) == 1.0


def test_what_was_asked_once_agrees_with_nothing(golds: tuple[GoldFile, ...]) -> None:
    (outcome,) = run(golds).outcomes
    assert agreement_of_repeats(outcome, golds) is None


def test_repeats_that_fail_or_differ_agree_less(golds: tuple[GoldFile, ...]) -> None:
    (outcome,) = run(golds, repeat=2).outcomes
    empty = replace(outcome.scored[0], answer=replace(outcome.scored[0].answer, summary=None))
    failed = replace(outcome, scored=(empty, *outcome.scored[1:]))
    assert agreement_of_repeats(failed, golds) == pytest.approx(2 / 3)
    summary = outcome.scored[0].answer.summary
    assert summary is not None
    moved = summary.model_copy(update={"achievements": (), "shortcomings": summary.achievements})
    other = replace(outcome.scored[0], answer=replace(outcome.scored[0].answer, summary=moved))
    differs = replace(outcome, scored=(other, *outcome.scored[1:]))
    assert agreement_of_repeats(differs, golds) == pytest.approx(2 / 3)


def test_two_failures_say_nothing_of_agreement(golds: tuple[GoldFile, ...]) -> None:
    reader = Scripted({"5.807": RuntimeError("lost")})
    (outcome,) = run(golds, repeat=2, engines=lambda _: reader).outcomes
    assert agreement_of_repeats(outcome, golds) == 1.0
