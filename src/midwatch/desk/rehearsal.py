"""Two mirror-image clients and people in every role, to rehearse the desk with.

For tests and benchmarks. Whatever is the Forge's is a foreign object to the Bakery's people.
Needs Django to be set up.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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
from midwatch.events.catalogue import all_sources
from midwatch.events.reading import LineReader
from midwatch.events.timestamps import ClockContext
from midwatch.incidents import Incident, Signal
from midwatch.intake.parcels import Transport
from midwatch.intake.quarantine import Quarantine, SenderKey
from midwatch.kernel import Level
from midwatch.lake import LakeWriter, Placed
from midwatch.tenants import Feed, Mark, MarkKind, Office, Tenant
from midwatch.watch.health import CELL, CellCount, FeedCount
from midwatch.watch.rhythm import DAY, MINUTE, SECOND

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


STRANGER: Final = SenderKey(Transport.UDP, "203.0.113.40", 5514, "cellar")
STRANGE_LINE: Final = (
    b"<134>Nov 22 10:00:00 cellar filterlog: 5,,,1000000103,igb0,match,block,in,4,0x0,,64,1,0,"
    b"none,6,tcp,60,198.51.100.7,192.0.2.40,40000,22,0,S,1,,1024,,"
)
SAMPLE: Final = (
    b'{"source": "pfsense", "category": "network", "action": "block", "src_ip": "198.51.100.7",'
    b' "user": "j.ortiz", "dst_ip": "10.1.2.3", "raw": "filterlog: block of j.ortiz at vault01"}'
)
_SILENT: Final = range(100, 112)
"""The cells of the day, an hour of them, in which the firewalls said nothing."""


def hear(kept: Stores, feeds: Mapping[str, str]) -> None:
    """A day of lines up to now of some sources (tenant by source), with an hour of silence in it.

    Only the last three hours teach the sources' rhythm.
    """
    first = now() // CELL - 287
    spoken = [first + number for number in range(288) if number not in _SILENT]
    taught = spoken[-36:]
    came = [spoken[48 : -len(taught)] + spoken[:48], *([cell] for cell in taught)]
    for cells in came:
        start, end = cells[0] * CELL, min((max(cells) + 1) * CELL - SECOND, now())
        counts = {cell: CellCount(60, 59, 5_400, 30) for cell in cells}
        kept.health.count(
            {
                feed: FeedCount(tenant, start, end, counts, sample=SAMPLE)
                for feed, tenant in feeds.items()
            }
        )
    begins, ends = (first + _SILENT.start) * CELL, (first + _SILENT.stop) * CELL
    for feed, tenant in feeds.items():
        kept.health.concern("silence", feed, tenant, begins + 10 * MINUTE, "It was silent.")
        kept.health.relieve("silence", [feed], ends)


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
    """Both clients with an office, a firewall and an incident each, heard for a day.

    The watch is at work for the next quarter of an hour. The Bakery's firewall was silent for
    a while; its mail server never spoke; somebody unknown sends.
    """
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
    hear(kept, {f"{tenant}-wall": tenant for tenant in incidents})
    mark = Mark(MarkKind.ADDRESS, "192.0.2.25/32")
    mail = Feed("bakery-mail", BAKERY, "main", "Mail server", marks=(mark,), created=now())
    kept.tenants.save_feed(mail)
    kept.health.beat("pipeline", now() - DAY, now() + 15 * MINUTE, {})
    with closing(Quarantine(kept.folder.quarantine)) as quarantine:
        quarantine.keep(STRANGER, [STRANGE_LINE] * 3, now() - 4 * MINUTE)
    return Furnished(kept, incidents)


def furnish_lake(kept: Stores) -> None:
    """A day of both clients' events, the latest minutes ago: guessing, logins, web, nonsense."""
    writer = LakeWriter(kept.folder.lake)
    for number, tenant in enumerate((BAKERY, FORGE), 1):
        received = now() - 2 * MINUTE
        read = LineReader(all_sources(), ClockContext(reference=received)).read(
            _lines(tenant, received), 1
        )
        place = ("main", f"{tenant}-wall", received)
        placed = [Placed(tenant, *place, batch) for batch in read.batches]
        placed.append(Placed(tenant, *place, None, read.failures))
        writer.commit(placed, "rehearsal", number)


def _lines(tenant: str, until: int) -> list[str]:
    """Lines as sshd and a web server write them; times run up to ``until`` (UTC microseconds)."""
    lines = []
    for step in range(240):
        moment = datetime.fromtimestamp((until - step * 5 * MINUTE) / SECOND, UTC)
        stamp = f"{moment:%b} {moment.day:>2} {moment:%H:%M:%S}"
        attacker = (ATTACKER, "203.0.113.44", "2001:db8::99")[step % 3]
        user = (PERSON_NAME, "root", "admin")[step % 3]
        lines.append(
            f"{stamp} {MACHINE_NAME} sshd[{900 + step}]: Failed password for {user} "
            f"from {attacker} port {40_000 + step} ssh2"
        )
        if step % 20 == 0:
            lines.append(
                f"{stamp} {MACHINE_NAME} sshd[{2000 + step}]: Accepted publickey for "
                f"{PERSON_NAME} from 10.1.2.3 port 50022 ssh2: ED25519 SHA256:{tenant}"
            )
        if step % 8 == 0:
            lines.append(
                f"{attacker} - - [{moment:%d/%b/%Y:%H:%M:%S} +0000] "
                f'"GET /files/{PERSON_NAME}.pdf?q=<script>alert(1)</script> HTTP/1.1" 404 153 '
                '"-" "=cmd|\' /C calc\'!A0"'
            )
    return [*reversed(lines), f"{MACHINE_NAME} said something that nobody understands"]


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
