"""``midwatch up --detach`` returns when the desk answers, and says so when it does not."""

from __future__ import annotations

import re
import ssl
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import trustme
from tests.watch.running_watch import RunningWatch, free_port, midwatch

from midwatch.cli.awaiting import answers
from midwatch.watch.configuration import DeskSettings
from midwatch.watch.health import HealthStore

IMPATIENT = "import sys; from midwatch.cli import awaiting, main; awaiting._PATIENCE = 3; main()"


def test_the_first_link_opens_as_soon_as_it_is_printed(tmp_path: Path) -> None:
    watch = RunningWatch(tmp_path / "state")
    done = watch("up", "--detach", "--no-demo")
    try:
        assert (done.returncode, done.stderr) == (0, "")
        (link,) = re.findall(r"http://\S+/welcome/\S+/", done.stdout)
        with urllib.request.urlopen(link, timeout=30) as page:  # noqa: S310  # the desk that runs here
            assert page.status == 200
    finally:
        assert midwatch("down", "--state", watch.state).returncode == 0


def test_a_desk_that_does_not_answer_is_told_and_the_watch_goes_on(tmp_path: Path) -> None:
    watch = RunningWatch(tmp_path / "state")
    told = watch.config.read_text() + 'database = "env:NO_SUCH_VARIABLE_HERE"\n'
    watch.config.write_text(told)
    words = ("up", "--detach", "--no-demo", "--state", watch.state, "--config", watch.config)
    done = subprocess.run(
        [sys.executable, "-c", IMPATIENT, *words],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    try:
        assert done.returncode == 2
        assert "the watch runs, but its desk has not answered within 3 s" in done.stderr
        log = watch.state / "up.log"
        assert str(log) in done.stderr
        assert "NO_SUCH_VARIABLE_HERE" in log.read_text("utf-8"), "it says why"
        health = HealthStore(watch.state / "state.sqlite")
        assert {beat.process for beat in health.heartbeats()} >= {"intake", "pipeline", "clock"}
        assert watch("reload").returncode == 0, "it runs"
    finally:
        assert midwatch("down", "--state", watch.state).returncode == 0


def test_a_watch_without_a_desk_does_not_wait_for_one(tmp_path: Path) -> None:
    watch = RunningWatch(tmp_path / "state")
    watch.config.write_text(watch.config.read_text().replace(f"port = {watch.desk}", "port = 0"))
    with watch:
        assert "http://localhost" not in watch("up", "--unless-running").stdout


class Desk(BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        well = self.path == "/healthz" and self.headers["Host"] == "localhost"
        self.send_response(self.status if well else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def desk(tls: ssl.SSLContext | None = None) -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), Desk)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])  # noqa: S104  # our own server is asked, not made
def test_it_is_asked_where_it_listens(address: str) -> None:
    with desk() as port:
        assert answers(DeskSettings(address=address, port=port))
    assert not answers(DeskSettings(address=address, port=free_port()))


def test_one_that_is_broken_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Desk, "status", 503)
    with desk() as port:
        assert not answers(DeskSettings(port=port))


def test_one_with_a_certificate_of_its_own_making_answers() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("desk.example").configure_cert(context)
    with desk(context) as port:
        assert answers(DeskSettings(port=port, certificate="its.pem", key="its.key"))
        assert not answers(DeskSettings(port=port)), "what speaks TLS does not answer in clear"
