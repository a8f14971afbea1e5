"""The keys that clients hold for their pseudonyms.

A key is the first line of a file outside of the state folder, or an environment variable: so a
copy of the state folder, or a backup, does not give away what the pseudonyms stand for.
"""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from midwatch.kernel import ConfigurationError, MidwatchError
from midwatch.paging.references import is_reference, resolve
from midwatch.tenants import FieldMasking

SHORTEST: Final = 32
"""Characters of a key, at least."""


class ClientKeys:
    """Hashes under the keys that it was given; see ``lake.KeyHolder``."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        """``keys``: by tenant."""
        self._keys = keys

    def keyed_hash(self, tenant: str, data: bytes) -> bytes:
        """HMAC-SHA256 under the tenant's key, of its name and the data.

        The name keeps clients apart who were given the same key.
        """
        return hmac.digest(self._keys[tenant], tenant.encode() + b"\0" + data, "sha256")


def read_key(reference: str) -> bytes:
    """The key that a reference, or the path of a file, names.

    Raises:
        ConfigurationError: It cannot be read, or is too short to be a key.
    """
    named = reference if is_reference(reference) else f"file:{reference}"
    key = resolve(named) if reference else ""
    if len(key) < SHORTEST:
        raise ConfigurationError(
            f"this is no key: it has {len(key)} characters, and needs at least {SHORTEST}",
            remedy="make one: midwatch client mask CLIENT --new-key FILE",
            path=named,
        )
    return key.encode()


def make_key(path: Path) -> None:
    """A new key in a new file that its owner alone can read.

    Raises:
        ConfigurationError: There is such a file already, or it cannot be written.
    """
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"{secrets.token_hex(32)}\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise ConfigurationError(
            f"the key cannot be written: {error.strerror}",
            remedy="name a new file in a folder that you may write",
            path=str(path),
        ) from error


def needs_key(masking: FieldMasking) -> bool:
    """Whether anything becomes a pseudonym; what is only hidden needs no key."""
    return any(kind != "hide" for kind in masking.fields.values())


def key_troubles(wanted: Iterable[FieldMasking]) -> dict[str, str]:
    """Why the keys that cannot be read cannot, by tenant."""
    found = {}
    for each in wanted:
        try:
            if needs_key(each):
                read_key(each.key)
        except MidwatchError as error:
            found[each.tenant] = str(error)
    return found
