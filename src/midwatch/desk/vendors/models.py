"""What is kept of a client's vendors: the structs of the pure room, with columns to sort by.

Read through ``access.vendors`` alone, which asks whose they are.
"""

from __future__ import annotations

import secrets
from typing import ClassVar, Final

import msgspec
from django.db import models
from django.utils.translation import gettext_lazy as _

from midwatch.vendors.vendor import Vendor as VendorFile
from midwatch.vendors.vendor import VendorState

_LETTERS: Final = "0123456789bcdfghjkmnpqrstvwxyz"
_LENGTH: Final = 10


def new_reference() -> str:
    """A random name for addresses: 49 bits that tell nothing and count nothing."""
    return "".join(secrets.choice(_LETTERS) for _number in range(_LENGTH))


class Vendor(models.Model):
    """The file of one vendor of one client.

    ``body`` is the pure room's ``Vendor``; ``name``, ``country`` and ``state`` repeat it for
    sorting. ``tier`` is that of its gravest service, empty while none is on file.
    ``is_provider``: the watch itself is bought from it, so its people do not judge it.
    """

    tenant = models.CharField(_("client"), max_length=64, db_index=True)
    reference = models.CharField(max_length=10, unique=True, default=new_reference, editable=False)
    name = models.CharField(_("name"), max_length=200)
    country = models.CharField(_("country"), max_length=2, blank=True)
    state = models.CharField(
        _("state"), max_length=16, default=VendorState.CANDIDATE.value,
        choices=[(each.value, each.value) for each in VendorState],
    )  # fmt: skip
    tier = models.CharField(_("tier"), max_length=8, blank=True)
    is_provider = models.BooleanField(_("we buy the watch itself from it"), default=False)
    body = models.JSONField(default=dict)
    created = models.DateTimeField(auto_now_add=True)
    changed = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "id"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["tenant", "state"])]

    def __str__(self) -> str:
        return f"{self.name} ({self.tenant})"

    @property
    def file(self) -> VendorFile:
        """The file as the pure room reads it."""
        return msgspec.convert(self.body, VendorFile)

    def put(self, file: VendorFile) -> None:
        """Take a file over, with the columns that repeat it. Does not save."""
        self.body = msgspec.to_builtins(file)
        self.name, self.country, self.state = file.name[:200], file.country[:2], file.state.value
