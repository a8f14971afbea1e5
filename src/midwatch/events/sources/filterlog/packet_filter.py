"""Reads the packet filter's comma-separated records fast: one split, one pick per line.

The layout depends on the IP version and the protocol. What each place means is fixed by
them, so the places to pick are worked out once for every combination seen and kept.
Records that are cut short keep what they have.

Sources: pfSense documentation, "Raw Filter Log Format"; OPNsense, ``filterlog`` plugin.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Any, Final

from midwatch.events.source import Form, Reading, Value

_ACTIONS: Final = {
    "block": "block",
    "reject": "block",
    "synproxy drop": "block",
    "pass": "allow",
    "match": "allow",
    "nat": "allow",
    "rdr": "allow",
    "binat": "allow",
}
_HEAD: Final = (
    "rule", "sub_rule", "anchor", "tracker", "interface", "reason", "action", "direction",
    "ip_version",
)  # fmt: skip
_IP: Final = {
    "4": ("tos", "ecn", "ttl", "id", "offset", "flags", "protocol_id", "protocol_text"),
    "6": ("class", "flow_label", "hop_limit", "protocol_text", "protocol_id"),
}
_ENDS: Final = ("length", "source", "destination")
_TCP: Final = (
    "source_port", "destination_port", "data_length", "tcp_flags", "sequence", "ack", "window",
    "urgent", "options",
)  # fmt: skip
_AFTER: Final = {
    "tcp": _TCP,
    "udp": _TCP[:3],
    "sctp": _TCP[:3],
    "icmp": ("icmp_type",),
    "icmpv6": ("icmp_type",),
    "carp": ("carp_type", "carp_ttl", "vhid", "carp_version", "advskew", "advbase"),
}
_PICKED: Final = (
    ("src_ip", "source"),
    ("dst_ip", "destination"),
    ("src_port", "source_port"),
    ("dst_port", "destination_port"),
    ("tcp_flags", "tcp_flags"),
)
_SHORTEST: Final = 9
_VERSION, _ACTION = 8, 6
_PROTOCOL: Final = {"4": 16, "6": 12}
_MOST_LAYOUTS: Final = 512
_MOST_VALUES: Final = 64

_Layout = tuple[Form, Callable[[list[str]], Any]]


def vendor_names(version: str, protocol: str) -> tuple[str, ...]:
    """The product's names of all places, by IP version ("4" or "6") and protocol."""
    if version not in _IP:
        return _HEAD
    return _HEAD + _IP[version] + _ENDS + _AFTER.get(protocol, ())


def vendor_fields(message: str) -> dict[str, str]:
    """All of a record's own fields, under pfSense's names."""
    values = message.split(",", _MOST_VALUES)
    if len(values) < _SHORTEST:
        return {}
    version = values[_VERSION]
    place = _PROTOCOL.get(version, _MOST_VALUES)
    protocol = values[place].lower() if place < len(values) else ""
    names = vendor_names(version, protocol)
    return {name: value for name, value in zip(names, values, strict=False) if value}


class PacketFilter:
    """Reads one record; see the module's documentation."""

    def __init__(self) -> None:
        self._layouts: dict[tuple[str, str, str, str, bool], _Layout] = {}

    def read(self, message: str) -> Reading | None:
        """See ``Reader.read``."""
        values = message.split(",", _MOST_VALUES)
        try:
            version = values[8]
            key = (
                version,
                values[16] if version == "4" else values[12],
                values[6],
                values[7],
                values[3] in ("", "0"),
            )
            form, pick = self._layouts[key]
            return form, pick(values)
        except (KeyError, IndexError):
            return self._read_slowly(values)

    def _read_slowly(self, values: list[str]) -> Reading | None:
        """Read a record of a new layout, or one that is cut short."""
        if len(values) < _SHORTEST or values[_ACTION] not in _ACTIONS:
            return None
        version = values[_VERSION]
        place = _PROTOCOL.get(version, _MOST_VALUES)
        protocol = values[place].strip().lower() if place < len(values) else ""
        names = vendor_names(version, protocol)
        places = [0 if values[3] in ("", "0") else 3, 4]
        direction = values[7]
        columns = ["policy", "out_interface" if direction == "out" else "in_interface"]
        complete = True
        for column, name in _PICKED:
            if name in names:
                if names.index(name) < len(values):
                    columns.append(column)
                    places.append(names.index(name))
                else:
                    complete = False
        means: dict[str, Value] = {"category": "network", "action": _ACTIONS[values[_ACTION]]}
        if protocol:
            means["protocol"] = protocol
        form = Form(tuple(columns), means, vendor_fields)
        pick = itemgetter(*places)
        if complete and place < len(values):
            if len(self._layouts) >= _MOST_LAYOUTS:
                self._layouts.clear()
            key = (version, values[place], values[_ACTION], direction, values[3] in ("", "0"))
            self._layouts[key] = (form, pick)
        return form, pick(values)
