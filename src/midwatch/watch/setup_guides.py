"""What to type into a device so that it sends its logs here.

A log source may have a ``setup.txt`` in its folder, with ``{host}``, ``{port}``,
``{http}`` (the address shippers use) and ``{token}`` where they belong. A product without
one is a server's program or speaks syslog, and gets the general words.
"""

from __future__ import annotations

import re
import socket
from pathlib import Path
from typing import Final

from midwatch.events import sources as sources_package
from midwatch.watch.configuration import Configuration

PLACEHOLDERS: Final = frozenset({"host", "port", "http", "token"})
_FOLDER: Final = Path(sources_package.__path__[0])
_GENERAL: Final = """\
In the device's settings look for "remote syslog", "log server" or "SIEM":

    Server:    {host}
    Port:      {port}  (UDP, or TCP where it can)
    Format:    the product's own, or RFC 3164 / RFC 5424
    Severity:  informational and above

On a Linux server with rsyslog, write /etc/rsyslog.d/50-midwatch.conf:

    *.* action(type="omfwd" target="{host}" port="{port}" protocol="tcp"
               action.resumeRetryCount="-1" queue.type="LinkedList"
               queue.filename="midwatch" queue.maxDiskSpace="1g" queue.saveOnShutdown="on")
"""
_HTTP: Final = """\
Have it send over HTTP, with this token. To try it:

    curl -H "Authorization: Bearer {token}" --data-binary @FILE {address}/v1/ingest

Filebeat, Fluent Bit, Vector, OpenTelemetry and others send to {address} as it is.
"""
_PLACEHOLDER: Final = re.compile(r"\{([a-z]+)\}")


def guide_of(product: str) -> str:
    """The words for a product, placeholders unfilled; ``product`` may be empty."""
    place = _FOLDER / product / "setup.txt" if product else None
    if place is not None and place.is_file():
        return place.read_text(encoding="utf-8")
    return _GENERAL


def filled_guide(product: str, *, host: str, port: int, http: str, token: str = "") -> str:
    """The words for a product with its placeholders filled; other braces stay.

    >>> "server 192.0.2.9" in filled_guide("mikrotik", host="192.0.2.9", port=5514, http="")
    False
    >>> "remote=192.0.2.9" in filled_guide("mikrotik", host="192.0.2.9", port=5514, http="")
    True
    """
    values = {"host": host, "port": str(port), "http": http, "token": token or "TOKEN"}
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), guide_of(product))


def guide_for(product: str, settings: Configuration, *, token: str = "", port: int = 0) -> str:
    """The words for a product with the addresses of the watch that runs on this machine.

    ``port``: where it sends to; 0: the first way of syslog that is open.
    """
    here = own_address()
    scheme = "https" if settings.http.certificate else "http"
    if token and "{token}" not in guide_of(product):
        return _HTTP.format(address=f"{scheme}://{here}:{settings.http.port}", token=token)
    return filled_guide(
        product,
        host=here,
        port=port or settings.syslog.udp or settings.syslog.tcp or settings.syslog.tls,
        http=f"{scheme}://{here}:{settings.http.port}",
        token=token,
    )


def own_address() -> str:
    """This machine's address as others in the network see it; no packet is sent for it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return socket.gethostname()
