"""The provider's list of clients, and what is set for each."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from midwatch.desk.access.acting_clients import MAIN_OFFICE, ClientActs
from midwatch.desk.access.addresses import address_of
from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page
from midwatch.desk.access.roles import Permission
from midwatch.desk.clients.forms import NewClientForm, OfficeForm, SettingsForm, zones
from midwatch.desk.clients.selectors import clients as listed
from midwatch.desk.clients.selectors import those
from midwatch.desk.portal.strips import LEGEND
from midwatch.desk.portal.views import zone_of_viewer
from midwatch.kernel import BadInputError


@page(Permission.SEE)
def clients(request: DeskRequest) -> HttpResponse:
    """All clients at a glance."""
    if not request.viewer.provider:
        raise Http404
    wanted = request.GET.get("q", "")[:100]
    every = listed(request.scope, zone_of_viewer(request))
    found = those(every, wanted) if wanted else every
    return render(
        request,
        "clients/clients.html",
        {
            "clients": found,
            "all": len(every),
            "wanted": wanted,
            "waiting": sum(each.standing.waiting for each in every),
            "needing": sum(each.glance.mood == "act" for each in every),
            "looking": sum(each.glance.mood == "look" for each in every),
            "asleep": any(each.glance.key == "asleep" for each in every),
            "silent": sum(each.silent for each in every),
            "legend": LEGEND,
            "may_add": request.viewer.may(Permission.CLIENTS),
        },
    )


@page(Permission.CLIENTS)
def add(request: DeskRequest) -> HttpResponse:
    """A new client."""
    form = NewClientForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        acts = ClientActs(request.scope, address_of(request))
        try:
            made = acts.add(given["name"], given["title"], given["zone"], given["days"])
            if given["office"]:
                acts.save_office(made.id, MAIN_OFFICE, given["office"], "")
        except BadInputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, _("%(title)s is watched from now on.") % {"title": made.title}
            )
            return redirect("source_add", made.id)
    return render(request, "clients/add.html", {"form": form, "zones": zones()})


@page(Permission.CLIENTS)
def settings(request: DeskRequest, tenant: str) -> HttpResponse:
    """What is set for a client."""
    known = request.scope.tenant(tenant, Permission.CLIENTS)
    form = SettingsForm(
        request.POST or None,
        initial={
            "title": known.title, "zone": known.zone, "days": known.retention_days,
            "legal_hold": known.legal_hold,
        },
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        acts = ClientActs(request.scope, address_of(request))
        try:
            acts.change(tenant, **form.cleaned_data)
        except BadInputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("client_settings", tenant)
    return _shown(request, tenant, form, OfficeForm())


@page(Permission.CLIENTS)
@require_POST
def office(request: DeskRequest, tenant: str) -> HttpResponse:
    """Add or change an office."""
    known = request.scope.tenant(tenant, Permission.CLIENTS)
    form = OfficeForm(request.POST)
    if form.is_valid():
        try:
            saved = ClientActs(request.scope, address_of(request)).save_office(
                tenant, **form.cleaned_data
            )
        except BadInputError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved the office %(title)s.") % {"title": saved.title})
            return redirect("client_settings", tenant)
    first = SettingsForm(
        initial={
            "title": known.title, "zone": known.zone, "days": known.retention_days,
            "legal_hold": known.legal_hold,
        }
    )  # fmt: skip
    return _shown(request, tenant, first, form)


@page(Permission.CLIENTS)
@require_POST
def leave(request: DeskRequest, tenant: str) -> HttpResponse:
    """Take the sample client away."""
    gone = ClientActs(request.scope, address_of(request)).take_demo_away(tenant)
    if gone is not None:
        told = _("The sample is gone: %(sources)d sources, %(incidents)d incidents.") % {
            "sources": gone.sources,
            "incidents": gone.incidents,
        }
        later = "" if gone.complete else " " + _("Its last lines are erased in a few minutes.")
        messages.success(request, told + later)
    return redirect("clients")


def _shown(
    request: DeskRequest, tenant: str, form: SettingsForm, office_form: OfficeForm
) -> HttpResponse:
    return render(
        request,
        "clients/settings.html",
        {
            "tenant": request.scope.tenant(tenant),
            "form": form,
            "office_form": office_form,
            "offices": request.scope.offices(tenant),
            "zones": zones(),
        },
    )
