"""``midwatch incidents except`` and ``exceptions``: what nobody wants to hear of for a while."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
from rich import box
from rich.table import Table

from midwatch.cli.acting import now, services, who
from midwatch.cli.options import taken_as
from midwatch.cli.screen import Screen
from midwatch.cli.state_options import expect_client, opened, state_option
from midwatch.incidents import AlertException, Preview
from midwatch.incidents.calendars import Span
from midwatch.incidents.exceptions import state_of
from midwatch.incidents.policy_texts import read_spans
from midwatch.kernel import BadInputError, timed_id
from midwatch.paging import SqliteIncidents
from midwatch.reports.defusing import defuse
from midwatch.reports.incident_telling import attempt_of
from midwatch.reports.telling import sentence
from midwatch.watch.policies import OPERATOR
from midwatch.watch.rhythm import DAY, SECOND
from midwatch.watch.state_folder import StateFolder

_WEEK: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionOptions:
    """What is said of an exception; the names are those of the options."""

    state: Path | None
    client: str
    rule: str
    network: str
    user: str
    host: str
    times: tuple[str, ...]
    break_ins: bool
    days: int
    by: str | None
    why: str
    preview: bool
    last: int


@click.command("except")
@state_option
@click.argument("client")
@click.option("--rule", default="", help="Of this rule: its id or short name.")
@click.option("--network", default="", help="From this address or network.")
@click.option("--user", default="", help="About this account.")
@click.option("--host", default="", help="About this machine.")
@click.option(
    "--times",
    multiple=True,
    metavar="SPAN",
    help="Only then, such as 'mon-fri 22:00-06:00'; may be given again.",
)
@click.option("--break-ins", is_flag=True, help="Also findings that somebody got in. Think twice.")
@click.option(
    "--days", type=click.IntRange(1, 366), default=90, show_default=True, help="How long it stands."
)
@click.option("--by", default=None, metavar="NAME", help="Who answers for it. Default: your login.")
@click.option("--why", default="", metavar="TEXT", help="Why. Needed unless it is a preview.")
@click.option("--preview", is_flag=True, help="Only tell what it would have hidden.")
@click.option(
    "--last",
    type=click.IntRange(1, 3660),
    default=30,
    show_default=True,
    metavar="DAYS",
    help="Over how many days to tell that.",
)
@taken_as(ExceptionOptions)
def make_exception(given: ExceptionOptions) -> None:
    """Alerts of CLIENT that nobody wants to hear of for a while."""
    folder = opened(given.state)
    _check_client(folder, given.client)
    moment = now()
    exception = AlertException(
        id=timed_id(moment, secrets.token_bytes(10)), tenant=given.client, author=who(given.by),
        reason=given.why or ("a preview" if given.preview else ""), created=moment,
        expires=moment + given.days * DAY, rule=given.rule, network=given.network,
        user=given.user, host=given.host,
        times=tuple(map(_span, given.times)), break_ins=given.break_ins,
    )  # fmt: skip
    what = services(folder)
    _tell(what.preview_exception(exception, moment - given.last * DAY), given.last)
    if not given.preview:
        what.add_exception(exception)
        click.echo(f"In force for {given.days} days as {exception.id}.")


@click.command("exceptions")
@state_option
@click.argument("client")
@click.option("--revoke", metavar="ID", help="End this one now.")
def exceptions(*, state: Path | None, client: str, revoke: str | None) -> None:
    """The exceptions of CLIENT and how often each was used."""
    folder = opened(state)
    _check_client(folder, client)
    store = SqliteIncidents(folder.database)
    if revoke is not None:
        services(folder, store).revoke_exception(client, revoke, by=who(None), now=now())
        click.echo("It has ended.")
        return
    known = store.hits(client)
    if not known:
        click.echo("There is none.")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("id", "means", "by", "why", "state", "until", "hits"):
        table.add_column(heading)
    for used in known:
        each = used.exception
        parts = [each.rule, each.network, each.user, each.host, *map(_written, each.times)]
        parts += ["break-ins too"] if each.break_ins else []
        table.add_row(
            each.id, defuse(", ".join(part for part in parts if part), 200), each.author,
            defuse(each.reason, 200), state_of(each, now()).value,
            f"{datetime.fromtimestamp(each.expires / SECOND, UTC):%Y-%m-%d}", f"{used.hits:,}",
        )  # fmt: skip
    Screen().print(table)


def _tell(hidden: Preview, last: int) -> None:
    click.echo(
        f"In the last {last} days it would have hidden {hidden.suppressed:,} of "
        f"{hidden.alerts:,} alerts."
    )
    for rule, count in hidden.by_rule.items():
        click.echo(f"  {count:>6,}  {defuse(rule, 80)}")
    if hidden.gravest is not None:
        click.echo(f"The gravest of them was {hidden.gravest.value}. For example:")
    for signal in hidden.examples:
        click.echo(f"  {sentence(attempt_of(signal))}")
    if hidden.break_ins:
        click.echo(f"{hidden.break_ins} of them say that somebody got in.")
    if hidden.spared:
        click.echo(f"It leaves {hidden.spared} standing that say somebody got in.")


def _check_client(folder: StateFolder, client: str) -> None:
    if client != OPERATOR:
        expect_client(folder, client)


def _span(text: str) -> Span:
    days, _, hours = text.strip().rpartition(" ")
    start, _, end = hours.partition("-")
    try:
        return read_spans(days.strip() or "mon-sun", start, end)
    except ValueError as error:
        raise BadInputError(
            f"--times: {error}", remedy="write them like 'mon-fri 22:00-06:00' or 22:00-06:00"
        ) from error


def _written(span: Span) -> str:
    names = ",".join(name for number, name in enumerate(_WEEK) if number in span.days)
    return f"{_short(names)} {span.start:%H:%M}-{span.end:%H:%M}"


def _short(names: str) -> str:
    known: Sequence[tuple[str, str]] = (
        (",".join(_WEEK), "daily"), (",".join(_WEEK[:5]), "mon-fri"), ("sat,sun", "sat-sun"),
    )  # fmt: skip
    return dict(known).get(names, names)
