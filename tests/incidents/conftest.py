"""Signals and policies to decide about."""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from midwatch.incidents import Incident, Policy, Signal, open_incident
from midwatch.incidents.calendars import Rotation, Span, instant
from midwatch.incidents.grouping import Grouping
from midwatch.incidents.policies import Hours, Person, Quiet, Reach, Route, Step
from midwatch.kernel import Level

BERLIN = ZoneInfo("Europe/Berlin")
WORKDAYS = frozenset(range(5))


@pytest.fixture(scope="session")
def at() -> Callable[[str], int]:
    """UTC microseconds of a local time in Berlin; ``…+01:00`` tells the two of a DST night."""

    def read(text: str) -> int:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            return instant(moment.date(), moment.time(), BERLIN)
        return int(moment.timestamp()) * 1_000_000

    return read


@pytest.fixture(scope="session")
def an_incident(a_signal: Callable[..., Signal]) -> Callable[..., Incident]:
    def make(now: int = 0, **changes: Any) -> Incident:
        return open_incident(a_signal(**changes), Grouping(), now)

    return make


@pytest.fixture(scope="session")
def a_policy() -> Callable[..., Policy]:
    def make(**changes: Any) -> Policy:
        people = (
            Person("ana", "Ana", (Reach("mail", "ana@x.test"), Reach("chat", "json://ana"))),
            Person("ben", "Ben", (Reach("mail", "ben@x.test"), Reach("chat", "json://ben"))),
            Person("eva", "Eva", (Reach("chat", "json://eva"),)),
        )
        plain = Policy(
            tenant="office",
            zone="Europe/Berlin",
            people=people,
            fallback="eva",
            failover=5,
            office=(Span(WORKDAYS, time(8), time(17)),),
            holidays=frozenset({date(2026, 12, 25)}),
            rotations=(Rotation(name="night", people=("ana", "ben"), begins=date(2026, 1, 5)),),
            routes=(
                Route(
                    Level.HIGH,
                    (Step(("rotation:night",), wait=10), Step(("ben", "eva"), wait=20)),
                    repeat=30,
                ),
                Route(Level.LOW, (Step(("ana",), wait=60),), Hours.OFFICE),
            ),
            quiet=(Quiet(Level.HIGH, (Span(frozenset(range(7)), time(22), time(6)),)),),
        )
        return msgspec.structs.replace(plain, **changes)

    return make
