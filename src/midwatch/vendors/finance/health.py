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
from midwatch.vendors.finance.ratios import Figure, FigureState, Z, figures_of, z_figure
from midwatch.vendors.finance.statements import (
    Audit,
    Business,
    FinancialStatement,
    GoingConcern,
    Item,
    imbalance,
    statement_problems,
)
from midwatch.vendors.finance.zscore import Zone, zone_of
from midwatch.vendors.sentences import Listed, Number, Sentence, Word

_YEARS: Final = 3
_OLD_MONTHS: Final = 18
_SHORT_RUNWAY: Final = 12
_TREND_ITEMS: Final = (Item.REVENUE, Item.EBIT, Item.EQUITY, Item.RESEARCH)


_UNSUITED: Final = {
    Business.BANK: Sentence(
        "this score does not suit a bank: its balance sheet is built otherwise"
    ),
    Business.START_UP: Sentence(
        "this score does not suit a start-up: look at runway and investors instead"
    ),
    Business.MANUFACTURER: Sentence(
        "this form of the score was made for firms that do not manufacture"
    ),
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
    def headline(self) -> Sentence:
        """The first line: what it is, of when, by whose word."""
        score = z_figure(self.newest)
        told = (
            Sentence("Z'' %(score)s", score=score.shown)
            if score.value is not None
            else Sentence("no Z'': %(why)s", why=score.note)
        )
        if self.standing is Standing.GOING_CONCERN:
            told = Sentence("whatever the score says (%(score)s)", score=told)
        old = (
            Sentence("%(months)s months old", months=self.age_months)
            if self.age_months >= 0
            else Sentence("which is not over yet")
        )
        line = Sentence(
            "%(standing)s: %(score)s. %(audit)s figures to %(day)s, %(age)s.",
            standing=Word(self.standing, capital=True), score=told,
            audit=Word(self.newest.audit, capital=True), day=self.newest.end, age=old,
        )  # fmt: skip
        if not statement_problems(self.newest):
            return line
        return Sentence("%(line)s They cannot be right as they are.", line=line)


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
    uneven = any(imbalance(each) is not None for each in kept)
    return msgspec.structs.replace(health, prompts=tuple(_prompts(health, uneven=uneven)))


def _standing(score: Figure, *, suits: bool) -> Standing:
    if score.value is None or not suits:
        return Standing.UNKNOWN
    return {Zone.SAFE: Standing.SAFE, Zone.GREY: Standing.GREY, Zone.DISTRESS: Standing.DISTRESS}[
        zone_of(score.value)
    ]


def _ahead(statements: Sequence[FinancialStatement]) -> Iterator[str]:
    for each in statements:
        yield Sentence(
            "the period to %(day)s is not over: a plan, not a result, or its date is mistyped; "
            "it is left out",
            day=each.end,
        )
        if each.going_concern is GoingConcern.DOUBT:
            yield Sentence(
                "%(day)s: an auditor doubts that the firm goes on; that is not left out",
                day=each.end,
            )


def _warnings(kept: Sequence[FinancialStatement], business: Business, age: int) -> Iterator[str]:
    newest = kept[-1]
    for each in kept:
        for problem in statement_problems(each):
            yield Sentence("%(day)s: %(problem)s", day=each.end, problem=problem)
    if business in _UNSUITED:
        yield _UNSUITED[business]
    equity = newest.amount(Item.EQUITY)
    if equity is not None and equity < 0:
        yield Sentence(
            "equity is negative (%(amount)s %(currency)s): debts exceed what it owns",
            amount=Number(equity, ",f"), currency=newest.currency,
        )  # fmt: skip
    yield from _trust(newest, age)
    earlier = [each for each in kept[:-1] if each.going_concern is GoingConcern.DOUBT]
    for each in earlier:
        yield Sentence("%(day)s: the auditor doubted that the firm goes on", day=each.end)
    currencies = list(dict.fromkeys(each.currency for each in kept))
    if len(currencies) > 1:
        yield Sentence(
            "the statements are in %(currencies)s: ratios are compared, amounts are not",
            currencies=Listed(tuple(currencies), " and "),
        )


def _trust(newest: FinancialStatement, age: int) -> Iterator[str]:
    if newest.audit is not Audit.AUDITED:
        words = {
            Audit.REVIEWED: Sentence("an accountant asked questions, but did not audit"),
            Audit.COMPILED: Sentence("an accountant put them in order, and checked nothing"),
            Audit.SELF_DECLARED: Sentence("nobody but the vendor vouches for them"),
        }
        yield Sentence(
            "the newest figures are %(audit)s: %(why)s",
            audit=Word(newest.audit), why=words[newest.audit],
        )  # fmt: skip
    if age < 0:
        yield Sentence(
            "the newest period ends in the future (%(day)s): a plan, not a result", day=newest.end
        )
    elif age > _OLD_MONTHS:
        yield Sentence("the newest figures are %(months)s months old", months=age)


def _gaps(kept: Sequence[FinancialStatement], figures: Sequence[Figure]) -> Iterator[str]:
    if len(kept) < _YEARS:
        yield Sentence("%(n)s of %(asked)s years given", n=len(kept), asked=_YEARS)
    for earlier, later in pairwise(kept):
        months = (later.end.year - earlier.end.year) * 12 + later.end.month - earlier.end.month
        if months > later.months + 1:
            yield Sentence(
                "no statement for the time between %(first)s and %(last)s",
                first=earlier.end, last=later.end,
            )  # fmt: skip
    for figure in figures:
        if figure.state is FigureState.MISSING:
            yield Sentence("%(figure)s: %(why)s", figure=figure.name, why=figure.note)
    if kept[-1].going_concern is GoingConcern.NOT_KNOWN:
        yield Sentence("whether an auditor doubts that the firm goes on is not known")


def _prompts(health: Health, *, uneven: bool) -> Iterator[str]:
    weak = health.standing in (Standing.GOING_CONCERN, Standing.DISTRESS, Standing.GREY)
    runway = health.figure("runway").value
    if runway is not None and runway < _SHORT_RUNWAY:
        weak = True
        yield Sentence(
            "cash lasts %(months)s months: ask who pays after that", months=Number(runway, ".1f")
        )
    equity = health.newest.amount(Item.EQUITY)
    if weak or health.standing is Standing.UNKNOWN or (equity is not None and equity <= 0):
        yield Sentence("ask for a guarantee by the owner or a bank")
        yield Sentence("have source code and data held in escrow where the service is software")
        yield Sentence(
            "write an exit plan: who takes over, how the data come back, in how many days"
        )
    if uneven:
        yield Sentence(
            "ask the vendor to explain the difference before anything is built on the figures"
        )
    if health.newest.audit is not Audit.AUDITED:
        yield Sentence("ask for audited statements, or those filed with the register")
    if health.gaps:
        yield Sentence("ask for what is missing; it was not taken for zero")


def _trends(kept: Sequence[FinancialStatement]) -> tuple[Trend, ...]:
    found = []
    by_end: Mapping[date, tuple[Figure, ...]] = {each.end: figures_of(each) for each in kept}
    for name in (Z, Sentence("current ratio"), Sentence("research share")):
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
                name=Sentence("%(item)s", item=Word(item)),
                direction=_direction(amounts) if comparable else Direction.UNKNOWN,
                values=amounts,
                note="" if comparable else Sentence("two currencies") if not one_currency
                else Sentence("periods of different length"),
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
