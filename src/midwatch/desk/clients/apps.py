"""The app's place in Django."""

from __future__ import annotations

from django.apps import AppConfig


class ClientsConfig(AppConfig):
    """The provider's list of clients, and what is set for each."""

    name = "midwatch.desk.clients"
    label = "clients"
