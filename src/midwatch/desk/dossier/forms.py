"""What is chosen or typed about a whole file."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from midwatch.desk.vendors.forms import day_field, text_field


class BringFileForm(forms.Form):
    """A package to bring in."""

    file = forms.FileField(
        label=_("File"), max_length=200,
        help_text=_("The ZIP that “Take the file along” or midwatch vendor export-file wrote."),
    )  # fmt: skip


class HoldForm(forms.Form):
    """Until when it must be kept, and why."""

    until = day_field(_("Keep until"), help_text=_("Empty: until an owner ends it."))
    why = forms.CharField(
        label=_("Why"), max_length=400,
        help_text=_("The law, the dispute or the contract that asks for it."),
    )  # fmt: skip


class EndHoldForm(forms.Form):
    """Why it need not be kept any more."""

    why = forms.CharField(label=_("Why it need not be kept any more"), max_length=400)


class DeleteForm(forms.Form):
    """The vendor's name, typed, and the reason that stays in the record."""

    typed = forms.CharField(
        label=_("Its name, as it stands above"), max_length=200,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    why = text_field(_("Why it is deleted"), required=True, help_text=_("It stays in the record."))
