r"""Masking at write: chosen fields of a tenant never reach the disk as they were.

A field is hidden (``***``), replaced by a pseudonym (a keyed hash: the same value gives the
same pseudonym within a tenant, so that counting works), or by a pseudonymous address of the same
family. The key is the client's; we see only its hashes through ``KeyHolder``.

The same values are replaced in every other text of the row. The line itself is dropped
unless ``keep_lines`` asks for it; it is then kept only where each masked value was found and
replaced in it, for a line may write a value in a way we do not know. Lines that were not understood
are dropped always, since nobody knows what they hold. No masking can promise more: what nobody
chose as a field, such as a name inside a free text, stays if ``keep_lines`` is on.

>>> class Fixed:
...     def keyed_hash(self, tenant, data):
...         return hmac.digest(b"key of " + tenant.encode(), data, "sha256")
>>> masking = Masking({"user": MaskKind.PSEUDONYM}, Fixed())
>>> masking.masked("acme", "user", "mia") == masking.masked("acme", "user", "mia")
True
"""

from __future__ import annotations

import hmac  # noqa: F401  # the example above hashes as a key holder does
import ipaddress
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from midwatch.events.schema import FIELDS, FieldType
from midwatch.kernel import ConfigurationError
from midwatch.lake.values import NUMBERS

HIDDEN: Final = "***"
_LENGTH: Final = 20
_SHORTEST: Final = 3
_UNMASKABLE: Final = frozenset(
    {"tenant", "day", "time", "received", "office", "feed", "source", "spool", "delivery", "line",
     "parsed", "failure", "dated_by_receipt", "masked", "fields", "raw", "raw_bytes", "line_form"}
)  # fmt: skip


class MaskKind(StrEnum):
    """How a field is masked."""

    HIDE = "hide"
    PSEUDONYM = "pseudonym"
    ADDRESS = "address"
    """IPv4: in 240.0.0.0/4 (28 bits of the hash, so two of some 20,000 addresses may meet);
    IPv6: in fd00::/8. Neither occurs in the open Internet."""


class KeyHolder(Protocol):
    """Whoever holds the clients' keys."""

    def keyed_hash(self, tenant: str, data: bytes) -> bytes:
        """HMAC-SHA256 of ``data`` under the tenant's key."""
        ...


@dataclass(frozen=True, slots=True)
class Masking:
    """What is masked for one tenant. Names are common columns or the product's own fields."""

    fields: Mapping[str, MaskKind]
    keys: KeyHolder
    keep_lines: bool = False

    def __post_init__(self) -> None:
        """Refuse fields that cannot be masked.

        Raises:
            ConfigurationError: A name is not text, or tells where a row belongs.
        """
        for name in self.fields:
            known = FIELDS.get(name)
            numeric = name in NUMBERS or (known is not None and known.type is FieldType.INTEGER)
            if name in _UNMASKABLE or numeric:
                raise ConfigurationError(
                    f"the field {name!r} cannot be masked",
                    remedy="mask fields that hold text or addresses, such as user or src_ip",
                )

    def masked(self, tenant: str, name: str, value: str) -> str:
        """What is written instead of a value."""
        kind = self.fields[name]
        if kind is MaskKind.HIDE:
            return HIDDEN
        return pseudonym(self.keys, tenant, value, kind)

    def replace(self, text: str, replacements: Mapping[str, str]) -> tuple[str, bool]:
        """The text with values replaced, whatever their case; and whether each was found."""
        complete = True
        for value in sorted(replacements, key=len, reverse=True):
            if value.lower() not in text.lower():
                complete = False
                continue
            if len(value) < _SHORTEST:
                complete = False
            pattern = re.compile(rf"(?<!\w){re.escape(value)}(?!\w)", re.IGNORECASE)
            text, found = pattern.subn(replacements[value].replace("\\", r"\\"), text)
            complete = complete and found > 0 and value.lower() not in text.lower()
        return text, complete


def pseudonym(keys: KeyHolder, tenant: str, value: str, kind: MaskKind) -> str:
    """What stands for a value under the tenant's key: whatever its case, the same.

    It does not depend on the field: the same person in ``user`` and ``src_user`` stays the same.
    """
    plain = unicodedata.normalize("NFC", value).casefold()
    digest = keys.keyed_hash(tenant, plain.encode("utf-8", "surrogatepass"))
    if kind is MaskKind.ADDRESS:
        try:
            version: int = ipaddress.ip_address(plain).version
        except ValueError:
            version = 0
        if version == 4:
            number = int.from_bytes(digest[:4], "big") | 0xF000_0000
            return str(ipaddress.IPv4Address(number))
        if version == 6:
            return str(ipaddress.IPv6Address(b"\xfd" + digest[:15]))
    return f"p-{digest.hex()[:_LENGTH]}"
