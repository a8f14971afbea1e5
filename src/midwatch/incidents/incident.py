"""An incident: what belongs together, who was told, where it stands. Immutable.

Functions return a changed copy. ``now`` and all times are UTC microseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec

from midwatch.incidents.signals import Signal
from midwatch.incidents.states import (
    MIDWATCH,
    Change,
    Disposition,
    IncidentState,
    Priority,
    check_move,
    priority_of,
)
from midwatch.kernel import BadInputError, Level

MOST_SIGNALS: Final = 50
"""Signals kept in an incident itself; all are counted, and the store keeps each."""
MOST_KINDS: Final = 100
_OTHER_KINDS: Final = "other kinds"
REFERENCE_LENGTH: Final = 10


class IncidentKind(StrEnum):
    """What sort of incident it is."""

    FINDING = "finding"
    STORM = "storm"
    SELF = "self"


class AlarmCause(StrEnum):
    """Why people are called (again)."""

    OPENED = "opened"
    RAISED = "raised"
    REOPENED = "reopened"


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """See the module's documentation.

    ``keys`` are what further alerts are joined by. ``first`` and ``last`` are the times of
    the events; ``opened`` and ``changed`` are ours. ``alerts`` counts distinct alerts,
    ``events`` their events, ``kinds`` the alerts by kind. ``chain`` says why the severity is
    higher than any single alert's. ``alarm`` counts how often people had to be called:
    once when it opened, again when it was raised or reopened; ``alarmed`` is since when,
    ``answered`` when somebody acknowledged that alarm (None: nobody yet).
    """

    id: str
    tenant: str
    opened: int
    changed: int
    level: Level
    kind: IncidentKind = IncidentKind.FINDING
    state: IncidentState = IncidentState.NEW
    title: str = ""
    keys: tuple[str, ...] = ()
    first: int | None = None
    last: int | None = None
    alerts: int = 0
    events: int = 0
    kinds: Mapping[str, int] = {}
    signals: tuple[Signal, ...] = ()
    chain: str = ""
    vital: bool = False
    notes: tuple[str, ...] = ()
    alarm: int = 1
    alarmed: int = 0
    alarm_cause: AlarmCause = AlarmCause.OPENED
    answered: int | None = None
    answered_by: str = ""
    disposition: Disposition | None = None
    duplicate_of: str = ""
    history: tuple[Change, ...] = ()
    revision: int = 1

    @property
    def reference(self) -> str:
        """The short name people use: ``MW-7f3k2m9q4x``."""
        return f"MW-{self.id[:REFERENCE_LENGTH]}"

    @property
    def priority(self) -> Priority:
        """How soon a person is needed."""
        return priority_of(self.level, vital=self.vital)

    @property
    def open(self) -> bool:
        """Whether it is not resolved."""
        return self.state is not IncidentState.RESOLVED

    @property
    def waiting(self) -> bool:
        """Whether an alarm stands that nobody has answered."""
        return self.open and self.answered is None

    @property
    def success(self) -> bool:
        """Whether a finding says that somebody got in."""
        return any(signal.success for signal in self.signals)


def move(
    incident: Incident,
    to: IncidentState,
    *,
    by: str,
    now: int,
    why: str = "",
    disposition: Disposition | None = None,
    duplicate_of: str = "",
) -> Incident:
    """The incident in another state, with the move in its history.

    Raises:
        BadInputError: The table of transitions does not allow it; a resolution without a
            disposition, a duplicate of nothing or of itself, a reopening without a reason.
    """
    check_move(incident.state, to)
    if to is IncidentState.RESOLVED:
        _check_resolution(incident, disposition, duplicate_of)
    if to is IncidentState.REOPENED and not why:
        raise BadInputError("a reopened incident needs a reason", remedy="say why it is not over")
    change = Change(at=now, by=by, came=incident.state, went=to, why=why)
    changed = msgspec.structs.replace(
        incident,
        state=to,
        changed=now,
        history=(*incident.history, change),
        disposition=disposition if to is IncidentState.RESOLVED else None,
        duplicate_of=duplicate_of if disposition is Disposition.DUPLICATE else "",
        revision=incident.revision + 1,
    )
    if to is IncidentState.REOPENED:
        return _alarmed(changed, AlarmCause.REOPENED, now)
    return _answered(changed, by, now)


def answer(incident: Incident, *, by: str, now: int, why: str = "") -> Incident:
    """The incident with its alarm acknowledged; unchanged when it was already.

    Raises:
        BadInputError: The incident is resolved.
    """
    if not incident.open:
        raise BadInputError(
            f"{incident.reference} is resolved already", remedy="reopen it if it is not over"
        )
    if incident.answered is not None:
        return incident
    if incident.state in (IncidentState.NEW, IncidentState.REOPENED):
        return move(incident, IncidentState.ACKNOWLEDGED, by=by, now=now, why=why)
    return _answered(remark(incident, by=by, now=now, why=why or "acknowledged again"), by, now)


def remark(incident: Incident, *, by: str, now: int, why: str) -> Incident:
    """The incident with a remark in its history."""
    entry = Change(at=now, by=by, came=incident.state, went=incident.state, why=why)
    return msgspec.structs.replace(
        incident, changed=now, history=(*incident.history, entry), revision=incident.revision + 1
    )


def raise_level(incident: Incident, level: Level, *, now: int, why: str) -> Incident:
    """The incident at a higher severity; an open one calls people again."""
    if level.rank <= incident.level.rank:
        return incident
    entry = Change(
        at=now,
        by=MIDWATCH,
        came=incident.state,
        went=incident.state,
        why=f"{incident.level} to {level}: {why}",
    )
    raised = msgspec.structs.replace(
        incident, level=level, changed=now, history=(*incident.history, entry)
    )
    return _alarmed(raised, AlarmCause.RAISED, now) if raised.open else raised


def count_in(incident: Incident, signal: Signal, before: Signal | None, now: int) -> Incident:
    """The incident with a signal's facts counted in, in place of what it was ``before``.

    Counting the same signal again gives the same incident, so that a replay changes nothing.
    """
    if signal == before:
        return incident
    kinds = dict(incident.kinds)
    if before is None:
        name = _kind_name(kinds, signal)
        kinds[name] = kinds.get(name, 0) + 1
    held = {each.id: each for each in incident.signals}
    if signal.id in held or len(held) < MOST_SIGNALS:
        held[signal.id] = signal
    elif signal.success or signal.level.rank > min(each.level.rank for each in held.values()):
        mildest = min(
            held.values(), key=lambda each: (each.success, each.level.rank, each.last or 0)
        )
        del held[mildest.id]
        held[signal.id] = signal
    return msgspec.structs.replace(
        incident,
        kinds=kinds,
        signals=tuple(held.values()),
        first=_least(incident.first, signal.first),
        last=_most(incident.last, signal.last),
        alerts=incident.alerts + (before is None),
        events=incident.events + signal.count - (before.count if before else 0),
        changed=now,
        revision=incident.revision + 1,
    )


def _check_resolution(
    incident: Incident, disposition: Disposition | None, duplicate_of: str
) -> None:
    if disposition is None:
        raise BadInputError(
            "a resolved incident needs a disposition",
            remedy=f"give one of: {', '.join(Disposition)}",
        )
    if disposition is Disposition.DUPLICATE and duplicate_of in ("", incident.id):
        raise BadInputError(
            "a duplicate needs the incident it repeats", remedy="name the other incident"
        )


def _alarmed(incident: Incident, cause: AlarmCause, now: int) -> Incident:
    return msgspec.structs.replace(
        incident,
        alarm=incident.alarm + 1,
        alarmed=now,
        alarm_cause=cause,
        answered=None,
        answered_by="",
        revision=incident.revision + 1,
    )


def _answered(incident: Incident, by: str, now: int) -> Incident:
    if incident.answered is not None:
        return incident
    return msgspec.structs.replace(incident, answered=now, answered_by=by)


def _kind_name(kinds: Mapping[str, int], signal: Signal) -> str:
    name = signal.kind or signal.title
    return name if name in kinds or len(kinds) < MOST_KINDS else _OTHER_KINDS


def _least(one: int | None, other: int | None) -> int | None:
    return min((each for each in (one, other) if each is not None), default=None)


def _most(one: int | None, other: int | None) -> int | None:
    return max((each for each in (one, other) if each is not None), default=None)
