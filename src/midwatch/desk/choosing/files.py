"""Files to take along, so that a browser saves them and shows none of them as a page."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponse

_KINDS: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
    "json": "application/json",
    "svg": "image/svg+xml",
}


def attachment(data: bytes, name: str) -> HttpResponse:
    """A file of our own making. ``name``: plain letters, digits, hyphens and its ending."""
    answer = HttpResponse(data, content_type=_KINDS[name.rpartition(".")[2]])
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
