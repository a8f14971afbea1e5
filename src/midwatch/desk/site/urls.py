"""Every address of the desk."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, register_converter

from midwatch.desk.access.converters import Name, Reference

register_converter(Name, "name")
register_converter(Reference, "reference")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("midwatch.desk.home.urls")),
    path("", include("midwatch.desk.triage.urls")),
    path("account/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
]
handler403 = "midwatch.desk.home.errors.forbidden"
handler404 = "midwatch.desk.home.errors.missing"
handler500 = "midwatch.desk.home.errors.broken"
