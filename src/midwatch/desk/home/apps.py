"""The app's place in Django."""

from __future__ import annotations

from django.apps import AppConfig


class HomeConfig(AppConfig):
    """The first page and the error pages."""

    name = "midwatch.desk.home"
    label = "home"
