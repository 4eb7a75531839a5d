"""The wheel, away from the sources: four packages, all their data, all their dependencies."""

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from schemas import Summary

pytestmark = pytest.mark.wheel

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = {"evals", "prompts", "schemas", "summarizer"}
REPORT = ROOT / "evals" / "fixtures" / "co-to.txt"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(out)]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False)
    binaries = home / ("Scripts" if os.name == "nt" else "bin")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    subprocess.run(
        [*pip, "--python", str(binaries / "python"), "install", "--quiet", str(wheel)], check=True
    )
    return binaries


def run(folder: Path, *command: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
    bare = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        list(map(str, command)),
        cwd=folder,
        env=bare,
        capture_output=True,
        encoding="utf-8",
        check=False,
        **options,
    )


def contents(wheel: Path) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_holds_exactly_four_packages(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in contents(wheel)}

    assert {top for top in tops if not top.endswith(".dist-info")} == PACKAGES


def test_the_wheel_holds_every_file_of_the_packages(wheel: Path) -> None:
    held = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix not in {".pyc", ".pyo"}
    }

    assert held - contents(wheel) == set()


def test_the_wheel_carries_its_licence(wheel: Path) -> None:
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in contents(wheel))


def test_an_empty_environment_resolves_to_the_tested_generation(
    environment: Path, tmp_path: Path
) -> None:
    script = "from importlib.metadata import version as v; print(v('instructor'), v('openai'))"

    instructor, openai = run(tmp_path, environment / "python", "-c", script).stdout.split()

    assert instructor.startswith("1.17.")
    assert openai.startswith("3.")


def test_the_command_summarizes_from_an_empty_folder(environment: Path, tmp_path: Path) -> None:
    done = run(tmp_path, environment / "summarizer", "run", REPORT)

    assert done.stderr == ""
    assert Summary.model_validate_json(done.stdout).achievements


def test_a_command_beside_a_decoy_still_works(environment: Path, tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "__init__.py").touch()

    done = run(tmp_path, environment / "summarizer", "schema")

    assert "achievements" in json.loads(done.stdout)["properties"]


def test_a_script_beside_a_decoy_gets_a_sentence(environment: Path, tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "__init__.py").touch()
    (tmp_path / "script.py").write_text("from summarizer import Summarizer\n")

    done = run(tmp_path, environment / "python", "script.py")

    assert "summarizer needs its own `schemas` package" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("command", [["summarizer", "eval"], ["evals", "gold", "check"]])
def test_without_their_extra_evaluations_say_what_to_install(
    command: list[str], environment: Path, tmp_path: Path
) -> None:
    program, *words = command

    done = run(tmp_path, environment / program, *words)

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert 'pip install "structured-summarizer[evals]"' in done.stderr
