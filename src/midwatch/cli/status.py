"""``midwatch status``: how the watch is, in one look."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

import click
from rich import box
from rich.table import Table

from midwatch.cli.screen import Screen
from midwatch.cli.state_options import config_option, opened, state_option
from midwatch.cli.up import running_pid
from midwatch.paging import SqliteIncidents
from midwatch.tenants import TenantStore
from midwatch.watch.canary import PROCESS as CANARY
from midwatch.watch.configuration import load_configuration
from midwatch.watch.health import HealthStore
from midwatch.watch.policies import OPERATOR, Policies
from midwatch.watch.rhythm import SECOND
from midwatch.watch.self_watch import BEAT, MISSED_BEATS, duration
from midwatch.watch.spools import open_spool

_PROCESSES: Final = ("intake", "pipeline", "clock")


@click.command("status")
@state_option
@config_option
def command(*, state: Path | None, config: Path | None) -> None:
    """How the watch is. Exit status 1: something is wrong with the watch itself."""
    folder = opened(state)
    configuration = load_configuration(config)
    health = HealthStore(folder.database)
    now = int(time.time() * SECOND)
    beats = {beat.process: beat for beat in health.heartbeats()}
    concerns = health.concerns()
    alive = [
        name
        for name in _PROCESSES
        if name in beats and now - beats[name].beat < MISSED_BEATS * BEAT
    ]
    running = running_pid(folder) is not None or bool(alive)
    silent = [each for each in concerns if each.kind == "silence"]
    if not running:
        click.echo("No watch runs in this state folder. Start it: midwatch up")
    elif not concerns and len(alive) == len(_PROCESSES):
        click.echo("The watch is awake, and nothing is wrong with it.")
    else:
        first = concerns[0].text if concerns else f"{len(alive)} of 3 processes beat."
        more = f" And {len(concerns) - 1} more." if len(concerns) > 1 else ""
        click.echo(f"The watch needs a look: {first}{more}")
    screen = Screen()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("part", "state", "figures"):
        table.add_column(heading)
    for name in _PROCESSES:
        beat = beats.get(name)
        if beat is None:
            table.add_row(name, "never started", "")
            continue
        state_word = "awake" if name in alive else f"silent for {duration(now - beat.beat)}"
        figures = ", ".join(
            f"{key.removesuffix('_total').replace('_', ' ')} {value:,.0f}"
            for key, value in beat.figures.items()
            if value and key != "position"
        )
        table.add_row(name, state_word, figures)
    canary = beats.get(CANARY)
    if canary is not None:
        through = canary.figures.get("seconds", 0.0)
        table.add_row(
            "canary", f"came through {duration(now - canary.beat)} ago", f"in {through:.2f} s"
        )
    spool = open_spool(folder, configuration)
    usage = spool.usage()
    spool.close()
    share = usage.bytes_used / usage.budget if usage.budget else 0
    table.add_row("spool", f"{share:.1%} full", f"{usage.waiting:,} parcels wait")
    waiting = SqliteIncidents(folder.database).waiting()
    table.add_row("incidents", f"{len(waiting)} wait for somebody", "")
    feeds = TenantStore(folder.database).feeds()
    table.add_row("sources", f"{len(silent)} of {len(feeds)} silent", "")
    told = Policies(folder.policies).policy_of(OPERATOR)
    table.add_row(
        "people",
        "are told" if told is not None else "nobody is told",
        "" if told is not None else "write a policy: midwatch policy set operator FILE",
    )
    screen.print(table)
    for concern in concerns:
        click.echo(f"  {concern.kind}: {concern.text}")
    raise click.exceptions.Exit(0 if running and not concerns else 1)
