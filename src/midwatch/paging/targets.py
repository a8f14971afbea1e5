"""Where a call may go: checked on the very address that is connected to.

A name may stand for an address of one's own network (or come to do so between a check and the
call), and so turn a webhook into a hand inside it. So the addresses of a name are looked up once,
each is judged, and the connection goes to one that was judged. Redirections are not followed by
whoever calls.
"""

from __future__ import annotations

import http.client
import socket
from ipaddress import IPv6Address, ip_address
from typing import Any


def outside(address: str) -> bool:
    """Whether it is an address of the open internet: no private, local or reserved one.

    >>> outside("9.9.9.9"), outside("169.254.169.254"), outside("::ffff:10.0.0.1")
    (True, False, False)
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is not None:
            return outside(str(inner))
    return found.is_global and not found.is_multicast


def keep_outside(server: http.client.HTTPConnection) -> None:
    """Have a connection refuse addresses that are not of the open internet.

    ``connect`` and whatever calls it raise ``OSError`` then.
    """

    def connect(
        address: tuple[str, int], timeout: float | None = None, *_more: Any  # noqa: ANN401  # the library's own signature
    ) -> socket.socket:  # fmt: skip
        last: OSError = OSError("the name has no address")
        for family, kind, protocol, _name, place in socket.getaddrinfo(
            *address, type=socket.SOCK_STREAM
        ):
            if not outside(str(place[0])):
                last = OSError("the name stands for an address inside, which may not be called")
                continue
            reached = socket.socket(family, kind, protocol)
            try:
                reached.settimeout(timeout)
                reached.connect(place)
            except OSError as error:
                reached.close()
                last = error
            else:
                return reached
        raise last

    # The library's own hook for how a connection is made, also under TLS.
    server._create_connection = connect  # type: ignore[attr-defined]  # noqa: SLF001  # the reason stands above
