"""That a vendor's file must be kept: until a day, or until somebody lifts it."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from midwatch.desk.vendors.models import Vendor


class Hold(models.Model):
    """Why a vendor's file must be kept. ``until``: the last day; None: until it is ended.

    It is ended by an owner, with a reason, and stays on file then.
    """

    tenant = models.CharField(_("client"), max_length=64, db_index=True)
    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="holds")
    until = models.DateField(_("keep until"), null=True, blank=True)
    why = models.CharField(_("why"), max_length=400)
    set_by = models.CharField(max_length=254)
    set_at = models.DateTimeField()
    ended = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=254, blank=True)
    ended_why = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-set_at", "-id"]

    def __str__(self) -> str:
        return f"{self.vendor_id}: {self.until or '…'}"

    def holds(self, today: date) -> bool:
        """Whether it still stands."""
        return self.ended is None and (self.until is None or self.until >= today)
