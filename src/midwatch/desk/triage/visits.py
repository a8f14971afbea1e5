"""What all pages here do: where a request came from, and what is said when an act is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from midwatch.kernel import BadInputError


def address_of(request: HttpRequest) -> str:
    """The visitor's address, as far as the trusted proxies tell it."""
    return str(get_adapter(request).get_client_ip(request) or "")


@contextmanager
def told(request: HttpRequest, done: str = "") -> Iterator[None]:
    """Say that it was done, or why not; a refusal changes nothing."""
    try:
        yield
    except BadInputError as error:
        messages.error(request, str(error))
    else:
        if done:
            messages.success(request, done)


def back(request: HttpRequest, otherwise: str) -> str:
    """Where to go after an act: the page of ours that the form names, else ``otherwise``."""
    wanted = request.POST.get("next", "")
    allowed = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if allowed and wanted.startswith("/") else otherwise
