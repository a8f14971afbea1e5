"""Random words that open something once: made, shown once, kept as a hash."""

from __future__ import annotations

import secrets
from hashlib import sha256


def new_token(prefix: str = "") -> tuple[str, str]:
    """A token of 256 bits and what is kept of it."""
    token = prefix + secrets.token_urlsafe(32)
    return token, digest_of(token)


def digest_of(token: str) -> str:
    """What is kept of a token; as tokens are long and random, one SHA-256 is enough."""
    return sha256(token.encode()).hexdigest()
