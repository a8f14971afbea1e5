"""Who lost every factor comes back by a link made on the machine, which opens once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail, signing
from django.test import Client
from django.utils import timezone

from midwatch.desk.access.roles import Role
from midwatch.desk.audit.models import Entry
from midwatch.desk.people import rescue
from midwatch.desk.people.models import ApiToken, User
from midwatch.desk.rehearsal import Furnished
from midwatch.kernel import BadInputError

NEW = {"way": "password", "password": "another horse, another battery", "name": "x"}


def link_of(user: User) -> str:
    return rescue.rescue_link("http://localhost:8080", user.email.upper()).removeprefix(
        "http://localhost:8080"
    )


def test_it_takes_every_old_way_and_lets_in_by_the_new(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    old = visitor(Role.MANAGER)
    user = User.objects.get()
    before = user.name
    assert old.get("/queue/").status_code == 200
    ApiToken.objects.create(
        user=user, name="t", digest="d", start="mwt_",
        expires=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    link = link_of(user)
    browser = Client(headers={"accept-language": "en"})
    assert before in browser.get(link).content.decode()

    answer = browser.post(link, NEW)

    assert answer.headers["Location"] == "/account/2fa/"
    assert not Authenticator.objects.exists()
    assert old.get("/queue/").status_code == 302
    user.refresh_from_db()
    assert user.check_password(NEW["password"])
    assert user.name == before
    assert ApiToken.objects.get().revoked is not None
    # The provider's people set up a second factor before anything else.
    assert browser.get("/queue/").headers["Location"] == "/account/2fa/"
    assert [each.verb for each in Entry.objects.filter(verb__startswith="people.rescue")[::-1]] == [
        "people.rescue_link", "people.rescue",
    ]  # fmt: skip
    assert [each.to for each in mail.outbox if "machine" in each.body] == [[user.email]] * 2
    again = Client(headers={"accept-language": "en"})
    assert again.get(link).status_code == 410
    assert again.post(link, NEW).status_code == 410


def test_a_passkey_may_be_the_new_way(world: Furnished, visitor: Callable[..., Client]) -> None:
    visitor(Role.MANAGER)
    link = link_of(User.objects.get())
    answer = Client().post(link, {"way": "passkey", "password": "", "name": "x"})
    assert answer.headers["Location"] == "/account/2fa/webauthn/add/"
    assert Client().get(link).status_code == 410


def test_signing_in_otherwise_or_waiting_closes_it(
    world: Furnished, visitor: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor(Role.MANAGER)
    user = User.objects.get()
    link = link_of(user)
    monkeypatch.setattr(rescue, "LASTS", timedelta(seconds=-1))
    assert Client().get(link).status_code == 410
    monkeypatch.undo()
    assert Client().get(link).status_code == 200
    Client().force_login(user)
    assert Client().get(link).status_code == 410


def test_nobody_else_has_one(world: Furnished, visitor: Callable[..., Client]) -> None:
    visitor(Role.OWNER)
    user = User.objects.get()
    forged = signing.dumps({"user": user.pk, "state": "0" * 64}, salt="midwatch.people.rescue")
    assert Client().get(f"/rescue/{forged}/").status_code == 410
    assert Client().get("/rescue/nonsense/").status_code == 410
    with pytest.raises(BadInputError):
        rescue.rescue_link("http://localhost:8080", "nobody@example.com")
    link = link_of(user)
    user.is_active = False
    user.save()
    assert Client().get(link).status_code == 410
    with pytest.raises(BadInputError):
        link_of(user)
