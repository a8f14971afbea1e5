"""The provider's clients: all at a glance, added, changed, and the sample taken away."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest
from django.test import Client

from midwatch.desk.access.roles import CLIENT_ROLES, Role
from midwatch.desk.audit.models import Entry
from midwatch.desk.rehearsal import Furnished, a_signal, now
from midwatch.incidents import Disposition
from midwatch.tenants import Office, Tenant
from midwatch.watch.living_office import CLIENT, add_living_office
from midwatch.watch.rhythm import DAY, HOUR

NEW = {"title": "Harbour Ltd", "name": "quay", "zone": "Europe/Berlin", "days": "90", "office": ""}


@pytest.mark.parametrize("role", sorted(CLIENT_ROLES))
@pytest.mark.parametrize("path", ["/clients/", "/clients/add/", "/clients/of/bakery/"])
def test_a_clients_people_have_no_list_of_clients(
    world: Furnished, visitor: Callable[..., Client], role: Role, path: str
) -> None:
    assert visitor(role).get(path).status_code == 404


def test_who_needs_a_person_stands_first(world: Furnished, visitor: Callable[..., Client]) -> None:
    world.stores.tenants.save_tenant(Tenant("aa", "Aardvark"))
    client = visitor(Role.ANALYST)

    page = client.get("/clients/").content.decode()
    assert "2 incidents wait for an answer." in page
    assert page.index(">Bakery<") < page.index(">Aardvark<")
    assert "Nothing is watched here yet." in page

    page = client.get("/clients/?q=aard").content.decode()
    assert ">Aardvark<" in page
    assert ">Bakery<" not in page
    page = client.get("/clients/?q=is:act").content.decode()
    assert ">Aardvark<" not in page
    assert ">Bakery<" in page


def test_an_analyst_of_one_client_sees_that_one(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    page = visitor(Role.ANALYST, "forge").get("/clients/").content.decode()

    assert ">Forge<" in page
    assert "Bakery" not in page


def test_a_client_is_added_with_an_office_and_led_to_its_first_source(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    answer = visitor(Role.MANAGER).post("/clients/add/", NEW | {"office": "Pier 4"})

    assert answer.headers["Location"] == "/c/quay/sources/add/"
    known = world.stores.tenants.tenant("quay")
    assert known is not None
    assert (known.title, known.zone, known.retention_days) == ("Harbour Ltd", "Europe/Berlin", 90)
    assert world.stores.tenants.offices("quay") == [Office("main", "quay", "Pier 4")]
    assert Entry.objects.filter(verb="client.add", tenant="quay").exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "bakery"}, {"name": "Quay"}, {"name": "../quay"}, {"name": "operator"},
        {"zone": "Mars/Olympus"}, {"zone": "../../etc/passwd"}, {"days": "0"}, {"days": "many"},
        {"title": ""}, {"title": "x" * 200}, {"title": "Har\u202ebour"}, {"title": "a\x07b"},
        {"office": "Pier\u20664"},
    ],
)  # fmt: skip
def test_what_is_no_client_is_refused_with_a_reason(
    world: Furnished, visitor: Callable[..., Client], wrong: dict[str, str]
) -> None:
    answer = visitor(Role.MANAGER).post("/clients/add/", NEW | wrong)

    assert answer.status_code == 200
    assert "error" in answer.content.decode()
    assert len(world.stores.tenants.tenants()) == 2
    assert world.stores.tenants.tenant("bakery").title == "Bakery"  # type: ignore[union-attr]  # it is there


def test_an_analyst_adds_no_clients(world: Furnished, visitor: Callable[..., Client]) -> None:
    assert visitor(Role.ANALYST).post("/clients/add/", NEW).status_code == 404


def test_retention_and_legal_hold_are_set_and_recorded(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    client = visitor(Role.MANAGER)
    given = {"title": "Bakery", "zone": "Europe/Berlin", "days": "30", "legal_hold": "on"}
    client.post("/clients/of/bakery/", given)

    known = world.stores.tenants.tenant("bakery")
    assert known is not None
    assert (known.retention_days, known.legal_hold) == (30, True)
    entry = Entry.objects.get(verb="client.change")
    assert entry.detail == {"retention_days": 30, "legal_hold": True}
    client.post("/clients/of/bakery/office/", {"office": "pier", "title": "Pier", "zone": ""})
    assert Office("pier", "bakery", "Pier") in world.stores.tenants.offices("bakery")


def test_the_sample_is_marked_and_taken_away_and_nobody_elses(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    add_living_office(world.stores.tenants, now() - HOUR)
    client = visitor(Role.MANAGER)
    assert ">sample<" in client.get("/clients/").content.decode()
    assert client.post("/clients/of/bakery/leave/").status_code == 404

    page = client.post(f"/clients/of/{CLIENT}/leave/", follow=True).content.decode()

    assert "The sample is gone: 5 sources, 0 incidents." in page
    assert world.stores.tenants.tenant(CLIENT) is None
    assert world.stores.tenants.tenant("bakery") is not None
    assert world.stores.incidents.incidents("bakery")


def test_an_installation_without_a_client_teaches_the_first_step(
    state: object, visitor: Callable[..., Client]
) -> None:
    page = visitor(Role.MANAGER).get("/clients/").content.decode()

    assert "There is no client yet." in page
    assert "midwatch client add harbour" in page
    assert visitor(Role.ANALYST).get("/sources/").status_code == 200


@pytest.mark.parametrize(
    ("what", "inside"),
    [(Disposition.TRUE_POSITIVE, True), (Disposition.FALSE_POSITIVE, False)],
)
def test_a_day_when_somebody_got_in_is_not_called_quiet(
    world: Furnished, visitor: Callable[..., Client], what: Disposition, inside: bool
) -> None:
    kept = world.stores
    kept.tenants.remove_feed("bakery-mail")
    for each in kept.incidents.incidents():
        kept.answering.resolve(
            each.id, Disposition.FALSE_POSITIVE, by="ana", now=now(), why="a test"
        )
    manager = visitor(Role.MANAGER)
    assert manager.get("/clients/").content.decode().count("All is quiet.") == 2

    kept.answering.record([a_signal("bakery", "in", rule="in", success=True, first=now())], now())
    opened = next(each for each in kept.incidents.incidents() if each.open)
    kept.answering.resolve(opened.id, what, by="ana", now=now(), why="a test")

    page = manager.get("/clients/").content.decode()
    assert ("Somebody got in today; it is resolved." in page) == inside
    assert page.count("All is quiet.") == (1 if inside else 2)
    assert ("1 client needs a look." in page) == inside
    analyst = visitor(Role.ANALYST, "forge").get("/clients/").content.decode()
    assert "Somebody got in" not in analyst, "another client's"


def test_what_ended_two_days_ago_is_not_told_as_of_today(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    kept = world.stores
    then = now() - 2 * DAY
    kept.answering.record([a_signal("bakery", "in", rule="in", success=True, first=then)], then)
    for each in kept.incidents.incidents():
        if each.success:
            kept.answering.resolve(
                each.id, Disposition.TRUE_POSITIVE, by="ana", now=now(), why="a test"
            )

    assert "Somebody got in" not in visitor(Role.MANAGER).get("/clients/").content.decode()


def test_titles_of_before_are_shown_with_what_is_invisible_spelled_out(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    database = sqlite3.connect(world.stores.folder.database)
    with closing(database):
        for table in ("tenant", "office", "feed"):
            database.execute(f"UPDATE {table} SET title = ?", ("Ba\u202ekery\x1b[2J",))  # noqa: S608  # one of three names
        database.commit()
    signed_in: dict[Role, Client] = {}
    for role, path in (
        (Role.MANAGER, "/clients/"), (Role.MANAGER, "/clients/of/bakery/"),
        (Role.ANALYST, "/queue/"), (Role.ANALYST, "/sources/"), (Role.ANALYST, "/search/"),
        (Role.ANALYST, "/incidents/list.csv"), (Role.OWNER, "/c/bakery/"),
        (Role.OWNER, "/c/bakery/sources/"), (Role.OWNER, "/c/bakery/sources/of/bakery-wall/"),
        (Role.OWNER, "/c/bakery/sources/add/"),
    ):  # fmt: skip
        if role not in signed_in:
            signed_in[role] = visitor(role)
        answer = signed_in[role].get(path)
        page = b"".join(answer) if answer.streaming else answer.content
        text = page.decode()
        assert answer.status_code == 200, path
        assert "\u202e" not in text, path
        assert "\x1b" not in text, path
