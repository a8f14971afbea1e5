"""Addresses in DuckDB's SQL, which knows none unless an extension is loaded.

``address_number(a)`` is the number of an address, IPv4 ones as IPv4-mapped IPv6 (RFC 4291,
section 2.5.5.2), NULL for what is none; ``in_network(a, '203.0.113.0/24')`` tells whether it
lies in a network.
"""

from __future__ import annotations

import ipaddress
from typing import Final

_MAPPED: Final = 0xFFFF_0000_0000
_SIX: Final = (
    "list_reduce(list_transform("
    "CASE WHEN contains(a, '::') THEN list_concat("
    "list_filter(string_split(split_part(a, '::', 1), ':'), lambda g: g <> ''), "
    "list_concat(list_transform(range(8"
    " - len(list_filter(string_split(split_part(a, '::', 1), ':'), lambda g: g <> ''))"
    " - len(list_filter(string_split(split_part(a, '::', 2), ':'), lambda g: g <> ''))), "
    "lambda g: '0'), "
    "list_filter(string_split(split_part(a, '::', 2), ':'), lambda g: g <> ''))) "
    "ELSE string_split(a, ':') END, "
    "lambda g: ('0x' || g)::UHUGEINT), lambda n, g: (n << 16) + g)"
)
_FOUR: Final = (
    f"{_MAPPED}::UHUGEINT + (split_part(a, '.', 1)::UHUGEINT << 24) "
    "+ (split_part(a, '.', 2)::UHUGEINT << 16) "
    "+ (split_part(a, '.', 3)::UHUGEINT << 8) + split_part(a, '.', 4)::UHUGEINT"
)
_NUMBER: Final = (
    "CREATE MACRO address_number(a) AS "
    f"TRY(CASE WHEN contains(a, ':') THEN {_SIX} ELSE {_FOUR} END)"
)
_NETWORK: Final = (
    "CREATE MACRO in_network(a, network) AS "
    "(contains(a, ':') = contains(network, ':')) AND "
    "(address_number(a) >> (CASE WHEN contains(network, ':') THEN 128 ELSE 32 END"
    " - split_part(network, '/', 2)::INTEGER)::UHUGEINT) = "
    "(address_number(split_part(network, '/', 1)) >> "
    "(CASE WHEN contains(network, ':') THEN 128 ELSE 32 END"
    " - split_part(network, '/', 2)::INTEGER)::UHUGEINT)"
)


MACROS: Final = (_NUMBER, _NETWORK)


def number_of(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> int:
    """What ``address_number`` gives.

    >>> number_of(ipaddress.ip_address("0.0.0.1")) == number_of(ipaddress.ip_address("::ffff:0:1"))
    True
    """
    return int(address) + (_MAPPED if address.version == 4 else 0)
