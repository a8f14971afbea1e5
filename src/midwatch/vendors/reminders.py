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
from midwatch.vendors.sentences import Quoted, Sentence
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
            again = Sentence("decide again about %(what)s", what=Quoted(holding.what))
            yield Due(decision.until, again, holding.id)
    for finding in file.findings:
        yield from _finding(finding)
    for measure in file.measures:
        if measure.done is None:
            told = shorten(measure.text, _LONGEST, placeholder="…")
            what = Sentence(
                "%(what)s is to be done by %(who)s", what=Quoted(told), who=measure.owner
            )
            yield Due(measure.due, what, measure.id)
    for text in file.policies:
        if text.review_by is not None:
            what = Sentence("policy %(title)s is to be reviewed", title=Quoted(text.title))
            yield Due(text.review_by, what, text.policy)
    if file.recurrence is not None:
        due = next_due(file.recurrence, file.reviews)
        yield Due(due, Sentence("review of %(vendor)s", vendor=file.vendor.name), file.vendor.id)


def _papers(file: VendorFile, today: date) -> Iterator[Due]:
    for paper in _newest(file.evidence):
        if paper.expires is not None:
            title = Quoted(paper.title)
            what = (
                Sentence("%(title)s ended", title=title)
                if paper.expires < today
                else Sentence("%(title)s ends", title=title)
            )
            yield Due(paper.expires, what, paper.id)
    for policy in file.vendor.insurance:
        kind, name = policy.kind, policy.policy
        what = (
            Sentence("%(kind)s insurance %(policy)s ended", kind=kind, policy=name)
            if policy.until < today
            else Sentence("%(kind)s insurance %(policy)s ends", kind=kind, policy=name)
        )
        yield Due(policy.until, what, name)


def _finding(finding: Finding) -> Iterator[Due]:
    if finding.state is FindingState.ACCEPTED:
        if finding.accepted_until is not None:
            what = Sentence("the accepted risk %(title)s ends", title=Quoted(finding.title))
            yield Due(finding.accepted_until, what, finding.id)
    elif finding.due is not None and finding.state is not FindingState.VERIFIED:
        what = Sentence("%(title)s is to be put right", title=Quoted(finding.title))
        yield Due(finding.due, what, finding.id)


def _newest(papers: Sequence[Evidence]) -> Iterator[Evidence]:
    """Without the papers that a later version replaced."""
    replaced = {each.replaces for each in papers if each.replaces}
    return (each for each in papers if each.id not in replaced)
