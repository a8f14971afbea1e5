"""Two mirror-image clients and people in every role, to rehearse the desk with.

For tests and benchmarks. Whatever is the Forge's is a foreign object to the Bakery's people.
Needs Django to be set up.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from midwatch.desk.access.roles import LIMITED_ROLES, PROVIDER_ROLES, Permission, Role
from midwatch.desk.access.stores import Stores
from midwatch.desk.audit.models import Reveal
from midwatch.desk.audit.services import note
from midwatch.desk.people.models import EVERY_CLIENT, ApiToken, Invitation, Membership, User
from midwatch.desk.people.selectors import viewer_of
from midwatch.desk.people.tokens import digest_of
from midwatch.incidents import Incident, Signal
from midwatch.kernel import Level
from midwatch.tenants import Feed, Mark, MarkKind, Office, Tenant

SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
BAKERY: Final = "bakery"
FORGE: Final = "forge"
PASSWORD: Final = "correct horse battery staple"  # noqa: S105  # of people who do not exist
PERSON_NAME: Final = "j.ortiz"
MACHINE_NAME: Final = "vault01"
ATTACKER: Final = "198.51.100.7"


def now() -> int:
    """UTC microseconds."""
    return time.time_ns() // 1000


def a_signal(tenant: str, name: str, **changes: Any) -> Signal:  # noqa: ANN401  # fields of a signal
    """Guessing of one person's VPN password, two hours long; ``changes`` are its other fields."""
    plain: dict[str, Any] = {
        "id": f"{tenant}-{name}",
        "tenant": tenant,
        "rule": "vpn-guessing",
        "title": "VPN passwords guessed",
        "kind": "VPN guessing",
        "level": Level.HIGH,
        "category": "credential_attack",
        "first": now() - 130 * MINUTE,
        "last": now() - 10 * MINUTE,
        "count": 64,
        "addresses": (ATTACKER,),
        "users": (PERSON_NAME,),
        "hosts": (MACHINE_NAME,),
        "services": ("vpn",),
        "techniques": ("T1110.001",),
        "meaning": f"Somebody tries passwords of {PERSON_NAME}@bakery.example from 10.1.2.3.",
        "todo": ("Reset the password.", "Turn on a second factor."),
    }
    return Signal(**(plain | changes))


@dataclass(frozen=True)
class Furnished:
    """What the watch keeps, and the first incident of each client."""

    stores: Stores
    incidents: dict[str, Incident]

    @property
    def own(self) -> Incident:
        """The Bakery's."""
        return self.incidents[BAKERY]

    @property
    def foreign(self) -> Incident:
        """The Forge's."""
        return self.incidents[FORGE]


def furnish(kept: Stores) -> Furnished:
    """Both clients with an office, a firewall and an incident each."""
    incidents = {}
    for number, tenant in enumerate((BAKERY, FORGE), 1):
        kept.tenants.save_tenant(Tenant(tenant, tenant.title(), "Europe/Berlin", created=now()))
        kept.tenants.save_office(Office("main", tenant, "Main office"))
        mark = Mark(MarkKind.ADDRESS, f"192.0.2.{number}/32")
        kept.tenants.save_feed(
            Feed(f"{tenant}-wall", tenant, "main", "Firewall", "pfsense", marks=(mark,))
        )
        kept.answering.record([a_signal(tenant, "first")], now())
        incidents[tenant] = kept.incidents.incidents(tenant)[0]
    return Furnished(kept, incidents)


def person(role: Role, tenant: str | None = None, **more: Any) -> User:  # noqa: ANN401  # fields of a membership
    """Somebody in a role: at the Bakery unless told, the provider's people everywhere.

    The provider's have a second factor, without which the desk lets them nowhere.
    """
    where = tenant or (EVERY_CLIENT if role in PROVIDER_ROLES else BAKERY)
    name = f"{role.value} of {where or 'all'}"
    user = User.objects.create_user(
        f"{role.value}@{where or 'provider'}.example", PASSWORD, name=name
    )
    if role in LIMITED_ROLES:
        more.setdefault("until", timezone.now() + timedelta(days=7))
    Membership.objects.create(user=user, role=role.value, tenant=where, **more)
    if role in PROVIDER_ROLES:
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": ""})
    return user


def furnish_people(tenant: str) -> User:
    """A client's contact with all that people have: a session, a token, a key, an invitation.

    The record has a line and a look of theirs too.
    """
    contact = person(Role.CONTACT, tenant, purpose=f"answers for {tenant}")
    Invitation.objects.create(
        digest=digest_of(tenant),
        email=f"new@{tenant}.example",
        role=Role.CONTACT.value,
        tenant=tenant,
        created_by=contact,
        expires=timezone.now() + timedelta(days=1),
    )
    ApiToken.objects.create(
        user=contact,
        name=f"tickets of {tenant}",
        digest=digest_of(f"token of {tenant}"),
        start="mwt_",
        permissions=[Permission.SEE.value],
        expires=timezone.now() + timedelta(days=1),
    )
    Authenticator.objects.create(
        user=contact, type=Authenticator.Type.TOTP, data={"secret": "", "name": tenant}
    )
    UserSession.objects.create(
        user=contact, ip="203.0.113.5", session_key=session_of(contact), user_agent=tenant
    )
    viewer = viewer_of(contact, now())
    note(viewer, "incident.remark", tenant=tenant, subject=f"of {tenant}")
    Reveal.objects.create(
        actor=contact.pk,
        name=contact.name,
        role=Role.PARTNER.value,
        tenant=tenant,
        subject=f"of {tenant}",
        reason=f"helping {tenant}",
        until=timezone.now(),
    )
    return contact


def session_of(user: User) -> str:
    """A session key that signs a browser in as that person."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    assert session.session_key is not None  # noqa: S101  # a new session has a key
    return session.session_key
