"""Two incidents that are one, and one that is two: decided by a person, pure.

Whatever is done, every signal is in exactly one incident, every count follows from the signals,
and each history stays where it was written, with an entry that leads to the other.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import msgspec

from midwatch.incidents.grouping import GroupBy, chain_of, keys_of
from midwatch.incidents.incident import Incident, IncidentKind, count_in, move
from midwatch.incidents.signals import Signal
from midwatch.incidents.states import Change, Disposition, IncidentState
from midwatch.kernel import BadInputError, Level, derived_id

MOST_KEYS: Final = 40
"""Keys an incident is joined by; ``grouping`` keeps as many."""


def merge(
    into: Incident, other: Incident, signals: Sequence[Signal], *, by: str, now: int, why: str = ""
) -> tuple[Incident, Incident]:
    """(the incident with all signals of both, the other one resolved as its duplicate).

    ``signals``: all that are filed in the other one. Nobody is called anew: who merges them has
    seen both. The severity is that of the graver one.

    Raises:
        BadInputError: They are one and the same, of two clients, resolved, or about the watch.
    """
    _check_pair(into, other)
    merged = _counted(into, signals, now)
    chain = chain_of(merged.signals) if into.kind is IncidentKind.FINDING else None
    graver = [into.level, other.level, *([chain.level] if chain else [])]
    merged = msgspec.structs.replace(
        merged,
        level=max(graver, key=lambda level: level.rank),
        chain=chain.why if chain else into.chain,
        keys=tuple(dict.fromkeys((*into.keys, *other.keys)))[:MOST_KEYS],
        notes=tuple(dict.fromkeys((*into.notes, *other.notes))),
        vital=into.vital or other.vital,
        history=(*into.history, _entry(into, by, now, f"{other.reference} merged into it", why)),
        changed=now,
        revision=into.revision + 1,
    )
    closed = move(
        msgspec.structs.replace(_emptied(other), keys=()),
        IncidentState.RESOLVED,
        by=by,
        now=now,
        why=_told(f"merged into {into.reference}", why),
        disposition=Disposition.DUPLICATE,
        duplicate_of=into.id,
    )
    return merged, closed


def split(
    incident: Incident,
    chosen: Collection[str],
    signals: Sequence[Signal],
    *,
    by: str,
    now: int,
    why: str = "",
) -> tuple[Incident, Incident]:
    """(what stays, the new incident of the chosen signals). ``signals``: all that are filed in it.

    Both stand where the one stood: who answered for it answers for both, and an alarm nobody
    answered goes on for both. Each is as grave as its own signals.

    Raises:
        BadInputError: It is resolved; none or all of its signals are chosen, or foreign ones.
    """
    taken = [signal for signal in signals if signal.id in chosen]
    left = [signal for signal in signals if signal.id not in chosen]
    if not incident.open:
        raise BadInputError(f"{incident.reference} is resolved", remedy="reopen it, then split it")
    if not taken or not left or len(taken) != len(set(chosen)):
        raise BadInputError(
            "choose some of the incident's findings, but not all",
            remedy="mark those that are another story",
        )
    name = derived_id("split", incident.id, incident.revision, *sorted(chosen))
    bare = msgspec.structs.replace(
        _emptied(incident),
        kind=IncidentKind.FINDING,
        notes=(),
        first=None,
        last=None,
        level=Level.INFORMATIONAL,
    )
    new = msgspec.structs.replace(bare, id=name, opened=now, title="", history=(), revision=1)
    new = _rebuilt(new, taken, now)
    rest = _rebuilt(
        msgspec.structs.replace(bare, kind=incident.kind, notes=incident.notes), left, now
    )
    return (
        msgspec.structs.replace(
            rest,
            history=(
                *incident.history,
                _entry(incident, by, now, f"{new.reference} split off from it", why),
            ),
            changed=now,
            revision=incident.revision + 1,
        ),
        msgspec.structs.replace(
            new,
            history=(_entry(new, by, now, f"split off from {incident.reference}", why),),
            revision=1,
        ),
    )


def _check_pair(into: Incident, other: Incident) -> None:
    if into.id == other.id:
        raise BadInputError("an incident cannot be merged with itself", remedy="name another one")
    if into.tenant != other.tenant:
        raise BadInputError(
            "the other incident is another client's", remedy="name one of the same client"
        )
    for each in (into, other):
        if not each.open:
            raise BadInputError(
                f"{each.reference} is resolved already",
                remedy="reopen it first, or resolve this one as its duplicate",
            )
        if each.kind is IncidentKind.SELF:
            raise BadInputError(
                f"{each.reference} is about Midwatch itself",
                remedy="it ends by itself as soon as the fault is gone",
            )


def _rebuilt(bare: Incident, signals: Sequence[Signal], now: int) -> Incident:
    """The incident of just these signals."""
    made = _counted(bare, signals, now)
    chain = chain_of(made.signals) if bare.kind is IncidentKind.FINDING else None
    grave = [signal.level for signal in signals]
    keys = dict.fromkeys(key for signal in signals for key in keys_of(signal, tuple(GroupBy)))
    gravest = max(signals, key=lambda signal: (signal.success, signal.level.rank))
    if bare.kind is IncidentKind.STORM:
        grave.append(Level.HIGH)
    if chain is not None:
        grave.append(chain.level)
    return msgspec.structs.replace(
        made,
        level=max(grave, key=lambda level: level.rank),
        chain=chain.why if chain else "",
        keys=() if bare.kind is IncidentKind.STORM else tuple(keys)[:MOST_KEYS],
        title=bare.title or gravest.kind or gravest.title,
    )


def _counted(incident: Incident, signals: Sequence[Signal], now: int) -> Incident:
    for signal in signals:
        incident = count_in(incident, signal, None, now)
    return incident


def _emptied(incident: Incident) -> Incident:
    return msgspec.structs.replace(incident, alerts=0, events=0, kinds={}, signals=(), chain="")


def _entry(incident: Incident, by: str, now: int, what: str, why: str) -> Change:
    return Change(at=now, by=by, came=incident.state, went=incident.state, why=_told(what, why))


def _told(what: str, why: str) -> str:
    return f"{what}: {why}" if why else what
