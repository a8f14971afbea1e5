"""What is known about the addresses and machines of an incident, added as plain notes.

Nothing here decides whether an alert is raised: a known address is named, a listed one is
named, and an incident at a vital machine becomes more urgent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

import msgspec

from midwatch.incidents.address_lists import AddressList, Indicator, ListMatch
from midwatch.incidents.incident import Incident
from midwatch.incidents.networks import NetworkTrie


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
        lists: Iterable[AddressList] = (),
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
        self._listed = NetworkTrie[tuple[AddressList, Indicator]]()
        for asset in assets:
            if asset.network:
                self._assets.add(asset.network, asset)
            if asset.host:
                self._hosts[asset.host.lower()] = asset
        for address in known:
            self._known.add(address.network, address)
        for source in lists:
            for indicator in source.indicators:
                self._listed.add(indicator.network, (source, indicator))

    def listed(self, address: str, now: int) -> list[ListMatch]:
        """The entries of lists in force that hold the address."""
        return [
            ListMatch(source.name, indicator, source.licence)
            for source, indicator in self._listed.find(address)
            if (source.expires is None or now < source.expires)
            and (indicator.begins is None or indicator.begins <= now)
            and (indicator.ends is None or now < indicator.ends)
        ]

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
        for address in addresses[:10]:
            notes += [f"{address} is known: {known.title}" for known in self._known.find(address)]
            for match in self.listed(address, now):
                label = f" ({match.indicator.label})" if match.indicator.label else ""
                notes.append(f"{address} is on the list {match.source}{label}")
            where = ", ".join(part for part in self._places.place_of(address) if part)
            if where:
                notes.append(f"{address}: {where}")
        return msgspec.structs.replace(
            incident,
            notes=tuple(dict.fromkeys(notes)),
            vital=any(asset.vital for asset in assets),
        )


def _each(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
