"""Registers a regulator asks for, made from what is on file: GDPR article 30, DORA article 28.

Nothing is invented: what is not on file is an empty cell and a line in ``gaps``. The columns
of the DORA tables are those of the templates in Implementing Regulation (EU) 2024/2956 that
this file can fill (B_02.01, B_02.02, B_05.01, B_05.02, B_07.01); codes that only the firm
knows stay empty. This is help with the register, not the register itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

import msgspec

from midwatch.vendors.contracts import ClauseKind, Contract, Strength
from midwatch.vendors.holdings import DataHolding, holding_concerns
from midwatch.vendors.spreadsheets import Column, Page, csv_bytes, workbook_bytes
from midwatch.vendors.spreadsheets.writing import Value
from midwatch.vendors.tiers import Criticality, DataReach, Service
from midwatch.vendors.vendor import Vendor


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One vendor with what it does and holds for a client."""

    vendor: Vendor
    services: tuple[Service, ...] = ()
    contracts: tuple[Contract, ...] = ()
    holdings: tuple[DataHolding, ...] = ()


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A register's table. ``gaps``: what is missing in it, with the vendor's name."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    gaps: tuple[str, ...] = ()

    def csv(self) -> bytes:
        """As CSV."""
        return csv_bytes(self.columns, self.rows)


def register_workbook(tables: Sequence[Table]) -> bytes:
    """All tables as one XLSX file, gaps on a sheet of their own."""
    pages = [
        Page(each.name, tuple(Column(column, 24) for column in each.columns), each.rows)
        for each in tables
    ]
    gaps = tuple((each.name, gap) for each in tables for gap in each.gaps)
    return workbook_bytes([*pages, Page("Gaps", (Column("table", 16), Column("gap", 90)), gaps)])


def gdpr_record(controller: str, entries: Sequence[Entry], today: date) -> Table:
    """The record of processing (GDPR art. 30(1)) as far as partners process for the firm."""
    rows: list[tuple[Value, ...]] = []
    gaps = []
    for entry in entries:
        for each in entry.holdings:
            outside = "; ".join(sorted({place.country for place in each.places}))
            rows.append(
                (
                    controller, entry.vendor.name, each.purpose, each.about, each.what,
                    each.category.value.replace("_", " "), ", ".join(each.fields),
                    each.legal_basis, outside, each.transfer_safeguard,
                    _retention(each), _security(each), each.necessity.value.replace("_", " "),
                    each.decision.why if each.decision else None, each.returned, each.proof,
                )
            )  # fmt: skip
            gaps += [
                f"{entry.vendor.name}, {each.what}: {g}" for g in holding_concerns(each, today)
            ]
            if not each.legal_basis:
                gaps.append(f"{entry.vendor.name}, {each.what}: no legal basis is named")
    return Table(
        name="GDPR art. 30",
        columns=(
            "controller", "processor", "purpose", "data subjects", "data", "category", "fields",
            "legal basis", "countries", "safeguard of transfers", "erased after", "security",
            "necessity", "why", "returned or deleted", "proof",
        ),
        rows=tuple(rows),
        gaps=tuple(gaps),
    )  # fmt: skip


def dora_tables(entity_lei: str, entries: Sequence[Entry]) -> tuple[Table, ...]:
    """The tables of the register of information that the vendor file can fill.

    ``entity_lei``: the firm's own LEI, empty where it has none.
    """
    return (
        _arrangements(entries),
        _specifics(entity_lei, entries),
        _providers(entries),
        _chains(entries),
        _assessments(entries),
    )


def _arrangements(entries: Sequence[Entry]) -> Table:
    rows: list[tuple[Value, ...]] = []
    gaps = []
    for entry in entries:
        for each in entry.contracts:
            rows.append((each.id, "standalone arrangement", None, each.currency or None,
                         each.yearly_price))  # fmt: skip
            if each.yearly_price is None or not each.currency:
                gaps.append(f"{entry.vendor.name}, {each.title}: yearly cost or currency missing")
        if not entry.contracts:
            gaps.append(f"{entry.vendor.name}: no contract is on file")
    return Table(
        name="B_02.01",
        columns=(
            "contractual arrangement reference number", "type of contractual arrangement",
            "overarching reference number", "currency",
            "annual expense or estimated cost",
        ),
        rows=tuple(rows),
        gaps=tuple(gaps),
    )  # fmt: skip


def _specifics(entity_lei: str, entries: Sequence[Entry]) -> Table:
    rows: list[tuple[Value, ...]] = []
    gaps = [] if entity_lei else ["the firm's own LEI is missing"]
    for entry in entries:
        code, kind = _code(entry.vendor)
        if not code:
            gaps.append(f"{entry.vendor.name}: no LEI, EUID or other identification is on file")
        for contract in entry.contracts:
            stores = "; ".join(
                sorted({place.country for held in entry.holdings for place in held.places})
            )
            rows += [
                (
                    contract.id, entity_lei or None, code, kind,
                    service.name if service else None, contract.start, contract.end,
                    contract.notice_days or None, entry.vendor.country,
                    "yes" if entry.holdings else "no", stores or None,
                    _sensitivity(service), _reliance(service),
                )
                for service in entry.services or (None,)
            ]  # fmt: skip
    return Table(
        name="B_02.02",
        columns=(
            "contractual arrangement reference number", "LEI of the entity using the service",
            "identification of the provider", "type of identification", "service",
            "start date", "end date", "notice period of the entity (days)",
            "country of provision", "storage of data", "location of data at rest",
            "sensitivity of data", "level of reliance",
        ),
        rows=tuple(rows),
        gaps=tuple(gaps),
    )  # fmt: skip


def _providers(entries: Sequence[Entry]) -> Table:
    rows = []
    for entry in entries:
        code, kind = _code(entry.vendor)
        parent = max(
            (each for each in entry.vendor.owners if each.share is not None and each.share > 50),
            key=lambda each: each.share or Decimal(0),
            default=None,
        )
        rows.append((code, kind, entry.vendor.name, entry.vendor.legal_form or None,
                     entry.vendor.country, parent.name if parent else None))  # fmt: skip
    return Table(
        name="B_05.01",
        columns=("identification of the provider", "type of identification", "legal name",
                 "type of person", "country of headquarters", "ultimate parent undertaking"),
        rows=tuple(rows),
    )  # fmt: skip


def _chains(entries: Sequence[Entry]) -> Table:
    rows: list[tuple[Value, ...]] = []
    for entry in entries:
        code, _kind = _code(entry.vendor)
        for contract in entry.contracts:
            rows.append((contract.id, code, 1, None, entry.vendor.name))
            rows += [
                (contract.id, None, 2, code, each.name) for each in entry.vendor.fourth_parties
            ]
    return Table(
        name="B_05.02",
        columns=("contractual arrangement reference number", "identification of the provider",
                 "rank", "identification of the recipient of the subcontracted service", "name"),
        rows=tuple(rows),
    )  # fmt: skip


def _assessments(entries: Sequence[Entry]) -> Table:
    rows: list[tuple[Value, ...]] = []
    gaps = []
    for entry in entries:
        for contract in entry.contracts:
            exit_help = contract.clause(ClauseKind.EXIT_HELP)
            audit = contract.clause(ClauseKind.AUDIT_RIGHT)
            for service in entry.services:
                if service.criticality is Criticality.NONE:
                    continue
                rows.append(
                    (contract.id, entry.vendor.name, service.name, _replaceable(service),
                     _present(exit_help.strength if exit_help else None),
                     _present(audit.strength if audit else None))
                )  # fmt: skip
                if exit_help is None or exit_help.strength is not Strength.PRESENT:
                    gaps.append(
                        f"{entry.vendor.name}, {service.name}: no exit plan in the contract"
                    )
    return Table(
        name="B_07.01",
        columns=("contractual arrangement reference number", "provider", "service",
                 "substitutability", "exit plan", "audit right"),
        rows=tuple(rows),
        gaps=tuple(gaps),
    )  # fmt: skip


def _code(vendor: Vendor) -> tuple[str | None, str | None]:
    for kind in ("LEI", "EUID", "VAT"):
        code = vendor.ids.get(kind)
        if code:
            return code, kind
    return next(((code, kind) for kind, code in sorted(vendor.ids.items())), (None, None))


def _present(strength: Strength | None) -> str | None:
    return (
        None
        if strength in (None, Strength.NOT_READ)
        else ("yes" if strength is Strength.PRESENT else "no")
    )


def _replaceable(service: Service) -> str | None:
    days = service.replaceable_days
    if days is None:
        return None
    return "easily substitutable" if days <= 30 else "highly complex" if days > 180 else "medium"


def _sensitivity(service: Service | None) -> str | None:
    if service is None:
        return None
    grave = (DataReach.CUSTOMER, DataReach.SPECIAL)
    return (
        "high"
        if service.data in grave
        else ("low" if service.data in (DataReach.NONE, DataReach.BUSINESS) else "medium")
    )


def _reliance(service: Service | None) -> str | None:
    if service is None:
        return None
    return {
        Criticality.NONE: "not significant",
        Criticality.DAYS: "material reliance",
        Criticality.HOURS: "full reliance",
    }[service.criticality]


def _retention(holding: DataHolding) -> str | None:
    days = holding.retention_days
    return None if days is None else f"{days} days"


def _security(holding: DataHolding) -> str:
    places: Iterator[str] = (
        f"{place.what} in {place.country}: "
        + {True: "encrypted", False: "not encrypted", None: "encryption not known"}[place.encrypted]
        for place in holding.places
    )
    return "; ".join(places)
