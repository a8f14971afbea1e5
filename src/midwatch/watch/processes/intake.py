"""The process that takes logs in: listeners and followers, in front of the spool."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Iterator, Sequence
from pathlib import Path
from typing import Final

from midwatch.intake.certificates import CertificateFiles
from midwatch.intake.following import Places
from midwatch.intake.identification import Roll, host_of
from midwatch.intake.limits import Limits
from midwatch.intake.listening import Listening, ListenSettings, run_in_fast_loop, run_listening
from midwatch.intake.parcels import Parcel, Spool, Transport
from midwatch.intake.quarantine import Quarantine, SenderKey
from midwatch.intake.spool import SpoolWriter
from midwatch.tenants import Feed, TenantStore
from midwatch.watch.canary import CANARY_FEED
from midwatch.watch.configuration import Configuration
from midwatch.watch.health import HealthStore
from midwatch.watch.processes.running import Heart, microseconds
from midwatch.watch.spools import open_spool
from midwatch.watch.state_folder import StateFolder

_LOG: Final = logging.getLogger(__name__)
_LOOK: Final = 1.0
_AT_ONCE: Final = 4_000_000


class SpoolSink:
    """Hands parcels to the spool's writer; see ``intake.delivering.Sink``."""

    def __init__(self, writer: SpoolWriter) -> None:
        self._writer = writer

    async def submit(self, parcels: Sequence[Parcel]) -> None:
        """Return when all are on disk."""
        if len(parcels) == 1:
            await self._writer.deliver(parcels[0], patient=False)
            return
        await asyncio.gather(*(self._writer.deliver(each, patient=False) for each in parcels))


class StrangersHome:
    """Hands lines of unknown senders to the quarantine; see ``intake.delivering.Quarantine``."""

    def __init__(self, quarantine: Quarantine) -> None:
        self._quarantine = quarantine

    def keep(
        self, transport: Transport, peer: str, port: int, received: int, lines: Sequence[bytes]
    ) -> Awaitable[None]:
        """Keep lines, those of each host name apart."""
        return self._keep(transport, peer, port, received, lines)

    async def _keep(
        self, transport: Transport, peer: str, port: int, received: int, lines: Sequence[bytes]
    ) -> None:
        by_host: dict[str, list[bytes]] = {}
        for line in lines:
            by_host.setdefault(host_of(line), []).append(line)
        for host, theirs in by_host.items():
            self._quarantine.keep(SenderKey(transport, peer, port, host), theirs, received)


def listen_settings(configuration: Configuration) -> ListenSettings:
    """Where to listen, from the configuration."""
    syslog, http = configuration.syslog, configuration.http
    files = None
    if syslog.certificate:
        files = CertificateFiles(
            Path(syslog.certificate),
            Path(syslog.key),
            Path(syslog.client_authority) if syslog.client_authority else None,
        )
    elif http.certificate:
        files = CertificateFiles(Path(http.certificate), Path(http.key))
    address = "" if syslog.address == "::" else syslog.address
    senders = configuration.senders
    limits = Limits(
        connections=senders.connections, connections_per_address=senders.connections_each,
        lines_per_second=senders.lines, burst=senders.burst, idle=senders.idle,
    )  # fmt: skip
    secure = bool(http.certificate)
    door = ((http.address, http.port),) if http.port else ()
    return ListenSettings(
        udp=((address, syslog.udp),) if syslog.udp else (),
        tcp=((address, syslog.tcp),) if syslog.tcp else (),
        tls=((address, syslog.tls),) if syslog.tls and syslog.certificate else (),
        http=() if secure else door,
        https=door if secure else (),
        certificates=files,
        limits=limits,
    )


def run_intake(folder: StateFolder, configuration: Configuration) -> None:
    """Take logs in until SIGTERM; SIGHUP reads certificates and sources again.

    Raises:
        ConfigurationError: A port cannot be bound or a certificate not be used.
    """
    spool = open_spool(folder, configuration)
    writer = SpoolWriter(spool)
    quarantine = Quarantine(folder.quarantine)
    tenants = TenantStore(folder.database)
    health = HealthStore(folder.database)

    def feeds() -> Sequence[Feed]:
        return [*tenants.feeds(), CANARY_FEED]

    places = Places(folder.database)
    places.catch_up(_waiting(spool))

    async def main() -> None:
        listening = Listening(
            listen_settings(configuration),
            SpoolSink(writer),
            StrangersHome(quarantine),
            Roll(lambda: tenants.revision, feeds),
            places,
        )
        beating = asyncio.create_task(_beat(Heart(health, "intake"), listening, quarantine, writer))
        try:
            await run_listening(listening)
        finally:
            beating.cancel()

    try:
        run_in_fast_loop(main)
    finally:
        writer.close()
        quarantine.close()
        spool.close()


def _waiting(spool: Spool) -> Iterator[Parcel]:
    """All parcels that wait in the spool, in order."""
    after = spool.released
    while spooled := spool.read(after, _AT_ONCE):
        for each in spooled:
            yield each.parcel
        after = spooled[-1].offset


async def _beat(
    heart: Heart, listening: Listening, quarantine: Quarantine, writer: SpoolWriter
) -> None:
    """Beat, and let other processes see the quarantine."""

    def figures() -> dict[str, float]:
        counted = listening.snapshot()
        told: dict[str, float] = {
            "spool_waiting_bytes": writer.waiting_bytes,
            "spool_in_trouble": float(writer.trouble is not None),
            "lines_refused_total": sum(each.count for each in counted.refused),
            "kernel_drops_total": sum(counted.kernel_drops.values()),
            "connections_open": sum(counted.open.values()),
        }
        for flow in counted.flows:
            name = f"lines_total:{flow.transport}"
            told[name] = told.get(name, 0) + flow.lines
        return told

    while True:
        try:
            if heart.beat(microseconds(), figures):
                quarantine.flush()
        except sqlite3.OperationalError as error:
            _LOG.error("the intake could not beat: the state file cannot be written: %s", error)
        except Exception:  # noqa: BLE001  # a beat that fails must not end the intake
            _LOG.exception("the intake could not beat")
        await asyncio.sleep(_LOOK)
