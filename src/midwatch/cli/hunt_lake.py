"""``midwatch hunt --lake``: rules over what the lake keeps."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date
from functools import partial
from typing import TypeAlias

import click
import msgspec
from rich import box
from rich.table import Table

from midwatch.cli.options import clock_of, instant, instant_of
from midwatch.cli.rules import report_problems
from midwatch.cli.screen import Screen
from midwatch.detection import Alert
from midwatch.kernel import BadInputError, ConfigurationError
from midwatch.reports.defusing import defuse
from midwatch.rules import RuleSet
from midwatch.tenants import TenantStore
from midwatch.watch.hunting import rfc3339
from midwatch.watch.lake_hunt import LakeHunt, LakeMatch
from midwatch.watch.state_folder import StateFolder

_WORTH_A_BAR = 20_000
_Output: TypeAlias = Callable[[dict[str, object]], None]


def hunt_lake(
    folder: StateFolder,
    ruleset: RuleSet,
    tenants: Sequence[str],
    span: tuple[str, str | None],
    *,
    zone: str | None,
    by_day: bool,
) -> int:
    """Hunt in the lake and print what was found; how many matches and alerts there were.

    Args:
        folder: The state folder.
        ruleset: The rules.
        tenants: Whose events; empty: everybody's.
        span: From when on and, perhaps, before when.
        zone: Zone of times that state none.
        by_day: Print counts by day and rule instead of every match and alert.
    """
    clock = clock_of(zone)
    since = instant(span[0], clock, "--since")
    until = instant_of(span[1], clock, "--until")
    wanted = _tenants(folder, tenants)
    hunts = [
        LakeHunt(folder.lake, tenant, ruleset, since, clock.now if until is None else until)
        for tenant in wanted
    ]
    count = 0
    with _bar(sum(hunt.rows for hunt in hunts)) as seen:
        for tenant, hunt in zip(wanted, hunts, strict=True):
            # A bar on the terminal and lines among it would tear each other apart.
            output = _nothing if by_day else _write
            hunt.run(partial(_tell_match, output), partial(_tell_alert, output, tenant), seen)
            count += hunt.matches.total() + hunt.alerts.total()
    sys.stdout.flush()
    if by_day:
        _print(wanted, hunts, ruleset)
    report_problems(ruleset)
    rows = sum(hunt.rows for hunt in hunts)
    matches = sum(hunt.matches.total() for hunt in hunts)
    alerts = sum(hunt.alerts.total() for hunt in hunts)
    click.echo(
        f"midwatch: {rows:,} lines of {rfc3339(since)[:10]} and later: {matches:,} "
        f"{'match' if matches == 1 else 'matches'}, {alerts:,} "
        f"{'alert' if alerts == 1 else 'alerts'}",
        err=True,
    )
    return count


def _tenants(folder: StateFolder, named: Sequence[str]) -> list[str]:
    with closing(TenantStore(folder.database)) as store:
        known = [each.id for each in store.tenants()]
    for name in named:
        if name not in known:
            raise BadInputError(
                f"there is no client {name!r}", remedy="midwatch client list names them"
            )
    if not known:
        raise ConfigurationError(
            "there is no client, so nothing is in the lake",
            remedy="start the watch first, or name the state folder with --state",
        )
    return list(dict.fromkeys(named)) or known


def _tell_match(output: _Output, match: LakeMatch) -> None:
    rule = match.rule
    output({
        "rule_id": rule.id, "rule_title": rule.title, "level": rule.level.value,
        "author": rule.author, "licence": rule.licence, "tenant": match.tenant,
        "feed": match.feed, "delivery": match.delivery, "line": match.line,
        "time": None if match.time is None else rfc3339(match.time),
    })  # fmt: skip


def _tell_alert(output: _Output, tenant: str, alert: Alert) -> None:
    rule = alert.rule
    output({
        "alert": alert.id, "rule_id": rule.id, "rule_title": rule.title,
        "level": rule.level.value, "author": rule.author, "licence": rule.licence,
        "tenant": tenant, "group": dict(alert.group), "count": alert.count,
        "first": None if alert.first is None else rfc3339(alert.first),
        "last": None if alert.last is None else rfc3339(alert.last),
    })  # fmt: skip


def _write(found: dict[str, object]) -> None:
    sys.stdout.write(msgspec.json.encode(found).decode())
    sys.stdout.write("\n")


def _nothing(found: dict[str, object]) -> None:
    del found


def _print(tenants: Sequence[str], hunts: Sequence[LakeHunt], rules: RuleSet) -> None:
    """Counts by day and rule; those who want to know each match have them as JSON."""
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("day", "client", "rule", "level", "matches", "alerts"):
        shown.add_column(heading, justify="right" if heading in ("matches", "alerts") else "left")
    titles = rules.by_id
    rows: Counter[tuple[date, str, str]] = Counter()
    for tenant, hunt in zip(tenants, hunts, strict=True):
        for day, rule in {*hunt.matches, *hunt.alerts}:
            rows[day, tenant, rule] = hunt.matches[day, rule]
    for day, tenant, rule in sorted(rows):
        known = titles[rule]
        alerts = hunts[tenants.index(tenant)].alerts[day, rule]
        shown.add_row(
            str(day), tenant, defuse(known.title, 80), known.level.value,
            f"{rows[day, tenant, rule]:,}", f"{alerts:,}",
        )  # fmt: skip
    if rows:
        Screen().print(shown)


@contextmanager
def _bar(rows: int) -> Iterator[Callable[[int], None]]:
    """A bar on standard error, where that is a terminal, nothing else is, and it takes a while."""
    if not sys.stderr.isatty() or rows < _WORTH_A_BAR:
        yield lambda _rows: None
        return
    from midwatch.cli.reading_bar import counting_bar  # noqa: PLC0415  # only where it is shown

    with counting_bar("hunting") as bar:
        task = bar.add_task("", total=rows)
        yield lambda read: bar.advance(task, read)
