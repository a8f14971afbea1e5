"""Lines of senders nobody knows, kept apart until somebody says whose they are.

An unknown sender's lines belong to no tenant and must reach none. They wait here, in a
database of its own: for each sender the newest, within bounds, and the count of all. A
person is shown the senders (is this yours?) and claims one for a feed, or dismisses it.

What is kept is bounded however many senders there are and however much they send: each has a
share of the budget; past the most senders those with the fewest lines go first; and an
address that claims to be a hundred hosts is one sender. What was let go is counted.

Lines wait in memory for ``flush``, which ``keep`` calls by itself every two seconds: who
sends to the wrong place too fast must not wear the disk. A crash costs those two seconds.

>>> import tempfile, pathlib
>>> folder = tempfile.TemporaryDirectory()
>>> quarantine = Quarantine(pathlib.Path(folder.name) / "quarantine.sqlite")
>>> address = SenderKey(Transport.UDP, "192.0.2.7", 5514, "gate")
>>> quarantine.keep(address, [b"<134>Nov 22 10:00:00 gate filterlog: ..."], received=0)
>>> [(sender.key.address, sender.lines) for sender in quarantine.senders()]
[('192.0.2.7', 1)]
>>> quarantine.dismiss(address); quarantine.senders()
[]
>>> quarantine.close(); folder.cleanup()
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from midwatch.database import open_database, transaction
from midwatch.intake.parcels import Parcel, Transport
from midwatch.tenants import Feed

_MIGRATIONS: Final = (
    """
    CREATE TABLE sender (
        id INTEGER PRIMARY KEY, transport TEXT NOT NULL, address TEXT NOT NULL,
        port INTEGER NOT NULL, host TEXT NOT NULL, first_seen INTEGER NOT NULL,
        last_seen INTEGER NOT NULL, lines INTEGER NOT NULL,
        UNIQUE (transport, address, port, host)
    ) STRICT;
    CREATE TABLE line (
        id INTEGER PRIMARY KEY, sender INTEGER NOT NULL REFERENCES sender ON DELETE CASCADE,
        received INTEGER NOT NULL, content BLOB NOT NULL
    ) STRICT;
    CREATE INDEX line_sender ON line (sender, id);
    CREATE TABLE let_go (senders INTEGER NOT NULL, lines INTEGER NOT NULL) STRICT;
    INSERT INTO let_go VALUES (0, 0);
    """,
)
_LOG: Final = logging.getLogger("midwatch.quarantine")
_FLUSH_SECONDS: Final = 2.0
_LONGEST_HOST: Final = 255
_LINES_PER_PARCEL: Final = 500
_MOST_HOSTS: Final = 100


class SenderKey(msgspec.Struct, frozen=True):
    """By what an unknown sender is told.

    ``port``: the local port it sent to. ``host``: the name its lines claim, empty when they
    claim none or when its address claims too many.
    """

    transport: Transport
    address: str
    port: int
    host: str = ""


class Sender(msgspec.Struct, frozen=True):
    """What is known of an unknown sender. Times are UTC microseconds.

    ``lines``: all that ever came; ``kept``: how many of them are still here, ``kept_bytes``
    in size; ``sample``: the newest few, newest first.
    """

    key: SenderKey
    first_seen: int
    last_seen: int
    lines: int
    kept: int
    kept_bytes: int
    sample: tuple[bytes, ...]

    @property
    def let_go(self) -> int:
        """Lines that came and are no longer here."""
        return self.lines - self.kept


class LetGo(msgspec.Struct, frozen=True):
    """Senders, with all their lines, that had to make room for others."""

    senders: int
    lines: int


@dataclass(slots=True)
class _Recent:
    """What came of a sender since the last flush."""

    first: int
    last: int
    lines: int = 0
    size: int = 0
    kept: deque[tuple[int, bytes]] = field(default_factory=deque)


class Quarantine:
    """See the module's documentation. Any thread may call; several processes may open it."""

    def __init__(
        self,
        path: Path,
        *,
        most_senders: int = 1000,
        lines_per_sender: int = 1000,
        bytes_per_sender: int = 256 << 10,
        most_bytes: int = 64 << 20,
    ) -> None:
        """Open or make the file.

        Args:
            path: The database; nothing else is kept in it.
            most_senders: How many are remembered.
            lines_per_sender: Of each the newest lines, so many at most,
            bytes_per_sender: and so many bytes;
            most_bytes: all together so many: each sender has an equal share.

        Raises:
            ConfigurationError: The file cannot be opened, or a newer Midwatch wrote it.
            BadInputError: The file is damaged.
        """
        self._database = open_database(path, "quarantine", _MIGRATIONS)
        self._database.execute("PRAGMA synchronous=NORMAL")
        self._most_senders = most_senders
        self._most_lines = lines_per_sender
        self._share = bytes_per_sender
        self._most_bytes = most_bytes
        self._recent: dict[SenderKey, _Recent] = {}
        self._hosts: dict[tuple[Transport, str, int], set[str]] = {}
        self._flushed = time.monotonic()
        self._size = 0
        self._lock = threading.RLock()

    def close(self) -> None:
        """Write what is in memory, and let go of the file."""
        with self._lock:
            self.flush()
            self._database.close()

    def keep(self, key: SenderKey, lines: Sequence[bytes], received: int) -> None:
        """Keep lines that came together at ``received`` (UTC microseconds)."""
        with self._lock:
            recent = self._recent.setdefault(self._folded(key), _Recent(received, received))
            recent.last = max(recent.last, received)
            recent.first = min(recent.first, received)
            recent.lines += len(lines)
            for line in lines[-self._most_lines :]:
                if len(line) <= self._share:
                    recent.kept.append((received, line))
                    recent.size += len(line)
            while len(recent.kept) > self._most_lines or recent.size > self._share:
                recent.size -= len(recent.kept.popleft()[1])
            self._size += sum(map(len, lines))
            if (
                len(self._recent) > self._most_senders
                or self._size > self._most_bytes // 4
                or time.monotonic() - self._flushed >= _FLUSH_SECONDS
            ):
                self._flush_or_forget()

    def _flush_or_forget(self) -> None:
        """Write what is in memory. Listeners go on if it cannot be: the lines are let go."""
        try:
            self.flush()
        except sqlite3.OperationalError as error:
            _LOG.warning("the quarantine cannot be written: %s", error)
            self._flushed, self._size = time.monotonic(), 0
            if len(self._recent) > self._most_senders:
                self._recent.clear()
            for recent in self._recent.values():
                recent.kept.clear()
                recent.size = 0

    def flush(self) -> None:
        """Write what is in memory, so that other processes see it.

        Raises:
            sqlite3.OperationalError: The disk is full or fails; it all stays in memory.
        """
        with self._lock:
            if self._recent:
                with transaction(self._database):
                    for key, recent in self._recent.items():
                        self._write(key, recent)
                    self._drop_senders()
                    self._drop_lines()
                self._recent.clear()
            self._flushed, self._size = time.monotonic(), 0

    def senders(self, samples: int = 5) -> list[Sender]:
        """All senders, those heard last first, each with its newest lines."""
        with self._lock:
            self.flush()
            found = self._database.execute(
                "SELECT sender.id, transport, address, port, host, first_seen, last_seen, lines, "
                "count(line.id), coalesce(sum(length(content)), 0) "
                "FROM sender LEFT JOIN line ON line.sender = sender.id "
                "GROUP BY sender.id ORDER BY last_seen DESC, sender.id"
            ).fetchall()
            return [
                Sender(
                    SenderKey(Transport(transport), address, port, host),
                    first,
                    last,
                    lines,
                    kept,
                    size,
                    self._sample(number, samples),
                )
                for number, transport, address, port, host, first, last, lines, kept, size in found
            ]

    def let_go(self) -> LetGo:
        """What was forgotten altogether since the file was made."""
        with self._lock:
            return LetGo(*self._database.execute("SELECT senders, lines FROM let_go").fetchone())

    @contextmanager
    def claim(self, key: SenderKey, feed: Feed) -> Iterator[list[Parcel]]:
        """The kept lines of a sender as parcels of a feed, oldest first; then they are gone.

        They go when the ``with`` block ends well: append them to the spool in it. If it
        raises, they stay, and so does what comes meanwhile; a crash right after the append
        leaves them to be claimed twice.
        """
        with self._lock:
            self.flush()
            found = self._lines(key)
        yield _parcels(key, feed, found)
        with self._lock, transaction(self._database) as database:
            database.executemany("DELETE FROM line WHERE id = ?", [(line[0],) for line in found])
            database.execute(
                "DELETE FROM sender WHERE (transport, address, port, host) = (?, ?, ?, ?) "
                "AND NOT EXISTS (SELECT 1 FROM line WHERE line.sender = sender.id)",
                msgspec.structs.astuple(key),
            )
        self._forget_hosts(key)

    def dismiss(self, key: SenderKey) -> None:
        """Forget a sender and its lines. If it sends on, it is there again."""
        with self._lock:
            self._recent.pop(key, None)
            with transaction(self._database) as database:
                database.execute(
                    "DELETE FROM sender WHERE (transport, address, port, host) = (?, ?, ?, ?)",
                    msgspec.structs.astuple(key),
                )
            self._forget_hosts(key)

    def _folded(self, key: SenderKey) -> SenderKey:
        """The key under which lines are kept: an address that claims too many hosts has none."""
        if not key.host:
            return key
        host = key.host[:_LONGEST_HOST]
        hosts = self._hosts.setdefault((key.transport, key.address, key.port), set())
        if host not in hosts:
            if len(hosts) >= _MOST_HOSTS:
                return msgspec.structs.replace(key, host="")
            if len(self._hosts) > 2 * self._most_senders:
                self._hosts.clear()
            hosts.add(host)
        return msgspec.structs.replace(key, host=host)

    def _forget_hosts(self, key: SenderKey) -> None:
        with self._lock:
            self._hosts.get((key.transport, key.address, key.port), set()).discard(key.host)

    def _write(self, key: SenderKey, recent: _Recent) -> None:
        number = self._database.execute(
            "INSERT INTO sender (transport, address, port, host, first_seen, last_seen, lines) "
            "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (transport, address, port, host) "
            "DO UPDATE SET first_seen = min(first_seen, excluded.first_seen), "
            "last_seen = max(last_seen, excluded.last_seen), lines = lines + excluded.lines "
            "RETURNING id",
            (*msgspec.structs.astuple(key), recent.first, recent.last, recent.lines),
        ).fetchone()[0]
        self._database.executemany(
            "INSERT INTO line (sender, received, content) VALUES (?, ?, ?)",
            [(number, received, content) for received, content in recent.kept],
        )
        self._trim(number, self._share)

    def _trim(self, number: int, share: int) -> None:
        """Of one sender only the newest lines stay, within its share of bytes."""
        self._database.execute(
            "DELETE FROM line WHERE id IN (SELECT id FROM (SELECT id, "
            "row_number() OVER newest AS place, sum(length(content)) OVER newest AS size "
            "FROM line WHERE sender = ? WINDOW newest AS (ORDER BY id DESC)) "
            "WHERE place > ? OR size > ?)",
            (number, self._most_lines, share),
        )

    def _drop_senders(self) -> None:
        """Past the most senders those with the fewest lines go, of these the longest unheard."""
        over = self._count("SELECT count(*) FROM sender") - self._most_senders
        if over <= 0:
            return
        gone = self._database.execute(
            "SELECT id, lines FROM sender ORDER BY lines, last_seen, id LIMIT ?", (over,)
        ).fetchall()
        self._database.executemany("DELETE FROM sender WHERE id = ?", [(each[0],) for each in gone])
        self._database.execute(
            "UPDATE let_go SET senders = senders + ?, lines = lines + ?",
            (len(gone), sum(each[1] for each in gone)),
        )

    def _drop_lines(self) -> None:
        """Past the budget each sender is held to an equal share of it."""
        if self._count("SELECT coalesce(sum(length(content)), 0) FROM line") <= self._most_bytes:
            return
        numbers = self._database.execute("SELECT id FROM sender").fetchall()
        for (number,) in numbers:
            self._trim(number, self._most_bytes // len(numbers))

    def _count(self, query: str) -> int:
        return int(self._database.execute(query).fetchone()[0])

    def _sample(self, number: int, most: int) -> tuple[bytes, ...]:
        found = self._database.execute(
            "SELECT content FROM line WHERE sender = ? ORDER BY id DESC LIMIT ?", (number, most)
        )
        return tuple(row[0] for row in found)

    def _lines(self, key: SenderKey) -> list[tuple[int, int, bytes]]:
        cursor: sqlite3.Cursor = self._database.execute(
            "SELECT line.id, received, content FROM line JOIN sender ON sender.id = line.sender "
            "WHERE (transport, address, port, host) = (?, ?, ?, ?) ORDER BY line.id",
            msgspec.structs.astuple(key),
        )
        return cursor.fetchall()


def _parcels(key: SenderKey, feed: Feed, lines: Sequence[tuple[int, int, bytes]]) -> list[Parcel]:
    """Lines that came at the same time belong to one parcel."""
    runs: list[tuple[int, list[bytes]]] = []
    for _, received, content in lines:
        if not runs or runs[-1][0] != received or len(runs[-1][1]) >= _LINES_PER_PARCEL:
            runs.append((received, []))
        runs[-1][1].append(content)
    return [
        Parcel(
            tenant=feed.tenant,
            office=feed.office,
            feed=feed.id,
            product=feed.product,
            transport=key.transport,
            peer=key.address,
            received=received,
            lines=tuple(content),
        )
        for received, content in runs
    ]
