"""Addresses and networks: is a value an address in there?"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)


@lru_cache(maxsize=65_536)
def as_address(text: str) -> IPv4Address | IPv6Address | None:
    """A text as an address; None where it is none."""
    try:
        return ip_address(text.strip())
    except ValueError:
        return None


def in_network(written: str) -> Callable[[str | int], bool]:
    """Whether a value is an address in the network; most are turned down by how they begin."""
    network = ip_network(written)
    beginnings = _beginnings(network) if isinstance(network, IPv4Network) else None

    def inside(value: str | int) -> bool:
        text = str(value).strip()
        if beginnings is None:
            if ":" not in text:
                return False
        elif not text.startswith(beginnings):
            return False
        address = as_address(text)
        return address is not None and _within(address, network)

    return inside


def _beginnings(network: IPv4Network) -> tuple[str, ...]:
    """How the addresses of a network begin when written out: its whole octets."""
    octets = network.prefixlen // 8
    if network.prefixlen % 8:
        octets += 1
    return tuple(
        {
            ".".join(str(part.network_address).split(".")[:octets]) + "." * (0 < octets < 4)
            for part in network.subnets(new_prefix=octets * 8)
        }
    )


def _within(address: IPv4Address | IPv6Address, network: IPv4Network | IPv6Network) -> bool:
    """Whether the network holds the address; different versions never meet."""
    return address.version == network.version and address in network
