"""A headless Chromium, driven over WebDriver's plain JSON (W3C WebDriver, Level 2) by the library.

Nothing reaches a network: names resolve to nothing, and the addresses asked for are kept.
"""

import base64
import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Self

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")
MISSING = "no Chromium here; install one: apt-get install chromium chromium-driver"
in_browser = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason=MISSING)

_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the key that WebDriver gives elements
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--force-prefers-reduced-motion",
)
_MOVING = ("element click intercepted", "element not interactable", "stale element reference")
_EMPTY = "about:blank"
_THERE = """document.readyState === "complete"
  && location.href.split("#")[0] === new URL(%s).href.split("#")[0]"""
_SECONDS = 60  # of patience with a busy machine


class RefusedError(Exception):
    """The browser would not; ``reason`` is WebDriver's."""

    def __init__(self, reason: str, told: str) -> None:
        super().__init__(told)
        self.reason = reason


class Browser:
    """One window."""

    def __init__(self, port: int, session: str) -> None:
        self._port, self._session = port, session

    @classmethod
    @contextmanager
    def started(cls, home: Path) -> Iterator[Self]:
        """A window with an empty profile in ``home``; it is closed at the end."""
        command = [str(DRIVER), "--port=0", "--allowed-origins=*"]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        with subprocess.Popen(command, text=True, **pipes) as driver:
            try:
                port = _port(driver)
                told = _asked(port, "POST", "/session", {"capabilities": _wanted(home)})
                browser = cls(port, told["sessionId"])
                try:
                    yield browser
                finally:
                    browser._ask("DELETE", "")
            finally:
                driver.terminate()

    def open(self, address: str) -> None:
        """Load a page anew, and wait until it is there and its scripts have run.

        WebDriver's answer alone is not waited for: on a busy machine it has come while the empty
        page of before was still the one that scripts saw.
        """
        for each in (_EMPTY, address):  # else another fragment keeps the page of before
            self._ask("POST", "/url", {"url": each})
            self.until(_THERE % json.dumps(each))

    def run(self, script: str, *arguments: object) -> Any:
        """What a script returns that is run as the body of a function."""
        return self._ask("POST", "/execute/sync", {"script": script, "args": arguments})

    def until(self, condition: str) -> None:
        """Wait until an expression holds; events of the page take their turns."""
        end = time.monotonic() + _SECONDS
        while not self.run(f"return Boolean({condition})"):
            assert time.monotonic() < end, f"never came true: {condition}"
            time.sleep(0.01)

    def find(self, selector: str) -> Mapping[str, str]:
        """The first element of a CSS selector."""
        found = self._ask("POST", "/element", {"using": "css selector", "value": selector})
        return {_ELEMENT: found[_ELEMENT]}

    def text(self, selector: str) -> str:
        """What is seen of an element."""
        return str(self._ask("GET", f"/element/{self.find(selector)[_ELEMENT]}/text"))

    def click(self, selector: str) -> None:
        """Click an element where it is seen, once it has come to rest."""
        end = time.monotonic() + _SECONDS
        while True:
            try:
                self._ask("POST", f"/element/{self.find(selector)[_ELEMENT]}/click", {})
            except RefusedError as refusal:
                if refusal.reason not in _MOVING or time.monotonic() > end:
                    raise
                time.sleep(0.05)
            else:
                return

    def hover(self, selector: str) -> None:
        """Move the mouse upon an element."""
        move = {"type": "pointerMove", "duration": 0, "x": 0, "y": 0, "origin": self.find(selector)}
        self._act({"type": "pointer", "id": "mouse", "actions": [move]})

    def press(self, *keys: str) -> None:
        """Press keys one after the other, wherever the focus is."""
        pairs = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self._act({"type": "key", "id": "keyboard", "actions": pairs})

    def resize(self, width: int, height: int) -> None:
        """Make the page so many CSS pixels wide and high."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.tell("Emulation.setDeviceMetricsOverride", size)

    def tell(self, command: str, parameters: Mapping[str, object]) -> Any:
        """Give a command of the DevTools protocol."""
        return self._ask("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def screenshot(self, to: Path) -> None:
        """Keep what is seen, as PNG."""
        to.write_bytes(base64.b64decode(self._ask("GET", "/screenshot")))

    def complaints(self) -> list[str]:
        """Errors and warnings of the console since the last call."""
        told = self._ask("POST", "/se/log", {"type": "browser"})
        return [entry["message"] for entry in told if entry["level"] in ("SEVERE", "WARNING")]

    def requests(self) -> list[str]:
        """Addresses that pages asked for since the last call."""
        told = self._ask("POST", "/se/log", {"type": "performance"})
        events = [json.loads(entry["message"])["message"] for entry in told]
        sent = [e["params"] for e in events if e["method"] == "Network.requestWillBeSent"]
        own = ("chrome:", "chrome-untrusted:")  # the browser's empty first page
        return [p["request"]["url"] for p in sent if not p["documentURL"].startswith(own)]

    @contextmanager
    def watched(self) -> Iterator[Self]:
        """A window of desk size in daylight; within the block nothing complains or goes online."""
        self.complaints()
        self.requests()
        self.resize(1280, 900)
        self.media()
        yield self
        assert self.complaints() == []
        assert {address.partition(":")[0] for address in self.requests()} <= {"file", "about"}

    def media(self, kind: str = "", scheme: str = "light") -> None:
        """Show pages as on a medium (``print``, else the screen), by day or in the ``dark``."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.tell("Emulation.setEmulatedMedia", {"media": kind, "features": features})

    def _act(self, actions: Mapping[str, object]) -> None:
        self._ask("POST", "/actions", {"actions": [actions]})

    def _ask(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Any:
        return _asked(self._port, method, f"/session/{self._session}{path}", body)


def _wanted(home: Path) -> Mapping[str, object]:
    flags = [*_FLAGS, f"--user-data-dir={home}", "--window-size=1280,900"]
    options = {"binary": CHROMIUM, "args": flags}
    logs = {"browser": "ALL", "performance": "ALL"}
    return {"alwaysMatch": {"goog:chromeOptions": options, "goog:loggingPrefs": logs}}


def _port(driver: "subprocess.Popen[str]") -> int:
    assert driver.stdout is not None
    for line in driver.stdout:
        if found := re.search(r"started successfully on port (\d+)", line):
            return int(found[1])
    raise RuntimeError(f"chromedriver ended with code {driver.wait()} and told no port")


def _asked(port: int, method: str, path: str, body: Mapping[str, object] | None = None) -> Any:
    connection = HTTPConnection("127.0.0.1", port, timeout=_SECONDS)
    try:
        sent = None if body is None else json.dumps(body)
        connection.request(method, path, sent, {"Content-Type": "application/json"})
        value = json.loads(connection.getresponse().read())["value"]
    finally:
        connection.close()
    if isinstance(value, dict) and "error" in value:
        raise RefusedError(value["error"], f"{method} {path}: {value['error']}: {value['message']}")
    return value
