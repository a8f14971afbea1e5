"""Addresses of whole files."""

from __future__ import annotations

from django.urls import path

from midwatch.desk.dossier import views

_OF = "vendor/<vendor:vendor>/file/"

urlpatterns = [
    path("c/<name:tenant>/vendors/bring/", views.bring, name="vendor_file_bring"),
    path(_OF, views.whole_file, name="vendor_file"),
    path(f"{_OF}take/", views.take, name="vendor_file_take"),
    path(f"{_OF}keep/", views.keep, name="vendor_hold"),
    path(f"{_OF}keep/<int:hold>/end/", views.keep_end, name="vendor_hold_end"),
    path(f"{_OF}delete/", views.delete, name="vendor_delete"),
]
