"""``midwatch parse``: every input line as one JSON object, events and failures alike."""

from __future__ import annotations

import sys
from operator import itemgetter
from pathlib import Path

import click
import msgspec

from midwatch.cli.options import clock_of, log_options, logs_of, product_of
from midwatch.events.catalogue import all_sources
from midwatch.events.source import Value
from midwatch.watch.hunting import rfc3339
from midwatch.watch.streams import LogStreams, ReadChunk


@click.command("parse")
@log_options
@click.option("--fields", is_flag=True, help="Add the product's own fields under `fields`.")
@click.option("--raw", is_flag=True, help="Add the line itself under `raw`.")
def command(
    *, paths: tuple[Path, ...], zone: str | None, product: str | None, fields: bool, raw: bool
) -> None:
    """Print every line of the logs as one JSON object.

    A line that was understood has file, line, source, time (RFC 3339, UTC) and the common
    columns that it fills; a line that was not has file, line and failure.
    """
    clock = clock_of(zone)
    forced = product_of(product)
    finding = logs_of(paths)
    streams = LogStreams(finding.sets, all_sources(), clock, forced)
    encoder = msgspec.json.Encoder()
    write = sys.stdout.buffer.write
    for chunk in streams.chunks():
        for row in _rows(chunk, fields=fields, raw=raw):
            write(encoder.encode(row))
            write(b"\n")
    sys.stdout.buffer.flush()
    for problem in (*finding.problems, *streams.problems):
        click.echo(f"midwatch: {problem}", err=True)
    if len(streams.unread) == len(finding.files):
        raise click.exceptions.Exit(2)


def _rows(chunk: ReadChunk, *, fields: bool, raw: bool) -> list[dict[str, object]]:
    """What the lines of a chunk gave, in the order of the lines."""
    name = chunk.file.name
    rows: list[tuple[int, dict[str, object]]] = []
    for batch in chunk.result.batches:
        vendor = batch.vendor_fields() if fields else ()
        for spot, values in enumerate(batch.rows()):
            row: dict[str, object] = {"file": name, **_printable(values)}
            if fields and vendor[spot]:
                row["fields"] = vendor[spot]
            if raw:
                row["raw"] = batch.raws[spot]
            rows.append((batch.lines[spot], row))
    for failure in chunk.result.failures:
        row = {"file": name, "line": failure.line, "failure": failure.reason}
        if raw:
            row["raw"] = failure.raw
        rows.append((failure.line, row))
    rows.sort(key=itemgetter(0))
    return [row for _, row in rows]


def _printable(values: dict[str, Value]) -> dict[str, object]:
    row: dict[str, object] = dict(values)
    time = values.get("time")
    if isinstance(time, int):
        row["time"] = rfc3339(time)
    return row
