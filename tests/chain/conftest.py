"""A watch of real processes, and a mail server for what it tells people."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from midwatch.watch.rehearsal import RehearsedWatch, free_port

POLICY = """
tenant = "operator"
zone = "Europe/Berlin"
fallback = "ana"
[[people]]
id = "ana"
reach = [{ channel = "mail", address = "ana@operator.example" }]
[[routes]]
level = "low"
repeat = 5
steps = [{ to = ["ana"], wait = 60 }]
"""


class Post:
    """An SMTP server that notes when each mail came; it can be shut and opened again."""

    def __init__(self) -> None:
        self.port = free_port()
        self.mails: list[tuple[float, EmailMessage]] = []
        self._controller: Controller | None = None

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd looks for this name
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append((monotonic(), mail))
        return "250 taken"

    def open(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def shut(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def about(self, text: str) -> list[EmailMessage]:
        """The mails whose subject or body says this."""
        found = []
        for _, mail in self.mails:
            body = mail.get_body(("plain",))
            if text in str(mail["Subject"]) or (body is not None and text in body.get_content()):
                found.append(mail)
        return found


@pytest.fixture(scope="module")
def post() -> Iterator[Post]:
    post = Post()
    post.open()
    yield post
    post.shut()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def settings(post: Post) -> dict[str, dict[str, object]]:
    return {
        "lake": {"flush": 1},
        "mail": {
            "host": "127.0.0.1", "port": post.port, "security": "plain",
            "sender": "watch@midwatch.example",
        },
        "self": {"canary": 2},
    }  # fmt: skip


@pytest.fixture(scope="module")
def watch(
    tmp_path_factory: pytest.TempPathFactory, post: Post, authority: trustme.CA
) -> Iterator[RehearsedWatch]:
    """A watch with nothing running and two clients, harbour and quay."""
    folder = tmp_path_factory.mktemp("chain")
    pem = folder / "server.pem"
    authority.issue_cert("localhost", "127.0.0.1").private_key_and_cert_chain_pem.write_to_path(pem)
    with RehearsedWatch(folder, settings=settings(post), certificate=pem) as watch:
        watch.client("harbour")
        watch.client("quay")
        watch.policy("operator", POLICY)
        yield watch


@pytest.fixture
def own_watch(tmp_path: Path, post: Post) -> Iterator[RehearsedWatch]:
    """The same for one test alone; no TLS."""
    with RehearsedWatch(tmp_path, settings=settings(post)) as watch:
        watch.client("harbour")
        watch.policy("operator", POLICY)
        yield watch
