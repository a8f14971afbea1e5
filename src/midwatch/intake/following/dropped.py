"""A folder into which whole log files are dropped: each is read once, and stays where it is.

A file is read when it has not changed for a moment, so that it is whole. Packed files and
EVTX are unpacked; hidden files and those that are still being copied (``.part``, ``.tmp``)
are left alone. What was read is remembered by name, inode and size. A file that has grown
since is read on; one that was replaced is read anew.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from midwatch.intake.folder import LogFile
from midwatch.intake.following.places import HEAD, Place, digest_of
from midwatch.intake.following.tail import Batch
from midwatch.intake.opening import kind_of, name_of
from midwatch.kernel import BadInputError

SETTLE_SECONDS: Final = 2.0
"""How long a file must have been left alone before it is read."""

_LOG: Final = logging.getLogger(__name__)
_UNFINISHED: Final = (".part", ".tmp", ".filepart", ".crdownload", ".swp", "~")
_MOST_CHARACTERS: Final = 4 << 20


class DroppedFolder:
    """Watches one folder; see the module's documentation. Reads only when asked."""

    def __init__(
        self, path: str, known: Callable[[str], list[tuple[Place, str]]], clock: Callable[[], int]
    ) -> None:
        """``known``: the saved places of a path. ``clock``: UTC microseconds."""
        self.path = path
        self.kind = "text"
        self._known, self._clock = known, clock
        self._seen: dict[str, tuple[str, float]] = {}
        self._over: dict[str, str] = {}
        self._reading: Iterator[Batch] | None = None

    def close(self) -> None:
        """Let go of the file at hand."""
        self._reading = None

    def step(self, now: float) -> Batch | None:
        """The next lines, if there are any. ``now``: seconds of a monotonic clock.

        Raises:
            OSError: The folder cannot be read.
        """
        while True:
            if self._reading is None:
                ready = self._next(now)
                if ready is None:
                    return None
                self._reading = self._read(*ready)
            batch = next(self._reading, None)
            if batch is not None:
                return batch
            self._reading = None

    def _next(self, now: float) -> tuple[Path, str] | None:
        """A file that is whole and was not read; its signature."""
        with os.scandir(self.path) as entries:
            files = sorted((entry for entry in entries if _is_wanted(entry)), key=lambda e: e.name)
        present = {entry.path for entry in files}
        self._seen = {path: seen for path, seen in self._seen.items() if path in present}
        self._over = {path: over for path, over in self._over.items() if path in present}
        for entry in files:
            status = entry.stat()
            signature = f"{status.st_ino}:{status.st_size}:{status.st_mtime_ns}"
            if self._over.get(entry.path) == signature or not status.st_size:
                continue
            told, since = self._seen.get(entry.path, ("", now))
            if told != signature:
                self._seen[entry.path] = (signature, now)
                continue
            if now - since < SETTLE_SECONDS:
                continue
            if any(done == signature for _place, done in self._known(entry.path)):
                self._over[entry.path] = signature
                continue
            return Path(entry.path), signature
        return None

    def _read(self, path: Path, signature: str) -> Iterator[Batch]:
        """All of a file that was not given before; problems are logged, the rest goes on."""
        self._over[str(path)] = signature
        place = self._place(path)
        try:
            kind = kind_of(path)
            self.kind = kind
            status = path.stat()
            log = LogFile(path, kind, status.st_size, status.st_mtime).open(lines_per_chunk=2000)
            position = cut = 0
            for chunk in log.chunks():
                for lines in _pieces(chunk.lines):
                    start, position = position, position + len(lines)
                    if position <= place.end:
                        continue
                    fresh = lines[max(place.end - start, 0) :]
                    place = msgspec.structs.replace(
                        place, start=position - len(fresh), end=position
                    )
                    yield Batch(fresh, place, chunk.cut - cut)
                    cut = chunk.cut
            problem = log.problem
        except BadInputError as error:
            problem = error
        except FileNotFoundError:
            return
        if problem is not None:
            _LOG.warning(
                "a dropped file could not be read whole",
                extra={"path": name_of(path), "cause": problem.cause},
            )
        yield Batch([], place, done=signature)

    def _place(self, path: Path) -> Place:
        """Where to go on in a file: at its beginning, or where it ended when it was shorter."""
        with path.open("rb") as stream:
            head = stream.read(HEAD)
            inode = os.fstat(stream.fileno()).st_ino
        for place, _done in self._known(str(path))[:1]:
            if place.inode == inode and digest_of(head[: place.head]) == place.digest:
                return place
        return Place(str(path), self._clock(), inode, len(head), digest_of(head), 0, 0)


def _is_wanted(entry: os.DirEntry[str]) -> bool:
    return (
        not entry.name.startswith(".")
        and not entry.name.endswith(_UNFINISHED)
        and entry.is_file(follow_symlinks=False)
    )


def _pieces(lines: list[str]) -> Iterator[list[bytes]]:
    """The lines as bytes, in pieces that are not too large for one parcel."""
    piece: list[bytes] = []
    size = 0
    for line in lines:
        data = line.encode("utf-8", "replace")
        if size + len(data) > _MOST_CHARACTERS and piece:
            yield piece
            piece, size = [], 0
        piece.append(data)
        size += len(data)
    if piece:
        yield piece
