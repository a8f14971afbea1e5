"""What one origin did is counted once, whoever of the rules saw it."""

from __future__ import annotations

from midwatch.detection import Alert, AlertState
from midwatch.detection import Evidence as Place
from midwatch.kernel import Level
from midwatch.reports.assembling import AttemptBook, attackers_of, kinds_of
from midwatch.reports.tally import Tally
from midwatch.reports.values import Attempt
from midwatch.rules import RuleText, compile_rules


def seen(kind: str, count: int, *services: str, origin: str = "192.0.2.9", **more: bool) -> Attempt:
    return Attempt(
        rule_id=kind,
        rule_title=kind,
        level=Level.MEDIUM,
        category="credential_attack",
        kind=kind,
        count=count,
        first=0,
        last=1,
        src_ip=origin,
        services=services,
        success=more.get("success", False),
        attempt=more.get("attempt", True),
    )


def counts(*attempts: Attempt) -> dict[str, int]:
    rows = {row.kind: row.count for row in kinds_of(attempts)}
    (attacker,) = attackers_of(attempts, Tally())
    assert attacker.count == sum(rows.values()) - sum(each.success for each in attempts)
    return rows


def test_the_kind_that_names_the_service_counts_first() -> None:
    assert counts(seen("user name guessing", 20, "ssh"), seen("SSH guessing", 20, "ssh")) == {
        "SSH guessing": 20
    }


def test_a_general_kind_counts_what_the_particular_ones_did_not_see() -> None:
    assert counts(
        seen("SSH guessing", 20, "ssh"),
        seen("mailbox guessing", 5, "mail"),
        seen("user name guessing", 32, "ssh", "mail"),
    ) == {"SSH guessing": 20, "mailbox guessing": 5, "user name guessing": 7}


def test_a_guessed_login_stands_beside_the_tries_before_it() -> None:
    assert counts(
        seen("VPN guessing", 64, "vpn"), seen("guessed logins", 64, "vpn", success=True)
    ) == {
        "VPN guessing": 64,
        "guessed logins": 1,
    }


def test_what_is_no_attempt_is_in_no_table() -> None:
    assert kinds_of([seen("logs cleared", 1, attempt=False)]) == ()


SPEEDS = """
title: Refused
name: refused
logsource: {category: any}
detection: {refused: {outcome: failure}, condition: refused}
---
title: Fast
correlation:
  {type: event_count, rules: [refused], group-by: [src_ip], timespan: 60s, condition: {gte: 6}}
level: medium
---
title: Slow
correlation:
  {type: event_count, rules: [refused], group-by: [src_ip], timespan: 15m, condition: {gte: 10}}
level: low
---
title: Names
correlation:
  type: value_count
  rules: [refused]
  group-by: [src_ip]
  timespan: 15m
  condition: {gte: 4, field: user}
level: low
"""


def told(*alerts: tuple[str, int, int, int]) -> list[tuple[str, int, int | None, int | None]]:
    """The attempts of closed alerts (rule, first, last, count) of one origin."""
    ruleset = compile_rules([RuleText("rules.yml", SPEEDS.encode())])
    rules = {rule.title: rule for rule in ruleset}
    book = AttemptBook()
    for title, first, last, count in alerts:
        book.add(
            Alert(
                id=f"{title}{first}", rule=rules[title], state=AlertState.CLOSED,
                group={"src_ip": "192.0.2.9"}, first=first, last=last, count=count,
                evidence=(Place("log", first),),
            ),
            {},
        )  # fmt: skip
    attempts = book.attempts(lambda _address: (None, None))
    return [(one.rule_title, one.count, one.first, one.last) for one in attempts]


def test_the_same_events_at_two_speeds_are_told_once_by_the_gravest_rule() -> None:
    assert told(("Slow", 5, 90, 30), ("Fast", 20, 40, 12)) == [("Fast", 30, 5, 90)]


def test_another_time_is_another_attempt() -> None:
    assert told(("Slow", 50, 90, 30), ("Fast", 20, 49, 12)) == [
        ("Fast", 12, 20, 49),
        ("Slow", 30, 50, 90),
    ]


def test_what_is_counted_in_another_way_is_told_beside_it() -> None:
    assert told(("Names", 5, 90, 30), ("Fast", 20, 40, 12)) == [
        ("Fast", 12, 20, 40),
        ("Names", 30, 5, 90),
    ]
