"""The viewer: who asks, and in which roles for which clients. Built once for each request.

>>> from midwatch.desk.access.roles import Permission, Role
>>> owner = Viewer(7, "O. Wner", "o@example.com", (Grant(Role.OWNER, "bakery"),))
>>> owner.may(Permission.SEE, "bakery"), owner.may(Permission.SEE, "forge")
(True, False)
>>> owner.may(Permission.STAFF)
False
"""

from __future__ import annotations

from dataclasses import dataclass

from midwatch.desk.access.roles import GRANTS, PERMISSIONS, PROVIDER_ROLES, Permission, Role


@dataclass(frozen=True, slots=True)
class Grant:
    """A role for one client, or for all (``tenant`` is None). Only grants in force are held.

    ``reveals``: how many reveals a day it allows; None means no limit.
    ``until``: when it ends, UTC microseconds; None means it does not.
    """

    role: Role
    tenant: str | None = None
    reveals: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who is signed in, or a program with a token of theirs.

    ``only``: of a token, the permissions it is limited to; None means all of the roles'.
    """

    id: int
    name: str
    email: str
    grants: tuple[Grant, ...]
    zone: str = ""
    language: str = ""
    second_factor: bool = False
    only: frozenset[Permission] | None = None

    @property
    def provider(self) -> bool:
        """Whether this is one of the provider's people."""
        return any(grant.role in PROVIDER_ROLES for grant in self.grants)

    @property
    def everywhere(self) -> bool:
        """Whether a grant holds for all clients."""
        return any(grant.tenant is None for grant in self.grants)

    @property
    def tenants(self) -> frozenset[str]:
        """The clients named by grants; see ``everywhere`` too."""
        return frozenset(grant.tenant for grant in self.grants if grant.tenant is not None)

    def may(self, permission: Permission, tenant: str | None = None) -> bool:
        """Whether it is allowed for that client; without one, whether for all of them."""
        if self.only is not None and permission not in self.only:
            return False
        return any(permission in PERMISSIONS[grant.role] for grant in self.grants_for(tenant))

    def may_somewhere(self, permission: Permission) -> bool:
        """Whether it is allowed for any client at all."""
        if self.only is not None and permission not in self.only:
            return False
        return any(permission in PERMISSIONS[grant.role] for grant in self.grants)

    def may_grant(self, role: Role, tenant: str | None) -> bool:
        """Whether the viewer may let others in as that, for that client; None: for all of them.

        The provider's people are let in by who manages all clients only.
        """
        if role in PROVIDER_ROLES:
            if not self.may(Permission.STAFF):
                return False
        elif tenant is None or not self.may(Permission.PEOPLE, tenant):
            return False
        held = {grant.role for grant in self.grants_for(tenant)}
        return any(role in GRANTS.get(each, ()) for each in held)

    def grants_for(self, tenant: str | None) -> tuple[Grant, ...]:
        """The grants that hold for a client; without one, those that hold for all."""
        return tuple(grant for grant in self.grants if grant.tenant in (None, tenant))

    def role_in(self, tenant: str) -> Role | None:
        """The role with the most rights for that client; None: none."""
        found = [grant.role for grant in self.grants_for(tenant)]
        return max(found, key=lambda role: len(PERMISSIONS[role]), default=None)


NOBODY = Viewer(0, "", "", ())
"""Who is not signed in."""
