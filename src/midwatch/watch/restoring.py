"""Makes a state folder of a backup: unpacks beside it, checks all, then moves it in place.

What waited in the spool goes into a new one, behind the offset up to which the lake has
all; so the watch that starts on it goes on where the backup was made.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Final

from midwatch.intake.spool import SqliteSpool
from midwatch.kernel import BadInputError, ConfigurationError
from midwatch.watch.backup_archive import ArchiveReader, Manifest
from midwatch.watch.backups import PARCELS, STATE, read_parcels
from midwatch.watch.configuration import MEGABYTE
from midwatch.watch.state_folder import LAYOUT

_TICK: Final = 64
"""Microseconds to one offset of a new spool; see ``intake.spool.rows``."""
_LEAST_BUDGET: Final = 4096 * MEGABYTE


def restore(archive: Path, target: Path) -> Manifest:
    """Make the state folder ``target``, which must be missing or empty; what the backup held.

    Raises:
        ConfigurationError: The folder is not empty, or cannot be written.
        BadInputError: The backup is cut, was changed, or a newer Midwatch made it.
    """
    target = target.absolute()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ConfigurationError(
            "the folder is not empty, and a restore writes over nothing",
            remedy="name a new folder with --state, or move this one away",
            path=str(target),
        )
    beside = target.with_name(f".{target.name}.restoring-{os.getpid()}")
    try:
        beside.mkdir(mode=0o700, parents=True)
        with ArchiveReader(archive) as reader:
            manifest = reader.unpack(beside)
        _check_layout(manifest, archive)
        _check_state(beside / STATE, archive)
        _fill_spool(beside, manifest)
        if target.exists():
            target.rmdir()
        beside.rename(target)
    except OSError as error:
        raise ConfigurationError(
            f"the folder cannot be written: {error.strerror or error}",
            remedy="name a folder of yours with room enough",
            path=str(target),
        ) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return manifest


def _check_layout(manifest: Manifest, archive: Path) -> None:
    if manifest.layout > LAYOUT:
        raise BadInputError(
            f"a newer Midwatch ({manifest.midwatch}) made this backup",
            remedy="restore it with that version",
            path=str(archive),
        )


def _check_state(state: Path, archive: Path) -> None:
    try:
        with closing(sqlite3.connect(state)) as database:
            found = database.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        raise BadInputError(
            f"the state file in this backup is damaged: {found}",
            remedy="take the backup before",
            path=str(archive),
        )


def _fill_spool(folder: Path, manifest: Manifest) -> None:
    """Put back what waited, under new offsets that are behind the lake's position."""
    parcels = folder / PARCELS
    if not parcels.exists():
        return

    def clock() -> int:
        # A new spool counts on from the clock, which may have been set back since.
        return max(time.time_ns() // 1000, (manifest.position + 1) * _TICK)

    room = max(_LEAST_BUDGET, 4 * parcels.stat().st_size)
    spool = SqliteSpool(folder / "spool", budget=room, clock=clock)
    try:
        for group in read_parcels(parcels):
            waiting = [each.parcel for each in group if each.offset > manifest.position]
            if waiting:
                spool.append(waiting)
    finally:
        spool.close()
    parcels.unlink()
