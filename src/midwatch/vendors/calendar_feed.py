"""Reviews and other days as an iCalendar feed (RFC 5545), for any calendar program.

Whole days without zone. ``stamped`` is given, so that the same facts give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from icalendar import Alarm, Calendar, Event, vRecur

from midwatch.kernel import derived_id
from midwatch.vendors.contracts import Due
from midwatch.vendors.reviews import Recurrence
from midwatch.vendors.spreadsheets import safe_text

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def calendar_bytes(
    name: str,
    dues: Iterable[Due],
    reviews: Iterable[tuple[str, Recurrence]] = (),
    *,
    stamped: int,
    remind_days: int = 14,
) -> bytes:
    """The feed. ``reviews``: vendors' names and rules. ``stamped``: UTC microseconds."""
    at = _EPOCH + timedelta(seconds=stamped // 1_000_000)
    feed = Calendar()
    feed.add("prodid", "-//Midwatch//Vendor file//EN")
    feed.add("version", "2.0")
    feed.add("x-wr-calname", safe_text(name))
    for vendor, rule in reviews:
        first = next(rule.dates())
        event = _event(Due(first, f"Review of {vendor}", vendor), at, remind_days)
        event.add("rrule", vRecur.from_ical(rule.rule))
        feed.add_component(event)
    for due in sorted(dues):
        feed.add_component(_event(due, at, remind_days))
    text: bytes = feed.to_ical()
    return text


def _event(due: Due, at: datetime, remind_days: int) -> Event:
    event = Event()
    text = safe_text(due.what)
    event.add("uid", f"{derived_id('due', due.about, str(due.what), str(due.on))}@midwatch")
    event.add("dtstamp", at)
    event.add("dtstart", due.on)
    event.add("dtend", due.on + timedelta(days=1))
    event.add("summary", text[:1].upper() + text[1:])
    event.add("transp", "TRANSPARENT")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", text)
    alarm.add("trigger", timedelta(days=-remind_days))
    event.add_component(alarm)
    return event
