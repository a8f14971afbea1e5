"""Local times as instants, on the nights when clocks change too."""

from collections.abc import Callable
from datetime import UTC, date, time
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midwatch.incidents.calendars import (
    Override,
    Rotation,
    Span,
    covers,
    end_of,
    next_open,
    on_call,
)

At = Callable[[str], int]
BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = (Span(frozenset(range(5)), time(8), time(17)),)
NIGHT = (Span(frozenset(range(7)), time(22), time(6)),)
CHRISTMAS = frozenset({date(2026, 12, 25)})


@pytest.mark.parametrize(
    ("spans", "when", "inside"),
    [
        (OFFICE, "2026-11-13T08:00", True),
        (OFFICE, "2026-11-13T07:59:59", False),
        (OFFICE, "2026-11-13T17:00", False),
        (OFFICE, "2026-11-14T12:00", False),  # Saturday
        (OFFICE, "2026-12-25T12:00", False),  # a holiday, a Friday
        (NIGHT, "2026-11-13T23:00", True),
        (NIGHT, "2026-11-14T05:59", True),
        (NIGHT, "2026-11-14T06:00", False),
        # The night of 25 October 2026 has 02:30 twice; both lie in it.
        (NIGHT, "2026-10-25T02:30+02:00", True),
        (NIGHT, "2026-10-25T02:30+01:00", True),
        # Office hours begin at eight by the wall, in winter and in summer.
        (OFFICE, "2026-03-30T08:00+02:00", True),
        (OFFICE, "2026-03-27T07:30+01:00", False),
    ],
)
def test_whether_a_time_lies_in_the_hours(
    at: At, spans: tuple[Span, ...], when: str, *, inside: bool
) -> None:
    assert covers(spans, CHRISTMAS, at(when), BERLIN) is inside


@pytest.mark.parametrize(
    ("when", "opens"),
    [
        ("2026-11-13T12:00", "2026-11-13T12:00"),
        ("2026-11-13T17:00", "2026-11-16T08:00"),
        ("2026-12-24T18:00", "2026-12-28T08:00"),
        ("2026-03-28T12:00", "2026-03-30T08:00+02:00"),
    ],
)
def test_when_the_office_opens_next(at: At, when: str, opens: str) -> None:
    assert next_open(OFFICE, CHRISTMAS, at(when), BERLIN) == at(opens)


def test_a_span_that_never_begins_is_told_as_such(at: At) -> None:
    nothing = (Span(frozenset(), time(8), time(17)),)

    assert next_open(nothing, frozenset(), at("2026-11-13T12:00"), BERLIN) is None


def test_the_night_when_clocks_go_back_is_an_hour_longer(at: At) -> None:
    start = at("2026-10-24T22:00")
    end = end_of(NIGHT, frozenset(), start, BERLIN)

    assert end is not None
    assert end - start == 9 * 3_600_000_000


WEEKLY = Rotation(name="night", people=("ana", "ben"), begins=date(2026, 1, 5))
DAILY = Rotation(
    name="day", people=("ana", "ben"), begins=date(2026, 10, 24), at=time(2, 30), days=1
)


@pytest.mark.parametrize(
    ("rotation", "when", "who"),
    [
        (WEEKLY, "2026-01-05T08:00", "ana"),
        (WEEKLY, "2026-01-12T07:59", "ana"),
        (WEEKLY, "2026-01-12T08:00", "ben"),
        (WEEKLY, "2026-01-05T07:59", "ben"),  # before it began, carried on backwards
        # Across both changes of clocks the hand-over stays on Monday at eight.
        (WEEKLY, "2026-03-30T07:59+02:00", "ben"),
        (WEEKLY, "2026-03-30T08:00+02:00", "ana"),
        (WEEKLY, "2026-10-26T07:59+01:00", "ben"),
        (WEEKLY, "2026-10-26T08:00+01:00", "ana"),
        # 02:30 comes twice: the hand-over happens once, at the first.
        (DAILY, "2026-10-25T02:29+02:00", "ana"),
        (DAILY, "2026-10-25T02:30+02:00", "ben"),
        (DAILY, "2026-10-25T02:00+01:00", "ben"),
        (DAILY, "2026-10-25T02:45+01:00", "ben"),
        # 02:30 does not come at all: the hand-over happens at half past one, UTC.
        (DAILY, "2027-03-28T03:29+02:00", "ana"),
        (DAILY, "2027-03-28T03:30+02:00", "ben"),
    ],
)
def test_who_is_on_call(at: At, rotation: Rotation, when: str, who: str) -> None:
    assert on_call(rotation, at(when), BERLIN) == who


def test_an_override_replaces_the_rotation_and_the_later_one_wins(at: At) -> None:
    start, middle, end = at("2026-11-13T08:00"), at("2026-11-13T12:00"), at("2026-11-13T18:00")
    rotation = Rotation(
        name="night",
        people=("ana",),
        begins=date(2026, 1, 5),
        overrides=(Override(start, end, "ben"), Override(middle, end, "eva")),
    )

    found = [on_call(rotation, when, UTC) for when in (start - 1, start, middle, end)]
    assert found == ["ana", "ben", "eva", "ana"]


@given(
    st.integers(0, 4_000_000_000_000_000),
    st.sampled_from(["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Africa/Cairo"]),
    st.times().map(lambda clock: clock.replace(microsecond=0)),
)
def test_turns_change_once_a_day_at_most(when: int, zone: str, clock: time) -> None:
    rotation = Rotation(name="r", people=("a", "b", "c"), begins=date(2026, 1, 1), at=clock, days=1)
    step = 3_600_000_000
    seen = [on_call(rotation, when + step * n, ZoneInfo(zone)) for n in range(48)]
    changes = [n for n in range(1, len(seen)) if seen[n] != seen[n - 1]]

    # Two days hold one to three hand-overs, and no two lie nearer than a day of 22 hours.
    assert 1 <= len(changes) <= 3
    assert all(after - before >= 22 for before, after in pairwise(changes))
