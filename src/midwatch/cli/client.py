"""``midwatch client``: the firms that are watched, and their offices."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

import click
import msgspec
from rich import box
from rich.table import Table

from midwatch.cli import acquaintances, masking
from midwatch.cli.options import zone_of
from midwatch.cli.screen import Screen
from midwatch.cli.state_options import config_option, opened, state_option
from midwatch.kernel import BadInputError
from midwatch.tenants import Office, Tenant, TenantStore
from midwatch.watch.configuration import load_configuration

_SECOND: Final = 1_000_000


@click.group("client")
def command() -> None:
    """The firms that are watched, and their offices."""


for _each in (acquaintances.asset, acquaintances.known, masking.mask):
    command.add_command(_each)


@command.command("add")
@state_option
@click.argument("client")
@click.option("--title", help="The firm's name. Default: the id.")
@click.option("--zone", default="UTC", show_default=True, help="Its time zone.")
@click.option("--days", type=click.IntRange(1), default=365, show_default=True,
              help="How many days its events are kept.")  # fmt: skip
def add(*, state: Path | None, client: str, title: str | None, zone: str, days: int) -> None:
    """Add a client; CLIENT is a short name in small letters, such as harbour."""
    zone_of(zone)
    folder = opened(state)
    store = TenantStore(folder.database)
    if store.tenant(client) is not None:
        raise BadInputError(
            f"there is a client {client!r} already", remedy="change it with midwatch client set"
        )
    if folder.leftovers(client).exists():
        raise BadInputError(
            f"the last lines of an earlier client {client!r} are still to be erased",
            remedy="wait until the watch has read them, or choose another name",
        )
    made = Tenant(
        client, title or client, zone=zone, retention_days=days,
        created=int(time.time() * _SECOND),
    )  # fmt: skip
    store.save_tenant(made)
    store.save_office(Office("main", client, "Main office"))
    click.echo(f"Added {made.title} ({client}), with its main office.")
    click.echo(f"Next: midwatch source add NAME --client {client} --product PRODUCT")


@command.command("set")
@state_option
@click.argument("client")
@click.option("--title", help="The firm's name.")
@click.option("--zone", help="Its time zone.")
@click.option("--days", type=click.IntRange(1), help="How many days its events are kept.")
@click.option(
    "--legal-hold/--no-legal-hold", default=None, help="Keep everything, whatever its age."
)
def change(
    *,
    state: Path | None,
    client: str,
    title: str | None,
    zone: str | None,
    days: int | None,
    legal_hold: bool | None,
) -> None:
    """Change what is known of a client."""
    store = TenantStore(opened(state).database)
    known = _known(store, client)
    if zone is not None:
        zone_of(zone)
    changes: dict[str, object] = {
        name: value
        for name, value in {
            "title": title, "zone": zone, "retention_days": days, "legal_hold": legal_hold,
        }.items()
        if value is not None
    }  # fmt: skip
    store.save_tenant(msgspec.structs.replace(known, **changes))
    click.echo(f"Changed {client}.")


@command.command("office")
@state_option
@click.argument("client")
@click.argument("office")
@click.option("--title", help="Its name. Default: the id.")
@click.option("--zone", default="", help="Its time zone. Default: the client's.")
def office(*, state: Path | None, client: str, office: str, title: str | None, zone: str) -> None:
    """Add or change an office of a client."""
    if zone:
        zone_of(zone)
    store = TenantStore(opened(state).database)
    _known(store, client)
    store.save_office(Office(office, client, title or office, zone))
    click.echo(f"Saved the office {office} of {client}.")


@command.command("list")
@state_option
def list_clients(*, state: Path | None) -> None:
    """All clients."""
    store = TenantStore(opened(state).database)
    tenants = store.tenants()
    if not tenants:
        click.echo("There is no client yet. Add one: midwatch client add NAME")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("client", "name", "zone", "kept", "offices", "sources"):
        table.add_column(heading)
    for tenant in tenants:
        kept = "on hold" if tenant.legal_hold else f"{tenant.retention_days} days"
        table.add_row(
            tenant.id,
            f"{tenant.title} (sample)" if tenant.demo else tenant.title,
            tenant.zone,
            kept,
            str(len(store.offices(tenant.id))),
            str(len(store.feeds(tenant.id))),
        )
    Screen().print(table)


@command.command("erase")
@state_option
@config_option
@click.argument("client")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--proof",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write what was erased, file by file, as JSON.",
)
def erase(
    *, state: Path | None, config: Path | None, client: str, yes: bool, proof: Path | None
) -> None:
    """Erase CLIENT: all its events, incidents, sources, rules and policies. For good.

    The watch may run meanwhile. Exit status 1: something of it is still there.
    """
    from midwatch.watch.leaving import erase_client  # noqa: PLC0415  # the lake's libraries

    folder = opened(state)
    known = _known(TenantStore(folder.database), client)
    if not yes:
        click.confirm(f"Erase all of {known.title} ({client})?", abort=True, err=True)
    gone = erase_client(folder, load_configuration(config), client)
    click.echo(
        f"{known.title} is erased: {gone.sources} sources, {gone.incidents} incidents, "
        f"{gone.events:,} events in {len(gone.erasure.files)} files."
    )
    if not gone.complete:
        click.echo("Its last lines still wait; they are erased once the watch has read them.")
    for path in gone.erasure.remaining:
        click.echo(f"still there: {path}")
    if not gone.erasure.remaining:
        click.echo("A listing of the lake shows nothing of it any more.")
    click.echo("Backups that were made before still hold it, and so do mails that were sent.")
    if proof is not None:
        proof.write_bytes(msgspec.json.format(msgspec.json.encode(gone.erasure)) + b"\n")
    raise click.exceptions.Exit(1 if gone.erasure.remaining or not gone.complete else 0)


def _known(store: TenantStore, client: str) -> Tenant:
    known = store.tenant(client)
    if known is None:
        raise BadInputError(
            f"there is no client {client!r}", remedy="midwatch client list names them"
        )
    return known
