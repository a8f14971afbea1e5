"""Log files on disk → chunks of lines; nothing is parsed here.

Understands plain, gzip, zstd, xz and bzip2 files by their first bytes, UTF-8, UTF-16 and
Latin-1 text, CRLF, byte-order marks, NUL bytes, lines of any length (only the first
``LONGEST_LINE`` characters are given on) and truncated last lines. Files that hold one
JSON document after another over several lines give one text per document.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from select import select
from typing import IO, Final

from midwatch.intake.json_documents import Documents, starts_document
from midwatch.intake.opening import (
    BROKEN,
    HEAD,
    is_pipe,
    name_of,
    opened,
    told_by,
    unreadable,
    utf16_without_mark,
)
from midwatch.kernel import BadInputError

LONGEST_LINE: Final = 1 << 20
"""Characters of one line that are given on; a longer line is cut and counted."""

_BLOCK: Final = 1 << 20
_HOLE: Final = re.compile(r"(?<=\n)\0+")


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


class LineFile:
    """One text file, or pipe, as chunks of lines."""

    def __init__(self, path: Path, *, lines_per_chunk: int = 12_000) -> None:
        """``path`` of ``-`` is standard input."""
        self.path = path
        self.problem: BadInputError | None = None
        self._per_chunk = lines_per_chunk
        self._consumed = 0

    def chunks(self) -> Iterator[Chunk]:
        """All lines in order. A file that breaks off ends the run and sets ``problem``.

        Raises:
            BadInputError: the file cannot be opened, or a pipe holds certainly no log.
        """
        try:
            with opened(self.path) as (raw, stream):
                yield from self._chunks(raw, stream)
        except OSError as error:
            raise unreadable(self.path, error) from error

    def _chunks(self, raw: IO[bytes], stream: IO[bytes]) -> Iterator[Chunk]:
        blocks = self._blocks(raw, stream)
        first = b""
        while len(first) < HEAD and not (first and self._quiet(raw)):
            block = next(blocks, b"")
            if not block:
                break
            first += block
        if is_pipe(self.path) and told_by(first[:HEAD], self.path) == "evtx":
            raise BadInputError(
                "an EVTX file cannot be read from a pipe",
                remedy="save it and give the file",
                path=name_of(self.path),
            )
        texts = _texts(first, blocks, _codec(first))
        start = next(texts, "")
        texts = chain([start], texts)
        if starts_document(start.lstrip().partition("\n")[0]):
            yield from self._document_chunks(texts)
            return
        lines = _Lines(texts)
        number = 1
        while batch := lines.take(self._per_chunk, lambda: self._quiet(raw)):
            yield Chunk(batch, number, self._consumed, lines.cut)
            number += len(batch)

    def _quiet(self, raw: IO[bytes]) -> bool:
        """Whether this is a pipe in which nothing waits at the moment.

        Then what came so far is handed on, for somebody may be reading along.
        """
        if not is_pipe(self.path):
            return False
        try:
            return not select([raw], [], [], 0)[0]
        except (OSError, ValueError):
            return False

    def _document_chunks(self, texts: Iterator[str]) -> Iterator[Chunk]:
        batch: list[str] = []
        numbers: list[int] = []
        documents = Documents()
        for number, text in documents.of(texts):
            batch.append(text)
            numbers.append(number)
            if len(batch) >= self._per_chunk:
                yield Chunk(batch, numbers[0], self._consumed, documents.cut, tuple(numbers))
                batch, numbers = [], []
        if batch:
            yield Chunk(batch, numbers[0], self._consumed, documents.cut, tuple(numbers))

    def _blocks(self, raw: IO[bytes], stream: IO[bytes]) -> Iterator[bytes]:
        while True:
            try:
                block = stream.read1(_BLOCK) if hasattr(stream, "read1") else stream.read(_BLOCK)
            except BROKEN as error:
                self.problem = BadInputError(
                    f"breaks off: {error}",
                    remedy="what could be read was read; fetch the file again",
                    path=name_of(self.path),
                )
                return
            if not block:
                return
            self._consumed = _position(raw)
            yield block


def _position(raw: IO[bytes]) -> int:
    """Bytes read from disk so far; 0 in a pipe."""
    try:
        return raw.tell()
    except (OSError, io.UnsupportedOperation):
        return 0


def _codec(first: bytes) -> str:
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return utf16_without_mark(first[:HEAD]) or "utf-8"


def _texts(first: bytes, blocks: Iterator[bytes], codec: str) -> Iterator[str]:
    """Blocks of bytes as blocks of text; invalid UTF-8 lines are read as Latin-1.

    A block of text ends with a line, unless the line is longer than a block.
    """
    if codec != "utf-8":
        decoder = codecs.getincrementaldecoder(codec)(errors="replace")
        yield decoder.decode(first)
        for block in blocks:
            yield decoder.decode(block)
        yield decoder.decode(b"", final=True)
        return
    tail = b""
    for block in chain([first.removeprefix(codecs.BOM_UTF8)], blocks):
        end = block.rfind(b"\n") + 1
        if end:
            yield _decode(b"".join((tail, memoryview(block)[:end])))
            tail = block[end:]
        else:
            tail += block
            if len(tail) > _BLOCK:
                end = _whole_characters(tail)
                yield _decode(tail[:end])
                tail = tail[end:]
    if tail:
        yield _decode(tail)


def _whole_characters(data: bytes) -> int:
    """Up to where UTF-8 text can be cut without cutting through its last character."""
    for back in range(1, min(4, len(data)) + 1):
        if data[-back] >= 0xC0:
            return len(data) - back
        if data[-back] < 0x80:
            break
    return len(data)


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
    """Text blocks as lines; a text without any line feed is split at its carriage returns."""

    def __init__(self, texts: Iterator[str]) -> None:
        self.cut = 0
        self._texts = texts
        self._ready: list[str] = []
        self._spot = 0
        self._open: list[str] = []
        self._open_length = 0
        self._done = False
        self._returns: bool | None = None

    def take(self, most: int, enough: Callable[[], bool]) -> list[str]:
        """Up to ``most`` lines, fewer where those there are ``enough``; none at the end."""
        while (there := len(self._ready) - self._spot) < most:
            if (there and enough()) or not self._more():
                break
        taken = self._ready[self._spot : self._spot + most]
        self._spot += len(taken)
        return taken

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
        lines = self._plain(text).split("\n")
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
        if length > LONGEST_LINE and max(map(len, lines)) > LONGEST_LINE:
            lines = [self._short(line) for line in lines]
        return lines

    def _plain(self, text: str) -> str:
        """The text with one sort of line end, without the holes that crashes and rotation leave."""
        if "\0" in text:
            text = _HOLE.sub("", text if self._open else text.lstrip("\0"))
        if self._returns is None:
            self._returns = "\n" not in text and "\r" in text
        if self._returns:
            return text.replace("\r", "\n")
        # One letter is found far quicker than two.
        return text.replace("\r\n", "\n") if "\r" in text and "\r\n" in text else text

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
