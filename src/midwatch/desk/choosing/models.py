"""Choices between vendors, data that vendors hold, and service facts that were brought.

Bodies are the structs of the pure room. Everything is read through ``selectors``, ``holding``
and ``facts``, which ask the scope whose it is.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec
from django.db import models
from django.utils.translation import gettext_lazy as _

from midwatch.desk.vendors.models import Paper, Vendor, new_reference
from midwatch.kernel import DefectError
from midwatch.vendors.comparing import ChoiceMade, Needs
from midwatch.vendors.holdings import DataHolding
from midwatch.vendors.questionnaires import TemplateVersion
from midwatch.vendors.service_facts import ServiceFacts


class Choice(models.Model):
    """What a client looks for. ``version``: the questionnaire it rests on, frozen.

    ``decision`` is set once and for good; from then on candidates are compared by what was
    known at that moment.
    """

    tenant = models.CharField(_("client"), max_length=64, db_index=True)
    reference = models.CharField(max_length=10, unique=True, default=new_reference, editable=False)
    title = models.CharField(_("title"), max_length=200)
    digest = models.CharField(max_length=64)
    version = models.JSONField()
    needs = models.JSONField()
    decision = models.JSONField(null=True, blank=True)
    decided = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=254, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    created_by = models.CharField(max_length=254)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created", "-id"]

    def __str__(self) -> str:
        return f"{self.title} ({self.tenant})"

    @property
    def frozen(self) -> TemplateVersion:
        """The questionnaire as the pure room reads it.

        Raises:
            DefectError: What is kept is not what it was begun with.
        """
        found = msgspec.convert(self.version, TemplateVersion)
        if found.digest != self.digest:
            raise DefectError(f"the questionnaire of the choice {self.pk} was changed")
        return found

    @property
    def wanted(self) -> Needs:
        """The needs as the pure room reads them."""
        return msgspec.convert(self.needs, Needs)

    @property
    def made(self) -> ChoiceMade | None:
        """The decision, where one was made."""
        return None if self.decision is None else msgspec.convert(self.decision, ChoiceMade)


class Candidate(models.Model):
    """A vendor that may be chosen. ``frozen``: what was known of it when the choice was made."""

    tenant = models.CharField(_("client"), max_length=64, db_index=True)
    choice = models.ForeignKey(Choice, on_delete=models.CASCADE, related_name="candidates")
    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="candidacies")
    price = models.DecimalField(_("price a year"), max_digits=14, decimal_places=2, null=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    frozen = models.JSONField(null=True)
    added = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["vendor__name", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["choice", "vendor"], name="a_vendor_stands_once")
        ]

    def __str__(self) -> str:
        return f"{self.vendor_id} in {self.choice_id}"


class Holding(models.Model):
    """One category of data that a vendor holds; ``body`` is the pure room's ``DataHolding``."""

    tenant = models.CharField(_("client"), max_length=64, db_index=True)
    reference = models.CharField(max_length=10, unique=True, default=new_reference, editable=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="holdings")
    category = models.CharField(_("category"), max_length=20)
    necessity = models.CharField(_("needed"), max_length=12)
    returned = models.DateField(_("returned or deleted"), null=True, blank=True)
    body = models.JSONField(default=dict)
    created = models.DateTimeField(auto_now_add=True)
    changed = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["vendor__name", "category", "id"]

    def __str__(self) -> str:
        return f"{self.category} at {self.vendor_id}"

    @property
    def held(self) -> DataHolding:
        """The item as the pure room reads it."""
        return msgspec.convert(self.body, DataHolding)

    def put(self, holding: DataHolding) -> None:
        """Take an item over, with the columns that repeat it. Does not save."""
        self.body = msgspec.to_builtins(holding)
        self.category, self.necessity = holding.category.value, holding.necessity.value
        self.returned = holding.returned


class Facts(models.Model):
    """A signed file of service facts that a provider gave, verified when it came.

    ``compared``: when somebody compared the key with the provider by another way; until then
    the file is no more than a claim. The file itself is kept as ``paper``.
    """

    tenant = models.CharField(_("client"), max_length=64, db_index=True)
    reference = models.CharField(max_length=10, unique=True, default=new_reference, editable=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="service_facts")
    key = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)
    body = models.JSONField()
    paper = models.ForeignKey(Paper, null=True, on_delete=models.SET_NULL, related_name="+")
    received = models.DateTimeField(auto_now_add=True)
    received_by = models.CharField(max_length=254)
    compared = models.DateTimeField(null=True, blank=True)
    compared_by = models.CharField(max_length=254, blank=True)
    compared_how = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-received", "-id"]
        verbose_name_plural = "facts"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["vendor", "sha256"], name="facts_are_filed_once")
        ]

    def __str__(self) -> str:
        return f"facts of {self.vendor_id}"

    @property
    def facts(self) -> ServiceFacts:
        """The facts as the pure room reads them."""
        return msgspec.convert(self.body, ServiceFacts)
