"""Addresses of the calls to other systems."""

from __future__ import annotations

from django.urls import path

from midwatch.desk.api import hooks

urlpatterns = [
    path("", hooks.hooks, name="webhooks"),
    path("<name:tenant>/<int:number>/test/", hooks.test_hook, name="webhook_test"),
]
