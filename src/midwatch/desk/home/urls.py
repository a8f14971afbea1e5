"""Addresses of the first page."""

from __future__ import annotations

from django.urls import path

from midwatch.desk.home import views

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
]
