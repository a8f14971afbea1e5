"""The canary: a line that goes the way of all lines, every minute, and must come out again.

It is sent to our own syslog port, is told by its host name like any source behind a relay,
waits in the spool, is read and recognised; the pipeline hears it and says so. What never
comes out was lost on the way, and so would a client's line be.
"""

from __future__ import annotations

import re
import socket
from contextlib import suppress
from typing import Final

from midwatch.tenants import Feed, Mark, MarkKind

OWN_TENANT: Final = "_midwatch"
"""The tenant of Midwatch's own lines, such as the canary's."""
ADDRESS: Final = "127.109.119.1"
"""Of its own, where the system lets it: a program on this machine may be a source too."""
HOST: Final = "midwatch-canary"
PROCESS: Final = "canary"
"""Under which the health store keeps when it was heard."""
CANARY_FEED: Final = Feed(
    id="midwatch-canary",
    tenant=OWN_TENANT,
    office="",
    title="Canary",
    marks=tuple(
        Mark(MarkKind.ADDRESS, loopback, host=HOST)
        for loopback in ("127.109.119.1/32", "127.0.0.1/32", "127.0.0.0/8", "::1/128")
    ),
)
_LINE: Final = re.compile(r"midwatch: canary (\d{1,19})\b")


def canary_line(now: int) -> bytes:
    """The line that is sent at ``now`` (UTC microseconds)."""
    return f"<14>1 - {HOST} midwatch - - - midwatch: canary {now}".encode()


def sent_at(line: str) -> int | None:
    """When a canary that was heard had been sent; None: it is none.

    >>> sent_at(canary_line(17).decode())
    17
    """
    found = _LINE.search(line)
    return int(found[1]) if found else None


def send_canary(now: int, *, udp: int, tcp: int) -> bool:
    """Send one to our own port, UDP where it is on, else TCP; whether it could be sent."""
    line = canary_line(now)
    try:
        if udp:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                with suppress(OSError):
                    sender.bind((ADDRESS, 0))
                sender.sendto(line, ("127.0.0.1", udp))
            return True
        if tcp:
            with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as connection:
                connection.settimeout(2)
                with suppress(OSError):
                    connection.bind((ADDRESS, 0))
                connection.connect(("127.0.0.1", tcp))
                connection.sendall(line + b"\n")
            return True
    except OSError:
        return False
    return False
