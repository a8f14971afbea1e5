"""The app's place in Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TriageConfig(AppConfig):
    """Where analysts work."""

    name = "midwatch.desk.triage"
    label = "triage"
    verbose_name = _("Analyst's desk")
