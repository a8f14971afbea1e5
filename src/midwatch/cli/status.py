"""``midwatch status``: how the watch is, in one look; fits any terminal from 40 columns."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

import click
from rich.table import Table
from rich.text import Text

from midwatch.cli.claiming import running_pid
from midwatch.cli.screen import Screen
from midwatch.cli.state_options import config_option, opened, state_option
from midwatch.paging import SqliteIncidents
from midwatch.tenants import TenantStore
from midwatch.watch.canary import PROCESS as CANARY
from midwatch.watch.configuration import Configuration, load_configuration
from midwatch.watch.health import Concern, HealthStore, Heartbeat
from midwatch.watch.own_sentences import duration
from midwatch.watch.policies import OPERATOR, Policies
from midwatch.watch.rhythm import SECOND
from midwatch.watch.self_watch import BEAT, MISSED_BEATS
from midwatch.watch.spools import open_spool
from midwatch.watch.state_folder import StateFolder

_PROCESSES: Final = ("intake", "pipeline", "clock")
_SENTENCES: Final = {
    "intake": "takes lines in",
    "pipeline": "reads, detects, keeps",
    "clock": "tells people, watches the watch",
}


@click.command("status")
@state_option
@config_option
def command(*, state: Path | None, config: Path | None) -> None:
    """How the watch is. Exit status 1: it does not run, or something is wrong with it."""
    folder = opened(state)
    configuration = load_configuration(config)
    health = HealthStore(folder.database)
    now = int(time.time() * SECOND)
    beats = {beat.process: beat for beat in health.heartbeats()}
    concerns = health.concerns()
    alive: set[str] = {
        name
        for name in _PROCESSES
        if name in beats and now - beats[name].beat < MISSED_BEATS * BEAT
    }
    running = running_pid(folder) is not None or bool(alive)
    well = running and not concerns and len(alive) == len(_PROCESSES)
    screen = Screen()
    screen.print(_verdict(running, alive, concerns), style="bold", markup=False)
    rows = Table.grid(padding=(0, 2))
    rows.add_column(no_wrap=True)
    rows.add_column(overflow="fold")
    parts = {
        **{name: _process(name, beats.get(name), name in alive, now) for name in _PROCESSES},
        **_ways(folder, configuration, beats.get(CANARY), concerns, now),
    }
    for name, told in parts.items():
        rows.add_row(Text(f"  {name}"), Text(told))
    screen.print()
    screen.print(rows)
    if concerns:
        screen.print()
    for concern in concerns:
        screen.print(f"  ■ {concern.text}", markup=False)
    raise click.exceptions.Exit(0 if well else 1)


def _verdict(running: bool, alive: set[str], concerns: list[Concern]) -> str:  # noqa: FBT001  # the first thing to say
    if not running:
        return "No watch runs in this state folder. Start it: midwatch up"
    if not concerns and len(alive) == len(_PROCESSES):
        return "The watch is awake, and nothing is wrong with it."
    if concerns:
        more = f" And {len(concerns) - 1} more." if len(concerns) > 1 else ""
        return f"The watch needs a look: {concerns[0].text}{more}"
    silent = ", ".join(name for name in _PROCESSES if name not in alive)
    return f"The watch needs a look: no sign of life from {silent}."


def _process(name: str, beat: Heartbeat | None, awake: bool, now: int) -> str:  # noqa: FBT001  # one of its two faces
    if beat is None:
        return f"{_SENTENCES[name]}: never started"
    if not awake:
        return f"{_SENTENCES[name]}: no sign of life for {duration(now - beat.beat)}"
    done = "; ".join(_done(name, beat.figures))
    since = duration(max(0, now - beat.started))
    return f"awake for {since}{f': {done}' if done else ''}"


def _done(name: str, figures: Mapping[str, float]) -> list[str]:
    """What a process has done since its start, in words."""
    if name == "intake":
        told = [
            f"{_counted(count, 'line')} by {key.partition(':')[2]}"
            for key, count in figures.items()
            if key.startswith("lines_total:") and count
        ]
        for key, word in (("lines_refused_total", "refused"), ("kernel_drops_total", "lost")):
            if figures.get(key):
                told.append(f"{_counted(figures[key], 'line')} {word}")
        if figures.get("spool_in_trouble"):
            told.append("the spool cannot be written")
        return told
    if name == "pipeline":
        told = [f"{_counted(figures.get('lines_total', 0), 'line')} read"]
        if figures.get("lines_not_understood_total"):
            told.append(f"{figures['lines_not_understood_total']:,.0f} not understood")
        return [*told, _counted(figures.get("alerts_total", 0), "alert")]
    return []


def _ways(
    folder: StateFolder,
    configuration: Configuration,
    canary: Heartbeat | None,
    concerns: list[Concern],
    now: int,
) -> dict[str, str]:
    with closing(open_spool(folder, configuration)) as spool:
        usage = spool.usage()
    share = usage.bytes_used / usage.budget if usage.budget else 0
    with closing(SqliteIncidents(folder.database)) as incidents:
        waiting = len(incidents.waiting())
    with closing(TenantStore(folder.database)) as tenants:
        feeds = len(tenants.feeds())
        sample = any(tenant.demo for tenant in tenants.tenants())
    silent = sum(each.kind == "silence" for each in concerns)
    told = Policies(folder.policies).policy_of(OPERATOR) is not None
    through = "no test line has come through yet"
    if canary is not None:
        took = canary.figures.get("seconds", 0.0)
        ago = duration(max(0, now - canary.beat))
        through = f"a test line came through {ago} ago, in {took:.2f} s"
    made_up = {"sample": "a sample office sends too; midwatch demo stop takes it away"}
    return {
        **(made_up if sample else {}),
        "canary": through,
        "spool": f"{share:.1%} full, {_counted(usage.waiting, 'parcel')} waiting",
        "sources": f"{feeds:,}, of these {silent:,} silent" if feeds else "none yet",
        "incidents": f"{_counted(waiting, 'incident')} waiting for an answer"
        if waiting
        else "none waits for an answer",
        "people": "are told"
        if told
        else f"nobody is told; write a policy: midwatch policy set {OPERATOR} FILE",
    }


def _counted(number: float, noun: str) -> str:
    return f"{number:,.0f} {noun}{'' if number == 1 else 's'}"
