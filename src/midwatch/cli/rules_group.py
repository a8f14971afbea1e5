"""``midwatch rules``: check, list, show, explain and update the rules themselves."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Final

import click
import msgspec
from rich import box
from rich.table import Table

from midwatch.cli.rule_pages import find_rules, print_rule
from midwatch.cli.rules import reading_options, rules_of
from midwatch.cli.screen import Screen
from midwatch.kernel import Level
from midwatch.reports.assembling import slug_of
from midwatch.rules import AnyRule, Correlation

_ELSEWHERE: Final = {
    "check": ("midwatch.cli.rules_check", "check"),
    "explain": ("midwatch.cli.rules_explain", "explain"),
    "update": ("midwatch.cli.rules_packs", "update"),
    "rollback": ("midwatch.cli.rules_packs", "rollback"),
    "packs": ("midwatch.cli.rules_packs", "packs"),
    "use": ("midwatch.cli.rules_packs", "use"),
}
rules_option = click.option(
    "--rules",
    "folders",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="Look in these rules as well: a file, folder or pack; may be given again.",
)


class _Group(click.Group):
    """Commands in other modules are imported only when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *_ELSEWHERE]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = _ELSEWHERE.get(cmd_name)
        if place is None:
            return super().get_command(ctx, cmd_name)
        found = getattr(import_module(place[0]), place[1])
        assert isinstance(found, click.Command)  # noqa: S101  # a defect of ours, not input
        return found


@click.group("rules", cls=_Group)
def command() -> None:
    """The rules themselves: check, list, show, explain and update them."""


@command.command("show")
@click.argument("rule")
@rules_option
@reading_options
def show(*, rule: str, folders: tuple[Path, ...]) -> None:
    """Show RULE: what it looks for and means, what to do, who wrote it.

    RULE is an id, a name, the short name that reports print, or words of a title.
    """
    screen = Screen()
    for found in find_rules(rules_of(folders, bundled=True, quiet=True), rule):
        print_rule(screen, found)


@command.command("list")
@click.option(
    "--level", type=click.Choice([each.value for each in Level]), help="This level and graver."
)
@click.option("--logsource", metavar="TEXT", help="Product, category or service contains this.")
@click.option("--tag", metavar="TEXT", help="A tag or ATT&CK number contains this.")
@click.option("--search", metavar="TEXT", help="Title, description or id contains this.")
@click.option("--waiting", is_flag=True, help="Only rules that wait for placeholders.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per rule.")
@rules_option
@reading_options
def list_rules(  # one parameter per option
    *,
    level: str | None,
    logsource: str | None,
    tag: str | None,
    search: str | None,
    waiting: bool,
    as_json: bool,
    folders: tuple[Path, ...],
) -> None:
    """List the rules, gravest first: the bundled ones, or those of --rules and --pack too."""
    least = Level(level).rank if level else 0
    ruleset = rules_of(folders, bundled=True, quiet=True)
    found = [
        rule
        for rule in ruleset
        if rule.level.rank >= least
        and (not waiting or rule.waits_for)
        and _contains(logsource, _logsource(rule))
        and _contains(tag, " ".join((*rule.tags, *rule.techniques)))
        and _contains(search, f"{rule.title} {rule.description} {rule.id} {slug_of(rule)}")
    ]
    found.sort(key=lambda rule: (-rule.level.rank, rule.title.lower()))
    if as_json:
        for rule in found:
            sys.stdout.buffer.write(msgspec.json.encode(_row(rule)) + b"\n")
        sys.stdout.buffer.flush()
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("level", no_wrap=True, min_width=8)
    table.add_column("rule", ratio=3)
    table.add_column("looks at", ratio=1)
    table.add_column("by", style="dim", ratio=1, no_wrap=True, overflow="ellipsis")
    for rule in found:
        table.add_row(rule.level.value, rule.title, _logsource(rule), rule.author)
    screen = Screen()
    screen.print(table)
    screen.print(f"{len(found)} of {len(ruleset)} rules. midwatch rules show RULE tells more.")


def _contains(wanted: str | None, text: str) -> bool:
    return wanted is None or wanted.lower() in text.lower()


def _logsource(rule: AnyRule) -> str:
    if isinstance(rule, Correlation):
        return "several events"
    source = rule.logsource
    return " ".join(filter(None, (source.product, source.category, source.service)))


def _row(rule: AnyRule) -> dict[str, object]:
    return {
        "rule_id": rule.id,
        "rule_title": rule.title,
        "rule_name": slug_of(rule),
        "level": rule.level.value,
        "status": rule.status,
        "logsource": _logsource(rule),
        "tags": rule.tags,
        "author": rule.author,
        "licence": rule.licence,
        "date": rule.date,
        "modified": rule.modified,
        "waits_for": rule.waits_for,
        "path": rule.path,
        "line": rule.line,
    }
