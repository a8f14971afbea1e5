"""What a viewer may see: their own clients, and names only where the role needs them."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from django.http import Http404

from midwatch.desk.access.acting import Acting
from midwatch.desk.access.roles import CLIENT_ROLES, Permission, Role
from midwatch.desk.access.scope import Scope
from midwatch.desk.audit.models import Entry, Reveal
from midwatch.desk.people.models import ClientPreferences, Membership, User
from midwatch.desk.people.selectors import viewer_of
from midwatch.desk.rehearsal import ATTACKER, MACHINE_NAME, PERSON_NAME, Furnished, a_signal, now
from midwatch.incidents import IncidentState
from midwatch.kernel import BadInputError, DefectError
from midwatch.reports.incident_telling import story

REASON = "calling the person whose account was tried"


@pytest.mark.parametrize("role", sorted(CLIENT_ROLES))
def test_a_clients_people_see_nothing_of_another_client(
    world: Furnished, scope_of: Callable[..., Scope], role: Role
) -> None:
    scope = scope_of(role)

    assert [each.id for each in scope.tenants()] == ["bakery"]
    assert [each.incident.tenant for each in scope.incidents()] == ["bakery"]
    assert scope.count_incidents() == (1, 1)
    assert scope.incident(world.own.reference).incident.tenant == "bakery"
    for question in (
        lambda: scope.tenant("forge"),
        lambda: scope.incidents("forge"),
        lambda: scope.incident(world.foreign.reference),
        lambda: scope.incident(world.foreign.id),
        lambda: scope.feed("forge-wall"),
        lambda: scope.feeds("forge"),
        lambda: scope.health("forge"),
        lambda: scope.signals("forge", 0),
        lambda: scope.policy("forge"),
        lambda: scope.lake(["forge"]),
        lambda: scope.lake(["bakery", "forge"]),
        lambda: Acting(scope).acknowledge(world.foreign.reference),
        lambda: Acting(scope).reveal(world.foreign.reference, REASON),
    ):
        with pytest.raises(Http404):
            question()


def test_the_provider_sees_all_clients(world: Furnished, scope_of: Callable[..., Scope]) -> None:
    scope = scope_of(Role.ANALYST)

    assert {each.incident.tenant for each in scope.incidents()} == {"bakery", "forge"}
    assert scope.count_incidents("forge") == (1, 1)


def test_an_analyst_of_one_client_sees_that_client_only(
    world: Furnished, scope_of: Callable[..., Scope]
) -> None:
    scope = scope_of(Role.ANALYST, "forge")

    assert [each.incident.tenant for each in scope.incidents()] == ["forge"]
    assert not scope.viewer.may(Permission.SEE)


@pytest.mark.parametrize("role", [Role.PARTNER, Role.EXAMINER])
def test_names_machines_and_inner_addresses_are_masked(
    world: Furnished, scope_of: Callable[..., Scope], role: Role
) -> None:
    shown = scope_of(role).incident(world.own.reference)

    told = msgspec.json.encode(shown.incident).decode()
    assert shown.masked
    for name in (PERSON_NAME, MACHINE_NAME, "10.1.2.3", "bakery.example"):
        assert name not in told
    assert ATTACKER in told
    assert story(shown.incident).startswith(f"{ATTACKER} tried 64 VPN passwords for")


def test_a_masked_name_is_the_same_everywhere_of_one_client_and_no_other(
    world: Furnished, scope_of: Callable[..., Scope]
) -> None:
    scope = scope_of(Role.PARTNER)
    world.stores.answering.record([a_signal("bakery", "later", rule="other", addresses=())], now())

    signals = scope.signals("bakery", 0)
    assert len({signal.users for signal in signals}) == 1
    assert scope.masker("forge").code("user", PERSON_NAME) not in signals[0].users


def test_a_reveal_has_a_reason_ends_and_is_kept(
    world: Furnished, scope_of: Callable[..., Scope]
) -> None:
    scope = scope_of(Role.PARTNER, reveals=1)
    acting = Acting(scope)

    with pytest.raises(BadInputError, match="reason"):
        acting.reveal(world.own.reference, "because")
    acting.reveal(world.own.reference, REASON)

    assert PERSON_NAME in story(scope.incident(world.own.reference).incident)
    kept = Reveal.objects.get()
    assert (kept.tenant, kept.subject, kept.reason) == ("bakery", world.own.reference, REASON)
    later = Scope(scope.viewer, now() + 3_700_000_000)
    assert later.incident(world.own.reference).masked
    with pytest.raises(BadInputError, match="used up"):
        acting.reveal(world.own.reference, REASON)


def test_a_client_may_mask_its_names_for_the_provider_too(
    world: Furnished, scope_of: Callable[..., Scope]
) -> None:
    scope = scope_of(Role.ANALYST)
    ClientPreferences.objects.create(tenant="bakery", masks_staff=True)

    assert scope.incident(world.own.reference).masked
    assert not scope.incident(world.foreign.reference).masked


def test_what_somebody_did_is_in_the_record_and_stays(
    world: Furnished, scope_of: Callable[..., Scope]
) -> None:
    scope = scope_of(Role.ANALYST)

    changed = Acting(scope, "192.0.2.9").acknowledge(world.own.reference)

    assert changed.state is IncidentState.ACKNOWLEDGED
    entry = Entry.objects.get()
    assert (entry.verb, entry.subject, entry.tenant, entry.role, entry.address) == (
        "incident.acknowledge", world.own.reference, "bakery", "analyst", "192.0.2.9",
    )  # fmt: skip
    entry.verb = "nothing"
    with pytest.raises(DefectError):
        entry.save()
    with pytest.raises(DefectError):
        entry.delete()


def test_a_partner_and_an_examiner_change_nothing(
    world: Furnished, scope_of: Callable[..., Scope]
) -> None:
    for role in (Role.PARTNER, Role.EXAMINER):
        with pytest.raises(Http404):
            Acting(scope_of(role)).acknowledge(world.own.reference)
    assert not Entry.objects.exists()


def test_who_has_left_sees_nothing(world: Furnished, scope_of: Callable[..., Scope]) -> None:
    scope = scope_of(Role.OWNER)
    Membership.objects.update(ended="2026-01-01T00:00Z")

    assert viewer_of(User.objects.get(pk=scope.viewer.id), now()).grants == ()
