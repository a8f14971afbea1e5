"""Tables of address ranges as text: country, or number and owner of a network, by range.

One range a line, the first and last address as dotted text, as IPv6, or as a number (the first
form of Tor's ``geoip``), then an ISO country of two letters, or a number and the owner.
``#`` begins a comment. A line that is none of this is left out and counted.
"""

from __future__ import annotations

import csv
from array import array
from bisect import bisect_right
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import Final

from midwatch.kernel import ConfigurationError

_UNKNOWN: Final = {"??", "ZZ", "None", "-", ""}
_HEAD: Final = 4_096


class _Version:
    """The ranges of one version of addresses, as they come; sorted when looked up first."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, int, int]] = []
        self.first: list[int] | array[int] = []
        self.last: list[int] | array[int] = []
        self.place: array[int] = array("I")

    def finish(self, *, small: bool) -> None:
        self.rows.sort()
        firsts, lasts = (row[0] for row in self.rows), (row[1] for row in self.rows)
        self.first = array("I", firsts) if small else list(firsts)
        self.last = array("I", lasts) if small else list(lasts)
        self.place = array("I", (row[2] for row in self.rows))
        self.rows = []

    def find(self, number: int) -> int | None:
        spot = bisect_right(self.first, number) - 1
        return self.place[spot] if spot >= 0 and number <= self.last[spot] else None


class PlaceRanges:
    """One table, ready for looking up. ``skipped`` counts lines that were none."""

    def __init__(self, path: Path) -> None:
        """Read the table.

        Raises:
            ConfigurationError: It holds no range at all.
            OSError: It cannot be read.
        """
        self._versions = {4: _Version(), 6: _Version()}
        self._places: list[tuple[str | None, str | None]] = []
        self.skipped = 0
        numbers: dict[tuple[str | None, str | None], int] = {}
        with path.open(encoding="utf-8", errors="replace", newline="") as lines:
            for row in csv.reader(line for line in lines if not line.startswith("#")):
                found = _range(row)
                if found is None:
                    self.skipped += 1
                    continue
                version, first, last, place = found
                number = numbers.setdefault(place, len(numbers))
                self._versions[version].rows.append((first, last, number))
        self._places = list(numbers)
        for version, ranges in self._versions.items():
            ranges.finish(small=version == 4)
        if not self._places:
            raise ConfigurationError(
                "it holds no ranges of addresses",
                remedy="give a .mmdb file, or a table such as /usr/share/tor/geoip",
                path=str(path),
            )

    @staticmethod
    def is_text(path: Path) -> bool:
        """Whether the file looks like a table.

        Raises:
            OSError: It cannot be read.
        """
        with path.open("rb") as file:
            head = file.read(_HEAD)
        return b"\0" not in head and b"," in head

    def place_of(self, address: str) -> tuple[str | None, str | None]:
        """(ISO country, network owner); None where unknown."""
        try:
            parsed = ip_address(address)
        except ValueError:
            return None, None
        if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
            parsed = parsed.ipv4_mapped
        place = self._versions[parsed.version].find(int(parsed))
        return (None, None) if place is None else self._places[place]


def _range(row: list[str]) -> tuple[int, int, int, tuple[str | None, str | None]] | None:
    """Version, first, last and place of a row; None where it is no range."""
    if len(row) < 3:
        return None
    try:
        first, last = _address(row[0]), _address(row[1])
    except ValueError:
        return None
    what = row[2].strip()
    if len(what) == 2 or what in _UNKNOWN:
        place: tuple[str | None, str | None] = (None if what in _UNKNOWN else what.upper(), None)
    elif what.removeprefix("AS").isdecimal():
        owner = row[3].strip() if len(row) > 3 else ""
        place = (None, f"AS{what.removeprefix('AS')} {owner}".strip())
    else:
        return None
    if first[0] != last[0] or first[1] > last[1]:
        return None
    return first[0], first[1], last[1], place


def _address(text: str) -> tuple[int, int]:
    """Version and number of an address.

    Raises:
        ValueError: It is none.
    """
    bare = text.strip()
    if bare.isdecimal():
        number = int(bare)
        if number >> 32:
            raise ValueError(bare)
        return 4, number
    parsed = ip_address(bare)
    return parsed.version, int(parsed)
