"""What the watch knows of itself: beating processes, speaking sources, and what is wrong.

Kept in the state file, so that every process writes its part and anybody can read the
whole (``/healthz``, the desk, the clock that raises alarms). Times are UTC microseconds.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from midwatch.database import open_database, transaction
from midwatch.watch.rhythm import DAY, HOUR, MINUTE, Rhythm

_MIGRATIONS: Final = (
    """
    CREATE TABLE heartbeat (
        process TEXT PRIMARY KEY, pid INTEGER NOT NULL, started INTEGER NOT NULL,
        beat INTEGER NOT NULL, figures BLOB NOT NULL
    ) STRICT;
    CREATE TABLE feed_health (
        feed TEXT PRIMARY KEY, tenant TEXT NOT NULL, last INTEGER NOT NULL,
        lag INTEGER NOT NULL, rhythm BLOB NOT NULL, sample BLOB NOT NULL
    ) STRICT;
    CREATE TABLE feed_hour (
        feed TEXT NOT NULL, hour INTEGER NOT NULL, lines INTEGER NOT NULL,
        parsed INTEGER NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY (feed, hour)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE concern (
        kind TEXT NOT NULL, subject TEXT NOT NULL, tenant TEXT NOT NULL,
        since INTEGER NOT NULL, seen INTEGER NOT NULL, ended INTEGER,
        text TEXT NOT NULL, PRIMARY KEY (kind, subject, since)
    ) STRICT;
    CREATE INDEX concern_open ON concern (ended) WHERE ended IS NULL;
    """,
    """
    CREATE TABLE feed_total (
        feed TEXT PRIMARY KEY, lines INTEGER NOT NULL, parsed INTEGER NOT NULL,
        bytes INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    INSERT INTO feed_total SELECT feed, sum(lines), sum(parsed), sum(bytes)
        FROM feed_hour GROUP BY feed;
    """,
    """
    ALTER TABLE feed_hour ADD COLUMN blocked INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE feed_cell (
        feed TEXT NOT NULL, cell INTEGER NOT NULL, lines INTEGER NOT NULL,
        PRIMARY KEY (feed, cell)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE counted (position INTEGER NOT NULL) STRICT;
    INSERT INTO counted VALUES (0);
    CREATE INDEX concern_by_tenant ON concern (tenant, kind, since);
    """,
    """
    ALTER TABLE concern ADD COLUMN told BLOB NOT NULL DEFAULT '{}';
    """,
)
CELL: Final = 5 * MINUTE
"""The length of one cell of the strip."""
CELLS_KEPT: Final = 8 * DAY // CELL
HOURS_KEPT: Final = 70 * DAY // HOUR
"""So that this month can be told beside the one before."""


class CellCount(Struct):
    """What came within one cell of five minutes; ``blocked``: packets that were refused."""

    lines: int = 0
    parsed: int = 0
    size: int = 0
    blocked: int = 0


class FeedCount(Struct):
    """What came of one feed since it was counted last.

    ``first`` and ``last``: when lines were received; ``cells``: how many, by the number of the
    cell (``CELL``) they were received in; ``lag``: by how much the newest event was older than
    its receipt, microseconds (0 where no event states a time). ``sample``: the newest event as
    a JSON object, its raw line under ``raw``.
    """

    tenant: str
    first: int
    last: int
    cells: dict[int, CellCount] = {}
    lag: int = 0
    sample: bytes = b"{}"


class FeedHealth(Struct, frozen=True):
    """One feed as it stands."""

    feed: str
    tenant: str
    last: int
    lag: int
    rhythm: Rhythm
    sample: bytes = b"{}"


class FeedTotal(Struct, frozen=True):
    """All that ever came of one feed: lines, those understood, and bytes."""

    feed: str
    lines: int = 0
    parsed: int = 0
    size: int = 0


class Heartbeat(Struct, frozen=True):
    """One process as it last said of itself; ``figures`` are its counters."""

    process: str
    pid: int
    started: int
    beat: int
    figures: Mapping[str, float]


class Concern(Struct, frozen=True):
    """Something wrong with the watch itself; ``ended`` when it is over.

    ``text``: what is said of it, in English; ``told``: the figures in it, and which sentence it
    is (see ``own_sentences``); empty where an earlier version wrote it.
    """

    kind: str
    subject: str
    tenant: str
    since: int
    seen: int
    ended: int | None
    text: str
    told: Mapping[str, str | int] = {}


class HealthStore:
    """Reads and writes; see the module's documentation."""

    def __init__(self, path: Path) -> None:
        """``path``: the state file."""
        self._database = open_database(path, "health", _MIGRATIONS)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def beat(self, process: str, started: int, now: int, figures: Mapping[str, float]) -> None:
        """Say that a process lives."""
        with transaction(self._database) as database:
            database.execute(
                "INSERT INTO heartbeat VALUES (?, ?, ?, ?, ?) ON CONFLICT (process) DO UPDATE "
                "SET pid = excluded.pid, started = excluded.started, beat = excluded.beat, "
                "figures = excluded.figures",
                (process, os.getpid(), started, now, msgspec.json.encode(dict(figures))),
            )

    def heartbeats(self) -> list[Heartbeat]:
        """All processes that ever beat, by name."""
        return [
            Heartbeat(name, pid, started, beat, msgspec.json.decode(figures))
            for name, pid, started, beat, figures in self._database.execute(
                "SELECT process, pid, started, beat, figures FROM heartbeat ORDER BY process"
            )
        ]

    @property
    def counted(self) -> int:
        """The spool's offset up to which everything was counted."""
        row = self._database.execute("SELECT position FROM counted").fetchone()
        return int(row[0])

    def count(self, counts: Mapping[str, FeedCount], position: int = 0) -> None:
        """Add what came of some feeds, up to an offset of the spool, both or neither."""
        if not counts:
            return
        with transaction(self._database) as database:
            database.execute("UPDATE counted SET position = max(position, ?)", (position,))
            for feed, count in counts.items():
                row = database.execute(
                    "SELECT rhythm FROM feed_health WHERE feed = ?", (feed,)
                ).fetchone()
                rhythm = msgspec.msgpack.decode(row[0], type=Rhythm) if row else Rhythm()
                rhythm.hear(count.first)
                rhythm.hear(count.last)
                database.execute(
                    "INSERT INTO feed_health VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (feed) DO "
                    "UPDATE SET tenant = excluded.tenant, last = max(last, excluded.last), "
                    "lag = excluded.lag, rhythm = excluded.rhythm, sample = excluded.sample",
                    (
                        feed,
                        count.tenant,
                        count.last,
                        count.lag,
                        msgspec.msgpack.encode(rhythm),
                        count.sample,
                    ),
                )
                self._count_lines(database, feed, count)

    @staticmethod
    def _count_lines(database: sqlite3.Connection, feed: str, count: FeedCount) -> None:
        hours: dict[int, CellCount] = {}
        total = CellCount()
        for cell, came in count.cells.items():
            database.execute(
                "INSERT INTO feed_cell VALUES (?, ?, ?) ON CONFLICT (feed, cell) DO UPDATE "
                "SET lines = lines + excluded.lines",
                (feed, cell, came.lines),
            )
            for part in (hours.setdefault(cell * CELL // HOUR, CellCount()), total):
                part.lines += came.lines
                part.parsed += came.parsed
                part.size += came.size
                part.blocked += came.blocked
        for hour, came in hours.items():
            database.execute(
                "INSERT INTO feed_hour VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (feed, hour) DO "
                "UPDATE SET lines = lines + excluded.lines, parsed = parsed + excluded.parsed, "
                "bytes = bytes + excluded.bytes, blocked = blocked + excluded.blocked",
                (feed, hour, came.lines, came.parsed, came.size, came.blocked),
            )
        database.execute(
            "INSERT INTO feed_total VALUES (?, ?, ?, ?) ON CONFLICT (feed) DO "
            "UPDATE SET lines = lines + excluded.lines, "
            "parsed = parsed + excluded.parsed, bytes = bytes + excluded.bytes",
            (feed, total.lines, total.parsed, total.size),
        )
        for table, name, oldest in (
            ("feed_cell", "cell", count.last // CELL - CELLS_KEPT),
            ("feed_hour", "hour", count.last // HOUR - HOURS_KEPT),
        ):
            database.execute(f"DELETE FROM {table} WHERE feed = ? AND {name} < ?", (feed, oldest))  # noqa: S608  # our own names

    def feeds(self, tenant: str | None = None) -> list[FeedHealth]:
        """Every feed that ever spoke, of one tenant or of all, by id."""
        return [
            FeedHealth(feed, owner, last, lag, msgspec.msgpack.decode(rhythm, type=Rhythm), sample)
            for feed, owner, last, lag, rhythm, sample in self._database.execute(
                "SELECT feed, tenant, last, lag, rhythm, sample FROM feed_health "
                "WHERE ?1 IS NULL OR tenant = ?1 ORDER BY feed",
                (tenant,),
            )
        ]

    def totals(self) -> list[FeedTotal]:
        """All that ever came of every feed, by id."""
        rows = self._database.execute(
            "SELECT feed, lines, parsed, bytes FROM feed_total ORDER BY feed"
        )
        return [FeedTotal(*row) for row in rows]

    def hours(self, feed: str, since: int, until: int) -> list[int]:
        """The lines of a feed in each whole hour of a span, the earliest first."""
        first, last = since // HOUR, until // HOUR
        known = dict(
            self._database.execute(
                "SELECT hour, lines FROM feed_hour WHERE feed = ? AND hour >= ? AND hour < ?",
                (feed, first, last),
            ).fetchall()
        )
        return [known.get(hour, 0) for hour in range(first, last)]

    def hours_of_all(self, since: int, until: int) -> dict[str, dict[int, tuple[int, int]]]:
        """Of every feed, (lines, lines understood) by the number of the hour."""
        found: dict[str, dict[int, tuple[int, int]]] = {}
        for feed, hour, lines, parsed in self._database.execute(
            # The hours of each feed lie together: so only what is asked for is read.
            "SELECT feed_hour.feed, hour, lines, parsed FROM feed_health CROSS JOIN feed_hour "
            "ON feed_hour.feed = feed_health.feed AND hour BETWEEN ? AND ?",
            (since // HOUR, (until - 1) // HOUR),
        ):
            found.setdefault(feed, {})[hour] = lines, parsed
        return found

    def cells(self, feed: str, since: int, until: int) -> list[int]:
        """The lines of a feed in each cell of ``CELL`` that begins in a span, the earliest first.

        They are kept for eight days.
        """
        first, last = -(-since // CELL), -(-until // CELL)
        known = dict(
            self._database.execute(
                "SELECT cell, lines FROM feed_cell WHERE feed = ? AND cell >= ? AND cell < ?",
                (feed, first, last),
            ).fetchall()
        )
        return [known.get(cell, 0) for cell in range(first, last)]

    def blocked(self, tenant: str, since: int, until: int) -> dict[int, int]:
        """The packets that a tenant's firewalls refused, by the number of the hour."""
        rows = self._database.execute(
            "SELECT hour, sum(blocked) FROM feed_hour WHERE hour BETWEEN ? AND ? AND blocked > 0 "
            "AND feed IN (SELECT feed FROM feed_health WHERE tenant = ?) GROUP BY hour",
            (since // HOUR, (until - 1) // HOUR, tenant),
        )
        return dict(rows.fetchall())

    def past_concerns(self, kind: str, since: int, tenant: str | None = None) -> list[Concern]:
        """What was wrong at any time after that, of one tenant or of all, oldest first."""
        rows = self._database.execute(
            "SELECT kind, subject, tenant, since, seen, ended, text, told FROM concern "
            "WHERE kind = ?1 AND (?2 IS NULL OR tenant = ?2) AND (ended IS NULL OR ended > ?3) "
            "ORDER BY since, subject",
            (kind, tenant, since),
        )
        return [_concern(row) for row in rows]

    def forget(self, tenant: str) -> None:
        """Forget all that is known of a tenant's feeds, and what is wrong with them."""
        with transaction(self._database) as database:
            for table in ("feed_cell", "feed_hour", "feed_total"):
                database.execute(
                    f"DELETE FROM {table} WHERE feed IN "  # noqa: S608  # one of three names
                    "(SELECT feed FROM feed_health WHERE tenant = ?)",
                    (tenant,),
                )
            database.execute("DELETE FROM feed_health WHERE tenant = ?", (tenant,))
            database.execute("DELETE FROM concern WHERE tenant = ?", (tenant,))

    def shares(self, feed: str, since: int, until: int) -> tuple[int, int]:
        """(lines, lines understood) of a feed in the whole hours of a span."""
        row = self._database.execute(
            "SELECT coalesce(sum(lines), 0), coalesce(sum(parsed), 0) FROM feed_hour "
            "WHERE feed = ? AND hour >= ? AND hour < ?",
            (feed, since // HOUR, until // HOUR),
        ).fetchone()
        return int(row[0]), int(row[1])

    def concern(  # each is a column
        self, kind: str, subject: str, tenant: str, now: int, text: str,
        told: Mapping[str, str | int] = {},
    ) -> Concern:  # fmt: skip
        """Something is wrong, or still is; the same concern until ``relieve`` ends it."""
        with transaction(self._database) as database:
            row = database.execute(
                "SELECT since FROM concern WHERE kind = ? AND subject = ? AND ended IS NULL",
                (kind, subject),
            ).fetchone()
            since = row[0] if row else now
            database.execute(
                "INSERT INTO concern VALUES (?, ?, ?, ?, ?, NULL, ?, ?) "
                "ON CONFLICT (kind, subject, since) DO UPDATE SET seen = excluded.seen, "
                "text = excluded.text, told = excluded.told, ended = NULL",
                (kind, subject, tenant, since, now, text, msgspec.json.encode(dict(told))),
            )
        return Concern(kind, subject, tenant, since, now, None, text, told)

    def relieve(self, kind: str, subjects: Iterable[str], now: int) -> list[Concern]:
        """What was wrong is right again; the concerns that ended by it."""
        ended: list[Concern] = []
        with transaction(self._database) as database:
            for subject in subjects:
                rows = database.execute(
                    "UPDATE concern SET ended = ? WHERE kind = ? AND subject = ? AND ended IS NULL "
                    "RETURNING kind, subject, tenant, since, seen, ended, text, told",
                    (now, kind, subject),
                ).fetchall()
                ended.extend(map(_concern, rows))
        return ended

    def concerns(self, kind: str | None = None) -> list[Concern]:
        """What is wrong now, oldest first."""
        return [
            _concern(row)
            for row in self._database.execute(
                "SELECT kind, subject, tenant, since, seen, ended, text, told FROM concern "
                "WHERE ended IS NULL AND (?1 IS NULL OR kind = ?1) ORDER BY since, kind, subject",
                (kind,),
            )
        ]


def _concern(row: Sequence[Any]) -> Concern:
    told = msgspec.json.decode(row[-1], type=dict[str, str | int])
    return msgspec.structs.replace(Concern(*row[:-1]), told=told)
