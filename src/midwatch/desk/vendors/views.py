"""The vendors of a client, and each by itself."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page
from midwatch.desk.access.roles import Permission


@page(Permission.VENDORS_SEE)
def vendors(request: DeskRequest) -> HttpResponse:
    """The vendors of all the viewer's clients."""
    tenants = request.scope.vendors.tenants()
    if len(tenants) == 1:
        return redirect("client_vendors", tenants[0].id)
    return render(request, "vendors/vendors.html", {"vendors": request.scope.vendors.all()})


@page(Permission.VENDORS_SEE)
def client_vendors(request: DeskRequest, tenant: str) -> HttpResponse:
    """One client's vendors."""
    found = request.scope.vendors.all(tenant)
    return render(
        request,
        "vendors/vendors.html",
        {"tenant": request.scope.tenant(tenant, Permission.VENDORS_SEE), "vendors": found},
    )


@page(Permission.VENDORS_SEE)
def vendor(request: DeskRequest, vendor: str) -> HttpResponse:
    """One vendor at a glance."""
    known = request.scope.vendors.one(vendor)
    return render(
        request,
        "vendors/vendor.html",
        {
            "vendor": known,
            "file": known.file,
            "tenant": request.scope.tenant(known.tenant, Permission.VENDORS_SEE),
            "may_judge": request.scope.vendors.may_judge(known),
        },
    )
