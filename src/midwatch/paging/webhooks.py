"""Webhooks: JSON over HTTP POST, signed, so that the receiver knows who sent it and when.

The signature is HMAC-SHA256 over ``TIMESTAMP.BODY`` with the shared secret, in hexadecimal:

    Midwatch-Timestamp: 1794528600
    Midwatch-Signature: v1=5257a869…
    Idempotency-Key: the delivery's id, the same at every attempt

A receiver computes it anew over the bytes it got, compares in constant time, and refuses
timestamps more than five minutes off; ``verify`` does just that.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ssl
from typing import Final
from urllib.parse import urlsplit

import msgspec

from midwatch.kernel import ConfigurationError
from midwatch.paging.channels import DeliveryError, Message, Trouble
from midwatch.paging.references import resolve, strike_out
from midwatch.paging.targets import keep_outside
from midwatch.reports.defusing import defuse

TOLERANCE: Final = 300
"""Seconds a timestamp may be off."""
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_TRY_LATER: Final = frozenset({408, 425, 429})
_SECOND: Final = 1_000_000


class WebhookSettings(msgspec.Struct, frozen=True, kw_only=True):
    """``secret`` is a reference (``env:NAME``, ``file:PATH``); ``timeout`` is in seconds.

    ``ca``: a file of certificates to trust instead of the system's. ``headers`` are sent
    along, their values may be references (a bearer token). ``inside``: whether addresses of
    one's own network may be called too.
    """

    secret: str
    timeout: float = 10.0
    ca: str = ""
    headers: dict[str, str] = {}
    inside: bool = True


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """The value of ``Midwatch-Signature``; ``timestamp`` in seconds since 1970."""
    signed = str(timestamp).encode() + b"." + body
    return "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def verify(secret: str, timestamp: str, signature: str, body: bytes, now: int) -> bool:
    """Whether a webhook is genuine and fresh; ``now`` in seconds since 1970."""
    if not (timestamp.isascii() and timestamp.isdigit()) or len(timestamp) > 12:
        return False
    expected = sign(secret, int(timestamp), body)
    genuine = hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace"))
    return genuine and abs(now - int(timestamp)) <= TOLERANCE


class WebhookChannel:
    """Posts messages to the URL that is the address."""

    def __init__(self, settings: WebhookSettings) -> None:
        """Check the settings; nothing is connected yet.

        Raises:
            ConfigurationError: The certificates cannot be read.
        """
        self._settings = settings
        try:
            self._tls = ssl.create_default_context(cafile=settings.ca or None)
        except (OSError, ssl.SSLError) as error:
            raise ConfigurationError(
                "the certificates for webhooks cannot be read",
                remedy="give a file in PEM form",
                path=settings.ca,
            ) from error

    def send(self, message: Message, address: str) -> str:
        """Post it; the status of the answer. Redirections are not followed.

        Raises:
            DeliveryError: The other side cannot be reached or does not accept it.
        """
        secrets = [address]
        try:
            secrets += [urlsplit(address).path, urlsplit(address).query]
            secret = resolve(self._settings.secret)
            extra = {name: resolve(value) for name, value in self._settings.headers.items()}
            secrets += [secret, *extra.values()]
            status = self._post(message, address, secret, extra)
        except ConfigurationError as error:
            raise DeliveryError(Trouble.DOWN, str(error)) from None
        except (OSError, http.client.HTTPException) as error:
            said = strike_out(defuse(str(error) or type(error).__name__, 200), secrets)
            raise DeliveryError(
                Trouble.DOWN, f"the webhook's server cannot be used: {said}"
            ) from None
        except ValueError:
            raise _no_url() from None
        if 200 <= status < 300:
            return f"answered {status}"
        if status >= 500:
            raise DeliveryError(Trouble.DOWN, f"the webhook's server answered {status}")
        if status in _TRY_LATER:
            raise DeliveryError(Trouble.LATER, f"the webhook's server answered {status}")
        raise DeliveryError(
            Trouble.REFUSED,
            f"the webhook's server answered {status}",
            remedy="check the URL and what it accepts",
        )

    def _post(self, message: Message, address: str, secret: str, extra: dict[str, str]) -> int:
        url = urlsplit(address)
        host = url.hostname or ""
        timeout = self._settings.timeout
        if url.scheme == "https" and host:
            server: http.client.HTTPConnection = http.client.HTTPSConnection(
                host, url.port, timeout=timeout, context=self._tls
            )
        elif url.scheme == "http" and host in _LOOPBACK:
            server = http.client.HTTPConnection(host, url.port, timeout=timeout)
        else:
            raise _no_url()
        if not self._settings.inside:
            keep_outside(server)
        body = message.body if message.body is not None else msgspec.json.encode(message.data)
        seconds = message.at // _SECOND
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Midwatch",
            "Midwatch-Timestamp": str(seconds),
            "Midwatch-Signature": sign(secret, seconds, body),
            "Idempotency-Key": message.id,
            **extra,
        }
        try:
            target = (url.path or "/") + (f"?{url.query}" if url.query else "")
            server.request("POST", target, body, headers)
            return server.getresponse().status
        finally:
            server.close()


def _no_url() -> DeliveryError:
    return DeliveryError(
        Trouble.REFUSED,
        "it is no URL a webhook may go to",
        remedy="give an https URL; http is for this machine only",
    )
