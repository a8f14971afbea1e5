"""The table's log, by the Delta protocol: who may commit, how, and what a reader sees.

Entries are written by us rather than by delta-rs, which does not sync: under another name
first, synced, then linked to their number, which fails if the number is taken. So an entry is
never seen half, and whoever was late reads again and tries the next number (optimistic
concurrency, https://github.com/delta-io/delta/blob/master/PROTOCOL.md#delta-log-entries).
Our own processes also hold a lock meanwhile, so that entries reach the disk in order.
delta-rs makes the table, reads it, and writes checkpoints.
"""

from __future__ import annotations

import fcntl
import os
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from midwatch import __version__
from midwatch.kernel import BadInputError, ConfigurationError
from midwatch.lake.columns import PARTITIONS
from midwatch.lake.files import DataFile, sync_path
from midwatch.lake.schemas import table_schema
from midwatch.lake.values import SET_ASIDE

TABLE: Final = "events"
CHECKPOINT_EVERY: Final = 100
_READER_VERSION: Final = 1
_WRITER_VERSION: Final = 2
_ATTEMPTS: Final = 50
Action = Mapping[str, Any]


class TakenError(Exception):
    """Somebody else took the number of this entry; nothing was written."""


@dataclass(frozen=True, slots=True)
class ActiveFile:
    """A data file of a snapshot. Times are UTC microseconds, None where no row has one."""

    path: str
    tenant: str
    day: str
    size: int
    rows: int
    first_time: int | None
    last_time: int | None
    untimed: int


class DeltaLog:
    """The log of the table in ``folder``/events."""

    def __init__(self, folder: Path) -> None:
        """``folder``: the lake's own folder, STATE/lake."""
        self.folder = folder
        self.table_folder = folder / TABLE
        self.log_folder = self.table_folder / "_delta_log"
        self._table: DeltaTable | None = None

    def exists(self) -> bool:
        """Whether there is a table."""
        return self.log_folder.is_dir() and any(self.log_folder.glob("*.json"))

    def create(self) -> list[str]:
        """Make the table when missing, and bring it up to date; what had to be repaired.

        Raises:
            ConfigurationError: The folder cannot be used, or another engine raised the table's
                protocol beyond what Midwatch writes.
            BadInputError: The log is damaged behind its last entry.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self.locked():
                repaired = self._repair()
                if not self.exists():
                    DeltaTable.create(
                        self.table_folder,
                        table_schema(),
                        partition_by=list(PARTITIONS),
                        name=TABLE,
                        configuration={"delta.logRetentionDuration": "interval 30 days"},
                    )
                    sync_path(next(self.log_folder.glob("*.json")))
                    for folder in (self.log_folder, self.table_folder, self.folder):
                        sync_path(folder)
                self._widen()
        except OSError as error:
            raise ConfigurationError(
                f"the lake cannot be opened: {error.strerror or error}",
                remedy="check the folder, its owner and the space left",
                path=str(self.folder),
            ) from error
        return repaired

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lake's commit lock; readers never need it."""
        with (self.folder / "commit.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def table(self) -> DeltaTable:
        """The table at its newest version.

        Raises:
            BadInputError: The log is damaged.
        """
        try:
            if self._table is None:
                self._table = DeltaTable(self.table_folder)
            else:
                self._table.update_incremental()
        except (DeltaError, OSError) as error:
            self._table = None
            raise _damaged(self.log_folder, error) from error
        return self._table

    def readable(self) -> tuple[DeltaTable, list[str]]:
        """A snapshot for reading; where the last entry is torn, the one before, and say so."""
        torn = self._torn_entry()
        if torn is None:
            return self.table(), []
        try:
            table = DeltaTable(self.table_folder, version=int(torn.stem) - 1)
        except (DeltaError, OSError) as error:
            raise _damaged(self.log_folder, error) from error
        return table, [f"the last entry of the log, {torn.name}, is damaged and was left out"]

    def commit(self, actions: Sequence[Action], version: int, operation: str) -> int:
        """Write entry ``version`` + 1; on return it is on the disk.

        Raises:
            TakenError: There is an entry of that number already.
        """
        now = int(time.time() * 1000)
        head = {
            "commitInfo": {
                "timestamp": now,
                "operation": operation,
                "engineInfo": f"midwatch/{__version__}",
            }
        }
        text = b"".join(msgspec.json.encode(action) + b"\n" for action in (head, *actions))
        temporary = self.log_folder / f".{uuid.uuid4().hex}.tmp"
        try:
            with temporary.open("xb") as entry:
                entry.write(text)
                entry.flush()
                os.fsync(entry.fileno())
            try:
                os.link(temporary, self.log_folder / f"{version + 1:020}.json")
            except FileExistsError as error:
                raise TakenError from error
        finally:
            temporary.unlink(missing_ok=True)
        sync_path(self.log_folder)
        return version + 1

    def attempts(self) -> Iterator[DeltaTable]:
        """The newest snapshot for each try at a commit.

        Raises:
            ConfigurationError: The table was changed to what Midwatch must not write, or other
                writers were quicker every time.
        """
        for _ in range(_ATTEMPTS):
            table = self.table()
            protocol = table.protocol()
            if protocol.min_writer_version > _WRITER_VERSION or (
                protocol.min_reader_version > _READER_VERSION
            ):
                raise ConfigurationError(
                    "another engine raised the lake's protocol to "
                    f"{protocol.min_reader_version}/{protocol.min_writer_version}",
                    remedy="drop the table features it added, or copy the table",
                    path=str(self.table_folder),
                )
            yield table
        raise ConfigurationError(
            "other writers keep committing to the lake before us",
            remedy="stop the other engine's job and try again",
            path=str(self.table_folder),
        )

    def checkpoint(self) -> bool:
        """Write a checkpoint when many entries came since the last, and drop expired ones."""
        table = self.table()
        latest = max(
            (int(path.name[:20]) for path in self.log_folder.glob("*.checkpoint*.parquet")),
            default=0,
        )
        if table.version() - latest < CHECKPOINT_EVERY:
            return False
        table.create_checkpoint()
        for path in self.log_folder.glob(f"{table.version():020}.checkpoint*"):
            sync_path(path)
        pointer = self.log_folder / "_last_checkpoint"
        if pointer.exists():
            sync_path(pointer)
        sync_path(self.log_folder)
        table.cleanup_metadata()
        return True

    def _widen(self) -> None:
        """Add columns that this version of Midwatch has and the table lacks."""
        table = self.table()
        known = {field.name for field in table.schema().fields}
        lacking = [field for field in table_schema() if field.name not in known]
        if lacking:
            from deltalake import Schema  # noqa: PLC0415  # only after an upgrade

            table.alter.add_columns(Schema.from_arrow(pa.schema(lacking)).fields)
            sync_path(self.log_folder / f"{table.version():020}.json")
            sync_path(self.log_folder)
            self._table = None

    def _torn_entry(self) -> Path | None:
        last = max(self.log_folder.glob("*.json"), default=None)
        if last is None:
            return None
        lines = last.read_bytes().splitlines()
        try:
            for line in lines:
                msgspec.json.decode(line)
        except msgspec.DecodeError:
            return last
        return None if lines else last

    def _repair(self) -> list[str]:
        """Set a torn last entry aside; what was done, in sentences."""
        if not self.log_folder.is_dir():
            return []
        torn = self._torn_entry()
        if torn is None:
            return []
        aside = self.folder / SET_ASIDE
        aside.mkdir(exist_ok=True)
        torn.rename(aside / f"{torn.name}.{int(time.time())}")
        sync_path(self.log_folder)
        sync_path(aside)
        self._table = None
        return [f"the last entry of the log, {torn.name}, was damaged and has been set aside"]


def active_files(table: DeltaTable) -> list[ActiveFile]:
    """The data files of a snapshot, by path."""
    columns = pa.table(table.get_add_actions(flatten=True)).to_pydict()
    count = len(columns["path"])
    blank: list[Any] = [None] * count
    return sorted(
        (
            ActiveFile(path, tenant or "", str(day), size, rows or 0, _micros(low), _micros(high),
                       (rows or 0) if untimed is None and low is None else untimed or 0)
            for path, tenant, day, size, rows, low, high, untimed in zip(
                columns["path"], columns.get("partition.tenant", blank),
                columns.get("partition.day", blank), columns["size_bytes"],
                columns.get("num_records", blank), columns.get("min.time", blank),
                columns.get("max.time", blank), columns.get("null_count.time", blank),
                strict=True,
            )
        ),
        key=lambda file: file.path,
    )  # fmt: skip


def adding(file: DataFile, *, changes: bool = True) -> Action:
    """The action that adds a file. ``changes``: False where rows only move (compaction)."""
    return {
        "add": {
            "path": file.path,
            "partitionValues": {"tenant": file.tenant, "day": file.day},
            "size": file.size,
            "modificationTime": int(time.time() * 1000),
            "dataChange": changes,
            "stats": file.stats,
        }
    }


def removing(file: ActiveFile, *, changes: bool = True) -> Action:
    """The action that removes a file."""
    return {
        "remove": {
            "path": file.path,
            "deletionTimestamp": int(time.time() * 1000),
            "dataChange": changes,
            "extendedFileMetadata": True,
            "partitionValues": {"tenant": file.tenant, "day": file.day},
            "size": file.size,
        }
    }


def _micros(value: object) -> int | None:
    if isinstance(value, datetime):
        return round(value.timestamp() * 1_000_000)
    assert value is None or isinstance(value, (date, int))  # noqa: S101  # a defect of ours, not input
    return None


def _damaged(place: Path, error: Exception) -> BadInputError:
    return BadInputError(
        f"the lake's log is damaged: {str(error).splitlines()[0]}",
        remedy="restore the last backup of the state folder (midwatch restore)",
        path=str(place),
    )
