"""A financial statement as typed in: one period, one currency, amounts that may be missing.

A missing amount stays missing; it is never zero. Amounts are decimals in the statement's
currency, multiplied out (thousands become units when read).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

import msgspec

FURTHEST_MONTHS: Final = 18
"""No statement's period ends later than this from now; a plan's is the running or next year."""


class Item(StrEnum):
    """The lines of balance sheet, profit and loss, and cash flow that are used."""

    CASH = "cash"
    RESTRICTED_CASH = "restricted cash"
    SECURITIES = "short-term securities"
    RECEIVABLES = "receivables"
    INVENTORY = "inventory"
    CURRENT_ASSETS = "current assets"
    TOTAL_ASSETS = "total assets"
    CURRENT_LIABILITIES = "current liabilities"
    TOTAL_LIABILITIES = "total liabilities"
    EQUITY = "equity"
    RETAINED_EARNINGS = "retained earnings"
    REVENUE = "revenue"
    EBIT = "ebit"
    INTEREST = "interest expense"
    NET_INCOME = "net income"
    RESEARCH = "research and development"
    OPERATING_CASH_FLOW = "operating cash flow"
    CAPITAL_EXPENDITURE = "capital expenditure"


MEANINGS: Final[Mapping[Item, str]] = {
    Item.CASH: "Cash and bank balances, restricted cash included.",
    Item.RESTRICTED_CASH: "The part of it that is pledged or held for others. Write 0 if none.",
    Item.SECURITIES: "Securities that can be sold within a year.",
    Item.RECEIVABLES: "What customers owe, after allowances.",
    Item.INVENTORY: "Goods and work in progress.",
    Item.CURRENT_ASSETS: "All that turns into cash within a year.",
    Item.TOTAL_ASSETS: "The balance sheet's total.",
    Item.CURRENT_LIABILITIES: "All that is due within a year.",
    Item.TOTAL_LIABILITIES: "All debts and provisions, short and long.",
    Item.EQUITY: "Book equity; with a minus sign when liabilities exceed assets.",
    Item.RETAINED_EARNINGS: "Profits kept over all years; with a minus sign for losses.",
    Item.REVENUE: "Sales of the period.",
    Item.EBIT: "Earnings before interest and taxes.",
    Item.INTEREST: "Interest paid, as a positive number.",
    Item.NET_INCOME: "Profit after taxes; with a minus sign for a loss.",
    Item.RESEARCH: "Spending on research and development, capitalised or not.",
    Item.OPERATING_CASH_FLOW: "Cash from operations; with a minus sign when it flows out.",
    Item.CAPITAL_EXPENDITURE: "Cash spent on equipment and software, as a positive number.",
}
_NEVER_NEGATIVE: Final = frozenset(
    {
        Item.CASH, Item.RESTRICTED_CASH, Item.SECURITIES, Item.RECEIVABLES, Item.INVENTORY,
        Item.CURRENT_ASSETS, Item.TOTAL_ASSETS, Item.CURRENT_LIABILITIES,
        Item.TOTAL_LIABILITIES, Item.REVENUE, Item.INTEREST, Item.RESEARCH,
        Item.CAPITAL_EXPENDITURE,
    }
)  # fmt: skip


class Audit(StrEnum):
    """Who looked at the figures, strongest first."""

    AUDITED = "audited"
    REVIEWED = "reviewed"
    COMPILED = "compiled"
    SELF_DECLARED = "self-declared"


class GoingConcern(StrEnum):
    """Whether the auditor doubts that the firm goes on. It outranks every score."""

    NO_DOUBT = "no doubt"
    DOUBT = "doubt"
    NOT_KNOWN = "not known"


class Business(StrEnum):
    """What sort of firm it is; the score was made for established, non-financial ones."""

    SERVICES = "services"
    MANUFACTURER = "manufacturer"
    START_UP = "start-up"
    BANK = "bank"


class FinancialStatement(msgspec.Struct, frozen=True, kw_only=True):
    """One period's figures. ``end``: its last day; ``months``: its length.

    ``currency``: ISO 4217 code. ``unit``: by what the amounts were multiplied when read.
    """

    end: date
    currency: str
    amounts: Mapping[Item, Decimal]
    months: int = 12
    audit: Audit = Audit.SELF_DECLARED
    going_concern: GoingConcern = GoingConcern.NOT_KNOWN
    unit: int = 1
    source: str = ""

    def amount(self, item: Item) -> Decimal | None:
        """The amount, None where none was given."""
        return self.amounts.get(item)


class Imbalance(msgspec.Struct, frozen=True):
    """A statement whose two sides differ by ``difference`` (assets less the other side)."""

    difference: Decimal
    share: Decimal | None


def imbalance(statement: FinancialStatement) -> Imbalance | None:
    """By how much assets differ from liabilities and equity; None: they agree, or are not given.

    Both sides may differ by one of the statement's own units, which is rounding.
    """
    assets = statement.amount(Item.TOTAL_ASSETS)
    liabilities = statement.amount(Item.TOTAL_LIABILITIES)
    equity = statement.amount(Item.EQUITY)
    if assets is None or liabilities is None or equity is None:
        return None
    difference = assets - liabilities - equity
    if abs(difference) <= statement.unit:
        return None
    return Imbalance(difference, abs(difference) / assets if assets else None)


def too_far_ahead(end: date, today: date) -> bool:
    """Whether a period ends so late that its date must be mistyped, plans included."""
    months = (end.year - today.year) * 12 + end.month - today.month
    return (months, end.day) > (FURTHEST_MONTHS, today.day)


def statement_problems(statement: FinancialStatement) -> tuple[str, ...]:
    """What cannot be right about the figures, each with the amount by which it is wrong."""
    return tuple(_problems(statement))


_WITHIN: Final = (
    (Item.CURRENT_ASSETS, Item.TOTAL_ASSETS),
    (Item.CURRENT_LIABILITIES, Item.TOTAL_LIABILITIES),
    (Item.RESTRICTED_CASH, Item.CASH),
    (Item.CASH, Item.CURRENT_ASSETS),
)


def _problems(statement: FinancialStatement) -> Iterator[str]:
    uneven = imbalance(statement)
    if uneven is not None:
        share = f" ({uneven.share:.1%} of assets)" if uneven.share is not None else ""
        yield (
            "does not balance: total assets less liabilities and equity is "
            f"{uneven.difference:,f} {statement.currency}{share}"
        )
    for item in sorted(_NEVER_NEGATIVE):
        amount = statement.amount(item)
        if amount is not None and amount < 0:
            yield f"{item} is negative ({amount:,f})"
    for part, whole in _WITHIN:
        less, more = statement.amount(part), statement.amount(whole)
        if less is not None and more is not None and less - more > statement.unit:
            yield f"{part} exceeds {whole} by {less - more:,f}"
    parts = [
        amount
        for item in (Item.CASH, Item.SECURITIES, Item.RECEIVABLES, Item.INVENTORY)
        if (amount := statement.amount(item)) is not None
    ]
    current = statement.amount(Item.CURRENT_ASSETS)
    if current is not None and len(parts) > 1 and sum(parts) - current > statement.unit:
        yield f"the parts of current assets exceed them by {sum(parts) - current:,f}"
    if not 1 <= statement.months <= 18:
        yield f"a period of {statement.months} months is no financial year"
