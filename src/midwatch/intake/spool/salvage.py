"""Saves what can be read of a damaged database into a new one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from midwatch.intake.spool.packing import DamagedGroupError, Packer
from midwatch.intake.spool.rows import Row, connect, newest, put, released, rows

_ROWS_PER_COMMIT: Final = 64


def salvage(damaged: Path, successor: Path, clock: int) -> int:
    """Copy every sound row that waits; the number of parcels saved.

    Offsets stay, and new ones begin behind them and behind ``clock`` (microseconds).

    Reads from the front until the damage, then from the back until the damage, so that one
    broken page costs the rows on it.

    Raises:
        sqlite3.Error: The successor cannot be written.
    """
    packer = Packer()
    seen: dict[int, int] = {}
    top, done, whole = 0, 0, True
    with closing(sqlite3.connect(damaged, isolation_level=None)) as source:
        with suppress(sqlite3.DatabaseError):
            done = released(source)
        with suppress(sqlite3.DatabaseError):
            top = newest(source)
        front = _sound(rows(source, done), packer)
        back = _sound(rows(source, done, backwards=True), packer)
        with closing(connect(successor, clock=max(clock, top))) as target:
            target.execute("BEGIN IMMEDIATE")
            target.execute("UPDATE position SET released = ?", (done,))
            for ways, way in enumerate((front, back)):
                try:
                    for row in way:
                        if row.last in seen:
                            break
                        put(target, row)
                        seen[row.last] = row.group.count
                        if len(seen) % _ROWS_PER_COMMIT == 0:
                            target.execute("COMMIT")
                            target.execute("BEGIN IMMEDIATE")
                except _SourceError:
                    whole = False
                    continue
                if ways == 0 and whole:
                    break
            target.execute(
                "UPDATE position SET begun = max(begun, (SELECT coalesce(max(last), 0) "
                "FROM parcels))"
            )
            target.execute("COMMIT")
    return sum(min(count, last - done) for last, count in seen.items())


class _SourceError(Exception):
    """The damaged database cannot be read further this way."""


def _sound(found: Iterator[Row], packer: Packer) -> Iterator[Row]:
    while True:
        try:
            row = next(found, None)
        except sqlite3.Error as error:
            raise _SourceError from error
        if row is None:
            return
        with suppress(DamagedGroupError):
            row.spooled(packer)
            yield row
