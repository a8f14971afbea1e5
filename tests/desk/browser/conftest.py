"""A real desk, in a process of its own, and a real browser."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

_CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or ""
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
WIDE, TELEPHONE = (1280, 900), (360, 740)
_PATIENCE = 60.0


@dataclass(frozen=True)
class Desk:
    """A running desk. ``sessions``: by role, the session key of somebody in it."""

    url: str
    state: Path
    sessions: dict[str, str]


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A furnished desk of this test run."""
    folder = tmp_path_factory.mktemp("desk")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = folder / "midwatch.toml"
    config.write_text(f"[desk]\nport = {port}\n", "utf-8")
    environment = {
        **os.environ, "MIDWATCH_STATE": str(folder / "state"), "MIDWATCH_CONFIG": str(config),
    }  # fmt: skip
    (folder / "state").mkdir(mode=0o700)
    furnished = subprocess.run(
        [sys.executable, "-m", "midwatch.desk.rehearsing"],
        env=environment, check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    url = f"http://localhost:{port}"
    with (folder / "desk.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "midwatch.desk", "run"], env=environment, stdout=log, stderr=log
        )
        try:
            _await(url, folder / "desk.log")
            yield Desk(url, folder / "state", json.loads(furnished.stdout))
        finally:
            process.terminate()
            process.wait(20)


def _await(url: str, log: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5):  # noqa: S310  # the desk that runs here
                return
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > until:
                pytest.fail(f"the desk did not start: {log.read_text()}")
            time.sleep(0.1)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser. While it is open an event loop runs, which no other test may find."""
    if not _CHROMIUM:
        if os.environ.get("CI") == "true":
            pytest.fail("there is no Chromium: scripts/install-test-parts")
        pytest.skip("there is no Chromium; scripts/install-test-parts installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=list(_FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def visit(desk: Desk, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """``visit(role, path, ...)``: a page as somebody in a role sees it; fails on script errors.

    ``role`` may be None (a stranger); ``theme`` is light or dark; ``size`` in CSS pixels.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_page(
        role: str | None, path: str = "/", *, theme: str = "light", size: tuple[int, int] = WIDE,
        language: str = "en", script: bool = True,
    ) -> Page:  # fmt: skip
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]}, locale=language,
            timezone_id="Europe/Berlin", color_scheme="dark" if theme == "dark" else "light",
            java_script_enabled=script,
        )  # fmt: skip
        contexts.append(context)
        if role is not None:
            context.add_cookies(
                [{"name": "midwatch-session", "value": desk.sessions[role], "url": desk.url}]
            )
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"{path}: {error}"))
        page.on(
            "console",
            lambda told: (
                faults.append(f"{path}: {told.text}")
                if told.type == "error" and "404" not in told.text
                else None
            ),
        )
        page.goto(desk.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not faults


@pytest.fixture(scope="session")
def serious() -> Callable[[Page], list[str]]:
    """What axe finds serious or critical on a page, as sentences."""
    axe = Axe()

    def look(page: Page) -> list[str]:
        found = axe.run(page).response["violations"]
        return [
            f"{each['id']}: {each['help']} ({each['nodes'][0]['html'][:120]})"
            for each in found
            if each["impact"] in ("serious", "critical")
        ]

    return look
