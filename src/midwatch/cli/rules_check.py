"""``midwatch rules check``: what is wrong or doubtful about rules, grouped and counted."""

from __future__ import annotations

import sys
from collections import Counter
from itertools import groupby
from pathlib import Path
from typing import Final

import click
import msgspec
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from midwatch.cli.rules import reading_options, rules_of
from midwatch.cli.screen import Screen
from midwatch.events.catalogue import all_sources
from midwatch.rules import RuleSet
from midwatch.rules.checking import Finding, Gravity, check_rules

_SHOWN: Final = 3
_STYLES: Final = {Gravity.ERROR: "red", Gravity.WARNING: "yellow", Gravity.NOTE: "dim"}
_MARKS: Final = {Gravity.ERROR: "✗", Gravity.WARNING: "!", Gravity.NOTE: "·"}


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="PATH…")
@click.option("--all", "everything", is_flag=True, help="List every finding.")
@click.option("--strict", is_flag=True, help="Exit with status 1 for warnings, too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead.")
@reading_options
def check(*, paths: tuple[Path, ...], everything: bool, strict: bool, as_json: bool) -> None:
    """Check the rules of files, folders and packs; the bundled ones if no PATH is given.

    Exit status: 0 fine, 1 errors were found (with --strict also warnings), 2 nothing
    could be read.
    """
    ruleset = rules_of(paths, bundled=not paths, quiet=True)
    findings = check_rules(ruleset, all_sources())
    counts = Counter(finding.gravity for finding in findings)
    if as_json:
        _print_json(ruleset, findings)
    elif len(ruleset) or findings:
        _print(ruleset, findings, everything=everything)
    if not len(ruleset) and (not ruleset.problems or _nothing_read(ruleset)):
        if not as_json and not ruleset.problems:
            click.echo(
                "midwatch: there is no rule (rules are .yml files and packs of them)", err=True
            )
        raise click.exceptions.Exit(2)
    bad = counts[Gravity.ERROR] or (strict and counts[Gravity.WARNING])
    raise click.exceptions.Exit(1 if bad else 0)


def _nothing_read(ruleset: RuleSet) -> bool:
    """Whether what went wrong is about files, and no rule text was seen at all."""
    unread = ("there is no such file", "it cannot be read", "it is no readable archive")
    return all(problem.cause.startswith(unread) for problem in ruleset.problems)


def _print_json(ruleset: RuleSet, findings: list[Finding]) -> None:
    counts = Counter(finding.gravity for finding in findings)
    document = {
        "rules": len(ruleset),
        "digest": ruleset.digest,
        "counts": {gravity.value: counts[gravity] for gravity in Gravity},
        "findings": findings,
    }
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(document)) + b"\n")
    sys.stdout.buffer.flush()


def _print(ruleset: RuleSet, findings: list[Finding], *, everything: bool) -> None:
    screen = Screen()
    counts = Counter(finding.gravity for finding in findings)
    told = ", ".join(
        f"{counts[gravity]} {gravity.value}{'' if counts[gravity] == 1 else 's'}"
        for gravity in Gravity
    )
    if not counts[Gravity.ERROR] and not counts[Gravity.WARNING]:
        answer = f"All {len(ruleset)} rules are fine"
    else:
        answer = f"{len(ruleset)} rules were loaded"
    screen.print(Text(f"{answer}: {told}.", style="bold"))
    hidden = False
    for kind, group in groupby(findings, key=lambda finding: finding.kind):
        some = list(group)
        gravity = some[0].gravity
        screen.print()
        screen.print(Text(f"{_MARKS[gravity]} {len(some)} × {kind.value}", style=_STYLES[gravity]))
        shown = some if everything else some[:_SHOWN]
        for finding in shown:
            place = f"{finding.path}:{finding.line}"
            screen.print(Padding(Text(place, style="bold", overflow="fold"), (0, 0, 0, 2)))
            screen.print(Padding(Text(f"{finding.cause} ({finding.remedy})"), (0, 0, 0, 4)))
        if len(some) > len(shown):
            hidden = True
            screen.print(Padding(_where(some[len(shown) :]), (0, 0, 0, 2)))
    if hidden:
        screen.print("\nmidwatch rules check --all lists every finding.")


def _where(findings: list[Finding]) -> Table | Text:
    """In which folders the findings lie that are not shown."""
    folders = Counter(finding.path.rpartition("/")[0] or "." for finding in findings)
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(justify="right")
    table.add_column(overflow="fold")
    for folder, count in folders.most_common(_SHOWN):
        table.add_row(f"{count} more", f"in {folder}")
    rest = len(findings) - sum(count for _, count in folders.most_common(_SHOWN))
    if rest:
        table.add_row(f"{rest} more", "elsewhere")
    return table
