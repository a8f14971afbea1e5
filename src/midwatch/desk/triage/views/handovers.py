"""The note one shift leaves the next: drafted by us, written by a person, kept, printable."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page
from midwatch.desk.access.roles import Permission
from midwatch.desk.theme.templatetags.midwatch import zone_for
from midwatch.desk.triage.handing_over import draft, shift_began
from midwatch.desk.triage.selectors import hand_over, hand_overs
from midwatch.desk.triage.services import change_hand_over, keep_hand_over
from midwatch.desk.triage.visits import address_of
from midwatch.kernel import BadInputError

_HOUR = 3_600_000_000
_LONGEST_SHIFT = 72
SHIFTS = (8, 10, 12, 24)


@page(Permission.TRIAGE)
def notes(request: DeskRequest) -> HttpResponse:
    """The notes, the latest first."""
    return render(request, "triage/handovers.html", {"notes": hand_overs(request.scope)})


@page(Permission.TRIAGE)
def new(request: DeskRequest) -> HttpResponse:
    """A new note, drafted from what happened since the last."""
    hours = request.GET.get("hours", "")
    known = hours.isascii() and hours.isdigit() and 0 < len(hours) < 3
    since = (
        request.now - min(max(int(hours), 1), _LONGEST_SHIFT) * _HOUR
        if known
        else shift_began(request.scope)
    )
    text = ""
    if request.method == "POST":
        text, given = request.POST.get("text", ""), request.POST.get("since", "")
        if given.isascii() and given.isdigit() and len(given) < 18:
            since = max(int(given), request.now - _LONGEST_SHIFT * _HOUR)
        try:
            kept = keep_hand_over(request.scope, address_of(request), since, text)
        except BadInputError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Kept. The next shift finds it at the top of the list."))
            return HttpResponseRedirect(reverse("handover", args=[kept.pk]))
    told = {
        "since": since,
        "until": request.now,
        "text": text or draft(request.scope, since, zone_for(request)),
        "shifts": SHIFTS,
    }
    return render(request, "triage/handover_form.html", told)


@page(Permission.TRIAGE)
def note(request: DeskRequest, number: int) -> HttpResponse:
    """One note, to read and to print."""
    return render(request, "triage/handover.html", {"note": hand_over(request.scope, number)})


@page(Permission.TRIAGE)
def change(request: DeskRequest, number: int) -> HttpResponse:
    """Write it anew."""
    kept = hand_over(request.scope, number)
    text = kept.text
    if request.method == "POST":
        text = request.POST.get("text", "")
        try:
            change_hand_over(request.scope, address_of(request), kept, text)
        except BadInputError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Changed."))
            return HttpResponseRedirect(reverse("handover", args=[kept.pk]))
    told = {"since": kept.since, "until": kept.until, "text": text, "note": kept}
    return render(request, "triage/handover_form.html", told)
