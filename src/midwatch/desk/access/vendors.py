"""The vendor files of clients: who may read them, who may change them, who may judge.

``Vendors`` reads and hangs on the scope (``request.scope.vendors``); ``VendorActs`` changes and
keeps each change in the record. The watch's own provider is a vendor too: its people read that
file and answer questions, but only the client's people change it or judge.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from midwatch.desk.access.roles import Permission, Role
from midwatch.desk.audit.services import note
from midwatch.desk.vendors.models import Vendor, new_reference
from midwatch.kernel import BadInputError
from midwatch.tenants import Tenant
from midwatch.vendors.vendor import Vendor as VendorFile

if TYPE_CHECKING:
    from midwatch.desk.access.scope import Scope

SEE = Permission.VENDORS_SEE
RUN = Permission.VENDORS_RUN
_MOST_VENDORS = 2_000


class Vendors:
    """What one viewer may read of vendors."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def tenants(self, permission: Permission = SEE) -> list[Tenant]:
        """The clients whose vendor files the viewer may read, by name."""
        return self._scope.tenants(permission)

    def all(self, tenant: str | None = None, permission: Permission = SEE) -> QuerySet[Vendor]:
        """The vendors of one client, or of all the viewer's.

        Raises:
            Http404: That client is not the viewer's.
        """
        if tenant is not None:
            return Vendor.objects.filter(tenant=self._scope.tenant(tenant, permission).id)
        return Vendor.objects.filter(tenant__in=[each.id for each in self.tenants(permission)])

    def one(self, reference: str) -> Vendor:
        """One vendor, to read.

        Raises:
            Http404: There is none, or not for this viewer.
        """
        found = Vendor.objects.filter(reference=reference).first()
        if found is None or not self._scope.viewer.may(SEE, found.tenant):
            raise Http404
        return found

    def judged(self, reference: str) -> Vendor:
        """One vendor, to change or judge.

        Raises:
            Http404: There is none, or the viewer may not.
        """
        found = self.one(reference)
        if not self.may_judge(found):
            raise Http404
        return found

    def may_judge(self, vendor: Vendor) -> bool:
        """Whether the viewer may change this file; the provider's people not their own."""
        viewer = self._scope.viewer
        return viewer.may(RUN, vendor.tenant) and not (vendor.is_provider and viewer.provider)

    def may_delete(self, vendor: Vendor) -> bool:
        """Whether the viewer may delete this file: an owner of the client, and nobody else."""
        grants = self._scope.viewer.grants_for(vendor.tenant)
        return self.may_judge(vendor) and any(each.role is Role.OWNER for each in grants)

    def may_run(self, tenant: str) -> bool:
        """Whether the viewer may add vendors of that client."""
        return self._scope.viewer.may(RUN, tenant)


class VendorActs:
    """One viewer's acts on vendor files. All of them raise ``Http404`` where they may not."""

    def __init__(self, scope: Scope, address: str = "") -> None:
        """``address``: where the request came from, for the record."""
        self.scope = scope
        self.address = address

    @transaction.atomic
    def add(
        self, tenant: str, name: str, country: str, *, is_provider: bool = False
    ) -> Vendor:  # fmt: skip
        """A new vendor, a candidate at first.

        Raises:
            BadInputError: It has no name, there is one of that name already, or too many.
        """
        owner = self.scope.tenant(tenant, RUN)
        plain = " ".join(name.split())
        if not plain:
            raise BadInputError(_("a vendor needs a name"), remedy=_("say what it is called"))
        there = Vendor.objects.filter(tenant=owner.id)
        if there.filter(name__iexact=plain).exists():
            raise BadInputError(
                _("there is a vendor “%(name)s” already") % {"name": plain[:80]},
                remedy=_("open its file, or tell the two apart by their names"),
            )
        if there.count() >= _MOST_VENDORS:
            raise BadInputError(
                _("there are too many vendors on file"), remedy=_("put an end to some first")
            )
        made = Vendor(tenant=owner.id, reference=new_reference(), is_provider=is_provider)
        made.put(VendorFile(id=made.reference, name=plain[:200], country=country.upper()))
        made.save()
        self.keep("vendor.add", made, name=made.name)
        return made

    @transaction.atomic
    def change(
        self, reference: str, verb: str, how: Callable[[VendorFile], VendorFile], **detail: object
    ) -> Vendor:
        """Change a vendor's file by a function of the pure room, and keep that in the record.

        Raises:
            BadInputError: What ``how`` raises; nothing is changed then.
        """
        known = self.held(reference)
        known.put(how(known.file))
        known.save()
        self.keep(verb, known, **detail)
        return known

    def held(self, reference: str) -> Vendor:
        """One vendor to change, held until the transaction ends, so that no change is lost.

        Call it inside a transaction.
        """
        asked = self.scope.vendors.judged(reference)
        return Vendor.objects.select_for_update().get(pk=asked.pk)

    def keep(self, verb: str, vendor: Vendor, **detail: object) -> None:
        """Keep in the record that something was done about a vendor (``vendor.<what>``)."""
        note(
            self.scope.viewer, verb, tenant=vendor.tenant, subject=f"vendor {vendor.reference}",
            detail=detail, address=self.address,
        )  # fmt: skip
