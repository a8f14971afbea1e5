"""Proof that somebody was told: signed links that expire, and the mark in a subject.

A link's token names incident, alarm, person and end, signed with HMAC-SHA256. Opening a
link changes nothing, since mail scanners open links; acknowledging is a step of its own
(``answering``). The mark in a subject, ``[MW-7f3k2m9q4x-kd2r7p]``, is the incident's
reference and a short signature for one person, so that a reply shows who was told.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from typing import Final

import msgspec

from midwatch.incidents import Incident
from midwatch.incidents.incident import REFERENCE_LENGTH
from midwatch.kernel import BadInputError, ConfigurationError

DAY: Final = 86_400_000_000
LIFETIME: Final = 7 * DAY
_SHORTEST_KEY: Final = 32
_MARK_LENGTH: Final = 8
_MARK: Final = re.compile(
    rf"\[MW-([0-9a-z]{{{REFERENCE_LENGTH}}})-([a-z2-7]{{{_MARK_LENGTH}}})\]", re.IGNORECASE
)


class Claim(msgspec.Struct, frozen=True, array_like=True):
    """What a token says. ``expires`` is UTC microseconds."""

    incident: str
    alarm: int
    person: str
    expires: int


class Signer:
    """Makes tokens with the newest key and accepts those of all keys given."""

    def __init__(self, keys: tuple[bytes, ...]) -> None:
        """``keys``: the newest first, at least 32 random bytes each.

        Raises:
            ConfigurationError: There is no key, or one is too short.
        """
        if not keys or min(map(len, keys)) < _SHORTEST_KEY:
            raise ConfigurationError(
                "the key for links is missing or too short",
                remedy=f"give at least {_SHORTEST_KEY} random bytes",
            )
        self._keys = keys

    def token(self, claim: Claim) -> str:
        """The claim, signed; safe in a URL."""
        payload = msgspec.json.encode(claim)
        return f"{_text(payload)}.{_text(_mac(self._keys[0], b'link', payload))}"

    def claim(self, token: str, now: int) -> Claim:
        """What the token says, if it is ours and still holds.

        Raises:
            BadInputError: It is not ours, was changed, or has expired.
        """
        payload_text, _, mac_text = token.partition(".")
        try:
            payload, mac = _bytes(payload_text), _bytes(mac_text)
        except (binascii.Error, ValueError):
            raise _forged() from None
        genuine = [hmac.compare_digest(_mac(key, b"link", payload), mac) for key in self._keys]
        if not any(genuine):
            raise _forged()
        claim = msgspec.json.decode(payload, type=Claim)
        if now >= claim.expires:
            raise BadInputError(
                "this link has expired", remedy="open the incident at the desk instead"
            )
        return claim

    def mark(self, incident: Incident, person: str) -> str:
        """``[MW-7f3k2m9q4x-kd2r7p3a]``, for the subject of what this person gets."""
        return f"[{incident.reference}-{_short(self._keys[0], incident.id, person)}]"

    def marks(self, incident: Incident, person: str, mark: str) -> bool:
        """Whether the mark is this person's for this incident."""
        return any(
            hmac.compare_digest(_short(key, incident.id, person), mark.lower())
            for key in self._keys
        )


def find_mark(subject: str) -> tuple[str, str] | None:
    """(reference, signature) of the first mark in a subject; None: there is none."""
    found = _MARK.search(subject)
    return None if found is None else (f"MW-{found[1].lower()}", found[2].lower())


def _short(key: bytes, incident: str, person: str) -> str:
    mac = _mac(key, b"mark", f"{incident}\x1f{person}".encode())
    return base64.b32encode(mac).decode().lower()[:_MARK_LENGTH]


def _mac(key: bytes, purpose: bytes, payload: bytes) -> bytes:
    return hmac.new(key, purpose + b"\x00" + payload, hashlib.sha256).digest()


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    # Strict: another spelling of the same bytes is not the same token.
    raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _text(raw) != text:
        raise ValueError(text)
    return raw


def _forged() -> BadInputError:
    return BadInputError(
        "this link is not one of ours, or it was cut", remedy="open the whole link from the mail"
    )
