"""Correlation rules: what they say, and how they find the rules they speak of."""

import pytest

from midwatch.rules import Bound, CorrelationKind, RuleSet, RuleText, compile_rules
from midwatch.rules.plan import Comparison
from midwatch.rules.ruleset import RuleTerm, TermNot, TermsAll

BASE = """
title: %(name)s
name: %(name)s
logsource: {category: any}
detection: {it: {a: 1}, condition: it}
"""


def compiled(*texts: str) -> RuleSet:
    bases = [BASE % {"name": name} for name in ("one", "two")]
    return compile_rules(
        [RuleText(f"{n}.yml", text.encode()) for n, text in enumerate([*bases, *texts])]
    )


def rule(body: str, name: str = "three") -> str:
    return f"title: {name}\nname: {name}\ncorrelation:\n  {body}\n"


def test_everything_a_correlation_says() -> None:
    text = rule(
        "type: value_count\n  rules: [one, two]\n  group-by: [src_ip, who]\n  timespan: 2h\n"
        "  condition: {gte: 3, lt: 10, field: user}\n"
        "  aliases: {who: {one: user, two: account}}"
    )
    ruleset = compiled(text)
    assert not ruleset.problems
    (found,) = ruleset.correlations
    assert (found.kind, found.timespan) == (CorrelationKind.VALUE_COUNT, 7_200_000_000)
    assert found.bounds == (Bound(Comparison.GTE, 3), Bound(Comparison.LT, 10))
    assert (found.rules, found.group_by, found.fields) == (
        ("one", "two"),
        ("src_ip", "who"),
        ("user",),
    )
    assert found.field_of("who", "two") == "account"
    assert found.field_of("src_ip", "two") == "src_ip"


@pytest.mark.parametrize(
    ("spec", "microseconds"),
    [("5s", 5_000_000), ("2m", 120_000_000), ("1h", 3_600_000_000), ("7d", 604_800_000_000)],
)
def test_timespans(spec: str, microseconds: int) -> None:
    text = rule(f"{{type: event_count, rules: one, timespan: {spec}, condition: {{gte: 2}}}}")
    assert compiled(text).correlations[0].timespan == microseconds


def test_without_a_condition_a_temporal_correlation_wants_all_rules() -> None:
    (found,) = compiled(rule("{type: temporal, rules: [one, two], timespan: 5m}")).correlations
    assert found.bounds == (Bound(Comparison.GTE, 2),)


def test_a_condition_in_words() -> None:
    (found,) = compiled(
        rule("{type: temporal, timespan: 5m, condition: one and not two}")
    ).correlations
    assert found.rules == ("one", "two")
    assert found.terms == TermsAll((RuleTerm("one"), TermNot(RuleTerm("two"))))


def test_rules_that_only_serve_a_correlation_do_not_stand_alone() -> None:
    text = rule("{type: event_count, rules: [one], timespan: 5m, condition: {gte: 2}}")
    assert {found.id: found.alone for found in compiled(text)} == {
        "one": False, "two": True, "three": True,
    }  # fmt: skip
    generating = text.replace("{type", "{generate: true, type")
    assert all(found.alone for found in compiled(generating))


def test_a_correlation_stands_after_those_it_refers_to() -> None:
    outer = rule("{type: temporal, rules: [two, inner], timespan: 5m}", "outer")
    inner = rule("{type: event_count, rules: [one], timespan: 5m, condition: {gte: 2}}", "inner")
    assert [found.id for found in compiled(outer, inner).correlations] == ["inner", "outer"]


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ("{type: event_count, rules: [gone], timespan: 5m, condition: {gte: 2}}", "refers to gone"),
        ("{type: temporal, rules: [three], timespan: 5m}", "to itself"),
        (
            "{type: event_count, rules: [one], timespan: soon, condition: {gte: 2}}",
            "'soon' is invalid",
        ),
        ("{type: event_count, rules: [one], condition: {gte: 2}}", "without timespan"),
        ("{type: counting, rules: [one], timespan: 5m}", "no valid Sigma correlation type"),
        ("{type: event_count, rules: [one], timespan: 5m}", "without condition"),
        ("{type: value_count, rules: [one], timespan: 5m, condition: {gte: 2}}", "without field"),
        ("{type: event_count, rules: [one], timespan: 5m, condition: {gte: many}}", "'many'"),
    ],
)
def test_a_bad_correlation_becomes_a_problem(body: str, cause: str) -> None:
    ruleset = compiled(rule(body))
    assert len(ruleset.rules) == 2
    assert ruleset.correlations == ()
    assert any(cause in problem.cause for problem in ruleset.problems), ruleset.problems
