"""The client's page: what is true is told, the gravest first; numbers agree with each other."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from msgspec.structs import replace

from midwatch.desk.access.roles import Role
from midwatch.desk.access.scope import OPEN_STATES, Scope
from midwatch.desk.access.watching import Watching
from midwatch.desk.audit.services import reveal
from midwatch.desk.people.models import ClientPreferences, User
from midwatch.desk.portal.periods import Calendar, local_day
from midwatch.desk.portal.selectors import got_in_lately, overview
from midwatch.desk.rehearsal import (
    ATTACKER,
    MACHINE_NAME,
    PERSON_NAME,
    Furnished,
    a_signal,
    hear,
    now,
)
from midwatch.incidents import Disposition, Incident
from midwatch.knowledge import ListSource, ListState
from midwatch.paging.standing import Recorded
from midwatch.tenants import Feed, Office, Tenant
from midwatch.watch.rhythm import DAY, HOUR, MINUTE

BERLIN = ZoneInfo("Europe/Berlin")
PAGES = (
    "/c/bakery/", "/c/bakery/attempts/", "/c/bakery/attempts/?span=month", "/c/bakery/reports/",
    "/c/bakery/sources/", "/c/bakery/sources/of/bakery-wall/",
    "/c/bakery/sources/of/bakery-wall/line/",
)  # fmt: skip


def today() -> str:
    return datetime.now(BERLIN).date().isoformat()


def answered(world: Furnished) -> None:
    world.stores.answering.resolve(
        world.own.id, Disposition.FALSE_POSITIVE, by="ana", now=now(), why="a test"
    )


def told(scope: Scope) -> str:
    return overview(scope, "bakery", BERLIN).sentence


def test_the_gravest_that_is_true_is_told_first(
    world: Furnished, scope_of: Callable[..., Scope]
) -> None:
    scope = scope_of(Role.OWNER)
    kept = world.stores
    assert told(scope).startswith(f"{ATTACKER} tried 64 VPN passwords")

    answered(world)
    assert told(scope) == "Nothing has come from Mail server yet."

    kept.tenants.remove_feed("bakery-mail")
    began = local_day(now() - 130 * MINUTE, BERLIN)
    tried = (
        "64 attempts today, all refused."
        if began == local_day(now(), BERLIN)
        else ("No attempt was seen today.")
    )
    assert told(scope) == f"Nobody got in. {tried}"
    seen = overview(scope, "bakery", BERLIN)
    assert seen.mood == "quiet"
    assert "1 source is watched" in seen.second

    later = Scope(scope.viewer, scope.now + 3 * HOUR)
    kept.health.beat("pipeline", scope.now, later.now, {})
    assert told(later).startswith("Firewall is silent.")

    much_later = Scope(scope.viewer, scope.now + 6 * HOUR)
    assert told(much_later).startswith("The watch itself stands still")
    assert "Lines that come wait for it." in overview(much_later, "bakery", BERLIN).second

    kept.answering.record([a_signal("bakery", "in", rule="in", success=True)], now())
    assert "guessed the VPN password" in told(scope)
    assert overview(scope, "bakery", BERLIN).mood == "act"


@pytest.mark.parametrize(
    ("what", "inside"),
    [(Disposition.TRUE_POSITIVE, True), (Disposition.FALSE_POSITIVE, False)],
)
def test_a_break_in_is_told_on_its_day_and_on_the_morning_after(
    world: Furnished, scope_of: Callable[..., Scope], what: Disposition, inside: bool
) -> None:
    answered(world)
    kept = world.stores
    kept.tenants.remove_feed("bakery-mail")
    noon = instant("2026-11-18T12:00")
    broken_in = a_signal(
        "bakery", "in", rule="in", success=True, first=noon - HOUR, last=noon - HOUR // 2
    )
    kept.answering.record([broken_in], noon)
    viewer = scope_of(Role.OWNER)
    opened = viewer.incidents("bakery", OPEN_STATES, most=1)[0].incident
    kept.answering.resolve(opened.id, what, by="ana", now=noon + MINUTE, why="a test")

    for hours, word in ((2, "today"), (20, "yesterday"), (35, "yesterday"), (37, "")):
        scope = Scope(viewer.viewer, noon + hours * HOUR)
        kept.health.beat("pipeline", noon - DAY, scope.now + MINUTE, {})
        seen = overview(scope, "bakery", BERLIN)
        if inside and word:
            assert f"Somebody got in {word}, and it is resolved: " in seen.sentence
            assert seen.mood == "look"
        else:
            assert "Somebody got in" not in seen.sentence

    scope = Scope(viewer.viewer, noon + 20 * HOUR)
    found = got_in_lately(Watching(scope), [scope.tenant("bakery")], scope.now)
    assert found == ({"bakery": 1} if inside else {})


def test_a_client_without_a_source_is_taught_the_next_step(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    world.stores.tenants.save_tenant(Tenant("new", "New firm"))

    page = visitor(Role.OWNER, "new").get("/c/new/").content.decode()

    assert "Nothing is watched here yet." in page
    assert "midwatch source add gate --client new" in page
    assert '"/c/new/sources/add/"' in page


def test_without_a_log_of_logins_nobody_claims_that_nobody_got_in(
    world: Furnished, scope_of: Callable[..., Scope]
) -> None:
    world.stores.tenants.save_tenant(Tenant("new", "New firm"))
    world.stores.tenants.save_office(Office("main", "new", "Main"))
    world.stores.tenants.save_feed(Feed("new-wall", "new", "main", "Firewall"))
    hear(world.stores, {"new-wall": "new"})

    assert overview(scope_of(Role.OWNER, "new"), "new", BERLIN).sentence == (
        "No sign that anybody got in. No attempt was seen today."
    )


def recorded(at: int, count: int, name: str = "") -> Recorded:
    signal = a_signal("bakery", name or str(at), first=at, last=at, count=count)
    return Recorded(signal, "", at)


def instant(text: str) -> int:
    local = datetime.fromisoformat(text).replace(tzinfo=BERLIN)
    return int(local.astimezone(UTC).timestamp()) * 1_000_000


def test_periods_are_the_clients_own_days_beside_the_time_before() -> None:
    moment = instant("2026-11-18T12:00")  # a Wednesday
    found = [
        recorded(instant("2026-11-18T00:30"), 5),
        recorded(instant("2026-11-17T11:00"), 7),  # yesterday, by this time
        recorded(instant("2026-11-17T23:30"), 11),  # yesterday, later
        recorded(instant("2026-11-11T09:00"), 13),  # last week, by this time
        recorded(instant("2026-11-12T09:00"), 17),  # last week, later
        recorded(instant("2026-10-18T09:00"), 19),  # last month, by this time
        recorded(instant("2026-10-18T13:00"), 23),  # last month, later
    ]
    blocked = {instant("2026-11-18T03:00") // HOUR: 100, instant("2026-11-16T03:00") // HOUR: 50}

    day, week, month = Calendar(found, blocked, BERLIN, moment).periods()

    assert (day.count, day.before, day.blocked) == (5, 7, 100)
    assert (week.count, week.before, week.blocked) == (23, 13, 150)
    assert (month.count, month.before) == (53, 19)


def test_the_31st_is_set_beside_the_whole_month_before() -> None:
    moment = instant("2026-12-31T12:00")
    found = [recorded(instant("2026-11-30T11:00"), 3), recorded(instant("2026-11-02T11:00"), 4)]

    month = Calendar(found, {}, BERLIN, moment).periods()[2]

    assert month.before == 7


def test_a_day_of_25_hours_is_one_day() -> None:
    moment = instant("2026-10-26T12:00")
    calendar = Calendar([], {}, BERLIN, moment)

    day = calendar.day((datetime(2026, 10, 25, tzinfo=BERLIN)).date())

    assert day.end - day.start == 25 * HOUR


@pytest.mark.parametrize("role", [Role.PARTNER, Role.EXAMINER])
@pytest.mark.parametrize("path", PAGES)
def test_masked_viewers_never_get_a_name(
    world: Furnished, visitor: Callable[..., Client], role: Role, path: str
) -> None:
    answer = visitor(role).get(path)

    page = answer.content.decode()
    assert answer.status_code == 200
    for name in (PERSON_NAME, MACHINE_NAME, "10.1.2.3", "bakery.example", "192.0.2.1/32"):
        assert name not in page


def test_the_reports_of_a_masked_viewer_are_masked(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    page = visitor(Role.PARTNER).get(f"/c/bakery/reports/day/{today()}/").content.decode()

    assert PERSON_NAME not in page


def test_a_client_may_mask_its_page_for_the_provider(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    ClientPreferences.objects.create(tenant="bakery", masks_staff=True)

    assert PERSON_NAME not in visitor(Role.MANAGER).get("/c/bakery/").content.decode()


def test_numbers_open_down_to_the_incident(
    world: Furnished, just_attacked: Incident, visitor: Callable[..., Client]
) -> None:
    client = visitor(Role.OWNER)
    page = client.get("/c/bakery/").content.decode()
    assert "/c/bakery/attempts/?span=month" in page

    page = client.get("/c/bakery/attempts/?span=month").content.decode()

    assert "This month: 64 attempts." in page
    assert just_attacked.reference in page
    assert world.foreign.reference not in page


@pytest.mark.parametrize("kind", ["day", "week"])
def test_every_day_has_a_report_on_a_quiet_one_too(
    world: Furnished, just_attacked: Incident, visitor: Callable[..., Client], kind: str
) -> None:
    client = visitor(Role.OWNER)
    answer = client.get(f"/c/bakery/reports/{kind}/{today()}/")
    assert answer.status_code == 200
    assert "64 attempts from 1 address, all refused." in answer.content.decode()

    world.stores.incidents.forget("bakery")
    page = client.get(f"/c/bakery/reports/{kind}/{today()}/").content.decode()
    assert "Nobody even tried, as far as these logs tell." in page

    long_ago = (datetime.now(BERLIN).date() - timedelta(days=20)).isoformat()
    page = client.get(f"/c/bakery/reports/{kind}/{long_ago}/").content.decode()
    assert "Nothing can be said of this time: no source sent a line." in page


@pytest.mark.parametrize(
    "path",
    [
        "reports/day/2020-01-01/", "reports/day/2999-01-01/", "reports/day/nonsense/",
        "reports/week/2020-01-01/", "attempts/?span=year", "attempts/?day=yesterday",
    ],
)  # fmt: skip
def test_times_that_are_not_kept_are_not_there(
    world: Furnished, visitor: Callable[..., Client], path: str
) -> None:
    assert visitor(Role.OWNER).get(f"/c/bakery/{path}").status_code == 404


def test_whoever_has_one_client_comes_to_its_page(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    client = visitor(Role.OWNER)
    assert client.get("/", follow=True).redirect_chain == [("/c/", 302), ("/c/bakery/", 302)]
    assert visitor(Role.MANAGER).get("/").headers["Location"] in ("/clients/", "/queue/")


def test_the_client_sees_who_may_look_and_who_did(
    world: Furnished, scope_of: Callable[..., Scope], visitor: Callable[..., Client]
) -> None:
    viewer = scope_of(Role.ANALYST).viewer
    reveal(viewer, "bakery", world.own.reference, "calling the person tried", ["users"], now())

    page = visitor(Role.OWNER).get("/c/bakery/").content.decode()

    assert "analyst of all, Analyst at the provider" in page
    assert "calling the person tried" in page
    assert (
        "calling the person tried" not in visitor(Role.PARTNER).get("/c/bakery/").content.decode()
    )


def test_nobody_at_the_desk_is_said_plainly(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    page = visitor(Role.OWNER).get("/c/bakery/").content.decode()
    assert "No analyst is at the desk at this moment." in page

    visitor(Role.ANALYST).get("/clients/")
    page = visitor(Role.CONTACT).get("/c/bakery/").content.decode()
    assert "At the desk in the last quarter of an hour: analyst of all." in page


def test_who_is_on_call_is_named_and_masked_for_partners(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    folder = world.stores.folder.policies
    folder.mkdir()
    (folder / "bakery.toml").write_text(
        'tenant = "bakery"\nzone = "Europe/Berlin"\nfallback = "eva"\n[[people]]\nid = "eva"\n'
        'title = "Eva Baker"\nreach = [{ channel = "mail", address = "eva@bakery.example" }]\n'
        '[[routes]]\nlevel = "low"\nrepeat = 5\nsteps = [{ to = ["eva"], wait = 60 }]\n'
    )

    assert "Called first when something is grave: Eva Baker." in (
        visitor(Role.OWNER).get("/c/bakery/").content.decode()
    )
    assert "Eva Baker" not in visitor(Role.PARTNER).get("/c/bakery/").content.decode()


def test_every_cell_of_the_strip_explains_itself_and_has_a_twin(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    page = visitor(Role.OWNER).get("/c/bakery/").content.decode()

    assert page.count('<rect class="seen"') > 250
    assert "silent, though it usually writes</title>" in page
    assert "lines came as usual (60 lines)</title>" in page
    assert "<td>silent, though it usually writes</td>" in page


def test_hostile_names_of_sources_do_no_harm(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    hostile = "<script>alert(1)</script>\x1b[2J\u202e" + "x" * 500
    world.stores.tenants.save_feed(Feed("bakery-odd", "bakery", "main", "odd"))
    with closing(sqlite3.connect(world.stores.folder.database)) as database:
        # As an earlier version took it, which did not refuse such a name.
        database.execute("UPDATE feed SET title = ? WHERE id = 'bakery-odd'", (hostile,))
        database.commit()

    client = visitor(Role.OWNER)
    for path in ("/c/bakery/", "/c/bakery/sources/", "/c/bakery/sources/of/bakery-odd/"):
        page = client.get(path).content.decode()
        assert "<script>alert" not in page
        assert "\x1b" not in page
        assert "\u202e" not in page


def test_lists_of_known_addresses_are_told_with_their_age(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    known = world.stores.knowledge
    owner = visitor(Role.OWNER)
    assert "No list of known bad addresses is in use." in owner.get("/c/bakery/").content.decode()

    source = ListSource("feodo", "", "https://lists.example/x", every=3_600, created=now())
    known.save_list(source)
    known.save_list(replace(source, name="foreign", tenant="forge"))
    assert "has not come yet" in owner.get("/c/bakery/").content.decode()

    known.save_state(ListState("feodo", fetched=now() - 3 * HOUR, entries=1_200))
    page = owner.get("/c/bakery/").content.decode()
    assert "List feodo of known bad addresses: 1,200 entries" in page
    assert "3 hours ago" in page
    assert "overdue" in page
    assert "foreign" not in page
    assert "too old" not in page

    known.save_state(ListState("feodo", fetched=now() - 31 * 24 * HOUR, entries=1_200))
    assert "It is too old and not used any more." in owner.get("/c/bakery/").content.decode()
    User.objects.update(language="de")
    assert "wird nicht mehr benutzt" in owner.get("/c/bakery/").content.decode()
