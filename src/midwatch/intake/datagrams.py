"""Syslog over UDP, and lines over Unix datagram sockets.

UDP promises nothing: what the kernel had no room for is lost before anybody could read it.
So the kernel is asked for a large buffer, what it dropped is counted (Linux tells), and each
time the socket is readable it is read until it is empty. Datagrams wait in memory while the
batch before them is on its way to the disk; when too many wait, no more are read, and the
kernel's count tells of what is lost.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import struct
import sys
from functools import partial
from typing import Final

from midwatch.intake.delivering import Delivery, batches, parcel
from midwatch.intake.framing import LONGEST_LINE
from midwatch.intake.identification import Roll, origin_of, plain_address
from midwatch.intake.limits import Flood, Limits
from midwatch.intake.parcels import SpoolFullError, Transport

_LOG: Final = logging.getLogger(__name__)
_RXQ_OVFL: Final = 40  # SO_RXQ_OVFL of Linux; Python has no name for it
_FORCED_BUFFER: Final = 33  # SO_RCVBUFFORCE: beyond the system's limit, for root
_AT_ONCE: Final = 2048
_COUNT: Final = struct.Struct("@I")
_ENDS: Final = b"\r\n\0"


class DatagramServer:
    """Reads one socket; see the module's documentation."""

    def __init__(  # the parts of the process that listeners share
        self,
        reader: socket.socket,
        transport: Transport,
        delivery: Delivery,
        roll: Roll,
        limits: Limits,
        *,
        flood: Flood,
        path: str = "",
    ) -> None:
        """``reader`` is bound. ``path``: for a Unix socket, the path its feed is told by."""
        self._socket = reader
        self._transport, self._delivery, self._roll, self._limits = (
            transport, delivery, roll, limits,
        )  # fmt: skip
        self._flood = flood
        self._path = path
        self.port = 0 if path else int(reader.getsockname()[1])
        self._name = path or f"{reader.getsockname()[0]}:{self.port}"
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[str, list[bytes]] = {}
        self._size = 0
        self._buffer = memoryview(bytearray((1 << 16) if not path else LONGEST_LINE + 1))
        self._drops = 0
        self._reading = False
        self._pump: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to read."""
        self._socket.settimeout(0)
        granted = grant_buffer(self._socket, self._limits.receive_buffer)
        self._delivery.counters.receive_buffers[self._name] = granted
        if granted < self._limits.receive_buffer:
            _LOG.warning(
                "the kernel grants a smaller buffer for datagrams than asked for; "
                "raise net.core.rmem_max",
                extra={"granted": granted, "asked": self._limits.receive_buffer},
            )
        if sys.platform == "linux":
            self._socket.setsockopt(socket.SOL_SOCKET, _RXQ_OVFL, 1)
            self._delivery.counters.kernel_drops[self._name] = 0
        self._go_on()

    async def stop(self) -> None:
        """Read what is there, close, and wait until it is on disk."""
        if self._socket.fileno() >= 0:
            while self._read():
                pass
            self._pause()
            self._socket.close()
        while self._pump is not None:
            await asyncio.wait([self._pump])

    def _go_on(self) -> None:
        if not self._reading and self._socket.fileno() >= 0:
            self._reading = True
            self._loop.add_reader(self._socket.fileno(), self._read)

    def _pause(self) -> None:
        if self._reading:
            self._reading = False
            self._loop.remove_reader(self._socket.fileno())

    def _read(self) -> bool:  # noqa: C901  # one loop over all datagrams; calls cost
        """Read until nothing is there; whether there may be more."""
        receive, buffer, waiting = self._socket.recvmsg_into, self._buffer, self._waiting
        buffers, room = [buffer], socket.CMSG_SPACE(_COUNT.size)
        more = True
        fresh: dict[str, int] = {}
        for _ in range(_AT_ONCE):
            try:
                size, told, flags, name = receive(buffers, room)
            except (BlockingIOError, InterruptedError):
                more = False
                break
            except OSError as error:
                # Linux reports the ICMP answers to what others sent; they are no fault of ours.
                self._delivery.counters.event(self._transport, f"receive: {error.strerror}")
                continue
            if told:
                self._note_drops(told)
            line = bytes(buffer[:size]).rstrip(_ENDS)
            if flags & socket.MSG_TRUNC or len(line) > LONGEST_LINE:
                line = line[:LONGEST_LINE]
                self._delivery.counters.cut(self._transport, 1)
            if not line:
                continue
            address = self._path or name[0]
            if address in waiting:
                waiting[address].append(line)
            else:
                waiting[address] = [line]
            fresh[address] = fresh.get(address, 0) + 1
            self._size += size
        if fresh:
            self._hold_off(fresh)
        if waiting and self._pump is None:
            self._pump = self._loop.create_task(self._run())
        if self._size > self._limits.waiting:
            self._delivery.counters.event(self._transport, "reading paused")
            self._pause()
            return False
        return more

    def _hold_off(self, fresh: dict[str, int]) -> None:
        """Refuse what a sender sent beyond its rate."""
        now = self._loop.time()
        for address, count in fresh.items():
            refused = count - self._flood.grant(address, count, now)
            if refused:
                lines = self._waiting[address]
                self._size -= sum(map(len, lines[-refused:]))
                del lines[-refused:]
                if not lines:
                    del self._waiting[address]
                self._delivery.counters.refused(self._transport, "flood", refused)

    def _note_drops(self, told: list[tuple[int, int, bytes]]) -> None:
        """The kernel's own count of datagrams that this socket had no room for."""
        for level, kind, data in told:
            if level == socket.SOL_SOCKET and kind == _RXQ_OVFL and len(data) >= _COUNT.size:
                (count,) = _COUNT.unpack_from(data)
                added = (count - self._drops) & 0xFFFF_FFFF
                self._drops = count
                self._delivery.counters.kernel_drops[self._name] += added

    async def _run(self) -> None:
        waiting: dict[str, list[bytes]] = {}
        try:
            while self._waiting:
                waiting, self._waiting, self._size = self._waiting, {}, 0
                self._go_on()
                await self._deliver(waiting)
        except Exception:  # noqa: BLE001  # whatever it is, it must not pass silently
            _LOG.exception("datagrams could not be delivered")
            self._delivery.counters.refused(
                self._transport, "fault of ours", sum(map(len, waiting.values()))
            )
        finally:
            self._pump = None
            if self._waiting:
                self._pump = self._loop.create_task(self._run())

    async def _deliver(self, waiting: dict[str, list[bytes]]) -> None:
        """One batch: everybody's parcels together, then the strangers'."""
        received = self._delivery.clock()
        directory = self._roll.directory
        parcels = []
        strangers = []
        for address, lines in waiting.items():
            peer = plain_address(address)
            origin = (
                origin_of(directory.paths.get(self._path))
                if self._path
                else directory.at(peer, self.port)
            )
            for owner, part in origin.split(lines):
                if owner is None:
                    strangers.append((peer, part))
                else:
                    parcels += [
                        parcel(owner, self._transport, peer, received, batch)
                        for batch in batches(part)
                    ]
        if parcels:
            await self._delivery.insist(self._transport, partial(self._delivery.submit, parcels))
        for peer, part in strangers:
            for batch in batches(part):
                try:
                    await self._delivery.quarantine(
                        self._transport, peer, self.port, received, batch
                    )
                except SpoolFullError:
                    # Strangers must not hold up those we know.
                    self._delivery.counters.refused(self._transport, "quarantine full", len(batch))


def grant_buffer(reader: socket.socket, wanted: int) -> int:
    """Ask for a receive buffer of so many bytes; the bytes the kernel grants for data."""
    kind = socket.SO_RCVBUF
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            reader.setsockopt(socket.SOL_SOCKET, _FORCED_BUFFER, wanted)
            kind = _FORCED_BUFFER
    if kind == socket.SO_RCVBUF:
        with contextlib.suppress(OSError):  # some systems refuse what is beyond their limit
            reader.setsockopt(socket.SOL_SOCKET, kind, wanted)
    granted = reader.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
    # Linux tells twice the figure, for its own bookkeeping.
    return granted // 2 if sys.platform == "linux" else granted
