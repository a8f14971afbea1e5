"""Which deliveries an incident needs now: a pure function of policy, past and clock.

``due`` is asked again and again; what it answered before comes back to it as ``past``. An
escalation is a walk over the steps of a route: the next step is taken when the wait of the
last has passed without an answer, from when it was really told, so that after a standstill
nobody is skipped. After the last step it begins again, until somebody answers.

A delivery that does not arrive is not an answer: after a while the person is tried over
their next channel, and where there is none the next step is taken at once. Where there is
no next step either, the policy's fallback is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from midwatch.incidents.calendars import end_of, next_open, on_call
from midwatch.incidents.deliveries import Delivery, DeliveryCause, DeliveryState
from midwatch.incidents.incident import Incident
from midwatch.incidents.policies import (
    ROTATION,
    Hours,
    Maintenance,
    Person,
    Policy,
    Reach,
    Route,
    Step,
)
from midwatch.kernel import derived_id

MINUTE: Final = 60_000_000


def due(incident: Incident, policy: Policy, past: Sequence[Delivery], now: int) -> list[Delivery]:
    """The deliveries that are to be made now and were not planned yet.

    ``past``: all deliveries of the incident. Nothing is due for an incident that somebody
    answered, that is resolved, or that no route takes.
    """
    route = policy.route(incident.level)
    if not incident.waiting or route is None or not route.steps:
        return []
    if _maintenance(policy, incident, now) is not None:
        return []
    mine = [each for each in past if each.alarm == incident.alarm]
    planned = [*_next_step(incident, policy, route, mine, now)]
    last_resort = [] if planned else _last_resort(policy, route, mine, now)
    return [*_failovers(policy, route, mine, now), *planned, *last_resort]


def next_due(incident: Incident, policy: Policy, past: Sequence[Delivery], now: int) -> int | None:
    """When ``due`` may next have something to say, at or after ``now``; None: never.

    Deliveries under way may call for it sooner, by failing.
    """
    route = policy.route(incident.level)
    if not incident.waiting or route is None or not route.steps:
        return None
    window = _maintenance(policy, incident, now)
    if window is not None:
        return window.end
    mine = [each for each in past if each.alarm == incident.alarm]
    start = _start(incident, policy, route, mine, now)
    times = [max(now, each) for each in (start,) if each is not None]
    times += [max(now, begin) for begin, _each, _way in _failing(policy, route, mine)]
    unheard = _unheard(policy, route, mine)
    times += [] if unheard is None else [max(now, unheard)]
    return min(times, default=None)


def held_by(incident: Incident, window: Maintenance) -> bool:
    """Whether the incident's alarm fell into the window and waited for its end."""
    through = window.through
    return window.start <= incident.alarmed < window.end and (
        through is None or incident.level.rank < through.rank
    )


def recipients(policy: Policy, step: Step, now: int) -> tuple[Person, ...]:
    """Who is to be told at that time; the fallback where it would be nobody."""
    people = []
    for name in step.to:
        who: str | None = name
        if name.startswith(ROTATION):
            rotation = policy.rotation(name.removeprefix(ROTATION))
            usable = rotation is not None and rotation.people
            who = on_call(rotation, now, policy.tz) if rotation and usable else None
        person = policy.person(who) if who else None
        if person is not None and person.reach and person not in people:
            people.append(person)
    if not people and (fallback := policy.person(policy.fallback)) is not None:
        people.append(fallback)
    return tuple(people)


def ways(person: Person, step: Step) -> tuple[Reach, ...]:
    """The ways to a person in order; their own order where the step names none they have."""
    chosen = [each for name in step.via for each in person.reach if each.channel == name]
    return tuple(chosen) or person.reach


# ---------------------------------------------------------------- steps


def _next_step(
    incident: Incident, policy: Policy, route: Route, mine: Sequence[Delivery], now: int
) -> Iterator[Delivery]:
    start = _start(incident, policy, route, mine, now)
    if start is None or start > now:
        return
    cycle, number = _following(route, mine)
    step = route.steps[number]
    window = _held(incident, policy) if not mine else None
    cause = DeliveryCause.TOLD
    if window is not None:
        cause = DeliveryCause.HELD
    elif number:
        cause = DeliveryCause.ESCALATED
    elif cycle:
        cause = DeliveryCause.REPEATED
    for person in recipients(policy, step, now):
        all_ways = ways(person, step)
        for way in all_ways if step.every else all_ways[:1]:
            place = (incident.id, incident.alarm, cycle, number)
            yield Delivery(
                id=derived_id("delivery", *place, person.id, way.channel, way.address),
                tenant=incident.tenant,
                incident=incident.id,
                alarm=incident.alarm,
                person=person.id,
                channel=way.channel,
                address=way.address,
                due=now,
                next=now,
                cause=cause,
                cycle=cycle,
                step=number,
                window="" if window is None else window.id,
                trouble=_trouble_of(mine, person.id, way),
            )


def _trouble_of(mine: Sequence[Delivery], person: str, way: Reach) -> int | None:
    """Since when the same way fails already, so that a repeat need not find out anew."""
    troubles = [
        each.trouble
        for each in mine
        if (each.person, each.channel, each.address) == (person, way.channel, way.address)
        and each.state is DeliveryState.PENDING
        and each.trouble is not None
    ]
    return min(troubles, default=None)


def _following(route: Route, mine: Sequence[Delivery]) -> tuple[int, int]:
    """(cycle, step) after the last that was planned."""
    if not mine:
        return 0, 0
    cycle, step = max((each.cycle, each.step) for each in mine)
    return (cycle, step + 1) if step + 1 < len(route.steps) else (cycle + 1, 0)


def _start(
    incident: Incident, policy: Policy, route: Route, mine: Sequence[Delivery], now: int
) -> int | None:
    """When the next step is to be taken; None when none is left."""
    if not mine:
        window = _held(incident, policy)
        begin = min(incident.alarmed, now)
        if window is not None:
            begin = max(begin, window.end)
        return _allowed(incident, policy, route, begin)
    place = max((each.cycle, each.step) for each in mine)
    last = [each for each in mine if (each.cycle, each.step) == place]
    begun = min(each.due for each in last)
    step = min(place[1], len(route.steps) - 1)
    over = place[1] + 1 >= len(route.steps)
    if over and route.repeat < 1:
        return None
    wait = max(route.steps[step].wait, route.repeat) if over else route.steps[step].wait
    begin = begun + wait * MINUTE
    lost = None if over else _lost(mine, last, policy, route.steps[step])
    if lost is not None:
        begin = min(begin, max(lost, begun))
    # A clock that was set back must not keep anybody waiting for it to catch up.
    begin = min(begin, now + wait * MINUTE)
    return _allowed(incident, policy, route, begin)


def _lost(
    mine: Sequence[Delivery], last: Sequence[Delivery], policy: Policy, step: Step
) -> int | None:
    """Since when it is clear that the step reaches nobody over any channel; None: not so."""
    since = []
    for each in last:
        if each.state not in (DeliveryState.FAILED, DeliveryState.PENDING) or each.trouble is None:
            return None
        if any(other.instead_of == each.id for other in mine):
            continue
        if _next_way(policy, step, each, mine) is not None:
            return None
        since.append(each.trouble + _patience(policy, each))
    return max(since, default=None)


def _failovers(
    policy: Policy, route: Route, mine: Sequence[Delivery], now: int
) -> Iterator[Delivery]:
    for begin, each, way in _failing(policy, route, mine):
        if now < begin:
            continue
        yield Delivery(
            id=derived_id("failover", each.id, way.channel, way.address),
            tenant=each.tenant,
            incident=each.incident,
            alarm=each.alarm,
            person=each.person,
            channel=way.channel,
            address=way.address,
            due=now,
            next=now,
            cause=DeliveryCause.FAILOVER,
            cycle=each.cycle,
            step=each.step,
            window=each.window,
            instead_of=each.id,
        )


def _last_resort(
    policy: Policy, route: Route, mine: Sequence[Delivery], now: int
) -> Iterator[Delivery]:
    unheard = _unheard(policy, route, mine)
    person = policy.person(policy.fallback)
    if unheard is None or now < unheard or person is None or not person.reach:
        return
    last = max(mine, key=lambda each: (each.cycle, each.step))
    way = person.reach[0]
    place = (last.incident, last.alarm, last.cycle, last.step)
    yield Delivery(
        id=derived_id("last resort", *place, person.id, way.channel, way.address),
        tenant=last.tenant,
        incident=last.incident,
        alarm=last.alarm,
        person=person.id,
        channel=way.channel,
        address=way.address,
        due=now,
        next=now,
        cause=DeliveryCause.FAILOVER,
        cycle=last.cycle,
        step=last.step,
        window=last.window,
        trouble=_trouble_of(mine, person.id, way),
    )


def _unheard(policy: Policy, route: Route, mine: Sequence[Delivery]) -> int | None:
    """Since when the last step reaches nobody and the fallback was not told; None: not so."""
    if not mine:
        return None
    place = max((each.cycle, each.step) for each in mine)
    last = [each for each in mine if (each.cycle, each.step) == place]
    told = any(each.person == policy.fallback for each in last)
    if place[1] + 1 < len(route.steps) or told:
        return None
    return _lost(mine, last, policy, route.steps[-1])


def _failing(
    policy: Policy, route: Route, mine: Sequence[Delivery]
) -> Iterator[tuple[int, Delivery, Reach]]:
    """(when to fail over, what fails, the next way) for all that fails and has a next way."""
    replaced = {each.instead_of for each in mine}
    for each in mine:
        if each.trouble is None or each.state in (DeliveryState.SENT, DeliveryState.DROPPED):
            continue
        step = route.steps[min(each.step, len(route.steps) - 1)]
        way = _next_way(policy, step, each, mine)
        if way is not None and each.id not in replaced:
            yield each.trouble + _patience(policy, each), each, way


def _patience(policy: Policy, failing: Delivery) -> int:
    """How long to go on trying before the next way is taken; what was refused stays refused."""
    return 0 if failing.state is DeliveryState.FAILED else policy.failover * MINUTE


def _next_way(
    policy: Policy, step: Step, failed: Delivery, mine: Sequence[Delivery]
) -> Reach | None:
    """The person's next channel that this step has not used for them."""
    person = policy.person(failed.person)
    if person is None:
        return None
    used = {
        (each.channel, each.address)
        for each in mine
        if (each.cycle, each.step, each.person) == (failed.cycle, failed.step, failed.person)
    }
    order = dict.fromkeys((*ways(person, step), *person.reach))
    return next((way for way in order if (way.channel, way.address) not in used), None)


# ---------------------------------------------------------------- when


def _allowed(incident: Incident, policy: Policy, route: Route, begin: int) -> int:
    """The first instant from ``begin`` on at which people may be called about it."""
    if incident.level.rank >= policy.paging.rank:
        return begin
    # Office hours and quiet times may push each other on, but not for ever.
    for _round in range(14):
        before = begin
        for quiet in policy.quiet:
            if incident.level.rank < quiet.below.rank:
                end = end_of(quiet.times, frozenset(), begin, policy.tz)
                begin = begin if end is None else end
        if route.hours is Hours.OFFICE:
            opening = next_open(policy.office, policy.holidays, begin, policy.tz)
            begin = begin if opening is None else opening
        if begin == before:
            break
    return begin


def _maintenance(policy: Policy, incident: Incident, now: int) -> Maintenance | None:
    """The window that holds the incident back now; the one that ends last."""
    running = [
        window
        for window in policy.maintenance
        if window.start <= now < window.end
        and (window.through is None or incident.level.rank < window.through.rank)
    ]
    return max(running, key=lambda window: window.end, default=None)


def _held(incident: Incident, policy: Policy) -> Maintenance | None:
    holding = [window for window in policy.maintenance if held_by(incident, window)]
    return max(holding, key=lambda window: window.end, default=None)
