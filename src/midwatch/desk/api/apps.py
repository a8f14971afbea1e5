"""The app's place in Django."""

from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Operations for programs."""

    name = "midwatch.desk.api"
    label = "api"
