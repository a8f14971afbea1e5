"""The columns of the lake's one table, their types and their numbers.

The common columns of ``events.schema`` (all but ``message``, which ``raw`` holds), where a
row came from, whether it was understood, and the line itself: whole in ``raw``, or as
``line_form`` and the values that the other columns hold (see ``lake.line_forms``).

Data files leave out columns that hold nothing, and number the others (Parquet field ids) by
their names, so that one reader's schema fits all files without opening them first.

Types are told in DuckDB's words here; ``lake.schemas`` has them in Arrow's, which is large.

>>> field_id("src_ip") == field_id("src_ip") != field_id("dst_ip")
True
"""

from __future__ import annotations

import zlib
from typing import Final

from midwatch.events.schema import FIELDS, FieldType
from midwatch.lake.values import NUMBERS

PARTITIONS: Final = ("tenant", "day")

TIME: Final = "TIMESTAMP"
TEXT: Final = "VARCHAR"
NUMBER: Final = "BIGINT"
TRUTH: Final = "BOOLEAN"
BYTES: Final = "BLOB"
TEXTS: Final = "MAP(VARCHAR, VARCHAR)"
_ABSENT: Final = {"time", "received", "tenant", "office", "source", "message", "raw"}
DOCS: Final = {
    "time": "When it happened (UTC); null where the line states no time.",
    "received": "When Midwatch took the line in (UTC).",
    "office": "The office of the tenant.",
    "feed": "The sender of logs: one firewall, server or program.",
    "source": "Midwatch's name of the log source, such as openssh; null in unread lines.",
    "spool": "With delivery and line, what identifies a row: the spool it waited in.",
    "delivery": "The offset of the delivery in that spool.",
    "line": "The place in the delivery, from 1.",
    "parsed": "Whether the line was understood.",
    "failure": "Why not, in a sentence.",
    "dated_by_receipt": "The row lies in the day it was received on: it states no time, or one "
    "more than 400 days before or 2 days after its receipt.",
    "masked": "Whether values were masked before the row was written.",
    "fields": "Fields that Midwatch's patterns name beyond the common columns.",
    "raw": "The line as it came; null where line_form stands for it.",
    "raw_bytes": "The bytes of a line that is not UTF-8.",
    "line_form": "The line, with its values taken out, as a format for printf.",
    "tenant": "The client firm. Partition.",
    "day": "The UTC day of time, or of received (see dated_by_receipt). Partition.",
}


def _kinds() -> dict[str, str]:
    kinds = {
        "time": TIME, "received": TIME, "office": TEXT, "feed": TEXT, "source": TEXT,
        "spool": TEXT, "delivery": NUMBER, "line": NUMBER, "parsed": TRUTH, "failure": TEXT,
        "dated_by_receipt": TRUTH, "masked": TRUTH,
    }  # fmt: skip
    for field in FIELDS.values():
        if field.name not in _ABSENT:
            kinds[field.name] = NUMBER if field.type is FieldType.INTEGER else TEXT
    kinds.update(fields=TEXTS, raw=TEXT, raw_bytes=BYTES, line_form=TEXT)
    return kinds | dict.fromkeys(NUMBERS, NUMBER)


KINDS: Final = _kinds()
"""The columns that data files hold, in order, with DuckDB's types; the partitions stand in the
folders' names. Times are UTC and have no zone in DuckDB, so nothing shifts them."""

DELTA_ENCODED: Final = frozenset(
    {"time", "received", "delivery", "line", "pid", "src_port", "bytes_in", "bytes_out", *NUMBERS}
)
"""Numbers with few repeats: kept as differences, which zstd then squeezes."""


def field_id(name: str) -> int:
    """The Parquet field id of a column: the same for that name for ever."""
    return zlib.crc32(name.encode()) & 0x7FFF_FFFF
