r"""Bytes of a syslog stream → its messages (RFC 6587), however the bytes are cut into pieces.

A message either ends with a line feed or NUL, or is preceded by its length in bytes ("octet
counting", the only form of RFC 5425). Which, is told from the first bytes: a count is up to
seven digits, a blank, and a message that begins with its priority (``<13>``). Senders that
mix both are understood. In a stream that has counted, what follows a message must be another
count or a priority; anything else means that the counts are wrong, and the stream has failed:
it cannot be told any more where messages begin.

Nothing here does input or output, and no more is held than one message of the longest length.

Example:
    >>> framing = Framing()
    >>> framing.feed(b"<13>one\n13 <13>two\nlines<13>thr"), framing.held
    ([b'<13>one', b'<13>two\nlines'], 8)
    >>> framing.end()
    [b'<13>thr']
"""

from __future__ import annotations

import re
from typing import Final

LONGEST_LINE: Final = 1 << 20
"""Bytes of one message that are given on; a longer one is cut and counted."""

_HEADER: Final = 13
"""Bytes of the longest count, its blank and a priority: by these a frame is told."""
_COUNTED: Final = re.compile(rb"([1-9]\d{0,6}) <\d{1,3}>")
_COUNTED_SOMEWHERE: Final = re.compile(rb"(?:\A|[\n\0])[1-9]\d{0,6} <\d{1,3}>")
_MAY_BECOME_COUNTED: Final = re.compile(rb"[1-9]\d{0,6}(?: (?:<\d{0,3})?)?")
_COUNT: Final = re.compile(rb"([1-9]\d{0,6}) ")
_MAY_BECOME_COUNT: Final = re.compile(rb"[1-9]\d{0,6}")
_ENDS: Final = re.compile(rb"[\n\0]")
_BETWEEN: Final = b"\r\n\0"


class Framing:
    """One stream; see the module's documentation.

    ``failed`` says why no more can be told apart, and stays empty while all is well. ``cut``
    counts messages that were longer than ``longest``; ``broken`` those that a count announced
    and the end of the stream cut short (they are given on as far as they came).
    """

    def __init__(self, longest: int = LONGEST_LINE) -> None:
        """``longest``: bytes of one message that are given on."""
        self.failed = ""
        self.cut = 0
        self.broken = 0
        self._longest = longest
        self._held = bytearray()
        self._counts = False
        self._left: int | None = None
        self._in_line = False
        self._skipping = False

    @property
    def held(self) -> int:
        """Bytes of an unfinished message that are held."""
        return len(self._held)

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that these bytes complete. After ``failed`` there are none."""
        lines: list[bytes] = []
        position = 0
        if self._held and self._left is None and not self._in_line:
            data = bytes(self._held) + data  # a few bytes that told too little
            self._held.clear()
        while position < len(data) and not self.failed:
            if self._left is not None:
                position = self._take_counted(data, position, lines)
            elif self._in_line:
                position = self._take_line(data, position, lines)
            else:
                position = self._begin(data, position, lines)
        return lines

    def end(self) -> list[bytes]:
        """What is held when the stream ends: a last message without its end, if any."""
        held, self._held = bytes(self._held), bytearray()
        if self._left is not None and not self._skipping:
            self.broken += 1
        skipped, self._left, self._in_line, self._skipping = self._skipping, None, False, False
        line = _without_return(held)
        return [self._short(line)] if line and not self.failed and not skipped else []

    def give_up(self) -> list[bytes]:
        """Cut the message at hand: what is held is given on, the rest of it will be passed over.

        For when memory is short.
        """
        if not self._held or not (self._in_line or self._left is not None):
            return []
        held, self._held = bytes(self._held), bytearray()
        self._skipping = True
        self.cut += 1
        return [held[: self._longest]]

    def _begin(self, data: bytes, position: int, lines: list[bytes]) -> int:
        """Tell the form of the next message, at once for as many lines as there are."""
        if not self._counts:
            end = max(data.rfind(b"\n", position), data.rfind(b"\0", position)) + 1
            counted = _COUNTED_SOMEWHERE.search(data[position:end]) if end else None
            if counted is not None:
                first = counted.start() + (data[position + counted.start()] in b"\n\0")
                end = position + first
            if end > position:
                lines.extend(self._split(data[position:end]))
                return end
        else:
            while position < len(data) and data[position] in _BETWEEN:
                position += 1
            if position == len(data):
                return position
        head = data[position : position + _HEADER]
        found = (_COUNT if self._counts else _COUNTED).match(head)
        if found is not None:
            self._counts, self._left = True, int(found[1])
            return position + len(found[1]) + 1
        undecided = _MAY_BECOME_COUNT if self._counts else _MAY_BECOME_COUNTED
        if len(head) < _HEADER and undecided.fullmatch(head) is not None:
            self._held += head
            return len(data)
        if self._counts and head[:1] != b"<":
            self.failed = "bad count"
            return len(data)
        self._in_line = True
        return position

    def _split(self, block: bytes) -> list[bytes]:
        """A run of whole lines, none of them counted."""
        if b"\0" in block:
            block = block.replace(b"\0", b"\n")
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n")
        lines = [line for line in block.split(b"\n") if line]
        if len(block) > self._longest:
            lines = [self._short(line) for line in lines]
        return lines

    def _short(self, line: bytes) -> bytes:
        if len(line) <= self._longest:
            return line
        self.cut += 1
        return line[: self._longest]

    def _take_line(self, data: bytes, position: int, lines: list[bytes]) -> int:
        """More of a line; its end, if it is there."""
        found = _ENDS.search(data, position)
        end = len(data) if found is None else found.start()
        if not self._skipping:
            # One byte more may be held: it may prove to be the carriage return of the end.
            room = self._longest + 1 - len(self._held)
            self._held += data[position : min(end, position + room)]
            if end - position > room or (found is None and len(self._held) > self._longest + 1):
                self._give_cut(lines)
        if found is None:
            return len(data)
        if not self._skipping:
            line = _without_return(bytes(self._held))
            if line:
                lines.append(self._short(line))
        self._held.clear()
        self._in_line = self._skipping = False
        return end + 1

    def _take_counted(self, data: bytes, position: int, lines: list[bytes]) -> int:
        """More of a message that was counted."""
        assert self._left is not None  # noqa: S101  # the caller looked
        taken = min(self._left, len(data) - position)
        self._left -= taken
        if not self._skipping:
            room = self._longest - len(self._held)
            self._held += data[position : position + min(taken, room)]
            if taken > room:
                self._give_cut(lines)
        if self._left == 0:
            if not self._skipping:
                line = bytes(self._held).rstrip(_BETWEEN)
                if line:
                    lines.append(line)
            self._held.clear()
            self._left, self._skipping = None, False
        return position + taken

    def _give_cut(self, lines: list[bytes]) -> None:
        lines.append(bytes(self._held[: self._longest]))
        self._held.clear()
        self._skipping = True
        self.cut += 1


def _without_return(line: bytes) -> bytes:
    return line[:-1] if line.endswith(b"\r") else line
