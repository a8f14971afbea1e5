"""What ends next: evidence, insurance, contracts, accepted risks, measures, decisions, reviews.

One list for a vendor, in order of days, what has ended already first; and when somebody is to be
told of it: 30 and 7 days before, on the day, then every week until it is done. A review that
nobody does is told to more and more people.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum
from textwrap import shorten
from typing import Final

import msgspec

from midwatch.vendors.contracts import Contract, Due, DueKind, contract_dates
from midwatch.vendors.evidence import Evidence
from midwatch.vendors.findings import Finding, FindingState, Measure, PolicyVersion
from midwatch.vendors.holdings import DataHolding
from midwatch.vendors.reviews import Recurrence, Review, next_due
from midwatch.vendors.sentences import Quoted, Sentence
from midwatch.vendors.vendor import Vendor, VendorState

_LONGEST: Final = 120
"""Characters of a measure; the rest stands in the policy."""


class VendorFile(msgspec.Struct, frozen=True, kw_only=True):
    """All that is on file about one vendor and carries a date."""

    vendor: Vendor
    evidence: tuple[Evidence, ...] = ()
    contracts: tuple[Contract, ...] = ()
    holdings: tuple[DataHolding, ...] = ()
    findings: tuple[Finding, ...] = ()
    measures: tuple[Measure, ...] = ()
    policies: tuple[PolicyVersion, ...] = ()
    reviews: tuple[Review, ...] = ()
    recurrence: Recurrence | None = None


def ends_next(file: VendorFile, today: date, *, within: int = 90) -> tuple[Due, ...]:
    """What has ended or ends within so many days, earliest first."""
    last = today + timedelta(days=within)
    return tuple(sorted(each for each in _dues(file, today) if each.on <= last))


def _dues(file: VendorFile, today: date) -> Iterator[Due]:
    yield from _papers(file, today)
    for contract in file.contracts:
        yield from contract_dates(contract, today)
    for holding in file.holdings:
        decision = holding.decision
        if decision is not None and decision.until is not None and holding.returned is None:
            what = Sentence("decide again about %(what)s", what=Quoted(holding.what))
            yield Due(decision.until, what, holding.id, DueKind.DATA, holding.what)
    for finding in file.findings:
        yield from _finding(finding)
    for measure in file.measures:
        if measure.done is None:
            told = shorten(measure.text, _LONGEST, placeholder="…")
            what = Sentence(
                "%(what)s is to be done by %(who)s", what=Quoted(told), who=measure.owner
            )
            yield Due(measure.due, what, measure.id, DueKind.MEASURE, told, measure.owner)
    for text in file.policies:
        if text.review_by is not None:
            what = Sentence("policy %(title)s is to be reviewed", title=Quoted(text.title))
            yield Due(text.review_by, what, text.policy, DueKind.POLICY, text.title)
    if file.recurrence is not None:
        due = next_due(file.recurrence, file.reviews)
        what = Sentence("review of %(vendor)s", vendor=file.vendor.name)
        yield Due(due, what, file.vendor.id, DueKind.REVIEW, file.vendor.name)


def _papers(file: VendorFile, today: date) -> Iterator[Due]:
    for paper in _newest(file.evidence):
        if paper.expires is not None:
            title = Quoted(paper.title)
            what = (
                Sentence("%(title)s ended", title=title)
                if paper.expires < today
                else Sentence("%(title)s ends", title=title)
            )
            yield Due(paper.expires, what, paper.id, DueKind.PAPER, paper.title)
    for policy in file.vendor.insurance:
        kind, number = policy.kind, policy.policy
        what = (
            Sentence("%(kind)s insurance %(policy)s ended", kind=kind, policy=number)
            if policy.until < today
            else Sentence("%(kind)s insurance %(policy)s ends", kind=kind, policy=number)
        )
        yield Due(policy.until, what, number, DueKind.INSURANCE, f"{kind} {number}")


def _finding(finding: Finding) -> Iterator[Due]:
    name, who = finding.title, finding.owner
    if finding.state is FindingState.ACCEPTED:
        if finding.accepted_until is not None:
            what = Sentence("the accepted risk %(title)s ends", title=Quoted(name))
            yield Due(finding.accepted_until, what, finding.id, DueKind.RISK, name, who)
        return
    if finding.due is not None and finding.state is not FindingState.VERIFIED:
        what = Sentence("%(title)s is to be put right", title=Quoted(name))
        yield Due(finding.due, what, finding.id, DueKind.FINDING, name, who)
    last = finding.history[-1] if finding.history else None
    if finding.state is FindingState.OPEN and last and last.came is FindingState.ACCEPTED:
        what = Sentence("the accepted risk %(title)s is open again", title=Quoted(name))
        yield Due(_day(last.at), what, finding.id, DueKind.RISK_ENDED, name, who)


def _newest(papers: Sequence[Evidence]) -> Iterator[Evidence]:
    """Without the papers that a later version replaced."""
    replaced = {each.replaces for each in papers if each.replaces}
    return (each for each in papers if each.id not in replaced)


def _day(moment: int) -> date:
    return datetime.fromtimestamp(moment / 1_000_000, UTC).date()


# ---------------------------------------------------------------- the contact for a breach

_TRIED_FOR: Final = timedelta(days=365)
_AT_WORK: Final = (VendorState.ACTIVE, VendorState.EXITING)


def drill_due(vendor: Vendor) -> Due | None:
    """By when somebody who is called after a breach has to be tried again.

    A year after one was last tried; on the day it began to work where nobody ever was, or is
    named. None: it does not work for the client, so nobody would be called.
    """
    if vendor.state not in _AT_WORK:
        return None
    contacts = vendor.breach_contacts
    tried = [each.tested for each in contacts if each.tested is not None]
    if tried:
        on = _day(max(tried)) + _TRIED_FOR
        what = Sentence("a breach contact is to be tried again")
    else:
        began = [each.at for each in vendor.history if each.went is VendorState.ACTIVE]
        if not began:
            return None
        on = _day(max(began))
        what = (
            Sentence("no breach contact was ever tried")
            if contacts
            else Sentence("no breach contact is named")
        )
    return Due(on, what, vendor.id, DueKind.DRILL, contacts[0].name if contacts else "")


# ---------------------------------------------------------------- when to tell whom

BEFORE: Final = (30, 7, 0)
"""Days before at which somebody is told; afterwards it is once a week."""
WEEK: Final = 7


def reached(on: date, today: date, before: Sequence[int] = BEFORE) -> int | None:
    """The last step that was reached, in days before the day; None: none yet.

    Later steps are smaller numbers; overdue ones are negative.

    >>> day = date(2026, 6, 30)
    >>> [reached(day, day - timedelta(days=left)) for left in (31, 30, 8, 7, 0, -6, -7, -20)]
    [None, 30, 30, 7, 0, 0, -7, -14]
    """
    left = (on - today).days
    if left < 0:
        return left + -left % WEEK
    return min((step for step in before if left <= step), default=None)


class Reach(IntEnum):
    """How far a review that nobody does is told."""

    CONTACTS = 1
    OWNERS = 2
    PROVIDER = 3


OWNERS_AFTER: Final = 14
"""Days past its day after which an owner is told of a review; ``lateness`` calls it escalated."""
PROVIDER_AFTER: Final = 42
"""Days after which who keeps the watch for the client is told as well."""


def reach(due: Due, today: date) -> Reach:
    """To whom it goes: reviews go further the longer they wait."""
    late = (today - due.on).days
    if due.kind is not DueKind.REVIEW or late <= OWNERS_AFTER:
        return Reach.CONTACTS
    return Reach.OWNERS if late <= PROVIDER_AFTER else Reach.PROVIDER
