"""What analysts do with incidents beyond answering: merge, split, except, write to the client."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.http import Http404
from django.utils.translation import gettext as _

from midwatch.desk.access.acting import Acting
from midwatch.desk.access.masking import names_of
from midwatch.desk.access.roles import Permission, Role
from midwatch.desk.access.stores import stores
from midwatch.desk.people.models import Membership
from midwatch.desk.setup import desk_setup
from midwatch.incidents import AlertException, Incident, Preview
from midwatch.incidents.exceptions import check_exception
from midwatch.incidents.policies import Reach
from midwatch.kernel import BadInputError, timed_id

DAY: Final = 86_400_000_000
PREVIEW_DAYS: Final = 30
_MAIL: Final = "mail"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody of the client's who can be written to. ``key`` stands for them in forms."""

    key: str
    title: str
    address: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What an exception is to say. ``user`` and ``host`` as the viewer sees them, even as codes.

    ``expires`` is UTC microseconds.
    """

    reason: str
    expires: int
    rule: str = ""
    network: str = ""
    user: str = ""
    host: str = ""
    break_ins: bool = False


class Handling(Acting):
    """One viewer's acts; all of them raise ``Http404`` where the viewer may not."""

    def merge(self, name: str, into: str, why: str = "") -> Incident:
        """Put it into another incident of the same client; gives the other.

        Raises:
            BadInputError: The two cannot be one.
        """
        old = self._asked(name, Permission.TRIAGE)
        kept = self._asked(into, Permission.TRIAGE)
        merged = stores().answering.merge(
            old.id, kept.id, by=self._viewer.name, now=self._now, why=why
        )
        self._noted("incident.merge", old, into=kept.reference)
        return merged

    def split(self, name: str, chosen: Collection[str], why: str = "") -> Incident:
        """Make an incident of its own of some of its findings; gives the new.

        Raises:
            BadInputError: It cannot be split so.
        """
        old = self._asked(name, Permission.TRIAGE)
        new = stores().answering.split(old.id, chosen, by=self._viewer.name, now=self._now, why=why)
        self._noted("incident.split", old, new=new.reference)
        return new

    def tick(self, name: str, step: str, *, done: bool) -> Incident:
        """Keep in the record that a step of the runbook was done, or that it was not after all."""
        incident = self._asked(name, Permission.ANSWER)
        return self._noted("incident.step", incident, step=step, done=done)

    def assign(self, name: str, to: str, why: str = "") -> Incident:
        """Keep in its history whose it is now."""
        incident = self._asked(name, Permission.TRIAGE)
        told = f"handed to {to}: {why}" if why else f"handed to {to}"
        changed = stores().answering.remark(
            incident.id, by=self._viewer.name, now=self._now, why=told
        )
        return self._noted("incident.assign", changed, to=to)

    # ------------------------------------------------------------ exceptions

    def exception_of(self, name: str, wish: Wish) -> AlertException:
        """The exception that is wished for, not yet kept.

        Raises:
            BadInputError: Nobody could answer for it; see ``check_exception``.
        """
        incident = self._asked(name, Permission.TRIAGE)
        masked = self._scope.masks(incident.tenant, incident.reference)
        exception = AlertException(
            id=timed_id(self._now, secrets.token_bytes(10)),
            tenant=incident.tenant,
            author=self._viewer.name,
            reason=wish.reason.strip(),
            created=self._now,
            expires=wish.expires,
            rule=wish.rule.strip(),
            network=self._unmasked(incident, wish.network) if masked else wish.network.strip(),
            user=self._unmasked(incident, wish.user) if masked else wish.user.strip(),
            host=self._unmasked(incident, wish.host) if masked else wish.host.strip(),
            break_ins=wish.break_ins,
        )
        check_exception(exception)
        return exception

    def preview(self, name: str, wish: Wish) -> Preview:
        """What it would have hidden of the last thirty days' alerts, masked where due.

        Raises:
            BadInputError: As ``exception_of``.
        """
        exception = self.exception_of(name, wish)
        since = self._now - PREVIEW_DAYS * DAY
        found = stores().answering.preview_exception(exception, since)
        if not self._scope.masks(exception.tenant):
            return found
        masker = self._scope.masker(exception.tenant)
        return Preview(
            alerts=found.alerts,
            suppressed=found.suppressed,
            by_rule=found.by_rule,
            gravest=found.gravest,
            break_ins=found.break_ins,
            spared=found.spared,
            examples=tuple(masker.signal(each) for each in found.examples),
        )

    def except_(self, name: str, wish: Wish) -> AlertException:
        """Keep it; it holds for alerts to come.

        Raises:
            BadInputError: As ``exception_of``.
        """
        exception = self.exception_of(name, wish)
        stores().answering.add_exception(exception)
        incident = self._asked(name, Permission.TRIAGE)
        self._noted("exception.add", incident, exception=exception.id)
        return exception

    def revoke_exception(self, tenant: str, exception: str) -> None:
        """It stops now.

        Raises:
            BadInputError: There is none of that id.
        """
        known = self._scope.tenant(tenant, Permission.TRIAGE)
        stores().answering.revoke_exception(
            known.id, exception, by=self._viewer.name, now=self._now
        )
        self._keep("exception.revoke", known.id, exception)

    # ------------------------------------------------------------ writing to the client

    def recipients(self, name: str) -> list[Recipient]:
        """Who of the client's can be written to; none where no mail server is set up."""
        incident = self._asked(name, Permission.TRIAGE)
        if not desk_setup().configuration.mail.host:
            return []
        found: dict[str, Recipient] = {}
        roles = [Role.OWNER.value, Role.CONTACT.value]
        members = Membership.objects.filter(
            tenant=incident.tenant, role__in=roles, ended=None, user__is_active=True
        ).select_related("user")
        for member in members.order_by("id"):
            user = member.user
            found.setdefault(user.email, Recipient(f"member:{user.pk}", str(user), user.email))
        policy = stores().policies.policy_of(incident.tenant)
        for person in policy.people if policy is not None else ():
            way = next((each for each in person.reach if each.channel == _MAIL), None)
            if way is not None:
                named = Recipient(f"policy:{person.id}", person.title, way.address)
                found.setdefault(way.address, named)
        if not self._scope.masks(incident.tenant, incident.reference):
            return list(found.values())
        code = self._scope.masker(incident.tenant).code
        return [
            Recipient(each.key, code("person", each.title), code("mail", each.address))
            for each in found.values()
        ]

    def write(self, name: str, key: str, subject: str, text: str) -> Incident:
        """Send a mail to one of the recipients; it goes out with the alerts, and is kept.

        Raises:
            BadInputError: There is no such recipient, or nothing is written.
        """
        incident = self._asked(name, Permission.TRIAGE)
        shown = {each.key: each for each in self.recipients(name)}
        address = self._mail_of(incident, key) if key in shown else ""
        if not address:
            raise BadInputError(_("nobody is chosen"), remedy=_("choose who is to get the mail"))
        changed = stores().answering.tell(
            incident.id, Reach(_MAIL, address), shown[key].title, subject, text,
            by=self._viewer.name, now=self._now,
        )  # fmt: skip
        return self._noted("incident.write", changed, to=key)

    # ------------------------------------------------------------ inside

    def _mail_of(self, incident: Incident, key: str) -> str:
        kind, _, name = key.partition(":")
        if kind == "member":
            member = Membership.objects.filter(
                tenant=incident.tenant, user_id=int(name), ended=None
            ).select_related("user")
            found = member.first()
            return found.user.email if found is not None else ""
        policy = stores().policies.policy_of(incident.tenant)
        person = policy.person(name) if policy is not None else None
        ways = person.reach if person is not None else ()
        return next((each.address for each in ways if each.channel == _MAIL), "")

    def _unmasked(self, incident: Incident, given: str) -> str:
        """The name that a code stands for, among those of the incident's findings.

        Raises:
            Http404: It is none of them: a masked viewer names nothing by heart.
        """
        text = given.strip()
        if not text:
            return ""
        masker = self._scope.masker(incident.tenant)
        for signal in stores().incidents.signals_in(incident.id):
            for kind, name in names_of(signal):
                if masker.code(kind, name) == text:
                    return name
            for address in signal.addresses:
                if masker.address(address) == text:
                    return address
        raise Http404
