"""What monitors are told, read from the state folder whenever they ask."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from midwatch.intake.parcels import Spool
from midwatch.lake.values import SET_ASIDE
from midwatch.paging import SqliteIncidents
from midwatch.tenants import TenantStore
from midwatch.watch.health import HealthStore, Heartbeat
from midwatch.watch.metrics import Figures
from midwatch.watch.processes.running import microseconds
from midwatch.watch.state_folder import StateFolder

_ALWAYS: Final = ("intake", "pipeline", "clock")
DESK: Final = "desk"
"""The desk's name among the processes; where it has never beaten, nobody misses it."""


def expected_processes(heartbeats: Iterable[Heartbeat]) -> tuple[str, ...]:
    """The processes that must beat."""
    known = {each.process for each in heartbeats}
    return (*_ALWAYS, DESK) if DESK in known else _ALWAYS


class FiguresOf:
    """Figures of a running watch; see ``metrics``."""

    def __init__(self, folder: StateFolder, spool: Spool) -> None:
        """Open stores; the spool may be another thread's too."""
        self._folder = folder
        self._spool = spool
        self._tenants = TenantStore(folder.database)
        self._health = HealthStore(folder.database)
        self._incidents = SqliteIncidents(folder.database)

    def __call__(self) -> Figures:
        """The figures of now."""
        heartbeats = self._health.heartbeats()
        return Figures(
            now=microseconds(),
            expected=expected_processes(heartbeats),
            heartbeats=heartbeats,
            feeds=self._tenants.feeds(),
            health={each.feed: each for each in self._health.feeds()},
            totals={each.feed: each for each in self._health.totals()},
            spool=self._spool.usage(),
            concerns=self._health.concerns(),
            incidents_waiting=len(self._incidents.waiting()),
            deliveries={
                state.value: count for state, count in self._incidents.delivery_counts().items()
            },
            disk=disk_of(self._folder.path),
        )


def disk_of(folder: Path) -> dict[str, float]:
    """The used share of the disk that a folder is on."""
    usage = shutil.disk_usage(folder)
    return {str(folder): 1 - usage.free / usage.total if usage.total else 0.0}


def damaged_of(folder: StateFolder) -> dict[str, int]:
    """How many damaged files of the lake were set aside, by the folder they are in."""
    aside = folder.lake / SET_ASIDE
    return {str(aside): sum(1 for _ in aside.rglob("*.parquet"))} if aside.is_dir() else {}
