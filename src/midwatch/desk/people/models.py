"""People, their roles, and how they come in. Secrets are kept as hashes only."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from midwatch.desk.access.roles import LIMITED_ROLES, PROVIDER_ROLES, Role

EVERY_CLIENT = ""
"""What a membership names when it holds for all clients."""
_ROLES = [
    (Role.MANAGER.value, _("Provider's manager")),
    (Role.ANALYST.value, _("Analyst")),
    (Role.OWNER.value, _("Owner")),
    (Role.CONTACT.value, _("IT contact")),
    (Role.PARTNER.value, _("Partner")),
    (Role.EXAMINER.value, _("Examiner")),
]


class UserManager(BaseUserManager["User"]):
    """Makes people; mail addresses are compared without regard to case."""

    def create_user(self, email: str, password: str | None = None, **more: Any) -> User:  # noqa: ANN401  # Django's own signature
        """A new person. Without a password they sign in with a passkey or single sign-on."""
        user = self.model(email=self.normalize_email(email).lower(), **more)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        """The person of that mail address."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A person. ``zone`` is an IANA name, ``language`` a code; empty: the browser's."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    zone = models.CharField(_("time zone"), max_length=64, blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    created = models.DateTimeField(_("since"), auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        """As others see them."""
        return str(self)

    def get_short_name(self) -> str:
        """The same: we do not guess which part of a name is which."""
        return str(self)


class Membership(models.Model):
    """A person's role for one client, or for all (``tenant`` is empty).

    ``reveals``: how many reveals a day; empty means no limit. ``purpose``: why a partner or an
    examiner is let in, which the client reads. A membership is ended, never deleted.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=16, choices=_ROLES)
    tenant = models.CharField(_("client"), max_length=64, blank=True, db_index=True)
    reveals = models.PositiveIntegerField(_("reveals a day"), null=True, blank=True)
    purpose = models.CharField(_("purpose"), max_length=200, blank=True)
    until = models.DateTimeField(_("until"), null=True, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    ended = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["user", "tenant"],
                condition=models.Q(ended=None),
                name="one_role_for_a_client",
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=[role.value for role in Role]), name="known_role"
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=[role.value for role in Role if role in PROVIDER_ROLES])
                | ~models.Q(tenant=EVERY_CLIENT),
                name="only_the_provider_sees_all_clients",
            ),
            models.CheckConstraint(
                condition=~models.Q(role__in=[role.value for role in Role if role in LIMITED_ROLES])
                | models.Q(until__isnull=False),
                name="an_examiner_leaves_again",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role} {self.tenant or '*'}"


class Invitation(models.Model):
    """An open door for one person: a link that works once and not for long.

    ``mailed``: the link went to that address only, so who has it has the address.
    """

    digest = models.CharField(max_length=64, unique=True)
    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name"), max_length=120, blank=True)
    role = models.CharField(_("role"), max_length=16, choices=_ROLES)
    tenant = models.CharField(_("client"), max_length=64, blank=True, db_index=True)
    reveals = models.PositiveIntegerField(_("reveals a day"), null=True, blank=True)
    purpose = models.CharField(_("purpose"), max_length=200, blank=True)
    until = models.DateTimeField(_("until"), null=True, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    mailed = models.BooleanField(default=False)
    expires = models.DateTimeField()
    accepted = models.DateTimeField(null=True, blank=True)
    revoked = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.email}: {self.role} {self.tenant or '*'}"


class WelcomeLink(models.Model):
    """The link that makes the first manager of a new installation. Works once."""

    digest = models.CharField(max_length=64, unique=True)
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"welcome link of {self.created:%Y-%m-%d %H:%M}"


class ApiToken(models.Model):
    """Lets a program ask in a person's name. ``permissions``: what it is limited to."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    start = models.CharField(max_length=12)
    permissions = models.JSONField(default=list)
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField(_("expires"))
    used = models.DateTimeField(null=True, blank=True)
    revoked = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.start}…)"


class ClientPreferences(models.Model):
    """What a client decided about its own data. ``masks_staff``: the provider's people too."""

    tenant = models.CharField(primary_key=True, max_length=64)
    masks_staff = models.BooleanField(_("mask names for the provider's people too"), default=False)

    def __str__(self) -> str:
        return self.tenant
