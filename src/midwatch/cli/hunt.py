"""``midwatch hunt``: every match of Sigma rules as one JSON object."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
from click.core import ParameterSource

from midwatch.cli.options import clock_of, log_options, logs_of, product_of, taken_as
from midwatch.cli.rules import (
    kept_state,
    reading_options,
    report_problems,
    rules_named,
    rules_of,
)
from midwatch.cli.state_options import state_folder
from midwatch.intake.folder import LogFile
from midwatch.kernel import ConfigurationError
from midwatch.watch.hunting import Outcome, hunt
from midwatch.watch.state_folder import StateFolder

_WORTH_SHARING: Final = 1 << 25
"""Bytes: less is read by one process, since starting others would take longer."""
_WORTH_A_BAR: Final = 1 << 24


@dataclass(frozen=True, slots=True, kw_only=True)
class HuntOptions:
    """What the command line asks for; the names are those of its options."""

    paths: tuple[Path, ...]
    zone: str | None
    product: str | None
    folders: tuple[Path, ...]
    jobs: int | None
    lake: bool
    tenants: tuple[str, ...]
    since: str
    until: str | None
    by_day: bool


@click.command("hunt")
@log_options
@click.option(
    "--rules",
    "folders",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="Sigma rules: a file, folder or pack; may be given again. Default: the bundled rules.",
)
@reading_options
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    metavar="N",
    help="Processes that share the work. Default: one for each core, if there is much to read.",
)
@click.option("--lake", is_flag=True, help="Hunt in the lake instead; PATH then names rules.")
@click.option(
    "--tenant",
    "tenants",
    multiple=True,
    metavar="NAME",
    help="With --lake: only in this client's events; may be given again.",
)
@click.option(
    "--since", default="30d", show_default=True, help="With --lake: from this time on, or 12h, 7d."
)
@click.option("--until", help="With --lake: before this time.")
@click.option("--by-day", is_flag=True, help="With --lake: counts by day and rule, no more.")
@taken_as(HuntOptions)
def command(given: HuntOptions) -> None:
    """Print one JSON object for every event that a rule matches.

    Each has rule_id, rule_title, level, author, licence, file, line (or record, in Windows event
    files) and time, in the order of the input. Correlation rules are for `midwatch check`. Exit
    status: 0 nothing matched, 1 something matched, 2 nothing could be read.

    With --lake: would these rules have fired? Matches, and the alerts they would have raised,
    correlation rules included.
    """
    ctx = click.get_current_context()
    folders = given.folders
    only = [name for name in ("tenants", "since", "until", "by_day")
            if ctx.get_parameter_source(name) is not ParameterSource.DEFAULT]  # fmt: skip
    if given.lake:
        folders = rules_named(given.paths, folders)
    elif only:
        raise ConfigurationError(
            f"--{only[0].replace('_', '-').replace('tenants', 'tenant')} is about the lake",
            remedy="add --lake",
        )
    else:
        # Rules and lines are millions of objects without cycles; the collector would only walk
        # them. DuckDB takes what is left in the end for a leak.
        gc.freeze()
        gc.disable()
    ruleset = rules_of(folders, bundled=not folders)
    if not len(ruleset):
        report_problems(ruleset)
        raise ConfigurationError(
            "no rule could be loaded, so nothing would be found",
            remedy="name Sigma rules (.yml), or leave --rules out for the bundled ones",
        )
    if given.lake:
        from midwatch.cli.hunt_lake import hunt_lake  # noqa: PLC0415  # the lake is slow to load

        state = StateFolder(state_folder(kept_state(ctx)))
        span = (given.since, given.until)
        found = hunt_lake(state, ruleset, given.tenants, span, zone=given.zone, by_day=given.by_day)
        raise click.exceptions.Exit(1 if found else 0)
    finding = logs_of(given.paths)
    forced = product_of(given.product)
    outcomes = hunt(
        finding.files,
        ruleset,
        clock_of(given.zone),
        None if forced is None else forced.name,
        given.jobs or _jobs_for(finding.files),
    )
    problems = list(finding.problems)
    matched, failures, events, unread = 0, 0, 0, 0
    with _bar(finding.files) as advance:
        for outcome in outcomes:
            _write(outcome)
            matched += len(outcome.matches)
            failures += outcome.failures
            events += outcome.events
            unread += outcome.unread
            problems.extend(outcome.problems)
            advance(outcome)
    report_problems(ruleset)
    for problem in problems:
        click.echo(f"midwatch: {problem}", err=True)
    if failures:
        click.echo(
            f"midwatch: {events + failures} lines read, of which {failures} could not be "
            "understood (midwatch parse shows them); "
            f"{matched} {'match' if matched == 1 else 'matches'}",
            err=True,
        )
    if unread == len(finding.files):
        raise click.exceptions.Exit(2)
    raise click.exceptions.Exit(1 if matched else 0)


def _write(outcome: Outcome) -> None:
    """Print the matches of one piece of work, so that whoever reads along sees them at once."""
    output = sys.stdout.buffer
    for match in outcome.matches:
        output.write(match)
        output.write(b"\n")
    output.flush()


def _jobs_for(files: Sequence[LogFile]) -> int:
    """How many processes are worth starting."""
    if sum(file.size for file in files) < _WORTH_SHARING:
        return 1
    available = getattr(os, "sched_getaffinity", None)
    return len(available(0)) if available is not None else os.cpu_count() or 1


@contextmanager
def _bar(files: Sequence[LogFile]) -> Iterator[Callable[[Outcome], None]]:
    """A progress bar on standard error, where that is a terminal and there is much to read."""
    total = sum(file.size for file in files)
    if not (sys.stderr.isatty() and total > _WORTH_A_BAR):
        yield lambda _outcome: None
        return
    from midwatch.cli.reading_bar import reading_bar  # noqa: PLC0415  # Rich is slow to load

    with reading_bar("hunting") as bar:
        task = bar.add_task("", total=total)
        before = 0

        def advance(outcome: Outcome) -> None:
            nonlocal before
            # A smaller figure is that of the next file.
            bar.advance(task, outcome.consumed - (before if outcome.consumed >= before else 0))
            before = outcome.consumed

        yield advance
