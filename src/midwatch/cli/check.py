"""``midwatch check``: who tried to get in, how, and whether anybody did."""

from __future__ import annotations

import errno
import gc
import os
import shutil
import sys
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Final

import click

from midwatch.cli.options import clock_of, instant_of, log_options, logs_of, product_of
from midwatch.cli.rules import reading_options, rules_of
from midwatch.intake.opening import name_of
from midwatch.kernel import ConfigurationError
from midwatch.reports.values import Report
from midwatch.reports.verdict import Verdict, verdict
from midwatch.watch.geography import Geography
from midwatch.watch.morning import CheckPlan, MorningCheck
from midwatch.watch.streams import ReadChunk

_WIDEST = 100
_REMEDIES: Final = dict.fromkeys(
    (errno.EACCES, errno.EPERM, errno.EROFS), "name a file where you may write"
)
_WORTH_A_BAR = 5_000_000


@click.command("check")
@log_options
@click.option(
    "--since", metavar="TIME", help="Only from this time on: 2026-11-21, '2026-11-21 18:00', 12h."
)
@click.option("--until", metavar="TIME", help="Only before this time.")
@click.option(
    "--rules",
    "folders",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="Add the Sigma rules of this file, folder or pack; may be given again.",
)
@click.option(
    "--geoip",
    "databases",
    multiple=True,
    envvar="MIDWATCH_GEOIP",
    type=click.Path(path_type=Path),
    help="MaxMind database (.mmdb) for countries or networks; may be given again.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead.")
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the report as one self-contained page.",
)
@click.option("--unparsed", is_flag=True, help="Show lines that were not understood.")
@reading_options
@click.pass_context
def command(context: click.Context, /, **_given: object) -> None:
    """Say who tried to get in, how, how often, since when, and whether anybody did.

    PATH is a log file or a folder; packed and rotated files are understood, - is standard
    input. Exit status: 0 nothing needs a look, 1 something does, 2 nothing could be read or
    understood.
    """
    report = run_check(CheckOptions(**context.params))
    if not report.files or verdict(report) is Verdict.NOT_UNDERSTOOD:
        raise click.exceptions.Exit(2)
    raise click.exceptions.Exit(1 if report.needs_look else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOptions:
    """What the command line asks for; the names are those of its options."""

    paths: tuple[Path, ...]
    zone: str | None = None
    product: str | None = None
    since: str | None = None
    until: str | None = None
    folders: tuple[Path, ...] = ()
    databases: tuple[Path, ...] = ()
    as_json: bool = False
    html: Path | None = None
    unparsed: bool = False


def run_check(options: CheckOptions) -> Report:
    """Run the morning check, print it, and return the report."""
    # Rules and lines are millions of objects without cycles; the collector would only walk them.
    gc.freeze()
    gc.disable()
    clock = clock_of(options.zone)
    if options.html is not None:
        _expect_room_for(options.html)
    begin = instant_of(options.since, clock, "--since")
    end = instant_of(options.until, clock, "--until")
    if begin is not None and end is not None and begin >= end:
        raise ConfigurationError(
            f"--since {options.since!r} is not before --until {options.until!r}, "
            "so nothing lies between them",
            remedy="exchange them",
        )
    plan = CheckPlan(
        finding=logs_of(options.paths),
        rules=rules_of(options.folders, bundled=True),
        clock=clock,
        zone_name=str(clock.zone),
        forced=product_of(options.product),
        since=begin,
        until=end,
        geography=Geography(options.databases),
    )
    report = _run(plan, show_bar=not options.as_json)
    if options.as_json:
        from midwatch.reports.document import render_json  # noqa: PLC0415  # each form is slow to load

        sys.stdout.buffer.write(render_json(report, zone=clock.zone))
        sys.stdout.buffer.flush()
    else:
        _print(report, clock.zone, unparsed=options.unparsed)
    if options.html is not None:
        _write_page(report, clock.zone, options.html)
        if not options.as_json:
            click.echo(f"\n  The report as a page: {name_of(options.html.resolve())}")
    return report


def _expect_room_for(page: Path) -> None:
    """Tell before a long reading what would spoil the page after it."""
    if page.is_dir():
        raise ConfigurationError("this is a folder", remedy="name a file in it", path=name_of(page))
    if not page.parent.is_dir():
        raise ConfigurationError(
            f"there is no folder {name_of(page.parent)}",
            remedy="make it, or name another",
            path=name_of(page),
        )


def _write_page(report: Report, zone: tzinfo, page: Path) -> None:
    from midwatch.reports.html import render_html  # noqa: PLC0415  # only pages need Jinja

    try:
        page.write_text(render_html(report, zone=zone), encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"the page cannot be written: {error.strerror}",
            remedy=_REMEDIES.get(error.errno or 0, "make room, or name another file"),
            path=name_of(page),
        ) from error


def _print(report: Report, zone: tzinfo, *, unparsed: bool) -> None:
    from midwatch.reports.terminal import (  # noqa: PLC0415  # each form is slow to load
        can_show_unicode,
        render_terminal,
        render_unparsed,
    )

    terminal = sys.stdout.isatty()
    width = min(_WIDEST, shutil.get_terminal_size((80, 24)).columns) if terminal else 80
    colour = terminal and "NO_COLOR" not in os.environ
    unicode = can_show_unicode(sys.stdout.encoding)
    if unparsed:
        click.echo(render_unparsed(report, width=width, colour=colour, unicode=unicode), nl=False)
    else:
        text = render_terminal(report, width=width, colour=colour, zone=zone, unicode=unicode)
        click.echo(text, nl=False)


def _run(plan: CheckPlan, *, show_bar: bool) -> Report:
    check = MorningCheck(plan)
    total = sum(file.size for file in plan.finding.files)
    if not (show_bar and sys.stderr.isatty() and total > _WORTH_A_BAR):
        return check.run()
    from midwatch.cli.reading_bar import reading_bar  # noqa: PLC0415  # Rich is slow to load

    with reading_bar("reading") as bar:
        task = bar.add_task("", total=total)
        consumed: dict[str, int] = {}

        def advance(chunk: ReadChunk) -> None:
            name = chunk.file.name
            done = min(chunk.consumed, chunk.file.size)
            bar.advance(task, done - consumed.get(name, 0))
            consumed[name] = done

        return check.run(advance)
