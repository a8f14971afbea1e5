"""Every address of the desk."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, register_converter

from midwatch.desk.access.converters import AskedToken, Name, Reference, Token, VendorReference

register_converter(Name, "name")
register_converter(Reference, "reference")
register_converter(Token, "token")
register_converter(VendorReference, "vendor")
register_converter(AskedToken, "asked")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("midwatch.desk.home.urls")),
    path("api/", include("midwatch.desk.api.urls")),
    path("webhooks/", include("midwatch.desk.api.hook_urls")),
    path("search/", include("midwatch.desk.search.urls")),
    path("", include("midwatch.desk.portal.urls")),
    path("", include("midwatch.desk.clients.urls")),
    path("", include("midwatch.desk.sources.urls")),
    path("", include("midwatch.desk.people.urls")),
    path("", include("midwatch.desk.audit.urls")),
    path("account/", include("midwatch.desk.people.account_urls")),
    path("", include("midwatch.desk.answers.urls")),  # before the links in alarms
    path("", include("midwatch.desk.triage.urls")),
    path("", include("midwatch.desk.vendors.urls")),
    path("", include("midwatch.desk.choosing.urls")),
    path("", include("midwatch.desk.reminders.urls")),
    path("", include("midwatch.desk.dossier.urls")),
]
handler403 = "midwatch.desk.home.errors.forbidden"
handler404 = "midwatch.desk.home.errors.missing"
handler500 = "midwatch.desk.home.errors.broken"
