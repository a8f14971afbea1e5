"""What is kept of a client's vendors: the structs of the pure room, with columns to sort by.

Read through ``access.vendors`` alone, which asks whose they are.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from decimal import Decimal
from typing import ClassVar, Final

import msgspec
from django.db import models
from django.utils.translation import gettext_lazy as _

from midwatch.desk.people.models import User
from midwatch.vendors.cadence import CadenceClaim, CadenceObservation
from midwatch.vendors.contracts import Contract as ContractStruct
from midwatch.vendors.evidence import Evidence, SocReview
from midwatch.vendors.finance.statements import Business, FinancialStatement
from midwatch.vendors.findings import Finding as FindingStruct
from midwatch.vendors.findings import FindingState, PolicyVersion
from midwatch.vendors.findings import Measure as MeasureStruct
from midwatch.vendors.reviews import Recurrence
from midwatch.vendors.reviews import Review as ReviewStruct
from midwatch.vendors.tiers import Service as ServiceStruct
from midwatch.vendors.tiers import tier_of
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
    ``recurrence``: the room's ``Recurrence`` by which reviews fall due; None: none agreed.
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
    business = models.CharField(
        _("sort of firm"), max_length=16, default=Business.SERVICES.value,
        choices=[(each.value, each.value) for each in Business],
    )  # fmt: skip
    recurrence = models.JSONField(null=True)
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

    @property
    def rule(self) -> Recurrence | None:
        """By which reviews fall due."""
        return None if self.recurrence is None else msgspec.convert(self.recurrence, Recurrence)

    def put(self, file: VendorFile) -> None:
        """Take a file over, with the columns that repeat it. Does not save."""
        self.body = msgspec.to_builtins(file)
        self.name, self.country, self.state = file.name[:200], file.country[:2], file.state.value


class Part(models.Model):
    """Something on file about a vendor: ``body`` is a struct of the pure room (``kind``)."""

    kind: ClassVar[type[msgspec.Struct]]

    tenant = models.CharField(max_length=64, db_index=True)
    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="%(class)ss")
    reference = models.CharField(max_length=10, unique=True, default=new_reference, editable=False)
    body = models.JSONField(default=dict)
    created = models.DateTimeField(auto_now_add=True)
    changed = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.reference} ({self.tenant})"


class Service(Part):
    """What a vendor does for the client, with the tier that follows."""

    kind = ServiceStruct

    name = models.CharField(_("service"), max_length=200)
    tier = models.CharField(_("tier"), max_length=8)

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "id"]

    @property
    def struct(self) -> ServiceStruct:
        """As the pure room reads it."""
        return msgspec.convert(self.body, ServiceStruct)

    def put(self, struct: ServiceStruct) -> None:
        """Take one over; does not save."""
        self.body, self.name = msgspec.to_builtins(struct), struct.name[:200]
        self.tier = tier_of(struct).tier.value


class Statement(Part):
    """One period's financial figures."""

    kind = FinancialStatement

    end = models.DateField(_("period end"))

    class Meta:
        ordering: ClassVar[list[str]] = ["-end"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["vendor", "end"], name="one_statement_a_period")
        ]

    @property
    def struct(self) -> FinancialStatement:
        """As the pure room reads it."""
        return msgspec.convert(self.body, FinancialStatement)

    def put(self, struct: FinancialStatement) -> None:
        """Take one over; does not save."""
        self.body, self.end = msgspec.to_builtins(struct), struct.end


class Paper(Part):
    """One version of one paper; its bytes lie in the state folder by their SHA-256.

    ``soc`` is the room's ``SocReview`` where somebody read a SOC report; ``newer`` is the
    version that replaced it. ``brought_by``: who filed it, a reviewer or the vendor.
    """

    kind = Evidence

    sort = models.CharField(_("kind"), max_length=24)
    title = models.CharField(_("title"), max_length=200)
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    received = models.DateField(_("received"))
    expires = models.DateField(_("holds until"), null=True)
    newer = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="older")
    soc = models.JSONField(null=True)
    brought_by = models.CharField(max_length=254, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-received", "-id"]

    @property
    def struct(self) -> Evidence:
        """As the pure room reads it."""
        return msgspec.convert(self.body, Evidence)

    @property
    def review(self) -> SocReview | None:
        """What somebody found in the SOC report."""
        return None if self.soc is None else msgspec.convert(self.soc, SocReview)

    def put(self, struct: Evidence) -> None:
        """Take one over; does not save."""
        self.body, self.sort, self.title = (
            msgspec.to_builtins(struct),
            struct.kind.value,
            struct.title[:200],
        )
        self.sha256, self.received, self.expires = struct.sha256, struct.received, struct.expires


class Contract(Part):
    """An agreement. ``exposure``: what a breach could cost, in the contract's currency."""

    kind = ContractStruct

    title = models.CharField(_("title"), max_length=200)
    end = models.DateField(_("ends"), null=True)
    exposure = models.DecimalField(null=True, max_digits=18, decimal_places=2)

    class Meta:
        ordering: ClassVar[list[str]] = ["title", "id"]

    @property
    def struct(self) -> ContractStruct:
        """As the pure room reads it."""
        return msgspec.convert(self.body, ContractStruct)

    @property
    def exposed(self) -> Decimal | None:
        """The exposure without digits that say nothing."""
        if self.exposure is None or self.exposure != self.exposure.to_integral_value():
            return self.exposure
        return self.exposure.quantize(Decimal(1))

    def put(self, struct: ContractStruct) -> None:
        """Take one over; does not save."""
        self.body, self.title, self.end = (
            msgspec.to_builtins(struct),
            struct.title[:200],
            struct.end,
        )


class Finding(Part):
    """Something that is not as it should be."""

    kind = FindingStruct

    title = models.CharField(_("title"), max_length=200)
    level = models.CharField(max_length=16)
    state = models.CharField(
        max_length=16, choices=[(each.value, each.value) for each in FindingState]
    )
    due = models.DateField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["due", "-created"]

    @property
    def struct(self) -> FindingStruct:
        """As the pure room reads it."""
        return msgspec.convert(self.body, FindingStruct)

    def put(self, struct: FindingStruct) -> None:
        """Take one over; does not save."""
        self.body, self.title = msgspec.to_builtins(struct), struct.title[:200]
        self.level, self.state, self.due = struct.level.value, struct.state.value, struct.due


class Review(Part):
    """One review, due on a day, perhaps done."""

    kind = ReviewStruct

    due = models.DateField()
    done = models.DateField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-due", "-id"]

    @property
    def struct(self) -> ReviewStruct:
        """As the pure room reads it."""
        return msgspec.convert(self.body, ReviewStruct)

    def put(self, struct: ReviewStruct) -> None:
        """Take one over; does not save."""
        self.body, self.due, self.done = msgspec.to_builtins(struct), struct.due, struct.done


class Drill(models.Model):
    """A message to a breach contact, to see whether somebody answers. Kept as a hash.

    ``contact``: whom, as the file named it then; ``answered`` and ``by``: who answered when.
    """

    tenant = models.CharField(max_length=64, db_index=True)
    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="drills")
    contact = models.CharField(max_length=200)
    mail = models.CharField(max_length=254, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    sent_by = models.CharField(max_length=254)
    sent = models.DateTimeField()
    expires = models.DateTimeField()
    answered = models.DateTimeField(null=True)
    by = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-sent", "-id"]

    def __str__(self) -> str:
        return f"{self.vendor}: {self.contact}"


class Policy(models.Model):
    """One version of one of the firm's own policies; the body is a ``PolicyVersion``."""

    tenant = models.CharField(max_length=64, db_index=True)
    policy = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    approved = models.DateTimeField(null=True)
    body = models.JSONField(default=dict)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["title", "-version"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["tenant", "policy", "version"], name="one_text_a_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.policy} {self.version} ({self.tenant})"

    @property
    def struct(self) -> PolicyVersion:
        """As the pure room reads it."""
        return msgspec.convert(self.body, PolicyVersion)

    def put(self, struct: PolicyVersion) -> None:
        """Take one over; does not save."""
        self.body, self.policy, self.version = (
            msgspec.to_builtins(struct),
            struct.policy,
            struct.version,
        )
        self.title = struct.title[:200]
        self.approved = (
            None
            if struct.approved is None
            else datetime.fromtimestamp(struct.approved / 1_000_000, UTC)
        )


class Measure(models.Model):
    """What the firm does about a finding, in a policy of its own."""

    tenant = models.CharField(max_length=64, db_index=True)
    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="measures")
    reference = models.CharField(max_length=10, unique=True, default=new_reference, editable=False)
    policy = models.CharField(max_length=40)
    due = models.DateField()
    done = models.DateField(null=True)
    body = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar[list[str]] = ["due", "id"]

    def __str__(self) -> str:
        return f"{self.policy}: {self.reference} ({self.tenant})"

    @property
    def struct(self) -> MeasureStruct:
        """As the pure room reads it."""
        return msgspec.convert(self.body, MeasureStruct)

    def put(self, struct: MeasureStruct) -> None:
        """Take one over; does not save."""
        self.body, self.policy = msgspec.to_builtins(struct), struct.policy
        self.due, self.done = struct.due, struct.done


class CalendarLink(models.Model):
    """A secret address under which calendar programs read a client's days. Kept as a hash.

    It goes on only while whoever made it may read the vendor files (``owner``).
    """

    tenant = models.CharField(max_length=64, db_index=True)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    created = models.DateTimeField(auto_now_add=True)
    used = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created", "-id"]

    def __str__(self) -> str:
        return f"{self.tenant}: {self.owner}"


class Promise(Part):
    """What a vendor promised to do how often."""

    kind = CadenceClaim

    @property
    def struct(self) -> CadenceClaim:
        """As the pure room reads it."""
        return msgspec.convert(self.body, CadenceClaim)

    def put(self, struct: CadenceClaim) -> None:
        """Take one over; does not save."""
        self.body = msgspec.to_builtins(struct)


class Sighting(Part):
    """That it was seen to happen once."""

    kind = CadenceObservation

    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["-at", "-id"]

    @property
    def struct(self) -> CadenceObservation:
        """As the pure room reads it."""
        return msgspec.convert(self.body, CadenceObservation)

    def put(self, struct: CadenceObservation) -> None:
        """Take one over; does not save."""
        self.body = msgspec.to_builtins(struct)
        self.at = datetime.fromtimestamp(struct.at / 1_000_000, UTC)
