"""Programs that ask in a person's name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from django.test import Client

from midwatch.desk.access.roles import Permission, Role
from midwatch.desk.audit.models import Entry
from midwatch.desk.people.api_tokens import MOST, make_token, revoke_token, viewer_of_token
from midwatch.desk.people.models import ApiToken, Membership, User
from midwatch.desk.people.selectors import viewer_of
from midwatch.desk.rehearsal import PASSWORD, Furnished, now, person
from midwatch.kernel import BadInputError

DAY = timedelta(days=1)


def made(user: User, *permissions: Permission, lasts: timedelta = DAY) -> str:
    return make_token(viewer_of(user, now()), "tickets", permissions, lasts)[1]


def test_a_token_asks_in_the_persons_name_within_its_limits(world: Furnished, db: None) -> None:
    viewer = viewer_of_token(made(person(Role.OWNER), Permission.SEE), now())

    assert viewer is not None
    assert viewer.may(Permission.SEE, "bakery")
    assert not viewer.may(Permission.SEE, "forge")
    assert not viewer.may(Permission.ANSWER, "bakery")
    assert ApiToken.objects.get().used is not None


def test_only_a_hash_is_kept_and_the_record_knows(world: Furnished, db: None) -> None:
    token = made(person(Role.OWNER), Permission.SEE)

    assert token.startswith("mwt_")
    assert token not in str(ApiToken.objects.values_list().get())
    assert token not in str(list(Entry.objects.values_list()))
    assert Entry.objects.filter(verb="token.make").exists()


@pytest.mark.parametrize("spoilt", ["late", "revoked", "left", "asleep", "no second factor"])
def test_a_token_that_should_open_nothing_opens_nothing(
    world: Furnished, db: None, spoilt: str
) -> None:
    user = person(Role.ANALYST)
    token = made(user, Permission.SEE)
    at = now()
    if spoilt == "late":
        at += 2 * 86_400_000_000
    elif spoilt == "revoked":
        revoke_token(viewer_of(user, now()), ApiToken.objects.get())
    elif spoilt == "left":
        Membership.objects.update(ended="2026-01-01T00:00Z")
    elif spoilt == "asleep":
        User.objects.update(is_active=False)
    else:
        Authenticator.objects.all().delete()

    assert viewer_of_token(token, at) is None


def test_the_persons_lesser_role_is_the_tokens_too(world: Furnished, db: None) -> None:
    token = made(person(Role.OWNER), Permission.SEE, Permission.UNMASKED)
    Membership.objects.update(role=Role.PARTNER.value)

    viewer = viewer_of_token(token, now())
    assert viewer is not None
    assert not viewer.may(Permission.UNMASKED, "bakery")


@pytest.mark.parametrize("token", ["", "mwt_", "mwt_nobody", "x" * 10_000, "mwt_\0", "mwt_ü"])
def test_what_is_no_token_is_nobody(db: None, token: str) -> None:
    assert viewer_of_token(token, now()) is None


def test_no_token_may_more_than_the_person_nor_for_ever(world: Furnished, db: None) -> None:
    contact = person(Role.CONTACT)
    for permissions, lasts in (
        ([Permission.TRIAGE], DAY),
        ([Permission.PEOPLE], DAY),
        ([], DAY),
        ([Permission.SEE], timedelta(days=400)),
        ([Permission.SEE], timedelta(0)),
    ):
        with pytest.raises(BadInputError):
            made(contact, *permissions, lasts=lasts)
    for _ in range(MOST):
        made(contact, Permission.SEE)
    with pytest.raises(BadInputError, match="too many"):
        made(contact, Permission.SEE)


def test_the_page_shows_a_new_token_once_to_who_shows_it_is_them(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    browser = visitor(Role.OWNER)
    asked = {"name": "tickets", "permissions": ["see"], "days": "30"}
    assert "reauthenticate" in browser.post("/people/tokens/make/", asked)["Location"]
    assert not ApiToken.objects.exists()

    browser.post("/account/reauthenticate/?next=/people/tokens/", {"password": PASSWORD})
    assert AUTHENTICATION_METHODS_SESSION_KEY in browser.session
    assert browser.post("/people/tokens/make/", asked)["Location"] == "/people/tokens/"

    assert "mwt_" in browser.get("/people/tokens/").content.decode().split('id="once"')[1]
    assert 'id="once"' not in browser.get("/people/tokens/").content.decode()
    kept = ApiToken.objects.get()
    stranger = visitor(Role.CONTACT)
    assert stranger.post(f"/people/tokens/{kept.pk}/revoke/").status_code == 404
    browser.post(f"/people/tokens/{kept.pk}/revoke/")
    assert ApiToken.objects.get().revoked is not None
