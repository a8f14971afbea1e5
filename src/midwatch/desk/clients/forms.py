"""What the provider types about a client."""

from __future__ import annotations

from zoneinfo import available_timezones

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from midwatch.desk.access.typed import plain_title

_NAME = RegexValidator(
    r"^[a-z0-9][a-z0-9-]{0,62}\Z",
    _("Use small letters, digits and hyphens, beginning with a letter or digit."),
)


def zones() -> list[str]:
    """The zones to choose from."""
    return [*sorted(zone for zone in available_timezones() if "/" in zone), "UTC"]


class ClientForm(forms.Form):
    """What is set for a client."""

    title = forms.CharField(label=_("Name of the firm"), max_length=120, validators=[plain_title])
    zone = forms.CharField(
        label=_("Time zone"),
        max_length=64,
        initial="Europe/Berlin",
        help_text=_("Its days begin and end by this clock, such as Europe/Berlin."),
        widget=forms.TextInput(attrs={"list": "zones"}),
    )
    days = forms.IntegerField(
        label=_("Days its events are kept"),
        min_value=1,
        max_value=36_500,
        initial=365,
        help_text=_("Older events are removed for good, unless a legal hold stands."),
    )


class NewClientForm(ClientForm):
    """A new client."""

    name = forms.CharField(
        label=_("Short name"),
        max_length=63,
        validators=[_NAME],
        help_text=_("Stands in addresses and commands and stays: harbour, for Harbour Ltd."),
    )
    office = forms.CharField(
        label=_("First office"), max_length=120, required=False, validators=[plain_title],
        help_text=_("Empty: one is made and called Main office."),
    )  # fmt: skip
    field_order = ("title", "name", "zone", "office", "days")


class SettingsForm(ClientForm):
    """What is set for a client that is there."""

    legal_hold = forms.BooleanField(
        label=_("Legal hold: keep everything, whatever its age"), required=False
    )


class OfficeForm(forms.Form):
    """A place of a client's."""

    office = forms.CharField(
        label=_("Short name of the office"), max_length=63, validators=[_NAME],
        help_text=_("A name that is there already is changed."),
    )  # fmt: skip
    title = forms.CharField(label=_("Name of the office"), max_length=120, validators=[plain_title])
    zone = forms.CharField(
        label=_("Time zone, where it differs"), max_length=64, required=False,
        widget=forms.TextInput(attrs={"list": "zones"}),
    )  # fmt: skip
