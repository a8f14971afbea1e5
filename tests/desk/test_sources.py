"""Sources: added with the exact words, seen to speak, changed, claimed from the unknown."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec
import pytest
from django.test import Client

from midwatch.desk.access.roles import Role
from midwatch.desk.audit.models import Entry
from midwatch.desk.rehearsal import STRANGER, Furnished, now
from midwatch.intake.spool import SqliteSpool
from midwatch.tenants import Feed, MarkKind, hash_of_token
from midwatch.watch.health import FeedCount

ADDRESS = {
    "title": "Gate at the quay", "office": "main", "way": "address", "addresses": "192.0.2.77",
    "host": "",
}  # fmt: skip
KEY = {
    "transport": STRANGER.transport.value, "address": STRANGER.address,
    "port": str(STRANGER.port), "host": STRANGER.host,
}  # fmt: skip


def added(world: Furnished) -> Feed:
    [feed] = [
        each for each in world.stores.tenants.feeds("bakery") if each.id.startswith("bakery-g")
    ]
    return feed


def test_a_source_told_by_its_address_gets_the_exact_words(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    client = visitor(Role.ANALYST)
    answer = client.post("/c/bakery/sources/add/fortigate/", ADDRESS, follow=True)

    page = answer.content.decode()
    feed = added(world)
    assert [(mark.kind, mark.value) for mark in feed.marks] == [(MarkKind.ADDRESS, "192.0.2.77/32")]
    assert feed.product == "", "a firewall sends lines of many programs: each line tells"
    assert "config log syslogd setting" in page
    assert "Gate at the quay has sent nothing yet." in page
    assert 'hx-trigger="every 2s"' in page
    assert Entry.objects.get(verb="source.add").subject == feed.id


def test_a_token_is_shown_once_and_kept_as_its_fingerprint(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    client = visitor(Role.OWNER)
    page = client.post(
        "/c/bakery/sources/add/windows/", {"title": "Gate PC", "office": "main"}
    ).content.decode()

    feed = added(world)
    token = re.search(r'<pre id="token">([^<]+)</pre>', page)
    assert token is not None
    assert feed.marks[0].value == hash_of_token(token[1])
    again = client.get(f"/c/bakery/sources/of/{feed.id}/").content.decode()
    assert token[1] not in again

    page = client.post(f"/c/bakery/sources/of/{feed.id}/token/").content.decode()
    newer = re.search(r'<pre id="token">([^<]+)</pre>', page)
    assert newer is not None
    assert [mark.value for mark in added(world).marks] == [hash_of_token(newer[1])]


def test_a_clients_own_people_name_no_address(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    client = visitor(Role.OWNER)
    page = client.post("/c/bakery/sources/add/pfsense/", ADDRESS).content.decode()

    assert "Its token, shown only now:" in page
    assert {mark.kind for mark in added(world).marks} == {MarkKind.TOKEN}
    form = {"title": "Wall", "office": "main", "product": "", "zone": "", "silence": "0",
            "addresses": "0.0.0.0/0", "host": ""}  # fmt: skip
    client.post("/c/bakery/sources/of/bakery-wall/edit/", form)
    known = world.stores.tenants.feed("bakery-wall")
    assert known is not None
    assert known.title == "Wall"
    assert [mark.value for mark in known.marks] == ["192.0.2.1/32"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"addresses": ""}, {"addresses": "gate"}, {"addresses": "0.0.0.0/0"},
        {"addresses": "192.0.2.2"}, {"office": "attic"}, {"title": ""}, {"way": "magic"},
        {"addresses": "::/0"},
    ],
)  # fmt: skip
def test_what_is_no_source_is_refused_with_a_reason(
    world: Furnished, visitor: Callable[..., Client], wrong: dict[str, str]
) -> None:
    answer = visitor(Role.MANAGER).post("/c/bakery/sources/add/pfsense/", ADDRESS | wrong)

    assert answer.status_code == 200
    assert "error" in answer.content.decode()
    assert len(world.stores.tenants.feeds("bakery")) == 2


def test_the_first_line_shows_what_was_understood(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    client = visitor(Role.OWNER)
    place = "/c/bakery/sources/of/bakery-mail/line/"
    assert "Waiting for its first line." in client.get(place).content.decode()

    sample = {"source": "postfix", "user": "<b>eva</b>", "raw": "<script>\x1b[2J eva <b>EVA</b>",
              "src_ip": "203.0.113.9"}  # fmt: skip
    world.stores.health.count(
        {"bakery-mail": FeedCount("bakery", now(), now(), sample=msgspec.json.encode(sample))}
    )
    page = client.get(place).content.decode()
    assert "A line came and was understood." in page
    assert "Postfix mail server" in page
    assert "&lt;b&gt;eva&lt;/b&gt;" in page
    assert page.index("eva&lt;/b&gt;</dd>") < page.index("from earlier lines") < page.index(
        "203.0.113.9"
    )  # fmt: skip
    assert "hx-trigger" not in page

    odd = msgspec.json.encode({"failure": "no product writes so", "raw": "???"})
    world.stores.health.count({"bakery-mail": FeedCount("bakery", now(), now(), sample=odd)})
    assert "it was not understood" in client.get(place).content.decode()


def test_a_source_is_changed_paused_and_removed(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    client = visitor(Role.ANALYST)
    place = "/c/bakery/sources/of/bakery-wall/"
    form = {"title": "Wall", "office": "main", "product": "", "zone": "Europe/Berlin",
            "silence": "900", "addresses": "192.0.2.1 192.0.2.99", "host": ""}  # fmt: skip
    client.post(f"{place}edit/", form)
    known = world.stores.tenants.feed("bakery-wall")
    assert known is not None
    assert (known.title, known.silence, known.zone) == ("Wall", 900, "Europe/Berlin")
    assert [mark.value for mark in known.marks] == ["192.0.2.1/32", "192.0.2.99/32"]
    assert "no time zone" in (
        client.post(f"{place}edit/", form | {"zone": "Mars/Olympus"}).content.decode()
    )

    client.post(f"{place}pause/")
    assert world.stores.tenants.feed("bakery-wall").paused  # type: ignore[union-attr]  # it is there
    client.get(f"{place}remove/")
    assert world.stores.tenants.feed("bakery-wall") is not None
    client.post(f"{place}remove/")
    assert world.stores.tenants.feed("bakery-wall") is None
    verbs = {
        each for each in Entry.objects.values_list("verb", flat=True) if each.startswith("source")
    }
    assert verbs == {"source.change", "source.readdress", "source.pause", "source.remove"}


@pytest.mark.parametrize("role", [Role.PARTNER, Role.EXAMINER])
def test_who_may_not_change_sources_does_not(
    world: Furnished, visitor: Callable[..., Client], role: Role
) -> None:
    client = visitor(role)
    place = "/c/bakery/sources/of/bakery-wall/"

    for path in (f"{place}edit/", f"{place}pause/", f"{place}token/", f"{place}remove/",
                 "/c/bakery/sources/add/", "/c/bakery/sources/add/pfsense/"):  # fmt: skip
        assert client.post(path, ADDRESS).status_code == 404
    assert world.stores.tenants.feed("bakery-wall") is not None
    assert "Pause the alarm" not in client.get(place).content.decode()


def test_a_foreign_source_is_not_there_under_an_own_name(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    client = visitor(Role.OWNER)

    for path in ("/c/bakery/sources/of/forge-wall/", "/c/forge/sources/of/forge-wall/",
                 "/c/forge/sources/", "/c/bakery/sources/of/forge-wall/line/"):  # fmt: skip
        assert client.get(path).status_code == 404
    assert client.post("/c/bakery/sources/of/forge-wall/remove/").status_code == 404
    manager = visitor(Role.MANAGER)
    assert manager.get("/c/bakery/sources/of/forge-wall/").status_code == 404


def test_an_unknown_sender_is_shown_and_claimed_with_its_lines(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    client = visitor(Role.ANALYST)
    page = client.get("/sources/unknown/").content.decode()
    assert "1 sender is unknown." in page
    assert "Looks like pfSense and OPNsense packet filter." in page
    assert "1 unknown sender waits" in client.get("/sources/").content.decode()

    page = client.post(
        "/sources/unknown/claim/", KEY | {"place": "bakery/main", "title": "Gate in the cellar"},
        follow=True,
    ).content.decode()  # fmt: skip

    assert "Gate in the cellar is a source now, with 3 lines from before." in page
    feed = added(world)
    spool = SqliteSpool(world.stores.folder.spool, budget=10_000_000)
    [kept] = spool.read(0, 1_000_000)
    spool.close()
    assert (kept.parcel.tenant, kept.parcel.feed) == ("bakery", feed.id)
    assert "Nobody unknown sends." in client.get("/sources/unknown/").content.decode()
    again = client.post(
        "/sources/unknown/claim/", KEY | {"place": "bakery/main", "title": "Again"}, follow=True
    )
    assert "nobody unknown sends from there any more" in again.content.decode()


def test_an_unknown_sender_is_forgotten(world: Furnished, visitor: Callable[..., Client]) -> None:
    client = visitor(Role.MANAGER)

    page = client.post("/sources/unknown/dismiss/", KEY, follow=True).content.decode()

    assert "Forgotten, and 3 lines with it." in page
    assert Entry.objects.get(verb="sender.dismiss").subject == STRANGER.address


@pytest.mark.parametrize(
    ("role", "tenant"),
    [(Role.OWNER, None), (Role.CONTACT, None), (Role.PARTNER, None), (Role.ANALYST, "bakery")],
)
def test_whoever_may_not_see_every_client_sees_no_unknown_sender(
    world: Furnished, visitor: Callable[..., Client], role: Role, tenant: str | None
) -> None:
    client = visitor(role, tenant)

    assert client.get("/sources/unknown/").status_code == 404
    given = KEY | {"place": "bakery/main", "title": "Mine"}
    assert client.post("/sources/unknown/claim/", given).status_code == 404
    assert client.post("/sources/unknown/dismiss/", KEY).status_code == 404
    assert "unknown sender" not in client.get("/c/bakery/sources/").content.decode()


@pytest.mark.parametrize("wrong", [{"port": "many"}, {"transport": "pigeon"}])
def test_a_sender_that_is_none_is_not_there(
    world: Furnished, visitor: Callable[..., Client], wrong: dict[str, str]
) -> None:
    client = visitor(Role.MANAGER)

    assert client.post("/sources/unknown/dismiss/", KEY | wrong).status_code == 404


def test_a_claim_for_a_client_that_is_none_keeps_the_lines(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    client = visitor(Role.MANAGER)

    client.post("/sources/unknown/claim/", KEY | {"place": "nowhere/main", "title": "x"})

    assert "1 sender is unknown." in client.get("/sources/unknown/").content.decode()


def test_the_wizard_finds_products_by_name(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    client = visitor(Role.OWNER)

    page = client.get("/c/bakery/sources/add/?q=fortigate").content.decode()
    assert "/c/bakery/sources/add/fortigate/" in page
    page = client.get("/c/bakery/sources/add/?q=abacus").content.decode()
    assert "We know no product of that name." in page
    assert client.get("/c/bakery/sources/add/abacus/").status_code == 404
    assert client.get("/c/bakery/sources/add/any/").status_code == 200
