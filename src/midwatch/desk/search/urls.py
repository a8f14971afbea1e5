"""Addresses of search."""

from __future__ import annotations

from django.urls import path

from midwatch.desk.search import rule_views, views

urlpatterns = [
    path("", views.search, name="search"),
    path("complete/", views.complete, name="search_complete"),
    path("event/<str:event>/", views.event, name="search_event"),
    path("event/<str:event>/reveal/", views.reveal, name="search_reveal"),
    path("export/<slug:form>/", views.export, name="search_export"),
    path("keep/", views.keep, name="search_keep"),
    path("kept/<int:number>/remove/", views.let_go, name="search_let_go"),
    path("rule/", rule_views.rule, name="search_rule"),
]
