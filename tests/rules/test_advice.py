"""Advice: what a rule says to people, or what is derived for one that says nothing."""

import pytest

from midwatch.events.schema import Logsource
from midwatch.kernel import Level
from midwatch.rules import Advice, RuleText, compile_rules
from midwatch.rules.advice import derive_advice

RULE = """
title: VPN guessing
logsource: {category: authentication}
detection: {it: {service: vpn}, condition: it}
midwatch:
  category: credential_attack
  kind: VPN guessing
  meaning: Somebody tries passwords at the VPN.
  todo: [Switch on a second factor.]
  success: true
  service: vpn
"""


def test_a_rule_may_bring_its_own() -> None:
    ruleset = compile_rules([RuleText("a", RULE.encode())])
    assert not ruleset.problems
    assert ruleset.rules[0].advice == Advice(
        category="credential_attack",
        kind="VPN guessing",
        meaning="Somebody tries passwords at the VPN.",
        todo=("Switch on a second factor.",),
        attempt=True,
        success=True,
        service="vpn",
    )


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("  todoo: x", "no entry 'todoo'"),
        ("  attempt: perhaps", "midwatch.attempt does not hold true or false"),
        ("  todo: [a, b, c, d]", "a list of at most 3 texts"),
    ],
)
def test_a_slip_in_it_is_told_and_passed_over(line: str, cause: str) -> None:
    key = line.split(":", maxsplit=1)[0]
    lines = [old for old in RULE.splitlines() if not old.startswith(f"{key}:")]
    ruleset = compile_rules([RuleText("a", "\n".join([*lines, line]).encode())])
    assert len(ruleset) == 1
    assert cause in ruleset.problems[0].cause


@pytest.mark.parametrize(
    ("logsource", "tags", "category"),
    [
        (Logsource(category="process_creation", product="windows"), ["attack.credential-access"], "host_compromise"),
        (Logsource(product="linux", service="sshd"), ["attack.t1110"], "credential_attack"),
        (Logsource(product="okta", service="okta"), ["attack.credential_access"], "credential_attack"),
        (Logsource(category="webserver"), ["attack.initial-access"], "exploit_attempt"),
        (Logsource(category="webserver"), ["attack.reconnaissance"], "web_scan"),
        (Logsource(category="firewall"), ["attack.discovery", "attack.t1046"], "port_scan"),
        (Logsource(category="antivirus"), [], "malware"),
        (Logsource(category="ids"), [], "ids"),
        (Logsource(product="aws", service="cloudtrail"), [], "other"),
    ],
)  # fmt: skip
def test_for_foreign_rules_it_is_derived(
    logsource: Logsource, tags: list[str], category: str
) -> None:
    advice = derive_advice(logsource, tags, "A title", Level.HIGH)
    assert (advice.category, advice.meaning) == (category, "A title.")
    assert advice.kind
    assert not derive_advice(logsource, tags, "A title", Level.INFORMATIONAL).attempt
