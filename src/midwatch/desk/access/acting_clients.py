"""What the provider does about clients and offices, with its place in the record."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from django.http import Http404
from django.utils.translation import gettext as _

from midwatch.desk.access.roles import Permission
from midwatch.desk.access.scope import Scope
from midwatch.desk.access.stores import stores
from midwatch.desk.audit.services import note
from midwatch.desk.setup import desk_setup
from midwatch.kernel import BadInputError
from midwatch.tenants import Office, Tenant
from midwatch.watch.leaving import TakenAway
from midwatch.watch.leaving_office import take_away

MAIN_OFFICE = "main"


class ClientActs:
    """One viewer's acts. All of them raise ``Http404`` where the viewer may not."""

    def __init__(self, scope: Scope, address: str = "") -> None:
        """``address``: where the request came from, for the record."""
        self._scope = scope
        self._address = address

    def add(self, name: str, title: str, zone: str, days: int) -> Tenant:
        """A new client with its main office.

        Raises:
            BadInputError: The name is taken or no name, or there is no such zone.
        """
        if not self._scope.viewer.may(Permission.CLIENTS):
            raise Http404
        kept = stores().tenants
        if kept.tenant(name) is not None or name == "operator":
            raise BadInputError(
                _("there is a client “%(name)s” already") % {"name": name},
                remedy=_("choose another short name"),
            )
        check_zone(zone)
        made = Tenant(name, title, zone=zone, retention_days=days, created=self._scope.now)
        kept.save_tenant(made)
        kept.save_office(Office(MAIN_OFFICE, name, _("Main office")))
        self._note("client.add", name)
        return made

    def change(self, tenant: str, *, title: str, zone: str, days: int, legal_hold: bool) -> Tenant:
        """Change a client.

        Raises:
            BadInputError: There is no such zone.
        """
        known = self._scope.tenant(tenant, Permission.CLIENTS)
        check_zone(zone)
        changed = msgspec.structs.replace(
            known, title=title, zone=zone, retention_days=days, legal_hold=legal_hold
        )
        stores().tenants.save_tenant(changed)
        was, now = msgspec.structs.asdict(known), msgspec.structs.asdict(changed)
        self._note(
            "client.change", tenant, **{name: now[name] for name in now if now[name] != was[name]}
        )
        return changed

    def save_office(self, tenant: str, office: str, title: str, zone: str) -> Office:
        """Add or change an office.

        Raises:
            BadInputError: Its id is no plain name, or there is no such zone.
        """
        known = self._scope.tenant(tenant, Permission.CLIENTS)
        if zone:
            check_zone(zone)
        saved = Office(office, known.id, title, zone)
        stores().tenants.save_office(saved)
        self._note("client.office", tenant, office=office)
        return saved

    def take_demo_away(self, tenant: str) -> TakenAway | None:
        """Take the sample client away with all it has; None where it is gone already.

        Takes up to a minute while the watch runs.
        """
        known = self._scope.tenant(tenant, Permission.CLIENTS)
        if not known.demo:
            raise Http404
        gone = take_away(stores().folder, desk_setup().configuration)
        self._note("client.leave", tenant)
        return gone

    def _note(self, verb: str, tenant: str, **detail: object) -> None:
        note(
            self._scope.viewer, verb, tenant=tenant, subject=tenant, detail=detail,
            address=self._address,
        )  # fmt: skip


def check_zone(zone: str) -> None:
    """Refuse what is no time zone.

    Raises:
        BadInputError: It is none.
    """
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadInputError(
            _("there is no time zone “%(zone)s”") % {"zone": zone[:60]},
            remedy=_("choose one such as Europe/Berlin"),
        ) from error
