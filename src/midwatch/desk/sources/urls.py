"""Addresses of the sources."""

from __future__ import annotations

from django.urls import path

from midwatch.desk.sources import stranger_views, views

urlpatterns = [
    path("sources/", views.sources, name="sources"),
    path("sources/unknown/", stranger_views.strangers, name="strangers"),
    path("sources/unknown/claim/", stranger_views.claim, name="stranger_claim"),
    path("sources/unknown/dismiss/", stranger_views.dismiss, name="stranger_dismiss"),
    path("sources/list.<slug:form>", views.sources_twin, name="sources_twin"),
    path("c/<name:tenant>/sources.<slug:form>", views.client_twin, name="client_sources_twin"),
    path("c/<name:tenant>/sources/", views.client_sources, name="client_sources"),
    path("c/<name:tenant>/sources/add/", views.choose, name="source_add"),
    path("c/<name:tenant>/sources/add/<str:product>/", views.add, name="source_new"),
    path("c/<name:tenant>/sources/of/<name:feed>/", views.source, name="source"),
    path("c/<name:tenant>/sources/of/<name:feed>/line/", views.line, name="source_line"),
    path("c/<name:tenant>/sources/of/<name:feed>/edit/", views.edit, name="source_edit"),
    path("c/<name:tenant>/sources/of/<name:feed>/pause/", views.pause, name="source_pause"),
    path("c/<name:tenant>/sources/of/<name:feed>/token/", views.token, name="source_token"),
    path("c/<name:tenant>/sources/of/<name:feed>/remove/", views.remove, name="source_remove"),
]
