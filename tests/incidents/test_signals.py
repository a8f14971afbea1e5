"""From an alert, with its rule, to the facts an incident keeps."""

from pathlib import Path

from midwatch.detection import Alert, AlertState, Evidence
from midwatch.incidents import signal_of
from midwatch.kernel import Level
from midwatch.rules import load_rules

RULE = """
title: VPN passwords guessed
id: 8c3a5e0a-7d5c-4f8e-9d0b-2f1a3c4d5e6f
name: vpn_guessing
logsource: {category: authentication}
detection: {failed: {outcome: failure}, condition: failed}
level: high
tags: [attack.t1110.001]
midwatch:
  category: credential_attack
  kind: VPN guessing
  meaning: Somebody guesses.
  todo: [reset the password]
  service: vpn
"""


def test_an_alert_becomes_a_signal(tmp_path: Path) -> None:
    (tmp_path / "rule.yml").write_text(RULE, "utf-8")
    [rule] = load_rules([tmp_path]).rules
    alert = Alert(
        id="a1",
        rule=rule,
        state=AlertState.CLOSED,
        group={"src_ip": "198.51.100.7"},
        first=1,
        last=9,
        count=64,
        values={"user": ["j.ortiz", None, "root"], "host": ["fw1"], "dst_port": [443, "x"]},
        evidence=[Evidence("vpn.log", 4711)],
    )
    signal = signal_of("office", alert)

    assert (signal.tenant, signal.id, signal.count, signal.closed) == ("office", "a1", 64, True)
    assert (signal.name, signal.level, signal.kind) == ("vpn_guessing", Level.HIGH, "VPN guessing")
    assert (signal.attacker, signal.users, signal.hosts) == (
        "198.51.100.7",
        ("j.ortiz", "root"),
        ("fw1",),
    )
    assert signal.ports == (443,)
    assert signal.services == ("vpn",)
    assert signal.evidence == (Evidence("vpn.log", 4711),)
    assert signal.whole


def test_a_full_sample_is_not_the_whole(tmp_path: Path) -> None:
    (tmp_path / "rule.yml").write_text(RULE, "utf-8")
    [rule] = load_rules([tmp_path]).rules
    alert = Alert(
        id="a1",
        rule=rule,
        state=AlertState.OPEN,
        group={},
        first=None,
        last=None,
        count=99,
        values={"src_ip": [f"192.0.2.{number}" for number in range(20)]},
    )
    signal = signal_of("office", alert)

    assert not signal.whole
    assert signal.attacker is None
