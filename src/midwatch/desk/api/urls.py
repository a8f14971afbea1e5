"""Addresses of the API."""

from __future__ import annotations

from django.urls import path

from midwatch.desk.api import views
from midwatch.desk.api.whole import api

urlpatterns = [
    path("v1/openapi.json", views.openapi, name="api_schema"),
    path("v1/docs", views.docs, name="api_docs"),
    path("v1/", api.urls),
    path("", views.nothing),
    path("<path:rest>", views.nothing),
]
