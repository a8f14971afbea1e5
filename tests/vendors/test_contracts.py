"""Clauses, hours, caps and the days on which something is due."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from midwatch.vendors.contracts import (
    Clause,
    ClauseKind,
    Contract,
    Strength,
    contract_concerns,
    contract_dates,
    term_end,
)
from midwatch.vendors.vendor import Insurance

TODAY = date(2026, 3, 1)
GOOD = Contract(
    id="k1",
    vendor="v1",
    client="c1",
    title="Help desk",
    start=date(2025, 1, 1),
    end=date(2026, 12, 31),
    notice_days=90,
    renews_months=12,
    currency="EUR",
    capped=True,
    cap=Decimal(500_000),
    clauses=tuple(
        Clause(
            kind=kind,
            strength=Strength.PRESENT,
            page="4",
            hours=Decimal(24) if kind is ClauseKind.BREACH_NOTICE else None,
        )
        for kind in ClauseKind
    ),
)
COVER = Insurance(
    kind="cyber",
    insurer="Ins",
    policy="P1",
    limit=Decimal(1_000_000),
    currency="EUR",
    until=date(2027, 1, 1),
)


def replaced(clause: Clause) -> Contract:
    return msgspec.structs.replace(
        GOOD,
        clauses=(clause, *(each for each in GOOD.clauses if each.kind is not clause.kind)),
    )


def test_a_good_contract_leaves_nothing_open() -> None:
    found = contract_concerns(GOOD, exposure=Decimal(400_000), insurance=[COVER], today=TODAY)
    assert found == ()


def test_promptly_is_no_time_and_72_hours_are_too_many() -> None:
    vague = replaced(Clause(kind=ClauseKind.BREACH_NOTICE, strength=Strength.WEAK))
    late = replaced(
        Clause(kind=ClauseKind.BREACH_NOTICE, strength=Strength.PRESENT, hours=Decimal(72))
    )
    assert contract_concerns(vague, insurance=[COVER], today=TODAY)[0].startswith(
        "the breach clause names no hours"
    )
    assert contract_concerns(late, insurance=[COVER], today=TODAY)[0] == (
        "the vendor may wait 72 hours; 24 are asked for"
    )


def test_money_is_followed_from_exposure_to_cap_to_insurance() -> None:
    small = msgspec.structs.replace(COVER, limit=Decimal(100_000))
    found = contract_concerns(GOOD, exposure=Decimal(900_000), insurance=[small], today=TODAY)
    assert found == (
        "liability ends at 500,000 EUR; a breach could cost 900,000",
        "insurance pays at most 100,000, less than the cap of 500,000",
    )


def test_insurance_that_ended_or_is_in_another_currency_stands_behind_nothing() -> None:
    ended = msgspec.structs.replace(COVER, until=date(2026, 2, 28))
    dollars = msgspec.structs.replace(COVER, currency="USD")
    found = contract_concerns(GOOD, exposure=Decimal(1), insurance=[ended, dollars], today=TODAY)
    assert found == ("no insurance in EUR stands behind it today",)


def test_an_empty_contract_names_every_clause() -> None:
    bare = msgspec.structs.replace(GOOD, clauses=(), capped=None, cap=None)
    found = contract_concerns(bare, today=TODAY)
    assert sum("nobody looked for a clause" in each for each in found) == len(ClauseKind) - 2
    assert "whether liability is capped is not known" in found


def test_the_last_day_for_notice_comes_before_the_end() -> None:
    notice, end = contract_dates(GOOD, TODAY)
    assert notice.on == date(2026, 10, 2)
    assert "renews for 12 months" in notice.what
    assert end.on == date(2026, 12, 31)


def test_a_contract_that_renewed_itself_ends_a_term_later() -> None:
    assert term_end(GOOD, date(2027, 1, 1)) == date(2027, 12, 31)
    assert term_end(GOOD, date(2026, 12, 31)) == date(2026, 12, 31)
    monthly = msgspec.structs.replace(GOOD, end=date(2026, 1, 31), renews_months=1)
    assert term_end(monthly, date(2026, 2, 5)) == date(2026, 2, 28)
    assert term_end(monthly, date(2026, 3, 5)) == date(2026, 3, 31)


@given(
    st.dates(date(2000, 1, 1), date(2030, 1, 1)),
    st.integers(1, 36),
    st.integers(0, 10_000),
)
def test_the_term_that_runs_today_ends_today_or_later_and_within_one_term(
    end: date, months: int, later: int
) -> None:
    today = date.fromordinal(end.toordinal() + later)
    contract = msgspec.structs.replace(GOOD, end=end, renews_months=months)
    found = term_end(contract, today)
    assert found is not None
    assert found >= today
    assert (found - today).days <= months * 31
