"""The vendors of a client, each at a glance, and its way through life."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page
from midwatch.desk.access.roles import Permission
from midwatch.desk.vendors.forms import IdentityForm, NewVendorForm
from midwatch.desk.vendors.forms_judging import MoveForm
from midwatch.desk.vendors.models import Vendor
from midwatch.desk.vendors.reviewing import breach_contacts
from midwatch.desk.vendors.selectors import MOODS, Glance, glance, today_of, with_parts
from midwatch.desk.vendors.services import identify, move_on
from midwatch.desk.vendors.views.frame import Sheet, acts_of, answer_form, open_file
from midwatch.kernel import BadInputError
from midwatch.tenants import Tenant
from midwatch.vendors.vendor import TRANSITIONS, VendorState

_OVER = (VendorState.REJECTED, VendorState.ENDED)


@page(Permission.VENDORS_SEE)
def vendors(request: DeskRequest) -> HttpResponse:
    """The vendors of all the viewer's clients."""
    tenants = request.scope.vendors.tenants()
    if len(tenants) == 1:
        return redirect("client_vendors", tenants[0].id)
    return _list(request, tenants, None)


@page(Permission.VENDORS_SEE)
def client_vendors(request: DeskRequest, tenant: str) -> HttpResponse:
    """One client's vendors."""
    known = request.scope.tenant(tenant, Permission.VENDORS_SEE)
    return _list(request, [known], known)


def _list(request: DeskRequest, tenants: list[Tenant], tenant: Tenant | None) -> HttpResponse:
    wanted = request.GET.get("q", "")[:100].strip()
    rows = []
    for each in tenants:
        found = with_parts(request.scope.vendors.all(each.id))
        today = today_of(request.scope, each.id)
        if wanted:
            found = found.filter(name__icontains=wanted)
        rows += [(each, glance(vendor, today, request.now)) for vendor in found]
    rows.sort(key=lambda row: _urgency(row[1]))
    return render(
        request,
        "vendors/vendors.html",
        {
            "tenant": tenant,
            "rows": rows,
            "wanted": wanted,
            "several": tenant is None,
            "acting": sum(seen.mood == "act" for _t, seen in rows if seen.state not in _OVER),
            "looking": sum(seen.mood == "look" for _t, seen in rows if seen.state not in _OVER),
            "may_run": tenant is not None and request.scope.vendors.may_run(tenant.id),
        },
    )


def _urgency(seen: Glance) -> tuple[bool, int, int, date, str]:
    """Who works for the client and needs somebody first; who is gone last."""
    tier = 0 if seen.tier is None else seen.tier.rank
    first = seen.dues[0].on if seen.dues else date.max
    mood = MOODS.index(seen.mood)
    return (seen.state in _OVER, mood, -tier, first, seen.vendor.name.casefold())


@page(Permission.VENDORS_RUN)
def add(request: DeskRequest, tenant: str) -> HttpResponse:
    """A vendor's file is opened."""
    owner = request.scope.tenant(tenant, Permission.VENDORS_RUN)
    form = NewVendorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = acts_of(request).add(owner.id, **form.cleaned_data)
        except BadInputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, _("The file is open. Say next what it does for you, and whom to call.")
            )
            return redirect("vendor", made.reference)
    return render(request, "vendors/add.html", {"tenant": owner, "form": form})


@page(Permission.VENDORS_SEE)
def vendor(request: DeskRequest, vendor: str) -> HttpResponse:
    """One vendor at a glance."""
    opened = open_file(request, vendor)
    known = with_parts(Vendor.objects.filter(pk=opened.vendor.pk)).get()
    seen = glance(known, opened.today, request.now)
    return render(
        request,
        "vendors/vendor.html",
        opened.context(
            "glance",
            seen=seen,
            contacts=breach_contacts(known),
            papers=[each for each in known.papers.all() if each.newer_id is None],
            moves=list(reversed(known.file.history))[:5],
            next_states=[each for each in VendorState if each in TRANSITIONS[seen.state]],
        ),
    )


@page(Permission.VENDORS_RUN)
def identity(request: DeskRequest, vendor: str) -> HttpResponse:
    """Who it is."""
    opened = open_file(request, vendor, judging=True)
    file = opened.vendor.file
    form = IdentityForm(
        request.POST or None,
        initial={
            "name": file.name, "country": file.country, "legal_form": file.legal_form,
            "founded": file.founded, "website": file.website,
            "ids": "\n".join(f"{kind}: {number}" for kind, number in file.ids.items()),
            "business": opened.vendor.business, "is_provider": opened.vendor.is_provider,
        },
    )  # fmt: skip

    def save(given: dict[str, Any]) -> None:
        business, is_provider = given.pop("business"), given.pop("is_provider")
        identify(acts_of(request), vendor, given, business=business, is_provider=is_provider)

    back = reverse("vendor_company", args=[vendor])
    return answer_form(request, opened, "company", form, Sheet(_("Who it is"), back), save)


@page(Permission.VENDORS_RUN)
def move(request: DeskRequest, vendor: str) -> HttpResponse:
    """Take it to another state."""
    opened = open_file(request, vendor, judging=True)
    state = VendorState(opened.vendor.state)
    form = MoveForm(request.POST or None, state=state, initial={"to": request.GET.get("to")})

    def save(given: dict[str, Any]) -> None:
        conditions = [each.strip() for each in given["conditions"].splitlines() if each.strip()]
        move_on(acts_of(request), vendor, VendorState(given["to"]), given["why"], conditions)

    sheet = Sheet(
        _("Where it stands"),
        reverse("vendor", args=[vendor]),
        _("Your name and your reason stay in its history."),
        _("Decide"),
    )
    return answer_form(request, opened, "glance", form, sheet, save)
