"""Who has access, and who may change it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils import timezone

from midwatch.desk.access.roles import GRANTS, PERMISSIONS, PROVIDER_ROLES, Permission, Role
from midwatch.desk.access.viewers import Viewer
from midwatch.desk.audit.models import Entry
from midwatch.desk.people import memberships
from midwatch.desk.people.models import ClientPreferences, Invitation, Membership, User
from midwatch.desk.people.selectors import viewer_of
from midwatch.desk.rehearsal import Furnished, now, person
from midwatch.kernel import BadInputError

WEEK = timedelta(days=7)


def viewer(user: User) -> Viewer:
    return viewer_of(user, now())


def held(user: User) -> Membership:
    return Membership.objects.get(user=user)


def change(by: User, of: User, role: Role, **more: Any) -> None:
    plain: dict[str, Any] = {"until": None, "purpose": "", "reveals": None}
    memberships.change(viewer(by), held(of), role, **(plain | more))


def test_nobody_gives_away_more_than_they_have() -> None:
    less_than_names = {Permission.REVEAL}
    for giver, given in GRANTS.items():
        for role in given:
            assert PERMISSIONS[role] - less_than_names <= PERMISSIONS[giver], (giver, role)
    assert not any(
        set(GRANTS.get(role, ())) & PROVIDER_ROLES for role in Role if role is not Role.MANAGER
    )


def test_the_page_says_who_has_access(world: Furnished, visitor: Callable[..., Client]) -> None:
    person(Role.PARTNER, purpose="looks after the firewall", reveals=2)
    person(Role.CONTACT, "forge")

    owner = visitor(Role.OWNER)
    assert owner.get("/people/")["Location"] == "/people/at/bakery/"
    page = owner.get("/people/at/bakery/").content.decode()

    assert "2 people have access to Bakery." in page
    assert "looks after the firewall" in page
    assert "2 reveals a day" in page
    assert "forge" not in page


def test_an_owner_invites_from_the_page_and_reads_the_link_once(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    owner = visitor(Role.OWNER)

    answer = owner.post(
        "/people/at/bakery/invite/",
        {"email": "New@Bakery.example", "role": "examiner", "purpose": "yearly audit",
         "until": (timezone.now() + WEEK).date().isoformat()},
    )  # fmt: skip

    assert answer["Location"] == "/people/at/bakery/"
    assert "http://localhost:8080/invitation/" in owner.get("/people/at/bakery/").content.decode()
    assert "/invitation/" not in owner.get("/people/at/bakery/").content.decode()
    made = Invitation.objects.get()
    assert (made.email, made.role, made.tenant) == ("new@bakery.example", "examiner", "bakery")
    owner.post(f"/people/invitations/{made.pk}/revoke/")
    assert Invitation.objects.get().revoked is not None


@pytest.mark.parametrize(
    "asked",
    [
        {"role": "manager"},
        {"role": "analyst"},
        {"role": "examiner", "purpose": "audit"},
        {"role": "examiner", "purpose": "audit", "until": "2020-01-01"},
        {"role": "partner"},
        {"role": "partner", "purpose": "helps", "reveals": "-1"},
        {"role": "king"},
        {"role": "contact", "email": "nobody"},
        {"role": "contact", "until": "tomorrow"},
    ],
)
def test_what_an_owner_may_not_give_or_forgot_is_refused(
    world: Furnished, visitor: Callable[..., Client], asked: dict[str, str]
) -> None:
    answer = visitor(Role.OWNER).post(
        "/people/at/bakery/invite/", {"email": "new@bakery.example"} | asked
    )

    assert answer.status_code == 200
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("role", [Role.CONTACT, Role.PARTNER, Role.EXAMINER, Role.ANALYST])
def test_others_see_no_page_of_people(
    world: Furnished, visitor: Callable[..., Client], role: Role
) -> None:
    browser = visitor(role)
    for path in ("/people/", "/people/at/bakery/", "/people/at/bakery/invite/", "/people/invite/"):
        assert browser.get(path).status_code == 404


def test_a_role_is_changed_and_the_change_kept(world: Furnished, db: None) -> None:
    owner, contact = person(Role.OWNER), person(Role.CONTACT)

    change(owner, contact, Role.PARTNER, purpose="now outside", reveals=5)

    assert (held(contact).role, held(contact).reveals) == ("partner", 5)
    entry = Entry.objects.get(verb="people.change")
    assert entry.detail == {"from": "contact", "to": "partner"}


def test_nobody_changes_their_own_role(world: Furnished, db: None) -> None:
    owner = person(Role.OWNER)
    with pytest.raises(BadInputError, match="own role"):
        change(owner, owner, Role.CONTACT)


def test_an_owner_touches_no_role_above_their_own(world: Furnished, db: None) -> None:
    owner, contact = person(Role.OWNER), person(Role.CONTACT)
    analyst = person(Role.ANALYST, "bakery")
    attempts: tuple[Callable[[], None], ...] = (
        lambda: change(owner, analyst, Role.CONTACT),
        lambda: memberships.end(viewer(owner), held(analyst)),
        lambda: change(owner, contact, Role.ANALYST),
        lambda: change(owner, contact, Role.MANAGER),
    )
    for attempt in attempts:
        with pytest.raises(BadInputError):
            attempt()
    assert (held(analyst).role, held(contact).role) == ("analyst", "contact")


def test_a_manager_of_one_client_lets_no_provider_in(world: Furnished, db: None) -> None:
    small = viewer(person(Role.MANAGER, "bakery"))

    assert small.may_grant(Role.OWNER, "bakery")
    assert not small.may_grant(Role.ANALYST, "bakery")
    assert not small.may_grant(Role.MANAGER, None)
    assert not small.may_grant(Role.OWNER, "forge")


def test_the_last_manager_stays(world: Furnished, db: None) -> None:
    first = person(Role.MANAGER)
    with pytest.raises(BadInputError, match="last manager"):
        memberships.end(viewer(first), held(first))

    second = User.objects.create_user("second@provider.example", None, name="no way in yet")
    Membership.objects.create(user=second, role=Role.MANAGER.value, tenant="")
    with pytest.raises(BadInputError, match="last manager"):
        memberships.end(viewer(first), held(first))

    second.set_password("correct horse battery")
    second.save()
    memberships.end(viewer(first), held(first))
    with pytest.raises(BadInputError, match="last manager"):
        memberships.end(viewer(second), held(second))


def test_who_has_left_is_signed_out_everywhere(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    browser = visitor(Role.CONTACT)
    assert browser.get("/c/bakery/").status_code == 200
    contact = User.objects.get(email__startswith="contact")

    visitor(Role.OWNER).post(f"/people/access/{held(contact).pk}/end/")

    assert browser.get("/c/bakery/")["Location"].startswith("/account/login/")


def test_the_clients_choice_of_masking_is_the_clients(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    visitor(Role.MANAGER).post("/people/at/bakery/masking/", {"masks": "yes"})
    assert not ClientPreferences.objects.exists()

    visitor(Role.OWNER).post("/people/at/bakery/masking/", {"masks": "yes"})
    assert ClientPreferences.objects.get().masks_staff
    assert Entry.objects.filter(verb="people.mask_staff", tenant="bakery").count() == 1


def test_an_own_session_is_ended_and_no_others(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    owner, other = visitor(Role.OWNER), visitor(Role.CONTACT)
    for browser in (owner, other):
        browser.get("/")
    foreign = UserSession.objects.get(user__email__startswith="contact")

    assert owner.post(f"/people/sessions/{foreign.pk}/end/").status_code == 404
    assert other.get("/c/bakery/").status_code == 200
    assert other.post(f"/people/sessions/{foreign.pk}/end/").status_code == 302
    assert other.get("/c/bakery/")["Location"].startswith("/account/login/")


def test_an_owner_of_two_clients_chooses_one(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    browser = visitor(Role.OWNER)
    Membership.objects.create(
        user=User.objects.get(), role=Role.OWNER.value, tenant="forge", created_by=None
    )
    page = browser.get("/people/").content.decode()
    assert "Bakery" in page
    assert "Forge" in page
