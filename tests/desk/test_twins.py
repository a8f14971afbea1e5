"""What stands in a table on a page is there for spreadsheets and programs too, masked alike."""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from midwatch.desk.access.roles import Role
from midwatch.desk.access.scope import Scope
from midwatch.desk.audit.services import reveal
from midwatch.desk.rehearsal import FORGE, PERSON_NAME, Furnished, a_signal, now
from midwatch.tenants import Feed

pytestmark = pytest.mark.any_database

TWINS = {
    "/c/bakery/days": ("days", "day"),
    "/c/bakery/attempts": ("attempts", "time"),
    "/c/bakery/sources": ("sources", "client"),
    "/sources/list": ("sources", "client"),
}


def told(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200
    return list(csv.DictReader(answer.content.decode().splitlines()))


@pytest.mark.usefixtures("just_attacked")
@pytest.mark.parametrize("path", TWINS)
def test_both_twins_have_the_same_rows(
    world: Furnished, visitor: Callable[..., Client], path: str
) -> None:
    name, first = TWINS[path]
    browser = visitor(Role.ANALYST)
    rows = told(browser.get(f"{path}.csv?span=month"))
    plain = browser.get(f"{path}.json?span=month").json()[name]
    assert len(rows) == len(plain) >= 1
    assert next(iter(rows[0])) == first
    assert list(plain[0]) == list(rows[0])
    assert browser.get(f"{path}.xml").status_code == 404


def test_the_days_agree_with_the_page(world: Furnished, visitor: Callable[..., Client]) -> None:
    [today, *_] = told(visitor(Role.OWNER).get("/c/bakery/days.csv"))
    page = visitor(Role.CONTACT).get("/c/bakery/").context["seen"]
    assert int(today["attempts"]) == page.periods[0].count


def test_a_masked_viewer_reads_codes_and_nobody_what_is_foreign(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    feed = Feed("bakery-x", "bakery", "main", "=1+1 of j.ortiz@bakery.example", "pfsense")
    world.stores.tenants.save_feed(feed)
    partner, owner = visitor(Role.PARTNER), visitor(Role.OWNER)
    for path in TWINS:
        text = partner.get(f"{path}.csv?span=month").content.decode()
        assert PERSON_NAME not in text
        assert FORGE not in owner.get(f"{path}.csv?span=month").content.decode()
    assert "'=1+1" in owner.get("/c/bakery/sources.csv").content.decode()
    for path in ("/c/forge/days.csv", "/c/forge/attempts.csv", "/c/forge/sources.csv"):
        assert owner.get(path).status_code == 404


def test_a_masked_list_asks_for_reveals_once(
    world: Furnished, scope_of: Callable[..., Scope]
) -> None:
    for number in range(12):
        signal = a_signal("bakery", f"r{number}", addresses=(f"203.0.113.{number}",), users=())
        world.stores.answering.record([signal], now())
    scope = scope_of(Role.PARTNER)
    with CaptureQueriesContext(connection) as queries:
        assert len(scope.incidents("bakery")) > 10
    assert sum("audit_reveal" in each["sql"] for each in queries) == 1
    reference = world.own.reference
    assert scope.incident(reference).masked
    reveal(scope.viewer, "bakery", reference, "because it must be seen", ["user"], scope.now)
    scope.forget_reveals()
    assert not scope.incident(reference).masked
