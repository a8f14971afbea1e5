"""Ratios with their inputs, and the reason where there is none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midwatch.vendors.finance import FigureState, FinancialStatement, Item, figures_of
from midwatch.vendors.finance.ratios import Figure
from midwatch.vendors.finance.statements import imbalance, statement_problems

CHECK = FinancialStatement(
    end=date(2025, 12, 31),
    currency="EUR",
    amounts={
        Item.CURRENT_ASSETS: Decimal(40),
        Item.CURRENT_LIABILITIES: Decimal(20),
        Item.TOTAL_ASSETS: Decimal(100),
        Item.RETAINED_EARNINGS: Decimal(30),
        Item.EBIT: Decimal(10),
        Item.TOTAL_LIABILITIES: Decimal(50),
        Item.EQUITY: Decimal(50),
    },
)


def having(**amounts: int | None) -> FinancialStatement:
    """The check statement with other amounts, or without some; keys are names of items."""
    found = dict(CHECK.amounts)
    for name, value in amounts.items():
        if value is None:
            found.pop(Item[name])
        else:
            found[Item[name]] = Decimal(value)
    return msgspec.structs.replace(CHECK, amounts=found)


def figure(statement: FinancialStatement, name: str) -> Figure:
    return next(each for each in figures_of(statement) if each.name == name)


def test_the_check_statement() -> None:
    z = figure(CHECK, "Z''")
    assert (z.value, z.shown) == (Decimal("4.012"), "4.012")
    assert z.note == "6.56 x 0.200 + 3.26 x 0.300 + 6.72 x 0.100 + 1.05 x 1.000"
    assert figure(CHECK, "current ratio").value == 2
    assert figure(CHECK, "debt to equity").value == 1


def test_a_missing_amount_is_named_and_never_zero() -> None:
    z = figure(having(RETAINED_EARNINGS=None), "Z''")
    assert (z.state, z.value) == (FigureState.MISSING, None)
    assert z.shown == "not given: retained earnings"
    quick = figure(CHECK, "quick ratio")
    assert quick.missing == (Item.CASH, Item.SECURITIES, Item.RECEIVABLES)


@given(st.sampled_from(list(CHECK.amounts)))
def test_any_missing_input_leaves_no_score(item: Item) -> None:
    amounts = {key: value for key, value in CHECK.amounts.items() if key is not item}
    z = figure(msgspec.structs.replace(CHECK, amounts=amounts), "Z''")
    assert z.value is None
    assert z.missing == (item,)


def test_quick_ratio_counts_cash_securities_and_receivables() -> None:
    quick = figure(having(CASH=5, SECURITIES=3, RECEIVABLES=7), "quick ratio")
    assert quick.value == Decimal("0.75")


@pytest.mark.parametrize("equity", [0, -10])
def test_debt_to_equity_is_undefined_without_equity(equity: int) -> None:
    ratio = figure(having(EQUITY=equity), "debt to equity")
    assert ratio.state is FigureState.UNDEFINED
    assert "equity is zero or negative" in ratio.shown


def test_negative_equity_still_has_a_score() -> None:
    assert figure(having(EQUITY=-50), "Z''").value == Decimal("1.912")


def test_interest_cover() -> None:
    assert figure(having(INTEREST=4), "interest cover").value == Decimal("2.5")
    assert figure(having(INTEREST=0), "interest cover").shown == "no interest is paid"
    assert figure(having(INTEREST=4, EBIT=-8), "interest cover").value == -2


def test_runway_is_free_cash_over_mean_monthly_net_burn() -> None:
    burning = having(CASH=100, RESTRICTED_CASH=10, OPERATING_CASH_FLOW=-48, CAPITAL_EXPENDITURE=12)
    assert figure(burning, "runway").value == 18
    assert figure(burning, "runway").shown == "18.0 months"


def test_who_burns_no_cash_has_no_runway_and_needs_none() -> None:
    earning = having(CASH=1, RESTRICTED_CASH=0, OPERATING_CASH_FLOW=5, CAPITAL_EXPENDITURE=5)
    assert figure(earning, "runway").shown == "not burning cash"


def test_restricted_cash_that_is_not_given_is_not_taken_for_none() -> None:
    found = figure(having(CASH=100, OPERATING_CASH_FLOW=-48, CAPITAL_EXPENDITURE=12), "runway")
    assert found.shown == "not given: restricted cash"


def test_shares_are_shown_in_percent() -> None:
    assert figure(having(RESEARCH=12, REVENUE=100), "research share").shown == "12.0 %"
    assert figure(having(RESEARCH=12, REVENUE=0), "research share").shown == "there is no revenue"


def test_a_period_that_is_no_year_is_told_with_the_score() -> None:
    half = msgspec.structs.replace(CHECK, months=6)
    assert figure(half, "Z''").note.endswith("; EBIT is that of 6 months, not of a year")


AMOUNT = st.integers(-1000, 1000).map(Decimal)


@given(st.dictionaries(st.sampled_from(Item), AMOUNT))
def test_whatever_is_given_every_figure_has_a_value_or_a_reason(
    amounts: dict[Item, Decimal],
) -> None:
    for each in figures_of(msgspec.structs.replace(CHECK, amounts=amounts)):
        assert (each.value is not None) == (each.state is FigureState.KNOWN)
        assert each.shown
        assert set(each.inputs).isdisjoint(each.missing)


@given(st.dictionaries(st.sampled_from(Item), AMOUNT), st.integers(2, 1_000_000))
def test_ratios_do_not_depend_on_the_unit(amounts: dict[Item, Decimal], times: int) -> None:
    larger = {item: value * times for item, value in amounts.items()}
    one = figures_of(msgspec.structs.replace(CHECK, amounts=amounts))
    other = figures_of(msgspec.structs.replace(CHECK, amounts=larger))
    for before, after in zip(one, other, strict=True):
        assert before.state is after.state
        if before.value is not None and after.value is not None:
            assert abs(before.value - after.value) < Decimal("1e-15") * max(
                Decimal(1), abs(before.value)
            )


def test_a_statement_that_does_not_balance_is_told_with_the_difference() -> None:
    found = imbalance(having(EQUITY=40))
    assert found is not None
    assert (found.difference, found.share) == (Decimal(10), Decimal("0.1"))
    assert statement_problems(having(EQUITY=40)) == (
        "does not balance: total assets less liabilities and equity is 10 EUR (10.0% of assets)",
    )
    assert statement_problems(CHECK) == ()
    assert imbalance(having(EQUITY=49)) is None, "one unit is rounding"


def test_parts_that_exceed_their_whole_are_told() -> None:
    told = statement_problems(having(CASH=30, RECEIVABLES=30, CURRENT_LIABILITIES=60, INVENTORY=-1))
    assert told == (
        "inventory is negative (-1)",
        "current liabilities exceeds total liabilities by 10",
        "the parts of current assets exceed them by 19",
    )
