"""What the vendor's page tells of the data it holds and the facts it gave."""

from __future__ import annotations

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from midwatch.desk.choosing.holding import items
from midwatch.desk.choosing.models import Facts
from midwatch.desk.choosing.words import concern
from midwatch.desk.vendors.models import Vendor
from midwatch.desk.vendors.selectors import Extra, Line


def extra_of(vendor: Vendor, today: date) -> Extra:
    """Lines about a vendor whose file the viewer may read."""
    facts: list[Facts] = list(vendor.service_facts.all())
    lines = [
        Line(
            each.mood,
            f"{each.held.what[:80]}: {concern(each.concerns[0])}",
            reverse("holding", args=[each.row.reference]),
        )
        for each in items(vendor.holdings.all(), today)
        if each.concerns
    ]
    claims = sum(each.compared is None for each in facts)
    if claims:
        lines.append(
            Line(
                "look",
                ngettext(
                    "%(n)d file of service facts is a claim: nobody compared its key",
                    "%(n)d files of service facts are claims: nobody compared their key",
                    claims,
                )
                % {"n": claims},
                reverse("vendor_facts", args=[vendor.reference]),
            )
        )
    if vendor.is_provider and not facts:
        lines.append(
            Line(
                "look",
                _("It keeps the watch, and has not shown its own record of that yet"),
                reverse("vendor_facts", args=[vendor.reference]),
            )
        )
    return Extra(lines=tuple(lines))
