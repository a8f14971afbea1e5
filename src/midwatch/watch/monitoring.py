"""``/metrics`` and ``/healthz`` on 127.0.0.1, for a monitor on this machine.

Answers only who asks for this machine by its own name, so that no web page can read the
figures through a name that it points here. Each answer is worked out anew.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

import msgspec

from midwatch import __version__
from midwatch.kernel import ConfigurationError
from midwatch.watch.metrics import CONTENT_TYPE, Figures, exposition, samples_of, unhealthy

HOST: Final = "127.0.0.1"
_OWN_NAMES: Final = frozenset({"127.0.0.1", "localhost"})
_PATIENCE: Final = 5.0
"""Seconds that somebody may take over a question."""


class Monitor:
    """The server, in a thread of its own. ``port`` 0 takes any free one."""

    def __init__(self, port: int, figures: Callable[[], Figures]) -> None:
        """Begin to answer; ``figures`` is called by one thread at a time.

        Raises:
            ConfigurationError: The port cannot be used.
        """
        asking = threading.Lock()

        def locked() -> Figures:
            with asking:
                return figures()

        class Handler(_Handler):
            figures = staticmethod(locked)

        try:
            self._server = ThreadingHTTPServer((HOST, port), Handler)
        except OSError as error:
            raise ConfigurationError(
                f"the port {port} of /metrics cannot be used: {error.strerror}",
                remedy="see what uses it, or set [self] metrics_port (0 turns it off)",
            ) from error
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="monitoring", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    figures: Callable[[], Figures]
    server_version = f"midwatch/{__version__}"
    sys_version = ""
    timeout = _PATIENCE

    def do_GET(self) -> None:
        """Answer a question."""
        path = self.path.partition("?")[0]
        name = self.headers.get("Host", HOST).partition(":")[0].lower()
        if name not in _OWN_NAMES:
            self._answer(421, "text/plain; charset=utf-8", "Ask for 127.0.0.1 or localhost.\n")
        elif path == "/metrics":
            self._answer(200, CONTENT_TYPE, exposition(samples_of(type(self).figures())))
        elif path == "/healthz":
            reasons = unhealthy(type(self).figures())
            told = {"state": "unwell" if reasons else "awake", "reasons": reasons}
            text = msgspec.json.encode(told).decode() + "\n"
            self._answer(503 if reasons else 200, "application/json", text)
        else:
            self._answer(404, "text/plain; charset=utf-8", "There is /metrics and /healthz.\n")

    def _answer(self, status: int, kind: str, text: str) -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the signature is http.server's
        """A monitor asks every few seconds; its questions are no news."""
