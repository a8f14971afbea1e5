"""A vendor: who it is, who owns it, where it sits, whom to call, and where it stands.

    candidate ──▶ due diligence ──▶ approved / conditional ──▶ active ──▶ exiting ──▶ ended
                        └─────────▶ rejected

The states follow the life cycle of the US agencies' guidance on third-party relationships
(88 FR 37920, June 2023). Days are dates of the firm's own calendar; instants are UTC
microseconds since 1970. Everything is immutable: a move gives a changed copy.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

import msgspec

from midwatch.kernel import BadInputError
from midwatch.vendors.sentences import Number, Sentence


class VendorState(StrEnum):
    """Where a vendor stands in its life cycle."""

    CANDIDATE = "candidate"
    DUE_DILIGENCE = "due_diligence"
    APPROVED = "approved"
    CONDITIONAL = "conditional"
    REJECTED = "rejected"
    ACTIVE = "active"
    EXITING = "exiting"
    ENDED = "ended"


TRANSITIONS: Final[Mapping[VendorState, frozenset[VendorState]]] = {
    VendorState.CANDIDATE: frozenset({VendorState.DUE_DILIGENCE, VendorState.REJECTED}),
    VendorState.DUE_DILIGENCE: frozenset(
        {VendorState.APPROVED, VendorState.CONDITIONAL, VendorState.REJECTED}
    ),
    VendorState.APPROVED: frozenset(
        {VendorState.ACTIVE, VendorState.DUE_DILIGENCE, VendorState.REJECTED}
    ),
    VendorState.CONDITIONAL: frozenset(
        {
            VendorState.ACTIVE,
            VendorState.APPROVED,
            VendorState.DUE_DILIGENCE,
            VendorState.REJECTED,
        }
    ),
    VendorState.REJECTED: frozenset({VendorState.DUE_DILIGENCE}),
    VendorState.ACTIVE: frozenset({VendorState.DUE_DILIGENCE, VendorState.EXITING}),
    VendorState.EXITING: frozenset({VendorState.ACTIVE, VendorState.ENDED}),
    VendorState.ENDED: frozenset({VendorState.CANDIDATE}),
}
"""From each state, where to. An active vendor looked at anew goes back to due diligence."""

_NEEDS_APPROVER: Final = frozenset(
    {VendorState.APPROVED, VendorState.CONDITIONAL, VendorState.REJECTED}
)


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a vendor's life, with who decided it and why. ``at``: UTC microseconds."""

    at: int
    by: str
    came: VendorState
    went: VendorState
    why: str
    conditions: tuple[str, ...] = ()


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """Who holds a part of it. ``share``: percent, None where it is not known."""

    name: str
    share: Decimal | None = None
    country: str = ""
    since: date | None = None
    note: str = ""


class Investment(msgspec.Struct, frozen=True, kw_only=True):
    """Money taken in. A vendor that sells itself may stop improving what it sells."""

    on: date
    investor: str
    kind: str = ""
    amount: Decimal | None = None
    currency: str = ""
    note: str = ""


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """A place it works from. ``hours_on_site``: promised hours until somebody is at ours."""

    name: str
    address: str
    country: str
    purpose: str = ""
    holds_data: bool = False
    hours_on_site: Decimal | None = None
    staff: int | None = None


class ContactRole(StrEnum):
    """What somebody is called for."""

    BREACH = "breach"
    SECURITY = "security"
    PRIVACY = "privacy"
    SERVICE = "service"
    COMMERCIAL = "commercial"
    ON_SITE = "on_site"


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """A person or desk to call.

    ``round_the_clock``: somebody answers at any hour. ``tested``: when a drill message was
    last answered, in UTC microseconds; ``answered_in`` in minutes. A number nobody has tried
    is a hope, not a contact.
    """

    role: ContactRole
    name: str
    phone: str = ""
    mail: str = ""
    round_the_clock: bool = False
    tested: int | None = None
    answered_in: int | None = None


class Insurance(msgspec.Struct, frozen=True, kw_only=True):
    """A policy the vendor holds. ``limit`` is per claim; ``until`` is its last day."""

    kind: str
    insurer: str
    policy: str
    limit: Decimal
    currency: str
    until: date
    since: date | None = None
    aggregate: Decimal | None = None
    names_us: bool = False
    certificate: str = ""


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """A customer who was asked. ``would_again``: whether it would choose the vendor again."""

    firm: str
    person: str
    on: date
    by: str
    relation: str = ""
    customer_since: int | None = None
    would_again: bool | None = None
    notes: str = ""
    chosen_by_vendor: bool = True


class FourthParty(msgspec.Struct, frozen=True, kw_only=True):
    """Whom the vendor hands work or data on to."""

    name: str
    country: str
    does: str
    sees_our_data: bool
    critical: bool = False
    audited: date | None = None


class Vendor(msgspec.Struct, frozen=True, kw_only=True):
    """The file of one vendor. ``ids`` are legal numbers by their kind (LEI, VAT, register)."""

    id: str
    name: str
    country: str
    legal_form: str = ""
    founded: date | None = None
    website: str = ""
    ids: Mapping[str, str] = {}
    state: VendorState = VendorState.CANDIDATE
    owners: tuple[Owner, ...] = ()
    investments: tuple[Investment, ...] = ()
    sites: tuple[Site, ...] = ()
    contacts: tuple[Contact, ...] = ()
    insurance: tuple[Insurance, ...] = ()
    references: tuple[Reference, ...] = ()
    fourth_parties: tuple[FourthParty, ...] = ()
    history: tuple[Move, ...] = ()
    revision: int = 1

    @property
    def breach_contacts(self) -> tuple[Contact, ...]:
        """Whom to call after a breach, those who answer at any hour first."""
        found = [each for each in self.contacts if each.role is ContactRole.BREACH]
        return tuple(sorted(found, key=lambda each: not each.round_the_clock))


def move(
    vendor: Vendor,
    to: VendorState,
    *,
    by: str,
    now: int,
    why: str,
    conditions: tuple[str, ...] = (),
) -> Vendor:
    """The vendor in another state, with the move in its history.

    Raises:
        BadInputError: The life cycle does not allow it, nobody answers for it, no reason is
            given, or a conditional approval names no condition.
    """
    if to not in TRANSITIONS[vendor.state]:
        possible = ", ".join(sorted(TRANSITIONS[vendor.state]))
        raise BadInputError(
            f"a vendor that is {_words(vendor.state)} cannot become {_words(to)}",
            remedy=f"from there it may become: {possible.replace('_', ' ')}",
        )
    if not by.strip() or not why.strip():
        needed = "an approver" if to in _NEEDS_APPROVER else "a name"
        raise BadInputError(
            f"a move to {_words(to)} needs {needed} and a reason", remedy="say who decided and why"
        )
    if to is VendorState.CONDITIONAL and not conditions:
        raise BadInputError(
            "a conditional approval needs its conditions", remedy="name what must be done first"
        )
    entry = Move(at=now, by=by, came=vendor.state, went=to, why=why, conditions=conditions)
    return msgspec.structs.replace(
        vendor, state=to, history=(*vendor.history, entry), revision=vendor.revision + 1
    )


_UNTESTED_AFTER: Final = 365 * 86_400 * 1_000_000


def contact_gaps(vendor: Vendor, now: int) -> tuple[str, ...]:
    """What is missing to reach somebody after a breach. ``now``: UTC microseconds."""
    contacts = vendor.breach_contacts
    if not contacts:
        return (Sentence("nobody is named to call after a breach"),)
    gaps = []
    if not any(each.round_the_clock for each in contacts):
        gaps.append(Sentence("no breach contact answers round the clock"))
    if not any(each.phone for each in contacts):
        gaps.append(Sentence("no breach contact has a telephone number"))
    if all(each.tested is None for each in contacts):
        gaps.append(Sentence("no breach contact was ever tried"))
    elif all(each.tested is None or now - each.tested > _UNTESTED_AFTER for each in contacts):
        gaps.append(Sentence("no breach contact was tried within a year"))
    return tuple(gaps)


def ownership_gaps(vendor: Vendor) -> tuple[str, ...]:
    """What is not known, or cannot be right, about who owns it."""
    if not vendor.owners:
        return (Sentence("who owns the vendor is not known"),)
    known = [each.share for each in vendor.owners if each.share is not None]
    total = sum(known, Decimal(0))
    if total > 100:
        return (Sentence("the owners' shares add up to %(total)s %%", total=Number(total, "")),)
    if len(known) == len(vendor.owners) and total < 75:
        return (
            Sentence("the owners of %(share)s %% are not named", share=Number(100 - total, "")),
        )
    return ()


def _words(state: VendorState) -> str:
    return state.value.replace("_", " ")
