"""Incidents are told in the reader's language, and in English as mail and documents tell them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import msgspec
import pytest
from django.test import Client
from django.utils.translation import override

from midwatch.desk.access.roles import Role
from midwatch.desk.people.models import User
from midwatch.desk.rehearsal import Furnished, a_signal
from midwatch.desk.theme import stories
from midwatch.incidents import Disposition, IncidentKind, IncidentState
from midwatch.reports import incident_telling
from midwatch.reports.telling import sentence

CATEGORIES = (
    "anomalous_login", "credential_attack", "dos", "exploit_attempt", "mail_abuse", "port_scan",
    "web_scan", "malware", "host_compromise",
)  # fmt: skip
SHAPES: tuple[dict[str, Any], ...] = (
    {},
    {"count": 1},
    {"count": 2, "users": (), "services": ()},
    {"count": 1_200, "users": ("a", "b", "c", "d"), "services": ("web",), "paths": ("/a", "/b/c")},
    {"addresses": (), "ports": (22,), "hosts": ("one", "two")},
    {"addresses": (), "hosts": (), "ports": (22, 80, 443, 8080, 8443), "services": ("rare",)},
    {"addresses": (), "hosts": (), "users": (), "first": None, "last": None},
    {"addresses": (), "ports": (22,), "hosts": ("one",), "last": None},
    {"services": ("smb",), "paths": ("/a",), "ports": (1, 2)},
)


@pytest.mark.parametrize(("category", "shape"), list(product(CATEGORIES, SHAPES)))
@pytest.mark.parametrize("success", [False, True])
def test_the_english_is_that_of_mail_and_documents(
    category: str, shape: dict[str, Any], *, success: bool
) -> None:
    signal = a_signal("bakery", "x", category=category, success=success, **shape)
    told = incident_telling.attempt_of(signal)
    with override("en"):
        assert stories.sentence(told) == sentence(told)
    with override("de"):
        german = stories.sentence(told)
    assert "%(" not in german
    if category not in ("malware", "host_compromise") and not success:
        assert german != sentence(told)


def test_a_story_and_how_it_stands(world: Furnished) -> None:
    own, now = world.own, world.own.alarmed + 720_000_000
    many = msgspec.structs.replace(own, kinds={"a": 3, "b": 1}, alerts=4)
    storm = msgspec.structs.replace(many, kind=IncidentKind.STORM)
    answered = msgspec.structs.replace(
        own, state=IncidentState.WORKING, answered=now, answered_by="Ana"
    )
    over = [
        msgspec.structs.replace(own, state=IncidentState.RESOLVED, disposition=each)
        for each in (*Disposition, None)
    ]
    for incident in (own, many, storm, answered, *over):
        with override("en"):
            assert stories.story(incident) == incident_telling.story(incident)
            assert stories.standing(incident, now) == incident_telling.standing(incident, now)
        with override("de"):
            assert stories.standing(incident, now) != incident_telling.standing(incident, now)
    with override("de"):
        assert stories.story(own) == (
            "198.51.100.7 hat 64 VPN-Passwörter für „j.ortiz“ in 2 Stunden probiert"
        )


def test_a_german_owner_reads_german_and_a_program_english(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    owner = visitor(Role.OWNER)
    User.objects.update(language="de")
    page = owner.get("/c/bakery/").content.decode()
    assert "hat 64 VPN-Passwörter für" in page
    assert '<html lang="de"' in page
    table = owner.get("/incidents/list.csv").getvalue().decode()
    assert "tried 64 VPN passwords" in table
