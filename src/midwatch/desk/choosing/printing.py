"""A comparison as paper for a board."""

from __future__ import annotations

from importlib import import_module

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from midwatch.desk.access.middleware import DeskRequest
from midwatch.kernel import ConfigurationError


def board_html(request: DeskRequest, context: dict[str, object]) -> str:
    """The comparison as a board reads it."""
    return render_to_string("choosing/board.html", context, request=request)


def pdf_of(html: str) -> bytes:
    """A page of ours as a PDF.

    Raises:
        ConfigurationError: What draws it is not installed.
    """
    try:
        paper = import_module("midwatch.desk.choosing.paper")
    except (ImportError, OSError) as error:
        raise ConfigurationError(
            _("this machine cannot write PDF: the library Pango is missing"),
            remedy=_("install libpango-1.0-0, libpangoft2-1.0-0 and libharfbuzz-subset0"),
        ) from error
    made: bytes = paper.pdf(html)
    return made
