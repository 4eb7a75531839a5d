"""No test reaches a network or a key by accident."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.browser import Browser

# Times of single examples say nothing on a busy machine; CI tries the same examples every time.
hypothesis.settings.register_profile("project", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("project")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-docs", action="store_true", help="rewrite docs/cli.md")
    parser.addoption("--write-golden", action="store_true", help="rewrite tests/golden")


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(("OPENAI_", "SUMMARIZER_")):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.socket.connect

    def refuse(self: socket.socket, address: object) -> None:
        if self.family != getattr(socket, "AF_UNIX", None):
            raise AssertionError(f"a test tried to reach {address!r}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture
def loopback(no_network: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 - first
    """Lets a test reach servers on this machine, and nothing else."""
    refuse = socket.socket.connect
    connect = super(socket.socket, socket.socket).connect

    def near(self: socket.socket, address: object) -> None:
        is_near = isinstance(address, tuple) and address[0] == "127.0.0.1"
        (connect if is_near else refuse)(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", near)


@pytest.fixture(scope="session")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A real browser; a test that takes it is marked ``in_browser``."""
    with Browser.started(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def browser(window: Browser, file: Path, loopback: None) -> Iterator[Browser]:  # noqa: ARG001
    """The page that a module's ``file`` is, just opened; nobody is asked and nothing complains."""
    with window.watched() as browser:
        browser.open(file.as_uri())
        yield browser
