"""Reviews and other days as an iCalendar feed (RFC 5545), for any calendar program.

Whole days without zone. A review that recurs is one event with its rule; those that were done
are taken out of it. What an event is called by (UID) rests on what it is about and not on its day
or words, so that a day that is moved moves in the calendar too. ``stamped`` is given, so that the
same facts give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Final

import msgspec
from icalendar import Alarm, Calendar, Event, vRecur

from midwatch.kernel import derived_id
from midwatch.vendors.contracts import Due
from midwatch.vendors.reviews import Recurrence
from midwatch.vendors.spreadsheets import safe_text

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Noted(msgspec.Struct, frozen=True):
    """A day in the feed. ``whose``: the id of its vendor; ``text``: words of its own, if any."""

    due: Due
    whose: str = ""
    text: str = ""


class Series(msgspec.Struct, frozen=True):
    """The reviews of a vendor (its id). ``done``: the days of those that were done."""

    vendor: str
    text: str
    rule: Recurrence
    done: tuple[date, ...] = ()


def calendar_bytes(
    name: str,
    days: Iterable[Noted],
    reviews: Iterable[Series] = (),
    *,
    stamped: int,
    remind_days: int = 14,
) -> bytes:
    """The feed. ``stamped``: UTC microseconds. ``remind_days``: before each, a calendar rings."""
    at = _EPOCH + timedelta(seconds=stamped // 1_000_000)
    feed = Calendar()
    feed.add("prodid", "-//Midwatch//Vendor file//EN")
    feed.add("version", "2.0")
    feed.add("x-wr-calname", safe_text(name))
    for series in reviews:
        feed.add_component(_series(series, at, remind_days))
    seen: set[str] = set()
    for each in sorted(set(days), key=lambda day: (day.due, day.whose)):
        due = each.due
        # Two of a kind about the same thing (an insurance and its renewal) are told apart.
        uid = derived_id("due", each.whose, due.kind, due.about)
        if uid in seen:
            uid = derived_id("due", each.whose, due.kind, due.about, str(due.on), str(due.what))
        if uid not in seen:
            seen.add(uid)
            feed.add_component(_event(uid, due.on, each.text or due.what, at, remind_days))
    text: bytes = feed.to_ical()
    return text


def _series(series: Series, at: datetime, remind_days: int) -> Event:
    first = next(series.rule.dates())
    uid = derived_id("series", series.vendor)
    event = _event(uid, first, series.text, at, remind_days)
    event.add("rrule", vRecur.from_ical(series.rule.rule.upper()))
    gone = sorted({each for each in series.done if each >= first})
    if gone:
        event.add("exdate", gone, parameters={"VALUE": "DATE"})
    return event


def _event(uid: str, on: date, words: str, at: datetime, remind_days: int) -> Event:
    event = Event()
    text = safe_text(words)
    event.add("uid", f"{uid}@midwatch")
    event.add("dtstamp", at)
    event.add("dtstart", on)
    event.add("dtend", on + timedelta(days=1))
    event.add("summary", text[:1].upper() + text[1:])
    event.add("transp", "TRANSPARENT")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", text)
    alarm.add("trigger", timedelta(days=-remind_days))
    event.add_component(alarm)
    return event
