"""A real web server with packs on it, and real keys."""

import base64
import hashlib
import io
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

NUMBER = b"12345678"


def pack_of(*titles: str, level: str = "high", licence: str = "") -> bytes:
    """A zip pack with a rule for each title."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        if licence:
            archive.writestr("LICENSE", licence)
        for title in titles:
            archive.writestr(
                f"rules/{title}.yml",
                f"title: {title}\nname: {title}\nauthor: Ann Author\ndate: 2026-01-02\n"
                f"logsource: {{category: any}}\ndetection: {{a: {{user: {title}}}, condition: a}}\n"
                f"level: {level}\n",
            )
    return raw.getvalue()


@dataclass
class Web:
    """What a server serves; ``cut`` sends only half, ``moved`` redirects."""

    port: int = 0
    files: dict[str, bytes] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    cut: set[str] = field(default_factory=set)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@pytest.fixture
def web() -> Iterator[Web]:
    served = Web()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name is http.server's
            if self.path in served.moved:
                self.send_response(302)
                self.send_header("Location", served.moved[self.path])
                self.end_headers()
                return
            content = served.files.get(self.path)
            if content is None:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if self.path in served.cut else content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield served
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass(frozen=True)
class Signer:
    """A key pair that signs as minisign does."""

    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    number: bytes = NUMBER

    @property
    def public(self) -> str:
        raw = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return base64.b64encode(b"Ed" + self.number + raw).decode()

    @property
    def pem(self) -> bytes:
        return self.private.public_key().public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        )

    def minisig(self, content: bytes, *, prehashed: bool = True, comment: str = "x") -> bytes:
        signed = hashlib.blake2b(content).digest() if prehashed else content
        signature = self.private.sign(signed)
        line = base64.b64encode((b"ED" if prehashed else b"Ed") + self.number + signature)
        whole = base64.b64encode(self.private.sign(signature + comment.encode()))
        return b"untrusted comment: x\n%s\ntrusted comment: %s\n%s\n" % (
            line, comment.encode(), whole,
        )  # fmt: skip


@pytest.fixture
def signer() -> Signer:
    return Signer()


@pytest.fixture
def pack() -> Callable[..., bytes]:
    return pack_of
