"""From rows of one form to a finished batch: types, addresses, clocks.

Texts become integers and canonical addresses, pseudo columns become real ones (see
``readers.patterns``), the body's time (``time``) replaces the header's, or only fills in for
it (``fallback_time``), blanks become None.
Conversions are memoised within bounds, since logs repeat themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from midwatch.events.addresses import canonical_address, split_endpoint
from midwatch.events.batch import EventBatch
from midwatch.events.readers.mapping import BLANK
from midwatch.events.schema import FIELDS, FieldType
from midwatch.events.source import Form, Source, Value
from midwatch.events.timestamps import StampReader

_Result = TypeVar("_Result")
_MEMO_LIMIT: Final = 65_536
_LONGEST_INTEGER: Final = 20
_REQUEST_PARTS: Final = 3
# IANA protocol numbers that firewalls write for names.
_PROTOCOLS: Final = {
    "1": "icmp", "2": "igmp", "4": "ipip", "6": "tcp", "17": "udp", "41": "ipv6", "47": "gre",
    "50": "esp", "51": "ah", "58": "icmpv6", "89": "ospf", "103": "pim", "112": "vrrp",
    "132": "sctp", "ipv6-icmp": "icmpv6", "icmp6": "icmpv6",
}  # fmt: skip


class _Memo(dict[str, _Result]):
    """A bounded memo of a pure function of text; it forgets all when it is full."""

    def __init__(self, function: Callable[[str], _Result]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, key: str) -> _Result:
        if len(self) >= _MEMO_LIMIT:
            self.clear()
        value = self._function(key)
        self[key] = value
        return value


def _integer(text: str) -> int | None:
    bare = text.strip()
    if len(bare) > _LONGEST_INTEGER:
        return None
    try:
        return int(bare, 16) if bare[:2] in ("0x", "0X") else int(bare)
    except ValueError:
        whole = bare.partition(".")[0]
        return int(whole) if whole.isdecimal() and whole.isascii() else None


def _protocol(text: str) -> str | None:
    name = text.strip().lower()
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


class Finisher:
    """Makes batches; one for each stream."""

    def __init__(self, stamps: StampReader) -> None:
        """``stamps`` reads the stamps that stand in the body."""
        self._stamps = stamps
        self._addresses: _Memo[str | None] = _Memo(canonical_address)
        self._integers: _Memo[int | None] = _Memo(_integer)
        self._endpoints: _Memo[tuple[str, str | None]] = _Memo(split_endpoint)
        self._protocols: _Memo[str | None] = _Memo(_protocol)

    def batch(self, source: Source, form: Form, rows: Sequence[tuple[Any, ...]]) -> EventBatch:
        """One batch from the rows that ``LineReader`` collected."""
        lines, header_times, hosts, programs, pids, severities, raws, messages, values = zip(
            *rows, strict=True
        )
        times: Sequence[int | None] = header_times
        given: dict[str, Sequence[Value]] = {}
        if form.names:
            given = dict(zip(form.names, zip(*values, strict=True), strict=True))
        constants = {**source.constants, **form.constants}
        columns: dict[str, Sequence[Value]] = {}
        heads = {"host": hosts, "program": programs, "pid": pids, "severity": severities}
        columns.update(
            (name, column)
            for name, column in heads.items()
            if name not in constants and any(value is not None for value in column)
        )
        self._split_pseudo(given)
        stamps = given.pop("time", None)
        if stamps is not None:
            times = self._body_times(stamps, times, header_first=source.header_clock)
        stamps = given.pop("fallback_time", None)
        if stamps is not None:
            times = self._body_times(stamps, times, header_first=True)
        for name, column in given.items():
            if column[0] is column[-1] is None and column.count(None) == len(rows):
                continue
            if source.verbatim and name not in FIELDS:
                columns[name] = list(column)
                continue
            finished = self._typed(name, column, given, columns)
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
            source.name, source.logsource, form, lines, times, columns, constants, raws, messages
        )

    def time(self, stamp: Value) -> int | None:
        """The time of a stamp in an event's body; None where it is none."""
        return None if stamp is None else self._stamps.read(str(stamp))

    def typed(self, name: str, column: Sequence[Value]) -> list[Value]:
        """One column as its name demands, not an address."""
        return self._typed(name, column, {}, {})

    def addresses(self, name: str, column: Sequence[Value]) -> dict[str, Sequence[Value]]:
        """A column of addresses, and after it that of the names that stand in their place."""
        columns: dict[str, Sequence[Value]] = {}
        finished = self._typed(name, column, {}, columns)
        return {**columns, name: finished}

    def _split_pseudo(self, given: dict[str, Sequence[Value]]) -> None:
        """Replace ``src``, ``dst``, ``request`` and ``url`` by the columns they stand for."""
        for side in ("src", "dst"):
            column = given.pop(side, None)
            if column is not None:
                ends = [
                    (None, None) if value is None else self._endpoints[str(value)]
                    for value in column
                ]
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
        if stems is not None and "url_path" not in given:
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
    ) -> list[int | None]:
        read = self._stamps.read
        result: list[int | None] = []
        for stamp, header_time in zip(stamps, times, strict=True):
            time = header_time
            if stamp is not None and not (header_first and header_time is not None):
                body_time = read(str(stamp))
                if body_time is not None:
                    time = body_time
            result.append(time)
        return result

    def _typed(
        self,
        name: str,
        column: Sequence[Value],
        given: dict[str, Sequence[Value]],
        columns: dict[str, Sequence[Value]],
    ) -> list[Value]:
        if name == "protocol":
            protocols = self._protocols
            return [None if value is None else protocols[str(value)] for value in column]
        if name == "http_version":
            return [
                None if value is None or value in BLANK else str(value).removeprefix("HTTP/")
                for value in column
            ]
        known = FIELDS.get(name)
        if known is None or known.type is FieldType.TEXT:
            if known is not None and int in set(map(type, column)):  # JSON's numbers
                column = [str(value) if isinstance(value, int) else value for value in column]
            return [None if value in BLANK else value for value in column]
        if known.type is FieldType.INTEGER:
            integers = self._integers
            return [integers[value] if isinstance(value, str) else value for value in column]
        if known.type is FieldType.ADDRESS:
            addresses = self._addresses
            finished: list[Value] = [
                addresses[value] if isinstance(value, str) else None for value in column
            ]
            host = name.replace("_ip", "_host")
            if None in finished and host in FIELDS and host not in given:
                names = [
                    value if address is None and value not in BLANK else None
                    for value, address in zip(column, finished, strict=True)
                ]
                if any(value is not None for value in names):
                    columns[host] = names
            return finished
        return list(column)
