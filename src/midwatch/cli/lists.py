"""``midwatch list``: lists of addresses from elsewhere, and what is known of an address."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import click
from rich import box
from rich.table import Table

from midwatch.cli.options import taken_as
from midwatch.cli.screen import Screen
from midwatch.cli.state_options import config_option, expect_client, opened, state_option
from midwatch.incidents.address_lists import Effect
from midwatch.incidents.enrichment import told
from midwatch.kernel import BadInputError, ConfigurationError
from midwatch.knowledge import (
    EVERYBODY,
    KnowledgeStore,
    ListForm,
    ListSource,
    ListState,
    kept_list,
    update,
)
from midwatch.paging.references import is_reference, resolve
from midwatch.reports.defusing import defuse
from midwatch.watch.configuration import load_configuration
from midwatch.watch.knowing import Knowing
from midwatch.watch.own_sentences import duration
from midwatch.watch.state_folder import StateFolder

_SECOND: Final = 1_000_000
_HOUR: Final = 3_600
_DAY: Final = 86_400
_ADD: Final = "midwatch list add NAME URL"
_NONE: Final = f"There is no list. Add one: {_ADD}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOptions:
    """What is said of a list; the names are those of the options."""

    state: Path | None
    name: str
    origin: str
    form: str
    collection: str
    tenant: str | None
    effect: str
    every: int
    keep: int
    user: str
    secret: str
    licence: str


@click.group("list")
def command() -> None:
    """Lists of addresses from elsewhere (block lists, STIX, TAXII)."""


@command.command("add")
@click.argument("name")
@click.argument("origin", metavar="URL|FILE")
@click.option(
    "--form",
    type=click.Choice([each.value for each in ListForm]),
    default=ListForm.AUTO.value,
    show_default=True,
    help="How it is written; auto: as it looks. TAXII must be said.",
)
@click.option("--collection", default="", metavar="NAME", help="Of a TAXII server: id or title.")
@click.option("--client", "tenant", help="For this client only. Default: for all.")
@click.option(
    "--effect",
    type=click.Choice([each.value for each in Effect]),
    default=Effect.RAISE.value,
    show_default=True,
    help="raise: incidents of its addresses become graver; note: they are told, no more.",
)
@click.option(
    "--every",
    type=click.IntRange(1, 24 * 90),
    default=24,
    show_default=True,
    metavar="HOURS",
    help="How often it is fetched.",
)
@click.option(
    "--keep",
    type=click.IntRange(1, 3650),
    default=30,
    show_default=True,
    metavar="DAYS",
    help="For how long what was fetched last is used.",
)
@click.option("--user", default="", help="User name that the server asks for.")
@click.option(
    "--secret",
    default="",
    metavar="REFERENCE",
    help="Where its password or, without a user, its token is: env:NAME or file:PATH.",
)
@click.option("--licence", default="", metavar="TEXT", help="Under which it may be used.")
@state_option
@taken_as(ListOptions)
def add(given: ListOptions) -> None:
    """Add a list, or change it, and fetch it. Exit status 1: it could not be fetched."""
    folder = opened(given.state)
    if given.secret and not is_reference(given.secret):
        raise ConfigurationError(
            "a secret is never given itself",
            remedy="say where it is: --secret env:NAME or --secret file:PATH",
        )
    if given.form == ListForm.TAXII.value and urlsplit(given.origin).scheme not in (
        "http",
        "https",
    ):
        raise ConfigurationError("a TAXII server has a web address", remedy="give its URL")
    local = "://" not in given.origin
    if given.tenant is not None:
        expect_client(folder, given.tenant)
    source = ListSource(
        given.name, given.tenant or EVERYBODY,
        str(Path(given.origin).absolute()) if local else given.origin, ListForm(given.form),
        given.collection, given.user, given.secret,
        given.every * _HOUR, given.keep * _DAY, Effect(given.effect), given.licence,
        int(time.time() * _SECOND),
    )  # fmt: skip
    with closing(KnowledgeStore(folder.database)) as store:
        store.save_list(source)
        ok = _update(folder, store, source)
    raise click.exceptions.Exit(0 if ok else 1)


@command.command("update")
@click.argument("name", required=False)
@state_option
def fetch(*, state: Path | None, name: str | None) -> None:
    """Fetch all lists, or one, now. Exit status 1: one could not be fetched."""
    folder = opened(state)
    with closing(KnowledgeStore(folder.database)) as store:
        sources = store.lists() if name is None else [_known(store, name)]
        if not sources:
            click.echo(_NONE)
        done = [_update(folder, store, source) for source in sources]
    raise click.exceptions.Exit(0 if all(done) else 1)


@command.command("show")
@click.argument("name", required=False)
@state_option
def show(*, state: Path | None, name: str | None) -> None:
    """All lists and how old they are, or one with what was wrong in it."""
    folder = opened(state)
    with closing(KnowledgeStore(folder.database)) as store:
        if name is not None:
            _show_one(_known(store, name), store.state(name))
            return
        sources = store.lists()
        if not sources:
            click.echo(_NONE)
            return
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for heading in ("list", "for", "effect", "addresses", "left out", "age", "trouble"):
            table.add_column(heading)
        for source in sources:
            how = store.state(source.name)
            table.add_row(
                source.name, source.tenant or "all", source.effect.value, f"{how.entries:,}",
                f"{how.skipped:,}", _age(how), defuse(how.trouble, 200),
            )  # fmt: skip
    Screen().print(table)


@command.command("remove")
@click.argument("name")
@state_option
def remove(*, state: Path | None, name: str) -> None:
    """Forget a list. Incidents that it made graver stay as they are."""
    folder = opened(state)
    with closing(KnowledgeStore(folder.database)) as store:
        _known(store, name)
        store.remove_list(name)
    kept_list(folder.lists, name).unlink(missing_ok=True)
    click.echo(f"Removed {name}.")


@command.command("find")
@click.argument("address")
@click.option("--client", "tenant", help="As this client sees it.")
@state_option
@config_option
def find(*, state: Path | None, config: Path | None, address: str, tenant: str | None) -> None:
    """What is known of ADDRESS: whose it is, where, on which lists. Exit status 1: listed."""
    folder = opened(state)
    configuration = load_configuration(config)
    with closing(Knowing(folder.database, folder.lists, configuration.knowledge.geoip)) as knowing:
        known = knowing.knowledge_of(tenant or EVERYBODY)
        now = int(time.time() * _SECOND)
        matches = known.listed(address, now)
        lines = [
            *(f"{asset.title} is the client's own" for asset in known.assets([], [address])),
            *(f"{each.title} is known" for each in known.known(address)),
            *(f"it {told(match, now)}" for match in matches),
        ]
        if where := known.place(address):
            lines.append(where)
    for line in lines or ["nothing is known of it"]:
        click.echo(f"{address}: {defuse(line, 300)}")
    raise click.exceptions.Exit(1 if matches else 0)


def _update(folder: StateFolder, store: KnowledgeStore, source: ListSource) -> bool:
    how = update(store, folder.lists, source, int(time.time() * _SECOND), resolve)
    if how.trouble:
        kept = f" The {how.entries:,} addresses of before stay in force." if how.entries else ""
        click.echo(f"{source.name}: not fetched: {how.trouble}.{kept}", err=True)
        return False
    left = f", {how.skipped:,} left out (midwatch list show {source.name})" if how.skipped else ""
    click.echo(f"{source.name}: {how.entries:,} addresses and networks{left}.")
    return True


def _show_one(source: ListSource, how: ListState) -> None:
    table = Table(box=None, show_header=False, pad_edge=False)
    for word, value in (
        ("list", source.name),
        ("from", source.origin),
        ("form", " ".join(part for part in (source.form.value, source.collection) if part)),
        ("for", source.tenant or "all clients"),
        ("effect", source.effect.value),
        ("licence", source.licence or "not told"),
        ("fetched", f"every {source.every // _HOUR} hours, used for {source.keep // _DAY} days"),
        ("age", _age(how)),
        ("holds", f"{how.entries:,} addresses and networks"),
        ("left out", f"{how.skipped:,}"),
        ("trouble", how.trouble or "none"),
    ):
        table.add_row(word, defuse(value, 300))
    Screen().print(table, markup=False)
    for line in how.wrong:
        click.echo(f"  left out: {defuse(line, 200)}")


def _age(how: ListState) -> str:
    if how.fetched is None:
        return "never fetched"
    moment = datetime.fromtimestamp(how.fetched / _SECOND, UTC)
    return f"{duration(int(time.time() * _SECOND) - how.fetched)} ({moment:%Y-%m-%d %H:%M} UTC)"


def _known(store: KnowledgeStore, name: str) -> ListSource:
    source = store.source(name)
    if source is None:
        names = ", ".join(each.name for each in store.lists())
        raise BadInputError(
            f"there is no list {name!r}",
            remedy=f"there are: {names}" if names else f"add it: {_ADD}",
        )
    return source
