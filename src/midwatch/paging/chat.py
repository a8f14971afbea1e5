"""Chat, SMS, push and voice through the apprise library: one URL names service and account.

The URL holds the account's secrets, so the policy keeps it by reference, and nothing the
library logs goes any further: of a failure only the kind of service and the status are told.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import apprise

from midwatch.paging.channels import DeliveryError, Message, Trouble

_STATUS: Final = re.compile(r"error[= ]+(\d{3})\b")
_TALKATIVE: Final = ("apprise", "urllib3.connectionpool")
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*")


class _Hush(logging.Filter):
    """Lets no record through, since it may hold secrets, and keeps the status it tells of."""

    def __init__(self) -> None:
        super().__init__()
        self.status = ""

    def filter(self, record: logging.LogRecord) -> bool:
        found = _STATUS.search(record.getMessage())
        self.status = found[1] if found else self.status
        return False


@contextmanager
def _hushed() -> Iterator[_Hush]:
    hush = _Hush()
    loggers = [logging.getLogger(name) for name in _TALKATIVE]
    for logger in loggers:
        logger.addFilter(hush)
    try:
        yield hush
    finally:
        for logger in loggers:
            logger.removeFilter(hush)


class ChatChannel:
    """Hands messages to the service that the address names."""

    def send(self, message: Message, address: str) -> str:
        """Hand it over; the kind of service that took it.

        Raises:
            DeliveryError: The URL names no service, or the service did not take it.
        """
        scheme = address.partition("://")[0].lower()
        kind = scheme if _SCHEME.fullmatch(scheme) else "no known service"
        with _hushed() as hush:
            taken = self._notify(message, address, kind)
        if taken:
            return f"taken by {kind}"
        answered = f" and answered {hush.status}" if hush.status else ""
        raise DeliveryError(Trouble.DOWN, f"the service ({kind}) did not take it{answered}")

    @staticmethod
    def _notify(message: Message, address: str, kind: str) -> bool:
        asset = apprise.AppriseAsset(
            app_id="Midwatch",
            app_desc="Midwatch",
            async_mode=False,
            storage_mode=apprise.PersistentStoreMode.MEMORY,
        )
        service = apprise.Apprise(asset=asset)
        try:
            known = service.add(address)
        except Exception:  # noqa: BLE001  # a plugin may raise anything over a malformed URL
            known = False
        if not known:
            raise DeliveryError(
                Trouble.REFUSED,
                f"the URL is none that apprise understands ({kind})",
                remedy="see the documentation of apprise for the service",
            )
        urgency = apprise.NotifyType.FAILURE if message.urgent else apprise.NotifyType.WARNING
        try:
            taken = service.notify(
                title=message.subject,
                body=message.text,
                body_format=apprise.NotifyFormat.TEXT,
                notify_type=urgency,
            )
        except Exception:  # noqa: BLE001  # a plugin may raise anything, and the text may hold secrets
            raise DeliveryError(Trouble.DOWN, f"the service ({kind}) failed") from None
        return bool(taken)
