"""Calls to other systems: who is called is shown, and one may be tried."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from django.test import Client

from midwatch.desk.access import calls
from midwatch.desk.access.roles import Role
from midwatch.desk.audit.models import Entry
from midwatch.desk.rehearsal import Furnished
from midwatch.desk.setup import DeskSetup
from midwatch.paging import verify
from midwatch.watch.configuration import Configuration, WebhookSettings

SECRET = "a secret that both sides know"  # noqa: S105  # of a server that lives for a test
POLICY = """\
tenant = "bakery"
zone = "Europe/Berlin"
fallback = "tickets"
people = [{{ id = "tickets", title = "Ticket desk", reach = [{{ channel = "webhook", address = "http://127.0.0.1:{port}/h?key=hush-hush" }}] }}]
routes = [{{ level = "low", repeat = 30, steps = [{{ to = ["tickets"] }}] }}]
"""


class Server(HTTPServer):
    """Keeps what it is sent."""

    status = 200

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.taken: list[tuple[dict[str, str], bytes]] = []


class Handler(BaseHTTPRequestHandler):
    """Takes a call."""

    def do_POST(self) -> None:
        assert isinstance(self.server, Server)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append((dict(self.headers), body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    """The other system."""
    with Server() as made:
        Thread(target=made.serve_forever, daemon=True).start()
        yield made
        made.shutdown()


@pytest.fixture
def called(world: Furnished, server: Server, monkeypatch: pytest.MonkeyPatch) -> Furnished:
    """The Bakery's incidents go to the other system."""
    folder = world.stores.folder
    folder.policies.mkdir(exist_ok=True)
    (folder.policies / "bakery.toml").write_text(POLICY.format(port=server.server_port), "utf-8")
    setup = DeskSetup(folder, Configuration(webhook=WebhookSettings(secret=SECRET)))
    monkeypatch.setattr(calls, "desk_setup", lambda: setup)
    return world


def test_a_receiver_is_shown_and_called_as_a_test(
    called: Furnished, server: Server, visitor: Callable[..., Client]
) -> None:
    browser = visitor(Role.MANAGER)
    page = browser.get("/webhooks/").content.decode()
    assert "Ticket desk" in page
    assert "127.0.0.1" in page
    assert "hush-hush" not in page

    told = browser.post("/webhooks/bakery/0/test/", follow=True).content.decode()

    assert "answered 200" in told
    [(headers, body)] = server.taken
    stamp = headers["Midwatch-Timestamp"]
    assert verify(SECRET, stamp, headers["Midwatch-Signature"], body, int(stamp))
    assert json.loads(body)["test"] is True
    assert Entry.objects.get(verb="webhook.test").detail == {"taken": True}


def test_a_refused_call_is_told_without_the_secret_address(
    called: Furnished, server: Server, visitor: Callable[..., Client]
) -> None:
    server.status = 410
    told = visitor(Role.MANAGER).post("/webhooks/bakery/0/test/", follow=True).content.decode()

    assert "answered 410" in told
    assert "hush-hush" not in told


def test_only_who_manages_clients_sees_and_tries_calls(
    called: Furnished, server: Server, visitor: Callable[..., Client]
) -> None:
    for role in set(Role) - {Role.MANAGER}:
        browser = visitor(role)
        assert browser.get("/webhooks/").status_code == 404
        assert browser.post("/webhooks/bakery/0/test/").status_code == 404
    manager = visitor(Role.MANAGER)
    assert manager.post("/webhooks/bakery/7/test/").status_code == 404
    assert manager.post("/webhooks/nobody/0/test/").status_code == 404
    assert manager.get("/webhooks/bakery/0/test/").status_code == 405
    assert server.taken == []
