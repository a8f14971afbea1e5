"""One rule on the terminal: what it looks for, what it means, what to do, who wrote it."""

from __future__ import annotations

from typing import Final

from rich.padding import Padding
from rich.text import Text
from rich.tree import Tree

from midwatch.cli.screen import Screen
from midwatch.kernel import ConfigurationError
from midwatch.reports.assembling import slug_of
from midwatch.rules import AnyRule, Correlation, RuleSet
from midwatch.rules.clauses import parts_of, said
from midwatch.rules.plan import Comparison, Condition

_MOST_SHOWN: Final = 12
_MOST_CLAUSES: Final = 400
_BOUNDS: Final = {
    Comparison.LT: "less than",
    Comparison.LTE: "at most",
    Comparison.GT: "more than",
    Comparison.GTE: "at least",
    Comparison.EQ: "exactly",
    Comparison.NEQ: "other than",
}


def find_rules(ruleset: RuleSet, wanted: str) -> list[AnyRule]:
    """The rules that a person means: by id, name, short name or words of the title.

    Raises:
        ConfigurationError: none fits, or too many do.
    """
    folded = wanted.lower()
    alerting = [rule for rule in ruleset if rule.alone]
    for matches in (
        [rule for rule in ruleset if folded in (rule.id.lower(), (rule.name or "").lower())],
        [rule for rule in alerting if slug_of(rule) == folded],
        [rule for rule in alerting if folded in rule.title.lower() or folded in slug_of(rule)],
        [rule for rule in ruleset if folded in rule.title.lower()],
        [rule for rule in ruleset if folded in rule.path.lower()],
    ):
        if len(matches) > _MOST_SHOWN:
            raise ConfigurationError(
                f"{len(matches)} rules fit {wanted!r}", remedy=_choice(matches)
            )
        if matches:
            return matches
    raise ConfigurationError(
        f"no rule is called {wanted!r}", remedy="give an id, a short name or words of a title"
    )


def _choice(rules: list[AnyRule]) -> str:
    """What to write instead, where several would do."""
    names = sorted({slug_of(rule) for rule in rules})
    shown = ", ".join(names[:_MOST_SHOWN])
    return f"try one of {shown}{' …' if len(names) > _MOST_SHOWN else ''}, or more of the title"


def print_rule(screen: Screen, rule: AnyRule) -> None:
    """The whole page of one rule."""
    advice = rule.advice
    screen.print(Text.assemble((rule.title, "bold"), f"   {rule.level.value}   {slug_of(rule)}"))
    if advice.meaning:
        screen.print(Padding(Text(advice.meaning), (0, 2)))
    screen.print(Padding(Text(rule.description.strip()), (0, 2)))
    if isinstance(rule, Correlation):
        screen.print(Padding(Text(_counted(rule)), (0, 2)))
        screen.print(Padding(Text(f"of the rules {', '.join(rule.rules)}"), (0, 2)))
    else:
        told = ", ".join(
            f"{key} {value}"
            for key in ("product", "category", "service")
            if (value := getattr(rule.logsource, key))
        )
        screen.print(Text(f"Looks at {told}", style="bold"))
        screen.print(Padding(_drawn(rule.condition), (0, 2)))
    if rule.waits_for:
        names = ", ".join(f"%{name}%" for name in rule.waits_for)
        screen.print(Padding(Text(f"It waits for values of {names}: --placeholders FILE"), (0, 2)))
    for heading, items in (
        ("What to do", advice.todo),
        ("Could be harmless", rule.falsepositives),
        ("ATT&CK", rule.techniques),
        ("Read more", rule.references),
    ):
        if items:
            screen.print(Text(heading, style="bold"))
            for item in items:
                screen.print(Padding(Text(f"• {item}"), (0, 2)))
    origin = [
        ("by", rule.author), ("licence", rule.licence), ("status", rule.status),
        ("written", rule.date), ("changed", rule.modified), ("id", rule.id),
        ("from", f"{rule.path}:{rule.line}"),
    ]  # fmt: skip
    told = "   ".join(f"{name} {value}" for name, value in origin if value)
    screen.print(Text(told, style="dim"))
    screen.print()


def _drawn(condition: Condition) -> Tree:
    """The condition as a tree of clauses."""
    tree = Tree(Text(said(condition)))
    _grow(tree, condition, [_MOST_CLAUSES])
    return tree


def _grow(tree: Tree, condition: Condition, left: list[int]) -> None:
    for part in parts_of(condition):
        left[0] -= 1
        if left[0] == 0:
            tree.add(Text("…"))
        if left[0] <= 0:
            return
        _grow(tree.add(Text(said(part))), part, left)


def _counted(rule: Correlation) -> str:
    bounds = " and ".join(f"{_BOUNDS[bound.op]} {bound.number}" for bound in rule.bounds)
    seconds = rule.timespan / 1_000_000
    span = f"{seconds:g} seconds" if seconds < 120 else f"{seconds / 60:g} minutes"
    figure = f"distinct {', '.join(rule.fields)}" if rule.fields else "events"
    group = f" for the same {', '.join(rule.group_by)}" if rule.group_by else ""
    return f"Counts {figure}: {bounds} within {span}{group} ({rule.kind.value})."
