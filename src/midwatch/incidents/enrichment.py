"""What is known about the addresses and machines of an incident, added as plain notes.

A known address is named, a listed one is named with the list and its age, an incident at a
vital machine becomes more urgent, and one with an address of a list whose effect is to raise
becomes graver: by one level, though not beyond high, or critical where somebody got in from it.
An address that the tenant knows makes nothing graver.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Protocol

import msgspec

from midwatch.incidents.address_lists import AddressList, Effect, ListMatch
from midwatch.incidents.incident import Incident
from midwatch.incidents.list_index import ListIndex
from midwatch.incidents.networks import NetworkTrie
from midwatch.kernel import Level

_MOST_ADDRESSES: Final = 10
_HOUR: Final = 3_600_000_000


class Asset(msgspec.Struct, frozen=True):
    """A machine or network of the tenant's own, by host name, address or network."""

    title: str
    network: str = ""
    host: str = ""
    vital: bool = False


class KnownAddress(msgspec.Struct, frozen=True):
    """An address the tenant knows: the tester, the provider, the other office."""

    network: str
    title: str


class Places(Protocol):
    """Looks up where an address belongs."""

    def place_of(self, address: str | None) -> tuple[str | None, str | None]:
        """(ISO country, network owner); None where unknown."""
        ...


class Nowhere:
    """Knows no place; stands in where there is no database of places."""

    def place_of(self, address: str | None) -> tuple[str | None, str | None]:
        """Nothing known."""
        del address
        return None, None


class Knowledge:
    """All that is known for one tenant, ready for looking up."""

    def __init__(
        self,
        *,
        assets: Iterable[Asset] = (),
        known: Iterable[KnownAddress] = (),
        lists: Iterable[AddressList | ListIndex] = (),
        places: Places | None = None,
    ) -> None:
        """Build the tries once; the lists' ends are minded when looking up.

        Raises:
            ValueError: An asset or known address has something else in place of a network.
        """
        self._places = places or Nowhere()
        self._assets = NetworkTrie[Asset]()
        self._hosts: dict[str, Asset] = {}
        self._known = NetworkTrie[KnownAddress]()
        self._lists = [
            each if isinstance(each, ListIndex) else ListIndex.of(each) for each in lists
        ]
        for asset in assets:
            if asset.network:
                self._assets.add(asset.network, asset)
            if asset.host:
                self._hosts[asset.host.lower()] = asset
        for address in known:
            self._known.add(address.network, address)

    @property
    def has_lists(self) -> bool:
        """Whether any address could be listed."""
        return any(len(each) for each in self._lists)

    def listed(self, address: str, now: int) -> list[ListMatch]:
        """The entries of lists in force that hold the address."""
        return [
            ListMatch(source.name, entry, source.licence, source.fetched, source.effect)
            for source in self._lists
            for entry in source.in_force(address, now)
        ]

    def known(self, address: str) -> list[KnownAddress]:
        """What the tenant knows of the address, the widest network first."""
        return self._known.find(address)

    def place(self, address: str) -> str:
        """Country and network owner; empty where unknown."""
        return ", ".join(part for part in self._places.place_of(address) if part)

    def assets(self, hosts: Sequence[str], addresses: Sequence[str]) -> list[Asset]:
        """The tenant's own machines among these, each once."""
        found = {
            asset: None for host in hosts if (asset := self._hosts.get(host.lower())) is not None
        }
        for address in addresses:
            found.update(dict.fromkeys(self._assets.find(address)))
        return list(found)

    def enrich(self, incident: Incident, now: int) -> Incident:
        """The incident with notes on what is known; ``now`` is UTC microseconds."""
        addresses = _each(address for signal in incident.signals for address in signal.addresses)
        hosts = _each(host for signal in incident.signals for host in signal.hosts)
        assets = self.assets(hosts, addresses)
        notes = [f"{asset.title} is a vital machine" for asset in assets if asset.vital]
        for address in addresses[:_MOST_ADDRESSES]:
            notes += [f"{address} is known: {known.title}" for known in self.known(address)]
            notes += [f"{address} {told(match, now)}" for match in self.listed(address, now)]
            if where := self.place(address):
                notes.append(f"{address}: {where}")
        targets = _each(target for signal in incident.signals for target in signal.targets)
        for address in targets[:_MOST_ADDRESSES]:
            notes += [f"{address} {told(match, now)}" for match in self.listed(address, now)]
        return msgspec.structs.replace(
            incident,
            notes=tuple(dict.fromkeys(notes)),
            vital=any(asset.vital for asset in assets),
        )

    def grounds(self, incident: Incident, now: int) -> tuple[Level, str] | None:
        """The level that listed addresses lift the incident to, and why; None: no other.

        It is counted from the level of the findings, so that the same list lifts it once.
        """
        found: tuple[Level, str] | None = None
        for signal in incident.signals:
            for address in signal.addresses[:_MOST_ADDRESSES]:
                if self.known(address):
                    continue
                match = next(
                    (each for each in self.listed(address, now) if each.effect is Effect.RAISE),
                    None,
                )
                if match is None:
                    continue
                level = Level.CRITICAL if signal.success else _lifted(signal.level)
                if found is None or level.rank > found[0].rank:
                    got_in = "somebody got in from" if signal.success else "it comes from"
                    found = level, f"{got_in} {address}, which {told(match, now)}"
        return found


def told(match: ListMatch, now: int) -> str:
    """``is on the list feodo (botnet), which was 3 hours old``."""
    label = f" ({match.indicator.label})" if match.indicator.label else ""
    hours = max(0, now - match.fetched) // _HOUR
    age = f"{hours // 24} days" if hours >= 48 else "an hour" if hours == 1 else f"{hours} hours"
    return (
        f"is on the list {match.source}{label}, which was {age} old"
        if hours
        else (f"is on the list {match.source}{label}, which was fetched within the hour")
    )


def _lifted(level: Level) -> Level:
    """One level up, high at most."""
    highest = max(level, Level.HIGH, key=lambda each: each.rank)
    above = [each for each in Level if level.rank < each.rank <= highest.rank]
    return min(above, key=lambda each: each.rank, default=level)


def _each(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
