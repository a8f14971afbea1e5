"""One address list made ready: which entries hold an address, for a million entries.

Networks of one length lie in a sorted array, so that a list takes some ten bytes an entry
and an address is looked up once for each length that occurs. An index never changes.

>>> from midwatch.incidents.address_lists import AddressList, Indicator
>>> index = ListIndex.of(AddressList(name="abuse", fetched=0,
...     indicators=(Indicator("192.0.2.0/24", "scanner"),)))
>>> index.find("192.0.2.7")
[Indicator(network='192.0.2.0/24', label='scanner', begins=None, ends=None)]
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

import msgspec

from midwatch.incidents.address_lists import AddressList, Effect, Indicator
from midwatch.kernel import BadInputError

_WIDTH: Final = {4: 32, 6: 128}
_ALWAYS: Final = -1
"""Stands for a bound that there is not."""


class _Kept(msgspec.Struct, frozen=True):
    """Networks of one version and length as they lie in a file."""

    version: int
    length: int
    keys: bytes
    labels: bytes
    begins: bytes
    ends: bytes


class _File(msgspec.Struct, frozen=True):
    name: str
    fetched: int
    licence: str
    expires: int | None
    effect: Effect
    labels: list[str]
    tables: list[_Kept]


class _Table:
    """Networks of one version and length, sorted; the other columns go with them."""

    __slots__ = ("begins", "ends", "keys", "labels", "length", "version")

    def __init__(self, version: int, length: int) -> None:
        self.version, self.length = version, length
        self.keys: Sequence[int] = []
        self.labels = array("I")
        self.begins = array("q")
        self.ends = array("q")


class ListIndex:
    """See the module's documentation."""

    def __init__(self, file: _File) -> None:
        """Of a file's content; see ``of`` and ``from_bytes``."""
        self.name, self.fetched, self.licence = file.name, file.fetched, file.licence
        self.expires, self.effect = file.expires, file.effect
        self._labels = file.labels
        self._tables = [_table(kept) for kept in file.tables]

    def __len__(self) -> int:
        """Number of entries."""
        return sum(len(table.keys) for table in self._tables)

    @classmethod
    def of(cls, source: AddressList) -> ListIndex:
        """Make a list ready.

        Raises:
            ValueError: An entry has something else in place of a network.
        """
        labels: dict[str, int] = {}
        rows: dict[tuple[int, int], list[tuple[int, int, int, int]]] = {}
        for entry in source.indicators:
            network = ip_network(entry.network, strict=False)
            key = int(network.network_address) >> (network.max_prefixlen - network.prefixlen)
            rows.setdefault((network.version, network.prefixlen), []).append(
                (
                    key,
                    labels.setdefault(entry.label, len(labels)),
                    _ALWAYS if entry.begins is None else entry.begins,
                    _ALWAYS if entry.ends is None else entry.ends,
                )
            )
        tables = []
        for (version, length), found in sorted(rows.items()):
            found.sort()
            keys, names, begins, ends = zip(*found, strict=True)
            tables.append(
                _Kept(
                    version, length, b"".join(key.to_bytes(16, "big") for key in keys)
                    if version == 6 else array("I", keys).tobytes(),
                    array("I", names).tobytes(), array("q", begins).tobytes(),
                    array("q", ends).tobytes(),
                )
            )  # fmt: skip
        return cls(
            _File(
                source.name, source.fetched, source.licence, source.expires, source.effect,
                list(labels), tables,
            )
        )  # fmt: skip

    @classmethod
    def from_bytes(cls, content: bytes) -> ListIndex:
        """An index that ``to_bytes`` gave on a machine of the same kind.

        Raises:
            BadInputError: It is damaged.
        """
        try:
            return cls(msgspec.msgpack.decode(content, type=_File))
        except (msgspec.MsgspecError, ValueError) as error:
            raise BadInputError(
                f"the kept address list is damaged: {error}",
                remedy="fetch it again: midwatch list update",
            ) from error

    def to_bytes(self) -> bytes:
        """The index for a file."""
        tables = [
            _Kept(
                table.version, table.length,
                table.keys.tobytes() if isinstance(table.keys, array)
                else b"".join(key.to_bytes(16, "big") for key in table.keys),
                table.labels.tobytes(), table.begins.tobytes(), table.ends.tobytes(),
            )
            for table in self._tables
        ]  # fmt: skip
        return msgspec.msgpack.encode(
            _File(
                self.name, self.fetched, self.licence, self.expires, self.effect,
                self._labels, tables,
            )
        )  # fmt: skip

    def find(self, address: str) -> list[Indicator]:
        """The entries that hold the address, the widest first; none for no address."""
        try:
            parsed = ip_address(address)
        except ValueError:
            return []
        if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
            parsed = parsed.ipv4_mapped
        version, number = parsed.version, int(parsed)
        found = []
        for table in self._tables:
            if table.version != version:
                continue
            key = number >> (_WIDTH[version] - table.length)
            spot = bisect_left(table.keys, key)
            while spot < len(table.keys) and table.keys[spot] == key:
                found.append(self._entry(table, spot))
                spot += 1
        return found

    def in_force(self, address: str, now: int) -> list[Indicator]:
        """The entries that hold the address at that time, UTC microseconds."""
        if self.expires is not None and now >= self.expires:
            return []
        return [
            entry
            for entry in self.find(address)
            if (entry.begins is None or entry.begins <= now)
            and (entry.ends is None or now < entry.ends)
        ]

    def _entry(self, table: _Table, spot: int) -> Indicator:
        width = _WIDTH[table.version]
        number = table.keys[spot] << (width - table.length)
        begins, ends = table.begins[spot], table.ends[spot]
        return Indicator(
            str(ip_network((number, table.length)) if table.version == 4
                else ip_network((number.to_bytes(16, "big"), table.length))),
            self._labels[table.labels[spot]],
            None if begins == _ALWAYS else begins,
            None if ends == _ALWAYS else ends,
        )  # fmt: skip


def _table(kept: _Kept) -> _Table:
    table = _Table(kept.version, kept.length)
    if kept.version == 4:
        keys = array("I")
        keys.frombytes(kept.keys)
        table.keys = keys
    else:
        table.keys = [
            int.from_bytes(kept.keys[spot : spot + 16], "big")
            for spot in range(0, len(kept.keys), 16)
        ]
    table.labels.frombytes(kept.labels)
    table.begins.frombytes(kept.begins)
    table.ends.frombytes(kept.ends)
    if not len(table.keys) == len(table.labels) == len(table.begins) == len(table.ends):
        raise ValueError("its columns differ in length")
    return table
