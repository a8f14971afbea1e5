"""What each partner holds about whom, why, where, for how long, and whether it needs it.

A register is only true when it is compared with what was really shown: ``drift`` holds the
categories the desk revealed against those on file. Card and financial data are out of
bounds unless somebody wrote down why not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Final

import msgspec

from midwatch.kernel import BadInputError
from midwatch.vendors.sentences import Sentence, Word


class Necessity(StrEnum):
    """What was decided about an item of data."""

    UNDECIDED = "undecided"
    NEEDED = "needed"
    REDUCE = "reduce"
    TAKE_BACK = "take_back"


class DataCategory(StrEnum):
    """What sort of data it is."""

    CONTACT = "contact"
    CUSTOMER_RECORDS = "customer_records"
    EMPLOYEE_RECORDS = "employee_records"
    CREDENTIALS = "credentials"
    CARD = "card"
    BANK_ACCOUNT = "bank_account"
    ACCOUNTING = "accounting"
    HEALTH = "health"
    LOCATION = "location"
    LOGS = "logs"
    TRADE_SECRETS = "trade_secrets"
    MAIL = "mail"
    OTHER = "other"


OUT_OF_BOUNDS: Final = frozenset(
    {DataCategory.CARD, DataCategory.BANK_ACCOUNT, DataCategory.ACCOUNTING}
)
"""Card and financial data: a partner gets them only with a written reason."""


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """Who decided what about an item, when (UTC microseconds), and why."""

    necessity: Necessity
    by: str
    at: int
    why: str
    until: date | None = None


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where data, a copy or a backup lies."""

    country: str
    what: str = "primary"
    name: str = ""
    encrypted: bool | None = None
    holder: str = ""


class DataHolding(msgspec.Struct, frozen=True, kw_only=True):
    """One category of data that a vendor holds for a client.

    ``about``: whose data it is. ``retention_days``: None where nobody said. ``legal_basis``
    in the law's words (GDPR art. 6). ``proof``: the id of the evidence that it was returned
    or deleted on exit.
    """

    id: str
    vendor: str
    client: str
    category: DataCategory
    what: str
    about: str
    purpose: str
    legal_basis: str = ""
    people: int | None = None
    places: tuple[Place, ...] = ()
    retention_days: int | None = None
    transfer_safeguard: str = ""
    fields: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()
    returned: date | None = None
    proof: str = ""

    @property
    def decision(self) -> Decision | None:
        """The last decision."""
        return self.decisions[-1] if self.decisions else None

    @property
    def necessity(self) -> Necessity:
        """What was last decided."""
        return self.decision.necessity if self.decision else Necessity.UNDECIDED


def decide(holding: DataHolding, decision: Decision) -> DataHolding:
    """The holding with one more decision; those before stay.

    Raises:
        BadInputError: Nobody answers for it, it has no reason, or it decides nothing.
    """
    if decision.necessity is Necessity.UNDECIDED:
        raise BadInputError(
            "that decides nothing", remedy="say needed, reduce or take back, and why"
        )
    if not decision.by.strip() or not decision.why.strip():
        raise BadInputError(
            "a decision about data needs a person and a reason", remedy="say who, and why"
        )
    return msgspec.structs.replace(holding, decisions=(*holding.decisions, decision))


def holding_concerns(holding: DataHolding, today: date) -> tuple[str, ...]:
    """What is open about an item of data, gravest first."""
    decision = holding.decision
    gone = holding.returned is not None
    checks = [
        (
            gone and not holding.proof,
            Sentence("said to be returned or deleted, but nothing proves it"),
        ),
        (
            not gone
            and holding.category in OUT_OF_BOUNDS
            and holding.necessity is not Necessity.NEEDED,
            Sentence(
                "%(category)s data is out of bounds, and no written reason allows it",
                category=Word(holding.category),
            ),
        ),
        (not gone and decision is None, Sentence("nobody decided whether the partner needs it")),
        (
            not gone and holding.necessity is Necessity.TAKE_BACK,
            Sentence("it was decided to take it back, and it is still there"),
        ),
        (
            not gone and holding.necessity is Necessity.REDUCE,
            Sentence("it was decided to reduce it, and that is not done"),
        ),
        (
            decision is not None and decision.until is not None and decision.until < today,
            Sentence("the decision about it has run out"),
        ),
        (not gone and not holding.places, Sentence("where it lies is not known")),
        (
            any(each.encrypted is not True for each in holding.places),
            Sentence("not every copy is known to be encrypted"),
        ),
        (
            not gone and bool(holding.places) and all(p.what != "backup" for p in holding.places),
            Sentence("nothing is on file about backups of it"),
        ),
        (not gone and holding.retention_days is None, Sentence("how long it is kept is not known")),
        (not holding.purpose.strip(), Sentence("it is held without a purpose")),
    ]
    return tuple(concern for holds, concern in checks if holds)


class Drift(msgspec.Struct, frozen=True):
    """Where the register and what was really shown differ."""

    shown_not_listed: Mapping[DataCategory, int]
    listed_never_shown: tuple[DataCategory, ...]


def drift(holdings: Iterable[DataHolding], shown: Mapping[DataCategory, int]) -> Drift:
    """Compare the register with how often each category was revealed to the partner."""
    listed = {each.category for each in holdings if each.returned is None}
    return Drift(
        {each: times for each, times in sorted(shown.items()) if times and each not in listed},
        tuple(sorted(each for each in listed if not shown.get(each))),
    )
