"""uvicorn inside our own event loop: bounded connections, and no waiting for slow headers."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Final

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from midwatch.intake.certificates import Certificates
from midwatch.intake.counters import Counters
from midwatch.intake.identification import plain_address
from midwatch.intake.limits import Limits, Places
from midwatch.intake.parcels import Transport

_HEADER_SECONDS: Final = 15.0
_GRACE_SECONDS: Final = 10
_LARGEST_HEADER: Final = 1 << 16


class WebServer:
    """Serves the application on one socket, over TLS when there are certificates."""

    def __init__(  # the parts of the process that listeners share
        self,
        listener: socket.socket,
        app: Starlette,
        counters: Counters,
        limits: Limits,
        *,
        places: Places,
        certificates: Certificates | None = None,
    ) -> None:
        """``listener`` is bound."""
        self.port = int(listener.getsockname()[1])
        self._listener = listener
        config = uvicorn.Config(
            app,
            http=_protocol(counters, limits, places),
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            h11_max_incomplete_event_size=_LARGEST_HEADER,
            ssl_context_factory=None
            if certificates is None
            else lambda _config, _default: certificates.lasting,
        )
        self._server = _QuietServer(config)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Return when it accepts connections."""
        self._listener.settimeout(0)
        self._task = asyncio.get_running_loop().create_task(
            self._server.serve(sockets=[self._listener])
        )
        began = asyncio.create_task(self._server.began.wait())
        await asyncio.wait([self._task, began], return_when=asyncio.FIRST_COMPLETED)
        began.cancel()
        if self._task.done():
            self._task.result()

    async def stop(self) -> None:
        """Accept no more, answer what is under way, and close."""
        self._server.should_exit = True
        if self._task is not None:
            await self._task


class _QuietServer(uvicorn.Server):
    """Leaves the signals of the process to the process, and tells when it has begun."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.began = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept."""
        await super().startup(sockets)
        self.began.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def _protocol(  # noqa: C901  # a class, whose methods are counted as one
    counters: Counters, limits: Limits, places: Places
) -> type[asyncio.Protocol]:
    """The protocol of uvicorn, with our limits."""

    class Limited(H11Protocol):
        _address = ""
        _inside = False
        _patience: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn itself narrows it
            name = transport.get_extra_info("peername")
            self._address = plain_address(str(name[0])) if name else ""
            refusal = places.enter(self._address)
            super().connection_made(transport)
            if refusal:
                counters.event(Transport.HTTP, f"refused: {refusal}")
                transport.abort()
                return
            self._inside = True
            counters.opened(Transport.HTTP)
            self._watch()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._watch()

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            if self._patience is not None:
                self._patience.cancel()
            if self._inside:
                self._inside = False
                places.leave(self._address)
                counters.closed(Transport.HTTP, "broken off" if exc else "ended")

        def _watch(self) -> None:
            """Let the header of a request take only so long; its body has its own limit."""
            cycle: RequestResponseCycle | None = self.cycle  # None until a request has come
            busy = cycle is not None and not cycle.response_complete
            waiting = self.timeout_keep_alive_task is not None
            if self._patience is not None and (busy or waiting):
                self._patience.cancel()
                self._patience = None
            elif self._patience is None and not busy and not waiting:
                loop = asyncio.get_running_loop()
                self._patience = loop.call_later(
                    min(_HEADER_SECONDS, limits.body_seconds), self._lose_patience
                )

        def _lose_patience(self) -> None:
            counters.event(Transport.HTTP, "header too slow")
            self.transport.abort()

    return Limited
