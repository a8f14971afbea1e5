"""What the statements say together; what outranks what."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec
import pytest

from midwatch.kernel import BadInputError
from midwatch.vendors.finance import (
    Audit,
    Business,
    FinancialStatement,
    GoingConcern,
    Item,
    Standing,
    assess,
    too_far_ahead,
)
from midwatch.vendors.finance.health import Direction, Trend

TODAY = date(2026, 6, 1)


def year(ends: int, ebit: int = 10, **changes: object) -> FinancialStatement:
    amounts = {
        Item.CURRENT_ASSETS: Decimal(40),
        Item.CURRENT_LIABILITIES: Decimal(20),
        Item.TOTAL_ASSETS: Decimal(100),
        Item.RETAINED_EARNINGS: Decimal(30),
        Item.EBIT: Decimal(ebit),
        Item.TOTAL_LIABILITIES: Decimal(50),
        Item.EQUITY: Decimal(50),
    }
    sound = FinancialStatement(
        end=date(ends, 12, 31),
        currency="EUR",
        amounts=amounts,
        audit=Audit.AUDITED,
        going_concern=GoingConcern.NO_DOUBT,
    )
    return msgspec.structs.replace(sound, **changes)


def trend(trends: tuple[Trend, ...], name: str) -> Trend:
    return next(each for each in trends if each.name == name)


def test_three_sound_years() -> None:
    health = assess([year(2025), year(2023, 8), year(2024, 9)], TODAY)
    assert health.standing is Standing.SAFE
    assert health.headline == ("Safe zone: Z'' 4.012. Audited figures to 2025-12-31, 6 months old.")
    assert health.warnings == ()
    assert trend(health.trends, "Z''").direction is Direction.RISING


def test_the_auditors_doubt_outranks_a_safe_score() -> None:
    health = assess([year(2025, going_concern=GoingConcern.DOUBT)], TODAY)
    assert health.standing is Standing.GOING_CONCERN
    assert health.headline.startswith("Going concern in doubt: whatever the score says (Z'' 4.012)")
    assert "ask for a guarantee by the owner or a bank" in health.prompts


def test_a_doubt_of_an_earlier_year_is_told() -> None:
    health = assess([year(2024, going_concern=GoingConcern.DOUBT), year(2025)], TODAY)
    assert health.standing is Standing.SAFE
    assert "2024-12-31: the auditor doubted that the firm goes on" in health.warnings


def test_distress_prompts_for_guarantee_escrow_and_exit_and_rejects_nobody() -> None:
    health = assess([year(2025, -40)], TODAY)
    assert health.standing is Standing.DISTRESS
    asked = " ".join(health.prompts)
    assert all(word in asked for word in ("guarantee", "escrow", "exit plan"))


@pytest.mark.parametrize("business", [Business.BANK, Business.START_UP])
def test_for_banks_and_start_ups_the_score_gives_no_standing(business: Business) -> None:
    health = assess([year(2025)], TODAY, business=business)
    assert health.standing is Standing.UNKNOWN
    assert not health.suits
    assert any("does not suit" in each for each in health.warnings)


def test_who_vouches_and_how_old_it_is() -> None:
    health = assess([year(2023, audit=Audit.SELF_DECLARED)], TODAY)
    assert "the newest figures are 30 months old" in health.warnings
    assert any("nobody but the vendor vouches" in each for each in health.warnings)
    planned = assess([year(2026)], TODAY)
    assert any("a plan, not a result" in each for each in planned.warnings)
    assert planned.headline.endswith("which is not over yet.")


def test_a_mistyped_year_does_not_hide_the_newest_figures() -> None:
    mistyped = msgspec.structs.replace(year(2024, -40), end=date(9999, 12, 31))
    health = assess([year(2025), mistyped, year(2023)], TODAY)
    assert health.newest.end == date(2025, 12, 31)
    assert health.standing is assess([year(2025)], TODAY).standing
    assert health.age_months == 6
    assert "the period to 9999-12-31 is not over" in health.warnings[0]
    assert all(day < TODAY for each in health.trends for day, _value in each.values)


def test_an_auditors_doubt_outranks_a_mistyped_date_too() -> None:
    doubted = year(2027, going_concern=GoingConcern.DOUBT)
    health = assess([year(2025), doubted], TODAY)
    assert health.newest.end == date(2025, 12, 31)
    assert health.standing is Standing.GOING_CONCERN


@pytest.mark.parametrize(
    ("end", "refused"),
    [(date(2027, 12, 1), False), (date(2027, 12, 2), True), (date(2027, 11, 30), False),
     (date(9999, 12, 31), True), (date(2025, 12, 31), False)],
)  # fmt: skip
def test_no_period_ends_more_than_a_year_and_a_half_ahead(end: date, *, refused: bool) -> None:
    assert too_far_ahead(end, TODAY) is refused


def test_a_missing_year_is_a_gap_and_two_years_are_not_three() -> None:
    health = assess([year(2022), year(2025)], TODAY)
    assert health.gaps[:2] == (
        "2 of 3 years given",
        "no statement for the time between 2022-12-31 and 2025-12-31",
    )


def test_two_currencies_compare_ratios_and_not_amounts() -> None:
    health = assess([year(2024, currency="USD"), year(2025)], TODAY)
    equity = trend(health.trends, "equity")
    assert (equity.direction, equity.note) == (Direction.UNKNOWN, "two currencies")
    assert trend(health.trends, "Z''").direction is Direction.LEVEL
    assert any("USD and EUR" in each for each in health.warnings)


def test_a_year_without_an_amount_leaves_no_trend() -> None:
    bare = year(2024)
    amounts = {item: v for item, v in bare.amounts.items() if item is not Item.EBIT}
    health = assess([msgspec.structs.replace(bare, amounts=amounts), year(2025)], TODAY)
    assert trend(health.trends, "ebit").direction is Direction.UNKNOWN
    assert trend(health.trends, "Z''").values[0][1] is None


def test_negative_equity_is_told_and_asks_for_a_guarantee() -> None:
    amounts = {
        **year(2025).amounts,
        Item.EQUITY: Decimal(-20),
        Item.TOTAL_LIABILITIES: Decimal(120),
    }
    health = assess([year(2025, amounts=amounts)], TODAY)
    assert any("equity is negative (-20 EUR)" in each for each in health.warnings)
    assert any("guarantee" in each for each in health.prompts)


def test_figures_that_cannot_be_right_are_told_in_the_first_line() -> None:
    amounts = {**year(2025).amounts, Item.EQUITY: Decimal(20)}
    health = assess([year(2025, amounts=amounts)], TODAY)
    assert health.headline.endswith("They cannot be right as they are.")
    assert any("explain the difference" in each for each in health.prompts)


def test_only_figures_that_do_not_balance_are_to_be_explained() -> None:
    """A bank is told of its balance sheet too; that is no difference to explain."""
    asked = "ask the vendor to explain the difference before anything is built on the figures"
    statements = [year(2025), year(2024), year(2023)]
    assert asked not in assess(statements, TODAY, business=Business.BANK).prompts
    amounts = {**year(2024).amounts, Item.EQUITY: Decimal(10)}
    uneven = [year(2025), year(2024, amounts=amounts), year(2023)]
    assert asked in assess(uneven, TODAY).prompts


def test_nothing_and_the_same_year_twice_are_refused() -> None:
    with pytest.raises(BadInputError, match="no statement"):
        assess([], TODAY)
    with pytest.raises(BadInputError, match="two statements end on 2025-12-31"):
        assess([year(2025), year(2025, 3)], TODAY)


def test_short_cash_is_prompted_even_in_the_safe_zone() -> None:
    amounts = {
        **year(2025).amounts,
        Item.CASH: Decimal(10),
        Item.RESTRICTED_CASH: Decimal(0),
        Item.OPERATING_CASH_FLOW: Decimal(-60),
        Item.CAPITAL_EXPENDITURE: Decimal(0),
    }
    health = assess([year(2025, amounts=amounts)], TODAY)
    assert health.prompts[0] == "cash lasts 2.0 months: ask who pays after that"
