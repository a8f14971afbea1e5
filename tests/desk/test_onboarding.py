"""The first manager, and whoever is invited."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from midwatch.desk.access.roles import Role
from midwatch.desk.audit.models import Entry
from midwatch.desk.people import inviting, services
from midwatch.desk.people.models import Invitation, Membership, User, WelcomeLink
from midwatch.desk.people.selectors import viewer_of
from midwatch.desk.rehearsal import BAKERY, FORGE, PASSWORD, Furnished, now, person
from midwatch.kernel import BadInputError

URL = "http://localhost:8080"
SOMEBODY = {"name": "Ada", "email": "Ada@Provider.example", "way": "password", "password": PASSWORD}


def path_of(link: str) -> str:
    return link.removeprefix(URL)


@pytest.fixture
def welcome(state: object, db: None) -> str:
    return path_of(services.welcome_link(URL))


def invited(by: Role, role: Role, email: str = "new@bakery.example", **more: Any) -> str:
    """The path of an invitation that somebody in a role made."""
    inviter = User.objects.filter(email__startswith=f"{by.value}@").first() or person(by)
    plain: dict[str, Any] = {"tenant": "bakery"}
    asked = inviting.Asked(email, role, **(plain | more))
    return path_of(inviting.invite(viewer_of(inviter, now()), asked, URL, by_mail=False).link)


def test_the_first_manager_comes_by_the_link_and_is_led_to_a_second_factor(
    welcome: str, visitor: Callable[..., Client]
) -> None:
    browser = visitor()
    assert "Who are you?" in browser.get(welcome).content.decode()

    answer = browser.post(welcome, SOMEBODY)

    assert answer.status_code == 302
    assert answer["Location"] == "/account/2fa/"
    user = User.objects.get()
    assert (user.email, user.name, user.check_password(PASSWORD)) == (
        "ada@provider.example", "Ada", True,
    )  # fmt: skip
    assert Membership.objects.get().role == Role.MANAGER
    assert browser.get("/")["Location"] == "/account/2fa/"
    assert Entry.objects.filter(verb="people.first_manager", actor=user.pk).exists()


def test_the_sign_in_page_says_where_the_first_link_is_and_shows_none(
    welcome: str, visitor: Callable[..., Client]
) -> None:
    for path in ("/account/login/", "/"):
        page = visitor().get(path, follow=True).content.decode()
        assert "This desk has no manager yet" in page
        assert "midwatch desk link" in page
        assert welcome not in page
        assert welcome.split("/")[-2] not in page

    visitor().post(welcome, SOMEBODY)

    page = visitor().get("/account/login/").content.decode()
    assert "midwatch desk link" not in page
    assert "no manager yet" not in page


def test_the_link_opens_once(welcome: str, visitor: Callable[..., Client]) -> None:
    visitor().post(welcome, SOMEBODY)

    for answer in (visitor().get(welcome), visitor().post(welcome, SOMEBODY)):
        assert answer.status_code == 410
        assert "midwatch desk link" in answer.content.decode()
    assert User.objects.count() == 1
    assert services.welcome_link(URL) == ""


@pytest.mark.parametrize("token", ["nobody-made-this", "x" * 128])
def test_a_strange_or_old_link_is_told_plainly(
    welcome: str, visitor: Callable[..., Client], token: str
) -> None:
    assert visitor().get(f"/welcome/{token}/").status_code == 410
    WelcomeLink.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert visitor().post(welcome, SOMEBODY).status_code == 410
    assert not User.objects.exists()


@pytest.mark.parametrize("password", ["", "short", "password1234", "ada@provider.example"])
def test_a_weak_password_is_refused_and_the_link_stays_open(
    welcome: str, visitor: Callable[..., Client], password: str
) -> None:
    answer = visitor().post(welcome, SOMEBODY | {"password": password})

    assert answer.status_code == 200
    assert not User.objects.exists()
    assert visitor().get(welcome).status_code == 200


def test_who_stopped_before_the_passkey_was_made_begins_again(
    welcome: str, visitor: Callable[..., Client]
) -> None:
    answer = visitor().post(welcome, SOMEBODY | {"way": "passkey", "password": ""})
    assert answer["Location"] == "/account/2fa/webauthn/add/"

    again = path_of(services.welcome_link(URL))
    visitor().post(again, SOMEBODY)

    assert User.objects.get().check_password(PASSWORD)
    assert Membership.objects.count() == 1


def test_the_first_steps_tell_what_comes_next(
    state: object, visitor: Callable[..., Client]
) -> None:
    manager = visitor(Role.MANAGER)
    assert manager.get("/")["Location"] == "/welcome/"
    assert "your first client" in manager.get("/welcome/").content.decode()


def test_the_sample_office_is_none_of_the_first_steps(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    tenants = world.stores.tenants
    for each in tenants.tenants():
        tenants.save_tenant(msgspec.structs.replace(each, demo=True))

    assert "your first client" in visitor(Role.MANAGER).get("/welcome/").content.decode()


def test_enter_in_the_form_takes_the_password(welcome: str, visitor: Callable[..., Client]) -> None:
    page = visitor().get(welcome).content.decode()
    form = page[page.index('class="sheet"') :]
    first = re.search(r'<button[^>]*name="way" value="(\w+)"', form)

    assert first is not None
    assert first[1] == "password"


def test_the_first_steps_of_a_desk_with_sources_wait_for_a_line(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    for tenant in (BAKERY, FORGE):
        world.stores.health.forget(tenant)

    assert "the first line" in visitor(Role.MANAGER).get("/welcome/").content.decode()


def test_who_is_invited_comes_in_once(world: Furnished, visitor: Callable[..., Client]) -> None:
    link = invited(Role.OWNER, Role.PARTNER, purpose="helps with the firewall", reveals=3)
    browser = visitor()
    page = browser.get(link).content.decode()
    assert "Bakery" in page
    assert "helps with the firewall" in page

    answer = browser.post(link, SOMEBODY | {"email": "else@example.org"})

    assert answer["Location"] == "/"
    held = Membership.objects.get(role=Role.PARTNER)
    assert (held.user.email, held.tenant, held.reveals) == ("new@bakery.example", "bakery", 3)
    assert visitor().get(link).status_code == 410
    assert Entry.objects.filter(verb="people.accept", tenant="bakery").exists()


def test_somebody_with_an_account_signs_in_first(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    there = person(Role.CONTACT, "forge")
    link = invited(Role.OWNER, Role.CONTACT, there.email)
    stranger = visitor()
    assert "Sign in, then come back" in stranger.get(link).content.decode()
    stranger.post(link, SOMEBODY)
    assert Membership.objects.filter(user=there).count() == 1

    stranger.force_login(there)
    assert stranger.post(link)["Location"] == "/"

    assert set(Membership.objects.filter(user=there).values_list("tenant", flat=True)) == {
        "forge", "bakery",
    }  # fmt: skip


def test_an_invitation_of_another_is_not_taken(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    person(Role.CONTACT, "forge")
    link = invited(Role.OWNER, Role.OWNER, "contact@forge.example")
    other = visitor(Role.EXAMINER)

    assert "signed in as somebody else" in other.post(link).content.decode()
    assert Membership.objects.filter(role=Role.OWNER, tenant="bakery").count() == 1


@pytest.mark.parametrize("spoilt", ["expired", "revoked", "inviter left", "inviter demoted"])
def test_an_invitation_that_should_not_open_does_not(
    world: Furnished, visitor: Callable[..., Client], spoilt: str
) -> None:
    link = invited(Role.OWNER, Role.CONTACT)
    if spoilt == "expired":
        Invitation.objects.update(expires=timezone.now())
    elif spoilt == "revoked":
        Invitation.objects.update(revoked=timezone.now())
    elif spoilt == "inviter left":
        Membership.objects.update(ended=timezone.now())
    else:
        Membership.objects.update(role=Role.CONTACT.value)

    for answer in (visitor().get(link), visitor().post(link, SOMEBODY)):
        assert answer.status_code == 410
    assert User.objects.count() == 1


def test_who_has_access_already_is_not_made_anything_else(world: Furnished, db: None) -> None:
    contact = person(Role.CONTACT)
    token = invited(Role.OWNER, Role.OWNER, contact.email).split("/")[2]

    with pytest.raises(BadInputError, match="already"):
        inviting.accept(token, user=contact)
    assert Membership.objects.get(user=contact).role == Role.CONTACT
    assert Invitation.objects.get().accepted is None, "nothing is half done"


def test_the_link_goes_by_mail_where_mail_is_set_up(world: Furnished, db: None) -> None:
    viewer = viewer_of(person(Role.OWNER), now())
    asked = inviting.Asked("new@bakery.example", Role.CONTACT, "bakery")

    made = inviting.invite(viewer, asked, URL, by_mail=True)

    assert made.link in mail.outbox[0].body
    assert mail.outbox[0].to == ["new@bakery.example"]
    token = made.link.split("/")[-2]
    assert token not in str(Invitation.objects.values_list().get()), "kept as a hash only"
