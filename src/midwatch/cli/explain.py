"""``midwatch explain``: what a rule looks for, what it means, what to do."""

from __future__ import annotations

from pathlib import Path

import click
from rich.padding import Padding
from rich.text import Text

from midwatch.cli.rules import rules_of
from midwatch.cli.screen import Screen
from midwatch.kernel import ConfigurationError
from midwatch.reports.assembling import slug_of
from midwatch.rules import AnyRule, Correlation, RuleSet

_MOST_SHOWN = 12


@click.command("explain")
@click.argument("rule")
@click.option(
    "--rules",
    "folders",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="Look in these rules as well.",
)
def command(*, rule: str, folders: tuple[Path, ...]) -> None:
    """Explain RULE: its id, its folder's name or words of its title."""
    screen = Screen()
    for found in _find(rules_of(folders, bundled=True), rule):
        _print(screen, found)


def _find(ruleset: RuleSet, wanted: str) -> list[AnyRule]:
    folded = wanted.lower()
    alerting = [rule for rule in ruleset if rule.alone]
    for matches in (
        [rule for rule in ruleset if rule.id == folded],
        [rule for rule in alerting if slug_of(rule) == folded],
        [rule for rule in alerting if folded in rule.title.lower() or folded in slug_of(rule)],
        [rule for rule in ruleset if folded in rule.title.lower()],
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


def _print(screen: Screen, rule: AnyRule) -> None:
    advice = rule.advice
    screen.print(Text.assemble((rule.title, "bold"), f"   {rule.level.value}   {slug_of(rule)}"))
    if advice.meaning:
        screen.print(Padding(Text(advice.meaning), (0, 2)))
    screen.print(Padding(Text(rule.description.strip()), (0, 2)))
    if isinstance(rule, Correlation):
        screen.print(Padding(Text(_counted(rule)), (0, 2)))
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
    screen.print(Text(f"{rule.author}  {rule.date}  {rule.id}", style="dim"))
    screen.print()


def _counted(rule: Correlation) -> str:
    bounds = " and ".join(f"{bound.op.value} {bound.number}" for bound in rule.bounds)
    seconds = rule.timespan / 1_000_000
    span = f"{seconds:g} seconds" if seconds < 120 else f"{seconds / 60:g} minutes"
    figure = f"distinct {', '.join(rule.fields)}" if rule.fields else "events"
    group = f" for the same {', '.join(rule.group_by)}" if rule.group_by else ""
    return f"Counts {figure} {bounds} within {span}{group} ({rule.kind.value})."
