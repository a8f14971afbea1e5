"""What one origin did is counted once, whoever of the rules saw it."""

from __future__ import annotations

from midwatch.kernel import Level
from midwatch.reports.assembling import attackers_of, kinds_of
from midwatch.reports.tally import Tally
from midwatch.reports.values import Attempt


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
