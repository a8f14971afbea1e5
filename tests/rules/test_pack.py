"""The contract of every rule of our own pack: one test walks all the folders.

Each folder brings log lines of real products that must raise its rules and near misses
that must not. Both are read by the real reader and judged by the real engine, with all
rules loaded, so that a rule that steals or drowns another's events is found as well.
"""

import functools
import re
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from ipaddress import IPv4Address, ip_address, ip_network
from pathlib import Path

import pytest

import midwatch.rules
from midwatch.detection import Alert, AlertState, Correlator, Detector
from midwatch.events.catalogue import all_sources
from midwatch.events.reading import LineReader
from midwatch.events.recognition import Recogniser
from midwatch.events.timestamps import ClockContext
from midwatch.kernel import Level
from midwatch.rules import AnyRule, load_rules

PACK = Path(midwatch.rules.__path__[0]) / "pack"
RULES = load_rules([PACK])
FOLDERS = sorted(path.parent.relative_to(PACK).as_posix() for path in PACK.rglob("rule.yml"))
ALERTING = [rule for rule in RULES if rule.alone]
SERVING = [rule for rule in RULES if not rule.alone]
CATEGORIES = {
    "anomalous_login",
    "credential_attack",
    "dos",
    "exploit_attempt",
    "host_compromise",
    "ids_alert",
    "mail_abuse",
    "other",
    "port_scan",
    "web_scan",
}
REFERENCE = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp() * 1_000_000)
INVENTED = [
    ip_network(network)
    for network in (
        "192.0.2.0/24",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "10.0.0.0/8",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "0.0.0.0/32",
    )
]
TECHNIQUE = re.compile(r"attack\.t\d{4}(?:\.\d{3})?")
TACTIC = re.compile(r"attack\.[a-z][a-z-]+")
ADDRESS = re.compile(r"(?<![\w./:%-])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\w.])")
MOST_STEPS = 3


@functools.cache
def recogniser() -> Recogniser:
    return Recogniser(all_sources())


@functools.cache
def detector() -> Detector:
    return Detector(RULES)


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def alerts_of(lines: Sequence[str]) -> list[Alert]:
    reader = LineReader((), ClockContext(REFERENCE), recogniser=recogniser())
    correlator = Correlator(RULES)
    read = reader.read(lines, 1)
    alerts = correlator.feed(list(detector().match_batches(read.batches)), origin="sample")
    alerts += correlator.flush()
    return [alert for alert in alerts if alert.state is AlertState.CLOSED]


def rules_in(folder: str) -> list[AnyRule]:
    return [rule for rule in ALERTING if Path(rule.path).parent.as_posix() == folder]


def named(rule: AnyRule) -> str:
    return f"{rule.path}:{rule.title}"


def test_the_pack_loads_without_a_problem() -> None:
    assert RULES.problems == ()
    assert FOLDERS


def test_every_folder_holds_a_rule_and_its_samples() -> None:
    for folder in sorted({path.parent for path in PACK.rglob("*.yml")}):
        assert [path.name for path in folder.glob("*.yml")] == ["rule.yml"]
        assert lines_of(folder / "samples" / "match.log")
        assert lines_of(folder / "samples" / "quiet.log")


def test_folders_stand_under_their_kind_of_attempt() -> None:
    assert {folder.split("/", 1)[0] for folder in FOLDERS} <= CATEGORIES
    assert all(folder.count("/") == 1 for folder in FOLDERS)


@pytest.mark.parametrize("rule", [*RULES], ids=named)
def test_every_document_says_who_wrote_what_and_when(rule: AnyRule) -> None:
    assert uuid.UUID(rule.id).version == 4
    assert rule.title
    assert rule.description.endswith(".")
    assert rule.author == "Midwatch"
    assert rule.date
    assert rule.status


def test_no_two_documents_share_title_or_name() -> None:
    titles = [rule.title for rule in ALERTING]
    names = [rule.name for rule in RULES if rule.name]
    assert len(titles) == len(set(titles))
    assert len(names) == len(set(names))


@pytest.mark.parametrize("rule", SERVING, ids=named)
def test_a_rule_that_serves_others_has_a_name_and_serves_its_own_folder(rule: AnyRule) -> None:
    users = [other for other in RULES.correlations if rule.id in other.rules]
    assert rule.name
    assert {user.path for user in users} == {rule.path}


@pytest.mark.parametrize("rule", ALERTING, ids=named)
def test_a_rule_that_alerts_tells_a_person_what_to_do(rule: AnyRule) -> None:
    advice = rule.advice
    assert rule.level in Level
    assert advice.category in CATEGORIES
    assert advice.kind
    assert len(advice.kind) <= 30
    assert advice.meaning.endswith(".")
    assert 1 <= len(advice.todo) <= MOST_STEPS
    assert all(step.endswith(".") for step in advice.todo)
    assert rule.falsepositives


@pytest.mark.parametrize("rule", ALERTING, ids=named)
def test_a_rule_that_alerts_names_tactic_and_technique(rule: AnyRule) -> None:
    tags = [tag for tag in rule.tags if tag.startswith("attack.")]
    assert [tag for tag in tags if TECHNIQUE.fullmatch(tag)]
    assert [tag for tag in tags if TACTIC.fullmatch(tag)]
    assert all(TECHNIQUE.fullmatch(tag) or TACTIC.fullmatch(tag) for tag in tags)


def test_a_title_that_names_a_hole_refers_to_it() -> None:
    for rule in ALERTING:
        for hole in re.findall(r"CVE-\d{4}-\d+", rule.title):
            assert any(hole in reference for reference in rule.references), rule.title
            assert f"cve.{hole[4:]}" in rule.tags, rule.title


def test_whoever_got_in_is_never_news_of_little_weight() -> None:
    weights = {rule.level for rule in ALERTING if rule.advice.success}
    assert weights <= {Level.HIGH, Level.CRITICAL}


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_matching_lines_raise_every_rule_of_the_folder(folder: str) -> None:
    raised = {alert.rule.id for alert in alerts_of(lines_of(PACK / folder / "samples/match.log"))}
    assert [rule.title for rule in rules_in(folder) if rule.id not in raised] == []


def test_a_refused_password_of_an_unknown_name_counts_before_a_login() -> None:
    """Sigma's `contains` minds no case: the line looks like its own echo, "Invalid user"."""
    words = "from 203.0.113.9 port 4000 ssh2"
    refused = [
        f"Feb 27 05:10:{spot:02} gate sshd[7]: Failed password for invalid user oracle {words}"
        for spot in range(10)
    ]
    granted = f"Feb 27 05:11:00 gate sshd[8]: Accepted password for backup {words}"
    assert [
        alert.rule.title for alert in alerts_of([*refused, granted]) if alert.rule.advice.success
    ]


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_near_misses_raise_none_of_them(folder: str) -> None:
    raised = {alert.rule.id for alert in alerts_of(lines_of(PACK / folder / "samples/quiet.log"))}
    assert [rule.title for rule in rules_in(folder) if rule.id in raised] == []


def test_rules_that_only_serve_others_stay_silent() -> None:
    silent = {rule.id for rule in SERVING}
    for folder in FOLDERS:
        alerts = alerts_of(lines_of(PACK / folder / "samples/match.log"))
        assert not [alert.rule.title for alert in alerts if alert.rule.id in silent]


def test_the_samples_hold_invented_addresses_only() -> None:
    for sample in PACK.rglob("*.log"):
        for text in ADDRESS.findall(sample.read_text(encoding="utf-8")):
            address = ip_address(text) if _is_address(text) else None
            if isinstance(address, IPv4Address):
                assert any(address in network for network in INVENTED), f"{sample}: {text}"


def _is_address(text: str) -> bool:
    return all(int(part) < 256 for part in text.split("."))
