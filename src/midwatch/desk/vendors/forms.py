"""What people type about a vendor: who it is, whom to call, what it does, what insures it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from midwatch.desk.vendors.words import choices
from midwatch.vendors.finance.statements import Business
from midwatch.vendors.tiers import AccessReach, Criticality, DataReach
from midwatch.vendors.vendor import ContactRole

COUNTRY: Final = RegexValidator(r"^[A-Za-z]{2}\Z", _("Write the two letters of the country: DE."))
CURRENCY: Final = RegexValidator(r"^[A-Za-z]{3}\Z", _("Write the three letters: EUR."))
_NOT_SAID: Final = ("", _("not known"))
_LARGEST: Final = Decimal("1e15")


def day_field(label: Any, *, required: bool = False, **more: Any) -> forms.DateField:  # noqa: ANN401  # Django's own signature
    """A day, chosen from the browser's own calendar."""
    return forms.DateField(
        label=label, required=required,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more,
    )  # fmt: skip


def country_field(*, required: bool = True) -> forms.CharField:
    """Two letters."""
    return forms.CharField(
        label=_("Country"), max_length=2, required=required, validators=[COUNTRY],
        help_text=_("Two letters, such as DE."),
    )  # fmt: skip


def currency_field(*, required: bool = False) -> forms.CharField:
    """Three letters."""
    return forms.CharField(
        label=_("Currency"), max_length=3, required=required, validators=[CURRENCY],
        help_text=_("Three letters, such as EUR."),
    )  # fmt: skip


def text_field(label: Any, *, required: bool = False, **more: Any) -> forms.CharField:  # noqa: ANN401  # Django's own signature
    """Several lines."""
    return forms.CharField(
        label=label, required=required, max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}), **more,
    )  # fmt: skip


def amount_field(label: Any, *, required: bool = False, **more: Any) -> forms.DecimalField:  # noqa: ANN401  # Django's own signature
    """A sum of money, not negative."""
    return forms.DecimalField(
        label=label, required=required, min_value=Decimal(0), max_value=_LARGEST,
        decimal_places=2, **more,
    )  # fmt: skip


def yes_no(label: Any, **more: Any) -> forms.TypedChoiceField:  # noqa: ANN401  # Django's own signature
    """Yes, no, or not known, which is neither."""
    return forms.TypedChoiceField(
        label=label, required=False,
        choices=[_NOT_SAID, ("yes", _("yes")), ("no", _("no"))],
        coerce={"yes": True, "no": False}.get, empty_value=None, **more,
    )  # fmt: skip


def told_yes_no(value: object) -> str:
    """What ``yes_no`` starts from."""
    return "" if value is None else "yes" if value else "no"


class NewVendorForm(forms.Form):
    """A vendor's file is opened."""

    name = forms.CharField(label=_("Name of the vendor"), max_length=200)
    country = country_field()
    is_provider = forms.BooleanField(
        label=_("The watch itself is bought from it"), required=False,
        help_text=_("Then its people read this file, and only yours judge."),
    )  # fmt: skip


class IdentityForm(forms.Form):
    """Who it is."""

    name = forms.CharField(label=_("Name"), max_length=200)
    country = country_field()
    legal_form = forms.CharField(label=_("Legal form"), max_length=60, required=False)
    founded = day_field(_("Founded"))
    website = forms.URLField(
        label=_("Website"), max_length=200, required=False, assume_scheme="https"
    )
    ids = text_field(
        _("Legal numbers"),
        help_text=_("One a line, its kind before a colon: LEI: 529900T8BM49AURSDO55"),
    )
    business = forms.ChoiceField(
        label=_("Sort of firm"), choices=lambda: choices(Business),
        help_text=_("The financial score suits neither start-ups nor banks."),
    )  # fmt: skip
    is_provider = forms.BooleanField(label=_("The watch itself is bought from it"), required=False)

    def clean_ids(self) -> dict[str, str]:
        """Kinds and numbers.

        Raises:
            ValidationError: A line has no colon.
        """
        found = {}
        for line in str(self.cleaned_data["ids"]).splitlines():
            kind, colon, number = line.partition(":")
            if line.strip() and not (colon and kind.strip() and number.strip()):
                raise forms.ValidationError(
                    _("“%(line)s” has no kind before a colon."), params={"line": line[:60]}
                )
            if line.strip():
                found[kind.strip()[:30]] = number.strip()[:60]
        return found


class OwnerForm(forms.Form):
    """Who holds a part of it."""

    name = forms.CharField(label=_("Owner"), max_length=200)
    share = forms.DecimalField(
        label=_("Share in percent"), required=False, min_value=Decimal(0), max_value=Decimal(100),
        decimal_places=2, help_text=_("Empty where it is not known."),
    )  # fmt: skip
    country = country_field(required=False)
    since = day_field(_("Since"))
    note = text_field(_("Note"))


class InvestmentForm(forms.Form):
    """Money taken in."""

    on = day_field(_("Day"), required=True)
    investor = forms.CharField(label=_("Investor"), max_length=200)
    kind = forms.CharField(
        label=_("What kind"), max_length=80, required=False,
        help_text=_("Such as a round, a loan, a sale of the firm."),
    )  # fmt: skip
    amount = amount_field(_("Amount"))
    currency = currency_field()
    note = text_field(_("Note"))


class SiteForm(forms.Form):
    """A place it works from."""

    name = forms.CharField(label=_("Name of the place"), max_length=120)
    address = forms.CharField(label=_("Address"), max_length=300)
    country = country_field()
    purpose = forms.CharField(label=_("What is done there"), max_length=200, required=False)
    holds_data = forms.BooleanField(label=_("Data of ours lie there"), required=False)
    hours_on_site = forms.DecimalField(
        label=_("Hours until somebody is at your office"), required=False, min_value=Decimal(0),
        max_value=Decimal(1000), decimal_places=1,
        help_text=_("As promised; empty where nobody comes."),
    )  # fmt: skip
    staff = forms.IntegerField(
        label=_("People there"), required=False, min_value=0, max_value=1_000_000
    )


class ContactForm(forms.Form):
    """A person or desk to call."""

    role = forms.ChoiceField(label=_("Called about"), choices=lambda: choices(ContactRole))
    name = forms.CharField(label=_("Name of the person or desk"), max_length=200)
    phone = forms.CharField(label=_("Telephone"), max_length=60, required=False)
    mail = forms.EmailField(label=_("E-mail address"), max_length=254, required=False)
    round_the_clock = forms.BooleanField(label=_("Answers at any hour"), required=False)

    def clean(self) -> dict[str, Any]:
        """One way at least."""
        found = super().clean() or {}
        if not found.get("phone") and not found.get("mail"):
            self.add_error("phone", _("Give a telephone number or an e-mail address."))
        return found


class InsuranceForm(forms.Form):
    """A policy the vendor holds."""

    kind = forms.CharField(
        label=_("What it insures"), max_length=80, help_text=_("Such as cyber, or liability.")
    )
    insurer = forms.CharField(label=_("Insurer"), max_length=200)
    policy = forms.CharField(label=_("Number of the policy"), max_length=80)
    limit = amount_field(_("Most it pays for a case"), required=True)
    aggregate = amount_field(_("Most it pays in a year"))
    currency = currency_field(required=True)
    since = day_field(_("From"))
    until = day_field(_("Last day"), required=True)
    names_us = forms.BooleanField(label=_("Names us as insured too"), required=False)
    certificate = forms.CharField(
        label=_("Where its certificate is"), max_length=120, required=False
    )


class ReferenceForm(forms.Form):
    """A customer who was asked."""

    firm = forms.CharField(label=_("Customer"), max_length=200)
    person = forms.CharField(label=_("Who told you"), max_length=200)
    on = day_field(_("Day of the call"), required=True)
    by = forms.CharField(label=_("Who asked"), max_length=200)
    relation = forms.CharField(
        label=_("What the vendor does for it"), max_length=200, required=False
    )
    customer_since = forms.IntegerField(
        label=_("Customer since the year"), required=False, min_value=1900, max_value=2200
    )
    would_again = yes_no(_("Would choose it again"))
    chosen_by_vendor = forms.BooleanField(
        label=_("The vendor named this customer"), required=False, initial=True,
        help_text=_("A customer you found yourself tells more."),
    )  # fmt: skip
    notes = text_field(_("What was said"))


class FourthPartyForm(forms.Form):
    """Whom the vendor hands work or data on to."""

    name = forms.CharField(label=_("Name"), max_length=200)
    country = country_field()
    does = forms.CharField(label=_("What it does"), max_length=300)
    sees_our_data = forms.BooleanField(label=_("Sees data of ours"), required=False)
    critical = forms.BooleanField(label=_("The service stands still without it"), required=False)
    audited = day_field(_("When the vendor last examined it"))


class ServiceForm(forms.Form):
    """What it does for the client: from this the tier follows."""

    name = forms.CharField(label=_("Service"), max_length=200)
    criticality = forms.ChoiceField(label=_("Without it"), choices=lambda: choices(Criticality))
    seen = forms.ChoiceField(label=_("Data it can see"), choices=lambda: choices(DataReach))
    access = forms.ChoiceField(
        label=_("Access it has to our systems"), choices=lambda: choices(AccessReach)
    )
    people = forms.IntegerField(
        label=_("How many people the data are about"), min_value=0, max_value=2_000_000_000,
        initial=0,
    )  # fmt: skip
    replaceable_days = forms.IntegerField(
        label=_("Days until another could do it"), required=False, min_value=0, max_value=10_000,
        help_text=_("Empty where nobody knows, which counts as hard to replace."),
    )  # fmt: skip
    subcontracted = forms.BooleanField(label=_("It hands work on to others"), required=False)
    regulated = forms.BooleanField(label=_("An examiner asks us about it"), required=False)
    moves_money = forms.BooleanField(label=_("It can move money"), required=False)
