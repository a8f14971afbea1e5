"""What people type about data that vendors hold."""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from midwatch.desk.choosing.models import Holding
from midwatch.desk.choosing.words import CATEGORIES, NECESSITIES
from midwatch.desk.vendors.models import Vendor
from midwatch.vendors.holdings import DataCategory, DataHolding, Necessity, Place

_WHAT: Final = (
    ("primary", _("where it is worked with")),
    ("copy", _("a copy")),
    ("backup", _("a backup")),
)
_ENCRYPTED: Final = (("", _("not known")), ("yes", _("encrypted")), ("no", _("not encrypted")))
_COUNTRY: Final = re.compile(r"[A-Za-z]{2}\Z")
PLACES: Final = 4
"""So many places fit the form; the ones filled in come first."""


class HoldingForm(forms.Form):
    """One category of data that a vendor holds, with up to four places."""

    category = forms.ChoiceField(
        label=_("Category"), choices=[(each.value, word) for each, word in CATEGORIES.items()]
    )
    what = forms.CharField(
        label=_("What it is"), max_length=200, help_text=_("For example: tickets of our staff.")
    )
    about = forms.CharField(label=_("Whose data"), max_length=200)
    purpose = forms.CharField(label=_("Why the vendor has it"), max_length=400, required=False)
    fields_held = forms.CharField(
        label=_("Fields"), max_length=400, required=False,
        help_text=_("Separated by commas: name, telephone, machine."),
    )  # fmt: skip
    people = forms.IntegerField(
        label=_("About how many people"), min_value=0, max_value=10**9, required=False
    )
    legal_basis = forms.CharField(
        label=_("Legal basis"), max_length=200, required=False,
        help_text=_("In the law's words, such as GDPR art. 6(1)(b)."),
    )  # fmt: skip
    retention_days = forms.IntegerField(
        label=_("Kept for (days)"), min_value=0, max_value=36_500, required=False,
        help_text=_("Empty while nobody said."),
    )  # fmt: skip
    transfer_safeguard = forms.CharField(
        label=_("Safeguard of transfers to other countries"), max_length=200, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # Django's own signature
        super().__init__(*args, **kwargs)
        for number in range(1, PLACES + 1):
            self.fields[f"country_{number}"] = forms.RegexField(
                _COUNTRY, label=_("Country"), required=False, max_length=2,
                error_messages={"invalid": _("A country has two letters, such as DE.")},
            )  # fmt: skip
            self.fields[f"what_{number}"] = forms.ChoiceField(
                label=_("What lies there"), choices=_WHAT, required=False
            )
            self.fields[f"name_{number}"] = forms.CharField(
                label=_("Where, with whom"), max_length=120, required=False
            )
            self.fields[f"encrypted_{number}"] = forms.ChoiceField(
                label=_("Encryption"), choices=_ENCRYPTED, required=False
            )

    def plain_fields(self) -> list[Any]:
        """All fields but those of places."""
        return [each for each in self if not each.name[-1].isdigit()]

    def place_rows(self) -> list[tuple[int, list[Any]]]:
        """The fields of each place."""
        names = ("country", "what", "name", "encrypted")
        return [
            (number, [self[f"{name}_{number}"] for name in names])
            for number in range(1, PLACES + 1)
        ]

    def places(self) -> tuple[Place, ...]:
        """The places that were filled in."""
        given = self.cleaned_data
        return tuple(
            Place(
                country=given[f"country_{number}"].upper(),
                what=given[f"what_{number}"] or "primary",
                name=given[f"name_{number}"],
                encrypted={"yes": True, "no": False}.get(given[f"encrypted_{number}"]),
            )
            for number in range(1, PLACES + 1)
            if given[f"country_{number}"]
        )

    def values(self) -> dict[str, Any]:
        """What a ``DataHolding`` takes."""
        given = self.cleaned_data
        return {
            "category": DataCategory(given["category"]),
            "what": given["what"],
            "about": given["about"],
            "purpose": given["purpose"],
            "legal_basis": given["legal_basis"],
            "people": given["people"],
            "retention_days": given["retention_days"],
            "transfer_safeguard": given["transfer_safeguard"],
            "fields": tuple(
                part for each in given["fields_held"].split(",") if (part := each.strip())
            ),
            "places": self.places(),
        }

    @staticmethod
    def start(held: DataHolding) -> dict[str, Any]:
        """What the form shows of an item."""
        shown: dict[str, Any] = {
            "category": held.category.value, "what": held.what, "about": held.about,
            "purpose": held.purpose, "legal_basis": held.legal_basis, "people": held.people,
            "retention_days": held.retention_days, "transfer_safeguard": held.transfer_safeguard,
            "fields_held": ", ".join(held.fields),
        }  # fmt: skip
        for number, place in enumerate(held.places[:PLACES], 1):
            shown |= {
                f"country_{number}": place.country, f"what_{number}": place.what,
                f"name_{number}": place.name,
                f"encrypted_{number}": {True: "yes", False: "no", None: ""}[place.encrypted],
            }  # fmt: skip
        return shown


class NecessityForm(forms.Form):
    """Whether the vendor needs it."""

    necessity = forms.ChoiceField(
        label=_("Does the vendor need it?"), widget=forms.RadioSelect,
        choices=[
            (each.value, word) for each, word in NECESSITIES.items()
            if each is not Necessity.UNDECIDED
        ],
    )  # fmt: skip
    why = forms.CharField(label=_("Why"), max_length=400)
    until = forms.DateField(
        label=_("Decided until"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Empty: until somebody decides anew."),
    )  # fmt: skip


class ReturnForm(forms.Form):
    """That it was returned or deleted, and what proves it."""

    returned = forms.DateField(
        label=_("Returned or deleted on"), widget=forms.DateInput(attrs={"type": "date"})
    )
    proof = forms.ChoiceField(
        label=_("Proof"), required=False,
        help_text=_("A paper of the vendor's file, such as a certificate of deletion."),
    )  # fmt: skip

    def __init__(self, vendor: Vendor, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # Django's own signature
        super().__init__(*args, **kwargs)
        papers = [(each.reference, each.title) for each in vendor.papers.filter(newer=None)]
        self.fields["proof"].choices = [("", _("nothing yet")), *papers]  # type: ignore[attr-defined]  # it is a ChoiceField


def proof_title(row: Holding) -> str:
    """The title of the paper that proves it; empty where none does."""
    found = row.vendor.papers.filter(reference=row.held.proof).first() if row.held.proof else None
    return "" if found is None else str(found.title)
