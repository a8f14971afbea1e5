"""The token in a request's ``Authorization`` header, as the many shippers send it.

``Bearer TOKEN``; ``ApiKey`` with Base64 of ``anything:TOKEN`` (Elastic's form) or the bare
token; ``Basic`` with the token for a password, whatever the name; ``Splunk TOKEN``.
"""

from __future__ import annotations

import base64


def token_of(header: str) -> str:
    """The token, or an empty string.

    >>> token_of("Bearer abc"), token_of("Basic bWU6YWJj"), token_of("Splunk abc")
    ('abc', 'abc', 'abc')
    """
    scheme, _, value = header.strip().partition(" ")
    value = value.strip()
    match scheme.lower():
        case "bearer" | "splunk":
            return value
        case "basic":
            return _behind_colon(value) or ""
        case "apikey":
            return _behind_colon(value) or value
    return ""


def _behind_colon(value: str) -> str | None:
    try:
        text = base64.b64decode(value, validate=True).decode()
    except ValueError:
        return None
    _name, colon, token = text.partition(":")
    return token if colon else None
