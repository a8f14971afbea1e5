"""Which reminders were sent to whom, when, and how that went."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

import msgspec
from django.db import models
from django.utils.translation import gettext_lazy as _

from midwatch.vendors.contracts import DueKind


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is due, as a mail told it.

    ``vendor`` and ``questionnaire`` are references, empty where it is about none. ``step``: days
    before its day, negative when overdue (``vendors.reminders.reached``). ``new``: this mail was
    the first to tell that step.
    """

    kind: DueKind
    on: date
    step: int
    vendor: str = ""
    vendor_name: str = ""
    about: str = ""
    name: str = ""
    who: str = ""
    questionnaire: str = ""
    closed: bool = False
    new: bool = True

    @property
    def key(self) -> str:
        """The same thing with the same day; with another day it is told anew."""
        return f"{self.vendor}:{self.kind}:{self.about}:{self.on}"


class Standing(StrEnum):
    """How it stands with a mail."""

    SENT = "sent"
    WAITING = "waiting"
    NOT_SENT = "not_sent"


class Notice(models.Model):
    """One mail to one person about one client's vendors; there is at most one a day.

    ``whom``: ``user:ID`` or ``questionnaire:REFERENCE``. ``day``: the client's own day. ``items``:
    what it tells. ``next_try``: when it is tried again, until it was ``sent`` or ``given_up``.
    """

    tenant = models.CharField(_("client"), max_length=64, db_index=True)
    whom = models.CharField(max_length=40)
    day = models.DateField()
    name = models.CharField(max_length=120)
    email = models.EmailField()
    language = models.CharField(max_length=8)
    items = models.JSONField(default=list)
    created = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    next_try = models.DateTimeField(null=True)
    sent = models.DateTimeField(null=True)
    given_up = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "whom", "day"], name="one_mail_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name} ({self.tenant})"

    @property
    def told(self) -> list[Item]:
        """What it tells."""
        return msgspec.convert(self.items, list[Item])

    @property
    def standing(self) -> Standing:
        """How it stands with it."""
        if self.sent is not None:
            return Standing.SENT
        return Standing.WAITING if self.given_up is None else Standing.NOT_SENT


class Look(models.Model):
    """When a client's vendors were last gone through for what is due, so that silence shows.

    ``unheard``: how many things are due that nobody can be told of. ``reopened``: how many
    accepted risks had run out at that look.
    """

    tenant = models.CharField(primary_key=True, max_length=64)
    at = models.DateTimeField()
    unheard = models.PositiveIntegerField(default=0)
    reopened = models.PositiveIntegerField(default=0)
    mail_is_set_up = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.tenant}: {self.at}"

    def is_late(self, now: datetime) -> bool:
        """Whether nobody has looked for so long that something must be wrong."""
        return (now - self.at).total_seconds() > 26 * 3600
