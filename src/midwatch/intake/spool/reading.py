"""The reading side of a SQLite spool: a connection of its own, so that no read waits for a sync."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from typing import Final

from midwatch.intake.parcels import Spooled
from midwatch.intake.spool import rows
from midwatch.intake.spool.folder import SpoolFolder
from midwatch.intake.spool.packing import DamagedGroupError, Packer, size_of

_OWN_FILES: Final = 1 << 16
"""Bytes that SQLite needs for its own files before it can read."""
Bad = tuple[rows.Row, str]


class Reader:
    """Reads groups and unpacks them. Any thread may call."""

    def __init__(self, folder: SpoolFolder, clock: Callable[[], int]) -> None:
        self._folder = folder
        self._clock = clock
        self._connection: sqlite3.Connection | None = None
        self._packer = Packer()
        self._lock = threading.Lock()
        self._last: tuple[rows.Row, list[Spooled]] | None = None
        self.generation: tuple[int, int] | None = None

    def read(self, after: int, most_bytes: int) -> tuple[list[Spooled], list[Bad]]:
        """Parcels, and the rows before or between them that are damaged."""
        with self._lock:
            found: list[Spooled] = []
            bad: list[Bad] = []
            size = 0
            with closing(rows.rows(self._open(), after)) as following:
                for row in following:
                    try:
                        spooled = self._spooled(row)
                    except DamagedGroupError as error:
                        bad.append((row, str(error)))
                        continue
                    for each in spooled:
                        if each.offset <= after:
                            continue
                        size += size_of(each.parcel)
                        if found and size > most_bytes:
                            return found, bad
                        found.append(each)
                    if size >= most_bytes:
                        break
            return found, bad

    def has_more(self, after: int) -> bool:
        """Whether there is a row behind an offset."""
        query = "SELECT EXISTS (SELECT 1 FROM parcels WHERE last > ?)"
        with self._lock:
            try:
                return bool(rows.number(self._open(), query, (after,)))
            except sqlite3.Error:
                # Reading tells what is wrong.
                return True

    def forget(self) -> None:
        """Open the database anew next time."""
        with self._lock, self._folder:
            self.close()

    def close(self) -> None:
        """Let go of the database. Locked, since closing may checkpoint."""
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
        self._connection = None

    def _open(self) -> sqlite3.Connection:
        if self._connection is None or self._folder.generation() != self.generation:
            with self._folder:
                self.close()
                self._last = None
                self.generation = self._folder.generation()
                self._connection = opened(self._folder, self._clock(), reading=True)
                self.generation = self._folder.generation()
        return self._connection

    def _spooled(self, row: rows.Row) -> list[Spooled]:
        """The parcels of a row; the last row's are remembered for a reader of small steps."""
        if self._last is not None and self._last[0].last == row.last:
            return self._last[1]
        spooled = row.spooled(self._packer)
        self._last = row, spooled
        return spooled


def opened(folder: SpoolFolder, clock: int, *, reading: bool = False) -> sqlite3.Connection:
    """Open the present database. On a full disk the reserve makes room for SQLite's own files."""
    folder.prepare()
    try:
        return rows.connect(folder.database, clock=clock, reading=reading)
    except sqlite3.OperationalError:
        if folder.room() >= _OWN_FILES or not folder.drop_reserve():
            raise
    return rows.connect(folder.database, clock=clock, reading=reading)
