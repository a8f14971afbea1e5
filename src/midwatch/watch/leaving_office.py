"""Takes the sample office away: its process, sources, incidents, and its rows in the lake.

Its lines may still be on their way when it goes: in the spool, or in the memory of the
pipeline. The pipeline is restarted, so that it writes what it holds and forgets the
office's windows; what it has not read by then is noted, and erased by whoever tends the
lake once the pipeline has gone past it.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from midwatch.lake import LakeKeeper
from midwatch.paging import SqliteIncidents
from midwatch.tenants import TenantStore
from midwatch.watch.checkpoints import Checkpoints
from midwatch.watch.configuration import Configuration
from midwatch.watch.health import HealthStore
from midwatch.watch.living_office import CLIENT, remove_living_office
from midwatch.watch.processes.running import microseconds
from midwatch.watch.self_watch import BEAT, MISSED_BEATS
from midwatch.watch.spools import open_spool
from midwatch.watch.state_folder import StateFolder

_PATIENCE: Final = 30.0
"""Seconds that a process may take to end, and the pipeline to go past the office's lines."""
_LOOK: Final = 0.1
_UNDER_WAY: Final = 1.5
"""Seconds in which what was sent is in the spool."""


@dataclass(frozen=True, slots=True)
class TakenAway:
    """What went. ``complete``: False where lines still wait that will be erased later."""

    sources: int
    incidents: int
    events: int
    complete: bool


def take_away(folder: StateFolder, configuration: Configuration) -> TakenAway | None:
    """Take the sample office away; None where there is none.

    Raises:
        ConfigurationError, BadInputError: A part of the state folder cannot be used.
    """
    with closing(TenantStore(folder.database)) as tenants:
        known = tenants.tenant(CLIENT)
        if known is None or not known.demo:
            return None
        sources = len(tenants.feeds(CLIENT))
        if _end(folder.demo_pid):
            time.sleep(_UNDER_WAY)
        remove_living_office(tenants)
        folder.demo_stopped.touch()
        with closing(open_spool(folder, configuration)) as spool:
            folder.demo_leftovers.write_text(f"{spool.append([])}\n", encoding="ascii")
        if _restart_pipeline(folder):
            _await_leftovers(folder)
        with closing(SqliteIncidents(folder.database)) as incidents:
            gone = incidents.forget(CLIENT)
        with closing(HealthStore(folder.database)) as health:
            health.forget(CLIENT)
        with closing(Checkpoints(folder.database, "main")) as checkpoints:
            checkpoints.forget(CLIENT)
        keeper = LakeKeeper(folder.lake)
        complete = _is_past_leftovers(folder)
        erased = keeper.erase(CLIENT).rows
        if complete:
            folder.demo_leftovers.unlink(missing_ok=True)
    return TakenAway(sources, gone, erased, complete)


def erase_leftovers(folder: StateFolder, tenants: TenantStore, keeper: LakeKeeper) -> None:
    """Erase what the pipeline wrote of a sample office after it had been taken away."""
    if not folder.demo_leftovers.exists() or not _is_past_leftovers(folder):
        return
    # A real client may have got that name since.
    if tenants.tenant(CLIENT) is None:
        keeper.erase(CLIENT)
        with closing(SqliteIncidents(folder.database)) as incidents:
            incidents.forget(CLIENT)
        with closing(HealthStore(folder.database)) as health:
            health.forget(CLIENT)
    folder.demo_leftovers.unlink(missing_ok=True)


def _is_past_leftovers(folder: StateFolder) -> bool:
    try:
        offset = int(folder.demo_leftovers.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return True
    with closing(Checkpoints(folder.database, "main")) as checkpoints:
        return checkpoints.position >= offset


def _await_leftovers(folder: StateFolder) -> None:
    until = time.monotonic() + _PATIENCE
    while not _is_past_leftovers(folder) and time.monotonic() < until:
        time.sleep(_LOOK)


def _restart_pipeline(folder: StateFolder) -> bool:
    """End the pipeline, which writes what it holds; its supervisor starts it again."""
    with closing(HealthStore(folder.database)) as health:
        beats = {beat.process: beat for beat in health.heartbeats()}
    beat = beats.get("pipeline")
    if beat is None or microseconds() - beat.beat > MISSED_BEATS * BEAT:
        return False
    return _is("pipeline", beat.pid) and _ended(beat.pid)


def _end(pid_file: Path) -> bool:
    """End the process that a file names; whether there was one."""
    try:
        pid = int(pid_file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return False
    return _is("demo", pid) and _ended(pid)


def _is(process: str, pid: int) -> bool:
    """Whether this process is really that part of the watch: numbers are used again."""
    with suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return b"watch" in words and process.encode() in words
    return False


def _ended(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + _PATIENCE
    while Path(f"/proc/{pid}").exists() and time.monotonic() < until:
        time.sleep(_LOOK)
    return True
