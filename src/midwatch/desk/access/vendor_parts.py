"""What hangs on a vendor's file, found through the vendor: nobody reaches it another way."""

from __future__ import annotations

from typing import TypeVar

from django.http import Http404

from midwatch.desk.vendors.models import Part, Vendor

_Part = TypeVar("_Part", bound=Part)


def own(vendor: Vendor, kind: type[_Part], number: int) -> _Part:
    """One part of a vendor that the scope gave.

    Raises:
        Http404: There is none, or it is of another vendor.
    """
    found = kind._default_manager.filter(vendor=vendor, tenant=vendor.tenant, pk=number).first()  # noqa: SLF001  # Django's name for a documented interface
    if found is None:
        raise Http404
    return found
