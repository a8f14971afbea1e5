"""``midwatch query``: questions to the lake, and events out of it in other formats."""

from __future__ import annotations

import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import click

from midwatch.cli.options import LogPath, taken_as, zone_of
from midwatch.cli.state_options import state_folder, state_option
from midwatch.cli.tables import FORMATS, print_table, write_rows
from midwatch.kernel import ConfigurationError
from midwatch.lake import Answer, LakeReader
from midwatch.lake.search import Query, SearchClock, compile_search, parse, with_pseudonyms
from midwatch.tenants import TenantStore
from midwatch.watch.client_keys import ClientKeys, read_key
from midwatch.watch.state_folder import StateFolder

_EPILOG = (
    "For example: midwatch query 'src_ip:203.0.113.0/24 outcome:failure since:7d \"invalid user\"'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryOptions:
    """What the command line asks for; the names are those of its options."""

    search: tuple[str, ...]
    sql: str | None
    tenants: tuple[str, ...]
    key: str | None
    limit: int
    form: str | None
    output: Path | None
    seconds: float
    zone: str | None
    state: Path | None


@click.command("query", epilog=_EPILOG)
@click.argument("search", nargs=-1, metavar="[SEARCH]")
@click.option("--sql", metavar="SELECT", help="Ask in SQL over the table `events` instead.")
@click.option(
    "--tenant",
    "tenants",
    multiple=True,
    metavar="NAME",
    help="Only this tenant's events; may be given again. Default: everybody's.",
)
@click.option(
    "--key",
    metavar="REFERENCE",
    help="The client's key (env:NAME or a file): values find their pseudonyms too.",
)
@click.option(
    "--limit",
    type=click.IntRange(1),
    default=1000,
    show_default=True,
    help="At most so many rows, the latest first.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="Default: a table on a terminal, JSON lines elsewhere. ocsf: OCSF 1.3.0 as JSON lines.",
)
@click.option("--output", type=LogPath(), metavar="FILE", help="Write to this file.")
@click.option(
    "--seconds",
    type=click.FloatRange(0.1),
    default=60.0,
    show_default=True,
    help="Give up after so long.",
)
@click.option(
    "--timezone",
    "zone",
    envvar="MIDWATCH_TIMEZONE",
    metavar="ZONE",
    help="Zone of times in the search that state none. Default: this machine's.",
)
@state_option
@taken_as(QueryOptions)
def command(given: QueryOptions) -> None:
    """Search the lake.

    Without a SEARCH, the latest events. Times are shown in UTC. Exit status: 0 something was
    found, 1 nothing was, 2 the question or the lake is faulty.
    """
    form, output = given.form, given.output
    if form is None:
        form = "table" if output is None and sys.stdout.isatty() else "json"
    if form == "parquet" and output is None:
        raise ConfigurationError("Parquet is no text", remedy="name a file with --output")
    answer, problems = _ask(given, form)
    if form == "table" and output is None:
        print_table(answer, whole=given.sql is not None)
    else:
        write_rows(answer, form, output)
    if answer.cut:
        click.echo(
            f"midwatch: only the first {len(answer.table)} rows are shown (--limit)", err=True
        )
    if not len(answer.table):
        click.echo(
            "midwatch: nothing was found; what came in the last minute may not be in the lake yet",
            err=True,
        )
    for problem in problems:
        click.echo(f"midwatch: {problem}", err=True)
    raise click.exceptions.Exit(0 if len(answer.table) else 1)


def _ask(given: QueryOptions, form: str) -> tuple[Answer, list[str]]:
    words = " ".join(given.search)
    tenants = given.tenants or None
    lake = state_folder(given.state) / "lake"
    limit, seconds = given.limit, given.seconds
    if given.sql is not None:
        if words:
            raise ConfigurationError(
                "a search and --sql cannot be joined", remedy="write the search as a WHERE"
            )
        if given.key:
            raise ConfigurationError(
                "SQL is not rewritten", remedy="leave --key out, or search by words and fields"
            )
        if form == "ocsf":
            raise ConfigurationError(
                "OCSF is made of whole events, not of any SQL", remedy="leave --sql out"
            )
        reader = LakeReader(lake, tenants)
        return reader.query(given.sql, limit=limit, seconds=seconds), reader.problems
    clock = SearchClock(int(time.time() * 1_000_000), zone_of(given.zone))
    tree = parse(words)
    if given.key:
        tree = _with_key(tree, given, given.key)
    asked = compile_search(tree, clock)
    reader = LakeReader(lake, tenants, since=asked.since, until=asked.until)
    answer = reader.latest(asked.where, asked.parameters, limit=limit, seconds=seconds)
    return answer, reader.problems


def _with_key(tree: Query, given: QueryOptions, key: str) -> Query:
    """The search widened by the pseudonyms of one client."""
    folder = StateFolder(state_folder(given.state))
    with closing(TenantStore(folder.database)) as store:
        maskings = {each.tenant: each for each in store.maskings()}
    tenants = given.tenants or tuple(maskings)
    if len(tenants) != 1:
        raise ConfigurationError(
            "a key is one client's", remedy="name the client with --tenant, once"
        )
    (tenant,) = tenants
    # What is masked no more may have been before.
    fields = maskings[tenant].fields if tenant in maskings else ("user", "src_ip", "dst_ip")
    return with_pseudonyms(tree, fields, ClientKeys({tenant: read_key(key)}), tenant)
