"""``summarizer eval``: what it prints, writes and refuses, and that it catches what gets worse."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from summarizer.cli import main

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "evals" / "fixtures"


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    """Gold of one's own, of two documents."""
    folder = tmp_path / "my-gold"
    folder.mkdir()
    for name in ("co-to", "ba-che"):
        for suffix in (".txt", ".yaml"):
            shutil.copy(FIXTURES / f"{name}{suffix}", folder)
    return folder


def test_scores_are_printed_for_people(gold: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", str(gold)]) == 0

    printed = capsys.readouterr().out
    assert "2 documents" in printed
    assert [line.split()[0] for line in printed.splitlines() if line.startswith("floor")]


def test_scores_are_printed_for_programs(gold: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", str(gold), "--format", "json", "--no-floor"]) == 0

    assert json.loads(capsys.readouterr().out)


def test_reports_are_written_by_the_ends_of_their_names(gold: Path, tmp_path: Path) -> None:
    files = [tmp_path / f"report{suffix}" for suffix in (".html", ".json", ".md", ".xml")]

    assert main(["eval", str(gold), *(word for f in files for word in ("-o", str(f)))]) == 0

    begins = [file.read_text(encoding="utf-8").lstrip()[:9].lower() for file in files]
    assert begins[0] == "<!doctype"
    assert begins[1].startswith("{")
    assert begins[3].startswith("<")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["-o", "report.pdf"], "report.pdf: end its name in one of .html, .json, .md, .xml"),
        (["--offline"], "--offline needs --recordings DIR"),
        (["no such folder"], "no such folder: no such file or folder"),
        (["--gate", "--accept"], "--gate holds to the baseline that --accept rewrites"),
        (["-o", "nowhere/report.md"], "there is no folder nowhere; make it first"),
        (["--second", "nowhere"], "nowhere: no such file or folder"),
    ],
)
def test_what_cannot_be_done_is_told_at_once(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["eval", *arguments]) == 2

    assert told in capsys.readouterr().err


def test_without_a_baseline_the_gate_says_how_to_make_one(
    gold: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["eval", str(gold), "--no-floor", "--gate"]) == 3

    assert "no baseline of embedded yet" in (told := capsys.readouterr().err)
    assert "the same command with --accept" in told


def test_what_was_accepted_passes_and_other_gold_is_stale(
    gold: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["eval", str(gold), "--no-floor", "--accept"]) == 0
    assert (gold / "baselines" / "embedded.json").exists()
    assert main(["eval", str(gold), "--no-floor", "--gate"]) == 0
    assert "gate: open, nothing is worse" in capsys.readouterr().err

    page = gold / "co-to.yaml"
    page.write_text(f"{page.read_text(encoding='utf-8')}\n# looked at again\n", encoding="utf-8")

    assert main(["eval", str(gold), "--no-floor", "--gate"]) == 3
    assert "is of another gold" in capsys.readouterr().err
    assert main(["eval", str(gold), "--no-floor", "--accept"]) == 0
    assert "instead of one of other gold" in capsys.readouterr().err


def gated(tree: Path) -> "subprocess.CompletedProcess[str]":
    """The gate over the fixtures, with the packages of a tree."""
    return subprocess.run(
        [sys.executable, "-m", "summarizer", "eval", "--gate", "--no-floor", "--format", "json"],
        env={**os.environ, "PYTHONPATH": str(tree)},
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_cue_that_is_lost_is_caught_and_what_it_cost_is_named(tmp_path: Path) -> None:
    for name in ("summarizer", "schemas", "prompts", "evals"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    assert gated(tmp_path).returncode == 0

    cues = tmp_path / "summarizer" / "language" / "cues.toml"
    whole = cues.read_text(encoding="utf-8")
    assert whole.count('"không đạt", ') == 1
    cues.write_text(whole.replace('"không đạt", ', ""), encoding="utf-8")
    found = gated(tmp_path)

    assert found.returncode == 1
    assert "gate: lost: " in found.stderr
    assert "ok → in achievements" in found.stderr
    assert "gate: fallen" in found.stderr
