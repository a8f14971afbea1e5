"""``midwatch hunt``: every match of Sigma rules as one JSON object."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import msgspec

from midwatch.cli.options import clock_of, log_options, logs_of, product_of
from midwatch.cli.parse import rfc3339
from midwatch.cli.rules import report_problems, rules_of
from midwatch.detection import Detector
from midwatch.events.catalogue import all_sources
from midwatch.kernel import ConfigurationError
from midwatch.watch.streams import LogStreams, ReadChunk


@click.command("hunt")
@log_options
@click.option(
    "--rules",
    "folders",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="Sigma rules: a file, folder or pack; may be given again. Default: the bundled rules.",
)
def command(
    *, paths: tuple[Path, ...], zone: str | None, product: str | None, folders: tuple[Path, ...]
) -> None:
    """Print one JSON object for every event that a rule matches.

    Each has rule_id, rule_title, level, author, file, line (or record, in Windows event
    files) and time. Correlation rules are for `midwatch check`. Exit status: 0 nothing
    matched, 1 something matched, 2 nothing could be read.
    """
    ruleset = rules_of(folders, bundled=not folders)
    if not len(ruleset):
        report_problems(ruleset)
        raise ConfigurationError(
            "no rule could be loaded, so nothing would be found",
            remedy="name Sigma rules (.yml), or leave --rules out for the bundled ones",
        )
    finding = logs_of(paths)
    streams = LogStreams(finding.sets, all_sources(), clock_of(zone), product_of(product))
    detector = Detector(ruleset)
    encoder = msgspec.json.Encoder()
    write = sys.stdout.buffer.write
    matched = False
    for chunk in streams.chunks():
        for _line, row in _matches(detector, chunk):
            matched = True
            write(encoder.encode(row))
            write(b"\n")
    sys.stdout.buffer.flush()
    report_problems(ruleset)
    for problem in (*finding.problems, *streams.problems):
        click.echo(f"midwatch: {problem}", err=True)
    if len(streams.unread) == len(finding.files):
        raise click.exceptions.Exit(2)
    raise click.exceptions.Exit(1 if matched else 0)


def _matches(detector: Detector, chunk: ReadChunk) -> list[tuple[int, dict[str, object]]]:
    """Matches of one chunk in line order."""
    place = "record" if chunk.file.kind == "evtx" else "line"
    found: list[tuple[int, dict[str, object]]] = []
    result = chunk.result
    matches = list(detector.match_batches(result.single))
    for run in result.runs:
        matches.extend(detector.match_run(run))
    for match in matches:
        rule, batch = match.rule, match.batch
        for row in match.rows:
            line, time = batch.lines[row], batch.times[row]
            found.append(
                (
                    line,
                    {
                        "rule_id": rule.id,
                        "rule_title": rule.title,
                        "level": rule.level.value,
                        "author": rule.author,
                        "file": chunk.file.name,
                        place: line,
                        "time": None if time is None else rfc3339(time),
                    },
                )
            )
    found.sort(key=lambda entry: entry[0])
    return found
