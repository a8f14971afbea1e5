"""Syslog over TCP and TLS (RFC 6587, RFC 5425), and lines over Unix stream sockets.

Nothing more is read of a connection until what it sent is on disk: the sender's own system
holds the rest, and slows the sender. A sender that floods is slowed the same way. TCP syslog
knows no acknowledgement, so what was under way when a connection breaks may be lost however
careful the receiver is; ``docs/how-to/send-syslog.md`` says what to do about it.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import socket
from functools import partial
from typing import Final, cast

from midwatch.intake.certificates import Certificates
from midwatch.intake.delivering import Delivery
from midwatch.intake.framing import Framing
from midwatch.intake.identification import Origin, Roll, origin_of, plain_address
from midwatch.intake.limits import Flood, Limits, Places
from midwatch.intake.parcels import Transport

_LOG: Final = logging.getLogger(__name__)
_ACCEPTS_AT_ONCE: Final = 256
_BACKLOG: Final = 4096
_LONGEST_SLOWING: Final = 10.0
_PARTING_QUIET: Final = 0.25
"""Seconds without a byte, after which a sender that was told we go has said what it had to."""
_PARTING_LONGEST: Final = 3.0
_NO_MORE_FILES: Final = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}


class ConnectionServer:
    """Listens on one socket; see the module's documentation."""

    def __init__(  # noqa: PLR0913  # the parts of the process that listeners share
        self,
        listener: socket.socket,
        transport: Transport,
        delivery: Delivery,
        roll: Roll,
        limits: Limits,
        *,
        places: Places,
        flood: Flood,
        certificates: Certificates | None = None,
        path: str = "",
    ) -> None:
        """``listener`` is bound. ``path``: for a Unix socket, the path its feed is told by."""
        self.transport, self.delivery, self.roll, self.limits = transport, delivery, roll, limits
        self.flood = flood
        self.path = path
        self.port = 0 if path else int(listener.getsockname()[1])
        self.unfinished = 0
        self.connections: set[LineConnection] = set()
        self._listener = listener
        self._places = places
        self._certificates = certificates
        self._loop = asyncio.get_running_loop()
        self._greeting: set[asyncio.Task[None]] = set()
        self._sweeper: asyncio.Task[None] | None = None
        self._pause: asyncio.TimerHandle | None = None
        self._closing = False

    def start(self) -> None:
        """Begin to accept."""
        self._listener.settimeout(0)
        self._listener.listen(_BACKLOG)
        self._loop.add_reader(self._listener.fileno(), self._accept)
        self._sweeper = self._loop.create_task(self._sweep())

    async def stop(self) -> None:
        """Accept no more, close what is open, and wait until what it sent is on disk."""
        if self._closing:
            return
        self._closing = True
        self._loop.remove_reader(self._listener.fileno())
        self._listener.close()
        if self._pause is not None:
            self._pause.cancel()
        if self._sweeper is not None:
            self._sweeper.cancel()
        for task in list(self._greeting):
            task.cancel()
        await asyncio.gather(*self._greeting, return_exceptions=True)
        open_now = list(self.connections)
        await asyncio.gather(*(each.part() for each in open_now), return_exceptions=True)
        await asyncio.gather(*(each.finished for each in open_now), return_exceptions=True)

    def origin(self, address: str, certificate: bytes | None) -> Origin:
        """Who an open connection belongs to, as of now."""
        directory = self.roll.directory
        if self.path:
            return origin_of(directory.paths.get(self.path))
        owner = directory.by_certificate(certificate) if certificate else None
        return directory.at(address, self.port) if owner is None else origin_of(owner)

    def relieve(self) -> None:
        """Memory is short: cut the longest unfinished messages, whoever sends them."""
        while self.unfinished > self.limits.unfinished:
            longest = max(self.connections, key=lambda connection: connection.held)
            if not longest.give_up():
                return

    def left(self, connection: LineConnection) -> None:
        """A connection is over."""
        self.connections.discard(connection)

    def _accept(self) -> None:
        for _ in range(_ACCEPTS_AT_ONCE):
            try:
                accepted, name = self._listener.accept()
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:
                if error.errno in _NO_MORE_FILES:
                    self.delivery.counters.event(self.transport, "no file handles left")
                    self._loop.remove_reader(self._listener.fileno())
                    self._pause = self._loop.call_later(1.0, self._accept_again)
                    return
                continue
            address = plain_address(str(name[0])) if name and not self.path else self.path
            refusal = self._places.enter(address)
            if refusal:
                self.delivery.counters.event(self.transport, f"refused: {refusal}")
                accepted.close()
                continue
            accepted.settimeout(0)
            task = self._loop.create_task(self._greet(accepted, address))
            self._greeting.add(task)
            task.add_done_callback(self._greeting.discard)

    def _accept_again(self) -> None:
        self._loop.add_reader(self._listener.fileno(), self._accept)

    async def _greet(self, accepted: socket.socket, address: str) -> None:
        """Shake hands; the connection goes on by itself."""
        connection = LineConnection(self, address)
        context = self._certificates.context if self._certificates is not None else None
        try:
            if context is None:
                await self._loop.connect_accepted_socket(lambda: connection, accepted)
            else:
                await self._loop.connect_accepted_socket(
                    lambda: connection,
                    accepted,
                    ssl=context,
                    ssl_handshake_timeout=self.limits.handshake,
                    ssl_shutdown_timeout=5.0,
                )
        except (OSError, EOFError, asyncio.CancelledError) as error:
            accepted.close()
            self.delivery.counters.event(self.transport, "refused: handshake")
            _LOG.info("a handshake failed", extra={"peer": address, "cause": type(error).__name__})
        if not connection.begun:
            self._places.leave(address)
        else:
            connection.finished.add_done_callback(lambda _done: self._places.leave(address))

    async def _sweep(self) -> None:
        """Close what has been silent for too long."""
        while True:
            await asyncio.sleep(max(self.limits.idle / 8, 0.05))
            oldest = self._loop.time() - self.limits.idle
            for connection in list(self.connections):
                if connection.heard < oldest and not connection.busy:
                    connection.close("idle")


class LineConnection(asyncio.Protocol):
    """One connection: reads, waits until it is on disk, reads on."""

    def __init__(self, server: ConnectionServer, address: str) -> None:
        self._server = server
        self._address = address
        self._certificate: bytes | None = None
        self._origin: Origin | None = None
        self._generation = -1
        self._framing = Framing()
        self._transport: asyncio.Transport | None = None
        self._waiting: list[bytes] = []
        self._pump: asyncio.Task[None] | None = None
        self._over = False
        self._reason = "ended"
        self.begun = False
        self.heard = 0.0
        self.finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def busy(self) -> bool:
        """Whether lines of it are on their way to the disk."""
        return self._pump is not None

    @property
    def held(self) -> int:
        """Bytes of an unfinished message that are held."""
        return self._framing.held

    def give_up(self) -> bool:
        """Cut the unfinished message; whether there was one."""
        server, before = self._server, self.held
        lines = self._framing.give_up()
        server.unfinished += self.held - before
        if lines:
            server.delivery.counters.event(server.transport, "memory short: message cut")
            server.delivery.counters.cut(server.transport, 1)
            self._pass_on(lines)
        return bool(lines)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The handshake is done."""
        self._transport = cast("asyncio.Transport", transport)
        self.begun = True
        self.heard = asyncio.get_running_loop().time()
        session = transport.get_extra_info("ssl_object")
        if session is not None:
            self._certificate = session.getpeercert(binary_form=True)
        self._server.connections.add(self)
        self._server.delivery.counters.opened(self._server.transport)

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        if self._over:
            return
        server, framing = self._server, self._framing
        self.heard = asyncio.get_running_loop().time()
        before, cuts = framing.held, framing.cut
        lines = framing.feed(data)
        server.unfinished += framing.held - before
        server.delivery.counters.cut(server.transport, framing.cut - cuts)
        self._pass_on(lines)
        if server.unfinished > server.limits.unfinished:
            server.relieve()
        if framing.failed:
            _LOG.info(
                "a connection is closed: it sends no syslog",
                extra={"peer": self._address, "cause": framing.failed},
            )
            self.close(framing.failed)

    def eof_received(self) -> bool | None:
        """The sender has said all."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is over; a last message without its end is kept too."""
        if exc is not None and self._reason == "ended":
            self._reason = "broken off"
        self._end()

    async def part(self) -> None:
        """Tell the sender that we go, and take what it sends until it has heard that.

        A sender that looks before it sends, as rsyslog does, then loses nothing: it ends the
        connection and keeps the rest for the next. One that does not look gets a few seconds.
        """
        loop = asyncio.get_running_loop()
        began = loop.time()
        if self._transport is not None:
            _say_the_end(self._transport)
        while not self._over and loop.time() < began + _PARTING_LONGEST:
            if not self.busy and loop.time() > max(self.heard, began) + _PARTING_QUIET:
                break
            await asyncio.sleep(_PARTING_QUIET / 10)
        self.close("stopped")

    def close(self, reason: str) -> None:
        """Close it from our side. What came is still delivered."""
        if not self._over:
            self._reason = reason
        transport = self._transport
        self._end()
        if transport is not None:
            transport.close()

    def _end(self) -> None:
        if self._over:
            return
        self._over = True
        server = self._server
        server.unfinished -= self._framing.held
        last = self._framing.end()
        server.delivery.counters.event(
            server.transport, "counted message broken off", self._framing.broken
        )
        server.delivery.counters.closed(server.transport, self._reason)
        self._pass_on(last)
        server.left(self)
        if self._pump is None and not self.finished.done():
            self.finished.set_result(None)

    def _pass_on(self, lines: list[bytes]) -> None:
        if not lines:
            return
        self._waiting += lines
        if self._pump is None:
            if self._transport is not None and not self._over:
                self._transport.pause_reading()
            self._pump = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        """Deliver what is waiting, then read on."""
        server = self._server
        lines: list[bytes] = []
        try:
            while self._waiting:
                lines, self._waiting = self._waiting, []
                await self._deliver(lines)
                wait = server.flood.owe(
                    self._address, len(lines), asyncio.get_running_loop().time()
                )
                if wait > 0 and not self._over:
                    server.delivery.counters.event(server.transport, "slowed")
                    await asyncio.sleep(min(wait, _LONGEST_SLOWING))
        except Exception:  # noqa: BLE001  # whatever it is, it must not pass silently
            _LOG.exception("a connection is closed: its lines could not be delivered")
            server.delivery.counters.refused(
                server.transport, "fault of ours", len(lines) + len(self._waiting)
            )
            self._waiting = []
            self._pump = None
            self.close("fault of ours")
        finally:
            self._pump = None
            if self._over:
                if not self.finished.done():
                    self.finished.set_result(None)
            elif self._transport is not None:
                self._transport.resume_reading()

    async def _deliver(self, lines: list[bytes]) -> None:
        server = self._server
        received = server.delivery.clock()
        if self._generation != server.roll.generation:
            self._origin = server.origin(self._address, self._certificate)
            self._generation = server.roll.generation
        # Parts of different owners are delivered one by one: when one must wait for room, what
        # is on disk already is not sent again.
        assert self._origin is not None  # noqa: S101  # set with the first generation
        for owner, part in self._origin.split(lines):
            await server.delivery.insist(
                server.transport,
                partial(
                    server.delivery.deliver,
                    origin_of(owner),
                    server.transport,
                    self._address,
                    part,
                    port=server.port,
                    received=received,
                ),
            )


def _say_the_end(transport: asyncio.Transport) -> None:
    """End our direction of a connection; the other stays open.

    Below TLS too: its own farewell would have the library refuse what comes after it. We send
    nothing that could be cut off by it.
    """
    with contextlib.suppress(OSError):
        handle = os.dup(transport.get_extra_info("socket").fileno())
        with socket.socket(fileno=handle) as same:
            same.shutdown(socket.SHUT_WR)
