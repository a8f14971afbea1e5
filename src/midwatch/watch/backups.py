"""Backs a state folder up while the watch runs: no line is left out and none counts twice.

In this order, so that nothing falls between: the parcels that wait in the spool; the state
file, which says up to which offset of the spool all is in the lake; the parcels that came
meanwhile; the lake at exactly that offset. Where the watch let go meanwhile of what was not
read, it all begins again. Kept besides: rules, policies, packs, lists, what people edit in the
desk, the keys of links and masks, and the quarantine. Left out: what is made anew (caches, locks,
logs), damaged files that were set aside, and the configuration file, which is not in the state
folder.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from midwatch import __version__
from midwatch.intake.parcels import Spool, Spooled
from midwatch.kernel import BadInputError, ConfigurationError, RemoteFailureError
from midwatch.lake.copying import LakeSnapshot, snapshot_at
from midwatch.watch.backup_archive import FORMAT, ArchiveWriter, Manifest
from midwatch.watch.checkpoints import Checkpoints
from midwatch.watch.pipeline import APPLICATION
from midwatch.watch.state_folder import LAYOUT, StateFolder

STATE: Final = "state.sqlite"
QUARANTINE: Final = "spool/quarantine.sqlite"
PARCELS: Final = "parcels"
"""The waiting parcels: frames of eight bytes' length and a MessagePack list."""
FOLDERS: Final = ("rules", "policies", "packs", "lists", "papers")
KEYS: Final = ("links.key", "desk.key", "facts.key")
DESK: Final = "desk.sqlite"
"""What people edit in the desk, where that is no PostgreSQL."""
PIPELINE: Final = "main"
_ATTEMPTS: Final = 20
_PAUSE: Final = 0.5
_AT_ONCE: Final = 4_000_000


class _MovedOnError(Exception):
    """The watch changed what was being copied; begin again."""


def back_up(folder: StateFolder, spool: Spool, target: Path) -> Manifest:
    """Write a backup to a new file, readable by its owner alone; what it holds.

    Raises:
        ConfigurationError: The file is there already, or cannot be written.
        BadInputError: The state file or the lake is damaged.
        RemoteFailureError: The watch changed too fast every time.
    """
    if target.exists():
        raise ConfigurationError(
            "there is a file of that name already", remedy="name another", path=str(target)
        )
    beside = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as scratch:
            for _ in range(_ATTEMPTS):
                try:
                    manifest = _attempt(folder, spool, beside, Path(scratch))
                except (_MovedOnError, FileNotFoundError):
                    time.sleep(_PAUSE)
                    continue
                beside.replace(target)
                return manifest
    except OSError as error:
        raise ConfigurationError(
            f"the backup cannot be written: {error.strerror or error}",
            remedy="name a file in a folder of yours with room enough",
            path=str(target),
        ) from error
    finally:
        beside.unlink(missing_ok=True)
    raise RemoteFailureError(
        "the watch changed faster than it could be copied",
        remedy="try again when less comes in, or stop it for the backup (midwatch down)",
    )


def _attempt(folder: StateFolder, spool: Spool, beside: Path, scratch: Path) -> Manifest:
    parcels, state, strangers = scratch / PARCELS, scratch / STATE, scratch / "quarantine.sqlite"
    desk = scratch / DESK
    for path in (parcels, state, strangers, desk):
        path.unlink(missing_ok=True)
    with parcels.open("wb") as sink:
        last = _copy_parcels(spool, spool.released, sink)
        _copy_database(folder.database, state)
        position = _position(state)
        start = max(last, position)
        _copy_parcels(spool, start, sink)
        if spool.released > start:
            raise _MovedOnError
    lake = snapshot_at(folder.lake, APPLICATION, position)
    if lake is None:
        raise _MovedOnError
    if folder.quarantine.exists():
        _copy_database(folder.quarantine, strangers)
    if (folder.path / DESK).exists():
        _copy_database(folder.path / DESK, desk)
    count = sum(1 for group in read_parcels(parcels) for each in group if each.offset > position)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as sink:
        writer = ArchiveWriter(sink)
        _add_all(writer, folder, scratch, lake)
        manifest = Manifest(
            format=FORMAT, midwatch=__version__, made=time.time_ns() // 1000, layout=LAYOUT,
            position=position, lake=lake.version, parcels=count, files=writer.files,
        )  # fmt: skip
        writer.finish(manifest)
        sink.flush()
        os.fsync(sink.fileno())
    return manifest


def _add_all(writer: ArchiveWriter, folder: StateFolder, scratch: Path, lake: LakeSnapshot) -> None:
    for name, path in (
        (STATE, scratch / STATE),
        (PARCELS, scratch / PARCELS),
        (QUARANTINE, scratch / "quarantine.sqlite"),
        (DESK, scratch / DESK),
        *((name, folder.path / name) for name in ("version", *KEYS)),
    ):
        if path.exists():
            writer.add(path, name)
    for kept in FOLDERS:
        for path in sorted((folder.path / kept).rglob("*")):
            if path.is_file() and not path.is_symlink():
                writer.add(path, path.relative_to(folder.path).as_posix())
    for relative in lake.files:
        writer.add(folder.lake / relative, f"lake/{relative.as_posix()}")


def _copy_parcels(spool: Spool, after: int, sink: BinaryIO) -> int:
    """Write the parcels behind an offset; the offset of the last."""
    while spooled := spool.read(after, _AT_ONCE):
        content = msgspec.msgpack.encode(spooled)
        sink.write(len(content).to_bytes(8, "big") + content)
        after = spooled[-1].offset
    return after


def read_parcels(path: Path) -> Iterator[list[Spooled]]:
    """The parcels that a backup kept, in groups, in order."""
    with path.open("rb") as source:
        while head := source.read(8):
            content = source.read(int.from_bytes(head, "big"))
            yield msgspec.msgpack.decode(content, type=list[Spooled])


def _copy_database(source: Path, target: Path) -> None:
    """A copy of one moment; writers go on meanwhile.

    Raises:
        BadInputError: It is damaged.
    """
    try:
        with (
            closing(sqlite3.connect(source)) as old,
            closing(sqlite3.connect(target)) as new,
        ):
            old.backup(new)
            found = new.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        raise BadInputError(
            f"it is damaged: {found}",
            remedy="set it aside and restore the last backup (midwatch restore)",
            path=str(source),
        )


def _position(state: Path) -> int:
    checkpoints = Checkpoints(state, PIPELINE)
    try:
        return checkpoints.position
    finally:
        checkpoints.close()
