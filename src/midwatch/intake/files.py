"""Log files on disk → chunks of lines; nothing is parsed here.

Understands plain, gzip, zstd, xz and bzip2 files by their first bytes, UTF-8, UTF-16 and
Latin-1 text, CRLF, byte-order marks, NUL bytes, lines of any length (only the first
``LONGEST_LINE`` characters are given on) and truncated last lines. Files that hold one
JSON document after another over several lines give one text per document.
"""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import re
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, Final, cast

import zstandard

from midwatch.intake.json_documents import documents, starts_document
from midwatch.kernel import BadInputError

LONGEST_LINE: Final = 1 << 20
"""Characters of one line that are given on; a longer line is cut and counted."""

STDIN: Final = "-"
_BLOCK: Final = 1 << 20
_HEAD: Final = 4096
_ZSTD_WINDOW: Final = 1 << 27
_MAGIC: Final = (
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"BZh", "bzip2"),
)
_FOREIGN: Final = (
    (b"ElfFile\x00", "evtx"),
    (b"PK\x03\x04", "a zip archive"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"SQLite format 3\x00", "a SQLite database"),
    (b"-----BEGIN PGP", "an encrypted file"),
    (b"Salted__", "an encrypted file"),
    (b"\x85\x02", "an encrypted file"),
    (b"LPKSHHRH", "a systemd journal"),
    (b"\xd4\xc3\xb2\xa1", "a packet capture"),
    (b"\xa1\xb2\xc3\xd4", "a packet capture"),
    (b"\x0a\x0d\x0d\x0a", "a packet capture"),
)
_REMEDIES: Final = {
    "a zip archive": "unpack it first, then give the folder",
    "an encrypted file": "decrypt it first",
    "a systemd journal": "export it: journalctl -o short-iso > journal.log",
    "a packet capture": "give the firewall's or Suricata's log instead",
}
_CONTROL: Final = bytes(set(range(32)) - {0, 9, 10, 13, 27}) + b"\x7f"
_MOST_CONTROL: Final = 0.1
_MOST_NUL: Final = 0.45


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of lines.

    ``lines[i]`` has the number ``numbers[i]`` when numbers are given, else ``first_line + i``.
    ``consumed`` counts bytes read from disk so far; ``cut`` lines
    were longer than ``LONGEST_LINE``.
    """

    lines: list[str]
    first_line: int
    consumed: int
    cut: int = 0
    numbers: tuple[int, ...] | None = None


def kind_of(path: Path) -> str:
    """``evtx`` or ``text``.

    Raises:
        BadInputError: the file is missing, unreadable, or certainly no log.
    """
    head = _head(path)
    for magic, name in _FOREIGN:
        if head.startswith(magic):
            if name == "evtx":
                return name
            raise BadInputError(
                f"this is {name}, not a log",
                remedy=_REMEDIES.get(name, "give a text log or an EVTX file"),
                path=str(path),
            )
    if _is_binary(head):
        raise BadInputError(
            "this is binary data, not a log",
            remedy="give a text log (plain, gzip, zstd, xz or bzip2) or an EVTX file",
            path=str(path),
        )
    return "text"


def _head(path: Path) -> bytes:
    try:
        with _open(path) as stream:
            return stream.read(_HEAD)
    except (OSError, EOFError, lzma.LZMAError, zlib.error, zstandard.ZstdError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> BadInputError:
    if isinstance(error, FileNotFoundError):
        return BadInputError("there is no such file", remedy="check the path", path=str(path))
    if isinstance(error, PermissionError):
        return BadInputError(
            "may not be read", remedy="run as a user who may, or with sudo", path=str(path)
        )
    return BadInputError(
        f"cannot be read: {error}", remedy="check that the file is whole", path=str(path)
    )


def _is_binary(head: bytes) -> bool:
    if not head or head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    if _utf16_without_mark(head):
        return False
    if head.count(0) > len(head) * _MOST_NUL and head.strip(b"\0"):
        return True
    return len(head) - len(head.translate(None, _CONTROL)) > len(head) * _MOST_CONTROL


def _utf16_without_mark(head: bytes) -> str | None:
    """The codec of UTF-16 text that has no byte-order mark, or None."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = max(1, len(head) // 2)
    if odd > half * 0.4 and even < half * 0.05:
        return "utf-16-le"
    if even > half * 0.4 and odd < half * 0.05:
        return "utf-16-be"
    return None


def _open(path: Path) -> IO[bytes]:
    if str(path) == STDIN:
        return sys.stdin.buffer
    with path.open("rb") as raw:
        magic = raw.read(6)
    for start, name in _MAGIC:
        if magic.startswith(start):
            match name:
                case "gzip":
                    return cast("IO[bytes]", gzip.open(path))
                case "zstd":
                    unpacker = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
                    return cast(
                        "IO[bytes]",
                        unpacker.stream_reader(
                            path.open("rb"), read_across_frames=True, closefd=True
                        ),
                    )
                case "xz":
                    return cast("IO[bytes]", lzma.open(path))
                case _:
                    return cast("IO[bytes]", bz2.open(path))
    return path.open("rb")


class LineFile:
    """One text file as chunks of lines."""

    def __init__(self, path: Path, *, lines_per_chunk: int = 12_000) -> None:
        """``path`` of ``-`` is standard input."""
        self.path = path
        self.problem: BadInputError | None = None
        self._per_chunk = lines_per_chunk
        self._consumed = 0

    def chunks(self) -> Iterator[Chunk]:
        """All lines in order. A file that breaks off ends the run and sets ``problem``.

        Raises:
            BadInputError: the file cannot be opened.
        """
        try:
            stream = _open(self.path)
        except OSError as error:
            raise _unreadable(self.path, error) from error
        with stream:
            yield from self._chunks(stream)

    def _chunks(self, stream: IO[bytes]) -> Iterator[Chunk]:
        blocks = self._blocks(stream)
        first = next(blocks, b"")
        codec = _codec(first)
        texts = _texts(first, blocks, codec)
        lines = _Lines(texts)
        opening = lines.peek()
        if starts_document(opening):
            yield from self._document_chunks(lines)
            return
        number = 1
        while batch := lines.take(self._per_chunk):
            yield Chunk(batch, number, self._consumed, lines.cut)
            number += len(batch)

    def _document_chunks(self, lines: _Lines) -> Iterator[Chunk]:
        batch: list[str] = []
        numbers: list[int] = []
        for number, text in documents(lines):
            batch.append(text)
            numbers.append(number)
            if len(batch) >= self._per_chunk:
                yield Chunk(batch, numbers[0], self._consumed, lines.cut, tuple(numbers))
                batch, numbers = [], []
        if batch:
            yield Chunk(batch, numbers[0], self._consumed, lines.cut, tuple(numbers))

    def _blocks(self, stream: IO[bytes]) -> Iterator[bytes]:
        compressed = not isinstance(stream, (io.BufferedReader, io.FileIO))
        while True:
            try:
                block = stream.read1(_BLOCK) if hasattr(stream, "read1") else stream.read(_BLOCK)
            except (OSError, EOFError, lzma.LZMAError, zlib.error, zstandard.ZstdError) as error:
                self.problem = BadInputError(
                    f"breaks off: {error}",
                    remedy="what could be read was read; fetch the file again",
                    path=str(self.path),
                )
                return
            if not block:
                return
            self._consumed += len(block) if not compressed else 0
            yield block


def _codec(first: bytes) -> str:
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return _utf16_without_mark(first[:_HEAD]) or "utf-8"


def _texts(first: bytes, blocks: Iterator[bytes], codec: str) -> Iterator[str]:
    """Blocks of bytes as blocks of text; invalid UTF-8 lines are read as Latin-1."""
    if codec != "utf-8":
        decoder = codecs.getincrementaldecoder(codec)(errors="replace")
        yield decoder.decode(first)
        for block in blocks:
            yield decoder.decode(block)
        yield decoder.decode(b"", final=True)
        return
    tail = b""
    for block in chain((first.removeprefix(codecs.BOM_UTF8),), blocks):
        end = block.rfind(b"\n") + 1
        if end:
            yield _decode(tail + block[:end])
            tail = block[end:]
        else:
            tail += block
            if len(tail) > _BLOCK:
                yield _decode(tail)
                tail = b""
    if tail:
        yield _decode(tail)


def _decode(block: bytes) -> str:
    try:
        return block.decode()
    except UnicodeDecodeError:
        lines = []
        for line in block.split(b"\n"):
            try:
                lines.append(line.decode())
            except UnicodeDecodeError:
                lines.append(line.decode("latin-1"))
        return "\n".join(lines)


class _Lines:
    """Text blocks as lines; iterable, with a look at the first one."""

    def __init__(self, texts: Iterator[str]) -> None:
        self.cut = 0
        self._texts = texts
        self._ready: list[str] = []
        self._spot = 0
        self._open: list[str] = []
        self._open_length = 0
        self._done = False

    def peek(self) -> str:
        """The first line that is not blank, or an empty text."""
        while not self._ready and self._more():
            pass
        return next((line for line in self._ready[:64] if line.strip()), "")

    def take(self, most: int) -> list[str]:
        """Up to ``most`` lines; an empty list at the end."""
        while len(self._ready) - self._spot < most and self._more():
            pass
        taken = self._ready[self._spot : self._spot + most]
        self._spot += len(taken)
        return taken

    def __iter__(self) -> Iterator[str]:
        while taken := self.take(1000):
            yield from taken

    def _more(self) -> bool:
        if self._done:
            return False
        text = next(self._texts, None)
        if self._spot:
            del self._ready[: self._spot]
            self._spot = 0
        if text is None:
            self._done = True
            if self._open:
                self._ready.append(self._close("").removesuffix("\r"))
            return False
        if "\r\n" in text:
            text = text.replace("\r\n", "\n")
        lines = text.split("\n")
        last = lines.pop()
        if lines:
            self._ready.extend(self._whole(lines, len(text)))
        if last:
            if self._open_length <= LONGEST_LINE:
                self._open.append(last)
            self._open_length += len(last)
        return True

    def _whole(self, lines: list[str], length: int) -> list[str]:
        """Complete lines: the open one closed, carriage returns off, too long ones cut."""
        if self._open:
            lines[0] = self._close(lines[0])
        if any(line[-1:] == "\r" for line in (lines[0], lines[-1])):
            lines = [line.removesuffix("\r") for line in lines]
        if length > LONGEST_LINE:
            lines = [self._short(line) for line in lines]
        return lines

    def _close(self, end: str) -> str:
        line = "".join(self._open) + end
        length = self._open_length + len(end)
        self._open, self._open_length = [], 0
        if length > LONGEST_LINE:
            self.cut += 1
            return line[:LONGEST_LINE]
        return line

    def _short(self, line: str) -> str:
        if len(line) <= LONGEST_LINE:
            return line
        self.cut += 1
        return line[:LONGEST_LINE]


_ROTATED: Final = re.compile(
    r"(?P<base>.+?)(?:[.-](?P<number>\d{1,4})|[.-](?P<date>\d{4}-?\d\d-?\d\d(?:[T-]?\d{2,6})?))?"
    r"(?P<packed>\.(?:gz|xz|bz2|zst|zstd|lzma))?"
)


def rotation_order(path: Path) -> tuple[str, tuple[int, str, int]]:
    """(name of the rotated set, sort key within it: oldest first).

    >>> sorted(map(Path, ["a.log", "a.log.2.gz", "a.log.1"]), key=rotation_order)
    [PosixPath('a.log.2.gz'), PosixPath('a.log.1'), PosixPath('a.log')]
    """
    found = _ROTATED.fullmatch(path.name)
    if found is None:
        return str(path), (1, "", 0)
    base = str(path.with_name(found["base"]))
    if found["number"] is not None and len(found["number"]) <= 4:
        return base, (0, "", -int(found["number"]))
    if found["date"] is not None:
        return base, (0, re.sub(r"\D", "", found["date"]), 0)
    return base, (1, "", 0)
