"""Secrets by reference: the configuration names where a secret lies, never the secret.

``env:NAME`` is an environment variable, ``file:PATH`` the first line of a file. Anything
else is taken as it stands.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote

from midwatch.kernel import ConfigurationError

_SHORTEST: Final = 4
"""What is shorter is no secret, and striking it out would spoil every text."""


def resolve(reference: str, environment: Mapping[str, str] | None = None) -> str:
    """What the reference stands for.

    Raises:
        ConfigurationError: There is no such variable or file, or it is empty.
    """
    kind, colon, place = reference.partition(":")
    if not colon or kind not in ("env", "file"):
        return reference
    if kind == "env":
        value = (os.environ if environment is None else environment).get(place, "")
    else:
        try:
            value = Path(place).read_text("utf-8").strip().partition("\n")[0].strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(
                "the file of a secret cannot be read",
                remedy="check the path and who may read it",
                path=place,
            ) from error
    if not value:
        raise ConfigurationError(
            f"the secret {reference!r} is empty or missing", remedy="set it, or correct its name"
        )
    return value


def is_reference(text: str) -> bool:
    """Whether the text names where a secret lies."""
    return text.startswith(("env:", "file:"))


def strike_out(text: str, secrets: Iterable[str]) -> str:
    """The text without the secrets, in any form a server or library may echo them."""
    forms: set[str] = set()
    for secret in secrets:
        if len(secret) >= _SHORTEST:
            encoded = base64.b64encode(secret.encode()).decode()
            forms |= {secret, quote(secret, safe=""), quote(secret), encoded}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, "…")
    return text
