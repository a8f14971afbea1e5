"""What people do about incidents: asked of the scope, done by the services, kept in the record."""

from __future__ import annotations

from midwatch.desk.access.roles import Permission
from midwatch.desk.access.scope import Scope
from midwatch.desk.access.stores import stores
from midwatch.desk.audit.models import Reveal
from midwatch.desk.audit.services import note, reveal
from midwatch.incidents import Disposition, Incident

_BEHIND_THE_MASK = ("user names", "machines and internal addresses", "file names", "raw lines")


class Acting:
    """One viewer's acts. All of them raise ``Http404`` where the viewer may not."""

    def __init__(self, scope: Scope, address: str = "") -> None:
        """``address``: where the request came from, for the record."""
        self._scope = scope
        self._viewer = scope.viewer
        self._now = scope.now
        self._address = address

    def acknowledge(self, name: str, why: str = "") -> Incident:
        """Answer for it.

        Raises:
            BadInputError: It is resolved.
        """
        incident = self._asked(name, Permission.ANSWER)
        changed = stores().answering.acknowledge(
            incident.id, by=self._viewer.name, now=self._now, why=why
        )
        return self._noted("incident.acknowledge", changed)

    def work(self, name: str, why: str = "") -> Incident:
        """Begin to work on it.

        Raises:
            BadInputError: Its state does not allow it.
        """
        incident = self._asked(name, Permission.ANSWER)
        changed = stores().answering.work(incident.id, by=self._viewer.name, now=self._now, why=why)
        return self._noted("incident.work", changed)

    def remark(self, name: str, why: str) -> Incident:
        """Add a remark to its history."""
        incident = self._asked(name, Permission.ANSWER)
        changed = stores().answering.remark(
            incident.id, by=self._viewer.name, now=self._now, why=why
        )
        return self._noted("incident.remark", changed)

    def resolve(
        self, name: str, disposition: Disposition, why: str = "", duplicate_of: str = ""
    ) -> Incident:
        """Say that it is over, and what it was.

        Raises:
            BadInputError: Its state does not allow it, or a duplicate names no other incident.
        """
        incident = self._asked(name, Permission.ANSWER)
        if duplicate_of:
            duplicate_of = self._asked(duplicate_of, Permission.ANSWER).id
        changed = stores().answering.resolve(
            incident.id, disposition, by=self._viewer.name, now=self._now, why=why,
            duplicate_of=duplicate_of,
        )  # fmt: skip
        return self._noted("incident.resolve", changed, disposition=disposition.value)

    def reopen(self, name: str, why: str) -> Incident:
        """Say that it is not over after all.

        Raises:
            BadInputError: It is not resolved, or no reason is given.
        """
        incident = self._asked(name, Permission.ANSWER)
        changed = stores().answering.reopen(
            incident.id, by=self._viewer.name, now=self._now, why=why
        )
        return self._noted("incident.reopen", changed)

    def reveal(self, name: str, reason: str) -> Reveal:
        """See it unmasked for an hour.

        Raises:
            BadInputError: No reason is given, or today's reveals are used up.
        """
        incident = self._scope.incident_unmasked(name, Permission.SEE)
        self._scope.forget_reveals()
        return reveal(
            self._viewer, incident.tenant, incident.reference, reason, _BEHIND_THE_MASK, self._now
        )

    def _asked(self, name: str, permission: Permission) -> Incident:
        return self._scope.incident_unmasked(name, permission)

    def _noted(self, verb: str, incident: Incident, **detail: object) -> Incident:
        note(
            self._viewer, verb, tenant=incident.tenant, subject=incident.reference,
            detail=detail, address=self._address,
        )  # fmt: skip
        return incident

    def _keep(self, verb: str, tenant: str, subject: str, **detail: object) -> None:
        note(
            self._viewer, verb, tenant=tenant, subject=subject, detail=detail,
            address=self._address,
        )  # fmt: skip
