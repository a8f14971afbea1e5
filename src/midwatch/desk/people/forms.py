"""What people type about people."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from midwatch.desk.access.roles import Permission, Role
from midwatch.desk.access.viewers import Viewer
from midwatch.desk.people.api_tokens import NOT_FOR_PROGRAMS
from midwatch.desk.people.models import EVERY_CLIENT, Membership, User

PASSKEY: Final = "passkey"
PASSWORD: Final = "password"  # noqa: S105  # the name of a choice
ROLE_WORDS: Final[dict[Role, Promise]] = {
    Role.MANAGER: _("Manager: everything, and who else comes in"),
    Role.ANALYST: _("Analyst: answers incidents of all clients"),
    Role.OWNER: _("Owner: sees and answers everything of the client, and lets others in"),
    Role.CONTACT: _("IT contact: sees and answers everything of the client"),
    Role.PARTNER: _("Partner: sees codes for names; each look behind them has a reason"),
    Role.EXAMINER: _("Examiner: looks for a limited time, sees codes for names"),
}
PERMISSION_WORDS: Final[dict[Permission, Promise]] = {
    Permission.SEE: _("see incidents, sources and reports"),
    Permission.UNMASKED: _("see names, internal addresses and raw lines"),
    Permission.REVEAL: _("ask to see single names, with a reason"),
    Permission.SEARCH: _("search the events"),
    Permission.ANSWER: _("acknowledge, remark and resolve incidents"),
    Permission.TRIAGE: _("assign, merge, split and except"),
    Permission.SOURCES: _("add and change sources"),
    Permission.RECORD: _("read the record"),
    Permission.CLIENTS: _("add clients"),
    Permission.VENDORS_SEE: _("read the vendor file"),
    Permission.VENDORS_RUN: _("change the vendor file and judge vendors"),
}
_DAYS: Final = ((7, _("7 days")), (30, _("30 days")), (90, _("90 days")), (365, _("a year")))


class EnterForm(forms.Form):
    """Who comes in, and how. ``way``: a passkey is made on the next page, a password here."""

    name = forms.CharField(
        label=_("Your name"), max_length=120,
        widget=forms.TextInput({"autocomplete": "name"}),
    )  # fmt: skip
    email = forms.EmailField(
        label=_("Your e-mail address"), max_length=254,
        widget=forms.EmailInput({"autocomplete": "username"}),
    )  # fmt: skip
    password = forms.CharField(
        label=_("Password"), required=False, max_length=256, strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=_("12 characters at least; several words are easiest to remember."),
    )  # fmt: skip
    way = forms.ChoiceField(
        choices=[(PASSKEY, ""), (PASSWORD, "")], required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, email: str = "", **more: Any) -> None:  # noqa: ANN401  # Django's own signature
        """``email``: the address that was invited, which stays."""
        super().__init__(*args, **more)
        if email:
            self.fields["email"].disabled = True
            self.initial["email"] = email

    @property
    def chosen(self) -> str | None:
        """The password; None: they want a passkey."""
        return self.cleaned_data["password"] if self.cleaned_data["way"] != PASSKEY else None

    def clean(self) -> dict[str, Any]:
        """A password is demanded of who wants one, and it must be a good one."""
        found = super().clean() or {}
        if found.get("way") == PASSKEY:
            return found
        password = found.get("password") or ""
        person = User(email=found.get("email") or "", name=found.get("name") or "")
        try:
            validate_password(password, person)
        except ValidationError as error:
            self.add_error("password", error)
        return found


class AccessForm(forms.Form):
    """In which role, until when and why."""

    role = forms.ChoiceField(label=_("As"), widget=forms.RadioSelect)
    purpose = forms.CharField(
        label=_("Purpose"), max_length=200, required=False,
        help_text=_("For partners and examiners: what they do. The client reads it."),
    )  # fmt: skip
    until = forms.DateField(
        label=_("Last day"), required=False, widget=forms.DateInput({"type": "date"}),
        help_text=_("An examiner's access always ends; anybody else's may."),
    )  # fmt: skip
    reveals = forms.IntegerField(
        label=_("Reveals a day"), required=False, min_value=0, max_value=1000,
        help_text=_("For partners: how often they may look behind a code. Empty: no limit."),
    )  # fmt: skip

    def __init__(self, *args: Any, viewer: Viewer, tenant: str, **more: Any) -> None:  # noqa: ANN401  # Django's own signature
        """The roles on offer are those the viewer may give there."""
        super().__init__(*args, **more)
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # it is declared above
        field.choices = [
            (role.value, words)
            for role, words in ROLE_WORDS.items()
            if viewer.may_grant(role, tenant or None)
            and not (role is Role.MANAGER and tenant != EVERY_CLIENT)
        ]
        if tenant == EVERY_CLIENT:
            for name in ("purpose", "reveals"):
                del self.fields[name]

    @property
    def chosen_role(self) -> Role:
        """The role that was chosen."""
        return Role(self.cleaned_data["role"])

    @property
    def ends(self) -> datetime | None:
        """The end of the last day, in UTC."""
        day = self.cleaned_data.get("until")
        return None if day is None else datetime.combine(day, time.max, UTC)

    @staticmethod
    def of(membership: Membership) -> dict[str, Any]:
        """What stands in the form at first."""
        return {
            "role": membership.role,
            "purpose": membership.purpose,
            "until": None if membership.until is None else membership.until.astimezone(UTC).date(),
            "reveals": membership.reveals,
        }


class InviteForm(AccessForm):
    """Who is let in."""

    field_order = ("email", "name", "role", "purpose", "until", "reveals")

    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    name = forms.CharField(label=_("Name, if you know it"), max_length=120, required=False)


class TokenForm(forms.Form):
    """A token for a program."""

    name = forms.CharField(
        label=_("What it is for"), max_length=80,
        help_text=_("Such as: ticket system."),
    )  # fmt: skip
    permissions = forms.MultipleChoiceField(label=_("It may"), widget=forms.CheckboxSelectMultiple)
    days = forms.TypedChoiceField(label=_("It lasts"), choices=_DAYS, coerce=int, initial=90)

    def __init__(self, *args: Any, viewer: Viewer, **more: Any) -> None:  # noqa: ANN401  # Django's own signature
        """Nothing is on offer that the viewer may not do."""
        super().__init__(*args, **more)
        field = self.fields["permissions"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101  # it is declared above
        field.choices = [
            (permission.value, words)
            for permission, words in PERMISSION_WORDS.items()
            if permission not in NOT_FOR_PROGRAMS and viewer.may_somewhere(permission)
        ]

    @property
    def lasts(self) -> timedelta:
        """How long."""
        return timedelta(days=self.cleaned_data["days"])
