"""What the statements say together, in the order in which it matters.

The auditor's doubt outranks every score. Then the score of the newest statement that is
over, its inputs, who vouches for them, how old they are and what is missing. There is no
probability and no rejection: on 5,891 Polish firms a year before failure a quarter of those
that failed stood in the safe zone, and of those in distress fewer than one in five failed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Final

import msgspec

from midwatch.kernel import BadInputError
from midwatch.vendors.finance.ratios import Figure, FigureState, figures_of
from midwatch.vendors.finance.statements import (
    Audit,
    Business,
    FinancialStatement,
    GoingConcern,
    Item,
    statement_problems,
)
from midwatch.vendors.finance.zscore import Zone, zone_of

_YEARS: Final = 3
_OLD_MONTHS: Final = 18
_SHORT_RUNWAY: Final = 12
_TREND_ITEMS: Final = (Item.REVENUE, Item.EBIT, Item.EQUITY, Item.RESEARCH)


_UNSUITED: Final = {
    Business.BANK: "this score does not suit a bank: its balance sheet is built otherwise",
    Business.START_UP: "this score does not suit a start-up: look at runway and investors instead",
    Business.MANUFACTURER: "this form of the score was made for firms that do not manufacture",
}


class Standing(StrEnum):
    """The first thing to know, gravest first."""

    GOING_CONCERN = "going concern in doubt"
    DISTRESS = "distress zone"
    GREY = "grey zone"
    SAFE = "safe zone"
    UNKNOWN = "not known"


class Direction(StrEnum):
    """How something moved over the years."""

    RISING = "rising"
    FALLING = "falling"
    MIXED = "mixed"
    LEVEL = "level"
    UNKNOWN = "not known"


class Trend(msgspec.Struct, frozen=True, kw_only=True):
    """A figure over up to three years, oldest first; None where a year has none."""

    name: str
    direction: Direction
    values: tuple[tuple[date, Decimal | None], ...]
    note: str = ""


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """All that the statements say. ``figures`` are those of the newest statement.

    ``warnings`` cannot be right or weaken everything else; ``gaps`` are what is missing;
    ``prompts`` are what to ask for. ``age_months`` is the newest period's age.
    """

    standing: Standing
    newest: FinancialStatement
    figures: tuple[Figure, ...]
    trends: tuple[Trend, ...]
    warnings: tuple[str, ...]
    gaps: tuple[str, ...]
    prompts: tuple[str, ...]
    age_months: int
    suits: bool

    def figure(self, name: str) -> Figure:
        """The figure of that name."""
        return next(each for each in self.figures if each.name == name)

    @property
    def headline(self) -> str:
        """The first line: what it is, of when, by whose word."""
        score = self.figure("Z''")
        told = f"Z'' {score.shown}" if score.value is not None else f"no Z'': {score.note}"
        if self.standing is Standing.GOING_CONCERN:
            told = f"whatever the score says ({told})"
        doubt = "" if not statement_problems(self.newest) else " They cannot be right as they are."
        old = f"{self.age_months} months old" if self.age_months >= 0 else "which is not over yet"
        return (
            f"{self.standing.value.capitalize()}: {told}. {self.newest.audit.capitalize()} "
            f"figures to {self.newest.end}, {old}.{doubt}"
        )


def assess(
    statements: Sequence[FinancialStatement],
    today: date,
    *,
    business: Business = Business.SERVICES,
) -> Health:
    """The health of a firm from its statements, in any order.

    A period that is not over yet is a plan, or its year was mistyped: it is judged only where
    there is nothing else; an auditor's doubt in it counts.

    Raises:
        BadInputError: There is none, or two are of the same period end.
    """
    if not statements:
        raise BadInputError(
            "there is no statement to judge", remedy="ask for the last three years' statements"
        )
    ordered = sorted(statements, key=lambda each: each.end)
    twice = {a.end for a, b in pairwise(ordered) if a.end == b.end}
    if twice:
        raise BadInputError(f"two statements end on {min(twice)}", remedy="keep the one that holds")
    over = [each for each in ordered if each.end <= today]
    ahead = ordered[len(over) :] if over else []
    judged = over or ordered
    newest = judged[-1]
    figures = figures_of(newest)
    suits = business in (Business.SERVICES, Business.MANUFACTURER)
    age = (today.year - newest.end.year) * 12 + today.month - newest.end.month
    kept = judged[-_YEARS:]
    doubt = any(each.going_concern is GoingConcern.DOUBT for each in (newest, *ahead))
    standing = Standing.GOING_CONCERN if doubt else _standing(figures[0], suits=suits)
    health = Health(
        standing=standing,
        newest=newest,
        figures=figures,
        trends=_trends(kept),
        warnings=(*_ahead(ahead), *_warnings(kept, business, age)),
        gaps=tuple(_gaps(kept, figures)),
        prompts=(),
        age_months=age,
        suits=suits,
    )
    return msgspec.structs.replace(health, prompts=tuple(_prompts(health)))


def _standing(score: Figure, *, suits: bool) -> Standing:
    if score.value is None or not suits:
        return Standing.UNKNOWN
    return {Zone.SAFE: Standing.SAFE, Zone.GREY: Standing.GREY, Zone.DISTRESS: Standing.DISTRESS}[
        zone_of(score.value)
    ]


def _ahead(statements: Sequence[FinancialStatement]) -> Iterator[str]:
    for each in statements:
        yield (
            f"the period to {each.end} is not over: a plan, not a result, or its date is "
            "mistyped; it is left out"
        )
        if each.going_concern is GoingConcern.DOUBT:
            yield f"{each.end}: an auditor doubts that the firm goes on; that is not left out"


def _warnings(kept: Sequence[FinancialStatement], business: Business, age: int) -> Iterator[str]:
    newest = kept[-1]
    for each in kept:
        for problem in statement_problems(each):
            yield f"{each.end}: {problem}"
    if business in _UNSUITED:
        yield _UNSUITED[business]
    equity = newest.amount(Item.EQUITY)
    if equity is not None and equity < 0:
        yield f"equity is negative ({equity:,f} {newest.currency}): debts exceed what it owns"
    yield from _trust(newest, age)
    earlier = [each for each in kept[:-1] if each.going_concern is GoingConcern.DOUBT]
    for each in earlier:
        yield f"{each.end}: the auditor doubted that the firm goes on"
    currencies = list(dict.fromkeys(each.currency for each in kept))
    if len(currencies) > 1:
        yield (
            f"the statements are in {' and '.join(currencies)}: ratios are compared, amounts "
            "are not"
        )


def _trust(newest: FinancialStatement, age: int) -> Iterator[str]:
    if newest.audit is not Audit.AUDITED:
        words = {
            Audit.REVIEWED: "an accountant asked questions, but did not audit",
            Audit.COMPILED: "an accountant put them in order, and checked nothing",
            Audit.SELF_DECLARED: "nobody but the vendor vouches for them",
        }
        yield f"the newest figures are {newest.audit}: {words[newest.audit]}"
    if age < 0:
        yield f"the newest period ends in the future ({newest.end}): a plan, not a result"
    elif age > _OLD_MONTHS:
        yield f"the newest figures are {age} months old"


def _gaps(kept: Sequence[FinancialStatement], figures: Sequence[Figure]) -> Iterator[str]:
    if len(kept) < _YEARS:
        yield f"{len(kept)} of {_YEARS} years given"
    for earlier, later in pairwise(kept):
        months = (later.end.year - earlier.end.year) * 12 + later.end.month - earlier.end.month
        if months > later.months + 1:
            yield f"no statement for the time between {earlier.end} and {later.end}"
    for figure in figures:
        if figure.state is FigureState.MISSING:
            yield f"{figure.name}: {figure.note}"
    if kept[-1].going_concern is GoingConcern.NOT_KNOWN:
        yield "whether an auditor doubts that the firm goes on is not known"


def _prompts(health: Health) -> Iterator[str]:
    weak = health.standing in (Standing.GOING_CONCERN, Standing.DISTRESS, Standing.GREY)
    runway = health.figure("runway").value
    if runway is not None and runway < _SHORT_RUNWAY:
        weak = True
        yield f"cash lasts {runway:.1f} months: ask who pays after that"
    equity = health.newest.amount(Item.EQUITY)
    if weak or health.standing is Standing.UNKNOWN or (equity is not None and equity <= 0):
        yield "ask for a guarantee by the owner or a bank"
        yield "have source code and data held in escrow where the service is software"
        yield "write an exit plan: who takes over, how the data come back, in how many days"
    if any("balance" in each for each in health.warnings):
        yield "ask the vendor to explain the difference before anything is built on the figures"
    if health.newest.audit is not Audit.AUDITED:
        yield "ask for audited statements, or those filed with the register"
    if health.gaps:
        yield "ask for what is missing; it was not taken for zero"


def _trends(kept: Sequence[FinancialStatement]) -> tuple[Trend, ...]:
    found = []
    by_end: Mapping[date, tuple[Figure, ...]] = {each.end: figures_of(each) for each in kept}
    for name in ("Z''", "current ratio", "research share"):
        series = tuple(
            (end, next(f.value for f in figures if f.name == name))
            for end, figures in by_end.items()
        )
        found.append(Trend(name=name, direction=_direction(series), values=series))
    one_currency = len({each.currency for each in kept}) == 1
    lengths = len({each.months for each in kept}) == 1
    for item in _TREND_ITEMS:
        amounts = tuple((each.end, each.amount(item)) for each in kept)
        flow = item is not Item.EQUITY
        comparable = one_currency and (lengths or not flow)
        found.append(
            Trend(
                name=item.value,
                direction=_direction(amounts) if comparable else Direction.UNKNOWN,
                values=amounts,
                note="" if comparable else "two currencies" if not one_currency
                else "periods of different length",
            )
        )  # fmt: skip
    return tuple(found)


def _direction(series: Sequence[tuple[date, Decimal | None]]) -> Direction:
    values = [value for _end, value in series if value is not None]
    if len(values) < 2 or len(values) < len(series):
        return Direction.UNKNOWN
    steps = [later - earlier for earlier, later in pairwise(values)]
    if all(step == 0 for step in steps):
        return Direction.LEVEL
    if all(step >= 0 for step in steps):
        return Direction.RISING
    return Direction.FALLING if all(step <= 0 for step in steps) else Direction.MIXED
