"""Ratios of one statement, each with its inputs and, where it has none, the reason.

A figure is known, missing (an input was not given) or undefined (its inputs make no ratio,
such as debt to negative equity). Nothing is ever taken for zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Final

import msgspec

from midwatch.vendors.finance.statements import FinancialStatement, Item
from midwatch.vendors.finance.zscore import WEIGHTS, z_double_prime
from midwatch.vendors.sentences import Listed, Number, Sentence, Word

_SHOWN: Final = Decimal("0.001")
Z: Final = "Z''"
"""The name of the score, in every language."""


class FigureState(StrEnum):
    """Whether a figure has a value."""

    KNOWN = "known"
    MISSING = "missing"
    UNDEFINED = "undefined"


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A ratio. ``note`` is the reason where there is no value, or what to know about it."""

    name: str
    formula: str
    state: FigureState
    value: Decimal | None = None
    unit: str = ""
    note: str = ""
    inputs: Mapping[Item, Decimal] = {}
    missing: tuple[Item, ...] = ()

    @property
    def shown(self) -> str:
        """The value as people read it, or the reason why there is none."""
        if self.value is None:
            return self.note
        if self.unit == "%":
            return Sentence("%(share)s %%", share=Number(self.value * 100, ".1f"))
        if self.unit == "months":
            return Sentence("%(n)s months", n=Number(self.value, ",.1f"))
        return Sentence("%(n)s", n=Number(self.value, ",.3f" if self.name == Z else ",.2f"))


def figures_of(statement: FinancialStatement) -> tuple[Figure, ...]:
    """Every figure of a statement, in the order people read them."""
    return (
        z_figure(statement),
        _ratio(statement, Sentence("current ratio"),
               Sentence("current assets / current liabilities"),
               (Item.CURRENT_ASSETS,), Item.CURRENT_LIABILITIES),
        _ratio(statement, Sentence("quick ratio"),
               Sentence("(cash + short-term securities + receivables) / current liabilities"),
               (Item.CASH, Item.SECURITIES, Item.RECEIVABLES), Item.CURRENT_LIABILITIES),
        _ratio(statement, Sentence("debt to equity"), Sentence("total liabilities / equity"),
               (Item.TOTAL_LIABILITIES,), Item.EQUITY,
               undefined=Sentence(
                   "equity is zero or negative: the ratio has no meaning, and debts "
                   "exceed or equal all the firm owns")),
        _ratio(statement, Sentence("interest cover"), Sentence("ebit / interest expense"),
               (Item.EBIT,), Item.INTEREST, undefined=Sentence("no interest is paid")),
        runway(statement),
        _ratio(statement, Sentence("research share"),
               Sentence("research and development / revenue"), (Item.RESEARCH,), Item.REVENUE,
               unit="%", undefined=Sentence("there is no revenue")),
        _ratio(statement, Sentence("operating margin"), Sentence("ebit / revenue"), (Item.EBIT,),
               Item.REVENUE, unit="%", undefined=Sentence("there is no revenue")),
    )  # fmt: skip


def z_figure(statement: FinancialStatement) -> Figure:
    """Z'' with its terms in the note."""
    name, formula = Z, Sentence(
        "6.56 (current assets - current liabilities) / total assets + 3.26 retained earnings "
        "/ total assets + 6.72 ebit / total assets + 1.05 equity / total liabilities"
    )  # fmt: skip
    given, missing = _inputs(
        statement,
        (
            Item.CURRENT_ASSETS, Item.CURRENT_LIABILITIES, Item.TOTAL_ASSETS,
            Item.RETAINED_EARNINGS, Item.EBIT, Item.EQUITY, Item.TOTAL_LIABILITIES,
        ),
    )  # fmt: skip
    if missing:
        return _missing(name, formula, given, missing)
    assets, liabilities = given[Item.TOTAL_ASSETS], given[Item.TOTAL_LIABILITIES]
    if assets <= 0 or liabilities <= 0:
        which = Word(Item.TOTAL_ASSETS if assets <= 0 else Item.TOTAL_LIABILITIES)
        why = Sentence("%(item)s must be above zero for this score", item=which)
        return _undefined(name, formula, given, why)
    ratios = (
        (given[Item.CURRENT_ASSETS] - given[Item.CURRENT_LIABILITIES]) / assets,
        given[Item.RETAINED_EARNINGS] / assets,
        given[Item.EBIT] / assets,
        given[Item.EQUITY] / liabilities,
    )
    months = statement.months
    terms = [
        Sentence("%(weight)s x %(ratio)s", weight=Number(weight, ""),
                 ratio=Number(ratio.quantize(_SHOWN), "f"))
        for weight, ratio in zip(WEIGHTS, ratios, strict=True)
    ]  # fmt: skip
    note = Sentence("%(terms)s", terms=Listed(tuple(terms), " + "))
    if months != 12:
        note = Sentence(
            "%(terms)s; EBIT is that of %(months)s months, not of a year",
            terms=note, months=months,
        )  # fmt: skip
    return Figure(
        name=name, formula=formula, state=FigureState.KNOWN, value=z_double_prime(*ratios),
        note=note, inputs=given,
    )  # fmt: skip


def runway(statement: FinancialStatement) -> Figure:
    """Months that free cash lasts at the mean monthly net burn."""
    name, formula = Sentence("runway"), Sentence(
        "(cash - restricted cash) / ((capital expenditure - operating cash flow) / months)"
    )  # fmt: skip
    given, missing = _inputs(
        statement,
        (
            Item.CASH, Item.RESTRICTED_CASH, Item.OPERATING_CASH_FLOW, Item.CAPITAL_EXPENDITURE,
        ),
    )  # fmt: skip
    if missing:
        return _missing(name, formula, given, missing)
    if statement.months <= 0:
        return _undefined(name, formula, given, Sentence("the period has no length"))
    burn = (given[Item.CAPITAL_EXPENDITURE] - given[Item.OPERATING_CASH_FLOW]) / statement.months
    if burn <= 0:
        return _undefined(name, formula, given, Sentence("not burning cash"))
    free = given[Item.CASH] - given[Item.RESTRICTED_CASH]
    return Figure(
        name=name, formula=formula, state=FigureState.KNOWN, value=max(free, Decimal(0)) / burn,
        unit="months", inputs=given,
    )  # fmt: skip


def _ratio(  # a ratio's parts
    statement: FinancialStatement,
    name: str,
    formula: str,
    above: tuple[Item, ...],
    below: Item,
    *,
    unit: str = "",
    undefined: str = "",
) -> Figure:
    given, missing = _inputs(statement, (*above, below))
    if missing:
        return _missing(name, formula, given, missing)
    if given[below] <= 0:
        why = undefined or Sentence("the divisor is zero or negative")
        return _undefined(name, formula, given, why)
    value = sum((given[item] for item in above), Decimal(0)) / given[below]
    return Figure(
        name=name, formula=formula, state=FigureState.KNOWN, value=value, unit=unit, inputs=given
    )


def _inputs(
    statement: FinancialStatement, items: tuple[Item, ...]
) -> tuple[dict[Item, Decimal], tuple[Item, ...]]:
    given = {item: statement.amounts[item] for item in items if item in statement.amounts}
    return given, tuple(item for item in items if item not in given)


def _missing(
    name: str, formula: str, given: Mapping[Item, Decimal], missing: tuple[Item, ...]
) -> Figure:
    return Figure(
        name=name, formula=formula, state=FigureState.MISSING, inputs=given, missing=missing,
        note=Sentence("not given: %(items)s", items=Listed(tuple(map(Word, missing)))),
    )  # fmt: skip


def _undefined(name: str, formula: str, given: Mapping[Item, Decimal], why: str) -> Figure:
    return Figure(name=name, formula=formula, state=FigureState.UNDEFINED, inputs=given, note=why)
