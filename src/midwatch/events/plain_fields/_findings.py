"""What is found in one message, and which values each column takes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from midwatch.events.addresses import canonical_address, split_endpoint
from midwatch.events.field_names import (
    ATTACK,
    CODE,
    EVENT,
    FROM,
    MALWARE,
    METHOD,
    OUTCOME,
    STATUS,
    TEXT,
    TO,
)
from midwatch.events.plain_sentence import is_stamp
from midwatch.events.source import Value

COLUMNS: Final = (
    "time", "src_ip", "src_port", "src_host", "dst_ip", "dst_port", "dst_host", "user", "domain",
    "host", "severity", "protocol", "http_method", "http_status", "http_host", "url_path",
    "user_agent", "referrer", "session", "signature", "signature_id", "policy", "file", "process",
    "command", "mail_from", "mail_to", "query_name", "country", "in_interface", "out_interface",
    "bytes_in", "bytes_out", "auth_method", "fallback_time",
)  # fmt: skip
"""The columns of every reading, in the order of its values."""

_WORST: Final = 1 << 20
_UNSURE: Final = 400
"""Added to the rank of a value that is of the right kind but says little."""
_ASIDE: Final = 900
"""Rank of a value that came along with another column's."""
_LONGEST_VALUE: Final = 4_096
_LONGEST_WORD: Final = 24
_LONGEST_NAME: Final = 256
_BLANK: Final = frozenset(
    ("", "-", "--", "null", "none", "n/a", "na", "nil", "(null)", "undefined", "unknown", "<nil>")
)
_DATE: Final = re.compile(r"\d{4}[-/.]\d\d[-/.]\d\d|\d\d[-/.]\d\d[-/.]\d{4}")
_CLOCK: Final = re.compile(
    r"\d{1,2}:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?[AaPp][Mm])?(?:Z|[+-]\d\d:?\d\d)?"
)
_NUMBERED: Final = re.compile(
    r"[0-9]+|\{?[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F-]{22,23}\}?|[0-9a-f]{24,64}|S-1-[0-9-]+"
)
_METHODS: Final = frozenset(
    ("GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "PATCH", "CONNECT", "PROPFIND", "TRACE",
     "REPORT", "MKCOL", "SEARCH")
)  # fmt: skip
_PROTOCOLS: Final = {"1": "icmp", "6": "tcp", "17": "udp", "47": "gre", "50": "esp", "58": "icmpv6"}
_NOWHERE: Final = frozenset(("0.0.0.0", "::"))  # noqa: S104  # told apart, not bound to

SLOTS: Final = {column: slot for slot, column in enumerate(COLUMNS)}


class Findings:
    """What was found in one message so far.

    ``values`` stand in the order of `COLUMNS`, ``ranks`` say how sure each is (0 is best).
    """

    __slots__ = ("attack", "codes", "date", "events", "fields", "malware", "outcomes", "ranks",
                 "texts", "values")  # fmt: skip

    def __init__(self) -> None:
        """Nothing found yet."""
        self.values: list[Value] = [None] * len(COLUMNS)
        self.ranks = [_WORST] * len(COLUMNS)
        self.texts: list[tuple[int, str]] = []
        self.events: list[str] = []
        self.outcomes: list[tuple[str, object]] = []
        self.codes: list[str] = []
        self.date: dict[str, str] = {}
        self.attack: str | None = None
        self.malware: str | None = None
        self.fields = 0

    def put(self, column: str, rank: int, value: Value) -> None:
        """Keep a value if it is surer than the one that the column has."""
        slot = SLOTS[column]
        if value is not None and rank < self.ranks[slot]:
            self.ranks[slot] = rank
            self.values[slot] = value

    def get(self, column: str) -> Value:
        """The value of a column so far."""
        return self.values[SLOTS[column]]

    def drop(self, column: str) -> None:
        """Forget the value of a column."""
        self.values[SLOTS[column]] = None
        self.ranks[SLOTS[column]] = _WORST

    def rank(self, column: str) -> int:
        """How sure the value of a column is."""
        return self.ranks[SLOTS[column]]

    def offer(self, column: str, rank: int, name: str, value: object) -> None:
        """Take a field's value for a column or group, if it looks like what belongs there."""
        taker = _TAKERS.get(column)
        if taker is not None:
            taker(self, rank, name, value)
        elif rank < self.ranks[SLOTS[column]]:
            self.put(column, rank, said(value))


def said(value: object) -> str | None:
    """A value as text; None when it says nothing."""
    if isinstance(value, bool):
        return None
    text = value if isinstance(value, str) else str(value)
    if len(text) > _LONGEST_VALUE:
        text = text[:_LONGEST_VALUE]
    return None if text.lower() in _BLANK else text


Taker = Callable[[Findings, int, str, object], None]


def _take_time(found: Findings, rank: int, _name: str, value: object) -> None:
    if rank >= found.rank("time") or isinstance(value, bool):
        return
    text = str(value)
    if not 8 <= len(text) <= 64:
        return
    if is_stamp(text):
        found.put("time", rank, text)
    elif _DATE.fullmatch(text):
        found.date.setdefault("date", text)
    elif _CLOCK.fullmatch(text):
        found.date.setdefault("clock", text)


def _endpoint_of(side: str) -> Taker:
    return lambda found, rank, _name, value: _take_endpoint(found, rank, value, side)


def _take_endpoint(found: Findings, rank: int, value: object, side: str) -> None:
    column = f"{side}_ip"
    if not isinstance(value, str) or rank >= found.rank(column) or len(value) < 3:
        return
    text = value.partition(",")[0].strip()
    if "." not in text and ":" not in text:
        return
    address, port = canonical_address(text), None
    if address is None:
        bare, port = split_endpoint(text.lstrip("/"))
        address = canonical_address(bare)
    if address is None:
        if rank < _ASIDE and found.get(column) is None and _is_host(text):
            found.put(f"{side}_host", rank + _UNSURE, text)
    elif address not in _NOWHERE:
        found.put(column, rank, address)
        found.put(f"{side}_port", _ASIDE, port)


def _is_host(text: str) -> bool:
    return (
        len(text) <= _LONGEST_NAME
        and text[0].isalnum()
        and all(character.isalnum() or character in ".-_" for character in text)
    )


def _host_of(side: str) -> Taker:
    def take(found: Findings, rank: int, _name: str, value: object) -> None:
        text = said(value)
        if text is None or len(text) > _LONGEST_NAME:
            return
        if canonical_address(text) is not None:
            _take_endpoint(found, rank + _UNSURE, text, side)
        else:
            found.put(f"{side}_host", rank, text)

    return take


def _port_of(column: str) -> Taker:
    return lambda found, rank, _name, value: _take_port(found, rank, value, column)


def _take_port(found: Findings, rank: int, value: object, column: str) -> None:
    text = str(value)
    if text.isdecimal() and len(text) < 6 and 0 < int(text) < 65536:
        found.put(column, rank, text)


def _take_user(found: Findings, rank: int, _name: str, value: object) -> None:
    text = said(value)
    if text is None or len(text) > _LONGEST_NAME or canonical_address(text) is not None:
        return
    found.put("user", rank + _UNSURE if _NUMBERED.fullmatch(text) else rank, text)


def _take_status(found: Findings, rank: int, name: str, value: object) -> None:
    text = str(value)
    if text.isdecimal() and len(text) == 3 and "100" <= text < "600":
        found.put("http_status", rank, text)
    else:
        found.outcomes.append((name or "status", value))


def _take_method(found: Findings, rank: int, _name: str, value: object) -> None:
    text = str(value)
    if text.upper() in _METHODS:
        found.put("http_method", rank, text.upper())
    elif said(value) is not None:
        found.put("auth_method", rank + 100, text[:_LONGEST_NAME])


def _take_path(found: Findings, rank: int, _name: str, value: object) -> None:
    if isinstance(value, str) and value.startswith(("/", "http://", "https://")):
        found.put("url_path", rank, value[:_LONGEST_VALUE])


def _take_agent(found: Findings, rank: int, _name: str, value: object) -> None:
    if isinstance(value, str) and "/" in value:
        found.put("user_agent", rank, value[:_LONGEST_VALUE])


def _party_of(side: str, mail: str) -> Taker:
    def take(found: Findings, rank: int, _name: str, value: object) -> None:
        if isinstance(value, str):
            if "@" in value:
                found.put(mail, 100 + rank, value[:_LONGEST_VALUE])
            else:
                _take_endpoint(found, 90 + rank, value, side)

    return take


def _take_protocol(found: Findings, rank: int, _name: str, value: object) -> None:
    text = said(value)
    if text is not None and len(text) <= _LONGEST_WORD:
        low = text.lower()
        found.put("protocol", rank, _PROTOCOLS.get(low, low))


def _take_severity(found: Findings, rank: int, _name: str, value: object) -> None:
    text = said(value)
    if text is not None and len(text) <= _LONGEST_WORD:
        found.put("severity", rank, text)


def _take_country(found: Findings, rank: int, _name: str, value: object) -> None:
    if isinstance(value, str) and len(value) == 2 and value.isalpha():
        found.put("country", rank, value.upper())


def _take_text(found: Findings, rank: int, _name: str, value: object) -> None:
    if isinstance(value, str) and len(value) > 1:
        found.texts.append((rank, value))


def _take_event(found: Findings, _rank: int, _name: str, value: object) -> None:
    text = said(value)
    if text is not None and not text.isdecimal():
        found.events.append(text[:_LONGEST_NAME])


def _take_outcome(found: Findings, _rank: int, name: str, value: object) -> None:
    found.outcomes.append((name, value))


def _take_code(found: Findings, _rank: int, _name: str, value: object) -> None:
    text = said(value)
    if text is not None:
        found.codes.append(text)


def _take_attack(found: Findings, _rank: int, _name: str, value: object) -> None:
    if isinstance(value, str) and found.attack is None:
        found.attack = said(value)


def _take_malware(found: Findings, _rank: int, _name: str, value: object) -> None:
    if isinstance(value, str) and found.malware is None:
        found.malware = said(value)


_TAKERS: Final[dict[str, Taker]] = {
    "time": _take_time,
    "src": _endpoint_of("src"),
    "dst": _endpoint_of("dst"),
    "src_host": _host_of("src"),
    "dst_host": _host_of("dst"),
    "src_port": _port_of("src_port"),
    "dst_port": _port_of("dst_port"),
    "user": _take_user,
    "user_agent": _take_agent,
    "url_path": _take_path,
    "protocol": _take_protocol,
    "severity": _take_severity,
    "country": _take_country,
    STATUS: _take_status,
    METHOD: _take_method,
    FROM: _party_of("src", "mail_from"),
    TO: _party_of("dst", "mail_to"),
    TEXT: _take_text,
    EVENT: _take_event,
    OUTCOME: _take_outcome,
    CODE: _take_code,
    ATTACK: _take_attack,
    MALWARE: _take_malware,
}
