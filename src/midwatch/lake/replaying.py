"""Event batches back from the lake, for rules that come later.

Lines are read again by today's sources, so that a source that has learnt to understand them
since, and the product's own fields, count; each keeps the time that it was written with,
which was read in the zone of its sender then. A line that was dropped by masking comes back from
its columns, in a batch without own fields.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from midwatch.events.batch import EventBatch
from midwatch.events.catalogue import all_sources, source_named
from midwatch.events.reading import LineReader
from midwatch.events.recognition import Recogniser
from midwatch.events.schema import FIELDS, Logsource
from midwatch.events.source import Form, Value
from midwatch.events.timestamps import ClockContext
from midwatch.lake.reading import LakeReader
from midwatch.lake.values import Placed

_CHUNK: Final = 10_000
_DAY: Final = 86_400_000_000
_HOURS: Final = 6.0
_NOT_EVENT: Final = {"time", "tenant", "office", "source", "message", "raw"}
_COLUMNS: Final = tuple(name for name in FIELDS if name not in {*_NOT_EVENT, "received"})


def read_batches(folder: Path, tenant: str, since: int, until: int) -> Iterator[Placed]:
    """What a tenant's senders wrote in ``since`` <= time < ``until`` (UTC microseconds).

    Day by day, sender by sender, in the order of arrival. A row without a time counts by
    its receipt.

    Raises:
        ConfigurationError: There is no lake.
        BadInputError: Its log is damaged.
    """
    recogniser = Recogniser(all_sources())
    readers: dict[tuple[str, str], LineReader] = {}
    wanted = ", ".join(
        ("office", "feed", "source", "epoch_us(received) AS received", "epoch_us(time) AS time",
         "delivery", "line", "parsed", "raw", "fields", *_COLUMNS)
    )  # fmt: skip
    reader = LakeReader(folder, [tenant], since=since, until=until)
    try:
        days = reader.query("SELECT DISTINCT day FROM events ORDER BY day").rows
        for (day,) in days:
            table = reader.query(
                f"SELECT {wanted} FROM events WHERE day = ? "  # noqa: S608  # names of our columns
                "AND epoch_us(coalesce(time, received)) >= ? "
                "AND epoch_us(coalesce(time, received)) < ? "
                "ORDER BY feed, delivery, line",
                [day, since, until],
                limit=1 << 40,
                seconds=_HOURS * 3600,
            ).table
            for batch in table.to_batches(_CHUNK):
                rows = batch.to_pylist()
                for (office, feed, delivery), group in groupby(
                    rows, key=lambda row: (row["office"], row["feed"], row["delivery"])
                ):
                    delivered = list(group)
                    received = delivered[0]["received"]
                    lines = readers.get((office, feed))
                    if lines is None:
                        context = ClockContext(reference=received)
                        lines = LineReader((), context, recogniser=recogniser)
                        readers[office, feed] = lines
                    for events in _reread(delivered, lines):
                        yield Placed(tenant, office, feed, received, events, (), delivery)
    finally:
        reader.close()


def _reread(rows: list[dict[str, Any]], reader: LineReader) -> Iterator[EventBatch]:
    whole = [row for row in rows if row["raw"] is not None]
    if whole:
        for batch in reader.read([row["raw"] for row in whole], 0).batches:
            spots = batch.lines
            batch.lines = [whole[spot]["line"] for spot in spots]
            batch.times = [
                whole[spot]["time"] if whole[spot]["time"] is not None or whole[spot]["parsed"]
                else time
                for spot, time in zip(spots, batch.times, strict=True)
            ]  # fmt: skip
            yield batch
    bare = [row for row in rows if row["raw"] is None and row["parsed"]]
    for name, group in groupby(bare, key=lambda row: row["source"]):
        yield _from_columns(str(name), list(group))


def _from_columns(name: str, rows: list[dict[str, Any]]) -> EventBatch:
    source = source_named(name)
    columns: dict[str, list[Value]] = {}
    for column in _COLUMNS:
        values = [row[column] for row in rows]
        if any(value is not None for value in values):
            columns[column] = values
    for spot, row in enumerate(rows):
        for own, text in row["fields"] or ():
            columns.setdefault(own, [None] * len(rows))[spot] = text
    return EventBatch(
        name, Logsource() if source is None else source.logsource, Form(tuple(columns), {}),
        [row["line"] for row in rows], [row["time"] for row in rows], dict(columns), {},
        [""] * len(rows), [""] * len(rows),
    )  # fmt: skip
