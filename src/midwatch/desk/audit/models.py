"""What was done, and what was revealed. Rows are added, never changed or removed.

The database itself refuses a change or removal (see the migrations); the classes refuse it
earlier, with a better sentence.
"""

from __future__ import annotations

from typing import Any, ClassVar, Never

from django.db import models
from django.utils.translation import gettext_lazy as _

from midwatch.kernel import DefectError


class _Kept(models.Model):
    """A row that stays as it is."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # Django's own signature
        """Add the row.

        Raises:
            DefectError: It is there already.
        """
        if self.pk is not None:
            raise DefectError("the record is never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: object, **kwargs: object) -> Never:
        """Refuse.

        Raises:
            DefectError: Always.
        """
        raise DefectError("the record is never shortened")


class Entry(_Kept):
    """One thing somebody did. ``detail`` holds no client data beyond names of things."""

    at = models.DateTimeField(_("when"), auto_now_add=True, db_index=True)
    actor = models.BigIntegerField(null=True)
    name = models.CharField(_("who"), max_length=254)
    role = models.CharField(_("as"), max_length=16, blank=True)
    tenant = models.CharField(_("client"), max_length=64, blank=True, db_index=True)
    verb = models.CharField(_("what"), max_length=64)
    subject = models.CharField(_("about"), max_length=200, blank=True)
    detail = models.JSONField(default=dict)
    address = models.CharField(_("from"), max_length=64, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.name}: {self.verb} {self.subject}"


class Reveal(_Kept):
    """Masked data shown to somebody who asked, with the reason they gave.

    ``subject`` is an incident's reference or a search; ``until`` is when it is masked again.
    ``fields`` are the kinds of data that were behind the mask: what the client's register of
    shared data will read.
    """

    at = models.DateTimeField(_("when"), auto_now_add=True, db_index=True)
    actor = models.BigIntegerField()
    name = models.CharField(_("who"), max_length=254)
    role = models.CharField(_("as"), max_length=16)
    tenant = models.CharField(_("client"), max_length=64, db_index=True)
    subject = models.CharField(_("about"), max_length=200)
    fields = models.JSONField(default=list)
    reason = models.CharField(_("reason"), max_length=400)
    until = models.DateTimeField(_("until"))

    class Meta:
        ordering: ClassVar[list[str]] = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.name}: {self.subject}"
