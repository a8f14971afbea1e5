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
from midwatch.desk.rehearsal import Furnished, a_signal, now
from midwatch.desk.theme import own_alarms, stories
from midwatch.incidents import Disposition, IncidentKind, IncidentState, signal_of
from midwatch.reports import incident_telling
from midwatch.reports.telling import sentence
from midwatch.watch import own_sentences
from midwatch.watch.health import Concern
from midwatch.watch.own_alerts import OWN_RULES, alert_of
from midwatch.watch.rhythm import DAY, HOUR, MINUTE, SECOND

pytestmark = pytest.mark.any_database

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


FIGURES: dict[str, str | int] = {
    "name": "Gate", "lasted": 7 * HOUR, "usual": 90 * MINUTE, "ahead": 45 * SECOND,
    "left": 3 * DAY, "now": 10, "before": 99, "share": 95, "count": 1_200, "why": "It is gone.",
}  # fmt: skip


@pytest.mark.parametrize("case", sorted(own_sentences.SENTENCES))
def test_what_the_watch_says_of_itself_is_the_same_in_english_and_told_in_german(
    case: str,
) -> None:
    said = {name: value for name, value in FIGURES.items()
            if f"%({name})s" in own_sentences.SENTENCES[case]}  # fmt: skip
    text = own_sentences.sentence(case, said)
    each = Concern("k", "s", "bakery", 0, 0, None, text, {"case": case, **said})
    with override("en"):
        assert own_alarms.concern(each) == text
    with override("de"):
        german = own_alarms.concern(each)
    assert german != text
    assert "%" not in german.replace("%", "", text.count("%"))
    assert "Gate" in german or "Gate" not in text


def test_titles_and_steps_of_the_watch_are_all_told_in_german() -> None:
    rules = OWN_RULES.values()
    assert set(own_alarms.SENTENCES) == set(own_sentences.SENTENCES)
    with override("en"):
        assert {rule.id: rule.title for rule in rules} == {
            name: str(title) for name, title in own_alarms.TITLES.items()
        }
        assert {step: step for rule in rules for step in rule.advice.todo} == {
            name: str(step) for name, step in own_alarms.STEPS.items()
        }
    with override("de"):
        for english, told in own_alarms.STEPS.items():
            assert str(told) != english
        assert not {str(each) for each in own_alarms.TITLES.values()} & {r.title for r in rules}


def test_an_alarm_of_an_earlier_version_is_told_as_it_was_written() -> None:
    old = Concern("silence", "gate", "bakery", 0, 0, None, "It was silent.")
    strange = msgspec.structs.replace(old, told={"case": "silence", "name": "Gate"})
    for each in (old, strange, msgspec.structs.replace(old, told={"case": "unheard-of"})):
        assert own_alarms.concern(each) == "It was silent."


def test_a_silent_source_is_told_in_german_on_every_page(
    world: Furnished, visitor: Callable[..., Client]
) -> None:
    figures: dict[str, str | int] = {
        "case": "silence",
        "name": "Wand",
        "lasted": 7 * HOUR,
        "usual": 90 * MINUTE,
    }
    text = own_sentences.sentence("silence", figures)
    each = world.stores.health.concern("silence", "bakery-wall", "bakery", now(), text, figures)
    world.stores.answering.record([signal_of("bakery", alert_of(each))], now())
    reference = next(
        one.reference for one in world.stores.incidents.incidents("bakery")
        if one.signals[0].rule == "midwatch-silence"
    )  # fmt: skip
    analyst = visitor(Role.ANALYST)
    english = analyst.get(f"/incident/{reference}/").content.decode()
    assert "Wand has been silent for 7 hours" in english
    User.objects.update(language="de")
    for path in (f"/incident/{reference}/", "/queue/night/", "/incidents/", "/c/bakery/"):
        page = analyst.get(path).content.decode()
        assert "has been silent" not in page, path
        assert "Source silent" not in page, path
        assert "on and reachable" not in page, path
        assert "Wand" in page, path
    masked = visitor(Role.PARTNER).get(f"/incident/{reference}/").content.decode()
    assert "bakery-wall" not in masked
