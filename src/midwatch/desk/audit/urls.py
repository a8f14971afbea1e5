"""Addresses of the record."""

from __future__ import annotations

from django.urls import path

from midwatch.desk.audit import views

urlpatterns = [
    path("record/", views.record, name="record"),
    path("record/record.csv", views.record_csv, name="record_csv"),
    path("record/record.json", views.record_json, name="record_json"),
]
