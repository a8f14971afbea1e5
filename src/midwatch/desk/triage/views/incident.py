"""One incident: its page, the short story beside the queue, the events behind it."""

from __future__ import annotations

import json

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from midwatch.desk.access.casefile import CaseFile, Event
from midwatch.desk.access.middleware import DeskRequest
from midwatch.desk.access.pages import page
from midwatch.desk.access.roles import Permission
from midwatch.desk.triage.exports import plain
from midwatch.desk.triage.telling import page_of, pane_of
from midwatch.kernel import BadInputError
from midwatch.reports.amounts import rfc3339
from midwatch.reports.defusing import defuse
from midwatch.reports.marking import marked

_LONGEST_LINE = 16_000


@page(Permission.SEE)
def incident(request: DeskRequest, reference: str) -> HttpResponse:
    """The whole page."""
    case = CaseFile(request.scope, reference)
    return render(request, "triage/incident.html", page_of(request.scope, case))


@page(Permission.SEE)
def pane(request: DeskRequest, reference: str) -> HttpResponse:
    """The short story, as it stands beside the queue."""
    case = CaseFile(request.scope, reference)
    told = pane_of(request.scope, case) | {"in_list": True, "pane": True}
    return render(request, "triage/pane.html", told)


@page(Permission.SEE)
def incident_json(request: DeskRequest, reference: str) -> HttpResponse:
    """The incident for a program: as in the list, with its timeline."""
    told = page_of(request.scope, CaseFile(request.scope, reference))
    body = plain(told["row"]) | {
        "notes": list(told["notes"]),
        "findings": [
            {"id": found.signal.id, "rule": found.signal.rule, "count": found.signal.count,
             "first": rfc3339(found.signal.first), "last": rfc3339(found.signal.last),
             "level": found.signal.level.value, "what": words,
             "techniques": list(found.signal.techniques)}
            for found, words, _title in told["findings"]
        ],
        "timeline": [
            {"at": rfc3339(each.at), "kind": each.kind, "who": each.who, "what": each.what}
            for each in told["timeline"]
        ],
        "steps": [
            {"step": str(each.step.text), "done_by": each.by or None}
            for each in told["steps"]
        ],
    }  # fmt: skip
    return HttpResponse(json.dumps(body, ensure_ascii=False), content_type="application/json")


@page(Permission.SEARCH)
def events(request: DeskRequest, reference: str) -> HttpResponse:
    """The lines that it rests on."""
    case = CaseFile(request.scope, reference)
    finding = request.GET.get("finding", "")
    found: list[Event] = []
    trouble = ""
    try:
        found = case.events(finding)
    except BadInputError as error:
        trouble = str(error)
    told = {
        "incident": case.incident,
        "masked": case.shown.masked,
        "events": [(each, _brief(each)) for each in found],
        "finding": finding,
        "trouble": trouble,
    }
    part = request.headers.get("HX-Request") == "true"
    return render(request, f"triage/events{'_part' if part else ''}.html", told)


@page(Permission.SEARCH)
def line(request: DeskRequest, reference: str, feed: str, number: int) -> HttpResponse:
    """One raw line, the parts that were read from it marked."""
    case = CaseFile(request.scope, reference)
    found = case.line(feed, number)
    pieces = (
        marked(found.raw, [value for _name, value in found.parts], _LONGEST_LINE)
        if found.raw is not None
        else ()
    )
    told = {
        "incident": case.incident,
        "masked": case.shown.masked,
        "event": found,
        "pieces": pieces,
    }
    return render(request, "triage/line.html", told)


@page(Permission.SEARCH)
def past(request: DeskRequest, reference: str) -> HttpResponse:
    """What the lake knows of the attackers and the accounts."""
    case = CaseFile(request.scope, reference)
    trouble = ""
    found = []
    try:
        found = case.past()
    except BadInputError as error:
        trouble = str(error)
    told = {"incident": case.incident, "past": found, "trouble": trouble}
    part = request.headers.get("HX-Request") == "true"
    return render(request, f"triage/past{'_part' if part else ''}.html", told)


def _brief(event: Event) -> str:
    if event.raw is not None:
        return defuse(event.raw, 240)
    told = " · ".join(f"{name}: {defuse(value, 60)}" for name, value in event.parts[:8])
    return told or _("a line that was not understood")
