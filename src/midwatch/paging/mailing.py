"""E-mail over SMTP: encrypted and verified, plain text with a simple HTML twin.

Mails about one incident stand in one thread. A mail goes to one person and speaks of one
tenant, always. Its Message-ID is that of the delivery, so that a mail sent twice because
of a crash is the same mail to the receiver's software.

RFC 5321 (replies), RFC 5322 (threads), RFC 3207 (STARTTLS), RFC 3834 (automatic mail).
"""

from __future__ import annotations

import smtplib
import ssl
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from enum import StrEnum
from typing import Final

import msgspec

from midwatch.kernel import ConfigurationError
from midwatch.paging.channels import DeliveryError, Message, Trouble
from midwatch.paging.references import resolve, strike_out
from midwatch.reports.defusing import defuse

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_LONGEST_SUBJECT: Final = 180


class Security(StrEnum):
    """How the connection is protected; ``plain`` is allowed on the same machine only."""

    STARTTLS = "starttls"
    TLS = "tls"
    PLAIN = "plain"


class MailSettings(msgspec.Struct, frozen=True, kw_only=True):
    """A mail server to hand mails to.

    ``password`` is a reference (``env:NAME``, ``file:PATH``). ``ca``: a file of certificates
    to trust instead of the system's. ``timeout`` is in seconds.
    """

    host: str
    sender: str
    port: int = 587
    security: Security = Security.STARTTLS
    user: str = ""
    password: str = ""
    ca: str = ""
    timeout: float = 20.0


class MailChannel:
    """Hands mails to one server."""

    def __init__(self, settings: MailSettings) -> None:
        """Check the settings; nothing is connected yet.

        Raises:
            ConfigurationError: Plain text to another machine, a sender that is no address, or
                certificates that cannot be read.
        """
        if settings.security is Security.PLAIN and settings.host not in _LOOPBACK:
            raise ConfigurationError(
                "mail to another machine must be encrypted",
                remedy="set security to starttls or tls",
            )
        self._settings = settings
        self._sender = _address(settings.sender)
        if self._sender is None:
            raise ConfigurationError(
                "the sender of mails is no address", remedy="write it like watch@example.org"
            )
        try:
            self._tls = ssl.create_default_context(cafile=settings.ca or None)
        except (OSError, ssl.SSLError) as error:
            raise ConfigurationError(
                "the certificates for mail cannot be read",
                remedy="give a file in PEM form",
                path=settings.ca,
            ) from error

    def send(self, message: Message, address: str) -> str:
        """Hand the mail over; the server's word of acceptance.

        Raises:
            DeliveryError: The server is down, refuses for now or for ever.
        """
        to = _address(address)
        if to is None:
            raise DeliveryError(
                Trouble.REFUSED, "it is no mail address", remedy="correct it in the policy"
            )
        secrets = []
        try:
            if self._settings.password:
                secrets.append(resolve(self._settings.password))
            return self._send(self._mail(message, to), to, secrets)
        except ConfigurationError as error:
            raise DeliveryError(Trouble.DOWN, str(error)) from None
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            raise self._failure(code, said, secrets) from None
        except smtplib.SMTPAuthenticationError as error:
            raise DeliveryError(
                Trouble.DOWN,
                f"the mail server did not accept the login ({error.smtp_code})",
                remedy="check user and password",
            ) from None
        except smtplib.SMTPResponseException as error:
            raise self._failure(error.smtp_code, error.smtp_error, secrets) from None
        except UnicodeError:
            raise DeliveryError(
                Trouble.DOWN,
                "the mail server's user or password, or the address, has letters outside of ASCII",
                remedy="use one without them",
            ) from None
        except ssl.SSLError as error:
            raise DeliveryError(
                Trouble.DOWN,
                f"no trusted connection to the mail server: {error.reason or 'TLS failed'}",
                remedy="check its certificate and name",
            ) from None
        except (OSError, smtplib.SMTPException) as error:
            why = strike_out(defuse(str(error) or type(error).__name__, 200), secrets)
            raise DeliveryError(Trouble.DOWN, f"the mail server cannot be used: {why}") from None

    def _send(self, mail: EmailMessage, to: Address, secrets: list[str]) -> str:
        settings = self._settings
        if settings.security is Security.TLS:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.host, settings.port, timeout=settings.timeout, context=self._tls
            )
        else:
            server = smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout)
        with server:
            server.ehlo_or_helo_if_needed()
            if settings.security is Security.STARTTLS:
                server.starttls(context=self._tls)
                server.ehlo()
            if settings.user:
                server.login(settings.user, secrets[0] if secrets else "")
            server.send_message(mail, settings.sender, [to.addr_spec])
        return "accepted"

    def _mail(self, message: Message, to: Address) -> EmailMessage:
        sender = _address(self._settings.sender) or to
        mail = EmailMessage()
        mail["From"] = Address("Midwatch", sender.username, sender.domain)
        mail["To"] = to
        mail["Subject"] = defuse(message.subject, _LONGEST_SUBJECT)
        seconds = message.at / 1_000_000
        mail["Date"] = format_datetime(datetime.fromtimestamp(seconds, UTC))
        mail["Message-ID"] = f"<{message.id}@{sender.domain}>"
        # The first mail of a thread carries no reference to itself: its root is a name only.
        thread = f"<{message.thread}@{sender.domain}>"
        mail["References"] = thread
        if not message.first:
            mail["In-Reply-To"] = thread
        mail["Auto-Submitted"] = "auto-generated"
        if message.urgent:
            mail["X-Priority"] = "1"
            mail["Importance"] = "high"
        mail.set_content(message.text)
        mail.add_alternative(message.html, subtype="html")
        return mail

    @staticmethod
    def _failure(code: int, said: bytes | str, secrets: list[str]) -> DeliveryError:
        words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        cause = strike_out(f"the mail server said {code} {defuse(words, 200)}", secrets)
        if code == 421:
            return DeliveryError(Trouble.DOWN, cause)
        trouble = Trouble.REFUSED if 500 <= code < 600 else Trouble.LATER
        return DeliveryError(trouble, cause)


def _address(text: str) -> Address | None:
    try:
        parsed = Address(addr_spec=text)
    except (ValueError, IndexError):
        return None
    except Exception:  # noqa: BLE001  # the parser raises classes of its own for some malformed texts
        return None
    return parsed if parsed.username and parsed.domain and "\n" not in text else None
