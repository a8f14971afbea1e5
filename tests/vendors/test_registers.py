"""Registers are made from what is on file; what is missing is named, not invented."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

import msgspec
import openpyxl

from midwatch.vendors.contracts import Clause, ClauseKind, Contract, Strength
from midwatch.vendors.holdings import DataCategory, DataHolding, Decision, Necessity, Place
from midwatch.vendors.registers import Entry, dora_tables, gdpr_record, register_workbook
from midwatch.vendors.tiers import Criticality, DataReach, Service
from midwatch.vendors.vendor import FourthParty, Owner, Vendor

TODAY = date(2026, 3, 1)
ENTRY = Entry(
    vendor=Vendor(
        id="v1",
        name="Acme Desk",
        country="DE",
        ids={"VAT": "DE1", "LEI": "529900T8BM49AURSDO55"},
        owners=(Owner(name="Fund", share=Decimal(80)),),
        fourth_parties=(FourthParty(name="Cloud", country="IE", does="hosting", sees_our_data=True),),
    ),
    services=(
        Service(
            vendor="v1", client="c1", name="Help desk", criticality=Criticality.HOURS,
            data=DataReach.CUSTOMER, replaceable_days=90,
        ),
    ),
    contracts=(
        Contract(
            id="K-1", vendor="v1", client="c1", title="Desk", start=date(2025, 1, 1),
            notice_days=90, yearly_price=Decimal(30_000), currency="EUR",
            clauses=(Clause(kind=ClauseKind.AUDIT_RIGHT, strength=Strength.PRESENT),),
        ),
    ),
    holdings=(
        DataHolding(
            id="h1", vendor="v1", client="c1", category=DataCategory.CONTACT, what="names",
            about="staff", purpose="=call back", legal_basis="art. 6(1)(f)",
            places=(Place(country="IE", encrypted=True),
                    Place(country="DE", what="backup", encrypted=True)),
            retention_days=30,
            decisions=(Decision(necessity=Necessity.NEEDED, by="o", at=0, why="to call"),),
        ),
    ),
)  # fmt: skip


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_the_record_of_processing() -> None:
    table = gdpr_record("Our firm", [ENTRY], TODAY)
    (row,) = rows(table.csv())
    assert row["processor"] == "Acme Desk"
    assert row["purpose"] == "'=call back", "no spreadsheet takes it for a formula"
    assert row["countries"] == "DE; IE"
    assert row["security"] == "primary in IE: encrypted; backup in DE: encrypted"
    assert row["erased after"] == "30 days"
    assert table.gaps == ()


def test_what_is_missing_in_the_record_is_named() -> None:
    bare = msgspec.structs.replace(
        ENTRY.holdings[0], legal_basis="", retention_days=None, decisions=()
    )
    table = gdpr_record("Our firm", [msgspec.structs.replace(ENTRY, holdings=(bare,))], TODAY)
    assert table.gaps == (
        "Acme Desk, names: nobody decided whether the partner needs it",
        "Acme Desk, names: how long it is kept is not known",
        "Acme Desk, names: no legal basis is named",
    )


def test_the_register_of_information() -> None:
    tables = {each.name: each for each in dora_tables("LEI-OF-US", [ENTRY])}
    assert list(tables) == ["B_02.01", "B_02.02", "B_05.01", "B_05.02", "B_07.01"]
    (specific,) = rows(tables["B_02.02"].csv())
    assert specific["identification of the provider"] == "529900T8BM49AURSDO55"
    assert specific["level of reliance"] == "full reliance"
    assert specific["location of data at rest"] == "DE; IE"
    assert [row["rank"] for row in rows(tables["B_05.02"].csv())] == ["1", "2"]
    (provider,) = rows(tables["B_05.01"].csv())
    assert provider["ultimate parent undertaking"] == "Fund"
    (assessment,) = rows(tables["B_07.01"].csv())
    assert (assessment["exit plan"], assessment["audit right"]) == ("", "yes")
    assert tables["B_07.01"].gaps == ("Acme Desk, Help desk: no exit plan in the contract",)


def test_gaps_of_the_register_of_information() -> None:
    unknown = Entry(vendor=Vendor(id="v2", name="Other", country="FR"))
    gaps = [gap for table in dora_tables("", [unknown]) for gap in table.gaps]
    assert gaps == [
        "Other: no contract is on file",
        "the firm's own LEI is missing",
        "Other: no LEI, EUID or other identification is on file",
    ]


def test_all_tables_in_one_workbook_with_the_gaps_last() -> None:
    data = register_workbook([gdpr_record("F", [ENTRY], TODAY), *dora_tables("L", [ENTRY])])
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames[0] == "GDPR art. 30"
    assert book.sheetnames[-1] == "Gaps"
    assert book["Gaps"]["B2"].value == "Acme Desk, Help desk: no exit plan in the contract"
