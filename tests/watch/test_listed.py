"""Logins from listed addresses and contacts with them are alerts of their own."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from midwatch.detection import Alert
from midwatch.events.batch import EventBatch
from midwatch.events.catalogue import all_sources
from midwatch.events.reading import LineReader
from midwatch.events.timestamps import ClockContext
from midwatch.incidents import Incidents, Knowledge, signal_of
from midwatch.incidents.address_lists import AddressList, Effect, Indicator
from midwatch.incidents.enrichment import KnownAddress
from midwatch.paging import SqliteIncidents
from midwatch.rules import RuleSet
from midwatch.watch.listed import ListedSight
from midwatch.watch.rhythm import HOUR
from midwatch.watch.tenant_watch import SharedRules, TenantWatch

LISTED, OTHER = "203.0.113.9", "198.51.100.7"
NOW = 1_790_000_000_000_000
LOGIN = "Sep 21 13:{:02}:00 gate sshd[77]: Accepted password for mia from {} port 4000 ssh2"
FAILED = "Sep 21 13:00:00 gate sshd[77]: Failed password for mia from {} port 4000 ssh2"
ALLOWED = (
    'date=2026-09-21 time=13:00:00 devname="gate" devid="FG1" logid="0000000013" type="traffic" '
    'subtype="forward" level="notice" srcip=10.0.0.5 srcport=4000 dstip={} dstport=443 proto=6 '
    'action="{}" policyid=1 service="HTTPS"'
)


def batches(*lines: str) -> Sequence[EventBatch]:
    return LineReader(all_sources(), ClockContext(reference=NOW)).read(list(lines), 0).batches


def a_list(effect: Effect = Effect.RAISE) -> AddressList:
    return AddressList(
        name="feodo", fetched=NOW - 3 * HOUR, indicators=(Indicator(LISTED, "botnet"),),
        effect=effect,
    )  # fmt: skip


def alerts(known: Knowledge, *lines: str) -> list[Alert]:
    sight = ListedSight(lambda tenant: known if tenant == "harbour" else None, lambda: NOW)
    watch = TenantWatch("harbour", SharedRules(RuleSet.empty()), sight.matches)
    return watch.take([("gate", batch) for batch in batches(*lines)])


def test_a_login_from_a_listed_address_is_an_alert_and_others_are_none() -> None:
    known = Knowledge(lists=[a_list()])
    lines = [
        LOGIN.format(1, OTHER), LOGIN.format(2, LISTED), LOGIN.format(3, LISTED),
        FAILED.format(LISTED),
    ]  # fmt: skip

    found = alerts(known, *lines)

    assert [(each.rule.name, each.count, each.group["src_ip"]) for each in found] == [
        ("listed-login", 1, LISTED)
    ]
    assert [each.id for each in alerts(known, *lines)] == [each.id for each in found]


@pytest.mark.parametrize(
    ("effect", "line", "count"),
    [
        (Effect.RAISE, ALLOWED.format(LISTED, "accept"), 1),
        (Effect.NOTE, ALLOWED.format(LISTED, "accept"), 0),
        (Effect.RAISE, ALLOWED.format(LISTED, "deny"), 0),
        (Effect.RAISE, ALLOWED.format(OTHER, "accept"), 0),
        (Effect.NOTE, LOGIN.format(1, LISTED), 1),
    ],
)
def test_a_contact_counts_where_the_list_is_there_to_raise(
    effect: Effect, line: str, count: int
) -> None:
    assert len(alerts(Knowledge(lists=[a_list(effect)]), line)) == count


def test_what_the_client_knows_is_no_alert_and_neither_is_another_clients_list() -> None:
    tester = KnownAddress("203.0.113.0/24", "our tester")

    assert alerts(Knowledge(lists=[a_list()], known=[tester]), LOGIN.format(1, LISTED)) == []
    sight = ListedSight(lambda _tenant: Knowledge(), lambda: NOW)
    assert sight.matches("quay", batches(LOGIN.format(1, LISTED))[0]) == []


def test_the_incident_is_critical_from_its_first_message_and_names_the_list(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    known = Knowledge(lists=[a_list()])
    store = SqliteIncidents(tmp_path_factory.mktemp("state") / "state.sqlite")
    incidents = Incidents(store, lambda _tenant: None, knowledge_of=lambda _tenant: known)

    done = incidents.record(
        [signal_of("harbour", each) for each in alerts(known, LOGIN.format(1, LISTED))], NOW
    )

    incident = incidents.get(done.incidents[0])
    assert (incident.level.value, incident.alarm, incident.alarm_cause.value) == (
        "critical", 1, "opened",
    )  # fmt: skip
    assert f"{LISTED} is on the list feodo (botnet), which was 3 hours old" in incident.notes
    assert "somebody got in from" in incident.history[-1].why
    store.close()
