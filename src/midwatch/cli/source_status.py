"""``midwatch source status``: how each source is, with its last 24 hours as a strip."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click
from rich import box
from rich.table import Table

from midwatch.cli.screen import Screen
from midwatch.cli.state_options import opened, state_option
from midwatch.reports.terminal import can_show_unicode
from midwatch.tenants import Feed, TenantStore
from midwatch.watch.coverage import is_silent
from midwatch.watch.health import HealthStore
from midwatch.watch.own_sentences import duration
from midwatch.watch.rhythm import DAY, HOUR, SECOND

HOURS: Final = 24
_LEVELS: Final = "▁▂▃▄▅▆▇█"
_PLAIN_LEVELS: Final = ".:-=+*#@"
_WIDE: Final = 110
"""Columns from which a source fits on one line."""


@click.command("status")
@state_option
@click.option("--client", "tenant", help="Only this client's.")
def status(*, state: Path | None, tenant: str | None) -> None:
    """Your sources: when each last spoke, how much of it is understood, and its last 24 hours.

    The strip has one sign for each hour, the present one last, as high as the source's own
    busiest hour; a gap is an hour without a line. Exit status 1 where a source is silent.
    """
    folder = opened(state)
    feeds = TenantStore(folder.database).feeds(tenant)
    if not feeds:
        click.echo("There is no source yet. Add one:")
        click.echo("  midwatch source add gate --product pfsense --address 192.0.2.1")
        return
    health = HealthStore(folder.database)
    known = {each.feed: each for each in health.feeds(tenant)}
    now = int(time.time() * SECOND)
    unicode = can_show_unicode(sys.stdout.encoding)
    rows = []
    for feed in feeds:
        mine = known.get(feed.id)
        lines, parsed = health.shares(feed.id, now - DAY + HOUR, now + HOUR)
        rows.append(
            (
                feed,
                is_silent(feed, mine, now),
                "never" if mine is None else f"{duration(max(0, now - mine.last))} ago",
                lines,
                f"{parsed / lines:.0%}" if lines else "–" if unicode else "-",
                hour_strip(health.hours(feed.id, now - DAY + HOUR, now + HOUR), unicode=unicode),
            )
        )
    screen = Screen()
    if screen.width >= _WIDE:
        screen.print(_table(rows))
    else:
        for row in rows:
            _print_block(screen, *row)
    raise click.exceptions.Exit(1 if any(row[1] for row in rows) else 0)


def hour_strip(lines: Sequence[int], *, unicode: bool = True) -> str:
    """One sign for each hour: a gap where no line came, else as high as the busiest hour.

    >>> hour_strip([0, 1, 50, 100]), hour_strip([0, 1, 100], unicode=False)
    (' ▁▆█', ' .@')
    """
    levels = _LEVELS if unicode else _PLAIN_LEVELS
    most = max(lines, default=0)
    return "".join(
        levels[min(len(levels) - 1, int(math.sqrt(count / most) * len(levels)))] if count else " "
        for count in lines
    )


_Row = tuple[Feed, bool, str, int, str, str]


def _table(rows: Sequence[_Row]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("source", "client", "product", "last line"):
        table.add_column(heading)
    for heading in ("lines in 24 h", "understood"):
        table.add_column(heading, justify="right")
    table.add_column("24 hours", no_wrap=True)
    for feed, silent, last, lines, share, strip in rows:
        table.add_row(
            feed.id, feed.tenant, _product(feed), f"■ silent, {last}" if silent else last,
            f"{lines:,}", share, strip,
        )  # fmt: skip
    return table


def _print_block(
    screen: Screen, feed: Feed, silent: bool, last: str, lines: int, share: str, strip: str  # noqa: FBT001  # one row of the table
) -> None:  # fmt: skip
    screen.print(f"{feed.id}  {feed.tenant}", style="bold", markup=False)
    screen.print(f"  {_product(feed)}", markup=False)
    told = f"■ silent, last line {last}" if silent else f"last line {last}"
    screen.print(f"  {told}", markup=False)
    screen.print(f"  {lines:,} lines in 24 h, {share} understood", markup=False)
    screen.print(f"  |{strip}|", markup=False, no_wrap=True)


def _product(feed: Feed) -> str:
    return feed.product or "told by each line"
