"""What analysts keep beside the watch's own records: whose an incident is, ticks, hand-overs.

Everything is read through ``selectors``, which take the scope.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from midwatch.desk.people.models import User


class Assignment(models.Model):
    """Whose an incident is now. What it was before stands in the incident's history."""

    tenant = models.CharField(max_length=64, db_index=True)
    incident = models.CharField(max_length=40, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="assignments")
    by = models.CharField(max_length=254)
    at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.incident}: {self.user}"


class Tick(models.Model):
    """A step of an incident's runbook that somebody did."""

    tenant = models.CharField(max_length=64, db_index=True)
    incident = models.CharField(max_length=40)
    step = models.CharField(max_length=64)
    by = models.CharField(max_length=254)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["incident", "step"], name="a_step_is_done_once")
        ]

    def __str__(self) -> str:
        return f"{self.incident}: {self.step}"


class HandOver(models.Model):
    """What one shift tells the next.

    ``tenants``: the clients it may speak of; empty: of all. Only who may triage for all of these
    reads it. ``since`` and ``until`` bound the shift.
    """

    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=254)
    tenants = models.JSONField(default=list)
    since = models.DateTimeField(_("from"))
    until = models.DateTimeField(_("until"))
    text = models.TextField(_("note"), max_length=20_000)
    created = models.DateTimeField(auto_now_add=True)
    changed = models.DateTimeField(auto_now=True)
    changed_by = models.CharField(max_length=254, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-until", "-id"]

    def __str__(self) -> str:
        return f"{self.name}, {self.until:%Y-%m-%d %H:%M}"
