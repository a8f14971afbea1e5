"""Lists of incidents for the desk: narrowed, in order, with the clock of each.

Everything is read through the scope: what belongs to another client is not in a list, and names
are masked where they must be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from midwatch.desk.access.scope import OPEN_STATES, Scope, Shown
from midwatch.desk.access.stores import stores
from midwatch.incidents import Incident, IncidentState, Policy, Priority, next_due
from midwatch.paging import Selection

MINUTE: Final = 60_000_000
_PIECE: Final = 200


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What a list is narrowed to. Empty means any; ``only`` (ids) means any where it is None."""

    tenant: str = ""
    priorities: tuple[Priority, ...] = ()
    states: tuple[IncidentState, ...] = OPEN_STATES
    only: frozenset[str] | None = None
    waiting: bool | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """How long an incident waits for an answer, and when the next person is called.

    ``waited`` and ``until_next`` are microseconds; ``until_next`` is None when nobody else will
    be called, 0 when it is due. ``asked``: how long the policy gives the present step, None
    without one. ``step``: how many steps were taken.
    """

    waited: int
    until_next: int | None
    asked: int | None
    step: int
    policy: bool

    @property
    def late(self) -> bool:
        """Whether the time the policy gives is over, or nobody is told at all."""
        over = self.asked is not None and self.waited > self.asked
        return not self.policy or self.step > 1 or over


@dataclass(frozen=True, slots=True)
class Counts:
    """Of the narrowed list: all, and those nobody has answered, also by priority."""

    all: int
    waiting: int
    by_priority: dict[Priority, int]


class IncidentLists:
    """The lists of one viewer."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._policies: dict[str, Policy | None] = {}

    def rows(self, narrowed: Narrowed, *, most: int, skip: int = 0) -> list[Shown]:
        """Incidents, what needs a person soonest first.

        Raises:
            Http404: The client is not the viewer's.
        """
        found = stores().incidents.queue(self._wanted(narrowed), most=most, skip=skip)
        return [self._scope.shown_of(each) for each in found]

    def pieces(self, narrowed: Narrowed, *, most: int) -> Iterator[list[Shown]]:
        """The same piece by piece, so that a long list is never in memory whole.

        The order is that of the beginning; what changes meanwhile is shown as it is then.

        Raises:
            Http404: The client is not the viewer's.
        """
        names = stores().incidents.in_order(self._wanted(narrowed), most=most)
        for spot in range(0, len(names), _PIECE):
            piece = Selection(tenants=self._scope.reach(), only=names[spot : spot + _PIECE])
            found = stores().incidents.queue(piece, most=_PIECE)
            yield [self._scope.shown_of(each) for each in found]

    def counts(self, narrowed: Narrowed) -> Counts:
        """How many there are.

        Raises:
            Http404: The client is not the viewer's.
        """
        kept = stores().incidents
        wanted = self._wanted(narrowed)
        every, waiting = kept.count(wanted)
        return Counts(every, waiting, kept.waiting_by_priority(wanted))

    def news(self, narrowed: Narrowed, since: int) -> int:
        """How many incidents have called for somebody since then (UTC microseconds)."""
        return stores().incidents.count(self._wanted(narrowed, alarmed_after=since))[1]

    def changed(self, since: int, *, most: int = 500) -> list[Shown]:
        """All that changed since then, the latest first."""
        wanted = Selection(tenants=self._scope.reach(), changed_from=since)
        found = stores().incidents.queue(wanted, most=most)
        return [
            self._scope.shown_of(each)
            for each in sorted(found, key=lambda each: each.changed, reverse=True)
        ]

    def clock(self, shown: Shown) -> Clock | None:
        """The clock of an incident that waits; None where it does not."""
        incident = shown.incident
        if not incident.waiting:
            return None
        policy = self._policy(incident.tenant)
        waited = max(0, self._scope.now - incident.alarmed)
        if policy is None:
            return Clock(waited, None, None, 0, policy=False)
        past = stores().incidents.deliveries(incident.id)
        mine = [each for each in past if each.alarm == incident.alarm]
        due = next_due(incident, policy, past, self._scope.now)
        step = max((each.step for each in mine), default=-1) + 1
        return Clock(
            waited,
            None if due is None else max(0, due - self._scope.now),
            _asked(incident, policy, step),
            step,
            policy=True,
        )

    def _policy(self, tenant: str) -> Policy | None:
        if tenant not in self._policies:
            self._policies[tenant] = stores().policies.policy_of(tenant)
        return self._policies[tenant]

    def _wanted(self, narrowed: Narrowed, alarmed_after: int | None = None) -> Selection:
        return Selection(
            tenants=self._scope.reach(narrowed.tenant or None),
            states=narrowed.states,
            priorities=narrowed.priorities,
            only=narrowed.only,
            waiting=narrowed.waiting,
            alarmed_after=alarmed_after,
        )


def _asked(incident: Incident, policy: Policy, step: int) -> int | None:
    route = policy.route(incident.level)
    if route is None or not route.steps:
        return None
    return route.steps[min(max(step - 1, 0), len(route.steps) - 1)].wait * MINUTE
