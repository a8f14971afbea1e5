"""The app's place in Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChoosingConfig(AppConfig):
    """Choosing a vendor."""

    name = "midwatch.desk.choosing"
    label = "choosing"
    verbose_name = _("Choosing a vendor")
