"""All ways in, in one event loop: begun, reloaded and stopped together.

Example::

    listening = Listening(settings, sink, quarantine, roll, places)
    await listening.start()
    ...
    listening.reload()   # on SIGHUP: certificates and sources
    await listening.stop()

``run_listening`` is the body of a process: it does that, and obeys SIGTERM, SIGINT and SIGHUP.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import stat
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from midwatch.intake.certificates import CertificateFiles, Certificates
from midwatch.intake.connections import ConnectionServer
from midwatch.intake.counters import Counters, Snapshot
from midwatch.intake.datagrams import DatagramServer
from midwatch.intake.delivering import Delivery, Quarantine, Sink
from midwatch.intake.following import Follower
from midwatch.intake.following import Places as FilePlaces
from midwatch.intake.identification import Roll
from midwatch.intake.limits import Flood, Limits, Places
from midwatch.intake.parcels import Transport
from midwatch.intake.web import Door, WebServer, application
from midwatch.kernel import ConfigurationError

_LOG: Final = logging.getLogger(__name__)
_HOUSEKEEPING_SECONDS: Final = 1.0

Address = tuple[str, int]
"""Host (empty: all addresses of the machine) and port (0: any free one)."""


class ListenSettings(msgspec.Struct, frozen=True):
    """Where to listen. ``streams`` and ``datagrams`` are paths of Unix sockets to be made."""

    udp: tuple[Address, ...] = ()
    tcp: tuple[Address, ...] = ()
    tls: tuple[Address, ...] = ()
    http: tuple[Address, ...] = ()
    https: tuple[Address, ...] = ()
    streams: tuple[Path, ...] = ()
    datagrams: tuple[Path, ...] = ()
    certificates: CertificateFiles | None = None
    limits: Limits = Limits()


class Listening:
    """See the module's documentation."""

    def __init__(
        self,
        settings: ListenSettings,
        sink: Sink,
        quarantine: Quarantine,
        roll: Roll,
        places: FilePlaces | None = None,
    ) -> None:
        """``places``: where followed files are remembered; without it none are followed.

        Raises:
            ConfigurationError: TLS is wanted without a certificate, or with one that cannot be
                used.
        """
        self.counters = Counters()
        self._settings, self._roll, self._file_places = settings, roll, places
        self._delivery = Delivery(sink, quarantine, self.counters)
        self._certificates = None
        if settings.certificates is not None:
            self._certificates = Certificates(settings.certificates)
        elif settings.tls or settings.https:
            raise ConfigurationError(
                "TLS needs a certificate", remedy="name the certificate and its key"
            )
        self._servers: list[ConnectionServer | DatagramServer | WebServer | Follower] = []
        self._ports: dict[str, list[int]] = {}
        self._made: list[Path] = []
        self._housekeeper: asyncio.Task[None] | None = None

    @property
    def ports(self) -> dict[str, list[int]]:
        """The ports that are listened on, by way in (``udp``, ``tcp``, ``tls``, ``http`` …)."""
        return self._ports

    def snapshot(self) -> Snapshot:
        """All counts as they are now."""
        return self.counters.snapshot()

    async def start(self) -> None:
        """Begin to listen; all sockets are bound on return.

        Raises:
            ConfigurationError: A socket cannot be bound. None is left open.
        """
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise
        self._housekeeper = asyncio.get_running_loop().create_task(self._keep_house())
        _LOG.info("listening", extra={"ports": self._ports})

    def reload(self) -> None:
        """Read certificates and sources again; no connection is cut."""
        if self._certificates is not None:
            self._certificates.reload()
        self._roll.refresh()

    async def stop(self) -> None:
        """Take no more; what came is on disk on return."""
        if self._housekeeper is not None:
            self._housekeeper.cancel()
            self._housekeeper = None
        servers, self._servers = self._servers, []
        await asyncio.gather(*(server.stop() for server in servers))
        for path in self._made:
            path.unlink(missing_ok=True)
        self._made.clear()

    async def _start(self) -> None:
        settings, roll, limits = self._settings, self._roll, self._settings.limits
        places, flood = Places(limits), Flood(limits)
        for transport, addresses in (
            (Transport.TCP, settings.tcp),
            (Transport.TLS, settings.tls),
            (Transport.SOCKET, settings.streams),
        ):
            for address in addresses:
                listener, path = self._bound(address, socket.SOCK_STREAM)
                certificates = self._certificates if transport is Transport.TLS else None
                server = ConnectionServer(
                    listener, transport, self._delivery, roll, limits,
                    places=places, flood=flood, certificates=certificates, path=path,
                )  # fmt: skip
                self._servers.append(server)
                self._note(transport.value, server.port)
                server.start()
        for transport, readers in (
            (Transport.UDP, settings.udp),
            (Transport.SOCKET, settings.datagrams),
        ):
            for address in readers:
                reader, path = self._bound(address, socket.SOCK_DGRAM)
                receiver = DatagramServer(
                    reader, transport, self._delivery, roll, limits, flood=flood, path=path
                )
                self._servers.append(receiver)
                self._note(transport.value, receiver.port)
                receiver.start()
        app = application(Door(self._delivery, roll, limits, flood))
        for name, doors in (("http", settings.http), ("https", settings.https)):
            for door in doors:
                listener, _path = self._bound(door, socket.SOCK_STREAM)
                listener.listen(1024)
                web = WebServer(
                    listener, app, self.counters, limits, places=places,
                    certificates=self._certificates if name == "https" else None,
                )  # fmt: skip
                self._servers.append(web)
                self._note(name, web.port)
                await web.start()
        if self._file_places is not None:
            follower = Follower(self._delivery, roll, self._file_places)
            self._servers.append(follower)
            follower.start()

    def _note(self, name: str, port: int) -> None:
        if port:
            self._ports.setdefault(name, []).append(port)

    def _bound(self, address: Address | Path, kind: socket.SocketKind) -> tuple[socket.socket, str]:
        """A bound socket, and its path if it has one."""
        try:
            if isinstance(address, Path):
                made = _bound_path(address, kind)
                self._made.append(address)
                return made, str(address)
            return _bound_address(address, kind), ""
        except OSError as error:
            told = address if isinstance(address, Path) else f"{address[0] or '*'}:{address[1]}"
            raise ConfigurationError(
                f"cannot listen on {told}: {error.strerror or error}",
                remedy="stop what listens there, choose another port, or grant the right to "
                "use ports below 1024 (CAP_NET_BIND_SERVICE)",
            ) from error

    async def _keep_house(self) -> None:
        """Once a second: new sources, new certificates."""
        while True:
            await asyncio.sleep(_HOUSEKEEPING_SECONDS)
            try:
                self._roll.refresh()
                if self._certificates is not None:
                    self._certificates.reload_if_changed()
            except Exception:  # noqa: BLE001  # the next second may do better, and must come
                _LOG.exception("sources or certificates could not be read again")


async def run_listening(
    listening: Listening, ready: Callable[[], Awaitable[None] | None] | None = None
) -> None:
    """Listen until SIGTERM or SIGINT; SIGHUP reloads. ``ready`` is called once it listens.

    Raises:
        ConfigurationError: A socket cannot be bound.
    """
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    await listening.start()
    with _obeying(
        loop, {signal.SIGTERM: over.set, signal.SIGINT: over.set, signal.SIGHUP: listening.reload}
    ):
        try:
            told = ready() if ready is not None else None
            if told is not None:
                await told
            await over.wait()
        finally:
            await listening.stop()


def run_in_fast_loop(main: Callable[[], Awaitable[None]]) -> None:
    """Run to the end, in uvloop when it is installed (the extra ``fast``)."""
    try:
        import uvloop  # noqa: PLC0415  # an extra, which need not be there
    except ImportError:
        factory: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
    else:
        factory = uvloop.new_event_loop

    async def whole() -> None:
        await main()

    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(whole())


@contextlib.contextmanager
def _obeying(
    loop: asyncio.AbstractEventLoop, handlers: dict[signal.Signals, Callable[[], None]]
) -> Iterator[None]:
    for number, handler in handlers.items():
        loop.add_signal_handler(number, handler)
    try:
        yield
    finally:
        for number in handlers:
            loop.remove_signal_handler(number)


def _bound_address(address: Address, kind: socket.SocketKind) -> socket.socket:
    host, port = address
    found = socket.getaddrinfo(host or None, port, type=kind, flags=socket.AI_PASSIVE)
    # One socket for both families, where the host is not named.
    found.sort(key=lambda each: each[0] != socket.AF_INET6 if not host else 0)
    family, _kind, _protocol, _name, place = found[0]
    bound = socket.socket(family, kind)
    try:
        if kind == socket.SOCK_STREAM:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(bool(host)))
        bound.bind(place)
    except BaseException:
        bound.close()
        raise
    return bound


def _bound_path(path: Path, kind: socket.SocketKind) -> socket.socket:
    """A Unix socket for our own user and group; what a process before us left is removed."""
    with contextlib.suppress(FileNotFoundError):
        if stat.S_ISSOCK(path.stat().st_mode):
            path.unlink()
    bound = socket.socket(socket.AF_UNIX, kind)
    try:
        before = os.umask(0o117)
        try:
            bound.bind(str(path))
        finally:
            os.umask(before)
    except BaseException:
        bound.close()
        raise
    return bound
