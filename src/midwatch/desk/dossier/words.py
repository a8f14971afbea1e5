"""What the parts of a file are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PARTS: Final[Mapping[str, Promise]] = {
    "vendor": _("who it is"),
    "recurrence": _("how often it is looked at again"),
    "owners": _("owners"),
    "investments": _("money taken in"),
    "sites": _("places"),
    "contacts": _("contacts"),
    "insurance": _("insurance"),
    "references": _("customers who were asked"),
    "fourth_parties": _("subcontractors"),
    "services": _("services"),
    "statements": _("statements"),
    "papers": _("papers"),
    "contracts": _("contracts"),
    "versions": _("questionnaires as they were sent"),
    "questionnaires": _("answered questionnaires"),
    "brought": _("questionnaires of other kinds"),
    "findings": _("findings"),
    "policies": _("policies"),
    "measures": _("measures"),
    "reviews": _("reviews"),
    "drills": _("exercises"),
    "promises": _("promises"),
    "sightings": _("promises seen kept"),
    "holdings": _("data it holds"),
    "facts": _("service facts"),
    "documents": _("documents"),
}


def part_named(name: str) -> str:
    """The part as people call it; one that nobody knows, as it stands."""
    return str(PARTS.get(name, name[:40]))
