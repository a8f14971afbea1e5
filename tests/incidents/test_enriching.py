"""What is known of an incident's addresses and machines stands beside it."""

from collections.abc import Callable

from midwatch.incidents import Incident, Knowledge, Priority
from midwatch.incidents.address_lists import AddressList, Indicator
from midwatch.incidents.enrichment import Asset, KnownAddress

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
        f"{ADDRESS} is on the list abuse (scanner)",
        f"{ADDRESS}: NL, AS64500 Example Net",
    )
    assert (incident.priority, enriched.priority) == (Priority.P2, Priority.P1)
    assert known.enrich(enriched, now=1) == enriched


def test_without_knowledge_nothing_is_added(an_incident: Callable[..., Incident]) -> None:
    assert Knowledge().enrich(an_incident(), now=1) == an_incident()
