"""Addresses of the vendor files."""

from __future__ import annotations

from django.urls import path

from midwatch.desk.vendors import views

urlpatterns = [
    path("vendors/", views.vendors, name="vendors"),
    path("c/<name:tenant>/vendors/", views.client_vendors, name="client_vendors"),
    path("vendor/<vendor:vendor>/", views.vendor, name="vendor"),
]
