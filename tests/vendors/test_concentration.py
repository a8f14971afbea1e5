"""Who stands behind the vendors, and which firms several have in common."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midwatch.vendors.concentration import beyond, same_firm, silent
from midwatch.vendors.vendor import FourthParty, Vendor, VendorState


def party(name: str, **changes: object) -> FourthParty:
    given_ = {"country": "US", "does": "tickets", "sees_our_data": False} | changes
    return FourthParty(name=name, **given_)  # type: ignore[arg-type]  # fields of a party


def vendor(name: str, *parties: FourthParty, state: VendorState = VendorState.ACTIVE) -> Vendor:
    return Vendor(id=name.casefold(), name=name, country="DE", state=state, fourth_parties=parties)


def test_a_firm_behind_two_is_one_firm_and_stands_first() -> None:
    found = beyond([
        vendor("A", party("Alone"), party("Cloud Tickets, Inc.", sees_our_data=True)),
        vendor("B", party("CLOUD TICKETS", country="IE", does="mail", critical=True)),
    ])  # fmt: skip
    assert [(each.name, each.vendors, each.shared) for each in found] == [
        ("Cloud Tickets, Inc.", ("a", "b"), True),
        ("Alone", ("a",), False),
    ]
    assert found[0].countries == ("US", "IE")
    assert found[0].does == ("tickets", "mail")
    assert found[0].sees_our_data
    assert found[0].critical


def test_who_is_a_vendor_as_well_is_shared() -> None:
    (found,) = beyond([vendor("Cloud"), vendor("B", party("Cloud GmbH"))])
    assert (found.own, found.vendors, found.shared) == ("cloud", ("b",), True)


def test_named_twice_by_one_vendor_is_not_shared() -> None:
    (found,) = beyond([vendor("A", party("Cloud"), party("cloud"))])
    assert not found.shared


@pytest.mark.parametrize("state", [VendorState.ENDED, VendorState.REJECTED])
def test_vendors_that_are_gone_count_no_more(state: VendorState) -> None:
    gone = vendor("A", party("Cloud"), state=state)
    assert not any(each.shared for each in beyond([gone, vendor("B", party("Cloud"))]))
    assert silent([gone, vendor("B")]) == (vendor("B"),)


def test_the_oldest_examination_counts_and_one_unknown_makes_it_unknown() -> None:
    early, late = date(2024, 1, 1), date(2026, 1, 1)
    first = vendor("A", party("Cloud", audited=late))
    assert beyond([first, vendor("B", party("Cloud", audited=early))])[0].audited == early
    assert beyond([first, vendor("B", party("Cloud"))])[0].audited is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller & Söhne GmbH & Co. KG", "müller söhne"),
        ("Amazon Web Services, Inc.", "Amazon  Web Services"),
        ("Foo S.p.A.", "Foo s p a"),
    ],
)
def test_spellings_of_one_firm(one: str, other: str) -> None:
    assert same_firm(one) == same_firm(other)


def test_other_names_stay_other_firms() -> None:
    assert same_firm("Cloud One") != same_firm("Cloud Two")
    assert same_firm("AG") == "ag"


@given(st.text(max_size=60))
def test_a_name_is_made_plain_once(name: str) -> None:
    assert same_firm(same_firm(name)) == same_firm(name)
