"""What a channel is: something that takes a message for an address, or says why not.

A channel never raises anything but ``DeliveryError`` from ``send``, and its errors hold no
secret. It may be slow for ``timeout`` seconds, not longer.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Protocol

import msgspec

from midwatch.kernel import RemoteFailureError


class Trouble(StrEnum):
    """What kind of failure it was.

    ``down``: the channel itself does not work now; ``later``: it works, but not for this
    address now; ``refused``: it will never take this message for this address.
    """

    DOWN = "down"
    LATER = "later"
    REFUSED = "refused"


class DeliveryError(RemoteFailureError):
    """The message was not taken."""

    def __init__(self, trouble: Trouble, cause: str, *, remedy: str = "") -> None:
        """Keep the kind of trouble; ``cause`` holds no secret."""
        super().__init__(cause, remedy=remedy)
        self.trouble = trouble


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message about one tenant.

    ``id`` is the same at every attempt; ``thread`` names the incident, so that mails about it
    stand together; ``at`` is when it was composed, UTC microseconds. ``data`` is what a
    program needs; ``body`` replaces it where a template made the whole.
    """

    id: str
    tenant: str
    thread: str
    first: bool
    at: int
    subject: str
    text: str
    html: str
    data: Mapping[str, Any]
    urgent: bool = False
    body: bytes | None = None


class Channel(Protocol):
    """One way out."""

    def send(self, message: Message, address: str) -> str:
        """Hand it over; what the other side said, for the record.

        Raises:
            DeliveryError: It was not taken.
        """
        ...
