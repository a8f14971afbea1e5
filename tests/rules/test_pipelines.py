"""pySigma's processing pipelines: rules are changed before they are planned."""

import pytest

from midwatch.kernel import BadInputError
from midwatch.rules import RuleSet, RuleText, compile_rules
from midwatch.rules.plan import AllOf, FieldTest, Not, Text, TextKind

RULE = """title: A command
name: a_command
logsource: {product: windows, category: process_creation}
detection:
  it: {CommandLine|contains: mimikatz, User: root}
  condition: it
"""
COUNT = """title: Often
correlation:
  type: value_count
  rules: [a_command]
  group-by: [User]
  timespan: 5m
  condition: {gte: 3, field: CommandLine}
"""
RENAMES = """
name: ours
priority: 20
transformations:
  - id: names
    type: field_name_mapping
    mapping: {CommandLine: process.command_line, User: user.name}
"""


def piped(*pipelines: str, rules: tuple[str, ...] = (RULE,)) -> RuleSet:
    return compile_rules(
        [RuleText(f"{n}.yml", text.encode()) for n, text in enumerate(rules)],
        pipelines=[RuleText(f"p{n}.yml", text.encode()) for n, text in enumerate(pipelines)],
    )


def test_fields_are_renamed_in_rules_and_correlations() -> None:
    ruleset = piped(RENAMES, rules=(RULE, COUNT))
    assert ruleset.problems == ()
    assert ruleset.rules[0].condition == AllOf((
        FieldTest("process.command_line", (Text(TextKind.CONTAINS, "mimikatz"),)),
        FieldTest("user.name", (Text(TextKind.EQUALS, "root"),)),
    ))  # fmt: skip
    (often,) = ruleset.correlations
    assert (often.group_by, often.fields) == (("user.name",), ("process.command_line",))


def test_only_the_rules_that_its_conditions_name_are_changed() -> None:
    limited = RENAMES + "    rule_conditions: [{type: logsource, product: linux}]\n"
    assert piped(limited).rules == piped().rules
    assert piped(RENAMES, rules=(RULE.replace("windows", "linux"), COUNT)).problems == ()


def test_the_log_source_changes() -> None:
    (rule,) = piped("transformations: [{type: change_logsource, product: fleet}]").rules
    assert (rule.logsource.product, rule.logsource.category) == ("fleet", None)


def test_a_condition_is_added() -> None:
    added = "transformations: [{type: add_condition, conditions: {tenant: ours}, negated: true}]"
    (rule,) = piped(added).rules
    assert isinstance(rule.condition, AllOf)
    assert Not(FieldTest("tenant", (Text(TextKind.EQUALS, "ours"),))) in rule.condition.items


def test_placeholders_are_filled_from_its_variables() -> None:
    rule = RULE.replace("User: root", "User|expand: '%admins%'")
    fill = "vars: {admins: [ann, bob]}\ntransformations: [{type: value_placeholders}]"
    (found,) = piped(fill, rules=(rule,)).rules
    assert found.waits_for == ()
    assert "ann" in str(found.condition)
    assert "bob" in str(found.condition)


def test_the_lowest_priority_comes_first_whatever_the_order_given() -> None:
    later = RENAMES.replace("CommandLine: process.command_line, User: user.name", "x: y")
    first = RENAMES.replace("priority: 20", "priority: 10").replace(
        "CommandLine: process.command_line, User: user.name", "User: x"
    )
    assert '"y"' in str(piped(later, first).rules[0].condition).replace("'", '"')


def test_a_rule_that_a_pipeline_refuses_is_told_and_the_others_run() -> None:
    refusing = """
transformations:
  - {type: rule_failure, message: no such thing here,
     rule_conditions: [{type: logsource, product: windows}]}
"""
    ruleset = piped(
        refusing, rules=(RULE, RULE.replace("windows", "linux").replace("name: a", "name: b"))
    )
    assert [rule.path for rule in ruleset.rules] == ["1.yml"]
    (problem,) = ruleset.problems
    assert "no such thing here" in problem.cause
    assert problem.path == "0.yml"


def test_what_only_query_texts_have_is_told_and_passed_over() -> None:
    ruleset = piped(RENAMES + "postprocessing: [{type: embed, prefix: x}]\n")
    assert len(ruleset) == 1
    (problem,) = ruleset.problems
    assert (problem.path, problem.line) == ("p0.yml", 8)
    assert "postprocessing" in problem.cause


@pytest.mark.parametrize(
    ("text", "place", "cause"),
    [
        ("transformations: [\n", "p0.yml:2", "not valid YAML"),
        ("- a\n", "p0.yml", "no processing pipeline"),
        ("name: a\ntransformations: [{type: fly}]", "p0.yml:2", "Unknown transformation type 'fly'"),
        ("name: a\ntransformations: 5", "p0.yml:2", "no sound processing pipeline"),
        ("wings: 2", "p0.yml:1", "wings"),
        ("priority: high\n", "p0.yml:1", "its priority is no number"),
        ("transformations:\n- {type: command_placeholders, command: id}", "p0.yml:2", "from elsewhere"),
        ("transformations:\n- {type: nest, items: [{type: http_placeholders, url: x}]}", "p0.yml:2", "from elsewhere"),
    ],
)  # fmt: skip
def test_a_pipeline_that_is_none_is_refused_with_its_place(
    text: str, place: str, cause: str
) -> None:
    with pytest.raises(BadInputError) as caught:
        piped(text)
    assert caught.value.place == place
    assert cause in caught.value.cause
    assert caught.value.remedy


def test_a_log_given_for_a_pipeline_is_not_repeated_whole() -> None:
    """What pySigma does not know it repeats, every key of it."""
    with pytest.raises(BadInputError) as caught:
        piped("".join(f"Nov 21 00:00:{spot:02}: a line\n" for spot in range(60)))
    assert "Nov 21 00:00:00" in caught.value.cause
    assert len(caught.value.cause) < 300


def test_another_pipeline_is_another_rule_set() -> None:
    assert len({piped().digest, piped(RENAMES).digest, piped(RENAMES, RENAMES).digest}) == 3
