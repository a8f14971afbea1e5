"""Numbers and times as a person says them."""

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midwatch.reports import amounts
from midwatch.reports.amounts import DAY, HOUR, MINUTE, SECOND

BERLIN = ZoneInfo("Europe/Berlin")
# 13 November 2026, 01:10 UTC
NIGHT = 1_794_532_200_000_000


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (0, "less than a second"),
        (SECOND, "1 second"),
        (89 * SECOND, "89 seconds"),
        (90 * SECOND, "2 minutes"),
        (45 * MINUTE, "45 minutes"),
        (2 * HOUR, "2 hours"),
        (35 * HOUR, "35 hours"),
        (36 * HOUR, "2 days"),
        (10 * DAY, "10 days"),
    ],
)
def test_durations_are_said_in_their_largest_unit(length: int, said: str) -> None:
    assert amounts.duration(length) == said


@pytest.mark.parametrize(
    ("items", "listed", "sampled"),
    [
        ((), "", ""),
        (("a",), "a", "a"),
        (("a", "b"), "a and b", "a and b"),
        (("a", "b", "c"), "a, b and c", "a, b and c"),
        (("a", "b", "c", "d", "e"), "a, b, c and 2 more", "a, b, c and others"),
    ],
)
def test_lists_end_in_and(items: tuple[str, ...], listed: str, sampled: str) -> None:
    assert amounts.listed(items) == listed
    assert amounts.sampled(items) == sampled


def test_numbers_and_nouns_agree() -> None:
    assert amounts.counted(1, "line", "lines") == "1 line"
    assert amounts.counted(61_204, "line", "lines") == "61,204 lines"
    assert [amounts.times(count) for count in (1, 2, 64)] == ["once", "twice", "64 times"]
    assert [amounts.in_words(count) for count in (3, 12, 13)] == ["three", "twelve", "13"]


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (NIGHT, NIGHT, "13 Nov 02:10"),
        (NIGHT, NIGHT + 45 * MINUTE, "13 Nov 02:10–02:55"),
        (NIGHT - 3 * HOUR, NIGHT, "12 Nov 23:10 – 13 Nov 02:10"),
        (NIGHT, NIGHT + 60 * DAY, "13 Nov 2026 02:10 – 12 Jan 2027 02:10"),
    ],
)
def test_a_stretch_names_each_day_once(first: int, last: int, said: str) -> None:
    assert amounts.span(first, last, BERLIN) == said


def test_times_are_the_readers_and_utc_is_at_hand() -> None:
    assert amounts.moment(NIGHT, BERLIN) == "13 Nov 02:10"
    assert amounts.moment(NIGHT, UTC) == "13 Nov 01:10"
    assert amounts.utc(NIGHT) == "2026-11-13 01:10:00 UTC"
    assert amounts.rfc3339(NIGHT) == "2026-11-13T01:10:00Z"
    assert amounts.rfc3339(NIGHT + 5) == "2026-11-13T01:10:00.000005Z"
    assert amounts.rfc3339(None) is None
    assert amounts.zone_name("x", BERLIN, NIGHT) == "Europe/Berlin"
    assert amounts.zone_name("x", UTC, NIGHT) == "UTC"


@given(st.integers(), st.integers())
def test_no_instant_is_too_strange_to_be_shown(first: int, last: int) -> None:
    for said in (
        amounts.span(first, last, BERLIN, year=True),
        amounts.hours_between(first, last, BERLIN),
        amounts.moment(first, BERLIN),
        amounts.clock(first, BERLIN),
        amounts.utc(first),
        amounts.duration(last),
    ):
        assert said.isprintable()
