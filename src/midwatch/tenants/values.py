"""Tenants, offices and feeds as values. Times are UTC microseconds since 1970."""

from __future__ import annotations

import hashlib
from enum import StrEnum

import msgspec


class MarkKind(StrEnum):
    """By what a sender is told."""

    TOKEN = "token"  # noqa: S105  # the name of a kind, not a secret
    CERTIFICATE = "certificate"
    ADDRESS = "address"
    PATH = "path"


class Mark(msgspec.Struct, frozen=True):
    """One thing a feed is told by.

    ``value``: the token's SHA-256 in hexadecimal (the token itself is never kept); the client
    certificate's SHA-256 fingerprint in hexadecimal; an address or network in CIDR form; or the
    absolute path of a followed file or watched folder.
    ``port``: for an address, the local port it sends to; 0 means any.
    ``host``: for an address, the host name its lines must bear; empty means any. Several
    feeds behind one address (a relay) are told apart by it.
    """

    kind: MarkKind
    value: str
    port: int = 0
    host: str = ""


class Tenant(msgspec.Struct, frozen=True):
    """A client firm. ``zone`` is an IANA name; ``demo`` marks the bundled sample office."""

    id: str
    title: str
    zone: str = "UTC"
    retention_days: int = 365
    legal_hold: bool = False
    demo: bool = False
    created: int = 0


class FieldMasking(msgspec.Struct, frozen=True):
    """What of a tenant's events is masked before it is kept for good.

    ``fields``: how (``hide``, ``pseudonym`` or ``address``), by name of the field. ``key``: where
    the client's key is, ``env:NAME`` or ``file:PATH``; never the key itself. ``keep_lines``:
    keep lines where every masked value could be replaced in them.
    """

    tenant: str
    fields: dict[str, str]
    key: str = ""
    keep_lines: bool = False


class Office(msgspec.Struct, frozen=True):
    """A place of a tenant's. An empty ``zone`` means the tenant's."""

    id: str
    tenant: str
    title: str
    zone: str = ""


class Feed(msgspec.Struct, frozen=True):
    """One sender of logs. ``product`` names a log source, or is empty: recognise each line.

    ``silence``: seconds without a line after which it is alarmed; 0 means learnt.
    ``paused``: its lines are taken and kept, its silence is not alarmed.
    """

    id: str
    tenant: str
    office: str
    title: str
    product: str = ""
    zone: str = ""
    marks: tuple[Mark, ...] = ()
    silence: int = 0
    paused: bool = False
    created: int = 0


def hash_of_token(token: str) -> str:
    """What is kept of a token. Tokens are long and random, so that one SHA-256 is enough."""
    return hashlib.sha256(token.encode()).hexdigest()
