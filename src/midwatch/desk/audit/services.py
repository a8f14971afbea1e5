"""Writes the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _

from midwatch.desk.access.roles import Permission
from midwatch.desk.access.rows import every_row
from midwatch.desk.access.viewers import Viewer
from midwatch.desk.audit.models import Entry, Reveal
from midwatch.kernel import BadInputError

REVEAL_LASTS: Final = timedelta(hours=1)
_SHORTEST_REASON: Final = 10


def note(
    viewer: Viewer,
    verb: str,
    *,
    tenant: str = "",
    subject: str = "",
    detail: Mapping[str, object] | None = None,
    address: str = "",
) -> Entry:
    """Keep that somebody did something. ``verb`` is a short name such as ``incident.resolve``."""
    role = viewer.role_in(tenant) if tenant else next((g.role for g in viewer.grants), None)
    with every_row():
        return Entry.objects.create(
            actor=viewer.id or None,
            name=viewer.name or "nobody",
            role=role or "",
            tenant=tenant,
            verb=verb,
            subject=subject[:200],
            detail=dict(detail or {}),
            address=address,
        )


def reveal(
    viewer: Viewer, tenant: str, subject: str, reason: str, fields: Sequence[str], now: int
) -> Reveal:
    """Let the viewer see one thing unmasked for an hour, and keep that they did.

    Raises:
        BadInputError: They may not, gave no reason, or have used up today's reveals.
    """
    if not viewer.may(Permission.REVEAL, tenant):
        raise BadInputError(_("your role may not reveal this"), remedy=_("ask the client"))
    if len(reason.strip()) < _SHORTEST_REASON:
        raise BadInputError(
            _("a reveal needs a reason"), remedy=_("say in a sentence what you need it for")
        )
    moment = datetime.fromtimestamp(now / 1_000_000, UTC)
    limits = [g.reveals for g in viewer.grants_for(tenant) if g.reveals is not None]
    used = Reveal.objects.filter(
        actor=viewer.id, tenant=tenant, at__gt=moment - timedelta(days=1)
    ).count()
    if limits and used >= max(limits):
        raise BadInputError(
            _("today's reveals are used up"), remedy=_("ask the client, or wait until tomorrow")
        )
    return Reveal.objects.create(
        actor=viewer.id,
        name=viewer.name,
        role=viewer.role_in(tenant) or "",
        tenant=tenant,
        subject=subject,
        fields=list(fields),
        reason=reason.strip()[:400],
        until=moment + REVEAL_LASTS,
    )


def open_reveals(viewer: Viewer, now: int) -> dict[tuple[str, str], int]:
    """What stands open to that viewer: (client, thing) and until when (UTC microseconds)."""
    moment = datetime.fromtimestamp(now / 1_000_000, UTC)
    found = Reveal.objects.filter(actor=viewer.id, until__gt=moment).order_by("until")
    return {
        (tenant, subject): int(until.timestamp() * 1_000_000)
        for tenant, subject, until in found.values_list("tenant", "subject", "until")
    }
