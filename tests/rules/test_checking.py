"""What ``rules check`` finds, each kind by a rule that has it and one that has not."""

import pytest

from midwatch.events.catalogue import all_sources
from midwatch.rules import RuleText, compile_rules
from midwatch.rules.checking import Finding, Gravity, Kind, check_rules
from midwatch.rules.contradictions import never_holds
from midwatch.rules.regex_risk import Risk, risk_of

RULE = """title: Sound
id: 8a1d3c4e-0000-4000-8000-000000000001
description: It is.
author: Somebody
logsource: {product: windows, category: process_creation}
detection: {it: {CommandLine|contains: x}, condition: it}
level: high
"""


def found(*texts: str) -> list[Finding]:
    ruleset = compile_rules([RuleText(f"{n}.yml", text.encode()) for n, text in enumerate(texts)])
    return check_rules(ruleset, all_sources())


def with_(detection: str, logsource: str = "{product: windows, category: process_creation}") -> str:
    return (
        RULE.replace("{it: {CommandLine|contains: x}, condition: it}", detection)
        .replace("{product: windows, category: process_creation}", logsource)
    )  # fmt: skip


def test_a_sound_rule_has_no_finding() -> None:
    assert found(RULE) == []


@pytest.mark.parametrize(
    ("text", "kind", "told"),
    [
        (RULE.replace("level: high", "level: urgent"), Kind.NOT_LOADED, "rule level"),
        (RULE + "date: tomorrow\n", Kind.METADATA, "date"),
        (RULE + "status: deprecated\n", Kind.DEPRECATED, "deprecated"),
        (RULE.replace("author: Somebody\n", ""), Kind.INCOMPLETE, "no author"),
        (with_("{it: {User|expand: '%admins%'}, condition: it}"), Kind.WAITING, "%admins%"),
        (with_("{it: {CommandLin: x}, condition: it}"), Kind.UNKNOWN_FIELD, "CommandLin"),
        (with_("{it: {a: 1}, condition: it}", "{product: toaster}"), Kind.NO_SOURCE, "toaster"),
        (with_("{a: {User: x}, b: {User: y}, condition: a and b}"), Kind.CONTRADICTION, "User"),
        (with_("{it: {CommandLine|re: '(a+)+$'}, condition: it}"), Kind.REGEX_EXPONENTIAL, "(a+)+$"),
        (with_("{it: {CommandLine|re: 'a.*b.*c'}, condition: it}"), Kind.REGEX_QUADRATIC, "a.*b.*c"),
        (with_("{it: {CommandLine|re: 'a(?=b)'}, condition: it}"), Kind.REGEX_NOT_LINEAR, "a(?=b)"),
    ],
)  # fmt: skip
def test_each_kind_of_finding(text: str, kind: Kind, told: str) -> None:
    (finding,) = found(text)
    assert finding.kind is kind
    assert told in finding.cause
    assert finding.remedy
    assert finding.path == "0.yml"


def test_an_id_that_stands_twice() -> None:
    (finding,) = found(RULE, RULE)
    assert (finding.kind, finding.gravity, finding.path) == (Kind.DUPLICATE, Gravity.ERROR, "1.yml")


def test_a_slip_of_the_pen_names_the_field_that_was_meant() -> None:
    (finding,) = found(with_("{it: {ComandLine: x}, condition: it}"))
    assert finding.remedy == "did you mean CommandLine?"


@pytest.mark.parametrize(
    ("logsource", "field"),
    [
        ("{category: webserver}", "cs-uri-query"),
        ("{category: authentication}", "WorkstationName"),
        ("{product: windows, service: security}", "SomeRareField"),
        ("{product: fortigate}", "logdesc"),
        ("{category: process_creation, product: windows}", "commandline"),
    ],
)
def test_a_field_that_may_be_there_is_not_called_unknown(logsource: str, field: str) -> None:
    assert found(with_(f"{{it: {{{field}: x}}, condition: it}}", logsource)) == []


def test_the_gravest_come_first() -> None:
    findings = found(RULE.replace("author: Somebody\n", ""), "title: broken\n")
    assert [finding.gravity for finding in findings] == sorted(
        (finding.gravity for finding in findings), key=list(Gravity).index
    )
    assert findings[0].gravity is Gravity.ERROR


@pytest.mark.parametrize(
    "detection",
    [
        "{a: {f: x}, b: {f: [y, z]}, condition: a and b}",
        "{a: {f: x}, condition: a and not a}",
        "{a: {f: x}, b: {f|startswith: y}, condition: a and b}",
        "{a: {f: 'x'}, b: {f: null}, condition: a and b}",
        "{a: {f|exists: true}, b: {f|exists: false}, condition: a and b}",
        "{a: {f|gt: 5}, b: {f|lt: 5}, condition: a and b}",
        "{a: {f|gt: 5}, b: {f|lte: 5}, condition: a and b}",
        "{a: {f: 4}, b: {f|gt: 5}, condition: a and b}",
        "{a: {f: x}, b: {g: y}, condition: a and (b and not a)}",
        "{a: {f: x}, b: {f: y}, c: {f: z}, condition: (a and b) or (b and c)}",
    ],
)
def test_what_can_never_hold(detection: str) -> None:
    ruleset = compile_rules([RuleText("a", with_(detection).encode())])
    assert never_holds(ruleset.rules[0].condition)


@pytest.mark.parametrize(
    "detection",
    [
        "{a: {f: x}, b: {f: [x, z]}, condition: a and b}",
        "{a: {f: X}, b: {f: x}, condition: a and b}",
        "{a: {f: x}, b: {f: y}, condition: a or b}",
        "{a: {f|contains: x}, b: {f|contains: y}, condition: a and b}",
        "{a: {f|gte: 5}, b: {f|lte: 5}, condition: a and b}",
        "{a: {f|exists: true}, b: {f: ''}, condition: a and b}",
        "{a: {f|hour|gt: 20}, b: {f|minute|lt: 5}, condition: a and b}",
        "{a: {f: 7}, b: {f|gt: 5}, condition: a and b}",
        "{a: {f: x}, b: {f|re: y}, condition: a and b}",
        "{a: {f: x}, b: {f: y}, condition: a and not b}",
        "{a: {f: 'null'}, b: {g: null}, condition: a and b}",
    ],
)
def test_what_may_hold(detection: str) -> None:
    ruleset = compile_rules([RuleText("a", with_(detection).encode())])
    assert never_holds(ruleset.rules[0].condition) is None


@pytest.mark.parametrize(
    ("pattern", "risk"),
    [
        (r"(a+)+$", Risk.EXPONENTIAL),
        (r"([a-zA-Z]+)*$", Risk.EXPONENTIAL),
        (r"(x+x+)+y", Risk.EXPONENTIAL),
        (r"(?:.*\))+z", Risk.EXPONENTIAL),
        (r"(?:a|\w+)*$", Risk.EXPONENTIAL),
        (r"\s*\s+x", Risk.QUADRATIC),
        (r".*foo.*bar", Risk.QUADRATIC),
        (r"\d+\w+z", Risk.QUADRATIC),
        (r"(a)\1", Risk.NOT_LINEAR),
        (r"(?<!b)a", Risk.NOT_LINEAR),
        (r"(\w+\.)+x", None),
        (r"^(\d+,)+$", None),
        (r"[a-z]+@x", None),
        (r"a{1,3}b{1,3}", None),
        (r"((?:ab)+c)+", None),
        (r"[a-z]+[0-9]+", None),
        (r"(broken", None),
        (r"", None),
    ],
)
def test_how_bad_an_expression_can_get(pattern: str, risk: Risk | None) -> None:
    assert risk_of(pattern) is risk
