"""Who is told of what, how and when: a tenant's policy as values, and its check.

Waits and repeats are in minutes as people write them; instants are UTC microseconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, tzinfo
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from midwatch.incidents.calendars import Rotation, Span
from midwatch.incidents.deliveries import FOLLOWING
from midwatch.kernel import ConfigurationError, Level


class Hours(StrEnum):
    """When a route may call people."""

    ALWAYS = "always"
    OFFICE = "office"


class Reach(msgspec.Struct, frozen=True):
    """One way to a person: the channel's name and the address there.

    The address may be a reference (``env:NAME``, ``file:PATH``) where it is a secret.
    """

    channel: str
    address: str


class Person(msgspec.Struct, frozen=True):
    """Somebody who can be called; ``reach`` is in order of preference."""

    id: str
    title: str
    reach: tuple[Reach, ...]


class Step(msgspec.Struct, frozen=True):
    """One step of an escalation: whom to tell, and how long to wait for an answer.

    ``to`` names people, or a rotation as ``rotation:NAME``. ``via`` names the channels to
    use, in order; empty means each person's own order. The first channel is used, the next
    when it fails; ``every`` uses all of them at once.
    """

    to: tuple[str, ...]
    wait: int = 15
    via: tuple[str, ...] = ()
    every: bool = False


class Route(msgspec.Struct, frozen=True):
    """The escalation of incidents of at least this severity.

    ``repeat``: minutes after the last step until it all begins again; 0 means it does not.
    """

    level: Level
    steps: tuple[Step, ...]
    hours: Hours = Hours.ALWAYS
    repeat: int = 0


class Quiet(msgspec.Struct, frozen=True):
    """Times in which incidents below a severity wait."""

    below: Level
    times: tuple[Span, ...]


class Maintenance(msgspec.Struct, frozen=True):
    """A window of announced work: nobody is called, everything is recorded.

    ``through``: the severity from which people are called all the same; None: none.
    """

    id: str
    start: int
    end: int
    reason: str
    by: str = ""
    through: Level | None = None


class Follower(msgspec.Struct, frozen=True):
    """A system that is told of what becomes of incidents, whoever else is told.

    ``of``: for what it is called, as the cause of a delivery says it.
    """

    title: str
    reach: Reach
    of: tuple[str, ...]


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant's policy.

    ``paging``: incidents from this severity on are never held back by hours or quiet times
    and are repeated until somebody answers. ``fallback``: who is told where a step reaches
    nobody. ``failover``: minutes without delivery until the next channel is tried.
    """

    tenant: str
    zone: str
    people: tuple[Person, ...]
    routes: tuple[Route, ...]
    fallback: str
    paging: Level = Level.HIGH
    failover: int = 5
    office: tuple[Span, ...] = ()
    holidays: frozenset[date] = frozenset()
    rotations: tuple[Rotation, ...] = ()
    quiet: tuple[Quiet, ...] = ()
    maintenance: tuple[Maintenance, ...] = ()
    followers: tuple[Follower, ...] = ()

    @property
    def tz(self) -> tzinfo:
        """The zone."""
        return ZoneInfo(self.zone)

    def person(self, name: str) -> Person | None:
        """The person of that id."""
        return next((person for person in self.people if person.id == name), None)

    def rotation(self, name: str) -> Rotation | None:
        """The rotation of that name."""
        return next((each for each in self.rotations if each.name == name), None)

    def route(self, level: Level) -> Route | None:
        """The route of the highest severity that is not above this one."""
        fitting = [route for route in self.routes if route.level.rank <= level.rank]
        return max(fitting, key=lambda route: route.level.rank, default=None)


ROTATION = "rotation:"


def check_policy(policy: Policy, channels: Sequence[str] | None = None) -> None:
    """Refuse a policy under which an incident could go unheard.

    ``channels``: the names of those that are set up; None: not known here.

    Raises:
        ConfigurationError: With all that is wrong with it.
    """
    problems = list(_problems(policy, channels))
    if problems:
        raise ConfigurationError(
            f"the policy of {policy.tenant!r} would leave incidents unheard: "
            + "; ".join(problems),
            remedy="correct each; see the policy reference",
        )


def _problems(policy: Policy, channels: Sequence[str] | None) -> Iterator[str]:
    try:
        ZoneInfo(policy.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield f"{policy.zone!r} is no time zone"
    if policy.person(policy.fallback) is None:
        yield f"the fallback {policy.fallback!r} is no person of it"
    if policy.failover < 1:
        yield "failover must be at least a minute"
    yield from _people(policy, channels)
    yield from _followers(policy, channels)
    yield from _rotations(policy)
    paging = policy.route(policy.paging)
    if paging is None:
        yield f"no route takes incidents that are {policy.paging}"
    for route in policy.routes:
        yield from _route(policy, route, paging=paging is route, channels=channels)
    for quiet in policy.quiet:
        if quiet.below.rank > policy.paging.rank:
            yield f"quiet times hold back what is {policy.paging}, from which people are called"
    for window in policy.maintenance:
        if window.end <= window.start:
            yield f"the maintenance {window.id!r} ends before it begins"


def _people(policy: Policy, channels: Sequence[str] | None) -> Iterator[str]:
    for person in policy.people:
        if not person.reach:
            yield f"{person.id!r} cannot be reached over any channel"
        for reach in person.reach if channels is not None else ():
            if channels is not None and reach.channel not in channels:
                yield f"{person.id!r} is reached over {reach.channel!r}, which is not set up"


def _followers(policy: Policy, channels: Sequence[str] | None) -> Iterator[str]:
    for each in policy.followers:
        for cause in each.of:
            if cause not in FOLLOWING:
                yield f"{each.title!r} follows what is {cause!r}: write {', '.join(FOLLOWING)}"
        if channels is not None and each.reach.channel not in channels:
            yield f"{each.title!r} is called over {each.reach.channel!r}, which is not set up"


def _rotations(policy: Policy) -> Iterator[str]:
    for rotation in policy.rotations:
        if not rotation.people:
            yield f"nobody is in the rotation {rotation.name!r}"
        if rotation.days < 1:
            yield f"the rotation {rotation.name!r} hands over every {rotation.days} days"
        named = (*rotation.people, *(override.person for override in rotation.overrides))
        for name in dict.fromkeys(named):
            if policy.person(name) is None:
                yield f"{name!r} in the rotation {rotation.name!r} is no person of it"


def _route(
    policy: Policy, route: Route, *, paging: bool, channels: Sequence[str] | None
) -> Iterator[str]:
    where = f"the route for {route.level}"
    if not route.steps:
        yield f"{where} has no step"
    if route.hours is Hours.OFFICE and not policy.office:
        yield f"{where} keeps office hours, and none are set"
    if paging or route.level.rank >= policy.paging.rank:
        if route.hours is not Hours.ALWAYS:
            yield f"{where} keeps office hours, though people are called from {policy.paging} on"
        if route.repeat < 1:
            yield f"{where} does not repeat until somebody answers"
    for number, step in enumerate(route.steps, 1):
        for problem in _step(policy, step, channels):
            yield f"{where}, step {number} {problem}"


def _step(policy: Policy, step: Step, channels: Sequence[str] | None) -> Iterator[str]:
    if step.wait < 1:
        yield "waits less than a minute"
    if not step.to:
        yield "tells nobody"
    for name in step.to:
        known = (
            policy.rotation(name.removeprefix(ROTATION))
            if name.startswith(ROTATION)
            else policy.person(name)
        )
        if known is None:
            yield f"tells {name!r}, who is not known"
    for channel in step.via if channels is not None else ():
        if channels is not None and channel not in channels:
            yield f"uses {channel!r}, which is not set up"
