"""What an incident is, in one English sentence, and how far along it is in another.

Sentences come without a full stop, so that they can stand in others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import tzinfo
from typing import Final

from midwatch.incidents import OWN_CATEGORY, Incident, IncidentKind, IncidentState, Signal
from midwatch.reports.amounts import MINUTE, begun, counted, duration, listed, number, span
from midwatch.reports.assembling import with_tries
from midwatch.reports.defusing import defuse
from midwatch.reports.telling import sentence
from midwatch.reports.values import Attempt

_MOST_KINDS: Final = 4
_LONGEST_NOTE: Final = 200


def story(incident: Incident) -> str:
    """Who did what to whom, how often; of a storm, how much of what."""
    if incident.kind is IncidentKind.STORM:
        return _storm(incident)
    if not incident.signals:
        return defuse(incident.title, _LONGEST_NOTE)
    told = _told(*gravest_of(incident.signals))
    others = incident.alerts - 1
    if others:
        told += f"; {counted(others, 'more finding belongs', 'more findings belong')} to it"
    return told


def standing(incident: Incident, now: int) -> str:
    """``new, nobody has answered for 12 minutes``; ``acknowledged by j.ortiz after 4 minutes``."""
    who = defuse(incident.answered_by, 48)
    state = incident.state.value
    if incident.state is IncidentState.RESOLVED:
        what = (incident.disposition or "").replace("_", " ")
        return f"resolved as {what}" if what else state
    if incident.answered is None:
        waited = now - incident.alarmed
        lasting = f"for {duration(waited)}" if waited >= MINUTE else "yet"
        return f"{state}, nobody has answered {lasting}"
    return f"{state}, answered by {who} after {duration(incident.answered - incident.alarmed)}"


def when(incident: Incident, zone: tzinfo) -> str:
    """The time of its events in the reader's zone; empty when the logs state none."""
    if incident.first is None or incident.last is None:
        return ""
    return span(incident.first, incident.last, zone)


def steps(incident: Incident) -> tuple[str, ...]:
    """What to do, at most three steps, those of the gravest finding first."""
    found: dict[str, None] = {}
    for signal in sorted(incident.signals, key=_weight, reverse=True):
        found.update(dict.fromkeys(defuse(step, _LONGEST_NOTE).rstrip(".") for step in signal.todo))
    return tuple(found)[:3]


def notes(incident: Incident) -> tuple[str, ...]:
    """What is known besides: why it is graver than each finding, whose addresses these are."""
    return tuple(
        begun(defuse(note, _LONGEST_NOTE))
        for note in (*([incident.chain] if incident.chain else []), *incident.notes)
    )


def attempt_of(signal: Signal) -> Attempt:
    """The signal as the reports' finding."""
    return Attempt(
        rule_id=signal.rule,
        rule_title=signal.title,
        rule_name=signal.name,
        level=signal.level,
        category=signal.category,
        kind=signal.kind,
        count=signal.count,
        first=signal.first,
        last=signal.last,
        src_ip=signal.addresses[0] if len(signal.addresses) == 1 else None,
        src_host=signal.src_host,
        users=signal.users,
        ports=signal.ports,
        paths=signal.paths,
        hosts=signal.hosts,
        services=signal.services,
        techniques=signal.techniques,
        meaning=signal.meaning,
        todo=signal.todo,
        attempt=signal.attempt,
        success=signal.success,
    )


def attempts_beside(signals: Sequence[Signal]) -> list[Attempt]:
    """Each signal's finding, in their order; a guessed login counts the tries the others saw."""
    return with_tries([attempt_of(signal) for signal in signals])


def gravest_of(signals: Sequence[Signal]) -> tuple[Signal, Attempt]:
    """The signal that a story begins with, and its finding beside the others; there is one."""
    return max(
        zip(signals, attempts_beside(signals), strict=True), key=lambda both: _weight(both[0])
    )


def _told(signal: Signal, attempt: Attempt) -> str:
    if signal.category == OWN_CATEGORY and signal.meaning:
        return defuse(signal.meaning, _LONGEST_NOTE).removesuffix(".")
    return sentence(attempt)


def _storm(incident: Incident) -> str:
    kinds = sorted(incident.kinds.items(), key=lambda item: (-item[1], item[0]))
    shares = [f"{defuse(kind, 48)} ({number(count)})" for kind, count in kinds]
    addresses = len(_each(address for each in incident.signals for address in each.addresses))
    places = f" from at least {counted(addresses, 'address', 'addresses')}" if addresses else ""
    alerts = counted(incident.alerts, "alert", "alerts")
    return f"A storm of {alerts}{places}, told as one: {listed(shares, most=_MOST_KINDS)}"


def _weight(signal: Signal) -> tuple[bool, int, int]:
    return signal.success, signal.level.rank, signal.count


def _each(values: Iterable[str]) -> set[str]:
    return set(values)
