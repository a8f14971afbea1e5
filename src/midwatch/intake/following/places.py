"""How far each file has been read: kept on disk, and told by the parcels themselves.

A parcel of a file bears its ``Place``. After a crash the spool may hold more than the store of
places says; ``Places.catch_up`` learns from the parcels that are still in the spool. What is
read twice all the same, ``Overlap`` takes out again where parcels are read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from midwatch.database import open_database, transaction
from midwatch.intake.parcels import Parcel

HEAD: Final = 256
"""Bytes at the beginning of a file by which it is known again, together with its inode."""

_MOST_OLDER: Final = 4
_MIGRATIONS: Final = (
    """
    CREATE TABLE followed_place (
        path TEXT NOT NULL, turn INTEGER NOT NULL, inode INTEGER NOT NULL,
        head INTEGER NOT NULL, digest TEXT NOT NULL, end INTEGER NOT NULL,
        done TEXT NOT NULL, PRIMARY KEY (path, turn)
    ) STRICT;
    """,
)


class Place(msgspec.Struct, frozen=True, array_like=True):
    """A run of a file: from ``start`` up to ``end``, in bytes (in lines, of a dropped file).

    ``turn``: when this file was begun (UTC microseconds), so that a file that is emptied and
    written anew under the same name is told from before. ``digest``: SHA-256 of the first
    ``head`` bytes.
    """

    path: str
    turn: int
    inode: int
    head: int
    digest: str
    start: int
    end: int

    def written(self) -> str:
        """As a parcel bears it."""
        return msgspec.json.encode(self).decode()


def place_of(text: str) -> Place | None:
    """The place that a parcel bears; None for anything else."""
    try:
        return msgspec.json.decode(text, type=Place)
    except msgspec.DecodeError:
        return None


def digest_of(head: bytes) -> str:
    """What a file's first bytes are known again by."""
    return hashlib.sha256(head).hexdigest()[:32]


class Places:
    """The store; see the module's documentation. Saved is durable."""

    def __init__(self, path: Path) -> None:
        """``path``: the state file, made when missing."""
        self._database = open_database(path, "following", _MIGRATIONS)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def of(self, path: str) -> list[tuple[Place, str]]:
        """The latest places in files of this name, the newest first, and what marks them done."""
        rows = self._database.execute(
            "SELECT path, turn, inode, head, digest, 0, end, done FROM followed_place "
            "WHERE path = ? ORDER BY turn DESC",
            (path,),
        )
        return [(Place(*row[:7]), row[7]) for row in rows]

    def save(self, place: Place, done: str = "") -> None:
        """All up to the end of this place is on disk."""
        with transaction(self._database) as database:
            database.execute(
                "INSERT INTO followed_place VALUES (?, ?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (path, turn) DO UPDATE SET inode = excluded.inode, "
                "head = excluded.head, digest = excluded.digest, end = excluded.end, "
                "done = excluded.done",
                (place.path, place.turn, place.inode, place.head, place.digest, place.end, done),
            )
            database.execute(
                "DELETE FROM followed_place WHERE path = ?1 AND turn NOT IN "
                "(SELECT turn FROM followed_place WHERE path = ?1 ORDER BY turn DESC LIMIT ?2)",
                (place.path, _MOST_OLDER),
            )

    def catch_up(self, parcels: Iterable[Parcel]) -> int:
        """Learn from parcels in the spool, in order; how many places moved on."""
        furthest: dict[tuple[str, int], Place] = {}
        for parcel in parcels:
            place = place_of(parcel.place) if parcel.place else None
            if place is not None:
                furthest[place.path, place.turn] = place
        moved = 0
        for place in furthest.values():
            known = next(
                (each for each, _done in self.of(place.path) if each.turn == place.turn), None
            )
            if known is None or known.end < place.end:
                self.save(place)
                moved += 1
        return moved


class Overlap:
    """Takes out of parcels what was in earlier ones of the same file.

    One for each reader of a spool; its memory may be kept with the reader's own state.
    """

    def __init__(self, ends: dict[str, tuple[int, int]] | None = None) -> None:
        """``ends``: turn and end of each path, as ``ends`` gave them before."""
        self.ends = dict(ends or {})

    def fresh(self, parcel: Parcel) -> Parcel | None:
        """The parcel without what came before; None when nothing is left."""
        place = place_of(parcel.place) if parcel.place else None
        if place is None:
            return parcel
        turn, end = self.ends.get(place.path, (0, 0))
        if place.turn < turn or (place.turn == turn and place.end <= end):
            return None
        self.ends[place.path] = (place.turn, place.end)
        if place.turn > turn or place.start >= end:
            return parcel
        lines = _behind(parcel.lines, place, end)
        return msgspec.structs.replace(parcel, lines=lines) if lines else None


def _behind(lines: tuple[bytes, ...], place: Place, end: int) -> tuple[bytes, ...]:
    """The lines behind an offset, when their lengths tell it; else all of them."""
    span = place.end - place.start
    if len(lines) == span:
        return lines[end - place.start :]
    if sum(len(line) + 1 for line in lines) == span:
        offset = place.start
        for spot, line in enumerate(lines):
            if offset >= end:
                return lines[spot:]
            offset += len(line) + 1
    return lines
