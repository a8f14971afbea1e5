"""One log file that grows: what is new in it, over rotation, truncation and restarts.

- Renamed and begun anew: the old file is read to its end, a moment is waited for what its
  writer still adds, then the new one is read from its beginning. After a restart the old one
  is looked for among the files beside it, by inode.
- Copied and truncated: the file is read again from its beginning; what was not read before is
  looked for in the copy.
- A last line without its end waits for it; it is given when the file is done with.
- Packed files are never followed: they were read before they were packed.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from midwatch.intake.following.places import HEAD, Place, digest_of
from midwatch.intake.framing import LONGEST_LINE

ROTATION_SECONDS: Final = 5.0
"""How long a renamed file is read on after its last line."""

_BLOCK: Final = LONGEST_LINE + 1
_PACKED: Final = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\xfd7zXZ\x00", b"BZh", b"PK\x03\x04")
_SUFFIXES: Final = (".gz", ".zst", ".zstd", ".xz", ".bz2", ".lzma", ".zip")


class Batch(msgspec.Struct, frozen=True):
    """Lines and their place. ``cut``: how many were shortened. ``done``: see ``Places``."""

    lines: list[bytes]
    place: Place
    cut: int = 0
    done: str = ""


class Tail:
    """Follows one path; see the module's documentation. Reads only when asked."""

    def __init__(
        self, path: str, known: Callable[[str], list[tuple[Place, str]]], clock: Callable[[], int]
    ) -> None:
        """``known``: the saved places of a path. ``clock``: UTC microseconds."""
        self.path = path
        self._known, self._clock = known, clock
        self._file = -1
        self._place = Place(path, 0, 0, 0, digest_of(b""), 0, 0)
        self._skipping = False
        self._old = False
        self._copy = False
        self._quiet_since: float | None = None

    def close(self) -> None:
        """Let go of the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def step(self, now: float) -> Batch | None:
        """The next lines, if there are any. ``now``: seconds of a monotonic clock.

        Raises:
            OSError: The file is there and cannot be read.
        """
        if self._file < 0 and not self._open():
            return None
        if self._was_truncated():
            self._begin_again()
        batch = self._read(final=False)
        if batch is not None:
            self._quiet_since = None
            return batch
        if not self._is_over(now):
            return None
        last = self._read(final=True)
        self.close()
        return last if last is not None or not self._open() else self._read(final=False)

    def _open(self) -> bool:
        """Open what is to be read now: the rest of an older file, or the file of this name."""
        current = _opened(self.path)
        if current is None:
            return False
        anew = self._copy
        self._quiet_since, self._skipping, self._old, self._copy = None, False, False, False
        status = os.fstat(current)
        known = [] if anew else [place for place, _done in self._known(self.path)]
        if known and not _is_at(current, status.st_ino, known[0]):
            older = self._rest_of(known[0])
            if older is not None:
                os.close(current)
                self._file, self._place, self._old = older, known[0], True
                return True
        place = next((each for each in known[:1] if _is_at(current, status.st_ino, each)), None)
        if place is not None and place.end > status.st_size:
            place = None
        self._file = current
        self._place = place or self._new(status.st_ino)
        return True

    def _new(self, inode: int) -> Place:
        turn = max(self._clock(), self._place.turn + 1)
        return Place(self.path, turn, inode, 0, digest_of(b""), 0, 0)

    def _rest_of(self, place: Place) -> int | None:
        """The file beside ours that holds the rest of a place, if it does."""
        for name in _beside(self.path):
            found = _opened(name)
            if found is None:
                continue
            if os.fstat(found).st_size > place.end and _has_head(found, place):
                return found
            os.close(found)
        return None

    def _was_truncated(self) -> bool:
        size = os.fstat(self._file).st_size
        return size < self._place.end or not _has_head(self._file, self._place)

    def _begin_again(self) -> None:
        """After a truncation: the rest from the copy, if there is one, then from the beginning."""
        rest, inode = self._rest_of(self._place), os.fstat(self._file).st_ino
        self._skipping = False
        if rest is not None:
            os.close(self._file)
            self._file, self._copy = rest, True
        else:
            self._place = self._new(inode)

    def _is_over(self, now: float) -> bool:
        """Whether nothing more will be written to the open file."""
        if self._copy:
            return True
        if not self._old:
            try:
                status = os.stat(self.path)  # noqa: PTH116  # no Path is made for each look
            except FileNotFoundError:
                return False
            if status.st_ino == os.fstat(self._file).st_ino:
                self._quiet_since = None
                return False
        if self._quiet_since is None:
            self._quiet_since = now
        return now - self._quiet_since >= ROTATION_SECONDS

    def _read(self, *, final: bool) -> Batch | None:
        """A block of lines from where we are; with ``final`` a last one without its end too."""
        start = self._place.end
        block = os.pread(self._file, _BLOCK, start)
        end, cut = block.rfind(b"\n") + 1, 0
        if not end and len(block) == _BLOCK:
            end, cut = len(block), int(not self._skipping)
        elif not end and final:
            end = len(block)
        if not end:
            return None
        whole = block[:end]
        if self._skipping:
            self._skipping = b"\n" not in whole
            whole = b"" if self._skipping else whole.partition(b"\n")[2]
        elif cut:
            self._skipping, whole = True, whole[:LONGEST_LINE]
        place = self._place
        if place.head < HEAD:
            head = os.pread(self._file, min(HEAD, start + end), 0)
            place = msgspec.structs.replace(place, head=len(head), digest=digest_of(head))
        self._place = msgspec.structs.replace(place, start=start, end=start + end)
        return Batch(list(_lines(whole)), self._place, cut)


def packed(path: str) -> bool:
    """Whether a name is that of a packed file."""
    return path.endswith(_SUFFIXES)


def _lines(block: bytes) -> Iterator[bytes]:
    for line in block.split(b"\n"):
        # Holes of NUL are left where a file was truncated under its writer.
        plain = line.removesuffix(b"\r").lstrip(b"\0")
        if plain:
            yield plain


def _opened(path: str) -> int | None:
    """A regular file that is not packed, or None."""
    try:
        found = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    if stat.S_ISREG(os.fstat(found).st_mode) and not os.pread(found, 6, 0).startswith(_PACKED):
        return found
    os.close(found)
    return None


def _is_at(file: int, inode: int, place: Place) -> bool:
    """Whether a place is in this file."""
    return inode == place.inode and _has_head(file, place)


def _has_head(file: int, place: Place) -> bool:
    return place.head == 0 or digest_of(os.pread(file, place.head, 0)) == place.digest


def _beside(path: str) -> list[str]:
    """The files that rotation may have made of this one, the newest first."""
    own = Path(path)
    stem = (
        own.name.removesuffix(own.suffix) if own.suffix in (".log", ".txt", ".json") else own.name
    )
    try:
        with os.scandir(own.parent) as entries:
            found = [
                (entry.stat().st_mtime_ns, entry.path)
                for entry in entries
                if entry.name != own.name
                and entry.name.startswith(stem)
                and not packed(entry.name)
                and entry.is_file()
            ]
    except OSError:
        return []
    return [name for _time, name in sorted(found, reverse=True)]
