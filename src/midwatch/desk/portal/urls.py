"""Addresses of the client's page."""

from __future__ import annotations

from django.urls import path

from midwatch.desk.portal import twins, views

urlpatterns = [
    path("c/", views.portal_home, name="portal_home"),
    path("c/<name:tenant>/", views.portal, name="portal"),
    path("c/<name:tenant>/attempts/", views.attempts, name="attempts"),
    path("c/<name:tenant>/days.<slug:form>", twins.days, name="days_twin"),
    path("c/<name:tenant>/attempts.<slug:form>", twins.attempts, name="attempts_twin"),
    path("c/<name:tenant>/reports/", views.reports, name="reports"),
    path("c/<name:tenant>/reports/day/<str:day>/", views.day_report, name="day_report"),
    path("c/<name:tenant>/reports/week/<str:day>/", views.week_report, name="week_report"),
]
