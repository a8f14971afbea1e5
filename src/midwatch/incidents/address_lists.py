"""Lists of addresses from elsewhere: plain text, CSV and STIX 2.1.

A list knows its name, licence, age and end; an entry may end before its list. Only
addresses and networks are used; what else a list holds is counted, never guessed at, and the
first of it is kept to be shown. Addresses that no outsider can have are left out as well: a list
of unrouted networks would else make everybody inside suspicious.

STIX: Version 2.1, OASIS Standard, sections 4.7 (Indicator) and 9 (Patterning). Of patterns,
comparisons of ``ipv4-addr:value`` and ``ipv6-addr:value`` joined by OR are read.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from ipaddress import ip_network
from typing import Any, Final, NamedTuple

import msgspec

from midwatch.kernel import BadInputError

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ADDRESS_COLUMNS: Final = (
    "ip",
    "ip_address",
    "ipaddress",
    "address",
    "network",
    "cidr",
    "src_ip",
    "indicator",
)
_LABEL_COLUMNS: Final = ("label", "reason", "threat", "malware", "category", "comment", "name")
_WORTHLESS: Final = 8
"""A network wider than this would hold half the Internet; such a line is a mistake."""
MOST_ENTRIES: Final = 500_000
"""Entries of one list that are used."""
MOST_WRONG: Final = 20
_LONGEST_LABEL: Final = 120
_LONGEST_PATTERN: Final = 10_000
_INNER: Final = tuple(
    (network.version, int(network[0]), int(network[-1]))
    for network in map(
        ip_network,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
            "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3", "::/127", "fc00::/7", "fe80::/10",
            "ff00::/8",
        ),
    )
)  # fmt: skip
"""Version, first and last address of networks that nobody outside can be in."""
_COMPARISON: Final = re.compile(
    r"\s*ipv[46]-addr:value\s*(?:=|ISSUBSET)\s*'([0-9A-Fa-f.:/]{2,60})'\s*"
)


class Indicator(msgspec.Struct, frozen=True):
    """One entry. ``begins`` and ``ends`` are UTC microseconds; None: always."""

    network: str
    label: str = ""
    begins: int | None = None
    ends: int | None = None


class Effect(StrEnum):
    """What it means that an address stands on a list."""

    RAISE = "raise"
    """The incident becomes graver; what comes or goes there may be an alert of its own."""
    NOTE = "note"
    """It is only told."""


class Reading(NamedTuple):
    """What a list held: its entries, how many were none, and the first of those."""

    indicators: tuple[Indicator, ...]
    skipped: int
    wrong: tuple[str, ...] = ()


class AddressList(msgspec.Struct, frozen=True, kw_only=True):
    """One list as it was read.

    ``fetched`` is when, ``expires`` until when it may be used (None: for ever), both UTC
    microseconds. ``skipped`` counts entries that are no address.
    """

    name: str
    fetched: int
    indicators: tuple[Indicator, ...]
    licence: str = ""
    expires: int | None = None
    skipped: int = 0
    effect: Effect = Effect.RAISE


class ListMatch(msgspec.Struct, frozen=True):
    """An address stands on a list."""

    source: str
    indicator: Indicator
    licence: str = ""
    fetched: int = 0
    effect: Effect = Effect.RAISE


class _Collector:
    """Gathers entries, and counts what is none."""

    def __init__(self) -> None:
        self._found: list[Indicator] = []
        self._skipped = 0
        self._wrong: list[str] = []

    def take(
        self, network: str | None, label: str, begins: int | None = None, ends: int | None = None
    ) -> None:
        """An entry; where there is no room it is skipped."""
        if network is None:
            return
        if len(self._found) >= MOST_ENTRIES:
            self.skip(f"more than {MOST_ENTRIES:,} entries, of which {network} is one")
            return
        self._found.append(Indicator(network, label.strip()[:_LONGEST_LABEL], begins, ends))

    def skip(self, what: str) -> None:
        """Something that is no entry."""
        self._skipped += 1
        if len(self._wrong) < MOST_WRONG:
            self._wrong.append(what[: 2 * _LONGEST_LABEL])

    def reading(self) -> Reading:
        """All of it."""
        return Reading(tuple(self._found), self._skipped, tuple(self._wrong))


def read_plain(text: str) -> Reading:
    """One address or network a line.

    What follows ``#`` or ``;`` is its label, as block lists write it.
    """
    found = _Collector()
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        entry, _, label = (part.strip() for part in line.replace(";", "#").partition("#"))
        if not entry:
            continue
        network = _network(entry.split()[0])
        if network is None:
            found.skip(f"line {number}: {line}")
        found.take(network, label)
    return found.reading()


def read_csv(text: str) -> Reading:
    """A table whose first row names its columns.

    Raises:
        BadInputError: No column is named like an address.
    """
    rows = [line for line in text.lstrip("\ufeff").splitlines() if line.strip()]
    # Some lists put their head behind a mark of comment; the last such line before data is it.
    heads = [line for line in rows if line.startswith("#")]
    body = [line for line in rows if not line.startswith("#")]
    if heads and not _column(_cells(body[0]) if body else [], _ADDRESS_COLUMNS):
        body.insert(0, heads[-1].lstrip("# "))
    reader = csv.DictReader(io.StringIO("\n".join(body)), skipinitialspace=True)
    found = _Collector()
    try:
        names = list(reader.fieldnames or ())
        column = _column(names, _ADDRESS_COLUMNS)
        if column is None:
            raise BadInputError(
                "no column of the table holds addresses",
                remedy=f"name one of them: {', '.join(_ADDRESS_COLUMNS)}",
            )
        label = _column(names, _LABEL_COLUMNS)
        for number, row in enumerate(reader, 1):
            entry = str(row.get(column) or "").strip()
            network = _network(entry)
            if network is None:
                found.skip(f"row {number}: {entry}")
            found.take(network, str((row.get(label) if label else "") or ""))
    except csv.Error as error:
        raise BadInputError(
            f"the table cannot be read: {error}", remedy="save it as CSV again"
        ) from error
    return found.reading()


def read_stix(content: bytes | str) -> Reading:
    """The indicators of a STIX 2.1 bundle, or of an envelope of TAXII.

    Raises:
        BadInputError: It is neither.
    """
    try:
        bundle = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInputError(
            f"it is no JSON: {error}", remedy="give a STIX 2.1 bundle as JSON"
        ) from error
    objects = bundle.get("objects") if isinstance(bundle, dict) else None
    # A TAXII envelope holds objects without calling itself a bundle.
    if not isinstance(objects, list):
        raise BadInputError(
            "it is no STIX bundle: it has no list of objects",
            remedy="give a STIX 2.1 bundle as JSON",
        )
    return read_objects(objects)


def read_objects(objects: list[Any]) -> Reading:
    """The indicators among STIX 2.1 objects."""
    found = _Collector()
    for each in _latest(objects):
        if each.get("type") != "indicator" or each.get("revoked") is True:
            continue
        networks = list(_stix_networks(each))
        if not networks:
            found.skip(f"{each.get('id', 'an indicator')}: {each.get('pattern')}")
        kinds = each.get("indicator_types")
        label = str(each.get("name") or ", ".join(map(str, kinds if type(kinds) is list else ())))
        begins, ends = _time(each.get("valid_from")), _time(each.get("valid_until"))
        for network in networks:
            found.take(network, label, begins, ends)
    return found.reading()


def _latest(objects: list[Any]) -> Iterator[dict[str, Any]]:
    """Of each object its last version: one that was revoked or corrected counts no more."""
    kept: dict[str, dict[str, Any]] = {}
    for number, each in enumerate(objects):
        if not isinstance(each, dict):
            continue
        name = each.get("id")
        key = name if isinstance(name, str) else str(number)
        before = kept.get(key)
        if before is None or str(before.get("modified")) <= str(each.get("modified")):
            kept[key] = each
    yield from kept.values()


def _stix_networks(indicator: dict[str, Any]) -> Iterator[str]:
    pattern = str(indicator.get("pattern") or "").strip()
    if indicator.get("pattern_type", "stix") != "stix" or len(pattern) > _LONGEST_PATTERN:
        return
    parts = re.findall(r"\[([^\]\[]*)\]", pattern)
    between = re.sub(r"\[[^\]\[]*\]", "", pattern).split()
    if any(word != "OR" for word in between):
        return
    networks = []
    for part in (piece for each in parts for piece in re.split(r"\bOR\b", each)):
        found = _COMPARISON.fullmatch(part)
        network = _network(found[1]) if found else None
        if network is None:
            # Part of a pattern says less than the whole: an AND left out would match too much.
            return
        networks.append(network)
    yield from networks


def _cells(line: str) -> list[str]:
    return next(csv.reader([line], skipinitialspace=True), [])


def _column(names: list[str], wanted: tuple[str, ...]) -> str | None:
    plain = {name.strip().strip('"').lower().replace(" ", "_"): name for name in names}
    return next((plain[name] for name in wanted if name in plain), None)


def _network(text: str) -> str | None:
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        return None
    if network.prefixlen < _WORTHLESS:
        return None
    version, first = network.version, int(network.network_address)
    last = first + (1 << (network.max_prefixlen - network.prefixlen)) - 1
    inner = any(each == version and first <= high and last >= low for each, low, high in _INNER)
    return None if inner else str(network)


def _time(text: object) -> int | None:
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int((aware - _EPOCH).total_seconds() * 1_000_000)
