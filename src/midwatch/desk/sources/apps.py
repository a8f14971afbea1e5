"""The app's place in Django."""

from __future__ import annotations

from django.apps import AppConfig


class SourcesConfig(AppConfig):
    """Sources of logs: how each does, how one is added, and who sends unknown."""

    name = "midwatch.desk.sources"
    label = "sources"
