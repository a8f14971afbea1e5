"""The sample office that keeps sending, so that a newcomer sees the watch at work.

Its lines travel the way real ones do: as syslog to this machine's own UDP port, where the
office's sources are told by the host name that their lines bear. A minute after it began
somebody guesses a VPN password. Everything of it belongs to one client, marked as a
sample, and ``remove_living_office`` takes all of it away again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from midwatch.tenants import Feed, Mark, MarkKind, Office, Tenant, TenantStore
from midwatch.watch.sample_office import guessed_password, ordinary_day

CLIENT: Final = "sample"
"""The id of the sample client."""
_OFFICE: Final = "quayside"
_FEEDS: Final = {
    "sample-gate": ("Firewall and VPN (sample)", "gate"),
    "sample-files": ("File server (sample)", "files"),
    "sample-mail": ("Mail server (sample)", "mail"),
    "sample-web": ("Web server (sample)", "web"),
    "sample-pc": ("PC of J. Ortiz (sample)", "pc-ortiz"),
}
_WRAPPED: Final = {"access.log": ("web", "nginx"), "windows.json": ("pc-ortiz", "winlog")}
"""Logs whose lines bear no syslog header of their own: host and program to give them."""


def add_living_office(store: TenantStore, now: int) -> None:
    """Make the sample client and its sources; ``now`` in UTC microseconds."""
    store.save_tenant(
        Tenant(
            CLIENT, "Harbour Accounts (sample)", zone="UTC", retention_days=30, demo=True,
            created=now,
        )
    )  # fmt: skip
    store.save_office(Office(_OFFICE, CLIENT, "Quayside"))
    for feed, (title, host) in _FEEDS.items():
        marks = tuple(
            Mark(MarkKind.ADDRESS, loopback, host=host) for loopback in ("127.0.0.1/32", "::1/128")
        )
        store.save_feed(Feed(feed, CLIENT, _OFFICE, title, marks=marks, created=now))


def living_lines(start: datetime) -> Iterator[tuple[datetime, bytes]]:
    """(when to send, syslog line) from ``start`` (aware) on, without end.

    The story of the guessed password begins a minute later and comes again every day.
    """
    begin = start.astimezone(UTC)
    midnight = begin.replace(hour=0, minute=0, second=0, microsecond=0)
    number = 0
    while True:
        day = midnight + timedelta(days=number)
        story = guessed_password(begin + timedelta(days=number, minutes=1))
        ordinary = ordinary_day(day, day.toordinal())
        for when, log, line in sorted([*ordinary, *story]):
            if when >= begin:
                yield when, _framed(when, log, line)
        number += 1


def _framed(when: datetime, log: str, line: str) -> bytes:
    """The line as the office's devices send it: priority, and a header where it has none."""
    wrapped = _WRAPPED.get(log)
    if wrapped is not None:
        host, program = wrapped
        line = f"{when:%b} {when.day:2} {when:%H:%M:%S} {host} {program}: {line}"
    return f"<134>{line}".encode()
