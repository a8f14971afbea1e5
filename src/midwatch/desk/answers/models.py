"""Questionnaires that were sent: version, links, answers, verdicts, talk and papers.

The structs of the pure room are kept as JSON, one row for each answer and each verdict, so that
two people who answer at the same time do not overwrite each other. Everything is read through
``selectors`` (who has an account) or ``links`` (who has a link).
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

import msgspec
from django.db import models
from django.utils.translation import gettext_lazy as _

from midwatch.desk.people.models import User
from midwatch.desk.vendors.models import Vendor, new_reference
from midwatch.kernel import DefectError
from midwatch.vendors.questionnaires import Answer, TemplateVersion, Verdict
from midwatch.vendors.questionnaires.formats import Imported


class State(StrEnum):
    """Where a questionnaire that was sent stands."""

    SENT = "sent"
    BEGUN = "begun"
    HANDED_IN = "handed_in"
    ASKED_BACK = "asked_back"
    CLOSED = "closed"
    EXPIRED = "expired"
    REVOKED = "revoked"


class Version(models.Model):
    """A questionnaire as it was when it was sent; ``digest`` is over all of its text."""

    tenant = models.CharField(max_length=64, db_index=True)
    digest = models.CharField(max_length=64)
    template = models.CharField(max_length=64)
    version = models.CharField(max_length=32)
    title = models.CharField(_("title"), max_length=200)
    minutes = models.PositiveIntegerField(default=0)
    body = models.JSONField()
    created = models.DateTimeField(auto_now_add=True)
    created_by = models.CharField(max_length=254)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "digest"], name="a_version_is_kept_once")
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.version}"

    @property
    def frozen(self) -> TemplateVersion:
        """The version as the pure room reads it.

        Raises:
            DefectError: What is kept is not what was sent.
        """
        found = msgspec.convert(self.body, TemplateVersion)
        if found.digest != self.digest:
            raise DefectError(f"the questionnaire {self.pk} was changed after it was sent")
        return found


class Asking(models.Model):
    """A questionnaire sent to a vendor, or filled in from a file that was brought.

    ``answered`` of ``asked`` scored or open questions have an answer; ``score`` (0 to 100) and
    ``arithmetic`` repeat what the pure room counts. ``source`` names the file it came from.
    """

    tenant = models.CharField(_("client"), max_length=64, db_index=True)
    reference = models.CharField(max_length=10, unique=True, default=new_reference, editable=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="askings")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="askings")
    name = models.CharField(_("who answers"), max_length=120, blank=True)
    email = models.EmailField(_("their e-mail address"), blank=True)
    message = models.TextField(_("message"), max_length=4000, blank=True)
    due = models.DateField(_("wanted by"), null=True, blank=True)
    expires = models.DateTimeField(null=True, blank=True)
    source = models.CharField(max_length=200, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    revoked = models.DateTimeField(null=True, blank=True)
    handed_in = models.DateTimeField(null=True, blank=True)
    handed_in_by = models.CharField(max_length=120, blank=True)
    closed = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=254, blank=True)
    conclusion = models.TextField(_("conclusion"), max_length=4000, blank=True)
    answered = models.PositiveIntegerField(default=0)
    asked = models.PositiveIntegerField(default=0)
    judged = models.PositiveIntegerField(default=0)
    asked_back = models.PositiveIntegerField(default=0)
    score = models.DecimalField(max_digits=6, decimal_places=3, null=True, blank=True)
    arithmetic = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created", "-id"]

    def __str__(self) -> str:
        return f"{self.version.title} ({self.reference})"

    def state(self, now: datetime) -> State:
        """Where it stands at that moment."""
        if self.closed is not None:
            return State.CLOSED
        if self.revoked is not None:
            return State.REVOKED
        if self.handed_in is not None:
            return State.ASKED_BACK if self.asked_back else State.HANDED_IN
        if self.expires is not None and self.expires <= now:
            return State.EXPIRED
        return State.BEGUN if self.answered else State.SENT


class Link(models.Model):
    """A way in for one person of the vendor's; ``section``: a colleague's part; empty: all.

    The token and the code are kept as hashes. ``tries`` are wrong codes since the last one was
    made. ``used`` is the last time it was opened.
    """

    tenant = models.CharField(max_length=64, db_index=True)
    asking = models.ForeignKey(Asking, on_delete=models.CASCADE, related_name="links")
    digest = models.CharField(max_length=64, unique=True)
    section = models.CharField(max_length=64, blank=True)
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail address"), blank=True)
    created = models.DateTimeField(auto_now_add=True)
    created_by = models.CharField(max_length=254)
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True, blank=True)
    opened = models.DateTimeField(null=True, blank=True)
    used = models.DateTimeField(null=True, blank=True)
    code = models.CharField(max_length=64, blank=True)
    code_until = models.DateTimeField(null=True, blank=True)
    code_sent = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar[list[str]] = ["created", "id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.section or '*'})"

    def works(self, now: datetime) -> bool:
        """Whether it still opens anything."""
        return self.revoked is None and self.expires > now and self.asking.revoked is None


class Given(models.Model):
    """One answer. ``before``: what stood there when it was changed after it was handed in."""

    tenant = models.CharField(max_length=64, db_index=True)
    asking = models.ForeignKey(Asking, on_delete=models.CASCADE, related_name="given")
    question = models.CharField(max_length=120)
    body = models.JSONField()
    before = models.JSONField(default=list)
    changed = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["asking", "question"], name="one_answer_a_question")
        ]

    def __str__(self) -> str:
        return f"{self.asking_id}: {self.question}"

    @property
    def answer(self) -> Answer:
        """The answer as the pure room reads it."""
        return msgspec.convert(self.body, Answer)


class Judged(models.Model):
    """The reviewer's verdict on one answer."""

    tenant = models.CharField(max_length=64, db_index=True)
    asking = models.ForeignKey(Asking, on_delete=models.CASCADE, related_name="verdicts")
    question = models.CharField(max_length=120)
    body = models.JSONField()
    changed = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["asking", "question"], name="one_verdict_a_question")
        ]

    def __str__(self) -> str:
        return f"{self.asking_id}: {self.question}"

    @property
    def verdict(self) -> Verdict:
        """The verdict as the pure room reads it."""
        return msgspec.convert(self.body, Verdict)


class Remark(models.Model):
    """What was said about a question: a note among ourselves, a question back, its reply.

    ``question`` is empty for the whole. A question back is open until ``settled``.
    """

    class Kind(models.TextChoices):
        """Who reads it: the client's people alone, or the vendor too."""

        NOTE = "note", _("note among us")
        BACK = "back", _("question back")
        REPLY = "reply", _("reply")

    tenant = models.CharField(max_length=64, db_index=True)
    asking = models.ForeignKey(Asking, on_delete=models.CASCADE, related_name="remarks")
    question = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    text = models.TextField(max_length=4000)
    by = models.CharField(max_length=254)
    at = models.DateTimeField(auto_now_add=True)
    settled = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.kind} by {self.by}"


class Paper(models.Model):
    """A file that the vendor gave with an answer. ``scan``: what the antivirus said.

    ``filed``: the reference of the evidence it became in the vendor's file.
    """

    class Scan(models.TextChoices):
        """A file in which something was found is never kept."""

        CLEAN = "clean", _("nothing found by the antivirus")
        NOT_SCANNED = "not_scanned", _("no antivirus looked at it")

    tenant = models.CharField(max_length=64, db_index=True)
    asking = models.ForeignKey(Asking, on_delete=models.CASCADE, related_name="papers")
    reference = models.CharField(max_length=10, unique=True, default=new_reference, editable=False)
    question = models.CharField(max_length=120)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=60)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    scan = models.CharField(max_length=12, choices=Scan.choices)
    data = models.BinaryField()
    by = models.CharField(max_length=254)
    at = models.DateTimeField(auto_now_add=True)
    filed = models.CharField(max_length=10, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["asking", "question", "sha256"], name="a_paper_is_given_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Brought(models.Model):
    """A questionnaire of another kind that a reviewer brought as a file, as it was read."""

    tenant = models.CharField(max_length=64, db_index=True)
    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="brought")
    reference = models.CharField(max_length=10, unique=True, default=new_reference, editable=False)
    format = models.CharField(max_length=16)
    title = models.CharField(max_length=200)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    body = models.JSONField()
    frozen = models.JSONField(null=True)
    at = models.DateTimeField(auto_now_add=True)
    by = models.CharField(max_length=254)

    class Meta:
        ordering: ClassVar[list[str]] = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.format}: {self.title}"

    @property
    def imported(self) -> Imported:
        """What was read from it, as the pure room has it."""
        return msgspec.convert(self.body, Imported)


def builtins(value: object) -> Any:  # noqa: ANN401  # JSON is whatever it is
    """A struct as JSON keeps it."""
    return msgspec.to_builtins(value)
