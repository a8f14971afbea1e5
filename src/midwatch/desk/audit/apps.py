"""The app's place in Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    """What was done, and what was looked at."""

    name = "midwatch.desk.audit"
    label = "audit"
    verbose_name = _("Record")
