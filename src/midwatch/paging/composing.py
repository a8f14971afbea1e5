"""What a delivery says: subject, text, HTML and data about one incident of one tenant.

The first line answers what happened; then when, what is known, what to do, and how to
answer. Everything that came from a log is defused; the HTML is plain and escaped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from html import escape
from typing import Any, Final

import msgspec

from midwatch.incidents import AlarmCause, Delivery, DeliveryCause, Incident, IncidentKind
from midwatch.incidents.deliveries import FOLLOWING
from midwatch.incidents.policies import Maintenance
from midwatch.kernel import Level
from midwatch.paging.channels import Message
from midwatch.paging.tokens import LIFETIME, Claim, Signer
from midwatch.reports.amounts import begun, counted, duration, rfc3339, span
from midwatch.reports.defusing import defuse
from midwatch.reports.incident_telling import notes, standing, steps, story, when

_LONGEST_STORY: Final = 120
_MOST_HELD: Final = 50
_LONGEST_LINE: Final = 2_000


class Wording(msgspec.Struct, frozen=True, kw_only=True):
    """What composing needs to know besides: how the tenant is called, its zone, the links.

    ``link``: the address of the page of answers, to which a token is added; empty: none yet.
    """

    tenant: str
    zone: tzinfo
    signer: Signer
    link: str = ""


def compose(
    delivery: Delivery, incident: Incident, wording: Wording, now: int, *, first: bool
) -> Message:
    """The message of one delivery; ``first``: the person is told of it for the first time."""
    if delivery.cause is DeliveryCause.NOTICE:
        lines = defused_lines(delivery.text)
        mark = wording.signer.mark(incident, delivery.person)
        subject = f"{mark} {defuse(delivery.subject, _LONGEST_STORY)}"
        return _message(delivery, incident, now, lines, subject, first=first, link="")
    told = begun(story(incident))
    if delivery.cause in FOLLOWING:
        return _followed(delivery, incident, wording, now, told, first=first)
    mark = wording.signer.mark(incident, delivery.person)
    lines = [f"{told}.", "", *_facts(delivery, incident, wording, now)]
    if noted := notes(incident):
        lines += ["", *(f"{note}." for note in noted)]
    if todo := steps(incident):
        lines += ["", "What to do:", *(f"- {step}" for step in todo)]
    link = _link(delivery, incident, wording, now)
    lines += ["", *_answers(link)]
    subject = f"{mark} {_urgency(delivery, incident)}: {defuse(told, _LONGEST_STORY)}"
    return _message(delivery, incident, now, lines, subject, first=first, link=link)


def _followed(
    delivery: Delivery, incident: Incident, wording: Wording, now: int, told: str, *, first: bool
) -> Message:
    """For a system that follows along: no mark and no link, as it answers nothing."""
    lines = [f"{told}.", "", *_facts(delivery, incident, wording, now)]
    last = incident.history[-1] if incident.history else None
    if last is not None and last.why:
        lines += ["", f"{defuse(last.by, 80)}: {defuse(last.why, _LONGEST_LINE)}"]
    subject = f"{incident.reference} {delivery.cause}: {defuse(told, _LONGEST_STORY)}"
    message = _message(delivery, incident, now, lines, subject, first=first, link="")
    change = None
    if last is not None:
        change = {
            "at": rfc3339(last.at), "by": last.by, "from": last.came.value,
            "to": last.went.value, "why": last.why,
        }  # fmt: skip
    data = {**message.data, "change": change, "disposition": incident.disposition}
    return msgspec.structs.replace(message, data=data)


def compose_held(
    deliveries: Sequence[Delivery],
    incidents: Sequence[Incident],
    window: Maintenance | None,
    wording: Wording,
    now: int,
) -> Message:
    """What a maintenance held back, in one message; all of one tenant and one person."""
    gravest = max(incidents, key=lambda incident: incident.level.rank)
    delivery = min(deliveries, key=lambda each: each.id)
    over = "The maintenance is over"
    if window is not None:
        during = span(window.start, window.end, wording.zone)
        over = f"The maintenance ({defuse(window.reason, 80)}, {during}) is over"
    held = counted(len(incidents), "incident was", "incidents were")
    lines = [f"{over}; {held} held back and {'waits' if len(incidents) == 1 else 'wait'}.", ""]
    for incident in incidents[:_MOST_HELD]:
        lines.append(f"- {incident.priority} {incident.reference}: {begun(story(incident))}")
        link = _link(delivery, incident, wording, now)
        lines += [f"  {link}"] if link else []
    if len(incidents) > _MOST_HELD:
        lines.append(f"- and {len(incidents) - _MOST_HELD} more")
    lines += ["", "Each still has to be acknowledged."]
    mark = wording.signer.mark(gravest, delivery.person)
    subject = f"{mark} {gravest.priority} held back: {held} held back by the maintenance"
    message = _message(delivery, gravest, now, lines, subject, first=True, link="")
    data = {**message.data, "held": [data_of(incident) for incident in incidents]}
    return msgspec.structs.replace(message, data=data)


def defused_lines(text: str) -> list[str]:
    """The lines of what a person wrote, harmless, never none."""
    return [defuse(line, _LONGEST_LINE) for line in text.strip().splitlines()] or [""]


def data_of(incident: Incident) -> Mapping[str, Any]:
    """The incident for programs; field by field in the policy reference."""
    return {
        "id": incident.id,
        "reference": incident.reference,
        "tenant": incident.tenant,
        "kind": incident.kind.value,
        "state": incident.state.value,
        "level": incident.level.value,
        "priority": incident.priority.value,
        "story": story(incident),
        "first": rfc3339(incident.first),
        "last": rfc3339(incident.last),
        "opened": rfc3339(incident.opened),
        "alerts": incident.alerts,
        "events": incident.events,
        "kinds": dict(incident.kinds),
        "notes": list(notes(incident)),
        "steps": list(steps(incident)),
        "got_in": incident.success,
    }


def _message(
    delivery: Delivery,
    incident: Incident,
    now: int,
    lines: Sequence[str],
    subject: str,
    *,
    first: bool,
    link: str,
) -> Message:
    data = {
        "delivery": delivery.id,
        "cause": delivery.cause.value,
        "person": delivery.person,
        "answer": link,
        **data_of(incident),
    }
    return Message(
        id=delivery.id,
        tenant=incident.tenant,
        thread=incident.id,
        first=first,
        at=now,
        subject=subject,
        text="\n".join(lines) + "\n",
        html=_html(lines),
        data=data,
        urgent=incident.level.rank >= Level.HIGH.rank,
    )


def _facts(delivery: Delivery, incident: Incident, wording: Wording, now: int) -> list[str]:
    facts = [f"Client: {defuse(wording.tenant, 80)}"]
    if seen := when(incident, wording.zone):
        facts.append(f"When: {seen} ({wording.zone})")
    facts.append(f"State: {standing(incident, now)}")
    facts.append(f"Incident: {incident.reference}, priority {incident.priority}")
    waited = duration(max(0, delivery.due - incident.alarmed))
    why = {
        DeliveryCause.ESCALATED: f"You are told because nobody answered within {waited}.",
        DeliveryCause.REPEATED: f"You are told again because nobody answered within {waited}.",
        DeliveryCause.FAILOVER: "You are told this way because another way to you failed.",
    }.get(delivery.cause)
    if why is None and incident.alarm_cause is AlarmCause.RAISED and incident.alarm > 1:
        why = "It has become graver since it was opened."
    if why is None and incident.alarm_cause is AlarmCause.REOPENED:
        why = "It was reopened."
    return facts if why is None else [*facts, "", why]


def _urgency(delivery: Delivery, incident: Incident) -> str:
    words = {DeliveryCause.ESCALATED: "unanswered", DeliveryCause.REPEATED: "still unanswered"}
    word = words.get(delivery.cause, "")
    if incident.kind is IncidentKind.SELF:
        word = word or "Midwatch itself"
    return f"{incident.priority} {word}".strip()


def _link(delivery: Delivery, incident: Incident, wording: Wording, now: int) -> str:
    if not wording.link:
        return ""
    claim = Claim(incident.id, incident.alarm, delivery.person, now + LIFETIME)
    return wording.link + wording.signer.token(claim)


def _answers(link: str) -> list[str]:
    reply = 'Reply with "ack" to say that you see to it.'
    return [f"Acknowledge: {link}", reply] if link else [reply]


def _html(lines: Sequence[str]) -> str:
    shown = []
    for line in lines:
        label, _, link = line.rpartition(" ")
        if link.startswith(("https://", "http://")):
            address = escape(link, quote=True)
            shown.append(f'{escape(label)} <a href="{address}">{address}</a>')
        else:
            shown.append(escape(line))
    head, rest = shown[0], "<br>\n".join(shown[1:])
    return (
        '<!doctype html><html lang="en"><body style="font-family:sans-serif">'
        f"<p><strong>{head}</strong></p><p>{rest}</p></body></html>\n"
    )
