"""``midwatch vendor finance``: what a vendor's statements say."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import click
import msgspec
from rich import box
from rich.table import Table

from midwatch.cli.screen import Screen
from midwatch.cli.vendor_files import PATH, read_bytes, safe, write_bytes
from midwatch.kernel import ConfigurationError
from midwatch.vendors.finance import (
    Business,
    Health,
    Standing,
    assess,
    read_statements,
    statement_problems,
    template_bytes,
)
from midwatch.vendors.sentences import plain

_GRAVE: Final = (Standing.GOING_CONCERN, Standing.DISTRESS)
CAVEAT: Final = (
    "A score is no forecast: of firms that failed within a year a quarter stood in the safe "
    "zone, and of those in distress fewer than one in five failed. Nothing missing was taken "
    "for zero."
)


@click.command("finance")
@click.argument("file", type=PATH, required=False)
@click.option(
    "--business",
    type=click.Choice([each.value for each in Business]),
    default=Business.SERVICES.value,
    show_default=True,
    help="What sort of firm it is; the score does not suit start-ups and banks.",
)
@click.option(
    "--on",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Judge as of this day. Default: today.",
)
@click.option("--formulas", is_flag=True, help="Show how each figure is made, with its inputs.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--template", type=PATH, help="Write an empty table to fill in (.csv or .xlsx) and stop."
)
def finance(  # one parameter per option
    *,
    file: Path | None,
    business: str,
    day: datetime | None,
    formulas: bool,
    as_json: bool,
    template: Path | None,
) -> None:
    """Ratios, Z'', runway and trend of the statements in FILE (CSV or XLSX).

    Exit status 1: the auditor doubts that the firm goes on, it is in the distress zone, or its
    figures cannot be right.
    """
    if template is not None:
        form = template.suffix.lower().lstrip(".")
        if form not in ("csv", "xlsx"):
            raise ConfigurationError(
                f"a template ends in .csv or .xlsx, not {template.suffix!r}",
                remedy="for example --template statements.xlsx",
            )
        write_bytes(template, template_bytes(form))
        click.echo(f"Wrote {template}: one column for each year, a row for each amount.")
        return
    if file is None:
        raise ConfigurationError(
            "no file with statements was given",
            remedy="midwatch vendor finance --template statements.csv writes one to fill in",
        )
    today = day.date() if day else datetime.now(UTC).astimezone().date()
    statements = read_statements(read_bytes(file), str(file))
    health = assess(statements, today, business=Business(business))
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode(_json(health), enc_hook=plain) + b"\n")
        sys.stdout.buffer.flush()
    else:
        print_health(Screen(), health, formulas=formulas)
    wrong = any(statement_problems(each) for each in statements)
    raise click.exceptions.Exit(1 if wrong or health.standing in _GRAVE else 0)


def print_health(screen: Screen, health: Health, *, formulas: bool = False) -> None:
    """The headline, warnings, figures, trends, gaps and what to ask for."""
    screen.print(safe(health.headline), style="bold")
    _print_list(screen, "What cannot be right, or weakens the rest", health.warnings)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("figure", no_wrap=True)
    table.add_column("value", ratio=1)
    for figure in health.figures:
        told = figure.shown
        if formulas:
            inputs = ", ".join(f"{item} {value:,f}" for item, value in figure.inputs.items())
            told = f"{told}\n{figure.formula}\n{inputs}"
        table.add_row(figure.name, safe_lines(told))
    screen.print(table)
    _print_trends(screen, health)
    _print_list(screen, "What is missing", health.gaps)
    _print_list(screen, "What to ask for", health.prompts)
    screen.print(f"\n{CAVEAT}", style="dim")


def safe_lines(text: str) -> str:
    """Our own words, which may be several lines; square brackets are no markup."""
    return text.replace("[", r"\[")


def _print_trends(screen: Screen, health: Health) -> None:
    ends = [end for end, _value in health.trends[0].values]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("trend", no_wrap=True)
    for end in ends:
        table.add_column(str(end), justify="right")
    table.add_column("")
    for trend in health.trends:
        ratio = trend.name in ("Z''", "current ratio", "research share")
        values = [
            "–" if value is None else f"{value:,.2f}" if ratio else f"{value:,.0f}"
            for _end, value in trend.values
        ]
        table.add_row(trend.name, *values, trend.note or trend.direction.value)
    screen.print(table)


def _print_list(screen: Screen, title: str, lines: tuple[str, ...]) -> None:
    if lines:
        screen.print(f"{title}:")
    for line in lines:
        screen.print(safe(f"  - {line}"))


def _json(health: Health) -> dict[str, object]:
    return {
        "standing": health.standing.value,
        "headline": health.headline,
        "period_end": _iso(health.newest.end),
        "currency": health.newest.currency,
        "audit": health.newest.audit.value,
        "age_months": health.age_months,
        "figures": [
            {
                "name": figure.name,
                "state": figure.state.value,
                "value": None if figure.value is None else str(figure.value),
                "unit": figure.unit,
                "note": figure.note,
                "formula": figure.formula,
                "inputs": {item.value: str(value) for item, value in figure.inputs.items()},
            }
            for figure in health.figures
        ],
        "trends": [
            {
                "name": trend.name,
                "direction": trend.direction.value,
                "values": {
                    _iso(end): None if value is None else str(value) for end, value in trend.values
                },
            }
            for trend in health.trends
        ],
        "warnings": health.warnings,
        "gaps": health.gaps,
        "prompts": health.prompts,
    }


def _iso(day: date) -> str:
    return day.isoformat()
