"""``midwatch incidents``: what happened, and what somebody did about it."""

from __future__ import annotations

import getpass
import os
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

import click
from rich import box
from rich.table import Table

from midwatch.cli.screen import Screen
from midwatch.cli.state_options import opened, state_option
from midwatch.incidents import AlertException, Disposition, Incident, Incidents, IncidentState
from midwatch.incidents.exceptions import state_of
from midwatch.kernel import timed_id
from midwatch.paging import SqliteIncidents
from midwatch.reports.incident_telling import notes, standing, steps, story, when
from midwatch.tenants import TenantStore
from midwatch.watch.policies import Policies
from midwatch.watch.rhythm import DAY, SECOND
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
    now = _now()
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
        table.add_row(mark, each.reference, each.tenant, story(each), standing(each, now))
    Screen().print(table)
    raise click.exceptions.Exit(1 if waiting else 0)


@command.command("show")
@click.argument("incident")
@state_option
def show(*, state: Path | None, incident: str) -> None:
    """One incident: what happened, since when, what to do, what was done."""
    folder = opened(state)
    store = SqliteIncidents(folder.database)
    found = _services(folder, store).get(incident)
    zone = _zone(folder, found.tenant)
    click.echo(f"{found.reference}  {found.tenant}  {found.priority.value}  {found.level.value}\n")
    click.echo(f"  {story(found)}.")
    told = when(found, zone)
    if told:
        click.echo(f"  {told}")
    click.echo(f"  {standing(found, _now())}")
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
    done = _services(opened(state)).acknowledge(incident, by=_who(by), now=_now(), why=why)
    _tell(done)


@command.command("work")
@_answer
def work(*, state: Path | None, incident: str, by: str | None, why: str) -> None:
    """You work on it."""
    _tell(_services(opened(state)).work(incident, by=_who(by), now=_now(), why=why))


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
    done = _services(opened(state)).resolve(
        incident, Disposition(disposition), by=_who(by), now=_now(), why=why,
        duplicate_of=duplicate_of,
    )  # fmt: skip
    _tell(done)


@command.command("reopen")
@_answer
def reopen(*, state: Path | None, incident: str, by: str | None, why: str) -> None:
    """It is not over after all; people are called again. --why is needed."""
    _tell(_services(opened(state)).reopen(incident, by=_who(by), now=_now(), why=why))


@command.command("note")
@_answer
def note(*, state: Path | None, incident: str, by: str | None, why: str) -> None:
    """Write a remark (--why) into its history."""
    _tell(_services(opened(state)).remark(incident, by=_who(by), now=_now(), why=why))


@command.command("except")
@state_option
@click.argument("client")
@click.option("--rule", default="", help="Of this rule: its id or short name.")
@click.option("--network", default="", help="From this address or network.")
@click.option("--user", default="", help="About this account.")
@click.option("--host", default="", help="About this machine.")
@click.option(
    "--days", type=click.IntRange(1, 366), default=90, show_default=True, help="How long it stands."
)
@click.option("--by", default=None, metavar="NAME", help="Who answers for it. Default: your login.")
@click.option("--why", required=True, metavar="TEXT", help="Why.")
@click.option(
    "--preview", is_flag=True, help="Only tell what it would have hidden in the last 30 days."
)
def make_exception(  # noqa: PLR0913  # one option for each thing that can be said of an exception
    *,
    state: Path | None,
    client: str,
    rule: str,
    network: str,
    user: str,
    host: str,
    days: int,
    by: str | None,
    why: str,
    preview: bool,
) -> None:
    """Alerts of CLIENT that nobody wants to hear of for a while."""
    now = _now()
    exception = AlertException(
        id=timed_id(now, secrets.token_bytes(10)), tenant=client, author=_who(by), reason=why,
        created=now, expires=now + days * DAY, rule=rule, network=network, user=user, host=host,
    )  # fmt: skip
    services = _services(opened(state))
    hidden = services.preview_exception(exception, now - 30 * DAY)
    click.echo(
        f"In the last 30 days it would have hidden {hidden.suppressed} of {hidden.alerts} alerts."
    )
    if hidden.spared:
        click.echo(f"It leaves {hidden.spared} standing that say somebody got in.")
    if not preview:
        services.add_exception(exception)
        click.echo(f"In force for {days} days as {exception.id}.")


@command.command("exceptions")
@state_option
@click.argument("client")
@click.option("--revoke", metavar="ID", help="End this one now.")
def exceptions(*, state: Path | None, client: str, revoke: str | None) -> None:
    """The exceptions of CLIENT and how often each was used."""
    folder = opened(state)
    store = SqliteIncidents(folder.database)
    if revoke is not None:
        _services(folder, store).revoke_exception(client, revoke, by=_who(None), now=_now())
        click.echo("It has ended.")
        return
    known = store.hits(client)
    if not known:
        click.echo("There is none.")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("id", "means", "by", "why", "state", "hits"):
        table.add_column(heading)
    for used in known:
        each = used.exception
        means = ", ".join(part for part in (each.rule, each.network, each.user, each.host) if part)
        table.add_row(
            each.id, means, each.author, each.reason, state_of(each, _now()).value, str(used.hits)
        )
    Screen().print(table)


def _show_signals(found: Incident) -> None:
    click.echo("\n  Findings")
    for signal in found.signals[:10]:
        where = ", ".join(f"{each.origin}:{each.line}" for each in signal.evidence[:2])
        click.echo(f"  {signal.title}: {signal.count:,} events{f'  ({where})' if where else ''}")
    if len(found.signals) > 10:
        click.echo(f"  and {len(found.signals) - 10} more")


def _tell(done: Incident) -> None:
    click.echo(f"{done.reference}: {standing(done, _now())}.")


def _services(folder: StateFolder, store: SqliteIncidents | None = None) -> Incidents:
    return Incidents(store or SqliteIncidents(folder.database), Policies(folder.policies).policy_of)


def _zone(folder: StateFolder, tenant: str) -> tzinfo:
    known = TenantStore(folder.database).tenant(tenant)
    return UTC if known is None else ZoneInfo(known.zone)


def _who(by: str | None) -> str:
    return by or os.environ.get("SUDO_USER") or getpass.getuser()


def _now() -> int:
    return time.time_ns() // 1000
