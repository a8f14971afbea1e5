"""The app's place in Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnswersConfig(AppConfig):
    """Questionnaires."""

    name = "midwatch.desk.answers"
    label = "answers"
    verbose_name = _("Questionnaires")
