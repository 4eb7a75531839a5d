"""A folder with one of our common names gets a sentence, not a riddle."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def imported_beside(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *options, "-c", "import summarizer; summarizer.Summarizer"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", ["schemas", "prompts"])
def test_a_decoy_folder_is_named_with_three_ways_out(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").touch()

    told = imported_beside(tmp_path).stderr.splitlines()[-1]

    assert told.startswith(f"ImportError: summarizer needs its own `{name}` package")
    assert str(tmp_path / name) in told
    assert "rename yours" in told
    assert "python -P" in told
    assert "an environment of its own" in told


def test_a_decoy_module_is_named_too(tmp_path: Path) -> None:
    (tmp_path / "schemas.py").touch()

    assert str(tmp_path / "schemas.py") in imported_beside(tmp_path).stderr


def test_python_can_be_told_to_ignore_the_decoy(tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "__init__.py").touch()

    assert imported_beside(tmp_path, "-P").returncode == 0


def test_an_innocent_folder_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()

    assert imported_beside(tmp_path).returncode == 0
