"""The API: who may ask, what they get, and how errors are told."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from midwatch.desk.access.roles import PERMISSIONS, Permission, Role
from midwatch.desk.access.viewers import Viewer
from midwatch.desk.api.limits import A_MINUTE
from midwatch.desk.api.whole import api, schema
from midwatch.desk.audit.models import Entry
from midwatch.desk.people.api_tokens import NOT_FOR_PROGRAMS, make_token
from midwatch.desk.people.models import ApiToken, ClientPreferences
from midwatch.desk.people.selectors import viewer_of
from midwatch.desk.rehearsal import (
    ATTACKER,
    MACHINE_NAME,
    PERSON_NAME,
    Furnished,
    furnish_lake,
    now,
    person,
)

Ask = Callable[..., Any]


@pytest.fixture
def program(db: None) -> Callable[..., Client]:
    """A program with a token of somebody in a role, limited to some permissions or none."""

    def make(role: Role, *only: Permission, tenant: str | None = None) -> Client:
        viewer: Viewer = viewer_of(person(role, tenant), now())
        allowed = only or tuple(PERMISSIONS[role] - NOT_FOR_PROGRAMS)
        _, token = make_token(viewer, "test", allowed, timedelta(days=1))
        return Client(headers={"authorization": f"Bearer {token}"})

    return make


def operations() -> list[tuple[str, str, Any]]:
    found = []
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                found += [(prefix + path, method, operation) for method in operation.methods]
    return found


def test_every_operation_asks_who_and_whether_they_may() -> None:
    found = operations()
    told = schema()["paths"]

    assert len(found) >= 18
    assert all(each["security"] for path in told.values() for each in path.values())
    for path, method, operation in found:
        assert isinstance(operation.view_func.permission, Permission), (method, path)


@pytest.mark.parametrize("header", [None, "Bearer mwt_wrong", "Bearer ", "Basic eDp5", "mwt_wrong"])
def test_a_stranger_is_told_how_to_come_in(world: Furnished, db: None, header: str | None) -> None:
    headers = {} if header is None else {"authorization": header}
    for path, method, _operation in operations():
        place = "/api/v1" + path.replace("{client}", "bakery").replace("{source}", "bakery-wall")
        place = (
            place.replace("{reference}", world.own.reference)
            .replace("{event}", "a-1-1")
            .replace("{questionnaire}", "bkquest001")
            .replace("{vendor}", "bkvndr0001")
        )

        answer = Client(headers=headers).generic(method, place, "{}", "application/json")

        assert answer.status_code == 401, (method, place)
        assert answer["Content-Type"] == "application/problem+json"
        assert answer["WWW-Authenticate"].startswith("Bearer")
        assert answer.json()["remedy"]


def test_incidents_are_listed_in_pieces_and_opened(
    world: Furnished, program: Callable[..., Client]
) -> None:
    asked = program(Role.ANALYST)

    first = asked.get("/api/v1/incidents?limit=1").json()
    assert first["total"] == 2
    second = asked.get(first["next"]).json()
    assert second["next"] == ""
    both = {first["items"][0]["reference"], second["items"][0]["reference"]}
    assert both == {world.own.reference, world.foreign.reference}

    whole = asked.get(f"/api/v1/incidents/{world.own.reference}").json()
    assert PERSON_NAME in whole["signals"][0]["users"]
    assert whole["sentence"].startswith(ATTACKER)


def test_an_incident_is_answered_worked_on_and_resolved(
    world: Furnished, program: Callable[..., Client]
) -> None:
    asked = program(Role.CONTACT)
    place = f"/api/v1/incidents/{world.own.reference}"

    def post(what: str, **body: str) -> Any:
        return asked.post(f"{place}/{what}", json.dumps(body), "application/json")

    assert post("acknowledge", why="on it").json()["state"] == "acknowledged"
    assert post("work").json()["state"] == "working"
    assert post("remark", why="called").json()["history"][-1]["why"] == "called"
    refused = post("reopen", why="no")
    assert refused.status_code == 400
    assert "resolved" in refused.json()["remedy"]
    assert post("resolve", disposition="benign").json()["disposition"] == "benign"
    assert post("reopen", why="it came back").json()["state"] == "reopened"
    assert post("resolve", disposition="nonsense").status_code == 422
    assert [each.verb for each in Entry.objects.filter(verb__startswith="incident.")][::-1] == [
        f"incident.{verb}" for verb in ("acknowledge", "work", "remark", "resolve", "reopen")
    ]


@pytest.mark.parametrize("role", [Role.OWNER, Role.CONTACT, Role.PARTNER, Role.EXAMINER])
def test_what_is_anothers_is_answered_like_what_is_not_there(
    world: Furnished, program: Callable[..., Client], role: Role
) -> None:
    furnish_lake(world.stores)
    asked = program(role)
    for there, nowhere in (
        (f"/api/v1/incidents/{world.foreign.reference}", "/api/v1/incidents/MW-0000000000"),
        ("/api/v1/incidents?client=forge", "/api/v1/incidents?client=nobody"),
        ("/api/v1/clients/forge", "/api/v1/clients/nobody"),
        ("/api/v1/clients/forge/offices", "/api/v1/clients/nobody/offices"),
        ("/api/v1/clients/forge/attempts", "/api/v1/clients/nobody/attempts"),
        ("/api/v1/sources/forge-wall", "/api/v1/sources/nobody"),
        ("/api/v1/sources?client=forge", "/api/v1/sources?client=nobody"),
        ("/api/v1/sources/forge-wall/health", "/api/v1/sources/nobody/health"),
        ("/api/v1/events?client=forge", "/api/v1/events?client=nobody"),
        ("/api/v1/events/rehearsal-2-1", "/api/v1/events/rehearsal-99-1"),
        ("/api/v1/record?client=forge", "/api/v1/record?client=nobody"),
    ):
        answers = [asked.get(each) for each in (there, nowhere)]
        assert [each.status_code for each in answers] in ([404, 404], [403, 403]), there
        assert answers[0].content == answers[1].content
    assert "forge" not in asked.get("/api/v1/clients").content.decode()
    assert "forge" not in asked.get("/api/v1/sources").content.decode()


def test_a_partner_reads_no_name_in_any_answer(
    world: Furnished, program: Callable[..., Client]
) -> None:
    furnish_lake(world.stores)
    asked = program(Role.PARTNER)
    for place in (
        "/api/v1/incidents", f"/api/v1/incidents/{world.own.reference}", "/api/v1/events?limit=500",
        "/api/v1/events/rehearsal-1-281", "/api/v1/sources", "/api/v1/clients/bakery/attempts",
    ):  # fmt: skip
        answer = asked.get(place)
        assert answer.status_code == 200
        for name in (PERSON_NAME, MACHINE_NAME, "10.1.2.3", "SHA256:", "bakery.example"):
            assert name not in answer.content.decode(), (place, name)


def test_staff_that_a_client_masks_its_names_for_get_none_by_acting(
    world: Furnished, program: Callable[..., Client]
) -> None:
    ClientPreferences.objects.create(tenant="bakery", masks_staff=True)

    answer = program(Role.ANALYST).post(
        f"/api/v1/incidents/{world.own.reference}/acknowledge", "{}", "application/json"
    )

    assert answer.status_code == 200
    assert answer.json()["masked"]
    assert PERSON_NAME not in answer.content.decode()


def test_a_search_is_answered_with_counts_and_goes_on_behind_the_last(
    world: Furnished, program: Callable[..., Client]
) -> None:
    furnish_lake(world.stores)
    asked = program(Role.CONTACT)

    found = asked.get("/api/v1/events", {"q": f"user:{PERSON_NAME}"}).json()
    more = asked.get(
        "/api/v1/events",
        {"q": f"user:{PERSON_NAME}", "limit": "50", "after": found["next"], "counted": "false"},
    ).json()

    assert found["total"] == 92
    assert sum(each["count"] for each in found["buckets"]) == 92
    assert found["facets"]["outcome"][0] == {"value": "failure", "count": 80}
    assert len(found["events"]) == 50
    assert len({each["id"] for each in found["events"] + more["events"]}) == 92
    assert more["next"] == ""
    wrong = asked.get("/api/v1/events", {"q": "nofield:x y"})
    assert wrong.status_code == 400
    assert wrong.json()["position"] == 1


def test_a_source_is_added_changed_and_paused(
    world: Furnished, program: Callable[..., Client]
) -> None:
    asked = program(Role.CONTACT)
    body = {"client": "bakery", "office": "main", "title": "Mail server"}

    made = asked.post("/api/v1/sources", json.dumps(body), "application/json")
    assert made.status_code == 201
    assert made.json()["token"]
    place = f"/api/v1/sources/{made.json()['id']}"
    changed = asked.patch(place, json.dumps({"silence": 600, "paused": True}), "application/json")
    assert (changed.json()["silence"], changed.json()["paused"]) == (600, True)
    assert changed.json()["title"] == "Mail server"
    assert "token" not in asked.get(place).json()
    foreign = asked.post(
        "/api/v1/sources", json.dumps(body | {"client": "forge"}), "application/json"
    )
    assert foreign.status_code == 404


def test_a_token_is_limited_to_what_it_was_made_for(
    world: Furnished, program: Callable[..., Client]
) -> None:
    asked = program(Role.ANALYST, Permission.SEE)

    answer = asked.get("/api/v1/events")

    assert asked.get("/api/v1/incidents").status_code == 200
    assert answer.status_code == 403
    assert "search" in answer.json()["detail"]


def test_a_token_that_is_revoked_or_over_opens_nothing(
    world: Furnished, program: Callable[..., Client]
) -> None:
    asked = program(Role.OWNER)
    assert asked.get("/api/v1/me").status_code == 200
    assert ApiToken.objects.get().used is not None

    ApiToken.objects.update(expires=timezone.now())
    assert asked.get("/api/v1/me").status_code == 401
    ApiToken.objects.update(expires=timezone.now() + timedelta(days=1), revoked=timezone.now())
    assert asked.get("/api/v1/me").status_code == 401


def test_a_browser_asks_with_its_session_and_changes_nothing_without_the_pages_token(
    world: Furnished, db: None
) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person(Role.CONTACT))
    place = f"/api/v1/incidents/{world.own.reference}/acknowledge"

    assert browser.get("/api/v1/me").json()["roles"].keys() == {"bakery"}
    forged = browser.post(place, "{}", "application/json")
    assert forged.status_code == 403
    assert forged.json()["remedy"]
    browser.get("/")
    page = browser.get("/search/")
    secret = page.context["csrf_token"]
    answer = browser.post(place, "{}", "application/json", headers={"x-csrftoken": str(secret)})
    assert answer.status_code == 200


def test_a_minute_has_room_for_so_much(
    world: Furnished, program: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = program(Role.OWNER)
    monkeypatch.setattr("midwatch.desk.api.limits.A_MINUTE", 2)
    moment = now() // 60_000_000 * 60_000_000 + 1_000_000
    monkeypatch.setattr("midwatch.desk.access.middleware.time.time_ns", lambda: moment * 1000)

    assert [asked.get("/api/v1/clients").status_code for _ in range(3)] == [200, 200, 429]
    refused = asked.get("/api/v1/clients")
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert program(Role.CONTACT).get("/api/v1/clients").status_code == 200
    assert A_MINUTE > 100


def test_an_address_of_no_operation_is_a_problem_too(db: None) -> None:
    for place in ("/api/v1/nothing", "/api/", "/api/v2/incidents"):
        answer = Client().get(place)
        assert answer.status_code == 404
        assert answer["Content-Type"] == "application/problem+json"


def test_the_schema_tells_every_operation_and_its_errors(db: None) -> None:
    told = schema()

    count = sum(len(each) for each in told["paths"].values())
    assert count == len(operations())
    for path in told["paths"].values():
        for operation in path.values():
            assert operation["summary"]
            assert operation["description"]
            assert {"400", "401", "403", "404", "422", "429"} <= operation["responses"].keys()
    assert Client().get("/api/v1/openapi.json").json() == json.loads(json.dumps(told))


def test_the_page_of_the_api_tells_every_operation(visitor: Callable[..., Client]) -> None:
    page = visitor(Role.OWNER).get("/api/v1/docs").content.decode()

    for path in schema()["paths"]:
        assert path in page
    assert "http" not in page.split("<main")[1].split("curl")[0]
