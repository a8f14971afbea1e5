"""Who stands behind a client's vendors."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page
from midwatch.desk.access.roles import Permission
from midwatch.desk.choosing.reach import picture, reach_of


@page(Permission.VENDORS_SEE)
def behind(request: DeskRequest, tenant: str) -> HttpResponse:
    """The client, its vendors and theirs; what several have in common stands out."""
    owner = request.scope.tenant(tenant, Permission.VENDORS_SEE)
    reach = reach_of(list(request.scope.vendors.all(tenant)))
    return render(
        request,
        "choosing/behind.html",
        {"tenant": owner, "reach": reach, "picture": picture(owner.title, reach)},
    )
