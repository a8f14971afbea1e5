"""What a search finds, at a glance: how many, when, and which values most often.

All of it in one pass over the data: the counts by bucket of time and by each field are grouping
sets of a single question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from midwatch.lake.search import Compiled

if TYPE_CHECKING:  # loaded by whoever opens the lake
    from midwatch.lake.reading import LakeReader

FACETS: Final = (
    "source", "outcome", "category", "action", "src_ip", "user", "host", "dst_port", "signature",
    "tenant",
)  # fmt: skip
"""The fields whose most frequent values are counted."""
BUCKETS: Final = 60
_NICE: Final = tuple(
    seconds * 1_000_000
    for seconds in (
        1, 5, 15, 60, 300, 900, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400, 604_800, 2_592_000,
    )
)  # fmt: skip
_MOST_ROWS: Final = 5_000


@dataclass(frozen=True, slots=True)
class Count:
    """How often a value stands in what was found. None: where nothing stands."""

    value: str | None
    count: int


@dataclass(frozen=True, slots=True)
class Overview:
    """See the module's documentation. Times are UTC microseconds.

    ``buckets``: (start, count), empty ones too, each ``width`` long. ``facets``: by field, the
    most frequent first, at most as many as asked for.
    """

    total: int
    width: int
    buckets: tuple[tuple[int, int], ...]
    facets: dict[str, tuple[Count, ...]]


def width_of(since: int, until: int) -> int:
    """The width of a bucket, so that there are at most ``BUCKETS`` and their edges are round."""
    return next(
        (width for width in _NICE if (until - since) <= width * (BUCKETS - 1)),
        -(-(until - since) // BUCKETS),
    )


def overview(
    reader: LakeReader,
    asked: Compiled,
    span: tuple[int, int],
    *,
    fields: Sequence[str] = FACETS,
    most: int = 8,
    seconds: float = 15.0,
) -> Overview:
    """Count what the condition finds within ``span`` (its end excluded), in one pass.

    Raises:
        BadInputError: As ``LakeReader.query``.
    """
    width = width_of(*span)
    names = [field for field in FACETS if field in fields]
    columns = ", ".join(f"CAST({name} AS VARCHAR) AS {name}" for name in names)
    sets = ", ".join(f"({name})" for name in names)
    every = ", ".join(["bucket", *names])
    sql = (
        f"SELECT grouping({every}) AS place, {every}, count(*) AS found FROM ("  # noqa: S608  # names of ours, values apart
        f"SELECT epoch_us(coalesce(time, received)) // {width} AS bucket"
        f"{', ' + columns if columns else ''} FROM events WHERE {asked.where}"
        f") GROUP BY GROUPING SETS ((), (bucket){', ' + sets if sets else ''}) "
        f"QUALIFY bucket IS NOT NULL OR row_number() OVER "
        f"(PARTITION BY grouping({every}) ORDER BY count(*) DESC, {every}) <= {most}"
    )
    rows = reader.query(sql, asked.parameters, limit=_MOST_ROWS, seconds=seconds).rows
    return _read(rows, names, width, span)


def _read(
    rows: Sequence[tuple[Any, ...]], names: Sequence[str], width: int, span: tuple[int, int]
) -> Overview:
    total, held = 0, dict[int, int]()
    facets: dict[str, list[Count]] = {name: [] for name in names}
    # The bit of a field is 0 where the row is about it; the first field has the highest.
    whole = (1 << (len(names) + 1)) - 1
    about = {whole ^ (1 << (len(names) - 1 - spot)): name for spot, name in enumerate(names)}
    for place, bucket, *rest, found in rows:
        if place == whole:
            total = found
        elif place in about:
            name = about[place]
            facets[name].append(Count(rest[names.index(name)], found))
        elif bucket is not None:
            held[int(bucket)] = found
    first, last = span[0] // width, max(span[0], span[1] - 1) // width
    return Overview(
        total,
        width,
        tuple((number * width, held.get(number, 0)) for number in range(first, last + 1)),
        {
            name: tuple(sorted(counts, key=lambda each: (-each.count, each.value or "")))
            for name, counts in facets.items()
            if any(each.value is not None for each in counts)
        },
    )
