"""The twins of a list for spreadsheets and programs, masked where the page is masked.

A spreadsheet takes a cell that begins with ``=`` or the like for a formula. Attackers choose what
stands in logs, so such a cell gets an apostrophe before it (OWASP, CSV injection).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import Any, Final

from midwatch.desk.triage.lists import Row
from midwatch.reports.amounts import rfc3339

_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001  # the wide twins that spreadsheets read the same
HEAD: Final = (
    "reference", "client", "priority", "level", "state", "what", "standing", "opened", "first",
    "last", "alerts", "events", "got_in", "disposition", "assigned", "masked",
)  # fmt: skip


class _Line:
    """Takes one line of a CSV writer and gives it back."""

    def write(self, text: str) -> str:
        """The text."""
        return text


def neutral(value: object) -> str:
    """The value as a cell that no spreadsheet takes for a formula.

    >>> neutral("=HYPERLINK(1)"), neutral("plain"), neutral(7)
    ("'=HYPERLINK(1)", 'plain', '7')
    """
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULAS) else text


def csv_lines(rows: Sequence[Row]) -> Iterator[str]:
    """The list as CSV, with its head."""
    writer = csv.writer(_Line())
    yield writer.writerow(HEAD)
    for row in rows:
        yield writer.writerow([neutral(value) for value in plain(row).values()])


def plain(row: Row) -> dict[str, Any]:
    """A row for programs; times in RFC 3339, UTC."""
    incident = row.incident
    return {
        "reference": incident.reference,
        "client": incident.tenant,
        "priority": incident.priority.value,
        "level": incident.level.value,
        "state": incident.state.value,
        "what": row.sentence,
        "standing": row.standing,
        "opened": rfc3339(incident.opened),
        "first": rfc3339(incident.first),
        "last": rfc3339(incident.last),
        "alerts": incident.alerts,
        "events": incident.events,
        "got_in": incident.success,
        "disposition": incident.disposition.value if incident.disposition else None,
        "assigned": str(row.owner.user) if row.owner else None,
        "masked": row.masked,
    }
