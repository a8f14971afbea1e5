"""Which incident a signal belongs to: pure decisions over what the store knows.

A signal joins an incident of its tenant when both have a key in common and not more than
a window lies between them. Keys, in order of weight: the same attacker; the same account
(where the alert is about one particular account); without either, the same rule on the
same machine. Identifiers are derived from the signal that opened the incident, so the same
alerts give the same incidents in every run.

When too many incidents open in a short time, further ones are counted in one storm. What
says that somebody got in is kept out of the storm, up to a second limit: who makes noise
to cover a break-in must not succeed.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import msgspec

from midwatch.incidents.incident import (
    AlarmCause,
    Incident,
    IncidentKind,
    count_in,
    move,
    raise_level,
)
from midwatch.incidents.signals import Signal
from midwatch.incidents.states import MIDWATCH, IncidentState
from midwatch.kernel import Level, derived_id

MINUTE: Final = 60_000_000
HOUR: Final = 60 * MINUTE

_LOGINS: Final = frozenset({"credential_attack", "anomalous_login"})
_INSIDE: Final = frozenset({"host_compromise"})
_EVERYBODYS: Final = frozenset(
    {
        *("admin", "administrator", "anonymous", "backup", "ftp", "guest", "info", "mysql"),
        *("nobody", "oracle", "pi", "postgres", "root", "support", "test", "ubuntu", "user"),
    }
)
"""Names everybody guesses: having one in common says nothing."""


class GroupBy(StrEnum):
    """What two alerts must have in common."""

    ATTACKER = "attacker"
    ACCOUNT = "account"
    KIND = "kind"


class Grouping(msgspec.Struct, frozen=True, kw_only=True):
    """How alerts are grouped; times in microseconds.

    ``by``: the keys in use, the weightiest first. ``window``: how long after its last event
    an incident takes further alerts. ``storm_after``: more new incidents than this within
    ``storm_window`` become one storm; ``storm_break_ins``: the same limit for findings that
    say somebody got in.
    """

    by: tuple[GroupBy, ...] = (GroupBy.ATTACKER, GroupBy.ACCOUNT, GroupBy.KIND)
    window: int = 4 * HOUR
    storm_after: int = 20
    storm_break_ins: int = 20
    storm_window: int = 10 * MINUTE


class Chain(msgspec.Struct, frozen=True):
    """One kind of alert after another in the same incident, and what that means."""

    before: frozenset[str]
    then: frozenset[str]
    success: bool
    level: Level
    why: str


CHAINS: Final = (
    Chain(
        frozenset({"credential_attack"}),
        _LOGINS,
        success=True,
        level=Level.CRITICAL,
        why="passwords were guessed, then a login succeeded",
    ),
    Chain(
        frozenset({"exploit_attempt", "web_scan", "credential_attack"}),
        _INSIDE,
        success=False,
        level=Level.CRITICAL,
        why="an attack from outside, then a sign of an intruder inside",
    ),
    Chain(
        frozenset({"port_scan", "web_scan"}),
        frozenset({"exploit_attempt"}),
        success=False,
        level=Level.HIGH,
        why="first a search for weak spots, then an attempt to use one",
    ),
)


def keys_of(signal: Signal, by: Sequence[GroupBy]) -> tuple[str, ...]:
    """What the signal can be joined by, the weightiest first; never empty."""
    found = {GroupBy.ATTACKER: _attacker_key(signal), GroupBy.ACCOUNT: _account_key(signal)}
    keys = tuple(key for each in by if (key := found.get(each, "")))
    if keys and not _spread(signal):
        return keys
    where = ",".join(sorted(signal.hosts)[:3])
    return (*keys, f"kind|{signal.rule}|{where}")


def join(signal: Signal, candidates: Sequence[Incident], rules: Grouping) -> Incident | None:
    """The incident the signal belongs to, among those that share a key with it.

    The key of most weight decides, then the incident that opened first. Storms are chosen by
    ``opening`` only.
    """
    for key in keys_of(signal, rules.by):
        fitting = [
            incident
            for incident in candidates
            if incident.kind is IncidentKind.FINDING
            and incident.tenant == signal.tenant
            and key in incident.keys
            and _near(signal, incident, rules.window)
        ]
        if fitting:
            return min(fitting, key=lambda incident: (incident.opened, incident.id))
    return None


def is_storm(signal: Signal, opened: int, broken_in: int, rules: Grouping) -> bool:
    """Whether a signal that would open an incident is counted in a storm instead.

    ``opened`` and ``broken_in`` are the incidents of the tenant that opened within the
    storm window: all, and those that say somebody got in.
    """
    if signal.success or signal.level is Level.CRITICAL:
        return broken_in >= rules.storm_break_ins
    return opened >= rules.storm_after


def open_incident(signal: Signal, rules: Grouping, now: int) -> Incident:
    """A new incident of one signal."""
    keys = keys_of(signal, rules.by)
    incident = Incident(
        id=derived_id("incident", signal.tenant, keys[0], signal.id),
        tenant=signal.tenant,
        opened=now,
        changed=now,
        alarmed=now,
        level=signal.level,
        title=signal.kind or signal.title,
        keys=keys,
    )
    return as_opened(count_in(incident, signal, None, now))


def open_storm(signal: Signal, now: int) -> Incident:
    """A storm, begun by the signal that was one too many."""
    incident = Incident(
        id=derived_id("storm", signal.tenant, signal.id),
        tenant=signal.tenant,
        kind=IncidentKind.STORM,
        opened=now,
        changed=now,
        alarmed=now,
        level=max(signal.level, Level.HIGH, key=lambda level: level.rank),
        title="storm of alerts",
    )
    return as_opened(count_in(incident, signal, None, now))


def open_self(operator: str, subject: str, what: str, since: int, now: int) -> Incident:
    """An incident of the operator's about Midwatch itself: what does not work, since when."""
    return Incident(
        id=derived_id("self", operator, subject, since, now),
        tenant=operator,
        kind=IncidentKind.SELF,
        opened=now,
        changed=now,
        alarmed=now,
        level=Level.HIGH,
        title=what,
        keys=(subject,),
        first=since or None,
        last=now if since else None,
    )


def add(incident: Incident, signal: Signal, before: Signal | None, now: int) -> Incident:
    """The incident with the signal in it: counted, perhaps raised, perhaps reopened.

    A resolved incident is reopened by an alert that is new or says more than it did, since
    whoever resolved it cannot have known; mere growth of a known alert is only counted.
    What is older than what is known, as in a replay, changes nothing.
    """
    if before is not None and not is_news(signal, before):
        return incident
    if incident.kind is IncidentKind.FINDING:
        more = tuple(key for key in keys_of(signal, tuple(GroupBy)) if key not in incident.keys)
        incident = msgspec.structs.replace(incident, keys=(*incident.keys, *more)[:40])
    news = before is None or (signal.success and not before.success)
    if not incident.open and news:
        why = "it went on after it was resolved"
        incident = move(incident, IncidentState.REOPENED, by=MIDWATCH, now=now, why=why)
    incident = count_in(incident, signal, before, now)
    level, why = _level_of(incident, signal)
    if chain := chain_of(incident.signals) if incident.kind is IncidentKind.FINDING else None:
        incident = msgspec.structs.replace(incident, chain=chain.why)
    return raise_level(incident, level, now=now, why=why)


def is_news(signal: Signal, before: Signal) -> bool:
    """Whether the alert tells more than the same alert did before."""
    return signal != before and (signal.closed, signal.count) >= (before.closed, before.count)


def _level_of(incident: Incident, signal: Signal) -> tuple[Level, str]:
    level, why = signal.level, signal.kind or signal.title
    if incident.kind is IncidentKind.STORM:
        return level, why
    chain = chain_of(incident.signals)
    if chain is not None and chain.level.rank > level.rank:
        return chain.level, chain.why
    return level, why


def chain_of(signals: Sequence[Signal]) -> Chain | None:
    """The gravest chain that the signals form: one kind begins before the other."""
    found = [
        chain
        for chain in CHAINS
        if any(
            then.category in chain.then
            and (then.success or not chain.success)
            and any(
                first.id != then.id
                and first.category in chain.before
                and not first.success
                and (first.first is None or then.last is None or first.first <= then.last)
                for first in signals
            )
            for then in signals
        )
    ]
    return max(found, key=lambda chain: chain.level.rank, default=None)


def as_opened(incident: Incident) -> Incident:
    """An incident about which people are called for the first time, whatever made it grave."""
    return msgspec.structs.replace(incident, revision=1, alarm=1, alarm_cause=AlarmCause.OPENED)


def _near(signal: Signal, incident: Incident, window: int) -> bool:
    if incident.first is None or incident.last is None:
        return True
    first = signal.first if signal.first is not None else signal.last
    if first is None:
        return True
    last = signal.last if signal.last is not None else first
    return first <= incident.last + window and last >= incident.first - window


def _attacker_key(signal: Signal) -> str:
    return f"attacker|{signal.attacker.lower()}" if signal.attacker else ""


def _account_key(signal: Signal) -> str:
    if len(signal.users) != 1 or signal.category not in _LOGINS | _INSIDE:
        return ""
    account = signal.users[0].lower()
    return "" if account in _EVERYBODYS else f"account|{account}"


def _spread(signal: Signal) -> bool:
    """Whether the signal speaks of many origins at once, which no single key can hold."""
    return len(signal.addresses) > 1 and len(signal.users) != 1
