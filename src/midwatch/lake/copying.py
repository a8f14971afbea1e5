"""Which files make up the lake as it was at an offset of its spool, to copy while it grows.

Data files never change, and what a snapshot names stays on the disk for a day after it was
replaced, so they can be copied while others write. An erasure takes files away at once; who
copies finds one missing then, and asks again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from midwatch.kernel import BadInputError
from midwatch.lake.delta_log import DeltaLog, active_files

_ENTRY: Final = re.compile(r"(\d{20})\.(?:json|checkpoint.*\.parquet)")
_POINTER: Final = "_last_checkpoint"


@dataclass(frozen=True, slots=True)
class LakeSnapshot:
    """One version of the table: its number and its files, relative to the lake's folder."""

    version: int
    files: tuple[Path, ...]


def snapshot_at(folder: Path, app: str, offset: int) -> LakeSnapshot | None:
    """The newest version in which the spool ``app`` is in up to exactly ``offset``.

    None where no such version can be had: the lake has not come so far, or its log no longer
    reaches back. Without a lake it is a version without files.

    Raises:
        BadInputError: The log is damaged.
    """
    log = DeltaLog(folder)
    if not log.exists():
        return LakeSnapshot(0, ()) if offset == 0 else None
    table, _ = log.readable()
    if (table.transaction_version(app) or 0) != offset:
        version = _version_before(log, table.version(), app, offset)
        if version is None:
            return None
        try:
            table = DeltaTable(log.table_folder, version=version)
        except (DeltaError, OSError):
            return None
        if (table.transaction_version(app) or 0) != offset:
            return None
    data = [log.table_folder / file.path for file in active_files(table)]
    entries = [
        path
        for path in sorted(log.log_folder.iterdir())
        if (named := _ENTRY.fullmatch(path.name)) and int(named[1]) <= table.version()
    ]
    entries += _pointer(log, table.version())
    files = tuple(path.relative_to(folder) for path in (*data, *entries))
    return LakeSnapshot(table.version(), files)


def _version_before(log: DeltaLog, newest: int, app: str, offset: int) -> int | None:
    """The version before the first entry that brought the spool behind ``offset``."""
    found = None
    for version in range(newest, -1, -1):
        try:
            lines = (log.log_folder / f"{version:020}.json").read_bytes().splitlines()
            actions = [msgspec.json.decode(line) for line in lines]
        except OSError:
            break
        except msgspec.DecodeError as error:
            raise BadInputError(
                f"the lake's log is damaged: {error}",
                remedy="restore the last backup of the state folder (midwatch restore)",
                path=str(log.log_folder / f"{version:020}.json"),
            ) from error
        seen = [
            action["txn"]["version"]
            for action in actions
            if "txn" in action and action["txn"]["appId"] == app
        ]
        if seen and seen[-1] <= offset:
            break
        if seen:
            found = version - 1
    return found


def _pointer(log: DeltaLog, version: int) -> list[Path]:
    """The note of the newest checkpoint, unless that is newer than the snapshot."""
    path = log.log_folder / _POINTER
    try:
        noted = msgspec.json.decode(path.read_bytes())
    except (OSError, msgspec.DecodeError):
        return []
    return (
        [path] if isinstance(noted, dict) and noted.get("version", version + 1) <= version else []
    )
