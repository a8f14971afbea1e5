"""The twins of a list for spreadsheets and programs, masked where the page is masked.

A spreadsheet takes a cell that begins with ``=`` or the like for a formula. Attackers choose what
stands in logs, so such a cell gets an apostrophe before it (OWASP, CSV injection).
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from midwatch.desk.triage.lists import Row
from midwatch.incidents import lines_behind
from midwatch.reports.amounts import begun, rfc3339
from midwatch.reports.incident_telling import standing, story

_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001  # the wide twins that spreadsheets read the same
HEAD: Final = (
    "reference", "client", "priority", "level", "state", "what", "standing", "opened", "first",
    "last", "alerts", "events", "events_least", "got_in", "disposition", "assigned", "masked",
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


def json_pieces(rows: Iterable[Row]) -> Iterator[str]:
    """The list as one JSON document, piece by piece."""
    yield '{"incidents": ['
    for number, row in enumerate(rows):
        yield f"{', ' if number else ''}{json.dumps(plain(row), ensure_ascii=False)}"
    yield "]}"


def csv_lines(rows: Iterable[Row]) -> Iterator[str]:
    """The list as CSV, with its head."""
    writer = csv.writer(_Line())
    yield writer.writerow(HEAD)
    for row in rows:
        yield writer.writerow([neutral(value) for value in plain(row).values()])


def plain(row: Row) -> dict[str, Any]:
    """A row for programs; times in RFC 3339, UTC.

    ``events``: at most so many distinct lines, ``events_least`` at least.
    """
    incident = row.incident
    lines = lines_behind(incident)
    return {
        "reference": incident.reference,
        "client": incident.tenant,
        "priority": incident.priority.value,
        "level": incident.level.value,
        "state": incident.state.value,
        "what": begun(story(incident)),
        "standing": standing(incident, row.now),
        "opened": rfc3339(incident.opened),
        "first": rfc3339(incident.first),
        "last": rfc3339(incident.last),
        "alerts": incident.alerts,
        "events": lines.most,
        "events_least": lines.least,
        "got_in": incident.success,
        "disposition": incident.disposition.value if incident.disposition else None,
        "assigned": str(row.owner.user) if row.owner else None,
        "masked": row.masked,
    }
