"""The spool of one machine: a SQLite database in WAL mode, synced at every commit.

One process appends, another reads and releases; each opens its own ``SqliteSpool`` on the
same folder, and either may be restarted at any time. Within a process, any thread may call.

What it takes of the disk is bounded by the budget, SQLite's log included. Room that was
released is used again, and given back to the disk once it is a quarter of the file.

>>> import tempfile
>>> from midwatch.intake.parcels import Parcel, Transport
>>> folder = tempfile.TemporaryDirectory()
>>> spool = SqliteSpool(Path(folder.name))
>>> parcel = Parcel("harbour", "main", "gate", "", Transport.UDP, "192.0.2.1", 0, (b"a line",))
>>> offset = spool.append([parcel])
>>> spool.read(after=0, most_bytes=1000)[0].parcel == parcel
True
>>> spool.release(offset); spool.usage().waiting
0
>>> spool.close(); folder.cleanup()
"""

from __future__ import annotations

import errno
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from midwatch.intake.parcels import Parcel, SpoolDownError, Spooled, SpoolFullError, Usage
from midwatch.intake.spool import rows
from midwatch.intake.spool.damage import Damage, Report, log_damage
from midwatch.intake.spool.folder import SpoolFolder
from midwatch.intake.spool.packing import Group, Packer, in_groups
from midwatch.intake.spool.reading import Bad, Reader, opened
from midwatch.intake.spool.salvage import salvage
from midwatch.kernel import MidwatchError

BUDGET: Final = 4 << 30
_MOST_LOG: Final = 4 << 20
_LEAST_LOG: Final = 1 << 16
_LOG_SHARE: Final = 16
_ROW_BYTES: Final = 4200
"""What a row may take besides its content: the rest of a page and its entry."""
_PAGE_BYTES: Final = 4096
_READER_MILLISECONDS: Final = 100
_CUT_SECONDS: Final = 2.0
_VACUUM_PAGES: Final = 512
_TIGHT_PAGES: Final = 64
_LEAST_FREE_PAGES: Final = 256
_SHORTEST_NAP: Final = 0.001
_LONGEST_NAP: Final = 0.02
_DAMAGE: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_Answer = TypeVar("_Answer")


def now() -> int:
    """UTC microseconds since 1970."""
    return time.time_ns() // 1000


class SqliteSpool:
    """A ``Spool`` in a folder; see the module's documentation."""

    def __init__(
        self,
        folder: Path,
        *,
        budget: int = BUDGET,
        clock: Callable[[], int] = now,
        report: Report = log_damage,
    ) -> None:
        """Open or make the spool in ``folder``; ``budget`` is in bytes.

        Raises:
            ConfigurationError: The folder cannot be used, or a newer Midwatch wrote it.
            SpoolFullError, SpoolDownError: The disk has no room, or fails.
        """
        self._folder = SpoolFolder(folder)
        self._budget = budget
        self._clock = clock
        self._report = report
        self._most_log = max(_LEAST_LOG, min(_MOST_LOG, budget // _LOG_SHARE))
        self._next_cut = 0.0
        self._generation: tuple[int, int] | None = None
        self._writing: sqlite3.Connection | None = None
        self._packer = Packer()
        self._packing = threading.Lock()
        self._reader = Reader(self._folder, clock)
        try:
            self._locked(lambda _: self._folder.keep_reserve(2 * self._most_log))
        except BaseException:
            self.close()
            raise

    def append(self, parcels: Sequence[Parcel]) -> int:
        """See ``Spool.append``."""
        if not parcels:
            return self._locked(rows.newest)
        with self._packing:
            groups = [self._packer.pack(run) for run in in_groups(parcels)]
        return self._locked(lambda connection: self._insert(connection, groups))

    def read(self, after: int, most_bytes: int) -> Sequence[Spooled]:
        """See ``Spool.read``."""
        while True:
            try:
                spooled, bad = self._reader.read(after, most_bytes)
            except sqlite3.Error as error:
                self._reader.forget()
                if not _is_damage(error):
                    raise self._translated(error) from error
                self._locked(partial(self._check, error))
                continue
            if bad:
                self._locked(partial(self._set_aside, bad))
            if spooled or not bad:
                return spooled

    def wait(self, after: int, seconds: float) -> bool:
        """See ``Spool.wait``: looks every 1 to 20 ms, at some 10 µs a look."""
        until = time.monotonic() + seconds
        nap = _SHORTEST_NAP
        while not self._reader.has_more(after):
            left = until - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(nap, left))
            nap = min(nap * 1.5, _LONGEST_NAP)
        return True

    def release(self, offset: int) -> None:
        """See ``Spool.release``. Rows go in steps between which others may write."""
        while self._locked(partial(self._release, offset)):
            pass

    @property
    def released(self) -> int:
        """See ``Spool.released``."""
        return self._locked(rows.released)

    def usage(self) -> Usage:
        """See ``Spool.usage``. ``bytes_used`` counts pages in use and the log."""
        return self._locked(
            lambda connection: Usage(
                waiting=rows.waiting(connection),
                bytes_used=self._used(connection),
                budget=self._budget,
                oldest=rows.oldest(connection),
                damaged=rows.number(connection, "SELECT sum(count) FROM damaged"),
            )
        )

    def close(self) -> None:
        """See ``Spool.close``."""
        if self._folder.closed:
            return
        with self._folder:
            self._reader.close()
            self._forget()
        self._folder.close()

    def _locked(self, action: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
        """Act on the present database; a damaged one is replaced and the act tried again."""
        with self._folder:
            try:
                try:
                    return action(self._connection())
                except sqlite3.DatabaseError as error:
                    if not _is_damage(error):
                        raise
                    self._replace(error)
                    return action(self._connection())
            except sqlite3.Error as error:
                if not _is_full(error):
                    self._forget()
                raise self._translated(error) from error
            except OSError as error:
                self._forget()
                raise self._down(error, full=error.errno in {errno.ENOSPC, errno.EDQUOT}) from error

    def _connection(self) -> sqlite3.Connection:
        if self._writing is None or self._folder.generation() != self._generation:
            self._forget()
            self._writing = opened(self._folder, self._clock())
            # A checkpoint at a commit fails without the commit failing (sqlite3WalDefaultHook).
            self._writing.execute(f"PRAGMA wal_autocheckpoint={self._most_log // _PAGE_BYTES}")
            self._writing.execute(f"PRAGMA journal_size_limit={self._most_log}")
            self._generation = self._folder.generation()
        return self._writing

    def _forget(self) -> None:
        if self._writing is not None:
            with suppress(sqlite3.Error):
                self._writing.close()
        self._writing = None

    def _insert(self, connection: sqlite3.Connection, groups: Sequence[Group]) -> int:
        self._make_room(connection, sum(len(group.content) + _ROW_BYTES for group in groups))
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("BEGIN IMMEDIATE")
        try:
            offset = rows.insert(connection, groups)
            connection.execute("COMMIT")
        except BaseException:
            _roll_back(connection)
            raise
        self._tidy(connection)
        return offset

    def _make_room(self, connection: sqlite3.Connection, need: int) -> None:
        if self._used(connection) + need <= self._budget:
            return
        self._cut_log(connection)
        if self._used(connection) + need > self._budget:
            raise SpoolFullError(
                f"the spool has used its {self._budget >> 20} MiB",
                remedy="see why the watch does not keep up, or give the spool a larger budget",
                path=str(self._folder.path),
            )

    def _used(self, connection: sqlite3.Connection) -> int:
        size, pages, free = _pages(connection)
        return (pages - free) * size + self._log_bytes() + self._folder.reserve_bytes()

    def _log_bytes(self) -> int:
        try:
            return self._folder.log.stat().st_size
        except FileNotFoundError:
            return 0

    def _tidy(self, connection: sqlite3.Connection) -> None:
        """Keep the log short.

        SQLite copies it into the database as it grows, and starts it again from the front
        unless somebody is just reading from it. Then, now and then, the reader is waited for.
        """
        if self._log_bytes() > 4 * self._most_log and time.monotonic() > self._next_cut:
            self._cut_log(connection)
            self._next_cut = time.monotonic() + _CUT_SECONDS

    @staticmethod
    def _cut_log(connection: sqlite3.Connection) -> None:
        """Copy the log into the database and cut it off; what fails is tried again later."""
        connection.execute(f"PRAGMA busy_timeout={_READER_MILLISECONDS}")
        with suppress(sqlite3.OperationalError):
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        connection.execute(f"PRAGMA busy_timeout={rows.BUSY_MILLISECONDS}")

    def _release(self, offset: int, connection: sqlite3.Connection) -> bool:
        """Note what is released and give a step's room back; whether there may be more to do.

        Without a sync of its own: the next append's is in time. A power cut before it brings
        back what was released, and the offset with it.
        """
        connection.execute("PRAGMA synchronous=NORMAL")
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                rows.release(connection, offset)
                more = rows.delete_released(connection)
                connection.execute("COMMIT")
            except BaseException:
                _roll_back(connection)
                raise
            more |= self._vacuum(connection)
        except sqlite3.OperationalError as error:
            if not _is_full(error) or not self._folder.drop_reserve():
                raise
            self._cut_log(connection)
            return True
        self._tidy(connection)
        if not more:
            self._folder.keep_reserve(2 * self._most_log)
        return more

    def _vacuum(self, connection: sqlite3.Connection) -> bool:
        """A step of cutting free pages off the file; whether there may be more to do.

        It moves pages, and needs room for that in the log: on a tight disk steps are small
        and the log is emptied after each; with no room at all the pages just stay free.
        """
        _, pages, free = _pages(connection)
        tight = self._tight()
        if free <= (0 if tight else max(_LEAST_FREE_PAGES, pages // 4)):
            return False
        step = _TIGHT_PAGES if tight else _VACUUM_PAGES
        try:
            # By executescript, since execute would step only once: over one page.
            connection.executescript(f"PRAGMA incremental_vacuum({step})")
        except sqlite3.OperationalError as error:
            if not _is_full(error):
                raise
            return False
        if tight:
            self._cut_log(connection)
        return _pages(connection)[2] < free

    def _tight(self) -> bool:
        return self._folder.room() < 4 * self._most_log

    def _set_aside(self, bad: Sequence[Bad], connection: sqlite3.Connection) -> None:
        for row, cause in bad:
            connection.execute("BEGIN IMMEDIATE")
            try:
                moved = rows.set_aside(connection, row, cause)
                connection.execute("COMMIT")
            except BaseException:
                _roll_back(connection)
                raise
            if moved:
                place = f"{self._folder.database}, table damaged, row {row.last}"
                self._report(Damage(cause, place, row.group.count))

    def _check(self, error: sqlite3.Error, _: sqlite3.Connection) -> None:
        """A reader met damage: replace the database, unless another process did so already."""
        if self._reader.generation == self._folder.generation():
            self._replace(error)

    def _replace(self, error: sqlite3.Error) -> None:
        """Set a damaged database aside and go on with what can be saved of it."""
        moment = self._clock()
        saved = salvage(self._folder.database, self._folder.begin_next(), moment)
        place = self._folder.replace(moment)
        self._forget()
        self._report(Damage(str(error), str(place), None, saved))

    def _translated(self, error: sqlite3.Error) -> MidwatchError:
        return self._down(error, full=_is_full(error))

    def _down(self, error: Exception, *, full: bool) -> MidwatchError:
        path = str(self._folder.path)
        if full:
            return SpoolFullError(
                f"the disk is full: {error}", remedy="make room on the spool's disk", path=path
            )
        return SpoolDownError(
            f"the spool cannot be written: {error}",
            remedy="check the disk and the folder's owner; it is tried again",
            path=path,
        )


def _pages(connection: sqlite3.Connection) -> tuple[int, int, int]:
    """Bytes of a page, pages of the file, and how many of them are free."""
    one, two, three = (
        rows.number(connection, f"PRAGMA {name}")
        for name in ("page_size", "page_count", "freelist_count")
    )
    return one, two, three


def _roll_back(connection: sqlite3.Connection) -> None:
    with suppress(sqlite3.Error):
        connection.execute("ROLLBACK")


def _primary(error: sqlite3.Error) -> int:
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF


def _is_damage(error: sqlite3.Error) -> bool:
    return _primary(error) in _DAMAGE


def _is_full(error: sqlite3.Error) -> bool:
    return _primary(error) == sqlite3.SQLITE_FULL
