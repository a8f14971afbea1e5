"""A real desk, in a process of its own, and a real browser."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

_CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or ""
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
WIDE, TELEPHONE = (1280, 900), (360, 740)
_PATIENCE = 60.0
_SEEN_BY_PEOPLE = ("shortTextContent", "elmPartiallyObscured", "elmPartiallyObscuring")
"""Why axe leaves the contrast of a text to people: it is one sign, or half hidden."""
_DRAWN = ("<text", "<tspan")
"""How a text begins that is part of a drawing: what lies under it only people can tell."""
_ANSWERS = ("404 (", "400 (", "410 (")
"""What a browser notes as an error and is an answer: not there, a wrong question, used up."""


@dataclass(frozen=True)
class Desk:
    """A running desk. ``sessions``: by role, the session key of somebody in it."""

    url: str
    state: Path
    sessions: dict[str, str]


class Post:
    """A mail server on a port of its own. ``mails``: what came, the oldest first."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.port = _free_port()

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd looks for this name
        assert isinstance(envelope.content, bytes)
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"

    @contextmanager
    def open(self) -> Iterator[None]:
        """Takes mail as long as it is open."""
        controller = Controller(self, hostname="127.0.0.1", port=self.port)
        controller.start()
        try:
            yield
        finally:
            controller.stop()

    def newest(self, to: str, about: str) -> str:
        """The text of the newest mail to somebody with these words in its subject."""
        for mail in reversed(self.mails):
            if mail["To"] == to and about in mail["Subject"]:
                body = mail.get_body(("plain",))
                assert body is not None
                return str(body.get_content())
        told = [(mail["To"], mail["Subject"]) for mail in self.mails]
        pytest.fail(f"no mail to {to} about {about!r} came; these did: {told}")


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A furnished desk of this test run."""
    environment, url = _surroundings(tmp_path_factory.mktemp("desk"))
    furnished = subprocess.run(
        [sys.executable, "-m", "midwatch.desk.rehearsing"],
        env=environment, check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with _running(environment, url):
        yield Desk(url, Path(environment["MIDWATCH_STATE"]), json.loads(furnished.stdout))


@pytest.fixture
def empty_desk_environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A desk that nobody has come to yet; given back is the environment of its programs."""
    environment, url = _surroundings(tmp_path)
    with _running(environment, url):
        yield environment


@pytest.fixture(scope="module")
def post() -> Iterator[Post]:
    """A mail server that keeps what it is given."""
    post = Post()
    with post.open():
        yield post


@pytest.fixture(scope="module")
def new_desk(tmp_path_factory: pytest.TempPathFactory, post: Post) -> Iterator[Desk]:
    """A desk whose clients have no vendor on file yet, and whose mail leaves."""
    mail = f'[mail]\nhost = "127.0.0.1"\nport = {post.port}\nsecurity = "plain"\n'
    environment, url = _surroundings(tmp_path_factory.mktemp("new-desk"), mail)
    furnished = subprocess.run(
        [sys.executable, "-m", "midwatch.desk.rehearsing", "without-vendors"],
        env=environment, check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with _running(environment, url):
        yield Desk(url, Path(environment["MIDWATCH_STATE"]), json.loads(furnished.stdout))


def _surroundings(folder: Path, more: str = "") -> tuple[dict[str, str], str]:
    port = _free_port()
    config = folder / "midwatch.toml"
    config.write_text(f"[desk]\nport = {port}\n{more}", "utf-8")
    (folder / "state").mkdir(mode=0o700)
    told = {"MIDWATCH_STATE": str(folder / "state"), "MIDWATCH_CONFIG": str(config)}
    return {**os.environ, **told}, f"http://localhost:{port}"


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@contextmanager
def _running(environment: dict[str, str], url: str) -> Iterator[None]:
    place = Path(environment["MIDWATCH_CONFIG"]).with_name("desk.log")
    with place.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "midwatch.desk", "run"], env=environment, stdout=log, stderr=log
        )
        try:
            _await(url, place)
            yield
        finally:
            process.terminate()
            process.wait(20)


def _await(url: str, log: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5):  # noqa: S310  # the desk that runs here
                return
        except OSError:  # refused, or too slow on a busy machine
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
    """Pages of the furnished desk, as ``_visits`` says."""
    with _visits(desk, chromium) as visit:
        yield visit


@pytest.fixture
def visit_new(new_desk: Desk, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Pages of the desk without vendors, as ``_visits`` says."""
    with _visits(new_desk, chromium) as visit:
        yield visit


@contextmanager
def _visits(desk: Desk, chromium: Browser) -> Iterator[Callable[..., Page]]:
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
                if told.type == "error" and not any(each in told.text for each in _ANSWERS)
                else None
            ),
        )
        page.goto(desk.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not faults


_EXAMINE = """async options => {
  const page = document.body.style;
  page.background = "var(--glow)";
  try {
    return await axe.run(document, options);
  } finally {
    page.background = "";
  }
}"""
"""Axe judges no contrast on a gradient, so for its while the page has one colour: the lamp's, on
which every text stands out least."""


@pytest.fixture(scope="session")
def serious() -> Callable[..., list[str]]:
    """What axe finds serious or critical on a page, as sentences; by all rules, or by some.

    A text whose contrast axe cannot judge counts too, but for those in drawings or half hidden.
    """
    script = Axe().axe_script

    def look(page: Page, *rules: str) -> list[str]:
        if page.evaluate("typeof axe") == "undefined":
            page.evaluate(script)
        options: dict[str, object] = {"resultTypes": ["violations", "incomplete"]}
        if rules:
            options["runOnly"] = {"type": "rule", "values": list(rules)}
        found = page.evaluate(_EXAMINE, options)
        unjudged = [
            f"contrast unknown, {node['any'][0]['data']['messageKey']}: {node['html'][:120]}"
            for each in found["incomplete"]
            if each["id"] == "color-contrast"
            for node in each["nodes"]
            if node["any"][0]["data"]["messageKey"] not in _SEEN_BY_PEOPLE
            and not node["html"].startswith(_DRAWN)
        ]
        return unjudged + [
            f"{each['id']}: {each['help']} ({each['nodes'][0]['html'][:120]})"
            for each in found["violations"]
            if each["impact"] in ("serious", "critical")
        ]

    return look
