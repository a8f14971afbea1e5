"""The tables of a spool's database, and what is read from and written to them.

Offsets count parcels. A row holds a group of them and bears the offset of its last. A new
database begins to count at the clock's ticks of 64 microseconds: parcels never come faster
than that for long, so an offset never comes again, even if a database was lost or deleted.
They stay below 2**46, so that whoever numbers lines has room for their place in a parcel.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from midwatch.intake.parcels import Spooled
from midwatch.intake.spool.packing import Group, Packer, checksum
from midwatch.kernel import ConfigurationError

_APPLICATION: Final = 0x4D57_5350
_VERSION: Final = 1
BUSY_MILLISECONDS: Final = 10_000
_SCHEMA: Final = (
    """
    CREATE TABLE parcels (
        last INTEGER PRIMARY KEY, count INTEGER NOT NULL, oldest INTEGER NOT NULL,
        checksum BLOB NOT NULL, content BLOB NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE damaged (
        last INTEGER PRIMARY KEY, count INTEGER NOT NULL, cause TEXT NOT NULL,
        checksum BLOB, content BLOB
    ) STRICT
    """,
    "CREATE TABLE position (begun INTEGER NOT NULL, released INTEGER NOT NULL) STRICT",
)
_NEWEST: Final = (
    "SELECT max(begun, released, coalesce((SELECT max(last) FROM parcels), 0), "
    "coalesce((SELECT max(last) FROM damaged), 0)) FROM position"
)
_STEP_ROWS: Final = 64


class Row(msgspec.Struct, frozen=True):
    """A group as it was read; not yet checked."""

    last: int
    group: Group
    checksum: bytes

    def spooled(self, packer: Packer) -> list[Spooled]:
        """The parcels with their offsets.

        Raises:
            DamagedGroupError: The row is not what was written.
        """
        parcels = packer.checked(self.group, self.last, self.checksum)
        first = self.last - self.group.count + 1
        return [Spooled(offset, parcel) for offset, parcel in enumerate(parcels, first)]


_TICK: Final = 64
"""Microseconds; see the module's documentation."""


def connect(path: Path, *, clock: int, reading: bool = False) -> sqlite3.Connection:
    """Open a spool's database, or make it with ``clock`` (microseconds) as its beginning.

    The caller holds the folder's lock: opening recovers what a crash left.

    Raises:
        sqlite3.Error: It cannot be opened, or is damaged.
        ConfigurationError: A newer Midwatch wrote it.
    """
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        connection.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
        connection.execute("PRAGMA page_size=4096")
        connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
        # Some builds overwrite what is deleted: every page would go through the log once more.
        connection.execute("PRAGMA secure_delete=FAST")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        # Only these reach the platters on macOS; elsewhere they change nothing.
        connection.execute("PRAGMA fullfsync=ON")
        connection.execute("PRAGMA checkpoint_fullfsync=ON")
        connection.execute("PRAGMA wal_autocheckpoint=0")
        _prepare(connection, path, clock)
        if reading:
            connection.execute("PRAGMA query_only=ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path, clock: int) -> None:
    version = number(connection, "PRAGMA user_version")
    if version > _VERSION:
        raise ConfigurationError(
            f"a newer Midwatch wrote this spool (version {version})",
            remedy="run that version until the spool is empty",
            path=str(path),
        )
    if version == 0:
        connection.execute("BEGIN IMMEDIATE")
        for statement in _SCHEMA:
            connection.execute(statement)
        connection.execute("INSERT INTO position VALUES (?, 0)", (clock // _TICK,))
        connection.execute(f"PRAGMA application_id={_APPLICATION}")
        connection.execute(f"PRAGMA user_version={_VERSION}")
        connection.execute("COMMIT")


def number(connection: sqlite3.Connection, query: str, given: Sequence[int] = ()) -> int:
    """The single number a query gives; 0 for none."""
    row = connection.execute(query, given).fetchone()
    return int(row[0]) if row and row[0] is not None else 0


def newest(connection: sqlite3.Connection) -> int:
    """The offset after which the next parcel comes."""
    return number(connection, _NEWEST)


def released(connection: sqlite3.Connection) -> int:
    """The offset that was released last; 0 at first."""
    return number(connection, "SELECT released FROM position")


def insert(connection: sqlite3.Connection, groups: Sequence[Group]) -> int:
    """Add groups; inside of a transaction. The offset of the last parcel."""
    last = newest(connection)
    for group in groups:
        last += group.count
        put(connection, Row(last, group, checksum(last, group)))
    return last


def put(connection: sqlite3.Connection, row: Row) -> None:
    """Add a row where it belongs."""
    group = row.group
    connection.execute(
        "INSERT INTO parcels VALUES (?, ?, ?, ?, ?)",
        (row.last, group.count, group.oldest, row.checksum, group.content),
    )


def rows(
    connection: sqlite3.Connection, after: int, *, backwards: bool = False
) -> Generator[Row, None, None]:
    """The rows behind an offset, read one by one; close the iterator to end the snapshot."""
    order = "DESC" if backwards else "ASC"
    cursor = connection.execute(
        "SELECT last, count, oldest, checksum, content FROM parcels "  # noqa: S608  # one of two words
        f"WHERE last > ? ORDER BY last {order}",
        (after,),
    )
    try:
        for last, count, oldest, check, content in cursor:
            yield Row(last, Group(_bytes(content), _whole(count), _whole(oldest)), _bytes(check))
    finally:
        cursor.close()


def _bytes(value: object) -> bytes:
    """A blob; nothing, where a damaged row holds something else."""
    return value if isinstance(value, bytes) else b""


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def set_aside(connection: sqlite3.Connection, row: Row, cause: str) -> bool:
    """Move a damaged row out of the way; whether it was still there."""
    connection.execute(
        "INSERT OR REPLACE INTO damaged SELECT last, count, ?, checksum, content "
        "FROM parcels WHERE last = ?",
        (cause, row.last),
    )
    return connection.execute("DELETE FROM parcels WHERE last = ?", (row.last,)).rowcount > 0


def release(connection: sqlite3.Connection, offset: int) -> None:
    """Note that all up to an offset is done with."""
    connection.execute(
        "UPDATE position SET released = ?1 WHERE released < ?1",
        (min(offset, newest(connection)),),
    )


def delete_released(connection: sqlite3.Connection) -> bool:
    """Delete some rows that were released; whether there may be more."""
    gone = connection.execute(
        "DELETE FROM parcels WHERE last IN (SELECT last FROM parcels "
        "WHERE last <= (SELECT released FROM position) ORDER BY last LIMIT ?)",
        (_STEP_ROWS,),
    )
    return bool(gone.rowcount == _STEP_ROWS)


def waiting(connection: sqlite3.Connection) -> int:
    """How many parcels are behind the released one.

    Offsets are consecutive behind the database's beginning, but for damaged rows; what lies
    before it was saved from another database and is counted.
    """
    begun, gone = connection.execute("SELECT begun, released FROM position").fetchone()
    saved = number(
        connection,
        "SELECT sum(min(count, last - ?1)) FROM parcels WHERE last > ?1 AND last <= ?2",
        (gone, begun),
    )
    start = max(begun, gone)
    lost = number(
        connection, "SELECT sum(min(count, last - ?1)) FROM damaged WHERE last > ?1", (start,)
    )
    return int(saved + newest(connection) - start - lost)


def oldest(connection: sqlite3.Connection) -> int | None:
    """When the oldest waiting group's first parcel came (UTC microseconds)."""
    row = connection.execute(
        "SELECT oldest FROM parcels WHERE last > (SELECT released FROM position) "
        "ORDER BY last LIMIT 1"
    ).fetchone()
    return int(row[0]) if row else None
