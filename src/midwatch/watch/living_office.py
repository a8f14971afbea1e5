"""The sample office that keeps sending, so that a newcomer sees the watch at work.

Its lines travel the way real ones do: as syslog to this machine's own UDP port, where the
office's sources are told by the host name that their lines bear. In its first seconds each of
them says something, then it is as quiet as a small office is. Half a minute after it began
somebody guesses a VPN password. Everything of it belongs to one client, marked as a
sample, and ``remove_living_office`` takes all of it away again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain, islice, zip_longest
from typing import Final

from midwatch.tenants import Feed, Mark, MarkKind, Office, Tenant, TenantStore
from midwatch.watch.sample_office import guessed_password, ordinary_day

CLIENT: Final = "sample"
"""The id of the sample client."""
_OFFICE: Final = "quayside"
_HOUR: Final = 3_600
_FEEDS: Final = {
    "sample-gate": ("Firewall and VPN (sample)", "gate", _HOUR),
    "sample-files": ("File server (sample)", "files", 48 * _HOUR),
    "sample-mail": ("Mail server (sample)", "mail", _HOUR),
    "sample-web": ("Web server (sample)", "web", 24 * _HOUR),
    "sample-pc": ("PC of J. Ortiz (sample)", "pc-ortiz", 96 * _HOUR),
}
"""Title, host, and the seconds of silence that its nights and weekends never reach."""
_WRAPPED: Final = {"access.log": ("web", "nginx"), "windows.json": ("pc-ortiz", "winlog")}
"""Logs whose lines bear no syslog header of their own: host and program to give them."""

_OPENING: Final = 24
"""Lines that are said at once, one a second."""
_STORY: Final = timedelta(seconds=30)
_STAMPS: Final = ("%b {0.day:2} %H:%M:%S", "%d/%b/%Y:%H:%M:%S", "%Y-%m-%d %H:%M:%S")
"""How the office's logs write the time."""
_Line = tuple[datetime, str, str]


def add_living_office(store: TenantStore, now: int) -> None:
    """Make the sample client and its sources; ``now`` in UTC microseconds."""
    store.save_tenant(
        Tenant(
            CLIENT, "Harbour Accounts (sample)", zone="UTC", retention_days=30, demo=True,
            created=now,
        )
    )  # fmt: skip
    store.save_office(Office(_OFFICE, CLIENT, "Quayside"))
    for feed, (title, host, silence) in _FEEDS.items():
        marks = tuple(
            Mark(MarkKind.ADDRESS, loopback, host=host) for loopback in ("127.0.0.1/32", "::1/128")
        )
        store.save_feed(
            Feed(feed, CLIENT, _OFFICE, title, marks=marks, silence=silence, created=now)
        )


def living_lines(start: datetime) -> Iterator[tuple[datetime, bytes]]:
    """(when to send, syslog line) from ``start`` (aware) on, without end.

    The story of the guessed password begins half a minute later and comes again every day.
    """
    begin = start.astimezone(UTC)
    midnight = begin.replace(hour=0, minute=0, second=0, microsecond=0)
    number = 0
    while True:
        day = midnight + timedelta(days=number)
        opening = () if number else _opening(begin)
        story = guessed_password(begin + timedelta(days=number) + _STORY)
        ordinary = ordinary_day(day, day.toordinal())
        for when, log, line in sorted([*opening, *ordinary, *story]):
            if when >= begin:
                yield when, _framed(when, log, line)
        number += 1


def _opening(begin: datetime) -> Iterator[_Line]:
    """Lines of an ordinary Monday's working hours, of each log in turn, as if they came now."""
    monday = begin.replace(hour=0, minute=0, second=0, microsecond=0)
    monday -= timedelta(days=monday.weekday())
    by_log: dict[str, list[_Line]] = {}
    for line in ordinary_day(monday, monday.toordinal()):
        if 8 <= line[0].hour < 18:
            by_log.setdefault(line[1], []).append(line)
    turns = chain.from_iterable(zip_longest(*by_log.values()))
    for number, (when, log, text) in enumerate(islice(filter(None, turns), _OPENING)):
        now = begin + timedelta(seconds=number)
        yield now, log, _moved(text, when, now)


def _moved(text: str, then: datetime, now: datetime) -> str:
    """The line with another time in its stamps."""
    for stamp in _STAMPS:
        text = text.replace(then.strftime(stamp.format(then)), now.strftime(stamp.format(now)))
    return text


def _framed(when: datetime, log: str, line: str) -> bytes:
    """The line as the office's devices send it: priority, and a header where it has none."""
    wrapped = _WRAPPED.get(log)
    if wrapped is not None:
        host, program = wrapped
        line = f"{when:%b} {when.day:2} {when:%H:%M:%S} {host} {program}: {line}"
    return f"<134>{line}".encode()
