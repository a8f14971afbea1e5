"""The app's place in Django."""

from __future__ import annotations

from django.apps import AppConfig


class ThemeConfig(AppConfig):
    """Layout, style and template tags."""

    name = "midwatch.desk.theme"
    label = "theme"
