"""``midwatch source add``, ``test``, ``status`` …: the devices and servers that send logs."""

from __future__ import annotations

import ipaddress
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
import msgspec
from rich.table import Table

from midwatch.cli.options import product_of, taken_as, zone_of
from midwatch.cli.screen import Screen
from midwatch.cli.state_options import config_option, opened, state_option, with_office
from midwatch.kernel import BadInputError
from midwatch.tenants import Feed, Mark, MarkKind, TenantStore, hash_of_token
from midwatch.watch.configuration import load_configuration
from midwatch.watch.first_line import first_line
from midwatch.watch.health import FeedHealth, HealthStore
from midwatch.watch.own_sentences import duration
from midwatch.watch.setup_guides import guide_for, guide_of

_SECOND: Final = 1_000_000
_LOOK: Final = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOptions:
    """What is said of a source; the names are those of the options."""

    state: Path | None
    config: Path | None
    name: str
    product: str | None
    tenant: str | None
    office: str | None
    title: str | None
    addresses: tuple[str, ...]
    port: int | None
    host: str
    by_token: bool
    paths: tuple[Path, ...]
    zone: str
    silence: int | None


@click.command("add")
@state_option
@config_option
@click.argument("name")
@click.option(
    "--product",
    metavar="NAME",
    help="What it is (midwatch source list), asked first. Default: told by each line.",
)
@click.option("--client", "tenant", help="Whose it is, where there are several clients.")
@click.option("--office", help="At which office, where there are several.")
@click.option("--title", help="What people call it. Default: NAME.")
@click.option(
    "--address",
    "addresses",
    multiple=True,
    help="Address or network it sends from; may be repeated.",
)
@click.option("--port", type=click.IntRange(1, 65535), help="Only what comes to this port here.")
@click.option(
    "--host", default="", help="Only lines of this host name (several devices behind a relay)."
)
@click.option(
    "--token", "by_token", is_flag=True, help="It proves itself by a token (HTTP shippers)."
)
@click.option(
    "--path",
    "paths",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A log file or folder on this machine to follow.",
)
@click.option("--zone", default="", help="Zone of stamps that state none. Default: the client's.")
@click.option(
    "--silence",
    type=click.IntRange(10),
    default=None,
    metavar="SECONDS",
    help="Alarm after so long a silence. Default: learnt.",
)
@taken_as(SourceOptions)
def add(given: SourceOptions) -> None:
    """Add a source and print what to type into the device. NAME is short, such as gate."""
    folder = opened(given.state)
    configuration = load_configuration(given.config)
    product_of(given.product)
    if given.zone:
        zone_of(given.zone)
    store = TenantStore(folder.database)
    if store.feed(given.name) is not None:
        raise BadInputError(
            f"there is a source {given.name!r} already",
            remedy="choose another name, or remove it first",
        )
    token = ""
    marks = [
        Mark(MarkKind.ADDRESS, _network(text), given.port or 0, given.host)
        for text in given.addresses
    ]
    marks += [Mark(MarkKind.PATH, str(path.absolute())) for path in given.paths]
    if given.by_token or ("{token}" in guide_of(given.product or "") and not marks):
        token = secrets.token_urlsafe(24)
        marks.append(Mark(MarkKind.TOKEN, hash_of_token(token)))
    if not marks:
        raise BadInputError(
            "nothing says by what this source is told",
            remedy="name the device's address with --address, or give it a --token, or a --path",
        )
    tenant, office = with_office(store, given.tenant, given.office)
    store.save_feed(
        Feed(
            given.name, tenant, office, given.title or given.name, given.product or "",
            given.zone, tuple(marks), given.silence or 0, created=int(time.time() * _SECOND),
        )
    )  # fmt: skip
    click.echo(f"Added {given.title or given.name} at {tenant}, {office}.\n")
    if token:
        click.echo(f"Its token, shown only now:  {token}\n")
    if not given.paths:
        click.echo(guide_for(given.product or "", configuration, token=token, port=given.port or 0))
    click.echo(f"Then see it arrive:  midwatch source test {given.name}")


@click.command("test")
@state_option
@click.argument("name")
@click.option(
    "--wait",
    type=click.IntRange(1),
    default=300,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait.",
)
def test(*, state: Path | None, name: str, wait: int) -> None:
    """Wait for a line of a source and tell what was understood. Exit status 1: none came."""
    folder = opened(state)
    feed = _known(TenantStore(folder.database), name)
    health = HealthStore(folder.database)
    screen = Screen()
    began = int(time.time() * _SECOND)
    click.echo(f"Waiting for a line of {feed.title}; up to {duration(wait * _SECOND)} …")
    while True:
        known = _health(health, name)
        if known is not None and known.last >= began:
            break
        if time.time() * _SECOND - began > wait * _SECOND:
            if known is not None:
                ago = duration(int(time.time() * _SECOND) - known.last)
                click.echo(f"Nothing came. Its last line came {ago} ago.")
            else:
                click.echo("Nothing came, and nothing ever has.")
            click.echo(
                "See whether the watch runs (midwatch status), whether a firewall lies between, "
                "and whether it comes as an unknown sender (midwatch source unknown)."
            )
            raise click.exceptions.Exit(1)
        time.sleep(_LOOK)
    found = first_line(known.sample)
    if found.failure:
        click.echo(f"A line came, but it was not understood: {found.failure}.")
        screen.print(f"  {found.raw}", style="dim", markup=False)
        raise click.exceptions.Exit(1)
    click.echo("A line came and was understood:")
    screen.print(f"  {found.raw}", style="dim", markup=False)
    table = Table(box=None, show_header=False, pad_edge=False)
    for field, value in found.fields.items():
        table.add_row(f"  {field}", value)
    for field, value in found.beside.items():
        table.add_row(f"  {field}", f"{value}  (known besides, not in the line)")
    screen.print(table)


@click.command("remove")
@state_option
@click.argument("name")
def remove(*, state: Path | None, name: str) -> None:
    """Forget a source; what it sent stays."""
    store = TenantStore(opened(state).database)
    _known(store, name)
    store.remove_feed(name)
    click.echo(f"Removed {name}. What it sent is kept.")


@click.command("pause")
@state_option
@click.argument("name")
@click.option("--end", is_flag=True, help="End the pause.")
def pause(*, state: Path | None, name: str, end: bool) -> None:
    """Do not alarm a source's silence (its lines are still taken), or end that."""
    store = TenantStore(opened(state).database)
    feed = _known(store, name)
    store.save_feed(msgspec.structs.replace(feed, paused=not end))
    click.echo(f"The silence of {name} is {'alarmed again' if end else 'not alarmed'}.")


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError as error:
        raise BadInputError(
            f"{text!r} is neither an address nor a network",
            remedy="write 192.0.2.1 or 192.0.2.0/24",
        ) from error


def _known(store: TenantStore, name: str) -> Feed:
    feed = store.feed(name)
    if feed is None:
        close = [each.id for each in store.feeds() if name in each.id or each.id in name]
        raise BadInputError(
            f"there is no source {name!r}",
            remedy=f"did you mean {', '.join(close[:3])}?"
            if close
            else "midwatch source status names them",
        )
    return feed


def _health(store: HealthStore, feed: str) -> FeedHealth | None:
    return next((each for each in store.feeds() if each.feed == feed), None)
