"""``midwatch incidents``: what happened, and what somebody did about it."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

import click
from rich import box
from rich.table import Table

from midwatch.cli import exceptions, replying
from midwatch.cli.acting import now, services, who
from midwatch.cli.screen import Screen
from midwatch.cli.state_options import opened, state_option
from midwatch.incidents import Disposition, Incident, IncidentState
from midwatch.paging import SqliteIncidents
from midwatch.reports.incident_telling import notes, standing, steps, story, when
from midwatch.tenants import TenantStore
from midwatch.watch.feeds import offset_of, place_of
from midwatch.watch.rhythm import SECOND
from midwatch.watch.state_folder import VARIABLE, StateFolder

_Command = TypeVar("_Command", bound=Callable[..., Any])
_OPEN: Final = (
    IncidentState.NEW, IncidentState.ACKNOWLEDGED, IncidentState.WORKING, IncidentState.REOPENED,
)  # fmt: skip
_MARKS: Final = {"P1": "■ act", "P2": "■ act", "P3": "▲ look"}


@click.group("incidents", invoke_without_command=True)
@state_option
@click.pass_context
def command(ctx: click.Context, *, state: Path | None) -> None:
    """What happened, what waits for somebody, and what was done about it.

    Without a command, the open incidents.
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_incidents, state=state)
    elif state is not None:
        # The command has the option too, and there it goes before this one.
        os.environ[VARIABLE] = str(state)


for _each in (exceptions.make_exception, exceptions.exceptions, replying.reply):
    command.add_command(_each)


def _answer(command: _Command) -> _Command:
    """Options of everything a person does about an incident."""
    for decorate in (
        click.argument("incident"),
        click.option(
            "--by", default=None, metavar="NAME", help="Who does it. Default: your login."
        ),
        click.option("--why", default="", metavar="TEXT", help="Why; kept in the history."),
        state_option,
    ):
        command = decorate(command)
    return command


@command.command("list")
@state_option
@click.option("--client", "tenant", help="Only this client's.")
@click.option("--all", "every", is_flag=True, help="Resolved ones too.")
def list_incidents(
    *, state: Path | None = None, tenant: str | None = None, every: bool = False
) -> None:
    """Open incidents, those that need a person soonest first. Exit status 1: one waits."""
    folder = opened(state)
    store = SqliteIncidents(folder.database)
    found = store.incidents(tenant, () if every else _OPEN)
    if not found:
        click.echo("Nothing waits for anybody.")
        return
    moment = now()
    found.sort(key=lambda each: (not each.waiting, each.priority.value, -each.opened))
    waiting = sum(each.waiting for each in found)
    click.echo(
        f"{waiting} of {len(found)} wait for somebody." if waiting else "All of them are answered."
    )
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("", no_wrap=True)
    table.add_column("incident", no_wrap=True)
    table.add_column("client")
    table.add_column("what")
    table.add_column("state")
    for each in found:
        mark = _MARKS.get(each.priority.value, "· note")
        table.add_row(mark, each.reference, each.tenant, story(each), standing(each, moment))
    Screen().print(table)
    raise click.exceptions.Exit(1 if waiting else 0)


@command.command("show")
@click.argument("incident")
@state_option
def show(*, state: Path | None, incident: str) -> None:
    """One incident: what happened, since when, what to do, what was done."""
    folder = opened(state)
    store = SqliteIncidents(folder.database)
    found = services(folder, store).get(incident)
    zone = _zone(folder, found.tenant)
    click.echo(f"{found.reference}  {found.tenant}  {found.priority.value}  {found.level.value}\n")
    click.echo(f"  {story(found)}.")
    told = when(found, zone)
    if told:
        click.echo(f"  {told}")
    click.echo(f"  {standing(found, now())}")
    for note in notes(found):
        click.echo(f"  {note}.")
    if steps(found):
        click.echo("\n  What to do")
        for number, step in enumerate(steps(found), 1):
            click.echo(f"  {number}. {step}")
    _show_signals(found)
    deliveries = store.deliveries(found.id)
    if deliveries:
        click.echo("\n  Who was told")
        for each in deliveries:
            click.echo(f"  {each.person} by {each.channel}: {each.state.value}")
    if found.history:
        click.echo("\n  What was done")
        for change in found.history:
            moment = datetime.fromtimestamp(change.at / SECOND, UTC).astimezone(zone)
            why = f": {change.why}" if change.why else ""
            click.echo(f"  {moment:%d %b %H:%M}  {change.by}, {change.went.value}{why}")


@command.command("ack")
@_answer
def acknowledge(*, state: Path | None, incident: str, by: str | None, why: str) -> None:
    """You have seen it and answer for it; nobody else is called."""
    done = services(opened(state)).acknowledge(incident, by=who(by), now=now(), why=why)
    _tell(done)


@command.command("work")
@_answer
def work(*, state: Path | None, incident: str, by: str | None, why: str) -> None:
    """You work on it."""
    _tell(services(opened(state)).work(incident, by=who(by), now=now(), why=why))


@command.command("resolve")
@_answer
@click.option(
    "--as",
    "disposition",
    required=True,
    type=click.Choice([each.value for each in Disposition]),
    help="What it was.",
)
@click.option(
    "--of", "duplicate_of", default="", metavar="INCIDENT", help="With --as duplicate: of which."
)
def resolve(
    *,
    state: Path | None,
    incident: str,
    by: str | None,
    why: str,
    disposition: str,
    duplicate_of: str,
) -> None:
    """It is over, and this is what it was."""
    done = services(opened(state)).resolve(
        incident, Disposition(disposition), by=who(by), now=now(), why=why,
        duplicate_of=duplicate_of,
    )  # fmt: skip
    _tell(done)


@command.command("reopen")
@_answer
def reopen(*, state: Path | None, incident: str, by: str | None, why: str) -> None:
    """It is not over after all; people are called again. --why is needed."""
    _tell(services(opened(state)).reopen(incident, by=who(by), now=now(), why=why))


@command.command("note")
@_answer
def note(*, state: Path | None, incident: str, by: str | None, why: str) -> None:
    """Write a remark (--why) into its history."""
    _tell(services(opened(state)).remark(incident, by=who(by), now=now(), why=why))


def _show_signals(found: Incident) -> None:
    click.echo("\n  Findings (midwatch query 'delivery:… line:…' shows a line)")
    for signal in found.signals[:10]:
        click.echo(f"  {signal.title}: {signal.count:,} events")
        for each in signal.evidence[:2]:
            # A line of the running watch is numbered by where it lies in the lake.
            place = f"delivery:{offset_of(each.line)} line:{place_of(each.line)}"
            click.echo(f"    {f'{each.origin}:{each.line}' if each.origin else place}")
    if len(found.signals) > 10:
        click.echo(f"  and {len(found.signals) - 10} more")


def _tell(done: Incident) -> None:
    click.echo(f"{done.reference}: {standing(done, now())}.")


def _zone(folder: StateFolder, tenant: str) -> tzinfo:
    known = TenantStore(folder.database).tenant(tenant)
    return UTC if known is None else ZoneInfo(known.zone)
