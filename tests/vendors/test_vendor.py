"""The life of a vendor, and what is missing to reach and know it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midwatch.kernel import BadInputError
from midwatch.vendors.vendor import (
    TRANSITIONS,
    Contact,
    ContactRole,
    Owner,
    Vendor,
    VendorState,
    contact_gaps,
    move,
    ownership_gaps,
)

ACME = Vendor(id="v1", name="Acme Desk", country="DE")
DAY = 86_400_000_000


def test_a_vendor_goes_from_candidate_to_active_and_out() -> None:
    vendor = ACME
    for state in (
        VendorState.DUE_DILIGENCE,
        VendorState.APPROVED,
        VendorState.ACTIVE,
        VendorState.EXITING,
        VendorState.ENDED,
    ):
        vendor = move(vendor, state, by="m.lang", now=vendor.revision, why="as agreed")

    assert vendor.state is VendorState.ENDED
    assert [each.went for each in vendor.history][-1] is VendorState.ENDED
    assert ACME.state is VendorState.CANDIDATE


def test_nobody_becomes_active_without_due_diligence() -> None:
    with pytest.raises(BadInputError, match="cannot become active"):
        move(ACME, VendorState.ACTIVE, by="m.lang", now=0, why="in a hurry")


def test_a_decision_needs_its_approver_a_reason_and_its_conditions() -> None:
    looked_at = move(ACME, VendorState.DUE_DILIGENCE, by="m.lang", now=0, why="three offers")

    with pytest.raises(BadInputError, match="an approver and a reason"):
        move(looked_at, VendorState.APPROVED, by=" ", now=1, why="fine")
    with pytest.raises(BadInputError, match="its conditions"):
        move(looked_at, VendorState.CONDITIONAL, by="m.lang", now=1, why="fine")


@given(st.lists(st.sampled_from(VendorState), max_size=12))
def test_whatever_is_tried_the_history_is_a_path_of_the_table(steps: list[VendorState]) -> None:
    vendor = ACME
    for now, state in enumerate(steps):
        try:
            vendor = move(vendor, state, by="x", now=now, why="y", conditions=("z",))
        except BadInputError:
            assert state not in TRANSITIONS[vendor.state]
    came = VendorState.CANDIDATE
    for each in vendor.history:
        assert each.came is came
        assert each.went in TRANSITIONS[came]
        came = each.went
    assert vendor.state is came


def test_every_state_has_a_way_out() -> None:
    assert set(TRANSITIONS) == set(VendorState)
    assert all(TRANSITIONS.values())


def test_a_breach_number_that_nobody_tried_is_told() -> None:
    night = Contact(role=ContactRole.BREACH, name="Duty", phone="+49 30 1", round_the_clock=True)
    assert contact_gaps(ACME, 0) == ("nobody is named to call after a breach",)

    named = msgspec.structs.replace(ACME, contacts=(night,))
    assert contact_gaps(named, 0) == ("no breach contact was ever tried",)

    tried = msgspec.structs.replace(
        ACME, contacts=(msgspec.structs.replace(night, tested=0, answered_in=4),)
    )
    assert contact_gaps(tried, 100 * DAY) == ()
    assert contact_gaps(tried, 400 * DAY) == ("no breach contact was tried within a year",)


def test_who_answers_at_night_is_called_first() -> None:
    day = Contact(role=ContactRole.BREACH, name="Office", phone="1")
    night = Contact(role=ContactRole.BREACH, name="Duty", phone="2", round_the_clock=True)
    other = Contact(role=ContactRole.COMMERCIAL, name="Sales", phone="3")
    vendor = msgspec.structs.replace(ACME, contacts=(day, other, night))

    assert [each.name for each in vendor.breach_contacts] == ["Duty", "Office"]


@pytest.mark.parametrize(
    ("shares", "says"),
    [
        ([], ("who owns the vendor is not known",)),
        ([60, 60], ("the owners' shares add up to 120 %",)),
        ([30], ("the owners of 70 % are not named",)),
        ([60, 40], ()),
        ([60, None], ()),
    ],
)
def test_ownership_that_does_not_add_up_is_told(
    shares: list[int | None], says: tuple[str, ...]
) -> None:
    owners = tuple(
        Owner(name=f"o{n}", share=None if share is None else Decimal(share), since=date(2020, 1, 1))
        for n, share in enumerate(shares)
    )
    assert ownership_gaps(msgspec.structs.replace(ACME, owners=owners)) == says
