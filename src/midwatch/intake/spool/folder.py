"""The folder of a spool on disk: its lock, its present database, and what was set aside.

``current/spool.sqlite`` is the database, with SQLite's own files beside it. A damaged one is
set aside as a whole (``damaged-20261122T103000Z``), by renaming ``current``: the new one was
made complete in ``next`` before, so that a crash at any point leaves either the old or the
new one to go on with. ``lock`` is held by whoever opens, writes, checkpoints or closes.
``reserve`` is ballast that is thrown off when the disk is so full that not even a release
could be written down.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final

from midwatch.kernel import ConfigurationError

_NAME: Final = "spool.sqlite"
_BLOCK: Final = bytes(1 << 16)


class SpoolFolder:
    """See the module's documentation. As a context: holds the lock, between processes too.

    The lock also keeps two connections from writing or checkpointing at the same instant,
    which can corrupt a database in WAL mode before SQLite 3.51.3
    (https://www.sqlite.org/wal.html#walresetbug).
    """

    def __init__(self, path: Path) -> None:
        """Make the folder when missing, for the owner only.

        Raises:
            ConfigurationError: It cannot be made or written.
        """
        self.path = path
        self.database = path / "current" / _NAME
        self.log = path / "current" / f"{_NAME}-wal"
        self.next = path / "next" / _NAME
        self.closed = False
        self._threads = threading.Lock()
        try:
            missing = [folder for folder in (path, *path.parents) if not folder.exists()]
            for folder in reversed(missing):
                folder.mkdir(mode=0o700)
                sync_folder(folder.parent)
            self._handle = os.open(path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise ConfigurationError(
                f"the spool's folder cannot be used: {error.strerror}",
                remedy="check the folder, its owner and the space left",
                path=str(path),
            ) from error

    def __enter__(self) -> None:
        """Wait for the lock."""
        self._threads.acquire()
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX)
        except BaseException:
            self._threads.release()
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of the lock."""
        fcntl.flock(self._handle, fcntl.LOCK_UN)
        self._threads.release()

    def close(self) -> None:
        """Let go of the folder; nothing else may follow."""
        os.close(self._handle)
        self.closed = True

    def generation(self) -> tuple[int, int] | None:
        """Tells the present database from one that was set aside; None while there is none."""
        try:
            found = self.database.stat()
        except FileNotFoundError:
            return None
        return found.st_dev, found.st_ino

    def prepare(self) -> None:
        """Finish what a crash left half done, and make the place for a database. Locked."""
        current, following = self.database.parent, self.next.parent
        if current.exists():
            shutil.rmtree(following, ignore_errors=True)
            return
        if following.exists():
            following.rename(current)
        else:
            current.mkdir(mode=0o700)
        sync_folder(self.path)

    def begin_next(self) -> Path:
        """Where the successor of a damaged database is made. Locked."""
        shutil.rmtree(self.next.parent, ignore_errors=True)
        self.next.parent.mkdir(mode=0o700)
        return self.next

    def replace(self, microseconds: int) -> Path:
        """Set the present database aside and let the next one take its place. Locked."""
        sync_file(self.next)
        sync_folder(self.next.parent)
        sync_folder(self.path)
        moment = datetime.fromtimestamp(microseconds // 1_000_000, UTC)
        name = f"damaged-{moment:%Y%m%dT%H%M%SZ}"
        aside, more = self.path / name, 1
        while aside.exists():
            more += 1
            aside = self.path / f"{name}-{more}"
        self.database.parent.rename(aside)
        self.next.parent.rename(self.database.parent)
        sync_folder(self.path)
        return aside

    def room(self) -> int:
        """Bytes left on the disk for us."""
        found = os.statvfs(self.path)
        return found.f_bavail * found.f_frsize

    def keep_reserve(self, size: int) -> None:
        """Take the ballast aboard, if it is missing and the disk has ample room. Locked."""
        reserve = self.path / "reserve"
        if reserve.exists() or self.room() < 2 * size:
            return
        with suppress(OSError), reserve.open("wb") as file:
            for _ in range(-(-size // len(_BLOCK))):
                file.write(_BLOCK)
            file.flush()
            os.fsync(file.fileno())

    def drop_reserve(self) -> bool:
        """Throw the ballast off; whether there was any. Locked."""
        try:
            (self.path / "reserve").unlink()
        except FileNotFoundError:
            return False
        return True

    def reserve_bytes(self) -> int:
        """What the ballast takes now."""
        try:
            return (self.path / "reserve").stat().st_size
        except FileNotFoundError:
            return 0


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    sync_file(path)


def sync_file(path: Path) -> None:
    """Make a file durable.

    Raises:
        OSError: The disk refuses.
    """
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
