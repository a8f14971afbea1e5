"""What the watch knows of itself: beating processes, speaking sources, and what is wrong.

Kept in the state file, so that every process writes its part and anybody can read the
whole (``/healthz``, the desk, the clock that raises alarms). Times are UTC microseconds.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from midwatch.database import open_database, transaction
from midwatch.watch.rhythm import DAY, HOUR, Rhythm

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
    CREATE TABLE feed_counted (
        pipeline TEXT PRIMARY KEY, offset INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    """,
)
_HOURS_KEPT: Final = 8 * DAY // HOUR


class FeedCount(Struct):
    """What came of one feed since it was counted last.

    ``first`` and ``last``: when lines were received; ``lag``: by how much the newest event
    was older than its receipt, microseconds (0 where no event states a time). ``sample``: the
    newest event as a JSON object, its raw line under ``raw``.
    """

    tenant: str
    first: int
    last: int
    lines: int = 0
    parsed: int = 0
    size: int = 0
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
    """Something wrong with the watch itself; ``ended`` when it is over."""

    kind: str
    subject: str
    tenant: str
    since: int
    seen: int
    ended: int | None
    text: str


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

    def counted(self, pipeline: str) -> int:
        """The spool offset up to which a pipeline's lines were counted; 0 at first."""
        row = self._database.execute(
            "SELECT offset FROM feed_counted WHERE pipeline = ?", (pipeline,)
        ).fetchone()
        return int(row[0]) if row else 0

    def count(
        self, counts: Mapping[str, FeedCount], pipeline: str = "main", offset: int = 0
    ) -> None:
        """Add what came of some feeds up to an offset of the spool, and remember that."""
        if not counts:
            return
        with transaction(self._database) as database:
            database.execute(
                "INSERT INTO feed_counted VALUES (?, ?) ON CONFLICT (pipeline) DO "
                "UPDATE SET offset = max(offset, excluded.offset)",
                (pipeline, offset),
            )
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
                hour = count.last // HOUR
                database.execute(
                    "INSERT INTO feed_hour VALUES (?, ?, ?, ?, ?) ON CONFLICT (feed, hour) DO "
                    "UPDATE SET lines = lines + excluded.lines, "
                    "parsed = parsed + excluded.parsed, bytes = bytes + excluded.bytes",
                    (feed, hour, count.lines, count.parsed, count.size),
                )
                database.execute(
                    "INSERT INTO feed_total VALUES (?, ?, ?, ?) ON CONFLICT (feed) DO "
                    "UPDATE SET lines = lines + excluded.lines, "
                    "parsed = parsed + excluded.parsed, bytes = bytes + excluded.bytes",
                    (feed, count.lines, count.parsed, count.size),
                )
                database.execute(
                    "DELETE FROM feed_hour WHERE feed = ? AND hour < ?", (feed, hour - _HOURS_KEPT)
                )

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

    def forget(self, tenant: str) -> None:
        """Forget all that is known of a tenant's feeds, and what is wrong with them."""
        with transaction(self._database) as database:
            for table in ("feed_hour", "feed_total"):
                database.execute(
                    f"DELETE FROM {table} WHERE feed IN "  # noqa: S608  # one of two names
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

    def concern(self, kind: str, subject: str, tenant: str, now: int, text: str) -> Concern:
        """Something is wrong, or still is; the same concern until ``relieve`` ends it."""
        with transaction(self._database) as database:
            row = database.execute(
                "SELECT since FROM concern WHERE kind = ? AND subject = ? AND ended IS NULL",
                (kind, subject),
            ).fetchone()
            since = row[0] if row else now
            database.execute(
                "INSERT INTO concern VALUES (?, ?, ?, ?, ?, NULL, ?) "
                "ON CONFLICT (kind, subject, since) DO UPDATE SET seen = excluded.seen, "
                "text = excluded.text, ended = NULL",
                (kind, subject, tenant, since, now, text),
            )
        return Concern(kind, subject, tenant, since, now, None, text)

    def relieve(self, kind: str, subjects: Iterable[str], now: int) -> list[Concern]:
        """What was wrong is right again; the concerns that ended by it."""
        ended: list[Concern] = []
        with transaction(self._database) as database:
            for subject in subjects:
                rows = database.execute(
                    "UPDATE concern SET ended = ? WHERE kind = ? AND subject = ? AND ended IS NULL "
                    "RETURNING kind, subject, tenant, since, seen, ended, text",
                    (now, kind, subject),
                ).fetchall()
                ended.extend(Concern(*row) for row in rows)
        return ended

    def concerns(self, kind: str | None = None) -> list[Concern]:
        """What is wrong now, oldest first."""
        return [
            Concern(*row)
            for row in self._database.execute(
                "SELECT kind, subject, tenant, since, seen, ended, text FROM concern "
                "WHERE ended IS NULL AND (?1 IS NULL OR kind = ?1) ORDER BY since, kind, subject",
                (kind,),
            )
        ]
