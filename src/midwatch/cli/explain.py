"""``midwatch explain``: the short form of ``midwatch rules show``."""

from __future__ import annotations

from pathlib import Path

import click

from midwatch.cli.rule_pages import find_rules, print_rule
from midwatch.cli.rules import reading_options, rules_of
from midwatch.cli.screen import Screen


@click.command("explain")
@click.argument("rule")
@click.option(
    "--rules",
    "folders",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="Look in these rules as well.",
)
@reading_options
def command(*, rule: str, folders: tuple[Path, ...]) -> None:
    """Explain RULE: its id, its folder's name or words of its title."""
    screen = Screen()
    for found in find_rules(rules_of(folders, bundled=True, quiet=True), rule):
        print_rule(screen, found)
