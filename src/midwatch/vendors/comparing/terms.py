"""What each candidate's contract and insurance say, side by side.

One contract stands for a candidate: of those that run or are to come, the one that begins last.
Amounts are compared in that contract's currency alone; where none is on file, in that of the
needs. ``holds`` says whether a term does what it is there for. This is no legal advice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

import msgspec

from midwatch.vendors.contracts import (
    BREACH_HOURS,
    Clause,
    ClauseKind,
    Contract,
    Strength,
    term_end,
)
from midwatch.vendors.sentences import Listed, Number, Sentence, Word
from midwatch.vendors.vendor import Insurance


class Holds(StrEnum):
    """Whether a term does what it is there for; ``UNKNOWN``: nobody knows."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    UNKNOWN = "unknown"


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate's terms. Amounts are in ``currency``.

    ``contract``: its title; empty: none is on file. ``others``: how many more are. ``exposure``:
    what a breach could cost; None: not estimated in that currency. ``insured``: the highest limit
    of a policy in force, None where there is none; ``elsewhere``: currencies of other policies.
    """

    contract: str = ""
    others: int = 0
    currency: str = ""
    capped: bool | None = None
    cap: Decimal | None = None
    exposure: Decimal | None = None
    insured: Decimal | None = None
    insurer: str = ""
    until: date | None = None
    elsewhere: tuple[str, ...] = ()
    clauses: tuple[Clause, ...] = ()

    def clause(self, kind: ClauseKind) -> Clause | None:
        """The clause as it was read; None: nobody looked."""
        found = next((each for each in self.clauses if each.kind is kind), None)
        return None if found is None or found.strength is Strength.NOT_READ else found

    @property
    def cap_holds(self) -> Holds:
        """Whether the vendor is liable for as much as a breach could cost."""
        if not self.contract or self.capped is None:
            return Holds.UNKNOWN
        if not self.capped:
            return Holds.YES
        if self.cap is None or self.exposure is None:
            return Holds.UNKNOWN
        return Holds.YES if self.cap >= self.exposure else Holds.NO

    @property
    def insurance_holds(self) -> Holds:
        """Whether insurance pays what the vendor is liable for: the cap, else the exposure."""
        owed = self.cap if self.capped and self.cap is not None else self.exposure
        if self.insured is None:
            return Holds.UNKNOWN if self.elsewhere else Holds.NO
        if owed is None:
            return Holds.UNKNOWN
        return Holds.YES if self.insured >= owed else Holds.NO


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """One term of one candidate: what stands there, whether it holds, and what to know of it."""

    text: str
    holds: Holds = Holds.UNKNOWN
    more: str = ""


class TermRow(msgspec.Struct, frozen=True, kw_only=True):
    """One term of all candidates, in their order. ``clause``: of which it tells, if of one."""

    title: str
    clause: ClauseKind | None = None
    terms: tuple[Term, ...]

    @property
    def differs(self) -> bool:
        """Whether the candidates are told apart here."""
        return len({(each.text, each.holds) for each in self.terms}) > 1


def terms_of(
    contracts: Sequence[tuple[Contract, Decimal | None]],
    insurance: Sequence[Insurance],
    *,
    exposure: Decimal | None,
    currency: str,
    today: date,
) -> Terms | None:
    """The terms of a candidate; None: neither a contract nor an insurance is on file.

    ``contracts``: each with what a breach could cost, in its own currency; that counts where
    ``exposure`` (in ``currency``, of the needs) is not given, or in another currency.
    """
    if not contracts and not insurance:
        return None
    open_ones = [
        each for each in contracts if (end := term_end(each[0], today)) is None or end >= today
    ]
    open_ones.sort(key=lambda each: (each[0].start, each[0].id))
    made, own = open_ones[-1] if open_ones else (None, None)
    money = (made.currency if made is not None else "") or currency
    best = max(
        (each for each in insurance if each.currency == money and _in_force(each, today)),
        key=lambda each: (each.limit, each.until),
        default=None,
    )
    other = {e.currency for e in insurance if e.currency != money and _in_force(e, today)}
    told = Terms(
        currency=money,
        exposure=exposure if exposure is not None and currency in ("", money) else own,
        insured=None if best is None else best.limit,
        insurer="" if best is None else best.insurer,
        until=None if best is None else best.until,
        elsewhere=tuple(sorted(other)),
    )
    if made is None:
        return told
    return msgspec.structs.replace(
        told, contract=made.title, others=len(open_ones) - 1, capped=made.capped, cap=made.cap,
        clauses=made.clauses,
    )  # fmt: skip


def _in_force(policy: Insurance, today: date) -> bool:
    return policy.until >= today and (policy.since is None or policy.since <= today)


def term_rows(every: Sequence[Terms | None]) -> tuple[TermRow, ...]:
    """The terms side by side; none where nothing is on file for anybody.

    Clauses that nobody looked for in any contract have no row.
    """
    if not any(every):
        return ()
    told = [each or Terms() for each in every]
    rows = [
        TermRow(title=Sentence("Contract"), terms=tuple(map(_contract, told))),
        TermRow(
            title=Sentence("Liable for at most, against what a breach could cost"),
            terms=tuple(map(_cap, told)),
        ),
        TermRow(
            title=Sentence("Insured for, against what it is liable for"),
            terms=tuple(map(_insured, told)),
        ),
    ]
    return (*rows, *_clause_rows(told))


def unread(every: Sequence[Terms | None]) -> tuple[ClauseKind, ...]:
    """The clauses that nobody looked for in any of the contracts."""
    told = [each for each in every if each is not None]
    return tuple(kind for kind in ClauseKind if not any(each.clause(kind) for each in told))


def _contract(terms: Terms) -> Term:
    if not terms.contract:
        return Term(text=Sentence("none on file"))
    more = Sentence("and %(n)s more on file", n=terms.others) if terms.others else ""
    return Term(text=terms.contract, holds=Holds.YES, more=more)


def _cap(terms: Terms) -> Term:
    if not terms.contract:
        return Term(text=Sentence("not known"))
    cost = ""
    if terms.exposure is not None:
        cost = Sentence(
            "a breach could cost %(amount)s %(currency)s",
            amount=Number(terms.exposure), currency=terms.currency,
        )  # fmt: skip
    if terms.capped and terms.cap is not None:
        text = _money(terms.cap, terms.currency)
        return Term(
            text=text, holds=terms.cap_holds,
            more=cost or Sentence("what a breach could cost is not estimated"),
        )  # fmt: skip
    if terms.capped:
        return Term(text=Sentence("capped, but at how much is not on file"), more=cost)
    if terms.capped is None:
        return Term(text=Sentence("not known"), more=cost)
    return Term(text=Sentence("not capped"), holds=Holds.YES, more=cost)


def _insured(terms: Terms) -> Term:
    if terms.insured is None:
        if terms.elsewhere:
            return Term(
                text=Sentence("only in %(currencies)s", currencies=Listed(terms.elsewhere)),
                more=Sentence("not compared"),
            )
        return Term(text=Sentence("none in force on file"), holds=Holds.NO)
    notes: list[str] = []
    if terms.until is not None:
        notes.append(Sentence("%(insurer)s, until %(day)s", insurer=terms.insurer, day=terms.until))
    if terms.insurance_holds is Holds.NO:
        notes.append(Sentence("less than it is liable for"))
    elif terms.insurance_holds is Holds.UNKNOWN:
        notes.append(Sentence("what it must cover is not known"))
    return Term(
        text=_money(terms.insured, terms.currency),
        holds=terms.insurance_holds,
        more=Sentence("%(notes)s", notes=Listed(tuple(notes), "; ")),
    )


def _money(value: Decimal, currency: str) -> str:
    return Sentence("%(amount)s %(currency)s", amount=Number(value), currency=currency)


def _clause_rows(every: Sequence[Terms]) -> Iterator[TermRow]:
    missing = unread(every)
    for kind in ClauseKind:
        if kind not in missing:
            yield TermRow(
                title=Sentence("Clause: %(clause)s", clause=Word(kind)),
                clause=kind,
                terms=tuple(_clause(terms, kind) for terms in every),
            )


_HOLDS: Final = {
    Strength.PRESENT: Holds.YES,
    Strength.WEAK: Holds.PARTLY,
    Strength.ABSENT: Holds.NO,
}


def _clause(terms: Terms, kind: ClauseKind) -> Term:
    found = terms.clause(kind)
    if found is None:
        return Term(text=Sentence("not looked for") if terms.contract else Sentence("not known"))
    more = Sentence("page %(page)s", page=found.page) if found.page else ""
    holds = _HOLDS[found.strength]
    if kind is not ClauseKind.BREACH_NOTICE or found.strength is Strength.ABSENT:
        return Term(text=Sentence("%(strength)s", strength=Word(found.strength)),
                    holds=holds, more=more)  # fmt: skip
    if found.hours is None:
        return Term(
            text=Sentence("%(strength)s, names no hours", strength=Word(found.strength)),
            holds=Holds.PARTLY, more=more,
        )  # fmt: skip
    return Term(
        text=Sentence(
            "%(strength)s, within %(hours)s hours",
            strength=Word(found.strength), hours=Number(found.hours, "f"),
        ),
        holds=holds if found.hours <= BREACH_HOURS else Holds.NO,
        more=more,
    )  # fmt: skip
