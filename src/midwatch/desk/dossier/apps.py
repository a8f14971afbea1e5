"""The app's place in Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DossierConfig(AppConfig):
    """Whole files."""

    name = "midwatch.desk.dossier"
    label = "dossier"
    verbose_name = _("Whole files")
