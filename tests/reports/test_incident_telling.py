"""An incident in one sentence."""

from datetime import UTC
from typing import Any

import msgspec
import pytest

from midwatch.incidents import (
    OWN_CATEGORY,
    Disposition,
    Incident,
    IncidentState,
    Signal,
    answer,
    open_incident,
)
from midwatch.incidents.grouping import Grouping, add, open_self, open_storm
from midwatch.incidents.incident import move
from midwatch.kernel import Level
from midwatch.reports.incident_telling import notes, standing, steps, story, when

MINUTE = 60_000_000


def a_signal(name: str = "a1", **changes: Any) -> Signal:
    plain = Signal(
        id=name,
        tenant="office",
        rule="vpn-guessing",
        title="VPN passwords guessed",
        kind="VPN guessing",
        level=Level.HIGH,
        category="credential_attack",
        first=0,
        last=120 * MINUTE,
        count=64,
        addresses=("198.51.100.7",),
        users=("j.ortiz",),
        services=("vpn",),
        todo=("reset the password.",),
    )
    return msgspec.structs.replace(plain, **changes)


@pytest.fixture
def incident() -> Incident:
    return open_incident(a_signal(), Grouping(), 0)


def test_it_is_told_like_a_finding(incident: Incident) -> None:
    assert story(incident) == ('198.51.100.7 tried 64 VPN passwords for "j.ortiz" in 2 hours')
    assert when(incident, UTC) == "1 Jan 00:00–02:00"
    assert steps(incident) == ("reset the password",)


def test_the_gravest_of_its_findings_is_told_and_why_it_is_graver(incident: Incident) -> None:
    success = a_signal("a2", success=True, first=1, last=1, count=1, level=Level.HIGH)
    raised = add(incident, success, None, MINUTE)

    assert story(raised) == (
        '198.51.100.7 guessed the VPN password of "j.ortiz" after 64 tries; '
        "1 more finding belongs to it"
    )
    assert notes(raised) == ("Passwords were guessed, then a login succeeded",)


def test_the_tries_at_another_door_are_not_those_before_the_login(incident: Incident) -> None:
    elsewhere = a_signal("a2", success=True, count=2, services=("ssh",))
    another = a_signal("a3", success=True, count=2, addresses=("203.0.113.9",))

    for success in (elsewhere, another):
        assert "after 2 tries" in story(add(incident, success, None, MINUTE))


def test_what_the_watch_says_of_itself_is_told_in_its_own_words() -> None:
    own = a_signal(
        category=OWN_CATEGORY, meaning='Source "wall" has sent nothing for 3 hours.', attempt=False
    )

    assert story(open_incident(own, Grouping(), 0)) == (
        'Source "wall" has sent nothing for 3 hours'
    )


def test_a_storm_says_how_many_of_what_kind() -> None:
    storm = open_storm(a_signal(), 0)
    for number in range(3):
        storm = add(storm, a_signal(f"s{number}", kind="port scan"), None, 1)

    assert story(storm) == (
        "A storm of 4 alerts from at least 1 address, told as one: "
        "port scan (3) and VPN guessing (1)"
    )


def test_where_it_stands_is_told_in_words(incident: Incident) -> None:
    assert standing(incident, 12 * MINUTE) == "new, nobody has answered for 12 minutes"
    answered = answer(incident, by="ana", now=4 * MINUTE)
    assert standing(answered, 9 * MINUTE) == "acknowledged, answered by ana after 4 minutes"
    over = move(
        answered,
        IncidentState.RESOLVED,
        by="ana",
        now=9 * MINUTE,
        disposition=Disposition.FALSE_POSITIVE,
    )
    assert standing(over, 9 * MINUTE) == "resolved as false positive"


def test_what_attackers_write_stays_visible_and_on_one_line() -> None:
    hostile = open_self("operator", "x", "bad\r\n\x1b[2Jname", 0, 0)

    assert story(hostile) == "bad\\r\\n\\x1b[2Jname"
