"""Whose logs these are: tenants (the client firms), their offices, and their sources.

A ``Feed`` is what people call a source: one firewall, server or program of one office that
sends logs. It is told by what it proves or shows (``Mark``): a token, a certificate, or the
address and port it sends to. What no mark tells belongs to nobody (``intake`` keeps it in
quarantine until somebody claims it).
"""

from midwatch.tenants.store import TenantStore, check_title
from midwatch.tenants.values import (
    Feed,
    FieldMasking,
    Mark,
    MarkKind,
    Office,
    Tenant,
    hash_of_token,
)

__all__ = [
    "Feed",
    "FieldMasking",
    "Mark",
    "MarkKind",
    "Office",
    "Tenant",
    "TenantStore",
    "check_title",
    "hash_of_token",
]
