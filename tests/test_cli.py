"""The command line: streams, exit codes, one-line errors."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

import evals.cli
from schemas import Summary
from summarizer.cli import app, main
from tests.endpoint import Endpoint, Response, completion

ROOT = Path(__file__).resolve().parent.parent
REPORT = ROOT / "evals" / "fixtures" / "co-to.txt"
DOCS = ROOT / "docs" / "cli.md"

Captured = pytest.CaptureFixture[str]


class Interrupted(io.BytesIO):
    def read(self, _size: int | None = -1, /) -> bytes:
        raise KeyboardInterrupt


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def feed(monkeypatch: pytest.MonkeyPatch, stream: io.BytesIO) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(stream, encoding="ascii"))


def one_line(capsys: Captured) -> str:
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    return captured.err


# --- results -----------------------------------------------------------------------------------


def test_a_report_becomes_json_where_no_terminal_listens(capsys: Captured) -> None:
    assert main(["run", str(REPORT)]) == 0

    captured = capsys.readouterr()

    assert Summary.model_validate_json(captured.out).source.name == "co-to.txt"
    assert captured.err == ""


def test_every_quote_and_figure_stands_where_the_json_says(capsys: Captured) -> None:
    main(["run", str(REPORT), "--show-text"])
    text = capsys.readouterr().out
    main(["run", str(REPORT)])
    summary = json.loads(capsys.readouterr().out)

    items = [i for name in ("achievements", "shortcomings", "targets") for i in summary[name]]

    assert items
    for item in (*items, *summary["directives"]):
        for evidence in item["evidence"]:
            assert text[evidence["start"] : evidence["end"]] == evidence["quote"]
        for figure in item.get("figures", ()):
            assert text[figure["start"] : figure["end"]] == figure["raw"]


def test_on_a_terminal_the_view_is_readable(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)

    assert main(["run", str(REPORT)]) == 0

    assert "KẾT QUẢ" in terminal.getvalue()
    assert "con số" in terminal.getvalue()


def test_the_format_can_be_asked_for(capsys: Captured) -> None:
    assert main(["run", str(REPORT), "--format", "text"]) == 0

    assert "KẾT QUẢ" in capsys.readouterr().out


def test_a_report_may_come_through_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    feed(monkeypatch, io.BytesIO(REPORT.read_bytes()))

    assert main(["run", "-"]) == 0

    assert Summary.model_validate_json(capsys.readouterr().out).source.name is None


def test_the_result_may_go_to_a_file(tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "tóm tắt.json"

    assert main(["run", str(REPORT), "-o", str(out)]) == 0

    assert Summary.model_validate_json(out.read_bytes())
    assert list(tmp_path.iterdir()) == [out]
    assert capsys.readouterr().out == ""


def test_a_view_in_a_file_is_plain_text(tmp_path: Path) -> None:
    out = tmp_path / "summary.txt"

    assert main(["run", str(REPORT), "--format", "text", "-o", str(out)]) == 0

    assert "KẾT QUẢ" in out.read_text(encoding="utf-8")
    assert "\x1b" not in out.read_text(encoding="utf-8")


def test_quotes_are_shown_on_demand(capsys: Captured) -> None:
    main(["run", str(REPORT), "--format", "text"])
    without = capsys.readouterr().out
    main(["run", str(REPORT), "--format", "text", "--quotes"])

    assert len(capsys.readouterr().out) > len(without)


def test_the_text_is_shown_exactly_as_read(capsys: Captured) -> None:
    assert main(["run", str(REPORT), "--show-text"]) == 0

    assert capsys.readouterr().out == REPORT.read_text(encoding="utf-8")


def test_reasons_are_told_for_every_clause(capsys: Captured) -> None:
    assert main(["run", str(REPORT), "--explain"]) == 0

    decisions = json.loads(capsys.readouterr().out)

    assert {"number", "text", "label", "scores", "reasons"} <= set(decisions[0])


def test_reasons_have_a_readable_view(capsys: Captured) -> None:
    assert main(["run", str(REPORT), "--explain", "--format", "text"]) == 0

    assert "kết quả" in capsys.readouterr().out


def test_the_schema_describes_what_run_prints(capsys: Captured) -> None:
    assert main(["schema"]) == 0

    schema = json.loads(capsys.readouterr().out)

    assert {"achievements", "shortcomings", "targets", "directives"} <= set(schema["properties"])


def test_the_version_is_printed(capsys: Captured) -> None:
    assert main(["--version"]) == 0

    assert capsys.readouterr().out.startswith("summarizer")


# --- what can go wrong -------------------------------------------------------------------------


def test_a_missing_file_is_one_line_and_exit_code_2(capsys: Captured) -> None:
    assert main(["run", "nowhere.txt"]) == 2

    assert "nowhere.txt" in one_line(capsys)


def test_a_folder_is_no_report(tmp_path: Path, capsys: Captured) -> None:
    assert main(["run", str(tmp_path)]) == 2

    assert tmp_path.name in one_line(capsys)


def test_a_picture_is_no_report(tmp_path: Path, capsys: Captured) -> None:
    picture = tmp_path / "photo.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)))

    assert main(["run", str(picture)]) == 2

    assert "photo.png" in one_line(capsys)


def test_a_model_without_a_key_says_what_to_do(capsys: Captured) -> None:
    assert main(["run", str(REPORT), "--model", "gpt-5-mini"]) == 1

    assert "OPENAI_API_KEY" in one_line(capsys)


def test_the_environment_names_the_default_model(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("SUMMARIZER_MODEL", "gpt-5-mini")

    assert main(["run", str(REPORT)]) == 1
    assert "OPENAI_API_KEY" in one_line(capsys)


def _first_clauses(_: dict[str, Any]) -> Response:
    nothing = {"shortcomings": [], "targets": [], "issuers": [], "directives": []}
    item = {"clauses": [4], "sector": "general", "indicator": None}
    return completion({"overview": "", "achievements": [item], **nothing})


@pytest.mark.usefixtures("loopback")
def test_a_named_model_is_asked_at_its_server(capsys: Captured) -> None:
    with Endpoint(_first_clauses) as endpoint:
        done = main(["run", str(REPORT), "--model", "m", "--base-url", endpoint.url, "--no-audit"])

    told = json.loads(capsys.readouterr().out)
    assert done == 0
    assert (told["run"]["engine"], told["run"]["model"]) == ("model", "m")
    assert told["run"]["usage"]["requests"] == len(endpoint.asked) == 1
    assert told["run"]["usage"]["input_tokens"] == 100
    assert [a["evidence"][0]["quote"] for a in told["achievements"]]


@pytest.mark.usefixtures("loopback")
def test_more_than_allowed_is_refused_before_anything_is_sent(capsys: Captured) -> None:
    with Endpoint(_first_clauses) as endpoint:
        limit = ["--base-url", endpoint.url, "--max-input-tokens", "10"]
        done = main(["run", str(REPORT), "--model", "m", *limit])

    assert done == 1
    assert "nothing was sent" in one_line(capsys)
    assert endpoint.asked == []


@pytest.mark.usefixtures("loopback")
def test_a_broken_template_is_wrong_usage(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "draft.md.j2").write_text("{{ titel }}", encoding="utf-8")
    with Endpoint(_first_clauses) as endpoint:
        own = ["--base-url", endpoint.url, "--prompts", str(tmp_path)]
        done = main(["run", str(REPORT), "--model", "m", *own])

    assert done == 2
    assert "draft.md.j2, line 1" in one_line(capsys)


def test_a_key_alone_sends_nothing_anywhere(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "no-key")

    assert main(["run", str(REPORT)]) == 0
    assert json.loads(capsys.readouterr().out)["run"]["engine"] == "embedded"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["run"],
        ["nonsense"],
        ["run", "x", "--nonsense"],
        ["run", "x", "--format", "xml"],
        ["run", "x", "--explain", "--show-text"],
    ],
)
def test_wrong_usage_is_one_line_that_names_the_help(
    arguments: list[str], capsys: Captured
) -> None:
    assert main(arguments) == 2

    assert "--help" in one_line(capsys)


def test_a_file_that_cannot_be_written_is_one_line(tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "no such folder" / "out.json"

    assert main(["run", str(REPORT), "-o", str(out)]) == 2

    assert str(out) in one_line(capsys)


def test_a_link_is_written_through(tmp_path: Path) -> None:
    (tmp_path / "real.json").touch()
    link = tmp_path / "link.json"
    link.symlink_to(tmp_path / "real.json")

    assert main(["run", str(REPORT), "-o", str(link)]) == 0

    assert link.is_symlink()
    assert Summary.model_validate_json((tmp_path / "real.json").read_bytes())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_a_full_disk_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "summarizer", "run", str(REPORT)],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert done.returncode == 2
    assert done.stderr.startswith("summarizer: standard output: No space left")
    assert done.stderr.count("\n") == 1


def test_debug_shows_where_it_happened(capsys: Captured) -> None:
    assert main(["run", "nowhere.txt", "--debug"]) == 2

    assert "Traceback" in capsys.readouterr().err


def test_an_interrupt_is_exit_code_130(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    feed(monkeypatch, Interrupted())

    assert main(["run", "-"]) == 130

    assert "Traceback" not in capsys.readouterr().err


def test_a_reader_who_leaves_early_is_no_error() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "summarizer", "run", str(REPORT)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()

        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_vietnamese_gets_out_whatever_the_locale(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "summarizer", "run", str(REPORT), "--format", "text"],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "HOME": str(tmp_path)},
        capture_output=True,
        check=True,
    )

    assert "KẾT QUẢ" in done.stdout.decode("utf-8")


# --- help --------------------------------------------------------------------------------------


def commands() -> list[str]:
    group = typer.main.get_group(app)
    return sorted(group.list_commands(typer.Context(group)))


def pages_of(program: str) -> list[list[str]]:
    """The words of every page of help."""
    gold = [["gold"], *(["gold", name] for name in ("agree", "check", "new"))]
    return [[], *gold] if program == "evals" else [[], *([name] for name in commands())]


def help_pages(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> str:
    monkeypatch.setenv("COLUMNS", "90")
    pages = ["# Commands\n\nWritten by `make docs` from the commands' own help.\n"]
    for program, run in (("summarizer", main), ("evals", evals.cli.main)):
        for words in pages_of(program):
            assert run([*words, "--help"]) == 0
            title = " ".join([program, *words])
            pages.append(f"## {title}\n\n```text\n{capsys.readouterr().out.strip()}\n```\n")
    return "\n".join(pages)


def test_docs_hold_the_help_of_every_command(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, request: pytest.FixtureRequest
) -> None:
    pages = help_pages(monkeypatch, capsys)
    if request.config.getoption("--write-docs"):
        DOCS.write_text(pages, encoding="utf-8")

    assert DOCS.read_text(encoding="utf-8") == pages


@pytest.mark.parametrize("module", ["pydantic.main", "schemas", "openai", "rich.console"])
def test_help_imports_nothing_heavy(module: str) -> None:
    script = (
        "import sys; from summarizer.cli import main; main(['--help']); "
        f"sys.exit({module!r} in sys.modules)"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=False
    )

    assert done.returncode == 0
