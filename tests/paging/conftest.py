"""Real receivers: a mail server, a web server, and certificates made for them."""

import asyncio
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, Session

from midwatch.incidents import Incidents, Policy
from midwatch.incidents.policies import Person, Reach, Route, Step
from midwatch.kernel import Level
from midwatch.paging import Channel, Pager, Signer, SqliteIncidents, Wording

MINUTE = 60_000_000
HOUR = 60 * MINUTE
PASSWORD = "correct horse battery"  # noqa: S105  # the test server's own


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class MailServer:
    """aiosmtpd with a switch for each kind of trouble."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, EmailMessage]] = []
        self.answer = ""
        self.pause = 0.0
        self._controller: Controller | None = None
        self.port = 0

    def start(self, **given: Any) -> None:
        self.port = self.port or free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **given)
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_RCPT(  # noqa: N802  # aiosmtpd looks for this name
        self, server: Any, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        if self.answer:
            return self.answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  # aiosmtpd looks for this name
        self, server: Any, session: Session, envelope: Envelope
    ) -> str:
        if self.pause:
            await asyncio.sleep(self.pause)
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails += [(address, mail) for address in envelope.rcpt_tos]
        return "250 taken"

    def authenticate(
        self, _server: Any, _session: Any, _envelope: Any, _how: str, data: Any
    ) -> Any:
        right = (data.login, data.password) == (b"watch", PASSWORD.encode())
        return AuthResult(success=right, handled=right)


class WebServer:
    """A web server that keeps what it gets and answers as told."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.status = 200
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.requests.append((self.path, dict(self.headers), body))
                self.send_response(outer.status)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_given: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    yield server
    server.stop()


@pytest.fixture
def web_server() -> Iterator[WebServer]:
    server = WebServer()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for ``localhost`` with its key, in one PEM file."""
    folder = tmp_path_factory.mktemp("certificate")
    key, certificate, both = folder / "key.pem", folder / "cert.pem", folder / "both.pem"
    made = subprocess.run(
        [shutil.which("openssl") or "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost"],
        check=False, capture_output=True,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    both.write_bytes(certificate.read_bytes() + key.read_bytes())
    return both


@pytest.fixture
def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def a_policy(tenant: str, *reach: Reach, **changes: Any) -> Policy:
    policy = Policy(
        tenant=tenant,
        zone="Europe/Berlin",
        people=(Person("ana", "Ana", reach),),
        fallback="ana",
        routes=(Route(Level.LOW, (Step(("ana",), wait=15),), repeat=600),),
    )
    return msgspec.structs.replace(policy, **changes)


class Desk:
    """A store, its services, a pager and the clock's policies, joined for a test."""

    def __init__(self, path: Path, channels: dict[str, Channel]) -> None:
        self.path = path
        self.channels = channels
        self.policies: dict[str, Policy] = {}
        self.signer = Signer((b"k" * 32,))
        self.store = SqliteIncidents(path)
        self.incidents = Incidents(self.store, self.policies.get)

    def policy(self, tenant: str, *reach: tuple[str, str], **changes: Any) -> None:
        ways = (Reach(channel, address) for channel, address in reach)
        self.policies[tenant] = a_policy(tenant, *ways, **changes)

    @property
    def pager(self) -> Pager:
        return Pager(
            self.store,
            self.incidents,
            self.policies.get,
            self.channels,
            lambda tenant: Wording(
                tenant=f"{tenant} ltd",
                zone=ZoneInfo("Europe/Berlin"),
                signer=self.signer,
                link="https://watch.test/answer/",
            ),
            operator="operator",
            chance=lambda: 0.5,
        )


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "state.sqlite", {})
    made.policy("operator", ("nowhere", "x"))
    yield made
    made.store.close()
