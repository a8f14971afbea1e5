"""The page of the calls to other systems."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from midwatch.desk.access.addresses import address_of
from midwatch.desk.access.calls import Calls
from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page
from midwatch.desk.access.roles import Permission
from midwatch.kernel import BadInputError


@require_GET
@page(Permission.CLIENTS)
def hooks(request: DeskRequest) -> HttpResponse:
    """Who is called, and how it went."""
    calls = Calls(request.scope)
    return render(request, "api/hooks.html", {"hooks": calls.hooks(), "set_up": calls.set_up})


@require_POST
@page(Permission.CLIENTS)
def test_hook(request: DeskRequest, tenant: str, number: int) -> HttpResponse:
    """Call one now."""
    try:
        said = Calls(request.scope, address_of(request)).test(tenant, number)
        messages.success(request, _("It was taken: %(said)s.") % {"said": said})
    except BadInputError as error:
        messages.error(
            request,
            _("It was not taken: %(cause)s. %(remedy)s")
            % {"cause": error.cause, "remedy": error.remedy},
        )
    return redirect("webhooks")
