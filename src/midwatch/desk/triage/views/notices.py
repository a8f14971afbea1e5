"""A mail to the client about an incident: drafted from a template, shown, then sent."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from midwatch.desk.access.casefile import CaseFile
from midwatch.desk.access.handling import Handling
from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page
from midwatch.desk.access.roles import Permission
from midwatch.desk.setup import desk_setup
from midwatch.desk.theme.stories import story
from midwatch.desk.triage.forms import NoticeForm
from midwatch.desk.triage.visits import address_of
from midwatch.kernel import BadInputError, derived_id
from midwatch.paging.composing import defused_lines
from midwatch.reports.amounts import begun
from midwatch.reports.incident_telling import notes, steps, when

TEMPLATES: Final = {
    "inform": gettext_lazy("to inform: nothing to do"),
    "ask": gettext_lazy("to ask: was it you?"),
    "act": gettext_lazy("to act: please do this now"),
    "over": gettext_lazy("to close: it is over"),
}


@page(Permission.TRIAGE)
def write(request: DeskRequest, reference: str) -> HttpResponse:
    """Write to the client. It is sent only as it was shown."""
    scope = request.scope
    handling = Handling(scope, address_of(request))
    recipients = handling.recipients(reference)
    case = CaseFile(scope, reference)
    template = request.GET.get("template", "inform")
    template = template if template in TEMPLATES else "inform"
    form = NoticeForm(
        request.POST or None, recipients=recipients, initial=_draft(request, case, template)
    )
    shown: list[str] = []
    seen = ""
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        seen = derived_id("notice", given["to"], given["subject"], given["text"])
        shown = defused_lines(given["text"])
        if request.POST.get("seen", "") == seen:
            try:
                handling.write(reference, given["to"], given["subject"], given["text"])
            except BadInputError as error:
                form.add_error(None, str(error))
            else:
                messages.success(
                    request, _("The mail is on its way; it stands in the incident's history.")
                )
                return HttpResponseRedirect(reverse("incident", args=[case.incident.reference]))
    told_of = {
        "incident": case.incident,
        "sentence": begun(story(case.incident)),
        "form": form,
        "recipients": recipients,
        "templates": TEMPLATES.items(),
        "template": template,
        "shown": shown,
        "seen": seen,
    }
    return render(request, "triage/notice.html", told_of)


def _draft(request: DeskRequest, case: CaseFile, template: str) -> dict[str, str]:
    incident = case.incident
    desk = desk_setup()
    told_of = {
        "kind": template,
        "incident": incident,
        "sentence": begun(story(incident)),
        "when": when(incident, request.scope.zone(incident.tenant)),
        "zone": request.scope.tenant(incident.tenant).zone,
        "notes": notes(incident),
        "steps": steps(incident),
        "author": request.viewer.name,
        "provider": desk.configuration.desk.provider or "Midwatch",
    }
    text = render_to_string("triage/notice.txt", told_of)
    subject = _("%(title)s at %(client)s") % {
        "title": begun(incident.title or _("An incident")),
        "client": request.scope.tenant(incident.tenant).title,
    }
    return {"subject": subject[:120], "text": text.strip()}
