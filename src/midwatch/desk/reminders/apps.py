"""The app's place in Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RemindersConfig(AppConfig):
    """Reminders."""

    name = "midwatch.desk.reminders"
    label = "reminders"
    verbose_name = _("Reminders")
