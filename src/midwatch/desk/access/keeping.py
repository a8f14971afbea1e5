"""Who keeps the machine, when a command of theirs does what a client's owner may do at a page."""

from __future__ import annotations

import time

from midwatch.desk.access.roles import Role
from midwatch.desk.access.scope import Scope
from midwatch.desk.access.viewers import Grant, Viewer
from midwatch.kernel import BadInputError

KEEPER = "Whoever keeps the machine"


def keeper_of(tenant: str) -> Scope:
    """The scope of whoever keeps the machine, over one client.

    Raises:
        BadInputError: There is no such client.
    """
    scope = Scope(Viewer(0, KEEPER, "", (Grant(Role.OWNER, tenant),)), time.time_ns() // 1000)
    if tenant not in {each.id for each in scope.tenants()}:
        raise BadInputError(f"there is no client {tenant!r}", remedy="see: midwatch client list")
    return scope
