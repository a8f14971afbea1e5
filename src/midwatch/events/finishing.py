"""From a run of one form to a finished batch: types, addresses, clocks.

Texts become integers and canonical addresses, pseudo columns become real ones (see
``readers.patterns``), the body's time (``time``) replaces the header's, or only fills in for
it (``fallback_time``), blanks become None.
Conversions are memoised within bounds, since logs repeat themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from midwatch.events.addresses import canonical_address, split_endpoint
from midwatch.events.batch import EventBatch
from midwatch.events.heads import Heads
from midwatch.events.memo import Memo
from midwatch.events.readers.mapping import BLANK
from midwatch.events.runs import Run, pick
from midwatch.events.schema import FIELDS, FieldType
from midwatch.events.source import Form, Source, Value
from midwatch.events.timestamps import StampReader

_LONGEST_INTEGER: Final = 20
_REQUEST_PARTS: Final = 3
# IANA protocol numbers that firewalls write for names.
_PROTOCOLS: Final = {
    "1": "icmp", "2": "igmp", "4": "ipip", "6": "tcp", "17": "udp", "41": "ipv6", "47": "gre",
    "50": "esp", "51": "ah", "58": "icmpv6", "89": "ospf", "103": "pim", "112": "vrrp",
    "132": "sctp", "ipv6-icmp": "icmpv6", "icmp6": "icmpv6",
}  # fmt: skip


_TARGETS: Final = frozenset({"url_path", "url", "request"})
"""Columns that hold, or become, the target of a request."""


def _integer(text: Value) -> Value:
    if not isinstance(text, str):
        return text
    bare = text.strip()
    if len(bare) > _LONGEST_INTEGER:
        return None
    try:
        return int(bare, 16) if bare[:2] in ("0x", "0X") else int(bare)
    except ValueError:
        whole = bare.partition(".")[0]
        return int(whole) if whole.isdecimal() and whole.isascii() else None


def _plain_integers(column: Sequence[Value]) -> list[Value] | None:
    """A column of plain decimal numbers as integers; None when one is anything else."""
    try:
        if max(map(len, column)) <= _LONGEST_INTEGER:  # type: ignore[arg-type]  # raises on others
            return list(map(int, column))  # type: ignore[arg-type]  # all are texts
    except (TypeError, ValueError):
        pass
    return None


def _address(text: Value) -> str | None:
    return canonical_address(text) if isinstance(text, str) else None


def _endpoint(text: Value) -> tuple[str | None, str | None]:
    return (None, None) if text is None else split_endpoint(str(text))


def _protocol(text: Value) -> str | None:
    if text is None:
        return None
    name = str(text).strip().lower()
    return None if name in BLANK else _PROTOCOLS.get(name, name)


def split_request(text: str) -> tuple[str | None, str | None, str | None]:
    """Method, target and version of an HTTP request line; a broken one is all target.

    >>> split_request("GET /a?b=1 HTTP/1.1")
    ('GET', '/a?b=1', '1.1')
    """
    method, _, rest = text.partition(" ")
    if rest and method.isalpha() and method.isascii():
        target, blank, version = rest.rpartition(" ")
        if blank and version.startswith("HTTP/"):
            return method, target, version[5:]
        if not blank or not version.startswith("HTTP"):
            return method, rest, None
    return None, text or None, None


_NO_FORM: Final = Form((), {})


class Finisher:
    """Makes batches; one for each stream."""

    def __init__(self, stamps: StampReader) -> None:
        """``stamps`` reads the stamps that stand in the body."""
        self._stamps = stamps
        self._addresses: Memo[Value, str | None] = Memo(_address)
        self._integers: Memo[Value, Value] = Memo(_integer)
        self._endpoints: Memo[Value, tuple[str | None, str | None]] = Memo(_endpoint)
        self._protocols: Memo[Value, str | None] = Memo(_protocol)

    def batch(
        self, source: Source, run: Run, heads: Heads, lines: Sequence[str], first_line: int
    ) -> EventBatch:
        """One batch from the run of a source; ``first_line`` is the number of ``lines[0]``."""
        rows, form = run.rows, run.form
        times: Sequence[int | None] = pick(heads.times, rows)
        given = dict(run.columns)
        constants = {**source.constants, **form.constants}
        columns = _head_columns(heads, rows, constants)
        self._split_pseudo(form, given)
        for name, header_first in (("time", source.header_clock), ("fallback_time", True)):
            stamps = given.pop(name, None)
            if stamps is not None:
                times = self._body_times(stamps, times, header_first=header_first)
        for name, column in given.items():
            if _empty(column):
                continue
            if source.verbatim and name not in FIELDS:
                columns[name] = column
                continue
            finished = self._typed(name, column, form, columns)
            if name in columns:
                finished = [
                    old if new is None else new
                    for new, old in zip(finished, columns[name], strict=True)
                ]
            elif name in constants:
                constant = constants.pop(name)
                finished = [constant if value is None else value for value in finished]
            columns[name] = finished
        return EventBatch(
            source.name,
            source.logsource,
            form,
            [first_line + row for row in rows],
            times,
            columns,
            constants,
            pick(lines, rows),
            pick(heads.messages, rows),
        )

    def time(self, stamp: Value) -> int | None:
        """The time of a stamp in an event's body; None where it is none."""
        return None if stamp is None else self._stamps.read(str(stamp))

    def typed(self, name: str, column: Sequence[Value]) -> Sequence[Value]:
        """One column as its name demands, not an address."""
        return self._typed(name, column, _NO_FORM, {})

    def addresses(self, name: str, column: Sequence[Value]) -> dict[str, Sequence[Value]]:
        """A column of addresses, and after it that of the names that stand in their place."""
        columns: dict[str, Sequence[Value]] = {}
        finished = self._typed(name, column, _NO_FORM, columns)
        return {**columns, name: finished}

    def _split_pseudo(self, form: Form, given: dict[str, Sequence[Value]]) -> None:
        """Replace ``src``, ``dst``, ``request`` and ``url`` by the columns they stand for."""
        for side in ("src", "dst"):
            column = given.pop(side, None)
            if column is not None:
                ends = list(map(self._endpoints.__getitem__, column))
                self._offer(given, f"{side}_ip", [end[0] for end in ends])
                self._offer(given, f"{side}_port", [end[1] for end in ends])
        column = given.pop("request", None)
        if column is not None:
            parts = [split_request(str(value or "")) for value in column]
            for spot, name in enumerate(("http_method", "url_path", "http_version")):
                self._offer(given, name, [part[spot] for part in parts])
        column = given.pop("url", None)
        if column is not None:
            self._offer(given, "url_path", column)
        stems = given.get("url_stem")
        if stems is not None and _TARGETS.isdisjoint(form.names):
            queries = given.get("url_query") or [None] * len(stems)
            given["url_path"] = [
                stem
                if stem is None or query is None or query in BLANK
                else f"{stem}?{str(query).removeprefix('?')}"
                for stem, query in zip(stems, queries, strict=True)
            ]

    @staticmethod
    def _offer(given: dict[str, Sequence[Value]], name: str, column: Sequence[Value]) -> None:
        """Add a column; where one of that name stands already, fill its gaps."""
        old = given.get(name)
        if old is not None:
            column = [
                new if value is None else value for value, new in zip(old, column, strict=True)
            ]
        given[name] = column

    def _body_times(
        self, stamps: Sequence[Value], times: Sequence[int | None], *, header_first: bool
    ) -> Sequence[int | None]:
        read = self._stamps.read
        if header_first:
            if None not in times:
                return times
            return [
                read(str(stamp)) if time is None and stamp is not None else time
                for stamp, time in zip(stamps, times, strict=True)
            ]
        known = {stamp: None if stamp is None else read(str(stamp)) for stamp in set(stamps)}
        found = list(map(known.__getitem__, stamps))
        if None not in found:
            return found
        return [old if new is None else new for new, old in zip(found, times, strict=True)]

    def _typed(  # noqa: PLR0911  # one case for each type
        self,
        name: str,
        column: Sequence[Value],
        form: Form,
        columns: dict[str, Sequence[Value]],
    ) -> Sequence[Value]:
        if name == "protocol":
            return list(map(self._protocols.__getitem__, column))
        if name == "http_version":
            return [
                None if value is None or value in BLANK else str(value).removeprefix("HTTP/")
                for value in column
            ]
        known = FIELDS.get(name)
        if known is None or known.type is FieldType.TEXT:
            if known is not None and int in set(map(type, column)):  # JSON's numbers
                column = [str(value) if isinstance(value, int) else value for value in column]
            if BLANK.isdisjoint(column):
                return column
            return [None if value in BLANK else value for value in column]
        if known.type is FieldType.INTEGER:
            return _plain_integers(column) or list(map(self._integers.__getitem__, column))
        if known.type is FieldType.ADDRESS:
            finished = list(map(self._addresses.__getitem__, column))
            host = name.replace("_ip", "_host")
            if None in finished and host in FIELDS and host not in form.names:
                names = [
                    value if address is None and value not in BLANK else None
                    for value, address in zip(column, finished, strict=True)
                ]
                if any(value is not None for value in names):
                    columns[host] = names
            return finished
        return column


def _head_columns(
    heads: Heads, rows: Sequence[int], constants: Mapping[str, Value]
) -> dict[str, Sequence[Value]]:
    """What the headers say, where the source does not know better."""
    columns: dict[str, Sequence[Value]] = {}
    for name in ("host", "program", "pid", "severity"):
        if name not in constants:
            head: Sequence[Value] = pick(heads.column(name), rows)
            if not _empty(head):
                columns[name] = head
    return columns


def _empty(column: Sequence[Value]) -> bool:
    """Whether a column holds nothing."""
    return column[0] is column[-1] is None and column.count(None) == len(column)
