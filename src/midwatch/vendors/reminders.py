"""What ends next: evidence, insurance, contracts, accepted risks, measures, decisions, reviews.

One list for a vendor, in order of days, what has ended already first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from textwrap import shorten
from typing import Final

import msgspec

from midwatch.vendors.contracts import Contract, Due, contract_dates
from midwatch.vendors.evidence import Evidence
from midwatch.vendors.findings import Finding, FindingState, Measure, PolicyVersion
from midwatch.vendors.holdings import DataHolding
from midwatch.vendors.reviews import Recurrence, Review, next_due
from midwatch.vendors.vendor import Vendor

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
            yield Due(decision.until, f"decide again about {holding.what!r}", holding.id)
    for finding in file.findings:
        yield from _finding(finding)
    for measure in file.measures:
        if measure.done is None:
            told = shorten(measure.text, _LONGEST, placeholder="…")
            yield Due(measure.due, f"{told!r} is to be done by {measure.owner}", measure.id)
    for text in file.policies:
        if text.review_by is not None:
            yield Due(text.review_by, f"policy {text.title!r} is to be reviewed", text.policy)
    if file.recurrence is not None:
        due = next_due(file.recurrence, file.reviews)
        yield Due(due, f"review of {file.vendor.name}", file.vendor.id)


def _papers(file: VendorFile, today: date) -> Iterator[Due]:
    for paper in _newest(file.evidence):
        if paper.expires is not None:
            words = "ended" if paper.expires < today else "ends"
            yield Due(paper.expires, f"{paper.title!r} {words}", paper.id)
    for policy in file.vendor.insurance:
        words = "ended" if policy.until < today else "ends"
        yield Due(policy.until, f"{policy.kind} insurance {policy.policy} {words}", policy.policy)


def _finding(finding: Finding) -> Iterator[Due]:
    if finding.state is FindingState.ACCEPTED:
        if finding.accepted_until is not None:
            what = f"the accepted risk {finding.title!r} ends"
            yield Due(finding.accepted_until, what, finding.id)
    elif finding.due is not None and finding.state is not FindingState.VERIFIED:
        yield Due(finding.due, f"{finding.title!r} is to be put right", finding.id)


def _newest(papers: Sequence[Evidence]) -> Iterator[Evidence]:
    """Without the papers that a later version replaced."""
    replaced = {each.replaces for each in papers if each.replaces}
    return (each for each in papers if each.id not in replaced)
