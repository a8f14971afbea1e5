"""Reads a tenant's policy from TOML, with errors that name the place in the text.

Local times are in the policy's own zone unless they carry an offset.
"""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from midwatch.incidents.calendars import WEEKDAYS, Override, Rotation, Span, instant
from midwatch.incidents.deliveries import FOLLOWING
from midwatch.incidents.policies import (
    Follower,
    Hours,
    Maintenance,
    Person,
    Policy,
    Quiet,
    Reach,
    Route,
    Step,
    check_policy,
)
from midwatch.kernel import ConfigurationError, Level

_DAY_NAMES: Final = {name: number for number, name in enumerate(WEEKDAYS)}
_CLOCK: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")


class _Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the text; what it does not know it refuses, since it may be a slip."""


class _Span(_Text, frozen=True, rename={"start": "from", "end": "to"}):
    start: str
    end: str
    days: str = "mon-sun"


class _Override(_Text, frozen=True, rename={"start": "from", "end": "to"}):
    # A text or a date of TOML's own; see _instant.
    start: Any
    end: Any
    person: str


class _Rotation(_Text, frozen=True):
    name: str
    people: tuple[str, ...]
    begins: date
    at: str = "08:00"
    every: str = "week"
    overrides: tuple[_Override, ...] = ()


class _Reach(_Text, frozen=True):
    channel: str
    address: str


class _Person(_Text, frozen=True):
    id: str
    reach: tuple[_Reach, ...]
    title: str = ""


class _Step(_Text, frozen=True):
    to: tuple[str, ...]
    wait: int = 15
    via: tuple[str, ...] = ()
    every: bool = False


class _Route(_Text, frozen=True):
    level: Level
    steps: tuple[_Step, ...]
    hours: Hours = Hours.ALWAYS
    repeat: int = 0


class _Quiet(_Text, frozen=True):
    below: Level
    times: tuple[_Span, ...]


class _Maintenance(_Text, frozen=True, rename={"start": "from", "end": "to"}):
    id: str
    # A text or a date of TOML's own; see _instant.
    start: Any
    end: Any
    reason: str
    by: str = ""
    through: Level | None = None


class _Follow(_Text, frozen=True):
    channel: str
    address: str
    title: str = ""
    of: tuple[str, ...] = FOLLOWING


class _Policy(_Text, frozen=True, kw_only=True):
    tenant: str
    zone: str
    fallback: str
    people: tuple[_Person, ...]
    routes: tuple[_Route, ...]
    paging: Level = Level.HIGH
    failover: int = 5
    office: tuple[_Span, ...] = ()
    holidays: tuple[date, ...] = ()
    rotations: tuple[_Rotation, ...] = ()
    quiet: tuple[_Quiet, ...] = ()
    maintenance: tuple[_Maintenance, ...] = ()
    follow: tuple[_Follow, ...] = ()


def read_policy(text: str, path: str | None = None) -> Policy:
    """The policy, checked; see the policy reference for its form.

    Raises:
        ConfigurationError: It is no TOML, holds something unknown or of the wrong kind, or
            would leave incidents unheard.
    """
    try:
        raw = msgspec.convert(tomllib.loads(text), _Policy)
        zone = ZoneInfo(raw.zone)
        policy = _policy(raw, zone)
    except tomllib.TOMLDecodeError as error:
        raise _refusal(f"the policy is no TOML: {error}", path) from error
    except msgspec.ValidationError as error:
        raise _refusal(f"the policy is not understood: {error}", path) from error
    except (ZoneInfoNotFoundError, OSError) as error:
        raise _refusal("the policy's zone is no time zone, such as Europe/Berlin", path) from error
    except ValueError as error:
        raise _refusal(str(error), path) from error
    try:
        check_policy(policy)
    except ConfigurationError as error:
        raise ConfigurationError(error.cause, remedy=error.remedy, path=path) from error
    return policy


def read_spans(days: str, start: str, end: str) -> Span:
    """A span from ``mon-fri``, ``08:00``, ``17:00``; days may be listed: ``mon,wed,sat-sun``.

    Raises:
        ValueError: A day or a time is none.
    """
    return Span(_days(days), _clock(start), _clock(end))


def _refusal(cause: str, path: str | None) -> ConfigurationError:
    return ConfigurationError(
        cause, remedy="correct the place; see the policy reference", path=path
    )


def _policy(raw: _Policy, zone: tzinfo) -> Policy:
    return Policy(
        tenant=raw.tenant,
        zone=raw.zone,
        fallback=raw.fallback,
        paging=raw.paging,
        failover=raw.failover,
        office=_spans(raw.office),
        holidays=frozenset(raw.holidays),
        people=tuple(
            Person(
                each.id,
                each.title or each.id,
                tuple(Reach(way.channel, way.address) for way in each.reach),
            )
            for each in raw.people
        ),
        routes=tuple(
            Route(
                each.level,
                tuple(Step(step.to, step.wait, step.via, step.every) for step in each.steps),
                each.hours,
                each.repeat,
            )
            for each in raw.routes
        ),
        rotations=tuple(_rotation(each, zone) for each in raw.rotations),
        quiet=tuple(Quiet(each.below, _spans(each.times)) for each in raw.quiet),
        maintenance=tuple(
            Maintenance(
                each.id,
                _instant(each.start, zone),
                _instant(each.end, zone),
                each.reason,
                each.by,
                each.through,
            )
            for each in raw.maintenance
        ),
        followers=tuple(
            Follower(each.title or each.channel, Reach(each.channel, each.address), each.of)
            for each in raw.follow
        ),
    )


def _rotation(raw: _Rotation, zone: tzinfo) -> Rotation:
    lengths = {"day": 1, "week": 7, "two weeks": 14}
    if raw.every not in lengths:
        raise ValueError(
            f"the rotation {raw.name!r} hands over every {raw.every!r}: "
            f"write one of {', '.join(lengths)}"
        )
    return Rotation(
        name=raw.name,
        people=raw.people,
        begins=raw.begins,
        at=_clock(raw.at),
        days=lengths[raw.every],
        overrides=tuple(
            Override(_instant(each.start, zone), _instant(each.end, zone), each.person)
            for each in raw.overrides
        ),
    )


def _spans(raw: tuple[_Span, ...]) -> tuple[Span, ...]:
    return tuple(read_spans(each.days, each.start, each.end) for each in raw)


def _days(text: str) -> frozenset[int]:
    days: set[int] = set()
    for part in text.lower().replace(" ", "").split(","):
        first, _, last = part.partition("-")
        if first not in _DAY_NAMES or (last or first) not in _DAY_NAMES:
            raise ValueError(f"{text!r} names no days: write them like mon-fri or sat,sun")
        start, length = _DAY_NAMES[first], (_DAY_NAMES[last or first] - _DAY_NAMES[first]) % 7
        days.update((start + ahead) % 7 for ahead in range(length + 1))
    return frozenset(days)


def _clock(text: str) -> time:
    if not _CLOCK.fullmatch(text):
        raise ValueError(f"{text!r} is no time of day: write it like 08:00")
    # Midnight at the end of a day is the next day's beginning; a span then ends the day after.
    return time(0) if text == "24:00" else time.fromisoformat(text)


def _instant(given: object, zone: tzinfo) -> int:
    try:
        moment = datetime.fromisoformat(given) if isinstance(given, str) else given
    except ValueError:
        moment = None
    if not isinstance(moment, datetime):
        raise ValueError(f"{str(given)!r} is no time: write it like 2026-12-24 08:00")  # noqa: TRY004  # what is wrong is the text of a policy, not a type
    if moment.tzinfo is None:
        return instant(moment.date(), moment.time(), zone)
    utc = moment.astimezone(UTC)
    return instant(utc.date(), utc.time(), UTC)
