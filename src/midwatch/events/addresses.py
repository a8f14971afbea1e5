"""Network addresses as logs write them → canonical text.

IPv4-mapped IPv6 becomes IPv4, brackets and zone indexes go, IPv6 is compressed. Of a list
(``X-Forwarded-For``) the last is taken, which the nearest proxy wrote and nobody can forge.
Anything else is not an address and gives ``None``.
"""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv6Address
from typing import Final

_OCTET: Final = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_IPV4: Final = re.compile(rf"(?:{_OCTET}\.){{3}}{_OCTET}", re.ASCII)
_ENDPOINTS: Final = (
    re.compile(r"\[(?P<ip>[^\]]+)\](?::(?P<port>\d{1,5}))?"),
    re.compile(r"(?P<ip>\d+\.\d+\.\d+\.\d+)(?:[:/#.](?P<port>\d{1,5}))?", re.ASCII),
    re.compile(r"(?P<ip>[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)(?:[/#](?P<port>\d{1,5}))?"),
    re.compile(r"(?P<ip>[^\s:]+):(?P<port>\d{1,5})"),
)
_LONGEST: Final = 64
_HIGHEST_PORT: Final = 65535


def canonical_address(text: str) -> str | None:
    """Canonical text of an IP address, or None when ``text`` is not one.

    >>> canonical_address("::ffff:192.0.2.1")
    '192.0.2.1'
    >>> canonical_address("[2001:DB8::0]")
    '2001:db8::'
    """
    if _IPV4.fullmatch(text):
        return text
    if "," in text:
        text = text.rpartition(",")[2]
    if not 1 < len(text) <= _LONGEST:
        return None
    bare = text.strip(" []\"'").partition("%")[0]
    if _IPV4.fullmatch(bare):
        return bare
    if ":" not in bare:
        return None
    try:
        address = IPv6Address(bare)
    except (AddressValueError, ValueError):
        return None
    mapped = address.ipv4_mapped
    return str(mapped) if mapped is not None else str(address)


def split_endpoint(text: str) -> tuple[str, str | None]:
    """``address:port`` in any common writing → (address or name, port or None).

    Understands ``192.0.2.1:22``, ``192.0.2.1/22``, ``192.0.2.1#22``, ``[2001:db8::1]:22``,
    ``2001:db8::1``, ``::ffff:192.0.2.1:22`` and ``name:22``.
    """
    text = text.strip()
    if len(text) > _LONGEST * 4:
        return text, None
    for pattern in _ENDPOINTS:
        found = pattern.fullmatch(text)
        if found:
            port = found["port"]
            if port is not None and int(port) > _HIGHEST_PORT:
                return text, None
            if port is None and canonical_address(found["ip"]) is None:
                ip, _, last = found["ip"].rpartition(":")
                if last.isdecimal() and int(last) <= _HIGHEST_PORT and canonical_address(ip):
                    return ip, last
            return found["ip"], port
    return text, None
