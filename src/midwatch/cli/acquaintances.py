"""``midwatch client asset`` and ``known``: whose an address or machine is."""

from __future__ import annotations

import csv
import ipaddress
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click
from rich import box
from rich.table import Table

from midwatch.cli.options import taken_as
from midwatch.cli.screen import Screen
from midwatch.cli.state_options import expect_client, opened, state_option
from midwatch.incidents.enrichment import Asset, KnownAddress
from midwatch.kernel import BadInputError
from midwatch.knowledge import KnowledgeStore

_Command = TypeVar("_Command", bound=Callable[..., Any])


def _table_option(columns: str) -> Callable[[_Command], _Command]:
    return click.option(
        "--file",
        "table",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help=f"Add all of a CSV file with the columns {columns}.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetOptions:
    """What is said of a machine; the names are those of the options."""

    state: Path | None
    client: str
    title: str | None
    network: str
    host: str
    vital: bool
    remove: bool
    table: Path | None


@click.command("asset")
@state_option
@click.argument("client")
@click.argument("title", required=False)
@click.option("--network", default="", help="Its address, or the network it is.")
@click.option("--host", default="", help="Its host name in logs.")
@click.option("--vital", is_flag=True, help="Incidents about it are more urgent.")
@click.option("--remove", is_flag=True, help="Forget it.")
@_table_option("title, network, host, vital")
@taken_as(AssetOptions)
def asset(given: AssetOptions) -> None:
    """CLIENT's own machines and networks: TITLE is added, or all are listed."""
    folder = opened(given.state)
    expect_client(folder, given.client)
    with closing(KnowledgeStore(folder.database)) as store:
        if given.table is not None:
            found = [_asset(path_row, row) for path_row, row in _rows(given.table, "title")]
            for each in found:
                store.save_asset(given.client, each)
            click.echo(f"Added {len(found)} to {given.client}.")
        elif given.title is None:
            _print_assets(store.assets(given.client))
        elif given.remove:
            if not store.remove_asset(given.client, given.title):
                raise BadInputError(
                    f"{given.client} has no {given.title!r}", remedy="list them without TITLE"
                )
            click.echo(f"Removed {given.title}.")
        else:
            if not given.network and not given.host:
                raise BadInputError(
                    "nothing says by what it is told", remedy="give its --network or its --host"
                )
            made = Asset(
                given.title,
                _network(given.network) if given.network else "",
                given.host,
                given.vital,
            )
            store.save_asset(given.client, made)
            click.echo(f"Saved {given.title} of {given.client}.")


@click.command("known")
@state_option
@click.argument("client")
@click.argument("address", required=False)
@click.argument("title", required=False)
@click.option("--remove", is_flag=True, help="Forget it.")
@_table_option("network and title")
def known(
    *,
    state: Path | None,
    client: str,
    address: str | None,
    title: str | None,
    remove: bool,
    table: Path | None,
) -> None:
    """Addresses that CLIENT knows (its provider, a tester): ADDRESS is added, or all are listed.

    A known address is named in incidents, and no list makes it suspicious.
    """
    folder = opened(state)
    expect_client(folder, client)
    with closing(KnowledgeStore(folder.database)) as store:
        if table is not None:
            rows = _rows(table, "network", "title")
            found = [KnownAddress(_network(row["network"], place), row["title"])
                     for place, row in rows]  # fmt: skip
            for each in found:
                store.save_known(client, each)
            click.echo(f"Added {len(found)} to {client}.")
        elif address is None:
            shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
            for heading in ("address", "whose"):
                shown.add_column(heading)
            for each in store.known(client):
                shown.add_row(each.network, each.title)
            Screen().print(shown)
        elif remove:
            if not store.remove_known(client, _network(address)):
                raise BadInputError(
                    f"{client} does not know {address}", remedy="list them without ADDRESS"
                )
            click.echo(f"Removed {address}.")
        elif title is None:
            raise BadInputError("nothing says whose it is", remedy="write it behind the address")
        else:
            store.save_known(client, KnownAddress(_network(address), title))
            click.echo(f"Saved {address} of {client}.")


def _asset(place: tuple[Path, int], row: dict[str, str]) -> Asset:
    network, host = row.get("network", ""), row.get("host", "")
    if not network and not host:
        raise BadInputError(
            "nothing says by what it is told", remedy="fill network or host in",
            path=str(place[0]), line=place[1],
        )  # fmt: skip
    vital = row.get("vital", "").lower() in ("1", "yes", "true", "x")
    return Asset(row["title"], _network(network, place) if network else "", host, vital)


def _rows(table: Path, *needed: str) -> Iterator[tuple[tuple[Path, int], dict[str, str]]]:
    """The rows of a CSV file with their places; all are read before any is saved.

    Raises:
        BadInputError: It cannot be read, or lacks a column or a value that is needed.
    """
    try:
        with table.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            for row in reader:
                plain = {
                    str(name).strip().lower(): value.strip()
                    for name, value in row.items()
                    if isinstance(value, str)
                }
                missing = [name for name in needed if not plain.get(name)]
                if missing:
                    raise BadInputError(
                        f"there is no {missing[0]}",
                        remedy=f"fill in the columns {', '.join(needed)}",
                        path=str(table), line=reader.line_num,
                    )  # fmt: skip
                yield (table, reader.line_num), plain
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInputError(
            f"the table cannot be read: {error}", remedy="save it as CSV in UTF-8", path=str(table)
        ) from error


def _network(text: str, place: tuple[Path, int] | None = None) -> str:
    try:
        return str(ipaddress.ip_network(text.strip(), strict=False))
    except ValueError as error:
        raise BadInputError(
            f"{text!r} is neither an address nor a network",
            remedy="write 192.0.2.1 or 192.0.2.0/24",
            path=None if place is None else str(place[0]),
            line=None if place is None else place[1],
        ) from error


def _print_assets(assets: list[Asset]) -> None:
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("what", "network", "host", ""):
        shown.add_column(heading)
    for each in assets:
        shown.add_row(each.title, each.network, each.host, "vital" if each.vital else "")
    Screen().print(shown)
