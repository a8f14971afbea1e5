"""What is known of an incident's addresses and machines stands beside it."""

from collections.abc import Callable

import msgspec
import pytest

from midwatch.incidents import Incident, Knowledge, Priority
from midwatch.incidents.address_lists import AddressList, Effect, Indicator
from midwatch.incidents.enrichment import Asset, KnownAddress
from midwatch.incidents.grouping import HOUR
from midwatch.incidents.incident import raise_level
from midwatch.kernel import Level

ADDRESS = "198.51.100.7"


class Somewhere:
    def place_of(self, address: str | None) -> tuple[str | None, str | None]:
        return ("NL", "AS64500 Example Net") if address == ADDRESS else (None, None)


def test_notes_say_who_it_is_and_a_vital_machine_is_more_urgent(
    an_incident: Callable[..., Incident],
) -> None:
    known = Knowledge(
        assets=[Asset("the domain controller", host="DC1", vital=True)],
        known=[KnownAddress("198.51.100.0/24", "our tester")],
        lists=[AddressList(name="abuse", fetched=0, indicators=(Indicator(ADDRESS, "scanner"),))],
        places=Somewhere(),
    )
    incident = an_incident(hosts=("dc1",))
    enriched = known.enrich(incident, now=1)

    assert enriched.notes == (
        "the domain controller is a vital machine",
        f"{ADDRESS} is known: our tester",
        f"{ADDRESS} is on the list abuse (scanner), which was fetched within the hour",
        f"{ADDRESS}: NL, AS64500 Example Net",
    )
    assert (incident.priority, enriched.priority) == (Priority.P2, Priority.P1)
    assert known.enrich(enriched, now=1) == enriched


def test_without_knowledge_nothing_is_added(an_incident: Callable[..., Incident]) -> None:
    assert Knowledge().enrich(an_incident(), now=1) == an_incident()


def listed(effect: Effect = Effect.RAISE) -> AddressList:
    return AddressList(
        name="feodo", fetched=0, indicators=(Indicator(ADDRESS, "botnet"),), effect=effect
    )


@pytest.mark.parametrize(
    ("facts", "level"),
    [
        ({"level": Level.LOW}, Level.MEDIUM),
        ({"level": Level.MEDIUM}, Level.HIGH),
        ({"level": Level.HIGH}, Level.HIGH),
        ({"level": Level.CRITICAL}, Level.CRITICAL),
        ({"level": Level.LOW, "success": True}, Level.CRITICAL),
    ],
)
def test_a_listed_address_lifts_an_incident_once(
    an_incident: Callable[..., Incident], facts: dict[str, object], level: Level
) -> None:
    known = Knowledge(lists=[listed()])
    incident = an_incident(**facts)

    grounds = known.grounds(incident, now=3 * HOUR)

    assert grounds is not None
    assert grounds[0] is level
    assert "on the list feodo (botnet), which was 3 hours old" in grounds[1]
    raised = raise_level(incident, grounds[0], now=1, why=grounds[1])
    assert known.grounds(raised, now=3 * HOUR) == grounds


def test_what_is_only_noted_known_or_over_lifts_nothing(
    an_incident: Callable[..., Incident],
) -> None:
    incident = an_incident(level=Level.LOW)
    tester = KnownAddress("198.51.100.0/24", "our tester")
    old = msgspec.structs.replace(listed(), expires=5)

    assert Knowledge(lists=[listed(Effect.NOTE)]).grounds(incident, 1) is None
    assert Knowledge(lists=[listed()], known=[tester]).grounds(incident, 1) is None
    assert Knowledge(lists=[old]).grounds(incident, 5) is None
    assert Knowledge(lists=[old]).grounds(incident, 4) is not None


def test_an_address_that_was_reached_is_told_with_its_list(
    an_incident: Callable[..., Incident],
) -> None:
    incident = an_incident(addresses=("10.0.0.9",), targets=(ADDRESS,))
    enriched = Knowledge(lists=[listed()]).enrich(incident, now=50 * HOUR)

    assert enriched.notes == (f"{ADDRESS} is on the list feodo (botnet), which was 2 days old",)
