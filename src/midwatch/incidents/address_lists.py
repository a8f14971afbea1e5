"""Lists of addresses from elsewhere: plain text, CSV and STIX 2.1.

A list knows its name, licence, age and end; an entry may end before its list. Only
addresses and networks are used; what else a list holds is counted, never guessed at.

STIX: Version 2.1, OASIS Standard, sections 4.7 (Indicator) and 9 (Patterning). Of patterns,
comparisons of ``ipv4-addr:value`` and ``ipv6-addr:value`` joined by OR are read.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any, Final

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
_COMPARISON: Final = re.compile(
    r"\s*ipv[46]-addr:value\s*(?:=|ISSUBSET)\s*'([0-9A-Fa-f.:/]{2,60})'\s*"
)


class Indicator(msgspec.Struct, frozen=True):
    """One entry. ``begins`` and ``ends`` are UTC microseconds; None: always."""

    network: str
    label: str = ""
    begins: int | None = None
    ends: int | None = None


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


class ListMatch(msgspec.Struct, frozen=True):
    """An address stands on a list."""

    source: str
    indicator: Indicator
    licence: str = ""


def read_plain(text: str) -> tuple[tuple[Indicator, ...], int]:
    """(entries, how many lines were none): one address or network a line.

    What follows ``#`` or ``;`` is its label, as block lists write it.
    """
    found, skipped = [], 0
    for line in text.lstrip("\ufeff").splitlines():
        entry, _, label = (part.strip() for part in re.sub("[;#]", "#", line).partition("#"))
        if not entry:
            continue
        network = _network(entry.split()[0])
        if network is None:
            skipped += 1
        else:
            found.append(Indicator(network, label))
    return tuple(found), skipped


def read_csv(text: str) -> tuple[tuple[Indicator, ...], int]:
    """(entries, how many rows were none) of a table whose first row names its columns.

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
    names = list(reader.fieldnames or ())
    column = _column(names, _ADDRESS_COLUMNS)
    if column is None:
        raise BadInputError(
            "no column of the table holds addresses",
            remedy=f"name one of them: {', '.join(_ADDRESS_COLUMNS)}",
        )
    label = _column(names, _LABEL_COLUMNS)
    found, skipped = [], 0
    try:
        for row in reader:
            network = _network(str(row.get(column) or "").strip())
            if network is None:
                skipped += 1
            else:
                found.append(Indicator(network, str((row.get(label) if label else "") or "")))
    except csv.Error as error:
        raise BadInputError(
            f"the table cannot be read: {error}", remedy="save it as CSV again"
        ) from error
    return tuple(found), skipped


def read_stix(content: bytes | str) -> tuple[tuple[Indicator, ...], int]:
    """(entries, how many indicators were not used) of a STIX 2.1 bundle.

    Raises:
        BadInputError: It is no bundle.
    """
    try:
        bundle = msgspec.json.decode(content)
    except msgspec.DecodeError as error:
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
    found, skipped = [], 0
    for each in objects:
        if not isinstance(each, dict) or each.get("type") != "indicator":
            continue
        networks = list(_stix_networks(each))
        if each.get("revoked") is True:
            continue
        if not networks:
            skipped += 1
        label = str(each.get("name") or ", ".join(map(str, each.get("indicator_types") or ())))
        begins, ends = _time(each.get("valid_from")), _time(each.get("valid_until"))
        found += [Indicator(network, label, begins, ends) for network in networks]
    return tuple(found), skipped


def _stix_networks(indicator: dict[str, Any]) -> Iterator[str]:
    pattern = str(indicator.get("pattern") or "").strip()
    if indicator.get("pattern_type", "stix") != "stix":
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
    return str(network) if network.prefixlen >= _WORTHLESS else None


def _time(text: object) -> int | None:
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int((aware - _EPOCH).total_seconds() * 1_000_000)
