"""``midwatch vendor facts`` and ``check-facts``: the watch's own record, signed and verified."""

from __future__ import annotations

import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import click
import msgspec

from midwatch.cli.screen import Screen
from midwatch.cli.state_options import config_option, opened, state_option
from midwatch.cli.vendor_files import PATH, read_bytes, safe, write_bytes
from midwatch.kernel import BadInputError
from midwatch.paging import SqliteIncidents
from midwatch.tenants import TenantStore
from midwatch.vendors.service_facts import (
    ServiceFacts,
    facts_concerns,
    fingerprint_of,
    newest_rule,
    public_key,
    read_signed,
)
from midwatch.watch.configuration import load_configuration
from midwatch.watch.health import HealthStore
from midwatch.watch.service_record import LONGEST_DAYS, ServiceRecord, facts_key

_MICRO = 1_000_000


@click.command("facts")
@state_option
@config_option
@click.option("--client", help="Of one client alone. Default: of all together, none named.")
@click.option("--days", type=click.IntRange(1, LONGEST_DAYS), default=30, show_default=True,
              help="The last so many days.")  # fmt: skip
@click.option("--provider", help="The firm that keeps the watch. Default: as configured.")
@click.option("--key", "only_key", is_flag=True, help="Print the public key only.")
@click.option("--out", "output", type=PATH, help="Write the signed file.")
def facts(
    *, state: Path | None, config: Path | None, client: str | None, days: int,
    provider: str | None, only_key: bool, output: Path | None,
) -> None:  # fmt: skip
    """What this watch recorded of its own service: coverage, answers, age of signatures.

    The signed file is for customers and for who may become one; their Midwatch verifies it.
    """
    folder = opened(state)
    if only_key:
        click.echo(public_key(facts_key(folder)))
        return
    named = provider or load_configuration(config).desk.provider
    with (
        closing(TenantStore(folder.database)) as tenants,
        closing(HealthStore(folder.database)) as health,
        closing(SqliteIncidents(folder.database)) as incidents,
    ):
        record = ServiceRecord(folder, tenants, health, incidents)
        found = record.facts(named, client, days=days, now=time.time_ns() // 1000)
        if output is not None:
            write_bytes(output, record.signed(found))
    _tell(Screen(), found)
    click.echo(f"Key: {fingerprint_of(public_key(facts_key(folder)))}")
    if output is not None:
        click.echo(f"Wrote {output}. Tell the key by telephone, not beside the file.")


@click.command("check-facts")
@click.argument("file", type=PATH)
@click.option("--key", "expected", metavar="HEX",
              help="The public key that the provider told you by another way.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def check_facts(*, file: Path, expected: str | None, as_json: bool) -> None:
    """Verify a provider's service facts FILE and tell what is in it.

    Exit status 1: something in it needs a word with the provider.
    """
    verified = read_signed(read_bytes(file), str(file))
    wanted = "".join((expected or "").lower().split())
    if wanted and wanted not in (verified.key, "".join(verified.fingerprint.split())):
        raise BadInputError(
            "it is signed with another key than the one you named",
            remedy="ask the provider which of its keys signed it, by telephone",
            path=str(file),
        )
    concerns = facts_concerns(verified.facts, time.time_ns() // 1000)
    if as_json:
        told = {
            "facts": verified.facts, "key": verified.key, "sha256": verified.sha256,
            "key_compared": bool(wanted), "concerns": [each.sentence for each in concerns],
        }  # fmt: skip
        sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n")
        sys.stdout.buffer.flush()
    else:
        screen = Screen()
        screen.print(safe(f"The signature fits. Key: {verified.fingerprint}"), style="bold")
        if not wanted:
            screen.print("Compare the key with the provider by telephone, then name it: --key.")
        _tell(screen, verified.facts)
        for each in concerns:
            screen.print(safe(f"Ask: {each.sentence}."))
    raise click.exceptions.Exit(int(bool(concerns)))


def _tell(screen: Screen, found: ServiceFacts) -> None:
    covered = found.coverage
    whom = found.about or f"{found.clients} clients together"
    nothing = "no source for a whole hour yet" if covered.sources else "no source"
    share = nothing if covered.share is None else f"{covered.share} % of the hours heard"
    screen.print(
        safe(f"{found.provider}, {whom}: {_day(found.start)} to {_day(found.end)}, {share}.")
    )
    screen.print(
        safe(
            f"  Sources {covered.sources}, silences {covered.silences}, the longest "
            f"{_length(covered.longest)}; lines {covered.lines:,}"
            + (f", {covered.read} % understood." if covered.read is not None else ".")
        )
    )
    for each in found.responses:
        times = (
            f"half answered within {_length(each.median)}, nine of ten within "
            f"{_length(each.ninety)}, the last after {_length(each.longest)}"
            if each.median is not None
            else "none answered"
        )
        screen.print(safe(f"  {each.level}: {each.raised} raised, {each.open} open; {times}."))
    for name in found.signatures:
        screen.print(
            safe(
                f"  {name.name}: {name.rules:,} rules, newest {name.newest or 'not dated'}, "
                f"{len(name.updates)} updates"
            )
        )
    if newest_rule(found):
        screen.print(safe(f"  Newest rule in use: {newest_rule(found)}."))


def _day(moment: int) -> str:
    return datetime.fromtimestamp(moment / _MICRO, UTC).date().isoformat()


def _length(seconds: int | None) -> str:
    if seconds is None:
        return "unknown"
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{Decimal(seconds) / 3600:.1f} h"
