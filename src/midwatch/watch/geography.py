"""Country and network of an address, from databases the user brings.

Any MaxMind DB file works (GeoLite2, DB-IP, IPinfo, Debian's geoip packages converted);
nothing is looked up over the network.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from midwatch.kernel import ConfigurationError

if TYPE_CHECKING:
    import maxminddb


class Geography:
    """Looks addresses up in the given databases; an empty one knows nothing."""

    def __init__(self, files: Iterable[Path] = ()) -> None:
        """Open the databases.

        Raises:
            ConfigurationError: a file is missing or no MaxMind database.
        """
        self._readers: list[maxminddb.Reader] = []
        if not (paths := tuple(files)):
            return
        import maxminddb  # noqa: PLC0415  # slow to load, and seldom needed

        for path in paths:
            try:
                self._readers.append(maxminddb.open_database(str(path)))
            except (OSError, maxminddb.InvalidDatabaseError) as error:
                self.close()
                raise ConfigurationError(
                    f"is no MaxMind database: {error}",
                    remedy="give a .mmdb file, such as GeoLite2-Country.mmdb",
                    path=str(path),
                ) from error

    def close(self) -> None:
        """Close the databases."""
        with ExitStack() as stack:
            for reader in self._readers:
                stack.callback(reader.close)

    def place_of(self, address: str | None) -> tuple[str | None, str | None]:
        """(ISO country, network owner such as ``AS64500 Example Net``); None where unknown."""
        country: str | None = None
        network: str | None = None
        for reader in self._readers if address else ():
            try:
                record = reader.get(str(address))
            except ValueError:
                continue
            if isinstance(record, dict):
                country = country or _country(record)
                network = network or _network(record)
        return country, network


def _country(record: dict[str, Any]) -> str | None:
    for key in ("country", "registered_country"):
        entry = record.get(key)
        if isinstance(entry, dict) and isinstance(entry.get("iso_code"), str):
            return str(entry["iso_code"])
        if isinstance(entry, str) and len(entry) == 2:
            return entry
    code = record.get("country_code")
    return code if isinstance(code, str) else None


def _network(record: dict[str, Any]) -> str | None:
    number = record.get("autonomous_system_number") or record.get("asn")
    owner = record.get("autonomous_system_organization") or record.get("as_name")
    if number is None and owner is None:
        return None
    label = f"AS{str(number).removeprefix('AS')}" if number is not None else ""
    return f"{label} {owner or ''}".strip()
