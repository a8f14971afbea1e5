"""Finds all networks that hold an address, by walking its bits: a trie for IPv4 and IPv6.

>>> trie = NetworkTrie[str]()
>>> trie.add("192.0.2.0/24", "example net"); trie.add("192.0.2.7", "printer")
>>> trie.find("192.0.2.7")
['example net', 'printer']
"""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Generic, TypeVar

T = TypeVar("T")


class _Node(Generic[T]):
    __slots__ = ("one", "values", "zero")

    def __init__(self) -> None:
        self.zero: _Node[T] | None = None
        self.one: _Node[T] | None = None
        self.values: list[T] = []


class NetworkTrie(Generic[T]):
    """Values by network; an address finds those of every network that holds it."""

    def __init__(self) -> None:
        """Empty."""
        self._roots: dict[int, _Node[T]] = {4: _Node(), 6: _Node()}
        self._size = 0

    def __len__(self) -> int:
        """Number of values."""
        return self._size

    def add(self, network: str, value: T) -> None:
        """Enter a value for an address or network.

        Raises:
            ValueError: It is neither.
        """
        parsed = ip_network(network, strict=False)
        node = self._roots[parsed.version]
        bits, width = int(parsed.network_address), parsed.max_prefixlen
        for place in range(width - 1, width - 1 - parsed.prefixlen, -1):
            following = node.one if bits >> place & 1 else node.zero
            if following is None:
                following = _Node()
                if bits >> place & 1:
                    node.one = following
                else:
                    node.zero = following
            node = following
        node.values.append(value)
        self._size += 1

    def find(self, address: str) -> list[T]:
        """The values of all networks around the address, the widest first; none for no address."""
        try:
            parsed = ip_address(address)
        except ValueError:
            return []
        if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
            parsed = parsed.ipv4_mapped
        bits = int(parsed)
        node: _Node[T] | None = self._roots[parsed.version]
        found: list[T] = []
        place: int = parsed.max_prefixlen
        while node is not None:
            found += node.values
            place -= 1
            if place < 0:
                break
            node = node.one if bits >> place & 1 else node.zero
        return found
