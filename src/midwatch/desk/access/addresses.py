"""Where a request came from, for the record."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """The visitor's address: the one that the trusted proxies name, where there are such."""
    return str(get_adapter().get_client_ip(request))[:64]
