"""Event batches back from the lake, for rules that come later.

Lines are read again by today's sources, so that a source that has learnt to understand them
since, and the product's own fields, count; each keeps the time that it was written with,
which was read in the zone of its sender then. A line that was dropped by masking comes back from
its columns, in a batch without own fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
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
_HOURS: Final = 6.0
_WITHIN: Final = (
    "epoch_us(coalesce(time, received)) >= ? AND epoch_us(coalesce(time, received)) < ?"
)
_ALWAYS: Final = (
    "office", "feed", "source", "epoch_us(received) AS received", "epoch_us(time) AS time",
    "delivery", "line", "parsed", "raw",
)  # fmt: skip
_NOT_EVENT: Final = {"time", "tenant", "office", "source", "message", "raw"}
_COLUMNS: Final = tuple(name for name in FIELDS if name not in {*_NOT_EVENT, "received"})


def days_of(folder: Path, tenant: str, since: int, until: int) -> list[tuple[date, int]]:
    """The days on which a tenant's events of that time lie, and how many each has.

    Raises:
        ConfigurationError: There is no lake.
        BadInputError: Its log is damaged.
    """
    reader = LakeReader(folder, [tenant], since=since, until=until)
    try:
        found = reader.query(
            f"SELECT day, count(*) FROM events WHERE {_WITHIN} GROUP BY day ORDER BY day",  # noqa: S608  # our own text
            [since, until],
            seconds=_HOURS * 3600,
        ).rows
    finally:
        reader.close()
    return [(day, count) for day, count in found]


def read_batches(
    folder: Path,
    tenant: str,
    since: int,
    until: int,
    *,
    day: date | None = None,
    seen: Callable[[int], None] = lambda _rows: None,
) -> Iterator[Placed]:
    """What a tenant's senders wrote in ``since`` <= time < ``until`` (UTC microseconds).

    Day by day, sender by sender, in the order of arrival. A row without a time counts by
    its receipt. ``day``: only of that day. ``seen``: told how many rows were read.

    Raises:
        ConfigurationError: There is no lake.
        BadInputError: Its log is damaged.
    """
    recogniser = Recogniser(all_sources())
    readers: dict[tuple[str, str], LineReader] = {}
    reader = LakeReader(folder, [tenant], since=since, until=until)
    try:
        days = [day] if day is not None else [
            each for (each,) in reader.query("SELECT DISTINCT day FROM events ORDER BY day").rows
        ]  # fmt: skip
        for each in days:
            for rows in _rows(reader, each, since, until):
                seen(len(rows))
                for (office, feed), group in groupby(
                    rows, key=lambda row: (row["office"], row["feed"])
                ):
                    given = list(group)
                    received = given[0]["received"]
                    lines = readers.get((office, feed))
                    if lines is None:
                        context = ClockContext(reference=received)
                        lines = LineReader((), context, recogniser=recogniser)
                        readers[office, feed] = lines
                    for events, places in _reread(given, lines):
                        yield Placed(
                            tenant, office, feed, received, events,
                            deliveries=[given[place]["delivery"] for place in places],
                            receipts=[given[place]["received"] for place in places],
                        )  # fmt: skip
    finally:
        reader.close()


def _rows(reader: LakeReader, day: date, since: int, until: int) -> Iterator[list[dict[str, Any]]]:
    """The rows of a day; the columns only where a line was dropped and they stand for it."""
    given = [day, since, until]
    bare = reader.query(
        f"SELECT count(*) FROM events WHERE day = ? AND {_WITHIN} AND parsed AND masked",  # noqa: S608  # our own text
        given,
        seconds=_HOURS * 3600,
    ).rows[0][0]
    wanted = ", ".join((*_ALWAYS, *(("fields", *_COLUMNS) if bare else ())))
    for batch in reader.stream(
        f"SELECT {wanted} FROM events WHERE day = ? AND {_WITHIN} "  # noqa: S608  # names of our columns
        "ORDER BY feed, delivery, line",
        given,
        rows=_CHUNK,
    ):
        yield batch.to_pylist()


def _reread(
    rows: list[dict[str, Any]], reader: LineReader
) -> Iterator[tuple[EventBatch, Sequence[int]]]:
    """Batches of these rows, each with the places of its own."""
    whole = [place for place, row in enumerate(rows) if row["raw"] is not None]
    if whole:
        for batch in reader.read([rows[place]["raw"] for place in whole], 0).batches:
            places = [whole[spot] for spot in batch.lines]
            batch.lines = [rows[place]["line"] for place in places]
            batch.times = [
                rows[place]["time"] if rows[place]["time"] is not None or rows[place]["parsed"]
                else time
                for place, time in zip(places, batch.times, strict=True)
            ]  # fmt: skip
            yield batch, places
    bare = [place for place, row in enumerate(rows) if row["raw"] is None and row["parsed"]]
    for name, group in groupby(bare, key=lambda place: rows[place]["source"]):
        same = list(group)
        yield _from_columns(str(name), [rows[place] for place in same]), same


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
