"""Answering by the link in a mail: for people who are not signed in, so by the token alone.

Looking changes nothing, since mail scanners open links. What is shown is what the mail said.
"""

from __future__ import annotations

from typing import Final

from django.core.cache import cache
from django.utils.translation import gettext as _

from midwatch.desk.access.rows import every_row
from midwatch.desk.access.stores import stores
from midwatch.desk.audit.models import Entry
from midwatch.incidents import Incident
from midwatch.kernel import BadInputError
from midwatch.paging import Answering, Signer
from midwatch.reports.defusing import defuse
from midwatch.watch.signing import link_key

_MOST_TRIES: Final = 30
_WITHIN: Final = 600
"""Seconds."""
LONGEST_TOKEN: Final = 600


class Answers:
    """What the holder of a link may do."""

    def __init__(self, now: int, address: str) -> None:
        """``now``: UTC microseconds; ``address``: whose tries are counted."""
        self._now = now
        self._address = address

    def allowed(self) -> bool:
        """Whether this address may try once more; every try counts."""
        key = f"answer:{self._address}"
        cache.add(key, 0, _WITHIN)
        try:
            return int(cache.incr(key)) <= _MOST_TRIES
        except ValueError:  # it ended between the two
            return True

    def look(self, token: str) -> Incident:
        """The incident that the link is about; nothing changes.

        Raises:
            BadInputError: The link is not ours, or has expired.
        """
        return self._answering().look(_checked(token), self._now)

    def acknowledge(self, token: str) -> Incident:
        """Acknowledge it, in the name of whom the link was sent to.

        Raises:
            BadInputError: The link is not ours, has expired, or is about an earlier alarm.
        """
        before = self.look(token)
        changed = self._answering().acknowledge(_checked(token), self._now)
        if changed != before:
            with every_row():  # nobody is signed in
                Entry.objects.create(
                    actor=None, name=changed.answered_by, tenant=changed.tenant,
                    verb="incident.acknowledge", subject=changed.reference,
                    detail={"by": "the link in a message"}, address=self._address,
                )  # fmt: skip
        return changed

    @staticmethod
    def client(incident: Incident) -> str:
        """What the client is called, as the mail said it."""
        known = stores().tenants.tenant(incident.tenant)
        return defuse(known.title) if known is not None else "Midwatch"

    @staticmethod
    def zone(incident: Incident) -> str:
        """The client's zone, in which the mail told the times."""
        known = stores().tenants.tenant(incident.tenant)
        return known.zone if known is not None else "UTC"

    @staticmethod
    def _answering() -> Answering:
        kept = stores()
        signer = Signer((link_key(kept.folder.path),))
        return Answering(kept.incidents, kept.answering, signer)


def _checked(token: str) -> str:
    if len(token) > LONGEST_TOKEN:
        raise BadInputError(
            _("this link is not one of ours, or it was cut"),
            remedy=_("open the whole link from the mail"),
        )
    return token
