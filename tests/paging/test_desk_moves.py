"""What a desk does, kept in a real state file: merged, split, written to clients, listed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest

from midwatch.incidents import DeliveryState, IncidentState, Priority, Signal
from midwatch.incidents.policies import Reach
from midwatch.kernel import BadInputError, Level
from midwatch.paging import Message, Selection, SqliteIncidents

T0 = 1_794_528_600_000_000
MINUTE = 60_000_000
MakeSignal = Callable[..., Signal]


def two(desk: Any, a_signal: MakeSignal) -> tuple[Any, Any]:
    other = a_signal("b1", addresses=("203.0.113.9",), users=("mia",), level=Level.LOW)
    desk.incidents.record([a_signal("a1"), other], T0)
    first, second = sorted(desk.store.incidents("office"), key=lambda each: each.level.rank)[::-1]
    return first, second


def test_after_a_merge_alerts_of_both_join_the_one_that_stays(
    desk: Any, a_signal: MakeSignal
) -> None:
    first, second = two(desk, a_signal)

    desk.incidents.merge(second.reference, first.reference, by="Ana", now=T0 + MINUTE)
    more = a_signal("b2", addresses=("203.0.113.9",), users=("zoe",))
    grown = a_signal("b1", addresses=("203.0.113.9",), users=("mia",), count=99, level=Level.LOW)
    outcome = desk.incidents.record([more, grown], T0 + 2 * MINUTE)

    assert outcome.incidents == (first.id,)
    kept = desk.store.incident(first.id)
    assert (kept.alerts, kept.events) == (3, 64 + 64 + 99)
    assert {each.id for each in desk.store.signals_in(first.id)} == {"a1", "b1", "b2"}
    assert desk.store.signals_in(second.id) == []
    assert desk.store.candidates("office", second.keys) == [kept]
    assert desk.store.incident(second.id).duplicate_of == first.id


def test_after_a_split_alerts_join_the_incident_that_has_their_kind(
    desk: Any, a_signal: MakeSignal
) -> None:
    first, second = two(desk, a_signal)
    whole = desk.incidents.merge(second.id, first.id, by="Ana", now=T0 + MINUTE)

    new = desk.incidents.split(whole.id, ["b1"], by="Ana", now=T0 + 2 * MINUTE)
    desk.incidents.record([a_signal("b2", addresses=("203.0.113.9",), users=())], T0 + 3 * MINUTE)

    assert {each.id for each in desk.store.signals_in(new.id)} == {"b1", "b2"}
    assert {each.id for each in desk.store.signals_in(whole.id)} == {"a1"}


def test_a_merge_that_is_refused_changes_nothing(desk: Any, a_signal: MakeSignal) -> None:
    first, second = two(desk, a_signal)
    before = desk.store.incidents("office")

    with pytest.raises(BadInputError):
        desk.incidents.merge(first.id, first.id, by="Ana", now=T0 + 1)
    with pytest.raises(BadInputError):
        desk.incidents.split(second.id, ["b1"], by="Ana", now=T0 + 1)
    assert desk.store.incidents("office") == before


class Kept:
    def __init__(self) -> None:
        self.messages: list[tuple[Message, str]] = []

    def send(self, message: Message, address: str) -> str:
        self.messages.append((message, address))
        return "kept"


def test_a_notice_goes_out_as_written_and_leaves_the_escalation_alone(
    desk: Any, a_signal: MakeSignal
) -> None:
    kept = desk.channels["kept"] = Kept()
    desk.policy("office", ("kept", "ana"))
    desk.incidents.record([a_signal()], T0)
    desk.pager.run_once(T0)
    [incident] = desk.store.incidents("office")

    desk.incidents.tell(
        incident.id, Reach("kept", "owner@office.test"), "The owner", "About last night",
        "Dear owner,\n\nnobody got in.\x1b[2J", by="Ana", now=T0 + MINUTE,
    )  # fmt: skip
    desk.incidents.acknowledge(incident.id, by="Ana", now=T0 + MINUTE)
    desk.pager.run_once(T0 + 2 * MINUTE)

    assert [address for _message, address in kept.messages] == ["ana", "owner@office.test"]
    message = kept.messages[1][0]
    assert message.subject.endswith("About last night")
    assert message.text.startswith("Dear owner,\n\nnobody got in.")
    assert "\x1b" not in message.text
    sent = desk.store.deliveries(incident.id)[-1]
    assert (sent.state, sent.alarm) == (DeliveryState.SENT, 0)
    history = desk.store.incident(incident.id).history
    assert "wrote to the client: About last night" in [change.why for change in history]


def test_an_unanswered_incident_is_escalated_in_spite_of_a_notice(
    desk: Any, a_signal: MakeSignal
) -> None:
    kept = desk.channels["kept"] = Kept()
    desk.policy("office", ("kept", "ana"))
    desk.incidents.record([a_signal()], T0)
    [incident] = desk.store.incidents("office")
    desk.incidents.tell(incident.id, Reach("kept", "x"), "x", "Hello", "there", by="Ana", now=T0)

    desk.pager.run_once(T0)

    assert sorted(address for _message, address in kept.messages) == ["ana", "x"]


def test_an_empty_notice_is_refused(desk: Any, a_signal: MakeSignal) -> None:
    desk.incidents.record([a_signal()], T0)
    [incident] = desk.store.incidents("office")

    with pytest.raises(BadInputError, match="subject"):
        desk.incidents.tell(incident.id, Reach("mail", "x"), "x", " ", "text", by="Ana", now=T0)
    assert desk.store.deliveries(incident.id) == []


def test_a_list_is_narrowed_and_begins_with_what_needs_a_person(
    desk: Any, a_signal: MakeSignal
) -> None:
    for spot, level in enumerate((Level.LOW, Level.CRITICAL, Level.HIGH, Level.MEDIUM)):
        signal = a_signal(f"s{spot}", level=level, addresses=(f"203.0.113.{spot}",), users=())
        desk.incidents.record([signal], T0 + spot)
    found = desk.store.queue(Selection(tenants=["office"]))
    desk.incidents.acknowledge(found[0].id, by="Ana", now=T0 + MINUTE)

    def listed(**wanted: Any) -> list[str]:
        return [each.priority.value for each in desk.store.queue(Selection(**wanted))]

    assert [each.priority.value for each in found] == ["P1", "P2", "P3", "P4"]
    assert listed() == ["P2", "P3", "P4", "P1"]
    assert listed(priorities=(Priority.P1, Priority.P4)) == ["P4", "P1"]
    assert listed(states=(IncidentState.ACKNOWLEDGED,)) == ["P1"]
    assert listed(waiting=True, alarmed_after=T0) == ["P2", "P3"]
    assert listed(opened_from=T0 + 1, opened_before=T0 + 3) == ["P2", "P1"]
    assert listed(only=[found[2].id]) == ["P3"]
    assert listed(only=[]) == listed(tenants=[]) == []
    assert desk.store.count(Selection(tenants=["office"])) == (4, 3)


def test_a_state_file_of_an_older_version_gets_its_order(desk: Any, a_signal: MakeSignal) -> None:
    desk.incidents.record([a_signal("a1", level=Level.MEDIUM)], T0)
    desk.store.close()
    with sqlite3.connect(desk.path) as old:
        for index in (
            "incident_for_desks",
            "incident_not_resolved",
            "incident_key_by_incident",
            "signal_by_incident",
            "incident_break_in",
        ):
            old.execute(f"DROP INDEX {index}")
        old.execute("ALTER TABLE incident DROP COLUMN priority")
        old.execute("ALTER TABLE incident DROP COLUMN alarmed")
        old.execute("UPDATE midwatch_version SET version = 1 WHERE component = 'paging'")
    old.close()

    desk.store = SqliteIncidents(desk.path)

    wanted = Selection(priorities=(Priority.P3,), alarmed_after=T0 - 1)
    assert desk.store.count(wanted) == (1, 1)
    assert desk.store.count(Selection(alarmed_after=T0)) == (0, 0)
