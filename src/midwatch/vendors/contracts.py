"""Contracts: which clauses are there and how strong, what is due when, who pays how much.

Checked against the question a breach will ask: does the vendor have to call within hours,
whom, and is there money behind the promise? This is no legal advice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

import msgspec
from dateutil.relativedelta import relativedelta

from midwatch.vendors.sentences import Number, Quoted, Sentence, Word
from midwatch.vendors.vendor import Insurance


class Strength(StrEnum):
    """Whether a contract holds a clause."""

    PRESENT = "present"
    WEAK = "weak"
    ABSENT = "absent"
    NOT_READ = "not_read"


class ClauseKind(StrEnum):
    """The clauses that are looked for."""

    BREACH_NOTICE = "breach_notice"
    DIRECT_NOTICE = "direct_notice"
    LIABILITY = "liability"
    INDEMNITY = "indemnity"
    INSURANCE = "insurance"
    AUDIT_RIGHT = "audit_right"
    SUBCONTRACTING = "subcontracting"
    DATA_USE = "data_use"
    DATA_LOCATION = "data_location"
    DATA_RETURN = "data_return"
    CONFIDENTIALITY = "confidentiality"
    SERVICE_LEVELS = "service_levels"
    CONTINUITY = "continuity"
    BACKGROUND_CHECKS = "background_checks"
    TERMINATION = "termination"
    EXIT_HELP = "exit_help"
    SOURCE_ESCROW = "source_escrow"


class Clause(msgspec.Struct, frozen=True, kw_only=True):
    """One clause as it was read. ``hours``: until notice must be given. ``page``: where."""

    kind: ClauseKind
    strength: Strength
    page: str = ""
    hours: Decimal | None = None
    trigger: str = ""
    note: str = ""


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """An agreement with a vendor.

    ``end``: its last day, None when it runs on. ``notice_days``: how long before the end (or
    at any time, when it runs on) notice must be given. ``renews_months``: by how many months
    it renews itself; 0: it does not. ``cap``: the most the vendor is liable for; None: not
    capped or not known, which ``capped`` tells apart.
    """

    id: str
    vendor: str
    client: str
    title: str
    start: date
    end: date | None = None
    notice_days: int = 0
    renews_months: int = 0
    yearly_price: Decimal | None = None
    currency: str = ""
    capped: bool | None = None
    cap: Decimal | None = None
    clauses: tuple[Clause, ...] = ()

    def clause(self, kind: ClauseKind) -> Clause | None:
        """The clause of that kind, as it was read."""
        return next((each for each in self.clauses if each.kind is kind), None)


class DueKind(StrEnum):
    """What comes due."""

    PAPER = "paper"
    INSURANCE = "insurance"
    CONTRACT_END = "contract_end"
    CONTRACT_NOTICE = "contract_notice"
    DATA = "data"
    RISK = "risk"
    RISK_ENDED = "risk_ended"
    FINDING = "finding"
    MEASURE = "measure"
    POLICY = "policy"
    REVIEW = "review"
    DRILL = "drill"
    QUESTIONNAIRE = "questionnaire"
    OTHER = "other"


class Due(msgspec.Struct, frozen=True, order=True):
    """Something with a day. ``what`` is a sentence without its full stop.

    ``about``: the id of the paper, contract, finding … ``name``: what that is called, and
    ``who`` has to do it, for those who make a sentence of their own of the ``kind``.
    """

    on: date
    what: str
    about: str = ""
    kind: DueKind = DueKind.OTHER
    name: str = ""
    who: str = ""


BREACH_HOURS: Final = 24


def term_end(contract: Contract, today: date) -> date | None:
    """The last day of the term that runs today, renewals counted in."""
    end = contract.end
    if end is None:
        return None
    if contract.renews_months > 0 and end < today:
        term = relativedelta(today, end)
        whole = (term.years * 12 + term.months) // contract.renews_months
        # From the first end, so that the 31st comes back after a short month.
        for turns in (whole, whole + 1):
            later = end + relativedelta(months=contract.renews_months * turns)
            if later >= today:
                return later
    return end


def contract_dates(contract: Contract, today: date) -> tuple[Due, ...]:
    """The last day for notice, and the end, that are still to come or just missed."""
    end = term_end(contract, today)
    if end is None:
        return ()
    last = end - timedelta(days=contract.notice_days)
    called = contract.title
    title = Quoted(called)
    words = Sentence("contract %(title)s ends", title=title)
    found = [Due(end, words, contract.id, DueKind.CONTRACT_END, called)]
    if contract.notice_days:
        words = (
            Sentence(
                "last day for notice of contract %(title)s; "
                "else it renews for %(months)s months on %(day)s",
                title=title, months=contract.renews_months, day=end,
            )
            if contract.renews_months
            else Sentence(
                "last day for notice of contract %(title)s; it ends on %(day)s",
                title=title, day=end,
            )
        )  # fmt: skip
        found.append(Due(last, words, contract.id, DueKind.CONTRACT_NOTICE, called))
    return tuple(sorted(each for each in found if each.on >= today))


def contract_concerns(
    contract: Contract,
    *,
    exposure: Decimal | None = None,
    insurance: Sequence[Insurance] = (),
    today: date,
) -> tuple[str, ...]:
    """What the contract leaves open, gravest first.

    ``exposure``: what a breach could cost the client, in the contract's currency.
    """
    return (
        *_notice(contract),
        *_money(contract, exposure, insurance, today),
        *_clauses(contract),
    )


def _notice(contract: Contract) -> Iterator[str]:
    clause = contract.clause(ClauseKind.BREACH_NOTICE)
    if clause is None or clause.strength in (Strength.ABSENT, Strength.NOT_READ):
        yield Sentence("no clause makes the vendor tell of a breach within a time")
    elif clause.hours is None:
        yield Sentence('the breach clause names no hours ("promptly" is no time)')
    elif clause.hours > BREACH_HOURS:
        yield Sentence(
            "the vendor may wait %(hours)s hours; %(asked)s are asked for",
            hours=Number(clause.hours, ""), asked=BREACH_HOURS,
        )  # fmt: skip
    direct = contract.clause(ClauseKind.DIRECT_NOTICE)
    if direct is None or direct.strength is not Strength.PRESENT:
        yield Sentence("the vendor need not tell the firm's clients directly")


def _money(
    contract: Contract,
    exposure: Decimal | None,
    insurance: Sequence[Insurance],
    today: date,
) -> Iterator[str]:
    if contract.capped is None:
        yield Sentence("whether liability is capped is not known")
    if contract.capped and contract.cap is None:
        yield Sentence("liability is capped, but at how much is not on file")
    if exposure is None:
        yield Sentence("what a breach could cost is not estimated, so the cap cannot be judged")
    elif contract.cap is not None and contract.cap < exposure:
        yield Sentence(
            "liability ends at %(cap)s %(currency)s; a breach could cost %(exposure)s",
            cap=Number(contract.cap), currency=contract.currency, exposure=Number(exposure),
        )  # fmt: skip
    current = [
        each
        for each in insurance
        if each.currency == contract.currency
        and each.until >= today
        and (each.since is None or each.since <= today)
    ]
    best = max((each.limit for each in current), default=None)
    if best is None:
        if contract.currency:
            yield Sentence(
                "no insurance in %(currency)s stands behind it today", currency=contract.currency
            )
        else:
            yield Sentence("no insurance in its currency stands behind it today")
    elif contract.cap is not None and best < contract.cap:
        yield Sentence(
            "insurance pays at most %(limit)s, less than the cap of %(cap)s",
            limit=Number(best), cap=Number(contract.cap),
        )  # fmt: skip


def _clauses(contract: Contract) -> Iterator[str]:
    told = (ClauseKind.BREACH_NOTICE, ClauseKind.DIRECT_NOTICE)
    for kind in ClauseKind:
        clause = contract.clause(kind)
        if kind in told:
            continue
        if clause is None or clause.strength is Strength.NOT_READ:
            yield Sentence("nobody looked for a clause on %(clause)s", clause=Word(kind))
        elif clause.strength is not Strength.PRESENT and clause.page:
            yield Sentence(
                "the clause on %(clause)s is %(strength)s (page %(page)s)",
                clause=Word(kind), strength=Word(clause.strength), page=clause.page,
            )  # fmt: skip
        elif clause.strength is not Strength.PRESENT:
            yield Sentence(
                "the clause on %(clause)s is %(strength)s",
                clause=Word(kind), strength=Word(clause.strength),
            )  # fmt: skip
