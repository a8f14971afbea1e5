"""What is wrong with the watch, as alerts."""

from midwatch.incidents import Grouping, Signal, open_incident, signal_of
from midwatch.incidents.incident import Incident
from midwatch.reports.incident_telling import story
from midwatch.watch.health import Concern
from midwatch.watch.own_alerts import OWN_RULES, alert_of


def silence_of(feed: str) -> Concern:
    return Concern("silence", feed, "harbour", 0, 0, None, f"{feed} has been silent for 3 hours.")


def opened(concern: Concern) -> Incident:
    return open_incident(signal_of(concern.tenant, alert_of(concern)), Grouping(), 0)


def test_two_silent_sources_are_two_incidents_and_each_names_its_source() -> None:
    gate, mail = opened(silence_of("gate")), opened(silence_of("mail"))

    assert gate.id != mail.id
    assert set(gate.keys).isdisjoint(mail.keys)
    assert story(gate) == "gate has been silent for 3 hours"
    assert story(mail) == "mail has been silent for 3 hours"


def test_every_kind_of_concern_says_what_to_do() -> None:
    for kind in OWN_RULES:
        concern = Concern(kind, "gate", "harbour", 0, 0, None, "This is wrong.")
        signal: Signal = signal_of("harbour", alert_of(concern))

        assert signal.meaning == "This is wrong."
        assert signal.todo, kind
