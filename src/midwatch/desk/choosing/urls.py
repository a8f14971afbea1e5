"""Addresses of choices, of data that vendors hold, and of service facts."""

from __future__ import annotations

from django.urls import path

from midwatch.desk.choosing.views import choices, deciding

urlpatterns = [
    path("choices/", choices.choices, name="choices"),
    path("c/<name:tenant>/choices/", choices.client_choices, name="client_choices"),
    path("choice/<vendor:choice>/", choices.choice, name="choice"),
    path("choice/<vendor:choice>/needs/", choices.needs, name="choice_needs"),
    path("choice/<vendor:choice>/needs/<name:need>/", choices.need, name="choice_need"),
    path("choice/<vendor:choice>/candidates/", choices.candidates, name="choice_candidates"),
    path(
        "choice/<vendor:choice>/candidates/<vendor:vendor>/away/",
        choices.drop_candidate,
        name="choice_drop",
    ),
    path("choice/<vendor:choice>/explain/<vendor:vendor>/", choices.explain, name="choice_explain"),
    path("choice/<vendor:choice>/decide/", deciding.decide, name="choice_decide"),
    path("choice/<vendor:choice>/as/<str:form>/", deciding.export, name="choice_export"),
]
