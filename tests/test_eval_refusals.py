"""``summarizer eval`` with models: what is refused before anybody is asked, and what after."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from evals.checks import check_folder
from evals.cli import main as evals
from evals.errors import EvalError
from evals.gold import read_all
from evals.lock import write_lock
from summarizer.cli import main
from tests.endpoint import Body, Endpoint, Response, completion, failure
from tests.rights import powerless
from tests.small_gold import CLAIMS, reply, written

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.usefixtures("loopback")


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    written(tmp_path / "gold")
    return tmp_path / "gold"


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint(reply) as server:
        yield server


def evaluated(gold: Path, endpoint: Endpoint, *more: str) -> int:
    """The exit code of an evaluation of model m."""
    url = ["--base-url", endpoint.url]
    return main(["eval", str(gold), "--no-floor", "--model", "m", *url, *more])


def without_the_rice(body: Body) -> Response:
    return failure(403) if CLAIMS["b"] in body["messages"][1]["content"] else reply(body)


def folder_of(place: Path, **templates: str) -> str:
    place.mkdir(parents=True)
    for name, text in templates.items():
        (place / f"{name}.md.j2").write_text(text)
    return str(place)


# --- Accepting ------------------------------------------------------------------------------------


def test_an_outage_does_not_become_the_baseline(
    gold: Path, endpoint: Endpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluated(gold, endpoint, "--accept") == 0
    path = gold / "baselines" / "m.json"
    before = path.read_bytes()
    endpoint.script = without_the_rice

    assert evaluated(gold, endpoint, "--accept") == 2

    assert "nothing was accepted, 1 answer failed: m: b failed: " in capsys.readouterr().err
    assert path.read_bytes() == before


def test_gold_that_its_source_does_not_hold_is_not_accepted(
    gold: Path, endpoint: Endpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    page = gold / "a.yaml"
    page.write_text(page.read_text("utf-8").replace("thu ngân sách", "chi ngân sách"), "utf-8")

    assert evaluated(gold, endpoint, "--accept") == 2

    assert "a: a gold quote is not in its source" in capsys.readouterr().err
    assert not endpoint.asked


def test_the_baseline_of_another_engine_is_not_written_over(
    gold: Path, endpoint: Endpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluated(gold, endpoint, "--accept", "--model", "o/m") == 0
    endpoint.asked.clear()

    for model in ("o-m", "o/m"):
        code = main(["eval", str(gold), "--model", model, "--accept", "--base-url", endpoint.url])
        assert code == (2 if model == "o-m" else 0)
        assert bool(endpoint.asked) == (model == "o/m")
    assert "is the baseline of o/m, not of o-m" in capsys.readouterr().err


# --- The gate -------------------------------------------------------------------------------------


def test_a_model_that_answers_as_before_passes_with_all_its_repeats(
    gold: Path, endpoint: Endpoint
) -> None:
    def lucky_at_first(body: Body) -> Response:
        return reply(body) if endpoint.asked.count(body) == 1 else empty(body)

    def empty(body: Body) -> Response:
        told = {name: [] for name in ("shortcomings", "targets", "issuers", "directives")}
        is_draft = body["response_format"]["json_schema"]["name"] == "draft"
        return completion({"overview": "", "achievements": [], **told}) if is_draft else reply(body)

    endpoint.script = lucky_at_first
    assert evaluated(gold, endpoint, "--accept", "--repeat", "3", "--at-once", "1") == 0
    endpoint.asked.clear()
    assert evaluated(gold, endpoint, "--gate", "--repeat", "3", "--at-once", "1") == 0


def test_without_a_baseline_nobody_is_asked(gold: Path, endpoint: Endpoint) -> None:
    assert evaluated(gold, endpoint, "--gate") == 3
    assert not endpoint.asked


def test_a_model_that_is_out_of_reach_is_no_regression(
    gold: Path, endpoint: Endpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluated(gold, endpoint, "--accept") == 0
    endpoint.script = lambda _: failure(401)

    assert evaluated(gold, endpoint, "--gate") == 2

    told = capsys.readouterr().err
    assert "m: all of 3 answers failed, most often: " in told
    assert "worse" not in told


def test_a_failure_among_answers_lets_the_gate_fall(
    gold: Path, endpoint: Endpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluated(gold, endpoint, "--accept") == 0
    endpoint.script = without_the_rice

    assert evaluated(gold, endpoint, "--gate") == 1

    assert "gate: m: b failed: " in capsys.readouterr().err


# --- What is no verdict ---------------------------------------------------------------------------


def test_a_missing_key_is_no_verdict(gold: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", str(gold), "--model", "gpt-5-mini"]) == 2
    assert "OPENAI_API_KEY" in capsys.readouterr().err


def test_a_missing_key_is_no_error_in_gold(gold: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (gold / "new.txt").write_text("Một báo cáo.\n", "utf-8")
    assert evals(["gold", "new", str(gold / "new.txt"), "--model", "gpt-5-mini"]) == 2
    assert "OPENAI_API_KEY" in capsys.readouterr().err


def test_broken_prices_are_no_verdict(
    gold: Path, endpoint: Endpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "prices.toml").write_text("[m\n")
    assert evaluated(gold, endpoint, "--prices", str(tmp_path / "prices.toml")) == 2
    assert "not a TOML file" in capsys.readouterr().err
    assert not endpoint.asked


def test_a_defect_of_ours_is_no_verdict(
    gold: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("of ours")

    monkeypatch.setattr("evals.gold.read_all", broken)
    assert main(["eval", str(gold)]) == 2
    assert "ZeroDivisionError: of ours; this is a defect" in capsys.readouterr().err


def test_broken_templates_of_the_last_setup_keep_the_first_from_being_asked(
    gold: Path, endpoint: Endpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prompts = folder_of(tmp_path / "v2", draft="{{ titel }}")
    assert evaluated(gold, endpoint, "--prompts", prompts) == 2
    assert "draft.md.j2, line 1: 'titel' is undefined" in capsys.readouterr().err
    assert not endpoint.asked


def test_what_is_not_installed_is_told_before_anybody_is_asked(
    gold: Path,
    endpoint: Endpoint,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, "evals.reports", None)
    assert evaluated(gold, endpoint) == 2
    assert 'pip install "structured-summarizer[evals]"' in capsys.readouterr().err
    assert not endpoint.asked


@pytest.mark.parametrize("where", ["second", "output", "folder", "recordings", "baselines", "name"])
def test_what_could_not_be_used_afterwards_is_refused_before(
    where: str, gold: Path, endpoint: Endpoint, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "x.yaml").write_text("source: x.txt\n")
    (elsewhere / "x.txt").write_text("Một báo cáo khác.\n")
    (tmp_path / "taken.md").mkdir()
    (tmp_path / "file").touch()
    more = {
        "second": ("--second", str(elsewhere)),
        "output": ("-o", str(tmp_path / "nowhere" / "report.md")),
        "folder": ("-o", str(tmp_path / "taken.md")),
        "recordings": ("--recordings", str(tmp_path / "file" / "below")),
        "baselines": ("--accept", "--baselines", str(tmp_path / "file")),
        "name": ("--model", " "),
    }
    assert evaluated(gold, endpoint, *more[where]) == 2
    assert not endpoint.asked


def test_a_folder_that_may_not_be_written_is_refused_before(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    check_folder(tmp_path / "new" / "folder")
    with powerless(), pytest.raises(EvalError, match="nothing can be written there"):
        check_folder(closed / "new")


# --- The lock -------------------------------------------------------------------------------------


@pytest.fixture
def locked(gold: Path) -> Path:
    """Gold that changed since it was locked."""
    write_lock(gold, read_all([gold]))
    for name in "ab":
        page = gold / f"{name}.yaml"
        page.write_text(f"{page.read_text('utf-8')}\n# looked at again\n", "utf-8")
    return gold


def test_gold_that_is_not_as_it_was_locked_is_told(
    locked: Path, endpoint: Endpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluated(locked, endpoint) == 0

    (line,) = [line for line in capsys.readouterr().err.splitlines() if "lock" in line]
    assert "gold.lock.json: 2 changes since it was laid down, such as " in line
    assert line.endswith(f"evals gold check {locked} --lock")


@pytest.mark.parametrize("how", ["--gate", "--accept"])
def test_gold_that_is_not_as_it_was_locked_is_not_held_or_accepted(
    how: str, locked: Path, endpoint: Endpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluated(locked, endpoint, how) == 3
    assert "2 changes since it was laid down" in capsys.readouterr().err
    assert not endpoint.asked


def test_a_broken_lock_is_told_and_holds_nothing(
    gold: Path, endpoint: Endpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    (gold / "gold.lock.json").write_text("no lock")
    assert evaluated(gold, endpoint) == 0
    assert "is no lock" in capsys.readouterr().err
    assert evaluated(gold, endpoint, "--gate") == 3
    assert "is no lock" in capsys.readouterr().err


def test_the_gate_tells_of_gold_without_a_lock(
    gold: Path, endpoint: Endpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluated(gold, endpoint, "--accept") == 0
    assert "gold.lock.json" not in capsys.readouterr().err
    assert evaluated(gold, endpoint, "--gate") == 0
    assert f"evals gold check {gold} --lock" in capsys.readouterr().err


def test_locked_gold_that_is_named_twice_is_as_it_was(
    gold: Path,
    endpoint: Endpoint,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_lock(gold, read_all([gold]))
    monkeypatch.chdir(gold.parent)

    assert evaluated(Path("gold"), endpoint, str(gold), "--accept") == 0

    assert "lock" not in capsys.readouterr().err


# --- Names ----------------------------------------------------------------------------------------


def test_templates_that_are_named_twice_are_asked_with_once(
    gold: Path, endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_of(tmp_path / "v2", system="Đọc. {{ rewrite }}")
    monkeypatch.chdir(tmp_path)
    assert evaluated(gold, endpoint, "--prompts", "v2", "--prompts", folder) == 0
    asked = [body["messages"][0]["content"].startswith("Đọc.") for body in endpoint.asked]
    assert sum(asked) == len(asked) / 2


def test_two_folders_of_one_name_are_refused(
    gold: Path, endpoint: Endpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = (folder_of(tmp_path / p / "v", system="{{ rewrite }}") for p in ("pa", "pb"))
    assert evaluated(gold, endpoint, "--prompts", one, "--prompts", other) == 2
    assert f"m with {one} and m with {other} are both called m · v" in capsys.readouterr().err
    assert not endpoint.asked


def test_templates_for_the_embedded_engine_are_told_to_be_of_no_use(
    gold: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = folder_of(tmp_path / "v2", system="{{ rewrite }}")
    assert main(["eval", str(gold), "--prompts", folder]) == 0
    assert "templates are for models" in capsys.readouterr().err


# --- What is told of a run ------------------------------------------------------------------------


def test_a_model_that_answers_nothing_is_told_with_the_commonest_reason(
    gold: Path, endpoint: Endpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint.script = lambda _: failure(401)
    assert evaluated(gold, endpoint) == 0
    assert "m: all of 3 answers failed, most often: m: " in capsys.readouterr().err


def test_a_run_that_is_broken_off_says_what_it_kept(
    gold: Path, endpoint: Endpoint, tmp_path: Path
) -> None:
    def slow_at_last(body: Body) -> Response:
        if CLAIMS["c"] in body["messages"][1]["content"]:
            time.sleep(0.5)
            return failure(503, headers={"Retry-After": "30"})
        return reply(body)

    endpoint.script = slow_at_last
    command = [sys.executable, "-m", "summarizer", "eval", str(gold), "--no-floor", "--model", "m"]
    command += ["--base-url", endpoint.url, "--keep", str(tmp_path / "out"), "--at-once", "1"]
    with subprocess.Popen(
        command,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    ) as process:
        kept = tmp_path / "out" / "answers.jsonl"
        while not kept.exists() or len(kept.read_bytes().splitlines()) < 2:
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)

    assert process.returncode == 130
    assert f"2 answers are kept in {tmp_path / 'out'}; the same command goes on" in told
    assert "Traceback" not in told
