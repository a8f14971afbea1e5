"""Chat, SMS, push and voice through the apprise library: one URL names service and account.

The URL holds the account's secrets, so the policy keeps it by reference, and nothing the
library logs goes any further: of a failure only the kind of service and the status are told.
"""

from __future__ import annotations

import logging
import re
from typing import Final

import apprise

from midwatch.paging.channels import DeliveryError, Message, Trouble

_STATUS: Final = re.compile(r"error[= ]+(\d{3})\b")
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*")


class ChatChannel:
    """Hands messages to the service that the address names."""

    def __init__(self) -> None:
        """Keep the library's own records from going anywhere: they may hold secrets."""
        log = logging.getLogger("apprise")
        log.propagate = False
        log.addHandler(logging.NullHandler())

    def send(self, message: Message, address: str) -> str:
        """Hand it over; the kind of service that took it.

        Raises:
            DeliveryError: The URL names no service, or the service did not take it.
        """
        scheme = address.partition("://")[0].lower()
        kind = scheme if _SCHEME.fullmatch(scheme) else "no known service"
        service = apprise.Apprise(
            asset=apprise.AppriseAsset(
                app_id="Midwatch",
                app_desc="Midwatch",
                async_mode=False,
                storage_mode=apprise.PersistentStoreMode.MEMORY,
            )
        )
        if not service.add(address):
            raise DeliveryError(
                Trouble.REFUSED,
                f"the URL is none that apprise understands ({kind})",
                remedy="see the documentation of apprise for the service",
            )
        with apprise.LogCapture(level=logging.WARNING) as captured:  # type: ignore[no-untyped-call]  # its constructor has no annotations
            try:
                taken = service.notify(
                    title=message.subject,
                    body=message.text,
                    body_format=apprise.NotifyFormat.TEXT,
                    notify_type=apprise.NotifyType.FAILURE
                    if message.urgent
                    else apprise.NotifyType.WARNING,
                )
            except Exception:  # noqa: BLE001  # a plugin may raise anything, and the text may hold secrets
                raise DeliveryError(Trouble.DOWN, f"the service ({kind}) failed") from None
            told = captured.getvalue() if captured is not None else ""
        if taken:
            return f"taken by {kind}"
        status = _STATUS.search(told)
        answered = f" and answered {status[1]}" if status else ""
        raise DeliveryError(Trouble.DOWN, f"the service ({kind}) did not take it{answered}")
