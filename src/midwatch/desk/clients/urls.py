"""Addresses of the provider's clients."""

from __future__ import annotations

from django.urls import path

from midwatch.desk.clients import views

urlpatterns = [
    path("clients/", views.clients, name="clients"),
    path("clients/add/", views.add, name="client_add"),
    path("clients/of/<name:tenant>/", views.settings, name="client_settings"),
    path("clients/of/<name:tenant>/office/", views.office, name="client_office"),
    path("clients/of/<name:tenant>/leave/", views.leave, name="client_leave"),
]
