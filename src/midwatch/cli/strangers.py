"""``midwatch source unknown``, ``claim``, ``dismiss``: senders that nobody knows yet."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from midwatch.cli.options import product_of, taken_as, zone_of
from midwatch.cli.screen import Screen
from midwatch.cli.state_options import config_option, opened, state_option, with_office
from midwatch.intake.parcels import Spool
from midwatch.intake.quarantine import Quarantine, Sender
from midwatch.kernel import BadInputError
from midwatch.reports.defusing import defuse
from midwatch.tenants import Feed, TenantStore
from midwatch.watch.configuration import load_configuration
from midwatch.watch.health import HealthStore
from midwatch.watch.own_sentences import duration
from midwatch.watch.self_watch import BEAT, MISSED_BEATS
from midwatch.watch.spools import open_spool
from midwatch.watch.state_folder import StateFolder
from midwatch.watch.strangers import (
    Guess,
    Guesser,
    claim_lines,
    mark_for,
    senders_at,
    with_marks,
)

_SECOND: Final = 1_000_000
_LONGEST_LINE: Final = 400
_ROUNDS: Final = 7
"""Seconds in which a running intake hears of a source and writes what it had kept."""


@click.command("unknown")
@state_option
@click.option(
    "--most", type=click.IntRange(1), default=20, show_default=True, help="How many to show."
)
def unknown(*, state: Path | None, most: int) -> None:
    """Who sends and is not known: is this yours? Exit status 1 where there is somebody."""
    folder = opened(state)
    with closing(Quarantine(folder.quarantine)) as quarantine:
        senders = quarantine.senders(samples=20)
        let_go = quarantine.let_go()
    if not senders:
        click.echo("Nobody unknown sends.")
        return
    now = int(time.time() * _SECOND)
    guesser = Guesser(now)
    screen = Screen()
    plural = "sender is" if len(senders) == 1 else "senders are"
    click.echo(f"{len(senders)} {plural} unknown, the latest first. Is one yours?")
    for sender in senders[:most]:
        _show(screen, sender, guesser.guess(sender.sample), now)
    if len(senders) > most:
        click.echo(f"\n… and {len(senders) - most} more; --most shows more.")
    if let_go.senders:
        click.echo(f"\n{let_go.senders:,} had to make room, with {let_go.lines:,} lines.")
    click.echo("\nNot yours? midwatch source dismiss ADDRESS forgets what it sent.")
    raise click.exceptions.Exit(1)


def _show(screen: Screen, sender: Sender, guess: Guess, now: int) -> None:
    key = sender.key
    host = f"  calls itself {defuse(key.host, 60)}" if key.host else ""
    screen.print(f"\n{key.address}{host}", style="bold", markup=False)
    way = f"{key.transport.value} {key.port}" if key.port else key.transport.value
    lines = "1 line" if sender.lines == 1 else f"{sender.lines:,} lines"
    kept = "" if sender.kept == sender.lines else f" ({sender.kept:,} kept)"
    screen.print(
        f"  {lines}{kept} over {way}; first {duration(now - sender.first_seen)} ago, "
        f"last {duration(now - sender.last_seen)} ago",
        markup=False,
    )
    screen.print(f"  looks like: {guess.title or 'no product that is known'}", markup=False)
    if sender.sample:
        sample = defuse(sender.sample[0].decode("utf-8", "replace"), _LONGEST_LINE)
        screen.print(f"  {sample}", style="dim", markup=False, no_wrap=True, overflow="ellipsis")
    product = f" --product {guess.product}" if guess.product else ""
    screen.print(f"  midwatch source claim {key.address} NAME{product}", markup=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimOptions:
    """What is said of unknown senders; the names are those of the options."""

    state: Path | None
    config: Path | None
    addresses: tuple[str, ...]
    name: str
    host: str | None
    every_host: bool
    product: str | None
    tenant: str | None
    office: str | None
    title: str | None
    zone: str


@click.command("claim")
@state_option
@config_option
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS...")
@click.argument("name")
@click.option("--host", help="Only what calls itself so (several devices behind a relay).")
@click.option("--every-host", is_flag=True, help="Whatever host names come from there.")
@click.option(
    "--product", metavar="NAME", help="What it is. Default: told by each line, as it comes."
)
@click.option("--client", "tenant", help="Whose it is, where there are several clients.")
@click.option("--office", help="At which office, where there are several.")
@click.option("--title", help="What people call it. Default: NAME.")
@click.option("--zone", default="", help="Zone of stamps that state none. Default: the client's.")
@taken_as(ClaimOptions)
def claim(given: ClaimOptions) -> None:
    """Make a source of unknown senders; what was kept of them goes into the watch.

    NAME is a new source, or one that is there already and sends from one more address.
    """
    folder = opened(given.state)
    product_of(given.product)
    if given.zone:
        zone_of(given.zone)
    configuration = load_configuration(given.config)
    store = TenantStore(folder.database)
    with (
        closing(Quarantine(folder.quarantine)) as quarantine,
        closing(open_spool(folder, configuration)) as spool,
    ):
        found = [senders_at(quarantine, address, given.host) for address in given.addresses]
        marks = [
            mark_for(store, each[:1] if given.every_host else each, given.host) for each in found
        ]
        feed = store.feed(given.name)
        if feed is None:
            owner, place = with_office(store, given.tenant, given.office)
            feed = Feed(
                given.name, owner, place, given.title or given.name, given.product or "",
                given.zone, created=int(time.time() * _SECOND),
            )  # fmt: skip
        elif given.tenant not in (None, feed.tenant):
            raise BadInputError(
                f"the source {given.name!r} is of the client {feed.tenant}",
                remedy="choose another given.name, or leave --client away",
            )
        store.save_feed(with_marks(feed, marks))
        senders = [sender for each in found for sender in each]
        moved = claim_lines(quarantine, spool, senders, feed)
        if _awake(folder):
            click.echo("The watch runs; what it has just taken in is claimed too …")
            moved += _claim_late(quarantine, spool, senders, feed)
    click.echo(f"{feed.title} is a source of {feed.tenant} now, with {moved:,} lines from before.")
    click.echo(f"See it: midwatch source test {given.name}")


@click.command("dismiss")
@state_option
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS...")
@click.option("--host", help="Only what calls itself so.")
def dismiss(*, state: Path | None, addresses: tuple[str, ...], host: str | None) -> None:
    """Forget unknown senders and what they sent. Who sends on is unknown again."""
    folder = opened(state)
    lines = 0
    with closing(Quarantine(folder.quarantine)) as quarantine:
        for sender in [one for each in addresses for one in senders_at(quarantine, each, host)]:
            quarantine.dismiss(sender.key)
            lines += sender.kept
    click.echo(f"Forgotten, and {'1 line' if lines == 1 else f'{lines:,} lines'} with it.")


def _claim_late(quarantine: Quarantine, spool: Spool, senders: list[Sender], feed: Feed) -> int:
    moved = 0
    for _ in range(_ROUNDS):
        time.sleep(1)
        moved += claim_lines(quarantine, spool, senders, feed)
    return moved


def _awake(folder: StateFolder) -> bool:
    health = HealthStore(folder.database)
    try:
        beats = {each.process: each.beat for each in health.heartbeats()}
    finally:
        health.close()
    return time.time() * _SECOND - beats.get("intake", 0) < MISSED_BEATS * BEAT
