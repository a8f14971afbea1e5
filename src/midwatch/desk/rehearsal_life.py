"""Reminders that were sent and that were not, and a file that must be kept. Needs Django set up."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import msgspec
from django.utils import timezone

from midwatch.desk.dossier.models import Hold
from midwatch.desk.people.models import User
from midwatch.desk.rehearsal_vendors import HOSTILE
from midwatch.desk.reminders.models import Item, Look, Notice
from midwatch.desk.vendors.models import Vendor
from midwatch.vendors.contracts import DueKind

_KINDS: Final = (
    (DueKind.PAPER, "Penetration test", -10, 0),
    (DueKind.REVIEW, "", -16, -14),
    (DueKind.CONTRACT_NOTICE, "Help desk services", 40, 30),
    (DueKind.FINDING, HOSTILE, -3, 0),
    (DueKind.DRILL, "Night desk", 5, 7),
)


def furnish_life(vendor: Vendor) -> None:
    """A client's reminders (one did not leave) and a hold on its first vendor's file."""
    tenant, moment = vendor.tenant, timezone.now()
    today = moment.date()
    items = tuple(
        Item(
            kind=kind, name=name, on=today + timedelta(days=days), step=step, new=days < 0,
            vendor=vendor.reference, vendor_name=vendor.name, who="Karl Kaufmann",
        )
        for kind, name, days, step in _KINDS
    )  # fmt: skip
    contact = User.objects.filter(email=f"contact@{tenant}.example").first()
    for back, error in ((7, ""), (1, "(421, b'try again later')")):
        at = moment - timedelta(days=back)
        Notice.objects.create(
            tenant=tenant, whom=f"user:{0 if contact is None else contact.pk}", created=at,
            day=today - timedelta(days=back),
            name=f"contact of {tenant}", email=f"contact@{tenant}.example", language="en",
            items=msgspec.to_builtins(items[: 5 if error else 3]), tries=9 if error else 1,
            sent=None if error else at, given_up=moment if error else None, error=error,
        )  # fmt: skip
    Look.objects.create(tenant=tenant, at=moment - timedelta(minutes=20))
    Hold.objects.create(
        tenant=tenant, vendor=vendor, until=today + timedelta(days=900), set_at=moment,
        why=f"Tax law asks for ten years; {tenant}'s lawyer said so.", set_by=f"owner of {tenant}",
    )  # fmt: skip
