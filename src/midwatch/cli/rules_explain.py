"""``midwatch rules explain RULE EVENT``: why a rule did or did not match an event."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
import msgspec
from rich.text import Text
from rich.tree import Tree

from midwatch.cli.options import clock_of, product_of
from midwatch.cli.rule_pages import find_rules
from midwatch.cli.rules import reading_options, rules_of
from midwatch.cli.rules_group import rules_option
from midwatch.cli.screen import Screen
from midwatch.detection.explaining import Clause, Explanation
from midwatch.detection.explaining import explain as explain_event
from midwatch.events.batch import EventBatch
from midwatch.events.catalogue import all_sources
from midwatch.intake.folder import find_logs
from midwatch.kernel import BadInputError, ConfigurationError
from midwatch.rules import Correlation, Rule
from midwatch.rules.clauses import said
from midwatch.rules.plan import Condition, Constantly, FieldTest
from midwatch.watch.streams import LogStreams

_PLACE: Final = re.compile(r"(?P<file>.+):(?P<line>[1-9]\d{0,11})")
_LONGEST: Final = 160
_TICKS: Final = {True: ("✓", "green"), False: ("✗", "red")}


@click.command("explain")
@click.argument("rule")
@click.argument("event")
@click.option("--timezone", "zone", metavar="ZONE", envvar="MIDWATCH_TIMEZONE", hidden=True)
@click.option("--source", "product", metavar="NAME", help="Read the event as this product's.")
@rules_option
@reading_options
def explain(
    *, rule: str, event: str, zone: str | None, product: str | None, folders: tuple[Path, ...]
) -> None:
    """Say clause by clause why RULE did or did not match EVENT.

    EVENT is a JSON object, a raw log line, a file (its first event), or FILE:LINE. Exit
    status: 0 it matched, 1 it did not, 2 rule or event could not be read.
    """
    found = find_rules(rules_of(folders, bundled=True, quiet=True), rule)
    rules = [each for each in found if isinstance(each, Rule)]
    if not rules:
        assert isinstance(found[0], Correlation)  # noqa: S101  # there are but two kinds of rules
        raise ConfigurationError(
            f"{found[0].title!r} counts events and asks nothing of a single one",
            remedy=f"explain a rule that it counts: {', '.join(found[0].rules[:3])}",
        )
    batch, row = _event(event, zone, product)
    screen = Screen()
    matched = False
    for each in rules:
        explanation = explain_event(each, batch, row)
        matched = matched or explanation.held
        _print(screen, each, explanation, batch)
    raise click.exceptions.Exit(0 if matched else 1)


def _event(text: str, zone: str | None, product: str | None) -> tuple[EventBatch, int]:
    """The event that a person means, as one row of a batch."""
    path, wanted = Path(text), None
    place = _PLACE.fullmatch(text)
    if not _is_file(path) and place is not None and _is_file(Path(place["file"])):
        path, wanted = Path(place["file"]), int(place["line"])
    if _is_file(path):
        return _from_file(path, wanted, zone, product)
    if text.lstrip().startswith("{"):
        try:
            # One line, so that it is read as one event whatever its layout was.
            text = msgspec.json.encode(msgspec.json.decode(text)).decode()
        except msgspec.DecodeError as error:
            raise ConfigurationError(
                f"the event is no sound JSON object: {error}", remedy="check quotes and commas"
            ) from error
    with tempfile.TemporaryDirectory(prefix="midwatch-") as folder:
        file = Path(folder, "event.log")
        file.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
        return _from_file(file, None, zone, product)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a log line may be too long, or otherwise no path at all
        return False


def _from_file(
    path: Path, wanted: int | None, zone: str | None, product: str | None
) -> tuple[EventBatch, int]:
    streams = LogStreams(
        find_logs((path,)).sets, all_sources(), clock_of(zone), product_of(product)
    )
    for batch, row in _rows(streams):
        if wanted is None or batch.lines[row] == wanted:
            return batch, row
    for problem in streams.problems:
        raise problem
    raise BadInputError(
        "no event was understood there",
        remedy="midwatch check --unparsed shows such lines; --source NAME says whose they are",
        path=str(path),
        line=wanted,
    )


def _rows(streams: LogStreams) -> Iterator[tuple[EventBatch, int]]:
    """Events in order of their lines within each chunk."""
    for chunk in streams.chunks():
        found = [
            (batch.lines[row], spot, row)
            for spot, batch in enumerate(chunk.result.batches)
            for row in range(len(batch))
        ]
        for _line, spot, row in sorted(found):
            yield chunk.result.batches[spot], row


def _print(screen: Screen, rule: Rule, explanation: Explanation, batch: EventBatch) -> None:
    answer = "matched" if explanation.held else "did not match"
    screen.print(Text(f"{rule.title}: {answer}.", style="bold"))
    screen.print(f"The event was read as one of {batch.source}.")
    if rule.waits_for:
        names = ", ".join(f"%{name}%" for name in rule.waits_for)
        screen.print(f"The rule waits for values of {names}: --placeholders FILE")
    tree = Tree(_line(explanation.logsource, f"log source {_logsource(rule)}"))
    if not isinstance(explanation.logsource.condition, Constantly):
        _grow(tree, explanation.logsource, leaf=True)
    screen.print(tree)
    tree = Tree(_line(explanation.condition))
    _grow(tree, explanation.condition)
    screen.print(tree)
    screen.print()


def _logsource(rule: Rule) -> str:
    source = rule.logsource
    return ", ".join(filter(None, (source.product, source.category, source.service)))


def _grow(tree: Tree, clause: Clause, *, leaf: bool = False) -> None:
    if leaf and not clause.parts:
        tree.add(_line(clause))
    for part in clause.parts:
        _grow(tree.add(_line(part)), part)


def _line(clause: Clause, told: str | None = None) -> Text:
    mark, style = _TICKS[clause.held]
    line = Text.assemble((f"{mark} ", style), told or said(clause.condition))
    if told is None and not _joins(clause.condition):
        for name, value in clause.values:
            line.append(f"   {_held(name, value)}", style="dim")
        if clause.similar:
            line.append(f"; the event has {clause.similar}", style="yellow")
    return line


def _joins(condition: Condition) -> bool:
    return not isinstance(condition, FieldTest)


def _held(name: str, value: object) -> str:
    if value is None:
        return f"{name} is absent"
    shown = str(value)
    shown = "".join(c if c.isprintable() else "�" for c in shown)
    return f'{name} held "{shown[:_LONGEST]}{"…" if len(shown) > _LONGEST else ""}"'
