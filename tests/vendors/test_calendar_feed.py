"""The feed is iCalendar as RFC 5545 has it, read again by a parser that others keep."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import islice

import icalendar
import pytest
from dateutil.rrule import rrule, rruleset, rrulestr
from hypothesis import example, given
from hypothesis import strategies as st

from midwatch.vendors.calendar_feed import Noted, Series, calendar_bytes
from midwatch.vendors.contracts import Due, DueKind
from midwatch.vendors.reviews import Recurrence, recurrence

STAMPED = 1_770_000_000_000_000
YEARLY = recurrence(date(2025, 5, 4), "FREQ=YEARLY")


def feed_of(*days: Noted, reviews: tuple[Series, ...] = (), stamped: int = STAMPED) -> bytes:
    return calendar_bytes("Vendors", days, reviews, stamped=stamped)


def events(feed: bytes) -> list[icalendar.Event]:
    found = icalendar.Calendar.from_ical(feed)
    assert found.errors == []
    read = found.walk("VEVENT")
    for each in read:
        assert each.errors == []
    return [each for each in read if isinstance(each, icalendar.Event)]


def _rule(event: icalendar.Event) -> icalendar.vRecur:
    found = event["rrule"]
    assert isinstance(found, icalendar.vRecur)
    return found


def days_of(event: icalendar.Event, most: int) -> list[date]:
    """The days of an event as a calendar program shows them: by the rule, without those taken out."""
    start = datetime.combine(event.decoded("dtstart"), datetime.min.time())
    shown = rruleset()
    told: bytes = _rule(event).to_ical()  # type: ignore[no-untyped-call]  # the library has no type for it
    rule = rrulestr(told.decode(), dtstart=start)
    assert isinstance(rule, rrule)
    shown.rrule(rule)
    taken_out = event.get("exdate")
    for each in [] if taken_out is None else taken_out.dts:
        shown.exdate(datetime.combine(each.dt, datetime.min.time()))
    return [each.date() for each in islice(shown, most)]


def test_every_line_is_as_the_standard_has_it() -> None:
    words = "Vertrag „Nachtschicht; Wärme, Öl“ \\ ends " * 9
    noted = Noted(Due(date(2026, 3, 1), words, "k1", DueKind.CONTRACT_END), "v1")
    feed = feed_of(noted, reviews=(Series("v1", "Review of Acme", YEARLY),))

    assert feed.endswith(b"END:VCALENDAR\r\n")
    lines = feed.split(b"\r\n")
    assert not any(b"\n" in each or b"\r" in each for each in lines)
    assert max(map(len, lines)) <= 75
    for line in lines:
        line.decode()  # no letter is cut by folding
    text = feed.replace(b"\r\n ", b"").decode()
    assert "SUMMARY:Vertrag „Nachtschicht\\; Wärme\\, Öl“ \\\\ ends" in text
    assert text.count("DTSTAMP:20260202T024000Z") == 2
    assert "DTSTART;VALUE=DATE:20260301" in text
    assert "RRULE:FREQ=YEARLY" in text
    assert "VERSION:2.0" in text
    assert "PRODID:" in text
    assert "TRIGGER:-P14D" in text
    assert str(events(feed)[1]["summary"]) == words


@pytest.mark.parametrize(
    ("start", "rule"),
    [
        (date(2025, 5, 4), "FREQ=YEARLY"),
        (date(2024, 1, 31), "FREQ=MONTHLY"),
        (date(2026, 3, 15), "FREQ=MONTHLY;INTERVAL=6;BYMONTHDAY=1"),
        (date(2024, 2, 29), "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1"),
        (date(2026, 1, 7), "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"),
        (date(2026, 1, 7), "freq=yearly;bymonth=3,9;byday=2TU"),
        (date(2026, 1, 7), "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"),
    ],
)
def test_a_calendar_shows_the_days_on_which_reviews_fall_due(start: date, rule: str) -> None:
    made = recurrence(start, rule)
    expected = list(islice(made.dates(), 30))
    (event,) = events(feed_of(reviews=(Series("v1", "Review", made),)))

    assert days_of(event, 30) == expected
    assert event.decoded("dtstart") == expected[0]
    assert event.decoded("dtend") == expected[0] + timedelta(days=1)


def test_reviews_that_were_done_are_taken_out() -> None:
    first, second, third = islice(YEARLY.dates(), 3)
    out_of_turn = date(2020, 1, 1)
    series = Series("v1", "Review", YEARLY, (second, first, out_of_turn))
    feed = feed_of(reviews=(series,))
    assert days_of(events(feed)[0], 1) == [third]
    assert b"EXDATE;VALUE=DATE:20250504,20260504\r\n" in feed


def test_what_an_event_is_called_by_stays_when_its_day_moves() -> None:
    def uids(on: date, what: str, rule: Recurrence, stamped: int = STAMPED) -> list[str]:
        noted = Noted(Due(on, what, "k1", DueKind.PAPER), "v1")
        feed = feed_of(noted, reviews=(Series("v1", what, rule),), stamped=stamped)
        return [str(each["uid"]) for each in events(feed)]

    later = recurrence(date(2026, 1, 1), "FREQ=MONTHLY")
    before = uids(date(2026, 3, 1), "ends", YEARLY)
    assert before == uids(date(2027, 4, 5), "ended", later, STAMPED + 10**12)
    assert len(set(before)) == 2


def test_no_two_events_are_called_alike() -> None:
    days = [
        Noted(Due(date(2026, 3, day), words, "P-1", kind), whose)
        for day, words in ((1, "one"), (2, "two"), (3, "two"))
        for kind in (DueKind.INSURANCE, DueKind.CONTRACT_END)
        for whose in ("v1", "v2")
    ]
    found = events(
        feed_of(*days, *days, reviews=(Series("v1", "R", YEARLY), Series("v2", "R", YEARLY)))
    )
    uids = [str(each["uid"]) for each in found]
    assert len(uids) == len(set(uids)) == 12 + 2
    assert all(each.endswith("@midwatch") for each in uids)


def test_the_same_facts_give_the_same_bytes() -> None:
    days = [Noted(Due(date(2026, 3, day), "x", str(day)), "v") for day in (3, 1, 2)]
    assert feed_of(*days) == feed_of(*reversed(days))
    assert [each.decoded("dtstart").day for each in events(feed_of(*days))] == [1, 2, 3]
    stamp = events(feed_of(*days))[0].decoded("dtstamp")
    assert stamp == datetime.fromtimestamp(STAMPED / 1_000_000, UTC)


@given(st.text(max_size=300), st.text(max_size=300))
@example("x\r\nEND:VEVENT\r\nBEGIN:VEVENT\x00", "\r\nRRULE:FREQ=SECONDLY")
@example("a" * 200 + "ß" * 200, "\\n;,\\")
def test_no_words_can_add_an_event_or_a_line(what: str, vendor: str) -> None:
    feed = feed_of(
        Noted(Due(date(2026, 3, 1), what, what, DueKind.PAPER), vendor),
        reviews=(Series(vendor, what, YEARLY),),
    )
    read = events(feed)
    assert len(read) == 2
    assert "rrule" not in read[1]
    names = {
        line.split(b":")[0].split(b";")[0] for line in feed.replace(b"\r\n ", b"").split(b"\r\n")
    }
    assert names <= {
        b"", b"BEGIN", b"END", b"PRODID", b"VERSION", b"X-WR-CALNAME", b"UID", b"DTSTAMP",
        b"DTSTART", b"DTEND", b"SUMMARY", b"TRANSP", b"ACTION", b"DESCRIPTION", b"TRIGGER",
        b"RRULE",
    }  # fmt: skip
    assert max(map(len, feed.split(b"\r\n"))) <= 75
