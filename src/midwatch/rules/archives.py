"""Rule files inside zip and tar packs, read in memory and never unpacked.

A pack comes from elsewhere, so nothing it says is believed: sizes are counted while
reading, a member that is no plain file (link, device, folder) is passed over, and its name
is only ever shown, never opened. An archive within an archive is not looked into.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Final, cast

import zstandard

LARGEST_FILE: Final = 4 * 1024 * 1024
LARGEST_PACK: Final = 256 * 1024 * 1024
MOST_MEMBERS: Final = 200_000
_READ: Final = 1 << 16
_WIDEST: Final = 1 << 27
_Opener = Callable[[IO[bytes]], IO[bytes]]


def _plain(raw: IO[bytes]) -> IO[bytes]:
    return raw


def _gzip(raw: IO[bytes]) -> IO[bytes]:
    return cast("IO[bytes]", gzip.GzipFile(fileobj=raw))


def _bzip2(raw: IO[bytes]) -> IO[bytes]:
    return cast("IO[bytes]", bz2.BZ2File(raw))


def _xz(raw: IO[bytes]) -> IO[bytes]:
    return cast("IO[bytes]", lzma.LZMAFile(raw))


def _zstd(raw: IO[bytes]) -> IO[bytes]:
    return zstandard.ZstdDecompressor(max_window_size=_WIDEST).stream_reader(raw)


_TAR_OPENERS: Final[dict[str, _Opener]] = {
    ".tar": _plain, ".tar.gz": _gzip, ".tgz": _gzip, ".tar.bz2": _bzip2, ".tbz2": _bzip2,
    ".tar.xz": _xz, ".txz": _xz, ".tar.zst": _zstd, ".tzst": _zstd,
}  # fmt: skip
ARCHIVE_SUFFIXES: Final = (".zip", *_TAR_OPENERS)
UNREADABLE: Final = (
    zipfile.BadZipFile, tarfile.TarError, zstandard.ZstdError, lzma.LZMAError, zlib.error, EOFError,
    UnicodeError, ValueError,
)  # fmt: skip
"""What the libraries raise on bytes that are no such archive."""


class TooLargeError(Exception):
    """The archive holds more than any rule pack does."""


class RefusedError(Exception):
    """One member cannot be read; says why."""


Wanted = Callable[[str], bool]
Member = tuple[str, bytes | RefusedError]


def members(path: Path, wanted: Wanted) -> Iterator[Member]:
    """Name and content of the wanted members, in order of name.

    Raises:
        TooLargeError: it holds more than ``LARGEST_PACK`` bytes or ``MOST_MEMBERS`` members.
        OSError: the file cannot be read; and each of ``UNREADABLE`` for a damaged archive.
    """
    name = path.name.lower()
    if name.endswith(".zip"):
        yield from _zip(path, wanted)
        return
    suffix = max((end for end in _TAR_OPENERS if name.endswith(end)), key=len)
    with path.open("rb") as raw, _TAR_OPENERS[suffix](raw) as content:
        yield from sorted(_tar(content, wanted), key=lambda member: member[0])


def _zip(path: Path, wanted: Wanted) -> Iterator[Member]:
    with zipfile.ZipFile(path) as archive:
        found = archive.infolist()
        if len(found) > MOST_MEMBERS:
            raise TooLargeError
        total = 0
        for member in sorted(found, key=lambda info: info.filename):
            if member.is_dir() or not wanted(member.filename):
                continue
            content = _zip_content(archive, member)
            if isinstance(content, bytes):
                total += len(content)
                if total > LARGEST_PACK:
                    raise TooLargeError
            yield member.filename, content


def _zip_content(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes | RefusedError:
    """At most ``LARGEST_FILE`` bytes are unpacked, whatever the archive states."""
    try:
        with archive.open(member) as stream:
            content = stream.read(LARGEST_FILE + 1)
    except (RuntimeError, NotImplementedError, *UNREADABLE) as error:
        return RefusedError(f"it cannot be unpacked: {error}")
    return _bounded(content)


def _bounded(content: bytes) -> bytes | RefusedError:
    if len(content) > LARGEST_FILE:
        return RefusedError("it is larger than any rule file should be")
    return content


class _Counted(io.RawIOBase):
    """A stream that stops being believed after ``LARGEST_PACK`` bytes."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._total = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        content = self._stream.read(_READ if size < 0 else size)
        self._total += len(content)
        if self._total > LARGEST_PACK:
            raise TooLargeError
        return content


def _tar(content: IO[bytes], wanted: Wanted) -> Iterator[Member]:
    with tarfile.open(fileobj=cast("IO[bytes]", _Counted(content)), mode="r|") as archive:
        for number, member in enumerate(archive):
            if number >= MOST_MEMBERS:
                raise TooLargeError
            if not member.isreg() or not wanted(member.name):
                continue
            stream = archive.extractfile(member)
            if stream is not None:
                yield member.name, _bounded(stream.read(LARGEST_FILE + 1))
