"""The lists in a vendor's file that are kept alike: owners, sites, contacts and their kin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from django import forms
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from midwatch.desk.access.vendors import VendorActs
from midwatch.desk.vendors.forms import (
    ContactForm,
    FourthPartyForm,
    InsuranceForm,
    InvestmentForm,
    OwnerForm,
    ReferenceForm,
    SiteForm,
    told_yes_no,
)
from midwatch.desk.vendors.models import Vendor
from midwatch.kernel import BadInputError
from midwatch.vendors.vendor import (
    Contact,
    ContactRole,
    FourthParty,
    Insurance,
    Investment,
    Owner,
    Reference,
    Site,
)
from midwatch.vendors.vendor import Vendor as VendorFile

_MOST_ROWS: Final = 200


@dataclass(frozen=True, slots=True)
class Section:
    """A list of the file. ``name`` is its field there and its part of the address.

    ``one``: what adding an entry is called; ``empty``: why an entry is worth having.
    """

    name: str
    title: Promise
    one: Promise
    empty: Promise
    form: type[forms.Form]
    kind: type[msgspec.Struct]


SECTIONS: Final[Mapping[str, Section]] = {
    each.name: each
    for each in (
        Section(
            "contacts", gettext_lazy("Whom to call"), gettext_lazy("Add a contact"),
            gettext_lazy("Nobody is named. Begin with who answers at night after a breach."),
            ContactForm, Contact,
        ),
        Section(
            "owners", gettext_lazy("Who owns it"), gettext_lazy("Add an owner"),
            gettext_lazy("Nobody is named. The vendor's register entry says who holds how much."),
            OwnerForm, Owner,
        ),
        Section(
            "investments", gettext_lazy("Money taken in"), gettext_lazy("Add an investment"),
            gettext_lazy(
                "None is on file. A vendor that sells itself may stop improving what it sells."
            ),
            InvestmentForm, Investment,
        ),
        Section(
            "sites", gettext_lazy("Where it works"), gettext_lazy("Add a place"),
            gettext_lazy("None is on file. Ask where data lie, and how fast somebody is at yours."),
            SiteForm, Site,
        ),
        Section(
            "insurance", gettext_lazy("Insurance"), gettext_lazy("Add a policy"),
            gettext_lazy("None is on file. Ask for the certificate: limit, insurer, last day."),
            InsuranceForm, Insurance,
        ),
        Section(
            "references", gettext_lazy("Customers who were asked"),
            gettext_lazy("Add a reference call"),
            gettext_lazy("Nobody was asked yet. A customer you found yourself is worth two."),
            ReferenceForm, Reference,
        ),
        Section(
            "fourth_parties", gettext_lazy("Whom it hands work on to"),
            gettext_lazy("Add a subcontractor"),
            gettext_lazy("Nobody is named. Ask who else sees your data, and who examined them."),
            FourthPartyForm, FourthParty,
        ),
    )
}  # fmt: skip


def section_named(name: str) -> Section:
    """One of them.

    Raises:
        Http404: There is none.
    """
    if name not in SECTIONS:
        raise Http404
    return SECTIONS[name]


def rows_of(file: VendorFile, section: Section) -> tuple[msgspec.Struct, ...]:
    """The entries of a list."""
    found: tuple[msgspec.Struct, ...] = getattr(file, section.name)
    return found


def row_of(file: VendorFile, section: Section, number: int) -> msgspec.Struct:
    """One entry, counted from 1.

    Raises:
        Http404: There is none.
    """
    rows = rows_of(file, section)
    if not 1 <= number <= len(rows):
        raise Http404
    return rows[number - 1]


def initial_of(row: msgspec.Struct) -> dict[str, Any]:
    """What a form starts from."""
    return {
        name: told_yes_no(value) if name == "would_again" else value
        for name, value in msgspec.structs.asdict(row).items()
    }


def save_row(
    acts: VendorActs, reference: str, section: Section, number: int | None, given: dict[str, Any]
) -> Vendor:
    """Add an entry, or change the one at ``number``.

    Raises:
        Http404: There is no such entry.
        BadInputError: There are too many.
    """

    def how(file: VendorFile) -> VendorFile:
        rows = list(rows_of(file, section))
        if number is None:
            if len(rows) >= _MOST_ROWS:
                raise BadInputError(_("that list is full"), remedy=_("remove an entry first"))
            rows.append(_made(section, None, given))
        else:
            rows[number - 1] = _made(section, row_of(file, section, number), given)
        return _with(file, section, rows)

    return acts.change(reference, "vendor.change", how, part=section.name)


def remove_row(acts: VendorActs, reference: str, section: Section, number: int) -> Vendor:
    """Remove an entry.

    Raises:
        Http404: There is no such entry.
    """

    def how(file: VendorFile) -> VendorFile:
        row_of(file, section, number)
        rows = list(rows_of(file, section))
        del rows[number - 1]
        return _with(file, section, rows)

    return acts.change(reference, "vendor.change", how, part=section.name)


def _with(file: VendorFile, section: Section, rows: list[msgspec.Struct]) -> VendorFile:
    return msgspec.structs.replace(file, **{section.name: tuple(rows)}, revision=file.revision + 1)


def _made(section: Section, known: msgspec.Struct | None, given: dict[str, Any]) -> msgspec.Struct:
    """What the form does not know of (when a contact was last tried) stays."""
    before = {} if known is None else msgspec.structs.asdict(known)
    told = {**before, **given}
    for name in ("country", "currency"):
        if name in told:
            told[name] = told[name].upper()
    if section.kind is Contact:
        told["role"] = ContactRole(told["role"])
        if known is not None and (told["phone"], told["mail"]) != (before["phone"], before["mail"]):
            told["tested"] = told["answered_in"] = None  # another number: nobody has tried it
    return section.kind(**told)
