"""Exceptions: made from an incident's page, previewed first; listed with hits; revoked."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from midwatch.desk.access.casefile import CaseFile
from midwatch.desk.access.handling import PREVIEW_DAYS, Handling
from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page
from midwatch.desk.access.roles import Permission
from midwatch.desk.theme.stories import sentence, story
from midwatch.desk.triage.forms import ExceptionForm
from midwatch.desk.triage.visits import address_of, told
from midwatch.incidents import Preview
from midwatch.incidents.exceptions import state_of
from midwatch.kernel import BadInputError
from midwatch.reports.amounts import begun
from midwatch.reports.incident_telling import attempt_of


@page(Permission.TRIAGE)
def make(request: DeskRequest, reference: str) -> HttpResponse:
    """An exception for what this incident is made of. It is kept only as it was previewed."""
    scope = request.scope
    scope.incident_unmasked(reference, Permission.TRIAGE)
    case = CaseFile(scope, reference)
    form = ExceptionForm(
        request.POST or None, incident=case.incident, now=request.now,
        zone=scope.zone(case.incident.tenant), masked=case.shown.masked,
    )  # fmt: skip
    preview: Preview | None = None
    if request.method == "POST" and form.is_valid():
        handling = Handling(scope, address_of(request))
        try:
            preview = handling.preview(reference, form.wish())
            if request.POST.get("seen", "") == form.digest():
                handling.except_(reference, form.wish())
                messages.success(request, _("The exception holds from now on, for new alerts."))
                return HttpResponseRedirect(reverse("exceptions", args=[case.incident.tenant]))
        except BadInputError as error:
            form.add_error(None, str(error))
    told_of = {
        "incident": case.incident,
        "sentence": begun(story(case.incident)),
        "form": form,
        "preview": preview,
        "seen": form.digest() if preview is not None else "",
        "days": PREVIEW_DAYS,
        "examples": [sentence(attempt_of(each)) for each in preview.examples] if preview else [],
    }
    return render(request, "triage/exception.html", told_of)


@page(Permission.TRIAGE)
def exceptions(request: DeskRequest, tenant: str) -> HttpResponse:
    """A client's exceptions, with what each has hidden."""
    known = request.scope.tenant(tenant, Permission.TRIAGE)
    found = [
        (each, state_of(each.exception, request.now))
        for each in reversed(request.scope.exceptions(known.id))
    ]
    told_of = {
        "tenant": known,
        "found": found,
        "tenants": request.scope.tenants(Permission.TRIAGE),
        "masked": request.scope.masks(known.id),
    }
    return render(request, "triage/exceptions.html", told_of)


@require_POST
@page(Permission.TRIAGE)
def revoke(request: DeskRequest, tenant: str, exception: str) -> HttpResponse:
    """It stops now."""
    with told(request, _("Revoked: such alerts are told again.")):
        Handling(request.scope, address_of(request)).revoke_exception(tenant, exception)
    return HttpResponseRedirect(reverse("exceptions", args=[tenant]))
