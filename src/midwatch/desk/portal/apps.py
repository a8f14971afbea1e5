"""The app's place in Django."""

from __future__ import annotations

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The client's page: what is told to the firm that is watched, in one page and plain words."""

    name = "midwatch.desk.portal"
    label = "portal"
