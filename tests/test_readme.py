"""The README does what it says."""

import contextlib
import io
import re
import shlex
from itertools import pairwise
from pathlib import Path

import pytest

from summarizer.cli import app, main
from tests.endpoint import Endpoint, completion

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(autouse=True)
def beside_the_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the README writes lands beside a view of the sources, not among them."""
    for place in ROOT.iterdir():
        (tmp_path / place.name).symlink_to(place)
    monkeypatch.chdir(tmp_path)


def blocks() -> list[tuple[str, str]]:
    return BLOCK.findall(README)


def followed_by_output(language: str) -> list[tuple[str, str]]:
    """Blocks of a language, each with the text block right after it or nothing."""
    found = [*blocks(), ("", "")]
    return [
        (code, after if kind == "text" else "")
        for (name, code), (kind, after) in pairwise(found)
        if name == language
    ]


@pytest.mark.parametrize(("code", "printed"), followed_by_output("python"))
def test_python_prints_what_the_readme_shows(code: str, printed: str) -> None:
    out = io.StringIO()

    with contextlib.redirect_stdout(out):
        exec(compile(code, "README.md", "exec"), {})

    assert out.getvalue() == printed


def console_lines() -> list[tuple[str, str]]:
    found = []
    for language, text in blocks():
        if language == "console":
            for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
                command, _, printed = part.partition("\n")
                found.append((command, printed))
    return [(c, p) for c, p in found if c.startswith("summarizer ") and "|" not in c]


ASKING = [command for command, _ in console_lines() if "--model" in command]
LISTS = ("achievements", "shortcomings", "targets", "issuers", "directives")
NOTHING = {"overview": "", **{name: [] for name in LISTS}}


@pytest.mark.parametrize("command", ASKING)
@pytest.mark.usefixtures("loopback")
def test_commands_ask_the_model_that_the_readme_names(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Endpoint([completion(NOTHING)]) as endpoint:
        monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)
        here = re.sub(r"--base-url \S+", f"--base-url {endpoint.url}", command)
        done = main([*shlex.split(here)[1:], "--no-audit", "--no-assist"])

    assert done == 0
    assert endpoint.asked[0]["model"] in command


@pytest.mark.parametrize(
    ("command", "printed"), [line for line in console_lines() if line[0] not in ASKING]
)
def test_commands_print_what_the_readme_shows(
    command: str,
    printed: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", "90")

    assert main(shlex.split(command)[1:]) == 0

    said = capsys.readouterr().out
    position = 0
    for part in printed.split("…\n"):  # the README leaves lines out where it shows an ellipsis
        position = said.find(part, position)
        assert position >= 0, f"not printed: {part}\n{said}"


def test_every_command_is_told() -> None:
    told = README + (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")

    for command in app.registered_commands:
        assert command.callback is not None
        name = command.name or command.callback.__name__
        assert f"summarizer {name}" in README
        assert f"## summarizer {name}" in told


def test_the_first_screen_shows_code() -> None:
    before = README[: README.index("```python")]

    assert before.count("\n") < 30


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target
