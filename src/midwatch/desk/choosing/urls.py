"""Addresses of choices, of data that vendors hold, and of service facts."""

from __future__ import annotations

from django.urls import path

from midwatch.desk.choosing.views import choices, data, deciding, facts, reach

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
    path("c/<name:tenant>/data/", data.inventory, name="data"),
    path("c/<name:tenant>/data/as/<str:form>/", data.register, name="data_register"),
    path("c/<name:tenant>/behind/", reach.behind, name="behind"),
    path("vendor/<vendor:vendor>/data/", data.vendor_holdings, name="vendor_holdings"),
    path("holding/<vendor:holding>/", data.holding, name="holding"),
    path("holding/<vendor:holding>/change/", data.change, name="holding_change"),
    path("service-facts/", facts.all_facts, name="all_facts"),
    path("service-facts/file/", facts.all_file, name="all_facts_file"),
    path("service-facts/key/", facts.key, name="facts_key"),
    path("c/<name:tenant>/service-facts/", facts.client_facts, name="client_facts"),
    path("c/<name:tenant>/service-facts/file/", facts.client_file, name="client_facts_file"),
    path("vendor/<vendor:vendor>/facts/", facts.vendor_facts, name="vendor_facts"),
    path("vendor/<vendor:vendor>/facts/<int:number>/key/", facts.compare, name="facts_compare"),
]
