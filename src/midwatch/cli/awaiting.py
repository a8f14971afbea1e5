"""Waits until the desk answers, so that the address that is printed opens.

It is apart from ``up``, which lives for months and needs none of this.
"""

from __future__ import annotations

import ssl
import time
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Final

from midwatch.kernel import RemoteFailureError
from midwatch.watch.configuration import DeskSettings

_PATIENCE: Final = 90.0
"""Seconds; the very first start makes the tables, which takes a slow machine a while."""
_LOOK: Final = 0.1
_ONE_ANSWER: Final = 10.0
_WELL: Final = 200
_ANYWHERE: Final = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # where it is asked, not where it listens


def await_desk(desk: DeskSettings, log: Path) -> None:
    """Return once the desk answers; ``log`` is where it writes.

    Raises:
        RemoteFailureError: It does not within a minute and a half.
    """
    until = time.monotonic() + _PATIENCE
    while not answers(desk):
        if time.monotonic() > until:
            raise RemoteFailureError(
                f"the watch runs, but its desk has not answered within {_PATIENCE:.0f} s",
                remedy="its log says why, and midwatch up --unless-running prints its address; "
                "midwatch down stops all",
                path=str(log),
            )
        time.sleep(_LOOK)


def answers(desk: DeskSettings) -> bool:
    """Whether the desk says on this machine that it is well."""
    connection = _connection(desk, _ANYWHERE.get(desk.address, desk.address))
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        return connection.getresponse().status == _WELL
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _connection(desk: DeskSettings, host: str) -> HTTPConnection:
    if not desk.certificate:
        return HTTPConnection(host, desk.port, timeout=_ONE_ANSWER)
    # Asked is whether it answers, not who it is: nothing is told to it or believed.
    unchecked = ssl.create_default_context()
    unchecked.check_hostname = False
    unchecked.verify_mode = ssl.CERT_NONE
    return HTTPSConnection(host, desk.port, timeout=_ONE_ANSWER, context=unchecked)
