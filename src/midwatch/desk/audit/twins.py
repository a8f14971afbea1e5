"""The record as CSV and JSON, for those who keep it elsewhere too."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable

from midwatch.desk.audit.selectors import Line

COLUMNS = (
    "time", "who", "role", "client", "verb", "about", "detail", "from", "reason", "fields",
    "masked_again",
)  # fmt: skip
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_rows(lines: Iterable[Line]) -> list[dict[str, object]]:
    """Each line as plain values; times in UTC, ISO 8601."""
    return [
        {
            "time": line.at.isoformat(),
            "who": line.who,
            "role": line.role,
            "client": line.tenant,
            "verb": line.verb,
            "about": line.subject,
            "detail": dict(line.detail),
            "from": line.address,
            "reason": line.reason,
            "fields": list(line.fields),
            "masked_again": None if line.until is None else line.until.isoformat(),
        }
        for line in lines
    ]


def as_csv(lines: Iterable[Line]) -> str:
    """A table for spreadsheets; what they would take for a formula gets an apostrophe before it."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    for row in as_rows(lines):
        writer.writerow({key: harmless(value) for key, value in row.items()})
    return out.getvalue()


def harmless(value: object) -> str:
    """The value as a cell that no spreadsheet computes."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text.startswith(_STARTS_A_FORMULA) else text
