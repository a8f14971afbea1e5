"""What is done about one incident: every view is a form's POST, then a redirect.

From the queue the same forms come by htmx: then the story beside it is drawn anew, and the one row
of the list that it belongs to. Nothing else moves.
"""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from midwatch.desk.access.acting import Acting
from midwatch.desk.access.casefile import CaseFile
from midwatch.desk.access.handling import Handling
from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page
from midwatch.desk.access.roles import Permission
from midwatch.desk.triage.services import assign as assign_to
from midwatch.desk.triage.services import tick as keep_tick
from midwatch.desk.triage.telling import pane_of
from midwatch.desk.triage.visits import address_of, back, told
from midwatch.incidents import Disposition
from midwatch.kernel import BadInputError

_LONGEST_WHY = 2_000


@require_POST
@page(Permission.ANSWER)
def acknowledge(request: DeskRequest, reference: str) -> HttpResponse:
    """Answer for it."""
    with told(request, _("Acknowledged: nobody else is called.")):
        _acting(request).acknowledge(reference, _why(request))
    return _after(request, reference)


@require_POST
@page(Permission.ANSWER)
def work(request: DeskRequest, reference: str) -> HttpResponse:
    """Begin to work on it."""
    with told(request, _("You work on it.")):
        _acting(request).work(reference, _why(request))
    return _after(request, reference)


@require_POST
@page(Permission.ANSWER)
def resolve(request: DeskRequest, reference: str) -> HttpResponse:
    """Say what it was."""
    request.scope.incident_unmasked(reference, Permission.ANSWER)
    with told(request, _("Resolved. It opens again by itself if it goes on.")):
        try:
            disposition = Disposition(request.POST.get("disposition", ""))
        except ValueError:
            raise BadInputError(
                _("nothing says what it was"), remedy=_("choose one of the list")
            ) from None
        original = request.POST.get("duplicate_of", "").strip()
        _acting(request).resolve(
            reference,
            disposition,
            _why(request),
            duplicate_of=original if disposition is Disposition.DUPLICATE else "",
        )
    return _after(request, reference)


@require_POST
@page(Permission.ANSWER)
def reopen(request: DeskRequest, reference: str) -> HttpResponse:
    """It is not over after all."""
    with told(request, _("Reopened; people are called again.")):
        _acting(request).reopen(reference, _why(request))
    return _after(request, reference)


@require_POST
@page(Permission.ANSWER)
def remark(request: DeskRequest, reference: str) -> HttpResponse:
    """Add to its history."""
    request.scope.incident_unmasked(reference, Permission.ANSWER)
    with told(request, _("Kept in its history.")):
        if not _why(request):
            raise BadInputError(_("the remark is empty"), remedy=_("write a sentence"))
        _acting(request).remark(reference, _why(request))
    return _after(request, reference)


@require_POST
@page(Permission.ANSWER)
def tick(request: DeskRequest, reference: str) -> HttpResponse:
    """A step of the runbook was done, or not after all."""
    request.scope.incident_unmasked(reference, Permission.ANSWER)
    case = CaseFile(request.scope, reference)
    known = {each.step.name for each in pane_of(request.scope, case)["steps"]}
    step = request.POST.get("step", "")
    with told(request):
        if step not in known:
            raise BadInputError(_("there is no such step"), remedy=_("load the page anew"))
        done = request.POST.get("done", "") == "1"
        keep_tick(request.scope, address_of(request), reference, step, done=done)
    return _after(request, reference, "#runbook")


@require_POST
@page(Permission.TRIAGE)
def assign(request: DeskRequest, reference: str) -> HttpResponse:
    """Give it to a colleague, or take it."""
    request.scope.incident_unmasked(reference, Permission.TRIAGE)
    with told(request, _("Handed over; it stands in the history.")):
        given = request.POST.get("user", "")
        user = int(given) if given.isascii() and given.isdigit() and len(given) < 12 else 0
        assign_to(request.scope, address_of(request), reference, user, _why(request))
    return _after(request, reference)


@require_POST
@page(Permission.TRIAGE)
def merge(request: DeskRequest, reference: str) -> HttpResponse:
    """Put it into another incident."""
    request.scope.incident_unmasked(reference, Permission.TRIAGE)
    into, stays = request.POST.get("into", "").strip(), ""
    with told(request, _("Merged: this is the incident that holds both.")):
        if not into:
            raise BadInputError(
                _("no other incident is named"), remedy=_("give its reference, such as MW-…")
            )
        stays = _handling(request).merge(reference, into, _why(request)).reference
    return HttpResponseRedirect(reverse("incident", args=[stays or reference]))


@require_POST
@page(Permission.TRIAGE)
def split(request: DeskRequest, reference: str) -> HttpResponse:
    """Make an incident of its own of some findings."""
    new = ""
    with told(request, _("Split: this is the new incident.")):
        chosen = request.POST.getlist("finding")
        new = _handling(request).split(reference, chosen, _why(request)).reference
    return HttpResponseRedirect(reverse("incident", args=[new or reference]))


@require_POST
@page(Permission.REVEAL)
def reveal(request: DeskRequest, reference: str) -> HttpResponse:
    """See it unmasked for an hour; the client reads who did, and why."""
    with told(request, _("Shown for one hour. The client sees that you looked, and why.")):
        _acting(request).reveal(reference, _why(request))
    return _after(request, reference)


def _after(request: DeskRequest, reference: str, place: str = "") -> HttpResponse:
    """The page again; by htmx the story alone, and its row of the list."""
    if request.headers.get("HX-Request") == "true":
        case = CaseFile(request.scope, reference)
        given = pane_of(request.scope, case)
        in_list = request.POST.get("in_list", "") == "1"
        more = {"in_list": in_list, "pane": True, "changed": in_list}
        return render(request, "triage/pane.html", given | more)
    return HttpResponseRedirect(back(request, reverse("incident", args=[reference])) + place)


def _acting(request: DeskRequest) -> Acting:
    return Acting(request.scope, address_of(request))


def _handling(request: DeskRequest) -> Handling:
    return Handling(request.scope, address_of(request))


def _why(request: DeskRequest) -> str:
    return request.POST.get("why", "").strip()[:_LONGEST_WHY]
