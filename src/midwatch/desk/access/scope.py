"""The one way to the watch's records: every question is narrowed to what the viewer may see.

What belongs to another client is answered like what does not exist. Names, internal addresses
and lines are masked here, so that no page, export or API can forget to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings
from django.http import Http404

from midwatch.desk.access.masking import Masker
from midwatch.desk.access.roles import Permission
from midwatch.desk.access.stores import Stores, snapshots, stores
from midwatch.desk.access.vendors import Vendors
from midwatch.desk.access.viewers import Viewer
from midwatch.desk.audit.services import open_reveals
from midwatch.desk.people.selectors import masking_staff, staff_names
from midwatch.incidents import Incident, IncidentState, Policy, Signal
from midwatch.incidents.states import MIDWATCH
from midwatch.paging import Selection
from midwatch.paging.store import Hits
from midwatch.reports.defusing import defuse
from midwatch.tenants import Feed, Office, Tenant
from midwatch.watch.health import Concern, FeedHealth
from midwatch.watch.policies import OPERATOR

if TYPE_CHECKING:  # loaded with the first search, see Scope.lake
    from midwatch.lake import LakeReader

OPEN_STATES: Final = tuple(state for state in IncidentState if state is not IncidentState.RESOLVED)
_LAKE_MEMORY: Final = "512MB"
_Titled = TypeVar("_Titled", Tenant, Office, Feed)


@dataclass(frozen=True, slots=True)
class Shown:
    """An incident as this viewer sees it. ``until``: a reveal is open (UTC microseconds)."""

    incident: Incident
    masked: bool
    until: int | None = None


class Scope:
    """What one viewer may see at one moment; see the module's documentation."""

    def __init__(self, viewer: Viewer, now: int) -> None:
        """``now``: UTC microseconds."""
        self.viewer = viewer
        self.now = now
        self._masking: dict[str, bool] = {}
        self._staff: frozenset[str] | None = None

    # ------------------------------------------------------------ clients

    def tenants(self, permission: Permission = Permission.SEE) -> list[Tenant]:
        """The clients for whom the viewer has the permission, by name."""
        kept = self._kept.tenants.tenants()
        found = [shown_safely(each) for each in kept if self._may(permission, each.id)]
        return sorted(found, key=lambda each: (each.title.casefold(), each.id))

    def tenant(self, tenant: str, permission: Permission = Permission.SEE) -> Tenant:
        """One client.

        Raises:
            Http404: There is none, or not for this viewer.
        """
        found = self._kept.tenants.tenant(tenant) if self._may(permission, tenant) else None
        if found is None:
            raise Http404
        return shown_safely(found)

    def zone(self, tenant: str) -> ZoneInfo:
        """The client's time zone."""
        return ZoneInfo(self.tenant(tenant).zone)

    def offices(self, tenant: str) -> list[Office]:
        """The client's offices."""
        return [shown_safely(each) for each in self._kept.tenants.offices(self.tenant(tenant).id)]

    def feeds(self, tenant: str) -> list[Feed]:
        """The client's sources of logs."""
        return [shown_safely(each) for each in self._kept.tenants.feeds(self.tenant(tenant).id)]

    def feed(self, feed: str, permission: Permission = Permission.SEE) -> Feed:
        """One source.

        Raises:
            Http404: There is none, or not for this viewer.
        """
        found = self._kept.tenants.feed(feed)
        if found is None or not self._may(permission, found.tenant):
            raise Http404
        return shown_safely(found)

    def health(self, tenant: str) -> dict[str, FeedHealth]:
        """How the client's sources do, by their id."""
        return {each.feed: each for each in self._kept.health.feeds(self.tenant(tenant).id)}

    def hours(self, feed: Feed, since: int, until: int) -> list[int]:
        """The lines of a source in each whole hour of a span."""
        return self._kept.health.hours(self.feed(feed.id).id, since, until)

    def concerns(self) -> list[Concern]:
        """What is wrong with the watch now, of the viewer's clients; for managers, of itself."""
        return [
            each
            for each in self._kept.health.concerns()
            if self._may(Permission.SEE, each.tenant)
            or (each.tenant in ("", OPERATOR) and self.viewer.everywhere)
        ]

    def policy(self, tenant: str) -> Policy | None:
        """Who is told of the client's incidents."""
        return self._kept.policies.policy_of(self.tenant(tenant).id)

    # ------------------------------------------------------------ incidents

    def incidents(
        self,
        tenant: str | None = None,
        states: Sequence[IncidentState] = (),
        *,
        most: int = 200,
        skip: int = 0,
    ) -> list[Shown]:
        """Incidents of one client or of all the viewer's, those that need a person first."""
        wanted = Selection(tenants=self._reach(tenant), states=tuple(states))
        found = self._kept.incidents.queue(wanted, most=most, skip=skip)
        return [self._shown(each) for each in found]

    def count_incidents(
        self, tenant: str | None = None, states: Sequence[IncidentState] = ()
    ) -> tuple[int, int]:
        """(all, those that wait for a person)."""
        wanted = Selection(tenants=self._reach(tenant), states=tuple(states))
        return self._kept.incidents.count(wanted)

    def incident(self, name: str, permission: Permission = Permission.SEE) -> Shown:
        """One incident, by its id or reference.

        Raises:
            Http404: There is none, or not for this viewer.
        """
        return self._shown(self.incident_unmasked(name, permission))

    def incident_unmasked(self, name: str, permission: Permission) -> Incident:
        """The incident as it is kept: to act upon, never to show.

        Raises:
            Http404: There is none, or not for this viewer.
        """
        kept = self._kept.incidents
        found = kept.incident(name) or kept.by_reference(name)
        if found is None or not self._may(permission, found.tenant):
            raise Http404
        return found

    def shown_of(self, incident: Incident) -> Shown:
        """An incident as the viewer sees it, masked where due.

        Raises:
            Http404: It is not the viewer's.
        """
        if not self._may(Permission.SEE, incident.tenant):
            raise Http404
        return self._shown(incident)

    def related(self, incident: Incident, most: int = 20) -> list[Shown]:
        """Other incidents of the same client with the same attacker or account."""
        kept = self.incident_unmasked(incident.id, Permission.SEE)
        found = self._kept.incidents.candidates(kept.tenant, kept.keys)
        return [self._shown(each) for each in found if each.id != kept.id][:most]

    def signals(self, tenant: str, since: int) -> list[Signal]:
        """The client's alerts recorded since then (UTC microseconds), masked where due."""
        found = self._kept.incidents.signals(self.tenant(tenant).id, since)
        if not self.masks(tenant):
            return found
        masker = self.masker(tenant)
        return [masker.signal(each) for each in found]

    def exceptions(self, tenant: str) -> list[Hits]:
        """The client's exceptions and what they suppressed."""
        return self._kept.incidents.hits(self.tenant(tenant, Permission.TRIAGE).id)

    # ------------------------------------------------------------ events

    def lake(
        self, tenants: Sequence[str], *, since: int | None = None, until: int | None = None
    ) -> LakeReader:
        """The events of these clients. Who gets the rows of it must mask them (``masks``).

        Raises:
            Http404: One of them is not the viewer's to search.
            ConfigurationError: There is no lake yet.
        """
        for tenant in tenants:
            self.tenant(tenant, Permission.SEARCH)
        # A desk at rest does without the lake's libraries, a third of its memory.
        from midwatch.lake import LakeReader  # noqa: PLC0415  # the reason stands above

        return LakeReader(
            self._kept.folder.lake, list(tenants), since=since, until=until, memory=_LAKE_MEMORY,
            snapshots=snapshots(),
        )  # fmt: skip

    # ------------------------------------------------------------ vendors

    @cached_property
    def vendors(self) -> Vendors:
        """The vendor files the viewer may read."""
        return Vendors(self)

    # ------------------------------------------------------------ masking

    def masks(self, tenant: str, subject: str = "") -> bool:
        """Whether the viewer sees codes instead of that client's names (in ``subject``)."""
        if tenant not in self._masking:
            allowed = self.viewer.may(Permission.UNMASKED, tenant)
            self._masking[tenant] = not allowed or tenant in self._masked_for_staff
        if not self._masking[tenant]:
            return False
        return not subject or (tenant, subject) not in self._open_reveals

    @cached_property
    def _open_reveals(self) -> dict[tuple[str, str], int]:
        """What was revealed to the viewer, and until when: asked once, however long a list is."""
        return open_reveals(self.viewer, self.now)

    def forget_reveals(self) -> None:
        """There is a new one."""
        self.__dict__.pop("_open_reveals", None)

    @cached_property
    def _masked_for_staff(self) -> frozenset[str]:
        """The clients that have the provider's people see codes too; nobody else is asked."""
        return masking_staff() if self.viewer.provider else frozenset()

    def masker(self, tenant: str) -> Masker:
        """Masks that client's names."""
        return Masker(settings.SECRET_KEY.encode(), tenant)

    def actor(self, tenant: str, name: str) -> str:
        """Who did something, as a masked viewer reads it: the provider's people by name."""
        if self._staff is None:
            self._staff = staff_names()
        known = not name or name == MIDWATCH or name in self._staff
        return name if known else self.masker(tenant).code("person", name)

    def _shown(self, incident: Incident) -> Shown:
        if not self.masks(incident.tenant):
            return Shown(incident, masked=False)
        opened = self._open_reveals.get((incident.tenant, incident.reference))
        if opened is not None:
            return Shown(incident, masked=False, until=opened)
        masked = self.masker(incident.tenant).incident(incident)
        return Shown(
            msgspec.structs.replace(
                masked,
                answered_by=self.actor(incident.tenant, masked.answered_by),
                history=tuple(
                    msgspec.structs.replace(each, by=self.actor(incident.tenant, each.by))
                    for each in masked.history
                ),
            ),
            masked=True,
        )

    # ------------------------------------------------------------ inside

    def reach(self, tenant: str | None = None) -> list[str] | None:
        """The clients whose incidents the viewer sees, or that one; None means all.

        Raises:
            Http404: That one is not the viewer's.
        """
        return self._reach(tenant)

    @property
    def _kept(self) -> Stores:
        return stores()

    def _may(self, permission: Permission, tenant: str) -> bool:
        return self.viewer.may(permission, tenant)

    def _reach(self, tenant: str | None) -> list[str] | None:
        """The clients a question may reach; None means all."""
        if tenant is not None:
            return [self.tenant(tenant).id]
        if self.viewer.may(Permission.SEE):
            return None
        return sorted(each for each in self.viewer.tenants if self._may(Permission.SEE, each))


def shown_safely(kept: _Titled) -> _Titled:
    """The same, a title of before titles were checked with its invisible characters spelled out."""
    title = defuse(kept.title)
    return kept if title == kept.title else msgspec.structs.replace(kept, title=title)
