"""Rows of lists of incidents, drawn once for all who see them."""

from __future__ import annotations

from django import template
from django.template.context import Context
from django.utils.safestring import SafeString

from midwatch.desk.theme.remembering import drawn
from midwatch.desk.theme.templatetags.midwatch import zone_of
from midwatch.desk.triage.lists import Row

register = template.Library()


@register.simple_tag(takes_context=True)
def row_of(context: Context, row: Row, opened: str = "", *, oob: bool = False) -> SafeString:
    """A row. ``opened``: reference of the incident beside the list; ``oob``: swapped in by htmx."""
    facts = row.facts(here=opened == row.incident.reference, oob=oob)
    return drawn("triage/row.html", facts, zone_of(context).key)
