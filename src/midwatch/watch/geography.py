"""Country and network of an address, from databases the user brings.

Any MaxMind DB file works (GeoLite2, DB-IP, IPinfo), and tables of ranges as text: those of
Debian's tor-geoipdb, and ``first,last,COUNTRY`` or ``first,last,number,owner`` as DB-IP and
others give them. Nothing is looked up over the network.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from midwatch.kernel import ConfigurationError
from midwatch.watch.place_ranges import PlaceRanges

if TYPE_CHECKING:
    import maxminddb


class Geography:
    """Looks addresses up in the given databases; an empty one knows nothing."""

    def __init__(self, files: Iterable[Path] = ()) -> None:
        """Open the databases.

        Raises:
            ConfigurationError: a file is missing or no database of places.
        """
        self._readers: list[maxminddb.Reader] = []
        self._ranges: list[PlaceRanges] = []
        for path in files:
            try:
                if PlaceRanges.is_text(path):
                    self._ranges.append(PlaceRanges(path))
                    continue
            except OSError as error:
                self.close()
                raise ConfigurationError(
                    f"the database of places cannot be read: {error.strerror}",
                    remedy="check the path and who may read it",
                    path=str(path),
                ) from error
            import maxminddb  # noqa: PLC0415  # slow to load, and seldom needed

            try:
                self._readers.append(maxminddb.open_database(str(path)))
            except (OSError, maxminddb.InvalidDatabaseError) as error:
                self.close()
                raise ConfigurationError(
                    f"is no MaxMind database: {error}",
                    remedy="give a .mmdb file, such as GeoLite2-Country.mmdb, or a table of "
                    "ranges, such as /usr/share/tor/geoip",
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
        if not address:
            return country, network
        for reader in self._readers:
            try:
                record = reader.get(str(address))
            except ValueError:
                continue
            if isinstance(record, dict):
                country = country or _country(record)
                network = network or _network(record)
        for ranges in self._ranges:
            found = ranges.place_of(str(address))
            country, network = country or found[0], network or found[1]
        return country, network


class PlacesCheck:
    """Says which databases cannot be read; each is opened once and again when it changes."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[tuple[int, int], str]] = {}

    def troubles(self, files: Iterable[str]) -> dict[str, str]:
        """Why each of the files that cannot be read cannot, by path."""
        found = {}
        for name in files:
            try:
                status = Path(name).stat()
                stamp = (status.st_mtime_ns, status.st_size)
            except OSError:
                stamp = (0, 0)
            if name not in self._known or self._known[name][0] != stamp:
                self._known[name] = (stamp, _trouble(Path(name)))
            if self._known[name][1]:
                found[name] = self._known[name][1]
        return found


def _trouble(path: Path) -> str:
    try:
        Geography([path]).close()
    except ConfigurationError as error:
        return str(error)
    return ""


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
