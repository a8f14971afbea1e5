"""Work that nobody asked for at a page: of which client, at what moment, narrowed to its rows.

Like ``scope`` for who is signed in, this is the one way for such work to the watch's records.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from midwatch.desk.access.rows import every_row, rows
from midwatch.desk.access.stores import stores
from midwatch.desk.audit.models import Entry
from midwatch.kernel import BadInputError
from midwatch.tenants import Tenant

MIDWATCH = "Midwatch"
"""Who did it, in the record."""
_LATE_MAIL = "reminders"


@dataclass(frozen=True, slots=True)
class Turn:
    """One client's turn. ``now``: UTC microseconds."""

    tenant: Tenant
    now: int

    @property
    def moment(self) -> datetime:
        """Now, in UTC."""
        return datetime.fromtimestamp(self.now / 1_000_000, UTC)

    @property
    def today(self) -> date:
        """The client's own day."""
        return self.moment.astimezone(ZoneInfo(self.tenant.zone)).date()

    def note(self, verb: str, subject: str, **detail: object) -> None:
        """Keep in the record that it was done."""
        with every_row():
            Entry.objects.create(
                actor=None, name=MIDWATCH, tenant=self.tenant.id, verb=verb,
                subject=subject[:200], detail=detail,
            )  # fmt: skip

    def complain(self, trouble: str) -> None:
        """Have the watch tell that reminders do not leave; an empty trouble: they do."""
        health, subject = stores().health, self.tenant.id
        if trouble:
            health.concern(_LATE_MAIL, subject, subject, self.now, trouble)
        elif any(each.subject == subject for each in health.concerns(_LATE_MAIL)):
            health.relieve(_LATE_MAIL, [subject], self.now)


def clients(only: str | None = None) -> list[Tenant]:
    """All clients, or that one.

    Raises:
        BadInputError: There is none of that name.
    """
    found = [each for each in stores().tenants.tenants() if only in (None, each.id)]
    if only is not None and not found:
        raise BadInputError(f"there is no client {only!r}", remedy="see: midwatch client list")
    return found


@contextmanager
def turn_of(tenant: Tenant, now: int) -> Iterator[Turn]:
    """Inside, the rows of that client are seen and no others."""
    with rows(tenant.id):
        yield Turn(tenant, now)
