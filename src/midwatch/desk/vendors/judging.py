"""Findings, and the measures they become in the firm's own policies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import msgspec
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from midwatch.desk.access.roles import Permission
from midwatch.desk.access.vendor_parts import own
from midwatch.desk.access.vendors import VendorActs
from midwatch.desk.audit.services import note
from midwatch.desk.vendors.models import Finding, Measure, Policy, Vendor, new_reference
from midwatch.kernel import BadInputError, Level
from midwatch.vendors.findings import Finding as FindingStruct
from midwatch.vendors.findings import (
    FindingOrigin,
    PolicyVersion,
    Step,
    advance,
    approve,
    expire,
    write_measure,
)
from midwatch.vendors.findings import Measure as MeasureStruct


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """A finding as somebody raises it. ``about``: the id of the answer, paper or clause."""

    title: str
    level: Level
    origin: FindingOrigin
    detail: str = ""
    about: str = ""
    owner: str = ""
    due: date | None = None


def raise_finding(vendor: Vendor, raised: Raised, *, now: int) -> Finding:
    """Put a finding on file; whoever calls has looked whether they may. ``now``: UTC microseconds.

    Raises:
        BadInputError: It has no title.
    """
    title = " ".join(raised.title.split())
    if not title:
        raise BadInputError(_("a finding needs a title"), remedy=_("say what is not as it should"))
    made = Finding(tenant=vendor.tenant, vendor=vendor, reference=new_reference())
    made.put(
        FindingStruct(
            id=made.reference, vendor=vendor.reference, title=title[:200], level=raised.level,
            origin=raised.origin, opened=now, about=raised.about, detail=raised.detail.strip(),
            owner=raised.owner.strip(), due=raised.due,
        )
    )  # fmt: skip
    made.save()
    return made


@transaction.atomic
def add_finding(acts: VendorActs, reference: str, raised: Raised) -> Finding:
    """Raise a finding as a reviewer.

    Raises:
        BadInputError: What ``raise_finding`` raises.
    """
    vendor = acts.held(reference)
    made = raise_finding(vendor, raised, now=acts.scope.now)
    acts.keep("vendor.finding", vendor, finding=made.reference, level=made.level)
    return made


@transaction.atomic
def step(acts: VendorActs, reference: str, number: int, taken: Step) -> Finding:
    """Take a finding one step on.

    Raises:
        BadInputError: The step is not allowed, or lacks what it needs.
    """
    vendor = acts.held(reference)
    finding = own(vendor, Finding, number)
    finding.put(advance(finding.struct, taken))
    finding.save()
    acts.keep("vendor.finding_step", vendor, finding=finding.reference, state=finding.state)
    return finding


def reopen_expired(findings: Iterable[Finding], today: date, now: int) -> int:
    """Open findings again whose acceptance has run out; how many. ``now``: UTC microseconds."""
    count = 0
    for each in findings:
        known = each.struct
        later = expire(known, today, now)
        if later is not known:
            each.put(later)
            each.save()
            count += 1
    return count


# ---------------------------------------------------------------- policies


def policies(tenant: str) -> list[Policy]:
    """The newest version of each of a client's policies, by title."""
    newest: dict[str, Policy] = {}
    for each in Policy.objects.filter(tenant=tenant).order_by("policy", "version"):
        newest[each.policy] = each
    return sorted(newest.values(), key=lambda each: each.title.casefold())


def newest_policy(tenant: str, policy: str) -> Policy:
    """The newest version of a policy.

    Raises:
        Http404: There is none.
    """
    found = Policy.objects.filter(tenant=tenant, policy=policy).order_by("-version").first()
    if found is None:
        raise Http404
    return found


@transaction.atomic
def write_policy(
    acts: VendorActs, tenant: str, policy: str, title: str, text: str, review_by: date | None
) -> Policy:
    """The next version of a policy, or its first; nobody has approved it yet.

    Raises:
        BadInputError: It has no title or no text.
    """
    owner = acts.scope.tenant(tenant, Permission.VENDORS_RUN)
    if not title.strip() or not text.strip():
        raise BadInputError(_("a policy needs a title and a text"), remedy=_("write both"))
    last = (
        Policy.objects.filter(tenant=owner.id, policy=policy).order_by("-version").first()
        if policy
        else None
    )
    if policy and last is None:
        raise Http404
    made = Policy(tenant=owner.id)
    made.put(
        PolicyVersion(
            policy=policy or new_reference(),
            version=1 if last is None else last.version + 1,
            title=title.strip()[:200],
            text=text.strip(),
            author=acts.scope.viewer.name,
            review_by=review_by,
            measures=() if last is None else last.struct.measures,
        )
    )
    made.save()
    _note(acts, "policy.write", made)
    return made


@transaction.atomic
def approve_policy(acts: VendorActs, tenant: str, policy: str) -> Policy:
    """Approve the newest version.

    Raises:
        BadInputError: The viewer wrote it, or it is approved already.
    """
    owner = acts.scope.tenant(tenant, Permission.VENDORS_RUN)
    known = newest_policy(owner.id, policy)
    known.put(approve(known.struct, approver=acts.scope.viewer.name, now=acts.scope.now))
    known.save()
    _note(acts, "policy.approve", known)
    return known


@transaction.atomic
def add_measure(
    acts: VendorActs, reference: str, number: int, policy: str, text: str, owner: str, due: date
) -> Measure:  # fmt: skip
    """Write a measure against a finding into a policy, as that policy's next version.

    Raises:
        BadInputError: It has no text or no owner.
    """
    vendor = acts.held(reference)
    finding = own(vendor, Finding, number)
    if not text.strip() or not owner.strip():
        raise BadInputError(
            _("a measure needs its words and an owner"), remedy=_("say what is done, and by whom")
        )
    last = newest_policy(vendor.tenant, policy)
    made = Measure(tenant=vendor.tenant, finding=finding, reference=new_reference())
    made.put(
        MeasureStruct(
            id=made.reference, finding=finding.reference, policy=policy,
            text=" ".join(text.split()), owner=owner.strip(), due=due,
        )
    )  # fmt: skip
    later = Policy(tenant=vendor.tenant)
    later.put(
        write_measure(last.struct, made.struct, finding.struct, author=acts.scope.viewer.name)
    )
    later.save()
    made.save()
    acts.keep("vendor.measure", vendor, finding=finding.reference, policy=policy)
    return made


@transaction.atomic
def finish_measure(acts: VendorActs, reference: str, number: int, on: date) -> Measure:
    """Say that a measure is done.

    Raises:
        Http404: It is of another vendor.
    """
    vendor = acts.held(reference)
    measure = Measure.objects.filter(pk=number, finding__vendor=vendor).first()
    if measure is None:
        raise Http404
    measure.put(msgspec.structs.replace(measure.struct, done=on))
    measure.save()
    acts.keep("vendor.measure_done", vendor, policy=measure.policy)
    return measure


def _note(acts: VendorActs, verb: str, policy: Policy) -> None:
    note(
        acts.scope.viewer, verb, tenant=policy.tenant, subject=f"policy {policy.policy}",
        detail={"version": policy.version}, address=acts.address,
    )  # fmt: skip
