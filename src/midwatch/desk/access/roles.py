"""Roles and what each may do. A table, so that it can be read, tested and shown to clients."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Role(StrEnum):
    """As what somebody comes in.

    ``MANAGER`` and ``ANALYST`` are the provider's people, ``OWNER`` and ``CONTACT`` the
    client's; a ``PARTNER`` is an outside helper of the client's, an ``EXAMINER`` looks for a
    limited time and changes nothing.
    """

    MANAGER = "manager"
    ANALYST = "analyst"
    OWNER = "owner"
    CONTACT = "contact"
    PARTNER = "partner"
    EXAMINER = "examiner"


class Permission(StrEnum):
    """What can be allowed.

    ``SEE``: incidents, sources, reports. ``UNMASKED``: names, internal addresses and raw lines
    without asking. ``REVEAL``: see them one by one, with a reason that is kept. ``SEARCH``: the
    events. ``ANSWER``: acknowledge, remark, resolve. ``TRIAGE``: assign, merge, split, except.
    ``SOURCES``: add and change sources. ``PEOPLE``: invite people of a client. ``RECORD``: read
    who looked at what. ``CLIENTS``: add clients. ``STAFF``: invite the provider's people.
    ``VENDORS_SEE``: the vendor file. ``VENDORS_RUN``: change it and judge vendors; whom the
    watch itself is bought from is judged by the client's people only (``access.vendors``).
    """

    SEE = "see"
    UNMASKED = "unmasked"
    REVEAL = "reveal"
    SEARCH = "search"
    ANSWER = "answer"
    TRIAGE = "triage"
    SOURCES = "sources"
    PEOPLE = "people"
    RECORD = "record"
    CLIENTS = "clients"
    STAFF = "staff"
    VENDORS_SEE = "vendors_see"
    VENDORS_RUN = "vendors_run"


_P = Permission
PERMISSIONS: Final[Mapping[Role, frozenset[Permission]]] = MappingProxyType(
    {
        Role.MANAGER: frozenset(_P),
        Role.ANALYST: frozenset(
            {_P.SEE, _P.UNMASKED, _P.REVEAL, _P.SEARCH, _P.ANSWER, _P.TRIAGE, _P.SOURCES, _P.RECORD}
        ),
        Role.OWNER: frozenset(
            {
                _P.SEE, _P.UNMASKED, _P.SEARCH, _P.ANSWER, _P.SOURCES, _P.PEOPLE, _P.RECORD,
                _P.VENDORS_SEE, _P.VENDORS_RUN,
            }
        ),
        Role.CONTACT: frozenset(
            {
                _P.SEE, _P.UNMASKED, _P.SEARCH, _P.ANSWER, _P.SOURCES, _P.RECORD,
                _P.VENDORS_SEE, _P.VENDORS_RUN,
            }
        ),
        Role.PARTNER: frozenset({_P.SEE, _P.REVEAL, _P.SEARCH}),
        Role.EXAMINER: frozenset({_P.SEE, _P.RECORD, _P.VENDORS_SEE}),
    }
)  # fmt: skip
PROVIDER_ROLES: Final = frozenset({Role.MANAGER, Role.ANALYST})
"""The provider's people: a second factor is demanded of them."""
CLIENT_ROLES: Final = frozenset(Role) - PROVIDER_ROLES
"""Roles that are held for one client only."""
LIMITED_ROLES: Final = frozenset({Role.EXAMINER})
"""Roles that always end at a stated time."""

GRANTS: Final[Mapping[Role, frozenset[Role]]] = MappingProxyType(
    {
        Role.MANAGER: frozenset(Role),
        Role.OWNER: frozenset({Role.OWNER, Role.CONTACT, Role.PARTNER, Role.EXAMINER}),
    }
)
"""Who may let others in, as what. Nobody gives away what they do not have themselves: a partner's
reveal, one by one and with a reason, is less than the sight of names that an owner has."""
