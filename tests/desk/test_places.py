"""The place that the navigation lights is where the page belongs."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from midwatch.desk.access.roles import Role
from midwatch.desk.rehearsal import Furnished

OF_VENDORS = [
    "/c/bakery/vendors/",
    "/c/bakery/vendors/calendar/",
    "/c/bakery/vendors/reminders/",
    "/c/bakery/policies/",
    "/c/bakery/choices/",
    *(f"/vendor/bkvndr0001/{part}" for part in (
        "", "company/", "money/", "papers/", "contracts/", "findings/", "reviews/",
        "questionnaires/", "questionnaires/send/", "data/", "file/",
    )),
]  # fmt: skip


@pytest.mark.parametrize(
    ("role", "path", "lit"),
    [
        (Role.ANALYST, "/exceptions/bakery/", "Queue"),
        (Role.ANALYST, "/handover/", "Queue"),
        (Role.MANAGER, "/c/bakery/", "Clients"),
        (Role.MANAGER, "/clients/add/", "Clients"),
        (Role.MANAGER, "/c/bakery/sources/add/", "Sources"),
        (Role.MANAGER, "/sources/unknown/", "Sources"),
        (Role.OWNER, "/c/bakery/", "Overview"),
        (Role.OWNER, "/c/bakery/sources/", "Sources"),
        (Role.OWNER, "/incidents/", "Incidents"),
        (Role.OWNER, "/people/at/bakery/", "People"),
        (Role.MANAGER, "/account/sessions/", ""),
        *((Role.OWNER, path, "Vendors") for path in OF_VENDORS),
        *((Role.MANAGER, path, "Vendors") for path in OF_VENDORS),
    ],
)
def test_the_place_of_a_page_is_lit(
    world: Furnished, visitor: Callable[..., Client], role: Role, path: str, lit: str
) -> None:
    told = visitor(role).get(path).content.decode()
    [bar] = re.findall(r'<nav class="places".*?</nav>', told, re.DOTALL)
    assert re.findall(r'aria-current="page">([^<]+)<', bar) == ([lit] if lit else [])


def test_search_without_a_client_teaches_the_next_step(
    state: object, visitor: Callable[..., Client]
) -> None:
    answer = visitor(Role.MANAGER).get("/search/")
    assert answer.status_code == 200
    assert "midwatch up" in answer.content.decode()
