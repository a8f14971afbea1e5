"""Data files: Parquet, one for each tenant, day and commit, on disk before they are named.

A file is written under another name, synced, renamed, and its folder synced. Names
derive from what a file holds, so that a replay after a crash writes the same file again.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from midwatch.lake.columns import DELTA_ENCODED
from midwatch.lake.schemas import TYPES, file_schema

PREFIX: Final = "events-"
"""Names of files that we wrote begin so; others are another engine's."""
QUICK_LEVEL: Final = 3
THOROUGH_LEVEL: Final = 9
"""zstd's levels for commits and for compaction; benchmarks/lake.py has the figures."""
_ROW_GROUP: Final = 131_072
_SYNCING: Final = 8
_RANGED: Final = ("time", "received", "delivery")


@dataclass(frozen=True, slots=True)
class DataFile:
    """A written file. ``path`` is relative to the table; ``stats`` is Delta's JSON text."""

    path: str
    tenant: str
    day: str
    size: int
    rows: int
    stats: str


def partition_folder(tenant: str, day: str) -> str:
    """The folder of a tenant's day, relative to the table. ``day``: YYYY-MM-DD."""
    return f"tenant={tenant}/day={day}"


def write_file(
    table_folder: Path, name: str, tenant: str, day: str, rows: pa.Table, level: int
) -> DataFile:
    """Write one data file; ``sync_files`` must follow before it is committed.

    Columns that hold nothing are left out. ``level``: zstd's.
    """
    given = set(rows.column_names)
    names = [column for column in TYPES if column in given and rows[column].null_count < len(rows)]
    table = rows.select(names).cast(file_schema(names))
    relative = f"{partition_folder(tenant, day)}/{name}"
    target = table_folder / relative
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.tmp")
    try:
        pq.write_table(
            table,
            temporary,
            row_group_size=_ROW_GROUP,
            compression="zstd",
            compression_level=level,
            use_dictionary=[name for name in names if name not in DELTA_ENCODED],  # type: ignore[arg-type]  # the stubs forget lists
            column_encoding={
                name: "DELTA_BINARY_PACKED" for name in names if name in DELTA_ENCODED
            },
            write_page_checksum=True,
            write_statistics=[name for name in names if name not in ("raw", "line_form")],
            store_schema=False,
        )
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return DataFile(relative, tenant, day, target.stat().st_size, len(table), _stats(table))


def sync_files(table_folder: Path, files: Iterable[DataFile]) -> None:
    """Make files, their names and their folders survive a power cut."""
    paths = [table_folder / file.path for file in files]
    folders = {path.parent for path in paths}
    folders |= {folder.parent for folder in folders} | {table_folder}
    with ThreadPoolExecutor(_SYNCING) as threads:
        list(threads.map(sync_path, paths))
        list(threads.map(sync_path, folders))


def sync_path(path: Path) -> None:
    """Flush a file or folder to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_file(path: Path) -> pa.Table:
    """All rows, every page checked against its sum.

    Raises:
        OSError, pa.ArrowException: The file is missing or damaged.
    """
    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        return file.read()


def digest_of(path: Path) -> str:
    """SHA-256 of a file in hexadecimal."""
    with path.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def _stats(table: pa.Table) -> str:
    """Delta's statistics: rows, and the ranges of times and deliveries; nothing of a client's."""
    lowest: dict[str, Any] = {}
    highest: dict[str, Any] = {}
    nulls = {name: len(table) for name in _RANGED}
    for name in _RANGED:
        if name in table.column_names:
            ends: Any = pc.min_max(table[name]).as_py()
            nulls[name] = table[name].null_count
            lowest[name] = _printed(ends["min"])
            highest[name] = _printed(ends["max"], upwards=True)
    return msgspec.json.encode(
        {"numRecords": len(table), "minValues": lowest, "maxValues": highest, "nullCount": nulls}
    ).decode()


def _printed(value: object, *, upwards: bool = False) -> object:
    """A bound as Delta writes it: times to the millisecond, the upper ones rounded up."""
    if not isinstance(value, datetime):
        return value
    milliseconds = -(-int(value.timestamp() * 1_000_000) // 1000) if upwards else None
    if milliseconds is not None:
        value = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
