"""Takes a client away: its sources, incidents, rows in the lake, and all that was its own.

Its lines may still be on their way when it goes: in the spool, or in the memory of the
pipeline. The pipeline is restarted, so that it writes what it holds and forgets the
client's windows; what it has not read by then is noted, and erased by whoever tends the
lake once the pipeline has gone past it. Erasing waits for whoever tends the lake at the
moment, and one client is erased by one process at a time.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from midwatch.kernel import BadInputError, ConfigurationError
from midwatch.knowledge import KnowledgeStore, kept_list
from midwatch.lake import Erasure
from midwatch.paging import SqliteIncidents
from midwatch.tenants import TenantStore
from midwatch.watch.checkpoints import Checkpoints
from midwatch.watch.configuration import Configuration
from midwatch.watch.feeds import SESSIONS
from midwatch.watch.health import HealthStore
from midwatch.watch.processes.running import microseconds
from midwatch.watch.self_watch import BEAT, MISSED_BEATS
from midwatch.watch.spools import open_spool
from midwatch.watch.state_folder import StateFolder

if TYPE_CHECKING:  # loaded where somebody is erased
    from midwatch.lake import LakeKeeper

_PATIENCE: Final = 30.0
"""Seconds that a process may take to end, and the pipeline to go past a client's lines."""
_TENDING: Final = 300.0
"""Seconds that whoever tends the lake may still take."""
_LOOK: Final = 0.1


@dataclass(frozen=True, slots=True)
class TakenAway:
    """What went. ``complete``: False where lines still wait that will be erased later."""

    sources: int
    incidents: int
    erasure: Erasure
    complete: bool

    @property
    def events(self) -> int:
        """Rows of the lake that are gone."""
        return self.erasure.rows


def erase_client(folder: StateFolder, configuration: Configuration, tenant: str) -> TakenAway:
    """Take a client away for good; see the module's documentation.

    Raises:
        BadInputError: There is no such client, it is on legal hold, or another process erases it.
        ConfigurationError: A part of the state folder cannot be used.
    """
    from midwatch.lake import LakeKeeper  # noqa: PLC0415  # large, and the desk hardly ever erases

    with closing(TenantStore(folder.database)) as tenants:
        known = tenants.tenant(tenant)
        if known is None:
            raise BadInputError(
                f"there is no client {tenant!r}", remedy="midwatch client list names them"
            )
        if known.legal_hold:
            raise BadInputError(
                f"{tenant} is on legal hold: nothing of it may be erased",
                remedy="end the hold first: midwatch client set CLIENT --no-legal-hold",
            )
        with _alone(folder.leftovers(tenant).with_suffix(".lock"), tenant):
            sources = len(tenants.feeds(tenant))
            leftovers = folder.leftovers(tenant)
            with closing(open_spool(folder, configuration)) as spool:
                # First before it goes: should we end in between, whoever tends the lake goes on.
                leftovers.write_text(f"{spool.append([])}\n", encoding="ascii")
                tenants.remove_tenant(tenant)
                leftovers.write_text(f"{spool.append([])}\n", encoding="ascii")
            if _restart_pipeline(folder):
                _await(leftovers, folder)
            incidents = _forget(folder, tenant)
            with _lake_to_ourselves(folder):
                complete = _is_past(leftovers, folder)
                erasure = LakeKeeper(folder.lake).erase(tenant)
                if complete:
                    leftovers.unlink(missing_ok=True)
        leftovers.with_suffix(".lock").unlink(missing_ok=True)
    return TakenAway(sources, incidents, erasure, complete)


def erase_leftovers(folder: StateFolder, tenants: TenantStore, keeper: LakeKeeper) -> None:
    """Erase what the pipeline wrote of clients after they had been taken away."""
    for leftovers in sorted(folder.leaving.glob("*.left")):
        if not _is_past(leftovers, folder):
            continue
        # Another client may have got that name since.
        if tenants.tenant(leftovers.stem) is None:
            keeper.erase(leftovers.stem)
            _forget(folder, leftovers.stem)
        leftovers.unlink(missing_ok=True)


def end_process(name: str, pid: int) -> bool:
    """End a process if it is really that part of the watch; whether it was."""
    return _is(name, pid) and _ended(pid)


def _forget(folder: StateFolder, tenant: str) -> int:
    """Forget all but the lake; how many incidents that were."""
    with closing(SqliteIncidents(folder.database)) as incidents:
        gone = incidents.forget(tenant)
    with closing(HealthStore(folder.database)) as health:
        health.forget(tenant)
    with closing(Checkpoints(folder.database, "main")) as checkpoints:
        for name in checkpoints.tenants():
            if name == tenant or name.startswith(f"{SESSIONS}{tenant}/"):
                checkpoints.forget(name)
    with closing(KnowledgeStore(folder.database)) as knowledge:
        for name in knowledge.forget(tenant):
            kept_list(folder.lists, name).unlink(missing_ok=True)
    (folder.policies / f"{tenant}.toml").unlink(missing_ok=True)
    for own in (folder.rules / tenant, folder.papers(tenant)):
        shutil.rmtree(own, ignore_errors=True)
    return gone


@contextmanager
def _alone(path: Path, tenant: str) -> Iterator[None]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BadInputError(
                f"another process is erasing {tenant}", remedy="wait until it is done"
            ) from None
        yield


@contextmanager
def _lake_to_ourselves(folder: StateFolder) -> Iterator[None]:
    """Wait until nobody tends the lake, and keep others from beginning."""
    folder.lake.mkdir(mode=0o700, parents=True, exist_ok=True)
    until = time.monotonic() + _TENDING
    with (folder.lake / "tend.lock").open("w") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise ConfigurationError(
                        "the lake is being tended for too long",
                        remedy="what is left is erased when that has ended; or try again",
                        path=str(folder.lake),
                    ) from None
                time.sleep(_LOOK)
        yield


def _is_past(leftovers: Path, folder: StateFolder) -> bool:
    """Whether the pipeline has read all that was sent before the client went."""
    try:
        offset = int(leftovers.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return True
    with closing(Checkpoints(folder.database, "main")) as checkpoints:
        return checkpoints.position >= offset


def _await(leftovers: Path, folder: StateFolder) -> None:
    until = time.monotonic() + _PATIENCE
    while not _is_past(leftovers, folder) and time.monotonic() < until:
        time.sleep(_LOOK)


def _restart_pipeline(folder: StateFolder) -> bool:
    """End the pipeline, which writes what it holds; its supervisor starts it again."""
    with closing(HealthStore(folder.database)) as health:
        beats = {beat.process: beat for beat in health.heartbeats()}
    beat = beats.get("pipeline")
    if beat is None or microseconds() - beat.beat > MISSED_BEATS * BEAT:
        return False
    return end_process("pipeline", beat.pid)


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
