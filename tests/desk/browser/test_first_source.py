"""The first source in five minutes: client, source, a line sent to a real intake, understood."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from time import monotonic
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from midwatch.watch.rehearsal import RehearsedWatch, eventually, free_port, send_datagrams

pytestmark = pytest.mark.browser
GATE, CELLAR = "127.0.0.41", "127.0.0.42"
FIVE_MINUTES = 300
DESK = free_port()


def accepted(user: str) -> bytes:
    stamp = datetime.now(ZoneInfo("Europe/Berlin"))
    return (
        f"<38>{stamp:%b %e %H:%M:%S} gate sshd[77]: Accepted publickey for {user} "
        "from 198.51.100.7 port 40000 ssh2"
    ).encode()


def awake(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=5):  # noqa: S310  # the desk that runs here
            return True
    except OSError:  # refused, or too slow on a busy machine
        return False


@pytest.fixture(scope="module")
def watch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RehearsedWatch]:
    folder = tmp_path_factory.mktemp("first-source")
    settings = {"desk": {"port": DESK}, "lake": {"flush": 1}}
    with RehearsedWatch(folder, settings=settings) as watch:
        yield watch


@pytest.fixture(scope="module")
def desk(watch: RehearsedWatch) -> Iterator[tuple[str, dict[str, str]]]:
    """The desk of that watch: its address, and a session by role."""
    environment = os.environ | {
        "MIDWATCH_STATE": str(watch.state.path), "MIDWATCH_CONFIG": str(watch.config),
    }  # fmt: skip
    furnished = subprocess.run(
        [sys.executable, "-m", "midwatch.desk.rehearsing"],
        env=environment, check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    watch.start("intake", "pipeline")
    url = f"http://localhost:{DESK}"
    with (watch.state.path / "desk.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "midwatch.desk", "run"], env=environment, stdout=log, stderr=log
        )
        try:
            eventually(lambda: awake(url))
            yield url, json.loads(furnished.stdout)
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture
def page(desk: tuple[str, dict[str, str]], chromium: Browser) -> Iterator[Page]:
    url, sessions = desk
    context = chromium.new_context(locale="en", timezone_id="Europe/Berlin", base_url=url)
    context.add_cookies([{"name": "midwatch-session", "value": sessions["manager"], "url": url}])
    faults: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    context.close()
    assert not faults


def test_from_a_new_client_to_its_first_line(watch: RehearsedWatch, page: Page) -> None:
    began = monotonic()
    page.goto("/clients/")
    page.get_by_role("link", name="Add a client").click()
    page.get_by_label("Name of the firm").fill("Harbour Ltd")
    page.get_by_label("Short name").fill("harbour")
    page.get_by_role("button", name="Add").click()

    page.get_by_role("link", name="OpenSSH server").click()
    page.get_by_label("What people call it").fill("Gate")
    page.get_by_role("textbox", name="Address it sends from").fill(GATE)
    page.get_by_role("button", name="Add, and show what to type").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Gate has sent nothing yet.")
    expect(page.locator("#guide-text")).to_contain_text(str(watch.ports["udp"]))
    expect(page.locator("#first-line")).to_contain_text("Waiting for its first line.")

    def sent() -> bool:
        # The intake hears of a new source within a second or two.
        send_datagrams([accepted("root")], watch.ports["udp"], GATE)
        page.wait_for_timeout(500)
        return page.get_by_text("A line came and was understood.").is_visible()

    eventually(sent)
    line = page.locator("#first-line")
    expect(line).to_contain_text("OpenSSH server")
    expect(line).to_contain_text("root")
    assert monotonic() - began < FIVE_MINUTES

    page.goto("/c/harbour/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("got in")
    expect(page.get_by_role("img", name="Gate")).to_be_visible()


def test_an_unknown_sender_is_claimed_and_its_lines_are_read(
    watch: RehearsedWatch, page: Page
) -> None:
    send_datagrams([accepted("cellar-admin")], watch.ports["udp"], CELLAR)

    def shown() -> bool:
        page.goto("/sources/unknown/")
        return page.get_by_role("heading", name=CELLAR).is_visible()

    eventually(shown)
    sender = page.get_by_role("article").filter(has_text=CELLAR)
    expect(sender).to_contain_text("Looks like OpenSSH server.")
    sender.get_by_label("Whose it is").select_option(label="Bakery, Main office")
    sender.get_by_label("What people call it").fill("Cellar")
    sender.get_by_role("button", name="Claim").click()

    expect(page.get_by_role("status").first).to_contain_text("Cellar is a source now, with 1 line")
    expect(page.locator("#first-line")).to_contain_text("cellar-admin", timeout=30_000)
