"""The app's place in Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    """Searches."""

    name = "midwatch.desk.search"
    label = "search"
    verbose_name = _("Search")
