"""Inherent risk adds up in the open, and single grave facts are not averaged away."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midwatch.vendors.tiers import (
    AccessReach,
    Criticality,
    DataReach,
    Service,
    Tier,
    tier_of,
)

SERVICES = st.builds(
    Service,
    vendor=st.just("v"),
    client=st.just("c"),
    name=st.just("s"),
    criticality=st.sampled_from(Criticality),
    data=st.sampled_from(DataReach),
    access=st.sampled_from(AccessReach),
    people=st.integers(0, 100_000),
    replaceable_days=st.none() | st.integers(0, 400),
    subcontracted=st.booleans(),
    regulated=st.booleans(),
    moves_money=st.booleans(),
)


def test_a_gardener_is_low() -> None:
    told = tier_of(Service(vendor="v", client="c", name="Garden"))
    assert (told.tier, told.points, told.reasons) == (Tier.LOW, 0, ())


@pytest.mark.parametrize(
    ("service", "tier", "why"),
    [
        (
            Service(vendor="v", client="c", name="Payroll", moves_money=True),
            Tier.HIGH,
            "it can move money",
        ),
        (
            Service(vendor="v", client="c", name="Remote", access=AccessReach.ADMINISTRATOR),
            Tier.HIGH,
            "an administrator can reach everything",
        ),
    ],
)
def test_one_grave_fact_lifts_the_tier(service: Service, tier: Tier, why: str) -> None:
    told = tier_of(service)
    assert told.tier is tier
    assert told.lifted_by == (why,)


@given(SERVICES)
def test_the_points_are_the_sum_of_what_is_told(service: Service) -> None:
    told = tier_of(service)
    assert told.points == sum(each.points for each in told.reasons)
    assert all(each.points > 0 and each.fact for each in told.reasons)
    assert told.review_months <= 24


@given(SERVICES, st.sampled_from(AccessReach), st.sampled_from(AccessReach))
def test_more_access_is_never_less_risk(
    service: Service, one: AccessReach, other: AccessReach
) -> None:

    less, more = sorted((one, other), key=list(AccessReach).index)
    before = tier_of(msgspec.structs.replace(service, access=less))
    after = tier_of(msgspec.structs.replace(service, access=more))
    assert after.points >= before.points
    assert after.tier.rank >= before.tier.rank
