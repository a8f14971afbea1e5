"""Changes a vendor's file: who it is, where it stands, what it does, its money, its contracts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar

import msgspec
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from midwatch.desk.access.vendor_parts import own
from midwatch.desk.access.vendors import VendorActs
from midwatch.desk.vendors.models import (
    Contract,
    Part,
    Promise,
    Service,
    Sighting,
    Statement,
    Vendor,
    new_reference,
)
from midwatch.kernel import BadInputError
from midwatch.vendors.cadence import CadenceClaim, CadenceObservation
from midwatch.vendors.contracts import Clause
from midwatch.vendors.contracts import Contract as ContractStruct
from midwatch.vendors.finance.statements import (
    FURTHEST_MONTHS,
    FinancialStatement,
    too_far_ahead,
)
from midwatch.vendors.tiers import Service as ServiceStruct
from midwatch.vendors.tiers import Tier
from midwatch.vendors.vendor import VendorState, move

_MOST_PARTS = 200
_Part = TypeVar("_Part", bound=Part)


@transaction.atomic
def identify(
    acts: VendorActs, reference: str, given: dict[str, Any], *, business: str, is_provider: bool
) -> Vendor:
    """Put right who it is.

    Raises:
        BadInputError: Another vendor has that name.
    """
    vendor = acts.held(reference)
    name = " ".join(given["name"].split())
    if Vendor.objects.filter(tenant=vendor.tenant, name__iexact=name).exclude(pk=vendor.pk):
        raise BadInputError(
            _("there is a vendor “%(name)s” already") % {"name": name[:80]},
            remedy=_("tell the two apart by their names"),
        )
    file = vendor.file
    vendor.put(
        msgspec.structs.replace(
            file, revision=file.revision + 1,
            **{**given, "name": name, "country": given["country"].upper()},
        )
    )  # fmt: skip
    vendor.business, vendor.is_provider = business, is_provider
    vendor.save()
    acts.keep("vendor.change", vendor, part="identity", is_provider=is_provider)
    return vendor


def move_on(
    acts: VendorActs, reference: str, to: VendorState, why: str, conditions: Sequence[str] = ()
) -> Vendor:  # fmt: skip
    """Take it to another state of its life.

    Raises:
        BadInputError: The life cycle does not allow it, or a reason or conditions are missing.
    """
    return acts.change(
        reference,
        "vendor.move",
        lambda file: move(
            file, to, by=acts.scope.viewer.name, now=acts.scope.now, why=why.strip(),
            conditions=tuple(conditions),
        ),
        to=to.value,
    )  # fmt: skip


# ---------------------------------------------------------------- services


@transaction.atomic
def save_service(
    acts: VendorActs, reference: str, number: int | None, given: dict[str, Any]
) -> Service:  # fmt: skip
    """Add a service, or change one; the vendor's tier follows.

    Raises:
        BadInputError: There are too many.
    """
    vendor = acts.held(reference)
    saved = _part(vendor, Service, number)
    saved.put(
        msgspec.convert(
            {**given, "vendor": vendor.reference, "client": vendor.tenant}, ServiceStruct
        )
    )
    saved.save()
    retier(vendor)
    acts.keep("vendor.service", vendor, service=saved.name, tier=saved.tier)
    return saved


@transaction.atomic
def remove_service(acts: VendorActs, reference: str, number: int) -> str:
    """Take a service off the file."""
    vendor = acts.held(reference)
    known = own(vendor, Service, number)
    name = known.name
    known.delete()
    retier(vendor)
    acts.keep("vendor.service_remove", vendor, service=name)
    return name


def retier(vendor: Vendor) -> None:
    """Have the vendor's tier follow that of its gravest service."""
    tiers = [Tier(each) for each in vendor.services.values_list("tier", flat=True)]
    vendor.tier = max(tiers, key=lambda each: each.rank).value if tiers else ""
    vendor.save()


# ---------------------------------------------------------------- money


@transaction.atomic
def save_statements(
    acts: VendorActs, reference: str, statements: Sequence[FinancialStatement]
) -> list[Statement]:  # fmt: skip
    """Keep statements; one of the same period end is replaced.

    Raises:
        BadInputError: There are too many, or one ends so late that its date is mistyped.
    """
    vendor = acts.held(reference)
    today = datetime.fromtimestamp(acts.scope.now / 1_000_000, UTC).date()
    for each in statements:
        if too_far_ahead(each.end, today):
            raise BadInputError(
                _("the period ends on %(day)s, more than %(n)d months from now")
                % {"day": date_format(each.end, _("j M Y")), "n": FURTHEST_MONTHS},
                remedy=_("see whether the year is mistyped"),
            )
    saved = []
    for each in statements:
        known = vendor.statements.filter(end=each.end).first()
        kept = _part(vendor, Statement, None if known is None else known.pk)
        kept.put(each)
        kept.save()
        saved.append(kept)
    ends = [str(each.end) for each in saved]
    acts.keep("vendor.statement", vendor, ends=ends)
    return saved


@transaction.atomic
def remove_statement(acts: VendorActs, reference: str, number: int) -> date:
    """Take a statement off the file."""
    vendor = acts.held(reference)
    known = own(vendor, Statement, number)
    end = known.end
    known.delete()
    acts.keep("vendor.statement_remove", vendor, ends=[str(end)])
    return end


# ---------------------------------------------------------------- contracts


@transaction.atomic
def save_contract(
    acts: VendorActs, reference: str, number: int | None, given: dict[str, Any],
    exposure: Decimal | None,
) -> Contract:  # fmt: skip
    """Add a contract, or change one; its clauses stay.

    Raises:
        BadInputError: It ends before it begins, an amount lacks its currency, or too many.
    """
    vendor = acts.held(reference)
    if given["end"] is not None and given["end"] < given["start"]:
        raise BadInputError(_("it ends before it begins"), remedy=_("look at the two days again"))
    amounts = (given["cap"], given["yearly_price"], exposure)
    if any(each is not None for each in amounts) and not given["currency"]:
        raise BadInputError(_("an amount needs its currency"), remedy=_("write for example EUR"))
    saved = _part(vendor, Contract, number)
    clauses = () if number is None else saved.struct.clauses
    saved.put(
        ContractStruct(
            id=saved.reference, vendor=vendor.reference, client=vendor.tenant, clauses=clauses,
            **{**given, "currency": given["currency"].upper()},
        )
    )  # fmt: skip
    saved.exposure = exposure
    saved.save()
    acts.keep("vendor.contract", vendor, contract=saved.reference)
    return saved


@transaction.atomic
def save_clauses(
    acts: VendorActs, reference: str, number: int, clauses: Sequence[Clause]
) -> Contract:  # fmt: skip
    """Keep how the clauses of a contract were read."""
    vendor = acts.held(reference)
    known = own(vendor, Contract, number)
    known.put(msgspec.structs.replace(known.struct, clauses=tuple(clauses)))
    known.save()
    acts.keep("vendor.clauses", vendor, contract=known.reference)
    return known


@transaction.atomic
def remove_contract(acts: VendorActs, reference: str, number: int) -> str:
    """Take a contract off the file."""
    vendor = acts.held(reference)
    known = own(vendor, Contract, number)
    title = known.title
    known.delete()
    acts.keep("vendor.contract_remove", vendor, contract=title)
    return title


# ---------------------------------------------------------------- promises


@transaction.atomic
def save_promise(acts: VendorActs, reference: str, claim: CadenceClaim) -> Promise:
    """Keep what was promised to happen how often; an earlier one of its kind is replaced."""
    vendor = acts.held(reference)
    for each in vendor.promises.all():
        if each.struct.kind is claim.kind:
            each.delete()
    saved = _part(vendor, Promise, None)
    saved.put(claim)
    saved.save()
    acts.keep("vendor.promise", vendor, kind=claim.kind.value)
    return saved


@transaction.atomic
def save_sighting(acts: VendorActs, reference: str, seen: CadenceObservation) -> Sighting:
    """Keep that it happened once.

    Raises:
        BadInputError: It lies in the future.
    """
    vendor = acts.held(reference)
    if seen.at > acts.scope.now:
        raise BadInputError(_("that lies in the future"), remedy=_("choose the day it happened"))
    saved = Sighting(tenant=vendor.tenant, vendor=vendor, reference=new_reference())
    saved.put(seen)
    saved.save()
    acts.keep("vendor.sighting", vendor, kind=seen.kind.value)
    return saved


def _part(vendor: Vendor, kind: type[_Part], number: int | None) -> _Part:
    if number is not None:
        return own(vendor, kind, number)
    there = kind._default_manager.filter(vendor=vendor)  # noqa: SLF001  # Django's name for a documented interface
    if there.count() >= _MOST_PARTS:
        raise BadInputError(_("that list is full"), remedy=_("remove an entry first"))
    return kind(tenant=vendor.tenant, vendor=vendor, reference=new_reference())
