"""Headers of many lines at once: the two plain forms that most lines have.

RFC 3164 with a tag (``Nov  1 02:03:04 gate sshd[7]: ``) and pairs that stand alone or behind
a priority (``<189>date=…``). Stamps and tags come again and again, so a line is cut at its
tag's end and both parts are looked up. A line of any other form is left to
``header.read_header``, and the two agree on every line that is not left.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from midwatch.events.header import Header, PairsStart, pairs_start
from midwatch.events.memo import Memo
from midwatch.events.runs import grouped
from midwatch.events.source import Value
from midwatch.events.timestamps import StampReader

_STAMP: Final = re.compile(r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d", re.ASCII)
_TAG: Final = re.compile(
    r" (?!\d+ )(?:([A-Za-z0-9][\w.-]{0,254}) )?([A-Za-z][A-Za-z0-9]{0,63})(?:\[(\d{1,10})\])?",
    re.ASCII,
)
"""Host (which BSD systems leave out), program and process between the stamp and ``: ``."""
_NO_PROGRAMS: Final = frozenset({"CEF", "LEEF"})
_NOT_PLAIN: Final = ("%", "[ID ", "message repeated ")
_NOT_PLAIN_BEGIN: Final = frozenset({"%", "[", "m"})
_STAMP_LENGTH: Final = 15
_TAG_END: Final = 350
"""No tag ends later; what is looked up is cut there, so that long lines fill no memory."""
_PAIRS_END: Final = 40
_MOST_STARTS: Final = 4096
_MOST_ORIGINS: Final = 16_384

Origin = tuple[str | None, str | None, int | None]
"""Host, program and process."""
_NOWHERE: Final[Origin] = (None, None, None)


@dataclass(slots=True, eq=False)
class Heads:
    """The headers of a run of lines as columns, one entry for each line.

    ``times`` are UTC microseconds since 1970. ``by_program`` says which lines have been
    read; those without a program stand under None. ``left`` holds the others (ascending),
    whose entries say nothing yet.
    """

    times: list[int | None]
    hosts: list[str | None]
    programs: list[str | None]
    pids: list[int | None]
    severities: list[str | None]
    messages: list[str]
    by_program: dict[str | None, Sequence[int]]
    left: Sequence[int]

    @classmethod
    def without(cls, messages: Sequence[str]) -> Heads:
        """Of lines that have no header: all is message."""
        count = len(messages)
        return cls(
            [None] * count, [None] * count, [None] * count, [None] * count, [None] * count,
            list(messages), {}, (),
        )  # fmt: skip

    def column(self, name: str) -> Sequence[Value]:
        """The column of ``host``, ``program``, ``pid`` or ``severity``."""
        columns: dict[str, Sequence[Value]] = {
            "host": self.hosts,
            "program": self.programs,
            "pid": self.pids,
            "severity": self.severities,
        }
        return columns[name]

    def put(self, row: int, header: Header) -> None:
        """Set the entries of one line."""
        self.times[row] = header.time
        self.hosts[row] = header.host
        self.programs[row] = header.program
        self.pids[row] = header.pid
        self.severities[row] = header.severity
        self.messages[row] = header.message


class HeadReader:
    """Reads the plain headers of one stream."""

    def __init__(self, stamps: StampReader) -> None:
        """``stamps`` completes stamps that state no year."""
        self._stamps = stamps
        self._times: Memo[str, int | None] = Memo(self._time, _MOST_STARTS)
        self._origins: Memo[str, Origin] = Memo(_origin, _MOST_ORIGINS)
        self._starts: Memo[str, PairsStart | None] = Memo(pairs_start, _MOST_STARTS)

    def read(self, lines: Sequence[str], longest: int) -> Heads:
        """The plain headers; lines of more than ``longest`` characters are left."""
        heads = self._tagged(lines)
        if max(map(len, lines), default=0) > longest:
            heads.by_program = {
                program: [row for row in rows if len(lines[row]) <= longest]
                for program, rows in heads.by_program.items()
            }
            read = {row for rows in heads.by_program.values() for row in rows}
            heads.left = [row for row in range(len(lines)) if row not in read]
        if heads.left:
            self._pairs(lines, heads, longest)
        return heads

    def _tagged(self, lines: Sequence[str]) -> Heads:
        """Lines of RFC 3164."""
        count = len(lines)
        nothing: list[None] = [None] * count
        times = list(map(self._times.__getitem__, [line[:_STAMP_LENGTH] for line in lines]))
        undated = times.count(None)
        if undated == count:
            return Heads(
                times, [*nothing], [*nothing], [*nothing], [*nothing], [""] * count, {},
                range(count),
            )  # fmt: skip
        ends = [line.find(": ", _STAMP_LENGTH, _TAG_END) for line in lines]
        tags = [line[_STAMP_LENGTH:end] for line, end in zip(lines, ends, strict=True)]
        if undated or -1 in ends:
            plain = [time is not None and end > 0 for time, end in zip(times, ends, strict=True)]
            tags = [tag if fits else "" for tag, fits in zip(tags, plain, strict=True)]
        origins = list(map(self._origins.__getitem__, tags))
        messages = [line[end + 2 :] for line, end in zip(lines, ends, strict=True)]
        hosts = [host for host, _, _ in origins]
        programs = [program for _, program, _ in origins]
        pids = [pid for _, _, pid in origins]
        by_program: dict[str | None, Sequence[int]] = {}
        left: Sequence[int] = ()
        if None in programs or not _NOT_PLAIN_BEGIN.isdisjoint(
            [message[:1] for message in messages]
        ):
            keys = [
                None if message.startswith(_NOT_PLAIN) else program
                for program, message in zip(programs, messages, strict=True)
            ]
            by_program.update(grouped(keys))
            left = by_program.pop(None, ())
        elif len(set(programs)) == 1:
            by_program[programs[0]] = range(count)
        else:
            by_program.update(grouped(programs))
        return Heads(times, hosts, programs, pids, [*nothing], messages, by_program, left)

    def _pairs(self, lines: Sequence[str], heads: Heads, longest: int) -> None:
        """Of the lines that are left, those that hold pairs from the start on."""
        keys = [lines[row] for row in heads.left]
        keys = [line[: line.find("=", 0, _PAIRS_END) + 1] for line in keys]
        starts = list(map(self._starts.__getitem__, keys))
        rows: list[int] = []
        for row, start in zip(heads.left, starts, strict=True):
            if start is not None and len(lines[row]) <= longest:
                severity, length = start
                rows.append(row)
                heads.messages[row] = lines[row][length:]
                heads.severities[row] = severity
        if len(rows) == len(lines):
            heads.by_program, heads.left = {None: rows}, ()
            return
        for row in rows:
            heads.times[row] = heads.hosts[row] = heads.programs[row] = heads.pids[row] = None
        if rows:
            heads.by_program[None] = rows
            read = frozenset(rows)
            heads.left = [row for row in heads.left if row not in read]

    def _time(self, stamp: str) -> int | None:
        return self._stamps.read(stamp) if _STAMP.fullmatch(stamp) is not None else None


def _origin(tag: str) -> Origin:
    found = _TAG.fullmatch(tag)
    if found is None or (found[3] is None and found[2] in _NO_PROGRAMS):
        return _NOWHERE
    return found[1], found[2], int(found[3]) if found[3] is not None else None
