"""Batches from the command to the rows: resumed, refused, bounded, never paid twice."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evals.bench.mock import Manners, answer, mock, report, witness
from schemas import Row
from summarizer import Document, ScriptedLLM, Summarizer
from summarizer.cli import main
from tests.batch_server import BatchServer
from tests.endpoint import Body, Endpoint, Response, completion, failure

pytestmark = pytest.mark.usefixtures("loopback")


def reading(body: Body) -> Response:
    """What a model answers that reads every report well."""
    form = body["response_format"]["json_schema"]["name"]
    return completion(answer(form, body["messages"][1]["content"]))


def records(path: Path, numbers: range) -> Path:
    lines = [json.dumps({"id": str(number), "text": report(number)}) for number in numbers]
    path.write_text("\n".join(lines) + "\n")
    return path


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def names(path: Path) -> list[str]:
    return [row["name"] for row in rows(path)]


class Desk:
    """Someone at a terminal, with one output."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.inputs = records(folder / "reports.jsonl", range(5))
        self.output = folder / "out.jsonl"
        self.capsys = capsys
        self.told = ""

    def batch(self, *options: str, url: str = "", model: str = "m") -> int:
        """Run the command on inputs and output and keep what it told."""
        asked = ["--model", model, "--base-url", url] if url else []
        code = main(["batch", str(self.inputs), "-o", str(self.output), *asked, *options])
        self.told = self.capsys.readouterr().err
        return code


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


# --- Rows ----------------------------------------------------------------------------------------


def test_every_document_becomes_a_row_in_the_order_of_the_inputs(desk: Desk) -> None:
    assert desk.batch() == 0
    assert names(desk.output) == ["0", "1", "2", "3", "4"]
    for number, line in enumerate(desk.output.read_bytes().splitlines()):
        row = Row.model_validate_json(line)
        assert row.summary is not None
        assert row.summary.source.name == str(number)


def test_rows_are_those_of_the_python_door(desk: Desk) -> None:
    desk.batch()
    for number, row in enumerate(rows(desk.output)):
        alone = Summarizer()(Document(report(number), str(number))).model_dump(mode="json")
        for summary in (alone, row["summary"]):
            del summary["run"]["seconds"]
        assert row["summary"] == alone


def test_what_cannot_be_read_is_a_row_and_the_exit_code_tells(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "a.txt").write_text(report(1))
    (tmp_path / "reports" / "b.txt").write_bytes(b"%PDF-1.7")
    (tmp_path / "reports" / "c.txt").write_text(report(2))
    desk.inputs = tmp_path / "reports"
    assert desk.batch() == 1
    assert [(row["name"], row["status"]) for row in rows(desk.output)] == [
        ("a.txt", "ok"),
        ("b.txt", "failed"),
        ("c.txt", "ok"),
    ]
    assert rows(desk.output)[1]["error"]["type"] == "DocumentError"
    assert "1 failed" in desk.told


def test_a_models_failure_is_a_row_with_its_code(desk: Desk) -> None:
    with Endpoint([failure(400)]) as endpoint:
        assert desk.batch(url=endpoint.url) == 1
    assert {row["error"]["code"] for row in rows(desk.output)} == {"bad_request"}
    assert {row["error"]["type"] for row in rows(desk.output)} == {"ModelError"}


# --- Going on ------------------------------------------------------------------------------------


def test_the_same_command_again_asks_nothing(desk: Desk) -> None:
    with Endpoint(reading) as endpoint:
        assert desk.batch(url=endpoint.url) == 0
        before, asked = desk.output.read_bytes(), len(endpoint.asked)
        assert desk.batch(url=endpoint.url) == 0
        assert len(endpoint.asked) == asked
    assert desk.output.read_bytes() == before


def test_an_added_document_costs_one_question_and_stands_at_its_place(desk: Desk) -> None:
    with Endpoint(reading) as endpoint:
        desk.batch(url=endpoint.url)
        asked = len(endpoint.asked)
        records(desk.inputs, range(6))
        assert desk.batch(url=endpoint.url) == 0
        assert len(endpoint.asked) == asked + 1
    assert names(desk.output) == ["0", "1", "2", "3", "4", "5"]


def test_another_output_in_the_folder_pays_nothing(desk: Desk) -> None:
    with Endpoint(reading) as endpoint:
        desk.batch(url=endpoint.url)
        asked, first = len(endpoint.asked), desk.output
        desk.output = first.with_name("other.jsonl")
        assert desk.batch(url=endpoint.url) == 0
        assert len(endpoint.asked) == asked
        usages = [row["summary"]["run"]["usage"]["requests"] for row in rows(desk.output)]
        assert usages == [0] * 5
        assert "saved" in desk.told
        desk.output = first.with_name("third.jsonl")
        assert desk.batch("--no-cache", url=endpoint.url) == 0
        assert len(endpoint.asked) == 2 * asked


def test_equal_texts_are_paid_once(desk: Desk) -> None:
    text = json.dumps(report(1))
    desk.inputs.write_text("".join(f'{{"id": "{n}", "text": {text}}}\n' for n in range(8)))
    with Endpoint(reading) as endpoint:
        assert desk.batch(url=endpoint.url) == 0
        assert len(endpoint.asked) == 1
    paid = [row["summary"]["run"]["usage"]["requests"] for row in rows(desk.output)]
    assert sorted(paid) == [0] * 7 + [1]


@pytest.mark.parametrize(
    ("options", "difference"),
    [
        (("--rewrite",), "rewrite off, not on"),
        (("--no-audit",), "audit on, not off"),
        (("--assist",), "assist auto, not on"),
    ],
)
def test_an_output_of_another_way_of_asking_is_refused(
    desk: Desk, options: tuple[str, ...], difference: str
) -> None:
    with Endpoint(reading) as endpoint:
        desk.batch(url=endpoint.url)
        before, asked = desk.output.read_bytes(), len(endpoint.asked)
        assert desk.batch(*options, url=endpoint.url) == 1
        assert difference in desk.told
        assert "--fresh" in desk.told
        assert (desk.output.read_bytes(), len(endpoint.asked)) == (before, asked)


def test_an_output_of_another_model_is_refused_unless_fresh(desk: Desk) -> None:
    with Endpoint(reading) as endpoint:
        desk.batch(url=endpoint.url)
        assert desk.batch(url=endpoint.url, model="n") == 1
        assert "model m, not n" in desk.told
        assert desk.batch("--fresh", url=endpoint.url, model="n") == 0
    assert {row["summary"]["run"]["model"] for row in rows(desk.output)} == {"n"}


def test_an_output_of_other_prompts_is_refused(desk: Desk, tmp_path: Path) -> None:
    prompts = tmp_path / "prompts"
    prompts.mkdir()
    (prompts / "system.md.j2").write_text("Chỉ nói điều có trong văn bản.")
    with Endpoint(reading) as endpoint:
        desk.batch(url=endpoint.url)
        assert desk.batch("--prompts", str(prompts), url=endpoint.url) == 1
    assert "prompts and schema report@" in desk.told


def test_a_folder_without_templates_is_told_before_anything_begins(
    desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    with Endpoint(reading) as endpoint:
        assert desk.batch("--prompts", str(tmp_path / "empty"), url=endpoint.url) == 2
        assert not endpoint.asked
    assert "holds none of the templates" in desk.told


def test_a_text_that_changed_since_is_refused(desk: Desk) -> None:
    desk.batch()
    records(desk.inputs, range(1, 6))
    desk.inputs.write_text(desk.inputs.read_text().replace('"id": "5"', '"id": "0"'))
    assert desk.batch() == 1
    assert "has changed since" in desk.told


def test_a_document_that_is_gone_is_named(desk: Desk) -> None:
    desk.batch()
    records(desk.inputs, range(4))
    assert desk.batch() == 1
    assert "begun with 4, which is no longer among the inputs" in desk.told


def test_only_failed_rows_are_tried_again_when_told(desk: Desk) -> None:
    refusing = True

    def moody(body: Body) -> Response:
        is_third = "Báo cáo số 2 " in body["messages"][1]["content"]
        return completion("no JSON at all") if refusing and is_third else reading(body)

    with Endpoint(moody) as endpoint:
        assert desk.batch(url=endpoint.url) == 1
        asked = len(endpoint.asked)
        assert desk.batch(url=endpoint.url) == 1
        assert len(endpoint.asked) == asked
        refusing = False
        assert desk.batch("--retry-failed", url=endpoint.url) == 0
        assert len(endpoint.asked) == asked + 1
    assert names(desk.output) == ["0", "1", "2", "3", "4"]
    assert {row["status"] for row in rows(desk.output)} == {"ok"}


def test_rows_stay_as_they_came_when_order_does_not_matter(desk: Desk) -> None:
    def slow_first(body: Body) -> Response:
        if "Báo cáo số 0 " in body["messages"][1]["content"]:
            while len(rows(desk.output)) < 4:
                time.sleep(0.01)
        return reading(body)

    endpoint = Endpoint(slow_first)
    endpoint.lock = threading.Semaphore(5)  # type: ignore[assignment] - one waits for the others
    with endpoint:
        assert desk.batch("--unordered", url=endpoint.url) == 0
    assert names(desk.output)[-1] == "0"
    assert sorted(names(desk.output)) == ["0", "1", "2", "3", "4"]


# --- Money ---------------------------------------------------------------------------------------


def test_a_dry_run_tells_the_price_and_sends_nothing(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prices = tmp_path / "prices.toml"
    prices.write_text('["m"]\ninput = 1\noutput = 2\n')
    with Endpoint(reading) as endpoint:
        options = ["--model", "m", "--base-url", endpoint.url, "--prices", str(prices)]
        output = ["-o", str(desk.output), "--dry-run"]
        assert main(["batch", str(desk.inputs), *output, *options]) == 0
        assert not endpoint.asked
    told = capsys.readouterr().out
    assert "documents                   5" in told
    assert "cost in USD" in told
    assert not desk.output.exists()


def test_a_budget_ends_the_batch_and_more_of_it_goes_on(desk: Desk) -> None:
    def dear(body: Body) -> Response:
        form = body["response_format"]["json_schema"]["name"]
        told = answer(form, body["messages"][1]["content"])
        return completion(told, tokens=(4_000, 200, 0))

    with Endpoint(dear) as endpoint:
        assert desk.batch("--max-tokens", "25000", "--at-once", "1", url=endpoint.url) == 1
        assert "raise --max-tokens" in desk.told
        some = len(rows(desk.output))
        assert 0 < some < 5
        assert desk.batch("--max-tokens", "200000", url=endpoint.url) == 0
        assert len(endpoint.asked) == 5
    assert names(desk.output) == ["0", "1", "2", "3", "4"]


def test_a_key_that_nobody_accepts_ends_a_long_batch_early(desk: Desk) -> None:
    records(desk.inputs, range(200))
    with Endpoint([failure(401)]) as endpoint:
        assert desk.batch("--at-once", "4", url=endpoint.url) == 1
        assert "failed with unauthorized" in desk.told
        assert len(rows(desk.output)) < 40


# --- Trouble -------------------------------------------------------------------------------------


def started(desk: Desk, url: str, *options: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "summarizer", "batch", str(desk.inputs)]
    model = ["-o", str(desk.output), "--model", "mock", "--base-url", url]
    return subprocess.Popen([*command, *model, *options], stderr=subprocess.PIPE)


def wait_for(reached: Callable[[], bool]) -> None:
    for _ in range(600):
        if reached():
            return
        time.sleep(0.05)
    raise AssertionError("it never came to that")


def count(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def test_ctrl_c_finishes_what_is_in_flight_and_keeps_everything(desk: Desk) -> None:
    records(desk.inputs, range(400))
    with mock(Manners(latency=0.2)) as url:
        process = started(desk, url, "--at-once", "8")
        wait_for(lambda: count(desk.output) > 8)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate()
        assert process.returncode == 130
        assert b"finishing what is in flight" in told
        paid = witness(url)["paid"]
        assert paid == count(desk.output) < 400
        assert desk.batch(url=url, model="mock") == 0
        assert witness(url)["paid"] == 400
    assert names(desk.output) == [str(number) for number in range(400)]


def test_a_second_ctrl_c_stops_at_once(desk: Desk) -> None:
    with mock(Manners(latency=60.0)) as url:
        process = started(desk, url)
        wait_for(lambda: witness(url)["most"] == 5)
        process.send_signal(signal.SIGINT)
        time.sleep(0.2)  # two signals at the same time are one
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        assert process.returncode == 130
    assert count(desk.output) == 0


def test_kill_9_and_faults_lose_and_double_nothing(desk: Desk, tmp_path: Path) -> None:
    documents = 120
    records(desk.inputs, range(documents))
    (tmp_path / "calm").mkdir()
    calm = Desk(tmp_path / "calm", desk.capsys)
    calm.inputs = desk.inputs
    with mock(Manners()) as url:
        assert calm.batch(url=url, model="mock") == 0
    with mock(Manners(latency=0.1, faults=0.3, hang=6.0)) as url:
        options = ("--timeout", "6", "--at-once", "16")
        for rows_there in (12, 24, 36, 48):
            kill_after(desk, rows_there, url, *options)
        finished = set(names_of_whole_lines(desk.output))
        time.sleep(0.3)
        before = paid_for(url)
        assert desk.batch(*options, url=url, model="mock") == 0
        after = paid_for(url)
    assert without_usage(desk.output) == without_usage(calm.output)
    assert {name: after[name] for name in finished} == {name: before[name] for name in finished}


def kill_after(desk: Desk, rows_there: int, url: str, *options: str) -> None:
    process = started(desk, url, *options)
    wait_for(lambda: count(desk.output) >= rows_there)
    process.kill()
    process.communicate()


def names_of_whole_lines(path: Path) -> list[str]:
    lines = path.read_bytes().splitlines(keepends=True)
    return [json.loads(line)["name"] for line in lines if line.endswith(b"\n")]


def paid_for(url: str) -> Counter[str]:
    told = witness(url)["paid_for"]
    return Counter({name: sum(counts.values()) for name, counts in told.items()})


def without_usage(path: Path) -> list[dict[str, Any]]:
    told = rows(path)
    for row in told:
        del row["summary"]["run"]["usage"], row["summary"]["run"]["seconds"]
        row["summary"]["run"]["model"] = None
    return told


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))
from summarizer.cli import main
sys.exit(main(sys.argv[1:]))
"""


def test_a_full_disk_is_told_and_earlier_rows_stay(desk: Desk) -> None:
    records(desk.inputs, range(300))
    command = ["batch", str(desk.inputs), "-o", str(desk.output)]
    process = subprocess.run(
        [sys.executable, "-c", LIMITED, *command], capture_output=True, check=False
    )
    assert process.returncode == 1
    assert b"Traceback" not in process.stderr
    assert b"run the same command again" in process.stderr or b"make room" in process.stderr
    kept = names_of_whole_lines(desk.output)
    assert 0 < len(kept) < 300
    assert desk.batch() == 0
    assert names(desk.output) == [str(number) for number in range(300)]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--engine", "ray", "--max-cost", "1"), "cannot be held with --engine ray"),
        (("--dry-run", "--hosted", "submit"), "choose one of"),
        (("--hosted", "submit", "--engine", "ray"), "choose one of"),
    ],
)
def test_ways_that_do_not_go_together_are_wrong_usage(
    desk: Desk, options: tuple[str, ...], told: str
) -> None:
    assert desk.batch(*options) == 2
    assert told in desk.told
    assert not desk.output.exists()


def test_hosted_steps_are_told_and_end_in_rows(desk: Desk) -> None:
    with BatchServer(reading) as server:
        output = ("--base-url", server.url, "--no-audit")
        arguments = ["batch", str(desk.inputs), "-o", str(desk.output), "--model", "m", *output]
        assert main([*arguments, "--hosted", "submit"]) == 0
        assert "5 asked" in desk.capsys.readouterr().out
        assert main([*arguments, "--hosted", "status"]) == 0
        server.work()
        assert main([*arguments, "--hosted", "collect"]) == 0
    assert names(desk.output) == ["0", "1", "2", "3", "4"]


def test_a_missing_key_is_told_before_anything_begins(desk: Desk) -> None:
    assert desk.batch(url="http://192.0.2.1/v1") == 1
    assert "OPENAI_API_KEY" in desk.told
    assert not desk.output.exists()


def test_events_are_logged_as_json(desk: Desk, tmp_path: Path) -> None:
    log = tmp_path / "events.jsonl"
    desk.batch("--log", str(log), "--quiet")
    events = [json.loads(line)["event"] for line in log.read_text().splitlines()]
    assert events == ["started", *["finished"] * 5, "ended"]
    assert desk.told == ""


def test_an_input_that_does_not_exist_ends_the_command_before_it_begins(desk: Desk) -> None:
    desk.inputs = desk.inputs.with_name("nowhere")
    assert desk.batch() == 2
    assert "does not exist" in desk.told
    assert not desk.output.exists()


def test_inputs_without_a_document_are_told(desk: Desk) -> None:
    desk.inputs.write_text("\n\n")
    assert desk.batch() == 2
    assert "hold no document" in desk.told


def test_a_pattern_that_fits_the_output_does_not_mean_it(desk: Desk, tmp_path: Path) -> None:
    desk.inputs = tmp_path / "*.jsonl"
    assert desk.batch() == 0
    assert desk.batch() == 0
    assert names(desk.output) == ["0", "1", "2", "3", "4"]


def test_a_document_that_goes_away_on_the_way_is_a_failed_row(desk: Desk, tmp_path: Path) -> None:
    desk.inputs = tmp_path / "reports"
    desk.inputs.mkdir()
    for number in range(3):
        (desk.inputs / f"{number}.txt").write_text(report(number))

    def removing(body: Body) -> Response:
        (desk.inputs / "2.txt").unlink(missing_ok=True)
        return reading(body)

    with Endpoint(removing) as endpoint:
        assert desk.batch("--at-once", "1", url=endpoint.url) == 1
    told = rows(desk.output)
    assert [row["name"] for row in told] == ["0.txt", "1.txt", "2.txt"]
    assert told[2]["error"]["type"] == "DocumentError"


def test_an_output_in_a_folder_that_does_not_exist_is_told(desk: Desk, tmp_path: Path) -> None:
    desk.output = tmp_path / "nowhere" / "out.jsonl"
    assert desk.batch() in {1, 2}
    assert "nowhere" in desk.told
    assert "Traceback" not in desk.told


# --- The Python door -----------------------------------------------------------------------------


def test_rows_come_in_the_order_of_the_documents_with_failures_among_them() -> None:
    def moody(question: Any) -> Any:
        if "Báo cáo số 1 " in question.user:
            raise RuntimeError("a defect")
        return answer(question.form.name, question.user)

    told = list(Summarizer(ScriptedLLM(moody)).batch(report(number) for number in range(3)))
    assert [(row.name, row.status) for row in told] == [("1", "ok"), ("2", "failed"), ("3", "ok")]
    assert told[1].error is not None
    assert "defect of summarizer" in told[1].error.message


def test_documents_are_taken_as_rows_are() -> None:
    taken = 0

    def documents() -> Any:
        nonlocal taken
        for number in range(100):
            taken += 1
            yield report(number)

    stream = Summarizer().batch(documents(), at_once=4)
    next(stream)
    assert taken == 4
    stream.close()


def test_names_are_told_apart() -> None:
    documents = [Document(report(number), "a.txt") for number in range(3)]
    told = [row.name for row in Summarizer().batch(documents)]
    assert told == ["a.txt", "a.txt (2)", "a.txt (3)"]


def test_worker_processes_give_the_same_rows() -> None:
    texts = [report(number) for number in range(6)]
    alone, crew = (list(Summarizer().batch(texts, workers=workers)) for workers in (0, 2))
    for one, other in zip(alone, crew, strict=True):
        assert one.summary is not None
        assert other.summary is not None
        assert one.summary.timed(0) == other.summary.timed(0)


def test_a_model_is_asked_through_the_gate_of_this_process() -> None:
    with mock(Manners(latency=0.1)) as url:
        texts = (report(number) for number in range(12))
        told = list(Summarizer("mock", base_url=url).batch(texts, at_once=3))
        assert [row.status for row in told] == ["ok"] * 12
        assert witness(url)["most"] == 3


def test_no_environment_variable_sends_anything(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Endpoint(reading) as endpoint:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-1")
        monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)
        assert desk.batch() == 0
        assert not endpoint.asked
    assert os.environ["OPENAI_API_KEY"] == "sk-1"
