"""The watch watches itself."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from midwatch.detection import Alert, AlertState
from midwatch.incidents import signal_of
from midwatch.intake.parcels import Usage
from midwatch.tenants import Feed
from midwatch.watch.health import FeedHealth, HealthStore, Heartbeat
from midwatch.watch.own_alerts import OWN_RULES
from midwatch.watch.own_sentences import sentence
from midwatch.watch.rhythm import DAY, HOUR, MINUTE, SECOND, Rhythm
from midwatch.watch.self_watch import Facts, ListAge, SelfWatch, ShareOfLines, examine

NOW = 20_000 * DAY + 12 * HOUR
GATE = Feed("gate", "harbour", "main", "Gate")


def health_of(last: int, lag: int = 0) -> FeedHealth:
    rhythm = Rhythm()
    for minute in range(300, 0, -1):
        rhythm.hear(last - minute * MINUTE)
    rhythm.hear(last)
    return FeedHealth("gate", "harbour", last, lag, rhythm)


def texts(facts: Facts) -> list[tuple[str, str]]:
    return [(finding.kind, finding.text) for finding in examine(facts)]


def test_a_speaking_source_is_no_concern() -> None:
    facts = Facts(NOW, feeds=[GATE], health={"gate": health_of(NOW - MINUTE)})

    assert texts(facts) == []


def test_a_source_that_wrote_without_a_pause_is_not_said_to_pause_for_no_time() -> None:
    rhythm = Rhythm()
    for time in range(NOW - 20 * MINUTE, NOW - 6 * MINUTE + 1, SECOND // 2):
        rhythm.hear(time)
    health = FeedHealth("gate", "harbour", NOW - 6 * MINUTE, 0, rhythm)

    assert texts(Facts(NOW, feeds=[GATE], health={"gate": health})) == [
        ("silence", "Gate has been silent for 6 minutes; usually it writes every second.")
    ]


def test_a_few_lines_to_try_a_new_source_are_missed_after_an_hour_only() -> None:
    rhythm = Rhythm()
    for step in range(5):
        rhythm.hear(NOW - 10 * SECOND + step * SECOND)
    tried = FeedHealth("gate", "harbour", NOW - 6 * SECOND, 0, rhythm)

    assert texts(Facts(NOW + 59 * MINUTE, feeds=[GATE], health={"gate": tried})) == []
    assert texts(Facts(NOW + 60 * MINUTE, feeds=[GATE], health={"gate": tried})) == [
        (
            "silence",
            (
                "Gate has been silent for 60 minutes; it is new, and how often it writes "
                "is not known yet."
            ),
        )
    ]
    asked = msgspec.structs.replace(GATE, silence=120)
    assert texts(Facts(NOW + 2 * MINUTE, feeds=[asked], health={"gate": tried})) == [
        ("silence", "Gate has been silent for 2 minutes; usually it is for 2 minutes at most.")
    ]


def test_silence_is_an_alarm() -> None:
    facts = Facts(NOW, feeds=[GATE], health={"gate": health_of(NOW - 6 * MINUTE)})

    assert texts(facts) == [
        ("silence", "Gate has been silent for 6 minutes; usually it is for 60 seconds at most.")
    ]
    assert examine(facts)[0].tenant == "harbour"


def test_a_paused_source_may_be_silent() -> None:
    paused = Feed("gate", "harbour", "main", "Gate", paused=True)

    assert texts(Facts(NOW, feeds=[paused], health={"gate": health_of(NOW - DAY)})) == []


@pytest.mark.parametrize(
    ("facts", "kind", "text"),
    [
        (
            Facts(NOW, lists=[ListAge("feodo", "", HOUR, NOW - 3 * HOUR, "it answers 404.")]),
            "list",
            "The address list feodo was fetched last 3 hours ago. it answers 404.",
        ),
        (
            Facts(NOW, places={"/geo": "it is missing"}),
            "places",
            "Countries and networks are not told: it is missing",
        ),
        (
            Facts(NOW, feeds=[GATE], shares={"gate": ShareOfLines(100, 10, 1000, 990)}),
            "drift",
            "Of the lines of Gate 10% are understood, 99% were before.",
        ),
        (
            Facts(NOW, feeds=[GATE], health={"gate": health_of(NOW, lag=-2 * HOUR)}),
            "clock",
            "Events of Gate are 2 hours ahead of our clock. That looks like a time zone.",
        ),
        (
            Facts(NOW, expected_processes=["intake"]),
            "process",
            "The process intake has never started.",
        ),
        (
            Facts(
                NOW,
                expected_processes=["intake"],
                heartbeats=[Heartbeat("intake", 7, 0, NOW - MINUTE, {})],
            ),
            "process",
            "The process intake last beat 60 seconds ago.",
        ),
        (
            Facts(NOW, canary=NOW - 10 * MINUTE, canary_every=MINUTE),
            "canary",
            "No test line came through the chain for 10 minutes.",
        ),
        (Facts(NOW, spool=Usage(7, 95, 100, None)), "spool", "95% of the spool's room is used."),
        (Facts(NOW, disk={"/srv": 0.97}), "disk", "97% of the disk under /srv is used."),
        (
            Facts(NOW, certificates={"tls.pem": NOW + 5 * DAY}),
            "certificate",
            "The certificate tls.pem expires in 5 days.",
        ),
        (Facts(NOW, certificates={"tls.pem": NOW}), "certificate", "The certificate tls.pem has expired."),
        (
            Facts(NOW, damaged={"/lake/set-aside": 1}),
            "damage",
            "1 damaged file of the lake is set aside in /lake/set-aside; its events are missing.",
        ),
        (Facts(NOW, rules={"sigma": NOW - 40 * DAY}), "rules", "The rules of sigma are 40 days old."),
    ],
    ids=lambda value: value if isinstance(value, str) and " " not in value else "",
)  # fmt: skip
def test_what_is_wrong_is_told_in_a_sentence(facts: Facts, kind: str, text: str) -> None:
    assert texts(facts) == [(kind, text)]
    assert kind in OWN_RULES


def test_nothing_is_wrong_where_all_is_well() -> None:
    facts = Facts(
        NOW,
        feeds=[GATE],
        health={"gate": health_of(NOW, lag=3 * SECOND)},
        shares={"gate": ShareOfLines(100, 98, 1000, 990)},
        heartbeats=[Heartbeat("intake", 7, 0, NOW - SECOND, {})],
        expected_processes=["intake"],
        spool=Usage(7, 10, 100, None),
        disk={"/srv": 0.5},
        damaged={"/lake/set-aside": 0},
        canary=NOW - MINUTE,
        canary_every=MINUTE,
        certificates={"tls.pem": NOW + 90 * DAY},
        rules={"sigma": NOW - DAY},
    )

    assert examine(facts) == []


class Sink:
    def __init__(self) -> None:
        self.taken: list[tuple[str, Alert]] = []

    def take(self, tenant: str, alerts: Sequence[Alert], now: int) -> None:
        assert now
        self.taken.extend((tenant, alert) for alert in alerts)


def test_what_began_and_ended_is_one_alert(tmp_path: Path) -> None:
    sink = Sink()
    watch = SelfWatch(HealthStore(tmp_path / "state.sqlite"), sink, "provider")
    silent = Facts(NOW, feeds=[GATE], health={"gate": health_of(NOW - HOUR)}, disk={"/": 0.99})

    watch.run_once(silent)
    watch.run_once(Facts(NOW + MINUTE, feeds=silent.feeds, health=silent.health, disk=silent.disk))
    watch.run_once(Facts(NOW + 2 * MINUTE, feeds=[GATE], health={"gate": health_of(NOW)}))

    alerts = {(tenant, alert.id): alert for tenant, alert in sink.taken}
    assert {tenant: alert.rule.id for (tenant, _), alert in alerts.items()} == {
        "harbour": "midwatch-silence",
        "provider": "midwatch-disk",
    }
    assert {alert.state for alert in alerts.values()} == {AlertState.CLOSED}
    assert {alert.last for alert in alerts.values()} == {NOW + 2 * MINUTE}
    assert sum(alert.state is AlertState.CLOSED for _, alert in sink.taken) == 2


def test_what_is_said_is_kept_with_its_figures_and_changes_only_as_it_is_read(
    tmp_path: Path,
) -> None:
    sink, store = Sink(), HealthStore(tmp_path / "state.sqlite")
    watch = SelfWatch(store, sink, "provider")
    for seconds in (0, 5, 10):
        watch.run_once(Facts(NOW + seconds * SECOND, feeds=[GATE], health={"gate": health_of(NOW - HOUR)}))  # fmt: skip

    [kept] = store.concerns()
    assert kept.told == {"case": "silence", "name": "Gate", "lasted": HOUR, "usual": 20 * MINUTE}
    signals = {repr(signal_of(tenant, alert).told) for tenant, alert in sink.taken}
    assert signals == {repr(dict(kept.told))}
    assert kept.text == sentence("silence", kept.told)
    [ended] = store.relieve("silence", ["gate"], NOW + MINUTE)
    assert ended.told == kept.told


def test_a_list_that_is_late_but_once_is_no_concern() -> None:
    late = ListAge("feodo", "harbour", HOUR, NOW - 2 * HOUR + 1, "it answers 404.")

    assert texts(Facts(NOW, lists=[late])) == []
    assert [each.tenant for each in examine(Facts(NOW + 1, lists=[late]))] == ["harbour"]
