"""The link in a mail: looking changes nothing, the button acknowledges, strangers get nowhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from midwatch.desk.access.answers import Answers
from midwatch.desk.access.roles import Role
from midwatch.desk.audit.models import Entry
from midwatch.desk.rehearsal import BAKERY, Furnished, a_signal, now
from midwatch.incidents import IncidentState
from midwatch.paging import Claim, Signer
from midwatch.watch.configuration import Configuration, DeskSettings
from midwatch.watch.processes.clock import ClockProcess
from midwatch.watch.signing import link_key

DAY = 86_400_000_000


def token(world: Furnished, *, alarm: int = 1, expires: int = DAY, person: str = "ana") -> str:
    signer = Signer((link_key(world.stores.folder.path),))
    return signer.token(Claim(world.own.id, alarm, person, now() + expires))


@pytest.fixture
def stranger(db: None) -> Client:
    return Client(headers={"accept-language": "en"}, enforce_csrf_checks=True)


def press(client: Client, path: str) -> object:
    client.get(path)
    given = {"csrfmiddlewaretoken": client.cookies["midwatch-csrf"].value}
    return client.post(path, given)


def test_looking_changes_nothing_however_often(world: Furnished, stranger: Client) -> None:
    path = f"/answer/{token(world)}"

    for _scanner in range(3):
        response = stranger.get(path)
        assert response.status_code == 200
        assert "tried 64 VPN passwords" in response.content.decode()
        assert "Looking at this page has changed nothing." in response.content.decode()
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert "no-store" in response.headers["Cache-Control"]
    assert stranger.head(path).status_code == 200

    kept = world.stores.incidents.incident(world.own.id)
    assert kept == world.own
    assert not Entry.objects.exists()


def test_the_button_acknowledges_once_in_the_name_of_who_was_told(
    world: Furnished, stranger: Client
) -> None:
    path = f"/answer/{token(world)}"

    assert stranger.post(path).status_code == 403, "a form of another site"
    press(stranger, path)
    press(stranger, path)

    kept = world.stores.incidents.incident(world.own.id)
    assert kept is not None
    assert (kept.state, kept.answered_by) == (IncidentState.ACKNOWLEDGED, "ana")
    assert [change.why for change in kept.history] == ["by the link in the message"]
    assert [(each.verb, each.name, each.subject) for each in Entry.objects.all()] == [
        ("incident.acknowledge", "ana", world.own.reference)
    ]


@pytest.mark.parametrize("wrong", ["x", "x.y", "é.é", "A" * 5_000, "..", "%00", "a.b.c"])
def test_what_is_no_link_of_ours_opens_nothing(
    world: Furnished, stranger: Client, wrong: str
) -> None:
    response = stranger.get(f"/answer/{wrong}")

    assert response.status_code == 404
    assert world.own.reference not in response.content.decode()


def test_a_link_that_expired_was_changed_or_is_of_an_earlier_alarm_does_nothing(
    world: Furnished, stranger: Client
) -> None:
    good = token(world)
    for wrong in (token(world, expires=-1), f"{good}A", f"A{good}", good.swapcase()):
        assert stranger.get(f"/answer/{wrong}").status_code == 404
    old = token(world, alarm=7)
    response = press(stranger, f"/answer/{old}")

    assert "raised or reopened since" in response.content.decode()  # type: ignore[attr-defined]  # it is a response of the test client
    kept = world.stores.incidents.incident(world.own.id)
    assert kept is not None
    assert kept.waiting


def test_tries_are_limited_for_each_address(world: Furnished, stranger: Client) -> None:
    for _try in range(30):
        assert stranger.get("/answer/nonsense").status_code == 404

    assert stranger.get(f"/answer/{token(world)}").status_code == 429
    assert Answers(now(), "192.0.2.99").allowed()


def test_the_clocks_mails_lead_to_the_desk(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    settings = DeskSettings(url="https://desk.example/")
    clock = ClockProcess(world.stores.folder, Configuration(desk=settings))
    off = ClockProcess(world.stores.folder, Configuration(desk=DeskSettings(port=0)))

    wording = clock._wording_of(BAKERY)

    assert wording.link == "https://desk.example/answer/"
    assert off._wording_of(BAKERY).link == ""
    claim = Claim(world.own.id, 1, "ana", now() + DAY)
    path = (wording.link + wording.signer.token(claim)).removeprefix("https://desk.example")
    assert visitor(Role.OWNER).get(path).status_code == 200


def test_a_mail_of_a_later_alarm_opens_the_same_incident(
    world: Furnished, stranger: Client
) -> None:
    world.stores.answering.record(
        [a_signal(BAKERY, "login", category="anomalous_login", success=True)], now()
    )
    kept = world.stores.incidents.incident(world.own.id)
    assert kept is not None
    assert kept.alarm == 2

    press(stranger, f"/answer/{token(world, alarm=2)}")

    answered = world.stores.incidents.incident(world.own.id)
    assert answered is not None
    assert not answered.waiting
