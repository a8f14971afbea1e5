"""Opens what a person names as a log: unpacks it, and refuses what is certainly none.

Plain, gzip, zstd, xz and bzip2 data are told by their first bytes, in files and in pipes
alike. A pipe (standard input, a FIFO, the shell's ``<(…)``) is read once, from its
beginning to its end: what was looked at is handed on with the rest.
"""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import os
import re
import stat
import sys
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, cast

import zstandard

from midwatch.kernel import BadInputError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

STDIN: Final = "-"
HEAD: Final = 4096
"""Bytes by which the kind of a file is told."""

BROKEN: Final = (OSError, EOFError, lzma.LZMAError, zlib.error, zstandard.ZstdError)
"""What reading raises when a file is damaged or cut short."""

_ZSTD_WINDOW: Final = 1 << 27
_ZSTD_STEP: Final = 2048
"""Packed bytes unpacked at a time: what a hostile file unfolds at once stays bounded."""
_MAGIC: Final = (
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x5d\x00\x00", "xz"),
    (b"BZh", "bzip2"),
)
_LONGEST_MAGIC: Final = 6
_FOREIGN: Final = (
    (b"ElfFile\x00", "evtx"),
    (b"PK\x03\x04", "a zip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x1f\x9d", "a file packed by compress"),
    (b"\x04\x22\x4d\x18", "a file packed by lz4"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"SQLite format 3\x00", "a SQLite database"),
    (b"-----BEGIN PGP", "an encrypted file"),
    (b"Salted__", "an encrypted file"),
    (b"\x85\x02", "an encrypted file"),
    (b"\x8c\x0d\x04", "an encrypted file"),
    (b"age-encryption.org/", "an encrypted file"),
    (b"LPKSHHRH", "a systemd journal"),
    (b"\xd4\xc3\xb2\xa1", "a packet capture"),
    (b"\xa1\xb2\xc3\xd4", "a packet capture"),
    (b"\x0a\x0d\x0d\x0a", "a packet capture"),
)
_TAR: Final = (257, b"ustar")
_UNPACK: Final = "unpack it first, then give the folder"
_REMEDIES: Final = {
    "a zip archive": _UNPACK,
    "a 7-Zip archive": _UNPACK,
    "a RAR archive": _UNPACK,
    "a tar archive": _UNPACK,
    "a file packed by compress": "unpack it first: uncompress",
    "a file packed by lz4": "unpack it first: unlz4",
    "an encrypted file": "decrypt it first",
    "a systemd journal": "export it: journalctl -o short-iso > journal.log",
    "a packet capture": "give the firewall's or Suricata's log instead",
}
_CONTROL: Final = bytes(set(range(32)) - {0, 9, 10, 13, 27}) + b"\x7f"
_MOST_CONTROL: Final = 0.1
_MOST_NUL: Final = 0.45
_NO_TEXT: Final = re.compile("[\udc80-\udcff]")


def name_of(path: Path) -> str:
    """A path as text for people and documents; bytes that are no UTF-8 show as ``%FF``."""
    text = os.fsencode(path).decode("utf-8", "surrogateescape")
    return _NO_TEXT.sub(lambda byte: f"%{ord(byte[0]) - 0xDC00:02X}", text)


def is_pipe(path: Path) -> bool:
    """Whether what lies there can be read only once.

    Raises:
        OSError: there is nothing, or it may not be looked at.
    """
    return str(path) == STDIN or stat.S_ISFIFO(path.stat().st_mode)


def kind_of(path: Path) -> str:
    """``evtx`` or ``text``, of a file that is no pipe.

    Raises:
        BadInputError: the file is missing, unreadable, or certainly no log.
    """
    try:
        with opened(path) as (_raw, stream):
            head = stream.read(HEAD)
    except BROKEN as error:
        raise unreadable(path, error) from error
    return told_by(head, path)


def told_by(head: bytes, path: Path) -> str:
    """``evtx`` or ``text``, by the first bytes.

    Raises:
        BadInputError: this is certainly no log.
    """
    named = [name for magic, name in _FOREIGN if head.startswith(magic)]
    if head.startswith(_TAR[1], _TAR[0]):
        named = ["a tar archive"]
    if named == ["evtx"]:
        return "evtx"
    if named:
        raise BadInputError(
            f"this is {named[0]}, not a log",
            remedy=_REMEDIES.get(named[0], "give a text log or an EVTX file"),
            path=name_of(path),
        )
    if _is_binary(head):
        raise BadInputError(
            "this is binary data, not a log",
            remedy="give a text log (plain, gzip, zstd, xz or bzip2) or an EVTX file",
            path=name_of(path),
        )
    return "text"


def unreadable(path: Path, error: Exception) -> BadInputError:
    """The error of the system, in words for people."""
    if isinstance(error, FileNotFoundError):
        return BadInputError("there is no such file", remedy="check the path", path=name_of(path))
    if isinstance(error, PermissionError):
        return BadInputError(
            "may not be read", remedy="run as a user who may, or with sudo", path=name_of(path)
        )
    told = error.strerror if isinstance(error, OSError) and error.strerror else error
    return BadInputError(
        f"cannot be read: {told}", remedy="check that the file is whole", path=name_of(path)
    )


def _is_binary(head: bytes) -> bool:
    if not head or head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    if utf16_without_mark(head):
        return False
    if head.count(0) > len(head) * _MOST_NUL and head.strip(b"\0"):
        return True
    return len(head) - len(head.translate(None, _CONTROL)) > len(head) * _MOST_CONTROL


def utf16_without_mark(head: bytes) -> str | None:
    """The codec of UTF-16 text that has no byte-order mark, or None."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = max(1, len(head) // 2)
    if odd > half * 0.4 and even < half * 0.05:
        return "utf-16-le"
    if even > half * 0.4 and odd < half * 0.05:
        return "utf-16-be"
    return None


@contextmanager
def opened(path: Path) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """(what lies on disk, the same unpacked); both are closed at the end.

    Raises:
        BadInputError: standard input is wanted and closed.
        OSError: it cannot be opened.
    """
    with ExitStack() as stack:
        if str(path) == STDIN:
            if sys.stdin is None:
                raise BadInputError(
                    "standard input is closed",
                    remedy="pipe a log into it, or name a file",
                    path=STDIN,
                )
            raw: IO[bytes] = sys.stdin.buffer
        else:
            raw = stack.enter_context(path.open("rb"))
        if str(path) != STDIN and raw.seekable():
            head = raw.read(_LONGEST_MAGIC)
            raw.seek(0)
            yield raw, stack.enter_context(_unpacked(raw, head))
        else:
            head = raw.read(_LONGEST_MAGIC)
            again = cast("IO[bytes]", io.BufferedReader(_Again(head, raw)))
            yield raw, stack.enter_context(_unpacked(again, head))


def _unpacked(raw: IO[bytes], head: bytes) -> IO[bytes]:
    for start, name in _MAGIC:
        if head.startswith(start):
            match name:
                case "gzip":
                    return cast("IO[bytes]", gzip.open(raw))
                case "zstd":
                    return cast("IO[bytes]", io.BufferedReader(_Unzstd(raw)))
                case "xz":
                    return cast("IO[bytes]", lzma.open(raw))
                case _:
                    return cast("IO[bytes]", bz2.open(raw))
    return raw


class _Again(io.RawIOBase):
    """A pipe whose first bytes were read already: they come again, then the rest."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        self._head = head
        self._rest = cast("io.BufferedReader", rest)

    def readable(self) -> bool:
        return True

    def readinto(self, target: WriteableBuffer) -> int:
        view = memoryview(target).cast("B")
        data = self._head[: len(view)] or self._rest.read1(len(view))
        self._head = self._head[len(data) :]
        view[: len(data)] = data
        return len(data)


class _Unzstd(io.RawIOBase):
    """Zstandard frames unpacked, one after another; a frame cut short is an ``EOFError``."""

    def __init__(self, packed: IO[bytes]) -> None:
        self._packed = packed
        self._unpacker = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
        self._frame = self._unpacker.decompressobj()
        self._begun = False
        self._rest = b""
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, target: WriteableBuffer) -> int:
        view = memoryview(target).cast("B")
        while not self._ready:
            step = self._rest or self._packed.read(_ZSTD_STEP)
            if not step:
                if self._begun:
                    raise EOFError("the file ended in the middle of its packed data")
                return 0
            self._unpack(step)
        data = self._ready[: len(view)]
        view[: len(data)] = data
        self._ready = self._ready[len(data) :]
        return len(data)

    def _unpack(self, step: bytes) -> None:
        self._begun = True
        self._ready = memoryview(self._frame.decompress(step))
        self._rest = b""
        if self._frame.eof:
            self._rest = self._frame.unused_data
            self._frame = self._unpacker.decompressobj()
            self._begun = False
