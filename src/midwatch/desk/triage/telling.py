"""One incident as its pages tell it: the head, the timeline, the techniques, the steps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from midwatch.desk.access.casefile import CaseFile, Told
from midwatch.desk.access.lists import IncidentLists
from midwatch.desk.access.roles import Permission
from midwatch.desk.access.scope import Scope
from midwatch.desk.theme.own_alarms import title
from midwatch.desk.theme.stories import finding as told_finding
from midwatch.desk.triage.lists import rows_of
from midwatch.desk.triage.models import Tick
from midwatch.desk.triage.runbooks import Step, runbook
from midwatch.desk.triage.selectors import colleagues, ticks
from midwatch.incidents import (
    Change,
    DeliveryCause,
    DeliveryState,
    Disposition,
    Incident,
    IncidentKind,
    IncidentState,
    lines_behind,
)
from midwatch.reports.defusing import defuse
from midwatch.reports.incident_telling import attempts_beside, notes
from midwatch.rules.technique_texts import Technique, explain

_LONGEST: Final = 600
_STEPS_AT_ONCE: Final = 4
"""So many steps that are not done stand open; the rest is folded."""
DISPOSITIONS: Final = {
    Disposition.TRUE_POSITIVE: gettext_lazy("an attack, as told"),
    Disposition.FALSE_POSITIVE: gettext_lazy("a false alarm: the rule was wrong"),
    Disposition.BENIGN: gettext_lazy("true, but harmless: it was meant to happen"),
    Disposition.DUPLICATE: gettext_lazy("told already in another incident"),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry of the timeline. ``kind``: found, done, told or event. ``at``: UTC microseconds."""

    at: int
    kind: str
    who: str
    what: str
    more: tuple[str, ...] = ()
    link: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """A step of the runbook, and the tick if it was done."""

    step: Step
    tick: Tick | None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Explained:
    """A technique by its number; ``technique`` is None where we have no words of ours."""

    number: str
    technique: Technique | None


def pane_of(scope: Scope, case: CaseFile) -> dict[str, Any]:
    """What the short story beside the queue shows."""
    incident = case.incident
    may = scope.viewer.may
    row = rows_of(scope, [case.shown], IncidentLists(scope))[0]
    answers, triages = (
        may(Permission.ANSWER, incident.tenant),
        may(Permission.TRIAGE, incident.tenant),
    )
    steps = steps_of(scope, case)
    upcoming = [each for each in steps if each.tick is None][:_STEPS_AT_ONCE]
    return {
        "row": row,
        "incident": incident,
        "lines": lines_behind(incident),
        "shown": case.shown,
        "notes": notes(incident),
        "steps": steps,
        "steps_done": sum(each.tick is not None for each in steps),
        "steps_next": upcoming,
        "steps_folded": [each for each in steps if each not in upcoming],
        "may_answer": answers,
        "may_triage": triages,
        "may_search": may(Permission.SEARCH, incident.tenant),
        "may_reveal": case.shown.masked and may(Permission.REVEAL, incident.tenant),
        "can_work": answers and incident.open and incident.state is not IncidentState.WORKING,
        "colleagues": colleagues(scope, incident.tenant) if triages else [],
        "dispositions": [(each.value, words) for each, words in DISPOSITIONS.items()],
        "is_finding": incident.kind is not IncidentKind.SELF,
        "duplicate_of": case.reference_of(incident.duplicate_of),
    }


def page_of(scope: Scope, case: CaseFile) -> dict[str, Any]:
    """What the whole page shows."""
    incident = case.incident
    findings = case.findings()
    attempts = attempts_beside([each.signal for each in findings])
    related = rows_of(scope, scope.related(incident), IncidentLists(scope))
    return pane_of(scope, case) | {
        "findings": [
            (each, told_finding(each.signal, attempt), title(each.signal.rule, each.signal.title))
            for each, attempt in zip(findings, attempts, strict=True)
        ],
        "timeline": timeline(incident, case),
        "techniques": techniques(incident),
        "related": related,
        "mergeable": [row for row in related if row.incident.open],
        "addresses": _each(incident, "addresses"),
        "users": _each(incident, "users"),
        "hosts": _each(incident, "hosts"),
        "feeds": scope.feeds(incident.tenant),
    }


def steps_of(scope: Scope, case: CaseFile) -> list[Done]:
    """The runbook with what was done, and by whom."""
    done = ticks(scope, case.incident)
    found = [Done(step, done.get(step.name)) for step in runbook(case.incident)]
    return [replace(each, by=_ticker(scope, case, each.tick)) for each in found]


def _ticker(scope: Scope, case: CaseFile, tick: Tick | None) -> str:
    if tick is None:
        return ""
    return scope.actor(case.incident.tenant, tick.by) if case.shown.masked else tick.by


def techniques(incident: Incident) -> list[Explained]:
    """The techniques that its findings name, each once."""
    numbers = dict.fromkeys(number for signal in incident.signals for number in signal.techniques)
    return [Explained(number, explain(number)) for number in numbers]


def timeline(incident: Incident, case: CaseFile) -> list[Moment]:
    """All that happened, in order: events, findings, what people did, who was told how."""
    found: list[Moment] = []
    if incident.first is not None:
        found.append(Moment(incident.first, "event", "", _("the first event of it")))
    if incident.last is not None and incident.last != incident.first:
        found.append(Moment(incident.last, "event", "", _("the last event so far")))
    findings = case.findings()
    for each, attempt in zip(
        findings, attempts_beside([each.signal for each in findings]), strict=True
    ):
        found.append(
            Moment(
                each.at,
                "found",
                _("Midwatch"),
                told_finding(each.signal, attempt),
                (),
                each.signal.id,
            )
        )
    found += [_change(each) for each in incident.history]
    found += [moment for each in case.told() for moment in _told(each)]
    order = {"event": 0, "found": 1, "told": 2, "done": 3}
    return sorted(found, key=lambda each: (each.at, order[each.kind]))


def _change(change: Change) -> Moment:
    return Moment(change.at, "done", change.by, said_of(change, _LONGEST))


def said_of(change: Change, longest: int) -> str:
    """What somebody did: where the incident went, and why, in so many characters."""
    why = defuse(change.why, longest)
    if change.came is change.went:
        return why
    told = _("%(state)s: %(why)s") if why else "%(state)s"
    return told % {"state": str(_STATES[change.went]), "why": why}


_STATES: Final = {
    IncidentState.NEW: gettext_lazy("new"),
    IncidentState.ACKNOWLEDGED: gettext_lazy("acknowledged"),
    IncidentState.WORKING: gettext_lazy("work begun"),
    IncidentState.RESOLVED: gettext_lazy("resolved"),
    IncidentState.REOPENED: gettext_lazy("reopened"),
}


def _told(each: Told) -> list[Moment]:
    delivery = each.delivery
    way = {"channel": delivery.channel, "address": each.address}
    how = _("by %(channel)s to %(address)s") % way if each.address else _("by %(channel)s") % way
    cause = str(_CAUSES[delivery.cause])
    state = str(_DELIVERED[delivery.state])
    error = defuse(delivery.error, _LONGEST)
    tries = tuple(f"{tried.outcome}: {defuse(tried.detail, _LONGEST)}" for tried in each.tries)
    what = " · ".join(part for part in (cause, how, state, error) if part)
    return [Moment(delivery.sent or delivery.due, "told", each.title, what, tries)]


_CAUSES: Final = {
    DeliveryCause.TOLD: gettext_lazy("called"),
    DeliveryCause.ESCALATED: gettext_lazy("called because nobody answered"),
    DeliveryCause.REPEATED: gettext_lazy("called again"),
    DeliveryCause.FAILOVER: gettext_lazy("called this way because another failed"),
    DeliveryCause.HELD: gettext_lazy("called after the maintenance"),
    DeliveryCause.NOTICE: gettext_lazy("written to"),
    DeliveryCause.OPENED: gettext_lazy("told that it was opened"),
    DeliveryCause.CHANGED: gettext_lazy("told that it changed"),
    DeliveryCause.RESOLVED: gettext_lazy("told that it was resolved"),
}
_DELIVERED: Final = {
    DeliveryState.PENDING: gettext_lazy("on its way"),
    DeliveryState.SENT: gettext_lazy("delivered"),
    DeliveryState.FAILED: gettext_lazy("not delivered"),
    DeliveryState.DROPPED: gettext_lazy("no longer needed"),
}


def _each(incident: Incident, field: str) -> list[str]:
    found = (value for signal in incident.signals for value in getattr(signal, field))
    return list(dict.fromkeys(str(value) for value in found))
