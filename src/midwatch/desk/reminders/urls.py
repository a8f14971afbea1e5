"""Addresses of the reminders."""

from __future__ import annotations

from django.urls import path

from midwatch.desk.reminders import views

urlpatterns = [
    path("c/<name:tenant>/vendors/reminders/", views.reminders, name="vendor_reminders"),
]
