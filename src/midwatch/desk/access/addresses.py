"""Where a request comes from."""

from __future__ import annotations

from typing import Final

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

UNKNOWN: Final = ""


def address_of(request: HttpRequest) -> str:
    """The visitor's address, for the record: what the trusted proxies say, else the connection's.

    Empty where neither can be told (a socket file, a proxy that says nothing).
    """
    try:
        found = get_adapter(request).get_client_ip(request)
    except PermissionDenied:
        return UNKNOWN
    return str(found or UNKNOWN)[:64]
