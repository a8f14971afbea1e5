"""Invitations and notices leave by the same mail server as the alerts."""

from __future__ import annotations

from typing import Any

from midwatch.desk.setup import DeskSetup
from midwatch.paging.references import resolve


def mail_of(setup: DeskSetup) -> dict[str, Any]:
    """Django's settings for mail. Without a server nothing is sent, and pages say so.

    Raises:
        ConfigurationError: The password's place cannot be read.
    """
    mail = setup.configuration.mail
    if not mail.host:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": mail.host,
        "EMAIL_PORT": mail.port,
        "EMAIL_HOST_USER": mail.user,
        "EMAIL_HOST_PASSWORD": resolve(mail.password) if mail.password else "",
        "EMAIL_USE_TLS": mail.security == "starttls",
        "EMAIL_USE_SSL": mail.security == "tls",
        "EMAIL_TIMEOUT": 20,
        "DEFAULT_FROM_EMAIL": mail.sender or "midwatch@localhost",
    }
