"""What a lake consists of now, for a process that asks often: looked up anew only after a change.

Reading the log of a large lake costs a seventh of a second. Its folder changes with every commit,
so one look at the folder and at the last entry says whether what is known still holds. A folder
that changed this very moment may change once more without its time's changing: then what was read
is used once, and looked up again at the next question.

Safe to share between threads.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from midwatch.lake.delta_log import ActiveFile, DeltaLog, active_files

_SETTLED: Final = 1_000_000_000
"""Nanoseconds after which a folder's time is surely another one when it changes again."""
_Stamp = tuple[int, str, int, int]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The data files by tenant, each in the order of their paths; what is wrong with the log."""

    files: dict[str, tuple[ActiveFile, ...]]
    problems: tuple[str, ...]

    def of(self, tenants: Collection[str] | None) -> list[ActiveFile]:
        """The files of these tenants; None: of all."""
        chosen = self.files if tenants is None else [each for each in self.files if each in tenants]
        return [file for tenant in chosen for file in self.files[tenant]]


class Snapshots:
    """Remembers one lake's; see the module's documentation."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._log: DeltaLog | None = None
        self._stamp: _Stamp | None = None
        self._known: Snapshot | None = None

    def forget(self) -> None:
        """Look it up anew at the next question."""
        with self._lock:
            self._stamp = None

    def newest(self, folder: Path) -> Snapshot:
        """The lake in ``folder`` as it is now.

        Raises:
            BadInputError: Its log is damaged.
        """
        with self._lock:
            if self._log is None or self._log.folder != folder:
                self._log, self._stamp = DeltaLog(folder), None
            stamp, settled = _stamp(self._log.log_folder, self._stamp)
            if self._known is None or self._stamp is None or stamp != self._stamp:
                self._known = snapshot(self._log)
                self._stamp = stamp if settled else None
            return self._known


def snapshot(log: DeltaLog) -> Snapshot:
    """What the newest readable entry of the log names.

    Raises:
        BadInputError: The log is damaged.
    """
    table, problems = log.readable()
    files: dict[str, list[ActiveFile]] = {}
    for file in active_files(table):
        files.setdefault(file.tenant, []).append(file)
    return Snapshot({tenant: tuple(each) for tenant, each in files.items()}, tuple(problems))


def _stamp(folder: Path, known: _Stamp | None) -> tuple[_Stamp | None, bool]:
    """What tells one state of the log from the next, and whether the folder has settled.

    The stamp is taken before the log is read, so that it can only be too old. ``known``: the last
    one, which names the last entry as long as the folder is the same.
    """
    try:
        changed = folder.stat().st_mtime_ns
        if known is not None and known[0] == changed:
            last = known[1]
        else:
            with os.scandir(folder) as entries:
                last = max((each.name for each in entries if _is_entry(each.name)), default="")
        status = (folder / last).stat()
    except OSError:  # the log itself tells what is wrong
        return None, False
    settled = time.time_ns() - changed > _SETTLED
    return (changed, last, status.st_size, status.st_mtime_ns), settled


def _is_entry(name: str) -> bool:
    return name.endswith(".json") and not name.startswith(".")
