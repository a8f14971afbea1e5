"""What this watch recorded of its own service, as the viewer may have it, signed by its key."""

from __future__ import annotations

from typing import Final

from django.http import Http404

from midwatch.desk.access.roles import Permission
from midwatch.desk.access.scope import Scope
from midwatch.desk.access.stores import stores
from midwatch.desk.setup import desk_setup
from midwatch.vendors.service_facts import ServiceFacts, public_key
from midwatch.watch.service_record import ServiceRecord, facts_key

_NAMELESS: Final = "Midwatch"


def own_facts(scope: Scope, tenant: str | None, days: int) -> ServiceFacts:
    """The facts of the last days for a client; None: for all, which managers read.

    Raises:
        Http404: Not for this viewer.
        BadInputError: The record holds no such time.
    """
    _check(scope, tenant)
    # A firm that watches itself names no provider.
    provider = desk_setup().configuration.desk.provider or _NAMELESS
    return _record().facts(provider, tenant, days=days, now=scope.now)


def watched_since(scope: Scope, tenant: str | None) -> int | None:
    """When the first line came of those that the facts are about; None: none did.

    Raises:
        Http404: Not for this viewer.
    """
    _check(scope, tenant)
    return _record().watched_since(tenant)


def signed(facts: ServiceFacts) -> bytes:
    """The facts as a signed file."""
    return _record().signed(facts)


def own_key() -> str:
    """This installation's public key, hexadecimal."""
    return public_key(facts_key(stores().folder))


def _check(scope: Scope, tenant: str | None) -> None:
    if tenant is not None:
        scope.tenant(tenant)
    elif not scope.viewer.may(Permission.CLIENTS):
        raise Http404


def _record() -> ServiceRecord:
    kept = stores()
    return ServiceRecord(kept.folder, kept.tenants, kept.health, kept.incidents)
