"""Searches that people keep, shared within a client."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from midwatch.desk.people.models import User

EVERY_CLIENT = ""
"""What a search names that goes over all clients; it is the provider's own."""


class SavedSearch(models.Model):
    """A question by name. ``masked``: whoever kept it sees codes, so it holds no names.

    Its text may name people of the client, so who sees codes is shown such searches only.
    """

    tenant = models.CharField(_("client"), max_length=64, blank=True, db_index=True)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="searches")
    title = models.CharField(_("name"), max_length=120)
    text = models.TextField(_("search"), max_length=4000, blank=True)
    span = models.CharField(max_length=8, default="24h")
    masked = models.BooleanField(default=False)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["title", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "owner", "title"], name="one_search_a_name")
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.tenant or '*'})"
