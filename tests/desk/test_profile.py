"""One's own language and time zone hold on every device."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from midwatch.desk.access.roles import Role
from midwatch.desk.audit.models import Entry
from midwatch.desk.people.models import User
from midwatch.desk.rehearsal import Furnished


def test_the_chosen_language_comes_before_the_browsers(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    owner = visitor(Role.OWNER)
    assert '<html lang="en"' in owner.get("/profile/").content.decode()

    saved = owner.post(
        "/profile/", {"name": "Olga", "language": "de", "zone": "Europe/Berlin"}, follow=True
    )

    assert '<html lang="de"' in saved.content.decode()
    assert saved.headers["Content-Language"] == "de"
    user = User.objects.get(name="Olga")
    assert (user.language, user.zone) == ("de", "Europe/Berlin")
    assert Entry.objects.get(verb="people.profile").detail == {
        "changed": ["name", "language", "zone"]
    }
    elsewhere = Client(headers={"accept-language": "en"})
    elsewhere.force_login(user)
    assert '<html lang="de"' in elsewhere.get("/incidents/").content.decode()


def test_the_foot_of_a_page_changes_it_too(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    owner = visitor(Role.OWNER)
    User.objects.update(language="de")
    answer = owner.post("/i18n/setlang/", {"language": "en", "next": "/incidents/"})
    assert answer.headers["Location"] == "/incidents/"
    assert '<html lang="en"' in owner.get("/incidents/").content.decode()
    owner.post("/i18n/setlang/", {"language": "xx", "next": "/incidents/"})
    assert User.objects.get().language == "en"
    stranger = visitor()
    assert stranger.post("/i18n/setlang/", {"language": "de"}).status_code == 302
    assert '<html lang="de"' in stranger.get("/account/login/").content.decode()


def test_a_zone_that_is_none_is_refused(world: Furnished, visitor: Callable[..., Client]) -> None:
    owner = visitor(Role.OWNER)
    for zone in ("Europe/Atlantis", "../../etc/passwd", "x" * 65):
        answer = owner.post("/profile/", {"name": "Olga", "language": "", "zone": zone})
        assert answer.status_code == 200
        assert b"errorlist" in answer.content
    assert owner.post("/profile/", {"name": "Olga", "language": "xx"}).status_code == 200
    assert User.objects.get().zone == ""


def test_who_sets_a_first_password_is_not_asked_to_change_it(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    owner = visitor(Role.OWNER)
    user = User.objects.get(memberships__role=Role.OWNER)
    user.set_unusable_password()
    user.save()
    owner.force_login(user)
    chosen = {"password1": "seven quiet harbours", "password2": "seven quiet harbours"}

    answer = owner.post("/account/password/set/", chosen)

    assert answer["Location"] == "/profile/"
